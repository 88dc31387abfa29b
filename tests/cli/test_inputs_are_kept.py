"""No command and no writer replaces what it reads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

import maligeo
from maligeo.cli import COMMANDS, load_command
from maligeo.cli.command import OUTPUTS
from maligeo.core.errors import OutputFileError
from maligeo.unitindex import UnitIndex
from tests.cli.commands import run

ROWS = "date,lon,lat,killed\n2021-01-01,-4.2,14.5,1\n2021-02-01,-4.3,14.6,0\n"
GARBAGE = "no table at all\x00"
COVERED = ("--covers", "2021", "--period", "2021")

LINES: dict[str, tuple[str, ...]] = {
    "density": ("density", "--incidents", "{}", *COVERED, "-o"),
    "density of projects": ("density", "--projects", "{}", "-o"),
    "density of areas": ("density", "--areas", "{}", "-o"),
    "density by own units": ("density", "--boundaries", "{}", "-o"),
    "export": ("export", "--incidents", "{}", *COVERED, "-o"),
    "gaps": ("gaps", "--incidents", "{}", *COVERED, "-o"),
    "gaps of projects": ("gaps", "--projects", "{}", "-o"),
    "map": ("map", "--incidents", "{}", *COVERED, "-o"),
    "report": ("report", "--region", "Mopti", "--incidents", "{}", *COVERED, "-o"),
    "locate": ("locate", "{}", "-o"),
    "rejects": ("locate", "{}", "-o", "new.csv", "--rejects"),
    "rejects of check": ("check", "{}", "--rejects"),
    "surface": ("surface", "{}", "-o"),
    "crosswalk": ("crosswalk", "2015", "2016", "--table", "{}", "-o"),
    "raster of crosswalk": ("crosswalk", "2015", "2016", "--raster", "{}", "-o"),
    "changes": ("changes", "{}", "{}", "--audience", "internal", "-o"),
    "pairs": ("same", "{}", "{}", "--audience", "internal", "-o"),
    "accepted pairs": (
        "same",
        "a.csv",
        "b.csv",
        "--audience",
        "internal",
        "--accepted",
        "{}",
        "-o",
    ),
    "reconcile": ("reconcile", "--incidents", "{}", "-o"),
    "vector tiles": ("tiles", "vector", "--incidents", "{}", "-o"),
    "vector tiles of a layer": ("tiles", "vector", "--layer", "own={}", "-o"),
    "raster tiles": ("tiles", "raster", "{}", "-o"),
}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("by", ["name", "link"])
def test_a_command_never_writes_over_its_input(tmp_path: Path, line: str, by: str) -> None:
    file = tmp_path / "records.csv"
    file.write_text(GARBAGE, encoding="utf-8")
    output = file
    if by == "link":
        output = tmp_path / "out.csv"
        output.symlink_to(file)
    arguments = [part.format("records.csv") for part in LINES[line]]
    done = run(*arguments, output, cwd=tmp_path)
    # Nothing was read: else it would be said that it is no table.
    assert "is the file that is read" in done.stderr
    assert done.returncode == 1
    assert file.read_text(encoding="utf-8") == GARBAGE
    assert sorted(tmp_path.iterdir()) == sorted({file, output})


def test_a_sheet_is_its_workbook(tmp_path: Path) -> None:
    book = tmp_path / "3w.xlsx"
    book.write_text(GARBAGE, encoding="utf-8")
    done = run("density", "--projects", "3w.xlsx#2022", "-o", "3w.xlsx", cwd=tmp_path)
    assert "is the file that is read" in done.stderr


def test_a_folder_around_the_input_is_not_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "i.csv").write_text(GARBAGE, encoding="utf-8")
    done = run("tiles", "vector", "--incidents", "records/i.csv", "-o", "records", cwd=tmp_path)
    assert "is read and would be lost" in done.stderr


def test_the_release_store_is_no_output(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "key").write_text("00" * 32, encoding="ascii")
    (tmp_path / "i.csv").write_text(ROWS, encoding="utf-8")
    done = run(
        "density", "--incidents", "i.csv", *COVERED, "--store", "store", "-o", "store/key",
        cwd=tmp_path,
    )  # fmt: skip
    assert "would be lost" in done.stderr


def test_two_outputs_are_two_files(tmp_path: Path) -> None:
    (tmp_path / "i.csv").write_text(ROWS, encoding="utf-8")
    done = run("locate", "i.csv", "-o", "out.csv", "--rejects", "./out.csv", cwd=tmp_path)
    assert "is named twice" in done.stderr


def test_what_was_there_and_is_replaced_is_named(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("old", encoding="utf-8")
    done = run("density", "-o", "table.csv", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        0,
        "maligeo: table.csv was there, and is replaced\n",
    )


def leaves(command: Any) -> list[Any]:
    return [leaf for one in getattr(command, "commands", {}).values() for leaf in leaves(one)] or [
        command
    ]


def test_every_command_names_its_outputs_alike() -> None:
    """The guard tells outputs by their names, and all other files are inputs."""
    commands = [leaf for name in COMMANDS for leaf in leaves(load_command(name))]
    writing = {
        option.name
        for command in commands
        for option in command.params
        if "write" in (option.help or "").lower()
        and option.metavar in (None, "<file>")
        and option.name != "pdf"
    }
    assert writing == set(OUTPUTS)


Writer = Callable[[gpd.GeoDataFrame, Path], Any]


def _study_product(frame: gpd.GeoDataFrame, path: Path) -> Path:
    return maligeo.study(incidents=frame, covers="2021", period="2021").map().save(path)


WRITERS: dict[str, tuple[str, Writer]] = {
    "table": (".xlsx", lambda frame, path: maligeo.write_table(frame, path, audience="internal")),
    "json": (".json", lambda frame, path: maligeo.write_table(frame, path, audience="internal")),
    "layers": (
        ".geojson",
        lambda frame, path: maligeo.write_layers({"i": frame}, path, audience="internal"),
    ),
    "packed layers": (
        ".shp.zip",
        lambda frame, path: maligeo.write_layers({"i": frame}, path, audience="internal"),
    ),
    "page": (
        ".html",
        lambda _, path: maligeo.save_map(
            maligeo.region_map(maligeo.study().table, maligeo.load_boundaries()), path
        ),
    ),
    "map of a study": (".html", _study_product),
    "paper": (".pdf", lambda _, path: maligeo.study().map(layers="projects").save(path)),
    "report": (".html", lambda _, path: maligeo.study().report("Mopti").save(path)),
    "tiles": (
        ".pmtiles",
        lambda _, path: maligeo.vector_tiles(
            {"units": maligeo.load_boundaries()}, path, zooms=(0, 1)
        ),
    ),
    "index": (".npz", lambda _, path: UnitIndex(maligeo.load_boundaries().geometry).save(path)),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_no_writer_replaces_a_file_that_was_read(tmp_path: Path, writer: str) -> None:
    """A frame that was computed does not say where it comes from; the session remembers."""
    suffix, write = WRITERS[writer]
    file = tmp_path / "records.csv"
    file.write_text(ROWS, encoding="utf-8")
    frame = maligeo.read_incidents(file)
    output = tmp_path / f"out{suffix}"
    output.symlink_to(file)
    with pytest.raises(OutputFileError, match="is the file that is read"):
        write(frame, output)
    assert file.read_text(encoding="utf-8") == ROWS
    assert output.is_symlink()


REJECTED: dict[str, tuple[Callable[..., Any], str]] = {
    "incidents": (maligeo.read_incidents, "date,lon,lat,killed\nsoon,-4,14,1\n"),
    "projects": (maligeo.read_projects, "project_id,title,start_date,lon,lat\n1,t,soon,-4,14\n"),
    "areas": (maligeo.read_areas, "area_id,status,end_date,lon,lat\n1,cleared,soon,-4,14\n"),
}


@pytest.mark.parametrize("kind", REJECTED)
def test_rejected_rows_never_go_over_what_is_read(tmp_path: Path, kind: str) -> None:
    read, text = REJECTED[kind]
    file, link = tmp_path / "records.csv", tmp_path / "rejects.csv"
    file.write_text(text, encoding="utf-8")
    link.hardlink_to(file)
    with pytest.raises(OutputFileError, match="is the file that is read"):
        read(file, on_invalid="quarantine", rejects=link)
    assert file.read_text(encoding="utf-8") == text
