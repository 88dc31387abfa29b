"""How two sides of a comparison differ, in words: known where both values are."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import geopandas as gpd
import pandas as pd

from maligeo import labels
from maligeo.wording.cells import unit_text
from maligeo.wording.readings import PeriodRows, value_text

SIDES: Final = ("A", "B")

_MINUS: Final = "\u2212"
_AT_LEAST: Final = "at least"
_SAME_LENGTH: Final = 3  # days: months and leap years differ by that much


class Pair(NamedTuple):
    """The rows of one layer on both sides.

    Attributes
    ----------
    first, second : PeriodRows
        Of A and of B.
    same_units : bool
        Whether both are about the same units.
    """

    first: PeriodRows
    second: PeriodRows
    same_units: bool

    @property
    def is_comparable(self) -> bool:
        """Whether the figures count the same things: they are of one publisher."""
        return self.first.publisher == self.second.publisher


def difference_rows(pair: Pair, units: gpd.GeoDataFrame, language: str) -> list[dict[str, str]]:
    """Give both values of each unit and their difference, in the order of the units.

    Parameters
    ----------
    pair : Pair
        Rows of the same units.
    units : geopandas.GeoDataFrame
        The units, with `pcode` and `name`.
    language : {"fr", "en"}
        Language of the texts.

    Returns
    -------
    list of dict
        `name, first, second, difference`: B less A, as the values are shown. It is "not
        known" where a value is missing or no more than a lower bound, and empty
        everywhere where the two are of different publishers.
    """
    return [
        {
            "name": str(name),
            "first": unit_text(pair.first, pcode, language),
            "second": unit_text(pair.second, pcode, language),
            "difference": _difference(pair, pcode, language),
        }
        for pcode, name in zip(units["pcode"], units["name"], strict=True)
    ]


def difference_notes(pair: Pair, language: str) -> list[str]:
    """Say what must not be read into the differences."""
    events = pair.first.layer.has_periods
    keys = ["chance"] if events and pair.same_units and pair.is_comparable else []
    if not pair.same_units:
        keys.append("units")
    if not pair.is_comparable:
        keys.append("publishers")
    if not pair.first.layer.is_rate and _lengths_differ(pair):
        keys.append("lengths")
    if any(_is_bound(row) for found in pair[:2] for row in found.by_unit.values()):
        keys.append("bounds")
    return [labels.word(f"compare.note_{key}", language) for key in keys]


def _difference(pair: Pair, pcode: str, language: str) -> str:
    if not pair.is_comparable:
        return ""
    rows = [found.by_unit.get(pcode) for found in (pair.first, pair.second)]
    known = [row for row in rows if row is not None and pd.notna(row["shown"])]
    if len(known) < len(rows) or any(map(_is_bound, known)):
        return labels.word("compare.unknown", language)
    layer = pair.first.layer
    step = round(float(known[1]["shown"]) - float(known[0]["shown"]), layer.decimals)
    text = value_text(abs(step), layer, language)
    signed = text if step == 0 else f"{'+' if step > 0 else _MINUS}{text}"
    if not any(row["derived"] for row in known):
        return signed
    return labels.word("value.derived", language).format(value=signed)


def _is_bound(row: Mapping[str, Any]) -> bool:
    """Tell whether a value is known in part, and so a lower bound only."""
    partial = isinstance(row["note"], str) and _AT_LEAST in row["note"]
    return partial and pd.notna(row["count"]) and pd.isna(row["count_high"])


def _lengths_differ(pair: Pair) -> bool:
    lengths = [_days(found) for found in (pair.first, pair.second)]
    return None not in lengths and abs(lengths[0] - lengths[1]) > _SAME_LENGTH  # type: ignore[operator]


def _days(found: PeriodRows) -> int | None:
    first = found.rows.iloc[0]
    if pd.isna(first["period_start"]) or pd.isna(first["period_end"]):
        return None
    return int((first["period_end"] - first["period_start"]).days)
