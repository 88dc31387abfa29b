"""Pages: margins, heading, audience, footer, and blocks of text that flow into columns."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from maligeo.core import words
from maligeo.core.columns import Audience, Language
from maligeo.core.errors import ArgumentError
from maligeo.core.files import written_whole
from maligeo.paper.drawing.fonts import fitting, printable, text_width, wrapped
from maligeo.paper.drawing.pdf import pdf_bytes, png_bytes
from maligeo.paper.drawing.shapes import (
    INK,
    MM_PER_POINT,
    QUIET,
    RULE,
    Drawing,
    Fill,
    Shape,
    Side,
    Stroke,
    Words,
    line,
    rectangle,
)
from maligeo.paper.drawing.svg import svg_page
from maligeo.paper.drawing.tagging import Reading
from maligeo.paper.map.projection import Box
from maligeo.provenance.record import KEY, PDF_KEY, Provenance, program

LEADING: Final = 1.28  # height of a line, in sizes of its text
_BASELINE: Final = 0.98  # of the size, from the top of a line to the base line
_VALUE_SHARE: Final = 0.62  # of a row, what its value may take at most
_GAP: Final = 1.6  # millimetres between label and value


@dataclass(frozen=True)
class Block:
    """A piece of a column that is never torn apart.

    Attributes
    ----------
    height : float
        In millimetres.
    shapes : callable
        Takes x and y of the upper left corner and gives what is drawn.
    holds : bool
        Whether it stays with the next block, as a heading does.
    """

    height: float
    shapes: Callable[[float, float], list[Shape]]
    holds: bool = False


def paragraph(
    text: str,
    width: float,
    size: float,
    *,
    bold: bool = False,
    colour: str = INK,
    holds: bool = False,
) -> list[Block]:
    """Give the lines of a text, one block each, so that it may go on in the next column.

    Parameters
    ----------
    text : str
        The text.
    width : float
        Of the column, in millimetres.
    size : float
        In points.
    bold : bool, default False
        Whether it is bold.
    colour : str
        "#rrggbb".
    holds : bool, default False
        Whether the lines stay with what follows.
    """
    height = size * LEADING * MM_PER_POINT

    def row(words: str) -> Block:
        def shapes(x: float, y: float) -> list[Shape]:
            return [Words(x, y + size * _BASELINE * MM_PER_POINT, words, size, bold, colour)]

        return Block(height, shapes, holds)

    return [row(words) for words in wrapped(text, width, size, bold=bold)]


def heading(text: str, width: float, size: float) -> list[Block]:
    """Give a heading that stays with what follows."""
    return paragraph(text, width, size, bold=True, holds=True)


def space(height: float) -> Block:
    """Give empty room."""
    return Block(height, lambda _x, _y: [])


def rule(width: float) -> Block:
    """Give a thin line."""
    return Block(0.8, lambda x, y: [Stroke(line((x, y + 0.4), (x + width, y + 0.4)), RULE, 0.15)])


def signed(
    sign: Callable[[float, float], list[Shape]],
    text: str,
    note: str,
    width: float,
    size: float,
    *,
    holds: bool = False,
) -> Block:
    """Give a row of a legend: a sign, its words, and a note below them.

    Parameters
    ----------
    sign : callable
        Takes x and y of the middle of the sign and gives its shapes.
    text, note : str
        The words; the note may be empty.
    width : float
        Of the column, in millimetres.
    size : float
        In points.
    holds : bool, default False
        Whether it stays with what follows.
    """
    indent = 3.2 * size * MM_PER_POINT
    words = wrapped(text, width - indent, size)
    below = wrapped(note, width - indent, size * 0.88) if note else []
    step, small = size * LEADING * MM_PER_POINT, size * 0.88 * LEADING * MM_PER_POINT
    height = max(len(words) * step + len(below) * small, 1.3 * step) + 0.22 * step

    def shapes(x: float, y: float) -> list[Shape]:
        found = sign(x + indent * 0.42, y + 0.58 * step)
        for row, one in enumerate(words):
            baseline = y + row * step + size * _BASELINE * MM_PER_POINT
            found.append(Words(x + indent, baseline, one, size))
        for row, one in enumerate(below):
            baseline = y + len(words) * step + row * small + size * 0.88 * _BASELINE * MM_PER_POINT
            found.append(Words(x + indent, baseline, one, size * 0.88, colour=QUIET))
        return found

    return Block(height, shapes, holds)


def valued(
    label: str,
    value: str,
    width: float,
    size: float,
    *,
    strong: bool = False,
    holds: bool = False,
) -> Block:
    """Give a row with a label on the left and a value on the right.

    A value that is too long for one line goes on below, on the right.
    """
    most = width * _VALUE_SHARE
    right = wrapped(value, most, size, bold=True)
    widest = max((text_width(one, size, bold=True) for one in right), default=0.0)
    left = wrapped(label, width - widest - _GAP, size, bold=strong)
    step = size * LEADING * MM_PER_POINT

    def shapes(x: float, y: float) -> list[Shape]:
        found: list[Shape] = []
        for row, one in enumerate(left):
            baseline = y + row * step + size * _BASELINE * MM_PER_POINT
            found.append(Words(x, baseline, one, size, strong))
        for row, one in enumerate(right):
            baseline = y + row * step + size * _BASELINE * MM_PER_POINT
            found.append(Words(x + width, baseline, one, size, True, side="right"))
        return found

    return Block(max(len(left), len(right)) * step + 0.25 * step, shapes, holds)


def table_row(
    cells: Sequence[str], widths: Sequence[float], size: float, *, bold: bool = False
) -> Block:
    """Give a row of cells, the first from the left, the others from the right."""
    step = size * LEADING * MM_PER_POINT
    texts = [
        wrapped(cell, width - 0.8, size, bold=bold)
        for cell, width in zip(cells, widths, strict=True)
    ]

    def shapes(x: float, y: float) -> list[Shape]:
        found: list[Shape] = []
        left = x
        for at, (rows, width) in enumerate(zip(texts, widths, strict=True)):
            for row, one in enumerate(rows):
                baseline = y + row * step + size * _BASELINE * MM_PER_POINT
                where = left if at == 0 else left + width
                side: Side = "left" if at == 0 else "right"
                found.append(Words(where, baseline, one, size, bold, side=side))
            left += width
        return found

    return Block(max(map(len, texts), default=0) * step + 0.2 * step, shapes, bold)


def picture(drawing: Drawing) -> Block:
    """Give a drawing as a block."""

    def shapes(x: float, y: float) -> list[Shape]:
        there = Drawing(drawing.width, drawing.height)
        there.put(drawing, x, y)
        return there.shapes

    return Block(drawing.height, shapes)


def height_of(blocks: Iterable[Block]) -> float:
    """Add up the heights of blocks."""
    return sum(block.height for block in blocks)


def flow(drawing: Drawing, blocks: Sequence[Block], columns: Sequence[Box]) -> list[Block]:
    """Draw blocks into columns, one after the other; give what has no room.

    A block that holds on to the next one never ends a column.
    """
    left = list(blocks)
    tallest = max((column.height for column in columns), default=0.0)
    for column in columns:
        y, count = column.y, 0
        while count < len(left) and y + left[count].height <= column.bottom + 1e-6:
            y += left[count].height
            count += 1
        fits = count
        while 0 < count < len(left) and left[count - 1].holds:
            count -= 1
        count = count or (fits if column.height >= tallest else 0)  # a chain longer than any
        y = column.y
        for block in left[:count]:
            drawing.add(*block.shapes(column.x, y))
            y += block.height
        left = left[count:]
    return left


def columns_of(box: Box, count: int, gap: float) -> list[Box]:
    """Divide a box into columns of one width."""
    width = (box.width - gap * (count - 1)) / count
    return [Box(box.x + at * (width + gap), box.y, width, box.height) for at in range(count)]


def balanced_height(blocks: Sequence[Block], count: int, most: float) -> float:
    """Give the least height at which blocks fit into so many columns, or the most allowed."""
    low = max([height_of(blocks) / count, *(block.height for block in blocks)], default=0.0)
    height = low
    while height < most:
        page = Drawing(1, 1)
        if not flow(page, blocks, [Box(0, 0, 1, height)] * count):
            return height
        height += 0.5
    return most


FORMATS: Final = (".pdf", ".png", ".svg")
MARGIN: Final = 10.0  # millimetres
FOOTER: Final = 6.0  # millimetres
COLUMN_GAP: Final = 5.0  # millimetres between columns
INTERNAL: Final = "#b3121d"
_TITLES: Final = (17.0, 15.5, 14.0, 12.5, 11.0)  # points
_MOST_TITLE_LINES: Final = 3
BANNER, BANNER_EDGE, BANNER_INK = "#fff3d6", "#c98a00", "#6b4600"


@dataclass(frozen=True)
class Heading:
    """What stands above a page.

    Attributes
    ----------
    title, subtitle : str
        The subtitle may be empty.
    audience : {"internal", "partner", "public"}
        For whom the page is.
    synthetic : bool
        Whether some of its data are made up.
    language : {"fr", "en"}
        Language of the page.
    scale : float
        How much larger text is than on A4.
    """

    title: str
    subtitle: str
    audience: Audience
    synthetic: bool
    language: Language
    scale: float = 1.0


def require_format(path: str | Path, formats: Sequence[str]) -> str:
    """Give the suffix of a file, or refuse one that cannot be written.

    Raises
    ------
    ArgumentError
        Naming what can be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in formats:
        raise ArgumentError(f"{path} ends in none of {', '.join(formats)}")
    return suffix


def draw_heading(page: Drawing, heading: Heading) -> float:
    """Draw what stands above a page, and give where it ends, in millimetres.

    Parameters
    ----------
    page : Drawing
        The page.
    heading : Heading
        The words.
    """
    width = page.width - 2 * MARGIN
    mark = _audience(page, heading)
    sizes = [size * heading.scale for size in _TITLES]
    size = fitting(heading.title, width - mark - 4, sizes, bold=True)
    y = MARGIN
    for text in wrapped(heading.title, width - mark - 4, size, bold=True)[:_MOST_TITLE_LINES]:
        y += size * MM_PER_POINT * 1.05
        page.add(Words(MARGIN, y, text, size, bold=True))
        y += size * MM_PER_POINT * 0.15
    y += 1.0
    small = 9.0 * heading.scale
    if heading.subtitle:
        for block in paragraph(heading.subtitle, width, small, colour=QUIET):
            page.add(*block.shapes(MARGIN, y))
            y += block.height
    return _banner(page, heading, y + 0.8) if heading.synthetic else y + 0.8


def _audience(page: Drawing, heading: Heading) -> float:
    """Say for whom the page is, in its upper right corner; give the width of the words."""
    text = words.word(f"audience.{heading.audience}", heading.language)
    internal = heading.audience == "internal"
    size = (11.0 if internal else 8.0) * heading.scale
    colour = INTERNAL if internal else QUIET
    y = MARGIN + size * MM_PER_POINT
    page.add(Words(page.width - MARGIN, y, text, size, internal, colour, "right"))
    return text_width(text, size, bold=internal)


def _banner(page: Drawing, heading: Heading, y: float) -> float:
    """Say in a strip that data are made up."""
    size = 9.0 * heading.scale
    width = page.width - 2 * MARGIN
    text = words.word("synthetic.banner", heading.language)
    blocks = paragraph(text, width - 4, size, bold=True, colour=BANNER_INK)
    high = sum(block.height for block in blocks) + 2.0
    page.add(Fill(rectangle(MARGIN, y, width, high), BANNER, BANNER_EDGE, 0.25))
    top = y + 1.0
    for block in blocks:
        page.add(*block.shapes(MARGIN + 2, top))
        top += block.height
    return y + high + 1.0


def body_of(page: Drawing, top: float) -> Box:
    """Give the room between heading and footer."""
    bottom = page.height - MARGIN - FOOTER
    return Box(MARGIN, top + 1.2, page.width - 2 * MARGIN, bottom - top - 1.2)


def draw_footer(page: Drawing, left: str, right: str, *, scale: float = 1.0) -> None:
    """Draw what stands below a page: its origin on the left, its number on the right."""
    width = page.width - 2 * MARGIN
    y = page.height - MARGIN
    page.add(Stroke(line((MARGIN, y - 3.6), (page.width - MARGIN, y - 3.6)), RULE, 0.15))
    number, size = printable(right), 6.5 * scale
    page.add(Words(page.width - MARGIN, y, number, size, True, INK, "right"))
    room = width - text_width(number, size, bold=True) - 4
    small = fitting(left, room, [step * scale for step in (6.5, 6.0, 5.5, 5.0, 4.5)])
    page.add(Words(MARGIN, y, wrapped(left, room, small)[0], small, colour=QUIET))


def further_pages(
    rest: Sequence[Block], top: Heading, size: tuple[float, float], columns: int
) -> list[Drawing]:
    """Give pages for what has no room on the first one, in so many columns each."""
    found: list[Drawing] = []
    while rest:
        page = Drawing(*size)
        body = body_of(page, draw_heading(page, top))
        rest = flow(page, rest, columns_of(body, columns, COLUMN_GAP))
        found.append(page)
    return found


def number_pages(
    pages: Sequence[Drawing],
    origin: str,
    language: Language,
    *,
    cut: bool = False,
    scale: float = 1,
) -> None:
    """Write the footers: the origin, and which page of how many, or that there would be more."""
    for at, page in enumerate(pages, start=1):
        number = words.word("paper.page", language).format(at=at, all=len(pages))
        right = words.word("paper.more", language) if cut else number
        draw_footer(page, origin, right, scale=scale)


def write_pages(
    path: str | Path,
    pages: Sequence[Drawing],
    *,
    heading: Heading,
    about: Provenance | None,
    dpi: int = 200,
) -> Path:
    """Write pages to a file by its suffix; a PNG or SVG holds the first one.

    Parameters
    ----------
    path : str or pathlib.Path
        "….pdf", "….png" or "….svg".
    pages : sequence of Drawing
        The pages.
    heading : Heading
        Of the first page.
    about : Provenance, optional
        What the pages were made from.
    dpi : int, default 200
        Pixels per inch of a PNG.

    Returns
    -------
    pathlib.Path
        The file, whole.

    Raises
    ------
    ArgumentError
        If the suffix is another one.
    OutputFileError
        If the file cannot be written.
    """
    suffix = require_format(path, FORMATS)
    title = printable(heading.title)
    record = "" if about is None else about.to_json()
    if suffix == ".pdf":
        metadata = {"Title": title, "Subject": subject_text(heading), "Creator": program()}
        metadata |= {PDF_KEY: record} if record else {}
        picture = words.word("paper.picture", heading.language).format(title=title)
        reading = Reading(title, heading.language, picture)
        content = pdf_bytes(pages, about=metadata, reading=reading)
    elif suffix == ".png":
        metadata = {"Title": title, "Software": program()} | ({KEY: record} if record else {})
        content = png_bytes(pages[0], dpi=dpi, about=metadata)
    else:
        page = svg_page(pages[0], title=title, record=record, language=heading.language)
        content = page.encode("utf-8")
    with written_whole(path, private=heading.audience == "internal") as draft:
        draft.write_bytes(content)
    return Path(path)


def subject_text(heading: Heading) -> str:
    """Say in a sentence what viewers show as the subject: about what, and for whom."""
    audience = words.word(f"audience.{heading.audience}", heading.language)
    about = f"{heading.title}, {heading.subtitle}" if heading.subtitle else heading.title
    return printable(f"{about}. {audience}.")
