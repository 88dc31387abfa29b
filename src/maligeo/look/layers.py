"""The layers that a map of regions can show: what a density table holds, and how it looks.

The catalogue is `layers.toml`; what a count is related to stands in `rates.toml`.
"""

import dataclasses
import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from types import UnionType
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints

import pandas as pd

from maligeo.core.checks import require_columns
from maligeo.core.columns import WITHHELD
from maligeo.core.errors import ArgumentError, UnknownNameError

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
        is_needed = field.default is field.default_factory is dataclasses.MISSING
        if field.name not in entry and is_needed:
            yield f"{field.name} is missing"
    for name, value in entry.items():
        if name not in hints:
            yield f"{name} is not known"
        elif not _fits(value, hints[name]):
            yield f"{name} cannot be {value!r}"


def _fits(value: object, hint: Any) -> bool:
    if get_origin(hint) is list:
        return type(value) is list and all(_fits(one, get_args(hint)[0]) for one in value)
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if isinstance(hint, UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    return type(value) is hint


Scheme = Literal["jenks", "log_jenks", "quantiles", "pretty"]
Group = Literal["incidents", "land", "projects", "people", "other"]

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
    group : {"incidents", "land", "projects", "people", "other"}
        What it stands with where a reader chooses among many.
    breaks : list of float
        Class breaks that mean something by themselves, around a middle: the palette is then a
        diverging one, taken whole, and the ends of a count are an interval of chance.
    levels : list of str
        Names of the values 1, 2 … of a layer that holds codes; their words are in
        `maligeo.core.words` under `level.NAME`.
    name : str
        Entry of the catalogue that it was made of: its own, or that of its kind.
    rate : str
        Entry of `rates.toml` that relates the count; empty for entries of their own.
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
    group: Group = "other"
    breaks: list[float] = dataclasses.field(default_factory=list)
    levels: list[str] = dataclasses.field(default_factory=list)
    name: str = ""
    rate: str = ""

    @property
    def is_default(self) -> bool:
        """Whether the layer is shown without being asked for: rates are, with an entry."""
        return not self.rate

    @property
    def is_rate(self) -> bool:
        """Whether the layer relates a count to people or area."""
        return self.column != "count"

    def shown(self, values: pd.Series) -> pd.Series:
        """Round values as they are shown, so that a legend never contradicts a label."""
        scaled = values.astype("Float64") * self.factor
        return scaled.round(self.decimals).where(scaled.abs() < FINE_BELOW, scaled.round())


@dataclass(frozen=True)
class Rate:
    """What counts are related to, for every measure that has no entry of its own.

    Attributes
    ----------
    column, palette, scheme, decimals, factor
        As in `Layer`.
    of : str
        The measures that it is about; "*" stands for anything.
    """

    column: str
    palette: str
    scheme: Scheme = "quantiles"
    decimals: int = 1
    factor: float = 1.0
    of: str = "*"


_ANY: Final = "other"  # the look of a measure that has no entry
_MOST_DECIMALS: Final = 6
_DIGITS: Final = 2  # of the smallest value of a rate without an entry


def _layers() -> dict[str, Layer]:
    found = {
        key: entry | {"key": key, "name": key} for key, entry in read_catalogue("layers").items()
    }
    return entries(Layer, found, where="layers.toml")


_CATALOGUE: Final = _layers()
_RATES: Final = entries(Rate, read_catalogue("rates"), where="rates.toml")

LAYERS: Final = tuple(one for one in _CATALOGUE.values() if not set("*?") & set(one.measure))


def count_layer(measure: str) -> Layer:
    """Give the layer of the counts of a measure; one that has no entry looks plain.

    Examples
    --------
    >>> count_layer("money_EUR").key, count_layer("wells").palette
    ('money_EUR', 'BuPu')
    """
    counts = [layer for layer in _CATALOGUE.values() if not layer.is_rate]
    entry = next(layer for layer in counts if fnmatchcase(measure, layer.measure))
    return entry if entry.measure == measure else replace(entry, key=measure, measure=measure)


def count_layers(table: pd.DataFrame) -> tuple[Layer, ...]:
    """Give the layers of the counts of each measure of a table, in the order of the catalogue."""
    order = list(_CATALOGUE)
    found = map(count_layer, sorted(table["measure"].dropna().unique()))
    return tuple(sorted(found, key=lambda layer: order.index(layer.name)))


def _layers_about(measure: str) -> Iterator[Layer]:
    """Give every layer that a measure can have: its count, rates with an entry, and others."""
    count = count_layer(measure)
    entered = [layer for layer in LAYERS if layer.measure == measure and layer.is_rate]
    yield from (count, *entered)
    taken = {layer.column for layer in entered}
    for name, rate in _RATES.items():
        if rate.column in taken or not fnmatchcase(measure, rate.of):
            continue
        taken.add(rate.column)
        looks = {key: value for key, value in vars(rate).items() if key != "of"}
        yield replace(count, key=f"{measure}_{name}", rate=name, **looks)


def layers_of(table: pd.DataFrame, keys: Iterable[str] | None = None) -> tuple[Layer, ...]:
    """Choose the layers that a density table can show.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table, as from `maligeo.concat_tables`.
    keys : iterable of str, optional
        What to show, in the order in which it is to stand: a measure of the table ("killed",
        "money_EUR"), or a measure and what it is related to ("killed_per_100k",
        "cleared_sqm_share"). Without them the counts of all measures, and the rates that have
        an entry in the catalogue, in its order.

    Returns
    -------
    tuple of Layer
        Each with the decimals that its smallest value needs so as not to read 0.

    Raises
    ------
    UnknownNameError
        If the table does not hold what a key names; the message lists what it holds, each
        measure with the ends that its name may have.
    ArgumentError
        If the table holds no layer at all.
    """
    require_columns(table, ("measure", "place_kind"), what="density table")
    held = {layer.key: layer for layer in _held(table)}
    known = list(held) if keys is not None else [key for key in held if held[key].is_default]
    if not known:
        raise ArgumentError("the density table holds nothing that a map can show")
    wanted = known if keys is None else list(dict.fromkeys(keys))
    for key in wanted:
        if key not in held:
            values = {"what": "layer", "name": key, "known": _listed(held.values())}
            raise UnknownNameError(key="unknown_name", values=values)
    if not wanted:
        raise ArgumentError(f"no layer is asked for; there is {', '.join(known)}")
    return tuple(held[key] for key in wanted)


def _listed(layers: Iterable[Layer]) -> str:
    """List layers by measure: a count, and after it in brackets what may follow its name."""
    found: dict[str, list[str]] = {}
    for layer in layers:
        ends = found.setdefault(layer.measure, [])
        if layer.key != layer.measure:
            ends.append(layer.key.removeprefix(layer.measure))
    return ", ".join(
        f"{measure} ({', '.join(ends)})" if ends else measure for measure, ends in found.items()
    )


def keys_of(table: pd.DataFrame) -> set[str]:
    """Name every layer that a density table can show, see `layers_of`."""
    return {layer.key for layer in _held(table)}


def _held(table: pd.DataFrame) -> Iterator[Layer]:
    """Give every layer of which the table has a value for a unit."""
    units = table[table["place_kind"] == "unit"]
    for count in count_layers(table):
        rows = units[units["measure"] == count.measure]
        for layer in _layers_about(count.measure):
            if layer.column in table.columns and _is_known(rows, layer):
                yield _to_be_read(layer, rows)


def _to_be_read(layer: Layer, rows: pd.DataFrame) -> Layer:
    """Give a layer decimals enough for its smallest value, which else would read 0."""
    sizes = rows[layer.column].astype("Float64").abs().mul(layer.factor).dropna()
    sizes = sizes[sizes > 0]
    if sizes.empty:
        return layer
    decimals, smallest = layer.decimals, float(sizes.min())
    first = -math.floor(math.log10(smallest))  # place of its first digit behind the point
    if layer.rate:
        decimals = max(decimals, first + _DIGITS - 1)
    elif layer.name == _ANY and (sizes % 1 > 0).any():
        decimals = max(_DIGITS, first)
    elif round(smallest, decimals) == 0:
        decimals = first
    return replace(layer, decimals=min(decimals, _MOST_DECIMALS))


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
