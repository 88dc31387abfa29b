"""What need is in an answer: measures of what a study is about, and tables of figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from maligeo.core.audiences import inherit_audience
from maligeo.core.columns import frame_kind
from maligeo.core.errors import ArgumentError
from maligeo.measure.densities import concat_tables
from maligeo.measure.indicators import WEIGHT
from maligeo.readers.files.sources import WORKBOOKS, Source
from maligeo.readers.files.tables import TEXT_SUFFIXES
from maligeo.workflows.records import FIGURES, INCIDENTS, records_of

Table: TypeAlias = str | PathLike[str] | Source | pd.DataFrame
Asked: TypeAlias = Table | Sequence[Table] | Mapping[Table, float] | None

_TABLES: Final = TEXT_SUFFIXES | WORKBOOKS | {".parquet"}


@dataclass(frozen=True, eq=False)
class Needs:
    """What need is.

    Attributes
    ----------
    measures : tuple of str
        Measures of the incidents or figures of a study.
    tables : tuple of pandas.DataFrame
        Figures of one measure each, or density tables.
    weights : tuple of float
        Of the measures, then of the tables.
    given : tuple of Source or pandas.DataFrame
        What the tables were read from.
    """

    measures: tuple[str, ...] = (INCIDENTS,)
    tables: tuple[pd.DataFrame, ...] = field(default=(), repr=False)
    weights: tuple[float, ...] = (1.0,)
    given: tuple[Source | pd.DataFrame, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, asked: Asked) -> Needs:
        """Tell measures from tables, and read these; nothing asked for is the incidents.

        Raises
        ------
        ArgumentError
            If a weight is no positive number, or a table of figures has several measures.
        """
        pairs = _pairs(asked)
        wrong = [weight for _, weight in pairs if not (isfinite(weight) and weight > 0)]
        if wrong:
            raise ArgumentError(f"a weight of need is a number above 0, and {wrong[0]} is none")
        if not pairs:
            return cls()
        known = [(_table_or_measure(one), weight) for one, weight in pairs]
        named = [(one, weight) for one, weight in known if isinstance(one, str)]
        given = [(one, weight) for one, weight in known if not isinstance(one, str)]
        return cls(
            tuple(one for one, _ in named),
            tuple(_read(one) for one, _ in given),
            tuple(weight for _, weight in (*named, *given)),
            tuple(one for one, _ in given),
        )

    @property
    def options(self) -> dict[str, object]:
        """What was asked for, for the record of a product."""
        is_usual = not self.tables and self.measures == (INCIDENTS,)
        tables = {f"need {at}": one for at, one in enumerate(self.given, start=1)}
        return {
            "need": None if is_usual else list(self.measures) or None,
            "need_tables": tables or None,
            "need_weights": list(self.weights) if self._are_weighted else None,
        }

    @property
    def _are_weighted(self) -> bool:
        return len(set(self.weights)) > 1

    def table(self, tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
        """Put the density tables of the needs together, with their weights if these differ."""
        whole = concat_tables(*tables) if len(tables) > 1 else tables[0]
        if not self._are_weighted:
            return whole
        weights = np.repeat(self.weights, [len(one) for one in tables])
        return inherit_audience(whole.assign(**{WEIGHT: weights}), whole)


def _pairs(asked: Asked) -> list[tuple[Table, float]]:
    if isinstance(asked, Mapping):
        return [(one, float(weight)) for one, weight in asked.items()]
    if asked is None or isinstance(asked, str | PathLike | pd.DataFrame):
        return [] if asked is None else [(asked, 1.0)]
    return [(one, 1.0) for one in asked]


def names_table(text: str) -> bool:
    """Tell the name of a file from that of a measure: by its suffix, or a file of that name."""
    path = Path(Source.of(text))
    return path.suffix.lower() in _TABLES or path.is_file()


def _table_or_measure(one: Table) -> str | Source | pd.DataFrame:
    if isinstance(one, pd.DataFrame) or (isinstance(one, str) and not names_table(one)):
        return one
    return Source.of(one)


def _read(given: Source | pd.DataFrame) -> pd.DataFrame:
    if isinstance(given, pd.DataFrame) and frame_kind(given) == "density":
        return given
    figures = records_of(FIGURES, given)
    measures = sorted(figures["measure"].unique())
    if len(measures) > 1:
        raise ArgumentError(
            f"a table of figures that is a need has one measure, and this one has "
            f"{', '.join(measures)}: give it as figures (--figures FILE), and as need one of these"
        )
    return figures
