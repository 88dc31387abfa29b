"""Titles above blocks of rows that say the place of the rows below."""

from pathlib import Path

import pandas as pd
import pytest

import maligeo
from maligeo.readers.cells.titles import title_of
from maligeo.readers.files.non_records import find_non_records
from maligeo.readers.files.tables import RawTable, join_chunks
from maligeo.readers.files.titles import below_titles

HEAD = "Date,Type,Morts"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "list.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "regions", "cercles"),
    [
        ("RÉGION DE TOMBOUCTOU", "TOMBOUCTOU", None),
        ("District de Bamako", "Bamako", None),
        ("Région d'Ansongo", "Ansongo", None),
        ("Cercle de Tin-Essako", None, "Tin-Essako"),
        ("Région : Gao (12 incidents)", "Gao", None),
        ("Région de Gao : 3 incidents", "Gao", None),
        ("RÉGION DE GAO – 3 MORTS ET 5 BLESSÉS", "GAO", None),
        ("Région de Gao 2022", "Gao", None),
        ("Région de Gao, janvier 2022", "Gao", None),
        ("II. Région de Gao (suite)", "Gao", None),
        ("Région de Gao / Cercle d'Ansongo", "Gao", "Ansongo"),
        ("Cercle de Koro, région de Mopti", "Mopti", "Koro"),
        ("Région de Gao (cercle d'Ansongo)", "Gao", "Ansongo"),
        ("Région de Gao, cercles d'Ansongo et Bourem", "Gao", ""),
        ("Région de Gao janvier 2022", "", None),
        ("Régions de Kidal et Ménaka", "", None),
        ("Région de Gao (et Ménaka)", "", None),
        ("Régions du nord", "", None),
        ("Région de Ségou, Mopti", "", None),
        ("Région de Ségou, Mopti 2022", "", None),
        ("Région et cercle selon le découpage de la loi", "", None),
        ("Région 2022", "", None),
        ("Cercle", None, ""),
        ("District sanitaire de Koro", None, ""),
        ("Total région de Gao", None, None),
    ],
)
def test_a_title_is_taken_apart(text: str, regions: str | None, cercles: str | None) -> None:
    title = title_of(text)
    assert (title.get("adm1_name"), title.get("adm2_name")) == (regions, cercles)
    assert "adm3_name" not in title


@pytest.mark.parametrize(
    ("text", "heading", "said"),
    [
        ("MOPTI", "N°", {"adm1_name": "MOPTI"}),
        ("Mopti : 3 incidents", "Localité", {"adm1_name": "Mopti"}),
        ("Bankass", "N°", {"adm2_name": "Bankass"}),
        ("Gao cercle", "N°", {"adm2_name": "Gao cercle"}),
        ("Kita", "N°", {"adm1_name": ""}),  # a cercle, and a region of six since 2023
        ("Ménaka et Kidal", "N°", {"adm1_name": ""}),
        ("Zone de Ménaka", "N°", {"adm1_name": ""}),
        ("MOPTI", "Région", {}),
        ("Bankass", "Cercle", {}),
        ("Secteur nord du fleuve", "Lieu", {"adm1_name": ""}),
        ("Autour de Gao", "N°", {"adm1_name": ""}),
        ("Puits", "Titre du projet", {}),
        ("Autour de Gao", "Lieu", {}),
        ("INC-7", "N°", {}),
    ],
)
def test_a_bare_name_of_a_unit_is_a_title(text: str, heading: str, said: dict[str, str]) -> None:
    assert title_of(text, heading=heading) == said
    assert title_of(text) == {}


UNREAD = ["Région de Gao : voir annexe", "Régions de Kidal et Ménaka", "Régions du nord",
          "Région de Ségou, Mopti", "Région 2022"]  # fmt: skip


@pytest.mark.parametrize("title", UNREAD)
def test_a_title_that_is_not_understood_ends_the_one_before_it(tmp_path: Path, title: str) -> None:
    rows = ("Région de Mopti,,", "Cercle de Koro,,", "2022-03-01,EEI,1",
            f'"{title}",,', "2022-03-02,EEI,1", "Cercle de Bourem,,", "2022-03-03,EEI,1",
            "GAO,,", "2022-03-04,EEI,1")  # fmt: skip
    read = maligeo.read_incidents(written(tmp_path, HEAD, *rows))
    assert read["adm1_name"].fillna("").tolist() == ["Mopti", "", "", "GAO"]
    assert read["adm2_name"].fillna("").tolist() == ["Koro", "", "Bourem", ""]
    aside = read.attrs["reading"].set_aside
    assert [row for row, why in aside.items() if why == "unread_title"] == [5]


def test_a_cercle_that_is_not_understood_leaves_its_region(tmp_path: Path) -> None:
    rows = ("Région de Mopti,,", "Cercle de Koro,,", "2022-03-01,EEI,1",
            "District sanitaire de Bankass,,", "2022-03-02,EEI,1")  # fmt: skip
    read = maligeo.read_incidents(written(tmp_path, HEAD, *rows))
    assert read["adm1_name"].tolist() == ["Mopti", "Mopti"]
    assert read["adm2_name"].fillna("").tolist() == ["Koro", ""]


def test_a_title_of_two_levels_says_both(tmp_path: Path) -> None:
    rows = ("Région de Gao / Cercle d'Ansongo,,", "2022-03-01,EEI,1",
            "Région de Mopti,,", "2022-03-02,EEI,1")  # fmt: skip
    read = maligeo.read_incidents(written(tmp_path, HEAD, *rows))
    assert read["adm1_name"].tolist() == ["Gao", "Mopti"]
    assert read["adm2_name"].fillna("").tolist() == ["Ansongo", ""]


def test_a_title_may_stand_in_any_column(tmp_path: Path) -> None:
    rows = ("Région de Mopti,,,", "2022-03-01,EEI,1,Ouo", ",,,Région de Gao",
            "2022-03-02,EEI,1,Tessit", ",,,Tessit")  # fmt: skip
    read = maligeo.read_incidents(written(tmp_path, f"{HEAD},Localité", *rows))
    assert read["place_name"].tolist() == ["Ouo", "Tessit", "Tessit"]
    assert read["adm1_name"].tolist() == ["Mopti", "Gao", "Gao"]


def test_a_name_of_a_unit_in_its_column_is_no_title(tmp_path: Path) -> None:
    rows = ("2022-03-01,EEI,Gao", ",,Région de Mopti")
    read = maligeo.read_incidents(written(tmp_path, "Date,Type,Région", *rows))
    assert read["adm1_name"].tolist() == ["Gao", "Région de Mopti"]


def test_a_cercle_may_be_a_title_further_down_alone(tmp_path: Path) -> None:
    rows = ("Région de Mopti,,", "2022-03-01,EEI,1",
            "Région de Gao / Cercle d'Ansongo,,", "2022-03-02,EEI,1")  # fmt: skip
    read = maligeo.read_incidents(written(tmp_path, HEAD, *rows))
    assert read["adm2_name"].fillna("").tolist() == ["", "Ansongo"]


def test_a_question_for_a_cercle_goes_before_titles(tmp_path: Path) -> None:
    head = f"{HEAD},Dans quel cercle l'incident s'est-il produit ?"
    rows = ("Région de Gao,,,", "Cercle de Bourem,,,", "2022-03-01,EEI,1,Ansongo")
    read = maligeo.read_incidents(written(tmp_path, head, *rows))
    assert read[["adm1_name", "adm2_name"]].values.tolist() == [["Gao", "Ansongo"]]


def test_titles_of_figures_are_accounted_for(tmp_path: Path) -> None:
    rows = ("Région de Gao,,", "Ansongo,2022,5", "Gao,2022,6")
    read = maligeo.read_figures(written(tmp_path, "Cercle,Année,Incidents", *rows))
    assert read["adm1_name"].tolist() == ["Gao", "Gao"]
    assert read.attrs["reading"].filled_down == {"(adm1_name)": 2}


def test_what_was_filled_in_pieces_of_a_file_is_added_up() -> None:
    cells = pd.DataFrame({"Date": ["2022-03-01"]}, index=[3], dtype="string")
    pieces = [
        RawTable(cells.set_axis([row]), blocks={"(adm1_name)": {row: 2}}) for row in (3, 4, 5)
    ]
    assert join_chunks(pieces).filled_down == {"(adm1_name)": 3}


def test_a_bare_name_is_a_record_where_no_titles_are(tmp_path: Path) -> None:
    rows = ("Ouo,2022-03-01,EEI", "MOPTI,,", "Gao,2022-03-02,EEI")
    read = maligeo.read_incidents(written(tmp_path, "Lieu,Date,Type", *rows))
    assert read["place_name"].tolist() == ["Ouo", "MOPTI", "Gao"]


def test_a_note_at_the_top_is_no_title(tmp_path: Path) -> None:
    path = written(
        tmp_path, f"N°,{HEAD},Lieu", "Chiffres provisoires,,,,", "1,2022-03-01,EEI,1,Ouo"
    )
    read = maligeo.read_incidents(path)
    assert read["event_id"].tolist() == ["Chiffres provisoires", "1"]


def test_a_note_between_rows_ends_no_title(tmp_path: Path) -> None:
    rows = ("Région de Gao,,", "2022-03-01,EEI,1", "N.B. : à confirmer,,", "2022-03-02,EEI,1")
    read = maligeo.read_incidents(written(tmp_path, HEAD, *rows))
    assert read["adm1_name"].tolist() == ["Gao", "Gao"]
    assert read.attrs["reading"].set_aside == {2: "note", 4: "note"}


def test_titles_hold_where_their_column_is_not_read(tmp_path: Path) -> None:
    head = "N° fiche,Nom de la victime,Date,Type,Morts"
    rows = ("Région de Gao,,,,", "1,X,2022-03-01,EEI,1", "Région de Kidal,,,,",
            "2,X,2022-03-02,EEI,1", "3,,,,")  # fmt: skip
    read = maligeo.read_incidents(written(tmp_path, head, *rows))
    assert read["adm1_name"].tolist() == ["Gao", "Kidal"]
    assert "X" not in read.to_csv()


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
