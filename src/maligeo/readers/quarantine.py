"""What happens to rows with faults: one error that lists them all, or a file that keeps them.

Readers collect faults column by column in a `Faults`, then hand rows and faults to a
`Gate`, once per chunk of a large file.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Any, NamedTuple, Self, TypeVar

import pandas as pd

from maligeo.core.bilingual import read_texts
from maligeo.core.checks import require_choice
from maligeo.core.errors import UNKNOWN_WORD, ArgumentError, Fault, FrameError, said_once
from maligeo.core.files import written_whole
from maligeo.core.session import session_language
from maligeo.core.spreadsheets import guarded
from maligeo.readers.reading import UnknownWord

ON_INVALID = ("raise", "quarantine")


_Parsed = TypeVar("_Parsed")


class _Block(NamedTuple):
    """Faults of one kind: the same column, several rows."""

    rows: pd.Index
    column: str
    values: list[object]
    reasons: list[str]
    proposals: Mapping[str, tuple[str, ...]]


class Faults:
    """The faults of a table, kept by column and listed by row.

    Examples
    --------
    >>> killed = pd.Series(["2", "-1"], index=[2, 3])
    >>> faults = Faults()
    >>> faults.add(killed == "-1", "killed", killed, "is negative")
    >>> [str(fault) for fault in faults]
    ["row 3, killed: is negative (found '-1')"]
    """

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._blocks = [
            _Block(
                pd.Index([fault.row], dtype=object),
                fault.column,
                [fault.value],
                [fault.reason],
                {str(fault.value): fault.proposals},
            )
            for fault in faults
        ]

    def add(
        self,
        bad: "pd.Series[bool]",
        column: str,
        values: pd.Series,
        reason: "str | pd.Series[str]",
        *,
        proposals: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    ) -> None:
        """Add a fault for every row that a mask marks.

        Parameters
        ----------
        bad : pandas.Series of bool
            Mask; its index holds the row numbers. Missing counts as not bad.
        column : str
            Column of the file in which the faults lie.
        values : pandas.Series
            What stands there, with the same index.
        reason : str or pandas.Series of str
            What is wrong: one reason for all, or one for each row. In English;
            `core/words/sentences.toml` has the French.
        proposals : mapping of str to tuple of str
            What may be meant by a value, the nearest first.
        """
        whole = bad if bad.dtype == bool else bad.fillna(False)
        marked = whole.to_numpy(dtype=bool)
        if not marked.any():
            return
        found = [None if pd.isna(value) else value for value in values[marked].tolist()]
        each = [reason] * len(found) if isinstance(reason, str) else list(reason[marked])
        self._blocks.append(_Block(bad.index[marked], column, found, each, proposals))

    def extend(self, others: "Faults") -> None:
        """Add the faults of another collection."""
        self._blocks.extend(others._blocks)

    def taking(self, parsed: "tuple[_Parsed, Faults]") -> _Parsed:
        """Add the faults of something that was parsed, and give the rest."""
        found, faults = parsed
        self.extend(faults)
        return found

    def marks(self, index: pd.Index) -> "pd.Series[bool]":
        """Tell which rows of an index have a fault."""
        marked = pd.Series(False, index=index)
        for block in self._blocks:
            marked |= index.isin(block.rows)
        return marked

    def rows(self) -> set[object]:
        """Give the labels of the rows with a fault."""
        return {row for block in self._blocks for row in block.rows}

    def reasons(self, language: str) -> "pd.Series[str]":
        """Give for each faulty row its reasons in one text, in the order of the rows."""
        by_row: dict[object, list[str]] = {}
        for fault in self:
            by_row.setdefault(fault.row, []).append(fault.in_its_row(language))
        between = read_texts("faults")["fault.next"][language]
        said = {row: between.join(texts) for row, texts in by_row.items()}
        return pd.Series(said, dtype="string")

    def unknown_words(self) -> dict[str, dict[str, UnknownWord]]:
        """Give by column the words that are not known, each once with its rows."""
        words: dict[str, dict[str, UnknownWord]] = {}
        for fault, rows in said_once(list(self)):
            if fault.reason.startswith(UNKNOWN_WORD):
                entry = UnknownWord(len(rows), fault.proposals)
                words.setdefault(fault.column, {})[str(fault.value)] = entry
        return words

    def of_table(self) -> "Faults":
        """Give only the faults of the whole table."""
        return Faults(fault for fault in self if fault.row is None)

    def __len__(self) -> int:
        return sum(len(block.rows) for block in self._blocks)

    def __iter__(self) -> Iterator[Fault]:
        faults = [
            Fault(row, block.column, value, reason, block.proposals.get(str(value), ()))
            for block in self._blocks
            for row, value, reason in zip(block.rows, block.values, block.reasons, strict=True)
        ]
        return iter(sorted(faults, key=lambda fault: (fault.row is not None, fault.row)))


class Gate:
    """Lets good rows through; raises, or writes away, the rest when it closes.

    Use it as a context manager: faults of all chunks are raised together at its end, and
    a file of rejected rows appears only when everything was read.

    Parameters
    ----------
    what : str
        Name of the table, for the message.
    on_invalid : {"raise", "quarantine"}
        Raise one error with every fault, or write faulty rows to `rejects`.
    rejects : path, optional
        CSV file for the faulty rows: `row`, `reason` in the language of the session, and the
        cells as they were read, in UTF-8; an apostrophe stands before what a spreadsheet would
        compute. Written whole or not at all, readable by its owner only; without faults it holds
        a header alone. Needed with "quarantine" and refused with "raise".

    Raises
    ------
    ArgumentError
        If `on_invalid` is unknown or `rejects` does not go with it.
    """

    def __init__(self, what: str, on_invalid: str, rejects: str | Path | None) -> None:
        require_choice(on_invalid, ON_INVALID, option="on_invalid")
        if (on_invalid == "quarantine") != (rejects is not None):
            raise ArgumentError(
                "rejects names the file for rows with faults: "
                'give it with on_invalid="quarantine", and only then'
            )
        self.rejected = 0
        self._what = what
        self._faults = dict[str, Faults]()
        self._path = None if rejects is None else Path(rejects)
        self._open = ExitStack()
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        if self._path is not None:
            written = self._open.enter_context(written_whole(self._path, private=True))
            opened = written.open("w", encoding="utf-8", newline="")
            self._file = self._open.enter_context(opened)
        return self

    def pass_rows(
        self, frame: pd.DataFrame, raw: pd.DataFrame, faults: Faults, *, file: str = ""
    ) -> pd.DataFrame:
        """Keep faults and faulty rows, and give the rows without fault.

        Parameters
        ----------
        frame : pandas.DataFrame
            What was made of the rows; its index is a part of that of `raw`.
        raw : pandas.DataFrame
            The rows as read, of this chunk.
        faults : Faults
            Their faults, by the labels of these indexes.
        file : str, default ""
            Name of the file, of those that are one table together.
        """
        kept = self._faults.setdefault(file, Faults())
        if self._file is None:
            kept.extend(faults)
        else:
            kept.extend(faults.of_table())
            self._set_aside(raw, faults, file)
        if not len(faults):
            return frame
        return frame[~faults.marks(frame.index)]

    def _set_aside(self, raw: pd.DataFrame, faults: Faults, file: str) -> None:
        reasons = faults.reasons(session_language()) if len(faults) else pd.Series(dtype="string")
        bad = raw[raw.index.isin(reasons.index)].copy()
        bad.insert(0, "reason", reasons.reindex(bad.index), allow_duplicates=True)
        bad.insert(0, "row", [row_in(file, row) for row in bad.index], allow_duplicates=True)
        first = self._file is not None and self._file.tell() == 0
        self.rejected += len(bad)
        bad.columns = pd.Index([_guarded(name) for name in bad.columns])
        bad = bad.map(_guarded)
        bad.to_csv(self._file, index=False, header=first, lineterminator="\n")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        failed = error
        found = [
            fault._replace(row=row_in(file, fault.row))
            for file, faults in self._faults.items()
            for fault in faults
        ]
        if error is None and found:
            failed = FrameError(self._what, found)
        self._open.__exit__(None if failed is None else type(failed), failed, trace)
        if failed is not error and failed is not None:
            raise failed


def row_in(file: str, row: object) -> object:
    """Give the label of a row by its number: in one of several files with the name of this."""
    return f"{file}:{row}" if file and row is not None else row


def _guarded(cell: Any) -> Any:
    """Guard a text: the file is for people, who open it in a spreadsheet to mend it."""
    return guarded(cell) if isinstance(cell, str) else cell
