"""Located incidents as counts in the smallest pieces of place and time: the full partition."""

import hmac
from collections.abc import Collection, Iterable
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core.columns import unit_keys
from maligeo.core.crs import Floats, positions_of
from maligeo.core.errors import ArgumentError
from maligeo.core.placenames import normalise
from maligeo.join.points import unit_level
from maligeo.measure.counts import INCIDENT_MEASURES
from maligeo.measure.dates import Days, possible_days
from maligeo.readers.incidents import VICTIMS
from maligeo.readers.reference import reference_units

WHOLE_YEAR: Final = 0  # quarter of what is known by year alone
NOWHERE: Final = ""  # unit of what is in no unit of its region
PLACE: Final = ["region", "unit", "year", "quarter"]
RECORDS: Final = "records"  # how many rows stand behind a piece
EVENTS: Final = "events"  # how many events: rows of one place and day are one
# What is counted of victims, none of it in another: the parts that measures are sums of.
PARTS: Final = ("civilians_killed", "others_killed", "civilians_injured", "others_injured")
_ADDED: Final = (*PARTS, "unstated")
_OF: Final = {"civilians": (0, 2), "civilians_killed": (0,), "civilians_injured": (2,),
              "killed": (0, 1), "injured": (2, 3), "victims": (0, 1, 2, 3)}  # fmt: skip

_STATED: Final = ("killed", "injured", "civilians_killed", "civilians_injured")
_ROUNDED: Final = 3  # decimals of a degree: a hundred metres
_NAMED: Final = ("adm1", "adm2", "adm3")
_DIGEST: Final = "sha256"
_SIGNS: Final = 16  # hexadecimal digits of a hash that tells events apart


def keyed_hash(key: bytes, text: str) -> str:
    """Give a hash that nobody can compute who has not the key (HMAC, RFC 2104)."""
    return hmac.digest(key, text.encode("utf-8"), _DIGEST).hex()[:_SIGNS]


def parts_of(measure: str) -> tuple[str, ...]:
    """Name the parts that a measure of victims is the sum of; none for incidents."""
    return tuple(PARTS[at] for at in _OF.get(measure, ()))


def measures_in(records: pd.DataFrame) -> list[str]:
    """Name the measures that the columns of some incidents allow.

    An empty list has those that it would have with a few records: what others see of the
    two must not differ.
    """
    stated = set(_stated_in(records))
    if records.empty:
        stated = set(records.columns) & set(records.attrs.get(VICTIMS, records.columns))
    return [measure for measure, parts in INCIDENT_MEASURES.items() if stated.issuperset(parts)]


def _stated_in(records: pd.DataFrame) -> list[str]:
    """Name the columns of victims in which any record says something."""
    there = (name for name in _STATED if name in records.columns)
    return [name for name in there if records[name].notna().any()]


def partition(
    located: pd.DataFrame,
    units: gpd.GeoDataFrame,
    key: bytes,
    *,
    parts: Iterable[pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Give each incident its piece of place and time, its event, and its parts.

    Parameters
    ----------
    located : pandas.DataFrame
        Incidents as from `maligeo.locate`, or those that count alike in one row.
    units : geopandas.GeoDataFrame
        Regions or cercles that they were located in.
    key : bytes
        For the hashes of events.
    parts : iterable of pandas.DataFrame, n rows together
        The incidents one by one, where `located` has them put together; else `located`.

    Returns
    -------
    pandas.DataFrame, at most n rows
        `region` (key of the unit, or kind of place in brackets), `unit` (key of the cercle,
        `NOWHERE` for regions and for what is in no cercle), `year, quarter` (`WHOLE_YEAR`
        for what spans several quarters), `event`, the columns of `PARTS` and `unstated`,
        whether victims are not fully stated. Incidents without a date, or with one that
        spans two years, are left out: they wait until somebody dates them.

    Raises
    ------
    ArgumentError
        If the units are finer than cercles.
    """
    stated = _stated_in(located)
    found = [_pieces(part, units, key, stated) for part in ([located] if parts is None else parts)]
    return pd.concat(found, ignore_index=True)


def _pieces(
    located: pd.DataFrame, units: gpd.GeoDataFrame, key: bytes, stated: Collection[str]
) -> pd.DataFrame:
    precision = located["date_precision"] if "date_precision" in located.columns else None
    first, last = possible_days(located["date"], precision)
    region, unit = _places(located, units)
    pieces = pd.DataFrame({"region": region, "unit": unit}).reset_index(drop=True)
    pieces["event"] = pd.Series(_events(located, key), dtype=object)  # each text is held once
    pieces = pieces.join(_victims(located, stated))
    dated = ~(np.isnat(first) | np.isnat(last)) & (_year(first) == _year(last))
    pieces, first, last = pieces[dated], first[dated], last[dated]
    quarters = [_quarter(days) for days in (first, last)]
    pieces["year"] = _year(first)
    pieces["quarter"] = np.where(quarters[0] == quarters[1], quarters[0], WHOLE_YEAR)
    return pieces


def tally(pieces: pd.DataFrame) -> pd.DataFrame:
    """Count by piece of place and time.

    Returns
    -------
    pandas.DataFrame
        `PLACE` columns, `records`, `events`, each measure of victims with `_events` (how
        many events have any) and `_largest` (most victims of one event), and `unstated`,
        the number of records of which victims are not fully stated.
    """
    place = pieces.groupby(PLACE).ngroup().to_numpy()
    event = pd.factorize(pieces["event"])[0]
    order = np.lexsort((event, place))
    place, event = place[order], event[order]
    events = _starts(place, event)  # the first row of each event
    places = _starts(place[events])  # and of these the first of each place
    found = {name: np.add.reduceat(pieces[name].to_numpy()[order], events) for name in _ADDED}
    found |= {RECORDS: np.diff(events, append=len(order)), EVENTS: np.ones_like(events)}
    tallied = pieces[PLACE].iloc[order[events[places]]].reset_index(drop=True)
    for name, values in found.items():
        tallied[name] = np.add.reduceat(values, places)
    for measure in _OF:
        total = np.sum([found[part] for part in parts_of(measure)], axis=0)
        tallied[measure] = np.add.reduceat(total, places)
        tallied[f"{measure}_events"] = np.add.reduceat((total > 0).astype(np.int64), places)
        tallied[f"{measure}_largest"] = np.maximum.reduceat(total, places)
    return tallied[piece_columns()]


def _starts(*sorted_by: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Give the rows at which one of some numbers differs from the row before."""
    differ = np.any([np.diff(numbers, prepend=-1) != 0 for numbers in sorted_by], axis=0)
    return np.flatnonzero(differ)


def complete_years(times: Collection[tuple[int, int]]) -> set[int]:
    """Give the years of which all four quarters are there."""
    return {year for year, _ in times if all((year, quarter) in times for quarter in (1, 2, 3, 4))}


def piece_columns() -> list[str]:
    """Name the columns of a tally."""
    victims = [f"{measure}{what}" for measure in _OF for what in ("", "_events", "_largest")]
    return list(dict.fromkeys([*PLACE, RECORDS, EVENTS, "unstated", *victims, *PARTS]))


def how_to_add(table: pd.DataFrame) -> dict[str, str]:
    """Say how the columns of a tally are brought together: the largest event is no sum."""
    names = [str(name) for name in table.columns if name not in PLACE]
    return {name: "max" if name.endswith("_largest") else "sum" for name in names}


def _places(located: pd.DataFrame, units: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    """Give the region and the unit of each record."""
    level = unit_level(units)
    own = _keys(located, level)
    if level == 1:
        return own.fillna(_bracketed(located)), pd.Series(NOWHERE, index=located.index)
    if level > 2:
        raise ArgumentError("incidents are released by region and cercle: give units of level 2")
    region_of = dict(zip(unit_keys(units), units["parent_pcode"].astype("string"), strict=True))
    region = own.map(region_of).astype("string").fillna(_named_region(located, units))
    return region.fillna(_bracketed(located)), own.fillna(NOWHERE)


def _keys(located: pd.DataFrame, level: int) -> pd.Series:
    named = {part: located[f"adm{level}_{part}"].astype("string") for part in ("pcode", "name")}
    is_unit = (located["place_kind"] == "unit").fillna(value=False)
    return unit_keys(pd.DataFrame(named)).where(is_unit).astype("string")


def _bracketed(located: pd.DataFrame) -> pd.Series:
    kind = located["place_kind"].astype("string").fillna("unattributed")
    return "(" + kind.replace({"unit": "unattributed", "joint": "unattributed"}) + ")"


def _named_region(located: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.Series:
    """Give the region that records name, which are in no cercle."""
    column = next((name for name in ("adm1_reported", "adm1_name") if name in located), None)
    if column is None:
        return pd.Series(pd.NA, index=located.index, dtype="string")
    table = reference_units()
    regions = table[(table["vintage"] == str(units["vintage"].iloc[0])) & (table["level"] == 1)]
    by_name = dict(zip(regions["name"].map(normalise), unit_keys(regions), strict=True))
    names = located[column].astype("string").fillna("").map(normalise)
    named: pd.Series = names.map(by_name).astype("string")
    return named


def _events(located: pd.DataFrame, key: bytes) -> list[str]:
    """Give a keyed hash of the place and day of each record."""
    lon, lat = _positions(located)
    days = pd.to_datetime(located["date"]).dt.strftime("%Y-%m-%d").fillna("").tolist()
    where = zip(lon.tolist(), lat.tolist(), days, strict=True)
    texts = [f"{x:.{_ROUNDED}f} {y:.{_ROUNDED}f} {day}" for x, y, day in where]
    unknown = np.flatnonzero(~(np.isfinite(lon) & np.isfinite(lat)))
    for at, name in zip(unknown.tolist(), _names(located.iloc[unknown]), strict=True):
        texts[at] = f"{name} {days[at]}"
    hashes = {text: keyed_hash(key, text) for text in set(texts)}
    return [hashes[text] for text in texts]


def _positions(located: pd.DataFrame) -> tuple[Floats, Floats]:
    if isinstance(located, gpd.GeoDataFrame) or {"lon", "lat"} <= set(located.columns):
        return positions_of(located, what="incidents")
    return np.full(len(located), np.nan), np.full(len(located), np.nan)


def _names(located: pd.DataFrame) -> pd.Series:
    """Write the names that a record has of its place, where it has no position."""
    found = [f"{one}_{part}" for one in _NAMED for part in ("reported", "name")]
    named = [name for name in (*found, "place_name") if name in located.columns]
    texts = [located[name].astype("string").fillna("").map(normalise) for name in named]
    joined = pd.Series("", index=located.index, dtype=object)
    for text in texts:
        joined = joined + "|" + text.astype(object)
    return joined


def _victims(located: pd.DataFrame, stated: Collection[str]) -> pd.DataFrame:
    """Give the victims of each record in parts; what is not stated adds nothing.

    A record leaves something open where it has nothing in a column that others have.
    """
    there = {name: _numbers(located, name) for name in _STATED}
    found = {}
    for what in ("killed", "injured"):
        civilians = there[f"civilians_{what}"]
        total = np.fmax(there[what], civilians)  # civilians are some of them
        found[f"civilians_{what}"] = np.nan_to_num(civilians)
        found[f"others_{what}"] = np.nan_to_num(total) - np.nan_to_num(civilians)
    unstated = np.zeros(len(located), dtype=np.bool_)
    for name in stated:
        unstated |= np.isnan(there[name])
    return pd.DataFrame(found).round().astype(int).assign(unstated=unstated.astype(int))


def _numbers(located: pd.DataFrame, name: str) -> Floats:
    if name not in located.columns:
        return np.full(len(located), np.nan)
    return np.asarray(located[name].to_numpy(dtype=np.float64, na_value=np.nan))


def _year(days: Days) -> npt.NDArray[np.int64]:
    return np.asarray(days.astype("datetime64[Y]").astype(np.int64) + 1970)


def _quarter(days: Days) -> npt.NDArray[np.int64]:
    return np.asarray(days.astype("datetime64[M]").astype(np.int64) % 12 // 3 + 1)
