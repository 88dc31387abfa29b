"""Kernel density surfaces: square cells in an equal-area projection, smoothed by FFT."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, get_args

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy
import shapely
from affine import Affine
from pyproj import CRS, Proj

from maligeo.core.audiences import SYNTHETIC, audience_of, is_synthetic
from maligeo.core.checks import require_choice, require_columns
from maligeo.core.columns import Audience
from maligeo.core.crs import GEOGRAPHIC, Floats, positions_of, require_geographic, shapes_of
from maligeo.core.errors import ArgumentError, Fault, FrameError, UnknownNameError, require
from maligeo.core.words import both
from maligeo.tile_archives import UNIT_TAG
from maligeo.unitindex import UnitIndex

KernelName = Literal["gaussian", "quartic"]
KERNELS: Final[tuple[str, ...]] = get_args(KernelName)
GAUSSIAN_REACH: Final = 4.0  # standard deviations; 0.03 % of the mass lies beyond

Grid = npt.NDArray[np.float32]


class Smoother:
    """Spreads the content of each cell over its surroundings.

    The kernel is sampled at the centres of cells, cut off at its reach, and its samples are
    divided by their sum: what is spread on a grid without end keeps its sum.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the grids.
    kernel : {"gaussian", "quartic"}
        Gaussian with the bandwidth as standard deviation, cut off at four of them; or the
        quartic (biweight) kernel (1 - (d/bandwidth)²)², zero from the bandwidth on.
    bandwidth : float
        In cells.
    """

    def __init__(self, shape: tuple[int, int], kernel: KernelName, bandwidth: float) -> None:
        reach = reach_of(kernel, bandwidth)
        self._shape = shape
        # A margin as wide as the reach keeps what leaves on one side from coming in on the other.
        least = (max(size + reach, 2 * reach + 1) for size in shape)
        self._padded = tuple(scipy.fft.next_fast_len(size, real=True) for size in least)
        self._factors = _transformed(kernel, bandwidth, reach, self._padded)

    def __call__(self, content: Grid) -> Grid:
        """Spread a grid; what leaves it is lost."""
        spectrum = scipy.fft.rfft2(content, self._padded, workers=-1)
        for factor in self._factors:
            spectrum *= factor
        spread: Grid = scipy.fft.irfft2(spectrum, self._padded, overwrite_x=True, workers=-1)
        return spread[: self._shape[0], : self._shape[1]]


def reach_of(kernel: KernelName, bandwidth: float) -> int:
    """Give the cells from the middle of a kernel to where it ends."""
    return math.ceil(bandwidth * (GAUSSIAN_REACH if kernel == "gaussian" else 1.0))


def _transformed(
    kernel: KernelName, bandwidth: float, reach: int, padded: tuple[int, ...]
) -> list[npt.NDArray[np.float32]]:
    """Give the factors of the kernel's transform, which is real since the kernel is even."""
    squared = (np.arange(-reach, reach + 1) / bandwidth) ** 2
    if kernel == "gaussian":  # a product of one kernel along the rows and one along the columns
        profile = np.exp(-squared / 2)
        profile /= profile.sum()
        rows = scipy.fft.fft(_centred(profile, padded[:1])).real
        columns = scipy.fft.rfft(_centred(profile, padded[1:])).real
        return [rows[:, None].astype(np.float32), columns.astype(np.float32)]
    weights = np.clip(1.0 - (squared[:, None] + squared), 0.0, None) ** 2
    weights /= weights.sum()
    return [scipy.fft.rfft2(_centred(weights, padded)).real.astype(np.float32)]


def _centred(weights: npt.NDArray[np.float64], shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Put a kernel on a grid with its middle on the first cell, the rest around the corner."""
    grid = np.zeros(shape)
    grid[tuple(slice(size) for size in weights.shape)] = weights
    middle = [-(size // 2) for size in weights.shape]
    return np.roll(grid, middle, axis=tuple(range(weights.ndim)))


_LONGEST_DEGREES: Final = 0.01
_EARTH_RADIUS_M: Final = 6_371_007.0  # of the sphere of equal area


class MetricGrid(NamedTuple):
    """Square cells, north up, in the Lambert azimuthal equal-area projection."""

    crs: CRS
    cell_m: float
    west: float
    north: float
    shape: tuple[int, int]

    @property
    def transform(self) -> Affine:
        """From columns and rows to metres."""
        return Affine(self.cell_m, 0.0, self.west, 0.0, -self.cell_m, self.north)

    @property
    def distance_error_max(self) -> float:
        """By which share a distance is wrong at most, which is in the farthest corner."""
        rows, columns = self.shape
        corners = [(column, row) for column in (0, columns) for row in (0, rows)]
        farthest = max(math.hypot(*(self.transform @ corner)) for corner in corners)
        return 1 / math.cos(math.asin(farthest / (2 * _EARTH_RADIUS_M))) - 1

    def places_of(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Give the column and row of each position, in cells from the north-west corner.

        What lies beyond the centres of the outermost cells is put there.
        """
        x, y = Proj(self.crs)(lon, lat)  # of the same datum: no transformation is needed
        rows, columns = self.shape
        column = _in_cells(x, self.west, self.cell_m, columns)
        return column, _in_cells(y, self.north, -self.cell_m, rows)

    def cells_inside(self, area: gpd.GeoSeries) -> npt.NDArray[np.bool_]:
        """Find the cells whose centre lies in an area."""
        from rasterio.features import rasterize  # only here: other maps take no raster

        shapes = _projected(area, self.crs)
        burnt = rasterize(shapes, out_shape=self.shape, transform=self.transform, dtype="uint8")
        return np.asarray(burnt, dtype=bool)


def grid_over(area: gpd.GeoSeries, *, cell_m: float, margin: int) -> MetricGrid:
    """Lay cells over an area.

    Parameters
    ----------
    area : geopandas.GeoSeries
        Outlines in EPSG:4326.
    cell_m : float
        Side of a cell in metres.
    margin : int
        Cells beyond the area on each side.
    """
    west, south, east, north = area.total_bounds
    lon, lat = round((west + east) / 2, 1), round((south + north) / 2, 1)
    crs = CRS.from_dict({"proj": "laea", "lon_0": lon, "lat_0": lat, "datum": "WGS84"})
    x0, y0, x1, y1 = _projected(area, crs).total_bounds
    first_column, first_row = (math.floor(edge / cell_m) - margin for edge in (x0, -y1))
    last_column, last_row = (math.ceil(edge / cell_m) + margin for edge in (x1, -y0))
    shape = (last_row - first_row, last_column - first_column)
    return MetricGrid(crs, cell_m, first_column * cell_m, -first_row * cell_m, shape)


def _in_cells(metres: Floats, corner: float, cell_m: float, size: int) -> Floats:
    """Turn metres into cells from a corner, in place: the arrays are new and may be large."""
    metres -= corner
    metres /= cell_m
    return np.clip(metres, 0.5, size - 0.5, out=metres)


_BLOCK: Final = 1 << 14  # points whose cells and shares stay in the processor's cache


def binned(column: Floats, row: Floats, weight: Floats | None, shape: tuple[int, int]) -> Grid:
    """Share each point among the four cells whose centres are nearest, linearly.

    Parameters
    ----------
    column, row : float64 arrays, shape (n,)
        Places as from `MetricGrid.places_of`.
    weight : float64 array, shape (n,), optional
        What is shared; 1 for each point by default.
    shape : tuple of int
        Rows and columns of the grid, two or more of each.

    Returns
    -------
    float32 array, shape (rows, columns)
        The content of each cell; the contents add up to the weights.
    """
    rows, columns = shape
    content = np.zeros(rows * columns)
    for start in range(0, len(column), _BLOCK):
        block = slice(start, start + _BLOCK)
        left, eastward = _between(column[block], columns)
        above, southward = _between(row[block], rows)
        whole = 1.0 if weight is None else weight[block]
        south = southward * whole
        northern = above * columns + left
        for cells, share in ((northern, whole - south), (northern + columns, south)):
            east = eastward * share
            np.add.at(content, cells, share - east)
            np.add.at(content, cells + 1, east)
    return content.astype(np.float32).reshape(shape)


def _between(place: Floats, size: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Give the cell whose centre comes before each place, and the part of the way to the next."""
    centred = place - 0.5
    before = np.minimum(centred.astype(np.int64), size - 2)
    return before, centred - before


def outlines_of(units: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Give the outlines of units that have one."""
    return gpd.GeoSeries(shapes_of(units.geometry), crs=GEOGRAPHIC).dropna(ignore_index=True)


def rectangle_of(lon: Floats, lat: Floats) -> gpd.GeoSeries:
    """Give a rectangle around positions."""
    low_lon, low_lat, high_lon, high_lat = lon.min(), lat.min(), lon.max(), lat.max()
    some = _LONGEST_DEGREES  # also where all positions are the same
    box = shapely.box(low_lon - some, low_lat - some, high_lon + some, high_lat + some)
    return gpd.GeoSeries([box], crs=GEOGRAPHIC)


def _projected(area: gpd.GeoSeries, crs: CRS) -> gpd.GeoSeries:
    """Project outlines; long edges are cut up first, so that they stay straight in degrees."""
    return area.segmentize(_LONGEST_DEGREES).to_crs(crs)


PER_SQKM: Final = 1000.0  # values are per 1,000 km²
MIN_BANDWIDTH_CELLS: Final = 2.0
# Squared cells by which sharing widens a squared bandwidth, so far as the peak shows it: it adds
# 1/6 to the variance along each axis, and a peak falls by half of its curvature times that.
_WIDENING: Final[Mapping[KernelName, float]] = {"gaussian": 1 / 6, "quartic": 2 / 3}
_SINGLE_PRECISION: Final = 1e-6  # of the highest value, below which transforms say nothing

# Radius of a circle as large as the mean unit of the level in Mali (9, 49 and 703 units);
# "near" is within some 25 km.
PRECISION_KM: Final[Mapping[str, float]] = {
    "exact": 0.0,
    "near": 25.0,
    "adm3": 24.0,
    "adm2": 90.0,
    "adm1": 210.0,
    "country": math.inf,
}


@dataclass(frozen=True)
class SurfaceOptions:
    """Options of `density_surface` that are seldom needed.

    Attributes
    ----------
    weight : str, optional
        Column whose values are spread (killed, injured) instead of one for each point.
    edge_correction : bool, default True
        Whether what a kernel would spread beyond the border stays inside.
    precision_km : mapping of str to float
        How far off a position may be, by `location_precision`.
    """

    weight: str | None = None
    edge_correction: bool = True
    precision_km: Mapping[str, float] = field(default_factory=lambda: PRECISION_KM)


@dataclass(frozen=True)
class Surface:
    """A density on a metric grid.

    Attributes
    ----------
    values : float32 array, shape (rows, columns)
        Per 1,000 km², north up; NaN outside the units.
    transform : affine.Affine
        From columns and rows to metres.
    crs : str
        The equal-area projection, as WKT.
    provenance : mapping of str to object
        Method and parameters, and what became of the points: `rows`, and what adds up to
        them: `used`, `without_position`, `without_weight`, `outside`, `too_coarse`. Where
        points are made up, `synthetic` says so.
    audience : {"internal", "partner", "public"}
        For whom it is: that of the points it was made from.
    """

    values: Grid
    transform: Affine
    crs: str
    provenance: Mapping[str, Any]
    audience: Audience = "internal"

    @property
    def nodata(self) -> float:
        """What stands where nothing is known."""
        return math.nan

    @property
    def total(self) -> float:
        """The integral of the surface: the number of points used, or the sum of their weights."""
        cell_sqkm = abs(float(self.transform.a) * float(self.transform.e)) / 1e6
        return float(np.nansum(self.values, dtype=np.float64)) * cell_sqkm / PER_SQKM

    def to_xarray(self) -> Any:
        """Give the surface as an array with coordinates, of the extra `xarray`.

        Returns
        -------
        xarray.DataArray, shape (rows, columns)
            Named "density", per 1,000 km² and NaN outside the units. `y` and `x` are the middles
            of cells in metres of the projection, which `array.rio.crs` names. `attrs` say for
            whom it is (`audience`), and its method and parameters.

        Raises
        ------
        MissingDependencyError
            If rioxarray is not installed.

        Examples
        --------
        >>> import maligeo
        >>> from shapely.geometry import Point
        >>> import geopandas as gpd
        >>> points = gpd.GeoDataFrame(geometry=[Point(-4.2, 14.5)], crs="EPSG:4326")
        >>> surface = maligeo.density_surface(points, bandwidth_km=20, cell_km=5)
        >>> array = surface.to_xarray()
        >>> array.dims, bool(array.rio.crs.is_projected)
        (('y', 'x'), True)
        """
        why = "a surface as an array with coordinates"
        require("rioxarray", extra="xarray", why=why)  # which lets arrays know their projection
        rows, columns = self.values.shape
        place = self.transform
        array = require("xarray", extra="xarray", why=why).DataArray(
            self.values,
            coords={
                "y": place.f + (np.arange(rows) + 0.5) * place.e,
                "x": place.c + (np.arange(columns) + 0.5) * place.a,
            },
            dims=("y", "x"),
            name="density",
            attrs={
                "long_name": "density",
                "units": "1000 km-2",
                "audience": self.audience,
                **{k: v for k, v in self.provenance.items() if isinstance(v, str | int | float)},
            },
        )
        placed = array.rio.write_crs(self.crs).rio.write_transform(self.transform)
        return placed.rio.write_nodata(self.nodata)


class _Points(NamedTuple):
    """The points that are used."""

    lon: Floats
    lat: Floats
    weight: Floats | None
    bandwidth_km: Floats
    counts: dict[str, int]


def density_surface(
    points: pd.DataFrame,
    *,
    bandwidth_km: float | Mapping[str, float],
    cell_km: float,
    units: gpd.GeoDataFrame | None = None,
    kernel: KernelName = "gaussian",
    options: SurfaceOptions | None = None,
) -> Surface:
    """Estimate the density of points by a kernel, on a grid of square cells.

    With units, only what lies in them counts, and the mass that a kernel would spread beyond
    their outer border stays inside: the share of a point in each cell is divided by the part
    of its kernel that lies inside, so that every point adds exactly 1 to the integral (or
    its weight). Without units nothing is a border.

    Parameters
    ----------
    points : geopandas.GeoDataFrame or pandas.DataFrame, n rows
        Points as `geometry` in EPSG:4326, or columns `lon` and `lat` in degrees.
        `location_precision` is read if it is there: a point that is less certain than the
        bandwidth is left out and counted.
    bandwidth_km : float or mapping of str to float
        Standard deviation of the Gaussian, radius of the quartic kernel, in km: one for all,
        or one for each unit by `pcode`. At least two cells.
    cell_km : float
        Side of a cell in km.
    units : geopandas.GeoDataFrame, EPSG:4326, optional
        Units that together are the country, as from `load_boundaries`.
    kernel : {"gaussian", "quartic"}, default "gaussian"
        Gaussian, cut off at four standard deviations, or quartic (biweight).
    options : SurfaceOptions, optional
        Weights, edge correction, how far off positions may be.

    Returns
    -------
    Surface
        Points (or weight) per 1,000 km², NaN outside the units; `provenance` counts what was
        used and what was left out, and why. It is for the audience of the points.

    Raises
    ------
    ArgumentError
        If a size is out of range, or no point is left.
    FrameError, CrsError, GeometryError
        If columns are missing, a weight is negative, a frame is not in EPSG:4326 or a
        geometry is no point.
    UnknownNameError
        If a unit has no bandwidth.

    Notes
    -----
    The grid is in the Lambert azimuthal equal-area projection about the middle of the area.
    Areas are true. A distance c radians from the middle is off by a factor between cos(c/2)
    and its inverse (J. P. Snyder, Map Projections, USGS Professional Paper 1395, ch. 24):
    0.5 % in the corners of Mali, less than a grid in EPSG:6933, where it is 5 to 14 %.
    `provenance["distance_error_max"]` has the bound. Transforms are in single precision: what
    is less than a millionth of the highest value is zero.

    Each point is shared linearly among the four cells whose centres are nearest. This adds
    between 0 and 1/4 of a squared cell to its variance along each axis, 1/6 on average; the
    kernel is narrowed by so much that peaks keep their height. Beside a direct sum, the cells
    of a single point are off by at most 4 % of its peak at a Gaussian bandwidth of two cells,
    0.6 % at five and 0.2 % at ten; 15, 2.5 and 0.8 % at a quartic radius of as many. Those of
    many points are nearer. Take small cells where the shape of a single point matters.

    The estimator with this edge correction is that of M. C. Jones, "Simple boundary
    correction for kernel density estimation", Statistics and Computing 3 (1993), and
    P. Diggle, Journal of the Royal Statistical Society C 34 (1985). On sharing: M. P. Wand,
    "Fast computation of multivariate kernel estimators", Journal of Computational and
    Graphical Statistics 3 (1994).

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> points = pd.DataFrame({"lon": [-4.2, -3.0, None], "lat": [14.5, 16.8, None]})
    >>> surface = maligeo.density_surface(
    ...     points, bandwidth_km=50, cell_km=10, units=maligeo.load_boundaries()
    ... )
    >>> surface.values.shape, round(surface.total, 3), surface.provenance["without_position"]
    ((168, 179), 2.0, 1)
    """
    options = options or SurfaceOptions()
    require_choice(kernel, KERNELS, option="kernel")
    widest, narrowest = _range_of(bandwidth_km)
    if not 0 < cell_km * MIN_BANDWIDTH_CELLS <= narrowest or not math.isfinite(widest):
        raise ArgumentError(
            f"a bandwidth of {narrowest:g} km needs cells between 0 and "
            f"{narrowest / MIN_BANDWIDTH_CELLS:g} km, not {cell_km:g} km"
        )
    used = _usable(points, units, bandwidth_km, options)
    margin = 1 if units is not None else reach_of(kernel, widest / cell_km) + 1
    area = rectangle_of(used.lon, used.lat) if units is None else outlines_of(units)
    grid = grid_over(area, cell_m=cell_km * 1000.0, margin=margin)
    inside = None if units is None else grid.cells_inside(area)
    values = _estimated(used, grid, inside, kernel, edge_correction=options.edge_correction)
    provenance = _provenance(used, grid, units) | {
        "kernel": kernel,
        "bandwidth_km": bandwidth_km if not isinstance(bandwidth_km, Mapping) else "by unit",
        "cell_km": cell_km,
        "weight": options.weight or "none",
        "edge_correction": options.edge_correction and units is not None,
    }
    if is_synthetic(points):
        provenance[SYNTHETIC] = both("synthetic.banner")
    wkt = grid.crs.to_wkt()
    return Surface(values, grid.transform, wkt, provenance, audience_of(points))


def _range_of(bandwidth_km: float | Mapping[str, float]) -> tuple[float, float]:
    given = bandwidth_km.values() if isinstance(bandwidth_km, Mapping) else [bandwidth_km]
    return max(given, default=math.nan), min(given, default=math.nan)


def _usable(
    points: pd.DataFrame,
    units: gpd.GeoDataFrame | None,
    bandwidth_km: float | Mapping[str, float],
    options: SurfaceOptions,
) -> _Points:
    """Leave out what cannot be used, and count it by the first reason that holds."""
    lon, lat = positions_of(points, what="points", instead="polygons have no place in a surface")
    weight = _weights(points, options.weight)
    unit = _units_of(lon, lat, units)
    bandwidth = _bandwidths(bandwidth_km, unit, units)
    reasons = {
        "without_position": ~(np.isfinite(lon) & np.isfinite(lat)),
        "without_weight": np.isnan(weight) if weight is not None else np.zeros(len(lon), bool),
        "outside": unit < 0,
        "too_coarse": _precision_km(points, options) > bandwidth,
    }
    left = np.ones(len(lon), dtype=bool)
    counts = {"rows": len(lon)}
    for reason, holds in reasons.items():
        counts[reason] = int((left & holds).sum())
        left &= ~holds
    counts["used"] = int(left.sum())
    if not left.any():
        left_out = ", ".join(f"{counts[reason]:,} {reason.replace('_', ' ')}" for reason in reasons)
        raise ArgumentError(
            f"no point is left for a surface of {counts['rows']:,}: {left_out}. Points that are "
            "known coarsely need a larger bandwidth"
        )
    kept = weight[left] if weight is not None else None
    return _Points(lon[left], lat[left], kept, bandwidth[left], counts)


def _weights(points: pd.DataFrame, column: str | None) -> Floats | None:
    if column is None:
        return None
    require_columns(points, (column,), what="points")
    weight: Floats = points[column].to_numpy(np.float64, na_value=np.nan)
    bad = np.flatnonzero((weight < 0) | np.isinf(weight))
    if len(bad):
        reason = "a weight is a number from 0 upwards"
        faults = [Fault(points.index[row], column, weight[row], reason) for row in bad]
        raise FrameError("points", faults)
    return weight


def _units_of(lon: Floats, lat: Floats, units: gpd.GeoDataFrame | None) -> npt.NDArray[np.int32]:
    if units is None:
        return np.zeros(len(lon), dtype=np.int32)
    require_columns(units, ("pcode", "geometry"), what="units")
    require_geographic(units, what="units")
    return UnitIndex(units.geometry).query(lon, lat)


def _bandwidths(
    bandwidth_km: float | Mapping[str, float],
    unit: npt.NDArray[np.int32],
    units: gpd.GeoDataFrame | None,
) -> Floats:
    if not isinstance(bandwidth_km, Mapping):
        return np.full(len(unit), float(bandwidth_km))
    if units is None:
        raise ArgumentError("bandwidths by unit need units")
    missing = sorted(set(units["pcode"]) - set(bandwidth_km))
    if missing:
        raise UnknownNameError(f"no bandwidth is given for {', '.join(missing)}")
    by_unit = np.array([bandwidth_km[pcode] for pcode in units["pcode"]], dtype=np.float64)
    return by_unit[unit]


def _precision_km(points: pd.DataFrame, options: SurfaceOptions) -> Floats:
    """Give how far off each position may be; 0 where nothing is said."""
    if "location_precision" not in points.columns:
        return np.zeros(len(points))
    codes, words = pd.factorize(points["location_precision"])
    unknown = sorted(set(words) - set(options.precision_km))
    if unknown:
        raise UnknownNameError(f"location_precision {', '.join(map(str, unknown))} is not known")
    of_words = [options.precision_km[word] for word in words]
    precision: Floats = np.array([*of_words, 0.0])[codes]  # -1, where nothing is said: the last
    return precision


def _estimated(
    used: _Points,
    grid: MetricGrid,
    inside: npt.NDArray[np.bool_] | None,
    kernel: KernelName,
    *,
    edge_correction: bool,
) -> Grid:
    """Smooth the points of each bandwidth on its own, and add them up."""
    column, row = grid.places_of(used.lon, used.lat)
    if inside is not None:  # the cell of a point is inside even if its centre is not
        inside[row.astype(np.int64), column.astype(np.int64)] = True
    values = np.zeros(grid.shape, dtype=np.float32)
    cell_km = grid.cell_m / 1000.0
    bandwidths = np.unique(used.bandwidth_km)
    for bandwidth_km in bandwidths:
        among = used.bandwidth_km == bandwidth_km if len(bandwidths) > 1 else slice(None)
        weight = used.weight[among] if used.weight is not None else None
        content = binned(column[among], row[among], weight, grid.shape)
        smooth = Smoother(grid.shape, kernel, _narrowed(bandwidth_km / cell_km, kernel))
        if inside is not None and edge_correction:
            share = smooth(inside.astype(np.float32))
            np.divide(content, share, out=content, where=content > 0)
        values += smooth(content)
    values *= np.float32(PER_SQKM / cell_km**2)
    values[values < _SINGLE_PRECISION * values.max()] = 0.0
    if inside is not None:
        values[~inside] = np.nan
    return values


def _narrowed(bandwidth: float, kernel: KernelName) -> float:
    """Take from a bandwidth, in cells, what sharing points among cells adds to it."""
    return math.sqrt(bandwidth**2 - _WIDENING[kernel])


def _provenance(used: _Points, grid: MetricGrid, units: gpd.GeoDataFrame | None) -> dict[str, Any]:
    vintages = [] if units is None or "vintage" not in units else sorted(set(units["vintage"]))
    return used.counts | {
        "vintage": ", ".join(map(str, vintages)),
        "unit": UNIT_TAG,
        "distance_error_max": round(grid.distance_error_max, 6),
    }
