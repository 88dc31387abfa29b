"""Need against response on one map: nine classes, a legend of two ways, a ranked list."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from maligeo import labels, style
from maligeo.checks import require_columns, require_one_vintage, require_same_vintage
from maligeo.maps.embedding import add_call
from maligeo.maps.page import PageMap

_COLUMNS = (
    "vintage", "pcode", "name", "place_kind", "need_rank", "response_rank", "gap_places",
    "certainty", "no_response", "note",
)  # fmt: skip
_PARTS = 3
_ROBUST = "robust"
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
    FrameError
        If a column is missing.
    VintageError
        If gaps and units are of different vintages.
    """
    require_columns(gaps, _COLUMNS, what="gaps")
    require_same_vintage(
        require_one_vintage(gaps["vintage"], what="gaps"),
        require_one_vintage(units["vintage"], what="units"),
        what="gaps and units",
    )
    placed = gaps[gaps["place_kind"] == "unit"]
    rows = placed.set_index("pcode").to_dict("index")
    ranked = int(placed["gap_places"].notna().sum())
    classes = [_class_of(rows.get(pcode), ranked) for pcode in units["pcode"]]
    add_call(fmap, "gaps", lambda spoken: _layer(gaps, units, rows, classes, spoken))


def third(rank: float, ranked: int) -> int:
    """Give the third that a rank is in: 2 for the upper one, with rank 1, to 0."""
    return max(_PARTS - 1 - int((rank - 1) * _PARTS / ranked), 0)


def _class_of(row: Mapping[str, Any] | None, ranked: int) -> int:
    """Give the class of a unit, 1 to 9; -1 where need or response is not known."""
    if row is None or pd.isna(row["gap_places"]):
        return -1
    need, response = (third(float(row[name]), ranked) for name in ("need_rank", "response_rank"))
    return need * _PARTS + response + 1


def _layer(
    gaps: pd.DataFrame,
    units: gpd.GeoDataFrame,
    rows: Mapping[str, Mapping[str, Any]],
    classes: Sequence[int],
    language: str,
) -> dict[str, object]:
    codes = units["pcode"].tolist()
    cells = [
        [of, *_texts(rows.get(code), language)] for code, of in zip(codes, classes, strict=True)
    ]
    fills = [style.MISSING_COLOUR, style.ZERO_COLOUR, *style.TWO_WAY]
    period = {
        "label": _period(gaps, language),
        "publisher": _publisher(gaps),
        "derived": False,
        "low": False,
        "cells": cells,
        "balance": {"lines": [], "notes": _elsewhere(gaps, language)},
    }
    return {part: labels.word(f"{part}.gaps", language) for part in _MEANINGS} | {
        "key": "gaps",
        "fills": fills,
        "pales": [style.pale(fill) for fill in fills],
        "inks": [style.ink_on(fill) for fill in fills],
        "legend": [
            {
                "index": -1,
                "label": labels.word("gaps.unknown", language),
                "note": labels.word("gaps.unknown_note", language),
            }
        ],
        "periods": [period],
        "ranking": [
            {
                "at": codes.index(code),
                "name": row["name"],
                "text": " · ".join(_texts(row, language)),
            }
            for code, row in rows.items()
            if code in codes
        ],
    }


def _texts(row: Mapping[str, Any] | None, language: str) -> list[str]:
    """Give the gap in places, and what it is made of."""
    if row is None or pd.isna(row["gap_places"]):
        return [labels.word("gaps.unknown", language), ""]
    gap = float(row["gap_places"])
    number = labels.number_text(gap, language, decimals=1)
    ranks = labels.word("gaps.ranks", language).format(
        need=labels.number_text(row["need_rank"], language, decimals=1),
        response=labels.number_text(row["response_rank"], language, decimals=1),
    )
    remarks = [ranks]
    if pd.notna(row["no_response"]) and row["no_response"]:
        remarks.append(labels.word("gaps.none", language))
    if row["certainty"] != _ROBUST:
        remarks.append(labels.word("gaps.depends", language))
    return [f"+{number}" if gap > 0 else number, ", ".join(remarks)]


def _period(gaps: pd.DataFrame, language: str) -> str:
    if not {"period_start", "period_end"} <= set(gaps.columns):
        return ""
    start, end = gaps["period_start"].min(), gaps["period_end"].max()
    return "" if pd.isna(start) or pd.isna(end) else labels.period_text(start, end, language)


def _publisher(gaps: pd.DataFrame) -> str:
    known = gaps["publisher"].dropna() if "publisher" in gaps.columns else pd.Series(dtype=str)
    return "" if known.empty else str(known.iloc[0])


def _elsewhere(gaps: pd.DataFrame, language: str) -> list[str]:
    """Name what concerns no single unit, and is in no rank."""
    apart = gaps[gaps["place_kind"] != "unit"]
    names = [
        labels.word(f"place.{kind}", language).format(name="" if pd.isna(name) else name)
        for kind, name in zip(apart["place_kind"], apart["name"], strict=True)
    ]
    listed = ", ".join(dict.fromkeys(names))
    return [labels.word("gaps.elsewhere", language).format(names=listed)] if names else []
