"""How the page of a map is laid out, and the pages for what has no room on it."""

from dataclasses import dataclass, replace
from typing import Final

from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.look.outlines import outlines_source
from maligeo.paper.drawing.shapes import QUIET, Drawing
from maligeo.paper.map.basemap import MapDrawing, Scene, draw_map, seen_bounds
from maligeo.paper.map.legend import (
    Column,
    balance_blocks,
    gap_blocks,
    key_blocks,
    legend_blocks,
    section_blocks,
)
from maligeo.paper.map.projection import Box, Projection, aspect
from maligeo.paper.options import MapOptions
from maligeo.paper.page.blocks import (
    Block,
    balanced_height,
    columns_of,
    flow,
    height_of,
    paragraph,
    space,
    valued,
)
from maligeo.paper.page.pages import (
    COLUMN_GAP,
    Heading,
    body_of,
    draw_heading,
    further_pages,
    number_pages,
)
from maligeo.provenance.record import program

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
        *(gap_blocks(subject, column) if subject.two_way else []),
        space(2.5),
        *balance_blocks(subject, scene.overlays, column),
        *key_blocks(numbered, len(drawn.unnamed), column),
    ]


def _values(scene: Scene, column: Column) -> list[Block]:
    """List each unit with its value and interval; of gaps the ranking does so."""
    subject = scene.subject
    if subject.two_way:
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
    outlines = outlines_source(scene.units)
    return " · ".join(
        (
            program(),
            words.word("paper.projection", language).format(latitude=latitude),
            words.word("scale.attribution", language).format(outlines=outlines),
        )
    )
