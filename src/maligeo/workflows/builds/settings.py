"""What the file of a build says: every key is checked, and every fault named."""

from __future__ import annotations

import datetime
import inspect
import re
import string
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Final, get_args

from rapidfuzz import process

from maligeo.core.columns import AUDIENCES, LANGUAGES, Audience, Counting, Language
from maligeo.core.errors import (
    SETTING,
    Fault,
    InputFileError,
    MaligeoError,
    OutputFileError,
    SettingsError,
)
from maligeo.core.files import require_portable
from maligeo.core.inputs import require_ordinary
from maligeo.core.periods import parse_period, period_texts
from maligeo.disclosure.releases import day_of
from maligeo.measure.dates import CALENDAR
from maligeo.readers.files.sources import SAID, Source
from maligeo.readers.profiles import read_profile
from maligeo.tiles.mvt.points import LowZooms
from maligeo.workflows.needs import names_table
from maligeo.workflows.records import AREAS, FIGURES, INCIDENTS, PROJECTS
from maligeo.workflows.study import Study
from maligeo.workflows.views import PAGES, PAPER

RECORDS: Final = (INCIDENTS, PROJECTS, AREAS, FIGURES)
INPUTS: Final = (*RECORDS, "boundaries", "gazetteer", "population")
REGION: Final = "region"
LANGUAGE: Final = "language"
INDEX: Final = "index.html"
RASTER: Final = "raster"  # of which tiles are made, instead of records

_TABLES: Final = (".csv", ".xlsx", ".parquet")
_TOP: Final = ("title", "output", "audiences", "languages", "period", "covers", "as_of", "store",
               "only", "need")  # fmt: skip
_FILTERS: Final = ("programme", "organisation", "funder", "sector", "status")
_OWN: Final = ("file", "of", "audiences", "title")  # what every product may say
_RESERVED: Final = (INDEX, "datapackage.json")
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")
_NEAR: Final = 60  # likeness of a key that may be meant, of 100
_FINEST_ZOOM: Final = 24


@dataclass(frozen=True)
class Kind:
    """A kind of product.

    Attributes
    ----------
    options : tuple of str
        What may be said of it, by the parameters of the function that makes it.
    of : tuple of str
        The records that it is made from, where the file does not say it.
    suffixes : tuple of str
        Of its file; empty where the function says it.
    """

    options: tuple[str, ...]
    of: tuple[str, ...]
    suffixes: tuple[str, ...] = ()


def _parameters(method: Callable[..., object]) -> tuple[str, ...]:
    return tuple(name for name in inspect.signature(method).parameters if name not in _NOT_SAID)


_NOT_SAID: Final = ("self", "path")
_TILE_OPTIONS: Final = ("zooms", "low_zooms", "attribution", RASTER)
KINDS: Final[Mapping[str, Kind]] = {
    "map": Kind(_parameters(Study.map), RECORDS, (*PAGES, *PAPER)),
    "report": Kind(_parameters(Study.report), (INCIDENTS, PROJECTS), (".html", ".pdf")),
    "export": Kind(_parameters(Study.export), RECORDS),
    "tiles": Kind(_TILE_OPTIONS, (INCIDENTS, PROJECTS, AREAS), (".pmtiles", ".mbtiles")),
    "table": Kind(_parameters(Study.count), RECORDS, _TABLES),
    "answer": Kind(_parameters(Study.answer), (INCIDENTS, PROJECTS, FIGURES), _TABLES),
}


@dataclass(frozen=True)
class Wanted:
    """One entry of products, of one or of many files.

    Attributes
    ----------
    key : str
        Where it stands in the file, such as "map[1]".
    kind : str
        One of `KINDS`.
    file : str
        Pattern of the names, with "{region}" and "{language}" where there is one for each.
    options : mapping of str to object
        What is said of it; files as `Source`.
    of : tuple of str
        The records that it is made from; figures for internal use alone.
    audiences : tuple of str
        For whom it is made.
    title : mapping of str to str
        What the index calls it, by language; empty without a name of its own.
    """

    key: str
    kind: str
    file: str
    options: Mapping[str, Any]
    of: tuple[str, ...]
    audiences: tuple[Audience, ...]
    title: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Month:
    """What a build is of.

    Attributes
    ----------
    file, folder : pathlib.Path
        The file that says it, and the folder of its products.
    title : mapping of str to str
        Of the index, by language.
    audiences, languages : tuple of str
        For whom, and in which languages.
    inputs : mapping of str to Source
        What is read, by role.
    products : tuple of Wanted
        What is made.
    period, covers, only, need
        As for `maligeo.study` and `Study.asking`.
    as_of, store
        As for `Study.release`.
    """

    file: Path
    folder: Path
    title: Mapping[str, str]
    audiences: tuple[Audience, ...]
    languages: tuple[Language, ...]
    inputs: Mapping[str, Source]
    products: tuple[Wanted, ...]
    period: str | Sequence[str] | None = None
    covers: str | Sequence[str] | None = None
    as_of: str | None = None
    store: Path | None = None
    only: Mapping[str, Any] = field(default_factory=dict)
    need: Mapping[str, float] | Sequence[str] | str | None = None


def read_month(path: str | Path, output: str | Path | None = None) -> Month:
    """Read the file of a build.

    Parameters
    ----------
    path : str or pathlib.Path
        A TOML file; what it names lies relative to it.
    output : str or pathlib.Path, optional
        Folder of the products, instead of the one that it names.

    Raises
    ------
    InputFileError
        If it cannot be read, or is no TOML.
    SettingsError
        With every fault, by its key.
    """
    file = Path(Source.of(path))
    require_ordinary(file)
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputFileError(f"cannot read {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputFileError(f"{file} is no TOML: {error}") from error
    month = _Reading(file, found).month(None if output is None else Path(output))
    if isinstance(month, list):
        raise SettingsError(str(file), month)
    return month


class _Reading:
    """Takes the file apart, and collects its faults."""

    def __init__(self, file: Path, found: Mapping[str, Any]) -> None:
        self.file, self.found = file, found
        self.faults: list[Fault] = []

    def month(self, output: Path | None) -> Month | list[Fault]:
        """Give what the file says, or its faults."""
        self._require_keys(self.found, (*_TOP, *INPUTS, *KINDS), "")
        audiences = self._several("audiences", AUDIENCES, default=("public",))
        inputs = {kind: one for kind in INPUTS if (one := self._input(kind)) is not None}
        stem = self.file.stem
        month = Month(
            file=self.file,
            folder=output or self._beside(self._checked("output", _text_fault) or stem),
            title=self._title("title", self.found),
            audiences=audiences,
            languages=self._several("languages", LANGUAGES, default=LANGUAGES),
            inputs=inputs,
            products=tuple(self._products(audiences, inputs)),
            period=self._periods("period", (*CALENDAR,)),
            covers=self._periods("covers", ()),
            as_of=self._day(),
            store=self._store(),
            only=self._only(),
            need=self._checked("need", _need_fault),
        )
        self._require_use(month)
        return self.faults or month

    def _add(self, key: str, value: object, reason: str, near: Collection[str] = ()) -> None:
        self.faults.append(Fault(SETTING, key, value, reason, tuple(near)))

    def _require_keys(self, found: Mapping[str, Any], known: Collection[str], where: str) -> None:
        for key in found:
            if key not in known:
                named = f"{where}.{key}" if where else key
                self._add(named, None, "is no key that is known here", _near(key, known))

    def _checked(self, key: str, fault_of: Callable[[Any], str]) -> Any:
        """Give a value that has no fault, else None."""
        value = self.found.get(key)
        if value is not None and (reason := fault_of(value)):
            self._add(key, value, reason)
            return None
        return value

    def _beside(self, name: str) -> Path:
        return self.file.parent / name

    def _title(self, key: str, found: Mapping[str, Any]) -> dict[str, str]:
        """Take a title in one or in both languages."""
        value = found.get("title", {})
        given = dict.fromkeys(LANGUAGES, value) if isinstance(value, str) else value
        if isinstance(given, dict) and all(isinstance(one, str) for one in given.values()):
            self._require_keys(given, LANGUAGES, key)
            return given
        self._add(key, value, "is no text, nor one for fr and one for en")
        return {}

    def _several(
        self, key: str, known: Sequence[str], *, default: Sequence[str], within: Any = None
    ) -> tuple[Any, ...]:
        """Take some of the words that are known."""
        where = key if within is None else f"{within[0]}.{key}"
        value = (self.found if within is None else within[1]).get(key, list(default))
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list) or not given:
            self._add(where, value, "is no word, nor a list of words")
            return tuple(default)
        wrong = [one for one in given if one not in known]
        for one in wrong:
            self._add(where, one, f"is none of {', '.join(known)}", _near(one, known))
        return tuple(dict.fromkeys(one for one in given if one not in wrong)) or tuple(default)

    def _periods(self, key: str, words: Collection[str]) -> str | list[str] | None:
        try:
            given = period_texts(self.found.get(key))
            for one in [given] if isinstance(given, str) else given or []:
                if one not in words:
                    parse_period(one)
        except MaligeoError as error:
            self._refused(key, error)
            return None
        return given

    def _day(self) -> str | None:
        value: object = self.found.get("as_of")
        if value is None:
            return None
        if not isinstance(value, str | datetime.date):
            self._add("as_of", value, "is no day")
            return None
        try:
            return str(day_of(str(value)).date())
        except MaligeoError as error:
            self._refused("as_of", error)
            return None

    def _refused(self, key: str, error: MaligeoError) -> None:
        """Take the sentence of an error for the reason of a fault."""
        reason = str(error)
        self.faults.append(Fault(SETTING, key, None, reason))

    def _store(self) -> Path | None:
        named = self._checked("store", _text_fault)
        return None if named is None else self._beside(str(Path(named).expanduser()))

    def _only(self) -> dict[str, Any]:
        found = self.found.get("only", {})
        if not isinstance(found, dict):
            self._add("only", found, 'is no table of words, such as sector = "santé"')
            return {}
        self._require_keys(found, _FILTERS, "only")
        for by, value in found.items():
            if reason := _texts_fault(value):
                self._add(f"only.{by}", value, reason)
        return found

    def _input(self, kind: str) -> Source | None:
        """Take an input: the name of a file, or that and how it is read."""
        found = self.found.get(kind)
        if found is None:
            return None
        said = {"file": found} if isinstance(found, str) else found
        how = (*SAID, "level", "vintage") if kind == "boundaries" else SAID
        if not isinstance(said, dict):
            self._add(kind, found, "is no file, nor a table with one")
            return None
        self._require_keys(said, ("file", "profile", *how), kind)
        if reason := _text_fault(said.get("file")):
            self._add(f"{kind}.file", said.get("file"), reason)
            return None
        return self._source(kind, said, {name: said[name] for name in how if name in said})

    def _source(self, kind: str, said: Mapping[str, Any], own: dict[str, Any]) -> Source | None:
        source = Source.of(str(self._beside(said["file"])))
        if not Path(source).exists():
            self._add(f"{kind}.file", said["file"], "is no file that is there")
        try:
            known = read_profile(self._beside(said["profile"])) if "profile" in said else {}
            stated = {"sheet": source.sheet, "layer": source.layer}
            stated = {name: part for name, part in stated.items() if part is not None}
            how = {**known.get(kind, {}), **stated, **own}
            return Source(source.path, **how)
        except MaligeoError as error:
            self._refused(f"{kind}.profile" if "profile" in said else kind, error)
        except (TypeError, ValueError):
            self._add(f"{kind}.profile", said.get("profile"), "is no profile that can be read")
        return None

    def _products(
        self, audiences: Sequence[Audience], inputs: Mapping[str, Source]
    ) -> Iterable[Wanted]:
        is_any = False
        for kind, found in self.found.items():
            if kind not in KINDS:
                continue
            is_any = True
            if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
                self._add(kind, found, f"is not written like [[{kind}]]")
                continue
            for at, one in enumerate(found, start=1):
                yield self._product(f"{kind}[{at}]", kind, one, (audiences, inputs))
        if not is_any:
            self._add("map", None, "is missing, and so is every other product")

    def _product(
        self, key: str, kind: str, found: Mapping[str, Any],
        about: tuple[Sequence[Audience], Mapping[str, Source]],
    ) -> Wanted:  # fmt: skip
        audiences, inputs = about
        known = KINDS[kind].options
        self._require_keys(found, (*_OWN, *known), key)
        said = {name: found[name] for name in known if name in found}
        for name, value in said.items():
            if name in _OPTIONS and (reason := _OPTIONS[name](value)):
                self._add(f"{key}.{name}", value, reason)
        if RASTER in said and "low_zooms" in said:
            self._add(f"{key}.low_zooms", said["low_zooms"], "is about records, and not a raster")
        file = found.get("file")
        plain = PurePosixPath(str(file)).as_posix()  # "./a" and "a", "x//a" and "x/a" are one file
        if reason := _text_fault(file) or self._file_fault(kind, plain, said):
            self._add(f"{key}.file", file, reason)
        audiences = self._several("audiences", audiences, default=audiences, within=(key, found))
        return Wanted(
            key=key,
            kind=kind,
            file=plain,
            options=self._with_files(key, said),
            of=self._of(key, kind, found, (audiences, inputs)),
            audiences=audiences,
            title=self._title(f"{key}.title", found),
        )

    def _of(
        self, key: str, kind: str, found: Mapping[str, Any],
        about: tuple[Sequence[Audience], Mapping[str, Source]],
    ) -> tuple[str, ...]:  # fmt: skip
        """Say which records a product is made from: all that it can be, without a word."""
        audiences, inputs = about
        given = [name for name in RECORDS if name in inputs]
        usual = [name for name in KINDS[kind].of if name in given and RASTER not in found]
        asked = found.get("of", usual)
        named: Sequence[str] = ()
        if asked != []:
            named = self._several("of", given, default=usual, within=(key, {"of": asked}))
        of = tuple(name for name in RECORDS if name in named)
        is_said = "of" in found or of == (FIGURES,)
        if FIGURES in of and is_said and set(audiences) != {"internal"}:
            self._add(f"{key}.of", FIGURES, "is for the audience internal alone")
        if kind == "table" and len(of) > 1:
            self._add(f"{key}.of", list(of), "must name one: a table counts one kind of record")
        return of

    def _with_files(self, key: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """Give options with files as sources."""
        options = dict(said)
        names = {name: options[name] for name in ("tiles", RASTER) if name in options}
        for name, value in names.items():
            listed = [value] if isinstance(value, str) else value
            if _texts_fault(listed):
                continue
            for one in listed:
                if not self._beside(one).exists():
                    self._add(f"{key}.{name}", one, "is no file that is there")
            sources = [Source(str(self._beside(one))) for one in listed]
            options[name] = sources[0] if name == RASTER else sources
        return options

    def _file_fault(self, kind: str, file: str, said: Mapping[str, Any]) -> str:
        """Say what is wrong with the name of a product; empty where nothing is."""
        allowed = {f"{{{name}}}" for name in (REGION, LANGUAGE) if name in KINDS[kind].options}
        allowed -= {f"{{{name}}}" for name in said}
        if set(_PLACEHOLDER.findall(file)) - allowed:
            return "has a part in braces that this product has no value for"
        bare = _PLACEHOLDER.sub("x", file)
        suffixes = KINDS[kind].suffixes
        if suffixes and not bare.casefold().endswith(suffixes):
            return f"must end in one of {', '.join(suffixes)}"
        return name_fault(bare)

    def _require_use(self, month: Month) -> None:
        for audience in month.audiences:
            if month.products and not any(audience in one.audiences for one in month.products):
                self._add("audiences", audience, "is named, and no product is for it")
        if month.covers is not None and not {INCIDENTS, AREAS} & set(month.inputs):
            self._add("covers", month.covers, "is about incidents or areas, and none are given")


def _near(word: object, known: Collection[str]) -> list[str]:
    """Give what may be meant by a word that is not known."""
    found = process.extractOne(str(word), list(known), score_cutoff=_NEAR)
    return [] if found is None else [found[0]]


def name_fault(file: str) -> str:
    """Say why no file of a build can have a name; empty where one can."""
    paths = (PurePosixPath(file), PureWindowsPath(file))
    if any(one.is_absolute() or one.drive or ".." in one.parts for one in paths):
        return "is not within the output folder"
    if any(sign in file for sign in '{}<>:"|?*\\'):
        return "has signs that a name of a file cannot have"
    if not paths[0].parts or paths[0].parts[0].casefold() in _RESERVED:
        return "is a name that the build needs for itself"
    try:
        for part in PurePosixPath(file).parts:
            require_portable(part)
    except OutputFileError:
        return "is a name that Windows keeps for a device"
    return ""


def placeholders(file: str) -> set[str]:
    """Name what stands in braces in the name of a file."""
    return {name for _, name, _, _ in string.Formatter().parse(file) if name}


def _text_fault(value: Any) -> str:
    if value is None:
        return "is missing"
    return "" if isinstance(value, str) and value.strip() else "is no text"


def _texts_fault(value: Any) -> str:
    listed = [value] if isinstance(value, str) else value
    is_good = isinstance(listed, list) and listed and not any(map(_text_fault, listed))
    return "" if is_good else "is no text, nor a list of texts"


def _need_fault(value: Any) -> str:
    fault = _texts_fault(list(value) if isinstance(value, dict) else value)
    if fault:
        return fault
    if any(map(names_table, [value] if isinstance(value, str) else value)):
        return "names a file, which is given as figures: name one of its measures here"
    if not isinstance(value, dict):
        return ""
    is_good = value and all(
        isinstance(one, int | float) and not isinstance(one, bool) and one > 0
        for one in value.values()
    )
    return "" if is_good else "must have a number above 0 for each measure"


def _periods_fault(value: Any) -> str:
    if value == "auto" or (isinstance(value, list) and len(value) == 2 and not _texts_fault(value)):
        return ""
    return 'is neither "auto" nor two periods'


def _flag_fault(value: Any) -> str:
    return "" if isinstance(value, bool) else "is neither true nor false"


def _zooms_fault(value: Any) -> str:
    is_good = (
        isinstance(value, list)
        and len(value) == 2
        and all(type(one) is int for one in value)
        and 0 <= value[0] <= value[1] <= _FINEST_ZOOM
    )
    return "" if is_good else "is not two zooms like [0, 8]"


def _choice_of(known: Sequence[str]) -> Callable[[Any], str]:
    return lambda value: "" if value in known else f"is none of {', '.join(known)}"


# What is checked of options by their name; others are left to the function that takes them.
_OPTIONS: Final[Mapping[str, Callable[[Any], str]]] = {
    "region": _text_fault,
    "language": _choice_of(LANGUAGES),
    "layers": _texts_fault,
    "compare": _periods_fault,
    "online_tiles": _flag_fault,
    "tiles": _texts_fault,
    "measure": _text_fault,
    "counting": _choice_of(get_args(Counting)),
    "zooms": _zooms_fault,
    "low_zooms": _choice_of(get_args(LowZooms)),
    "attribution": _text_fault,
    RASTER: _text_fault,
}
