"""The record of what made a product, by the format of the product.

The readers of this room raise whatever the format's own library raises, or a `ValueError`
that says what is wrong with "it"; here they become one error that names the file.
"""

import json
import sqlite3
import warnings
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
import rasterio
from rasterio.errors import NotGeoreferencedWarning

from maligeo.core.errors import ArgumentError, InputFileError, explained
from maligeo.core.inputs import require_ordinary
from maligeo.core.xml import elements_of
from maligeo.provenance.documents import in_page, in_pdf, in_png, in_svg
from maligeo.provenance.record import CSV_METADATA, KEY, LONGEST, TAG, Provenance
from maligeo.tile_archives import open_tiles

_FLATGEOBUF_SIGN: Final = b"fgb\x03fgb"
_FLATGEOBUF_SIGN_BYTES: Final = 8
_FLATGEOBUF_METADATA: Final = 13  # number of the field in the header's table
_PROPERTIES: Final = "docProps/custom.xml"
_PACKAGE: Final = "datapackage.json"
_LARGEST_JSON: Final = 1 << 28


def in_tiles(path: Path) -> str | None:
    """Give the record in the metadata of an archive or folder of tiles."""
    return _as_text(open_tiles(path).description.metadata.get(KEY))


def in_raster(path: Path) -> str | None:
    """Give the tag of a GeoTIFF."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # of no concern here
        raster = rasterio.open(path, driver="GTiff")
    with raster:
        return _as_text(raster.tags().get(TAG))


def in_parquet(path: Path) -> str | None:
    """Give the record in the key-value metadata of the file."""
    found = (pq.read_metadata(path).metadata or {}).get(KEY.encode())
    return None if found is None else bytes(found).decode("utf-8")


def in_json(path: Path) -> str | None:
    """Give the member of the outermost object, of GeoJSON a foreign one (RFC 7946, 6.1)."""
    if path.stat().st_size > _LARGEST_JSON:
        raise ValueError("it is too large to be read as one piece")
    return _member(path.read_bytes())


def in_csv_metadata(path: Path) -> str | None:
    """Give the record in the metadata of a CSV file (W3C, CSV on the Web)."""
    described = path.with_name(path.name + CSV_METADATA)
    return in_json(described) if described.is_file() else None


def in_flatgeobuf(path: Path) -> str | None:
    """Give the record in the metadata of the layer, of which the header is read alone."""
    with path.open("rb") as file:
        if not file.read(_FLATGEOBUF_SIGN_BYTES).startswith(_FLATGEOBUF_SIGN):
            raise ValueError("it is not a FlatGeobuf file")
        header = file.read(min(int.from_bytes(file.read(4), "little"), 4 * LONGEST))
    # A table of FlatBuffers begins with how far before it its list of fields lies.
    table = _number(header, 0, 4)
    fields = table - _number(header, table, 4)
    place = fields + 4 + 2 * _FLATGEOBUF_METADATA
    if place >= fields + _number(header, fields, 2) or not _number(header, place, 2):
        return None
    field = table + _number(header, place, 2)
    start = field + _number(header, field, 4)
    end = start + 4 + _number(header, start, 4)
    return _member(header[start + 4 : end])


def _number(data: bytes, place: int, size: int) -> int:
    if not 0 <= place <= len(data) - size:
        raise ValueError("its header is damaged")
    return int.from_bytes(data[place : place + size], "little", signed=size == 4)


def in_geopackage(path: Path) -> str | None:
    """Give the record in the table `gpkg_metadata` (OGC 12-128r18, F.8)."""
    address = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        if not database.execute(_HAS_METADATA).fetchone():
            return None
        for (text,) in database.execute(_METADATA, (LONGEST,)):
            found = json.loads(text)
            if isinstance(found, dict) and (KEY in found or "product" in found):
                return _as_text(found.get(KEY, found))
    return None


# A view of that name might count to infinity.
_HAS_METADATA: Final = "select 1 from sqlite_master where type = 'table' and name = 'gpkg_metadata'"
_METADATA: Final = (
    "select metadata from gpkg_metadata "
    "where mime_type = 'application/json' and length(metadata) <= ? order by id"
)


def in_office(path: Path) -> str | None:
    """Give the custom properties of an office file, as `office_properties` divides a record."""
    with zipfile.ZipFile(path) as archive:
        if _PROPERTIES not in archive.namelist():
            return None
        content = _unpacked(archive, _PROPERTIES, 4 * LONGEST)
    found = {
        element.get("name", ""): "".join(element.itertext())
        for element in elements_of(content, "property")
    }
    names = [KEY, *(f"{KEY}-{at}" for at in range(2, len(found) + 1))]
    return "".join(found.get(name, "") for name in names) or None


def in_zip(path: Path) -> str | None:
    """Give the record of a data package that is packed as a zip file."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.rpartition("/")[2] == _PACKAGE]
        if not names:
            return None
        return _member(_unpacked(archive, min(names, key=len), _LARGEST_JSON))


def _unpacked(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    with archive.open(name) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise ValueError(f"{name} in it is too large")
    return content


def _member(content: bytes) -> str | None:
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError("it is not a JSON object")
    return _as_text(found.get(KEY))


def _as_text(found: Any) -> str | None:
    """Give the text of a record, which may stand in JSON as a text or as an object."""
    return found if found is None or isinstance(found, str) else json.dumps(found)


_FORMATS: Final[Mapping[str, Callable[[Path], str | None]]] = {
    ".html": in_page,
    ".htm": in_page,
    ".png": in_png,
    ".svg": in_svg,
    ".pdf": in_pdf,
    ".pmtiles": in_tiles,
    ".mbtiles": in_tiles,
    ".tif": in_raster,
    ".tiff": in_raster,
    ".gpkg": in_geopackage,
    ".fgb": in_flatgeobuf,
    ".parquet": in_parquet,
    ".geojson": in_json,
    ".topojson": in_json,
    ".json": in_json,
    ".xlsx": in_office,
    ".pptx": in_office,
    ".docx": in_office,
    ".csv": in_csv_metadata,
    ".zip": in_zip,
}


def read_about(path: str | Path) -> Provenance:
    """Read from a product what it was made from.

    Parameters
    ----------
    path : str or pathlib.Path
        A map (.html), a picture or page (.png, .svg, .pdf), slides or a document (.pptx,
        .docx), tiles (.pmtiles, .mbtiles or a folder), a raster (.tif), a table or layers (.csv
        with NAME.csv-metadata.json next to it, .xlsx, .parquet, .gpkg, .fgb, .geojson,
        .topojson), or a data package (datapackage.json, its folder, or a .zip of it).

    Returns
    -------
    Provenance

    Raises
    ------
    ArgumentError
        If no product has such a suffix.
    InputFileError
        If the file is missing, damaged, or carries no record.
    """
    product = Path(path)
    if not product.exists():
        raise InputFileError(f"cannot read {product}: it does not exist")
    require_ordinary(product)
    reader = _in_folder if product.is_dir() else _FORMATS.get(product.suffix.lower())
    if reader is None:
        raise ArgumentError(
            f"{product} is no product that carries a record; those end in {', '.join(_FORMATS)}"
        )
    with explained(f"cannot read {product}"):
        text = reader(product)
    if text is None:
        raise InputFileError(f"{product} carries no record of what made it")
    try:
        return Provenance.from_json(text)
    except InputFileError as error:
        raise InputFileError(f"{product}: {error}") from error


def _in_folder(folder: Path) -> str | None:
    """Read a folder: a data package, or tiles."""
    package = folder / _PACKAGE
    return in_json(package) if package.is_file() else in_tiles(folder)
