"""Density tables read as indicators: one value per unit, with what is not known and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core.checks import require_choice, require_columns, require_vintage_of
from maligeo.core.columns import unit_keys
from maligeo.core.crs import Floats
from maligeo.core.errors import ArgumentError, Fault, FrameError
from maligeo.core.periods import years

WEIGHT: Final = "weight"  # column of a table of needs that do not all weigh the same
VALUES: Final = ("count", "per_100k", "per_1000_sqkm", "smoothed_per_100k")

_SERIES: Final = ["base", "publisher", "period_start", "period_end"]
_REQUIRED: Final = (
    "vintage", "pcode", "name", "place_kind", "period_start", "period_end", "measure", "count",
    "count_low", "count_high", "area_sqkm", "population", "publisher", "note",
)  # fmt: skip
# The first of these that a table holds gives the value shown; all enter the draws.
_COUNTINGS: Final = {"_fractional": 0, "": 1, "_weighted": 2}


@dataclass(frozen=True)
class Indicator:
    """One measure by which units are compared.

    Attributes
    ----------
    name : str
        Measure, in the way of counting to show, and column: "incidents_per_100k".
    series : str
        Measure, publisher and period: what indicators of the same counts have in common.
    rows : tuple of pandas.DataFrame
        The rows of the units by `unit_keys`, in their order, with `value, low, high`; one
        frame per way of counting, of which the first is the one to show.
    elsewhere : pandas.DataFrame
        The rows that concern no single unit, in the way of counting to show.
    """

    name: str
    series: str
    rows: tuple[pd.DataFrame, ...]
    elsewhere: pd.DataFrame

    @property
    def shown(self) -> "pd.Series[float]":
        """Give the values to show, by unit."""
        return self.rows[0]["value"]

    @property
    def weight(self) -> float:
        """Give the weight of the measure next to others; 1 where none is stated."""
        weights = self.rows[0].get(WEIGHT, pd.Series(dtype=float)).dropna()
        return float(weights.iloc[0]) if len(weights) else 1.0

    def known(self) -> npt.NDArray[np.bool_]:
        """Say which units have a value in every way of counting."""
        known = [frame["value"].notna().to_numpy(dtype=np.bool_) for frame in self.rows]
        return np.asarray(np.all(known, axis=0), dtype=np.bool_)

    def bounds(self) -> tuple[Floats, Floats]:
        """Give the lowest and highest values, shape (ways of counting, units)."""
        low, high = (
            np.array(
                [frame[side].to_numpy(dtype="float64", na_value=np.nan) for frame in self.rows]
            )
            for side in ("low", "high")
        )
        return low, high


def read_indicators(
    table: pd.DataFrame, units: gpd.GeoDataFrame, *, by: str | Sequence[str], what: str
) -> tuple[Indicator, ...]:
    """Read a density table as indicators.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table of one or several measures, publishers and periods, as from
        `maligeo.density` and `maligeo.concat_tables`. Each publisher and period of a measure is
        an indicator of its own; the countings of one measure are ways to take it. The column
        `weight`, where there is one, says what each weighs.
    units : geopandas.GeoDataFrame
        Units of the same vintage.
    by : str or sequence of str
        Columns to compare by, of `VALUES`; each gives an indicator.
    what : str
        What the table is about, for messages: "need" or "response".

    Returns
    -------
    tuple of Indicator
        In the order of `by`, then by measure, publisher and period.

    Raises
    ------
    ArgumentError
        If a column to compare by is not known, no unit has a value, or some counts of a
        measure belong to no period.
    FrameError
        If columns are missing, a unit is not among the units or has two values.
    VintageError
        If table and units are of different vintages.
    """
    wanted = [by] if isinstance(by, str) else list(by)
    for column in wanted:
        require_choice(column, VALUES, option=f"{what}_by")
    require_columns(table, (*_REQUIRED, *wanted), what=f"{what} table")
    require_vintage_of(units, table, what=f"{what} table")
    keyed = _keyed(table, units, what)
    index = pd.Index(sorted(unit_keys(units)))
    return tuple(_indicators(keyed, index, wanted, what))


def _keyed(table: pd.DataFrame, units: gpd.GeoDataFrame, what: str) -> pd.DataFrame:
    """Add the key of the unit, the measure without its counting, and the counting."""
    keyed = pd.DataFrame(table).reset_index(drop=True)
    keyed["key"] = unit_keys(keyed)
    keyed["base"] = keyed["measure"].str.replace("_(?:fractional|weighted)$", "", regex=True)
    keyed["counting"] = [
        _COUNTINGS[name.removeprefix(base)]
        for name, base in zip(keyed["measure"], keyed["base"], strict=True)
    ]
    placed = keyed[keyed["place_kind"] == "unit"]
    strange = placed[~placed["key"].isin(unit_keys(units))]
    double = placed[placed.duplicated(["key", "measure", *_SERIES[1:]])]
    faults = [
        Fault(at, "name", name, "is no unit of these") for at, name in strange["name"].items()
    ]
    faults += [
        Fault(at, "name", name, "has two rows of one measure and period")
        for at, name in double["name"].items()
    ]
    if faults:
        raise FrameError(f"{what} table", faults)
    _refuse_undated(keyed, what)
    return keyed


def _refuse_undated(keyed: pd.DataFrame, what: str) -> None:
    """Refuse counts that could not be put into a period, next to periods of the same measure."""
    dated = keyed["period_start"].notna()
    loose = sorted(set(keyed.loc[dated, "base"]) & set(keyed.loc[~dated, "base"]))
    if loose:
        raise ArgumentError(
            f"{what}: some {', '.join(loose)} belong to no period, and can be ranked with none: "
            "keep those with a period, and tell them apart"
        )


def _indicators(
    keyed: pd.DataFrame, index: pd.Index, wanted: Sequence[str], what: str
) -> Iterator[Indicator]:
    series = list(keyed.groupby(_SERIES, dropna=False, sort=True))
    several = pd.Series([key[0] for key, _ in series]).duplicated(keep=False)
    for column in wanted:
        for (key, rows), ambiguous in zip(series, several, strict=True):
            ways = [_with_bounds(way, column) for _, way in rows.groupby("counting", sort=True)]
            placed = [way[way["place_kind"] == "unit"] for way in ways]
            if not any(way["value"].notna().any() for way in placed):
                raise ArgumentError(
                    f"{what}: no unit has a value of {_name(key, column, long=True)}; "
                    "keep the measures and periods that are broken down by unit"
                )
            yield Indicator(
                _name((ways[0]["measure"].iloc[0], *key[1:]), column, long=ambiguous),
                _name(key, "count", long=True),
                tuple(way.set_index("key").reindex(index) for way in placed),
                ways[0][ways[0]["place_kind"] != "unit"],
            )


def _name(key: tuple[object, ...], column: str, *, long: bool) -> str:
    """Name an indicator by measure and column, and by publisher and period if it must."""
    parts = [str(key[0]), *([] if column == "count" else [column])]
    if long:
        parts += [
            part.date().isoformat() if isinstance(part, pd.Timestamp) else str(part)
            for part in key[1:]
            if not pd.isna(part)
        ]
    return "_".join(parts)


def _with_bounds(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Add the value and the interval that the rounding of its count leaves it."""
    count = rows["count"].astype("Float64")
    value = rows[column].astype("Float64")
    per_event = _per_event(rows, column)
    sides = {}
    for side in ("low", "high"):
        bound = rows[f"count_{side}"].astype("Float64").fillna(count)
        sides[side] = (value + ((bound - count) * per_event).fillna(0.0)).clip(lower=0.0)
    return rows.assign(value=value, **sides)


def _per_event(rows: pd.DataFrame, column: str) -> "pd.Series[float]":
    """Say by how much one event more raises the value; a smoothed rate counts as a raw one."""
    if column == "count":
        return pd.Series(1.0, index=rows.index)
    if column == "per_1000_sqkm":
        return 1_000.0 / rows["area_sqkm"].astype("Float64")
    exposure = rows["population"].astype("Float64") * years(
        pd.to_datetime(rows["period_start"]), pd.to_datetime(rows["period_end"])
    )
    return 100_000.0 / exposure
