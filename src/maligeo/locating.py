"""Records to administrative units."""

import geopandas as gpd
import pandas as pd

from maligeo.checks import require_columns, require_one_vintage
from maligeo.errors import ArgumentError
from maligeo.namematch import UnitNames

_UNIT_COLUMNS = ("vintage", "level", "pcode", "name", "name_alt")


def locate(records: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Say in which unit each record lies, by the names that it reports.

    A name counts when it is a unit's name or alias, whatever its accents, case, hyphens
    or prefix ("Région de"). The name of a region of another vintage counts where that
    region lies wholly in one of these units.

    Parameters
    ----------
    records : pandas.DataFrame, n rows
        With the column `adm{level}_name` for the level of the units, as reported;
        `place_level`, where there is one, tells countrywide records from those whose
        place is not known.
    units : geopandas.GeoDataFrame
        Units of one level and one vintage, as from `load_boundaries`.

    Returns
    -------
    pandas.DataFrame, n rows, same order and index
        The input's columns, with the reported name moved to `adm{level}_reported`, and
        `vintage`, `adm{level}_pcode` and `adm{level}_name` of the unit, `place_kind`
        ("unit", "countrywide", "unattributed"), `locate_method` ("name" or "none"),
        `locate_distance_m` (missing) and `locate_note` (why a record is not placed, or
        how a name of another vintage was read).

    Raises
    ------
    FrameError
        If a column is missing.
    VintageError
        If the units are of several vintages.
    ArgumentError
        If the units are of several levels.
    """
    require_columns(units, _UNIT_COLUMNS, what="units")
    vintage = require_one_vintage(units["vintage"], what="units")
    level = unit_level(units)
    reported = f"adm{level}_name"
    require_columns(records, (reported,), what="records")
    names = UnitNames(units, vintage, level)
    matches = [names.match(name) for name in records[reported]]
    position = pd.array([match.position for match in matches], dtype="Int64")
    placed = pd.Series(~position.isna(), index=records.index)
    located = records.rename(columns={reported: f"adm{level}_reported"})
    located["vintage"] = pd.Series(vintage, index=records.index, dtype="string")
    located[f"adm{level}_pcode"] = _take(units["pcode"], position, records.index)
    located[f"adm{level}_name"] = _take(units["name"], position, records.index)
    located["place_kind"] = _place_kind(records, placed)
    located["locate_method"] = placed.map({True: "name", False: "none"}).astype("string")
    located["locate_distance_m"] = pd.Series(pd.NA, index=records.index, dtype="Float64")
    located["locate_note"] = pd.array([match.note for match in matches], dtype="string")
    return located


def unit_level(units: gpd.GeoDataFrame) -> int:
    """Give the one administrative level of some units.

    Raises
    ------
    ArgumentError
        If there are none or several.
    """
    levels = sorted({int(level) for level in units["level"]})
    if len(levels) != 1:
        raise ArgumentError(f"units must be of one level, not {levels}")
    return levels[0]


def _take(
    values: pd.Series, position: pd.api.extensions.ExtensionArray, index: pd.Index
) -> pd.Series:
    """Take unit values by row position, missing where there is no position."""
    taken = values.astype("string").array.take(
        pd.array(position).fillna(-1).to_numpy(dtype="int64"), allow_fill=True
    )
    return pd.Series(taken, index=index)


def _place_kind(records: pd.DataFrame, placed: "pd.Series[bool]") -> pd.Series:
    """Tell what is placed, what concerns the whole country, and what cannot be placed."""
    kind = placed.map({True: "unit", False: "unattributed"}).astype("string")
    if "place_level" in records.columns:
        kind = kind.mask(~placed & (records["place_level"] == "country"), "countrywide")
    return kind
