"""Records to units: by position, by the nearest unit, by name; frames whole or in dask parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod

from maligeo.core.audiences import mark_published, published_rows
from maligeo.core.checks import (
    require_choice,
    require_columns,
    require_frame,
    require_one_vintage,
)
from maligeo.core.columns import LOCATE_METHODS, NEAR, Near
from maligeo.core.crs import Floats, positions_of, require_geographic, to_geographic
from maligeo.core.errors import ArgumentError
from maligeo.core.lazy import is_lazy, map_partitions
from maligeo.join.codes import remark_codes, with_own_codes
from maligeo.join.gazetteer import LocatedGazetteer, bundled_towns
from maligeo.join.meanings import Meanings, NameMatch
from maligeo.join.names import EXACT_SCORE, UnitNames
from maligeo.join.reported import COLUMNS
from maligeo.join.results import OUTSIDE, SWAPPED, TOO_COARSE, Findings, assemble, put
from maligeo.readers.reading import meant_in
from maligeo.unitindex import UnitIndex

LOCATED = "locate"  # in attrs: the counts of `locate_summary`
_BAND_DEGREES = 0.25
_METRES_PER_DEGREE = 110_500.0  # the shortest degree of latitude is 110,574 m


def nearest_units(
    units: gpd.GeoSeries, lon: Floats, lat: Floats, *, within_m: float
) -> tuple[npt.NDArray[np.int32], Floats]:
    """Find the nearest unit of each point, as far as it lies within a distance.

    Parameters
    ----------
    units : geopandas.GeoSeries, EPSG:4326
        Outlines of the units.
    lon, lat : numpy.ndarray of float64, shape (n,)
        Points outside of all units; what is not finite has no nearest unit.
    within_m : float
        Greatest distance in metres, geodesic on WGS 84.

    Returns
    -------
    unit : int32 array, shape (n,)
        Row position of the unit, the lowest of several equally near; -1 where none lies
        within the distance.
    distance_m : float64 array, shape (n,)
        Distance in metres, NaN where there is no unit.

    Raises
    ------
    ArgumentError
        If the distance is not a positive number.
    """
    if not (np.isfinite(within_m) and within_m > 0):
        raise ArgumentError(f"a nearest distance must be a positive number of metres: {within_m}")
    unit = np.full(len(lon), -1, dtype=np.int32)
    distance = np.full(len(lon), np.nan)
    possible = np.flatnonzero(_near_bounds(units, lon, lat, within_m))
    bands = np.floor(lat[possible] / _BAND_DEGREES).astype(np.int64)
    outlines = np.asarray(units.array, dtype=object)
    for band in np.unique(bands):
        at = possible[bands == band]
        middle = (band + 0.5) * _BAND_DEGREES
        unit[at], distance[at] = _nearest_in_band(outlines, lon[at], lat[at], middle)
    far = ~(distance <= within_m)
    unit[far], distance[far] = -1, np.nan
    return unit, distance


def _near_bounds(
    units: gpd.GeoSeries, lon: Floats, lat: Floats, within_m: float
) -> npt.NDArray[np.bool_]:
    """Leave out the points whose distance from the box of all units is too great already."""
    if units.is_empty.all():
        return np.zeros(len(lon), dtype=np.bool_)
    west, south, east, north = units.total_bounds
    margin = within_m / _METRES_PER_DEGREE
    widest = min(max(abs(south), abs(north)) + margin, 89.0)
    wide = margin / np.cos(np.radians(widest))
    inside: npt.NDArray[np.bool_] = (
        (lon >= west - wide)
        & (lon <= east + wide)
        & (lat >= south - margin)
        & (lat <= north + margin)
    )
    return inside


def _nearest_in_band(
    outlines: npt.NDArray[np.object_], lon: Floats, lat: Floats, middle: float
) -> tuple[npt.NDArray[np.int32], Floats]:
    shrink = float(np.cos(np.radians(middle)))
    plane = shapely.transform(outlines, lambda xy: xy * (shrink, 1.0))
    points = shapely.points(lon * shrink, lat)
    tree = shapely.STRtree(plane)
    which, found = tree.query_nearest(points, all_matches=True)
    first = np.unique(which, return_index=True)[1]  # pairs come ordered by point
    found = np.minimum.reduceat(found, first).astype(np.int32)
    line = shapely.shortest_line(points, plane[found])
    ends = shapely.get_coordinates(line)[1::2]
    *_, metres = Geod(ellps="WGS84").inv(lon, lat, ends[:, 0] / shrink, ends[:, 1])
    return found, np.asarray(metres, dtype=np.float64)


_UNIT_COLUMNS = ("vintage", "level", "pcode", "name", "name_alt", "parent_pcode", "geometry")
_POLYGONS = "polygons go through maligeo.allocate"
# Names of columns for longitude and latitude, in any capitals; the first pair is ours.
_POSITIONS = (
    ("lon", "lat"), ("longitude", "latitude"), ("lng", "lat"), ("long", "lat"), ("x", "y"),
)  # fmt: skip
_NEAR = "near"
_PRECISION = "location_precision"
_FINEST_LEVEL = {"exact": 99, _NEAR: 2, "adm3": 3, "adm2": 2, "adm1": 1, "country": 0}


@dataclass(frozen=True)
class Locator:
    """Units, and how records are joined to them; made once for records in several pieces.

    Attributes
    ----------
    units, nearest_m, min_score, gazetteer, near
        As for `locate`.

    Raises
    ------
    FrameError, VintageError, ArgumentError, CrsError, GeometryError
        As `locate`.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> locator = maligeo.Locator(maligeo.load_boundaries(), min_score=90)
    >>> locator.locate(pd.DataFrame({"adm1_name": ["Tombouctu"]}))["adm1_name"].tolist()
    ['Tombouctou']
    """

    units: gpd.GeoDataFrame
    nearest_m: float | None = None
    min_score: float | None = None
    gazetteer: pd.DataFrame | None = None
    near: Near = "position"

    def __post_init__(self) -> None:
        require_frame(self.units, what="units")
        require_columns(self.units, _UNIT_COLUMNS, what="units")
        require_geographic(self.units, what="units")
        require_choice(self.near, NEAR, option="near")
        for option in ("nearest_m", "min_score"):
            number = getattr(self, option)
            if number is not None and not isinstance(number, Real):
                raise ArgumentError(f"{option} must be a number, not {number!r}")
        if self.min_score is not None and not 0 <= self.min_score <= EXACT_SCORE:
            raise ArgumentError(f"min_score must lie between 0 and 100, not {self.min_score}")
        if self.gazetteer is not None:
            require_frame(self.gazetteer, what="gazetteer")
        _ = self.vintage, self.level, self.index  # faults at once, and only once for all pieces

    @cached_property
    def vintage(self) -> str:
        """The one vintage of the units."""
        return require_one_vintage(self.units["vintage"], what="units")

    @cached_property
    def level(self) -> int:
        """The one level of the units."""
        return unit_level(self.units)

    @cached_property
    def index(self) -> UnitIndex:
        """The index of the units."""
        return UnitIndex(self.units.geometry)

    @cached_property
    def meanings(self) -> Meanings:
        """What names mean, looked up when names are there."""
        names = UnitNames(self.units, self.vintage, self.level, min_score=self.min_score)
        known = Meanings(names).match
        towns = LocatedGazetteer.of(bundled_towns(), self.index, known)
        if self.gazetteer is None:
            return Meanings(names, towns)
        return Meanings(names, towns, LocatedGazetteer.of(self.gazetteer, self.index, known))

    @property
    def options(self) -> dict[str, object]:
        """What differs from the usual, for the record of a product."""
        near = None if self.near == NEAR[0] else self.near
        asked = {"nearest_m": self.nearest_m, "min_score": self.min_score, "near": near}
        return asked | {"gazetteer": self.gazetteer}

    def require_known(self, places: Mapping[str, tuple[str, int]]) -> None:
        """Refuse what a name of a place is said to mean, where that is no place.

        Parameters
        ----------
        places : mapping of str to (str, int)
            As `Reading.places` has it.

        Raises
        ------
        UnknownNameError
            If it is the name of no unit, no place in one that is bundled, and none of the
            gazetteer.
        """
        if places:
            self.meanings.require_known({name: meant for name, (meant, _) in places.items()})

    def locate(self, records: Any) -> Any:
        """Say in which unit each record lies, as `maligeo.locate` does."""
        if is_lazy(records):
            return map_partitions(_locate_frame, records, self)
        require_frame(records, what="records")
        return _locate_frame(records, self)


def locate(
    records: Any,
    units: gpd.GeoDataFrame,
    *,
    nearest_m: float | None = None,
    min_score: float | None = None,
    gazetteer: pd.DataFrame | None = None,
    near: Near = "position",
) -> Any:
    """Say in which unit each record lies.

    A record with a position goes to the unit that holds it; on a border it goes to the
    lowest of the units that touch it. A record without one goes by its reported names,
    from the first level down: a commune's name that occurs in two cercles needs its
    cercle. A record whose `location_precision` is coarser than the level of the units is
    not placed: the centre of a region is no commune.

    Names are read as people write them: "Cercle de Koro" in any column, "Kidal (Abeibara)",
    and "Mopti - Ségou" or "Gao, Ménaka et Tombouctou" for a record in several units
    together, "National" or "Toutes les régions" for the whole country. None is guessed: the
    note on a name that is not known, or not known for a unit of its column, says what it
    is, or which known names are nearest.

    Parameters
    ----------
    records : pandas.DataFrame, geopandas.GeoDataFrame, or a dask frame of these, n rows
        Positions as point `geometry` in any stated CRS or as columns `lon` and `lat` in degrees,
        also as `longitude, latitude`, `lng, lat` or `x, y`; reported names as
        `adm1_name, adm2_name, adm3_name`: that of the level of the units, or a finer one,
        which leads to the unit that holds the place; `place_name`, a place of any level, and
        so is `place` of projects where neither its level nor a unit beside it is said.
        Read where they are there: `location_precision` (exact, near, adm3, adm2, adm1,
        country; "near" is within some 25 km and too coarse for level 3) and `place_level`.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of one level and one vintage, valid, as from `load_boundaries`.
    nearest_m : float, optional
        Points outside all units go to the nearest within this distance in metres
        (a river bank, a generalised border).
    min_score : float, optional
        Accept misspelt names from this similarity, 0 to 100; 90 is a careful choice.
    gazetteer : pandas.DataFrame, optional
        Places as from `read_gazetteer`: a record without a position goes to the unit in
        which the place lies that `place_name` names, looked up within the units that are
        named beside it. Of places of one name in several units none is taken.
    near : {"position", "names"}, default "position"
        By what a record goes that is "near", where that is too coarse for the level: by
        its position, and so to no unit, or by the names that it reports.

    Returns
    -------
    same kind of frame as the records, n rows, same order and index
        The input's columns, shapes in EPSG:4326, with the reported name of the level moved to
        `adm{level}_reported`, and (as categoricals) `vintage`, `adm{level}_pcode` and
        `adm{level}_name` of the unit (of a record in several units together without a code,
        and with names such as "Mopti + Ségou"), `adm{level}_place_kind` ("unit", "joint",
        "countrywide", "outside", "unattributed"), `place_kind`, that of the last level,
        `locate_method` ("inside", "border", "nearest", "name", "place" for one of the
        gazetteer, "none"), `locate_distance_m` (0 for a point in its unit, metres for the
        nearest one, missing else), `locate_score` (100 for a name as listed, less for a
        misspelt one), `locate_disagrees` (whether the reported name means another unit than
        the point's; missing where that is not known) and `locate_note`, also of a point that
        would lie in a unit with its axes swapped: it is not. `attrs["locate"]` holds the
        counts of `locate_summary`, except for dask frames.

    Raises
    ------
    FrameError
        If a column is missing.
    VintageError, ArgumentError
        If the units are of several vintages or levels, or an option is out of range.
    CrsError
        If a frame with geometry does not state its CRS, or the units are not in EPSG:4326.
    GeometryError
        If a record's geometry is no point, or a unit is not valid.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> units = maligeo.load_boundaries()
    >>> records = pd.DataFrame(
    ...     {"event_id": ["a", "b", "c"], "event_type": "ied", "date": pd.Timestamp("2022-03-01"),
    ...      "killed": [2, 0, 1], "lon": [-4.2, -3.0, None], "lat": [14.5, 16.8, None],
    ...      "adm1_name": [None, None, "Mopti"]}
    ... )
    >>> located = maligeo.locate(records, units)
    >>> located[["event_id", "adm1_name", "locate_method"]]
      event_id   adm1_name locate_method
    0        a       Mopti        inside
    1        b  Tombouctou        inside
    2        c       Mopti          name
    """
    locator = Locator(
        units, nearest_m=nearest_m, min_score=min_score, gazetteer=gazetteer, near=near
    )
    return locator.locate(records)


def locate_summary(located: pd.DataFrame) -> dict[str, int]:
    """Count what became of the records.

    Parameters
    ----------
    located : pandas.DataFrame
        As from `locate`.

    Returns
    -------
    dict of str to int
        `rows`, and what adds up to them: `inside, border, nearest, name, place, fuzzy,
        too_coarse, outside, unnamed` (neither a position nor a name that leads to a
        unit); besides, `disagreeing`.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> records = pd.DataFrame({"lon": [-4.2, 20.0, None], "lat": [14.5, 14.5, None]})
    >>> counts = maligeo.locate_summary(maligeo.locate(records, maligeo.load_boundaries()))
    >>> {what: count for what, count in counts.items() if count}
    {'rows': 3, 'inside': 1, 'outside': 1, 'unnamed': 1}
    """
    require_columns(located, ("locate_method", "locate_note", "locate_score"), what="located")
    counts = _times(located["locate_method"], LOCATE_METHODS)
    notes = _times(located["locate_note"], (TOO_COARSE, OUTSIDE, SWAPPED))
    unplaced = counts.pop("none")
    misspelt = located["locate_score"] < EXACT_SCORE
    fuzzy = int((misspelt & (located["locate_method"] == "name")).sum()) if misspelt.any() else 0
    coarse = notes[TOO_COARSE]
    outside = notes[OUTSIDE] + notes[SWAPPED]
    counts["name"] -= fuzzy
    return (
        {"rows": len(located)}
        | counts
        | {
            "fuzzy": fuzzy,
            "too_coarse": coarse,
            "outside": outside,
            "unnamed": unplaced - coarse - outside,
            "disagreeing": int(located["locate_disagrees"].sum()),
        }
    )


def _times(column: "pd.Series[str]", words: Sequence[str]) -> dict[str, int]:
    """Count how often each of some words stands in a column."""
    coded = column.astype("category").cat
    codes, places = coded.codes.to_numpy(), coded.categories.get_indexer(pd.Index(words))
    return {
        word: 0 if at < 0 else int(np.count_nonzero(codes == at))
        for word, at in zip(words, places.tolist(), strict=True)
    }


def unit_level(units: gpd.GeoDataFrame) -> int:
    """Give the one administrative level of some units.

    Raises
    ------
    ArgumentError
        If there are none or several.
    """
    require_columns(units, ("level",), what="units")
    levels = sorted({int(level) for level in units["level"]})
    if len(levels) != 1:
        raise ArgumentError(f"units must be of one level, not {levels}")
    return levels[0]


def _locate_frame(records: pd.DataFrame, locator: Locator) -> pd.DataFrame:
    if isinstance(records, gpd.GeoDataFrame):
        records = to_geographic(records, what="records")
    locator.require_known(meant_in(records))
    records = with_own_codes(_as_reported(records, locator.level), locator.level)
    found = Findings.nothing(len(records))
    lon, lat = _positions(records)
    coarse = _too_coarse(records, locator.level)
    positioned = np.isfinite(lon) & np.isfinite(lat)
    by_name = _goes_by_name(records, locator, positioned & coarse)
    _place_points(found, locator, lon, lat, positioned & ~coarse)
    found.remark(np.flatnonzero(coarse), TOO_COARSE)
    _read_names(found, locator, records, (positioned | coarse) & ~by_name)
    _compare(found, locator, lon, lat, by_name)
    remark_codes(found, records, locator.units, locator.level)
    located = assemble(records, found, locator.units, vintage=locator.vintage, level=locator.level)
    located.attrs = records.attrs | {LOCATED: locate_summary(located)}
    return mark_published(located, published_rows(records))


def _goes_by_name(
    records: pd.DataFrame, locator: Locator, coarse: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Find the rows that are near, and go by their names instead of their positions."""
    if locator.near != "names" or _PRECISION not in records.columns:
        return np.zeros(len(records), dtype=np.bool_)
    is_named = records.reindex(columns=COLUMNS).notna().any(axis="columns")
    is_near = (records[_PRECISION] == _NEAR).fillna(value=False)
    near: npt.NDArray[np.bool_] = coarse & (is_near & is_named).to_numpy(np.bool_)
    return near


def _compare(
    found: Findings, locator: Locator, lon: Floats, lat: Floats, by_name: npt.NDArray[np.bool_]
) -> None:
    """Tell where the unit that names gave is another one than that of the position."""
    rows = np.flatnonzero(by_name & (found.position >= 0))
    unit = locator.index.query(lon[rows], lat[rows])
    found.disagrees[rows[unit >= 0]] = (found.position[rows] != unit)[unit >= 0]


def _as_reported(records: pd.DataFrame, level: int) -> pd.DataFrame:
    """Take back what was located at this level before, to the names as they were reported."""
    ours, reported = f"adm{level}_name", f"adm{level}_reported"
    if reported not in records.columns:
        return records
    return records.drop(columns=ours, errors="ignore").rename(columns={reported: ours})


def _positions(records: pd.DataFrame) -> tuple[Floats, Floats]:
    """Give longitudes and latitudes, NaN where there is no position."""
    if isinstance(records, gpd.GeoDataFrame):
        return positions_of(records, what="records", instead=_POLYGONS)
    ours = {str(name).lower(): name for name in reversed(records.columns)}
    for pair in _POSITIONS:
        if ours.keys() >= set(pair):
            named = records[[ours[name] for name in pair]].set_axis(["lon", "lat"], axis=1)
            return positions_of(named, what="records")
    nowhere = np.full(len(records), np.nan)
    return nowhere, nowhere


def _too_coarse(records: pd.DataFrame, level: int) -> npt.NDArray[np.bool_]:
    """Find the rows whose position or name stands for more than a unit of the level."""
    coarse = np.zeros(len(records), dtype=np.bool_)
    for column in (_PRECISION, "place_level"):
        if column in records.columns:
            codes, words = pd.factorize(records[column])
            are_coarse = [_FINEST_LEVEL.get(word, level) < level for word in words]
            if any(are_coarse):
                coarse |= np.append(are_coarse, False)[codes]
    return coarse


def _place_points(
    found: Findings, locator: Locator, lon: Floats, lat: Floats, wanted: npt.NDArray[np.bool_]
) -> None:
    if not wanted.any():
        return
    unit, border = locator.index.query_border(lon, lat)
    if not wanted.all():
        unit = np.where(wanted, unit, -1)
    found.position = unit
    inside = unit >= 0
    put(found.method, LOCATE_METHODS.index("inside"), inside)
    put(found.method, LOCATE_METHODS.index("border"), inside & border)
    found.distance_m = np.where(inside, 0.0, np.nan)
    outside = np.flatnonzero(wanted & ~inside)
    if locator.nearest_m is not None:
        near, distance = nearest_units(
            locator.units.geometry, lon[outside], lat[outside], within_m=locator.nearest_m
        )
        got = near >= 0
        found.place(outside[got], near[got], "nearest")
        found.distance_m[outside[got]] = distance[got]
        outside = outside[~got]
    swapped = locator.index.query_border(lat[outside], lon[outside])[0] >= 0
    found.remark(outside[~swapped], OUTSIDE)
    if swapped.any():
        found.remark(outside[swapped], SWAPPED)


def _read_names(
    found: Findings, locator: Locator, records: pd.DataFrame, decided: npt.NDArray[np.bool_]
) -> None:
    """Place what has no position by its names, and compare the names of what has one."""
    reported = _reported(records, locator.level, decided)
    named = [name for name in reported.columns if reported[name].notna().any()]
    if not named:
        found.remark(np.flatnonzero(~decided & (found.note < 0)), "no name is reported")
        return
    group = reported.groupby(named, dropna=False, sort=False).ngroup().to_numpy()
    first = np.unique(group, return_index=True)[1]
    distinct = reported.iloc[first].astype("object").reindex(columns=list(COLUMNS))
    cells = distinct.itertuples(index=False, name=None)
    matches = [locator.meanings.match(row) for row in cells]
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group, np.arange(len(matches) + 1), sorter=order)
    for match, start, end in zip(matches, bounds, bounds[1:], strict=False):
        rows = order[start:end]
        _apply_match(found, match, rows, decided[rows])


def _reported(records: pd.DataFrame, level: int, decided: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Give the names as they were reported; no column where there are none to be read."""
    names = {
        ours: next((n for n in (ours.replace("_name", "_reported"), ours) if n in records), None)
        for ours in COLUMNS
    }
    there = {ours: name for ours, name in names.items() if name is not None}
    alone = _place_alone(records, [*there.values()])
    if alone is not None:
        records, there = records.assign(**{COLUMNS[-1]: alone}), {**there, COLUMNS[-1]: COLUMNS[-1]}
    if not there or (decided.all() and not set(COLUMNS[level - 1 :]) & there.keys()):
        return pd.DataFrame(index=records.index)
    free = COLUMNS[-1]  # says nothing about the unit of a position
    if free in there and decided.all():
        del there[free]
    reported = pd.DataFrame({ours: records[name] for ours, name in there.items()})
    if free in there and decided.any():
        reported[free] = reported[free].where(~decided)
    return reported


def _place_alone(records: pd.DataFrame, names: list[str]) -> "pd.Series[str] | None":
    """Give what projects call their place where nobody says its level, nor a unit beside it."""
    if not {"place", "place_level"} <= set(records.columns) or COLUMNS[-1] in names:
        return None
    is_alone = records["place_level"].isna() & records[names].isna().all(axis="columns")
    return records["place"].where(is_alone) if is_alone.any() else None


def _apply_match(
    found: Findings, match: NameMatch, rows: npt.NDArray[Any], decided: npt.NDArray[np.bool_]
) -> None:
    open_rows, placed = rows[~decided], rows[decided & (found.position[rows] >= 0)]
    if match.note is not None:
        found.remark(open_rows, match.note)
    found.whole[open_rows] = match.countrywide
    if not match.positions:
        return
    found.score[open_rows] = match.score
    if len(match.positions) > 1:
        found.place_jointly(open_rows, match.positions, match.method)
    else:
        found.place(open_rows, match.positions[0], match.method)
    found.disagrees[placed] = ~np.isin(found.position[placed], match.positions)
