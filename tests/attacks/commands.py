"""Every command that writes a product, run on files of secrets."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from typer.testing import CliRunner

from maligeo.cli import app
from maligeo.core.errors import MaligeoError
from tests.attacks.planted import COVERS, LATER, PERIODS, Planted

Line = tuple[str, list[str]]

SUFFIXES = ("csv", "xlsx", "parquet", "json")
PAPER = ("pdf", "svg", "png")


def run(*arguments: str | Path) -> str:
    """Run a command that has to succeed, and give what it prints."""
    done = CliRunner().invoke(app, [str(part) for part in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(*arguments: str | Path) -> str:
    """Run a command that has to be refused in words, and give them."""
    try:
        done = CliRunner().invoke(app, [str(part) for part in arguments], catch_exceptions=False)
    except MaligeoError as error:
        return str(error)
    raise AssertionError(f"it passed: {done.output}")


def make_products(
    planted: Planted,
    folder: Path,
    audience: str,
    suffixes: Sequence[str] = SUFFIXES,
    *,
    in_turn: bool = False,
) -> list[Path]:
    """Make each product into a folder that holds nothing else; give what then lies there.

    Each table is written in each format, or in turn: the first in the first, and so on.
    """
    said = ["--audience", audience]
    released = said if audience == "internal" else [*said, "--as-of", LATER]
    for name, arguments in _lines(planted, folder, released, said):
        run(*arguments, "-o", folder / name)
    for turn, suffix in enumerate(suffixes):
        tables = list(_tables(planted, suffix, released, said))
        for name, arguments in tables[turn :: len(suffixes)] if in_turn else tables:
            run(*arguments, "-o", folder / name)
    return sorted(folder.iterdir())


def _lines(
    planted: Planted, folder: Path, released: Sequence[str], said: Sequence[str]
) -> Iterator[Line]:
    options, covers = planted.options, ("--covers", COVERS)
    everything = options("incidents", "projects", "areas")
    yield "map.html", ["map", *everything, *covers, *released]
    yield "own.html", [
        "map", *options("projects", "areas", "boundaries"), "--language", "en", *released,
    ]  # fmt: skip
    for suffix in PAPER:
        yield f"map.{suffix}", [
            "map", *everything, *covers, "--layers", "incidents", "--period", "2021", *released,
        ]  # fmt: skip
    yield "compare.html", [
        "map", *options("incidents"), *covers, "--compare", PERIODS, *released,
    ]  # fmt: skip
    region = ("--region", "Mopti", "--period", PERIODS)
    for suffix, language in (("html", "fr"), ("pdf", "en"), ("pptx", "fr"), ("docx", "en")):
        yield f"report.{suffix}", [
            "report", *region, *options("incidents", "projects"), *covers,
            "--language", language, *released,
        ]  # fmt: skip
    wide = ("--bandwidth-km", "150", "--cell-km", "20")
    yield "surface.tif", ["surface", str(planted.incidents), *wide, *released]
    without_places = ("projects", "areas") if "public" in said else ()
    drawn = [kind for kind in ("incidents", "projects", "areas") if kind not in without_places]
    yield from _archives(options(*drawn), folder, released, said)


def _archives(
    records: Sequence[str], folder: Path, released: Sequence[str], said: Sequence[str]
) -> Iterator[Line]:
    for name, low in (("v.pmtiles", "cluster"), ("v.mbtiles", "all"), ("v", "all")):
        zooms = ("--zooms", "0-5" if name == "v" else "4-10", "--low-zooms", low)
        yield name, ["tiles", "vector", *records, *zooms, *released]
    raster = str(folder / "surface.tif")
    for name in ("r.pmtiles", "r.mbtiles", "r"):
        yield name, ["tiles", "raster", raster, "--zooms", "0-3", *said]


def _tables(
    planted: Planted, suffix: str, released: Sequence[str], said: Sequence[str]
) -> Iterator[Line]:
    options, covers = planted.options, ("--covers", COVERS)
    for measure, period in (("incidents", "year"), ("killed", "year"), ("incidents", "quarter")):
        yield f"{measure}-{period}.{suffix}", [
            "density", *options("incidents"), *covers, "--measure", measure, "--period", period,
            *released,
        ]  # fmt: skip
    yield f"projects.{suffix}", ["density", *options("projects", "boundaries"), *released]
    yield f"areas.{suffix}", ["density", *options("areas"), *released]
    yield f"gaps.{suffix}", [
        "gaps", *options("incidents", "projects"), *covers, "--period", "2021", *released,
    ]  # fmt: skip
    yield f"crosswalk.{suffix}", ["crosswalk", "2015", "2016", "--method", "population", *said]
