"""People per unit from a table of one's own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo.core import columns, words
from maligeo.core.audiences import mark_audience
from maligeo.core.errors import ArgumentError, UnknownNameError, VintageError
from maligeo.measure.figure_places import place_figures
from maligeo.measure.published import count_figures
from maligeo.readers.files.sources import Source
from maligeo.readers.people import PEOPLE, read_people
from maligeo.readers.reading import ATTRIBUTE

_ADDED: Final = r"added up from \d+ places"
_SHOWN: Final = 10
LOST: Final = "not_found"
WITHOUT: Final = "without"


def people_of_table(
    units: gpd.GeoDataFrame,
    table: str | Path | Source | pd.DataFrame,
    years: Sequence[int],
) -> pd.DataFrame:
    """Give the people of each unit from a table; as `maligeo.population`.

    Returns
    -------
    pandas.DataFrame
        As `maligeo.population`, internal: its source is named as the table does. Remarks of
        the table are left out, and come to no note.
    """
    read = read_people(table)
    _require_vintage(read, str(units["vintage"].iloc[0]))
    placed = place_figures(read, units)
    figures = _of_years(read[[one.how != "nation" for one in placed]], years)
    if figures.empty or all(one.position < 0 for one in placed):
        raise UnknownNameError("the table of people names none of these units")
    counts = count_figures(figures, units, measure=PEOPLE, period=None)
    by_unit = counts[counts["place_kind"] == "unit"].reset_index(drop=True)
    note = by_unit["note"].astype("string")
    people = by_unit[["pcode", "name"]].assign(
        vintage=str(units["vintage"].iloc[0]),
        population=by_unit["count"].astype("Float64"),
        population_year=pd.to_datetime(by_unit["period_start"]).dt.year.astype("Int64"),
        source=by_unit["source"].astype("string"),
        note=note.where(note.str.fullmatch(_ADDED).fillna(value=False)),
    )[list(columns.POPULATION)]
    without = people.loc[people["population"].isna(), "name"].drop_duplicates()
    lost = {unit: one.remark for unit, one in zip(read["unit"], placed, strict=True)
            if one.position < 0 and one.how != "nation"}  # fmt: skip
    people.attrs |= {ATTRIBUTE: read.attrs[ATTRIBUTE], LOST: lost, WITHOUT: list(without)}
    return mark_audience(people, "internal")


def _require_vintage(figures: pd.DataFrame, vintage: str) -> None:
    """Refuse people of another division: units that kept their names have other borders."""
    others = sorted(set(figures["vintage"].dropna().astype(str)) - {vintage})
    if others:
        raise VintageError(
            f"the table of people is about the division of {', '.join(others)}, and the units are "
            f"of {vintage}: units of the same name have other borders there"
        )


def people_remarks(people: pd.DataFrame, language: str) -> list[str]:
    """Say which names of a table of people are no unit, and of which units it has no people."""
    lost: dict[str, str] = people.attrs.get(LOST, {})
    known = [f"{name} ({remark}?)" if remark else name for name, remark in lost.items()]
    found = {LOST: known, WITHOUT: people.attrs.get(WITHOUT, [])}
    return [
        words.word(f"people.{key}", language).format(names=_listed(names))
        for key, names in found.items()
        if names
    ]


def _listed(names: Sequence[str]) -> str:
    more = [f"+ {len(names) - _SHOWN}"] if len(names) > _SHOWN else []
    return ", ".join([*names[:_SHOWN], *more])


def _of_years(figures: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Keep the figures of some years, or say of which year they are."""
    if not years:
        return figures
    found = pd.to_datetime(figures["period_start"]).dt.year
    if found.isna().all():
        if len(years) > 1:
            raise ArgumentError("the table of people says no year: it is of one, say which")
        days = pd.Timestamp(years[0], 1, 1), pd.Timestamp(years[0], 12, 31)
        return figures.assign(period_start=days[0], period_end=days[1])
    kept = figures[found.isin(years)]
    if kept.empty:
        known = ", ".join(map(str, sorted({int(year) for year in found.dropna()})))
        raise UnknownNameError(f"the table of people has nothing of these years; it has {known}")
    return kept
