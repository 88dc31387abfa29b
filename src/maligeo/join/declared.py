"""Areas without an outline: counted whole, as declared, at the unit that their place leads to."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core.columns import unit_keys
from maligeo.core.errors import Fault, FrameError
from maligeo.join.points import Locator

DECLARED: Final = "declared"  # the basis of square metres that nobody measured
COMPUTED: Final = "computed"
NOTE: Final = "declared, not measured: overlaps cannot be seen"
KINDS: Final = ("outside", "unattributed", "countrywide", "joint")  # as units -1, -2, …

_POSITION: Final = {"place_lon": "lon", "place_lat": "lat"}
_SAYS: Final = (*_POSITION, "adm1_name", "adm2_name", "adm3_name", "place_name", "place")
_HOW: Final = ("location_precision", "place_level", "place_parent")


def place_declared(areas: pd.DataFrame, units: gpd.GeoDataFrame | Locator) -> pd.DataFrame:
    """Put areas without an outline into units, by position or name.

    Parameters
    ----------
    areas : pandas.DataFrame, n rows
        Areas without outlines, with their names of places or `place_lon, place_lat`, and
        `declared_area_sqm`; whatever of these is not there is not known.
    units : geopandas.GeoDataFrame, EPSG:4326, or Locator
        Units of one vintage, or these and how areas are joined to them.

    Returns
    -------
    pandas.DataFrame, n rows, same index
        `unit` (row position among the units, or -1 - the position in `KINDS`), `together`
        (names of the units that a row is in together), `sqm` (Float64, as declared), `note`.
    """
    placed = pd.DataFrame({"unit": -1 - KINDS.index("unattributed")}, index=areas.index)
    placed["together"] = pd.Series(pd.NA, areas.index, dtype="string")
    declared = areas.get("declared_area_sqm", pd.Series(pd.NA, index=areas.index))
    placed["sqm"] = pd.to_numeric(declared).astype("Float64")
    placed["note"] = pd.Series(NOTE, areas.index, dtype="string").where(placed["sqm"].notna())
    said = [name for name in _SAYS if name in areas.columns]
    known = areas[said].notna().any(axis=1).to_numpy(dtype=bool)
    if not known.any():
        return placed
    some = areas.loc[known, [*said, *(name for name in _HOW if name in areas.columns)]]
    how = units if isinstance(units, Locator) else Locator(units)
    located = how.locate(pd.DataFrame(some).rename(columns=_POSITION))
    names = located[f"adm{how.level}_name"].astype("string")
    placed.loc[known, "unit"] = _positions(located, how)
    placed.loc[known, "together"] = names.where(located["place_kind"] == "joint")
    remarks = located["locate_note"].astype("string")
    notes = placed["note"].fillna("").str.cat(remarks.reindex(areas.index).fillna(""), sep="; ")
    return placed.assign(note=notes.str.strip("; ").replace("", pd.NA))


def _positions(located: pd.DataFrame, how: Locator) -> "pd.Series[int]":
    level, units = how.level, how.units
    named = pd.DataFrame(
        {part: located[f"adm{level}_{part}"].astype("string") for part in ("pcode", "name")}
    )
    position = pd.Series(np.arange(len(units)), index=unit_keys(units))
    kind = located["place_kind"].astype("object")
    apart = kind.map({kind: -1 - at for at, kind in enumerate(KINDS)})
    return unit_keys(named).where(kind == "unit").map(position).fillna(apart).astype("int64")


def require_one_each(areas: pd.DataFrame, bare: "pd.Series[bool]") -> None:
    """Refuse areas without an outline that are listed twice: nothing else would show it.

    Raises
    ------
    FrameError
        Listing ids that are those of another area.
    """
    ids = areas["area_id"].astype("string")
    again = (ids.notna() & ids.duplicated(keep=False)).to_numpy(dtype=bool) & bare.to_numpy()
    if again.any():
        reason = "is the id of another area, and without an outline nothing tells them apart"
        named = ids[again]
        raise FrameError(
            "areas", [Fault(row, "area_id", one, reason) for row, one in named.items()]
        )
