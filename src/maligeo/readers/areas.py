"""Files of hazardous and released areas: polygons, turning points, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod

from maligeo import catalog
from maligeo.core.crs import EQUAL_AREA, GEOGRAPHIC, SQM_PER_SQKM, Flags, area_sqkm
from maligeo.core.errors import ArgumentError
from maligeo.readers import formats
from maligeo.readers.cells import coordinates, values
from maligeo.readers.cells.coordinates import inside_country
from maligeo.readers.files.raw import STATED_ORDER, RawFile, open_raw
from maligeo.readers.files.sources import Source
from maligeo.readers.files.tables import TEXT, RawTable, join_chunks
from maligeo.readers.formats import GEOMETRY, SourceFormat
from maligeo.readers.frames import DateOrder, raw_frame, with_rows_of
from maligeo.readers.positions import find_positions
from maligeo.readers.quarantine import Faults, Gate
from maligeo.readers.reading import ATTRIBUTE, Reading, with_extra

_OVERLAP_SHARE: Final = 0.01  # of the smaller; less is how people digitise neighbours


@dataclass(frozen=True)
class AreaLimits:
    """How much areas may be off.

    Attributes
    ----------
    area_tolerance : float
        Share of the computed area by which the declared one may differ.
    max_vertex_gap_m : float
        Greatest distance in metres between consecutive vertices.
    """

    area_tolerance: float = 0.1
    max_vertex_gap_m: float = 5_000.0

    def __post_init__(self) -> None:
        if not (self.area_tolerance >= 0 and self.max_vertex_gap_m >= 0):
            raise ArgumentError("area_tolerance and max_vertex_gap_m must not be negative")


class Names(NamedTuple):
    """Columns of the file, to name faults."""

    area_id: str
    declared: str
    geometry: str

    @classmethod
    def of(cls, found: dict[str, str]) -> Self:
        """Take them from the columns that were found."""
        declared = [theirs for ours, theirs in found.items() if ours.startswith("declared_area")]
        shape = found.get("wkt") or found.get("longitude") or GEOMETRY
        return cls(found.get("area_id", "area_id"), (declared or ["declared area"])[0], shape)


@np.errstate(over="ignore", invalid="ignore")  # coordinates far off the globe are faults
def check_areas(areas: gpd.GeoDataFrame, names: Names, limits: AreaLimits) -> Faults:
    """Find what is wrong with areas.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame, EPSG:4326
        With `area_id, status, start_date, end_date, declared_area_sqm, computed_area_sqm`.
    names : Names
        How the file calls them.
    limits : AreaLimits

    Returns
    -------
    Faults
        By the labels of `areas`: ids that repeat; shapes that are no polygon, have fewer
        than three vertices, cross themselves, repeat, overlap, have vertices far apart
        or lie outside the country; declared areas that are off.
    """
    faults = Faults()
    ids = areas["area_id"]
    again = ids.notna() & ids.str.casefold().duplicated()
    faults.add(again, names.area_id, ids, "is the id of an earlier area")
    shapes = areas.geometry.to_numpy()
    sound = _find_unsound(areas, names, faults)
    _find_outside(areas, shapes, names, faults)
    _find_gaps(areas, sound, names, limits, faults)
    _find_repeats(areas, sound, names, faults)
    _find_wrong_sizes(areas, sound, names, limits, faults)
    return faults


def _find_unsound(areas: gpd.GeoDataFrame, names: Names, faults: Faults) -> Flags:
    """Find shapes that enclose no land; give the mask of those that do."""
    shapes = areas.geometry.to_numpy()
    given = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    polygon = given & np.isin(shapely.get_type_id(shapes), (3, 6))
    kinds = areas.geometry.geom_type
    other = pd.Series(given & ~polygon, index=areas.index)
    faults.add(other, names.geometry, kinds, "is not a polygon")
    corners = np.zeros(len(shapes), dtype=np.int64)
    corners[polygon] = [
        len(np.unique(shapely.get_coordinates(one), axis=0)) for one in shapes[polygon]
    ]
    few = polygon & (corners < 3)
    faults.add(pd.Series(few, areas.index), names.geometry, kinds, "has fewer than three vertices")
    valid = shapely.is_valid(shapes)
    broken = polygon & ~few & ~valid
    why = pd.Series([_told(reason) for reason in shapely.is_valid_reason(shapes)], areas.index)
    faults.add(pd.Series(broken, index=areas.index), names.geometry, kinds, why)
    on_globe = (np.abs(shapely.bounds(shapes)) <= (180, 90, 180, 90)).all(axis=1)
    sound: Flags = polygon & valid & ~few & on_globe  # the others lie outside, which is a fault
    return sound


def _told(reason: str | None) -> str:
    """Say in our words what GEOS found, without the position, which may be sensitive."""
    kind = (reason or "").partition("[")[0].strip().lower()
    crossing = kind in ("self-intersection", "ring self-intersection")
    return "crosses itself" if crossing else f"is not valid: {kind}"


def _find_outside(
    areas: gpd.GeoDataFrame, shapes: npt.NDArray[np.object_], names: Names, faults: Faults
) -> None:
    west, south, east, north = shapely.bounds(shapes).T
    given = np.isfinite(west)
    outside = given & ~(inside_country(west, south) & inside_country(east, north))
    mirrored = outside & inside_country(south, west) & inside_country(north, east)
    country = catalog.country()["name_en"]
    extent = pd.Series(
        [f"{w:.10g} {s:.10g} {e:.10g} {n:.10g}" for w, s, e, n in shapely.bounds(shapes)],
        index=areas.index,
    )
    proof = f"lies outside {country}, but inside with longitude and latitude swapped"
    for marked, reason in ((outside & ~mirrored, f"lies outside {country}"), (mirrored, proof)):
        faults.add(pd.Series(marked, index=areas.index), names.geometry, extent, reason)


def _find_gaps(
    areas: gpd.GeoDataFrame, sound: Flags, names: Names, limits: AreaLimits, faults: Faults
) -> None:
    """Find vertices too far from the next, by geodesic distance."""
    rings, ring_of = shapely.get_rings(areas.geometry.to_numpy()[sound], return_index=True)
    points, at = shapely.get_coordinates(rings, return_index=True)
    if not len(points):
        return
    follows = at[1:] == at[:-1]
    start, end = points[:-1][follows], points[1:][follows]
    _, _, metres = Geod(ellps="WGS84").inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    widest = np.zeros(int(sound.sum()))
    np.maximum.at(widest, ring_of[at[1:][follows]], metres)
    gaps = pd.Series(0.0, index=areas.index)
    gaps[sound] = widest
    texts = gaps.map(lambda metres: f"{metres:.0f} m")
    reason = f"has consecutive vertices more than {limits.max_vertex_gap_m:.0f} m apart"
    faults.add(gaps > limits.max_vertex_gap_m, names.geometry, texts, reason)


def _find_repeats(areas: gpd.GeoDataFrame, sound: Flags, names: Names, faults: Faults) -> None:
    """Find polygons that stand twice, and those of one status that overlap."""
    land = areas[sound]
    if land.empty:
        return
    normal = shapely.normalize(shapely.remove_repeated_points(land.geometry.to_numpy()))
    again = pd.Series(shapely.to_wkb(normal), index=land.index, dtype=object).duplicated()
    faults.add(again, names.geometry, land["area_id"], "is the polygon of an earlier area")
    rest = land[~again].set_crs(GEOGRAPHIC, allow_override=True)
    flat = rest.geometry.to_crs(EQUAL_AREA).to_numpy()
    first, second = shapely.STRtree(flat).query(flat, predicate="intersects")
    first, second = first[first < second], second[first < second]
    alike = _same_pass(rest.iloc[first], rest.iloc[second])
    first, second = first[alike], second[alike]
    shared = shapely.area(shapely.intersection(flat[first], flat[second]))
    smaller = np.minimum(shapely.area(flat[first]), shapely.area(flat[second]))
    over = shared > _OVERLAP_SHARE * smaller
    partner = dict(zip(second[over][::-1], first[over][::-1], strict=True))
    reasons = pd.Series("", index=rest.index, dtype=object)
    for later, earlier in partner.items():
        reasons.iloc[later] = f"overlaps the area in row {rest.index[earlier]}"
    faults.add(reasons != "", names.geometry, rest["area_id"], reasons)


def _same_pass(left: pd.DataFrame, right: pd.DataFrame) -> Flags:
    """Tell which pairs have one status and no dates that set them apart."""
    same = left["status"].to_numpy(str, na_value="") == right["status"].to_numpy(str, na_value="")
    apart = np.zeros(len(left), dtype=bool)
    for name in ("start_date", "end_date"):
        one, other = left[name].to_numpy(), right[name].to_numpy()
        apart |= ~np.isnat(one) & ~np.isnat(other) & (one != other)
    repeated: Flags = np.asarray(same, dtype=bool) & ~apart
    return repeated


def _find_wrong_sizes(
    areas: gpd.GeoDataFrame, sound: Flags, names: Names, limits: AreaLimits, faults: Faults
) -> None:
    declared, computed = areas["declared_area_sqm"], areas["computed_area_sqm"]
    off = ((declared - computed).abs() > limits.area_tolerance * computed).fillna(False) & sound
    reasons = f"is off the computed area by more than {limits.area_tolerance:.0%}: that is "
    each = computed.map(lambda sqm: f"{reasons}{sqm:.0f} m²", na_action="ignore")
    faults.add(off, names.declared, declared, each)


_CORNER = "corner"
_FEWEST = 3


def build_polygons(
    rows: pd.DataFrame, found: dict[str, str], form: SourceFormat
) -> tuple[gpd.GeoSeries, pd.Series, Faults, int]:
    """Put turning points together to one shape per area.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per point.
    found : dict of str to str
        Column of ours to column of the file: `area_id`, positions and, where there are
        any, `polygon`, `vertex_order` and `vertex_type`.
    form : SourceFormat
        Its words for types of points.

    Returns
    -------
    shapes : geopandas.GeoSeries, EPSG:4326
        One polygon or multipolygon per area, at the label of the area's first row.
    owner : pandas.Series
        For every row the label of its area's first row.
    faults : Faults
        Of positions, orders and types; areas with fewer than three different corners;
        words for an area that contradict each other.
    left_out : int
        Rows that are marks outside a polygon and not corners of it.
    """
    positions, faults, _ = find_positions(rows, found, None, swap=False)
    areas = rows[found["area_id"]].str.strip()
    areas = areas.fillna(pd.Series(rows.index.astype(str), rows.index, dtype=areas.dtype))
    owner = pd.Series(rows.index, index=rows.index).groupby(areas.to_numpy()).transform("first")
    corner = _corners(rows, found, form, faults)
    points = pd.DataFrame(
        {
            "area": owner,
            "part": _part(rows, found),
            "order": _order(rows, found, faults),
            "lon": positions.lon,
            "lat": positions.lat,
        }
    )[corner & positions.lon.notna() & positions.lat.notna()]
    shapes = _shapes(points.sort_values(["area", "part", "order"], kind="stable"))
    firsts = pd.Index(owner.unique(), name=rows.index.name)
    series = gpd.GeoSeries(shapes.reindex(firsts), crs=GEOGRAPHIC)
    few = owner.isin(firsts[series.isna()]) & (owner == owner.index)
    faults.add(few, found["area_id"], areas, "has fewer than three vertices")
    _find_contradictions(rows, found, owner, faults)
    return series, owner, faults, int((~corner).sum())


def _corners(
    rows: pd.DataFrame, found: dict[str, str], form: SourceFormat, faults: Faults
) -> "pd.Series[bool]":
    if "vertex_type" not in found:
        return pd.Series(True, index=rows.index)
    texts = rows[found["vertex_type"]]
    words = faults.taking(values.map_words(texts, form.values["vertex_type"]))
    return (words.fillna(_CORNER) == _CORNER).astype(bool)


def _part(rows: pd.DataFrame, found: dict[str, str]) -> pd.Series:
    if "polygon" not in found:
        return pd.Series("", index=rows.index)
    return rows[found["polygon"]].str.strip().fillna("").astype(object)


def _order(rows: pd.DataFrame, found: dict[str, str], faults: Faults) -> "pd.Series[float]":
    """Give the order of the points: as numbered, else as they stand."""
    if "vertex_order" not in found:
        return pd.Series(0.0, index=rows.index)
    texts = rows[found["vertex_order"]]
    # "TP12" and "12" both are the twelfth point.
    figures = texts.str.extract(r"([0-9]{1,6})\s*$", expand=False)
    faults.add(figures.isna(), str(texts.name), texts, "is no number of a point")
    return figures.astype("Float64").astype("float64").fillna(0.0)


def _shapes(points: pd.DataFrame) -> pd.Series:
    """Make polygons of ordered points; areas without enough different points have none."""
    if points.empty:
        return pd.Series(dtype=object)
    keys = ["area", "part"]
    distinct = points.drop_duplicates([*keys, "lon", "lat"]).groupby(keys)["lon"].transform("size")
    sizes = distinct.reindex(points.index).groupby([points[key] for key in keys]).transform("max")
    usable = points[sizes >= _FEWEST]
    too_few = set(points.loc[sizes < _FEWEST, "area"])
    usable = usable[~usable["area"].isin(too_few)]
    if usable.empty:
        return pd.Series(dtype=object)
    ring = usable.groupby(keys, sort=False).ngroup().to_numpy()
    polygons = shapely.polygons(
        shapely.linearrings(usable["lon"].to_numpy(), usable["lat"].to_numpy(), indices=ring)
    )
    areas = usable["area"].to_numpy()[np.unique(ring, return_index=True)[1]]
    return pd.Series(
        {
            area: group[0] if len(group) == 1 else shapely.multipolygons(group)
            for area, group in pd.Series(polygons).groupby(areas).agg(list).items()
        }
    )


def _find_contradictions(
    rows: pd.DataFrame, found: dict[str, str], owner: pd.Series, faults: Faults
) -> None:
    """Find rows that say something else of their area than its first row does."""
    of_area = ("status", "method", "start_date", "end_date", "devices", "organisation")
    declared = tuple(name for name in found if name.startswith("declared_area"))
    for ours in (*of_area, *declared):
        if ours in found:
            texts = rows[found[ours]]
            first = texts.loc[owner].set_axis(texts.index)
            other = (texts.notna() & (texts != first)).fillna(True)
            faults.add(other, str(texts.name), texts, "differs from the first row of its area")


AREAS: Final = (
    "area_id", "status", "method", "start_date", "end_date", "declared_area_sqm",
    "computed_area_sqm", "devices", "organisation", "source", "geometry",
)  # fmt: skip
FORMATS: Final = ("plain_areas",)
_FREE_TEXT: Final = ("method", "organisation")


def read_areas(
    path: str | Path | Source,
    *,
    source: str = formats.AUTO,
    on_invalid: str = "raise",
    rejects: str | Path | None = None,
    area_tolerance: float = 0.1,
    max_vertex_gap_m: float = 5_000.0,
) -> gpd.GeoDataFrame:
    r"""Read hazardous and released land from a file, whatever made it.

    Parameters
    ----------
    path : str, pathlib.Path or Source
        A vector file with polygons, or a table with WKT or with one row per turning point
        (grouped by area, and by polygon where an area has several).
    source : {"auto", "plain_areas"}
        Who made it; "auto" finds out from its columns.
    on_invalid : {"raise", "quarantine"}
        Raise one error with every fault, or write the rows of faulty areas to `rejects`.
    rejects : path, optional
        CSV file for faulty rows with the reason; needed with "quarantine".
    area_tolerance : float, default 0.1
        Share of the computed area by which the declared one may be off.
    max_vertex_gap_m : float, default 5000
        Greatest distance in metres between consecutive vertices.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        One row per area; the index, "row", is the number of its (first) row in the file.
        Columns `area_id, status` ("suspected", "confirmed", "cancelled", "reduced",
        "cleared"), `method, start_date, end_date` (datetime64), `declared_area_sqm` and
        `computed_area_sqm` (Float64, m²; computed in EPSG:6933), `devices` (Int64),
        `organisation, source`, and `geometry` (a polygon, or None where the file has
        none). `frame.attrs` counts `rows_in_file`, `rows_left_out` (points that are no
        corners of a polygon) and `rows_rejected`, and names the `format`.

    Raises
    ------
    FrameError
        With every fault: fewer than three vertices, self-crossing, ids or polygons that
        repeat, overlaps, vertices too far apart, declared areas that are off, positions
        outside the country, unknown words, and faults of numbers and dates.
    InputFileError
        If the file is missing, empty, broken or not of such a kind.
    UnknownNameError
        If the columns are of no known make.
    ArgumentError
        If an option is unknown or negative, or `rejects` does not go with `on_invalid`.

    Notes
    -----
    The checks are those of GICHD's geocheck for IMSMA, and the declared area. Areas of
    one status that overlap by more than a hundredth of the smaller are faults, unless
    both have dates and these differ: later passes over the same ground are no mistake.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import maligeo
    >>> file = Path(tempfile.mkdtemp(), "areas.csv")
    >>> _ = file.write_text(
    ...     'area_id,status,wkt\n'
    ...     'a,cleared,"POLYGON ((-4 14, -3.999 14, -3.999 14.001, -4 14.001, -4 14))"\n'
    ... )
    >>> areas = maligeo.read_areas(file)
    >>> areas[["area_id", "status"]]
        area_id   status
    row
    2         a  cleared
    >>> round(areas["computed_area_sqm"].sum())  # m²
    11953
    """
    gate = Gate(str(path), on_invalid, rejects)
    limits = AreaLimits(area_tolerance, max_vertex_gap_m)
    return _read(open_raw(path), source, gate, limits, quarantine=on_invalid == "quarantine")


def as_areas(
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    area_tolerance: float = 0.1,
    max_vertex_gap_m: float = 5_000.0,
) -> gpd.GeoDataFrame:
    """Read hazardous and released land from a frame, as `read_areas` reads it from a file.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame in any stated CRS, or pandas.DataFrame, n rows
        One row per area with its polygon, or a table as `read_areas` takes it.
    columns, constants, dates
        Which column is which field, what a field is in every row, and the order of day and
        month, as for `maligeo.Source`.
    area_tolerance, max_vertex_gap_m
        As for `read_areas`.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        As `read_areas` gives it, with the index of the frame.

    Raises
    ------
    FrameError, UnknownNameError, ArgumentError
        As `read_areas`; rows are counted from 1.
    CrsError
        If shapes have no CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import maligeo
    >>> import shapely
    >>> land = gpd.GeoDataFrame(
    ...     {"lieu": ["champ"]}, geometry=[shapely.box(-4, 14, -3.999, 14.001)], crs=4326
    ... )
    >>> areas = maligeo.as_areas(
    ...     land, columns={"area_id": "lieu"}, constants={"status": "dépolluée"}
    ... )
    >>> areas[["area_id", "status"]]
      area_id   status
    0   champ  cleared
    """
    file = raw_frame(frame, "areas", columns=columns, constants=constants, dates=dates)
    limits = AreaLimits(area_tolerance, max_vertex_gap_m)
    gate = Gate("areas", "raise", None)
    return with_rows_of(_read(file, formats.AUTO, gate, limits, quarantine=False), frame)


def _read(
    file: RawFile, source: str, gate: Gate, limits: AreaLimits, *, quarantine: bool
) -> gpd.GeoDataFrame:
    form = file.format(source, among=FORMATS)
    reading = _AreaFile(file, form, file.found(form), quarantine, limits)
    with gate:
        raw = reading.raw()
        frame, faults = reading.convert(raw)
        good = gate.pass_rows(frame, raw.frame, faults)
    good.attrs = {
        "format": form.name,
        "rows_in_file": len(raw.frame) + len(raw.set_aside),
        "rows_left_out": reading.left_out,
        "rows_rejected": gate.rejected,
        ATTRIBUTE: replace(
            reading.reading,
            set_aside=raw.set_aside,
            filled_down=raw.filled_down,
            rows_in_file=len(raw.frame) + len(raw.set_aside),
            rows_read=len(raw.frame) - reading.left_out - gate.rejected,
            rows_left_out=reading.left_out,
            rows_rejected=gate.rejected,
            date_order=reading.date_order,
        ),
    }
    return good


@dataclass
class _AreaFile:
    """One file being read."""

    file: RawFile
    form: SourceFormat
    found: dict[str, str]
    quarantine: bool
    limits: AreaLimits = field(default_factory=AreaLimits)
    left_out: int = 0
    date_order: str = ""

    @cached_property
    def reading(self) -> Reading:
        return self.file.reading(self.form, self.found)

    def raw(self) -> RawTable:
        """Read the rows."""
        needed = {*self.found.values(), *self.reading.extra}
        return join_chunks(list(self.file.chunks(needed)))

    def convert(self, raw: RawTable) -> tuple[gpd.GeoDataFrame, Faults]:
        rows, faults = raw.sound_rows()
        shapes, owner = self._shapes(rows, raw, faults)
        records = rows.loc[shapes.index]
        frame = self._columns(records, raw, faults)
        frame["computed_area_sqm"] = _areas(shapes)
        spatial = gpd.GeoDataFrame(frame, geometry=shapes)[list(AREAS)]
        spatial = with_extra(spatial, rows, self.reading)
        names = Names.of(self.found)
        faults.extend(check_areas(spatial, names, self.limits))
        if self.quarantine:
            _spread(faults, owner, names.area_id)
        return spatial, faults

    def _shapes(
        self, rows: pd.DataFrame, raw: RawTable, faults: Faults
    ) -> tuple[gpd.GeoSeries, pd.Series]:
        """Give one shape per area, and for every row the row that stands for its area."""
        own = pd.Series(rows.index, index=rows.index)
        if raw.geometry is not None:
            return raw.geometry.loc[rows.index], own
        if "wkt" in self.found:
            return faults.taking(coordinates.parse_wkt(rows[self.found["wkt"]])), own
        shapes, owner, more, self.left_out = build_polygons(rows, self.found, self.form)
        faults.extend(more)
        return shapes, owner

    def _columns(self, records: pd.DataFrame, raw: RawTable, faults: Faults) -> pd.DataFrame:
        frame = pd.DataFrame(index=records.index)
        ids = self._texts(records, "area_id").str.strip()
        missing = ids.isna() | (ids == "")
        faults.add(missing, str(ids.name), ids, "is missing")
        frame["area_id"] = ids
        statuses = self._texts(records, "status")
        faults.add(statuses.isna(), str(statuses.name), statuses, "is missing")
        frame["status"] = faults.taking(values.map_words(statuses, self.form.values["status"]))
        for ours in _FREE_TEXT:
            frame[ours] = values.strip_missing(self._texts(records, ours))
        self._add_dates(records, frame, faults)
        frame["declared_area_sqm"] = self._declared(records, raw, faults)
        devices = self._texts(records, "devices")
        frame["devices"] = faults.taking(values.parse_counts(devices, decimal=raw.decimal))
        own = self._texts(records, "source")
        frame["source"] = own.fillna(self.form.label or self.file.name)
        return frame

    def _texts(self, records: pd.DataFrame, ours: str) -> pd.Series:
        if ours in self.found:
            return records[self.found[ours]]
        return pd.Series(pd.NA, index=records.index, dtype=TEXT)

    def _add_dates(self, records: pd.DataFrame, frame: pd.DataFrame, faults: Faults) -> None:
        """Read both dates; the order of day and month is looked for in both together."""
        both = [self._texts(records, ours) for ours in ("start_date", "end_date")]
        stated = self.form.settings.get(STATED_ORDER)
        seen = (
            frozenset().union(*map(values.date_orders, both))
            if stated is None
            else frozenset({stated})
        )
        self.date_order = "" if seen else str(self.form.settings["date_order"])
        for ours, texts in zip(("start_date", "end_date"), both, strict=True):
            parsed = values.parse_dates(
                texts,
                orders=lambda: seen,
                fallback=self.form.settings["date_order"],
                latest=pd.Timestamp.now().normalize(),
            )
            frame[ours] = faults.taking(parsed)
        reversed_ = frame["end_date"] < frame["start_date"]
        faults.add(reversed_, str(both[1].name), both[1], "lies before the start")

    def _declared(self, records: pd.DataFrame, raw: RawTable, faults: Faults) -> pd.Series:
        units = self.form.settings["area_units"]
        for ours in units.keys() & self.found.keys():
            texts = self._texts(records, ours)
            numbers = faults.taking(values.parse_numbers(texts, decimal=raw.decimal))
            faults.add(numbers < 0, str(texts.name), texts, "is negative")
            return numbers * units[ours]
        return pd.Series(pd.NA, index=records.index, dtype="Float64")


@np.errstate(over="ignore", invalid="ignore")
def _areas(shapes: gpd.GeoSeries) -> pd.Series:
    """Compute sizes in m² of the shapes that enclose land; the others have faults."""
    sizes = pd.Series(np.nan, index=shapes.index)
    polygon = shapes.geom_type.isin(["Polygon", "MultiPolygon"]) & shapes.is_valid
    on_globe = (shapes.bounds.abs().to_numpy() <= (180, 90, 180, 90)).all(axis=1)
    usable = polygon.to_numpy(dtype=bool) & on_globe
    sizes[usable] = area_sqkm(shapes[usable]) * SQM_PER_SQKM
    return sizes.astype("Float64")


def _spread(faults: Faults, owner: pd.Series, column: str) -> None:
    """Make every row of a faulty area a faulty row: an area is kept or set aside whole."""
    bad = faults.marks(owner.index) | owner.isin(faults.rows())
    areas = owner[bad]
    others = owner.isin(areas) & ~faults.marks(owner.index)
    faults.add(others, column, owner, "belongs to an area that has faults")
