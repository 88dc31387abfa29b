"""Headings of electronic forms: what they ask for, whatever program made them."""

from pathlib import Path

import pandas as pd
import pytest

import maligeo
from maligeo.readers.reading import Reading

ROW = {"date": "2022-03-01", "type": "EEI", "région": "Gao"}
QUESTIONS = {
    "Combien de personnes ont été tuées ?": ("killed", "2"),
    "Combien y a-t-il eu de blessés ?": ("injured", "2"),
    "How many people were killed?": ("killed", "2"),
    "Quel est le nombre de morts ?": ("killed", "2"),
    "4. Nombre de blessés": ("injured", "2"),
    "Dans quel village l'incident s'est-il produit ?": ("place_name", "Ouo"),
    "Où l'incident a-t-il eu lieu ?": ("place_name", "Ouo"),
    "Où ?": ("place_name", "Ouo"),
    "Where did it happen?": ("place_name", "Ouo"),
    "Veuillez indiquer la commune": ("adm3_name", "Ouo"),
    "Q5) Commune": ("adm3_name", "Ouo"),
    "In which circle did the incident happen?": ("adm2_name", "Bankass"),
    "cercle_nom": ("adm2_name", "Bankass"),
}
# What looks like a question about a field, and is another one.
OTHERS = {
    "Y a-t-il eu des morts ?": "oui",
    "Des blessés ont-ils été évacués ?": "oui",
    "2021. Blessés par mine": "1",
    "Combien d'engins ?": "2",
    "Où ont été évacués les blessés ?": "Sévaré",
    "Où l'incident a-t-il été signalé ?": "Sévaré",
    "Where is the nearest hospital?": "Sévaré",
    "Quand a-t-on été informé ?": "2022-03-04",
}
KOBO = {
    "start": "2022-06-03T09:12", "_uuid": "u", "g/date": "2022-06-01", "g/engin": "EEI",
    "g/region": "Gao", "_status": "submitted_via_web",
}  # fmt: skip


def account(row: dict[str, str]) -> Reading:
    reading: Reading = maligeo.as_incidents(pd.DataFrame([row])).attrs["reading"]
    return reading


@pytest.mark.parametrize("heading", QUESTIONS)
def test_a_question_is_read_as_what_it_asks_for(heading: str) -> None:
    field, cell = QUESTIONS[heading]
    assert account({**ROW, heading: cell}).used[field] == heading


@pytest.mark.parametrize("heading", OTHERS)
def test_a_question_about_something_else_is_not(heading: str) -> None:
    reading = account({**ROW, heading: OTHERS[heading]})
    assert heading not in reading.used.values()


def test_the_date_of_another_question_is_none_of_the_incident() -> None:
    row = {"Quand avez-vous été informé ?": "2022-03-04", "type": "EEI", "région": "Gao"}
    with pytest.raises(maligeo.MaligeoError, match="lacks date"):
        maligeo.as_incidents(pd.DataFrame([row]))
    row = {"Quand cela s'est-il passé ?": "2022-03-01", "type": "EEI", "région": "Gao"}
    assert maligeo.as_incidents(pd.DataFrame([row]))["date"].notna().all()


@pytest.mark.parametrize(
    "heading", ["Quel est l'âge ?", "grp_x/nom", "Quel est le sexe ?", "g/telephone", "Q2. Nom"]
)
def test_questions_about_persons_are_not_read(heading: str) -> None:
    assert account({**ROW, heading: "SECRET"}).personal == (heading,)


def test_what_a_form_adds_is_no_answer() -> None:
    table = pd.DataFrame([{**KOBO, "g/titre_projet": "Puits", "g/bailleur": "B"}])
    reading = maligeo.as_projects(table).attrs["reading"]
    assert set(reading.used) == {"title", "funder", "adm1_name"}
    assert {"start", "_status"} <= {*reading.kept}


def test_the_axes_of_the_one_position_are_read() -> None:
    axes = {"latitude": "16.27", "longitude": "-0.04", "altitude": "1", "precision": "5"}
    point = {"g/lieu_exact": "16.27 -0.04 1 5"}
    point |= {f"_g/lieu_exact_{name}": cell for name, cell in axes.items()}
    reading = account({**KOBO, **point})
    assert reading.used["latitude"] == "_g/lieu_exact_latitude"
    assert reading.used["longitude"] == "_g/lieu_exact_longitude"
    second = {name.replace("lieu_exact", "hopital"): cell for name, cell in point.items()}
    assert "latitude" not in account({**KOBO, **point, **second}).used


def test_a_position_with_altitude_and_precision_is_one() -> None:
    read = maligeo.as_incidents(pd.DataFrame([{**KOBO, "g/gps": "16.2712 -0.0451 420.5 8"}]))
    assert (read.geometry.x[0], read.geometry.y[0]) == (-0.0451, 16.2712)


def test_two_questions_of_one_name_are_not_chosen_between() -> None:
    reading = account({**KOBO, "g/cercle": "Ansongo", "h/cercle": "Koro"})
    assert "adm2_name" not in reading.used
    assert reading.not_understood == {"g/cercle": "adm2_name", "h/cercle": "adm2_name"}


def test_a_heading_with_a_stroke_is_in_no_group() -> None:
    reading = account({**ROW, "Cercle/Commune": "Ansongo/Tessit"})
    assert {"adm2_name", "adm3_name"}.isdisjoint(reading.used)


COUNTS = {
    ("grp_civils/morts", "grp_fds/tues"): {"civilians_killed": "grp_civils/morts"},
    ("grp_victimes/morts", "grp_bilan/tues"): {},
    ("grp_fds/tues", "grp_fds/blesses"): {},
    ("g/Combien de morts ?", "grp_fds/Combien de blessés ?"): {"killed": "g/Combien de morts ?"},
    ("grp_civils/Combien de morts ?", "grp_fds/Combien de morts ?"): {
        "civilians_killed": "grp_civils/Combien de morts ?",
    },
    ("Victimes civiles/Tués", "FDS/Tués"): {"civilians_killed": "Victimes civiles/Tués"},
    ("grp_victimes/tues", "grp_victimes/blesses"): {
        "killed": "grp_victimes/tues", "injured": "grp_victimes/blesses",
    },
}  # fmt: skip


@pytest.mark.parametrize("headings", COUNTS)
def test_the_dead_of_one_group_are_not_all(headings: tuple[str, str]) -> None:
    reading = account({**KOBO, **dict.fromkeys(headings, "2")})
    counted = {ours: name for ours, name in reading.used.items() if name in headings}
    assert counted == COUNTS[headings]
    assert {*reading.not_understood} == {*headings} - {*counted.values()}


def test_a_path_of_a_plain_table_keeps_who_is_counted() -> None:
    reading = account({**ROW, "militaires/tues": "2", "militaires/blesses": "1"})
    assert reading.not_understood == {"militaires/tues": "killed", "militaires/blesses": "injured"}


@pytest.mark.parametrize(
    ("title", "killed"), [("FDS", None), ("Bilan humain", "Tués"), ("Dégâts corporels", "Tués")]
)
def test_a_title_of_columns_may_say_who_is_counted(
    tmp_path: Path, title: str, killed: str | None
) -> None:
    rows = [f",,,{title},,", "Date,Type,Région,Tués,Blessés,Femmes", "2022-03-01,EEI,Gao,2,1,1"]
    path = tmp_path / "list.csv"
    path.write_text("\n".join([rows[0].replace(",,,", "Incident,,,", 1), *rows[1:]]), "utf-8")
    reading = maligeo.read_incidents(path).attrs["reading"]
    assert reading.used.get("killed") == killed
    assert (reading.not_understood.get(f"{title} – Tués") == "killed") is (killed is None)
