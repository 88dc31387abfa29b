"""What a report on the whole country says: for a page and for paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo.core import words
from maligeo.core.audiences import release_id
from maligeo.paper.map.basemap import Scene
from maligeo.paper.map.figure import scene_of
from maligeo.paper.map.subject import Section
from maligeo.paper.options import MapOptions
from maligeo.paper.report.country import Statements, country_statements, statement_sources
from maligeo.paper.report.numbers import with_remark
from maligeo.paper.report.profile import ReportOptions, require_report
from maligeo.text.answers import Row, by_class, class_text, period_lines, presence_text
from maligeo.text.readings import cell_sources
from maligeo.text.titles import place_parts

_HEAD: Final = (
    "report.unit", "report.count", "layer.organisations", "report.projects", "report.finding",
)  # fmt: skip
_ACTIVE: Final = ("organisations", "projects")


@dataclass(frozen=True)
class CountryProfile:
    """What a report on the country says.

    Attributes
    ----------
    title, subtitle : str
        What stands above the page.
    map_options : MapOptions
        How the map is drawn.
    scene : Scene
        What is drawn on it, with its legend, its balance and its notes.
    map_title : str
        What stands above the map.
    head : tuple of str
        Columns of the table of need and response; empty without gaps.
    rows : tuple of tuple of str
        Its rows, those first that need somebody most.
    periods : str
        Of which time need and response are.
    programmes : tuple of Statements
        What documents say of the country, programme by programme.
    sections : tuple of mapping
        Notes and sources.
    disclaimer : str
        About boundaries and names.
    """

    title: str
    subtitle: str
    map_options: MapOptions
    scene: Scene
    map_title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    periods: str
    programmes: tuple[Statements, ...]
    sections: tuple[Section, ...]
    disclaimer: str


def country_profile(
    table: pd.DataFrame, units: gpd.GeoDataFrame, options: ReportOptions
) -> CountryProfile:
    """Say what a report says of the country.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table, of whose first measure the map shows the latest period.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of the same vintage.
    options : ReportOptions
        The gaps, the results, the language.

    Raises
    ------
    FrameError
        If a frame lacks columns.
    VintageError
        If frames are of different vintages.
    """
    require_report(table, units, options)
    gaps, results, language = options.gaps, options.results, options.language
    map_options = MapOptions(language=language, orientation="portrait")
    scene = scene_of(table, units, map_options)
    subject = scene.subject
    return CountryProfile(
        title=words.word("report.country", language),
        subtitle=" · ".join(place_parts(units, None, language)),
        map_options=map_options,
        scene=scene,
        map_title=subject.heading,
        head=() if gaps is None else tuple(words.word(key, language) for key in _HEAD),
        rows=() if gaps is None else tuple(_rows(gaps, scene, language)),
        periods="" if gaps is None else " · ".join(period_lines(gaps, language)),
        programmes=() if results is None else tuple(country_statements(results, language)),
        sections=tuple(_sections(subject.sections, results, language)),
        disclaimer=words.word("notes.disclaimer", language),
    )


def _rows(gaps: pd.DataFrame, scene: Scene, language: str) -> Iterator[tuple[str, ...]]:
    """Say of each unit what is counted there, who is active, and the finding."""
    cells = dict(zip(scene.units["pcode"], scene.subject.cells, strict=True))
    unseen = [name for name in _ACTIVE if gaps[name].isna().all()]  # by the audience, in any unit
    missing = words.word("value.withheld" if release_id(gaps) else "value.missing", language)
    for _, rows in by_class(gaps):
        for row in rows:
            active = (
                missing if name in unseen else _active(row, name, language) for name in _ACTIVE
            )
            finding, cell = class_text(row, language), cells[row["pcode"]]
            yield str(row["name"]), with_remark(cell.text, cell.precision), *active, finding


def _active(row: Row, name: str, language: str) -> str:
    """Write how many there are; who is named without a number is told, not counted."""
    count = row[name]
    is_named = pd.notna(row["named"]) and (pd.isna(count) or not count)
    return presence_text(None if is_named else 0 if pd.isna(count) else count, language)


def _sections(
    sections: Sequence[Section], results: pd.DataFrame | None, language: str
) -> Iterator[Section]:
    """Put the sources of what documents say to the others."""
    said = [] if results is None else cell_sources(statement_sources(results))
    for section in sections:
        is_sources = section["title"] == words.word("notes.sources", language)
        items = [*dict.fromkeys([*section["items"], *said])] if is_sources else section["items"]
        yield {**section, "items": items}
