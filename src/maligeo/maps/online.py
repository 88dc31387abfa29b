"""A street map from the internet, by choice."""

import folium

from maligeo import labels
from maligeo.maps.embedding import require_open
from maligeo.maps.page import PageMap

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
    credit = labels.word("tiles.attribution", fmap.language)
    fmap.add_child(folium.TileLayer(ADDRESS, attr=credit, control=False, opacity=0.6))
