"""How a table is laid out: titles, one or several rows of headings, HXL tags, then the rows."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Final

from maligeo.core.errors import Fault, FrameError, InputFileError
from maligeo.readers.files.bounds import require_bounded_table
from maligeo.readers.formats import (
    GROUP,
    bare_headings,
    column_key,
    known_headings,
    meant_in,
    people_counted,
    plain_key,
    says_who,
)

_NUMBERS: Final = re.compile(r"^\W*\d[\d\W]*$")  # a number, a date in figures
UNTITLED: Final = "col. {}"  # name of a column without a heading; the same in both languages
_HEADER_WITHIN: Final = 20
_TOP: Final = 3  # rows that are looked at for titles, of which there may be one of each level
_MOST_GROUPS: Final = 2  # rows of titles above the headings, or of headings below them
_HXL_TAG: Final = re.compile(r"^\s*#[A-Za-z][A-Za-z0-9_]*(\s*\+[A-Za-z0-9_]+)*\s*$")


@dataclass(frozen=True)
class Layout:
    """How a text table is laid out.

    Attributes
    ----------
    encoding : str
        Python's name of the encoding.
    delimiter : str
        What stands between cells.
    columns : tuple of str
        Names in the header; an empty one becomes "col. 3", by its place.
    rows_before : int
        Rows before the first data row: what stands above the header, the header itself
        and the HXL tags.
    hxl : dict of str to str
        Column to HXL tag; empty without a tag row.
    ends : bool
        Whether the file ends with these rows, so that there is nothing to parse.
    top : tuple of dict of str to str
        The first rows below them, a cell for each column.
    """

    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    rows_before: int
    hxl: dict[str, str] = field(default_factory=dict)
    ends: bool = False
    top: tuple[dict[str, str], ...] = ()


def lay_out(
    rows: list[list[str]],
    path: Path,
    encoding: str,
    delimiter: str,
    header_row: int | None = None,
) -> Layout:
    """Find header and HXL tags in the first rows of a table.

    Parameters
    ----------
    rows : list of list of str
        First rows, from the top; a blank row is an empty list.
    path : pathlib.Path
        The file, for messages.
    encoding, delimiter : str
        Handed on.
    header_row : int, optional
        Number of the row with the headings, from 1; by default the one with most known
        headings. Of titles above it, and without a number of headings below it that halve
        its own, the names of the columns are made as well.
    """
    filled = [at for at, row in enumerate(rows) if any(cell.strip() for cell in row)]
    if not filled:
        raise InputFileError(f"{path} holds no table: there is nothing in it")
    if header_row is None:
        header = _find_header(rows, filled)
        last = header + _rows_below(rows, header)
    elif header_row - 1 in filled:
        header = last = header_row - 1
    else:
        raise InputFileError(f"{path} has no headings in row {header_row}")
    columns = _name_columns(rows[header - _rows_above(rows, header) : last + 1], path)
    after = last + 1
    tags: dict[str, str] = {}
    if _is_tag_row(rows[header]):
        tags = dict(zip(columns, map(str.strip, rows[header]), strict=True))
    elif after < len(rows) and _is_tag_row(rows[after]):
        pairs = zip(columns, map(str.strip, rows[after]), strict=False)
        tags = {column: tag for column, tag in pairs if tag}
        after += 1
    filled_rows = [row for row in rows[after:] if any(map(str.strip, row))][:_TOP]
    top = tuple(
        dict(zip_longest(columns, row[: len(columns)], fillvalue="")) for row in filled_rows
    )
    return Layout(encoding, delimiter, columns, after, tags, top=top)


def _find_header(rows: list[list[str]], filled: Sequence[int]) -> int:
    """Choose the row of the headings: the one above the tags, or that with most known ones.

    Above the headings of a 3W stands a row with QUI, QUOI, OÙ and QUAND.
    """
    several = [at for at in filled[:_HEADER_WITHIN] if len(_filled(rows[at])) > 1]
    tagged = next((at for at in several if _is_tag_row(rows[at])), None)
    if tagged is not None and tagged - 1 in several:
        return tagged - 1
    if not several:
        return filled[0]

    def known(at: int) -> int:
        meant = meant_in(rows[at])
        found = sum(_is_known(meant.get(cell, cell)) for cell in {*rows[at]})  # each once
        return found if found > 1 else 0

    headings = [at for at in several if at == several[0] or not _has_numbers(rows[at])]
    # The first of equals; all headings that are known are looked up only where that decides.
    return max(headings, key=known) if len(headings) > 1 else headings[0]


def _rows_above(rows: list[list[str]], header: int) -> int:
    """Count the rows of titles of groups that stand directly above the headings."""
    count = 0
    while count < min(_MOST_GROUPS, header):
        row = rows[header - count - 1]
        if len(_filled(row)) < 2 or _has_numbers(row):
            break
        count += 1
    return count


def _rows_below(rows: list[list[str]], header: int) -> int:
    """Count the rows directly below the headings that divide some of them further."""
    count = 0
    while count < _MOST_GROUPS and header + count + 1 < len(rows):
        if not _divides(rows[header + count + 1], rows[header + count]):
            break
        count += 1
    return count


def _divides(row: list[str], above: list[str]) -> bool:
    """Tell headings from data: they stand below a title of several columns alone."""
    cells, texts = _filled(row), _filled(above)
    spanning = {at for at in texts if at + 1 < len(above) and at + 1 not in texts}
    stand_free = all(at not in texts or at in spanning or above[at] == row[at] for at in cells)
    if len(cells) < 2 or not stand_free or cells <= texts or _has_numbers(row):
        return False
    titles = _spread([*map(str.strip, above)], [*row, *[""] * len(above)], [""] * len(above))
    return any(
        _is_known(cell) or column_key(cell) in bare_headings() or _completes(cell, title)
        for cell, title in zip_longest(row, titles, fillvalue="")
    )


def _completes(heading: str, title: str) -> bool:
    """Tell a heading that is known below its title alone: "Dépolluée (ha)" below "Superficie"."""
    alone = bool(heading) and bool(title) and not _is_known(heading)
    return alone and _is_known(f"{title} {heading}")


def _filled(row: list[str]) -> set[int]:
    return {at for at, cell in enumerate(row) if cell.strip()}


def _has_numbers(row: list[str]) -> bool:
    return any(map(_NUMBERS.search, row))


def _is_known(heading: str) -> bool:
    return column_key(heading) in known_headings() or plain_key(heading) in known_headings()


def _is_tag_row(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(_HXL_TAG.match(cell) for cell in filled)


def _name_columns(block: list[list[str]], path: Path) -> tuple[str, ...]:
    """Name the columns by their lowest headings, with the title above where that is needed."""
    width = max(map(len, block))
    require_bounded_table(str(path), columns=width, cells=0, size=0)
    rows = [[*map(str.strip, row), *[""] * (width - len(row))] for row in block]
    headings, groups = [""] * width, [""] * width
    above = [""] * width
    for row, below in zip(rows, [*rows[1:], None], strict=True):
        groups = [(above if cell else groups)[at] for at, cell in enumerate(row)]
        headings = [cell or headings[at] for at, cell in enumerate(row)]
        above = above if below is None else _spread(row, below, above)
    counts = Counter(filter(None, headings))
    names = []
    for at, heading in enumerate(headings):
        group = groups[at] if heading else above[at]
        alone = heading and counts[heading] == 1 and not _needs_group(heading, group)
        name = heading or UNTITLED.format(at + 1)
        names.append(name if alone or not group or group == name else f"{group}{GROUP}{name}")
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        faults = [Fault(None, name, name, "column name repeats") for name in repeated]
        raise FrameError(str(path), faults)
    return tuple(names)


def _spread(row: list[str], below: list[str], above: list[str]) -> list[str]:
    """Give the title over each column: it reaches to the next one, or to the end of its own.

    A heading over nothing, of a column that needs no second one, is over no other column.
    """
    titles, title = list[str](), ""
    for at, cell in enumerate(row):
        if cell:
            title = cell if below[at] else ""
        elif at and above[at] != above[at - 1]:
            title = ""
        titles.append(title or above[at])
    return titles


def _needs_group(heading: str, group: str) -> bool:
    """Tell a heading that says little alone, as "Total" below "Bénéficiaires", or too much."""
    is_bare = column_key(heading) in bare_headings() and bool(plain_key(group))
    return (
        is_bare or _completes(heading, group) or (bool(people_counted(heading)) and says_who(group))
    )
