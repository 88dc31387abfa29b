"""The error tree: everything that maligeo raises on purpose is a `MaligeoError`.

Each subclass also inherits the built-in error that it refines, so that code which
knows nothing of maligeo can still catch `ValueError`, `LookupError` or `OSError`.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import requires
from types import MappingProxyType, ModuleType
from typing import NamedTuple

from maligeo.core.bilingual import NO_BREAK_SPACE, read_texts
from maligeo.core.sentences import field_text, parts_in, translated

SHOWN_FAULTS = 50
UNKNOWN_WORD = "is no word that is known here"  # begins the reason of such a fault
WHOLE_ROW = "row"  # column of a fault that lies in a whole row
SETTING = "(setting)"  # row of a fault that lies in a file of settings, whose column is a key
_SHOWN_ROWS = 10
_FIELD = re.compile(r"\((\w+)\)")
_LANGUAGES = ("fr", "en")


class MaligeoError(Exception):
    """Base of every error that maligeo raises on purpose.

    Parameters
    ----------
    *args : object
        The message in English, where it has no name; `core/words/sentences.toml` has its
        French.
    key : str, optional
        Name of the message in `core/words/errors.toml`.
    values : mapping of str to object, optional
        What its text is filled with. What is called "what" is a kind of thing, which the
        file names in both languages; an error is said in the language of the message.

    Examples
    --------
    >>> error = UnknownNameError(key="unknown_region", values={"name": "Ga", "known": "Gao"})
    >>> str(error)
    "region 'Ga' is not known; there is Gao"
    >>> error.key, error.values["name"]
    ('unknown_region', 'Ga')
    """

    language: str | None = None  # in which it is to be said, where somebody asked for one

    def __init__(
        self,
        *args: object,
        key: str | None = None,
        values: Mapping[str, object] | None = None,
    ) -> None:
        self.key = key
        self._values = tuple((values or {}).items())  # a view of a mapping cannot be pickled
        super().__init__(*(args if key is None else (self.message("en"),)))

    @property
    def values(self) -> Mapping[str, object]:
        """What the message is filled with, by name; it cannot be changed."""
        return MappingProxyType(dict(self._values))

    def message(self, language: str) -> str:
        """Give the message in a language; as it is where it has no text in others.

        Parameters
        ----------
        language : {"fr", "en"}
            The language.

        Raises
        ------
        ArgumentError
            If the language is not known.
        """
        if language not in _LANGUAGES:
            wrong = {"option": "language", "value": language, "choices": ", ".join(_LANGUAGES)}
            raise ArgumentError(key="unknown_choice", values=wrong)
        if self.key is None:
            return translated(str(self), language)
        values = parts_in(language, {name: _said(one, language) for name, one in self._values})
        return read_texts("errors")[self.key][language].format(**values)


def _said(value: object, language: str) -> object:
    return value.message(language) if isinstance(value, MaligeoError) else value


class ArgumentError(MaligeoError, ValueError):
    """An option has a value that it cannot have."""


class UnknownNameError(MaligeoError, LookupError):
    """A unit, vintage, measure or data set of that name does not exist."""


class GeometryError(MaligeoError, ValueError):
    """A geometry is of the wrong type or is not valid."""


class CrsError(MaligeoError, ValueError):
    """A coordinate reference system is missing or does not suit the operation."""


class VintageError(MaligeoError, ValueError):
    """Frames of two boundary vintages were to be joined."""


class InputFileError(MaligeoError, OSError):
    """A file to read is missing, unreadable or not what it says it is."""


class OutputFileError(MaligeoError, OSError):
    """A file cannot be written."""


class ReleaseError(MaligeoError, ValueError):
    """Data were to be shown to an audience for whom they were not released."""


@contextmanager
def explained(complaint: str, error: type[MaligeoError] = InputFileError) -> Iterator[None]:
    """Turn whatever a library raises into one error that names the file.

    Parameters
    ----------
    complaint : str
        What did not go, with the name of the file, such as "list.csv cannot be read".
    error : type, default InputFileError
        Kind of the error to raise.

    Raises
    ------
    MaligeoError
        One that is raised in the block passes as it is.
    """
    try:
        yield
    except MaligeoError:
        raise
    except Exception as fault:
        raise caused(complaint, fault, error) from fault


def caused(
    complaint: str, fault: Exception, error: type[MaligeoError] = InputFileError
) -> MaligeoError:
    """Give the error that says a complaint and, in plain words, what is behind it.

    One of our own is said whole, in the language of whoever reads it.
    """
    if isinstance(fault, MaligeoError):
        return error(key="explained", values={"why": complaint, "cause": fault})
    lines = str(getattr(fault, "strerror", None) or fault).splitlines()
    cause = lines[0] if lines else type(fault).__name__
    values = {"why": complaint, "cause": cause}
    if translated(cause, "fr") != cause:
        return error(key="explained", values=values)
    if issubclass(error, InputFileError):  # else in a library's own words
        return error(key="damaged", values=values)
    return error(key="refused", values=values)


class MissingDependencyError(MaligeoError, ImportError):
    """An optional package is needed and not installed."""


class Fault(NamedTuple):
    """One thing that is wrong in a table.

    Attributes
    ----------
    row : object
        Index label of the row, or None when the fault lies in the whole table.
    column : str
        Column in which the fault was found; in parentheses a field of ours that no column is.
    value : object
        The offending value, as it was found.
    reason : str
        What is wrong with it, in one sentence in English without a full stop.
    proposals : tuple of str
        What may be meant, the nearest first.
    """

    row: object
    column: str
    value: object
    reason: str
    proposals: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.message("en")

    def message(self, language: str, rows: Sequence[object] = ()) -> str:
        """Say it in a language.

        Parameters
        ----------
        language : {"fr", "en"}
            The language.
        rows : sequence
            All rows with this fault, where it is said once for several.
        """
        texts = read_texts("faults")
        where = "table" if self.row is None else "rows" if len(rows) > 1 else "row"
        if where == "row" and self.column == WHOLE_ROW:
            where = "whole"
        if self.row == SETTING:
            where = "setting"
        if self.value is None and where != "rows":
            where = f"empty_{where}"
        listed = ", ".join(map(str, rows[:_SHOWN_ROWS])) + (", …" * (len(rows) > _SHOWN_ROWS))
        return texts[f"fault.{where}"][language].format(
            row=self.row,
            rows=listed,
            count=len(rows),
            column=self.column_in(language),
            reason=self.reason_in(language),
            value=_quoted(self.value, language),
        )

    def in_its_row(self, language: str) -> str:
        """Say it where its row stands beside it: "killed: is negative"."""
        if self.column == WHOLE_ROW:
            return self.reason_in(language)
        return read_texts("faults")["fault.empty_setting"][language].format(
            column=self.column_in(language), reason=self.reason_in(language)
        )

    def column_in(self, language: str, own: Collection[str] | None = None) -> str:
        """Name the column as the file does, or in words the field of ours that it is.

        Parameters
        ----------
        language : {"fr", "en"}
            The language.
        own : collection of str, optional
            All columns of the file, where they are known: whatever else is named is a field.
        """
        field = _FIELD.fullmatch(self.column)
        if field is not None:
            return field_text(field[1], language)
        is_own = own is None or self.column in own
        return self.column if is_own else field_text(self.column, language)

    def reason_in(self, language: str) -> str:
        """Give the reason in a language, with what may be meant."""
        reason = translated(self.reason, language)
        if not self.proposals:
            return reason
        text = read_texts("faults")["fault.reason"][language]
        return text.format(reason=reason, proposal=self.proposal_in(language))

    def proposal_in(self, language: str) -> str:
        """Ask whether something else is meant; an empty text where nothing comes near."""
        words = ", ".join(_quoted(word, language) for word in self.proposals)
        return read_texts("faults")["fault.proposal"][language].format(words=words) if words else ""


def _quoted(value: object, language: str) -> str:
    """Put a text between quotes, as Python does in English."""
    if language == "en" or not isinstance(value, str):
        return repr(value)
    return f"«{NO_BREAK_SPACE}{value}{NO_BREAK_SPACE}»"


def said_once(faults: Sequence[Fault]) -> list[tuple[Fault, list[object]]]:
    """Give faults with their rows, one of a value once for all rows with that value."""
    rows: dict[object, tuple[Fault, list[object]]] = {}
    for number, fault in enumerate(faults):
        is_alike = fault.row is not None and fault.value is not None
        key = (fault.column, str(fault.value), fault.reason) if is_alike else number
        rows.setdefault(key, (fault, []))[1].append(fault.row)
    return list(rows.values())


class FrameError(MaligeoError, ValueError):
    """A table has faults; all of them are listed, not only the first.

    Parameters
    ----------
    what : str
        Name of the table, for the message.
    faults : sequence of Fault
        Every fault that was found; the message shows the first 50 and counts them all.
    """

    def __init__(self, what: str, faults: Sequence[Fault]) -> None:
        self.what = what
        self.faults = tuple(faults)
        super().__init__(what, self.faults)

    def __str__(self) -> str:
        return self.message("en")

    def message(self, language: str) -> str:
        """List the faults in a language.

        Parameters
        ----------
        language : {"fr", "en"}
            The language.
        """
        texts = read_texts("faults")
        count, listed = len(self.faults), said_once(self.faults)
        key = "fault.one" if count == 1 else "fault.several"
        what = parts_in(language, {"what": translated(self.what, language)})["what"]
        lines = [texts[key][language].format(what=what, count=count)]
        lines += [f"  {fault.message(language, rows)}" for fault, rows in listed[:SHOWN_FAULTS]]
        if len(listed) > SHOWN_FAULTS:
            more = sum(len(rows) for _, rows in listed[SHOWN_FAULTS:])
            lines.append("  " + texts["fault.more"][language].format(count=more))
        return "\n".join(lines)


class SettingsError(FrameError):
    """A file of settings has faults; all of them are listed, each by its key."""


def require(module: str, *, extra: str, why: str) -> ModuleType:
    """Import an optional package, or say what to install.

    Parameters
    ----------
    module : str
        Name of the module to import.
    extra : str
        The extra of maligeo that installs it.
    why : str
        What needs it, as the start of a sentence ("reading Excel files").

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    MissingDependencyError
        If the package is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        wanted = " ".join(f"'{one}'" for one in _requirements(extra))
        raise MissingDependencyError(f"{why} needs {package}: pip install {wanted}") from error


def _requirements(extra: str) -> list[str]:
    """List what an extra installs; a package of our own name on an index need not be ours."""
    listed = (text.partition(";") for text in requires("maligeo") or ())
    return [what.strip() for what, _, when in listed if _extra_of(when) == extra]


def _extra_of(condition: str) -> str:
    name = condition.partition("extra ==")[2]
    return name.strip().strip("'\"")
