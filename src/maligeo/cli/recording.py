"""The record of a command: what it was told and what it read, for its product."""

import hashlib
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, cast

import pandas as pd
import pyogrio
import rasterio
import typer

import maligeo
from maligeo import catalog
from maligeo.checks import require_choice
from maligeo.cli.recipes import INPUTS, NAMED_PRODUCTS, Kind, find_command, kind_of, tokens_of
from maligeo.columns import AUDIENCES, Audience
from maligeo.provenance import Provenance, Source, file_sha256, hash_input

BUNDLED: Final = "bundled data"

# Packages that shape what is written.
_PACKAGES: Final = (
    "branca", "exactextract", "folium", "geopandas", "mapclassify", "matplotlib", "numpy",
    "pandas", "pmtiles", "pyarrow", "pyogrio", "pyproj", "rapidfuzz", "rasterio", "scipy",
    "shapely", "XStatic-Leaflet", "xlsxwriter",
)  # fmt: skip
_BY_ITSELF: Final = ("DEFAULT", "DEFAULT_MAP")


@dataclass(frozen=True)
class Retold:
    """Makes a command tell what an earlier run told, so that the rest can be compared.

    Attributes
    ----------
    versions : mapping of str to str
        Versions of the earlier run.
    inputs : tuple of Source
        Its inputs. One of the same role and hash keeps its name, whatever its name is now.
    """

    versions: Mapping[str, str]
    inputs: tuple[Source, ...]

    def named(self, source: Source) -> Source:
        """Give an input as the earlier run told it."""
        told = (
            one for one in self.inputs if (one.role, one.sha256) == (source.role, source.sha256)
        )
        return next(told, source)


def recorded(
    context: typer.Context,
    audience: str,
    *,
    units: pd.DataFrame | None = None,
    method: str = "",
    settled: Mapping[str, object] | None = None,
) -> Provenance:
    """Record what a command was told and what it read; to be called in the command.

    Parameters
    ----------
    context : typer.Context
        Of the command, which has to be one of `maligeo.cli.recipes`.
    audience : str
        For whom the product is. Names of files that were read are told to "internal" alone:
        a name can give something away.
    units : pandas.DataFrame, optional
        The units, for their vintage and level.
    method : str, optional
        How the product was made, in a few words.
    settled : mapping of str to object, optional
        Values, by parameter, that the command chose by itself and that it would not choose
        again another day.

    Returns
    -------
    Provenance
        Without folders, times, and names of people or machines.
    """
    names = _names_of(context)
    find_command(context.find_root().command, names)
    tokens, inputs = [*names], [bundled_data()]
    for parameter, value in _told(context, settled or {}):
        text, sources = _recorded_value(parameter, value, named=audience == "internal")
        inputs += sources
        if kind_of(parameter) is not Kind.product or names in NAMED_PRODUCTS:
            tokens += tokens_of(parameter, text)
    retold = context.obj if isinstance(context.obj, Retold) else None
    return Provenance(
        command=tuple(tokens),
        inputs=tuple(dict.fromkeys(map(retold.named, inputs) if retold else inputs)),
        audience=_audience(audience),
        versions=retold.versions if retold else versions(),
        more=_described(units) | ({"method": method} if method else {}),
    )


def settled_day(audience: str, as_of: str | None) -> dict[str, str]:
    """Settle the day of a release, for `recorded(settled=)`; what is internal has none."""
    return {} if audience == "internal" else {"as_of": as_of or date.today().isoformat()}


def bundled_data() -> Source:
    """Give the data that come with maligeo as one input, by the seals of their packages."""
    seals = [file_sha256(catalog.data_root() / name / _SEAL) for name in catalog.PACKAGES]
    return Source(BUNDLED, "", hashlib.sha256("".join(seals).encode()).hexdigest())


_SEAL: Final = "datapackage.json"  # it has the hash of every file of its package


def versions() -> dict[str, str]:
    """Give the versions of maligeo, of Python, and of the packages that shape products."""
    found = {
        "maligeo": maligeo.__version__,
        "python": platform.python_version(),
        "gdal of pyogrio": pyogrio.__gdal_version_string__,
        "gdal of rasterio": rasterio.__gdal_version__,
    }
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # an optional one
            continue
    return found


def _names_of(context: Any) -> tuple[str, ...]:
    """Give the names of a command from the root down, without the root's own."""
    names: list[str] = []
    while context.parent is not None:
        names.insert(0, context.info_name)
        context = context.parent
    return tuple(names)


def _told(context: typer.Context, settled: Mapping[str, object]) -> Iterator[tuple[Any, object]]:
    """Give the parameters that the user told, or that the command settled, each value."""
    for parameter in context.command.params:
        name = str(parameter.name)
        source = context.get_parameter_source(name)
        value = context.params.get(name)
        if name in settled:
            value = settled[name]
        elif source is None or source.name in _BY_ITSELF:
            continue
        if value is None or kind_of(parameter) is Kind.without_effect:
            continue
        for single in value if isinstance(value, list | tuple) else [value]:
            yield parameter, single.value if isinstance(single, Enum) else single


def _recorded_value(
    parameter: Any, value: object, *, named: bool
) -> tuple[object, tuple[Source, ...]]:
    """Give what is recorded of a value: of a file its role, and its hashes apart from it."""
    kind, text = kind_of(parameter), str(value)
    if kind is Kind.named_input:
        layer, _, file = text.partition("=")
        role = f"layer {layer}"
        return f"{layer}={{{role}}}", _hashed(role, file, named=named)
    if kind is Kind.input or (kind is Kind.input_or_value and Path(text).suffix):
        role = INPUTS.get(parameter.name, parameter.name)
        return f"{{{role}}}", _hashed(role, text, named=named)
    if kind is Kind.by_product:
        return f"{{{parameter.name}}}", ()
    if kind is Kind.product:
        return Path(text).name, ()
    return value, ()


def _hashed(role: str, file: str, *, named: bool) -> tuple[Source, ...]:
    """Hash an input; what is no file, but a name that GDAL understands, has no hash."""
    if not Path(file).exists():
        return (Source(role, "", ""),)
    return hash_input(role, Path(file), named=named)


def _described(units: pd.DataFrame | None) -> dict[str, str]:
    if units is None:
        return {}
    return {
        name: ", ".join(sorted({str(value) for value in units[name].dropna()}))
        for name in ("vintage", "level")
        if name in units.columns
    }


def _audience(text: str) -> Audience:
    require_choice(text, AUDIENCES, option="audience")
    return cast("Audience", text)
