"""Cells to positions: decimal degrees, degrees-minutes-seconds, UTM, MGRS and WKT.

Everything becomes longitude and latitude in EPSG:4326. Which UTM zones and which box a
position must lie in comes from the country's data, not from here.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Transformer

from maligeo import catalog
from maligeo.core.crs import GEOGRAPHIC, Floats
from maligeo.readers.cells.values import parse_numbers, strip_missing
from maligeo.readers.quarantine import Faults

_UTM_NORTH: Final = 32600  # EPSG code of WGS 84 / UTM zone n north, less n
_HEMISPHERES: Final = {"N": 1.0, "S": -1.0, "E": 1.0, "W": -1.0, "O": -1.0}  # O: ouest
_OTHER_AXIS: Final = {"lat": ("E", "W", "O"), "lon": ("N", "S")}
_ANGLE: Final = (
    r"^\s*(?P<before>[NSEWO])?\s*(?P<sign>[+-])?\s*(?P<degrees>[0-9]{1,3}(?:[.,][0-9]+)?)\s*(?:[°ºd]|\s|$)\s*"
    r"(?:(?P<minutes>[0-9]{1,2}(?:[.,][0-9]+)?)\s*(?:['’′m]|\s|$)\s*)?"
    r"(?:(?P<seconds>[0-9]{1,2}(?:[.,][0-9]+)?)\s*(?:''|[\"”″s]|\s|$)\s*)?"
    r"(?P<after>[NSEWO])?\s*$"
)
_PAIRS: Final = (
    r"^(.+?[NS])\s*[,;/]?\s*(.+[EWO])$",
    r"^([NS].+?)\s*[,;/]?\s*([EWO].+)$",
    r"^([^;/]+)[;/]([^;/]+)$",
    r"^(\S+),\s+(\S+)$",
    r"^([^,]+),([^,]+)$",
    r"^(\S+)\s+(\S+)$",
    # A form writes altitude and precision behind them, in metres.
    r"^(-?\d+\.\d{3,})\s+(-?\d+\.\d{3,})\s+-?\d+(?:\.\d+)?\s+\d+(?:\.\d+)?$",
)
_UTM: Final = (
    r"^\s*([0-9]{1,2})\s*([C-HJ-NP-X])\s+([0-9]{5,7}(?:[.,][0-9]+)?)\s*M?\s*E?\s*[ ,;]"
    r"\s*([0-9]{6,8}(?:[.,][0-9]+)?)\s*M?\s*N?\s*$"
)
_MGRS: Final = (
    r"^\s*([0-9]{1,2})\s*([C-HJ-NP-X])\s*([A-HJ-NP-Z])([A-HJ-NP-V])"
    r"\s*((?:[0-9]{2}){0,5}|[0-9]{1,5}\s+[0-9]{1,5})\s*$"
)
_WKT: Final = re.compile(
    r"^\s*(?:SRID=4326;)?\s*(?:POINT|MULTIPOINT|LINESTRING|POLYGON|MULTIPOLYGON)\b", re.IGNORECASE
)
_BANDS: Final = "CDEFGHJKLMNPQRSTUVWX"  # eight degrees each, from 80° south
_COLUMN_LETTERS: Final = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_ROW_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUV"
_SQUARE: Final = 100_000.0
_ROW_CYCLE: Final = 2_000_000.0


class Positions(NamedTuple):
    """Positions of rows: NaN where there is none.

    Attributes
    ----------
    lon, lat : pandas.Series of float64
        Degrees, EPSG:4326.
    """

    lon: "pd.Series[float]"
    lat: "pd.Series[float]"


def parse_angles(texts: pd.Series, axis: str) -> tuple["pd.Series[float]", Faults]:
    r"""Read one axis: decimal degrees, or degrees, minutes and seconds.

    Parameters
    ----------
    texts : pandas.Series of str
        Such as "14.4971", "-4,1967", "14°29'49.6\"N", "4 11 48 W" or "N14° 29.83'".
        A comma always cuts, since no angle has thousands. "O" is the French west.
    axis : {"lon", "lat"}
        A hemisphere of the other axis is a fault.

    Returns
    -------
    degrees : pandas.Series of float64
    faults : Faults
    """
    numbers, number_faults = parse_numbers(texts, decimal=",")
    degrees = numbers.astype("float64")
    if not len(number_faults):
        return degrees, number_faults
    faults = Faults()
    rest = number_faults.marks(texts.index)
    parts = strip_missing(texts[rest]).str.upper().str.extract(_ANGLE)
    size, odd = _sexagesimal(parts)
    column = str(texts.name)
    mark = parts["before"].fillna(parts["after"])
    signs = parts[["before", "sign", "after"]].notna().sum(axis=1)
    unusable = pd.Series(False, index=size.index)
    for marked, reason in (
        (size.isna(), "is not an angle in degrees"),
        (odd, "has minutes or seconds of 60 or more"),
        (mark.isin(_OTHER_AXIS[axis]), "names a hemisphere of the other axis"),
        (signs > 1, "says its hemisphere twice"),
    ):
        faults.add(marked & ~unusable, column, texts[rest], reason)
        unusable |= marked
    sign = mark.map(_HEMISPHERES).astype("float64").fillna(1.0)
    sign = sign.mask((parts["sign"] == "-").fillna(False), -1.0)
    degrees = degrees.copy()
    degrees[rest] = (size * sign).mask(unusable)
    return degrees, faults


def _sexagesimal(parts: pd.DataFrame) -> tuple["pd.Series[float]", "pd.Series[bool]"]:
    figures = {
        name: parts[name].str.replace(",", ".", regex=False).astype("Float64").astype("float64")
        for name in ("degrees", "minutes", "seconds")
    }
    minutes, seconds = figures["minutes"].fillna(0.0), figures["seconds"].fillna(0.0)
    odd = (minutes >= 60) | (seconds >= 60)
    return figures["degrees"] + minutes / 60 + seconds / 3600, odd


def parse_utm(
    zones: pd.Series, eastings: pd.Series, northings: pd.Series
) -> tuple[Positions, Faults]:
    """Read UTM coordinates (WGS 84, northern hemisphere) in metres.

    Parameters
    ----------
    zones : pandas.Series of str
        "30", "30N" or "30P": the letter may be the hemisphere or the latitude band, which
        the sizes of northings cannot tell and which does not matter north of the equator.
    eastings, northings : pandas.Series of str
        Metres.

    Returns
    -------
    positions : Positions
    faults : Faults
        For a zone that the country does not touch, and coordinates outside any zone.
    """
    east, faults = parse_numbers(eastings, decimal=",")
    north = faults.taking(parse_numbers(northings, decimal=","))
    numbers = strip_missing(zones).str.extract(r"^\s*([0-9]{1,2})\s*[A-Z]?\s*$", expand=False)
    given = east.notna() & north.notna()
    zone = numbers.astype("Float64").astype("float64")
    known = zone.isin(utm_zones())
    faults.add(given & ~known, str(zones.name), zones, f"is not a UTM zone of {_country_zones()}")
    x, y = east.astype("float64"), north.astype("float64")
    outside = given & known & ~(x.between(100_000, 900_000) & y.between(0, 10_000_000))
    faults.add(outside, str(eastings.name), eastings, "is not a UTM easting with its northing")
    return _unproject(zone.where(given & known & ~outside), x, y), faults


def parse_mgrs(texts: pd.Series) -> tuple[Positions, Faults]:
    """Read MGRS references (NGA.STND.0037), such as "30PVB 12345 67890".

    Parameters
    ----------
    texts : pandas.Series of str
        With an even number of digits up to ten; the middle of the square is taken.

    Returns
    -------
    positions : Positions
    faults : Faults
        For text that is no reference, and zones that the country does not touch.
    """
    cells = strip_missing(texts).str.upper()
    parts = cells.str.extract(_MGRS)
    zone = parts[0].astype("Float64").astype("float64")
    digits = parts[4].str.replace(r"\s", "", regex=True)
    readable = zone.notna() & (digits.str.len() % 2 == 0).fillna(False)
    known = readable & zone.isin(utm_zones())
    rows = parts[known]
    x, y, exists = _square(rows, digits[known])
    exists_all = pd.Series(False, index=texts.index)
    exists_all[known] = exists
    faults = Faults()
    column = str(texts.name)
    faults.add(cells.notna() & ~readable, column, texts, "is not an MGRS reference")
    faults.add(readable & ~known, column, texts, f"is not in a UTM zone of {_country_zones()}")
    faults.add(known & ~exists_all, column, texts, "names an MGRS square that does not exist there")
    east, north = (pd.Series(np.nan, index=texts.index) for _ in range(2))
    east[known], north[known] = x, y
    return _unproject(zone.where(exists_all), east, north), faults


def _square(parts: pd.DataFrame, digits: pd.Series) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Give easting, northing and existence of squares, by the letters of the grid."""
    zone = parts[0].astype("int64").to_numpy()
    columns = np.array(
        [
            _COLUMN_LETTERS[(at - 1) % 3].find(letter)
            for at, letter in zip(zone, parts[2], strict=True)
        ],
        dtype=np.float64,
    )
    rows = np.array([_ROW_LETTERS.find(letter) for letter in parts[3]], dtype=np.float64)
    rows = (rows - np.where(zone % 2 == 0, 5, 0)) % len(_ROW_LETTERS)
    half = digits.str.len().to_numpy(dtype="int64") // 2
    size = 10.0 ** (5 - half)
    within = [
        np.array([float(text[part(cut)] or 0) for text, cut in zip(digits, half, strict=True)])
        for part in (lambda cut: slice(0, cut), lambda cut: slice(cut, None))
    ]
    x = (columns + 1) * _SQUARE + (within[0] + 0.5) * size
    low = rows * _SQUARE + (within[1] + 0.5) * size
    # Row letters repeat every 2000 km; the band says in which repetition the square lies.
    south = np.array([_BANDS.find(letter) for letter in parts[1]]) * 8.0 - 80.0
    floor = np.maximum(south, 0.0) * 110_500.0 - _SQUARE
    y = low + np.ceil((floor - low) / _ROW_CYCLE) * _ROW_CYCLE
    exists = (columns >= 0) & (south >= 0) & (y < (south + 8.0) * 111_500.0 + 2 * _SQUARE)
    return x, y, exists


@np.errstate(over="ignore", invalid="ignore")  # what is not finite becomes a fault
def parse_wkt(texts: pd.Series) -> tuple[gpd.GeoSeries, Faults]:
    """Read well-known text (OGC 06-103r4) of points, lines and polygons, longitude first.

    Parameters
    ----------
    texts : pandas.Series of str
        An "SRID=4326;" in front is allowed. Collections are refused: nested deeply
        enough, they would exhaust the parser.

    Returns
    -------
    geometries : geopandas.GeoSeries, EPSG:4326
    faults : Faults
    """
    cells = strip_missing(texts)
    begun = cells.str.match(_WKT).fillna(False)
    bare = cells.where(begun).str.replace(r"^\s*SRID=4326;", "", regex=True)
    shapes = shapely.from_wkt(bare.to_numpy(dtype=object, na_value=None), on_invalid="ignore")
    shapes = shapely.force_2d(shapes)
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    unusable = shapely.is_missing(shapes) | shapely.is_empty(shapes) | ~finite
    shapes = np.where(unusable, None, shapes)
    faults = Faults()
    bad = cells.notna() & unusable
    faults.add(bad, str(texts.name), texts, "is not WKT of a point, line or polygon")
    return gpd.GeoSeries(shapes, index=texts.index, crs=GEOGRAPHIC, name=texts.name), faults


def parse_pairs(texts: pd.Series) -> tuple[Positions, Faults]:
    r"""Read cells that hold both axes, latitude first as people write them, or UTM or MGRS.

    Parameters
    ----------
    texts : pandas.Series of str
        Such as "14.4971, -4.1967", "14°29'49\"N 4°11'48\"W", "30N 412345 1602345" or
        "30PVB1234567890".

    Returns
    -------
    positions : Positions
    faults : Faults
    """
    cells = strip_missing(texts).str.upper()
    lon, lat = (pd.Series(np.nan, index=texts.index) for _ in range(2))
    faults = Faults()
    left = cells.notna()
    pairs = [(pattern, _read_pair) for pattern in _PAIRS]
    for pattern, read in ((_MGRS, _read_mgrs), (_UTM, _read_utm), *pairs):
        mine = left & cells.str.match(pattern).fillna(False)
        if mine.any():
            found = faults.taking(read(cells[mine], pattern))
            lon[mine], lat[mine] = found
            left &= ~mine
    faults.add(left, str(texts.name), texts, "is not a position")
    return Positions(lon, lat), faults


def _read_mgrs(cells: pd.Series, _: str) -> tuple[Positions, Faults]:
    return parse_mgrs(cells)


def _read_utm(cells: pd.Series, pattern: str) -> tuple[Positions, Faults]:
    parts = cells.str.extract(pattern)
    named = [parts[at].rename(cells.name) for at in (0, 2, 3)]
    return parse_utm(named[0], named[1], named[2])


def _read_pair(cells: pd.Series, pattern: str) -> tuple[Positions, Faults]:
    parts = cells.str.extract(pattern)
    lat, faults = parse_angles(parts[0].rename(cells.name), "lat")
    lon = faults.taking(parse_angles(parts[1].rename(cells.name), "lon"))
    one_only = lat.isna() != lon.isna()
    faults.add(one_only & ~faults.marks(cells.index), str(cells.name), cells, "is not a position")
    return Positions(lon, lat), faults


def _unproject(zone: "pd.Series[float]", x: "pd.Series[float]", y: "pd.Series[float]") -> Positions:
    lon, lat = (np.full(len(zone), np.nan) for _ in range(2))
    for number in zone.dropna().unique():
        here = (zone == number).to_numpy()
        to_degrees = _transformer(int(number))
        lon[here], lat[here] = to_degrees(x.to_numpy()[here], y.to_numpy()[here])
    return Positions(pd.Series(lon, index=zone.index), pd.Series(lat, index=zone.index))


@cache
def _transformer(zone: int) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
    made = Transformer.from_crs(_UTM_NORTH + zone, GEOGRAPHIC, always_xy=True)
    return made.transform


def utm_zones() -> list[int]:
    """Give the UTM zones that the country touches."""
    return [int(zone) for zone in catalog.country()["utm_zones"]]


def _country_zones() -> str:
    zones = utm_zones()
    return f"{catalog.country()['name_en']} ({zones[0]}–{zones[-1]})"


def inside_country(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Tell which positions lie in the box of the country; a missing one does not."""
    west, south, east, north = catalog.country()["bbox"]
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        inside: npt.NDArray[np.bool_] = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return inside


class PositionColumns(NamedTuple):
    """Where positions stand in the file, to name faults.

    Attributes
    ----------
    lon, lat : str
        Columns of the file; the same one where both axes are in one cell.
    """

    lon: str
    lat: str


def check_positions(
    positions: Positions, columns: PositionColumns, *, swap: bool = False, abroad: bool = False
) -> tuple[Positions, Faults, int]:
    """Find positions that cannot be: half ones, (0, 0), swapped, outside the country.

    Parameters
    ----------
    positions : Positions
    columns : PositionColumns
    swap : bool, default False
        Swap the positions of which it is proven that swapped they fall in the country.
    abroad : bool, default False
        Let positions outside the country stand.

    Returns
    -------
    positions : Positions
    faults : Faults
    swapped : int
        How many were swapped.
    """
    lon, lat = positions.lon.to_numpy(), positions.lat.to_numpy()
    index = positions.lon.index
    has_lon, has_lat = ~np.isnan(lon), ~np.isnan(lat)
    inside = inside_country(lon, lat)
    faults = Faults()
    if inside.all() or not (has_lon | has_lat).any():
        return positions, faults, 0
    mirrored = ~inside & inside_country(lat, lon)
    origin = (lon == 0) & (lat == 0) & ~inside
    half = has_lon != has_lat
    outside = has_lon & has_lat & ~inside & ~mirrored & ~origin & (not abroad)
    name = catalog.country()["name_en"]
    pair = _written(lon, lat, index, ~inside)
    reasons = [
        (half, "longitude and latitude are not both given"),
        (origin, "is 0 and 0, which is no position but a missing one"),
        (outside, f"lies outside {name}"),
    ]
    if swap:
        lon, lat = np.where(mirrored, lat, lon), np.where(mirrored, lon, lat)
    else:
        proof = f"lies outside {name}, but inside with longitude and latitude swapped"
        reasons.append((mirrored, proof))
    both = columns.lon if columns.lon == columns.lat else f"{columns.lon}, {columns.lat}"
    for marked, reason in reasons:
        faults.add(pd.Series(marked, index=index), both, pair, reason)
    moved = Positions(pd.Series(lon, index=index), pd.Series(lat, index=index))
    return moved, faults, int(mirrored.sum()) if swap else 0


def _written(lon: Floats, lat: Floats, index: pd.Index, rows: npt.NDArray[np.bool_]) -> pd.Series:
    """Write pairs of coordinates out, for the rows that need it."""
    texts = pd.Series(pd.NA, index=index, dtype="object")
    pairs = zip(lon[rows], lat[rows], strict=True)
    texts[rows] = [", ".join(_degrees(value) for value in pair) for pair in pairs]
    return texts


def _degrees(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.10g}"
