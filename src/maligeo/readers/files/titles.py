"""Titles of blocks: a region or cercle that stands in a line of its own above its rows."""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from maligeo.readers.cells.titles import title_of
from maligeo.readers.files.blocks import Blocks
from maligeo.readers.files.non_records import NOTE, UNREAD, lone_cells

TITLED: Final = ("adm1_name", "adm2_name", "adm3_name")


def titles_at_top(top: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """List the fields that the titles at the top of a table say, before its first record.

    Parameters
    ----------
    top : sequence of mapping of str to str
        Its first rows: heading to cell.

    Returns
    -------
    dict of str to str
        Field to the heading of the column in which its title stands.
    """
    fields: dict[str, str] = {}
    for row in top:
        cells = [(name, cell.strip()) for name, cell in row.items() if cell.strip()]
        if len(cells) != 1:
            break
        (heading, text), *_ = cells
        title = title_of(text, heading=heading)
        if not any(title.values()) and not title_of(text):
            break
        fields |= dict.fromkeys(sorted(title), heading)
    return fields


def below_titles(
    frame: pd.DataFrame, aside: "pd.Series[str]", above: dict[str, tuple[int, str]]
) -> tuple[dict[str, "pd.Series[str]"], Blocks]:
    """Say for each row what the titles above it say.

    A title that names no unit ends the one before it, and one of a level those below it.

    Parameters
    ----------
    frame : pandas.DataFrame of str
        All rows of a piece of a table.
    aside : pandas.Series of str
        Those that are no records, as `find_non_records` gives them.
    above : dict
        Field to the row and the name of the last title, of row 0 where there was none yet; it
        is brought up to the end of this piece.

    Returns
    -------
    names : dict of str to pandas.Series of str
        For each of these fields a text for every row.
    blocks : dict
        As `blocks_of`, of the rows that are records.
    """
    names, blocks = dict[str, "pd.Series[str]"](), Blocks()
    titles = _titles(frame, aside) if above else {}
    for field, last in list(above.items()):
        at = pd.Series(float("nan"), index=frame.index)
        at.iloc[:1] = last[0]
        said = dict([last]) | {row: title.get(field, "") for row, title in titles.items()} | {0: ""}
        for row, title in titles.items():
            if min(title) <= field:
                at[row] = row if said[row] else 0
        rows = at.ffill().astype("int64")
        names[field] = rows.map(said).replace("", pd.NA).astype("string")
        of_records = rows[(rows > 0) & ~rows.index.isin(aside.index)]
        blocks[f"({field})"] = of_records.to_dict()
        if len(rows):
            above[field] = (int(rows.iloc[-1]), said[int(rows.iloc[-1])])
    return names, blocks


def _titles(frame: pd.DataFrame, aside: "pd.Series[str]") -> dict[int, dict[str, str]]:
    rows = aside.index[aside.isin([NOTE, UNREAD])]
    lone = lone_cells(frame.loc[frame.index.intersection(rows)])
    titles = {row: title_of(text, heading=name) for row, (name, text) in lone.items()}
    # A note that is no title looks like one that is not understood.
    return {row: title for row, title in titles.items() if aside[row] == UNREAD or _is_read(title)}


def _is_read(title: Mapping[str, str]) -> bool:
    return bool(title) and all(title.values())
