"""What a product is made of, as its record says it: options as JSON, inputs by their hash."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import pandas as pd

from maligeo import catalog, exports
from maligeo.core.audiences import audience_of, is_synthetic
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.core.lazy import is_lazy
from maligeo.core.notebooks import listed, titled
from maligeo.core.session import session_language
from maligeo.core.version import code_version
from maligeo.core.words import word
from maligeo.disclosure import Release
from maligeo.provenance.record import ROLE, InputFile, Provenance, file_sha256, hash_input
from maligeo.readers.files.sources import PARTS, READ_HOW, Source

_SENTENCE: Final = "sentence"
BUNDLED: Final = "bundled data"
LAYER: Final = "layer "  # before the name of a layer, in its role
OUTPUT: Final = "output"

_SEAL: Final = "datapackage.json"  # it has the hash of every file of its package
# Packages that shape what is written.
_PACKAGES: Final = (
    "branca", "folium", "geopandas", "jenkspy", "matplotlib", "numpy", "pandas", "pmtiles",
    "pyarrow", "pyogrio", "pypdf", "pyproj", "rapidfuzz", "scipy", "shapely", "XStatic-Leaflet",
    "xlsxwriter",
)  # fmt: skip
_RASTER_PACKAGES: Final = ("exactextract", "rasterio")
_OFFICE_PACKAGES: Final = ("python-docx", "python-pptx")
REPORT: Final = "report"  # which may be slides or a document
_SURFACE: Final = "surface"  # a raster that is made from none
_RASTER: Final = "raster"  # name of the option


@dataclass(frozen=True)
class Recipe:
    """How a product is made.

    Attributes
    ----------
    product : str
        What it is, as `maligeo.workflows.remaking.PRODUCTS` names it.
    options : mapping of str to object
        What was asked for: numbers, texts, lists of these, sources, mappings of names to
        sources. What is None or False is left out.
    rules : Release
        For whom it is. Names and plain hashes of files are recorded for "internal" alone: a
        name can give something away, and a plain hash confirms a guess at the content.
    units : pandas.DataFrame, optional
        The units, for their vintage and level.
    method : str
        How it is made, in a few words.
    """

    product: str
    options: Mapping[str, object]
    rules: Release
    units: pd.DataFrame | None = field(default=None, repr=False)
    method: str = ""

    @property
    def audience(self) -> Audience:
        """For whom it is."""
        return self.rules.audience

    @cached_property
    def record(self) -> Provenance:
        """The record, without folders, times, and names of people or machines."""
        options, inputs = {}, [bundled_data()]
        internal = self.audience == "internal"
        for name, value in self.options.items():
            if value is None or value is False:
                continue
            options[name], read = _recorded(name, value, named=internal)
            inputs += read if internal else [one.keyed(self.rules.store.key) for one in read]
        return Provenance(
            product=self.product,
            options=options,
            inputs=tuple(dict.fromkeys(inputs)),
            audience=self.audience,
            versions=versions(
                rasters=of_rasters(self.product, options), office=self.product == REPORT
            ),
            more=_described(self.units) | ({"method": self.method} if self.method else {}),
        )


@dataclass(frozen=True)
class Product:
    """Something that can be written to a file, with the record of how it was made.

    Attributes
    ----------
    recipe : Recipe
        How it is made.
    write : callable
        Takes the path and the record, and gives the path that was written.
    holds_its_name : bool
        Whether the name of the file stands in the product itself, and so in the record.
    totals : dict of str to int
        After it was written, of some products: how many rows or tiles, by kind.
    """

    recipe: Recipe
    write: Callable[[Path, Provenance], Path] = field(repr=False)
    holds_its_name: bool = False
    totals: dict[str, int] = field(default_factory=dict, repr=False)

    def save(self, path: str | Path, *, about: Provenance | None = None) -> Path:
        """Write it.

        Parameters
        ----------
        path : str or pathlib.Path
            The file; its suffix says in which format.
        about : Provenance, optional
            The record to write into it; by default that of this product.

        Returns
        -------
        pathlib.Path
            The file that was written.

        Raises
        ------
        ArgumentError
            If the suffix is of no format that it has.
        ReleaseError
            If something in it was not released for its audience.
        OutputFileError
            If it cannot be written.
        """
        target = Path(path)
        return self.write(target, self.record_for(target) if about is None else about)

    def record_for(self, path: Path) -> Provenance:
        """Give the record that it has in a file of this name."""
        if not self.holds_its_name:
            return self.recipe.record
        named = {**self.recipe.options, OUTPUT: path.name}
        return replace(self.recipe, options=named).record


@dataclass(frozen=True)
class TableProduct(Product):
    """A table, and what is written of it.

    Attributes
    ----------
    compute : callable
        Gives the table as it was computed, for those who may read the records behind it.
    released : callable
        Gives the table for the audience of the product.
    """

    compute: Callable[[], pd.DataFrame] = field(kw_only=True, repr=False)
    released: Callable[[], pd.DataFrame] = field(kw_only=True, repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """The table, of a study that was released as it is released."""
        return self.compute()

    def _repr_html_(self) -> str:
        """Show the table; of an answer each unit with its sentence."""
        frame = self.frame
        language = str(self.recipe.options.get("language") or session_language())
        marks = marks_of(frame, language)
        if _SENTENCE not in frame.columns:
            return titled("", str(frame._repr_html_()), warnings=marks)
        told = frame.loc[frame[_SENTENCE].notna(), _SENTENCE].astype("str")
        return titled(word("title.gaps", language), listed(told), warnings=marks)


def marks_of(frame: pd.DataFrame, language: str) -> list[str]:
    """Say that a frame is internal, and that some of it is made up, where it is."""
    internal = [word("audience.internal", language)] if audience_of(frame) == AUDIENCES[0] else []
    return [*internal, *([word("synthetic.banner", language)] if is_synthetic(frame) else [])]


def table_product(
    recipe: Recipe,
    compute: Callable[[], pd.DataFrame],
    released: Callable[[], pd.DataFrame] | None = None,
) -> TableProduct:
    """Give a table that is written as .csv, .xlsx or .parquet."""

    def write(path: Path, about: Provenance) -> Path:
        return exports.write_table(given(), path, audience=recipe.audience, about=about)

    given = released or compute
    return TableProduct(recipe, write, compute=compute, released=given)


def bundled_data() -> InputFile:
    """Give the data that come with maligeo as one input, by the seals of their packages."""
    seals = [file_sha256(catalog.data_root() / name / _SEAL) for name in catalog.PACKAGES]
    return InputFile(BUNDLED, "", hashlib.sha256("".join(seals).encode()).hexdigest())


def of_rasters(product: str, options: Collection[str]) -> bool:
    """Tell whether a product is a raster or made of one, from the options it was made with."""
    return product == _SURFACE or _RASTER in options


_version = cache(version)  # nothing is installed while a program runs


def versions(*, rasters: bool = False, office: bool = False) -> dict[str, str]:
    """Give the versions of maligeo, of Python, and of the packages that shape products.

    Parameters
    ----------
    rasters : bool, default False
        Whether the product is of rasters; those who make others need not load rasterio.
    office : bool, default False
        Whether it may be slides or a document.
    """
    import pyogrio

    found = {
        "maligeo": code_version(),
        "python": platform.python_version(),
        "gdal of pyogrio": pyogrio.__gdal_version_string__,
    }
    if rasters:
        import rasterio

        found["gdal of rasterio"] = rasterio.__gdal_version__
    for package in (*_PACKAGES, *_RASTER_PACKAGES * rasters, *_OFFICE_PACKAGES * office):
        try:
            found[package] = _version(package)
        except PackageNotFoundError:  # an optional one
            continue
    return found


def _recorded(name: str, value: object, *, named: bool) -> tuple[Any, tuple[InputFile, ...]]:
    """Give what is recorded of an option: of a file its role, and its hash apart from it."""
    if isinstance(value, Mapping):
        parts = [_recorded(f"{LAYER}{key}", one, named=named) for key, one in value.items()]
        files = tuple(file for _, read in parts for file in read)
        return [recorded for recorded, _ in parts], files  # in the order of the layers
    if isinstance(value, Source):
        how = value.how(part for part in READ_HOW if named or part not in PARTS)
        return {ROLE: name} | how, _hashed(name, value, named=named)
    if isinstance(value, pd.DataFrame) or is_lazy(value):
        return {ROLE: name}, (InputFile(name, "", ""),)
    if isinstance(value, list | tuple):
        return list(value), ()
    return value, ()


def _hashed(role: str, source: Source, *, named: bool) -> tuple[InputFile, ...]:
    """Hash an input; what is no file, but a name that GDAL understands, has no hash."""
    path = Path(source)
    return hash_input(role, path, named=named) if path.exists() else (InputFile(role, "", ""),)


def _described(units: pd.DataFrame | None) -> dict[str, str]:
    if units is None:
        return {}
    return {
        name: ", ".join(sorted({str(value) for value in units[name].dropna()}))
        for name in ("vintage", "level")
        if name in units.columns
    }
