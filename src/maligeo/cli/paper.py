"""`maligeo map` on paper: the same table and records as PDF, PNG or SVG."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

import maligeo
from maligeo.cli.map_records import OwnRecords
from maligeo.columns import Audience, Language
from maligeo.errors import ArgumentError
from maligeo.figures import MapOptions, map_figure
from maligeo.provenance import Provenance

SUFFIXES: Final = (".pdf", ".png", ".svg")
_GAPS: Final = "gaps"


def write_paper(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    output: Path,
    own: OwnRecords | None,
    *,
    measure: str | None,
    region: str | None,
    language: Language,
    audience: Audience,
    about: Provenance,
) -> Path:
    """Write one measure of a table as a map on paper; of own records also the points and areas.

    Raises
    ------
    ArgumentError
        If gaps are asked for and there are own records: `maligeo gaps` compares these.
    MaligeoError
        As `maligeo.map_figure` raises.
    """
    drawn = table
    if measure == _GAPS:
        if own is not None:
            raise ArgumentError("gaps are drawn of the bundled data: maligeo gaps compares files")
        drawn = maligeo.bundled_gaps(units)
    options = MapOptions(
        layer=None if measure == _GAPS else measure,
        region=region,
        language=language,
        incidents=None if own is None else own.incidents,
        areas=None if own is None else own.areas,
        behind=table if measure == _GAPS else None,
    )
    return map_figure(drawn, units, output, options=options, audience=audience, about=about)
