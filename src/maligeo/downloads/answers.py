"""What the interfaces of publishers answer: address, size and licence of a file.

Nothing in an answer is taken for granted: a field may be missing or of another type, and an
address that is not one is refused before it is used.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from maligeo.core.errors import ArgumentError, InputFileError
from maligeo.core.placenames import without_accents
from maligeo.downloads.addresses import is_local, parse_count, require_safe
from maligeo.downloads.offers import Offer, PublishedFile

# Formats as HDX names them, to the suffix by which files are read.
_SUFFIXES: Final = {
    "csv": ".csv", "excel": ".xlsx", "geojson": ".geojson", "geopackage": ".gpkg",
    "geotiff": ".tif", "json": ".json", "kml": ".kml", "pdf": ".pdf", "shp": ".zip",
    "xls": ".xls", "xlsx": ".xlsx", "xml": ".xml", "zip": ".zip",
}  # fmt: skip
_NOT_PLAIN: Final = re.compile(r"[^a-z0-9._]+")


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
    return PublishedFile(address, parse_count(file.get("size")) or None, _licence(package))


def _hdx(offer: Offer, answer: object) -> PublishedFile:
    """Read `package_show` of HDX for any data set: the one file, or the one asked for."""
    dataset, wanted = offer.wanted
    package = _mapping(_mapping(answer).get("result"))
    files = _files(package)
    if not files:
        raise InputFileError(f"{offer.page} offers no file")
    licence = _licence(package)
    if not licence:
        raise InputFileError(f"{offer.page} states no licence: ask its publisher for one")
    if wanted not in files and (wanted or len(files) > 1):
        known = ", ".join(f"{dataset}/{name}" for name in files)
        raise ArgumentError(
            f"{dataset} is under {licence}; say which file of it: --edition with one of {known}"
        )
    name = wanted or next(iter(files))
    address = _text(files[name], "download_url") or _text(files[name], "url")
    return PublishedFile(
        address,
        parse_count(files[name].get("size")) or None,
        licence,
        edition=f"{dataset}/{name}",
        attribution=_publisher(package),
    )


def _publisher(package: Mapping[str, Any]) -> str:
    """Give whom a data set names as its source, and who shares it on HDX."""
    shared = _text(_mapping(package.get("organization")), "title")
    title = _text(package, "title")
    named = [name for name in (_text(package, "dataset_source"), shared, title) if name]
    return f"{', '.join(dict.fromkeys(named))}, on the Humanitarian Data Exchange" if named else ""


def _licence(package: Mapping[str, Any]) -> str:
    """Give the licence of a data set in its publisher's words, with terms of its own."""
    names = (_text(package, "license_title") or _text(package, "license_id"),
             _text(package, "license_other"))  # fmt: skip
    return ": ".join(" ".join(name.split()) for name in names if name)


def _files(package: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Give the files of a data set by plain names of their own."""
    files: dict[str, Mapping[str, Any]] = {}
    for file in map(_mapping, _sequence(package.get("resources"))):
        name, number = _file_name(file), 1
        while name in files:
            number += 1
            name = f"{number}-{_file_name(file)}"
        files[name] = file
    return files


def _file_name(file: Mapping[str, Any]) -> str:
    """Make a plain name with a suffix of the name and format of a file on HDX."""
    words = _text(file, "format").casefold().split()
    suffix = next((_SUFFIXES[word] for word in words if word in _SUFFIXES), "")
    name = _NOT_PLAIN.sub("-", without_accents(_text(file, "name")).casefold()).strip("-._")
    has_suffix = name.endswith(tuple(_SUFFIXES.values()))
    return name if has_suffix else f"{name or 'file'}{suffix}"


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
    "hdx": _hdx,
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
