"""What a page shows where no script runs: its first measure as picture and table, what is written.

All of it is made of the data that the page's scripts get, in the language in which it opens.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jinja2
import numpy as np
import numpy.typing as npt
import shapely

from maligeo.core import words
from maligeo.maps.html import add_call
from maligeo.maps.page import PageMap

Data = Mapping[str, Any]
Shapes = npt.NDArray[np.object_]

_WIDTH: Final = 640  # of the picture, in pixels
_SIGN: Final = 8.0  # width of a sign of a name, in pixels
_MOST_CELLS: Final = 2_000  # of a table: of more, the period that the page opens with
_BARE: Final = "url(#mg-hatch)"
_PALE: Final = "url(#mg-hatch-pale)"
_MARKS: Final = ("derived", "low")

_TABLE: Final = """
{%- macro table(head, rows) -%}
<div tabindex="0"><table><thead><tr>
{%- for cell in head %}<th scope="col">{{ cell }}</th>{% endfor -%}
</tr></thead><tbody>
{%- for row in rows %}<tr><th scope="row">{{ row[0] }}</th>
{%- for cell in row[1:] %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor -%}
</tbody></table></div>
{%- endmacro -%}
"""
_MEASURE: Final = """
{%- if banner %}<p class="mg-made-up">{{ banner }}</p>{% endif -%}
<h1 class="mg-title">{{ title }}</h1><p class="mg-subtitle">{{ subtitle }}</p>
{%- for drawn in pictures -%}
<figure><figcaption>{{ drawn.caption }}</figcaption>
<svg role="img" aria-label="{{ title }}, {{ drawn.caption }}"
 viewBox="0 0 {{ drawn.width }} {{ drawn.height }}">
{%- for fill, path in drawn.paths %}<path fill="{{ fill }}" d="{{ path }}"/>{% endfor -%}
{%- for name in drawn.names -%}
<text fill="{{ name.ink }}" x="{{ name.x }}" y="{{ name.y }}">{{ name.text }}</text>
{%- endfor -%}
</svg></figure>
{%- endfor -%}
<ul class="mg-classes">
{%- for fill, label, note in legend -%}
<li><span class="mg-swatch{{ " mg-missing" if not fill }}" style="background-color:{{ fill }}">
</span>{{ label }} <small>{{ note }}</small></li>
{%- endfor -%}
</ul>
{%- for text in remarks %}<p>{{ text }}</p>{% endfor -%}
{%- for head, rows in tables %}{{ table(head, rows) }}{% endfor -%}
"""
_NOTES: Final = """
{%- for section in sections -%}
<h2>{{ section.title }}</h2>
{%- for text in section.paragraphs %}<p>{{ text }}</p>{% endfor -%}
{%- if section.grid %}{{ table(section.grid[0], section.grid[1:]) }}{% endif -%}
<ul>{% for text, address in section["items"] %}<li>{{ text }} {{ address }}</li>{% endfor %}</ul>
{%- endfor -%}
"""


_MATRIX: Final = """
<h2>{{ title }}</h2>{{ table(head, rows) }}<p>{{ remark }}</p>
"""
_RESULTS: Final = """
{%- macro spoken(text, part, language) -%}
{%- set cut = text.partition(part) if part and language else (text, "", "") -%}
{{ cut[0] }}{% if cut[1] %}<span lang="{{ language }}">{{ cut[1] }}</span>{% endif %}{{ cut[2] }}
{%- endmacro -%}
<h2>{{ title }}</h2><p>{{ intro }}</p>
{%- for section in sections -%}
<details class="mg-result"><summary>{{ section.title }}</summary>
{%- for group in section.groups -%}
<section>{% if group.title %}<h3>{{ group.title }}</h3>{% endif -%}
<ul class="mg-lines">
{%- for number, what, when, remark, title in group.lines -%}
<li><b>{{ number }}</b> <span>{{ spoken(what, title, group.spoken) }}</span>
<span class="mg-when">{{ when }}</span>
{%- if remark %} <small>{{ remark }}</small>{% endif %}</li>
{%- endfor -%}
</ul><p class="mg-remark">{{ spoken(group.source, group.cited, group.spoken) }}</p></section>
{%- endfor -%}
</details>
{%- endfor -%}
"""


def add_accounted(fmap: PageMap, function: str, build: Callable[[str], Data]) -> None:
    """Add a layer over the regions, whose account of its records stands among the notes.

    Parameters
    ----------
    fmap : PageMap
        A page of ours.
    function : str
        Function of the page's script.
    build : callable
        Takes a language and gives the data, of which "section" is the account.
    """
    made = add_call(fmap, function, build)
    fmap.still.append(notes([made[fmap.language]["section"]]))


def first_measure(data: Data, shapes: Shapes, language: str) -> str:
    """Write the first measure of a map of regions.

    Parameters
    ----------
    data : mapping
        What the page's script "regions" gets.
    shapes : array of shapely.Geometry, shape (n,)
        Outlines of the units, in degrees.
    language : {"fr", "en"}
        Language of the data.

    Returns
    -------
    str
        HTML without any script.
    """
    layer, names = data["layers"][0], [card["name"] for card in data["cards"]]
    last = layer["periods"][-1]
    fits = len(names) * len(layer["periods"]) <= _MOST_CELLS
    shown = layer["periods"] if fits else [last]
    rows = [[name, *(_value(one["cells"][at]) for one in shown)] for at, name in enumerate(names)]
    heads = [words.word("presence.region", language), *(one["label"] for one in shown)]
    balance = [[line["label"], line["value"]] for line in last["balance"]["lines"]]
    above = [words.word("unplaced.title", language), last["label"]]
    left_out = words.word("page.one_period", language).format(count=len(layer["periods"]))
    return _rendered(
        _MEASURE,
        {
            "banner": _banner(data, language),
            "title": layer["title"],
            "subtitle": _subtitle(layer, last),
            "pictures": [_picture(shapes, layer, last, data)],
            "legend": _legend(layer),
            "remarks": [
                *filter(None, [last["why"]]), *_marks(last, language),
                *([] if fits else [left_out]), *last["balance"]["notes"], layer["about"],
            ],
            "tables": [(heads, rows), *([(above, balance)] if balance else [])],
        },
    )  # fmt: skip


def first_comparison(data: Data, shapes: Sequence[Shapes], language: str) -> str:
    """Write the first measure of a page that compares, as `first_measure`.

    Parameters
    ----------
    data : mapping
        What the page's script "compare" gets.
    shapes : sequence of arrays of shapely.Geometry
        Outlines of the units of each of its sides.
    language : {"fr", "en"}
        Language of the data.
    """
    layer = data["layers"][0]
    count = len(data["sides"])
    sides = [(one, at % count) for at, one in enumerate(layer["periods"])]
    head = words.word("presence.region", language)
    if layer["differences"]:
        rows = [[text for text in row.values() if text] for row in layer["differences"]]
        last = [words.word("compare.difference", language)] if len(rows[0]) > 1 + len(sides) else []
        tables = [([head, *(one["label"] for one, _ in sides), *last], rows)]
    else:
        named = [data["sides"][at]["names"] for _, at in sides]
        tables = [
            (
                [head, one["label"]],
                [[name, _value(cell)] for name, cell in zip(names, one["cells"], strict=True)],
            )
            for (one, _), names in zip(sides, named, strict=True)
        ]
    return _rendered(
        _MEASURE,
        {
            "banner": _banner(data, language),
            "title": layer["title"],
            "subtitle": layer["unit"],
            "pictures": [_picture(shapes[at], layer, one, data["sides"][at]) for one, at in sides],
            "legend": _legend(layer),
            "remarks": layer["notes"],
            "tables": tables,
        },
    )


def results(data: Data, language: str) -> str:
    """Write what documents say of the country.

    Parameters
    ----------
    data : mapping
        What the page's script "results" gets.
    language : {"fr", "en"}
        Language of the data.
    """
    title, intro = words.word("country.title", language), words.word("country.intro", language)
    return _rendered(_RESULTS, {"title": title, "intro": intro, "sections": data["sections"]})


def matrix(data: Data, language: str) -> str:
    """Write the table of regions and programmes.

    Parameters
    ----------
    data : mapping
        What the page's script "presence" gets.
    language : {"fr", "en"}
        Language of the data.
    """
    empty, key = words.word("presence.empty", language), f"presence.title_{data['by']}"
    rows = [[row["name"], *(cell or empty for cell in row["cells"])] for row in data["rows"]]
    return _rendered(
        _MATRIX,
        {
            "title": words.word(key, language) if words.has_word(key) else data["by"],
            "head": [words.word("presence.region", language), *data["columns"]],
            "rows": rows,
            "remark": words.word("presence.intro", language),
        },
    )


def notes(sections: Sequence[Data]) -> str:
    """Write sections of the notes, as `maligeo.text.notes.Notes.sections` gives them."""
    return _rendered(_NOTES, {"sections": sections})


def _rendered(template: str, data: Data) -> str:
    """Fill a template; Folium takes the page for another, so that no brace may stay."""
    text = _ENVIRONMENT.from_string(_TABLE + template).render(data)
    return text.replace("{", "&#123;").encode("utf-8", "backslashreplace").decode("utf-8")


def _printed(value: object) -> object:
    return words.curly(value) if type(value) is str else value


_ENVIRONMENT: Final = jinja2.Environment(
    autoescape=True, undefined=jinja2.StrictUndefined, finalize=_printed
)


def _banner(data: Data, language: str) -> str:
    return words.word("synthetic.banner", language) if data["synthetic"] else ""


def _value(cell: Sequence[Any]) -> str:
    """Write a value with its interval."""
    _, text, precision = cell
    return f"{text} ({precision})" if precision else str(text)


def _subtitle(layer: Data, period: Data) -> str:
    parts = (layer["unit"], period["label"], period["publisher"])
    return " · ".join(part for part in parts if part)


def _legend(layer: Data) -> list[tuple[str, str, str]]:
    return [
        (
            "" if entry["index"] < 0 else layer["fills"][entry["index"] + 1],
            entry["label"],
            entry["note"],
        )
        for entry in layer["legend"]
    ]


def _marks(period: Data, language: str) -> list[str]:
    return [words.word(f"legend.{mark}", language) for mark in _MARKS if period[mark]]


@dataclass(frozen=True)
class _Name:
    """A name on the picture, in pixels."""

    text: str
    ink: str
    x: int
    y: int


@dataclass(frozen=True)
class _Picture:
    """Units in pixels: the path of each colour, and the names that have room."""

    caption: str
    width: int
    height: int
    paths: Sequence[tuple[str, str]]
    names: Sequence[_Name]


def _picture(shapes: Shapes, layer: Data, period: Data, data: Data) -> _Picture:
    """Draw a period of a layer in Mercator's projection, as the page does."""
    flat = shapely.transform(shapes, _mercator)
    west, south, east, north = shapely.total_bounds(flat)
    scale = _WIDTH / max(east - west, north - south)
    corner = np.array([west, north])

    def to_pixels(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray((xy - corner) * (scale, -scale), dtype=np.float64)

    drawn = shapely.coverage_simplify(shapely.transform(flat, to_pixels), 1.0)
    paths: dict[str, str] = {}
    focus = data.get("focus") or range(len(drawn))
    for at, (shape, cell) in enumerate(zip(drawn, period["cells"], strict=True)):
        fill = _fill(layer, cell[0], pale=at not in focus)
        paths[fill] = paths.get(fill, "") + _path(shape)
    places = to_pixels(_mercator(np.array(data["points"])[:, ::-1]))
    return _Picture(
        period["label"],
        int(np.ceil((east - west) * scale)),
        int(np.ceil((north - south) * scale)),
        list(paths.items()),
        _names(drawn, places, layer, period, data),
    )


def _mercator(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lon, lat = np.radians(degrees).T
    projected: npt.NDArray[np.float64] = np.column_stack([lon, np.arctanh(np.sin(lat))])
    return projected


def _fill(layer: Data, index: int, *, pale: bool) -> str:
    if index < 0:
        return _PALE if pale else _BARE
    return str(layer["pales" if pale else "fills"][index + 1])


def _path(shape: shapely.Geometry) -> str:
    """Write the rings of polygons in whole pixels, each corner from the one before."""
    written = []
    for ring in shapely.get_rings(shape):
        corners = np.rint(shapely.get_coordinates(ring)[:-1]).astype(int)
        steps = np.diff(corners, axis=0)
        moves = "".join(f" {x} {y}" for x, y in steps[steps.any(axis=1)].tolist())
        x, y = corners[0].tolist()
        written.append(f"M{x} {y}l{moves.strip()}z")
    return "".join(written).replace(" -", "-")


def _names(
    drawn: Shapes, places: npt.NDArray[np.float64], layer: Data, period: Data, data: Data
) -> list[_Name]:
    """Give the names of the units that are wide enough for them."""
    names = data["names"] if "names" in data else [card["name"] for card in data["cards"]]
    west, _, east, _ = shapely.bounds(drawn).T
    return [
        _Name(name, layer["inks"][cell[0] + 1], *np.rint(place).astype(int).tolist())
        for name, cell, place, room in zip(names, period["cells"], places, east - west, strict=True)
        if len(name) * _SIGN <= room
    ]
