"""The HTML of a page: our scripts and styles, Leaflet's files, and data that cannot break out."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from importlib import metadata, resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import folium
from branca.element import CssLink, Div, Element, Figure, JavascriptLink, Link, MacroElement
from folium.elements import ElementAddToElement
from folium.template import Template

from maligeo.core import words
from maligeo.core.columns import AUDIENCES, LANGUAGES, Audience
from maligeo.core.errors import ArgumentError, MissingDependencyError, ReleaseError
from maligeo.provenance.record import KEY, Provenance

# Read in this order: each script adds to what the ones before it made.
SCRIPTS = (
    "page.js",
    "placing.js",
    "controls.js",
    "popup.js",
    "named.js",
    "units.js",
    "regions.js",
    "compare.js",
    "print.js",
    "context.js",
    "drawers.js",
    "results.js",
    "packing.js",
    "canvas.js",
    "search.js",
    "overlays.js",
    "towns.js",
    "clusters.js",
    "incidents.js",
    "areas.js",
    "gaps.js",
    "heat.js",
    "projects.js",
)
STYLES = (
    "page.css", "map.css", "panels.css", "overlays.css", "compare.css", "contrast.css", "print.css",
)  # fmt: skip

# Only where none can be part of a string: at the start of a line, at its end, and with a type.
_COMMENT = re.compile(
    r"^[ \t]*/\*.*?\*/|[ \t]*/\*[^*\n]*\*/$|/\*\* @type [^\n]*?\*/ ?", re.DOTALL | re.MULTILINE
)
_BLANK_LINES = re.compile(r"\n\s*\n")

_IN_BOTH = "~"  # key of what is [French, English] in the data of the page

_SIGNS = ("<", ">", "&", "'", "\u2028", "\u2029", "\x7f")
_TEMPLATE_MARK = re.compile(r"\{(?=[{%#])")


def script_json(value: object) -> str:
    r"""Write data as JSON that is harmless in a script and in a template.

    Signs that could end the script (`<`, `>`, `&`), line separators that older engines
    refuse in strings, and opening braces that Jinja would read as its own (Folium puts
    rendered text through a template a second time) are written as `\uXXXX`.

    Parameters
    ----------
    value : object
        Dictionaries, lists, text, finite numbers, booleans and None.

    Returns
    -------
    str
        JSON that parses back to `value`.
    """
    return harmless(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def harmless(text: str) -> str:
    """Escape signs in JSON text that mean something to a page or a template, see `script_json`."""
    for sign in _SIGNS:
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    escaped = _TEMPLATE_MARK.sub(r"\\u007b", text)
    return escaped.encode("utf-8", "backslashreplace").decode("utf-8")  # half a surrogate pair


def assets(names: Iterable[str]) -> str:
    """Join some of the package's script or style files, without comments and blank lines."""
    return "\n".join(map(_asset, names))


def _asset(name: str) -> str:
    text = (resources.files("maligeo.maps") / "assets" / name).read_text(encoding="utf-8")
    return _BLANK_LINES.sub("\n", _COMMENT.sub("", text)).strip()


def in_both(french: object, english: object) -> object:
    """Lay the data of two languages over one another: what is the same stands there once.

    Parameters
    ----------
    french, english : object
        The same data in two languages.

    Returns
    -------
    object
        Of the same structure; where the two differ, `{"~": [french, english]}`, from which
        the page picks its language.
    """
    if french == english:
        return french
    if isinstance(french, dict) and isinstance(english, dict) and french.keys() == english.keys():
        return {key: in_both(part, english[key]) for key, part in french.items()}
    if isinstance(french, list) and isinstance(english, list) and len(french) == len(english):
        return [in_both(*pair) for pair in zip(french, english, strict=True)]
    return {_IN_BOTH: [french, english]}


def in_languages(build: Callable[[str], object]) -> object:
    """Make the data of a page in both languages, see `in_both`, with curly apostrophes."""
    return in_both(*(_printed(build(language)) for language in LANGUAGES))


def _printed(data: object) -> object:
    if isinstance(data, str):
        return words.curly(data)
    if isinstance(data, dict):
        return {key: _printed(part) for key, part in data.items()}
    if isinstance(data, list | tuple):
        return [_printed(part) for part in data]
    return data


class Call(MacroElement):
    """One call of our script, with its data, on the map that it is added to.

    Parameters
    ----------
    function : str
        Function of the page's script, such as "towns".
    data : object
        What it gets; see `script_json`.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}\n"
        "maligeo.call({{ this._parent.get_name() }}, {{ this.function | tojson }}, "
        "{{ this.data }});\n"
        "{% endmacro %}"
    )

    def __init__(self, function: str, data: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca annotates none
        self._name = "Call"
        self.function = function
        self.data = script_json(data)


def add_call(fmap: folium.Map, function: str, build: Callable[[str], Any]) -> dict[str, Any]:
    """Add a call whose data are made once for each language.

    Parameters
    ----------
    fmap : folium.Map
        A page of ours.
    function : str
        Function of the page's script.
    build : callable
        Takes a language and gives the data.

    Returns
    -------
    dict
        The data by language, for what the page shows of them without a script.

    Raises
    ------
    ArgumentError
        If the page is complete, see `require_open`.
    """
    require_open(fmap)
    made = {language: build(language) for language in LANGUAGES}
    fmap.add_child(Call(function, in_languages(made.__getitem__)))
    return made


def require_open(fmap: folium.Map) -> None:
    """Refuse to lay something over a page that holds two maps: it would be on one of them.

    Raises
    ------
    ArgumentError
        If the page is complete.
    """
    if getattr(fmap, "closed", False):
        raise ArgumentError("a comparison is complete: nothing can be laid over its two maps")


PACKAGE = "XStatic-Leaflet"

_END_TAG = re.compile(r"</(?=script|style)", re.IGNORECASE)
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_URL = re.compile(r"url\((images/[\w.-]+)\)")
_ICONS = {
    "iconUrl": "images/marker-icon.png",
    "iconRetinaUrl": "images/marker-icon-2x.png",
    "shadowUrl": "images/marker-shadow.png",
}


def script() -> str:
    """Give Leaflet's script, with its marker icons in it.

    Raises
    ------
    MissingDependencyError
        If the package is not installed.
    """
    icons = json.dumps({name: _data_address(path) for name, path in _ICONS.items()})
    code = _SOURCE_MAP.sub("", _text("leaflet.js")).strip()
    setting = f'L.Icon.Default.imagePath="";L.Icon.Default.mergeOptions({icons});'
    return _END_TAG.sub(r"<\\/", f"{code}\n{setting}")


def style() -> str:
    """Give Leaflet's style sheet, with its images in it.

    Raises
    ------
    MissingDependencyError
        If the package is not installed.
    """
    sheet = _URL.sub(lambda found: f"url({_data_address(found.group(1))})", _text("leaflet.css"))
    return sheet.strip()


def _text(name: str) -> str:
    return _file(name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _data_address(name: str) -> str:
    content = base64.b64encode(_file(name).read_bytes()).decode("ascii")
    return f"data:image/png;base64,{content}"


def _file(name: str) -> Path:
    """Find a file of the package without importing it: its code needs pkg_resources."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError as error:
        raise MissingDependencyError(f"a map without a network needs {PACKAGE}") from error
    for entry in files:
        if entry.as_posix().endswith(f"leaflet/data/{name}"):
            return Path(str(entry.locate()))
    raise MissingDependencyError(f"{PACKAGE} lacks {name}: install it again")


_OURS = "maligeo."
_META = "meta_http"  # what branca puts into each page

_RANDOM_ID = re.compile(r"[0-9a-f]{32}")
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_INLINED = {"leaflet": script, "leaflet_css": style}


def page_text(
    fmap: folium.Map,
    *,
    offline: bool,
    about: Provenance | None = None,
    allow_foreign_layers: bool = False,
) -> str:
    """Write a map as the text of one HTML page, see `maligeo.save_map`.

    Raises
    ------
    ReleaseError
        If the page is for others than the house, and somebody else's code put something on it.
    ArgumentError
        If the map needs something from the network that cannot be put into the page.
    MissingDependencyError
        If Leaflet's package is not installed.
    """
    figure = figure_of(fmap)
    foreign = foreign_parts(fmap)
    if not (allow_foreign_layers or getattr(fmap, "allow_foreign_layers", False)):
        require_own_parts(foreign, page_audience(fmap, about))
    if about is not None and foreign:
        about = replace(about, more={**about.more, FOREIGN_LAYERS: ", ".join(foreign)})
    text = _with_stable_ids(_rendered(fmap, allow_foreign_layers), figure)
    language = getattr(fmap, "language", None)
    if language is not None:
        text = text.replace("<html>", f'<html lang="{language}">', 1)
    if about is not None:
        text = text.replace("</head>", f"{_record(about)}\n</head>", 1)
    if not offline:
        return text
    for name, link in _links(figure.header):
        text = text.replace(link.render(), _inline(name, link), 1)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_policy(text, fmap)}">'
    return text.replace("<head>\n", f'<head>\n<meta charset="utf-8">\n{policy}\n', 1)


def figure_of(fmap: folium.Map) -> Figure:
    """Give the page that a map is on.

    Raises
    ------
    ArgumentError
        If the map was added to an element that is not a page, such as a part of a figure.
    """
    figure = fmap.get_root()
    if not isinstance(figure, Figure) or isinstance(figure, Div):
        raise ArgumentError("the map is part of an element that is not a page")
    return figure


def _rendered(fmap: folium.Map, allow_foreign_layers: bool) -> str:
    """Render the page; a page of ours looks itself, since there are other ways to render it."""
    page: Any = fmap
    before = getattr(page, "allow_foreign_layers", False)
    page.allow_foreign_layers = allow_foreign_layers or before
    try:
        return str(Figure.render(figure_of(fmap)))  # a page of ours would come back here
    finally:
        page.allow_foreign_layers = before


FOREIGN_LAYERS = "foreign_layers"  # key in the record of a page


def page_audience(fmap: folium.Map, about: Provenance | None = None) -> Audience:
    """Give the widest audience that a page or its record names; one that names none is internal."""
    own: Audience = getattr(fmap, "audience", "internal")
    return own if about is None else max(own, about.audience, key=AUDIENCES.index)


def foreign_parts(fmap: folium.Map) -> list[str]:
    """Name the kinds of elements on the page of a map that are not of this library.

    What its elements are rendered to, and the links to Leaflet, belong to them.
    """
    figure = figure_of(fmap)
    placed = [element for child in figure._children.values() for element in _walk(child)]
    foreign = [element for element in placed if not _is_ours(element)]
    rendered = {element.get_name() for element in placed} | {_META}
    linked = {name for name, _ in (*fmap.default_js, *fmap.default_css)}
    for part in (figure.header, figure.html, figure.script):
        for name, child in part._children.items():
            if name not in rendered and not (name in linked and isinstance(child, Link)):
                foreign.append(child)
    return sorted({type(element).__name__ for element in foreign})


def _is_ours(element: Element) -> bool:
    if isinstance(element, ElementAddToElement):  # names alone: Folium shows a layer by it
        return element._parent is not None and _is_ours(element._parent)
    return type(element).__module__.startswith(_OURS)


def require_own_parts(foreign: Sequence[str], audience: Audience) -> None:
    """Refuse a page for others on which there is what nobody has looked at.

    Raises
    ------
    ReleaseError
        If anything on it is foreign and the page is for partners or the public.
    """
    if foreign and audience != "internal":
        raise ReleaseError(
            f"the map is for the audience {audience!r} and holds what maligeo did not put there "
            f"and cannot look into: {', '.join(foreign)}. Add released frames by maligeo.maps, "
            "make the map for audience='internal', or, where nobody can come to harm by it, "
            "save it with allow_foreign_layers=True"
        )


def _record(about: Provenance) -> str:
    """Give what made the map as a block of data: no script, so that none has to be allowed."""
    return f'<script type="application/json" id="{KEY}">{harmless(about.to_json())}</script>'


def _links(header: Element) -> Iterator[tuple[str, CssLink | JavascriptLink]]:
    for name, child in header._children.items():
        if isinstance(child, CssLink | JavascriptLink):
            yield name, child


def _inline(name: str, link: CssLink | JavascriptLink) -> str:
    """Give what stands in place of a link to the network."""
    if name in _INLINED:
        tag = "style" if isinstance(link, CssLink) else "script"
        return f"<{tag}>{_INLINED[name]()}</{tag}>"
    needless = {entry for entry, _ in (*folium.Map.default_js, *folium.Map.default_css)}
    if name in needless:
        return ""
    raise ArgumentError(f"the map needs {link.url} from the network: save it with offline=False")


def _policy(text: str, fmap: folium.Map) -> str:
    """Allow the scripts of the page by their hash, and nothing from a network."""
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(code.encode('utf-8')).digest()).decode()}'"
        for code in _SCRIPT.findall(text)
    ]
    allowed = _sources(fmap)
    images = " ".join(["data:", *sorted({*_tile_hosts(fmap), *allowed})])
    fetched = f"; connect-src {' '.join(allowed)}" if allowed else ""
    return html.escape(
        f"default-src 'none'; script-src {' '.join(hashes)}; "
        f"style-src 'unsafe-inline'; img-src {images}{fetched}",
        quote=True,
    ).replace("&#x27;", "'")


def _sources(fmap: folium.Map) -> list[str]:
    """Give what parts of the map say that they read from while it is shown."""
    found = (getattr(part, "fetches_from", ()) for part in _walk(fmap))
    return sorted({source for sources in found for source in sources})


def _tile_hosts(fmap: folium.Map) -> list[str]:
    """Give the servers of the tile layers that were added by choice."""
    layers = [child for child in _walk(fmap) if isinstance(child, folium.TileLayer)]
    parts = [urlsplit(layer.tiles.replace("{s}", "*")) for layer in layers]
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts if part.netloc})


def _with_stable_ids(text: str, figure: Element) -> str:
    """Count Folium's random names in the order in which they appear."""
    known = {element._id for element in _walk(figure)}
    found = dict.fromkeys(name for name in _RANDOM_ID.findall(text) if name in known)
    for count, name in enumerate(found, start=1):
        text = text.replace(name, f"{count:03d}")
    return text


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for part in (getattr(element, name, None) for name in ("header", "html", "script")):
        if isinstance(part, Element):
            yield from _walk(part)
    for child in element._children.values():
        yield from _walk(child)
