"""Titles above blocks of rows that say the place of the rows below."""

from pathlib import Path

import pandas as pd
import pytest

import maligeo
from maligeo.readers.files.non_records import find_non_records
from maligeo.readers.files.titles import below_titles, title_of

HEAD = "Date,Type,Morts"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "list.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("RÉGION DE TOMBOUCTOU", ("adm1_name", "TOMBOUCTOU")),
        ("District de Bamako", ("adm1_name", "Bamako")),
        ("Région d'Ansongo", ("adm1_name", "Ansongo")),
        ("Cercle de Tin-Essako", ("adm2_name", "Tin-Essako")),
        ("Commune rurale de Ouo", ("adm3_name", "Ouo")),
        ("Région : Gao (12 incidents)", ("adm1_name", "Gao")),
        ("Régions du nord", None),
        ("Région et cercle selon le découpage de la loi", None),
        ("Région 2022", None),
        ("Cercle", None),
        ("Total région de Gao", None),
    ],
)
def test_a_title_is_taken_apart(text: str, said: tuple[str, str] | None) -> None:
    assert title_of(text) == said


def test_a_column_of_its_own_goes_before_titles(tmp_path: Path) -> None:
    lines = ("Région de Mopti,,,", "2022-03-01,EEI,1,Gao", "2022-03-02,EEI,1,")
    read = maligeo.read_incidents(written(tmp_path, f"{HEAD},Région", *lines))
    assert read["adm1_name"].fillna("").tolist() == ["Gao", ""]
    assert read.attrs["reading"].filled_down == {}


def test_what_the_user_says_goes_before_titles(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, "Région de Mopti,,", "2022-03-01,EEI,1")
    read = maligeo.read_incidents(path, constants={"adm1_name": "Kidal"})
    assert read["adm1_name"].tolist() == ["Kidal"]


@pytest.mark.parametrize("kind", ["projects", "areas"])
def test_titles_hold_for_every_kind_of_record(tmp_path: Path, kind: str) -> None:
    heads = {
        "projects": "Titre du projet,Bailleur,Budget",
        "areas": "Id zone,Statut,Superficie (ha)",
    }
    rows = {"projects": "Puits,A,5 FCFA", "areas": "Z1,dépolluée,5"}
    path = written(tmp_path, heads[kind], "Région de Gao,,", rows[kind])
    read = getattr(maligeo, f"read_{kind}")(path)
    place = "place" if kind == "projects" else "adm1_name"
    assert read[place].tolist() == ["Gao"]
    assert read.attrs["reading"].filled_down == {"(adm1_name)": 1}


def test_titles_of_a_frame_hold_too() -> None:
    cells = [["Région de Gao", None, None], ["2022-03-01", "EEI", 1]]
    read = maligeo.as_incidents(pd.DataFrame(cells, columns=HEAD.split(",")))
    assert read["adm1_name"].tolist() == ["Gao"]


def test_a_title_holds_into_the_next_piece_of_a_file() -> None:
    cells = [["Région de Gao", None, None], ["2022-03-01", "EEI", "1"], ["2022-03-02", "EEI", "2"],
             ["Région de Kidal", None, None], ["2022-03-03", "EEI", "3"]]  # fmt: skip
    whole = pd.DataFrame(cells, index=range(2, 7), dtype="string")
    above = {"adm1_name": (0, "")}
    said = []
    for piece in (whole[:2], whole[2:3], whole[3:]):
        names, _ = below_titles(piece, find_non_records(piece), above)
        said += names["adm1_name"].tolist()
    assert said == ["Gao", "Gao", "Gao", "Kidal", "Kidal"]
