"""Interactive maps as single files that open without a network."""

from maligeo.maps.areas import add_areas
from maligeo.maps.comparison import MapSide, comparison_map
from maligeo.maps.heat import add_heat
from maligeo.maps.incidents import add_incidents
from maligeo.maps.need_response import add_gaps
from maligeo.maps.page import PageMap, save_map
from maligeo.maps.projects import add_presence, add_projects
from maligeo.maps.regions import (
    add_choropleth,
    add_neighbours,
    add_notes,
    add_scale,
    add_towns,
    region_map,
)
from maligeo.maps.tiles import add_online_tiles

__all__ = [
    "MapSide",
    "PageMap",
    "add_areas",
    "add_choropleth",
    "add_gaps",
    "add_heat",
    "add_incidents",
    "add_neighbours",
    "add_notes",
    "add_online_tiles",
    "add_presence",
    "add_projects",
    "add_scale",
    "add_towns",
    "comparison_map",
    "region_map",
    "save_map",
]
