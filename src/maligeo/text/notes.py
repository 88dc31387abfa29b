"""Sources, limits and the disclaimer of a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import pandas as pd

from maligeo import catalog
from maligeo.core import words
from maligeo.look import Layer, layers_of
from maligeo.look.outlines import outlines_are_general
from maligeo.look.waters import waters
from maligeo.readers.credits import credit_text
from maligeo.text.balance import totals
from maligeo.text.measures import layer_text
from maligeo.text.readings import (
    PeriodRows,
    all_counts,
    source_parts,
    span_text,
    without_units,
)
from maligeo.text.releases import release_sentences

_BALANCE_COLUMNS = ("control.measure", "control.period", "notes.placed", "notes.unplaced")
_METHOD = ("notes.derived", "notes.missing")


@dataclass(frozen=True, eq=False)
class Notes:
    """What a reader of a table must know: read once, and told in each language.

    Attributes
    ----------
    table : pandas.DataFrame
        Density table; its sources are listed once each.
    units : geopandas.GeoDataFrame
        Units with `vintage` and `source`.
    towns : pandas.DataFrame
        Towns that are shown, with `source`.
    """

    table: pd.DataFrame
    units: gpd.GeoDataFrame
    towns: pd.DataFrame

    @cached_property
    def _counts(self) -> list[list[PeriodRows]]:
        return all_counts(self.table)

    @cached_property
    def _layers(self) -> tuple[Layer, ...]:
        return layers_of(self.table)

    def sections(self, language: str) -> list[dict[str, object]]:
        """Tell vintage, outlines, balance, method, sources and the disclaimer.

        Parameters
        ----------
        language : {"fr", "en"}
            Language of the texts.

        Returns
        -------
        list of dict
            Sections in order: `title`, `paragraphs`, `items` (text and web address), `grid`
            (rows of text, the first is the head).
        """
        found = [
            boundary_section(self.units, language),
            _balance(self._counts, language),
            _shares(self._counts, language),
            _method(self._layers, language),
            _release(self.table, language),
            source_section(self.table, self.units, self.towns, language),
        ]
        return [section for section in found if section]


def _release(table: pd.DataFrame, language: str) -> dict[str, object] | None:
    """Say what a release made coarser, and why."""
    said = release_sentences(table, language)
    return _section("export.release", language, paragraphs=said) if said else None


def _section(
    key: str,
    language: str,
    *,
    paragraphs: list[str] | None = None,
    items: list[tuple[str, str]] | None = None,
    grid: list[list[str]] | None = None,
) -> dict[str, object]:
    return {
        "title": words.word(key, language),
        "paragraphs": paragraphs or [],
        "items": items or [],
        "grid": grid or [],
    }


def _texts(keys: tuple[str, ...], language: str) -> list[str]:
    return [words.word(key, language) for key in keys]


def boundary_section(units: gpd.GeoDataFrame, language: str) -> dict[str, object]:
    """Tell the division, how good its outlines are, and the disclaimer."""
    vintage = str(units["vintage"].iloc[0])
    division = words.word("notes.vintage", language).format(vintage=vintage, count=len(units))
    if vintage != catalog.country()["vintages"][-1]["vintage"]:
        division = f"{division} {words.word('notes.older', language)}"
    keys = ("notes.outlines",) if outlines_are_general(units) else ()
    paragraphs = [division, *_texts((*keys, "notes.disclaimer"), language)]
    return _section("notes.boundaries", language, paragraphs=paragraphs)


def _balance(found: Sequence[Sequence[PeriodRows]], language: str) -> dict[str, object]:
    head = _texts((*_BALANCE_COLUMNS, "notes.total"), language)
    rows = [list(line.values()) for line in totals(found, language)]
    note = _texts(("notes.balance_note",), language)
    return _section("notes.balance", language, paragraphs=note, grid=[head, *rows])


def _shares(found: Sequence[Sequence[PeriodRows]], language: str) -> dict[str, object]:
    """List the published shares that give no number, because their total is not published."""
    items = []
    for periods in (periods for periods in found if periods[0].layer.has_periods):
        for period in without_units(periods):
            shares = [row for row in period.places if row["derived"] and pd.notna(row["name"])]
            for row in shares:
                remark = next(iter(words.note_text(row["note"], language)), "")
                where = f"{row['name']}, {span_text(period.rows, language)}, {row['publisher']}"
                items.append((f"{where}{words.colon(language)}{remark}", ""))
    return _section("notes.shares", language, items=items) if items else {}


def _method(layers: Iterable[Layer], language: str) -> dict[str, object]:
    """Say what each measure of the table means."""
    items = [
        (
            layer_text("layer", layer, language)
            + words.colon(language)
            + layer_text("about", layer, language),
            "",
        )
        for layer in layers
    ]
    return _section("notes.method", language, paragraphs=_texts(_METHOD, language), items=items)


def source_section(
    table: pd.DataFrame, units: gpd.GeoDataFrame, towns: pd.DataFrame, language: str
) -> dict[str, object]:
    """List the sources of a table, where it names them, of the outlines, rivers and towns."""
    found = source_parts(table, language)
    for key, frame in (
        ("notes.source_outlines", units),
        ("notes.source_waters", waters()),
        ("notes.source_towns", towns),
    ):
        if "source" in frame.columns:
            prefix = words.word(key, language) + words.colon(language)
            found.append((prefix + credit_text(frame, language), ""))
    return _section("notes.sources", language, items=found)
