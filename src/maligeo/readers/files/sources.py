"""A file to be read, and which part of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Final, Literal, get_args

from maligeo.core.checks import require_choice
from maligeo.core.errors import ArgumentError
from maligeo.readers.formats import word_key

PART: Final = "#"  # between a file and its sheet or layer
WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})
DateOrder = Literal["day-month", "month-day"]
DATE_ORDERS: Final = get_args(DateOrder)
# What the user may say of a file of records.
SAID: Final = ("columns", "constants", "places", "dates", "sheet", "layer", "header_row")
# Their words may give something away.
PARTS: Final = ("sheet", "layer", "columns", "constants", "places", "remembered")
READ_HOW: Final = (*PARTS, "level", "vintage", "dates", "header_row")
LAYERED: Final = frozenset({".gpkg", ".zip", ".kml", ".kmz"})


_EXAMPLES: Final = {
    "columns": 'killed = "Pertes"', "constants": 'status = "dépolluée"',
    "places": '"Tombouctu" = "Tombouctou"',
}  # fmt: skip


def said_fault(name: str, value: object) -> str:
    """Say what is wrong with something that is said of a file; empty where nothing is.

    Parameters
    ----------
    name : str
        What is said, of `SAID`.
    value : object
        As somebody wrote it.

    Examples
    --------
    >>> said_fault("header_row", "one")
    'is no number of a row: rows are counted from 1'
    """
    if name == "dates":
        return "" if value in DATE_ORDERS else f"is none of {', '.join(DATE_ORDERS)}"
    if name == "header_row":
        is_row = isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1
        return "" if is_row else "is no number of a row: rows are counted from 1"
    if name not in _EXAMPLES:
        return "" if isinstance(value, str) else "is no text"
    kinds = str | Real if name == "constants" else str  # constants: what a cell could hold
    is_table = isinstance(value, Mapping) and all(
        isinstance(key, str) and isinstance(one, kinds) and not isinstance(one, bool)
        for key, one in value.items()
    )
    return "" if is_table else f"is no table of texts, such as {_EXAMPLES[name]}"


@dataclass(frozen=True)
class Source:
    """A file of records or boundaries, and how it is to be read.

    Every reader takes one in the place of a path. A path may name a sheet or a layer too:
    "3w.xlsx#2022", "land.gpkg#released".

    Attributes
    ----------
    path : str or os.PathLike
        The file.
    sheet : str or None
        Sheet of a workbook; needed where several hold something.
    layer : str or None
        Layer of a GeoPackage, or data set of a zip archive; needed where there are several.
    level : int or None
        Administrative level, of boundaries only; without it the file says.
    vintage : str or None
        Administrative division, of boundaries only; without it the file says.
    columns : mapping of str to str
        Fields of ours to columns of the file, where their headings do not say it.
    constants : mapping of str to str
        Fields of ours to what they are in every row, in words that a cell could hold.
    places : mapping of str to str
        Names of places in the file to those that they mean, as {"Tombouctu": "Tombouctou"}:
        in every column of places, also where a cell names several. Capitals, accents and
        hyphens make no difference. Each must stand in some row.
    dates : {"day-month", "month-day"} or None
        Order of day and month in dates such as 03/04/2022; without it the file says.
    header_row : int or None
        Number of the row that holds the headings, 1 for the first; without it the first row
        with several filled cells.
    remembered : bool
        Whether `places` were said of another file of this make, as a profile says them: what
        stands in no row of this one is no error then.

    Examples
    --------
    >>> Source("3w.xlsx", sheet="2022").name
    '3w.xlsx'
    >>> source = Source("list.xlsx", columns={"killed": "Nbre de morts"}, dates="day-month")
    """

    path: str | os.PathLike[str]
    sheet: str | None = None
    layer: str | None = None
    level: int | None = None
    vintage: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)
    constants: Mapping[str, str] = field(default_factory=dict, hash=False)
    dates: DateOrder | None = None
    header_row: int | None = None
    places: Mapping[str, str] = field(default_factory=dict, hash=False)
    remembered: bool = False

    def __post_init__(self) -> None:
        if self.dates is not None:
            require_choice(self.dates, DATE_ORDERS, option="dates")
        for name in SAID:
            value = getattr(self, name)
            if value is not None and (why := said_fault(name, value)):
                raise ArgumentError(f"what is said of a file: {name} {why} (found {value!r})")
        keys = [word_key(name) for name in self.places]
        if not all((*keys, *map(word_key, self.places.values()))) or len({*keys}) < len(keys):
            raise ArgumentError("places name each place of the file once, and what it means")

    def __fspath__(self) -> str:
        return os.fspath(self.path)

    def __str__(self) -> str:
        return os.fspath(self.path)

    @property
    def name(self) -> str:
        """Name of the file without its folders."""
        return Path(self.path).name

    @classmethod
    def of(cls, path: str | os.PathLike[str] | Source) -> Source:
        """Give a source as it is, and a path as a source; "book.xlsx#sheet" is taken apart."""
        if not isinstance(path, str | os.PathLike):
            raise ArgumentError(f"{path!r} is no path of a file")
        if isinstance(path, cls) or Path(path).exists():
            return path if isinstance(path, cls) else cls(path)
        file, _, part = os.fspath(path).rpartition(PART)
        suffix = Path(file).suffix.lower()
        if suffix in WORKBOOKS:
            return cls(file, sheet=part)
        return cls(file, layer=part) if suffix in LAYERED else cls(path)

    def saying(
        self,
        *,
        columns: Mapping[str, str] | None = None,
        constants: Mapping[str, str] | None = None,
        places: Mapping[str, str] | None = None,
        dates: DateOrder | None = None,
        sheet: str | None = None,
        layer: str | None = None,
        header_row: int | None = None,
        remembered: bool = False,
    ) -> Source:
        """Add what else is said of a file; it goes before what the source says already."""
        return replace(
            self,
            columns={**self.columns, **(columns or {})},
            constants={**self.constants, **(constants or {})},
            places={**self.places, **(places or {})},
            dates=dates or self.dates,
            sheet=sheet or self.sheet,
            layer=layer or self.layer,
            header_row=self.header_row if header_row is None else header_row,
            remembered=self.remembered or remembered,
        )

    def require_unsaid(self, words: Iterable[str], what: str) -> None:
        """Refuse what cannot be said of such a file.

        Parameters
        ----------
        words : iterable of str
            Names of attributes.
        what : str
            What the file is, as the start of a sentence.

        Raises
        ------
        ArgumentError
            If any of them is stated.
        """
        said = [name for name in words if getattr(self, name)]
        if said:
            raise ArgumentError(f"{self}: {what} is read without {', '.join(said)}")

    def how(self, parts: Iterable[str] = READ_HOW) -> dict[str, str | int]:
        """Say how the file is read, as a record holds it: what is not stated is left out."""
        stated = {part: getattr(self, part) for part in parts}
        return {
            part: json.dumps(dict(value), sort_keys=True) if isinstance(value, Mapping) else value
            for part, value in stated.items()
            if value
        }

    @classmethod
    def again(cls, path: str | os.PathLike[str], how: Mapping[str, Any]) -> Source:
        """Give a file that is read as `how` said.

        Raises
        ------
        ValueError
            If that is nothing that `how` could have said.
        """
        mappings = ("columns", "constants", "places")
        return cls(path, **{k: json.loads(v) if k in mappings else v for k, v in how.items()})
