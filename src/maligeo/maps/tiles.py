"""Tile layers of a map: archives within the page or served, and a street map by choice."""

import base64
import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import folium
from branca.element import MacroElement
from folium.template import Template

from maligeo.core import words
from maligeo.core.audiences import AUDIENCE, is_wide, require_wide, stated_audience
from maligeo.core.columns import AUDIENCES, COUNT
from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.core.session import session_language
from maligeo.maps.html import assets, in_languages, page_audience, require_open, script_json
from maligeo.maps.page import PageMap
from maligeo.maps.tile_legends import layer_colours, legend_of, vector_legend
from maligeo.tile_archives import Description, TileFile, open_tiles, uncompressed

MOST_INLINED_BYTES: Final = 8_000_000

_PICTURES: Final = {"png": "image/png", "webp": "image/webp", "jpg": "image/jpeg"}
_SEAMS: Final = "seams.js"
_OF_PICTURES: Final = (_SEAMS, "tiles.js")
_OF_VECTORS: Final = ("mvt.js", "vectors.js", "tiles.js")
_ON_A_PLAIN_MAP: Final = ("page.js", "canvas.js", "popup.js", "tiles_box.js")
_MARKUP: Final = re.compile(r"<[^>]*>")


class TilesCall(MacroElement):
    """A call of our script for tiles, on any Folium map.

    Attributes
    ----------
    fetches_from : tuple of str
        Sources for a Content-Security-Policy: what the page reads from while it is shown.
    colours : tuple of str
        Colours of its vector layers.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}\n"
        "{{ this.call }}({{ this._parent.get_name() }}, {{ this.name }}{{ this.data }});\n"
        "{% endmacro %}"
    )

    def __init__(self, data: object, *, fetches_from: tuple[str, ...], on_page: bool) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca annotates none
        self._name = "Tiles"
        self.call = "maligeo.call" if on_page else "maligeo.tiles"
        self.name = '"tiles", ' if on_page else ""
        self.data = script_json(data)
        self.fetches_from = fetches_from
        self.colours: tuple[str, ...] = ()


class Script(MacroElement):
    """A script of the package, kept from being read as a template, which Folium would."""

    _template = Template(
        "{% macro header(this, kwargs) %}"
        "{{ '{% raw %}' }}<script>{{ this.code }}</script>{{ '{% endraw %}' }}"
        "{% endmacro %}"
    )

    def __init__(self, name: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca annotates none
        self._name = "Script"
        self.code = assets([name])


def add_tiles(
    fmap: folium.Map,
    archive: str | Path,
    *,
    address: str | None = None,
    zooms: tuple[int, int] | None = None,
    opacity: float = 0.8,
    colours: Mapping[str, str] | None = None,
) -> None:
    """Lay the tiles of an archive over a map.

    Parameters
    ----------
    fmap : folium.Map
        A map, as from `region_map`.
    archive : str or pathlib.Path
        "….pmtiles", "….mbtiles" or a folder of tiles, as from `raster_tiles` and
        `vector_tiles`; pictures or vector tiles.
    address : str, optional
        Where the archive is served: "mali.pmtiles" for one that `maligeo serve` finds in
        the folder of the page itself, or "http://127.0.0.1:8000/mali.pmtiles". The page
        then reads from there and from nowhere else. Vector tiles have to come from the
        server that the page comes from. Without it the tiles become part of the page,
        which needs no server; they may have 8 MB.
    zooms : tuple of int, optional
        Coarsest and finest zoom to take; finer ones are drawn from the finest. By default
        all that the archive has.
    opacity : float, default 0.8
        From 0, not seen, to 1.
    colours : mapping of str to str, optional
        Colour "#rrggbb" of vector layers by name; the others get one of their own, which
        no other legend of the page has.

    Raises
    ------
    ArgumentError
        If an option has a value that it cannot have, or the tiles are too many for a page.
    ReleaseError
        If the archive is for a narrower audience than the map. It names its own in its
        metadata, as those of `raster_tiles` and `vector_tiles` do; one that names none, such
        as of GDAL, tippecanoe or QGIS, is internal.
    InputFileError
        If the archive cannot be read.

    Notes
    -----
    The layer has the name and the legend of its archive, and a switch: in the panel of a
    page of `region_map`, on another Folium map in a box in its corner. Where the tiles are
    pictures with a legend the regions are plain as long as they show, since two scales of
    colour over one another say what neither says. Polygons are drawn as outlines, points by
    `point_count`, or by `count` where the records count themselves. A click on a dot or an
    outline says its attributes as the tile has them; a click into a polygon does where no
    regions lie below. A tile that cannot be read is named in the legend.
    """
    lay_tiles(
        fmap, open_tiles(archive), address=address, zooms=zooms, opacity=opacity, colours=colours
    )


def inline_tiles(fmap: folium.Map, archive: str | Path) -> None:
    """Put as many zooms of an archive into the page of a map as there is room for.

    Parameters
    ----------
    fmap : folium.Map
        A map, as from `region_map`.
    archive : str or pathlib.Path
        As for `add_tiles`; deeper zooms are drawn from the finest that found room, and the
        legend says so.

    Raises
    ------
    ArgumentError, ReleaseError, InputFileError
        As `add_tiles` raises.
    """
    opened = open_tiles(archive)
    low, high = opened.description.zooms
    sizes: dict[int, int] = dict.fromkeys(range(low, high + 1), 0)
    for address, stored in opened.tiles():
        sizes[address.z] += len(uncompressed(stored))
    finest = low
    for zoom in range(low + 1, high + 1):
        if sum(sizes[one] for one in range(low, zoom + 1)) <= MOST_INLINED_BYTES:
            finest = zoom
    lay_tiles(fmap, opened, zooms=(low, finest))


def lay_tiles(
    fmap: folium.Map,
    opened: TileFile,
    *,
    address: str | None = None,
    zooms: tuple[int, int] | None = None,
    opacity: float = 0.8,
    colours: Mapping[str, str] | None = None,
) -> None:
    """Lay tiles over a map that are opened already, see `add_tiles`."""
    require_open(fmap)
    _require_audience(fmap, opened)
    kept = _kept_zooms(opened, zooms)
    if not 0 <= opacity <= 1:
        raise ArgumentError(f"opacity lies between 0 and 1, unlike {opacity}")
    data = _described(opened, kept, opacity)
    if address is None:
        data |= _inlined(opened, kept)
    else:
        data["address"] = address.rstrip("/")
    described = opened.description
    chosen: dict[str, str] = {}
    if described.tile_type == "mvt":
        chosen = layer_colours(described, colours or {}, _taken(fmap))

    def build(language: str) -> dict[str, Any]:
        layers = vector_legend(described, chosen, language)
        return data | legend_of(described, language, kept) | {"layers": layers}

    _add_scripts(fmap, described.tile_type)
    on_page = isinstance(fmap, PageMap)
    built = in_languages(build) if on_page else build(session_language())
    sources = () if address is None else (_origin(address),)
    call = TilesCall(built, fetches_from=sources, on_page=on_page)
    call.colours = tuple(chosen.values())
    fmap.add_child(call)


def _taken(fmap: folium.Map) -> list[str]:
    """Give the colours of the vector layers that lie on a map."""
    calls = [child for child in fmap._children.values() if isinstance(child, TilesCall)]
    return [colour for call in calls for colour in call.colours]


def _add_scripts(fmap: folium.Map, tile_type: str) -> None:
    """Put what draws the tiles into the page, once; a plain map has none of ours yet."""
    tools = () if isinstance(fmap, PageMap) else _ON_A_PLAIN_MAP
    _once(fmap, *tools, *(_OF_VECTORS if tile_type == "mvt" else _OF_PICTURES))


def _once(fmap: folium.Map, *scripts: str) -> None:
    for script in scripts:
        if script not in fmap._children:
            fmap.add_child(Script(script), name=script)


def _require_audience(fmap: folium.Map, opened: TileFile) -> None:
    """Hold an archive against the audience of the page; one that names none is internal."""
    named = opened.description.metadata.get(AUDIENCE)
    audience = page_audience(fmap)
    if is_wide(stated_audience(named), audience):
        return
    if named in AUDIENCES:
        require_wide(stated_audience(named), audience, what=f"the tiles of {opened.path}")
    raise ReleaseError(
        f"the tiles of {opened.path} do not say for whom they are, as archives of other "
        f"programs do not, so they are internal: where nobody can come to harm by them, write "
        f"the audience {audience!r} into their metadata, under the name {AUDIENCE!r}; or make "
        "the map for the audience 'internal'"
    )


def _kept_zooms(opened: TileFile, zooms: tuple[int, int] | None) -> tuple[int, int]:
    low, high = opened.description.zooms
    if zooms is None:
        return low, high
    kept = max(low, zooms[0]), min(high, zooms[1])
    if kept[0] > kept[1]:
        raise ArgumentError(f"{opened.path} has zooms {low} to {high}, none of {zooms}")
    return kept


def _described(opened: TileFile, zooms: tuple[int, int], opacity: float) -> dict[str, Any]:
    described = opened.description
    if described.tile_type not in ("mvt", *_PICTURES):
        raise ArgumentError(f"{opened.path}: tiles of type {described.tile_type!r} are not shown")
    west, south, east, north = described.bounds
    parts = str(described.metadata.get("attribution", "")).split(" | ")
    warnings = {words.both(f"audience.{one}") for one in AUDIENCES}  # the page says it itself
    credit = html.unescape(_MARKUP.sub("", " | ".join(one for one in parts if one not in warnings)))
    return {
        "zooms": list(zooms),
        "finest": _finest(described, zooms),
        "bounds": [[south, west], [north, east]],
        "opacity": opacity,
        "attribution": re.sub("[<>&]", "", credit),  # Leaflet reads it as markup
        "suffix": described.tile_type,
        "mediaType": _PICTURES.get(described.tile_type),
    }


def _finest(described: Description, zooms: tuple[int, int]) -> int:
    """Give the finest zoom that is drawn.

    Released counts of a unit all lie in one place, period by period: at the finest zoom of
    the archive the largest would hide the others, so their sums of the zoom before it are
    drawn.
    """
    points = described.metadata.get("point_layers")
    told = points.values() if isinstance(points, dict) else ()
    counted = any(isinstance(one, dict) and one.get("size_by") == COUNT for one in told)
    return zooms[1] - 1 if counted and zooms[0] < zooms[1] == described.zooms[1] else zooms[1]


def _inlined(opened: TileFile, zooms: tuple[int, int]) -> dict[str, Any]:
    """Put tiles into the page, equal ones once."""
    places: dict[str, int] = {}
    numbers: dict[bytes, int] = {}
    size = 0
    for (z, x, y), stored in opened.tiles():
        if not zooms[0] <= z <= zooms[1]:
            continue
        content = uncompressed(stored)
        size += 0 if content in numbers else len(content)
        if size > MOST_INLINED_BYTES:
            raise ArgumentError(
                f"the tiles of {opened.path} at zooms {zooms[0]} to {zooms[1]} have more than "
                f"{MOST_INLINED_BYTES / 1e6:g} MB: take fewer zooms, or serve them and give address"
            )
        places[f"{z}/{x}/{y}"] = numbers.setdefault(content, len(numbers))
    contents = [base64.b64encode(content).decode("ascii") for content in numbers]
    return {"places": places, "contents": contents}


def _origin(address: str) -> str:
    """Give where an address leads, as a source of a Content-Security-Policy."""
    parts = urlsplit(address)
    if not parts.scheme and not parts.netloc:
        return "'self'"
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[\w.:\[\]-]+", parts.netloc):
        raise ArgumentError(f"the address {address!r} is neither relative nor http nor https")
    return f"{parts.scheme}://{parts.netloc}"


class OnlineTiles(folium.TileLayer):
    """The street map beneath the regions, which this library adds itself."""


class _Seamless(MacroElement):
    """What keeps lines from showing where tiles of a layer meet."""

    _template = Template(
        "{% macro script(this, kwargs) %}\nmaligeo.seamless({{ this.layer }});\n{% endmacro %}"
    )

    def __init__(self, layer: folium.TileLayer) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca annotates none
        self._name = "Seamless"
        self.layer = layer.get_name()


ADDRESS = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"


def add_online_tiles(fmap: PageMap) -> None:
    """Put OpenStreetMap beneath the regions; the map then needs a network.

    Without a network the regions show on the plain background as before. `save_map` keeps
    the address of the tiles in an offline file too, and lets the page fetch from it and
    from nowhere else.

    Parameters
    ----------
    fmap : PageMap
        A map as from `region_map`.
    """
    require_open(fmap)
    credit = words.word("tiles.attribution", fmap.language)
    layer = OnlineTiles(ADDRESS, attr=credit, control=False, opacity=0.6)
    fmap.add_child(layer)
    _once(fmap, _SEAMS)
    fmap.add_child(_Seamless(layer))
