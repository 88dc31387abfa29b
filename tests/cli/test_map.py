"""`maligeo map` with a user's own records, for each audience, and two periods side by side."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import maligeo
from maligeo.provenance.record import Provenance
from tests.cli.commands import run

DATA = Path(__file__).parents[1] / "data"
SECRET = "informant-of-the-well"
AREAS = """{"type": "FeatureCollection", "features": [{"type": "Feature",
"properties": {"area_id": "A1", "status": "confirmed"}, "geometry": {"type": "Polygon",
"coordinates": [[[-4, 14], [-3.99, 14], [-3.99, 14.01], [-4, 14.01], [-4, 14]]]}}]}"""
DAY = ("--as-of", "2024-06-01")


@pytest.fixture(scope="module")
def incidents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three years of made-up incidents round Mopti and Gao, with a secret in each text."""
    rng = np.random.default_rng(3)
    count = 300
    days = pd.to_timedelta(rng.integers(0, 1096, count), unit="D")
    path = tmp_path_factory.mktemp("own") / f"{SECRET}.csv"
    pd.DataFrame(
        {
            "event_id": [f"{SECRET}-{at}" for at in range(count)],
            "date": pd.Timestamp("2020-01-01") + days,
            "event_type": rng.choice(["ied", "landmine"], count),
            "lon": rng.normal(-2, 1.5, count).clip(-5, 3),
            "lat": rng.normal(15, 0.8, count).clip(13, 17),
            "source": SECRET,
        }
    ).to_csv(path, index=False)
    return path


def written(*arguments: str, path: Path) -> str:
    done = run("map", *arguments, "-o", str(path))
    assert done.returncode == 0, done.stderr
    return path.read_text(encoding="utf-8")


def calls(page: str) -> set[str]:
    return set(re.findall(r'maligeo\.call\(\w+, "(\w+)"', page))


def test_the_bundled_map_is_for_the_public_and_says_what_made_it(tmp_path: Path) -> None:
    page = written(path=tmp_path / "map.html")
    assert 'class="mg-audience mg-public"' in page
    assert {"regions", "presence", "gaps", "notes"} <= calls(page)
    record = re.search(r'id="maligeo-about">(.*?)</script>', page)
    assert record is not None
    about = Provenance.from_json(record.group(1))
    assert (about.product, about.audience) == ("map", "public")


def test_archives_of_tiles_lie_on_the_page_if_they_are_for_its_audience(
    incidents: Path, tmp_path: Path
) -> None:
    house, public = tmp_path / "house.pmtiles", tmp_path / "public.pmtiles"
    zooms = ("--zooms", "0-5")
    for target, more in ((house, ("--incidents", str(incidents), "--audience", "internal")),
                         (public, ())):  # fmt: skip
        assert run("tiles", "vector", *more, *zooms, "-o", str(target)).returncode == 0
    page = tmp_path / "page.html"
    text = written("--tiles", str(public), path=page)
    assert "tiles" in calls(text)
    assert "public.pmtiles" not in text
    again = run("verify", str(page), "--input", f"layer tiles 1={public}")
    assert "same: every byte" in again.stdout, again.stderr
    refused = run("map", "--tiles", str(public), "--tiles", str(house), "-o", str(page))
    assert refused.returncode == 1
    assert "house.pmtiles were not released for the audience 'public'" in refused.stderr
    both = ("--tiles", str(public), "--tiles", str(house), "--audience", "internal")
    assert written(*both, path=page).count('"tiles", {') == 2
    paper = run("map", *both, "-o", str(tmp_path / "map.pdf"))
    assert "about the map on a screen" in paper.stderr


def test_what_an_audience_does_not_see_is_named(incidents: Path, tmp_path: Path) -> None:
    areas = tmp_path / "areas.geojson"
    areas.write_text(AREAS, encoding="utf-8")
    given = ("--incidents", str(incidents), "--areas", str(areas), *DAY)
    done = run("map", *given, "-o", str(tmp_path / "map.html"))
    assert done.returncode == 0, done.stderr
    assert "Outlines of land are not shown to this audience" in done.stderr
    inside = run("map", *given, "--audience", "internal", "-o", str(tmp_path / "map.html"))
    assert "ne sont pas montrés" not in inside.stderr


def test_own_records_of_every_kind_are_layers_of_an_internal_map(
    incidents: Path, tmp_path: Path
) -> None:
    page = written(
        "--incidents", str(incidents), "--covers", "2020/2022", "--audience", "internal",
        "--projects", str(DATA / "projects" / "iati_203.xml"),
        "--areas", str(DATA / "areas" / "polygons.geojson"),
        path=tmp_path / "map.html",
    )  # fmt: skip
    assert {"regions", "incidents", "projects", "areas", "presence"} <= calls(page)
    assert "INTERNE" in page
    assert SECRET in page


@pytest.mark.parametrize("audience", ["partner", "public"])
def test_what_is_passed_on_is_released_first(
    incidents: Path, tmp_path: Path, audience: str
) -> None:
    page = written(
        "--incidents", str(incidents), "--covers", "2020/2022", "--audience", audience, *DAY,
        path=tmp_path / "map.html",
    )  # fmt: skip
    assert f'class="mg-audience mg-{audience}"' in page
    assert "regions" in calls(page)
    assert ("incidents" in calls(page)) == (audience == "partner")  # the public sees counts alone
    assert f'"{SECRET}"' not in page  # the source of each record
    assert (SECRET in page) == (audience == "partner")  # which may know the identifiers


def test_a_public_map_of_own_records_is_the_same_each_time(incidents: Path, tmp_path: Path) -> None:
    pages = [
        written("--incidents", str(incidents), *DAY, path=tmp_path / f"{name}.html")
        for name in ("a", "b")
    ]
    assert pages[0] == pages[1]


def test_another_store_is_another_release_and_is_named_by_its_option(
    incidents: Path, tmp_path: Path, own_store: Path
) -> None:
    store = tmp_path / "store"
    done = run("map", "--incidents", incidents, *DAY, "--store", store, "-o", tmp_path / "m.html")
    assert done.returncode == 0, done.stderr
    assert len(list(store.glob("dataset-*.json"))) == 1
    assert not list(own_store.glob("dataset-*.json"))
    assert str(store) not in (tmp_path / "m.html").read_text(encoding="utf-8")


def test_a_period_that_is_not_released_is_refused_with_what_is(
    incidents: Path, tmp_path: Path
) -> None:
    """A day would tell of a single record."""
    given = ("map", "--incidents", incidents, "--covers", "2020/2022", *DAY, "-o")
    done = run(*given, tmp_path / "m.html", "--period", "2021-08-17")
    assert done.returncode == 1
    said = done.stderr.strip().splitlines()[-1]
    assert said.startswith("maligeo: the period 2021-08-17 is not released: there is 2020 –")
    assert not (tmp_path / "m.html").exists()


def test_a_day_to_come_is_refused(incidents: Path, tmp_path: Path) -> None:
    done = run("map", "--incidents", incidents, "--as-of", "2999-01-01", "-o", tmp_path / "m.html")
    assert (done.returncode, "is still to come" in done.stderr) == (1, True)


def test_units_of_ones_own_are_refused_for_the_public(incidents: Path, tmp_path: Path) -> None:
    """A unit can be drawn round a single place."""
    drawn = tmp_path / "mine.geojson"
    maligeo.load_boundaries().assign(name="Le Puits").to_file(drawn)
    given = ("map", "--incidents", incidents, "--boundaries", drawn, "--vintage", "2015", *DAY)
    done = run(*given, "-o", tmp_path / "m.html")
    assert done.returncode == 1
    assert "Le Puits" in done.stderr
    assert not (tmp_path / "m.html").exists()


def test_own_areas_lie_over_the_bundled_regions(tmp_path: Path) -> None:
    page = written(
        "--areas", str(DATA / "areas" / "polygons.geojson"), "--audience", "internal",
        path=tmp_path / "map.html",
    )  # fmt: skip
    assert {"regions", "areas"} <= calls(page)
    assert "UNMAS" in page


def test_two_periods_side_by_side(incidents: Path, tmp_path: Path) -> None:
    for periods in ("2021-01/2021-09,2022", "2021,2022"):  # the second is that of the help
        page = written("--compare", periods, path=tmp_path / "bundled.html")
        assert "compare" in calls(page)
    page = written(
        "--incidents", str(incidents), "--covers", "2020/2022", "--compare", "2020,2022", *DAY,
        "--language", "en", path=tmp_path / "own.html",
    )  # fmt: skip
    assert "compare" in calls(page)
    assert SECRET not in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--audience", "everyone"), "audience 'everyone'"),
        (("--covers", "2020"), "covers is about a file of records"),
        (("--compare", "2021"), "not two periods"),
        (("--compare", "2021,2022", "--region", "Mopti"), "compare goes with"),
        (("--compare", "1999,2022"), "none of them fits"),
        (("--incidents", "no-such.csv"), "no-such.csv"),
    ],
)
def test_a_mistake_is_one_clear_line(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = run("map", *arguments, "-o", str(tmp_path / "map.html"), cwd=tmp_path)
    assert done.returncode != 0
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "map.html").exists()


@pytest.mark.parametrize(
    ("arguments", "name", "begins"),
    [
        (("--pdf",), "map.pdf", b"%PDF"),
        (("--layers", "gaps", "--language", "en"), "gaps.png", b"\x89PNG"),
        (("--layers", "incidents_per_100k", "--region", "Mopti"), "mopti.svg", b"<?xml"),
    ],
)
def test_the_map_goes_on_paper(
    tmp_path: Path, arguments: tuple[str, ...], name: str, begins: bytes
) -> None:
    path = tmp_path / name
    done = run("map", *arguments, "-o", str(path))
    assert done.returncode == 0, done.stderr
    assert path.read_bytes().startswith(begins)
    told = run("about", str(path))
    assert "product     map: audience public, language" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-o", "map.bmp"), "ends in none of .html"),
        (("-o", "map.pdf", "--layers", "projects,gaps"), "one layer, and projects, gaps"),
        (("--pdf", "--compare", "2021,2022"), "map on a screen"),
        (("-o", "map.pdf", "--layers", "people_on_the_moon"), "people_on_the_moon"),
    ],
)
def test_what_a_map_cannot_be_is_told_in_one_line(arguments: tuple[str, ...], told: str) -> None:
    done = run("map", *arguments)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_land_without_an_outline_is_counted_beside_the_map(tmp_path: Path) -> None:
    land = tmp_path / f"{SECRET}.csv"
    land.write_text(
        f"N°;Cercle;Village;Superficie (ha);Statut;Date\n1;Koro;{SECRET};2;dépolluée;03/04/2021\n"
    )
    page = written("--areas", str(land), "--audience", "internal", path=tmp_path / "map.html")
    assert "comptés dans leur unité, tels que déclarés" in page
    for audience in ("partner", "public"):
        shown = written(
            "--areas", str(land), "--audience", audience, *DAY, path=tmp_path / f"{audience}.html"
        )
        assert SECRET not in shown
        table = tmp_path / f"{audience}.csv"
        done = run("density", "--areas", land, "--audience", audience, *DAY, "-o", table)
        assert done.returncode == 0, done.stderr
        assert SECRET not in table.read_text("utf-8")
        rows = pd.read_csv(table).set_index("place_kind")
        assert rows["count"].sum() == 20_000
        assert set(rows.loc[rows["count"] > 0, "basis"]) == {"declared"}
