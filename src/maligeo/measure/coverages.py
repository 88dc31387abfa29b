"""What a source covers: the statement without which nothing counted is not zero.

It travels with the frame, in `attrs["covers"]`: for each unit (or "" for all) a list of
periods as ISO 8601 text.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeVar

import pandas as pd

from maligeo.errors import ArgumentError
from maligeo.periods import Period, parse_period

Covered = Literal["whole", "part", "none", "unstated"]
Covers = str | Mapping[str, str | Sequence[str]]

EVERYWHERE: Final = ""
_KEY: Final = "covers"
_DAY = pd.Timedelta(days=1)
_Frame = TypeVar("_Frame", bound=pd.DataFrame)


def with_coverage(records: _Frame, covers: Covers) -> _Frame:
    """State which units and periods the source of some records covers.

    Only then does `density` know that a unit without a record had none, rather than
    nobody who looked.

    Parameters
    ----------
    records : pandas.DataFrame or geopandas.GeoDataFrame
        Located incidents or allocated areas, as they go to `density`; `locate` keeps the
        statement, other operations may lose it.
    covers : str or mapping of str to (str or sequence of str)
        A period for the whole country ("2020/2022"), or periods for each unit by its
        p-code (by its name where it has none). A unit that is not in the mapping is not
        covered.

    Returns
    -------
    same kind of frame as the records
        With `attrs["covers"]`.

    Raises
    ------
    ArgumentError
        If a text is no period or nothing is stated.
    """
    stated = {EVERYWHERE: covers} if isinstance(covers, str) else dict(covers)
    if not stated:
        raise ArgumentError("covers is empty: state a period, or periods for units")
    periods = {
        unit: [texts] if isinstance(texts, str) else list(texts) for unit, texts in stated.items()
    }
    for texts in periods.values():
        for text in texts:
            parse_period(text)
    covered: _Frame = records.copy()
    covered.attrs = {**records.attrs, _KEY: periods}
    return covered


class Coverage:
    """The statement on a frame, read.

    Parameters
    ----------
    records : pandas.DataFrame
        With or without a statement in `attrs`.
    """

    def __init__(self, records: pd.DataFrame) -> None:
        stated = records.attrs.get(_KEY, {})
        self._spans = {unit: _joined(texts) for unit, texts in stated.items()}

    @property
    def span(self) -> Period | None:
        """From the first covered day to the last, anywhere; None without a statement."""
        spans = [span for unit in self._spans.values() for span in unit]
        if not spans:
            return None
        return Period(min(span.start for span in spans), max(span.end for span in spans))

    def of(self, unit: str, period: Period | None) -> Covered:
        """Say how much of a period (None for all time) is covered in a unit."""
        if not self._spans:
            return "unstated"
        spans = self._spans.get(unit, self._spans.get(EVERYWHERE, []))
        if period is None:
            return "whole" if spans else "none"
        if any(span.start <= period.start and span.end >= period.end for span in spans):
            return "whole"
        overlaps = any(span.start <= period.end and span.end >= period.start for span in spans)
        return "part" if overlaps else "none"


def _joined(texts: Sequence[str]) -> list[Period]:
    """Join periods that overlap or follow one another without a gap."""
    joined: list[Period] = []
    for span in sorted(parse_period(text) for text in texts):
        if joined and span.start <= joined[-1].end + _DAY:
            joined[-1] = Period(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined
