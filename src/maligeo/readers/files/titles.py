"""Titles of blocks: a region or cercle that stands in a line of its own above its rows."""

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from maligeo.readers.files.blocks import Blocks
from maligeo.readers.files.non_records import NOTE

_LEVELS: Final = {
    "adm1_name": r"r[ée]gion|district",
    "adm2_name": r"cercle|circle",
    "adm3_name": r"commune(?:\s+(?:rurale|urbaine))?",
}
_OF: Final = r"(?:\s*[:–—-]|\s+d['’]|\s+(?:de\s+la|de\s+l['’]|de|du|des|of)(?!\w))?"
_NAME: Final = r"\s*(?P<name>[^\W\d_][^\d,;:.()]*?)\s*(?:\([^()]*\)\s*)?"
_TITLES: Final = {
    field: re.compile(rf"\s*(?:{word})(?!\w){_OF}{_NAME}", re.IGNORECASE)
    for field, word in _LEVELS.items()
}
_MOST_WORDS: Final = 4  # of a name; more are a sentence


def title_of(text: str) -> tuple[str, str] | None:
    """Take the title of a block apart.

    Examples
    --------
    >>> title_of("RÉGION DE MOPTI"), title_of("Cercle : Koro (suite)"), title_of("Sources : x")
    (('adm1_name', 'MOPTI'), ('adm2_name', 'Koro'), None)
    """
    for field, pattern in _TITLES.items():
        match = pattern.fullmatch(text)
        if match is not None and len(match["name"].split()) <= _MOST_WORDS:
            return field, match["name"]
    return None


def fields_of_titles(top: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """List the fields that the titles at the top of a table say, before its first record."""
    fields: list[str] = []
    for row in top:
        cells = [cell.strip() for cell in row if cell.strip()]
        title = title_of(cells[0]) if len(cells) == 1 else None
        if title is None:
            break
        fields.append(title[0])
    return tuple(fields)


def below_titles(
    frame: pd.DataFrame, aside: "pd.Series[str]", above: dict[str, tuple[int, str]]
) -> tuple[dict[str, "pd.Series[str]"], Blocks]:
    """Say for each row what the titles above it say.

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
        for row, (level, _) in titles.items():
            if level <= field:  # a title of the level above ends those below it
                at[row] = row if level == field else 0
        rows = at.ffill().astype("int64")
        said = dict([last]) | {row: name for row, (_, name) in titles.items()} | {0: ""}
        names[field] = rows.map(said).replace("", pd.NA).astype("string")
        of_records = rows[(rows > 0) & ~rows.index.isin(aside.index)]
        blocks[f"({field})"] = of_records.to_dict()
        if len(rows):
            above[field] = (int(rows.iloc[-1]), said[int(rows.iloc[-1])])
    return names, blocks


def _titles(frame: pd.DataFrame, aside: "pd.Series[str]") -> dict[int, tuple[str, str]]:
    lone = frame.loc[frame.index.intersection(aside.index[aside == NOTE])]
    texts = {row: next((cell for cell in cells if isinstance(cell, str)), "")
             for row, *cells in lone.itertuples()}  # fmt: skip
    found = ((int(row), title_of(text)) for row, text in texts.items())
    return {row: title for row, title in found if title is not None}
