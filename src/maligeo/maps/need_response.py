"""Need against response on one map: nine classes, a legend of two ways, a ranked list."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from maligeo import look
from maligeo.core import words
from maligeo.core.checks import require_columns, require_vintage_of
from maligeo.maps.html import add_call
from maligeo.maps.page import PageMap
from maligeo.text.legend import GAPS, class_of, gap_period, gap_publisher, gap_texts, unranked_notes

_MEANINGS = ("layer", "title", "unit", "about")


def add_gaps(fmap: PageMap, gaps: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    """Add need against response to the measures of a map.

    Each unit is in the upper, middle or lower third of the need and of the response; the
    two together give its colour. The panel shows the legend of both ways, and the units by
    falling gap; a click there goes to the unit. A unit whose need or response is not known
    is hatched, and stands in no rank.

    Parameters
    ----------
    fmap : PageMap
        A map with regions, as from `region_map`.
    gaps : pandas.DataFrame
        As from `maligeo.coverage_gaps`.
    units : geopandas.GeoDataFrame, EPSG:4326
        The units of the map.

    Raises
    ------
    ReleaseError
        If the gaps were not released for the audience of the map.
    FrameError
        If a column is missing.
    VintageError
        If gaps and units are of different vintages.
    """
    require_columns(gaps, GAPS, what="gaps")
    fmap.gate.admit(gaps, what="the gaps")
    require_vintage_of(units, gaps, what="gaps")
    placed = gaps[gaps["place_kind"] == "unit"]
    rows = placed.set_index("pcode").to_dict("index")
    ranked = int(placed["gap_places"].notna().sum())
    classes = [class_of(rows.get(pcode), ranked) for pcode in units["pcode"]]
    add_call(fmap, "gaps", lambda one: _layer(gaps, units, rows, classes, one))


def _layer(
    gaps: pd.DataFrame,
    units: gpd.GeoDataFrame,
    rows: Mapping[str, Mapping[str, Any]],
    classes: Sequence[int],
    language: str,
) -> dict[str, object]:
    codes = units["pcode"].tolist()
    cells = [
        [of, *gap_texts(rows.get(code), language)] for code, of in zip(codes, classes, strict=True)
    ]
    fills = [look.MISSING_COLOUR, look.ZERO_COLOUR, *look.TWO_WAY]
    period = {
        "label": gap_period(gaps, language),
        "publisher": gap_publisher(gaps),
        "derived": False,
        "low": False,
        "cells": cells,
        "balance": {"lines": [], "notes": unranked_notes(gaps, language)},
    }
    return {part: words.word(f"{part}.gaps", language) for part in _MEANINGS} | {
        "key": "gaps",
        "fills": fills,
        "pales": [look.pale(fill) for fill in fills],
        "inks": [look.ink_on(fill) for fill in fills],
        "legend": [
            {
                "index": -1,
                "label": words.word("gaps.unknown", language),
                "note": words.word("gaps.unknown_note", language),
            }
        ],
        "periods": [period],
        "ranking": [
            {
                "at": codes.index(code),
                "name": row["name"],
                "text": " · ".join(gap_texts(row, language)),
            }
            for code, row in rows.items()
            if code in codes
        ],
    }
