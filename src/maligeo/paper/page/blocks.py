"""Pieces of text and legend that know their height, and how they flow into columns."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from maligeo.paper.drawing.fonts import text_width, wrapped
from maligeo.paper.drawing.shapes import (
    INK,
    MM_PER_POINT,
    QUIET,
    RULE,
    Drawing,
    Shape,
    Side,
    Stroke,
    Words,
    line,
)
from maligeo.paper.map.projection import Box

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
