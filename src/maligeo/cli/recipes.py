"""Which commands write products that can be made again, and what their options are about.

This is the list of what `maligeo verify` may run. A record comes with a product, and a
product may come from a stranger: what is not listed here is neither recorded nor run.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final

from maligeo.errors import ArgumentError

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
            f"what {parameter.name!r} is about is not told in maligeo.cli.recipes, so that no "
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
