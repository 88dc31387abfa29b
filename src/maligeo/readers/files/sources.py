"""A file to be read, and which part of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PART: Final = "#"  # between a file and its sheet or layer
WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})
LAYERED: Final = frozenset({".gpkg", ".zip", ".kml", ".kmz"})


@dataclass(frozen=True)
class Source:
    """A file of records or boundaries, and how it is to be read.

    Every reader takes one in the place of a path. A path may name a sheet or a layer too:
    "3w.xlsx#2022", "land.gpkg#released".

    Attributes
    ----------
    path : str or os.PathLike
        The file.
    sheet : str or None
        Sheet of a workbook; needed where several hold something.
    layer : str or None
        Layer of a GeoPackage, or data set of a zip archive; needed where there are several.
    level : int or None
        Administrative level, of boundaries only; without it the file says.
    vintage : str or None
        Administrative division, of boundaries only; without it the file says.

    Examples
    --------
    >>> Source("3w.xlsx", sheet="2022").name
    '3w.xlsx'
    """

    path: str | os.PathLike[str]
    sheet: str | None = None
    layer: str | None = None
    level: int | None = None
    vintage: str | None = None

    def __fspath__(self) -> str:
        return os.fspath(self.path)

    def __str__(self) -> str:
        return os.fspath(self.path)

    @property
    def name(self) -> str:
        """Name of the file without its folders."""
        return Path(self.path).name

    @classmethod
    def of(cls, path: str | os.PathLike[str] | Source) -> Source:
        """Give a source as it is, and a path as a source; "book.xlsx#sheet" is taken apart."""
        if isinstance(path, cls) or Path(path).exists():
            return path if isinstance(path, cls) else cls(path)
        file, _, part = os.fspath(path).rpartition(PART)
        suffix = Path(file).suffix.lower()
        if suffix in WORKBOOKS:
            return cls(file, sheet=part)
        return cls(file, layer=part) if suffix in LAYERED else cls(path)
