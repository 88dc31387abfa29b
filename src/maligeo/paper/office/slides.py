"""A briefing as slides for PowerPoint and LibreOffice Impress (ECMA-376-1, 13)."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from maligeo.core import words
from maligeo.core.errors import require
from maligeo.paper.drawing.fonts import fitting, printable, text_width, wrapped
from maligeo.paper.drawing.shapes import INK, MM_PER_POINT, QUIET, RULE, Drawing, Words
from maligeo.paper.map.projection import Box
from maligeo.paper.office.archive import describe, finished
from maligeo.paper.office.drawingml import (
    EMU,
    MAIN,
    box_of,
    box_of_all,
    box_xml,
    colour_xml,
    group_xml,
    name_of,
    quoted,
    shape_xml,
    shown,
)
from maligeo.paper.office.parts import (
    TYPEFACE,
    Briefing,
    Frame,
    Grid,
    Line,
    Look,
    Part,
    Passage,
    Picture,
)
from maligeo.paper.page import BANNER, BANNER_EDGE, BANNER_INK, INTERNAL

_WHY: Final = "a briefing for PowerPoint"
_WIDE, _HIGH = 338.667, 190.5  # millimetres: 16 to 9, as PowerPoint makes them
_OLD_WIDE: Final = 254.0  # of the library's empty file
_MARGIN: Final = 14.0
_TOP: Final = 9.0
_FOOT: Final = 180.0
_GAP: Final = 5.0
_TITLES: Final = (26.0, 24.0, 22.0, 20.0, 18.0, 16.0)  # points
_SUBTITLE, _SMALL = 12.0, 9.0
_SIZES: Final[dict[Look, float]] = {"lead": 20.0, "heading": 14.0, "text": 14.0, "quiet": 10.5}
_BEFORE: Final[dict[Look, float]] = {"lead": 2.0, "heading": 3.5, "text": 1.2, "quiet": 1.2}
_CELL: Final = 11.0  # points
_PADS: Final = (2.0, 1.0)  # millimetres in a cell, at its sides, above and below
_LEADING: Final = 1.22
_MAP_SHARE: Final = 0.6
_LEGENDS: Final = (11.0, 10.0, 9.0, 8.0, 7.0)
_TITLE_ONLY: Final = 5  # the layout of the library's empty file
_GRID_STYLE: Final = "{5940675A-B579-460E-94D1-54222C63F5DA}"  # "No Style, Table Grid"
_HEAD: Final = "#e4e9ed"
_LOCALES: Final = {"fr": "fr-FR", "en": "en-GB"}
_SIDES: Final = {"left": "l", "middle": "ctr", "right": "r"}
_SPACES: Final = (
    f'xmlns:a="{MAIN}" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)


@dataclass(frozen=True)
class _Text:
    """Letters of one kind."""

    size: float
    bold: bool = False
    colour: str = INK

    @classmethod
    def of(cls, look: Look) -> "_Text":
        bold = look in ("lead", "heading")
        return cls(_SIZES[look], bold, QUIET if look == "quiet" else INK)

    @property
    def step(self) -> float:
        """Height of a line in millimetres."""
        return self.size * _LEADING * MM_PER_POINT

    def height(self, text: str, width: float) -> float:
        """Give how high a text is at most, in a column of a width."""
        return max(len(wrapped(text, width, self.size, bold=self.bold)), 1) * self.step


def slides(briefing: Briefing, record: str) -> bytes:
    """Write a briefing as slides.

    Each says for whom it is, and whether data are made up; so does one that is copied alone.

    Parameters
    ----------
    briefing : Briefing
        What they say.
    record : str
        What it was made from, as JSON; may be empty.

    Raises
    ------
    MissingDependencyError
        If python-pptx is not installed.
    """
    deck = _Deck(briefing)
    for section in briefing.sections:
        deck.begin(section.title)
        for part in section.parts:
            deck.put(part)
    whole = io.BytesIO()
    deck.file.save(whole)
    return finished(whole.getvalue(), record)


class _Deck:
    """Slides, and where the next part stands on the last of them."""

    def __init__(self, briefing: Briefing) -> None:
        pptx = require("pptx", extra="office", why=_WHY)
        self.file: Any = pptx.Presentation()
        self.briefing, self.top = briefing, briefing.top
        self.slide: Any = None
        self.y = self.start = 0.0
        self.title, self.continued = "", 0
        self.file.slide_width, self.file.slide_height = _length(_WIDE), _length(_HIGH)
        describe(self.file.core_properties, briefing.top)
        master = self.file.slide_master
        for holder in [master, *self.file.slide_layouts]:
            _widen(holder)

    @property
    def width(self) -> float:
        """Room from margin to margin."""
        return _WIDE - 2 * _MARGIN

    @property
    def room(self) -> float:
        """Height that is left on the slide."""
        return _FOOT - _GAP - self.y

    @property
    def is_begun(self) -> bool:
        """Whether anything stands on the slide below its title."""
        return self.y > self.start

    def begin(self, title: str) -> None:
        """Begin a section on a slide of its own."""
        self.title, self.continued = title, 0
        self._add_slide()

    def put(self, part: Part) -> None:
        """Put a part of a section below what is there, and go on to further slides."""
        if isinstance(part, Passage):
            self._put_lines(part.lines)
        elif isinstance(part, Grid):
            for grid in part.parted(_CELL, self.width):
                self._put_grid(grid)
        else:
            self._put_picture(part)

    def _add_slide(self) -> None:
        self.slide = self.file.slides.add_slide(self.file.slide_layouts[_TITLE_ONLY])
        self.continued += 1
        title = self.title if self.continued == 1 else f"{self.title} ({self.continued})"
        mark = self._mark()
        width = self.width - mark - _GAP
        size = fitting(title, width, _TITLES, bold=True)
        text = _Text(size, bold=True)
        high = text.height(title, width)
        _fill(self.slide.shapes.title, [(title, text)], self.top.language)
        _place(self.slide.shapes.title, Box(_MARGIN, _TOP, width, high))
        self.y = _TOP + high + 1.0
        below = self.top.title if self.title != self.top.title else ""
        subtitle = " · ".join(filter(None, (below, self.top.subtitle)))
        self.y += self._text([(subtitle, _Text(_SUBTITLE, colour=QUIET))], self.y)
        if self.top.synthetic:
            self._banner()
        self._foot()
        self.y += 3.0
        self.start = self.y

    def _mark(self) -> float:
        """Say for whom the slide is, in its upper right corner; give the width of the words."""
        internal = self.top.audience == "internal"
        text = words.word(f"audience.{self.top.audience}", self.top.language)
        look = _Text(14.0 if internal else 11.0, internal, INTERNAL if internal else QUIET)
        width = text_width(text, look.size, bold=look.bold) + 1.0
        box = Box(_WIDE - _MARGIN - width, _TOP, width, look.step)
        _align(self._box(box, [(text, look)]), "RIGHT")
        return width

    def _banner(self) -> None:
        """Say in a strip that data are made up."""
        text = words.word("synthetic.banner", self.top.language)
        look = _Text(_SUBTITLE, bold=True, colour=BANNER_INK)
        high = look.height(text, self.width - 6) + 2.0
        shape = self._box(Box(_MARGIN, self.y + 1.0, self.width, high), [(text, look)])
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb(BANNER)
        shape.line.color.rgb = _rgb(BANNER_EDGE)
        shape.text_frame.margin_left = shape.text_frame.margin_right = _length(3.0)
        shape.text_frame.margin_top = _length(1.0)
        self.y += high + 1.0

    def _foot(self) -> None:
        line = self.slide.shapes.add_connector(
            1, _length(_MARGIN), _length(_FOOT), _length(_WIDE - _MARGIN), _length(_FOOT)
        )
        line.line.color.rgb, line.line.width = _rgb(RULE), _length(0.2)
        line.shadow.inherit = False
        small = _Text(_SMALL, colour=QUIET)
        room = self.width - 20.0
        size = fitting(self.briefing.origin, room, (9.0, 8.0, 7.0, 6.0))
        origin = wrapped(self.briefing.origin, room, size)[0]
        self._box(
            Box(_MARGIN, _FOOT + 1.0, room, small.step), [(origin, _Text(size, colour=QUIET))]
        )
        number = self._box(
            Box(_WIDE - _MARGIN - 18.0, _FOOT + 1.0, 18.0, small.step), [("", small)]
        )
        _align(number, "RIGHT")
        paragraph = number.text_frame.paragraphs[0]._p
        paragraph.insert(1, _parsed(
            f'<a:fld {_SPACES} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">'
            f'<a:rPr lang="{_LOCALES[self.top.language]}" sz="{round(_SMALL * 100)}">'
            f"{colour_xml(QUIET)}</a:rPr><a:t>{len(self.file.slides)}</a:t></a:fld>"
        ))  # fmt: skip

    def _box(self, box: Box, texts: Sequence[tuple[str, _Text]]) -> Any:
        shape = self.slide.shapes.add_textbox(*map(_length, (box.x, box.y, box.width, box.height)))
        _fill(shape, texts, self.top.language)
        shape.name = printable(texts[0][0]) or shape.name
        return shape

    def _text(self, texts: Sequence[tuple[str, _Text]], y: float) -> float:
        """Put paragraphs over the whole width; give their height."""
        kept = [(text, look) for text, look in texts if text]
        if not kept:
            return 0.0
        high = sum(look.height(text, self.width) for text, look in kept)
        self._box(Box(_MARGIN, y, self.width, high), kept)
        return high

    def _put_lines(self, lines: Sequence[Line]) -> None:
        rest = list(lines)
        while rest:
            count, high = self._fitting_lines(rest)
            if not count and self.is_begun:
                self._add_slide()
                continue
            taken, rest = rest[: max(count, 1)], rest[max(count, 1) :]
            high = high or self._line_height(taken[0])
            shape = self._box(
                Box(_MARGIN, self.y, self.width, high),
                [(line.text, _Text.of(line.look)) for line in taken],
            )
            for paragraph, line in zip(shape.text_frame.paragraphs, taken, strict=True):
                paragraph.space_before = round(_BEFORE[line.look] * EMU)
            self.y += high + _GAP
            if rest:
                self._add_slide()

    def _fitting_lines(self, lines: Sequence[Line]) -> tuple[int, float]:
        """Count the paragraphs that have room; the last of them is never a heading."""
        heights: list[float] = []
        for line in lines:
            if sum(heights) + self._line_height(line) > self.room:
                break
            heights.append(self._line_height(line))
        while heights and len(heights) < len(lines) and lines[len(heights) - 1].look == "heading":
            heights.pop()
        return len(heights), sum(heights)

    def _line_height(self, line: Line) -> float:
        return _BEFORE[line.look] + _Text.of(line.look).height(line.text, self.width)

    def _put_grid(self, grid: Grid) -> None:
        """Put a table with its title and remarks; one that has room on a slide is not torn."""
        widths = grid.widths(_CELL, self.width)
        lines = (grid.head, *grid.rows)
        heights = [_row_height(row, widths, bold=at == 0) for at, row in enumerate(lines)]
        title = grid.title if grid.title != self.title else ""
        remarks = [Line(text, "quiet") for text in grid.remarks]
        need = _Text.of("heading").step + _GAP + sum(heights) + sum(map(self._line_height, remarks))
        few = _Text.of("heading").step + sum(heights[:3])
        is_torn = need > _FOOT - _GAP - self.start
        if self.is_begun and (few if is_torn else need) > self.room:
            self._add_slide()
        rows = range(len(grid.rows))
        while True:
            self.y += self._text([(title, _Text.of("heading"))], self.y) + 1.5 * bool(title)
            count = self._fitting_rows(heights, rows)
            self._table(grid, rows[:count], widths, heights)
            rows = rows[count:]
            if not rows:
                break
            self._add_slide()
        if remarks:
            self.y -= _GAP - 1.0
            self._put_lines(remarks)

    def _fitting_rows(self, heights: Sequence[float], rows: range) -> int:
        """Count the rows that have room below the heading of their table, at least one."""
        high, count = heights[0], 0
        for at in rows:
            high += heights[at + 1]
            if high > self.room and count:
                break
            count += 1
        return count

    def _table(
        self, grid: Grid, rows: range, widths: Sequence[float], heights: Sequence[float]
    ) -> None:
        shown = [grid.head, *(grid.rows[at] for at in rows)]
        tall = [heights[0], *(heights[at + 1] for at in rows)]
        frame = self.slide.shapes.add_table(
            len(shown), len(widths), *map(_length, (_MARGIN, self.y, sum(widths), sum(tall)))
        )
        frame.name = printable(grid.title)
        frame._element.nvGraphicFramePr.cNvPr.set("descr", printable(grid.title))
        table = frame.table
        table.horz_banding = False
        table._tbl.tblPr.find(f"{{{MAIN}}}tableStyleId").text = _GRID_STYLE
        for column, width in zip(table.columns, widths, strict=True):
            column.width = _length(width)
        for row, high in zip(table.rows, tall, strict=True):
            row.height = _length(high)
        for at, cells in enumerate(shown):
            is_head = at == 0
            look = _Text(_CELL, is_head)
            for column, text in enumerate(cells):
                _write_cell(
                    table.cell(at, column), text, look, self.top.language,
                    is_head=is_head, is_middle=grid.is_middle(column),
                )  # fmt: skip
        self.y += sum(tall) + _GAP

    def _put_picture(self, picture: Picture) -> None:
        if self.is_begun:
            self._add_slide()
        frame = Frame(self.width, self.room, self.width * _MAP_SHARE, _LEGENDS, is_slide=True)
        for at, drawing in enumerate(picture.draw(frame)):
            if at:
                self._add_slide()
            box = box_of_all(drawing)
            there = Box(_MARGIN + box.x, self.y + box.y, box.width, box.height)
            self._group(drawing, there, picture.text)
            self.y += box.height + _GAP

    def _group(self, drawing: Drawing, there: Box, text: str) -> None:
        """Put the shapes of a drawing on the slide as one group."""
        number = max(int(one) for one in self.slide.shapes._spTree.xpath("//@id") if one.isdigit())
        members = "".join(
            _shape(shape, number + 2 + at, self.top.language)
            for at, shape in enumerate(shown(drawing))
        )
        box = box_of_all(drawing)
        self.slide.shapes._spTree.append(_parsed(
            f'<p:grpSp {_SPACES}><p:nvGrpSpPr><p:cNvPr id="{number + 1}" '
            f'name="{quoted(self.title)}" descr="{quoted(text)}"/><p:cNvGrpSpPr/><p:nvPr/>'
            f"</p:nvGrpSpPr><p:grpSpPr>{group_xml(box, at=there)}</p:grpSpPr>{members}</p:grpSp>"
        ))  # fmt: skip


def _parsed(xml: str) -> Any:
    return require("pptx.oxml", extra="office", why=_WHY).parse_xml(xml)


def _shape(shape: Any, number: int, language: str) -> str:
    is_text = isinstance(shape, Words)
    name = name_of(shape) or f"{words.word('briefing.shape', language)} {number}"
    kind = '<p:cNvSpPr txBox="1"/>' if is_text else "<p:cNvSpPr/>"
    head = f'<p:nvSpPr><p:cNvPr id="{number}" name="{name}"/>{kind}<p:nvPr/></p:nvSpPr>'
    if not is_text:
        return f"<p:sp>{head}<p:spPr>{shape_xml(shape)}</p:spPr></p:sp>"
    bold = ' b="1"' if shape.bold else ""
    return (
        f"<p:sp>{head}<p:spPr>{box_xml(box_of(shape))}"
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>'
        '<p:txBody><a:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="t">'
        "<a:noAutofit/></a:bodyPr><a:lstStyle/>"
        f'<a:p><a:pPr algn="{_SIDES[shape.side]}"/><a:r>'
        f'<a:rPr lang="{_LOCALES[language]}" sz="{round(shape.size * 100)}"{bold}>'
        f'{colour_xml(shape.colour)}<a:latin typeface="{TYPEFACE}"/></a:rPr>'
        f"<a:t>{quoted(shape.text)}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def _length(millimetres: float) -> int:
    return round(millimetres * EMU)


def _widen(holder: Any) -> None:
    """Let the places of a layout reach over a wide slide, for slides that somebody adds."""
    for shape in holder.placeholders:
        if shape._element.xpath("./p:spPr/a:xfrm"):
            shape.left = round(shape.left * _WIDE / _OLD_WIDE)
            shape.width = round(shape.width * _WIDE / _OLD_WIDE)


def _place(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = map(
        _length, (box.x, box.y, box.width, box.height)
    )


def _rgb(colour: str) -> Any:
    colours = require("pptx.dml.color", extra="office", why=_WHY)
    return colours.RGBColor.from_string(colour[1:].upper())


def _align(shape: Any, side: str) -> None:
    constants = require("pptx.enum.text", extra="office", why=_WHY)
    for paragraph in shape.text_frame.paragraphs:
        paragraph.alignment = getattr(constants.PP_ALIGN, side)


def _fill(shape: Any, texts: Sequence[tuple[str, _Text]], language: str) -> None:
    """Write paragraphs into a shape, from its upper left corner on."""
    constants = require("pptx.enum.text", extra="office", why=_WHY)
    frame = shape.text_frame
    frame.word_wrap, frame.auto_size = True, constants.MSO_AUTO_SIZE.NONE
    frame.vertical_anchor = constants.MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for at, (text, look) in enumerate(texts):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment = constants.PP_ALIGN.LEFT
        if text:
            _write(paragraph, text, look, language)


def _write(paragraph: Any, text: str, look: _Text, language: str) -> None:
    run = paragraph.add_run()
    run.text = printable(text)
    run.font.name, run.font.size = TYPEFACE, round(look.size * 12_700)
    run.font.bold, run.font.color.rgb = look.bold, _rgb(look.colour)
    run._r.get_or_add_rPr().set("lang", _LOCALES[language])


def _write_cell(
    cell: Any, text: str, look: _Text, language: str, *, is_head: bool, is_middle: bool
) -> None:
    cell.margin_left = cell.margin_right = _length(_PADS[0])
    cell.margin_top = cell.margin_bottom = _length(_PADS[1])
    paragraph = cell.text_frame.paragraphs[0]
    if text:
        _write(paragraph, text, look, language)
    else:  # which is else as high as a line of the largest letters
        xml = f'<a:endParaRPr {_SPACES} sz="{round(look.size * 100)}"/>'
        paragraph._p.append(_parsed(xml))
    if is_middle:
        _align(cell, "CENTER")
    if is_head:
        cell.fill.solid()
        cell.fill.fore_color.rgb = _rgb(_HEAD)


def _row_height(cells: Sequence[str], widths: Sequence[float], *, bold: bool) -> float:
    look = _Text(_CELL, bold)
    return 2 * _PADS[1] + max(
        look.height(cell, width - 2 * _PADS[0]) for cell, width in zip(cells, widths, strict=True)
    )
