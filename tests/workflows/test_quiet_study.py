"""A quiet month is an answer: none where the list covers, in every product."""

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo import look
from maligeo.core.errors import ArgumentError
from tests.cli.commands import run

HEADER = "event_id,date,event_type,killed,injured,latitude,longitude\n"
ONE = HEADER + "a,2021-05-04,ied,1,2,14.5,-4.2\n"
AREAS = "area_id,status,end_date,declared_sqm,wkt\n"
PROJECTS = "project_id,title,programme,region,start_date\n"
YEAR: dict[str, Any] = {"covers": "2021", "period": "2021"}
AUDIENCES = ("internal", "partner", "public")
RECORD = re.compile(r'<script type="application/json" id="maligeo-about">.*?</script>')


@pytest.fixture
def lists(tmp_path: Path) -> dict[str, Path]:
    """A file of each kind with a header and no row, and one of one incident."""
    texts = {"incidents": HEADER, "areas": AREAS, "projects": PROJECTS, "one": ONE}
    paths = {name: tmp_path / f"{name}.csv" for name in texts}
    for name, path in paths.items():
        path.write_text(texts[name], encoding="utf-8")
    return paths


def counts(table: pd.DataFrame, measure: str) -> list[float]:
    rows = table[(table["measure"] == measure) & (table["place_kind"] == "unit")]
    return [float("nan") if pd.isna(one) else float(one) for one in rows["count"]]


@pytest.mark.parametrize("measure", ["incidents", "killed", "victims"])
def test_none_where_the_list_covers_and_not_known_elsewhere(
    lists: dict[str, Path], units: gpd.GeoDataFrame, measure: str
) -> None:
    located = maligeo.locate(maligeo.read_incidents(lists["incidents"]), units)
    covered = maligeo.with_coverage(located, "2021-03")
    table = maligeo.density(covered, units, measure=measure, period=["2021-03", "2021-04"])
    rows = table[table["place_kind"] == "unit"]
    march = rows[rows["period_start"] == "2021-03-01"]
    assert (march["count"] == 0).all()
    assert (march["per_1000_sqkm"] == 0).all()
    assert march["per_incident"].isna().all()
    assert len(march) == 9
    april = rows[rows["period_start"] == "2021-04-01"]
    assert april["count"].isna().all()
    assert set(april["note"]) == {"not covered by the source"}


def test_only_the_units_that_are_covered_count_none(
    lists: dict[str, Path], units: gpd.GeoDataFrame
) -> None:
    located = maligeo.locate(maligeo.read_incidents(lists["incidents"]), units)
    covered = maligeo.with_coverage(located, {"ML05": "2021"})
    table = maligeo.density(covered, units, measure="incidents", period="2021")
    known = table[(table["place_kind"] == "unit") & table["count"].notna()]
    assert known[["pcode", "count"]].to_numpy().tolist() == [["ML05", 0.0]]


def test_a_rate_of_none_has_the_interval_of_none(
    lists: dict[str, Path], units: gpd.GeoDataFrame
) -> None:
    people = maligeo.population(units)
    located = maligeo.locate(maligeo.read_incidents(lists["incidents"]), units)
    table = maligeo.density(
        maligeo.with_coverage(located, "2021"), units, measure="incidents", period="2021",
        population=people,
    )  # fmt: skip
    row = table[table["name"] == "Mopti"].iloc[0]
    assert (row["per_100k"], row["ci_low"], row["smoothed_per_100k"]) == (0, 0, 0)
    # -ln(0.025) events at most, Garwood 1936, in 1,974,684 people and 365/365.25 years
    assert row["ci_high"] == pytest.approx(3.688879 / 1_974_684 * 1e5 / (365 / 365.25), rel=1e-5)


@pytest.mark.parametrize("kind", ["incidents", "areas"])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_without_a_statement_it_says_what_to_state(
    lists: dict[str, Path], kind: str, audience: str
) -> None:
    study = maligeo.study(**{kind: lists[kind]})  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"--covers 2021-03"):
        _ = study.release(audience=audience).count().frame  # type: ignore[arg-type]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_areas_that_are_none_count_no_square_metre(lists: dict[str, Path], audience: str) -> None:
    study = maligeo.study(areas=lists["areas"], **YEAR)
    table = study.release(audience=audience).count("cleared_sqm").frame  # type: ignore[arg-type]
    assert counts(table, "cleared_sqm") == [0] * 9


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_product_is_made_of_three_lists_without_a_row(
    lists: dict[str, Path], tmp_path: Path, audience: str
) -> None:
    study = maligeo.study(
        incidents=lists["incidents"], projects=lists["projects"], areas=lists["areas"], **YEAR
    ).release(audience=audience)  # type: ignore[arg-type]
    assert counts(study.table, "projects") == [0] * 9
    for name in ("a.html", "a.pdf"):
        assert study.map(region="Gao").save(tmp_path / name).stat().st_size
        assert study.report("Gao").save(tmp_path / name).stat().st_size
    for name in ("a.gpkg", "a.zip", "a.shp.zip"):
        assert study.export(tmp_path / name).exists()
    assert study.presence.shape[1] == 0


def test_nobody_works_anywhere(lists: dict[str, Path]) -> None:
    done = run("gaps", "--projects", lists["projects"])
    assert done.returncode == 0, done.stderr
    assert "Need, nobody recorded" in done.stdout
    answer = maligeo.study(projects=lists["projects"]).answer().frame
    ranked = answer[answer["gap_places"].notna()]
    assert (ranked["response_state"] == "none").all()
    assert set(answer["class"].dropna()) == {"nobody", "few", "unknown"}
    assert (ranked["response_rank"] == (len(ranked) + 1) / 2).all()  # they share all places


def test_nobody_works_and_nothing_happened(lists: dict[str, Path]) -> None:
    done = run(
        "gaps", "--incidents", lists["incidents"], "--covers", "2021", "--period", "2021",
        "--projects", lists["projects"], "--audience", "internal",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Need, nobody recorded" not in done.stdout
    assert "Fewer than 5 incidents: too few to say" in done.stdout


def test_the_commands_of_a_quiet_month(lists: dict[str, Path], tmp_path: Path) -> None:
    month = ("--covers", "2021-03", "--period", "2021-03")
    done = run("density", "--incidents", lists["incidents"], *month, "--audience", "internal")
    assert done.returncode == 0, done.stderr
    located = run("locate", lists["incidents"], "-o", tmp_path / "located.csv")
    assert located.returncode == 0, located.stderr
    read = pd.read_csv(tmp_path / "located.csv")
    assert len(read) == 0
    assert {"event_id", "adm1_pcode", "locate_note"} <= set(read.columns)
    checked = run("check", lists["incidents"], "--language", "en")
    assert "Rows: 0 in the file, of which 0 read" in checked.stdout


EMPTY_FRAMES = {
    "objects": pd.DataFrame(columns=["event_id", "date", "event_type", "killed", "lon", "lat"]),
    "points": gpd.GeoDataFrame(
        {"event_id": [], "date": [], "event_type": []}, geometry=[], crs=4326
    ),
}


@pytest.mark.parametrize("name", EMPTY_FRAMES)
def test_a_frame_without_a_row(name: str) -> None:
    study = maligeo.study(incidents=EMPTY_FRAMES[name], **YEAR)
    internal = study.release(audience="internal")
    assert counts(internal.table, "incidents") == [0] * 9
    assert internal.incidents is not None
    assert len(internal.incidents) == 0


def public_page(incidents: Path, path: Path) -> str:
    study = maligeo.study(incidents=incidents, **YEAR).release(audience="public")
    text = study.map().save(path).read_text(encoding="utf-8")
    return RECORD.sub("", text)


def test_others_cannot_tell_no_incident_from_one(lists: dict[str, Path], tmp_path: Path) -> None:
    none, one = (
        maligeo.study(incidents=lists[name], **YEAR).release(audience="public")
        for name in ("incidents", "one")
    )
    tables = [study.need("incidents", "killed", "victims", period="2021") for study in (none, one)]
    pd.testing.assert_frame_equal(*(table.drop(columns="source") for table in tables))
    assert none.victims == one.victims == ("victims",)
    pages = [public_page(lists[name], tmp_path / "a.html") for name in ("incidents", "one")]
    assert pages[0] == pages[1]
    assert "moins de 5" in pages[0]
    reports = [
        RECORD.sub("", study.report("Mopti").save(tmp_path / "a.html").read_text("utf-8"))
        for study in (none, one)
    ]
    assert reports[0] == reports[1]


def test_the_public_map_shows_counts_that_are_all_small(lists: dict[str, Path]) -> None:
    study = maligeo.study(incidents=lists["one"], **YEAR).release(audience="public")
    assert look.layers_of(study.table)[0].key == "incidents"
