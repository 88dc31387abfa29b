"""Products for partners and the public hold none of the secrets of what they were made from."""

import stat
from pathlib import Path

import pandas as pd
import pytest

from tests.attacks.commands import make_products, refused, run
from tests.attacks.planted import COVERS, LATER, PERIODS, Planted
from tests.attacks.searching import Wanted, kinds
from tests.attacks.secret import SECRET
from tests.attacks.unpacking import pieces_of

ALL = {"text", "number", "place", "day"}


def test_nothing_that_was_planted_reaches_the_public(
    planted: Planted, wanted: Wanted, tmp_path: Path
) -> None:
    made = make_products(planted, tmp_path, "public")
    assert len(made) > 30
    assert wanted.found_in(pieces_of(tmp_path)) == set()
    names = {path.name.removesuffix("-metadata.json") for path in made}
    assert {path.name for path in made if path.name.startswith(".")} == set()
    assert len(names) == len([path for path in made if not path.name.endswith("-metadata.json")])


def test_partners_get_no_text_and_no_place_or_day_of_an_incident(
    planted: Planted, wanted_of_partners: Wanted, tmp_path: Path
) -> None:
    make_products(planted, tmp_path, "partner", suffixes=["csv"])
    assert kinds(wanted_of_partners.found_in(pieces_of(tmp_path))) <= {"number"}


@pytest.mark.parametrize(
    ("name", "arguments", "holds"),
    [
        ("map.html", ["map"], {"text", "day", "place"}),
        ("tiles.pmtiles", ["tiles", "vector", "--zooms", "10-11"], ALL),
        ("tiles.mbtiles", ["tiles", "vector", "--zooms", "10-11"], ALL),
        ("tiles", ["tiles", "vector", "--zooms", "10-11"], ALL),
        ("table.xlsx", ["density", "--measure", "killed", "--period", "year"], {"text", "number"}),
        ("table.parquet", ["density", "--period", "year"], {"text"}),
    ],
)
def test_internal_products_hold_secrets_and_they_are_found(
    planted: Planted,
    wanted: Wanted,
    tmp_path: Path,
    name: str,
    arguments: list[str],
    holds: set[str],
) -> None:
    run(*arguments, *planted.options("incidents"), "--audience", "internal", "-o", tmp_path / name)
    assert holds <= kinds(wanted.found_in(pieces_of(tmp_path)))


@pytest.mark.parametrize("audience", ["public", "partner"])
def test_rows_without_ids_do_not_get_the_name_of_their_file(
    planted: Planted, wanted_of_partners: Wanted, tmp_path: Path, audience: str
) -> None:
    house, out = tmp_path / f"{SECRET}-house", tmp_path / "out"
    house.mkdir()
    out.mkdir()
    incidents = pd.read_csv(planted.incidents).drop(columns=["event_id", "source"])
    incidents.to_csv(house / f"{SECRET}-i.csv", index=False)
    projects = pd.read_excel(planted.projects).drop(columns=["project_id", "source"])
    projects.to_excel(house / f"{SECRET}-p.xlsx", sheet_name=f"{SECRET}-sheet", index=False)
    own: list[str | Path] = [
        "--incidents",
        house / f"{SECRET}-i.csv",
        "--projects",
        house / f"{SECRET}-p.xlsx",
    ]
    own += ["--audience", audience, "--as-of", LATER]
    run("map", *own, "--covers", COVERS, "-o", out / "map.html")
    drawn = own if audience == "partner" else [*own[:2], *own[4:]]
    run("tiles", "vector", *drawn, "--zooms", "0-3", "-o", out / "v.pmtiles")
    region = ("--region", "Mopti", "--period", PERIODS, "--covers", COVERS)
    run("report", *region, *own, "-o", out / "r.html")
    found = wanted_of_partners.found_in(pieces_of(out))
    assert "text" not in kinds(found)


def test_a_raster_does_not_hand_its_name_on(
    planted: Planted, wanted: Wanted, tmp_path: Path
) -> None:
    raster = tmp_path / f"{SECRET}.tif"
    wide = ("--bandwidth-km", "150", "--cell-km", "20", "--as-of", LATER)
    run("surface", planted.incidents, *wide, "-o", raster)
    out = tmp_path / "out"
    out.mkdir()
    for name in ("r.pmtiles", "r.mbtiles", "r"):
        run("tiles", "raster", raster, "--zooms", "0-2", "-o", out / name)
    assert wanted.found_in(pieces_of(out)) == set()


def test_files_of_no_known_kind_stay_internal(planted: Planted, tmp_path: Path) -> None:
    """Nobody knows what a layer holds, and a comparison holds small counts."""
    layer = f"seen={planted.areas}"
    refused("tiles", "vector", "--layer", layer, "-o", tmp_path / "v.pmtiles")
    out = ("-o", tmp_path / "r.csv", "--audience", "public")
    refused("reconcile", "--incidents", planted.incidents, *out)
    assert list(tmp_path.iterdir()) == []


def test_what_has_no_place_for_the_public_is_in_no_tile(planted: Planted, tmp_path: Path) -> None:
    """Outlines of land and places of projects are for partners."""
    for kind in ("projects", "areas"):
        said = refused(
            "tiles",
            "vector",
            *planted.options(kind),
            "--as-of",
            LATER,
            "-o",
            tmp_path / "v.pmtiles",
        )
        assert "no places that may be shown" in said
    assert list(tmp_path.iterdir()) == []


def test_rows_with_faults_are_for_their_owner_alone_and_the_page_has_none(
    planted: Planted, wanted: Wanted, tmp_path: Path
) -> None:
    """The file of rejects holds rows as they stand."""
    faulty = tmp_path / f"{SECRET}.csv"
    table = pd.read_csv(planted.incidents, dtype=str)
    table.loc[3, "date"] = f"{SECRET} day"
    table.to_csv(faulty, index=False)
    rejects = tmp_path / "rejects.csv"
    with pytest.raises(AssertionError):  # the exit code says that there are faults
        run("check", faulty, "--kind", "incidents", "--rejects", rejects)
    assert "text" in kinds(wanted.found_in(pieces_of(rejects)))
    assert stat.S_IMODE(rejects.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
