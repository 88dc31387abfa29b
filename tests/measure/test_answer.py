"""A small country by hand: ten units, thirty incidents, twenty projects, three organisations."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

import maligeo
from maligeo.core.words import NO_BREAK_SPACE
from maligeo.join.points import locate
from maligeo.measure.coverage import with_coverage
from maligeo.measure.densities import density
from maligeo.measure.need_response import incident_gaps
from maligeo.text.answers import Question, class_text, period_lines, sentence
from tests.densityworlds import grid

UNITS = grid(10).assign(name_alt=pd.NA, parent_pcode=pd.NA)
INCIDENTS = {"A": 10, "B": 6, "C": 5, "D": 5, "E": 1, None: 2}  # and one of 2021, in A
ALL_YEAR = ("2022-01-01", "2022-12-31")
# Unit, organisation, status, start, end: four that are over, called off or not begun in A and B.
PROJECTS = [
    ("A", "Xa", "active", *ALL_YEAR),
    ("A", "Ya", "completed", "2021-06-01", "2022-03-01"),
    ("A", "Xa", "completed", "2008-01-01", "2010-12-31"),
    ("A", "Za", "cancelled", *ALL_YEAR),
    ("A", "Za", "planned", *ALL_YEAR),
    ("B", "Xa", "active", "2027-01-01", "2028-12-31"),
    ("B", "Ya", "cancelled", *ALL_YEAR),
    ("B", "Za", "planned", None, None),
    ("C", "Xa", "active", None, None),
    ("D", "Xa", "active", *ALL_YEAR),
    ("D", "Ya", "active", *ALL_YEAR),
    ("D", "Za", "active", *ALL_YEAR),
    ("D", "Xa", "active", *ALL_YEAR),
    ("D", "Za", None, *ALL_YEAR),
    ("E", "Xa", "active", *ALL_YEAR),
    ("F", "Ya", "active", *ALL_YEAR),
    ("F", "Za", "suspended", *ALL_YEAR),
    ("country", "Xa", "active", *ALL_YEAR),
    (None, "Ya", "active", *ALL_YEAR),
]

FRENCH = {
    "A": "A : au moins 10 incidents (4 ou plus compte tenu du hasard) ; 2 organisations actives, "
    "2 projets en 2022 ; 1 prévu ou suspendu ; 1 projet sans région pourrait changer ce constat.",
    "B": "B : au moins 6 incidents (2 ou plus compte tenu du hasard) ; aucun acteur recensé en "
    "2022 ; 1 prévu ou suspendu ; 1 projet sans région pourrait changer ce constat.",
    "C": "C : au moins 5 incidents (1 ou plus compte tenu du hasard) ; 1 organisation active, 1 "
    "projet en 2022 ; dont 1 sans date ; 1 projet sans région pourrait changer ce constat.",
    "D": "D : au moins 5 incidents (1 ou plus compte tenu du hasard) ; 3 organisations actives, "
    "5 projets en 2022 ; 1 projet sans région pourrait changer ce constat.",
    "E": "E : au moins 1 incident ; 1 organisation active, 1 "
    "projet en 2022 ; 1 projet sans région pourrait changer ce constat.",
    "G": "G : au moins 0 incident ; aucun acteur recensé en 2022 ; "
    "nommés ici, nombre inconnu : Puits ; 4 projets sans région pourraient changer ce constat.",
}
ENGLISH = {
    "A": "A: at least 10 incidents (4 or more allowing for chance); 2 organisations active, "
    "2 projects in 2022; 1 planned or suspended; 1 project without a region could change this.",
    "B": "B: at least 6 incidents (2 or more allowing for chance); nobody recorded in 2022; 1 "
    "planned or suspended; 1 project without a region could change this.",
    "E": "E: at least 1 incident; 1 organisation active, 1 project "
    "in 2022; 1 project without a region could change this.",
    "G": "G: at least 0 incidents; nobody recorded in 2022; named "
    "here, number unknown: Puits; 4 projects without a region could change this.",
}
CLASSES = {
    "A": "alike", "B": "nobody", "C": "alike", "D": "more", "E": "few", "F": "few", "G": "few",
    "H": "few", "I": "few", "J": "few",
}  # fmt: skip


def incidents() -> pd.DataFrame:
    names = [name for name, count in INCIDENTS.items() for _ in range(count)]
    frame = pd.DataFrame({"adm1_name": [*names, "A"]})
    days = [pd.Timestamp("2022-05-01")] * len(names) + [pd.Timestamp("2021-05-01")]
    frame = frame.assign(
        event_id=[f"e{at}" for at in range(len(frame))], event_type="ied", date=days
    )
    return with_coverage(locate(frame, UNITS), "2021/2022")


def projects() -> pd.DataFrame:
    rows = [
        {
            "project_id": f"p{at:02d}",
            "project_count": 1,
            "title": "A project",
            "organisation": organisation,
            "implementer": pd.NA,
            "status": status,
            "start_date": start,
            "end_date": end,
            "place": unit,
            "place_level": {"country": "country", None: "unattributed"}.get(unit, "adm1"),
            "adm1_name": None if unit == "country" else unit,
            "reach": "activity",
        }
        for at, (unit, organisation, status, start, end) in enumerate(PROJECTS)
    ]
    three = rows[0] | {"project_id": "p99", "project_count": 3, "title": "Puits"}
    rows += [
        three | {"place": None, "place_level": "unattributed", "adm1_name": None, "reach": None},
        three | {"place": "G", "adm1_name": "G", "reach": "named"},
    ]
    frame = pd.DataFrame(rows).assign(programme=pd.NA, source="by hand")
    dates = {name: pd.to_datetime(frame[name]) for name in ("start_date", "end_date")}
    return locate(frame.assign(**dates), UNITS)


@pytest.fixture(scope="module")
def answer() -> pd.DataFrame:
    need = density(incidents(), UNITS, measure="incidents", period="2022")
    return incident_gaps(need, projects(), UNITS, period="2022").set_index("name", drop=False)


QUESTION = Question(("incidents",), is_dated=True)


def test_the_world_is_as_large_as_it_says() -> None:
    assert len(UNITS) == 10
    assert len(incidents()) == 30
    assert projects()["project_id"].nunique() == 20
    assert projects()["organisation"].nunique() == 3


@pytest.mark.parametrize("name", FRENCH)
def test_the_sentence_in_french(answer: pd.DataFrame, name: str) -> None:
    said = sentence(answer.loc[name], QUESTION, "fr")
    assert said.replace(NO_BREAK_SPACE, " ").replace("\u202f", " ") == FRENCH[name]


@pytest.mark.parametrize("name", ENGLISH)
def test_the_sentence_in_english(answer: pd.DataFrame, name: str) -> None:
    assert sentence(answer.loc[name], QUESTION, "en") == ENGLISH[name]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "1 projet pour tout le pays n’est compté dans aucune unité"),
        ("en", "1 project for the whole country counts in no unit"),
    ],
)
def test_what_is_for_the_whole_country_is_said_beside_the_response(
    answer: pd.DataFrame, language: str, said: str
) -> None:
    assert period_lines(answer, language)[1].endswith(f"; {said}")


def test_classes_and_their_order(answer: pd.DataFrame) -> None:
    units = answer[answer["place_kind"] == "unit"]
    assert units["class"].to_dict() == CLASSES
    assert units["name"].tolist()[:4] == ["B", "A", "C", "D"]


def test_only_projects_under_way_count(answer: pd.DataFrame) -> None:
    assert answer.loc["A", ["projects", "planned", "organisations"]].tolist() == [2, 1, 2]
    assert answer.loc["B", ["projects", "planned", "undated"]].tolist() == [0, 1, 0]
    assert answer.loc["C", ["projects", "undated"]].tolist() == [1, 1]
    assert answer.loc["F", ["projects", "planned"]].tolist() == [1, 1]
    assert answer.loc["G", "named"] == "Puits"
    assert answer.loc["H", "unplaced"] == 1


def test_too_few_events_are_never_solid(answer: pd.DataFrame) -> None:
    few = answer[answer["class"] == "few"]
    assert len(few) == 6
    assert few[["certainty", "depends_on"]].isna().all(axis=None)
    assert class_text(answer.loc["E"], "en") == "Fewer than 5 incidents: too few to say"


def test_where_nobody_is_recorded_one_without_a_place_may_be(answer: pd.DataFrame) -> None:
    # One project at random among ten units alike misses B in nine of ten draws.
    assert answer.loc["B", "certainty"] == pytest.approx(0.9, abs=0.03)
    assert answer.loc["B", "depends_on"] in ("solid", "unplaced")
    assert np.isfinite(answer.loc[["A", "C", "D"], "certainty"].astype(float)).all()


def test_the_interval_of_a_count_from_a_share_is_that_of_the_counts_that_round_to_it() -> None:
    """37 % of 134 incidents are 49 or 50: 36.5 % are 48.9, 37.5 % are 50.3."""
    answer = maligeo.study().answer().frame.set_index("name")
    low, high = (answer.loc["Mopti", f"incidents_{end}"] for end in ("low", "high"))
    assert low == pytest.approx(chi2.ppf(0.025, 2 * 49) / 2)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * 51) / 2)
    assert "(36 à 66 compte tenu de l’arrondi et du hasard)" in answer.loc["Mopti", "sentence"]
