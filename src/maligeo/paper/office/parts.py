"""What a briefing consists of: sections of text, tables and pictures, for slides and documents."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from maligeo.paper.drawing.fonts import printable, text_width
from maligeo.paper.drawing.shapes import Drawing
from maligeo.paper.page import Heading

Look = Literal["lead", "heading", "text", "quiet"]

TYPEFACE: Final = "Arial"  # every office has it, and no letter of it is wider than those measured
_COMMON: Final = 1.6  # times the mean of its cells, what a column asks for at most
_PADDING: Final = 4.0  # millimetres at both sides of a cell
_SHORT: Final = 16  # letters of a value that stands in the middle of its column


@dataclass(frozen=True)
class Line:
    """A paragraph.

    Attributes
    ----------
    text : str
        Its text.
    look : {"lead", "heading", "text", "quiet"}
        What it is: the main finding, a heading that stays with what follows, text, or a remark.
    """

    text: str
    look: Look = "text"


@dataclass(frozen=True)
class Passage:
    """Paragraphs.

    Attributes
    ----------
    lines : tuple of Line
        From the first to the last.
    """

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes
    ----------
    title : str
        What stands above it.
    head : tuple of str
        Headings of its columns.
    rows : tuple of tuple of str
        Its cells.
    remarks : tuple of str
        What stands below it.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...] = ()

    @property
    def columns(self) -> list[tuple[str, ...]]:
        """Headings and cells by column."""
        return list(zip(self.head, *self.rows, strict=True))

    def is_middle(self, at: int) -> bool:
        """Tell whether a column holds short values, which stand in its middle."""
        cells = self.columns[at][1:]
        return at > 0 and sum(0 < len(cell) <= _SHORT for cell in cells) * 2 > len(cells)

    def least(self, size: float) -> list[float]:
        """Give the widths of columns whose words are not cut, in millimetres.

        Parameters
        ----------
        size : float
            Of its text, in points.
        """
        return [
            max(
                text_width(word, size, bold=True)
                for cell in cells
                for word in printable(cell).split(" ")
            )
            + _PADDING
            for cells in self.columns
        ]

    def widths(self, size: float, whole: float) -> list[float]:
        """Divide a width among the columns by what most of their cells hold.

        Parameters
        ----------
        size : float
            Of its text, in points.
        whole : float
            Width of the table.
        """
        least, wanted = self.least(size), list[float]()
        for cells, few in zip(self.columns, least, strict=True):
            texts = [text_width(printable(cell), size, bold=True) for cell in cells]
            common = min(max(texts), _COMMON * sum(texts) / len(texts))
            wanted.append(max(common + _PADDING, few))
        if sum(least) < whole < sum(wanted):  # words stay whole as long as they can
            share = (whole - sum(least)) / (sum(wanted) - sum(least))
            return [few + (much - few) * share for few, much in zip(least, wanted, strict=True)]
        return [width * whole / sum(wanted) for width in wanted]

    def parted(self, size: float, whole: float) -> list["Grid"]:
        """Give as few tables as hold all columns with words that are not cut.

        Parameters
        ----------
        size : float
            Of its text, in points.
        whole : float
            Width of a table, of which each has the first column.
        """
        others, least = len(self.head) - 1, self.least(size)
        for count in range(1, others + 1):
            each = math.ceil(others / count)
            parts = [
                (0, *range(at, min(at + each, others + 1))) for at in range(1, others + 1, each)
            ]
            if each == 1 or all(sum(least[at] for at in part) <= whole for part in parts):
                return [self._part(part, is_last=part is parts[-1]) for part in parts]
        return [self]

    def _part(self, columns: tuple[int, ...], *, is_last: bool) -> "Grid":
        return replace(
            self,
            head=tuple(self.head[at] for at in columns),
            rows=tuple(tuple(row[at] for at in columns) for row in self.rows),
            remarks=self.remarks if is_last else (),
        )


@dataclass(frozen=True)
class Frame:
    """The room that a picture has.

    Attributes
    ----------
    width, height : float
        In millimetres; a document lets a picture be higher.
    map_width : float
        Of that, for the map.
    sizes : tuple of float
        Sizes of the text beside the map in points, of which the first is taken that fits.
    is_slide : bool
        Whether it is seen from afar.
    """

    width: float
    height: float
    map_width: float
    sizes: tuple[float, ...]
    is_slide: bool


@dataclass(frozen=True)
class Picture:
    """A drawing whose shapes can be edited.

    Attributes
    ----------
    draw : callable
        Takes the room and gives the drawing, then others with what has no room beside it.
    text : str
        What it shows, for readers who do not see it.
    """

    draw: Callable[[Frame], Sequence[Drawing]]
    text: str


Part = Passage | Grid | Picture


@dataclass(frozen=True)
class Section:
    """A part of a briefing that begins on a slide of its own.

    Attributes
    ----------
    title : str
        Its title.
    parts : tuple of Passage, Grid or Picture
        What stands in it.
    """

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Briefing:
    """A briefing.

    Attributes
    ----------
    top : Heading
        Title and subtitle, for whom it is, whether data are made up, and its language.
    sections : tuple of Section
        The first one bears its title.
    origin : str
        What made it, and whose outlines it shows.
    """

    top: Heading
    sections: tuple[Section, ...]
    origin: str
