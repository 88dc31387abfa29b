"""Tables of people by unit, read as tables of figures are."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from maligeo.core.errors import UnknownNameError
from maligeo.readers.figure_tables import PEOPLE_FORMAT, read_figure_table
from maligeo.readers.files.raw import RawFile, open_raw
from maligeo.readers.files.sources import Source
from maligeo.readers.formats import column_key, fields_named, load_format
from maligeo.readers.frames import raw_frame, with_rows_of
from maligeo.readers.quarantine import Gate

PEOPLE: Final = "people"
_FRAME: Final = "population"
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def read_people(given: str | Path | Source | pd.DataFrame) -> pd.DataFrame:
    """Read a table of people by unit.

    Parameters
    ----------
    given : str, pathlib.Path, Source or pandas.DataFrame
        A table of units and people: one column of people ("Population", "Habitants", "T_TL" of
        COD-PS), or one for each year ("Population 2021"). A table with one column of numbers
        alone has people in it, unless its heading is known to count something else ("Femmes").

    Returns
    -------
    pandas.DataFrame
        Figures of the measure "people", as `maligeo.read_figures` gives them; the period is
        missing where the table says none.

    Raises
    ------
    FrameError, InputFileError
        As `maligeo.read_figures`.
    UnknownNameError
        If no column, or several, may hold the people, or the only one counts something else.
    """
    if isinstance(given, pd.DataFrame):
        file = raw_frame(given, _FRAME, columns=None, constants=None, places=None, dates=None)
        figures = _figures(file, _FRAME)
        return with_rows_of(figures, given)
    source = Source.of(given)
    return _figures(open_raw(source), str(source))


def _figures(file: RawFile, what: str) -> pd.DataFrame:
    figures = read_figure_table(file, PEOPLE_FORMAT, None, Gate(what, "raise", None))
    found = list(dict.fromkeys(figures["measure"]))
    if PEOPLE in found or not found:
        return figures[figures["measure"] == PEOPLE]
    if len(found) > 1 or _counts_others(str(found[0])):
        values = {"file": what, "columns": ", ".join(found)}
        raise UnknownNameError(key="which_people", values=values)
    figures["measure"] = PEOPLE
    return figures


def people_columns(names: Iterable[str]) -> list[str]:
    """List the headings that say themselves that they are of people, also of one year.

    Examples
    --------
    >>> people_columns(["Région", "Population 2021", "T_TL", "Total", "Femmes"])
    ['Population 2021', 'T_TL']
    """
    vague = set(map(column_key, load_format(PEOPLE_FORMAT).settings["of_anything"]))
    bare = {name: _YEAR.sub("", name) for name in names}
    return [
        name
        for name, heading in bare.items()
        if PEOPLE in fields_named(heading) and column_key(heading) not in vague
    ]


def is_people_table(names: Sequence[str]) -> bool:
    """Tell by its headings a table of units and people, and of no records or other figures."""
    settings = load_format(PEOPLE_FORMAT).settings
    measures = {*load_format("plain_figures").settings["measures"]} - {PEOPLE}
    meant = frozenset[str]().union(*map(fields_named, names))
    is_other = not meant.isdisjoint({*settings["of_records"], *measures})
    return bool(people_columns(names)) and not is_other


def _counts_others(heading: str) -> bool:
    """Tell a heading that means another field or measure, or some people alone."""
    listed = load_format(PEOPLE_FORMAT).settings["of_others"]
    words = {column_key(word) for word in heading.split()}
    return bool(fields_named(heading) - {"value"}) or not words.isdisjoint(map(column_key, listed))
