"""What publishers offer, and what their interfaces answer: address, size and licence.

The offers are entries of a data file, filled in for a country and an edition. Nothing in an
answer is taken for granted: a field may be missing or of another type, and an address that is
not one is refused before it is used.
"""

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from maligeo import catalog
from maligeo.core.checks import require_choice, require_known
from maligeo.core.errors import ArgumentError, InputFileError, UnknownNameError

KINDS: Final = ("zip", "geojson", "tiff")

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_COUNT: Final = re.compile(r"[0-9]{1,18}")
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
        Words by which an answer of the publisher names the same licence.
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
class Rows:
    """Rows of the one CSV in an archive that are wanted.

    Attributes
    ----------
    column, equals : str
        Column to look at, and what it has to hold.
    file : str
        Name of the file for them.
    """

    column: str
    equals: str
    file: str


@dataclass(frozen=True)
class Offer:
    """One file that a publisher offers.

    Attributes
    ----------
    name, edition : str
        What to ask for, such as "geoboundaries" and "1".
    title, publisher, page, attribution, note : str
        Words for people; `page` is the address of the publisher's own page.
    licence : Licence
        Terms of use.
    answer : str
        What the address gives: "file" for the file itself; "ckan", "geoboundaries" and
        "worldpop" for JSON that says where the file is.
    address : str
        Address to ask.
    wanted : tuple of str
        What to choose in the JSON; its meaning depends on `answer`.
    kind : str
        What the file is: "zip", "geojson" or "tiff".
    file : str
        Name of the file in the cache.
    about_bytes : int or None
        Its size, where it is known beforehand.
    most_bytes : int
        Size above which it is refused.
    sha256 : str or None
        Its hash, where the publisher does not replace the file.
    rows : Rows or None
        What to take out of it.
    next : str
        What to do with the file, with `{path}` for its path.
    verified : bool
        Whether the address was tried when the list was written.
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
    wanted: tuple[str, ...]
    kind: str
    file: str
    about_bytes: int | None
    most_bytes: int
    sha256: str | None
    rows: Rows | None
    next: str
    verified: bool

    @property
    def final_file(self) -> str:
        """Name of the file that is handed on: the chosen rows, or the download itself."""
        return self.rows.file if self.rows else self.file

    def next_step(self, path: Path) -> str:
        """Say what to do with the file: a command."""
        return self.next.replace("{path}", shlex.quote(str(path)))


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
    """

    address: str
    size: int | None = None
    licence: str = ""
    etag: str = ""


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
    return [
        _filled(entry, edition, iso3)
        for entry in _entries(sources)
        if not entry["countries"] or iso3 in entry["countries"]
        for edition in entry["editions"]
    ]


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
    offers = {
        offer.edition: offer
        for offer in list_downloads(country, sources=sources)
        if offer.name == name
    }
    if not offers:
        raise UnknownNameError(
            f"the list of downloads has no code of {_iso3(country)} for {name}: "
            "add it under countries"
        )
    chosen = edition if edition is not None else next(iter(offers))
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
                _check(_filled(entry, edition, _SOME_COUNTRY))
    except OSError as error:
        raise InputFileError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputFileError(f"{path} is no list of downloads: {error!r}") from error
    return entries


def _check(offer: Offer) -> None:
    """Refuse an entry that could not be carried out, or would leave the cache."""
    if offer.answer not in ("file", *_READERS) or offer.kind not in KINDS:
        raise ValueError(f"{offer.name}: answer {offer.answer!r} or kind {offer.kind!r}")
    texts = (offer.name, offer.address, offer.page, offer.next, *offer.wanted)
    if not all(isinstance(text, str) for text in texts) or not isinstance(offer.most_bytes, int):
        raise TypeError(f"{offer.name}: a text or a number is something else")
    for file in {offer.file, offer.final_file}:
        if not _PLAIN_NAME.fullmatch(file):
            raise ValueError(f"{offer.name}: {file!r} is no plain name of a file")


def _filled(entry: Mapping[str, Any], edition: Mapping[str, Any], iso3: str) -> Offer:
    """Put a country into the texts of an entry and of one of its editions."""
    codes = {"iso3": iso3, "iso3_lower": iso3.lower(), **entry["countries"].get(iso3, {})}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return tuple(filled(inner) for inner in value)
        if not isinstance(value, str):
            return value
        for key, code in codes.items():
            value = value.replace(f"{{{key}}}", str(code))
        return value

    given = filled({**entry, **edition})
    rows = given["rows"]
    given["edition"] = str(given["edition"])
    given["licence"] = Licence(**given["licence"])
    given["rows"] = Rows(**rows) if rows else None
    return Offer(**{field.name: given[field.name] for field in fields(Offer)})


def read_answer(offer: Offer, answer: object) -> PublishedFile:
    """Find the file in the JSON that an interface answered.

    Parameters
    ----------
    offer : Offer
        What was asked for.
    answer : object
        The parsed JSON.

    Returns
    -------
    PublishedFile

    Raises
    ------
    InputFileError
        If the answer does not hold what was asked for, or its address is not safe.
    """
    found = _READERS[offer.answer](offer, answer)
    if not found.address:
        raise InputFileError(f"{offer.address} answers without the address of the file")
    require_safe(found.address, local=is_local(offer.address))
    return found


def _ckan(offer: Offer, answer: object) -> PublishedFile:
    """Read `package_show` of CKAN's action interface: the file of a format, by its name."""
    form, name = offer.wanted
    package = _mapping(_mapping(answer).get("result"))
    files = [_mapping(given) for given in _sequence(package.get("resources"))]
    of_form = [file for file in files if form in _text(file, "format").casefold()]
    named = [file for file in of_form if name in _text(file, "name").casefold()] or of_form
    if len(named) != 1:
        there = ", ".join(f"{_text(file, 'name')} ({_text(file, 'format')})" for file in files)
        raise InputFileError(
            f"{offer.page} should offer one file {name} ({form}); it offers {there or 'none'}"
        )
    file = named[0]
    address = _text(file, "download_url") or _text(file, "url")
    licence = _text(package, "license_title") or _text(package, "license_id")
    return PublishedFile(address, parse_count(file.get("size")) or None, licence)


def _geoboundaries(offer: Offer, answer: object) -> PublishedFile:
    """Read the answer of geoBoundaries: one object, or a list of one."""
    iso3, level = offer.wanted
    found = [
        entry
        for entry in map(_mapping, _sequence(answer) or [answer])
        if (_text(entry, "boundaryISO"), _text(entry, "boundaryType")) == (iso3, level)
    ]
    if len(found) != 1:
        raise InputFileError(f"{offer.address} does not tell of {level} of {iso3}")
    address, licence = (_text(found[0], key) for key in ("gjDownloadURL", "boundaryLicense"))
    return PublishedFile(address, None, licence)


def _worldpop(offer: Offer, answer: object) -> PublishedFile:
    """Read the answer of WorldPop's REST interface: the raster of a year."""
    year, suffix = offer.wanted
    files = [
        (file, _text(entry, "license"))
        for entry in map(_mapping, _sequence(_mapping(answer).get("data")))
        if _text(entry, "popyear") == year
        for file in _sequence(entry.get("files"))
        if isinstance(file, str) and file.casefold().endswith(suffix)
    ]
    if len(files) != 1:
        raise InputFileError(f"{offer.address} names {len(files)} rasters of {year}, not one")
    return PublishedFile(files[0][0], None, files[0][1])


_READERS: Final[Mapping[str, Callable[[Offer, object], PublishedFile]]] = {
    "ckan": _ckan,
    "geoboundaries": _geoboundaries,
    "worldpop": _worldpop,
}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _text(entry: Mapping[str, Any], key: str) -> str:
    """Give a text, or a number as text; anything else counts as missing."""
    value = entry.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def parse_count(value: object) -> int | None:
    """Read a whole number, given as a number or as text; None where it is none."""
    text = str(value)
    return int(text) if _COUNT.fullmatch(text) else None


def require_safe(address: str, *, local: bool) -> None:
    """Refuse an address that is neither https nor, where that is allowed, on this machine.

    Parameters
    ----------
    address : str
        The address.
    local : bool
        Whether this machine is allowed, then also over http.

    Raises
    ------
    InputFileError
        Naming the address without what follows its path.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError as error:
        raise InputFileError(f"{address!r} is no address: {error}") from error
    here = host in _THIS_MACHINE
    allowed = parts.scheme == "https" or (parts.scheme == "http" and here)
    if not host or not allowed or "@" in parts.netloc or (here and not local):
        raise InputFileError(f"{plain(address)} is not followed: only https addresses are safe")


def is_local(address: str) -> bool:
    """Tell whether an address is on this machine."""
    return urlsplit(address).hostname in _THIS_MACHINE


def plain(address: str) -> str:
    """Give an address without what may be somebody's key: its user and its query."""
    scheme, mark, rest = address.partition("?")[0].partition("#")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"
