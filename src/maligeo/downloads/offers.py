"""What publishers offer: entries of a data file, filled in for a country and an edition."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, Final

from maligeo import catalog
from maligeo.core.checks import require_choice, require_known
from maligeo.core.errors import ArgumentError, InputFileError, UnknownNameError

KINDS: Final = ("zip", "geojson", "tiff", "csv", "gzip", "pdf", "any")
MADE_BY: Final = (
    "rows", "unpacked", "geonames", "instat", "whosonfirst cercles", "whosonfirst localities",
)  # fmt: skip
ANSWERS: Final = ("file", "ckan", "hdx", "geoboundaries", "worldpop", "pages")

_SOME_COUNTRY: Final = "ZZZ"  # any code of three letters: an entry has to hold for each
_ISO3: Final = re.compile(r"[A-Za-z]{3}")
_PLAIN_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True)
class Licence:
    """Terms of a publisher.

    Attributes
    ----------
    name : str
        Short name, such as "CC BY 4.0".
    address : str
        Where its text stands.
    signs : tuple of str
        Words by which an answer of the publisher names the same licence; none where it is
        not known before the publisher is asked.
    """

    name: str
    address: str
    signs: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"

    def is_named_in(self, words: str) -> bool:
        """Tell whether a publisher's words name this licence."""
        return any(sign.casefold() in words.casefold() for sign in self.signs)


@dataclass(frozen=True)
class Made:
    """A file that is made of what was downloaded.

    Attributes
    ----------
    by : str
        What makes it: a name of `making.MAKERS`.
    file : str
        Its name.
    settings : mapping of str to str
        What the maker is told.
    """

    by: str
    file: str
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """A further file that belongs to a download: its address, name in the cache, and kind."""

    address: str
    file: str
    kind: str


@dataclass(frozen=True)
class Pages:
    """How an interface gives its records in pages.

    Attributes
    ----------
    counter : {"offset", "page"}
        What the parameter of that name counts: records from 0, or pages from 1.
    rows : int
        Most records of a page.
    pause_s : float
        Seconds between two requests.
    """

    counter: str
    rows: int
    pause_s: float


@dataclass(frozen=True)
class Account:
    """The user's own account with a publisher. What is in it stays in memory.

    Attributes
    ----------
    kind : {"identifier", "oauth"}
        "identifier": a header that names program and user; "oauth": a token for a password.
    variables : tuple of str
        Variables of the environment with what is asked for: an e-mail address, a password.
    address : str
        Where the token is had; for an identifier the name of the header.
    client : str
        How the publisher calls programs that ask for a token.
    """

    kind: str
    variables: tuple[str, ...]
    address: str
    client: str = ""


@dataclass(frozen=True)
class Offer:
    """One file that a publisher offers.

    Attributes
    ----------
    name, edition : str
        What to ask for, such as "geoboundaries" and "1".
    title, publisher, page, attribution, note : str
        Words for people; `page` is the address of the publisher's own page.
    title_fr, note_fr : str
        The same in French; empty in a list that has none.
    licence : Licence
        Terms of use.
    answer : str
        What the address gives: "file" for the file itself; "pages" for records in pages;
        "ckan", "hdx", "geoboundaries" and "worldpop" for JSON that says where the file is.
    address : str
        Address to ask.
    kind : str
        What the file is, one of `KINDS`; "any" goes by the suffix.
    file : str
        Name of the file in the cache.
    most_bytes : int
        Size above which it is refused.
    next : str
        What to do with the file, with `{path}` for its path.
    verified : bool
        Whether the address was tried when the list was written.
    wanted : tuple of str
        What to choose in the JSON; its meaning depends on `answer`.
    about_bytes : int or None
        Its size, where it is known beforehand.
    sha256 : str or None
        Its hash, where the publisher does not replace the file.
    made : Made or None
        What is made of it.
    also : tuple of Part
        What else is needed to make that.
    columns : tuple of str
        Columns that a CSV has to have, or the records of pages.
    members : int
        Most files in an archive.
    pattern : str
        Where any edition of a form can be asked for: its form, as a regular expression whose
        groups fill in the texts; `edition` is an example then.
    pages : Pages or None
        How records come in pages.
    account : Account or None
        The account that is needed.
    private : bool
        Whether the terms forbid to pass the file on: then it does not go into the cache, but
        where the user says, and nobody else may read it.
    """

    name: str
    edition: str
    title: str
    publisher: str
    page: str
    attribution: str
    note: str
    licence: Licence
    answer: str
    address: str
    kind: str
    file: str
    most_bytes: int
    next: str
    verified: bool
    wanted: tuple[str, ...] = ()
    about_bytes: int | None = None
    sha256: str | None = None
    made: Made | None = None
    also: tuple[Part, ...] = ()
    columns: tuple[str, ...] = ()
    members: int = 1_000
    pattern: str = ""
    pages: Pages | None = None
    account: Account | None = None
    private: bool = False
    title_fr: str = ""
    note_fr: str = ""

    def said(self, language: str) -> tuple[str, str]:
        """Give title and note in a language, or as they stand."""
        if language == "fr":
            return self.title_fr or self.title, self.note_fr or self.note
        return self.title, self.note

    @property
    def accepted_as(self) -> str:
        """For what a licence is accepted: the source, or one data set where each has its own."""
        return self.name if self.licence.signs else f"{self.name} {self.wanted[0]}"

    @property
    def final_file(self) -> str:
        """Name of the file that is handed on: the one that is made, or the download itself."""
        return self.made.file if self.made else self.file

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files that are downloaded."""
        return (self.file, *(part.file for part in self.also))

    def next_step(self, path: Path) -> str:
        """Say what to do with the file: a command."""
        return self.next.replace("{path}", shlex.quote(str(path)))


_KEYS: Final = {one.name for one in fields(Offer)} | {"countries", "editions"}


@dataclass(frozen=True)
class PublishedFile:
    """A file as its publisher describes it.

    Attributes
    ----------
    address : str
        Address of the file itself.
    size : int or None
        Bytes, where the publisher gives them.
    licence : str
        Licence in the publisher's words; empty where none comes with the file.
    etag : str
        Version of the file, where the server gives one.
    edition : str
        What the file has to be asked for as, where the answer names it.
    attribution : str
        Whom to name, where the answer says it.
    """

    address: str
    size: int | None = None
    licence: str = ""
    etag: str = ""
    edition: str = ""
    attribution: str = ""


def list_downloads(country: str | None = None, *, sources: Path | None = None) -> list[Offer]:
    """List what can be downloaded for a country.

    Parameters
    ----------
    country : str, optional
        ISO 3166-1 alpha-3 code; without it the country of the bundled data.
    sources : pathlib.Path, optional
        A list of one's own (another country, a mirror) instead of the bundled one, in the
        same form as `data/reference/downloads.json`.

    Returns
    -------
    list of Offer
        In the order of the list. What needs a code of the country that the list does not
        have is left out.

    Raises
    ------
    ArgumentError
        If the country is no code of three letters.
    InputFileError
        If the list cannot be read or lacks something.
    """
    iso3 = _iso3(country)
    return [_filled(entry, edition, iso3) for entry, edition in _editions(sources, iso3)]


def _editions(
    sources: Path | None, iso3: str
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for entry in _entries(sources):
        if not entry["countries"] or iso3 in entry["countries"]:
            yield from ((entry, edition) for edition in entry["editions"])


def find_offer(
    name: str,
    edition: str | None = None,
    *,
    country: str | None = None,
    sources: Path | None = None,
) -> Offer:
    """Find one offer by name and edition.

    Parameters
    ----------
    name : str
        Such as "geoboundaries".
    edition : str, optional
        Level, version or year; without it the first of the list.
    country : str, optional
        As for `list_downloads`.
    sources : pathlib.Path, optional
        As for `list_downloads`.

    Returns
    -------
    Offer

    Raises
    ------
    UnknownNameError
        If there is none of that name, or the list lacks a code of the country.
    ArgumentError
        If there is no such edition, or the country is no code of three letters.
    InputFileError
        As `list_downloads` raises.
    """
    require_known(name, [entry["name"] for entry in _entries(sources)], what="download")
    iso3 = _iso3(country)
    known = [pair for pair in _editions(sources, iso3) if pair[0]["name"] == name]
    offers = {offer.edition: offer for offer in (_filled(*pair, iso3) for pair in known)}
    if not offers:
        raise UnknownNameError(
            f"the list of downloads has no code of {iso3} for {name}: add it under countries"
        )
    first = next(iter(offers.values()))
    if edition is None and first.pattern:
        raise ArgumentError(f"say which edition of {name}, such as --edition {first.edition}")
    chosen = edition if edition is not None else first.edition
    for pair in known:
        pattern = pair[1].get("pattern", "")
        if chosen not in offers and pattern and re.fullmatch(pattern, chosen):
            return _checked(_filled(*pair, iso3, chosen))
    require_choice(chosen, offers, option=f"edition of {name}")
    return offers[chosen]


def _iso3(country: str | None) -> str:
    code = country if country is not None else str(catalog.country()["iso3"])
    if not _ISO3.fullmatch(code):
        raise ArgumentError(f"country {code!r} is no code of three letters, such as MLI")
    return code.upper()


def _entries(sources: Path | None) -> list[dict[str, Any]]:
    path = sources or catalog.resource_path("reference", "downloads")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        entries: list[dict[str, Any]] = list(content["downloads"])
        for entry in entries:
            for edition in entry["editions"]:
                _checked(_filled(entry, edition, _SOME_COUNTRY))
    except OSError as error:
        raise InputFileError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputFileError(f"{path} is no list of downloads: {error!r}") from error
    return entries


def _checked(offer: Offer) -> Offer:
    """Refuse an entry that could not be carried out, or would leave the cache."""
    kinds = {offer.kind, *(part.kind for part in offer.also)}
    if offer.answer not in ANSWERS or not kinds <= {*KINDS}:
        raise ValueError(f"{offer.name}: answer {offer.answer!r} or kind {offer.kind!r}")
    texts = (offer.name, offer.address, offer.page, offer.next, *offer.wanted)
    if not all(isinstance(text, str) for text in texts) or not isinstance(offer.most_bytes, int):
        raise TypeError(f"{offer.name}: a text or a number is something else")
    for file in {*offer.files, offer.final_file}:
        if not _PLAIN_NAME.fullmatch(file):
            raise ValueError(f"{offer.name}: {file!r} is no plain name of a file")
    if offer.made is not None and offer.made.by not in MADE_BY:
        raise ValueError(f"{offer.name}: nothing is made by {offer.made.by!r}")
    if (offer.answer == "pages") != (offer.pages is not None):
        raise ValueError(f"{offer.name}: answer {offer.answer!r} goes with pages")
    return offer


def _filled(
    entry: Mapping[str, Any], edition: Mapping[str, Any], iso3: str, chosen: str = ""
) -> Offer:
    """Put a country and an edition into the texts of an entry and of one of its editions."""
    given = {**entry, **edition}
    for key in given.keys() - _KEYS:
        raise ValueError(f"{entry['name']}: {key!r} says nothing here")
    name = chosen or str(edition["edition"])
    codes = {"iso3": iso3, "iso3_lower": iso3.lower(), **entry["countries"].get(iso3, {})}
    if edition.get("pattern"):
        found = re.fullmatch(edition["pattern"], name)
        if found is None:
            raise ValueError(f"{entry['name']}: {name!r} is not of the form of its editions")
        codes |= found.groupdict(default="")
    given = {key: _put_in(value, codes) for key, value in given.items() if key != "pattern"}
    given |= {"edition": name, "pattern": edition.get("pattern", "")}
    return Offer(**{one.name: _part_of(one.name, given) for one in fields(Offer)
                    if one.name in given or one.default is MISSING})  # fmt: skip


def _put_in(value: Any, codes: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _put_in(inner, codes) for key, inner in value.items()}
    if isinstance(value, list):
        return tuple(_put_in(inner, codes) for inner in value)
    if not isinstance(value, str):
        return value
    for key, code in codes.items():
        value = value.replace(f"{{{key}}}", str(code))
    return value


def _part_of(name: str, given: Mapping[str, Any]) -> Any:
    """Give a field of an offer; what has parts of its own as what it is."""
    value = given[name]
    if name == "made" and value is not None:
        rest = {key: text for key, text in value.items() if key not in ("by", "file")}
        return Made(value["by"], value["file"], rest)
    if name == "also":
        return tuple(Part(**part) for part in value)
    kinds: dict[str, Any] = {"licence": Licence, "pages": Pages, "account": Account}
    return kinds[name](**value) if name in kinds and value is not None else value
