"""Made-up tables of incidents, projects, released land and people, as people write them.

Regions and cercles are real names; all else is invented and says so. How many there are in a
region is on purpose not as it was: nothing may be learnt from it.
"""

import datetime
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random
from typing import Final

import numpy as np
import shapely

from maligeo import catalog
from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.exports.templates import template_words
from maligeo.readers.boundaries import load_boundaries

Cell = str | int | float | datetime.date | None
Row = tuple[Cell, ...]

_SEED: Final = 20150408
_FIRST_DAY, _DAYS = datetime.date(2021, 1, 1), 730
_WEIGHTS: Final = {
    "Kayes": 11, "Koulikoro": 10, "Sikasso": 12, "Ségou": 9, "Mopti": 6, "Tombouctou": 4,
    "Gao": 5, "Kidal": 2, "Bamako": 1,
}  # fmt: skip
# How many incidents are known by what.
_KNOWN_BY: Final = {
    "position": 150, "cercle": 90, "region": 30, "village": 12, "misspelt": 8, "country": 6,
    "joint": 4,
}  # fmt: skip
# How many projects are known by what.
_PROJECTS_BY: Final = {"region": 30, "cercle": 20, "joint": 5, "village": 3, "country": 2}
_MISSPELT: Final = ("Bandiagra", "Koutialla", "Yorroso", "Kolondieeba")
_JOINT: Final = ("Kayes, Koulikoro", "Sikasso, Ségou")
_ENDINGS: Final = ("dougou", "koro", "bougou", "wéré", "koura", "la", "ni", "so")
_AREAS, _OUTLINES = 25, 8
_GRID: Final = 10  # points of positions on a degree: none is the position of anything
_METRES: Final = 111_320.0  # of a degree
_SQM_PER_HA: Final = 10_000
_FAULTY_ROWS: Final = 40


@dataclass(frozen=True)
class ExampleTable:
    """A table as it stands in a file.

    Attributes
    ----------
    kind : str
        What it holds, as its file and sheet are named.
    headings : tuple of str
        Names of its columns.
    rows : tuple of tuple
        Its rows, also those with totals and notes.
    groups : tuple of str
        Titles above the headings, if any.
    records : int
        How many of the rows are records.
    """

    kind: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    records: int
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExampleTables:
    """The made-up tables in a language.

    Attributes
    ----------
    language : {"fr", "en"}
        Language of headings and words; numbers and places are the same in both.
    """

    language: Language
    _random: Random = field(default_factory=lambda: Random(_SEED))  # noqa: S311

    def all(self) -> tuple[ExampleTable, ...]:
        """Make the tables; the same every time for new `ExampleTables`."""
        return (self._incidents(), self._projects(), self._areas(), self._population())

    def _word(self, key: str) -> str:
        return words.word(f"example.{key}", self.language)

    def _list(self, key: str) -> tuple[str, ...]:
        return tuple(self._word(key).split("|"))

    def _choose(self, key: str) -> str:
        return self._random.choice(self._list(key))

    def _drawn(self, known_by: Mapping[str, int]) -> list[str]:
        drawn = [known for known, count in known_by.items() for _ in range(count)]
        self._random.shuffle(drawn)
        return drawn

    @cached_property
    def _grid(self) -> dict[str, list[tuple[float, float]]]:
        """Give points (longitude, latitude) in each region, well within it; none in Bamako."""
        west, south, east, north = (round(edge * _GRID) for edge in catalog.country()["bbox"])
        lon, lat = np.meshgrid(np.arange(west, east), np.arange(south, north))
        lon, lat = lon.ravel() / _GRID, lat.ravel() / _GRID
        units = load_boundaries()
        inner = units.geometry.apply(lambda shape: shape.buffer(-0.05))
        shapely.prepare(inner.to_numpy())
        return {
            name: list(zip(*(axis[shapely.contains_xy(shape, lon, lat)].tolist()
                             for axis in (lon, lat)), strict=True))
            for name, shape in zip(units["name"], inner, strict=True)
        }  # fmt: skip

    @cached_property
    def _cercles(self) -> dict[str, list[str]]:
        table = catalog.load_table("reference", "cercles_2015")
        return {str(region): list(rows["name"]) for region, rows in table.groupby("region_2015")}

    def _region(self) -> str:
        return self._random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]

    def _village(self) -> str:
        return f"Ficti{self._random.choice(_ENDINGS)} {self._random.randrange(1, 100)}"

    def _place(self, known_by: str) -> tuple[Cell, Cell, Cell]:
        """Name region, cercle and village as far as they are known."""
        region, village = self._region(), self._village()
        places: dict[str, Callable[[], tuple[Cell, Cell, Cell]]] = {
            "position": lambda: (region, None, village),
            "cercle": lambda: (region, self._random.choice(self._cercles[region]), village),
            "region": lambda: (region, None, None),
            "village": lambda: (None, None, village),
            "misspelt": lambda: (None, self._random.choice(_MISSPELT), None),
            "country": lambda: (self._word("country"), None, None),
            "joint": lambda: (self._random.choice(_JOINT), None, None),
        }
        return places[known_by]()

    def _incidents(self) -> ExampleTable:
        days = sorted(self._random.randrange(_DAYS) for _ in range(sum(_KNOWN_BY.values())))
        drawn = self._drawn(_KNOWN_BY)
        records = [
            self._incident(number, _FIRST_DAY + datetime.timedelta(day), known_by)
            for number, (day, known_by) in enumerate(zip(days, drawn, strict=True), start=1)
        ]
        headings = self._list("headings_incidents")
        rows = [*self._with_totals(records), _padded([self._word("note")], headings)]
        return ExampleTable("incidents", headings, tuple(rows), len(records))

    def _incident(self, number: int, day: datetime.date, known_by: str) -> Row:
        listed = template_words("incidents", self.language)
        region, cercle, village = self._place(known_by)
        points = self._grid.get(str(region)) if known_by == "position" else None
        lon, lat = self._random.choice(points) if points else (None, None)
        return (
            f"FICTIF-{number:03}", day, region, cercle, village, lat, lon,
            self._random.choices(listed["event_type"], (50, 25, 10, 12, 3))[0],
            self._random.choices(listed["outcome"], (70, 15, 10, 5))[0],
            self._random.choices((0, 1, 2, 3, 5, None), (50, 25, 12, 5, 3, 5))[0],
            self._random.choices((0, 1, 2, 4, 7, None), (40, 25, 15, 10, 5, 5))[0],
            self._choose("access"), day + datetime.timedelta(self._random.randrange(1, 20)),
            self._word("source"),
        )  # fmt: skip

    def _with_totals(self, records: Sequence[Row]) -> Iterator[Row]:
        """Put a total below the incidents of each year, and one of all at the end."""
        years = sorted({_year(row) for row in records})
        for year in years:
            some = [row for row in records if _year(row) == year]
            yield from some
            yield _total(self._word("total_year").format(year=year), some)
        yield _total(self._word("total"), records)

    def _projects(self) -> ExampleTable:
        headings = self._list("headings_projects")
        rows = [self._project(known_by) for known_by in self._drawn(_PROJECTS_BY)]
        groups = self._list("groups_projects")
        return ExampleTable("projects", headings, tuple(rows), len(rows), groups)

    def _project(self, known_by: str) -> Row:
        at = self._random.randrange(len(self._list("sectors")))
        start = datetime.date(2020, 1, 1) + datetime.timedelta(self._random.randrange(900))
        end = start + datetime.timedelta(self._random.randrange(180, 900))
        return (
            self._choose("organisations"), self._choose("partners"), self._choose("funders"),
            self._list("sectors")[at], self._list("activities")[at],
            self._random.choice(template_words("projects", self.language)["status"]),
            *self._place(known_by), start, end, self._random.randrange(10, 400) * 1_000_000,
            self._word("source"),
        )  # fmt: skip

    def _areas(self) -> ExampleTable:
        headings = self._list("headings_areas")
        rows = [self._area(number, number <= _OUTLINES) for number in range(1, _AREAS + 1)]
        return ExampleTable("areas", headings, tuple(rows), len(rows))

    def _area(self, number: int, outlined: bool) -> Row:
        region, cercle, village = self._place("position" if outlined else "cercle")
        hectares = self._random.randrange(12, 400) / 10
        released = template_words("areas", self.language)["status"][2:]
        day = datetime.date(2021, 6, 1) + datetime.timedelta(self._random.randrange(570))
        points = self._grid.get(str(region)) if outlined else None
        outline = _square(*self._random.choice(points), hectares) if points else None
        return (
            f"FICTIF-Z{number:02}", self._random.choice(released), self._choose("methods"), day,
            hectares, self._random.randrange(9), self._choose("operators"), region, cercle,
            village, outline, self._word("source"),
        )  # fmt: skip

    def _population(self) -> ExampleTable:
        rows = [
            (region, self._random.randrange(3, 30) * 100_000, self._word("source"))
            for region in _WEIGHTS
        ]
        return ExampleTable("population", self._list("headings_population"), tuple(rows), len(rows))

    def faulty(self, incidents: ExampleTable) -> ExampleTable:
        """Spoil some cells of the first incidents, each as people do."""
        rows = [list(row) for row in incidents.rows[:_FAULTY_ROWS]]
        placed = [at for at, row in enumerate(rows) if row[5] is not None]
        swapped, nowhere = placed[0], placed[-1]
        spoilt: list[tuple[int, int, Cell]] = [
            (2, 1, "31/02/2021"),
            (5, 9, self._word("wrong_number")),
            (9, 10, -1),
            (13, 0, rows[12][0]),
            (17, 7, self._word("wrong_word")),
            (21, 1, "2035-01-01"),
            (swapped, 5, rows[swapped][6]),
            (swapped, 6, rows[swapped][5]),
            (nowhere, 5, 0),
            (nowhere, 6, 0),
        ]
        for at, column, cell in spoilt:
            rows[at][column] = cell
        whole = tuple(tuple(row) for row in rows)
        return replace(incidents, kind="faulty", rows=whole, records=len(whole))


def _year(row: Row) -> int:
    day = row[1]
    return day.year if isinstance(day, datetime.date) else 0


def _total(label: str, records: Sequence[Row]) -> Row:
    killed, injured = (
        sum(cell for cell in (row[at] for row in records) if isinstance(cell, int))
        for at in (9, 10)
    )
    return (label, *[None] * 8, killed, injured, None, None, None)


def _padded(cells: Sequence[Cell], headings: Sequence[str]) -> Row:
    return (*cells, *[None] * (len(headings) - len(cells)))


def _square(lon: float, lat: float, hectares: float) -> str:
    """Draw a square of a size around a point, in WKT."""
    half = math.sqrt(hectares * _SQM_PER_HA) / 2 / _METRES
    wide = half / math.cos(math.radians(lat))
    square = shapely.box(lon - wide, lat - half, lon + wide, lat + half)
    return str(shapely.to_wkt(square, rounding_precision=6))
