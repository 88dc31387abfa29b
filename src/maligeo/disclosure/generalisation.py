"""Places and dates of records generalised, always in the same way.

Nothing is moved at random: a random shift is undone by averaging several releases, and
puts incidents into places where there was none.
"""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maligeo.core.columns import known_words, unit_keys
from maligeo.core.crs import GEOGRAPHIC, Flags, Floats, require_geographic, shapes_of
from maligeo.core.errors import ArgumentError
from maligeo.core.placenames import JOINT
from maligeo.disclosure.policy import TIMES, RecordRules
from maligeo.readers.reference import is_reference_unit

LEVELS: Final = (1, 2, 3)
END: Final = "end_date"  # what is under way until then goes on to the end of the period
CELL_EAST, CELL_NORTH = "cell_east", "cell_north"  # numbers of a cell, until there is a shape

_PRECISIONS: Final = ("exact", "near", "adm3", "adm2", "adm1", "country")  # fine to coarse
_POSITIONED: Final = 4  # of these are positions; the others stand for what has no one place
_AS_FINE_AS: Final = ((0.15, "adm3"), (0.6, "adm2"))  # side of a cell: what it compares with
_PERIOD: Final = {"month": "M", "quarter": "Q", "year": "Y"}
_WEEK: Final = "week"
_DECIMALS = 9  # of a degree: far below any grid, above the noise of a product


def release_records(
    frame: pd.DataFrame, rules: RecordRules, *, kind: str, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Give each record as coarsely as the rules say, and without what does not pass.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame, EPSG:4326, n rows
        Records.
    rules : RecordRules
        What passes.
    kind : {"incidents", "areas", "projects"}
        What the records are.
    as_of : pandas.Timestamp
        Day of the release; what is younger than the delay is withheld.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        The records that pass, in the order of what is released of them: their former
        order is not given away.
    """
    if isinstance(frame, gpd.GeoDataFrame):
        require_geographic(frame.set_geometry(frame.geometry.name), what=kind)
        frame = frame.rename_geometry("geometry") if frame.geometry.name != "geometry" else frame
    records = known_words(frame.reset_index(drop=True))
    released = generalised(records[_is_old_enough(records, rules, as_of)], rules)
    released = with_shapes(_ordered(released), rules, areas=kind == "areas")
    if kind == "areas" and "area_id" not in released.columns:  # a number of no meaning
        released.insert(0, "area_id", (released.index + 1).astype("string"))
    return released


def odd_units(frame: pd.DataFrame) -> list[str]:
    """Name units that records are located in and that are in no reference table."""
    found: list[str] = []
    for level in LEVELS:
        if not {"vintage", f"adm{level}_pcode"} <= set(frame.columns):
            continue
        parts = {part: frame[f"adm{level}_{part}"].astype("string") for part in ("pcode", "name")}
        parts["name"] = _of_one_unit(parts["name"])
        keys = unit_keys(pd.DataFrame(parts))
        vintage = frame["vintage"].astype("string")
        located = set(zip(vintage, keys, parts["name"], strict=True))
        found += [
            str(key)
            for own, key, name in sorted(located, key=str)
            if pd.notna(key)
            and not is_reference_unit(str(own), level, str(key), None if pd.isna(name) else name)
        ]
    return found


def _is_old_enough(frame: pd.DataFrame, rules: RecordRules, as_of: pd.Timestamp) -> Flags:
    """Tell which records lie in periods that have been over for as long as the delay."""
    if rules.delay_days == 0 or rules.dates[0] not in frame.columns:
        return np.ones(len(frame), dtype=np.bool_)
    cutoff = as_of - pd.Timedelta(days=rules.delay_days)
    old: Flags = (last_days(frame, rules.dates[0], rules.step.time) <= cutoff).to_numpy(np.bool_)
    return old


def _ordered(released: pd.DataFrame) -> pd.DataFrame:
    """Order rows by their content, so that their order gives nothing away."""
    keys = pd.DataFrame(released).copy()
    if "geometry" in keys.columns:
        keys["geometry"] = gpd.GeoSeries(keys["geometry"]).to_wkb(hex=True)
    text = keys.astype("string").fillna("")
    order = text.sort_values(list(text.columns), kind="stable").index
    return released.loc[order].reset_index(drop=True)


def generalised(frame: pd.DataFrame, rules: RecordRules) -> pd.DataFrame:
    """Generalise places and dates of records, and keep the columns that pass.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame, EPSG:4326, n rows
        Incidents, areas or projects.
    rules : RecordRules
        What passes, and how place and time are given.

    Returns
    -------
    pandas.DataFrame, n rows
        With the index of `frame`. Instead of shapes it has the numbers of cells
        (`cell_east`, `cell_north`), or the shapes themselves where they may be exact. A
        date is the first day of the period that stands for it.
    """
    place, time = rules.step
    times = _coarser_times(frame, time)
    kept = {name: frame[name] for name in rules.columns if name in frame.columns}
    kept |= {
        name: _days(frame[name], times, last=name == END and place == "unit")
        for name in rules.dates
        if name in kept
    }
    kept = {name: _plain(column) for name, column in kept.items()}
    named = (f"adm{level}_name" for level in LEVELS)
    kept |= {name: _of_one_unit(kept[name]) for name in named if name in kept}
    table = pd.DataFrame(kept, index=frame.index)
    if "date_precision" in rules.columns and "date" in kept:
        table["date_precision"] = pd.array(np.array(TIMES)[times], dtype="string")
    for level in LEVELS:  # a name without a code is what somebody reported
        if f"adm{level}_pcode" not in table.columns or level > rules.finest_level:
            table = table.drop(columns=[f"adm{level}_pcode", f"adm{level}_name"], errors="ignore")
    if "place" in table.columns and place != "exact":
        table["place"] = unit_names(table)
    return _placed(table, frame, rules, place)


def _of_one_unit(names: pd.Series) -> pd.Series:
    """Leave out the names of several units that a record is in together."""
    text = names.astype("string")
    return text.mask(text.str.contains(JOINT, regex=False).fillna(value=False))


def last_days(frame: pd.DataFrame, column: str, time: str) -> pd.Series:
    """Give the last day of the period that stands for a date; NaT where there is none."""
    return _days(frame[column], _coarser_times(frame, time), last=True)


def with_shapes(table: pd.DataFrame, rules: RecordRules, *, areas: bool) -> pd.DataFrame:
    """Turn the numbers of cells into points in their middle, or into squares for areas."""
    if CELL_EAST not in table.columns:
        return table
    side = _side(rules)
    east, north = (
        (table[name].to_numpy(np.float64, na_value=np.nan)) * side
        for name in (CELL_EAST, CELL_NORTH)
    )
    there = np.isfinite(east) & np.isfinite(north)
    shapes = np.full(len(table), None, dtype=object)
    if areas:
        shapes[there] = shapely.box(
            *(_rounded(end[there]) for end in (east, north, east + side, north + side))
        )
    else:
        shapes[there] = shapely.points(
            _rounded(east[there] + side / 2), _rounded(north[there] + side / 2)
        )
    bare = table.drop(columns=[CELL_EAST, CELL_NORTH])
    return gpd.GeoDataFrame(bare, geometry=shapes, crs=GEOGRAPHIC)


def on_grid(shapes: npt.NDArray[np.object_], side: float) -> Flags:
    """Tell which shapes are missing, or are the middle or the square of a cell."""
    bounds = shapely.bounds(shapes)
    corners = np.round(bounds / side, 4)
    is_middle = (np.abs(corners % 1 - 0.5) < 1e-3).all(axis=1) & (
        shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    )
    squares = shapely.box(*np.nan_to_num(bounds).T)
    is_square = (np.minimum(corners % 1, 1 - corners % 1) < 1e-3).all(axis=1) & (
        shapely.normalize(shapes) == shapely.normalize(squares)
    )
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    found: Flags = absent | is_middle | is_square
    return found


def first_days(dates: pd.Series, time: str) -> pd.Series:
    """Give the first day of the month, quarter or year of each date."""
    return _first_days(dates, np.full(len(dates), TIMES.index(time)))


def unit_names(table: pd.DataFrame) -> pd.Series:
    """Give the name of the finest unit that is released of each row."""
    names = pd.Series(pd.NA, index=table.index, dtype="string")
    for level in LEVELS:
        if f"adm{level}_name" in table.columns:
            own = table[f"adm{level}_name"].astype("string")
            names = own.where(own.notna(), names)
    return names


def _placed(
    table: pd.DataFrame, frame: pd.DataFrame, rules: RecordRules, place: str
) -> pd.DataFrame:
    """Add how exactly the place is given, and the place itself."""
    word = _precision_words(frame)
    has_unit = _has_unit(table)
    unit_word = np.where(has_unit, np.where("adm2_pcode" in table.columns, 3, 4), 5)
    unit_word = np.where(has_unit & ("adm3_pcode" in table.columns), 2, unit_word)
    if place in ("exact", "grid"):
        positioned = _has_position(frame) & (word < _POSITIONED)
        positioned &= ~_is_withheld(frame, rules)
        finest = 0 if place == "exact" else _PRECISIONS.index(_grid_word(_side(rules)))
        word = np.where(positioned, np.maximum(word, finest), np.maximum(word, unit_word))
    else:
        positioned = np.zeros(len(frame), dtype=np.bool_)
        word = unit_word
    if "location_precision" in rules.columns:
        table["location_precision"] = pd.array(np.array(_PRECISIONS)[word], dtype="string")
    if "locate_method" in table.columns:  # of what is left, not of what was
        table["locate_method"] = pd.array(np.where(has_unit, "inside", "none"), dtype="string")
    if "geometry" not in rules.columns or not isinstance(frame, gpd.GeoDataFrame):
        return table.drop(columns="geometry", errors="ignore")
    if place == "exact":
        shapes = _kept(frame, positioned)
        return gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=shapes, crs=GEOGRAPHIC)
    return _in_cells(table.drop(columns="geometry"), frame, positioned, _side(rules))


def _in_cells(
    table: pd.DataFrame, frame: gpd.GeoDataFrame, positioned: Flags, side: float
) -> pd.DataFrame:
    """Add the number of the cell that holds each point, or the middle of each polygon."""
    middles = shapely.centroid(_kept(frame, positioned))
    for name, values in (
        (CELL_EAST, shapely.get_x(middles)),
        (CELL_NORTH, shapely.get_y(middles)),
    ):
        table[name] = pd.array(np.floor(np.round(values / side, _DECIMALS)), dtype="Int64")
    return table


def _kept(frame: gpd.GeoDataFrame, positioned: Flags) -> npt.NDArray[np.object_]:
    shapes = np.array(frame.geometry.array, dtype=object)
    shapes[~positioned] = None
    return shapes


def _is_withheld(frame: pd.DataFrame, rules: RecordRules) -> Flags:
    if "status" not in frame.columns:
        return np.zeros(len(frame), dtype=np.bool_)
    unknown = frame["status"].isna() & bool(rules.without_shape)  # it may be any of them
    hidden = frame["status"].isin(rules.without_shape) | unknown
    return np.asarray(hidden.fillna(False), dtype=np.bool_)


def _has_position(frame: pd.DataFrame) -> Flags:
    if not isinstance(frame, gpd.GeoDataFrame):
        return np.zeros(len(frame), dtype=np.bool_)
    return np.asarray(~shapely.is_missing(shapes_of(frame.geometry)))


def _has_unit(table: pd.DataFrame) -> Flags:
    codes = [f"adm{level}_name" for level in LEVELS if f"adm{level}_name" in table.columns]
    return np.asarray(table[codes].notna().any(axis="columns"), dtype=np.bool_)


def _precision_words(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Give the row's own precision as a position in `_PRECISIONS`; unknown counts as exact."""
    if "location_precision" not in frame.columns:
        return np.zeros(len(frame), dtype=np.int64)
    words = frame["location_precision"].astype("object")
    places = words.map({word: at for at, word in enumerate(_PRECISIONS)})
    return np.asarray(places.fillna(0), dtype=np.int64)


def _side(rules: RecordRules) -> float:
    if rules.grid_degrees is None:
        raise ArgumentError("the policy gives places by a grid and no grid_degrees")
    return rules.grid_degrees


def _grid_word(side: float) -> str:
    return next((word for most, word in _AS_FINE_AS if side <= most), "adm1")


def _coarser_times(frame: pd.DataFrame, time: str) -> npt.NDArray[np.int64]:
    """Give the coarser of the asked time and the row's own, as a position in `TIMES`."""
    asked = TIMES.index(time)
    if "date_precision" not in frame.columns:
        return np.full(len(frame), asked, dtype=np.int64)
    words = frame["date_precision"].astype("object").replace(_WEEK, TIMES[1])
    own = words.map({word: at for at, word in enumerate(TIMES)}).fillna(0)
    return np.maximum(np.asarray(own, dtype=np.int64), asked)


def _first_days(dates: pd.Series, times: npt.NDArray[np.int64]) -> pd.Series:
    return _days(dates, times, last=False)


def _days(dates: pd.Series, times: npt.NDArray[np.int64], *, last: bool) -> pd.Series:
    """Give the first or last day of the period of each date, coarse as each row is given."""
    day = pd.to_datetime(dates).dt.normalize().astype("datetime64[us]")
    for at, name in enumerate(TIMES):
        rows = times == at
        if name in _PERIOD and rows.any():
            period = day[rows].dt.to_period(_PERIOD[name]).dt
            ends = period.end_time if last else period.start_time
            day = day.mask(rows, ends.dt.normalize().astype("datetime64[us]"))
    return day


def _plain(column: pd.Series) -> pd.Series:
    """Give a column as plain text, since a categorical also holds the words of other rows."""
    return column.astype("string") if isinstance(column.dtype, pd.CategoricalDtype) else column


def _rounded(degrees: Floats) -> Floats:
    return np.round(degrees, _DECIMALS)
