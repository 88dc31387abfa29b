"""What can be downloaded: entries of a data file, filled in for a country and an edition."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from maligeo import catalog
from maligeo.core.checks import require_choice, require_known
from maligeo.core.errors import ArgumentError, InputFileError, UnknownNameError

ANSWERS: Final = ("file", "ckan", "geoboundaries", "worldpop")
KINDS: Final = ("zip", "geojson", "tiff")

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

    def is_named_in(self, told: str) -> bool:
        """Tell whether a publisher's words name this licence."""
        return any(sign.casefold() in told.casefold() for sign in self.signs)


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
    next_command : str
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
    next_command: str
    verified: bool

    @property
    def final_file(self) -> str:
        """Name of the file that is handed on: the chosen rows, or the download itself."""
        return self.rows.file if self.rows else self.file

    def next_step(self, path: Path) -> str:
        """Say what to do with the file: a command, or a call of Python."""
        return self.next_command.replace("{path}", shlex.quote(str(path))).replace(
            "{path_in_python}", repr(str(path))
        )


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
        if _knows(entry, iso3)
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
    iso3 = _iso3(country)
    entries = {entry["name"]: entry for entry in _entries(sources)}
    require_known(name, entries, what="download")
    entry = entries[name]
    editions = {str(given["edition"]): given for given in entry["editions"]}
    chosen = edition if edition is not None else next(iter(editions))
    require_choice(chosen, editions, option=f"edition of {name}")
    if not _knows(entry, iso3):
        raise UnknownNameError(
            f"the list of downloads has no code of {iso3} for {name}: add it under countries"
        )
    return _filled(entry, editions[chosen], iso3)


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
                _check(_filled(entry, edition, "XXX"))
    except OSError as error:
        raise InputFileError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputFileError(f"{path} is no list of downloads: {error!r}") from error
    return entries


def _check(offer: Offer) -> None:
    """Refuse an entry that could not be carried out, or would leave the cache."""
    if offer.answer not in ANSWERS or offer.kind not in KINDS:
        raise ValueError(f"{offer.name}: answer {offer.answer!r} or kind {offer.kind!r}")
    for file in {offer.file, offer.final_file}:
        if not _PLAIN_NAME.fullmatch(file):
            raise ValueError(f"{offer.name}: {file!r} is no plain name of a file")


def _knows(entry: Mapping[str, Any], iso3: str) -> bool:
    """Tell whether an entry works for a country: without a table of codes it does for all."""
    return not entry["countries"] or iso3 in entry["countries"]


def _filled(entry: Mapping[str, Any], edition: Mapping[str, Any], iso3: str) -> Offer:
    """Put a country into the texts of an entry."""
    codes = {"{iso3}": iso3, "{iso3_lower}": iso3.lower()}
    codes |= {f"{{{key}}}": str(code) for key, code in entry["countries"].get(iso3, {}).items()}

    def fill(text: str) -> str:
        for mark, code in codes.items():
            text = text.replace(mark, code)
        return text

    rows = edition["rows"]
    words = {key: entry[key] for key in ("name", "title", "publisher", "attribution", "note")}
    licence = entry["licence"]
    return Offer(
        **words,
        edition=str(edition["edition"]),
        page=fill(entry["page"]),
        licence=Licence(licence["name"], licence["address"], tuple(licence["signs"])),
        answer=entry["answer"],
        address=fill(edition["address"]),
        wanted=tuple(fill(text) for text in edition["wanted"]),
        kind=entry["kind"],
        file=fill(edition["file"]),
        about_bytes=edition["about_bytes"],
        most_bytes=int(edition["most_bytes"]),
        sha256=edition["sha256"],
        rows=Rows(rows["column"], fill(rows["equals"]), fill(rows["file"])) if rows else None,
        next_command=edition["next"],
        verified=bool(entry["verified"]),
    )
