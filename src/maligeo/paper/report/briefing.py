"""What a briefing on a unit or the country says, for slides and documents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.look.outlines import outlines
from maligeo.look.waters import waters
from maligeo.paper.drawing.shapes import INK, Drawing, Stroke, Words
from maligeo.paper.map.basemap import MapDrawing, Scene, draw_map
from maligeo.paper.map.figure import scene_of
from maligeo.paper.map.layout import Column
from maligeo.paper.map.projection import Box
from maligeo.paper.map.subject import Section as NoteSection
from maligeo.paper.office.parts import (
    Briefing,
    Frame,
    Grid,
    Line,
    Look,
    Part,
    Passage,
    Picture,
    Section,
)
from maligeo.paper.options import MapOptions
from maligeo.paper.page import COLUMN_GAP, Block, Heading, columns_of, flow, height_of
from maligeo.paper.report.country_pages import panel_blocks
from maligeo.paper.report.country_profile import CountryProfile
from maligeo.paper.report.numbers import with_remark
from maligeo.paper.report.profile import Profile, Programme, ReportOptions
from maligeo.provenance.record import Provenance, program
from maligeo.readers.credits import credit_text
from maligeo.text.answers import (
    by_class,
    certainty_text,
    heading_text,
    period_lines,
    presence_text,
    question_of,
    sentence,
)

_RIM: Final = 0.9  # millimetres around the unit that a briefing is about
_FINE: Final = 0.04  # millimetres: corners that nobody sees
_FURTHER: Final = 2  # columns of what has no room beside the map


@dataclass(frozen=True)
class Told:
    """What a briefing is made of.

    Attributes
    ----------
    table : pandas.DataFrame
        Density table.
    units : geopandas.GeoDataFrame
        Units of the same vintage.
    options : ReportOptions
        The matrices, the gaps, the language.
    top : Heading
        What stands above it.
    about : Provenance or None
        What it was made from.
    """

    table: pd.DataFrame
    units: gpd.GeoDataFrame
    options: ReportOptions
    top: Heading
    about: Provenance | None

    @property
    def language(self) -> Language:
        """Its language."""
        return self.options.language

    def word(self, key: str) -> str:
        """Give a word in its language."""
        return words.word(key, self.language)


def unit_briefing(profile: Profile, told: Told) -> Briefing:
    """Give the briefing on one unit.

    Parameters
    ----------
    profile : Profile
        What a report says of it.
    told : Told
        What it is made of.
    """
    scene = scene_of(told.table, told.units, _map_options(told, is_slide=False))
    figures = [(one.label, one.value, one.note) for one in profile.numbers.figures]
    head = tuple(map(told.word, ("briefing.name", "briefing.value", "briefing.remark")))
    first: tuple[Part, ...] = (
        _finding(profile.gap, told),
        Grid(told.word("report.figures"), head, tuple(figures)),
        *_periods(profile, told),
    )
    matrix = [
        *_matrix(profile.programmes, profile.programmes_title, told),
        *_matrix(profile.organisations, told.word("report.organisations"), told),
    ]
    sources = [text + (f", {address}" if address else "") for text, address in profile.sources]
    notes = [(told.word("report.quality"), profile.quality), (told.word("notes.sources"), sources)]
    sections = [
        Section(profile.title, first),
        _map_section(scene, told, profile.at),
        Section(told.word("briefing.matrix"), tuple(matrix)),
        _notes(notes, profile.disclaimer, told),
    ]
    return Briefing(told.top, tuple(one for one in sections if one.parts), _origin(told))


def country_briefing(profile: CountryProfile, told: Told) -> Briefing:
    """Give the briefing on the country.

    Parameters
    ----------
    profile : CountryProfile
        What a report says of it.
    told : Told
        What it is made of.
    """
    notes = [
        (section["title"], list(_note_lines(section))) for section in profile.scene.subject.sections
    ]
    sections = [
        Section(profile.title, (Passage(tuple(_answer(told))),)),
        _map_section(profile.scene, told),
        _values(profile, told),
        Section(told.word("briefing.matrix"), tuple(_presence(told))),
        _notes(notes, profile.disclaimer, told),
    ]
    return Briefing(told.top, tuple(one for one in sections if one.parts), _origin(told))


def _values(profile: CountryProfile, told: Told) -> Section:
    """List every unit: its need and response, or where these are not compared its value."""
    if profile.rows:
        title, remarks = told.word("title.gaps"), (profile.periods,)
        return Section(title, (Grid(title, profile.head, profile.rows, remarks),))
    scene = profile.scene
    head = (told.word("report.unit"), scene.subject.unit)
    rows = [
        (str(name), with_remark(cell.text, cell.precision))
        for name, cell in zip(scene.units["name"], scene.subject.cells, strict=True)
    ]
    title = told.word("paper.values")
    return Section(title, (Grid(title, head, tuple(rows), scene.subject.remarks),))


def _note_lines(section: NoteSection) -> Iterator[str]:
    yield from section["paragraphs"]
    for text, address in section["items"]:
        yield text + (f", {address}" if address else "")
    for row in section["grid"]:
        yield " · ".join(row)


def _map_options(told: Told, *, is_slide: bool) -> MapOptions:
    """Let text on a slide be as large as on a poster."""
    return MapOptions(language=told.language, paper="A3" if is_slide else "A4")


def _finding(gap: Sequence[str], told: Told) -> Passage:
    """Give the finding, what is known, and of which time that is."""
    looks: tuple[Look, ...] = ("lead", "text", "quiet")
    if not gap:
        return Passage((Line(told.word("briefing.no_answer")),))
    return Passage(tuple(Line(text, look) for text, look in zip(gap, looks, strict=True)))


def _answer(told: Told) -> Iterator[Line]:
    """Give what is known of every unit, those first that need somebody most."""
    gaps, language = told.options.gaps, told.language
    if gaps is None:
        yield Line(told.word("briefing.no_answer"))
        return
    level = int(told.units["level"].iloc[0]) if "level" in told.units.columns else 1
    question = question_of(gaps, level)
    for name, rows in by_class(gaps):
        yield Line(told.word(f"answer.class.{name}"), "heading")
        for row in rows:
            sure = certainty_text(row, language)
            yield Line(sentence(row, question, language) + (f" [{sure}]" if sure else ""))
    yield Line(" · ".join(period_lines(gaps, language)), "quiet")


def _matrix(programmes: Sequence[Programme], title: str, told: Told) -> Iterator[Grid]:
    """List who is in a unit, who is named there, and who is not."""
    if not programmes:
        return
    keys = ("briefing.name", "report.projects", "briefing.remark")
    rows = [(one.name, presence_text(one.count, told.language), one.note) for one in programmes]
    remarks = (told.word("briefing.presence"),)
    yield Grid(title, tuple(map(told.word, keys)), tuple(rows), remarks)


def _presence(told: Told) -> Iterator[Grid]:
    """Give the matrices of all units, with what is in none of them."""
    for presence in (told.options.presence, told.options.organisations):
        if presence is None or not len(presence.columns):
            continue
        by = presence.columns.name
        names = [heading_text(code, by, told.language) for code in presence.columns]
        rows = [
            (_place(kind, name, told), *(presence_text(cell, told.language) for cell in cells))
            for (kind, _, name), *cells in presence.itertuples(name=None)
        ]
        head = (told.word("presence.region"), *names)
        title = told.word(f"presence.title_{by}")
        yield Grid(title, head, tuple(rows), (told.word("briefing.presence"),))


def _place(kind: str, name: object, told: Told) -> str:
    return str(name) if kind == "unit" else told.word(f"place.{kind}").format(name=name)


def _periods(profile: Profile, told: Told) -> Iterator[Grid]:
    """Give the counts of the latest periods."""
    if not profile.periods:
        return
    keys = ["control.period", "report.count", *(["report.per_people"] if profile.has_rates else [])]
    rows = [row.cells(has_rates=profile.has_rates) for row in profile.periods]
    remarks = (*filter(None, (profile.earlier,)), *profile.numbers.remarks)
    yield Grid(told.word("report.periods"), tuple(map(told.word, keys)), tuple(rows), remarks)


def _map_section(scene: Scene, told: Told, at: int | None = None) -> Section:
    names = scene.units["name"].astype("str")
    values = [
        words.word("paper.remark", told.language).format(names=name, remark=cell.text)
        for name, cell in zip(names, scene.subject.cells, strict=True)
    ]
    text = f"{scene.subject.heading}. {'; '.join(values)}"
    return Section(scene.subject.heading, (Picture(partial(_drawings, scene, told, at), text),))


def _drawings(scene: Scene, told: Told, at: int | None, frame: Frame) -> list[Drawing]:
    """Draw the map with its legend and balance beside it, and what of these has no room."""
    options = _map_options(told, is_slide=frame.is_slide)
    drawn = draw_map(scene, Box(0, 0, frame.map_width, frame.height), options)
    drawing = Drawing(frame.width, frame.height, list(drawn.drawing.shapes))
    if at is not None:
        _mark(drawing, drawn, scene, at)
    left = frame.map_width + COLUMN_GAP
    blocks = _fitting_panel(scene, drawn, frame, told.language)
    rest = flow(drawing, blocks, [Box(left, 0, frame.width - left, frame.height)])
    return [drawing, *_further(rest, frame)]


def _fitting_panel(
    scene: Scene, drawn: MapDrawing, frame: Frame, language: Language
) -> list[Block]:
    """Give legend and balance in the largest letters that have room beside the map."""
    width, blocks = frame.width - frame.map_width - COLUMN_GAP, list[Block]()
    for size in frame.sizes:
        blocks = panel_blocks(scene, drawn, Column(width, size, language))
        if height_of(blocks) <= frame.height:
            break
    return blocks


def _further(rest: Sequence[Block], frame: Frame) -> Iterator[Drawing]:
    while rest:
        drawing = Drawing(frame.width, frame.height)
        box = Box(0, 0, frame.width, frame.height)
        rest = flow(drawing, rest, columns_of(box, _FURTHER, COLUMN_GAP))
        yield drawing


def _mark(drawing: Drawing, drawn: MapDrawing, scene: Scene, at: int) -> None:
    """Draw a rim around the unit that a briefing is about, below all words."""
    outline = drawn.projection.shape(outlines(scene.units).shapes[[at]])[0]
    rim = shapely.boundary(shapely.simplify(outline, _FINE))
    first = next(
        (place for place, one in enumerate(drawing.shapes) if isinstance(one, Words)),
        len(drawing.shapes),
    )
    drawing.shapes.insert(first, Stroke(rim, INK, _RIM))


def _notes(parts: Sequence[tuple[str, Sequence[str]]], disclaimer: str, told: Told) -> Section:
    """Give limits and sources, and how the briefing was made."""
    lines = list[Line]()
    for title, texts in (*parts, (told.word("export.made"), list(_made(told)))):
        if texts:
            lines += [Line(title, "heading"), *(Line(text, "quiet") for text in texts)]
    lines.append(Line(disclaimer, "quiet"))
    return Section(told.word("notes.title"), (Passage(tuple(lines)),))


def _made(told: Told) -> Iterator[str]:
    """Say what made it, of what, and how that is checked."""
    yield program()
    if told.about is None:
        return
    remark = told.word("paper.remark")
    yield remark.format(names=told.word("export.command"), remark=told.about.request)
    for part in told.about.inputs:
        named = " ".join(filter(None, (part.role, part.name, part.sha256)))
        yield remark.format(names=told.word("export.input"), remark=named)
    yield told.word("briefing.verify")


def _origin(told: Told) -> str:
    drawn = told.word("scale.attribution").format(
        outlines=credit_text(told.units, told.language),
        waters=credit_text(waters(), told.language, brief=True),
    )
    return f"{program()} · {drawn}"
