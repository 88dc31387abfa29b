"""The same event in two lists: proposed by day, place and victims, counted once where accepted."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod

from maligeo.core.checks import require_columns
from maligeo.core.columns import EVENT_PAIRS
from maligeo.core.errors import ArgumentError, Fault, FrameError
from maligeo.join.place_agreement import LEVELS, PLACES, same_place

LIKELY: Final = "likely"
POSSIBLE: Final = "possible"
ALSO: Final = "also_"  # before the name of a count: what the second list says of a pair
ALSO_IN: Final = "also_in"
LEFT_OUT: Final = "left_out"  # in attrs: what was not compared, and why
_KEY: Final = "event_id"
_NEEDED: Final = (_KEY, "date")
_CLOSE_M: Final = 5_000.0  # positions of one place by two who looked it up
_SPOT_M: Final = 1_000.0  # so near that other victims do not make it another event
_OFF: Final = 0.25  # share by which two counts of the victims of one event may differ
VICTIMS_TAKEN: Final = "victims_taken"  # in attrs: numbers that the second list alone knows
VICTIMS_DIFFER: Final = "victims_differ"  # in attrs: numbers of the second that are not taken
_COUNTS: Final = ("killed", "injured")
_CIVILIANS: Final = "civilians_"  # before the name of a count: some of those
_YES: Final = frozenset(("oui", "o", "yes", "y", "x", "1", "true", "vrai"))
_NO: Final = frozenset(("", "non", "n", "no", "0", "false", "faux"))


def event_pairs(
    first: pd.DataFrame, second: pd.DataFrame, *, days: int = 1, km: float = 25.0
) -> pd.DataFrame:
    """Propose which incidents of two lists are the same event.

    Parameters
    ----------
    first, second : geopandas.GeoDataFrame, EPSG:4326, or pandas.DataFrame
        Incidents of two sources, as `read_incidents` gives them.
    days : int, default 1
        Most days between both. Incidents that are not known to the day are left out.
    km : float, default 25
        Most kilometres between two positions. Without both positions a name of a place,
        commune or cercle has to be the same.

    Returns
    -------
    pandas.DataFrame, one row per pair
        The likeliest first: `accepted` (empty), `likelihood` ("likely": the same day and
        place, and victims that agree; else "possible"), `first_id, second_id`, the days,
        places (with commune, cercle and region), types, `killed` and `injured` of both,
        `days_apart`, `distance_m` (WGS 84; missing without positions), `same_place` (the column
        whose name is the same, see `same_place`), `rivals` (other pairs of either).
        `attrs["left_out"]` counts the incidents of either list that were compared with none,
        `first_day, second_day` not being known to the day and `first_place, second_place`
        having neither a position nor a name of a locality, commune or cercle; and as
        `elsewhere` the pairs of one name that is in different communes, cercles or regions.

    Raises
    ------
    ArgumentError
        If days or kilometres are negative.
    FrameError
        If columns are missing.
    """
    if days < 0 or km < 0:
        raise ArgumentError("days and kilometres between two reports cannot be negative")
    for what, frame in (("first", first), ("second", second)):
        require_columns(frame, _NEEDED, what=what)
    sides = _dated(first), _dated(second)
    left_out = {
        f"{which}_{why}": count
        for which, frame, side in zip(("first", "second"), (first, second), sides, strict=True)
        for why, count in (("day", len(frame) - len(side)), ("place", _without_place(side)))
    }
    one, other = _near_in_time(*sides, days)
    found, elsewhere = _compared(sides[0].loc[one], sides[1].loc[other], km)
    found = found.sort_values(
        ["likelihood", "days_apart", "distance_m", "first_id", "second_id"], ignore_index=True
    )
    counts = [
        found.groupby(name)[name].transform("size").astype("Int64")
        for name in ("first_id", "second_id")
    ]
    found["rivals"] = counts[0] + counts[1] - 2
    found = found.assign(accepted=pd.array([pd.NA] * len(found), "string"))[list(EVENT_PAIRS)]
    found.attrs[LEFT_OUT] = left_out | {"elsewhere": elsewhere}
    return found


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Give incidents that are known to the day, with what is compared."""
    precision = frame.get("date_precision")
    known = frame["date"].notna()
    if precision is not None:
        known &= precision.isna() | (precision == "day")
    kept = frame[known]
    plain = pd.DataFrame(kept.drop(columns=["geometry"], errors="ignore")).reset_index(drop=True)
    for name in (*LEVELS, "event_type", *_COUNTS):
        if name not in plain:
            plain[name] = pd.NA
    lon, lat = _positions(kept)
    return plain.assign(lon=lon, lat=lat)


def _without_place(side: pd.DataFrame) -> int:
    """Count incidents of which no pair can come: neither a position nor a name but a region's."""
    return int((side["lon"].isna() & side[list(PLACES)].isna().all(axis=1)).sum())


def _positions(frame: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    if isinstance(frame, gpd.GeoDataFrame):
        shapes = np.asarray(frame.geometry.array, dtype=object)
        return shapely.get_x(shapes), shapely.get_y(shapes)
    ends = [
        frame[name].to_numpy(np.float64, na_value=np.nan)
        if name in frame else np.full(len(frame), np.nan)
        for name in ("lon", "lat")
    ]  # fmt: skip
    return ends[0], ends[1]


def _near_in_time(
    first: pd.DataFrame, second: pd.DataFrame, days: int
) -> tuple[list[int], list[int]]:
    one: list[int] = []
    other: list[int] = []
    left = pd.DataFrame({"day": first["date"].dt.normalize(), "one": first.index})
    for step in range(-days, days + 1):
        moved = second["date"].dt.normalize() + pd.Timedelta(days=step)
        both = left.merge(pd.DataFrame({"day": moved, "other": second.index}), on="day")
        one += both["one"].tolist()
        other += both["other"].tolist()
    return one, other


def _compared(one: pd.DataFrame, other: pd.DataFrame, km: float) -> tuple[pd.DataFrame, int]:
    """Hold candidates against one another, row by row, and keep those that may be one event.

    Also count those that would be kept if their name were not in another commune or the like.
    """
    one, other = one.reset_index(drop=True), other.reset_index(drop=True)
    *_, metres = Geod(ellps="WGS84").inv(
        *(side[name].to_numpy() for side in (one, other) for name in ("lon", "lat"))
    )
    metres = np.asarray(metres, dtype=np.float64)
    same, against = same_place(one, other)
    placed = np.where(np.isnan(metres), same.notna(), metres <= km * 1000)
    agree, known = _victims(one, other)
    spot = (metres <= _SPOT_M) | (np.isnan(metres) & same.isin(PLACES[:1]))
    apart = (one["date"] - other["date"]).abs().dt.days.to_numpy()
    kept = placed & (agree | (spot & (apart == 0)))
    near = np.where(np.isnan(metres), same.isin(PLACES[:2]), metres <= _CLOSE_M)
    likely = near & (apart == 0) & agree & known
    columns: dict[str, Any] = {
        "likelihood": np.where(likely, LIKELY, POSSIBLE),
        "days_apart": apart,
        "distance_m": np.round(metres),
        "same_place": same,
    }
    for side, rows in (("first", one), ("second", other)):
        columns |= {f"{side}_id": rows[_KEY].astype("string"), f"{side}_date": rows["date"]}
        columns |= {f"{side}_place": _place(rows), f"{side}_type": rows["event_type"]}
        columns |= {f"{side}_{name}": rows[name] for name in _COUNTS}
    texts = ["likelihood", "same_place", *(f"{side}_{name}" for side in ("first", "second")
             for name in ("id", "place", "type"))]  # fmt: skip
    numbers = [f"{side}_{name}" for side in ("first", "second") for name in _COUNTS]
    types = dict.fromkeys(texts, "string") | dict.fromkeys([*numbers, "days_apart"], "Int64")
    elsewhere = int((np.isnan(metres) & against & agree).sum())
    return pd.DataFrame(columns)[kept].astype(types | {"distance_m": "Float64"}), elsewhere


def _victims(
    one: pd.DataFrame, other: pd.DataFrame
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Tell whether no count of victims contradicts, and whether any is known of both."""
    agree, known = np.ones(len(one), dtype=np.bool_), np.zeros(len(one), dtype=np.bool_)
    for name in _COUNTS:
        left, right = (side[name].to_numpy(np.float64, na_value=np.nan) for side in (one, other))
        both = ~np.isnan(left) & ~np.isnan(right)
        off = np.abs(left - right) > np.maximum(1.0, _OFF * np.fmax(left, right))
        agree &= ~(both & off)
        known |= both
    return agree, known


def _place(rows: pd.DataFrame) -> "pd.Series[str]":
    """Write a place with all that holds it, since its name alone may be that of another."""
    names = rows[list(LEVELS)].astype("object")
    texts = [", ".join(str(name) for name in row if pd.notna(name)) for row in names.to_numpy()]
    return pd.Series(texts, index=rows.index, dtype="string").replace("", pd.NA)


def count_once(first: pd.DataFrame, second: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Put two lists of incidents together, with each accepted pair as one event.

    Nothing is taken for the same that is not accepted in `pairs`. Of a pair the incident of the
    first list stays, and says in `also_in` which one of the second it is too. A number of
    victims that it does not know is that of the second, unless more civilians than people would
    come of it; one that it knows stays.

    Parameters
    ----------
    first, second : geopandas.GeoDataFrame, EPSG:4326, or pandas.DataFrame
        Incidents, as `read_incidents` gives them.
    pairs : pandas.DataFrame
        With `first_id, second_id, accepted`, as `same_events` gives it. Accepted are rows that
        say yes ("oui", "yes", "x", "1"); empty ones and "non", "no", "0" are not.

    Returns
    -------
    The type of the first list
        All rows of the first list, and those of the second that are in no accepted pair, so
        that its length is that of both less the accepted pairs. An id of the second list that
        the first has too gets " (2)" behind it. `also_killed, also_injured,
        also_civilians_killed, also_civilians_injured` are what the second list says of a pair,
        where it says it of any. `attrs` counts the numbers `victims_taken` from the second
        list, and `victims_differ`, those that stand in these columns alone.

    Raises
    ------
    FrameError
        With every row of `pairs` whose word is unknown, whose ids are not in the lists or
        repeat there, or whose event is in another accepted pair too.
    """
    require_columns(pairs, ("first_id", "second_id", "accepted"), what="pairs")
    for what, frame in (("first", first), ("second", second)):
        require_columns(frame, _NEEDED, what=what)
    first = first.reset_index(drop=True)  # its labels may repeat
    ids = [frame[_KEY].astype("string") for frame in (first, second)]
    accepted = _accepted(pairs, ids)
    also = dict(zip(accepted["first_id"], accepted["second_id"], strict=True))
    mine = first.assign(**{ALSO_IN: ids[0].map(also).astype("string")})
    mine, victims = _with_victims(mine, second.set_axis(ids[1]))
    theirs = second[~ids[1].isin(set(accepted["second_id"]))]
    named = theirs[_KEY].astype("string")
    named = named.mask(named.isin(set(ids[0])), named + " (2)")
    theirs = theirs.assign(**{_KEY: named, ALSO_IN: pd.array([pd.NA] * len(theirs), "string")})
    mine.attrs, theirs.attrs = {}, {}
    together = pd.concat([mine, theirs], ignore_index=True)
    together.attrs = victims
    return together


def _with_victims(mine: pd.DataFrame, second: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Take the victims that the second list alone knows of a pair, and keep all that it says."""
    is_pair = mine[ALSO_IN].notna()
    theirs = second.loc[mine.loc[is_pair, ALSO_IN]].set_axis(mine.index[is_pair])
    names = [f"{of}{name}" for name in _COUNTS for of in ("", _CIVILIANS)]
    said = theirs.reindex(columns=names).reindex(mine.index).astype("Int64")
    known = mine.reindex(columns=names).astype("Int64")
    taken = known.isna() & said.notna()
    for name in _COUNTS:
        both = [name, f"{_CIVILIANS}{name}"]
        people, civilians = (known[one].fillna(said[one]) for one in both)
        taken[both] = taken[both].mask((civilians > people).fillna(value=False), other=False)
    filled = known.mask(taken, said)
    stated = [name for name in names if said[name].notna().any()]
    more = {f"{ALSO}{name}": said[name] for name in stated}
    differ = said.notna() & (filled != said).fillna(value=True)
    counts = {
        VICTIMS_TAKEN: int(taken.to_numpy().sum()),
        VICTIMS_DIFFER: int(differ.to_numpy().sum()),
    }
    return mine.assign(**{name: filled[name] for name in stated}, **more), counts


def _accepted(pairs: pd.DataFrame, ids: "list[pd.Series[str]]") -> pd.DataFrame:
    table = pairs[["first_id", "second_id", "accepted"]].astype("string")
    said = table["accepted"].fillna("").str.strip().str.casefold()
    faults = [
        Fault(row, "accepted", word, "is neither yes nor no")
        for row, word in table.loc[~said.isin(_YES | _NO), "accepted"].items()
    ]
    chosen = table[said.isin(_YES)]
    for name, known in (("first_id", ids[0]), ("second_id", ids[1])):
        counts = known.value_counts()
        for row, one in chosen[name].items():
            count = 0 if pd.isna(one) else int(counts.get(one, 0))
            if count != 1:
                reason = "is no id of the list" if not count else "is the id of several rows"
                faults.append(Fault(row, name, one, reason))
        again = chosen[chosen[name].duplicated()]
        faults += [
            Fault(row, name, one, "is in another accepted pair too")
            for row, one in again[name].items()
        ]
    if faults:
        raise FrameError("pairs", faults)
    return chosen
