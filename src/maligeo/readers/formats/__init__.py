"""The catalogue of source formats: each a TOML file that says how its columns are read.

A new make of file is a new file in `formats/`: its signature columns, which column means
what, and which word in it means which word of ours. No code changes.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from maligeo.core.checks import require_choice
from maligeo.core.errors import UnknownNameError
from maligeo.core.placenames import without_accents
from maligeo.readers.formats.forms import asked_for, meant_headings, who_in

AUTO: Final = "auto"
GEOMETRY: Final = "geometry"
UNKNOWN_MAKE: Final = "unknown_make"  # key of the error about a file that fits no format
GROUP: Final = " – "  # between the title of a group of columns and a heading below it
_SHOWN_COLUMNS: Final = 40
_MOST_NAMES: Final = 16_384  # whose keys are kept: of all that is listed, and of some files
_OF_PEOPLE: Final = frozenset(
    {
        "killed", "injured", "civilians_killed", "civilians_injured", "fatalities", "wounded",
        "casualties", "victims", "displaced", "returnees", "refugees", "people_in_need", "people",
    }
)  # fmt: skip
_WHOLE: Final = 3  # letters of a part of a heading that must be a whole word
_GROUPED: Final = re.compile(
    r"\s*(section|groupe?|grp|module|partie|part|bloc|block|rubrique)s?\b", re.I
)
_ABBREVIATING: Final = re.compile(r"(?<=\b[^\W\d])\.(?=[^\W\d]\b)")  # as in "E.E.I."
_AROUND: Final = re.compile(r"[:()\[\]]+")  # no comma, which may list several things
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Header:
    """What a file of records is known by.

    Attributes
    ----------
    names : tuple of str
        Its columns and, where there are any, their HXL tags.
    stated : mapping of str to str
        Fields of ours to columns, as the user says.
    longest : int or None
        Letters after which names of columns are cut, as in Shapefiles.
    by_persons : bool
        Whether columns about persons stand next to these.
    """

    names: tuple[str, ...]
    stated: Mapping[str, str] = field(default_factory=dict)
    longest: int | None = None
    by_persons: bool = False

    @cached_property
    def meant(self) -> Mapping[str, str]:
        """Headings of a form to what they ask for; see `meant_in`."""
        return meant_in(self.names)


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
    signature_by_persons : tuple of tuple of str
        More such groups, for a file that has columns about persons too.
    columns : mapping of str to tuple of str
        Column of ours to the names that it bears in such files.
    values : mapping of str to mapping
        Column of ours to the words in the file and what they mean.
    spellings : mapping of str to tuple of str
        Column of ours to the words of `values` as people write them.
    taught : mapping of str to mapping
        Column of ours to what words mean, and the French and the English word for it.
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
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    taught: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    unlisted: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    signature_by_persons: tuple[tuple[str, ...], ...] = ()

    def found_in(self, header: "Header") -> dict[str, str]:
        """Match a header: fields of ours to columns of the file.

        First goes what the user says, then the names as they are listed; of the columns
        that are left, those whose names differ from a listed one in words without a meaning
        of their own, as in "Nbre de morts", in the phrase of a question, in the order of the
        words, as in "region_nom", or in the unit of an area.
        """
        found = {ours: name for ours, name in header.stated.items() if ours in self.columns}
        self._match(header, found, column_key)
        self._match(header, found, plain_key)
        if header.meant:
            self._match(header, found, lambda name: column_key(header.meant.get(name, name)))
            self._match(header, found, lambda name: plain_key(header.meant.get(name, name)))
        if header.longest is not None:
            self._match(header, found, lambda name: column_key(name[: header.longest]))
            self._match(header, found, lambda name: _cut_key(name, header.longest))
        self._match(header, found, _unordered_key)
        if units := self.unit_words:
            self._match(header, found, lambda name: plain_key(name, units))
        return found

    @property
    def unit_words(self) -> frozenset[str]:
        """Words for units of area that headings may hold."""
        listed = self.settings.get("area_words", {}).values()
        return frozenset(part for words in listed for word in words for part in word.split())

    def _match(self, header: "Header", found: dict[str, str], key: Callable[[str], str]) -> None:
        """Find fields that are not yet found among the columns that are left, by some key."""
        taken = set(found.values())
        theirs = [name for name in header.names if header.meant.get(name) != ""]
        left = {key(name): name for name in reversed(theirs) if name not in taken}
        for ours, names in self.columns.items():
            present = [left[one] for one in map(key, names) if one and one in left]
            if ours not in found and present:
                found[ours] = present[0]

    def is_of(self, header: "Header") -> bool:
        """Tell a file of this make: most of its signature bears names of its own.

        What a user says of single columns does not make a table one of another make.
        """
        own = self.found_in(header).keys() - header.stated.keys()
        named = sum(not own.isdisjoint(group) for group in self.signature)
        return not self.lacks(header) and 2 * named > len(self.signature)

    def lacks(self, header: "Header") -> list[tuple[str, ...]]:
        """Give the groups of the signature that a header lacks; none when it is of this make."""
        found = self.found_in(header).keys()
        more = self.signature_by_persons if header.by_persons else ()
        return [group for group in (*self.signature, *more) if found.isdisjoint(group)]


@lru_cache(_MOST_NAMES)
def column_key(name: str) -> str:
    """Reduce a column name to the form in which names are compared: "Année " to "annee"."""
    return re.sub(r"[\W_]+", "", without_accents(name)).lower()


def plain_key(name: str, units: Collection[str] = ()) -> str:
    """Reduce a column name to the words that mean something: "Nbre de morts (2022)" to "morts"."""
    return "".join(word for word in _plain_words(name) if word not in units)


@lru_cache(_MOST_NAMES)
def _plain_words(name: str) -> tuple[str, ...]:
    bare = re.sub(r"[(\[].*?[)\]]", " ", without_accents(name).lower())
    words = re.split(r"[\W_]+", bare)
    return tuple(word for word in words if word and word not in _empty_words())


def _cut_key(name: str, longest: int | None) -> str:
    """Reduce a name as programs do that cut it: "Nom du village" to "nom_villag"."""
    return column_key("_".join(_plain_words(name))[:longest])


def _unordered_key(name: str) -> str:
    """Reduce a name to its words in whatever order: "region_nom" as "Nom de la région"."""
    return " ".join(sorted(_plain_words(name)))


def meant_in(names: Sequence[str]) -> dict[str, str]:
    """Say what the headings of a form ask for, without its groups, questions and additions."""
    bare = frozenset(
        without_accents(name).casefold() for name in read_catalogue("headings")["bare"]
    )
    return meant_headings(names, _form_words(), bare, people_counted)


@cache
def _form_words() -> dict[str, Any]:
    catalogue = read_catalogue("headings")
    return {**catalogue["form"], "of_all": catalogue["of_all"]}


def people_counted(heading: str) -> frozenset[str]:
    """List the counts of people that a heading means in files of any make."""
    return fields_named(heading) & _OF_PEOPLE


def says_who(group: str) -> bool:
    """Tell the title of a group of columns that may be about some people alone."""
    return bool(who_in(group, _form_words()["of_all"]))


@cache
def _empty_words() -> frozenset[str]:
    return frozenset(read_catalogue("headings")["empty"])


def known_headings() -> Collection[str]:
    """List the names of columns of all makes, in the form in which names are compared."""
    return _heading_fields().keys()


def fields_named(heading: str) -> frozenset[str]:
    """List the fields of ours that a heading means in files of any make."""
    meant = _heading_fields()
    return meant.get(column_key(heading), frozenset()) or meant.get(plain_key(heading), frozenset())


@cache
def _heading_fields() -> dict[str, frozenset[str]]:
    names = (resources.files("maligeo.readers") / "formats").iterdir()
    stems = sorted(Path(str(entry)).stem for entry in names if entry.name.endswith(".toml"))
    forms = [load_format(stem) for stem in stems if "signature" in read_catalogue(stem)]
    meant: dict[str, frozenset[str]] = {}
    for form in forms:
        for ours, listed in form.columns.items():
            for key in {key(name) for name in listed for key in (column_key, plain_key)} - {""}:
                meant[key] = meant.get(key, frozenset()) | {ours}
    return meant


@cache
def bare_headings() -> frozenset[str]:
    """List the headings that say little without the title of their group, as they are compared."""
    return frozenset(map(column_key, read_catalogue("headings")["bare"]))


def resembled_field(name: str, among: Collection[str]) -> str | None:
    """Give the field that a heading seems to mean, of those that come into question; or None."""
    catalogue = read_catalogue("headings")
    if column_key(name) in catalogue["made"]:
        return None
    unlike: dict[str, list[str]] = catalogue["unlike"]
    for ours, parts in catalogue["resembles"].items():
        others = unlike.get(ours, unlike["*"])
        if ours in among and _begins(name, parts) and not _begins(name, others):
            return str(ours)
    return None


def _begins(name: str, parts: Collection[str]) -> bool:
    """Tell whether a word of a heading, or several in a row, begin with one of these parts."""
    bare = without_accents(_CAMEL.sub(" ", name)).lower()
    words = [word for word in re.split(r"[\W_]+", bare) if word]
    rests = ["".join(words[at:]) for at in range(len(words))]
    return any(
        part in words if len(part) <= _WHOLE else any(rest.startswith(part) for rest in rests)
        for part in parts
    )


def word_key(word: str) -> str:
    """Reduce a word of a value mapping to the form in which words are compared."""
    return re.sub(r"[\s_\-–/’'.]+", " ", without_accents(word).casefold()).strip()


def meaning_of(word: str, meanings: Mapping[str, str]) -> str | None:
    """Give what a cell means by the words of a value mapping, whatever stands around them.

    Parameters
    ----------
    word : str
        The cell.
    meanings : mapping of str to str
        Words in the form of `word_key`, and what they mean.

    Examples
    --------
    >>> meanings = load_format("plain_incidents").values["event_type"]
    >>> [meaning_of(word, meanings) for word in ("EEI (véhicule)", "E.E.I.", "EEI, drone")]
    ['ied', 'ied', None]
    """
    bare = _AROUND.sub(" ", _ABBREVIATING.sub("", word))
    found = (meanings.get(word_key(form)) for form in (word, bare))
    return next((meant for meant in found if meant is not None), None)


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
    tables = entry.get("values", {})
    values = {
        ours: {word_key(word): meant for meant, words in table.items() for word in (meant, *words)}
        for ours, table in tables.items()
    }
    spellings = {
        ours: tuple(word for meant, words in table.items() for word in (*words, meant))
        for ours, table in tables.items()
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
        spellings=spellings,
        taught=entry.get("template", {}).get("words", {}),
        unlisted=entry.get("unlisted", {}),
        constants=entry.get("constants", {}),
        settings=entry.get("settings", {}),
        signature_by_persons=tuple(map(tuple, entry.get("signature_by_persons", []))),
    )


def without_persons(names: Collection[str]) -> tuple[str, ...]:
    """Leave out the columns about persons: their names, addresses, births and the like."""
    return tuple(name for name in names if not _is_personal(name))


def _is_personal(name: str) -> bool:
    whole, part, words, counted = _personal_patterns()
    keys, text = {column_key(name)}, _words(name)
    # "Point focal – Nom" is about a person as "Nom" is; "Organisation – Nom" is not.
    more = {column_key(part) for part in _last_parts(name) if not counted.match(text)}
    if not more <= keys and column_key(name) not in known_headings():
        keys |= more
    if any(whole.fullmatch(key) or part.search(key) for key in keys):
        return True
    return bool(words.match(text)) and not counted.match(text)


def _last_parts(name: str) -> Iterator[str]:
    """Give a heading without its groups and without what makes it a question."""
    if GROUP in name:
        yield name.rpartition(GROUP)[2]
    group, _, last = name.rpartition("/")
    if " " not in name or _GROUPED.match(group):
        yield last
    yield asked_for(name, _form_words())


def _words(name: str) -> str:
    """Write a heading as words, as "reported by" for "grp_a/ReportedBy"."""
    apart = _CAMEL.sub(" ", without_accents(name.rpartition("/")[2]))
    return " ".join(re.findall(r"[a-z0-9]+", apart.lower()))


@cache
def _personal_patterns() -> tuple[re.Pattern[str], ...]:
    listed = read_catalogue("personal")
    whole, part, words, first = (
        "|".join(f"(?:{text})" for text in listed[key])
        for key in ("whole", "part", "words", "first")
    )
    some = rf"(?:(?:.*\s)?(?:{words})|(?:{listed['leading']}\s)*(?:{first}))(?:\s|$)"
    patterns = (whole, part, some, rf"{listed['counts']}\b")
    return tuple(
        re.compile(text.replace("{of}", listed["of"]).replace("{person}", listed["person"]))
        for text in patterns
    )


def choose_format(
    header: Header, source: str, *, among: tuple[str, ...], what: str
) -> SourceFormat:
    """Give the format that is asked for, or the first whose signature the header bears.

    Parameters
    ----------
    header : Header
        Columns of the file.
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
        If the file is not of that make, or "auto" finds none: the message says what it lacks
        for the one that it comes nearest to, and lists the columns.
    """
    require_choice(source, (AUTO, *among), option="source")
    asked = among if source == AUTO else (source,)
    for name in asked:
        if load_format(name).is_of(header) or (
            name == asked[-1] and not load_format(name).lacks(header)
        ):
            return load_format(name)
    nearest = min(map(load_format, reversed(asked)), key=lambda form: len(form.lacks(header)))
    missing = nearest.lacks(header)
    values = {
        "file": what,
        "what": nearest.kind,
        "fields": missing,
        "say": " ".join(f'--column "{_guess(group, header)}"' for group in missing),
        "columns": ", ".join(header.names[:_SHOWN_COLUMNS]),
        "count": len(missing),
    }
    raise UnknownNameError(key=UNKNOWN_MAKE, values=values)


def _guess(group: tuple[str, ...], header: Header) -> str:
    """Say which column may be a field of a group, or leave that to the reader."""
    guesses = ((resembled_field(name, group), name) for name in header.names)
    return next((f"{ours}={name}" for ours, name in guesses if ours), f"{group[0]}=…")
