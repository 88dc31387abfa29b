"""Sources, limits and the disclaimer, in a drawer over the map."""

import geopandas as gpd
import pandas as pd

from maligeo.maps.embedding import add_call
from maligeo.maps.page import PageMap
from maligeo.wording.notes import note_sections


def add_notes(
    fmap: PageMap, table: pd.DataFrame, units: gpd.GeoDataFrame, towns: pd.DataFrame
) -> None:
    """Add what a reader must know: vintage, outlines, balance, method, sources, disclaimer.

    Parameters
    ----------
    fmap : PageMap
        The map.
    table, units, towns
        As `maligeo.wording.notes.note_sections` takes them.
    """
    add_call(fmap, "notes", lambda language: note_sections(table, units, towns, language))
