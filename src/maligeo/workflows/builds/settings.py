"""What the file of a build says: every key is checked, and every fault named."""

from __future__ import annotations

import datetime
import inspect
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from maligeo.core.columns import AUDIENCES, LANGUAGES, Audience, Language
from maligeo.core.errors import SETTING, Fault, MaligeoError, SettingsError
from maligeo.core.inputs import read_settings
from maligeo.core.periods import parse_period, period_texts
from maligeo.disclosure.releases import day_of
from maligeo.measure.dates import CALENDAR
from maligeo.readers.files.sources import SAID, Source, said_fault
from maligeo.readers.profiles import read_profile
from maligeo.workflows.builds.values import (
    OPTION_FAULTS,
    RASTER,
    name_fault,
    near,
    need_fault,
    text_fault,
    texts_fault,
    whole_number_fault,
)
from maligeo.workflows.records import AREAS, FIGURES, INCIDENTS, PROJECTS
from maligeo.workflows.study import Study
from maligeo.workflows.views import PAGES, PAPER

RECORDS: Final = (INCIDENTS, PROJECTS, AREAS, FIGURES)
INPUTS: Final = (*RECORDS, "boundaries", "gazetteer", "population")
REGION: Final = "region"
LANGUAGE: Final = "language"

_TABLES: Final = (".csv", ".xlsx", ".parquet")
_TOP: Final = ("title", "output", "audiences", "languages", "period", "covers", "as_of", "store",
               "only", "need")  # fmt: skip
_FILTERS: Final = ("programme", "organisation", "funder", "sector", "status")
_OWN: Final = ("file", "of", "audiences", "title")  # what every product may say
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")


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
        If it cannot be read, or is no TOML in UTF-8.
    SettingsError
        With every fault, by its key.
    """
    file = Path(Source.of(path))
    found = read_settings(file)
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
            folder=output or self._beside(self._checked("output", text_fault) or stem),
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
            need=self._checked("need", need_fault),
        )
        self._require_use(month)
        return self.faults or month

    def _add(self, key: str, value: object, reason: str, near: Collection[str] = ()) -> None:
        self.faults.append(Fault(SETTING, key, value, reason, tuple(near)))

    def _require_keys(self, found: Mapping[str, Any], known: Collection[str], where: str) -> None:
        for key in found:
            if key not in known:
                named = f"{where}.{key}" if where else key
                self._add(named, None, "is no key that is known here", near(key, known))

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
            self._add(where, one, f"is none of {', '.join(known)}", near(one, known))
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
        self.faults.append(Fault(SETTING, key, None, str(error)))

    def _store(self) -> Path | None:
        named = self._checked("store", text_fault)
        return None if named is None else self._beside(str(Path(named).expanduser()))

    def _only(self) -> dict[str, Any]:
        found = self.found.get("only", {})
        if not isinstance(found, dict):
            self._add("only", found, 'is no table of words, such as sector = "santé"')
            return {}
        self._require_keys(found, _FILTERS, "only")
        for by, value in found.items():
            if reason := texts_fault(value):
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
        own = {name: said[name] for name in how if name in said}
        wrong = {name: why for name, value in own.items() if (why := _how_fault(name, value))}
        for name, why in wrong.items():
            self._add(f"{kind}.{name}", said[name], why)
        if reason := text_fault(said.get("file")):
            self._add(f"{kind}.file", said.get("file"), reason)
            return None
        return None if wrong else self._source(kind, said, own)

    def _source(self, kind: str, said: Mapping[str, Any], own: dict[str, Any]) -> Source | None:
        source = Source.of(str(self._beside(said["file"])))
        if not Path(source).exists():
            self._add(f"{kind}.file", said["file"], "is no file that is there")
        known = self._profile(kind, said)
        stated = {"sheet": source.sheet, "layer": source.layer}
        stated = {name: part for name, part in stated.items() if part is not None}
        try:
            return Source(source.path, **{**known, **stated, **own})
        except MaligeoError as error:
            self._refused(kind, error)
        return None

    def _profile(self, kind: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """Give what a profile says of an input."""
        named, key = said.get("profile"), f"{kind}.profile"
        if named is None:
            return {}
        if reason := text_fault(named):
            self._add(key, named, reason)
            return {}
        try:
            return read_profile(self._beside(named)).get(kind, {})
        except MaligeoError as error:
            self._refused(key, error)
        return {}

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
            if name in OPTION_FAULTS and (reason := OPTION_FAULTS[name](value)):
                self._add(f"{key}.{name}", value, reason)
        if RASTER in said and "low_zooms" in said:
            self._add(f"{key}.low_zooms", said["low_zooms"], "is about records, and not a raster")
        file = found.get("file")
        plain = PurePosixPath(str(file)).as_posix()  # "./a" and "a", "x//a" and "x/a" are one file
        if reason := text_fault(file) or self._file_fault(kind, plain, said):
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
            if texts_fault(listed):
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


def _how_fault(name: str, value: Any) -> str:
    """Say what is wrong with how an input is read; empty where nothing is."""
    if name in SAID:
        return said_fault(name, value)
    return whole_number_fault(value) if name == "level" else text_fault(value)
