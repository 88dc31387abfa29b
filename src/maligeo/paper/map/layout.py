"""How the page of a map is laid out: legend, balance, ranking, and pages for the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.look.waters import waters
from maligeo.paper.drawing.shapes import (
    MM_PER_POINT,
    QUIET,
    Drawing,
    Fill,
    Shape,
    dots_over,
    missing,
    rectangle,
)
from maligeo.paper.map.basemap import MapDrawing, Scene, draw_map, seen_bounds
from maligeo.paper.map.overlays import Overlay
from maligeo.paper.map.projection import Box, Projection, aspect
from maligeo.paper.map.subject import Section, Subject
from maligeo.paper.options import MapOptions
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
    signed,
    space,
    table_row,
    valued,
)
from maligeo.provenance.record import program
from maligeo.readers.credits import credit_text

_EDGE: Final = "#7c8790"
_LEVELS: Final = ("low", "middle", "high")


@dataclass(frozen=True)
class Column:
    """A column of text.

    Attributes
    ----------
    width : float
        In millimetres.
    size : float
        Of its text, in points.
    language : {"fr", "en"}
        Language of its words.
    """

    width: float
    size: float
    language: Language

    def title(self, text: str) -> list[Block]:
        """Give a heading that stays with what follows."""
        return heading(text, self.width, self.size * 1.08)

    def remark(self, text: str, *, holds: bool = False) -> list[Block]:
        """Give a text in small quiet letters."""
        return paragraph(text, self.width, self.size * 0.88, colour=QUIET, holds=holds)


def legend_blocks(subject: Subject, overlays: Sequence[Overlay], column: Column) -> list[Block]:
    """Give the legend of a map and of what lies over it."""
    width, size = column.width, column.size
    found = [*column.title(subject.unit), space(1.2)]
    for entry in subject.legend:
        sign = swatch(
            subject.fills[entry.index + 1],
            size,
            hatched=entry.index < 0,
            dotted=entry.index in subject.dotted,
        )
        found.append(signed(sign, entry.label, entry.note, width, size, holds=True))
    for remark in subject.remarks:
        found += column.remark(remark, holds=True)
    found.append(space(0.1))
    for overlay in overlays:
        found += [space(2.2), *column.title(overlay.title), space(1.0)]
        for key in overlay.keys:
            count = words.number_text(key.count, column.language)
            text = words.word("paper.counted", column.language)
            named = text.format(name=key.name, count=count)
            found.append(signed(key.sign, named, "", width, size, holds=True))
        for remark in overlay.remarks:
            found += column.remark(remark)
    return found


def finding_blocks(subject: Subject, column: Column) -> list[Block]:
    """List what is known of need and response, class by class."""
    found: list[Block] = []
    for title, told in subject.findings:
        found += [space(2.0), *column.title(title), space(0.8)]
        for text, sure in told:
            found += column.remark(f"{text} [{sure}]" if sure else text)
            found.append(space(0.9))
    return found


def balance_blocks(subject: Subject, overlays: Sequence[Overlay], column: Column) -> list[Block]:
    """Give the balance of what is placed and what is not, of the units and of each layer."""
    width, size, found = column.width, column.size, list[Block]()
    if subject.lines or subject.asides:
        title = column.title(words.word("unplaced.title", column.language))
        found += [*title, space(0.8)]
    for row in subject.lines:
        found.append(valued(row["label"], row["value"], width, size, strong=row["strong"]))
    for aside in subject.asides:
        found += column.remark(aside)
    for overlay in overlays:
        found += [space(2.0), *heading(overlay.section["title"], width, size)]
        for label, value in overlay.section["grid"][1:]:
            found.append(valued(label, value, width, size, holds=True))
        found.append(space(0.1))
    return found


def key_blocks(numbered: Sequence[tuple[str, str]], unnamed: int, column: Column) -> list[Block]:
    """Name the units that stand as numbers on the map, and count those without a name."""
    width, size, found = column.width, column.size, list[Block]()
    if numbered:
        found += [space(2.0), *heading(words.word("paper.numbers", column.language), width, size)]
    for number, (name, value) in enumerate(numbered, start=1):
        found.append(valued(f"{number}  {name}", value, width, size * 0.9))
    if unnamed:
        count = words.number_text(unnamed, column.language)
        text = words.word("paper.unnamed", column.language).format(count=count)
        found += [space(1.0), *column.remark(text)]
    return found


def section_blocks(sections: Sequence[Section], width: float, size: float) -> list[Block]:
    """Give notes as `maligeo.text.notes.Notes.sections` gives them."""
    found: list[Block] = []
    for section in sections:
        if found:
            found.append(space(size * 0.25))
        found += heading(section["title"], width, size)
        for text in section["paragraphs"]:
            found += paragraph(text, width, size, colour=QUIET)
        for text, address in section["items"]:
            line = f"•\u00a0{text}" + (f", {address}" if address else "")
            found += paragraph(line, width, size, colour=QUIET)
        for at, row in enumerate(section["grid"]):
            widths = [width * 0.46, *[width * 0.54 / (len(row) - 1)] * (len(row) - 1)]
            found.append(table_row(row, widths, size, bold=at == 0))
    return found


def swatch(
    colour: str, size: float, *, hatched: bool = False, dotted: bool = False
) -> Callable[[float, float], list[Shape]]:
    """Give the sign of a class: its colour in a frame, the hatching of what is missing, or dots."""
    wide, high = 2.1 * size * MM_PER_POINT, 1.05 * size * MM_PER_POINT

    def shapes(x: float, y: float) -> list[Shape]:
        patch = rectangle(x - wide / 2, y - high / 2, wide, high)
        inside: list[Shape] = missing(patch, spacing=1.1) if hatched else [Fill(patch, colour)]
        inside += dots_over(patch, spacing=1.0) if dotted else []
        return [*inside, Fill(patch, None, _EDGE, 0.15)]

    return shapes


_AIR: Final = 2.5  # millimetres above the notes
_PANEL: Final = 96.0  # millimetres next to a map, at least
_MAP_SHARE: Final = 0.56  # of the body, for the map at least
_COLUMNS: Final = 2
_TOGETHER: Final = 15  # values that are not torn apart
_FURTHER: Final = {True: 3, False: 2}  # columns of further pages, by whether they lie level
_TEXT, _NOTE = 7.2, 5.8  # points


@dataclass(frozen=True)
class _Plan:
    """Where the map and the columns to the right or below it stand."""

    map: Box
    columns: tuple[Box, ...]


@dataclass(frozen=True)
class _Texts:
    """What stands in the columns: what belongs to the map, all values, all notes."""

    panel: tuple[Block, ...]
    values: tuple[Block, ...]
    notes: tuple[Block, ...]

    @property
    def short(self) -> list[Block]:
        return [*self.panel, space(_AIR), *self.notes]

    @property
    def left(self) -> list[Block]:
        return [*self.panel, *self.values]

    @property
    def long(self) -> list[Block]:
        return [*self.left, space(_AIR), *self.notes]


def map_pages(scene: Scene, top: Heading, options: MapOptions, *, several: bool) -> list[Drawing]:
    """Lay a map out on its page, and what has no room there on further ones.

    Parameters
    ----------
    scene : Scene
        What is drawn.
    top : Heading
        What stands above it.
    options : MapOptions
        Paper and language.
    several : bool
        Whether there can be further pages; if not, the footer says what is left out.

    Returns
    -------
    list of Drawing
        The page of the map, and any others.
    """
    page = Drawing(*options.size)
    body = _disclaimed(page, body_of(page, draw_heading(page, top)), options)
    plan = _beside(scene, body, options)
    drawn = draw_map(scene, plan.map, options)
    if not options.is_landscape:  # columns below the map take room from it
        plan = _below(_texts(scene, options, plan, drawn), body, options)
        drawn = draw_map(scene, plan.map, options)
    page.put(drawn.drawing, 0, 0)
    texts = _texts(scene, options, plan, drawn)
    has_room = not flow(Drawing(1, 1), texts.long, plan.columns)
    if has_room and _fits_apart(texts, plan):
        rest = flow(page, texts.left, plan.columns[:1]) + flow(page, texts.notes, plan.columns[1:])
    else:
        rest = flow(page, texts.long if has_room else texts.short, plan.columns)
    pages = [page]
    if several:
        left = [*rest, *([] if has_room else texts.values)]
        columns = _FURTHER[options.is_landscape]
        pages += further_pages(left, _heading_of_notes(top), options.size, columns)
    origin, cut = _origin(scene, drawn.projection, options.language), bool(rest) and not several
    number_pages(pages, origin, options.language, cut=cut, scale=options.text_scale)
    return pages


def _heading_of_notes(top: Heading) -> Heading:
    subtitle = " · ".join(filter(None, (top.title, top.subtitle)))
    return replace(top, title=words.word("notes.title", top.language), subtitle=subtitle)


def _fits_apart(texts: _Texts, plan: _Plan) -> bool:
    """Tell whether the notes have room in a column of their own."""
    left = flow(Drawing(1, 1), texts.left, plan.columns[:1])
    return not left and not flow(Drawing(1, 1), texts.notes, plan.columns[1:])


def _disclaimed(page: Drawing, body: Box, options: MapOptions) -> Box:
    """Write the disclaimer at the foot of the body; give the room above it."""
    text = words.word("notes.disclaimer", options.language)
    size = _NOTE * options.text_scale
    blocks = paragraph(text, body.width, size, colour=QUIET)
    high = height_of(blocks)
    flow(page, blocks, [Box(body.x, body.bottom - high, body.width, high + 0.1)])
    return Box(body.x, body.y, body.width, body.height - high - 1.5)


def _beside(scene: Scene, body: Box, options: MapOptions) -> _Plan:
    """Put the columns on the right; the map is as high as the page."""
    gap = COLUMN_GAP * options.text_scale
    wide = body.height * aspect(seen_bounds(scene))
    least, most = body.width * _MAP_SHARE, body.width - gap - _PANEL * options.text_scale
    map_box = Box(body.x, body.y, min(max(wide, least), most), body.height)
    left = map_box.right + gap
    columns = columns_of(Box(left, body.y, body.right - left, body.height), _COLUMNS, gap)
    return _Plan(map_box, tuple(columns))


def _below(texts: _Texts, body: Box, options: MapOptions) -> _Plan:
    """Put the columns below the map, as high as they need to be and the map lets them."""
    gap = COLUMN_GAP * options.text_scale
    most = body.height * (1 - _MAP_SHARE) - gap
    high = balanced_height(texts.long, _COLUMNS, most)
    if high >= most:
        high = balanced_height(texts.short, _COLUMNS, most)
    map_box = Box(body.x, body.y, body.width, body.height - high - gap)
    below = Box(body.x, map_box.bottom + gap, body.width, high)
    return _Plan(map_box, tuple(columns_of(below, _COLUMNS, gap)))


def _texts(scene: Scene, options: MapOptions, plan: _Plan, drawn: MapDrawing) -> _Texts:
    size, width = _TEXT * options.text_scale, plan.columns[0].width
    if not options.is_landscape:
        width = (plan.map.width - COLUMN_GAP * options.text_scale) / _COLUMNS
    column = Column(width, size, options.language)
    return _Texts(
        tuple(_panel(scene, column, drawn)),
        tuple(_values(scene, column)),
        tuple(section_blocks(scene.subject.sections, width, size * _NOTE / _TEXT)),
    )


def _panel(scene: Scene, column: Column, drawn: MapDrawing) -> list[Block]:
    """Give the legend, the balance and the numbers on the map."""
    subject = scene.subject
    numbered = [(str(scene.units["name"].iloc[at]), subject.cells[at].text) for at in drawn.keyed]
    return [
        *legend_blocks(subject, scene.overlays, column),
        *finding_blocks(subject, column),
        space(2.5),
        *balance_blocks(subject, scene.overlays, column),
        *key_blocks(numbered, len(drawn.unnamed), column),
    ]


def _values(scene: Scene, column: Column) -> list[Block]:
    """List each unit with its value and interval; of need and response the findings do so."""
    subject = scene.subject
    if subject.findings:
        return []
    title = column.title(words.word("paper.values", column.language))
    found = [space(2.5), *title, replace(space(0.8), holds=True)]
    together = len(scene.units) <= _TOGETHER
    for name, cell in zip(scene.units["name"], subject.cells, strict=True):
        value = f"{cell.text} ({cell.precision})" if cell.precision else cell.text
        found.append(valued(str(name), value, column.width, column.size * 0.9, holds=together))
    return [*found, space(0.1)]


def _origin(scene: Scene, projection: Projection, language: Language) -> str:
    """Say what made the page, in which projection, and whose outlines it shows."""
    latitude = words.number_text(projection.latitude, language, decimals=1)
    outlines = credit_text(scene.units, language)
    return " · ".join(
        (
            program(),
            words.word("paper.projection", language).format(latitude=latitude),
            words.word("scale.attribution", language).format(
                outlines=outlines, waters=credit_text(waters(), language, brief=True)
            ),
        )
    )
