"""What every page has: margins, heading, audience, footer; and the files that hold pages."""

from collections.abc import Sequence
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
    Stroke,
    Words,
    line,
    rectangle,
)
from maligeo.paper.drawing.svg import svg_page
from maligeo.paper.map.projection import Box
from maligeo.paper.page.blocks import Block, columns_of, flow, paragraph
from maligeo.provenance.record import KEY, Provenance, program

FORMATS: Final = (".pdf", ".png", ".svg")
MARGIN: Final = 10.0  # millimetres
FOOTER: Final = 6.0  # millimetres
COLUMN_GAP: Final = 5.0  # millimetres between columns
INTERNAL: Final = "#b3121d"
_TITLES: Final = (17.0, 15.5, 14.0, 12.5, 11.0)  # points
_MOST_TITLE_LINES: Final = 3
_BANNER, _BANNER_EDGE = "#fff3d6", "#c98a00"


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
    blocks = paragraph(text, width - 4, size, bold=True, colour="#6b4600")
    high = sum(block.height for block in blocks) + 2.0
    page.add(Fill(rectangle(MARGIN, y, width, high), _BANNER, _BANNER_EDGE, 0.25))
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
        metadata = {"Title": title, "Creator": program()} | ({"Subject": record} if record else {})
        content = pdf_bytes(pages, about=metadata)
    elif suffix == ".png":
        metadata = {"Title": title, "Software": program()} | ({KEY: record} if record else {})
        content = png_bytes(pages[0], dpi=dpi, about=metadata)
    else:
        page = svg_page(pages[0], title=title, record=record, language=heading.language)
        content = page.encode("utf-8")
    with written_whole(path) as draft:
        draft.write_bytes(content)
    return Path(path)
