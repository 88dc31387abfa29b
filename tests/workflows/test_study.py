"""A study: the same as the command line, from files or frames, and never more than released."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ArgumentError, ReleaseError, UnknownNameError
from maligeo.provenance import read_about
from tests.cli.commands import SAME, run

DATA = Path(__file__).parents[1] / "data"
IATI = DATA / "projects" / "iati_203.xml"
DAY = "2024-06-01"


@pytest.fixture(scope="module")
def incidents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hundred made-up incidents of three years."""
    rng, count = np.random.default_rng(11), 300
    days = pd.to_timedelta(rng.integers(0, 1096, count), unit="D")
    path = tmp_path_factory.mktemp("study") / "made-up.csv"
    pd.DataFrame(
        {
            "event_id": [f"e{at}" for at in range(count)],
            "date": pd.Timestamp("2020-01-01") + days,
            "event_type": rng.choice(["ied", "landmine"], count),
            "killed": rng.integers(0, 3, count),
            "injured": rng.integers(0, 3, count),
            "lon": rng.normal(-2, 1.5, count).clip(-5, 3),
            "lat": rng.normal(15, 0.8, count).clip(13, 17),
            "source": "synthetic",
        }
    ).to_csv(path, index=False)
    return path


def located(study: maligeo.Study) -> pd.DataFrame:
    assert study.incidents is not None
    return study.incidents


class TestAsTheCommandLine:
    """Scripts and commands that ask for the same get the same bytes, with the same record."""

    def test_map(self, incidents: Path, tmp_path: Path) -> None:
        study = maligeo.study(incidents=incidents, projects=IATI, covers="2020/2022")
        made = study.release(audience="internal").map(language="en").save(tmp_path / "script.html")
        done = run(
            "map", "--incidents", incidents, "--projects", IATI, "--covers", "2020/2022",
            "--audience", "internal", "--language", "en", "-o", tmp_path / "command.html",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert made.read_bytes() == (tmp_path / "command.html").read_bytes()
        assert run("verify", made, "--incidents", incidents, "--projects", IATI).returncode == 0

    def test_bundled_map_and_paper(self, tmp_path: Path) -> None:
        for suffix in ("html", "svg"):
            made = maligeo.study().map(language="en").save(tmp_path / f"script.{suffix}")
            run("map", "--language", "en", "-o", tmp_path / f"command.{suffix}")
            assert made.read_bytes() == (tmp_path / f"command.{suffix}").read_bytes()

    def test_tables(self, incidents: Path, tmp_path: Path) -> None:
        study = maligeo.study(incidents=incidents, covers="2020/2022", period="year")
        public = study.release(audience="public", as_of=DAY)
        options = ("--incidents", incidents, "--covers", "2020/2022", "--period", "year")
        public.count("victims", region="Mopti").save(tmp_path / "script.csv")
        run(
            "density", *options, "--measure", "victims", "--region", "Mopti", "--as-of", DAY,
            "-o", tmp_path / "command.csv",
        )  # fmt: skip
        for suffix in ("csv", "csv-metadata.json"):
            made, other = (tmp_path / f"{who}.{suffix}" for who in ("script", "command"))
            expected = other.read_text("utf-8").replace("command.csv", "script.csv")
            assert made.read_text("utf-8") == expected

    def test_answer_and_report(self, incidents: Path, tmp_path: Path) -> None:
        study = maligeo.study(incidents=incidents, covers="2020/2022", period="2021")
        public = study.release(as_of=DAY)
        options = ("--incidents", incidents, "--covers", "2020/2022", "--period", "2021")
        public.answer(language="en").save(tmp_path / "script.parquet")
        run(
            "gaps", *options, "--as-of", DAY, "--language", "en", "-o", tmp_path / "command.parquet"
        )
        assert (tmp_path / "script.parquet").read_bytes() == (
            tmp_path / "command.parquet"
        ).read_bytes()
        public.report("Gao", language="en").save(tmp_path / "script.html")
        run(
            "report", "--region", "Gao", *options, "--as-of", DAY, "--language", "en",
            "-o", tmp_path / "command.html",
        )  # fmt: skip
        assert (tmp_path / "script.html").read_bytes() == (tmp_path / "command.html").read_bytes()


class TestRelease:
    def test_products_are_public_unless_something_else_is_said(
        self, incidents: Path, tmp_path: Path
    ) -> None:
        study = maligeo.study(incidents=incidents, covers="2020/2022", period="year")
        path = study.map().save(tmp_path / "map.html")
        page = path.read_text(encoding="utf-8")
        assert 'class="mg-audience mg-public"' in page
        assert re.search(r"\be17\b", page) is None  # no hash ends or begins within a word
        assert read_about(path).audience == "public"

    def test_a_session_names_its_audience_once(
        self, incidents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        study = maligeo.study(incidents=incidents, covers="2020/2022")
        maligeo.set_audience("internal")
        assert read_about(study.map().save(tmp_path / "a.html")).audience == "internal"
        maligeo.set_audience(None)
        monkeypatch.setenv("MALIGEO_AUDIENCE", "partner")
        assert read_about(study.map().save(tmp_path / "b.html")).audience == "partner"
        done = run("map", "--incidents", incidents, "-o", tmp_path / "c.html")
        assert done.returncode == 0, done.stderr
        assert read_about(tmp_path / "c.html").audience == "partner"

    def test_frames_of_the_keeper_are_exact_and_those_released_are_not(
        self, incidents: Path
    ) -> None:
        study = maligeo.study(incidents=incidents, covers="2020/2022", period="year")
        assert study.audience == "internal"
        assert len(located(study)) == 300
        assert study.table.loc[study.table["measure"] == "incidents", "count"].sum() == 300
        public = study.release(audience="public", as_of=DAY)
        assert public.audience == "public"
        for table in (public.table, public.count("killed").frame):
            shown = table.loc[table["measure"].isin(["incidents", "killed"]), "count"].dropna()
            assert len(shown) and (shown % 5 == 0).all() and (shown >= 5).all()
        assert public.incidents is None  # nobody outside sees them one by one

    def test_every_product_shows_the_same_cells(self, incidents: Path, tmp_path: Path) -> None:
        """Whatever is asked for first, by which study: pieces of one release."""
        whole = maligeo.study(incidents=incidents, covers="2020/2022").release(as_of=DAY)
        part = maligeo.study(incidents=incidents, covers="2020/2022", period="2021").release(
            as_of=DAY
        )
        columns = ["pcode", "place_kind", "period_start", "count", "note"]
        one = part.count("killed").frame[columns].reset_index(drop=True)
        all_years = whole.count("killed").frame
        same = all_years[all_years["period_start"] == "2021-01-01"]
        pd.testing.assert_frame_equal(one, same[columns].reset_index(drop=True))
        saved = pd.read_csv(part.count("killed").save(tmp_path / "table.csv"))
        assert saved["count"].dropna().tolist() == one["count"].dropna().tolist()

    def test_an_excerpt_is_released_as_a_part_of_its_whole(
        self, incidents: Path, tmp_path: Path
    ) -> None:
        """A filter before the release tells nothing that the release of all does not."""
        whole = maligeo.study(incidents=incidents, covers="2020/2022").release(as_of=DAY)
        table = whole.count().frame
        few = pd.read_csv(incidents)
        few[few["event_type"] == "landmine"].to_csv(tmp_path / "few.csv", index=False)
        filtered = maligeo.study(incidents=tmp_path / "few.csv", covers="2020/2022")
        pd.testing.assert_frame_equal(filtered.release(as_of=DAY).count().frame, table)

    def test_exact_incidents_do_not_slip_into_an_export(
        self, incidents: Path, tmp_path: Path
    ) -> None:
        study = maligeo.study(incidents=incidents, covers="2020/2022")
        path = study.release(audience="public", as_of=DAY).export(tmp_path / "mali.gpkg")
        assert "incidents" not in set(gpd.list_layers(path)["name"])
        partner = study.release(audience="partner", as_of=DAY).export(tmp_path / "partner.gpkg")
        exported = gpd.read_file(partner, layer="incidents")
        exact = maligeo.read_incidents(incidents)
        assert len(exported) > 0
        seen = set(exported.geometry.dropna().apply(lambda point: (point.x, point.y)))
        assert not seen & set(exact.geometry.apply(lambda point: (point.x, point.y)))
        with pytest.raises(ReleaseError):
            maligeo.write_layers({"incidents": located(study)}, tmp_path / "exact.gpkg")

    def test_a_period_that_no_cell_has_is_refused(self, incidents: Path) -> None:
        study = maligeo.study(incidents=incidents, covers="2020/2022", period="2021-08-17")
        assert study.table is not None  # whoever has the records may ask for a day
        with pytest.raises(ReleaseError, match="is not released: there is 2020 – 2022"):
            _ = study.release(as_of=DAY).table

    def test_the_store_is_the_one_that_is_named(
        self, incidents: Path, tmp_path: Path, own_store: Path
    ) -> None:
        study = maligeo.study(incidents=incidents, covers="2020/2022")
        _ = study.release(as_of=DAY, store=tmp_path / "store").table
        assert len(list((tmp_path / "store").glob("dataset-*.json"))) == 1
        assert not list(own_store.glob("dataset-*.json"))


class TestInputs:
    def test_frames_stand_for_files(self, incidents: Path) -> None:
        by_file = maligeo.study(incidents=incidents, projects=IATI, covers="2020/2022")
        by_frame = maligeo.study(
            incidents=maligeo.read_incidents(incidents),
            projects=maligeo.read_projects(IATI),
            covers="2020/2022",
        )
        pd.testing.assert_frame_equal(by_file.table, by_frame.table)

    def test_a_sheet_of_a_workbook_is_named(self, incidents: Path, tmp_path: Path) -> None:
        book = tmp_path / "list.xlsx"
        frame = pd.read_csv(incidents)
        with pd.ExcelWriter(book) as writer:
            frame.head(7).to_excel(writer, sheet_name="2021", index=False)
            frame.tail(5).to_excel(writer, sheet_name="2022", index=False)
        with pytest.raises(UnknownNameError, match="several sheets"):
            maligeo.study(incidents=book)
        for sheet, rows in (("2021", 7), ("2022", 5)):
            study = maligeo.study(incidents=maligeo.Source(book, sheet=sheet))
            assert len(located(study)) == rows
        maligeo.set_audience("internal")
        path = study.map().save(tmp_path / "map.html")
        assert read_about(path).options["incidents"] == {"role": "incidents", "sheet": "2022"}
        assert run("verify", path, "--incidents", book).stdout == SAME

    def test_a_layer_of_a_geopackage_is_named(self, incidents: Path, tmp_path: Path) -> None:
        frame = pd.read_csv(incidents, parse_dates=["date"])
        points = gpd.GeoDataFrame(
            frame.drop(columns=["lon", "lat"]),
            geometry=gpd.points_from_xy(frame["lon"], frame["lat"]),
            crs=4326,
        )
        path = tmp_path / "points.gpkg"
        points.head(4).to_file(path, layer="north")
        points.tail(9).to_file(path, layer="south")
        study = maligeo.study(incidents=maligeo.Source(path, layer="south"))
        assert len(located(study)) == 9

    def test_units_of_a_file(self, incidents: Path) -> None:
        units = maligeo.Source(
            DATA / "boundaries" / "geoboundaries_adm1.geojson", level=1, vintage="2015"
        )
        study = maligeo.study(incidents=incidents, units=units)
        assert len(study.units) == len(maligeo.read_boundaries(str(units), vintage="2015"))

    def test_a_coverage_without_incidents_is_refused(self) -> None:
        study = maligeo.study(projects=IATI, covers="2022")
        for product in (study.answer, lambda: study.map().page, study.count):
            with pytest.raises(ArgumentError, match="about a file of incidents"):
                product()

    def test_areas_alone_lie_over_the_people_of_any_division(self, tmp_path: Path) -> None:
        units = maligeo.load_boundaries().assign(vintage="2016")
        maligeo.set_audience("internal")
        areas = DATA / "areas" / "polygons.geojson"
        measures = set(maligeo.study(areas=areas, units=units).table["measure"])
        assert measures == {"people", "cancelled_sqm", "suspected_sqm"}

    def test_what_is_about_records_needs_some(self) -> None:
        with pytest.raises(ArgumentError, match="covers is about a file"):
            maligeo.study(covers="2021")

    def test_a_file_that_is_not_there_is_one_error(self, tmp_path: Path) -> None:
        with pytest.raises(maligeo.MaligeoError, match=r"none\.csv"):
            maligeo.study(incidents=tmp_path / "none.csv")

    @pytest.mark.parametrize("part", ["sheet", "layer"])
    def test_a_sheet_or_layer_is_named_after_the_file(
        self, incidents: Path, tmp_path: Path, part: str
    ) -> None:
        frame = pd.read_csv(incidents, parse_dates=["date"])
        if part == "sheet":
            path = tmp_path / "3w mars.xlsx"
            with pd.ExcelWriter(path) as writer:
                pd.DataFrame({"read": ["me"]}).to_excel(writer, sheet_name="Lisez-moi")
                frame.head(6).to_excel(writer, sheet_name="Données", index=False)
            named = f"{path}#Données"
        else:
            path = tmp_path / "land.gpkg"
            where = gpd.points_from_xy(frame["lon"], frame["lat"])
            points = gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=where, crs=4326)
            points.head(6).to_file(path, layer="north")
            points.tail(9).to_file(path, layer="south")
            named = f"{path}#north"
        assert len(located(maligeo.study(incidents=named))) == 6
        checked = run("check", named, "--language", "en")
        assert (checked.returncode, "of which 6 read" in checked.stdout) == (0, True)
        made = tmp_path / "map.html"
        run("map", "--incidents", named, "--audience", "internal", "-o", made)
        assert read_about(made).options["incidents"][part] in ("Données", "north")
        assert run("verify", made, "--incidents", path).stdout == SAME

    def test_the_name_of_a_sheet_is_not_told_to_the_public(
        self, incidents: Path, tmp_path: Path
    ) -> None:
        book, sheet = tmp_path / "list.xlsx", "attaque de Tabankort"
        with pd.ExcelWriter(book) as writer:
            pd.DataFrame({"read": ["me"]}).to_excel(writer, sheet_name="notes")
            pd.read_csv(incidents).to_excel(writer, sheet_name=sheet, index=False)
        study = maligeo.study(incidents=maligeo.Source(book, sheet=sheet), covers="2020/2022")
        path = study.release(as_of=DAY).map().save(tmp_path / "map.html")
        assert "Tabankort" not in path.read_text(encoding="utf-8")
        assert read_about(path).options["incidents"] == {"role": "incidents"}
        done = run("verify", path, "--incidents", f"{book}#{sheet}")
        assert done.stdout == SAME, done.stderr

    def test_a_workbook_of_ones_own_is_verified(self, incidents: Path, tmp_path: Path) -> None:
        path = tmp_path / "table.xlsx"
        options = ("--incidents", incidents, "--covers", "2020/2022", "--period", "year")
        run("density", *options, "-o", path)
        assert run("verify", path, "--incidents", incidents).stdout == SAME

    @pytest.mark.parametrize("wrong", [5, ["a.csv"]])
    def test_what_is_no_file_and_no_frame_is_refused(self, wrong: Any) -> None:
        with pytest.raises(ArgumentError, match="neither a file, a Source nor a frame"):
            maligeo.study(incidents=wrong)

    def test_a_day_that_is_none_is_refused_whatever_is_shown(self) -> None:
        with pytest.raises(ArgumentError, match="is no day"):
            maligeo.study().release(as_of="hier")

    def test_options_that_do_not_go_together(self, incidents: Path) -> None:
        study = maligeo.study(incidents=incidents)
        with pytest.raises(ArgumentError, match="compare goes with"):
            study.map(compare=["2020", "2021"], region="Gao")
        with pytest.raises(ArgumentError, match="one of --incidents"):
            maligeo.study(incidents=incidents, projects=IATI).count("victims")
        with pytest.raises(UnknownNameError, match="Atlantis"):
            study.report("Atlantis")


def test_what_writes_is_for_the_audience_of_the_session(incidents: Path, tmp_path: Path) -> None:
    """An analyst at work says once that products are internal; without it they are refused."""
    units = maligeo.load_boundaries()
    exact = located(maligeo.study(incidents=incidents, covers="2020/2022"))
    table = maligeo.density(exact, units, measure="incidents", period="2021")
    writers: dict[str, Callable[[Path], object]] = {
        "t.csv": lambda path: maligeo.write_table(table, path),
        "l.gpkg": lambda path: maligeo.write_layers({"incidents": exact}, path),
        "m.html": lambda path: maligeo.save_map(maligeo.region_map(table, units), path),
        "m.svg": lambda path: maligeo.map_figure(table, units, path),
        "v.pmtiles": lambda path: maligeo.vector_tiles({"i": exact}, path, zooms=(0, 2)),
    }
    for name, write in writers.items():
        with pytest.raises(ReleaseError):
            write(tmp_path / name)
        assert not (tmp_path / name).exists()
    maligeo.set_audience("internal")
    for name, write in writers.items():
        write(tmp_path / name)
        assert (tmp_path / name).exists()
    assert 'class="mg-audience mg-internal"' in (tmp_path / "m.html").read_text(encoding="utf-8")


def test_a_study_joins_records_by_a_gazetteer() -> None:
    gazetteer = pd.DataFrame(
        {"place_name": ["Hameau Essai"], "name_alt": None, "lon": [-4.2], "lat": [14.5]}
    )
    incidents = maligeo.as_incidents(
        pd.DataFrame({"date": ["2022-03-01"], "type": ["EEI"], "village": ["Hameau Essai"]})
    )
    units = maligeo.Locator(maligeo.load_boundaries(), gazetteer=gazetteer)
    study = maligeo.study(incidents=incidents, units=units, covers="2022")
    counts = study.table[study.table["measure"] == "incidents"].set_index("name")["count"]
    assert (counts["Mopti"], counts["Gao"]) == (1, 0)
    assert study.asked["gazetteer"] is gazetteer
