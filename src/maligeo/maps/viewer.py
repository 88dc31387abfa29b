"""The page on which an archive of tiles is looked at, over the outlines of the regions."""

from maligeo import catalog
from maligeo.core import words
from maligeo.core.audiences import AUDIENCE, stated_audience
from maligeo.core.columns import Language
from maligeo.look.outlines import DECIMALS, outlines
from maligeo.maps.html import add_call
from maligeo.maps.packing import packed_shapes
from maligeo.maps.page import PageMap
from maligeo.maps.regions import add_neighbours, add_scale
from maligeo.maps.tiles import Script, lay_tiles
from maligeo.maps.towns import add_towns
from maligeo.maps.waters import add_waters
from maligeo.readers.boundaries import load_boundaries
from maligeo.text.titles import certain_towns
from maligeo.tile_archives import TileFile


def viewer_page(opened: TileFile, address: str, *, language: Language = "fr") -> PageMap:
    """Make the page of an archive: its tiles from a server, its name, legend and credits.

    Parameters
    ----------
    opened : TileFile
        The archive, or a raster that is served as tiles.
    address : str
        Where its tiles are served: a path on the server that the page comes from.
    language : {"fr", "en"}
        Language in which the page opens.

    Returns
    -------
    PageMap

    Raises
    ------
    ArgumentError
        If its tiles are of a kind that no page shows.
    """
    described = opened.description
    units = load_boundaries()
    title = str(described.metadata.get("name", "")) or words.word("viewer.heading", language)
    heading = {one: [words.word("viewer.heading", one)] for one in ("fr", "en")}
    audience = stated_audience(described.metadata.get(AUDIENCE))
    fmap = PageMap(title, described.bounds, language=language, heading=heading, audience=audience)
    shapes = packed_shapes(outlines(units).shapes, DECIMALS)
    low, high = described.zooms

    def ground(one: str) -> dict[str, object]:
        kind = "viewer.vector" if described.tile_type == "mvt" else "viewer.pictures"
        zooms = words.word("viewer.zooms", one).format(low=low, high=high)
        return {
            "outlines": shapes,
            "title": title,
            "subtitle": f"{words.word(kind, one)} · {zooms}",
        }

    fmap.add_child(Script("ground.js"), name="ground.js")
    add_call(fmap, "ground", ground)
    add_waters(fmap)
    add_neighbours(fmap, catalog.load_table("reference", "neighbours"))
    add_towns(fmap, certain_towns(), units)
    add_scale(fmap, units)
    lay_tiles(fmap, opened, address=address)
    return fmap
