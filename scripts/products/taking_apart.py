"""A product, file or folder, taken apart by its suffix."""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Final

from products.datasets import (
    database_parts,
    dbf_parts,
    flatgeobuf_parts,
    json_parts,
    parquet_parts,
    pmtiles_parts,
    raster_parts,
    text_parts,
)
from products.documents import page_parts, pdf_parts, png_parts, printed_parts, svg_parts
from products.parts import Part, digest
from products.workbooks import workbook_parts

_FORMATS: Final[Mapping[str, Callable[[bytes], Iterator[Part]]]] = {
    ".csv": text_parts,
    ".dbf": dbf_parts,
    ".fgb": flatgeobuf_parts,
    ".gpkg": database_parts,
    ".html": page_parts,
    ".mbtiles": database_parts,
    ".parquet": parquet_parts,
    ".pdf": pdf_parts,
    ".pmtiles": pmtiles_parts,
    ".png": png_parts,
    ".svg": svg_parts,
    ".tif": raster_parts,
    ".txt": printed_parts,
    ".xlsx": workbook_parts,
}
_JSON: Final = (".json", ".geojson")
_TILE: Final = (".png", ".webp", ".pbf")  # within a folder, where bytes count


def parts_of(product: Path) -> list[Part]:
    """Take a product apart.

    Parameters
    ----------
    product : pathlib.Path
        A file of any format that maligeo writes, or a folder of such files.
    """
    if not product.is_dir():
        return list(_file_parts(product.name, product.read_bytes()))
    files = sorted(path for path in product.rglob("*") if path.is_file())
    return [
        part
        for path in files
        for part in _within(path.relative_to(product).as_posix(), path.read_bytes())
    ]


def _file_parts(name: str, content: bytes) -> Iterator[Part]:
    suffix = PurePath(name).suffix.lower()
    if suffix == ".zip":
        yield from _archive_parts(content)
    elif suffix in _JSON:
        yield from json_parts(content, name)
    elif suffix in _FORMATS:
        yield from _FORMATS[suffix](content)
    else:
        yield Part("bytes", digest(content))


def _archive_parts(content: bytes) -> Iterator[Part]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in sorted(archive.namelist()):
            yield from _within(name, archive.read(name))


def _within(name: str, content: bytes) -> Iterator[Part]:
    """Take a file of a folder or archive apart; its name goes before those of its parts."""
    if PurePath(name).suffix in _TILE:
        yield Part(name, digest(content))
        return
    for part in _file_parts(name, content):
        yield part._replace(name=f"{name}: {part.name}")
