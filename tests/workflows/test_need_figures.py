"""Need as figures: people displaced or in need, of files and frames, by name and with weights."""

from pathlib import Path

import pandas as pd
import pytest

import maligeo
from maligeo.core.columns import Language
from maligeo.core.errors import ArgumentError, ReleaseError, UnknownNameError
from maligeo.core.words import NO_BREAK_SPACE

DISPLACED = """Région;PDI janv. 2022;PDI févr. 2022
Mopti;12000;13000
Gao;3000;
Kidal;;100
Total;15000;13100
"""
PROJECTS = """project_id,title,organisation,place,status,start_date,end_date
p1,Water,ONG A,Kidal,active,2022-01-01,2022-12-31
p2,Health,ONG B,Gao,active,2022-01-01,2022-12-31
"""
IN_NEED = pd.DataFrame({"Région": ["Mopti", "Kidal"], "Année": 2022, "PIN": [6000, 4000]})
INCIDENTS = """event_id,date,event_type,place_name,adm2_name
a,2022-03-04,ied,Sokoura,
b,2022-03-05,ied,Sokoura,
"""
VILLAGES = "village,cercle,lat,lon\nSokoura,Bankass,13.9,-3.5\n"


@pytest.fixture
def displaced(tmp_path: Path) -> Path:
    return written(tmp_path / "pdi.csv", DISPLACED)


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    return written(tmp_path / "projects.csv", PROJECTS)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def answered(study: maligeo.Study, language: Language = "en") -> pd.DataFrame:
    frame = study.answer(language=language).frame
    units = frame[frame["place_kind"] == "unit"].set_index("name")
    units["sentence"] = units["sentence"].str.replace(NO_BREAK_SPACE, " ")
    return units


def needs_in(study: maligeo.Study, name: str, language: Language = "en") -> str:
    sentence = str(answered(study, language).loc[name, "sentence"])
    return sentence.split(";", maxsplit=1)[0].strip()


def test_a_study_takes_figures_as_files_and_frames(displaced: Path) -> None:
    study = maligeo.study(figures=displaced, period="2022-01")
    table = study.count().frame
    assert table.dropna(subset="count").set_index("name")["count"].to_dict() == {
        "Mopti": 12000, "Gao": 3000,
    }  # fmt: skip
    assert study.reading["figures"].set_aside == {5: "total"}
    raw = pd.read_csv(displaced, sep=";")
    for given in (raw, maligeo.as_figures(raw), maligeo.read_figures(displaced)):
        again = maligeo.study(figures=given, period="2022-01").count().frame
        assert again["count"].equals(table["count"])
    assert set(study.table["measure"]) == {"displaced", "people"}


def test_figures_go_with_no_coverage_and_no_way_of_counting(displaced: Path) -> None:
    with pytest.raises(ArgumentError, match="covers is about a file of records"):
        maligeo.study(figures=displaced, covers="2022")
    with pytest.raises(ArgumentError, match="counting is about projects"):
        maligeo.study(figures=displaced).count(counting="full")


def test_a_table_of_figures_is_a_need(displaced: Path, projects: Path) -> None:
    study = maligeo.study(projects=projects, period="2022").asking(need=displaced)
    assert needs_in(study, "Mopti") == "Mopti: 13,000 displaced people"
    assert needs_in(study, "Mopti", "fr").replace("\u202f", " ") == (
        "Mopti : 13 000 personnes déplacées"
    )
    answer = answered(study)
    assert answer.loc["Mopti", "class"] == "nobody"
    assert answer.loc["Kidal", "class"] == "more"  # 100 people are no events that are too few
    assert answer.loc["Gao", "class"] == "unknown"
    assert needs_in(study, "Gao") == (
        "Gao: displaced people: number not known, which does not mean none"
    )
    assert (answer.loc["Mopti", ["displaced_low", "displaced_high"]] == 13000).all()


def test_a_need_by_name_is_one_of_the_figures_given(displaced: Path, projects: Path) -> None:
    study = maligeo.study(projects=projects, figures=displaced, period="2022")
    asked = study.asking(need="displaced")
    assert answered(asked)["class"].equals(
        answered(study.asking(need=pd.read_csv(displaced, sep=";")))["class"]
    )
    with pytest.raises(UnknownNameError, match="measure"):
        study.asking(need="returnees").answer()


def test_a_measure_of_its_own_bears_its_own_name() -> None:
    schools = pd.DataFrame({"Région": ["Mopti"], "2022": [7]})
    figures = maligeo.as_figures(schools, constants={"measure": "écoles fermées"})
    assert needs_in(maligeo.study().asking(need=figures), "Mopti") == "Mopti: 7 écoles fermées"


def test_what_is_at_least_so_much_is_said_so() -> None:
    parts = pd.DataFrame(
        {"Région": "Mopti", "Cercle": ["Koro", "Bankass"], "Année": 2022, "PDI": [300, None]}
    )
    study = maligeo.study().asking(need=parts)
    assert needs_in(study, "Mopti") == "Mopti: at least 300 displaced people"
    assert needs_in(study, "Mopti", "fr") == "Mopti : au moins 300 personnes déplacées"
    assert pd.isna(answered(study).loc["Mopti", "displaced_high"])


def test_counts_of_conflict_events_allow_for_chance() -> None:
    events = pd.DataFrame({"Région": ["Mopti", "Gao"], "Année": 2022, "Événements": [20, 3]})
    study = maligeo.study().asking(need=events.rename(columns={"Événements": "Events"}))
    assert needs_in(study, "Mopti") == "Mopti: 20 events (12 to 31 allowing for chance)"
    assert answered(study).loc["Gao", "class"] == "few"


def test_a_need_of_nobody_is_known_and_no_event(projects: Path) -> None:
    none = pd.DataFrame({"Région": ["Mopti", "Gao", "Kayes"], "2022": [500, 0, 0]})
    figures = maligeo.as_figures(none, constants={"measure": "PDI"})
    answer = answered(maligeo.study(projects=projects, period="2022").asking(need=figures))
    assert answer.loc[["Mopti", "Gao", "Kayes"], "class"].tolist() == ["nobody", "more", "alike"]


def test_several_needs_weigh_what_is_said(displaced: Path, projects: Path) -> None:
    """Kidal has a hundredth of the displaced, two fifths of the people in need, half of projects.

    That of Gao is held against nothing: of those in need there nobody says anything.
    """
    in_mopti = "p3,Roads,ONG C,Mopti,active,2022-01-01,2022-12-31\n"
    written(projects, PROJECTS + in_mopti)
    study = maligeo.study(projects=projects, figures=displaced, period="2022")
    figures = maligeo.as_figures(IN_NEED)
    by_name = maligeo.study(projects=projects, figures=figures, period="2022")
    alike = by_name.asking(need={"people_in_need": 1, displaced: 1})
    assert answered(alike).loc["Kidal", "class"] == "more"
    assert needs_in(alike, "Kidal") == "Kidal: 100 displaced people, 4,000 people in need"
    heavy = by_name.asking(need={"people_in_need": 9, displaced: 1})
    assert answered(heavy).loc["Kidal", "class"] == "alike"
    assert heavy.asked["need_weights"] == [9.0, 1.0]
    for weight in (0, -1, float("nan")):
        with pytest.raises(ArgumentError, match="a weight of need is a number above 0"):
            study.asking(need={"displaced": weight})


def test_equal_weights_are_none(displaced: Path) -> None:
    study = maligeo.study(figures=displaced, period="2022")
    twos = answered(study.asking(need={"displaced": 2, "incidents": 2}))
    pd.testing.assert_frame_equal(twos, answered(study.asking(need=["displaced", "incidents"])))


def test_a_table_of_several_measures_is_no_need_by_itself() -> None:
    both = IN_NEED.assign(PDI=3)
    with pytest.raises(ArgumentError, match="this one has displaced, people_in_need"):
        maligeo.study().asking(need=both)


def test_land_that_lies_nowhere_takes_no_memory() -> None:
    """A square metre is no event of its own that could lie anywhere."""
    land = pd.DataFrame({"Région": ["Mopti", "Nulle part"], "Année": 2022, "ha": [10.0**9] * 2})
    figures = maligeo.as_figures(land.rename(columns={"ha": "terrain suspect"}))
    answer = answered(maligeo.study().asking(need=figures))
    assert answer.loc["Mopti", "terrain suspect"] == 10**9


def test_figures_of_a_file_are_for_internal_use(displaced: Path) -> None:
    study = maligeo.study(figures=displaced, period="2022")
    for audience in ("partner", "public"):
        public = study.release(audience=audience)
        for ask in (
            public.count,
            public.asking(need="displaced").answer,
            public.asking(need=displaced).answer,
            lambda public=public: public.table,
        ):
            with pytest.raises(ReleaseError, match="figures of a file are for internal use"):
                ask()
    assert public.answer().frame["incidents"].notna().any()  # of the bundled figures


def test_the_map_shows_the_need_asked_for(displaced: Path, projects: Path, tmp_path: Path) -> None:
    study = maligeo.study(projects=projects, period="2022").asking(need=displaced)
    page = study.release(audience="internal").map(language="fr").save(tmp_path / "a.html")
    assert "personnes déplacées" in page.read_text(encoding="utf-8")


def test_villages_of_a_gazetteer_are_places_of_a_study(tmp_path: Path) -> None:
    incidents = written(tmp_path / "list.csv", INCIDENTS)
    villages = written(tmp_path / "villages.csv", VILLAGES)
    for given in (villages, maligeo.read_gazetteer(villages)):
        study = maligeo.study(incidents=incidents, gazetteer=given, period="2022")
        table = study.count().frame.set_index("name")
        assert table.loc["Mopti", "count"] == 2
    locator = maligeo.Locator(study.units, gazetteer=maligeo.read_gazetteer(villages))
    with pytest.raises(ArgumentError, match="the gazetteer is given twice"):
        maligeo.study(incidents=incidents, units=locator, gazetteer=villages)
    scored = maligeo.Locator(study.units, min_score=90)
    both = maligeo.study(incidents=incidents, units=scored, gazetteer=villages, period="2022")
    assert both.count().frame.set_index("name").loc["Mopti", "count"] == 2
