"""The record of what made a product, by the format of the product.

The readers of this room raise whatever the format's own library raises, or a `ValueError`
that says what is wrong with "it"; here they become one error that names the file.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from maligeo.core.errors import ArgumentError, InputFileError, explained
from maligeo.provenance.data_files import (
    in_csv_metadata,
    in_flatgeobuf,
    in_geopackage,
    in_json,
    in_parquet,
    in_raster,
    in_tiles,
    in_workbook,
    in_zip,
)
from maligeo.provenance.documents import in_page, in_pdf, in_png, in_svg
from maligeo.provenance.record import Provenance

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
    ".json": in_json,
    ".xlsx": in_workbook,
    ".csv": in_csv_metadata,
    ".zip": in_zip,
}

_PACKAGE: Final = "datapackage.json"


def read_about(path: str | Path) -> Provenance:
    """Read from a product what it was made from.

    Parameters
    ----------
    path : str or pathlib.Path
        A map (.html), a picture or page (.png, .svg, .pdf), tiles (.pmtiles, .mbtiles or a
        folder), a raster (.tif), a table or layers (.csv with NAME.csv-metadata.json next to
        it, .xlsx, .parquet, .gpkg, .fgb, .geojson), or a data package (datapackage.json, its
        folder, or a .zip of it).

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
