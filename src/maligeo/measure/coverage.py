"""What the source of some records covers: where and when it looked."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeVar

import pandas as pd

from maligeo.core.checks import require_frame
from maligeo.core.columns import unit_keys
from maligeo.core.errors import ArgumentError, UnknownNameError
from maligeo.core.lazy import is_lazy, map_partitions
from maligeo.core.periods import Period, parse_period, period_texts
from maligeo.core.placenames import NameTable

Covered = Literal["whole", "part", "none", "unstated"]
Covers = str | int | Sequence[str | int] | Mapping[str, str | int | Sequence[str | int]]

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
    records : pandas.DataFrame, geopandas.GeoDataFrame or dask frame
        Located incidents or allocated areas, as they go to `density`; `locate` keeps the
        statement, other operations may lose it.
    covers : str, sequence of str, or mapping of str to these
        Periods for the whole country ("2020/2022"), or periods for each unit by its
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

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> units = maligeo.load_boundaries()
    >>> records = pd.DataFrame(
    ...     {"event_id": ["a", "b", "c"], "event_type": "ied", "date": pd.Timestamp("2022-03-01"),
    ...      "killed": [2, 0, 1], "lon": [-4.2, -3.0, None], "lat": [14.5, 16.8, None],
    ...      "adm1_name": [None, None, "Mopti"]}
    ... )
    >>> located = maligeo.with_coverage(maligeo.locate(records, units), "2022")
    >>> table = maligeo.density(located, units, measure="incidents", period="year")
    >>> table.loc[table["name"] == "Kayes", ["name", "count"]]  # nobody looked, without it
        name  count
    0  Kayes    0.0
    """
    if not is_lazy(records):
        require_frame(records, what="records")
    stated = covers if isinstance(covers, Mapping) else {EVERYWHERE: covers}
    periods = {str(unit): _texts(given) for unit, given in stated.items()}
    if not periods:
        raise ArgumentError("covers is empty: state a period, or periods for units")
    for text in (text for texts in periods.values() for text in texts):
        parse_period(text)
    covered: _Frame = (
        map_partitions(_covered, records, periods)
        if is_lazy(records)
        else _covered(records, periods)
    )
    return covered


def _covered(records: _Frame, periods: dict[str, list[str]]) -> _Frame:
    covered: _Frame = records.copy()
    covered.attrs = {**records.attrs, _KEY: periods}
    return covered


def _texts(given: object) -> list[str]:
    """Give periods as texts."""
    texts = period_texts(given)
    if not texts:
        raise ArgumentError("covers is empty: state a period, or periods for units")
    return [texts] if isinstance(texts, str) else texts


def require_stated(records: pd.DataFrame) -> None:
    """Refuse to count an empty list of which nobody says what it covers.

    Raises
    ------
    ArgumentError
        If there is no record and no statement.
    """
    if records.empty and Coverage(records).span is None:
        raise ArgumentError(
            "there is no record, and nobody says what was looked at: state the period that the "
            "list covers, as by --covers 2021-03, and it counts as none there"
        )


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

    def require_units(self, units: pd.DataFrame) -> None:
        """Refuse a statement about what is no unit.

        Raises
        ------
        UnknownNameError
            Naming the units that may be meant.
        """
        keys = unit_keys(units)
        unknown = [unit for unit in self._spans if unit != EVERYWHERE and unit not in set(keys)]
        if not unknown:
            return
        names = NameTable.of_units(units)
        told = []
        for unit in unknown:
            meant = list(keys.iloc[list(names.find(unit))])
            near = meant or difflib.get_close_matches(unit, [*keys, *units["name"]], n=3)
            told.append(f"{unit!r}" + (f" (is it {' or '.join(map(str, near))}?)" if near else ""))
        raise UnknownNameError(
            f"covers states what is looked at in {', '.join(told)}, which is no code of these units"
        )

    def of(self, unit: str, period: Period | None) -> Covered:
        """Say how much of a period (None for all time) is covered in a unit."""
        if not self._spans:
            return "unstated"
        spans = self._spans.get(unit, self._spans.get(EVERYWHERE, []))
        if period is None:  # nobody covers all time
            return "part" if spans else "none"
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
