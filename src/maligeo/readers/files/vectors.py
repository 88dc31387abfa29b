"""Vector files of any make, in EPSG:4326.

A file is known by its first bytes, not by its name, and is opened only by the driver of
that format: GDAL otherwise also accepts files that send it on to other files or commands.
"""

import json
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from maligeo.core.crs import GEOGRAPHIC
from maligeo.core.databases import rows_of
from maligeo.core.errors import (
    ArgumentError,
    CrsError,
    GeometryError,
    InputFileError,
    UnknownNameError,
    explained,
)
from maligeo.core.files import DESCRIPTION
from maligeo.core.inputs import take_input
from maligeo.core.xml import read_root
from maligeo.readers.files import shapefiles
from maligeo.readers.files.archives import Member, unpacked, unpacked_folder
from maligeo.readers.files.bounds import require_bounded_parquet, require_bounded_table
from maligeo.readers.files.contents import require_records

CUTS_NAMES: Final = "cuts_names"  # whether the file has names of columns cut short
DRIVERS_FIELDS: Final = "drivers_fields"  # columns of every file of this make, also empty ones
STATES_COLUMNS: Final = "states_columns"  # whether a file without a feature says its columns

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_NO_DATA: Final = ("layer_styles",)  # tables of a GeoPackage that describe others
_DECODER: Final = json.JSONDecoder()


def count_features(path: Path) -> int:
    """Count the features of a GeoJSON file (RFC 7946), one at a time.

    Parameters
    ----------
    path : pathlib.Path
        The file, in UTF-8.

    Returns
    -------
    int
        The length of the list of features; 1 for a single feature or geometry.

    Raises
    ------
    InputFileError
        If it is not JSON, or if something in the list is no feature.
    """
    with explained(f"{path} is not GeoJSON"):
        return _count(path.read_text(encoding="utf-8-sig"), path)


def _count(text: str, path: Path) -> int:
    lists = counted = 0
    at = _skip(text, 0) + 1
    while text[at := _skip(text, at)] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at, ":"))
        if key == "features" and text[at] == "[":
            lists += 1
            number, at = _count_list(text, at + 1, path)
            counted += number
        else:
            at = _DECODER.raw_decode(text, at)[1]
        at = _skip(text, at, ",")
    return counted if lists else 1


def _count_list(text: str, at: int, path: Path) -> tuple[int, int]:
    """Count the features of a list, keeping none; also say where the list ends."""
    number = 0
    while text[at := _skip(text, at)] != "]":
        feature, at = _DECODER.raw_decode(text, at)
        number += 1
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise InputFileError(f"{path}: entry {number} of its features is no feature")
        at = _skip(text, at, ",")
    return number, at + 1


def _skip(text: str, at: int, mark: str = "") -> int:
    """Go on behind blanks, and behind a mark where it stands there."""
    match = _BLANK.match(text, at)
    at = match.end() if match else at
    return at + len(mark) if mark and text.startswith(mark, at) else at


_MAIN_SUFFIXES: Final = frozenset(
    {".shp", ".geojson", ".json", ".gpkg", ".kml", ".fgb", ".parquet", ".geoparquet"}
)
_SUFFIXES: Final = _MAIN_SUFFIXES | shapefiles.SIDECARS
# Warnings of GDAL about files that it reads in full.
_HARMLESS: Final = re.compile(
    "winding order|organizePolygons|Several features with id|application_id|user_version"
)
_VIEWS: Final = "select name from sqlite_master where type = 'view'"
_REGISTERED: Final = "select table_name from gpkg_geometry_columns order by rowid"
_KML_NAMES: Final = re.compile(
    rb"<(?:[\w.-]+:)?(?:Data|SimpleData|SimpleField)\s[^<>]*?\bname\s*=\s*[\"']([^\"'<>]*)"
)
# Those of a placemark: "Name" is what stands beside it on the map.
_OF_PLACEMARKS: Final = (
    "id", "Name", "description", "timestamp", "begin", "end", "altitudeMode", "tessellate",
    "extrude", "visibility", "drawOrder", "icon",
)  # fmt: skip
_BARE: Final = ("GeoJSON", "KML")  # their columns are those of their features
_HEAD_BYTES: Final = 1024
_GEODATABASE: Final = "File Geodatabase"
MAX_DEGREES: Final = 1e7


class _Format(NamedTuple):
    """How a format is recognised and opened."""

    name: str
    matches: Callable[[bytes], bool]
    prefix: str = ""
    drivers: frozenset[str] = frozenset()


def _text_start(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]


_FORMATS: Final = (
    _Format("zip archive", lambda head: head[:4] in (b"PK\x03\x04", b"PK\x05\x06")),
    # A folder in an archive, which has no first bytes.
    _Format(_GEODATABASE, lambda _head: False, "", frozenset({"OpenFileGDB"})),
    _Format("GeoParquet", lambda head: head.startswith(b"PAR1")),
    _Format(
        "Shapefile",
        lambda head: head.startswith(b"\0\0\x27\x0a"),
        "",
        frozenset({"ESRI Shapefile"}),
    ),
    _Format(
        "GeoPackage", lambda head: head.startswith(b"SQLite format 3\0"), "", frozenset({"GPKG"})
    ),
    _Format("FlatGeobuf", lambda head: head.startswith(b"fgb"), "", frozenset({"FlatGeobuf"})),
    _Format("GeoJSON", lambda head: _text_start(head) == b"{", "GeoJSON:", frozenset({"GeoJSON"})),
    _Format("KML", lambda head: _text_start(head) == b"<", "", frozenset({"LIBKML", "KML"})),
)


def read_vector(path: str | Path, *, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read a vector file, whatever made it.

    GeoJSON (RFC 7946, and the older `crs` member), GeoPackage, Shapefile, KML,
    FlatGeobuf and GeoParquet, each also inside a zip archive, and a File Geodatabase there. The
    format is found from
    the first bytes of the file. The attributes of a Shapefile are read as UTF-8 when
    their bytes are UTF-8, else in the encoding that the file declares, else as cp1252;
    `frame.attrs["encoding"]` says which.

    Parameters
    ----------
    path : str or pathlib.Path
        The file. For a Shapefile its `.shp`, with the others next to it.
    layer : str, optional
        Which layer, where there are several; in a zip archive also the name of the file.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        The file's attributes and `geometry` (two-dimensional; missing where the file has
        none), one row per feature in the order of the file.

    Raises
    ------
    InputFileError
        If the file is missing, empty, cut off, of another format, or an archive that is
        broken or too large when unpacked.
    CrsError
        If the file does not say its CRS (a Shapefile without `.prj`); none is assumed.
    ArgumentError
        If there are several layers and none is named.
    UnknownNameError
        If there is no layer of that name.
    GeometryError
        If coordinates are infinite or lie outside what the CRS can express.

    Examples
    --------
    >>> read_vector("mli_admbnda_adm1.zip")  # doctest: +SKIP
    """
    source = Path(path)
    if recognise(source) != "zip archive":
        return _read_plain(source, str(source), layer)
    with unpacked_folder(source, ".gdb") as folder:
        if folder is not None:
            return _read_plain(folder, str(source), layer, _GEODATABASE)
    with unpacked(source, _SUFFIXES) as members:
        found = {member.stem: member.path for member in members if _is_main(member)}
        if len(found) == 1:
            only = next(iter(found.items()))
            return _read_plain(only[1], f"{source} ({only[0]})", None if layer in found else layer)
        chosen = _choose(list(found), layer, f"{source}")
        return _read_plain(found[chosen], f"{source} ({chosen})", None)


def list_layers(path: str | Path) -> list[str]:
    """Name the layers with geometry in a file, or the data sets in a zip archive.

    Parameters
    ----------
    path : str or pathlib.Path
        As for `read_vector`.

    Returns
    -------
    list of str
        In the order of the file; GeoParquet has one, named after the file.

    Raises
    ------
    InputFileError
        As `read_vector` raises.
    """
    source = Path(path)
    kind = recognise(source)
    if kind == "zip archive":
        with unpacked_folder(source, ".gdb") as folder:
            if folder is not None:
                return _layers(folder, _GEODATABASE, str(source))
        with unpacked(source, _SUFFIXES) as members:
            main = [member for member in members if _is_main(member)]
            if len(main) != 1:
                return [member.stem for member in main]
            inner = recognise(main[0].path)
            layers = _layers(main[0].path, inner, str(source))
            return layers if len(layers) > 1 else [main[0].stem]
    return _layers(source, kind, str(source))


def recognise(path: Path) -> str:
    """Name the format of a file from its first bytes.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    str
        Such as "GeoJSON" or "zip archive".

    Raises
    ------
    InputFileError
        If the file is missing, empty or of no format that is read here.
    """
    take_input(path)
    require_records(path)
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for candidate in _FORMATS:
        if candidate.matches(head):
            return candidate.name
    known = ", ".join(entry.name for entry in _FORMATS)
    raise InputFileError(f"{path} holds no outlines or points that can be read, as {known} do")


def _is_main(member: Member) -> bool:
    """Tell a data set from what goes with it, such as the description of a data package."""
    is_description = f"{member.stem}{member.path.suffix}" == DESCRIPTION
    return member.path.suffix in _MAIN_SUFFIXES and not is_description


def _read_plain(
    path: Path, what: str, layer: str | None, kind: str | None = None
) -> gpd.GeoDataFrame:
    kind = kind or recognise(path)
    if kind == "zip archive":
        raise InputFileError(f"{what} is an archive within an archive, which is not read")
    with explained(f"{what} cannot be read as {kind}"):
        if kind == "GeoParquet":
            require_bounded_parquet(path)
            frame = gpd.read_parquet(path)
        else:
            with _undamaged(what):
                frame = _read_gdal(path, kind, what, layer)
        return in_degrees(frame, what)


def _read_gdal(path: Path, kind: str, what: str, layer: str | None) -> gpd.GeoDataFrame:
    encoding = shapefiles.check_parts(path, what) if kind == "Shapefile" else None
    chosen = _choose(_layers(path, kind, what), None if kind == "Shapefile" else layer, what)
    if chosen.casefold() in _stored_queries(path, kind, what):
        raise _computed(chosen, what)
    source = _source(path, kind)
    info = pyogrio.read_info(source, layer=chosen, force_feature_count=True)
    declared, columns = info["features"], len(info["fields"])
    size = sum(file.stat().st_size for file in (path.iterdir() if path.is_dir() else [path]))
    require_bounded_table(what, columns=columns, cells=declared * columns, size=size)
    if kind == "GeoJSON":
        declared = count_features(path)
    frame = pyogrio.read_dataframe(source, layer=chosen, encoding=encoding, force_2d=True)
    if not isinstance(frame, gpd.GeoDataFrame):
        frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([None] * len(frame)), crs=GEOGRAPHIC)
    if declared not in (-1, len(frame)):
        raise InputFileError(
            f"{what} is cut off or damaged: it announces {declared} features, and "
            f"{len(frame)} can be read"
        )
    frame.attrs |= {
        "encoding": encoding or "utf-8",
        STATES_COLUMNS: kind not in _BARE,
        CUTS_NAMES: kind == "Shapefile",
        DRIVERS_FIELDS: _OF_PLACEMARKS if kind == "KML" else (),
    }
    return frame


def _layers(path: Path, kind: str, what: str) -> list[str]:
    if kind == "GeoParquet":
        return [path.stem]
    if kind == "KML" and (root := read_root(path).name) != "kml":
        raise InputFileError(f"{what} is XML, but {root!r} and not KML")
    if kind == "KML":
        _require_few_names(path, what)
    with explained(f"{what} cannot be read as {kind}"), _undamaged(what):
        source = _source(path, kind)
        if queries := _stored_queries(path, kind, what):
            layers = [str(name) for (name,) in rows_of(path, _REGISTERED)]
        else:
            found = [(str(name), shape) for name, shape in pyogrio.list_layers(source)]
            layers = [name for name, shape in found if shape is not None]
            if kind == "GeoPackage" and not layers:  # tables alone, such as a list of projects
                layers = [name for name, _ in found if name not in _NO_DATA]
        tables = [name for name in layers if name.casefold() not in queries]
        driver = pyogrio.read_info(source, layer=tables[0])["driver"] if tables else "no layer"
    if queries and not tables:
        raise _computed(layers[0] if layers else next(iter(queries)), what)
    entry = next(entry for entry in _FORMATS if entry.name == kind)
    if driver not in entry.drivers:
        raise InputFileError(f"{what} begins like {kind} but holds {driver}")
    return layers


def _require_few_names(path: Path, what: str) -> None:
    """Refuse KML with more names of values than a table has columns: GDAL compares each pair."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        names = {match[1] for match in _KML_NAMES.finditer(content)}
    require_bounded_table(what, columns=len(names), cells=0, size=0)


def _stored_queries(path: Path, kind: str, what: str) -> frozenset[str]:
    """Name the views of a GeoPackage. GDAL runs them, and they may go on for ever."""
    if kind != "GeoPackage":
        return frozenset()
    found = rows_of(path, _VIEWS, complaint=f"{what} cannot be read as {kind}")
    return frozenset(str(name).casefold() for (name,) in found)


def _computed(layer: str, what: str) -> InputFileError:
    return InputFileError(
        f"{what}: {layer!r} is a stored query (a view), and queries of others are not run: save "
        "the layer to a file of its own, in QGIS with Export > Save Features As"
    )


def _source(path: Path, kind: str) -> str:
    """Give the name by which GDAL opens a file with the driver of its format alone."""
    entry = next(entry for entry in _FORMATS if entry.name == kind)
    return f"{entry.prefix}{path.resolve()}"


def _choose(layers: list[str], layer: str | None, what: str) -> str:
    listed = ", ".join(map(repr, layers))
    if not layers:
        raise InputFileError(f"{what} holds no layer with geometry")
    if layer is None and len(layers) > 1:
        raise ArgumentError(
            f"{what} has {len(layers)} layers: say which, like "
            f"{what}#{layers[0]}: there is {listed}"
        )
    if layer is not None and layer not in layers:
        raise UnknownNameError(f"{what} has no layer {layer!r}; there is {listed}")
    return layers[0] if layer is None else layer


@contextmanager
def _undamaged(what: str) -> Iterator[None]:
    """Refuse a file of which GDAL says that it left something out or changed it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    texts = dict.fromkeys(str(each.message) for each in caught if each.category is RuntimeWarning)
    grave = [text for text in texts if not _HARMLESS.search(text)]
    if grave:
        raise InputFileError(f"{what} is damaged: {'; '.join(grave[:5])}")


def in_degrees(frame: gpd.GeoDataFrame, what: str, first: int = 0) -> gpd.GeoDataFrame:
    """Convert what was read to EPSG:4326 and two dimensions.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        As it was read.
    what : str
        Name of the file, for messages.
    first : int, default 0
        Number of its first row, for messages.

    Raises
    ------
    InputFileError, CrsError, GeometryError
        As `read_vector`.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputFileError(f"{what} has no geometry")
    if frame.crs is None:
        raise CrsError(
            f"{what} does not say its coordinate reference system, and none is assumed: "
            "write it into the file (a Shapefile needs its .prj)"
        )
    frame = frame.rename_geometry("geometry") if frame.geometry.name != "geometry" else frame
    frame = frame.reset_index(drop=True)
    frame.geometry = shapely.force_2d(frame.geometry.array)
    with explained(f"{what} cannot be converted to {GEOGRAPHIC}", CrsError):
        moved = frame.to_crs(GEOGRAPHIC)
    moved.attrs = dict(frame.attrs)
    bounds = moved.geometry.bounds.to_numpy()
    there = np.asarray(moved.geometry.notna() & ~moved.geometry.is_empty)
    bad = there & ~(np.abs(np.where(np.isnan(bounds), np.inf, bounds)) < MAX_DEGREES).all(axis=1)
    if bad.any():
        rows = ", ".join(map(str, np.flatnonzero(bad)[:5] + first))
        raise GeometryError(f"{what}: coordinates are not finite in {int(bad.sum())} rows ({rows})")
    return moved
