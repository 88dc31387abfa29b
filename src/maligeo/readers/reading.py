"""What became of a file when it was read: every column and every row."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, NamedTuple, Self

import pandas as pd

from maligeo.core import columns
from maligeo.core.notebooks import listed, titled
from maligeo.core.sentences import field_text
from maligeo.core.session import session_language
from maligeo.core.words import number_text, word

_MOST_ROWS: Final = 20
ATTRIBUTE: Final = "reading"  # of a frame that was read, in `attrs`


class UnknownWord(NamedTuple):
    """A word that is not known.

    Attributes
    ----------
    rows : int
        In how many rows it stands.
    proposals : tuple of str
        Known words that come near it, the nearest first.
    """

    rows: int
    proposals: tuple[str, ...]


class MeantPlace(NamedTuple):
    """What the user says that a name of a place means.

    Attributes
    ----------
    name : str
        The name that is meant.
    rows : int
        In how many rows it is read so.
    """

    name: str
    rows: int


@dataclass(frozen=True)
class Reading(dict[str, object]):
    """An account of a file that was read, as `frame.attrs["reading"]` holds it.

    It is a dictionary of its attributes too: pandas writes `attrs` into Parquet as JSON.

    Attributes
    ----------
    format : str
        Make of the file, such as "acled" or "plain_incidents".
    used : mapping of str to str
        Fields of ours to the columns of the file that they were read from.
    constants : mapping of str to str
        Fields of ours to what the user says that they are in every row.
    places : mapping of str to MeantPlace
        Names of places to what the user says that they mean.
    kept : tuple of str
        Columns that stay as they are, under their own names; where `places` says what names
        mean, also those in which they stand.
    not_understood : mapping of str to str
        Columns that stay as they are although they resemble a field of ours: to that field.
    personal : tuple of str
        Columns of which nothing was read: those about persons and, in a file that has any or
        is of a make that may, all that are not used.
    set_aside : mapping of int or str to str
        Rows that are no records, by their number in the file, in a folder with the name of the
        file before it ("2021.csv:7"): "total", "note", "header",
        "unread_title" (of a block, whose place is not understood) or, of figures, "abroad".
    rows_in_file, rows_read, rows_left_out, rows_rejected : int
        All rows of the file; those of the frame; those that an option left out; those with
        faults. With those set aside the last three add up to the first.
    unknown_words : mapping of str to mapping of str to UnknownWord
        Words that are not known, by column, and in how many rows each stands.
    date_order : str
        Order of day and month that was assumed where no date of the file shows one; else "".
    stated_order : str
        Order that the user says, in which years of two digits are read too, as of this century;
        else "".
    partial_dates : mapping of str to int
        Columns of starts and ends of projects to how many of their rows say a month or a year
        alone: it begins with its first day, and ends with its last.
    filled_down : mapping of str to int
        Columns to how many of their rows say what a merged cell above says; "(adm1_name)" to
        how many say it by the title of their block.
    otherwise : mapping of str to str
        Fields of ours to the kept columns that they were read from in rows where their own
        column is empty.
    sparse : str
        Column of places that is written in the first row of each block of rows alone, as it
        seems, so that the rows below it have no place; else "".
    shown : tuple of str
        Columns of amounts whose currency stands in the format of cells of a workbook alone.
    in_some : mapping of str to str
        Columns that only some files of a folder have: to the fields of ours that were read from
        them; "" where none was.
    """

    format: str
    used: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    not_understood: Mapping[str, str] = field(default_factory=dict)
    personal: tuple[str, ...] = ()
    set_aside: Mapping[Any, str] = field(default_factory=dict)
    rows_in_file: int = 0
    rows_read: int = 0
    rows_left_out: int = 0
    rows_rejected: int = 0
    unknown_words: Mapping[str, Mapping[str, "UnknownWord"]] = field(default_factory=dict)
    date_order: str = ""
    stated_order: str = ""
    partial_dates: Mapping[str, int] = field(default_factory=dict)
    filled_down: Mapping[str, int] = field(default_factory=dict)
    otherwise: Mapping[str, str] = field(default_factory=dict)
    sparse: str = ""
    shown: tuple[str, ...] = ()
    in_some: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, MeantPlace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.update({each.name: getattr(self, each.name) for each in fields(self)})

    def __deepcopy__(self, memo: object) -> Self:
        """Give itself: pandas copies `attrs` at every step."""
        return self

    @property
    def columns_in_file(self) -> int:
        """How many columns the file has: those used, kept, not understood and not read."""
        return len(self.columns)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file, or of all files of a folder."""
        read = (*self.used.values(), *self.kept, *self.not_understood)
        return tuple(dict.fromkeys((*read, *self.personal, *self.in_some)))

    @property
    def extra(self) -> tuple[str, ...]:
        """Columns that stay in the frame as they are."""
        return (*self.kept, *self.not_understood)

    def _repr_html_(self) -> str:
        language = session_language()
        lines = reading_lines(self, self.rows_read, language)
        return titled(f"{word('reading.account', language)} ({self.format})", listed(lines))


def reading_lines(reading: Reading, records: int, language: str) -> list[str]:
    """Say what became of every column and row of a file.

    Parameters
    ----------
    reading : Reading
        The account of the reader.
    records : int
        Records that were read, such as projects, of which several rows may be one.
    language : {"fr", "en"}
        Language.

    Returns
    -------
    list of str
        Lines; those of a list are indented by two spaces.
    """
    lines = [_rows(reading, language)]
    if records != reading.rows_read:
        text = word("reading.records", language)
        lines.append(text.format(records=number_text(records, language)))
    for key, items in reading_lists(reading, language, _with_id):
        if items:
            lines += [word(key, language), *(f"  {item}" for item in items)]
    return [*lines, *assumptions(reading, language)]


def assumptions(reading: Reading, language: str) -> Iterator[str]:
    """Say what was assumed of a file, and what of it nobody can know."""
    if reading.sparse:
        yield word("reading.sparse", language).format(column=reading.sparse)
    if reading.date_order:
        yield word(f"reading.{reading.date_order}", language)
    if reading.stated_order:
        yield word(f"reading.stated_{reading.stated_order}", language)


def _rows(reading: Reading, language: str) -> str:
    counts = {
        "in_file": reading.rows_in_file,
        "read": reading.rows_read,
        "left_out": reading.rows_left_out,
        "aside": len(reading.set_aside),
        "rejected": reading.rows_rejected,
    }
    texts = {name: number_text(count, language) for name, count in counts.items()}
    return word("reading.rows", language).format(**texts)


def reading_lists(
    reading: Reading, language: str, field: Callable[[str, str], str] = field_text
) -> Iterator[tuple[str, list[str]]]:
    """Give each list of columns, rows or words by the name of its heading; many are empty.

    Parameters
    ----------
    reading : Reading
        The account of the reader.
    language : {"fr", "en"}
        Language.
    field : callable
        Says a field of ours in a language.
    """

    def say(ours: str) -> str:
        return field(ours, language)

    yield "reading.used", [f"{name} → {say(ours)}" for ours, name in reading.used.items()]
    yield "reading.constant", [f"{say(ours)} = {text}" for ours, text in reading.constants.items()]
    yield "reading.meant", [_meant(name, *said, language) for name, said in reading.places.items()]
    yield "reading.kept", [", ".join(reading.kept)] if reading.kept else []
    yield (
        "reading.in_some",
        [f"{name} → {say(ours)}" if ours else name for name, ours in reading.in_some.items()],
    )
    second = reading.otherwise.items()
    yield "reading.otherwise", [f"{name} → {say(ours)}" for ours, name in second]
    yield (
        "reading.not_understood",
        [
            _resembling(reading, name, ours, language)
            for name, ours in reading.not_understood.items()
        ],
    )
    yield "reading.personal", [", ".join(reading.personal)] if reading.personal else []
    yield "reading.aside", _aside(reading, language)
    yield "reading.words", _unknown(reading, language)
    yield "reading.shown", [", ".join(reading.shown)] if reading.shown else []
    yield (
        "reading.partial_dates",
        _filled(reading.partial_dates, "reading.partial_dates_column", language),
    )
    filled = reading.filled_down
    merged = {name: rows for name, rows in filled.items() if not name.startswith("(")}
    yield "reading.filled", _filled(merged, "reading.filled_column", language)
    titled = {say(name.strip("()")): rows for name, rows in filled.items() if name not in merged}
    yield "reading.titled", _filled(titled, "reading.titled_field", language)


def _resembling(reading: Reading, name: str, ours: str, language: str) -> str:
    used = reading.used.get(ours)
    key = "reading.resembles" if used is None else "reading.resembles_more"
    said = field_text(ours, language)
    return word(key, language).format(column=name, field=said, ours=ours, used=used)


def _with_id(ours: str, language: str) -> str:
    """Say a field in words, and as options of the command line name it."""
    said = field_text(ours, language)
    return said if said == ours else f"{said} ({ours})"


def _meant(name: str, meant: str, rows: int, language: str) -> str:
    key = "reading.meant_place" if rows else "reading.meant_nowhere"
    return word(key, language).format(name=name, meant=meant, rows=number_text(rows, language))


def _unknown(reading: Reading, language: str) -> list[str]:
    return [
        f"{column} : {line}" if language == "fr" else f"{column}: {line}"
        for column, some in reading.unknown_words.items()
        for word_found, found in some.items()
        for line in [name_line(word_found, found.rows, found.proposals, language)]
    ]


def name_line(name: str, rows: int, proposals: Sequence[str], language: str) -> str:
    """Name something that was not found, in how many rows it stands and what may be meant."""
    key = "reading.name_near" if proposals else "reading.name"
    near = ", ".join(proposals)
    return word(key, language).format(name=name, rows=number_text(rows, language), near=near)


def _filled(counts: Mapping[str, int], key: str, language: str) -> list[str]:
    text = word(key, language)
    return [
        text.format(name=name, rows=number_text(rows, language)) for name, rows in counts.items()
    ]


def _aside(reading: Reading, language: str) -> list[str]:
    rows = list(reading.set_aside.items())
    shown = [word(f"reading.{why}", language).format(row=row) for row, why in rows[:_MOST_ROWS]]
    return [*shown, "…"] if len(rows) > _MOST_ROWS else shown


def meant_in(frame: pd.DataFrame) -> Mapping[str, tuple[str, int]]:
    """Give what was said of names of places when a frame was read; also one from Parquet."""
    found: Mapping[str, tuple[str, int]] = frame.attrs.get(ATTRIBUTE, {}).get("places", {})
    return found


def with_kept(reading: Reading, names: Sequence[str]) -> Reading:
    """Count columns among those kept although they resemble a field, unless they are not read."""
    more = [name for name in names if name not in (*reading.personal, *reading.kept)]
    others = {name: ours for name, ours in reading.not_understood.items() if name not in names}
    return replace(reading, kept=(*reading.kept, *more), not_understood=others)


def added(readings: Sequence[Reading]) -> Reading:
    """Put together the readings of consecutive pieces of one file, or of files of a folder."""
    filled = Counter[str]()
    for reading in readings:
        filled.update(reading.filled_down)
    first = readings[0]
    if any(one.columns != first.columns or one.used != first.used for one in readings):
        readings = [*readings[:-1], replace(readings[-1], **_added_columns(readings))]
    aside = {row: why for reading in readings for row, why in reading.set_aside.items()}
    return replace(
        readings[-1],
        set_aside=aside,
        rows_in_file=sum(reading.rows_in_file for reading in readings),
        rows_read=sum(reading.rows_read for reading in readings),
        rows_left_out=sum(reading.rows_left_out for reading in readings),
        rows_rejected=sum(reading.rows_rejected for reading in readings),
        unknown_words=_added_words(readings),
        date_order=next((one.date_order for one in readings if one.date_order), ""),
        filled_down=dict(filled),
        places={
            name: MeantPlace(said.name, sum(one.places[name].rows for one in readings))
            for name, said in first.places.items()
        },
    )


def _added_columns(readings: Sequence[Reading]) -> dict[str, Any]:
    """Account for columns of files that differ in them."""
    everywhere = set(readings[0].columns).intersection(*(one.columns for one in readings))
    fields_of = {name: ours for one in readings for name, ours in one.in_some.items() if ours}
    fields_of |= {name: ours for one in readings for ours, name in one.used.items()}
    names = dict.fromkeys(name for one in readings for name in one.columns)
    partial = {name for one in readings for name in one.in_some} | (names.keys() - everywhere)
    return {
        "used": {ours: name for one in reversed(readings) for ours, name in one.used.items()},
        "kept": tuple(dict.fromkeys(name for one in readings for name in one.kept)),
        "not_understood": {k: v for one in readings for k, v in one.not_understood.items()},
        "personal": tuple(dict.fromkeys(name for one in readings for name in one.personal)),
        "in_some": {name: fields_of.get(name, "") for name in names if name in partial},
    }


def _added_words(readings: Sequence[Reading]) -> dict[str, dict[str, UnknownWord]]:
    words: dict[str, dict[str, UnknownWord]] = {}
    for column, text, found in (
        (column, text, found)
        for reading in readings
        for column, some in reading.unknown_words.items()
        for text, found in some.items()
    ):
        before = words.setdefault(column, {}).get(text, UnknownWord(0, found.proposals))
        words[column][text] = found._replace(rows=before.rows + found.rows)
    return words


_TAKEN: Final = frozenset(
    name.lower()
    for name in (
        *columns.RECORD_COLUMNS, *columns.DENSITY, *columns.UNITS, *columns.POPULATION, "geometry",
    )
)  # fmt: skip
_OF_UNITS: Final = re.compile(r"adm\d_.*", re.IGNORECASE)
THEIRS: Final = " (file)"  # behind the name of a column of a file that bears one of ours


def with_extra(frame: pd.DataFrame, rows: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Add the columns that stay as they are, behind those that were read.

    Parameters
    ----------
    frame : pandas.DataFrame
        What was read; its index, numbers of rows, may repeat.
    rows : pandas.DataFrame
        The rows of the file as text, by the same numbers.
    reading : Reading
        Which columns stay.

    Returns
    -------
    pandas.DataFrame
        A column that bears the name of one of ours gets " (file)" behind it.
    """
    names = dict[str, str]()
    for name in reading.extra:
        ours = name.lower() in _TAKEN or _OF_UNITS.fullmatch(name) is not None
        repeated = name.lower() in map(str.lower, names.values())
        names[name] = f"{name}{THEIRS}" if ours or repeated else name
    if not names:
        return frame
    more = rows[list(names)].rename(columns=names)
    if not more.index.equals(frame.index):
        more = more.loc[frame.index]
    more.index = frame.index
    return pd.concat([frame, more], axis=1)
