"""All public products of a world, made by the command line and by the Python API."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import geopandas as gpd
import rasterio

import maligeo
from maligeo.core.errors import MaligeoError, ReleaseError
from tests.attacks.everything import reading
from tests.attacks.everything.facts import Cell, Fact, Known, number
from tests.attacks.everything.randomworlds import Step, World
from tests.cli.commands import run

_REFUSED: Final = (
    "is not released",
    "no year is released",
    "no quarter is released",
    "nothing is old enough",
    "released before leave no room",
    "is released by units of level",
    "brought together",
    "units of level",
    "no row of the layers has a geometry",
    "holds nothing that a map can show",
    "no point is left for a surface",
    "is not known; there is people",
    "cannot be released afterwards",
    "there is no record, and nobody says what was looked at",
    "no unit has a value",  # gaps, where every count is small
)


@dataclass
class House:
    """An organisation that makes products of its files.

    Attributes
    ----------
    world : World
        What it knows.
    folder : pathlib.Path
        Where it works.
    refused : list of str
        What it was refused.
    """

    world: World
    folder: Path
    refused: list[str] = field(default_factory=list)

    def known(self, kinds: int) -> list[tuple[str, Known]]:
        """Make products at each step, and read them.

        Parameters
        ----------
        kinds : int
            How many kinds of further products are made at each step, in turn.

        Returns
        -------
        list of (str, Known)
            The day, and what is known from it on.
        """
        found = []
        for at, step in enumerate(self.world.steps):
            desk = Desk(self, step, self._written(step, at), f"{at}")
            known = Known()
            for kind in [everything, *self._further(at, kinds)]:
                try:
                    known.add(kind(desk))
                except MaligeoError as error:
                    self._refuse(str(error))
            found.append((step.as_of, known))
        return found

    def _further(self, at: int, kinds: int) -> list["Kind"]:
        first = self.world.seed // 2 + at * kinds
        return [FURTHER[(first + one) % len(FURTHER)] for one in range(kinds)]

    def _refuse(self, reason: str) -> None:
        if not any(part in reason for part in _REFUSED):
            raise AssertionError(reason)
        self.refused.append(reason)

    def _written(self, step: Step, at: int) -> Path:
        path = self.folder / f"incidents-{at}.csv"
        step.records.to_csv(path, index=False)
        return path


@dataclass(frozen=True)
class Desk:
    """Where products of one step are made."""

    house: House
    step: Step
    incidents: Path
    name: str

    @property
    def units(self) -> gpd.GeoDataFrame:
        """The finest units."""
        return self.house.world.places.units

    @property
    def level(self) -> int:
        """Level of the finest units."""
        return 1 if self.house.world.places.cercles is None else 2

    def path(self, name: str) -> Path:
        """Give a file to write."""
        return self.house.folder / f"{self.name}-{name}"

    def study(self, *, level: int | None = None, period: str | None = None) -> maligeo.Study:
        """Give the released study of the file."""
        places = self.house.world.places
        units = places.regions if level == 1 else self.units
        study = maligeo.study(
            incidents=self.incidents, units=units, covers=self.house.world.covers, period=period
        )
        return study.release(audience="public", as_of=self.step.as_of)

    def run(self, command: str, name: str, *options: str) -> Path:
        """Run a command that writes a file, on the finest units."""
        path = self.path(name)
        covers = self.house.world.covers
        covered = ["--covers", covers] if covers and command in ("density", "map", "gaps") else []
        given = ["--incidents", str(self.incidents), *covered, *self._units(command)]
        if command == "surface":
            given = [str(self.incidents)]
        words = [*command.split(), *given, "--as-of", self.step.as_of, *options, "-o", str(path)]
        done = run(*words)
        if done.returncode:
            if "Traceback" in done.stderr or not done.stderr:
                raise AssertionError(f"{' '.join(words)}: {done}")
            raise ReleaseError(done.stderr)
        return path

    def _units(self, command: str) -> list[str]:
        if self.level == 1 or command == "surface":
            return []
        path = self.house.folder / "cercles.geojson"
        if not path.exists():
            self.units.to_file(path)
        division = [] if command.startswith("tiles") else ["--level", "2", "--vintage", "2015"]
        return ["--boundaries", str(path), *division]


Kind = Callable[[Desk], list[Fact]]


def everything(desk: Desk) -> list[Fact]:
    """Release by Python: all measures of all units, by year and quarter."""
    facts = []
    for level in sorted({desk.level, 1}, reverse=True):
        places = desk.house.world.places
        units = places.regions if level == 1 else desk.units
        held = maligeo.locate(maligeo.read_incidents(desk.incidents), units)
        if desk.house.world.covers:
            held = maligeo.with_coverage(held, desk.house.world.covers)
        public = maligeo.release(held, units, as_of=desk.step.as_of)
        path = desk.path(f"release-{level}.csv")
        maligeo.write_table(public, path, audience="public")
        facts += reading.table(path)
    return facts


def tables(desk: Desk) -> list[Fact]:
    """Print each measure by period, as text and in files of three formats."""
    facts = []
    suffixes = ("csv", "xlsx", "parquet")
    for at, (measure, period) in enumerate(_asked(desk)):
        name = f"density-{at}.{suffixes[at % 3]}"
        path = desk.run("density", name, "--measure", measure, "--period", period)
        facts += reading.table(path)
    return facts


def _asked(desk: Desk) -> Iterator[tuple[str, str]]:
    yield "victims", "year" if desk.level == 2 else "quarter"
    if desk.level == 1:
        yield "killed", "2021-01/2021-06"
        yield "incidents", "2021-04/2021-06,2021-01/2021-03"


def single_region(desk: Desk) -> list[Fact]:
    """Ask for one region alone, and one measure."""
    name = str(desk.units["name"].iloc[len(desk.units) // 2])
    period = "quarter" if desk.level == 1 else "year"
    path = desk.run("density", "one.csv", "--measure", "injured", "--period", period,
                    "--region", name)  # fmt: skip
    return reading.table(path)


def counted(desk: Desk) -> list[Fact]:
    """Count by the study, at the level of regions."""
    path = desk.path("counted.parquet")
    desk.study(level=1, period="quarter").count("civilians").save(path)
    return reading.table(path)


def page(desk: Desk) -> list[Fact]:
    """Write the map, and read what its page holds."""
    path = desk.run("map", "map.html", "--period", "quarter" if desk.level == 1 else "year")
    return reading.page(path, list(desk.units["pcode"]))


def package(desk: Desk) -> list[Fact]:
    """Export layers, and count the marks."""
    path = desk.study().export(desk.path("layers.gpkg"))
    return [*reading.table(path), *_numbers(reading.marks_of_package(path, desk.level), path)]


def tiles(desk: Desk) -> list[Fact]:
    """Make vector tiles, and count the marks."""
    if desk.level == 2:  # the command has no word for a division
        return []
    path = desk.run("tiles vector", "marks.mbtiles", "--zooms", "0-1", "--low-zooms", "all")
    return _numbers(reading.marks_of_tiles(path, desk.level), path)


def _numbers(marks: Counter[Cell], path: Path) -> list[Fact]:
    return [number(cell, count, source=path.name) for cell, count in marks.items()]


def gaps(desk: Desk) -> list[Fact]:
    """Compare need and response."""
    if desk.level == 2:  # the bundled projects are known by region
        return []
    return reading.gaps(desk.run("gaps", "gaps.csv", "--period", "2021"))


def report(desk: Desk) -> list[Fact]:
    """Write a report on a region; its numbers are those of the tables that it is made from."""
    name = str(desk.house.world.places.regions["name"].iloc[-1])
    if desk.level == 1:
        desk.run("report", "report.html", "--region", name, "--period", "2021-01/2021-03")
    return []


def picture(desk: Desk) -> list[Fact]:
    """Draw the map on paper."""
    if desk.level == 1:
        desk.run("map", "map.svg", "--layers", "incidents", "--period", "2021-01/2021-03")
    return []


def surface(desk: Desk) -> list[Fact]:
    """Make a surface: it holds as many incidents as there are marks."""
    if desk.level == 2:
        return []
    path = desk.run("surface", "surface.tif", "--bandwidth-km", "150", "--cell-km", "20")
    with rasterio.open(path) as raster:
        assert raster.count == 1
    return []


def crosswalk(desk: Desk) -> list[Fact]:
    """Convert a released table to another division, where that is possible."""
    if desk.level == 2:
        return []
    path = desk.path("counted.csv")
    desk.study(period="2021-01/2021-03").count("incidents").save(path)
    facts = reading.table(path)
    done = run("crosswalk", "2015", "2016", "--method", "population", "--table", path,
               "--as-of", desk.step.as_of, "-o", desk.path("converted.csv"))  # fmt: skip
    if done.returncode:
        raise ReleaseError(done.stderr)
    return facts


FURTHER: Final[tuple[Kind, ...]] = (
    tables, page, package, tiles, gaps, single_region, counted, report, surface, picture, crosswalk,
)  # fmt: skip
