"""Interactive maps as single files that open without a network."""

from maligeo.maps.areas import add_areas
from maligeo.maps.choropleth import add_choropleth
from maligeo.maps.comparison import MapSide, comparison_map
from maligeo.maps.context import add_neighbours, add_scale, add_towns
from maligeo.maps.gaplayers import add_gaps
from maligeo.maps.heat import add_heat
from maligeo.maps.incidents import add_incidents
from maligeo.maps.notes import add_notes
from maligeo.maps.online import add_online_tiles
from maligeo.maps.page import PageMap
from maligeo.maps.presence import add_presence
from maligeo.maps.projectplaces import add_projects
from maligeo.maps.region import region_map
from maligeo.maps.saving import save_map

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
