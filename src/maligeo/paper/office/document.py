"""A briefing as a document for Word and LibreOffice Writer (ECMA-376-1, 11)."""

import io
from collections.abc import Sequence
from typing import Any, Final

from maligeo.core import words
from maligeo.core.errors import require
from maligeo.paper.drawing.fonts import printable
from maligeo.paper.drawing.shapes import INK, QUIET, Drawing, Words
from maligeo.paper.map.projection import Box
from maligeo.paper.office.archive import describe, finished
from maligeo.paper.office.drawingml import (
    EMU,
    MAIN,
    box_of,
    box_of_all,
    box_xml,
    emu,
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
from maligeo.paper.page import BANNER_INK, INTERNAL

_WIDE, _HIGH, _MARGIN = 210.0, 297.0, 18.0  # millimetres
_WHY: Final = "a briefing for Word"
_MAP_SHARE: Final = 0.68
_MAP_HIGH: Final = 120.0
_LEGENDS: Final = (7.5,)
_SIZES: Final[dict[Look, float]] = {"lead": 13.0, "heading": 11.0, "text": 10.5, "quiet": 8.5}
_BEFORE: Final[dict[Look, float]] = {"lead": 4.0, "heading": 8.0, "text": 0.0, "quiet": 2.0}
_CELL: Final = 9.0
_LOCALES: Final = {"fr": "fr-FR", "en": "en-GB"}
_SIDES: Final = {"left": "left", "middle": "center", "right": "right"}
_HEAD: Final = "E4E9ED"
_MOST_SHAPES: Final = 100_000  # of a group, whose numbers no other one has
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE: Final = "http://schemas.microsoft.com/office/word/2010/wordprocessing"
_SPACES: Final = (
    f'xmlns:w="{_WORD}" xmlns:a="{MAIN}" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:wpg="{_OFFICE}Group" xmlns:wps="{_OFFICE}Shape"'
)


def document(briefing: Briefing, record: str) -> bytes:
    """Write a briefing as a document.

    Each page says for whom it is, and whether data are made up.

    Parameters
    ----------
    briefing : Briefing
        What it says.
    record : str
        What it was made from, as JSON; may be empty.

    Raises
    ------
    MissingDependencyError
        If python-docx is not installed.
    """
    file = require("docx", extra="office", why=_WHY).Document()
    describe(file.core_properties, briefing.top)
    _set_up(file, briefing)
    for at, section in enumerate(briefing.sections):
        file.add_heading(printable(section.title), level=1 if at else 0)
        if at == 0:
            _write(file.add_paragraph(), briefing.top.subtitle, 10.0, colour=QUIET)
        for part in section.parts:
            _add(file, part, section.title, briefing.top.language)
    whole = io.BytesIO()
    file.save(whole)
    return finished(whole.getvalue(), record)


def _add(file: Any, part: Part, above: str, language: str) -> None:
    if isinstance(part, Passage):
        _add_lines(file, part.lines)
    elif isinstance(part, Grid):
        for grid in part.parted(_CELL, _WIDE - 2 * _MARGIN):
            _add_grid(file, grid, above)
    else:
        _add_picture(file, part, language)


def _length(millimetres: float) -> Any:
    return require("docx.shared", extra="office", why=_WHY).Emu(round(millimetres * EMU))


def _rgb(colour: str) -> Any:
    shared = require("docx.shared", extra="office", why=_WHY)
    return shared.RGBColor.from_string(colour[1:].upper())


def _points(size: float) -> Any:
    return require("docx.shared", extra="office", why=_WHY).Pt(size)


def _element(xml: str) -> Any:
    return require("docx.oxml", extra="office", why=_WHY).parse_xml(xml)


def _set_up(file: Any, briefing: Briefing) -> None:
    """Set paper, letters and language, and what stands on every page."""
    page = file.sections[0]
    page.page_width, page.page_height = _length(_WIDE), _length(_HIGH)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = _length(_MARGIN)
    page.header_distance = page.footer_distance = _length(_MARGIN / 2)
    looks = (("Normal", 10.5, False), ("Title", 20.0, True), ("Heading 1", 14.0, True))
    for name, size, bold in looks:
        _set_style(file.styles[name], size, bold=bold)
    for border in file.styles["Title"].element.xpath("./w:pPr/w:pBdr"):
        border.getparent().remove(border)
    locale = _LOCALES[briefing.top.language]
    for language in file.styles.element.xpath("./w:docDefaults//w:lang"):
        language.set(f"{{{_WORD}}}val", locale)
    _write_head(page.header, briefing)
    _write_foot(page.footer, briefing)


def _set_style(style: Any, size: float, *, bold: bool) -> None:
    style.font.name, style.font.size, style.font.bold = TYPEFACE, _points(size), bold
    style.font.color.rgb = _rgb(INK)
    fonts = style.element.rPr.rFonts
    for side in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(f"{{{_WORD}}}{side}", None)
    style.paragraph_format.space_after = _points(3)
    if style.name != "Normal":
        style.paragraph_format.space_before = _points(10)


def _write_head(header: Any, briefing: Briefing) -> None:
    top = briefing.top
    internal = top.audience == "internal"
    text = words.word(f"audience.{top.audience}", top.language)
    first = header.paragraphs[0]
    first.alignment = 2
    _write(
        first,
        text,
        11.0 if internal else 8.5,
        bold=internal,
        colour=INTERNAL if internal else QUIET,
    )
    if top.synthetic:
        banner = words.word("synthetic.banner", top.language)
        _write(header.add_paragraph(), banner, 10.0, bold=True, colour=BANNER_INK)


def _write_foot(footer: Any, briefing: Briefing) -> None:
    """Write what made it, and a field for the number of the page."""
    paragraph = footer.paragraphs[0]
    _write(paragraph, f"{briefing.origin} · ", 7.0, colour=QUIET)
    for kind in ("begin", "", "end"):
        run = _write(paragraph, "", 7.0, colour=QUIET)
        run._r.append(_element(
            f'<w:fldChar xmlns:w="{_WORD}" w:fldCharType="{kind}"/>' if kind
            else f'<w:instrText xmlns:w="{_WORD}" xml:space="preserve"> PAGE </w:instrText>'
        ))  # fmt: skip


def _write(paragraph: Any, text: str, size: float, *, bold: bool = False, colour: str = INK) -> Any:
    run = paragraph.add_run(printable(text))
    run.font.size, run.font.bold, run.font.color.rgb = _points(size), bold, _rgb(colour)
    return run


def _add_lines(file: Any, lines: Sequence[Line]) -> None:
    for line in lines:
        paragraph = file.add_paragraph()
        is_bold = line.look in ("lead", "heading")
        paragraph.paragraph_format.keep_with_next = is_bold
        paragraph.paragraph_format.space_before = _points(_BEFORE[line.look])
        colour = QUIET if line.look == "quiet" else INK
        _write(paragraph, line.text, _SIZES[line.look], bold=is_bold, colour=colour)


def _add_grid(file: Any, grid: Grid, above: str) -> None:
    """Add a table whose heading is repeated on each page, and whose rows stay whole."""
    if grid.title != above:
        _add_lines(file, [Line(grid.title, "heading")])
    table = file.add_table(rows=0, cols=len(grid.head), style="Table Grid")
    table.autofit = False
    widths = grid.widths(_CELL, _WIDE - 2 * _MARGIN)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = _length(width)
    for at, cells in enumerate((grid.head, *grid.rows)):
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(_element(f'<w:cantSplit xmlns:w="{_WORD}"/>'))
        if at == 0:
            properties.append(_element(f'<w:tblHeader xmlns:w="{_WORD}"/>'))
        for column, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = _length(widths[column])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_before = _points(1.5)
            paragraph.paragraph_format.space_after = _points(1.5)
            paragraph.alignment = 1 if grid.is_middle(column) else 0
            _write(paragraph, text, _CELL, bold=at == 0)
            if at == 0:
                cell._tc.get_or_add_tcPr().append(_element(
                    f'<w:shd xmlns:w="{_WORD}" w:val="clear" w:color="auto" w:fill="{_HEAD}"/>'
                ))  # fmt: skip
    _add_lines(file, [Line(text, "quiet") for text in grid.remarks] or [Line("", "quiet")])


def _add_picture(file: Any, picture: Picture, language: str) -> None:
    width = _WIDE - 2 * _MARGIN
    frame = Frame(width, _MAP_HIGH, width * _MAP_SHARE, _LEGENDS, is_slide=False)
    for number, drawing in enumerate(picture.draw(frame), start=1):
        run = file.add_paragraph().add_run()
        run._r.append(_element(_group(drawing, picture.text, number, language)))


def _group(drawing: Drawing, text: str, number: int, language: str) -> str:
    """Write the shapes of a drawing as one group that stands in the text like a letter."""
    box = box_of_all(drawing)
    start = _MOST_SHAPES * number
    members = "".join(
        _shape(shape, start + at, language) for at, shape in enumerate(shown(drawing), start=1)
    )
    name = f"{words.word('briefing.map', language)} {number}"
    return (
        f'<mc:AlternateContent {_SPACES}><mc:Choice Requires="wpg"><w:drawing>'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{emu(box.width)}" cy="{emu(box.height)}"/>'
        f'<wp:docPr id="{start}" name="{quoted(name)}" descr="{quoted(text)}"/>'
        "<wp:cNvGraphicFramePr/>"
        f'<a:graphic><a:graphicData uri="{_OFFICE}Group"><wpg:wgp><wpg:cNvGrpSpPr/>'
        f"<wpg:grpSpPr>{group_xml(box, at=Box(0, 0, box.width, box.height))}</wpg:grpSpPr>"
        f"{members}</wpg:wgp></a:graphicData></a:graphic></wp:inline></w:drawing>"
        "</mc:Choice></mc:AlternateContent>"
    )


def _shape(shape: Any, number: int, language: str) -> str:
    is_text = isinstance(shape, Words)
    name = name_of(shape) or f"{words.word('briefing.shape', language)} {number}"
    kind = '<wps:cNvSpPr txBox="1"/>' if is_text else "<wps:cNvSpPr/>"
    head = f'<wps:cNvPr id="{number}" name="{name}"/>{kind}'
    if not is_text:
        return f"<wps:wsp>{head}<wps:spPr>{shape_xml(shape)}</wps:spPr><wps:bodyPr/></wps:wsp>"
    bold = "<w:b/>" if shape.bold else ""
    size = round(shape.size * 2)
    return (
        f"<wps:wsp>{head}<wps:spPr>{box_xml(box_of(shape))}"
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></wps:spPr>'
        "<wps:txbx><w:txbxContent><w:p><w:pPr>"
        '<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
        f'<w:jc w:val="{_SIDES[shape.side]}"/></w:pPr><w:r><w:rPr>'
        f'<w:rFonts w:ascii="{TYPEFACE}" w:hAnsi="{TYPEFACE}" w:cs="{TYPEFACE}"/>{bold}'
        f'<w:color w:val="{shape.colour[1:].upper()}"/><w:sz w:val="{size}"/>'
        f'<w:szCs w:val="{size}"/></w:rPr><w:t xml:space="preserve">{quoted(shape.text)}</w:t>'
        "</w:r></w:p></w:txbxContent></wps:txbx>"
        '<wps:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="t"><a:noAutofit/>'
        "</wps:bodyPr></wps:wsp>"
    )
