"""G1, G5, G16: small places and short times, by which a lone event shows."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import maligeo
from maligeo.core.errors import ReleaseError
from maligeo.disclosure import Release
from tests.attacks.commands import refused, run
from tests.attacks.houses import PLACES, cercles, incidents, located, write_communes, write_csv
from tests.attacks.inverting import Inversion, betrayed, true_numbers
from tests.attacks.planted import LATER

LONE_DAY = "2021-08-17"
COMMUNES = ("--level", "3", "--vintage", "2015")


@pytest.fixture
def lone(tmp_path: Path) -> Path:
    """Twenty incidents of one place, and one far from them on a day of its own."""
    many = incidents(("Mopti", "2021-02-03", 20))
    lone = incidents(("Mopti", LONE_DAY, 1))
    lone = lone.assign(event_id="lone").set_geometry(shapely.points([-3.777], [14.333]))
    lone = lone.set_crs(4326, allow_override=True)
    return write_csv(pd.concat([many, lone], ignore_index=True), tmp_path / "i.csv")


@pytest.fixture
def communes(tmp_path: Path) -> Path:
    return write_communes(tmp_path / "cod3.geojson", around=(-3.8, 14.4))


def test_a_commune_and_a_day_are_no_cell_whatever_is_written(
    lone: Path, communes: Path, tmp_path: Path
) -> None:
    """G1: ask for one day by commune; 80 zeros and one "withheld" tell where and when it was."""
    fine = ("--boundaries", communes, *COMMUNES)
    out = tmp_path / "out"
    out.mkdir()
    for coverage in (("--covers", "2021"), ()):
        for name, command in (("o.csv", "density"), ("m.png", "map"), ("m.html", "map")):
            for period in (LONE_DAY, "2021-08", "2021"):
                asked = ("--incidents", lone, *fine, *coverage, "--period", period)
                said = refused(command, *asked, "--as-of", LATER, "-o", out / name)
                assert "regions by quarter and year; cercles by year" in said
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("period", [LONE_DAY, "2021-08", "day", "week", "month", "2021-02/2021-08"])
def test_regions_have_no_day_week_or_month(lone: Path, tmp_path: Path, period: str) -> None:
    """G1: ask for the same day or month by region."""
    asked = ("--incidents", lone, "--covers", "2021", "--period", period, "--as-of", LATER)
    said = refused("density", *asked, "-o", tmp_path / "o.csv")
    assert "there is 2021, 2021 Q1 – 2021 Q4" in said or "period" in said
    assert not (tmp_path / "o.csv").exists()


def test_a_coverage_cannot_cut_out_a_day(lone: Path, tmp_path: Path) -> None:
    """G1: state that the file covers one day, so that its row is about that day."""
    asked = ("--incidents", lone, "--covers", LONE_DAY, "--as-of", LATER)
    assert "whole quarters" in refused("density", *asked, "-o", tmp_path / "o.csv")


def test_land_and_projects_have_no_fine_cells_either(communes: Path, tmp_path: Path) -> None:
    """G1: the day on which some square metres were cleared, and the commune of one project."""
    box = shapely.box(-3.802, 14.398, -3.799, 14.401)
    land = {"area_id": ["a"], "status": "cleared", "end_date": "2022-09-17"}
    gpd.GeoDataFrame(land, geometry=[box], crs=4326).to_file(tmp_path / "a.geojson")
    project = {"project_id": ["p"], "title": "t", "start_date": "2022-03-11", "latitude": 14.4,
               "longitude": -3.8}  # fmt: skip
    pd.DataFrame(project).to_csv(tmp_path / "p.csv", index=False)
    fine, out = ("--boundaries", communes, *COMMUNES, "--as-of", LATER), tmp_path / "o.csv"
    areas = ("--areas", tmp_path / "a.geojson", "--measure", "cleared_sqm")
    refused("density", *areas, *fine, "--period", "2022-09-17", "-o", out)
    refused("density", *areas, "--as-of", LATER, "--period", "2022-09-17", "-o", out)
    projects = ("--projects", tmp_path / "p.csv")
    refused("density", *projects, *fine, "--period", "2022-03-11", "-o", out)
    assert not out.exists()


def test_partners_have_months_and_no_days(lone: Path, tmp_path: Path) -> None:
    """G1: a partner asks for the day after it."""
    asked = ("--incidents", lone, "--period", LONE_DAY, "--audience", "partner")
    refused("density", *asked, "--as-of", "2021-08-18", "-o", tmp_path / "o.csv")
    assert not (tmp_path / "o.csv").exists()


def test_units_of_ones_own_are_in_no_lattice() -> None:
    """G1: draw a region around a single place and call it by a name of one's own."""
    around = maligeo.load_boundaries().head(1).copy()
    around["name"], around["pcode"] = "Around the well", "ML99"
    around.geometry = [shapely.box(-4.3, 14.6, -4.1, 14.8)]
    records = located(incidents(("Mopti", "2021-02-03", 20)), units=around)
    with pytest.raises(ReleaseError, match="in no reference table"):
        maligeo.release(records, around, as_of=LATER)
    disguised = around.assign(name="Mopti", pcode="ML05")
    small = disguised.assign(area_sqkm=90.0)
    records = located(incidents(("Mopti", "2021-02-03", 20)), units=small)
    with pytest.raises(ReleaseError, match="below 100 km²"):
        maligeo.release(records, small, as_of=LATER)


def test_regions_and_their_cercles_give_no_small_number_back() -> None:
    """G5: subtract the cercles from their region, and the reverse."""
    units = cercles()
    rng = np.random.default_rng(5)
    inside = units[units["parent_pcode"] == "ML05"].geometry.representative_point()
    parts = []
    for shape in inside:
        part = incidents(*(("Mopti", f"2021-{month:02d}-03", int(rng.integers(0, 6)))
                           for month in (2, 5, 8, 11)))  # fmt: skip
        moved = shapely.points(shape.x + 0.001 * np.arange(len(part)), np.full(len(part), shape.y))
        parts.append(part.set_geometry(moved))
    frame = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=4326)
    fine = located(frame, units=units)
    by_cercle = maligeo.release(fine, units, as_of=LATER)
    by_region = maligeo.release(located(frame), maligeo.load_boundaries(), as_of=LATER)
    codes = units.loc[units["parent_pcode"] == "ML05", "pcode"].tolist()
    truth = true_numbers(fine, "adm2_pcode")
    assert betrayed(Inversion([by_region, by_cercle], "ML05", codes), truth) == []


def test_regions_first_bind_cercles_afterwards() -> None:
    """G5: ask by region, then by cercle in a second run: two divisions of one dataset."""
    frame = incidents(("Mopti", "2021-02-03", 20))
    maligeo.release(located(frame), maligeo.load_boundaries(), as_of=LATER)
    units = cercles()
    with pytest.raises(ReleaseError, match="two divisions"):
        maligeo.release(located(frame, units=units), units, as_of=LATER)


def test_a_public_point_is_nowhere_in_its_unit(tmp_path: Path) -> None:
    """G16: a cell of the grid and a region together are finer than either."""
    units = maligeo.load_boundaries()
    frame = incidents(*((place, "2021-02-03", 30) for place in PLACES))
    moved = frame.set_geometry(frame.geometry.translate(0.07, -0.05))
    first, second = (
        Release.asked("public", LATER, folder=tmp_path / name).cells(located(one), units).marks()
        for name, one in (("a", frame), ("b", moved))
    )
    middles = dict(zip(units["name"], units.representative_point(), strict=True))
    for drawn in (first, second):
        assert {*drawn["adm1_name"]} == set(PLACES)
        assert all(middles[name] == at for name, at in drawn[["adm1_name", "geometry"]].to_numpy())
    projects = maligeo.locate(maligeo.load_projects(), units)
    own = maligeo.release(projects.assign(source="ours").copy(), units, as_of=LATER)
    assert "geometry" not in own.columns or own.attrs.get("published")


def test_a_page_holds_no_point_of_an_incident(tmp_path: Path) -> None:
    """G16: read the points out of a page."""
    path = write_csv(incidents(("Gao", "2021-02-03", 30)), tmp_path / "i.csv")
    run("map", "--incidents", path, "--covers", "2021", "--as-of", LATER, "-o", tmp_path / "m.html")
    page = (tmp_path / "m.html").read_text("utf-8")
    assert '"lon":{"data"' not in page.replace(" ", "")
