"""The error tree: everything that maligeo raises on purpose is a `MaligeoError`.

Each subclass also inherits the built-in error that it refines, so that code which
knows nothing of maligeo can still catch `ValueError`, `LookupError` or `OSError`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import requires
from types import MappingProxyType, ModuleType
from typing import NamedTuple

from maligeo.core.bilingual import read_texts

SHOWN_FAULTS = 50
_LANGUAGES = ("fr", "en")


class MaligeoError(Exception):
    """Base of every error that maligeo raises on purpose.

    Parameters
    ----------
    *args : object
        The message in English, where it has no name.
    key : str, optional
        Name of the message in `core/words/errors.toml`.
    values : mapping of str to object, optional
        What its text is filled with. What is called "what" is a kind of thing, which the
        file names in both languages.

    Examples
    --------
    >>> error = UnknownNameError(key="unknown_region", values={"name": "Ga", "known": "Gao"})
    >>> str(error)
    "region 'Ga' is not known; there is Gao"
    >>> error.key, error.values["name"]
    ('unknown_region', 'Ga')
    """

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
        """Give the message in a language; in English where it has no text in others.

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
            return str(self)
        texts = read_texts("errors")
        values: dict[str, object] = dict(self._values)
        kind = texts.get(f"what.{values.get('what')}")
        if kind is not None:
            values["what"] = kind[language]
        return texts[self.key][language].format(**values)


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
        lines = str(getattr(fault, "strerror", None) or fault).splitlines()
        raise error(f"{complaint}: {lines[0] if lines else type(fault).__name__}") from fault


class MissingDependencyError(MaligeoError, ImportError):
    """An optional package is needed and not installed."""


class Fault(NamedTuple):
    """One thing that is wrong in a table.

    Attributes
    ----------
    row : object
        Index label of the row, or None when the fault lies in the whole table.
    column : str
        Column in which the fault was found.
    value : object
        The offending value, as it was found.
    reason : str
        What is wrong with it, in one sentence without a full stop.
    """

    row: object
    column: str
    value: object
    reason: str

    def __str__(self) -> str:
        where = f"column {self.column!r}" if self.row is None else f"row {self.row}, {self.column}"
        return f"{where}: {self.reason} (found {self.value!r})"


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
        count = len(self.faults)
        lines = [f"{self.what}: {count} fault{'s' if count != 1 else ''}"]
        lines += [f"  {fault}" for fault in self.faults[:SHOWN_FAULTS]]
        if count > SHOWN_FAULTS:
            lines.append(f"  … and {count - SHOWN_FAULTS} more")
        return "\n".join(lines)


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
