"""`maligeo map` on paper: the same table and records as PDF, PNG or SVG."""

from pathlib import Path
from typing import Final

import maligeo
from maligeo.cli.map_records import Content
from maligeo.errors import ArgumentError
from maligeo.figures import MapOptions, map_figure
from maligeo.provenance import Provenance

SUFFIXES: Final = (".pdf", ".png", ".svg")
_GAPS: Final = "gaps"


def write_paper(
    content: Content, output: Path, *, measure: str | None, region: str | None, about: Provenance
) -> Path:
    """Write one measure of a table as a map on paper; of own records also the points and areas.

    Raises
    ------
    ArgumentError
        If gaps are asked for and there are own records: `maligeo gaps` compares these.
    MaligeoError
        As `maligeo.map_figure` raises.
    """
    table, units, own, is_gaps = content.table, content.units, content.own, measure == _GAPS
    if is_gaps and own is not None:
        raise ArgumentError("gaps are drawn of the bundled data: maligeo gaps compares files")
    options = MapOptions(
        layer=None if is_gaps else measure,
        region=region,
        language=content.language,
        incidents=None if own is None else own.incidents,
        areas=None if own is None else own.areas,
        behind=table if is_gaps else None,
    )
    drawn = maligeo.bundled_gaps(units) if is_gaps else table
    return map_figure(drawn, units, output, options=options, audience=content.audience, about=about)
