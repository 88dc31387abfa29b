"""Sources, limits and the disclaimer, in a drawer over the map."""

from typing import Any

import geopandas as gpd
import pandas as pd

from maligeo import labels
from maligeo.maps.embedding import add_call
from maligeo.maps.page import PageMap
from maligeo.outlines import outlines
from maligeo.releasing import require_released
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

    Raises
    ------
    ReleaseError
        If the table was not released for the audience of the map.
    """
    require_released(table, fmap.audience, what="the figures")
    zoom = outlines(units).zoom

    def build(language: str) -> list[dict[str, Any]]:
        sections: list[dict[str, Any]] = note_sections(table, units, towns, language)
        return with_zoom(sections, zoom, language)

    add_call(fmap, "notes", build)


def with_zoom(
    sections: list[dict[str, Any]], zoom: int | None, language: str
) -> list[dict[str, Any]]:
    """Say in the first section, which is about boundaries, how far simplified outlines hold.

    Parameters
    ----------
    sections : list of dict
        As from `maligeo.wording.notes.note_sections`.
    zoom : int or None
        As in `maligeo.outlines.Outlines`; without it nothing was left out.
    language : {"fr", "en"}
        Language of the texts.
    """
    if zoom is None:
        return sections
    first, *others = sections
    said = labels.word("notes.simplified", language).format(zoom=zoom)
    division, *rest = first["paragraphs"]
    return [first | {"paragraphs": [division, said, *rest]}, *others]
