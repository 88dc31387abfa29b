"""Interactive maps as single files that open without a network."""

from maligeo.maps.choropleth import add_choropleth
from maligeo.maps.context import add_neighbours, add_scale, add_towns
from maligeo.maps.notes import add_notes
from maligeo.maps.online import add_online_tiles
from maligeo.maps.page import PageMap
from maligeo.maps.presence import add_presence
from maligeo.maps.region import region_map
from maligeo.maps.saving import save_map

__all__ = [
    "PageMap",
    "add_choropleth",
    "add_neighbours",
    "add_notes",
    "add_online_tiles",
    "add_presence",
    "add_scale",
    "add_towns",
    "region_map",
    "save_map",
]
