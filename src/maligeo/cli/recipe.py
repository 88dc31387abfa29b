"""Which commands write products that can be made again, and what their options are about.

This is the list of what `maligeo verify` may run. A record comes with a product, and a
product may come from a stranger: what is not listed here is neither recorded nor run.
"""

import hashlib
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import pandas as pd
import pyogrio
import rasterio
import typer

import maligeo
from maligeo import catalog
from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.core.errors import ArgumentError, InputFileError, MaligeoError
from maligeo.provenance.record import Provenance, Source, file_sha256, hash_input

COMMANDS: Final = (
    ("crosswalk",),
    ("density",),
    ("gaps",),
    ("locate",),
    ("map",),
    ("reconcile",),
    ("report",),
    ("surface",),
    ("tiles", "raster"),
    ("tiles", "vector"),
)
# The name of the product stands in the product itself.
NAMED_PRODUCTS: Final = (("tiles", "raster"), ("tiles", "vector"))


class Kind(Enum):
    """What the value of an option is."""

    input = "a file that is read"
    named_input = "NAME=FILE, a file that is read"
    input_or_value = "a file that is read, or a text"
    product = "the product"
    by_product = "another file that is written"
    value = "a number, a choice, or a text that never names a file"
    without_effect = "what changes no byte of the product"


# Parameters that are files, and the role that the file then has.
INPUTS: Final[Mapping[str, str]] = {
    "areas": "areas",
    "boundaries": "boundaries",
    "incidents": "incidents",
    "path": "records",
    "population": "population",
    "projects": "projects",
    "raster": "raster",
    "source": "raster",
    "table": "table",
}
_KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(INPUTS, Kind.input),
    "layer": Kind.named_input,
    "origin": Kind.input_or_value,
    "target": Kind.input_or_value,
    "output": Kind.product,
    "rejects": Kind.by_product,
    **dict.fromkeys(("output_format", "workers"), Kind.without_effect),
    **dict.fromkeys(
        (
            "as_of", "audience", "bandwidth_km", "by", "cell_km", "compare", "counting", "covers",
            "interpolation", "kernel", "kind", "language", "level", "low_zooms", "measure",
            "method", "min_score", "nearest", "online_tiles", "pdf", "period", "region",
            "tile_size", "tile_type", "vintage", "zooms",
        ),
        Kind.value,
    ),
}  # fmt: skip


def kind_of(parameter: Any) -> Kind:
    """Tell what an option or argument of a command is about.

    Parameters
    ----------
    parameter : click.Parameter
        Of one of the commands of this list.

    Raises
    ------
    ArgumentError
        If it is not listed here.
    """
    if parameter.name not in _KINDS:
        raise ArgumentError(
            f"what {parameter.name!r} is about is not told in maligeo.cli.recipe, so that no "
            "record can be made of it"
        )
    return _KINDS[parameter.name]


def find_command(root: Any, names: tuple[str, ...]) -> Any:
    """Give a command of the list.

    Raises
    ------
    ArgumentError
        If it is not on the list, or this version of maligeo has no such command.
    """
    found = root
    for name in names:
        found = getattr(found, "commands", {}).get(name)
    if names not in COMMANDS or found is None:
        raise ArgumentError(f"{' '.join(names) or 'nothing'!r} is no command that can be recorded")
    return found


def tokens_of(parameter: Any, value: object) -> Iterator[str]:
    """Write an option, or an argument, as it is recorded."""
    if parameter.param_type_name == "argument":
        yield str(value)
    elif isinstance(value, bool):
        yield _flag(parameter, value)
    else:
        yield from (long_name(parameter), str(value))


def long_name(parameter: Any) -> str:
    """Give the long name of an option, such as "--output"."""
    return str(max(parameter.opts, key=len))


def _flag(parameter: Any, value: bool) -> str:
    return long_name(parameter) if value else str(max(parameter.secondary_opts, key=len))


_NOT_IN_NAMES: Final = frozenset('/\\:*?"<>|') | {chr(code) for code in (*range(32), 127)}
_OF_INPUTS: Final = (Kind.input, Kind.named_input, Kind.input_or_value)


class Told(NamedTuple):
    """An option or argument of a record."""

    parameter: Any
    value: str | bool

    @property
    def role(self) -> str | None:
        """The role of the file that it names; None where it names none."""
        text = str(self.value).rpartition("=")[2]
        is_input = kind_of(self.parameter) in _OF_INPUTS and text.startswith("{")
        return text[1:-1] if is_input else None


def read_command(tokens: Sequence[str], root: Any) -> tuple[tuple[str, ...], tuple[Told, ...]]:
    """Read a recorded command.

    Parameters
    ----------
    tokens : sequence of str
        As `recorded` writes them.
    root : click.Group
        The application.

    Returns
    -------
    tuple of str
        The name of the command, in one part or two.
    tuple of Told
        What it was told.

    Raises
    ------
    InputFileError
        If the list of `maligeo.cli.recipe` does not have the command, it has no such
        option, or a value names a file.
    """
    if not tokens:
        raise InputFileError("its record names no command: it was made by a script")
    try:
        length = 2 if tokens[0] == "tiles" else 1
        names = tuple(tokens[:length])
        command = find_command(root, names)
        return names, tuple(_options(command.params, tokens[length:]))
    except MaligeoError as error:
        raise InputFileError(f"its record is not run: {error}") from error


def _options(parameters: Sequence[Any], tokens: Sequence[str]) -> Iterator[Told]:
    flags = {name: (each, True) for each in parameters if _is_flag(each) for name in each.opts}
    flags |= {
        name: (each, False) for each in parameters if _is_flag(each) for name in each.secondary_opts
    }
    options = {
        long_name(each): each
        for each in parameters
        if each.param_type_name == "option" and not _is_flag(each)
    }
    arguments = iter([each for each in parameters if each.param_type_name == "argument"])
    rest = iter(tokens)
    for token in rest:
        if token in flags:
            yield Told(*flags[token])
        elif token.startswith("-"):
            value = next(rest, None)
            if token not in options or value is None:
                raise InputFileError(f"{token!r} is no option of the command, or has no value")
            yield _checked(options[token], value)
        else:
            argument = next(arguments, None)
            if argument is None:
                raise InputFileError(f"{token!r} is one argument too many")
            yield _checked(argument, token)


def _is_flag(parameter: Any) -> bool:
    return bool(getattr(parameter, "is_flag", False))


def _checked(parameter: Any, value: str) -> Told:
    """Refuse a value that names a file: inputs are named by their role alone."""
    kind = kind_of(parameter)
    is_role = value.startswith("{")
    is_own_role = value == f"{{{parameter.name}}}"
    sound = {
        Kind.input: value == f"{{{INPUTS.get(parameter.name)}}}",
        Kind.named_input: _is_named_role(value),
        Kind.input_or_value: value == f"{{{parameter.name}}}"
        or not (Path(value).suffix or is_role),
        Kind.product: is_file_name(value),
        Kind.by_product: is_own_role,
        Kind.value: not is_role,
        Kind.without_effect: False,
    }
    if not sound[kind]:
        raise InputFileError(f"{value!r} is nothing that {parameter.name!r} may be in a record")
    return Told(parameter, value)


def _is_named_role(value: str) -> bool:
    name, _, role = value.partition("=")
    return bool(name) and role == f"{{layer {name}}}"


def is_file_name(name: str) -> bool:
    """Tell whether a name is that of a file, and not the way to one."""
    return bool(name.strip(". ")) and _NOT_IN_NAMES.isdisjoint(name)


BUNDLED: Final = "bundled data"

# Packages that shape what is written.
_PACKAGES: Final = (
    "branca", "exactextract", "folium", "geopandas", "jenkspy", "matplotlib", "numpy",
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
        Of the command, which has to be one of `maligeo.cli.recipe`.
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
