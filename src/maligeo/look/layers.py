"""The layers that a map of regions can show; the catalogue is `layers.toml`."""

import dataclasses
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints

import pandas as pd

from maligeo.core.checks import require_columns, require_known
from maligeo.core.columns import WITHHELD
from maligeo.core.errors import ArgumentError

Kind = TypeVar("Kind")


def read_catalogue(name: str) -> dict[str, Any]:
    """Read a file of this folder, named without ".toml"."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def entries(
    kind: type[Kind], found: Mapping[str, Mapping[str, Any]], *, where: str
) -> dict[str, Kind]:
    """Make an object of a dataclass from each entry.

    Parameters
    ----------
    kind : type
        The dataclass; its annotations say what an entry may hold.
    found : mapping of str to mapping
        The entries by name.
    where : str
        Where they stand, for messages.

    Raises
    ------
    ArgumentError
        If an entry lacks a field, has one that is not known, or one of a wrong kind.
    """
    for name, entry in found.items():
        faults = list(_faults(kind, entry))
        if faults:
            raise ArgumentError(f"{where}: {name}: {', '.join(faults)}")
    return {name: kind(**entry) for name, entry in found.items()}


def _faults(kind: type, entry: Mapping[str, Any]) -> Iterator[str]:
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        if field.name not in entry and field.default is dataclasses.MISSING:
            yield f"{field.name} is missing"
    for name, value in entry.items():
        if name not in hints:
            yield f"{name} is not known"
        elif not _fits(value, hints[name]):
            yield f"{name} cannot be {value!r}"


def _fits(value: object, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if isinstance(hint, UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    return type(value) is hint


Scheme = Literal["jenks", "log_jenks", "quantiles", "pretty"]

MOST_CLASSES: Final = 5
FINE_BELOW: Final = 100.0  # smaller values show decimals


@dataclass(frozen=True)
class Layer:
    """One thing that a map of regions can show.

    Attributes
    ----------
    key : str
        Name of the layer; its words are in `maligeo.core.words` under `layer.{key}`.
    measure : str
        Measure of the density table.
    column : str
        Column of the density table that holds the value.
    palette : str
        Name of a sequential ColorBrewer palette.
    scheme : {"jenks", "log_jenks", "quantiles", "pretty"}
        How class breaks are found; see `class_breaks`.
    classes : int
        Most classes above zero.
    factor : float
        What the column is multiplied by.
    decimals : int
        Decimals of a shown value below 100; larger ones are shown whole.
    has_periods : bool
        Whether the measure is about periods between which a reader chooses.
    additive : bool
        Whether the rows of a period add up to the national total.
    total_measure : str or None
        Measure whose rows add up to the number of records, where those of `measure` do not.
    can_be_zero : bool
        Whether zero is a value that the measure can have.
    """

    key: str
    measure: str
    column: str
    palette: str
    scheme: Scheme
    classes: int = MOST_CLASSES
    factor: float = 1.0
    decimals: int = 0
    has_periods: bool = False
    additive: bool = True
    total_measure: str | None = None
    can_be_zero: bool = True

    @property
    def is_rate(self) -> bool:
        """Whether the layer relates a count to people or area."""
        return self.column != "count"

    def shown(self, values: pd.Series) -> pd.Series:
        """Round values as they are shown, so that a legend never contradicts a label."""
        scaled = values.astype("Float64") * self.factor
        return scaled.round(self.decimals).where(scaled.abs() < FINE_BELOW, scaled.round())


def _layers() -> tuple[Layer, ...]:
    found = {key: entry | {"key": key} for key, entry in read_catalogue("layers").items()}
    return tuple(entries(Layer, found, where="layers.toml").values())


LAYERS: Final = _layers()

_BY_KEY = {layer.key: layer for layer in LAYERS}


def layers_of(table: pd.DataFrame, keys: Iterable[str] | None = None) -> tuple[Layer, ...]:
    """Choose the layers that a density table can show.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table, as from `maligeo.concat_tables`.
    keys : iterable of str, optional
        Keys of the catalogue, in the order in which they are to stand; without them, all
        that the table holds, in the order of the catalogue.

    Returns
    -------
    tuple of Layer

    Raises
    ------
    UnknownNameError
        If a key is not in the catalogue or the table lacks its measure.
    ArgumentError
        If the table holds no layer at all.
    """
    require_columns(table, ("measure", "place_kind"), what="density table")
    known = [layer.key for layer in LAYERS if _is_known(table.loc[_rows(table, layer)], layer)]
    if not known:
        raise ArgumentError("the density table holds nothing that a map can show")
    wanted = known if keys is None else list(dict.fromkeys(keys))
    for key in wanted:
        require_known(key, known, what="layer")
    if not wanted:
        raise ArgumentError(f"no layer is asked for; there is {', '.join(known)}")
    return tuple(_BY_KEY[key] for key in wanted)


def _is_known(rows: pd.DataFrame, layer: Layer) -> bool:
    """Tell whether a layer has a value, or a count that was released as "fewer than 5"."""
    if rows.empty or rows[layer.column].notna().any():
        return not rows.empty
    return not layer.is_rate and bool(layer_rows(rows, layer)["hidden"].any())


def layer_rows(table: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    """Give the rows of a layer's measure, as a map shows them.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table.
    layer : Layer
        The layer.

    Returns
    -------
    pandas.DataFrame
        With three more columns: `shown`, the rounded value, `derived`, whether it
        follows from a published share, and `hidden`, whether a release withholds it.
    """
    rows = table[table["measure"] == layer.measure]
    derived = (rows["basis"] == "derived").fillna(value=False).astype(bool)
    noted = rows["note"].astype("string").str.startswith(WITHHELD).fillna(value=False)
    return rows.assign(
        shown=layer.shown(rows[layer.column]),
        derived=derived,
        hidden=noted.astype(bool) & rows["count"].isna(),
    )


def _rows(table: pd.DataFrame, layer: Layer) -> "pd.Series[bool]":
    units = (table["measure"] == layer.measure) & (table["place_kind"] == "unit")
    return units & (layer.column in table.columns)
