"""What stands in each unit of a map: its class, its value and how precise that is."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from maligeo import labels
from maligeo.style import Classes, Layer
from maligeo.wording.readings import PeriodRows, interval_text, value_text

FEW_EVENTS: Final = 5  # a rate of fewer is marked
LOW_SIGN: Final = "*"


class Cell(NamedTuple):
    """What a map shows of a unit.

    Attributes
    ----------
    class_index : int
        Class, as in `Classes.index`: -1 missing, 0 zero, then from 1 upwards.
    text : str
        The value, with "*" where it rests on few events.
    precision : str
        Its interval; empty for an exact value.
    """

    class_index: int
    text: str
    precision: str


def cells(period: PeriodRows, pcodes: Sequence[str], classes: Classes, language: str) -> list[Cell]:
    """Give class, value and precision of each unit, in the order of the units.

    Parameters
    ----------
    period : PeriodRows
        Rows of one layer and period.
    pcodes : sequence of str
        Codes of the units in the order of the map.
    classes : Classes
        Classes of the layer.
    language : {"fr", "en"}
        Language of the texts.

    Returns
    -------
    list of Cell
        One per code; a unit that the rows do not name is missing.
    """
    return [_cell(period, pcode, classes, language) for pcode in pcodes]


def is_low(row: Mapping[str, Any] | pd.Series, layer: Layer) -> bool:
    """Tell whether a rate rests on so few events that chance decides its rank."""
    count = row["count"]
    return layer.column == "per_100k" and bool(pd.notna(count) and 0 < count < FEW_EVENTS)


def has_low(period: PeriodRows) -> bool:
    """Tell whether a unit of a layer and period is marked for its few events."""
    return any(is_low(row, period.layer) for row in period.by_unit.values())


def unit_text(found: PeriodRows, pcode: str, language: str) -> str:
    """Write what is known of a unit: its value, that there is none, or that it is withheld."""
    row = found.by_unit.get(pcode)
    if row is None:
        return labels.word("value.missing", language)
    if row["hidden"]:
        return labels.word("value.withheld", language)
    text = value_text(row["shown"], found.layer, language, derived=row["derived"])
    return f"{text}{LOW_SIGN}" if is_low(row, found.layer) else text


def _cell(found: PeriodRows, pcode: str, classes: Classes, language: str) -> Cell:
    row, text = found.by_unit.get(pcode), unit_text(found, pcode, language)
    if row is None:
        return Cell(-1, text, "")
    return Cell(classes.index(row["shown"]), text, interval_text(row, found.layer, language))
