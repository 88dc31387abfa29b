"""Answers of publishers' interfaces: where the file is, how large, and under which licence.

Nothing in an answer is taken for granted: a field may be missing or of another type, and an
address that is not one is refused before it is used.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from maligeo.core.errors import InputFileError
from maligeo.downloads.connection import Found, is_local, require_safe
from maligeo.downloads.offers import Offer


def read_answer(offer: Offer, answer: object) -> Found:
    """Find the file in the JSON that an interface answered.

    Parameters
    ----------
    offer : Offer
        What was asked for.
    answer : object
        The parsed JSON.

    Returns
    -------
    Found

    Raises
    ------
    InputFileError
        If the answer does not hold what was asked for, or its address is not safe.
    """
    found = _READERS[offer.answer](offer, answer)
    require_safe(found.address, local=is_local(offer.address))
    return found


def _ckan(offer: Offer, answer: object) -> Found:
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
    return Found(_required(address, offer), _size(file.get("size")), licence)


def _geoboundaries(offer: Offer, answer: object) -> Found:
    """Read the answer of geoBoundaries: one object, or a list of one."""
    iso3, level = offer.wanted
    found = [
        entry
        for entry in map(_mapping, _sequence(answer) or [answer])
        if (_text(entry, "boundaryISO"), _text(entry, "boundaryType")) == (iso3, level)
    ]
    if len(found) != 1:
        raise InputFileError(f"{offer.address} does not tell of {level} of {iso3}")
    address = _text(found[0], "gjDownloadURL")
    return Found(_required(address, offer), None, _text(found[0], "boundaryLicense"))


def _worldpop(offer: Offer, answer: object) -> Found:
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
    return Found(files[0][0], None, files[0][1])


_READERS: Final[Mapping[str, Callable[[Offer, object], Found]]] = {
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


def _size(value: object) -> int | None:
    """Give a number of bytes, as a number or as text."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value)
    known = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return int(str(value)) if known else None


def _required(address: str, offer: Offer) -> str:
    if not address:
        raise InputFileError(f"{offer.address} answers without the address of the file")
    return address
