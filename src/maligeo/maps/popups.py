"""The card of a region: every figure that the table has on it, with notes and sources."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from maligeo import labels
from maligeo.wording.cells import LOW_SIGN, is_low
from maligeo.wording.readings import PeriodRows, cell_sources, interval_text, value_text

Card = dict[str, object]


def cards(
    units: gpd.GeoDataFrame, layers: Sequence[Sequence[PeriodRows]], language: str
) -> list[Card]:
    """Write the card of each unit.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        Units of one vintage.
    layers : sequence of sequences of PeriodRows
        The periods of each layer, in the order in which they are to stand.
    language : {"fr", "en"}
        Language of the texts.

    Returns
    -------
    list of dict
        In the order of the units: `name, code, figures, notes, sources`; a figure has
        `name, periods`, and each period `label, value, detail`.
    """
    code = labels.word("popup.code", language)
    return [
        {
            "name": str(unit.name),
            "code": code.format(vintage=unit.vintage, pcode=unit.pcode),
            "figures": [_figure(spans, unit.pcode, language) for periods in layers],
            "notes": _notes(layers, unit.pcode, language),
            "sources": _sources(layers, unit.pcode),
        }
        for unit in units[["name", "pcode", "vintage"]].itertuples(index=False)
    ]


def _figure(spans: Sequence[PeriodRows], pcode: str, language: str) -> dict[str, object]:
    first = spans[0]
    name = labels.word(f"layer.{first.layer.key}", language)
    if len(spans) == 1 and first.has_dates:
        name = f"{name}, {first.label}"
    return {"name": name, "periods": [_reading(period, pcode, language) for period in spans]}


def _reading(period: PeriodRows, pcode: str, language: str) -> dict[str, str]:
    row, layer = period.by_unit[pcode], period.layer
    interval = interval_text(row, layer, language)
    value = value_text(row["shown"], layer, language, derived=row["derived"])
    return {
        "label": period.label,
        "value": f"{value}{LOW_SIGN}" if is_low(row, layer) else value,
        "detail": f"({interval})" if interval else "",
    }


def _notes(layers: Sequence[Sequence[PeriodRows]], pcode: str, language: str) -> list[str]:
    """Give the remarks on a unit once each: those of no period first, then by period.

    What "*" after a rate means is one of them.
    """
    lasting: dict[str, None] = {}
    dated: dict[tuple[str, str], None] = {}
    years: dict[int, None] = {}
    for period in (period for spans in layers for period in spans):
        row = period.by_unit[pcode]
        remarks = labels.note_text(row["note"], language)
        if period.layer.has_periods and period.has_dates:
            dated |= dict.fromkeys((f"{period.label} – {remark}", remark) for remark in remarks)
        else:
            lasting |= dict.fromkeys(remarks)
        if pd.notna(row["population_year"]):
            years[int(row["population_year"])] = None
    base = labels.word("popup.base", language)
    own = [text for text, remark in dated if remark not in lasting]
    shown = (period for spans in layers for period in spans)
    low = any(is_low(period.by_unit[pcode], period.layer) for period in shown)
    marked = [labels.word("legend.low", language)] if low else []
    found = [*lasting, *marked, *(base.format(year=year) for year in sorted(years)), *own]
    return [text[:1].upper() + text[1:] for text in found]


def _sources(layers: Sequence[Sequence[PeriodRows]], pcode: str) -> list[str]:
    rows = (period.by_unit[pcode] for spans in layers for period in spans)
    cells = dict.fromkeys(row["source"] for row in rows if pd.notna(row["source"]))
    return list(dict.fromkeys(text for text, _ in cell_sources(cells)))
