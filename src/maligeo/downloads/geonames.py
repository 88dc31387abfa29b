"""GeoNames: the places of a dump with all their names, and the units that they are listed in."""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from maligeo.core.errors import InputFileError
from maligeo.core.placenames import ALIAS_SEPARATOR
from maligeo.readers.files.archives import unpacked
from maligeo.readers.gazetteers import GEONAMES, NO_LONGER, POPULATED

NAMES: Final = (
    "alternate_id", "geonameid", "language", "name", "preferred", "short", "colloquial",
    "historic", "from", "to",
)  # fmt: skip
WRITTEN: Final = (
    "place_name", "name_alt", "adm1_name", "adm2_name", "latitude", "longitude", "geonameid",
    "code", "source",
)  # fmt: skip

# What the column of languages says of entries that are no names but codes and links.
_NO_NAMES: Final = frozenset(
    ("link", "wkdt", "post", "iata", "icao", "faac", "tcid", "unlc", "phon", "piny")
)
_OLDER_COLUMNS: Final = (8,)  # dumps before the years of names were added


def write_places(files: Sequence[Path], target: Path, _settings: Mapping[str, str]) -> list[str]:
    """Write a table of places where people live, with their other names.

    Parameters
    ----------
    files : sequence of pathlib.Path
        The archive of a country, and that of its alternate names.
    target : pathlib.Path
        The table, as `maligeo.read_gazetteer` reads it: `adm1_name` and `adm2_name` are the
        names that GeoNames gives to its own codes.

    Returns
    -------
    list of str
        How many names stand for several places, and how many places in no listed unit.

    Raises
    ------
    InputFileError
        If an archive does not hold one table, or a row has other columns.
    """
    dump = list(_rows(files[0], (len(GEONAMES),), GEONAMES))
    names: dict[str, list[str]] = defaultdict(list)
    for row in _rows(files[1], (len(NAMES), *_OLDER_COLUMNS), NAMES):
        if row["language"] not in _NO_NAMES:
            names[row["geonameid"]].append(row["name"])
    places = [row for row in dump if row["class"] == POPULATED and row["code"] not in NO_LONGER]
    if not places:
        raise InputFileError(f"{files[0]} has no place where people live")
    units = _units(dump)
    written = [_place(row, names[row["geonameid"]], units) for row in places]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, WRITTEN, lineterminator="\n")
        writer.writeheader()
        writer.writerows(written)
    return _remarks(written)


def _rows(
    archive: Path, widths: Collection[int], columns: Sequence[str]
) -> Iterator[dict[str, str]]:
    """Read the one table of an archive: separated by tabs, without quotes or headings."""
    with unpacked(archive, frozenset({".txt"})) as members:
        tables = [one.path for one in members if one.stem.casefold() != "readme"]
        if len(tables) != 1:
            raise InputFileError(f"{archive} holds {len(tables)} tables, not one")
        with tables[0].open(encoding="utf-8", errors="strict", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                cells = line.rstrip("\r\n").split("\t")
                if len(cells) not in widths:
                    raise InputFileError(
                        f"{archive}: line {number} has {len(cells)} cells, not {max(widths)}: "
                        "the publisher has changed the columns"
                    )
                yield dict(zip(columns, cells, strict=False))


def _units(dump: Sequence[Mapping[str, str]]) -> dict[tuple[str, ...], str]:
    """Give the names of GeoNames' own codes: of the first level, and of both."""
    return {
        (row["admin1"], row["admin2"])[: int(row["code"][-1])]: row["place_name"]
        for row in dump
        if row["code"] in ("ADM1", "ADM2")
    }


def _place(
    row: Mapping[str, str], others: Sequence[str], units: Mapping[tuple[str, ...], str]
) -> dict[str, Any]:
    listed = [row["asciiname"], *row["name_alt"].split(","), *others]
    aliases = dict.fromkeys(name.strip() for name in listed)
    return {name: row[name] for name in WRITTEN if name in row} | {
        "name_alt": ALIAS_SEPARATOR.join(
            name for name in aliases if name not in ("", row["place_name"])
        ),
        "adm1_name": units.get((row["admin1"],), ""),
        "adm2_name": units.get((row["admin1"], row["admin2"]), ""),
        "source": "GeoNames",
    }


def _remarks(places: Sequence[Mapping[str, str]]) -> list[str]:
    named: dict[str, int] = defaultdict(int)
    for place in places:
        named[place["place_name"].casefold()] += 1
    several = sum(count > 1 for count in named.values())
    outside = sum(not place["adm2_name"] for place in places)
    return [
        f"{len(places)} places; {several} names stand for several of them",
        f"{outside} places are listed in no unit of the second level",
    ]
