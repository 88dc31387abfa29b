"""What became of a file that was read, in sentences."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import pandas as pd

from maligeo.core.sentences import field_text, translated
from maligeo.core.words import joined, number_text, word
from maligeo.readers.reading import Reading

_MOST_ROWS = 20


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
    if reading.sparse:
        lines.append(word("reading.sparse", language).format(column=reading.sparse))
    if reading.date_order:
        lines.append(word(f"reading.{reading.date_order}", language))
    return lines


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


def place_lines(counts: Mapping[str, int], names: pd.DataFrame, language: str) -> list[str]:
    """Say what becomes of the places of a file.

    Parameters
    ----------
    counts : mapping of str to int
        Rows that are `placed`, `too_coarse`, `outside`, `not_found`.
    names : pandas.DataFrame
        `place`, `rows` and `proposals` (separated by "|") of names that were not found.
    language : {"fr", "en"}
        Language.
    """
    texts = {key: number_text(count, language) for key, count in counts.items()}
    lines = [word("reading.places", language).format(**texts)]
    if len(names):
        lines.append(word("reading.place_names", language))
    for place, rows, near in names[["place", "rows", "proposals"]].head(_MOST_ROWS).to_numpy():
        proposals = near.split("|") if isinstance(near, str) and near else []
        lines.append(f"  {name_line(place, int(rows), proposals, language)}")
    return [*lines, "  …"] if len(names) > _MOST_ROWS else lines


def place_note(note: object, language: str) -> str:
    """Say in a language what `locate` notes of a name that it did not find, or read otherwise."""
    told = note.split("; ") if isinstance(note, str) else []
    return joined((translated(one, language) for one in told), language)


def _filled(counts: Mapping[str, int], key: str, language: str) -> list[str]:
    text = word(key, language)
    return [
        text.format(name=name, rows=number_text(rows, language)) for name, rows in counts.items()
    ]


def _aside(reading: Reading, language: str) -> list[str]:
    rows = list(reading.set_aside.items())
    shown = [word(f"reading.{why}", language).format(row=row) for row, why in rows[:_MOST_ROWS]]
    return [*shown, "…"] if len(rows) > _MOST_ROWS else shown
