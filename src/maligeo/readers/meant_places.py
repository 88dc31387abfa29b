"""Names of places that the user says mean others: mostly misspelt ones."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from maligeo.core.errors import UnknownNameError
from maligeo.core.placenames import names_and_between
from maligeo.readers.cells.values import Distinct, each_word
from maligeo.readers.files.sources import Source
from maligeo.readers.formats import word_key
from maligeo.readers.reading import MeantPlace

PLACES: Final = ("adm1_name", "adm2_name", "adm3_name", "place_name", "place", "place_parent",
                 "unit")  # fmt: skip

Account = dict[str, MeantPlace]


def read_as_meant(names: pd.DataFrame, source: Source) -> tuple[pd.DataFrame, Account]:
    """Read names of places as the user says that they are meant.

    Parameters
    ----------
    names : pandas.DataFrame of str
        Columns of places, as the file says them. A cell may name several places, or one in
        parentheses behind another; each of them is read by itself, and whole.
    source : Source
        What is said of the file.

    Returns
    -------
    names : pandas.DataFrame
    account : dict of str to MeantPlace
        Names as they are said, to what they mean and in how many rows they stand.
    """
    said = {word_key(name): name for name in source.places}
    marks = {name: np.zeros(len(names), dtype=np.bool_) for name in source.places}
    changed = dict[str, pd.Series]()
    for column in names.columns if said else ():
        distinct = Distinct.of(names[column])
        found = [_said_in(text, said) for text in distinct.texts.to_pylist()]
        for name in set[str]().union(*found):
            marks[name] |= distinct.each(np.array([name in some for some in found]), False)
        if any(found):
            meant = {key: source.places[name] for key, name in said.items()}
            changed[str(column)] = each_word(names[column], partial(_meant, meant))
    account = {
        name: MeantPlace(source.places[name], int(rows.sum())) for name, rows in marks.items()
    }
    return names.assign(**changed), account


def _said_in(cell: str, said: Mapping[str, str]) -> set[str]:
    """Give the names of a cell that mean others, as they are said."""
    keys = {word_key(cell), *map(word_key, names_and_between(cell)[::2])}
    return {said[key] for key in keys & said.keys()}


def _meant(meant: Mapping[str, str], cell: str) -> str:
    pieces = [cell] if word_key(cell) in meant else names_and_between(cell)
    return "".join(meant.get(word_key(piece), piece) for piece in pieces)


def require_in_rows(source: Source, accounts: Iterable[Mapping[str, MeantPlace]]) -> None:
    """Refuse a name that is said and stands in no row, unless it was said of another file.

    Parameters
    ----------
    source : Source
        What is said of the file, or folder.
    accounts : iterable of mapping of str to MeantPlace
        Of its pieces, as `read_as_meant` gives them.

    Raises
    ------
    UnknownNameError
        If there is one.
    """
    found = {name for account in accounts for name, said in account.items() if said.rows}
    lost = [name for name in source.places if name not in found]
    if lost and not source.remembered:
        values = {"file": str(source), "name": lost[0], "meant": source.places[lost[0]]}
        raise UnknownNameError(key="place_in_no_row", values=values)
