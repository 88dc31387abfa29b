"""Two editions of a density table: which cells differ, from what to what, by how much."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from maligeo.core.checks import require_columns, require_one_vintage
from maligeo.core.columns import AT_LEAST, CELL_CHANGES, DENSITY, NAMED, ROUNDED, WITHHELD
from maligeo.core.errors import VintageError

KEYS: Final = (
    "vintage", "pcode", "name", "place_kind", "period_start", "period_end", "measure", "publisher",
)  # fmt: skip
COUNT: Final = "count"
FOLLOWING: Final = (  # from counts, areas and people
    "count_low", "count_high", "records", "unique_total",
    "per_1000_sqkm", "per_100k", "ci_low", "ci_high", "smoothed_per_100k", "per_incident",
    "low_count", "local_per_100k",
)  # fmt: skip
STATES: Final = (
    "absent", "number", "at_least", "rounded", "withheld", "named", "unknown", "no_data", "text",
    "empty",
)  # fmt: skip
TEXTS: Final = ("basis", "source", "note")
COARSE: Final = ("rounded", "withheld")  # of which a release leaves open what was counted
_NEARLY: Final = 1e-9  # of a number: what writing and reading it may change
_SAME: Final = "same"


def cell_changes(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Say which cells of a density table changed, and how.

    Parameters
    ----------
    old, new : pandas.DataFrame
        Density tables of one vintage, as `density` and `read_counts` give them.

    Returns
    -------
    pandas.DataFrame
        `change` is "new" or "gone" for a row of one table alone, "same", "value" for a cell
        that is another, "state" for one of which another thing is known: `old_state` and
        `new_state` are "number", "at_least" (a lower bound), "rounded" or "withheld" (by a
        release), "named" (number not known), "unknown" (of records that do not state it),
        "no_data", "text", "empty" (no text), or "absent" (no such row).
        `vintage, pcode, name, place_kind, period_start, period_end, measure, publisher` of
        the row; `field`, the column; `old, new`, as they stand, of what is withheld the
        words of the table; `difference`, of two numbers or two lower bounds: nothing where a
        release left open what was counted; `note`, of the new row.

    Raises
    ------
    FrameError
        If columns are missing.
    VintageError
        If the tables are of different vintages.
    """
    require_columns(old, DENSITY, what="old table")
    require_columns(new, DENSITY, what="new table")
    vintages = {require_one_vintage(one["vintage"], what="table") for one in (old, new) if len(one)}
    if len(vintages) > 1:
        first, last = (one["vintage"].iloc[0] for one in (old, new))
        raise VintageError(
            f"the old table is of vintage {first} and the new one of {last}: convert one with "
            "maligeo crosswalk first"
        )
    joined = _keyed(old).merge(_keyed(new), on=["key"], how="outer", sort=False)
    rows = [
        row
        for at, other in zip(joined["at_x"], joined["at_y"], strict=True)
        for row in _of_row(_record(old, at), _record(new, other))
    ]
    frame = pd.DataFrame(rows, columns=list(CELL_CHANGES))
    dates = ["period_start", "period_end"]
    texts = [name for name in CELL_CHANGES if name not in ("difference", *dates)]
    frame = frame.astype(dict.fromkeys(texts, "string") | {"difference": "Float64"})
    return frame.assign(**{name: pd.to_datetime(frame[name]).astype("datetime64[us]")
                           for name in dates})  # fmt: skip


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    """Give the key of each row, with a number where several have it, and its place."""
    texts = [table[name].astype("string").fillna("") for name in KEYS]
    key = texts[0].str.cat(texts[1:], sep="\0").reset_index(drop=True)
    numbered = key.str.cat(key.groupby(key).cumcount().astype("string"), sep="\0")
    return pd.DataFrame({"key": numbered, "at": range(len(table))})


def _record(table: pd.DataFrame, at: float) -> "dict[str, Any] | None":
    return None if pd.isna(at) else {str(k): v for k, v in table.iloc[int(at)].items()}


def _of_row(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> Iterator[dict[str, Any]]:
    row = new or old or {}
    about = {name: row[name] for name in (*KEYS, "note")}
    if old is None or new is None:
        change = "new" if old is None else "gone"
        yield {**about, "change": change, **_cells(COUNT, old, new)}
        return
    cells = [_cells(name, old, new) for name in DENSITY if name not in KEYS]
    changed = [cell for cell in cells if _differs(cell)]
    for cell in changed:
        moved = cell["old_state"] != cell["new_state"]
        yield {**about, "change": "state" if moved else "value", **cell}
    if not changed:
        yield {**about, "change": _SAME, **_cells(COUNT, old, new)}


def _cells(
    name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Give a cell of both tables, and by how much it differs where that is known."""
    found = [_cell(name, row) for row in (old, new)]
    cell: dict[str, Any] = {"field": name}
    for side, (state, value) in zip(("old", "new"), found, strict=True):
        cell |= {f"{side}_state": state, side: _written(value)}
    coarse = any(row is not None and _state(row) in COARSE for row in (old, new))
    states = {state for state, _ in found}
    if len(states) == 1 and states <= {"number", "at_least"} and not coarse:
        cell["difference"] = float(found[1][1]) - float(found[0][1])
    return cell


def _cell(name: str, row: Mapping[str, Any] | None) -> tuple[str, Any]:
    """Give what is known of a cell, and what stands there."""
    if row is None:
        return "absent", None
    value = row[name]
    if name == COUNT:
        state = _state(row)
        return state, _first_remark(row) if state == "withheld" else value
    if pd.isna(value):
        return ("empty" if name in TEXTS else "no_data"), None
    is_number = isinstance(value, int | float | np.number) and not isinstance(
        value, bool | np.bool_
    )
    return ("number" if is_number else "text"), value


def _state(row: Mapping[str, Any]) -> str:
    """Tell what is known of the count of a row."""
    note = _first_remark(row)
    if note.startswith(WITHHELD):
        return "withheld"
    if pd.isna(row[COUNT]):
        if NAMED in str(row["note"]):
            return "named"
        remarks = str(row["note"]).split("; ")
        return "unknown" if any(one.startswith(AT_LEAST) for one in remarks) else "no_data"
    if note.startswith(ROUNDED):
        return "rounded"
    return "at_least" if pd.isna(row["count_high"]) else "number"


def _first_remark(row: Mapping[str, Any]) -> str:
    note = row["note"]
    return "" if pd.isna(note) else str(note).split("; ", maxsplit=1)[0]


def _differs(cell: Mapping[str, Any]) -> bool:
    if cell["old_state"] != cell["new_state"]:
        return True
    old, new = cell["old"], cell["new"]
    if old is None or new is None or old == new:
        return old is not new and old != new
    if cell["old_state"] in ("number", "at_least", "rounded"):
        return not np.isclose(float(old), float(new), rtol=_NEARLY, atol=0.0)
    return True


def _written(value: Any) -> str | None:
    if value is None or pd.isna(value):
        return None
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, int | float | np.number):
        return format(float(value), ".15g")
    return str(value)
