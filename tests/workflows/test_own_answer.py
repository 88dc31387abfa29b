"""The planner's question asked of files: who is where, in which class, for whom to see."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ArgumentError, ReleaseError, UnknownNameError
from maligeo.text.balance import balance
from maligeo.text.readings import periods

INCIDENTS = "event_id,date,event_type,killed,injured,latitude,longitude\n"
PROJECTS = """project_id,title,organisation,sector,place,status,start_date,end_date
p1,Water,ONG A,eau,"Gao, Kidal",,2021-01-01,2022-01-01
p2,Health,ONG B,santé,Mopti,,2020-01-01,2021-06-01
p3,Old,ONG C,santé,Kidal,,2008-01-01,2010-01-01
p4,Off,ONG C,santé,Kayes,cancelled,2020-01-01,2022-01-01
p5,Soon,ONG C,santé,Sikasso,planned,2021-06-01,2022-01-01
p6,Somewhere,ONG B,santé,,,2021-01-01,2021-12-31
"""


@pytest.fixture
def study(tmp_path: Path) -> maligeo.Study:
    days = [f"2021-{month:02d}-{day:02d}" for month in (2, 5) for day in range(1, 13)]
    rows = [f"m{at},{day},ied,1,2,14.5,-4.{at}" for at, day in enumerate(days, start=10)]
    rows.append("k,2021-03-04,ied,0,1,18.4,1.4")
    incidents, projects = tmp_path / "incidents.csv", tmp_path / "projects.csv"
    incidents.write_text(INCIDENTS + "\n".join(rows), encoding="utf-8")
    projects.write_text(PROJECTS, encoding="utf-8")
    return maligeo.study(incidents=incidents, projects=projects, covers="2021", period="2021")


def row_of(study: maligeo.Study, name: str) -> "pd.Series[object]":
    answer = study.release(audience="internal").answer(language="en").frame
    return answer[answer["name"] == name].iloc[0]


def test_projects_that_ended_or_were_cancelled_are_not_under_way(study: maligeo.Study) -> None:
    kidal, kayes = row_of(study, "Kidal"), row_of(study, "Kayes")
    assert (kidal["projects"], kidal["organisations"]) == (1, 1)
    assert kayes["projects"] == 0
    assert row_of(study, "Sikasso")["planned"] == 1


def test_one_incident_is_too_few_to_say(study: maligeo.Study) -> None:
    assert row_of(study, "Kidal")["class"] == "few"
    assert pd.isna(row_of(study, "Kidal")["certainty"])


def test_the_map_of_own_files_has_need_and_response_and_the_matrix(
    study: maligeo.Study, tmp_path: Path
) -> None:
    page = study.release(audience="internal").map(language="en").save(tmp_path / "a.html")
    text = page.read_text(encoding="utf-8")
    assert "1 project without a region could change this" in text
    assert "Organisations present by region" in text
    assert "ONG B" in text


def test_only_some_projects_and_another_need(study: maligeo.Study) -> None:
    asked = study.asking(only={"sector": "SANTÉ"}, need="victims")
    assert row_of(asked, "Gao")["projects"] == 0
    assert row_of(asked, "Mopti")["victims"] == 72
    assert asked.asked["only"] == ["sector=SANTÉ"]
    with pytest.raises(
        UnknownNameError, match="--organisation X: no project has it; there is ONG A"
    ):
        row_of(study.asking(only=["organisation=X"]), "Gao")
    public = study.asking(only={"organisation": "ONG A"}).release(audience="public")
    with pytest.raises(ArgumentError, match="their audience does not see it"):
        public.answer()


@pytest.mark.parametrize("word", ["Annulé", "(annulé)"])
def test_a_status_is_asked_for_in_the_words_of_files(study: maligeo.Study, word: str) -> None:
    asked = study.asking(only={"status": word})
    assert asked.projects["project_id"].tolist() == ["p4"]


def test_a_period_of_which_nobody_knows_says_so(study: maligeo.Study) -> None:
    with pytest.raises(ArgumentError) as caught:
        replace(study, period="2019").answer()
    assert "from 2019-01-01 to 2019-12-31: nothing is recorded then" in str(caught.value)
    assert "dites ce que la liste couvre (--covers)" in caught.value.message("fr")


def test_the_public_answer_is_made_of_released_counts(study: maligeo.Study) -> None:
    public = study.release(audience="public").answer(language="en").frame
    mopti = public[public["name"] == "Mopti"].iloc[0]
    assert mopti["incidents"] in (20, 25)
    assert "24 incidents" not in " ".join(public["sentence"].dropna())
    assert public["organisations"].isna().all()
    assert (public["class"].dropna() == "few").sum() == 8


def test_a_project_in_several_regions_is_placed_once(study: maligeo.Study) -> None:
    table = study.release(audience="internal").table
    layer = next(one for one in maligeo.look.LAYERS if one.key == "projects")
    shown = periods(table, layer, "en")[0]
    found: Any = balance(shown, table, "en")["lines"]
    lines = {line["label"]: line["value"] for line in found}
    assert lines["Placed in a region"] == "3"


def test_nobody_reads_a_plain_zero_where_projects_have_no_region(study: maligeo.Study) -> None:
    table = study.release(audience="internal").table
    rows = table[(table["measure"] == "projects") & (table["place_kind"] == "unit")]
    assert (rows["count"] == 0).any()
    assert rows["count_high"].isna().all()


def with_deadly_incidents(tmp_path: Path, *lost: str) -> maligeo.Study:
    """Kidal has one incident with forty dead; Gao one, and four with one dead each."""
    rows = [f"m{at},2021-02-{at},ied,1,0,14.5,-4.{at}" for at in range(10, 29)]
    rows += [f"g{at},2021-03-{at},ied,1,0,16.3,0.{at}" for at in range(10, 14)]
    rows += ["g,2021-03-04,ied,40,0,16.3,0.2", "k,2021-03-04,ied,40,0,18.4,1.4"]
    rows += lost
    incidents, projects = tmp_path / "deadly.csv", tmp_path / "3w.csv"
    incidents.write_text(INCIDENTS + "\n".join(rows), encoding="utf-8")
    projects.write_text(PROJECTS, encoding="utf-8")
    made = maligeo.study(incidents=incidents, projects=projects, covers="2021", period="2021")
    return made.asking(need="killed")


def test_one_incident_with_forty_dead_is_one_event(tmp_path: Path) -> None:
    kidal = row_of(with_deadly_incidents(tmp_path), "Kidal")
    assert kidal["killed"] == 40
    assert kidal["class"] == "few"
    assert pd.isna(kidal["certainty"])


def test_victims_hang_on_the_incident_that_most_died_in(tmp_path: Path) -> None:
    gao = row_of(with_deadly_incidents(tmp_path), "Gao")
    assert gao["killed"] == 44
    assert gao["certainty"] < 0.8
    # 44 independent deaths would be 31 to 60 (Garwood).
    assert gao["killed_low"] < 15
    assert gao["killed_high"] > 150


def test_counts_of_victims_say_the_size_of_no_incident(tmp_path: Path) -> None:
    answer = (
        with_deadly_incidents(tmp_path, "lost,2021-03-04,ied,30,0,,")
        .release(audience="internal")
        .answer()
        .frame
    )
    assert "sizes" not in answer.columns


def test_projects_without_an_amount_or_a_date_are_counted_for_the_public(tmp_path: Path) -> None:
    projects, out = tmp_path / "3w.csv", tmp_path / "out.csv"
    projects.write_text(
        "project_id,title,place,start_date,end_date,budget_amount,budget_currency\n"
        "p1,Water,Gao,2021-01-01,2022-01-01,500,EUR\np2,Health,Gao,,,,\n",
        encoding="utf-8",
    )
    for measure, period in (("money", None), ("projects", "2021")):
        public = maligeo.study(projects=projects, period=period).release(audience="public")
        public.count(measure).save(out)
        assert "at least" in out.read_text(encoding="utf-8")


def lost_and_silent(folder: Path) -> maligeo.Study:
    """Mopti has 48 incidents, Gao 12, of 4 of which nobody says who died; 24 have no place."""
    rows = [f"m{month}-{at},2021-{month:02d}-1{at},ied,1,0,14.{at},-4.2"
            for month in range(1, 13) for at in range(4)]  # fmt: skip
    rows += [f"g{at},2021-{at:02d}-05,ied,{'' if at < 5 else 2},0,16.3,0.1" for at in range(1, 13)]
    rows += [f"l{at},2021-{at % 12 + 1:02d}-07,ied,1,0,," for at in range(24)]
    incidents, projects = folder / "lost.csv", folder / "3w.csv"
    incidents.write_text(INCIDENTS + "\n".join(rows), encoding="utf-8")
    projects.write_text(PROJECTS, encoding="utf-8")
    return maligeo.study(incidents=incidents, projects=projects, covers="2021", period="2021")


def test_what_has_no_place_leaves_no_upper_bound(tmp_path: Path) -> None:
    mopti = row_of(lost_and_silent(tmp_path), "Mopti")
    assert pd.isna(mopti["incidents_high"])
    assert "at least 48 incidents (35 or more allowing for chance);" in str(mopti["sentence"])


@pytest.mark.parametrize("need", ["incidents", "killed"])
def test_the_public_answer_says_what_has_no_place_and_what_is_rounded(
    tmp_path: Path, need: str
) -> None:
    public = lost_and_silent(tmp_path).asking(need=need).release(audience="public")
    product = public.answer(language="en")
    product.save(tmp_path / "public.csv")
    table = product.frame.set_index("name")
    said = str(table.loc["Mopti", "sentence"])
    assert said.startswith("Mopti: about ")  # it was rounded: what is shown is no bound
    assert "or more allowing for rounding and chance" in said
    if need == "incidents":
        quiet = table.loc["Kayes"]
        assert quiet["class"] == "few"
        assert "fewer than 5 incidents, leaving out what has no place" in quiet["sentence"]


def test_fewer_than_five_of_what_nobody_says_is_covered_are_not_few(tmp_path: Path) -> None:
    """A list that may not look at Kayes at all says nothing of it, in public neither."""
    rows = [f"2021-{month:02d}-1{at},ied,14.{at},-4.2" for month in range(1, 13) for at in range(4)]
    incidents, projects = tmp_path / "no_victims.csv", tmp_path / "3w.csv"
    incidents.write_text("date,event_type,latitude,longitude\n" + "\n".join(rows), "utf-8")
    projects.write_text(PROJECTS, encoding="utf-8")
    uncovered = maligeo.study(incidents=incidents, projects=projects, period="2021")
    public = uncovered.release(audience="public")
    kayes = public.answer(language="en").frame.set_index("name").loc["Kayes"]
    assert kayes["class"] == "unknown"
    assert "number not known, which does not mean none" in kayes["sentence"]


def test_incidents_that_state_no_victims_are_said_beside_the_need(tmp_path: Path) -> None:
    gao = row_of(lost_and_silent(tmp_path).asking(need="killed"), "Gao")
    assert (gao["killed"], gao["killed_unstated"]) == (16, 4)
    assert "leaving out what 4 incidents do not state;" in str(gao["sentence"])


def test_incidents_without_a_date_are_said_and_drawn(tmp_path: Path) -> None:
    """Mopti has 24 incidents and a project, Kidal as many of no date: were they, it has less."""
    rows = [f"m{at},2021-{at % 12 + 1:02d}-11,ied,1,0,14.5,-4.2" for at in range(24)]
    rows += [f"g{at},2021-{at % 12 + 1:02d}-11,ied,1,0,16.3,0.1" for at in range(24)]
    undated = [f"k{at},,ied,1,0,18.4,1.4" for at in range(200)]
    projects, found = tmp_path / "3w.csv", {}
    projects.write_text(
        "project_id,title,place,start_date,end_date\n"
        + "".join(f"p{at},A,{'Mopti' if at < 3 else 'Gao'},2021-01-01,2021-12-31\n"
                  for at in range(10)),
        encoding="utf-8",
    )  # fmt: skip
    for name, listed in (("dated", rows), ("undated", rows + undated)):
        incidents = tmp_path / f"{name}.csv"
        incidents.write_text(INCIDENTS + "\n".join(listed), encoding="utf-8")
        found[name] = maligeo.study(
            incidents=incidents, projects=projects, covers="2021", period="2021"
        )
    sure, unsure = (row_of(found[name], "Gao") for name in ("dated", "undated"))
    assert sure["class"] == unsure["class"] == "alike"
    assert unsure["certainty"] < 0.6 < sure["certainty"]
    assert unsure["depends_on"] == "dates"
    kidal = row_of(found["undated"], "Kidal")
    assert kidal["class"] == "unknown"
    assert "at least 0 incidents, and 200 without a known date;" in str(kidal["sentence"])
    for need in ("incidents", "killed"):
        partner = found["undated"].asking(need=need).release(audience="partner")
        partner.answer(language="fr").save(tmp_path / "partner.csv")
    assert "incidents_undated" not in found["undated"].release(audience="public").answer().frame


def test_numbers_of_records_pass_to_no_public(tmp_path: Path) -> None:
    public = lost_and_silent(tmp_path).release(audience="public").answer()
    changed = public.frame.assign(incidents_undated=1.0)
    with pytest.raises(ReleaseError, match="column 'incidents_undated'"):
        maligeo.disclosure.require_released(changed, "public", what="gaps")
