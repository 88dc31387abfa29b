"""The catalogue of source formats: each a TOML file that says how its columns are read.

A new make of file is a new file in `formats/`: its signature columns, which column means
what, and which word in it means which word of ours. No code changes.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

from maligeo.core.checks import require_choice
from maligeo.core.errors import UnknownNameError
from maligeo.core.placenames import without_accents

AUTO: Final = "auto"
GEOMETRY: Final = "geometry"
_SHOWN_COLUMNS: Final = 40


@dataclass(frozen=True)
class SourceFormat:
    """How files of one make are read.

    Attributes
    ----------
    name : str
        Word for `source=`.
    kind : str
        What its rows are: "incidents" or "areas".
    label : str
        Name for people, which becomes the column `source` where the file has none.
    reference : str
        The specification that says so.
    signature : tuple of tuple of str
        A file of this make has at least one of the columns of ours in each group.
    columns : mapping of str to tuple of str
        Column of ours to the names that it bears in such files.
    values : mapping of str to mapping
        Column of ours to the words in the file and what they mean.
    unlisted : mapping of str to str
        Column of ours to what every word means that is not listed; without it such a
        word is a fault.
    constants : mapping of str to str
        Columns of ours that are the same in every row where the file lacks them.
    settings : mapping
        What only one kind of reader asks for.
    """

    name: str
    kind: str
    label: str
    reference: str
    signature: tuple[tuple[str, ...], ...]
    columns: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unlisted: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def found_in(self, header: Collection[str]) -> dict[str, str]:
        """Match a header (names and, where there are any, HXL tags): ours to theirs."""
        by_key = {column_key(name): name for name in reversed(list(header))}
        found = {}
        for ours, names in self.columns.items():
            present = [by_key[key] for key in map(column_key, names) if key in by_key]
            if present:
                found[ours] = present[0]
        return found

    def lacks(self, header: Collection[str]) -> list[str]:
        """Say what of the signature a header lacks; nothing when it is of this make."""
        found = self.found_in(header).keys()
        return [" or ".join(group) for group in self.signature if found.isdisjoint(group)]


def column_key(name: str) -> str:
    """Reduce a column name to the form in which names are compared: "Année " to "annee"."""
    return re.sub(r"[\W_]+", "", without_accents(name)).lower()


def word_key(word: str) -> str:
    """Reduce a word of a value mapping to the form in which words are compared."""
    return re.sub(r"[\s_\-–/’'.]+", " ", without_accents(word).casefold()).strip()


@cache
def read_catalogue(name: str) -> dict[str, Any]:
    """Read a file of the catalogue as it is.

    Parameters
    ----------
    name : str
        Name without suffix, such as "acled" or "currencies".
    """
    text = (resources.files("maligeo.readers") / "formats" / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def load_format(name: str) -> SourceFormat:
    """Load one source format from the catalogue."""
    entry = read_catalogue(name)
    aliases = {ours: (names,) if isinstance(names, str) else tuple(names)
               for ours, names in entry["columns"].items()}  # fmt: skip
    values = {
        ours: {word_key(word): meant for meant, words in table.items() for word in (meant, *words)}
        for ours, table in entry.get("values", {}).items()
    }
    return SourceFormat(
        name=name,
        kind=entry["kind"],
        label=entry["label"],
        reference=entry["reference"],
        signature=(
            *((ours,) for ours in entry["signature"]),
            *(tuple(group) for group in entry.get("signature_any", [])),
        ),
        columns=aliases,
        values=values,
        unlisted=entry.get("unlisted", {}),
        constants=entry.get("constants", {}),
        settings=entry.get("settings", {}),
    )


def without_persons(names: Collection[str]) -> tuple[str, ...]:
    """Leave out the columns about persons: their names, addresses, births and the like."""
    return tuple(name for name in names if not _is_personal(name))


def _is_personal(name: str) -> bool:
    whole, part = _personal_patterns()
    key = column_key(name)
    return bool(whole.fullmatch(key) or part.search(key))


@cache
def _personal_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    catalogue = read_catalogue("personal")
    whole, part = ("|".join(f"(?:{text})" for text in catalogue[key]) for key in ("whole", "part"))
    return re.compile(whole), re.compile(part)


def choose_format(
    header: Collection[str], source: str, *, among: tuple[str, ...], what: str
) -> SourceFormat:
    """Give the format that is asked for, or the first whose signature the header bears.

    Parameters
    ----------
    header : collection of str
        Columns of the file and, where there are any, their HXL tags.
    source : str
        "auto" or the name of a format.
    among : tuple of str
        Formats that come into question, the most particular first.
    what : str
        The file, for the message.

    Raises
    ------
    ArgumentError
        If no format bears that name.
    UnknownNameError
        If the file is not of that make, or "auto" finds none: the message says what each
        would need and lists the columns.
    """
    require_choice(source, (AUTO, *among), option="source")
    asked = among if source == AUTO else (source,)
    for name in asked:
        if not load_format(name).lacks(header):
            return load_format(name)
    lacks = "; ".join(
        f"for {name} it lacks {', '.join(load_format(name).lacks(header))}" for name in asked
    )
    shown = ", ".join(list(header)[:_SHOWN_COLUMNS])
    raise UnknownNameError(f"{what} is of no known make: {lacks}. Its columns are: {shown}")
