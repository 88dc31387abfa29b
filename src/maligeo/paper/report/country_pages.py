"""A report on the country, as pages for paper and as the pictures of a page."""

from dataclasses import replace
from typing import Final

from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.look.waters import waters
from maligeo.paper.drawing.shapes import QUIET, Drawing
from maligeo.paper.map.basemap import MapDrawing, Scene, draw_map
from maligeo.paper.map.layout import (
    Column,
    balance_blocks,
    key_blocks,
    legend_blocks,
    section_blocks,
)
from maligeo.paper.map.projection import Box
from maligeo.paper.page import (
    COLUMN_GAP,
    Block,
    Heading,
    balanced_height,
    body_of,
    columns_of,
    draw_heading,
    flow,
    further_pages,
    heading,
    height_of,
    number_pages,
    paragraph,
    space,
    table_row,
)
from maligeo.paper.report.country_profile import CountryProfile
from maligeo.provenance.record import program
from maligeo.readers.credits import credit_text

_MAP_WIDE, _MAP = 130.0, 118.0  # millimetres, how high at most
_LEAST: Final = 0.7  # of that height
_PANEL: Final = 57.0
_TEXT, _LINE, _FINE = 7.0, 6.2, 5.6  # points
_COLUMNS: Final = 2
_WIDTHS: Final = (0.13, 0.26, 0.13, 0.12, 0.36)  # of the table of need and response


def country_pages(profile: CountryProfile, top: Heading, language: Language) -> list[Drawing]:
    """Lay a report out: map, table of the units and notes, then what documents say.

    Parameters
    ----------
    profile : CountryProfile
        What it says.
    top : Heading
        What stands above the pages.
    language : {"fr", "en"}
        Language of the texts.
    """
    size = profile.map_options.size
    page = Drawing(*size)
    body = body_of(page, draw_heading(page, top))
    title = heading(profile.map_title, body.width, _TEXT * 1.1)
    table = _table(profile, body.width, language)
    fine = _fine(profile, (body.width - COLUMN_GAP) / _COLUMNS)
    flow(page, title, [body])
    y = body.y + height_of(title) + 1.0
    foot = balanced_height(fine, _COLUMNS, body.height)
    spare = body.bottom - y - height_of(table) - foot - COLUMN_GAP
    high = min(max(spare, _MAP * _LEAST), _MAP)
    drawn = draw_map(profile.scene, Box(body.x, y, _MAP_WIDE, high), profile.map_options)
    page.put(drawn.drawing, 0, 0)
    panel = panel_blocks(profile.scene, drawn, Column(_PANEL, _TEXT, language))
    left = flow(page, panel, [Box(body.right - _PANEL, y, _PANEL, high)])
    y += high
    rest = flow(page, [*table, *left], [Box(body.x, y, body.width, body.bottom - y)])
    y += height_of(table) + COLUMN_GAP
    lower = Box(body.x, y, body.width, max(body.bottom - y, 0.0))
    columns = columns_of(replace(lower, height=min(foot, lower.height)), _COLUMNS, COLUMN_GAP)
    notes = fine if rest else flow(page, fine, columns)
    pages = [page, *further_pages(rest, top, size, 1), *_stated(profile, top, language)]
    pages += further_pages(notes, top, size, _COLUMNS)
    number_pages(pages, _origin(profile, language), language)
    return pages


def map_picture(profile: CountryProfile, language: Language) -> tuple[Drawing, Drawing]:
    """Draw the map, and beside it its legend and balance, for a page of HTML."""
    drawn = draw_map(profile.scene, Box(0, 0, _MAP_WIDE, _MAP), profile.map_options)
    drawn.drawing.width, drawn.drawing.height = _MAP_WIDE, _MAP
    blocks = panel_blocks(profile.scene, drawn, Column(_PANEL, _TEXT, language))
    panel = Drawing(_PANEL, height_of(blocks))
    flow(panel, blocks, [Box(0, 0, _PANEL, panel.height)])
    return drawn.drawing, panel


def panel_blocks(scene: Scene, drawn: MapDrawing, column: Column) -> list[Block]:
    """Give the legend, the balance, and the units that have no room on the map."""
    names = scene.units["name"].astype("str")
    numbered = [(names.iloc[at], scene.subject.cells[at].text) for at in drawn.keyed]
    return [
        *legend_blocks(scene.subject, (), column),
        space(2.5),
        *balance_blocks(scene.subject, (), column),
        *key_blocks(numbered, len(drawn.unnamed), column),
    ]


def _table(profile: CountryProfile, width: float, language: Language) -> list[Block]:
    if not profile.rows:
        return []
    widths = [width * share for share in _WIDTHS]
    found = [space(2.0), *heading(words.word("title.gaps", language), width, _TEXT * 1.1)]
    found.append(table_row(profile.head, widths, _FINE + 0.4, bold=True))
    found += [table_row(row, widths, _TEXT) for row in profile.rows]
    return [*found, *paragraph(profile.periods, width, _FINE, colour=QUIET)]


def _stated(profile: CountryProfile, top: Heading, language: Language) -> list[Drawing]:
    """Give the pages of what documents say."""
    if not profile.programmes:
        return []
    page = Drawing(*profile.map_options.size)
    body = body_of(page, draw_heading(page, top))
    title, intro = (words.word(key, language) for key in ("country.title", "report.country_intro"))
    said = heading(title, body.width, _TEXT * 1.3)
    said += [*paragraph(intro, body.width, _LINE, colour=QUIET), space(1.5)]
    flow(page, said, [body])
    y = body.y + height_of(said)
    lines = _programmes(profile, (body.width - COLUMN_GAP) / _COLUMNS)
    high = balanced_height(lines, _COLUMNS, body.bottom - y)
    rest = flow(page, lines, columns_of(Box(body.x, y, body.width, high), _COLUMNS, COLUMN_GAP))
    return [page, *further_pages(rest, top, profile.map_options.size, _COLUMNS)]


def _programmes(profile: CountryProfile, width: float) -> list[Block]:
    found: list[Block] = []
    for programme in profile.programmes:
        found += [space(1.6 if found else 0.0), *heading(programme.name, width, _TEXT)]
        for source, lines in programme.by_source:
            for text in lines:
                found += paragraph(f"•\u00a0{text}", width, _LINE)
            found += paragraph(source, width, _FINE, colour=QUIET)
    return found


def _fine(profile: CountryProfile, width: float) -> list[Block]:
    found = section_blocks(profile.sections, width, _FINE)
    return [*found, space(1.0), *paragraph(profile.disclaimer, width, _FINE, colour=QUIET)]


def _origin(profile: CountryProfile, language: Language) -> str:
    drawn = words.word("scale.attribution", language).format(
        outlines=credit_text(profile.scene.units, language),
        waters=credit_text(waters(), language, brief=True),
    )
    return f"{program()} · {drawn}"
