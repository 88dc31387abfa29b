"""INSTAT's directory of localities: people by locality, commune, cercle and region, from its PDF.

The directory prints a summary of the country and its regions, then region by region its
cercles (`CERC.`), their communes (`COM.`) and the localities in these; Bamako has
arrondissements in their place. Every row has men, women, all, men per 100 women, the number of
localities, and whether it is rural (R) or urban (U). Every sum that is printed is compared with
that of what it is made of; nothing is mended.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from pathlib import Path
from typing import Final

import pypdf

from maligeo.core.errors import InputFileError, explained
from maligeo.core.placenames import normalise, without_accents

SOURCE: Final = "INSTAT, répertoire des localités 2023"
YEAR: Final = 2023
VINTAGE: Final = "2023"
LEVELS: Final = ("region", "cercle", "commune", "locality")
WRITTEN: Final = (
    "adm1_name", "adm2_name", "adm3_name", "place_name", "kind", "vintage", "year", "people", "men",
    "women", "localities", "listed_localities", "sum_of_parts", "residence", "page", "source",
)  # fmt: skip

_HEADING: Final = re.compile(r"Population\s+en\s+2023", re.IGNORECASE)
_ROW: Final = re.compile(
    r"^(?P<head>.*?\S)\s+(?P<ratio>\d+,\d+|-)\s+(?P<count>\d[\d \u00a0\u202f]*?)"
    r"(?:\s+(?P<residence>[RU]))?\s*$"
)
_NUMBERS: Final = re.compile(r"(?:\d+\s+){3}")
_GAP: Final = re.compile(r"[ \t\u00a0\u202f]{2,}")
_LABEL: Final = re.compile(r"[A-Z]")
_KINDS: Final = (
    ("region", re.compile(r"REGION D(?:E |U |')|DISTRICT DE ")),
    ("cercle", re.compile(r"CERC\. *")),
    ("commune", re.compile(r"COM\. *")),
    ("arrondissement", re.compile(r"(?=ARRONDISSEMENT)")),
)
_LEVEL_OF: Final = {"region": 0, "cercle": 1, "commune": 2, "arrondissement": 2, "locality": 3}
_COUNTRY: Final = "MALI"
_MOST_UNREAD: Final = 0.01  # of rows: above, the layout is another one
_ROUNDED: Final = 1  # men and women may differ from all by so many, since each is rounded


@dataclass
class _Unit:
    """A row of the directory, with the rows that make it up."""

    name: str
    kind: str
    men: int
    women: int
    people: int
    localities: int
    residence: str
    page: int
    path: tuple[str, ...] = ()
    parts: list["_Unit"] = field(default_factory=list)

    @property
    def listed(self) -> int:
        """How many localities are listed in it."""
        return sum(part.listed for part in self.parts) if self.parts else self.kind == "locality"

    @property
    def summed(self) -> int:
        """The people of its parts."""
        return sum(part.people for part in self.parts)

    def each(self) -> Iterator["_Unit"]:
        """Give it and all that is in it, in the order of the directory."""
        yield self
        for part in self.parts:
            yield from part.each()


@dataclass
class _Directory:
    """What was read: the regions with their parts, what is printed of them, and what is odd."""

    regions: list[_Unit]
    summary: list[_Unit]
    unread: list[str]


def write_people(files: Sequence[Path], target: Path, settings: Mapping[str, str]) -> list[str]:
    """Write the people of a level as a table, as `maligeo.population` takes it.

    Parameters
    ----------
    files : sequence of pathlib.Path
        The PDF.
    target : pathlib.Path
        The table: a row for each unit of the level, with `people` as printed, and next to it
        `sum_of_parts` and `listed_localities`. In the table of cercles Bamako, which has none,
        stands for itself; in that of communes its arrondissements are called what they are.
    settings : mapping of str to str
        `level`: one of `LEVELS`.

    Returns
    -------
    list of str
        What the regions add up to, and where the publisher's sums do not agree: page, unit,
        and both numbers. Numbers are rounded one by one, so that a sum of n of them may
        differ by (n + 1) / 2.

    Raises
    ------
    InputFileError
        If the file is not the directory, or its layout is another one.
    """
    directory = _read(files[0])
    level = LEVELS.index(settings["level"])
    with target.open("w", encoding="utf-8", newline="") as file:
        columns = (*WRITTEN[: level + 1], *WRITTEN[len(LEVELS) :])
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_written(unit, level) for unit in _of_level(directory.regions, level))
    return list(_discrepancies(directory))


def _of_level(regions: Sequence[_Unit], level: int) -> Iterator[_Unit]:
    for region in regions:
        units = list(region.each())
        has_cercles = any(unit.kind == "cercle" for unit in units)
        if level == 1 and not has_cercles:
            yield region
        yield from (unit for unit in units if _LEVEL_OF[unit.kind] == level)


def _written(unit: _Unit, level: int) -> dict[str, object]:
    """Write a row; a region without cercles bears its name at their level too."""
    path = list(unit.path)
    if len(path) <= level:
        path.insert(1, path[0])
    names = dict(zip(WRITTEN, path, strict=False))
    return names | {
        "kind": unit.kind,
        "vintage": VINTAGE,
        "year": YEAR,
        "people": unit.people,
        "men": unit.men,
        "women": unit.women,
        "localities": unit.localities,
        "listed_localities": unit.listed,
        "sum_of_parts": unit.summed if unit.parts else "",
        "residence": unit.residence,
        "page": unit.page,
        "source": SOURCE,
    }


def _read(path: Path) -> _Directory:
    rows, unread = [], []
    with explained(f"{path} cannot be read as a PDF"):
        pages = list(_pages(path))
    for number, text in pages:
        found, odd = _rows(text, number)
        rows += found
        unread += odd
    if not rows or len(unread) > _MOST_UNREAD * len(rows):
        raise InputFileError(
            f"{path} is not laid out as the directory of localities that is known: "
            f"{len(rows)} rows were read, {len(unread)} not"
        )
    first = next(
        (at for at, (one, below) in enumerate(pairwise(rows))
         if one.kind == "region" and below.kind in ("cercle", "arrondissement")),
        None,
    )  # fmt: skip
    if first is None or not any(row.name == _COUNTRY for row in rows[:first]):
        raise InputFileError(f"{path} lacks the total of the country, or its regions")
    return _Directory(_nested(rows[first:], path), rows[:first], unread)


def _pages(path: Path) -> Iterator[tuple[int, str]]:
    """Give the pages with tables, as lines on which what stands side by side is apart."""
    for number, page in enumerate(pypdf.PdfReader(path).pages, start=1):
        text = page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False)
        if _HEADING.search(text):
            yield number, text


def _rows(text: str, page: int) -> tuple[list[_Unit], list[str]]:
    """Read the rows of a page, and list the lines that should be rows and are not read."""
    found, unread = [], []
    label = ""
    for line in text.splitlines():
        row = _ROW.match(line.strip())
        if row is None:
            is_label = _LABEL.search(without_accents(line)) and not _GAP.search(line.strip())
            label = line.strip() if is_label and not _HEADING.search(line) else ""
            if _NUMBERS.search(line):
                unread.append(f"page {page}: {' '.join(line.split())}")
            continue
        numbers = _numbers(row["head"])
        name = (numbers[0] or label) if numbers else ""
        label = ""
        if numbers is None or not name:
            unread.append(f"page {page}: {' '.join(line.split())}")
            continue
        kind, bare = _kind(name)
        found.append(
            _Unit(bare, kind, *numbers[1:], _whole(row["count"]), row["residence"] or "", page)
        )
    return found, unread


def _numbers(head: str) -> tuple[str, int, int, int] | None:
    """Part a name from the numbers of men, women and all; thousands stand apart in them.

    Columns are known by wide gaps where men and women add up; else by the only way to part
    the groups of digits in which they do.
    """
    cells = _GAP.split(head)
    wide = None
    if len(cells) >= 3 and all(map(_is_number, cells[-3:])):
        men, women, people = map(_whole, cells[-3:])
        wide = (" ".join(cells[:-3]).strip(), men, women, people)
        if abs(men + women - people) <= _ROUNDED:
            return wide
    words = head.split()
    digits = next((at for at, word in enumerate(reversed(words)) if not word.isdigit()), len(words))
    start = len(words) - digits
    fitting = []
    for first, second, third in combinations(range(start, len(words)), 3):
        parts = (words[first:second], words[second:third], words[third:])
        if all(_is_number(" ".join(part)) for part in parts):
            men, women, people = (_whole("".join(part)) for part in parts)
            if abs(men + women - people) <= _ROUNDED:
                fitting.append((" ".join(words[:first]), men, women, people))
    return fitting[0] if len(fitting) == 1 else wide


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+|\d{1,3}(?:[ \u00a0\u202f]\d{3})+", text) is not None


def _whole(text: str) -> int:
    return int("".join(text.split()))


def _kind(label: str) -> tuple[str, str]:
    """Tell what a row is about, and its name without the word that says so."""
    plain = without_accents(label).upper().replace("’", "'")
    for kind, pattern in _KINDS:
        found = pattern.match(plain)
        if found is not None:
            return kind, label[found.end() :].strip()
    return "locality", label


def _nested(rows: Sequence[_Unit], path: Path) -> list[_Unit]:
    """Put each row into the one that it belongs to."""
    regions: list[_Unit] = []
    above: list[_Unit] = []
    for row in rows:
        depth = _LEVEL_OF[row.kind]
        above = [unit for unit in above if _LEVEL_OF[unit.kind] < depth]
        if row.kind == "region":
            regions.append(row)
        elif not above or (row.kind == "locality" and _LEVEL_OF[above[-1].kind] != 2):
            raise InputFileError(f"{path}, page {row.page}: {row.name!r} is listed in no unit")
        else:
            above[-1].parts.append(row)
        row.path = (*(unit.name for unit in above), row.name)
        above.append(row)
    return regions


def _discrepancies(directory: _Directory) -> Iterator[str]:
    country = next(row for row in directory.summary if row.name == _COUNTRY)
    country.parts = directory.regions
    yield (
        f"page {country.page}: {country.name} has {country.people} people, and its "
        f"{len(country.parts)} regions add up to {country.summed}"
    )
    printed = {normalise(row.name): row for row in directory.summary}
    for region in directory.regions:
        row = printed.get(normalise(region.name))
        if row is not None and row.people != region.people:
            yield (
                f"page {row.page}: {region.name} has {row.people} people in the summary, and "
                f"{region.people} on page {region.page}"
            )
    units = [country, *(unit for region in directory.regions for unit in region.each())]
    for unit in units:
        yield from _odd(unit)
    yield from (f"not read: {line}" for line in directory.unread)


def _odd(unit: _Unit) -> Iterator[str]:
    """Say where the numbers of a row do not agree with one another or with its parts."""
    where = f"page {unit.page}: {unit.name}"
    if abs(unit.men + unit.women - unit.people) > _ROUNDED:
        yield (
            f"{where} has {unit.men} men and {unit.women} women, and {unit.people} people in all"
        )
    if unit.kind != "locality" and not unit.parts:
        yield f"{where} has {unit.people} people, and nothing is listed in it"
    if unit.parts and abs(unit.summed - unit.people) > (len(unit.parts) + 1) / 2:
        yield (
            f"{where} has {unit.people} people, and the {len(unit.parts)} units in it {unit.summed}"
        )
    is_counted = unit.name == _COUNTRY or unit.kind != "locality"
    if is_counted and unit.listed != unit.localities:
        yield f"{where} has {unit.localities} localities, and {unit.listed} are listed"
