"""The profile of a unit as a PDF for paper."""

from collections.abc import Callable, Sequence
from typing import Final

import geopandas as gpd

from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.paper.drawing.fonts import fitting
from maligeo.paper.drawing.shapes import QUIET, Drawing, Fill, rectangle
from maligeo.paper.map.projection import Box
from maligeo.paper.options import SHEETS
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
    picture,
    space,
    table_row,
    valued,
)
from maligeo.paper.report.charts import locator_map, trend_chart
from maligeo.paper.report.numbers import Figure, with_remark
from maligeo.paper.report.profile import Profile
from maligeo.provenance.record import program
from maligeo.readers.credits import credit_text
from maligeo.text.answers import presence_text

_WIDE: Final = 0.61  # of the width, for numbers
_TILES: Final = 4  # key figures in a row
_TEXT, _FINE = 7.0, 5.6  # points
_VALUES: Final = (12.0, 10.5, 9.0, 8.0, 7.0)
_LOCATOR: Final = 44.0  # millimetres
_CHART: Final = 48.0
_GROWTH: Final = 0.6  # of a picture, at most


def report_pages(
    profile: Profile, units: gpd.GeoDataFrame, top: Heading, language: Language
) -> list[Drawing]:
    """Lay a profile out on one A4, and on further pages what has no room.

    Parameters
    ----------
    profile : Profile
        What it says.
    units : geopandas.GeoDataFrame
        For the map that shows where the unit lies.
    top : Heading
        What stands above the page.
    language : {"fr", "en"}
        Language of the texts.
    """
    high, wide = SHEETS["A4"]
    page = Drawing(wide, high)
    body = body_of(page, draw_heading(page, top))
    body = _below(body, _draw_tiles(page, profile.numbers.figures, body))
    left_width = (body.width - COLUMN_GAP) * _WIDE
    right_width = body.width - COLUMN_GAP - left_width
    fine = _fine(profile, (body.width - COLUMN_GAP) / 2, language)

    published = [_published(profile, one, language) for one in (left_width, right_width)]

    def left_of(high: float) -> list[Block]:
        return _left(profile, left_width, language, high) + published[0]

    def right_of(high: float) -> list[Block]:
        return _right(profile, units, right_width, language, high) + published[1]

    longer_left = height_of(left_of(_CHART)) > height_of(right_of(_LOCATOR))
    published[0 if longer_left else 1] = []  # they stand once, where they are the lower
    need = max(height_of(left_of(_CHART)), height_of(right_of(_LOCATOR)))
    foot = balanced_height(fine, 2, max(body.height - need - COLUMN_GAP, 0.0))
    room = body.height - foot - COLUMN_GAP
    left, right = _filled(left_of, _CHART, room), _filled(right_of, _LOCATOR, room)
    high_enough = min(max(height_of(left), height_of(right)), room)
    upper = Box(body.x, body.y, body.width, high_enough)
    rest = flow(page, left, [Box(body.x, upper.y, left_width, upper.height)])
    rest += flow(page, right, [Box(body.right - right_width, upper.y, right_width, upper.height)])
    lower = Box(body.x, upper.bottom + COLUMN_GAP, body.width, foot)
    rest += flow(page, fine, columns_of(lower, 2, COLUMN_GAP))
    pages = [page, *further_pages(rest, top, (wide, high), 1)]
    number_pages(pages, f"{program()} · {_credit(units, language)}", language)
    return pages


def _credit(units: gpd.GeoDataFrame, language: Language) -> str:
    outlines = words.word("notes.source_outlines", language)
    return words.word("paper.remark", language).format(
        names=outlines, remark=credit_text(units, language)
    )


def _below(body: Box, high: float) -> Box:
    return Box(body.x, body.y + high, body.width, body.height - high)


def _draw_tiles(page: Drawing, figures: Sequence[Figure], body: Box) -> float:
    """Draw key figures in rows of frames; give how high they are together."""
    gap = 2.0
    width = (body.width - gap * (_TILES - 1)) / _TILES
    y = body.y
    for start in range(0, len(figures), _TILES):
        row = [_tile(figure, width - 3) for figure in figures[start : start + _TILES]]
        high = max(map(height_of, row)) + 2.4
        for at, blocks in enumerate(row):
            x = body.x + at * (width + gap)
            page.add(Fill(rectangle(x, y, width, high), None, "#d5dce1", 0.2))
            flow(page, blocks, [Box(x + 1.5, y + 1.0, width - 3, high)])
        y += high + gap
    return y - body.y


def _tile(figure: Figure, width: float) -> list[Block]:
    size = fitting(figure.value, width, _VALUES, bold=True)
    return [
        *paragraph(figure.label, width, _FINE + 0.4, colour=QUIET),
        *paragraph(figure.value, width, size, bold=True),
        *(paragraph(figure.note, width, _FINE + 0.2, colour=QUIET) if figure.note else []),
    ]


def _filled(
    column: Callable[[float], list[Block]], picture_high: float, room: float
) -> list[Block]:
    """Let the picture of a column grow into the room that is left, so far as it stays itself."""
    found = column(picture_high)
    spare = min(room - height_of(found), picture_high * _GROWTH)
    return column(picture_high + spare) if spare > 0 else found


def _left(profile: Profile, width: float, language: Language, chart_high: float) -> list[Block]:
    numbers = profile.numbers
    chart = trend_chart(numbers.trend, width, chart_high, language)
    found = [*heading(profile.trend_title, width, _TEXT * 1.1), picture(chart)]
    found += paragraph(profile.trend_note, width, _FINE, colour=QUIET)
    if numbers.periods:
        found += _period_table(profile, width, language)
    if profile.balance:
        found += [space(2.4), *heading(profile.balance_title, width, _TEXT * 1.1)]
        found += [valued(label, value, width, _TEXT) for label, value in profile.balance]
    if profile.country:
        title = words.word("results.country", language)
        found += [space(2.4), *heading(title, width, _TEXT * 1.1)]
        for name, text in profile.country:
            said = words.word("paper.remark", language).format(names=name, remark=text)
            found += paragraph(said, width, _FINE)
    return found


def _period_table(profile: Profile, width: float, language: Language) -> list[Block]:
    has_rates = profile.has_rates
    keys = ["control.period", "report.count", *(["report.per_people"] if has_rates else [])]
    widths = [width * part for part in ((0.34, 0.26, 0.40) if has_rates else (0.5, 0.5))]
    found = [space(2.4), *heading(words.word("report.periods", language), width, _TEXT * 1.1)]
    head = [words.word(key, language) for key in keys]
    found.append(table_row(head, widths, _FINE + 0.4, bold=True))
    for row in profile.periods:
        found.append(table_row(row.cells(has_rates=has_rates), widths, _TEXT * 0.94))
    for text in (*filter(None, (profile.earlier,)), *profile.numbers.remarks):
        found += paragraph(text, width, _FINE, colour=QUIET)
    return found


def _right(
    profile: Profile, units: gpd.GeoDataFrame, width: float, language: Language, map_high: float
) -> list[Block]:
    locator = locator_map(units, profile.at, width, map_high)
    found = [*heading(profile.locator_title, width, _TEXT * 1.1), space(1.0), picture(locator)]
    if profile.gap:
        gaps = words.word("title.gaps", language)
        found += [space(2.4), *heading(gaps, width, _TEXT * 1.1)]
        first, *others = profile.gap
        found += paragraph(first, width, _TEXT * 0.94, bold=True)
        for text in others:
            found += paragraph(text, width, _TEXT * 0.94)
    if profile.programmes:
        found += [space(2.4), *_programmes(profile, width, language)]
    if profile.organisations:
        found += [space(2.4), *_organisations(profile, width, language)]
    return found


def _published(profile: Profile, width: float, language: Language) -> list[Block]:
    if not profile.published:
        return []
    title = words.word("country.card", language)
    found = [space(2.4), *heading(title, width, _TEXT * 1.1)]
    for text in profile.published:
        found += paragraph(f"•\u00a0{text}", width, _FINE)
    return found


def _organisations(profile: Profile, width: float, language: Language) -> list[Block]:
    found = heading(words.word("report.organisations", language), width, _TEXT * 1.1)
    for one in profile.organisations:
        text = one.note if one.count == 0 else presence_text(one.count, language)
        found += paragraph(with_remark(one.name, text), width, _TEXT * 0.94)
    return found


def _programmes(profile: Profile, width: float, language: Language) -> list[Block]:
    found = heading(profile.programmes_title, width, _TEXT * 1.1)
    for key, named in profile.programmes_by_presence():
        found += paragraph(
            words.word(key, language), width, _TEXT * 0.94, bold=True, colour=QUIET, holds=True
        )
        if not named:
            found += paragraph(words.word("report.none", language), width, _TEXT * 0.94)
        for one in named:
            if one.count:
                count = words.number_text(one.count, language)
                found.append(valued(one.name, count, width, _TEXT * 0.94))
            else:
                text = with_remark(one.name, one.note)
                found += paragraph(text, width, _TEXT * 0.94)
    return found


def _fine(profile: Profile, width: float, language: Language) -> list[Block]:
    found = heading(words.word("report.quality", language), width, _FINE * 1.1)
    for text in profile.quality:
        found += paragraph(f"•\u00a0{text}", width, _FINE, colour=QUIET)
    found += [space(1.0), *heading(words.word("notes.sources", language), width, _FINE * 1.1)]
    for text, address in profile.sources:
        line = f"•\u00a0{text}" + (f", {address}" if address else "")
        found += paragraph(line, width, _FINE, colour=QUIET)
    return [*found, space(1.0), *paragraph(profile.disclaimer, width, _FINE, colour=QUIET)]
