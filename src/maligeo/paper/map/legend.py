"""What stands next to a map: the legend, the balance, the ranking, the list of numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from maligeo import look
from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.paper.drawing.fonts import fitting, text_width
from maligeo.paper.drawing.hatching import missing
from maligeo.paper.drawing.shapes import MM_PER_POINT, QUIET, Drawing, Fill, Shape, Words, rectangle
from maligeo.paper.map.overlays import Overlay
from maligeo.paper.map.subject import Section, Subject
from maligeo.paper.page.blocks import (
    Block,
    heading,
    paragraph,
    picture,
    signed,
    space,
    table_row,
    valued,
)
from maligeo.text.legend import PARTS

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
    if subject.two_way:
        found.append(picture(_two_way(column)))
    for entry in subject.legend:
        sign = swatch(subject.fills[entry.index + 1], size, hatched=entry.index < 0)
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


def _two_way(column: Column) -> Drawing:
    """Draw the legend of need against response: nine colours, two ways."""
    width, size, language = column.width, column.size, column.language
    side = min(width * 0.17, 9.0)
    levels = [words.word(f"gaps.{level}", language) for level in _LEVELS]
    small = fitting(max(levels, key=len), side * 1.05, (size * 0.9, size * 0.8, size * 0.7))
    indent = max(text_width(level, small) for level in levels) + 1.5
    step = size * MM_PER_POINT
    drawing = Drawing(width, PARTS * side + 5.4 * step)
    top = 1.9 * step
    need, response = (words.word(f"gaps.{key}", language) for key in ("need", "response"))
    drawing.add(Words(0, 0.95 * step, f"{need} \u2191", size, bold=True))
    for row in range(PARTS):
        level = PARTS - 1 - row  # the highest need stands at the top
        y = top + row * side
        drawing.add(
            Words(indent - 1.0, y + side / 2 + 0.3 * step, levels[level], small, side="right")
        )
        for part in range(PARTS):
            cell = rectangle(indent + part * side, y, side, side)
            drawing.add(Fill(cell, look.TWO_WAY[level * PARTS + part], "#ffffff", 0.3))
    bottom = top + PARTS * side
    for part, text in enumerate(levels):
        middle = indent + (part + 0.5) * side
        drawing.add(Words(middle, bottom + 1.1 * step, text, small, side="middle"))
    across = indent + PARTS * side
    drawing.add(Words(across, bottom + 2.4 * step, f"{response} \u2192", size, True, side="right"))
    return drawing


def gap_blocks(subject: Subject, column: Column) -> list[Block]:
    """Give the ranking of the units by falling gap."""
    title = column.title(words.word("gaps.ranking", column.language))
    found = [space(2.0), *title, space(0.8)]
    for name, gap, text in subject.ranking:
        found.append(valued(name, gap, column.width, column.size, holds=True))
        found += [*column.remark(text), space(0.9)]
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
    """Give notes as `maligeo.text.notes.note_sections` gives them."""
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
    colour: str, size: float, *, hatched: bool = False
) -> Callable[[float, float], list[Shape]]:
    """Give the sign of a class: its colour in a frame, or the hatching of what is missing."""
    wide, high = 2.1 * size * MM_PER_POINT, 1.05 * size * MM_PER_POINT

    def shapes(x: float, y: float) -> list[Shape]:
        patch = rectangle(x - wide / 2, y - high / 2, wide, high)
        inside: list[Shape] = missing(patch, spacing=1.1) if hatched else [Fill(patch, colour)]
        return [*inside, Fill(patch, None, _EDGE, 0.15)]

    return shapes
