"""Tables carried from one administrative division to another, with nothing lost."""

import math
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core import columns
from maligeo.core.audiences import inherit_audience, mark_published, published_rows
from maligeo.core.checks import require_columns, require_one_vintage
from maligeo.core.columns import unit_keys
from maligeo.core.errors import ArgumentError, Fault, FrameError, VintageError, explained
from maligeo.core.inputs import take_input
from maligeo.join.declared import DECLARED
from maligeo.join.divisions import COLUMNS
from maligeo.measure.bundled_figures import bundled_rows
from maligeo.measure.densities import EVENTS, typed, with_rates
from maligeo.measure.rates import UNRELIABLE_BELOW, poisson_interval
from maligeo.readers.files.bounds import require_bounded_parquet
from maligeo.readers.files.sources import WORKBOOKS
from maligeo.readers.files.tables import list_sheets, read_table

APPROXIMATE: Final = "approximate: the units do not nest exactly"

_NOT_ADDITIVE = ("projects", "programmes")  # counted in each unit: parts do not add up
_ADDED = ("count", "area_sqkm", "population", "records")
_SERIES = ["measure", "publisher", "period_start", "period_end"]
_OUTSIDE = "outside"
_SHEET: Final = "maligeo"  # of a workbook that is written here, before its notes


def convert(table: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Carry a table of counts or people over to the units of another division.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table (`density`) or people (`population`) in the units of origin.
    weights : pandas.DataFrame
        As from `crosswalk`.

    Returns
    -------
    pandas.DataFrame
        The same columns, in the units of the target, in the order of their codes. Counts,
        areas and people are added up by weight, so that their totals stay; rates follow
        from the sums. What was in no unit stays as it was, and what goes to no unit is
        "outside". Sums that are not exact say so in `note`; a count of which a part is
        not known is a lower bound, without `count_high`.

    Raises
    ------
    FrameError
        If columns are missing, or the weights do not know a unit of the table.
    VintageError
        If the table is not of the vintage that the weights come from.
    ArgumentError
        If a measure cannot be added up over units: allocate the projects to the units of
        the target instead.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> people = pd.DataFrame(
    ...     {"vintage": "2023", "pcode": ["ML07", "ML10"], "name": ["Gao", "Ménaka"],
    ...      "population": [727517, 318876], "population_year": 2022, "source": "x", "note": None}
    ... )
    >>> old = maligeo.convert(people, maligeo.crosswalk("2023", "2015"))
    >>> old.loc[old["name"] == "Gao", ["vintage", "name", "population"]]
      vintage name population
    6    2015  Gao  1046393.0
    """
    require_columns(weights, COLUMNS, what="weights")
    require_columns(table, ("vintage", "pcode", "name"), what="table")
    vintage = require_one_vintage(table["vintage"], what="table")
    origin = require_one_vintage(weights["from_vintage"], what="weights")
    if vintage != origin:
        raise VintageError(
            f"the table is of vintage {vintage} and the weights lead from {origin}: "
            f"make weights from {vintage}"
        )
    if "count" in table.columns:
        converted, published = _convert_counts(table, weights)
        return mark_published(inherit_audience(converted, table), published)
    require_columns(table, columns.POPULATION, what="people")
    return inherit_audience(_convert_people(table, weights), table)


def read_counts(path: str | Path) -> pd.DataFrame:
    """Read a density table that was written as CSV, Parquet or a workbook.

    Parameters
    ----------
    path : str or pathlib.Path
        As `maligeo density -o` writes it.

    Returns
    -------
    pandas.DataFrame
        As from `density`. Rows that say what the bundled figures say count as published;
        all others are somebody's own, whatever they name as their publisher.

    Raises
    ------
    InputFileError
        If the file cannot be read as such a table.
    FrameError
        If it has other columns.
    """
    file = Path(path)
    take_input(file)
    with explained(f"cannot read {file}"):
        if file.suffix.lower() == ".parquet":
            require_bounded_parquet(file)
            table = pd.read_parquet(file)
        else:
            text = _text_of(file) if file.suffix.lower() in WORKBOOKS else file
            table = pd.read_csv(text, dtype={"vintage": "string", "pcode": "string"})
    require_columns(table, columns.DENSITY, what=str(file))
    with explained(f"{file} is no density table"):
        table = typed(table[list(columns.DENSITY)])
    return mark_published(table, bundled_rows(table))


def _text_of(workbook: Path) -> StringIO:
    """Give the table of a workbook as CSV, with the types that are read from it."""
    sheet = _SHEET if _SHEET in list_sheets(workbook) else None
    return StringIO(read_table(workbook, sheet=sheet).frame.to_csv(index=False))


def _convert_counts(
    table: pd.DataFrame, weights: pd.DataFrame
) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    """Convert counts, and tell which rows were made from published ones alone."""
    refused = sorted(set(table["measure"]) & set(_NOT_ADDITIVE))
    if refused:
        raise ArgumentError(
            f"{' and '.join(refused)} count once in each unit, so that units cannot be added "
            "up: allocate the projects to the units of the other vintage"
        )
    of_published = published_rows(table)
    table = table.reset_index(drop=True)
    table = table.reindex(columns=list(dict.fromkeys((*table.columns, *columns.DENSITY))))
    rows: list[dict[str, Any]] = []
    published: list[bool] = []
    for _, series in table.groupby(_SERIES, dropna=False, sort=True):
        rows += _series_rows(series, weights)
        published += [bool(of_published[series.index].all())] * (len(rows) - len(published))
    converted = pd.DataFrame(rows).reindex(columns=list(columns.DENSITY))
    converted = with_rates(_with_intervals(converted.assign(vintage=_target(weights))))
    return converted, np.array(published, dtype=np.bool_)


def _series_rows(series: pd.DataFrame, weights: pd.DataFrame) -> list[dict[str, Any]]:
    """Convert the rows of one measure, publisher and period."""
    placed = series[series["place_kind"] == "unit"]
    unplaced = series[series["place_kind"] != "unit"]
    apart: list[dict[str, Any]] = unplaced.to_dict("records")
    if placed.empty:
        return apart
    head = {column: placed[column].iloc[0] for column in (*_SERIES, "source", "unique_total")}
    rows = [head | row for row in _sums(_joined(placed, weights))]
    beyond = [row for row in rows if row["place_kind"] == _OUTSIDE]
    there = next((row for row in apart if row["place_kind"] == _OUTSIDE), None)
    if not (beyond and there):
        return rows + apart
    is_whole = pd.notna(there["count_high"]) and pd.notna(beyond[0]["count_high"])
    there["count"] = math.fsum(_known([there["count"], beyond[0]["count"]]))
    there["count_low"], there["count_high"] = there["count"], there["count"] if is_whole else pd.NA
    return [row for row in rows if row["place_kind"] == "unit"] + apart


def _joined(table: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Join each unit of a table to the rows of its weights."""
    ends = weights[["from_pcode", "from_name"]].set_axis(["pcode", "name"], axis=1)
    keyed = weights.assign(key=unit_keys(ends))
    rows = table.assign(key=unit_keys(table)).reset_index(drop=True)
    unknown = rows[~rows["key"].isin(keyed["key"])]
    if len(unknown):
        reason = "is no unit that the weights lead from"
        raise FrameError(
            "table", [Fault(at, "name", unknown["name"][at], reason) for at in unknown.index]
        )
    joined = keyed.merge(rows, on="key", how="left", suffixes=("_weights", ""))
    target = joined[["to_pcode", "to_name"]].set_axis(["pcode", "name"], axis=1)
    return joined.assign(to_key=unit_keys(target).fillna(""))


def _sums(joined: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Add the parts up that go to each unit of the target."""
    for key, parts in joined.groupby("to_key", sort=True):
        weight = parts["weight"].tolist()
        row: dict[str, Any] = {"place_kind": "unit" if key else _OUTSIDE}
        row["pcode"], row["name"] = parts["to_pcode"].iloc[0], parts["to_name"].iloc[0]
        for column in (*_ADDED, "count_low", "count_high"):
            row[column] = _weighed_sum(parts[column], weight)
            if column not in ("count", "count_low") and parts[column].isna().any():
                row[column] = pd.NA  # a part of these says nothing
        whole = (parts["weight"] == 1.0).all()
        row["records"] = row["records"] if whole else pd.NA
        years = parts["population_year"].dropna().unique()
        row["population_year"] = years[0] if len(years) == 1 else pd.NA
        row["basis"] = _basis(parts["basis"]) if whole else "derived"
        row["note"] = _note(parts, "count")
        yield row


def _basis(parts: pd.Series) -> str:
    """Give what a sum of whole parts rests on: square metres that are declared stay so."""
    found = set(parts.dropna())
    if not found <= {"count", DECLARED}:
        return "derived"
    return DECLARED if DECLARED in found else "count"


def _note(parts: pd.DataFrame, column: str) -> Any:
    own = {piece for note in parts["note"].dropna() for piece in str(note).split("; ")}
    notes = [APPROXIMATE] if APPROXIMATE in own or not parts["exact"].all() else []
    missing = parts.loc[parts[column].isna(), "from_name"]
    if len(missing) and len(missing) < len(parts):
        notes.append(f"at least: no value for {', '.join(sorted(missing))}")
    return "; ".join([*notes, *sorted(own - set(notes))]) or pd.NA


def _weighed_sum(values: pd.Series, weight: list[float]) -> Any:
    parts = [
        float(value) * share for value, share in zip(values, weight, strict=True) if pd.notna(value)
    ]
    return math.fsum(parts) if parts else pd.NA


def _known(values: list[Any]) -> list[float]:
    return [float(value) for value in values if pd.notna(value)]


def _with_intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Give sums of whole counts of events their interval, and mark the low ones."""
    count = pd.to_numeric(table["count"]).astype("Float64")
    events = table["measure"].isin(EVENTS)
    whole = count.where(events & (table["basis"] == "count") & table["count_high"].notna())
    low, high = poisson_interval(whole.to_numpy(dtype="float64", na_value=float("nan")))
    marked = (count < UNRELIABLE_BELOW).where(events)
    return table.assign(interval_low=low, interval_high=high, low_count=marked.astype("boolean"))


def _convert_people(people: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for key, parts in _joined(people, weights).groupby("to_key", sort=True):
        year = parts["population_year"].dropna()
        rows.append(
            {
                "pcode": parts["to_pcode"].iloc[0],
                "name": parts["to_name"].iloc[0] if key else _OUTSIDE,
                "population": _weighed_sum(parts["population"], parts["weight"].tolist()),
                "population_year": year.iloc[0] if len(year) else pd.NA,
                "source": " | ".join(sorted(set(parts["source"].dropna()))),
                "note": _note(parts, "population"),
            }
        )
    table = pd.DataFrame(rows).assign(vintage=_target(weights))[list(columns.POPULATION)]
    text = [column for column in columns.POPULATION if not column.startswith("population")]
    return table.astype(dict.fromkeys(text, "string"))


def _target(weights: pd.DataFrame) -> str:
    return require_one_vintage(weights["to_vintage"], what="weights")
