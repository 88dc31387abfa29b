"""Legends in words: classes of a measure, kinds of points and areas, need against response."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo import look
from maligeo.core import words
from maligeo.look import Classes, Layer
from maligeo.text.readings import PeriodRows

_FEW = 100.0  # up to here a class names its first and last whole number: "10 – 19"


def legend(
    layer: Layer,
    classes: Classes,
    language: str,
    *,
    withheld: bool = False,
    zero: str = "legend.zero_note",
) -> list[dict[str, object]]:
    """Describe the classes of a layer, largest first, then zero and missing.

    Parameters
    ----------
    layer : Layer
        The layer.
    classes : Classes
        Its classes.
    language : {"fr", "en"}
        Language of the texts.
    withheld : bool, default False
        Whether a release hides a value, which then looks like a missing one; it then gives
        no zero either.
    zero : str, optional
        Key of the words for what a zero says, as `PeriodRows.zero_note`: not always that
        there was none.

    Returns
    -------
    list of dict
        `index` as in `Classes.index`, `label`, and `note` where a class needs one.
    """
    entries: list[dict[str, object]] = [
        {"index": at + 1, "label": _range(layer, classes, at, language), "note": ""}
        for at in reversed(range(len(classes.lows)))
    ]
    if layer.can_be_zero and not withheld:
        label = words.word("legend.zero", language)
        entries.append({"index": 0, "label": label, "note": words.word(zero, language)})
    unknown = "legend.withheld" if withheld else "legend.missing"
    entries.append(_special(-1, unknown, language))
    return entries


def withheld_text(period: PeriodRows, language: str) -> str:
    """Say why no unit has a number and what to do about it; empty where one has."""
    return words.word("legend.all_withheld", language) if period.is_withheld else ""


def _special(index: int, key: str, language: str) -> dict[str, object]:
    note = words.word(f"{key}_note", language)
    return {"index": index, "label": words.word(key, language), "note": note}


def _range(layer: Layer, classes: Classes, at: int, language: str) -> str:
    """Say from where to where a class reaches, or which value it is."""
    if layer.levels:
        return words.word(f"level.{layer.levels[at]}", language)
    low = classes.lows[at]
    last = at + 1 == len(classes.lows)
    high = classes.highest if last else classes.lows[at + 1]
    if layer.decimals == 0 and high <= _FEW:
        return _whole_range(max(low, 1.0), high if last else high - 1, last, language)
    if low == 0:
        key = "legend.some" if last else "legend.below"
    else:
        key = "legend.above" if last else "legend.between"
    return _fill(key, layer, low, high, language)


def _whole_range(low: float, high: float, last: bool, language: str) -> str:
    """Name a class of whole numbers by its first and last."""
    ends = [words.number_text(end, language) for end in (low, high)]
    if low >= high:
        return ends[0]
    key = "legend.above" if last else "legend.whole"
    return words.word(key, language).format(low=ends[0], high=ends[1])


def _fill(key: str, layer: Layer, low: float, high: float, language: str) -> str:
    ends = [words.number_text(end, language, decimals=layer.decimals) for end in (low, high)]
    return words.word(key, language).format(low=ends[0], high=ends[1])


COARSE: Final = ("adm1", "adm2", "adm3")  # a position that stands for a whole unit
PLACELESS: Final = "country"  # a position that stands for the whole country is none


class Kind(NamedTuple):
    """A kind of record.

    Attributes
    ----------
    key : str
        The word in the data; empty where it is missing.
    name : str
        The word for a reader.
    """

    key: str
    name: str


def event_types(values: "pd.Series[str]", language: str) -> list[Kind]:
    """List the types of incident that occur, in the order of `ordered_kinds`."""
    keys = ordered_kinds(values, look.EVENT_MARKS)
    return [Kind(key, _name(key, "event_type", language)) for key in keys]


def area_statuses(values: "pd.Series[str]", language: str) -> list[Kind]:
    """List the statuses of land that occur, in the order of `ordered_kinds`."""
    keys = ordered_kinds(values, look.AREA_LOOKS)
    return [Kind(key, _name(key, "status", language)) for key in keys]


def ordered_kinds(values: "pd.Series[str]", known: Iterable[str]) -> list[str]:
    """List the words that occur: known ones in their order, then others, then missing ("")."""
    found = set(kind_keys(values))
    ordered = [kind for kind in known if kind in found]
    others = sorted(found - set(ordered) - {""})
    return [*ordered, *others, *([""] if "" in found else [])]


def kind_keys(values: "pd.Series[str]") -> "pd.Series[str]":
    """Give the word of each record as text; empty where it is missing."""
    return values.astype("object").where(values.notna(), "").map(str)


def drawable(
    incidents: pd.DataFrame, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> npt.NDArray[np.intp]:
    """Give the rows of incidents that have a place on a map."""
    placed = np.isfinite(lon) & np.isfinite(lat)
    if "location_precision" in incidents.columns:
        placed &= ~(incidents["location_precision"] == PLACELESS).fillna(False).to_numpy(bool)
    return np.flatnonzero(placed)


def is_coarse(incidents: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which incidents have the position of a whole unit."""
    if "location_precision" not in incidents.columns:
        return np.zeros(len(incidents), dtype=bool)
    return np.asarray(incidents["location_precision"].isin(COARSE), dtype=bool)


def _name(key: str, prefix: str, language: str) -> str:
    text = f"{prefix}.{key or 'missing'}"
    return words.word(text, language) if words.has_word(text) else key
