"""Class breaks: which values belong together, and round numbers between them.

Breaks come from the data of all periods, so that a colour means the same in each of them.
Zero is a class of its own, and what is missing never wears a colour of the ramp.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, get_args

import jenkspy
import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core.checks import require_choice
from maligeo.core.errors import ArgumentError
from maligeo.look.colours import ink_on, ramp
from maligeo.look.layers import MOST_CLASSES, Layer, Scheme, layer_rows

MOST_GIVEN: Final = 8  # colours of the longest ramp without its lightest

_Bounds = npt.NDArray[np.float64]


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
    rows = layer_rows(table, layer)
    rows = rows[(rows["place_kind"] == "unit") & rows["shown"].notna()]
    values = [float(value) for value in rows["shown"]]
    if scheme is None and layer.breaks:
        lows = _given_breaks(layer.breaks)
    elif isinstance(scheme, str) or scheme is None:
        chosen = layer.scheme if scheme is None else scheme
        require_choice(chosen, get_args(Scheme), option="scheme")
        lows = class_breaks(values, scheme=chosen, classes=layer.classes, reach=_reach(rows, layer))
    else:
        lows = _given_breaks(scheme)
    colours = ramp(layer.palette, len(lows), whole=bool(layer.breaks))
    inks = tuple(ink_on(colour) for colour in colours)
    return Classes(lows, max(values, default=0.0), colours, inks)


def _reach(rows: pd.DataFrame, layer: Layer) -> list[tuple[float, float]]:
    """Give from where to where each value may be: a published share leaves more than one."""
    count = rows["count"].astype("Float64")
    scale = layer.factor * rows[layer.column].astype("Float64") / count.mask(count == 0)
    shown = rows["shown"].astype("float64")
    ends = (
        (rows[end].astype("Float64") * scale).where(rows["derived"]).astype("float64")
        for end in ("count_low", "count_high")
    )
    low, high = (end.fillna(shown) for end in ends)
    return list(zip(low.combine(shown, min), high.combine(shown, max), strict=True))


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
    values: Sequence[float],
    *,
    scheme: Scheme = "jenks",
    classes: int = MOST_CLASSES,
    reach: Sequence[tuple[float, float]] | None = None,
) -> tuple[float, ...]:
    """Divide values above zero into classes whose bounds are round numbers.

    The scheme says which values belong together; each bound is then the roundest number
    in the gap between two classes, so that rounding moves no value into another class.
    Where the gap allows, no bound lies within what a value may be.
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
    reach : sequence of two float, optional
        From where to where each value may be; by default it is what it is.

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
    ends = list(zip(values, values, strict=True)) if reach is None else reach
    return (0.0, *(_bound(float(ordered[at]), values, ends) for at in inner))


def _bound(first: float, values: Sequence[float], reach: Sequence[tuple[float, float]]) -> float:
    """Give the roundest number between the values below the first of a class and the others."""
    both = list(zip(values, reach, strict=True))
    below = max(value for value in values if value < first)
    high = max(end for value, (_, end) in both if value < first)
    low = min(end for value, (end, _) in both if value >= first)
    return roundest(high, low) if high < low else roundest(below, first)


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


def _nearest_125(value: float) -> float:
    """Give the nearest of … 0.5, 1, 2, 5, 10, 20 … by ratio."""
    exponent = math.floor(math.log10(value))
    candidates = [digit * 10.0**exponent for digit in (1, 2, 5, 10)]
    return min(candidates, key=lambda candidate: abs(math.log(candidate / value)))


def _bounds_between(ordered: _Bounds, scheme: Scheme, classes: int) -> _Bounds:
    """Give the largest value of each class but the last."""
    if scheme == "pretty":
        return _equal_steps(float(ordered[0]), float(ordered[-1]), classes)
    if scheme == "quantiles":
        return np.quantile(ordered, np.arange(1, classes) / classes)
    breaks = jenkspy.jenks_breaks(ordered, n_classes=classes)
    return np.asarray(breaks[1:-1], dtype=np.float64)


def _equal_steps(low: float, high: float, classes: int) -> _Bounds:
    """Divide a range at multiples of 1, 2 or 5 times a power of ten.

    Notes
    -----
    Heckbert, P. S. (1990), Nice numbers for graph labels, in: Graphics Gems, 61-63.
    """
    step = _nice(_nice(high - low, up=True) / (classes - 1), up=False)
    first, last = math.floor(low / step) * step, math.ceil(high / step) * step
    return np.arange(first, last + step / 2, step)[1:-1]


def _nice(value: float, *, up: bool) -> float:
    """Give the next or the nearest of … 0.5, 1, 2, 5, 10, 20 …."""
    power = 10.0 ** math.floor(math.log10(value))
    digit = value / power
    at = bisect_left((1.0, 2.0, 5.0), digit) if up else bisect_right((1.5, 3.0, 7.0), digit)
    return (1.0, 2.0, 5.0, 10.0)[at] * power


def _multiple_between(below: float, upto: float, digit: int, exponent: int) -> float | None:
    """Give the multiple of digit × 10^exponent in (below, upto] nearest to the middle."""
    step = digit * 10.0**exponent
    first, last = math.floor(below / step + 1e-9) + 1, math.floor(upto / step + 1e-9)
    if last < first:
        return None
    middle = round((below + upto) / 2 / step)
    return round(min(max(middle, first), last) * step, max(-exponent, 0))
