"""Place names made comparable: accents, case, hyphens, administrative prefixes, compounds."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

import pandas as pd

ALIAS_SEPARATOR = "|"

JOINT: Final = " + "  # between the names of units that a record is in together

_PREFIX = re.compile(
    r"^(?:(?:la|le|the)\s+)?"
    r"(?:(?:region|cercle)\s+(?:of\s+|du\s+|des\s+|de\s+la\s+|de\s+|d\s+)?"
    r"|(?:district|commune(?:\s+(?:rurale|urbaine))?|ville|village|localite|gouvernorat|town|circle)"
    r"\s+(?:of\s+|du\s+|des\s+|de\s+la\s+|de\s+|d\s+))(?=\S)"
)
_SUFFIX = re.compile(r"\s+(?:region|cercle|district|circle)$")
_BESIDE = r"(?![^()]*\))"  # what stands in parentheses belongs to the name before them
_COMPOUND = re.compile(
    rf"\s*(?:[/|;,+&\n]|\bet\b|\band\b|\bainsi que\b){_BESIDE}\s*", re.IGNORECASE
)
_BETWEEN = re.compile(
    r"(\s*(?:[/|;,+&\n()]|\bet\b|\band\b|\bainsi que\b)\s*|\s+[-\u2013\u2014]\s+)", re.IGNORECASE
)
_INNER = re.compile(r"^(?P<name>[^()]+?)\s*\((?P<inner>[^()]*)\)\s*$")
_DASH = re.compile(rf"\s+[-\u2013\u2014]\s+{_BESIDE}")


_LONGEST_PLAIN = 40
_NO_LETTERS = re.compile(r"[^a-z0-9]+")


def without_accents(text: str) -> str:
    """Leave out accents, composed or not, and take ligatures apart.

    Examples
    --------
    >>> without_accents("Cœur de Ségou")
    'Coeur de Segou'
    """
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def normalise(name: str) -> str:
    """Reduce a place name to the form in which names are compared.

    Accents go (whether composed or not), case goes, hyphens, underscores, dots and
    apostrophes become spaces, and an administrative prefix such as "Région de",
    "Cercle de" or "District de" is left out.

    Parameters
    ----------
    name : str
        A name as somebody wrote it.

    Returns
    -------
    str
        The comparable form; empty for a name without letters or digits.

    Examples
    --------
    >>> normalise("Région de SÉGOU"), normalise("Tin-Essako"), normalise("District de Bamako")
    ('segou', 'tin essako', 'bamako')
    """
    words = _words(name)
    return _SUFFIX.sub("", _PREFIX.sub("", words))


def plain_name(name: str) -> str:
    """Write a name for a file; what somebody calls a unit may be anything.

    Examples
    --------
    >>> plain_name("Région de Ségou"), plain_name("../../etc"), plain_name("ߞߊߦߌ")
    ('segou', 'etc', 'unite')
    """
    plain = _NO_LETTERS.sub("-", normalise(name).lower()).strip("-")[:_LONGEST_PLAIN]
    return plain or "unite"


@lru_cache(maxsize=50_000)
def _words(name: str) -> str:
    return re.sub(r"[^0-9a-z]+", " ", without_accents(name).casefold()).strip()


def is_countrywide(name: str) -> bool:
    """Tell whether a text stands for the whole country, as "Toutes les régions" does."""
    return _words(name) in _said("countrywide")


def stated_kind(name: str) -> str | None:
    """Give the kind of place that a name itself states, or None.

    Examples
    --------
    >>> stated_kind("Cercle de Koro"), stated_kind("Ville de Gao"), stated_kind("Koro")
    ('adm2', 'settlement', None)
    """
    words = _words(name).removeprefix("la ").removeprefix("le ").split()
    if len(words) < 2:
        return None
    kinds = _said("kinds")
    return kinds.get(words[0]) or (kinds.get(words[-1]) if _SUFFIX.search(_words(name)) else None)


def is_plain_name(text: str) -> bool:
    """Tell a single name from one that states its kind, several names, and the whole country."""
    alone = "(" not in text and _DASH.search(text) is None and len(split_places(text)) == 1
    return alone and stated_kind(text) is None and not is_countrywide(text)


def split_inner(text: str) -> tuple[str, str]:
    """Take a name and what stands in parentheses behind it apart: "Kidal (Abeibara)"."""
    parts = _INNER.match(text)
    return (text, "") if parts is None else (parts["name"], parts["inner"])


def kind_word(text: str) -> str | None:
    """Give the kind of place that a single word means: "adm2" for "cercle"; or None."""
    return _said("kinds").get(_words(text))


@cache
def _said(what: str) -> dict[str, str]:
    """Give words to what they stand for."""
    text = resources.files("maligeo.core").joinpath("placenames.toml").read_text("utf-8")
    table: dict[str, Any] = tomllib.loads(text)[what]
    return {_words(word): meant for meant, words in table.items() for word in words}


def split_places(text: str, *, is_name: Callable[[str], bool] | None = None) -> list[str]:
    """Take a cell that names several places apart.

    Parameters
    ----------
    text : str
        Such as "GAO / MENAKA", "Gao, Ménaka et Kidal" or "Mopti|Ségou". A hyphen does
        not separate: Tin-Essako is one place.
    is_name : callable, optional
        Tells names that are known: these stay whole, and only with it does a hyphen with
        spaces around it separate what is left, as in "Mopti - Ségou".

    Returns
    -------
    list of str
        The names in their order, as written, without repeats; empty for an empty cell.

    Examples
    --------
    >>> split_places("Gao, Ménaka et Kidal")
    ['Gao', 'Ménaka', 'Kidal']
    """
    if is_name is not None and is_name(text):
        return [text.strip()]
    parts = [part for part in map(str.strip, _COMPOUND.split(text)) if part]
    if is_name is not None:
        dashed = [[part] if is_name(part) else _DASH.split(part) for part in parts]
        parts = [name.strip() for names in dashed for name in names if name.strip()]
    return list(dict.fromkeys(parts))


def names_and_between(text: str) -> list[str]:
    """Take a cell apart into names, at the even places, and what stands between them.

    Examples
    --------
    >>> names_and_between("Gao, Kidal (Abeibara)")
    ['Gao', ', ', 'Kidal', ' (', 'Abeibara', ')', '']
    """
    return _BETWEEN.split(text)


@dataclass(frozen=True)
class NameTable:
    """Names and aliases of places, in comparable form.

    Attributes
    ----------
    positions : mapping of str to tuple of int
        For every comparable form the row positions that bear it, in rising order.
    """

    positions: Mapping[str, tuple[int, ...]]

    @classmethod
    def from_columns(cls, names: Iterable[str], aliases: Iterable[object]) -> "NameTable":
        """Build the table from a column of names and one of "|"-joined aliases.

        Parameters
        ----------
        names : iterable of str, length n
            The names proper.
        aliases : iterable, length n
            Aliases joined by "|"; anything but a string counts as none.

        Returns
        -------
        NameTable
        """
        found: dict[str, list[int]] = {}
        for position, (name, alias) in enumerate(zip(names, aliases, strict=True)):
            others = alias.split(ALIAS_SEPARATOR) if isinstance(alias, str) else []
            for form in {normalise(text) for text in (name, *others)} - {""}:
                found.setdefault(form, []).append(position)
        return cls({form: tuple(rows) for form, rows in found.items()})

    @classmethod
    def of_units(cls, units: pd.DataFrame) -> "NameTable":
        """Build the table from units with `name`, and `name_alt` where they have other names."""
        aliases = units["name_alt"] if "name_alt" in units else [None] * len(units)
        return cls.from_columns(units["name"], aliases)

    def find(self, name: object) -> tuple[int, ...]:
        """Give the row positions that bear a name; none for anything but a string."""
        return self.positions.get(normalise(name), ()) if isinstance(name, str) else ()

    def alike(self, name: str) -> tuple[str, ...]:
        """Give the other forms of the names of the places that bear a name."""
        rows = set(self.find(name))
        return tuple(form for form, at in self.positions.items() if rows & set(at))
