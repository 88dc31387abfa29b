"""How measures look: the catalogue of map layers, their class breaks and their colours.

A layer is a line in `LAYERS`: which column of a density table it shows, how a value is
rounded, and which palette it wears. Class breaks come from the data of all periods, so
that a colour means the same in each of them. Zero is a class of its own, and what is
missing is hatched and never wears a colour of the ramp.

The palettes are sequential ones of ColorBrewer (C. A. Brewer, colorbrewer2.org), which
hold for colour-blind readers and in print; the lightest step of each is left to zero.
"""

import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import mapclassify
import numpy as np
import numpy.typing as npt
import pandas as pd
from branca.utilities import color_brewer

from maligeo.core.checks import require_choice, require_columns, require_known
from maligeo.core.columns import WITHHELD
from maligeo.core.errors import ArgumentError

Scheme = Literal["jenks", "log_jenks", "quantiles", "pretty"]

ZERO_COLOUR: Final = "#ffffff"
MISSING_COLOUR: Final = "#f4f4f1"
GROUND_COLOUR: Final = "#e7ebed"
DARK_INK: Final = "#04060a"
LIGHT_INK: Final = "#ffffff"
MOST_CLASSES: Final = 5
MOST_GIVEN: Final = 8  # colours of the longest ramp without its lightest
FINE_BELOW: Final = 100.0  # smaller values show decimals
MIN_CONTRAST: Final = 4.5  # WCAG 2.1, success criterion 1.4.3, level AA

Shape = Literal["circle", "triangle", "diamond", "square"]


@dataclass(frozen=True)
class Mark:
    """How a kind of point looks: a colour, and a shape for readers and prints without it."""

    colour: str
    shape: Shape


# Colours after M. Okabe and K. Ito, jfly.uni-koeln.de/color, darkened for text beside them.
EVENT_MARKS: Final = {
    "ied": Mark("#c44e00", "circle"),
    "landmine": Mark("#0063a0", "triangle"),
    "ied_mine": Mark("#8b3a8f", "square"),
    "erw": Mark("#00734f", "diamond"),
}
OTHER_MARK: Final = Mark("#4a4f55", "square")

# Need rises from row to row, response within a row: both low first, both high last. After
# the schemes for two variables of J. Stevens (joshuastevens.net), without pure red and green.
TWO_WAY: Final = (
    *("#e8e8e8", "#ace4e4", "#5ac8c8"),
    *("#dfb0d6", "#a5add3", "#5698b9"),
    *("#be64ac", "#8c62aa", "#3b4994"),
)

Pattern = Literal["rising", "cross", "dots", "level", "upright", "empty"]


@dataclass(frozen=True)
class Look:
    """How a kind of area looks: a colour, and a pattern for readers and prints without it."""

    colour: str
    pattern: Pattern


AREA_LOOKS: Final = {
    "suspected": Look("#b45f06", "rising"),
    "confirmed": Look("#8c1020", "cross"),
    "cancelled": Look("#4f5962", "dots"),
    "reduced": Look("#1f5f99", "level"),
    "cleared": Look("#14694a", "upright"),
}
OTHER_AREA: Final = Look("#4a4f55", "empty")

_CLASSIFIERS = {
    "jenks": mapclassify.FisherJenks,
    "log_jenks": mapclassify.FisherJenks,
    "quantiles": mapclassify.Quantiles,
    "pretty": mapclassify.PrettyBreaks,
}
_SLOW_BUT_RIGHT = "Numba not installed"  # nine units need no compiler
_FEWEST_IN_RAMP = 3  # ColorBrewer has no shorter ramps


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


LAYERS: Final[tuple[Layer, ...]] = (
    Layer("incidents", "incidents", "count", "OrRd", "jenks", classes=4, has_periods=True),
    Layer(
        "incidents_per_100k", "incidents", "per_100k", "YlOrBr", "quantiles",
        decimals=1, has_periods=True,
    ),
    Layer(
        "projects", "projects", "count", "Blues", "jenks",
        additive=False, total_measure="projects_fractional",
    ),
    Layer(
        "projects_fractional", "projects_fractional", "count", "PuBu", "jenks",
        classes=4, decimals=1,
    ),
    Layer("programmes", "programmes", "count", "Purples", "jenks", additive=False),
    Layer("people", "people", "count", "GnBu", "jenks", classes=4, can_be_zero=False),
    Layer(
        "people_per_sqkm", "people", "per_1000_sqkm", "BuGn", "log_jenks",
        factor=0.001, decimals=1, can_be_zero=False,
    ),
)  # fmt: skip

_BY_KEY = {layer.key: layer for layer in LAYERS}


@dataclass(frozen=True)
class Classes:
    """The classes of a layer, the same in all its periods.

    Attributes
    ----------
    lows : tuple of float
        Lower bound of each class, rising from 0; a value belongs to the last class whose
        bound it reaches.
    highest : float
        Largest value of the layer; 0 without any.
    colours : tuple of str
        Fill of each class, "#rrggbb".
    inks : tuple of str
        Colour of text that is readable on each fill.
    """

    lows: tuple[float, ...]
    highest: float
    colours: tuple[str, ...]
    inks: tuple[str, ...]

    def index(self, value: float | None) -> int:
        """Give the class of a value: -1 for missing, 0 for zero, then from 1 upwards."""
        if value is None or pd.isna(value):
            return -1
        return int(np.searchsorted(self.lows, value, side="right")) if value > 0 else 0


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
    held = [
        layer.key for layer in LAYERS if table.loc[_rows(table, layer), layer.column].notna().any()
    ]
    if not held:
        raise ArgumentError("the density table holds nothing that a map can show")
    wanted = held if keys is None else list(dict.fromkeys(keys))
    for key in wanted:
        require_known(key, held, what="layer")
    if not wanted:
        raise ArgumentError(f"no layer is asked for; there is {', '.join(held)}")
    return tuple(_BY_KEY[key] for key in wanted)


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


def classify(
    table: pd.DataFrame, layer: Layer, *, scheme: Scheme | Sequence[float] | None = None
) -> Classes:
    """Find the classes of a layer over all its periods.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table.
    layer : Layer
        The layer.
    scheme : {"jenks", "log_jenks", "quantiles", "pretty"} or sequence of float, optional
        How class breaks are found, or the breaks themselves: rising numbers above 0, as
        many as there are colours less one. By default the layer's own scheme.

    Returns
    -------
    Classes

    Raises
    ------
    ArgumentError
        If the scheme is not known, or given breaks do not rise or are too many.
    """
    shown = layer_rows(table, layer).loc[lambda rows: rows["place_kind"] == "unit", "shown"]
    values = [float(value) for value in shown.dropna()]
    if isinstance(scheme, str) or scheme is None:
        chosen = layer.scheme if scheme is None else scheme
        require_choice(chosen, tuple(_CLASSIFIERS), option="scheme")
        lows = class_breaks(values, scheme=chosen, classes=layer.classes)
    else:
        lows = _given_breaks(scheme)
    colours = ramp(layer.palette, len(lows))
    inks = tuple(ink_on(colour) for colour in colours)
    return Classes(lows, max(values, default=0.0), colours, inks)


def _given_breaks(breaks: Sequence[float]) -> tuple[float, ...]:
    given = tuple(float(one) for one in breaks)
    rising = all(low < high for low, high in pairwise((0.0, *given)))
    if not (given and rising and len(given) < MOST_GIVEN):
        raise ArgumentError(
            f"class breaks must rise from above 0, at most {MOST_GIVEN - 1} of them, "
            f"not {list(breaks)}"
        )
    return (0.0, *given)


def class_breaks(
    values: Sequence[float], *, scheme: Scheme = "jenks", classes: int = MOST_CLASSES
) -> tuple[float, ...]:
    """Divide values above zero into classes whose bounds are round numbers.

    The scheme says which values belong together; each bound is then the roundest number
    in the gap between two classes, so that rounding moves no value into another class.
    Quantiles are no natural gaps: they go to the nearest 1, 2 or 5 times a power of ten.

    Parameters
    ----------
    values : sequence of float
        Values; zeros, negatives and NaN are left out.
    scheme : {"jenks", "log_jenks", "quantiles", "pretty"}, default "jenks"
        Natural breaks (Fisher-Jenks) of the values or of their logarithms, quantiles, or
        equal round steps.
    classes : int, default 5
        Most classes.

    Returns
    -------
    tuple of float
        Rising lower bounds, the first 0, at most `classes`; empty without values above
        zero. No class is empty.
    """
    ordered = np.array(sorted({float(value) for value in values if value > 0}))
    if ordered.size == 0:
        return ()
    if ordered.size <= classes:
        bounds = ordered[:-1]
    elif scheme == "log_jenks":
        bounds = 10 ** _bounds_between(np.log10(ordered), scheme, classes)
    else:
        bounds = _bounds_between(ordered, scheme, classes)
        if scheme == "quantiles":
            bounds = np.array([_nearest_125(bound) for bound in bounds])
    firsts = np.unique(np.searchsorted(ordered * (1 - 1e-9), bounds, side="right"))
    inner = [int(at) for at in firsts if 0 < at < ordered.size]
    return (0.0, *(roundest(float(ordered[at - 1]), float(ordered[at])) for at in inner))


def roundest(below: float, upto: float) -> float:
    """Give the roundest number above `below` and not above `upto`.

    Round means a multiple of 1, 2 or 5 times a power of ten as large as possible; among
    several such multiples the one nearest to the middle.

    Examples
    --------
    >>> roundest(18.0, 28.7), roundest(33.5, 49.6)
    (20.0, 40.0)
    """
    power = math.floor(math.log10(upto)) + 1
    for exponent in range(power, power - 12, -1):
        for digit in (5, 2, 1):
            found = _multiple_between(below, upto, digit, exponent)
            if found is not None:
                return found
    return upto


def ramp(palette: str, count: int) -> tuple[str, ...]:
    """Give the colours of a sequential palette, light to dark, without its lightest.

    Parameters
    ----------
    palette : str
        Name of a ColorBrewer palette, such as "OrRd".
    count : int
        Number of colours.
    """
    if count == 0:
        return ()
    colours = color_brewer(palette, n=max(count + 1, _FEWEST_IN_RAMP))
    return tuple(str(colour).lower() for colour in colours[-count:])


def ink_on(colour: str) -> str:
    """Choose the colour of text that contrasts more with a fill."""
    return max((DARK_INK, LIGHT_INK), key=lambda ink: contrast(ink, colour))


def pale(colour: str, *, share: float = 0.25) -> str:
    """Mix a colour "#rrggbb" into the background of a map, for what is not in focus."""
    parts = zip(_parts(colour), _parts(GROUND_COLOUR), strict=True)
    mixed = (round(share * own + (1 - share) * ground) for own, ground in parts)
    return "#" + "".join(f"{part:02x}" for part in mixed)


def contrast(first: str, second: str) -> float:
    """Give the contrast ratio of two colours "#rrggbb", from 1 to 21 (WCAG 2.1)."""
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def _rows(table: pd.DataFrame, layer: Layer) -> "pd.Series[bool]":
    units = (table["measure"] == layer.measure) & (table["place_kind"] == "unit")
    return units & (layer.column in table.columns)


def _nearest_125(value: float) -> float:
    """Give the nearest of … 0.5, 1, 2, 5, 10, 20 … by ratio."""
    exponent = math.floor(math.log10(value))
    candidates = [digit * 10.0**exponent for digit in (1, 2, 5, 10)]
    return min(candidates, key=lambda candidate: abs(math.log(candidate / value)))


def _bounds_between(
    ordered: npt.NDArray[np.float64], scheme: Scheme, classes: int
) -> npt.NDArray[np.float64]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=_SLOW_BUT_RIGHT)
        classifier = _CLASSIFIERS[scheme](ordered, k=classes)
    return np.asarray(classifier.bins, dtype=np.float64)[:-1]  # the last is the maximum


def _multiple_between(below: float, upto: float, digit: int, exponent: int) -> float | None:
    """Give the multiple of digit × 10^exponent in (below, upto] nearest to the middle."""
    step = digit * 10.0**exponent
    first, last = math.floor(below / step + 1e-9) + 1, math.floor(upto / step + 1e-9)
    if last < first:
        return None
    middle = round((below + upto) / 2 / step)
    return round(min(max(middle, first), last) * step, max(-exponent, 0))


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in _parts(colour)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
