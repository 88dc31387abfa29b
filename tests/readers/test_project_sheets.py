"""Tables of projects as they lie about: 3W sheets, HAPI, the World Bank's list, own lists."""

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import FrameError, UnknownNameError
from maligeo.readers.reading import Reading, reading_lines

TITLE = "OCHA Mali – Matrice 3W, mars 2022"
GROUPS = {1: "QUI", 4: "QUOI", 7: "OÙ", 12: "QUAND"}
HEADINGS = [
    "Organisation", "Acronyme", "Type d'organisation", "Cluster/Secteur", "Sous-secteur",
    "Activité", "Région", "Cercle", "Commune", "Localité", "Admin1 Pcode", "Statut",
    "Date de début", "Date de fin", "Bénéficiaires", "Bailleur", "Partenaire de mise en oeuvre",
]  # fmt: skip
TAGS = [
    "#org +name", "#org +acronym", "#org +type", "#sector", "#subsector", "#activity",
    "#adm1 +name", "#adm2 +name", "#adm3 +name", "#loc +name", "#adm1 +code", "#status",
    "#date +start", "#date +end", "#reached", "#org +funder", "#org +impl",
]  # fmt: skip
ROWS: list[list[Any]] = [
    ["ONG Alpha", "OA", "ONG", "EHA", "Eau", "Forages", "Mopti", "Bankass", "Baye", "Village A",
     "ML05", "En cours", datetime.date(2022, 2, 1), None, 30, "ECHO", "ONG Delta"],
    ["ONG Bêta", "OB", "ONG", "Santé", None, "Cliniques", "Gao, Ménaka", None, None, None,
     None, "Clôturée", datetime.date(2022, 1, 1), datetime.date(2022, 6, 30), 1200, None, None],
]  # fmt: skip
READ = {
    "organisation": "Organisation", "funder": "Bailleur", "sector": "Cluster/Secteur",
    "implementer": "Partenaire de mise en oeuvre", "title": "Activité", "status": "Statut",
    "start_date": "Date de début", "end_date": "Date de fin", "place": "Localité",
    "adm1_name": "Région", "adm2_name": "Cercle", "adm3_name": "Commune",
}  # fmt: skip
KEPT = {"Acronyme", "Type d'organisation", "Sous-secteur", "Admin1 Pcode", "Bénéficiaires"}


def written(folder: Path, text: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(
    folder: Path, rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), name: str = "3w.xlsx"
) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    path = folder / name
    book.save(path)
    return path


def at(cells: Mapping[int, str], width: int) -> list[str | None]:
    """A row of titles that stand in these columns, counted from 1."""
    return [cells.get(column) for column in range(1, width + 1)]


def account(frame: pd.DataFrame, columns: int) -> Reading:
    """Give the reading, in which every column and every row is somewhere, and once."""
    reading = frame.attrs["reading"]
    assert isinstance(reading, Reading)
    parts = [*reading.used.values(), *reading.extra, *reading.personal]
    assert len(parts) == len(set(parts)) == columns
    rows = (reading.rows_read, reading.rows_left_out, reading.rows_rejected)
    assert sum(rows) + len(reading.set_aside) == reading.rows_in_file
    for name in reading.extra:
        assert name in frame or f"{name} (file)" in frame
    return reading


def of_projects(path: Path, columns: int) -> tuple[gpd.GeoDataFrame, Reading]:
    frame = maligeo.read_projects(path)
    return frame, account(frame, columns)


@pytest.mark.parametrize("tagged", [False, True])
@pytest.mark.parametrize("grouped", [False, True])
def test_a_3w_sheet(tmp_path: Path, tagged: bool, grouped: bool) -> None:
    groups = [at(GROUPS, len(HEADINGS))] if grouped else []
    top: list[list[Any]] = [[TITLE], ["Mise à jour :", datetime.date(2022, 3, 31)], []]
    rows: list[list[Any]] = [*top, *groups, HEADINGS, *([TAGS] if tagged else []), *ROWS]
    merged = ["A1:Q1", *(["A4:C4", "D4:F4", "G4:K4", "L4:Q4"] if grouped else [])]
    frame, reading = of_projects(workbook(tmp_path, rows, merged), len(HEADINGS))
    assert reading.used == READ
    assert set(reading.kept) == KEPT
    assert not reading.not_understood
    assert not reading.filled_down
    assert frame["organisation"].tolist() == ["ONG Alpha", "ONG Bêta", "ONG Bêta"]
    assert frame["implementer"].fillna("").tolist() == ["ONG Delta", "", ""]
    assert frame["place"].tolist() == ["Village A", "Gao", "Ménaka"]
    assert frame["status"].tolist() == ["active", "completed", "completed"]
    assert frame["Bénéficiaires"].tolist() == ["30", "1200", "1200"]
    assert frame["project_id"].nunique() == 2


def test_the_same_sheet_in_english(tmp_path: Path) -> None:
    text = (
        "WHO,,,WHAT,,WHERE,,,WHEN,,\n"
        "Organization,Acronym,Implementing partner,Cluster,Activity,Admin1,Admin2,Admin2 Pcode,"
        "Start date,End date,Donor\n"
        "NGO A,A,NGO B,WASH,Wells,Mopti,Koro,ML0507,2021-01-01,2021-12-31,ECHO\n"
    )
    frame, reading = of_projects(written(tmp_path, text), 11)
    row = frame.iloc[0]
    assert row[["organisation", "implementer", "sector", "title", "funder"]].tolist() == [
        "NGO A", "NGO B", "WASH", "Wells", "ECHO",
    ]  # fmt: skip
    assert reading.kept == ("Acronym", "Admin2 Pcode")


THREE_ROWS = """QUI,,QUOI,,OÙ,QUAND,,,,BÉNÉFICIAIRES,,
Organisation,,Cluster,Activité,Région,Prévu,,Réel,,Personnes touchées,,
Nom,Acronyme,,,,Début,Fin,Début,Fin,Hommes,Femmes,Total
ONG A,A,EHA,Forages,Mopti,2022-01-01,2022-06-30,2022-07-15,,1,2,3
ONG B,B,EHA,Latrines,Gao,2022-01-01,2022-06-30,,,,,
"""


def test_three_rows_of_headings(tmp_path: Path) -> None:
    frame, reading = of_projects(written(tmp_path, THREE_ROWS), 12)
    assert reading.used == {
        "title": "Activité", "organisation": "Organisation – Nom", "sector": "Cluster",
        "start_date": "Réel – Début", "end_date": "Réel – Fin", "adm1_name": "Région",
    }  # fmt: skip
    assert {"Personnes touchées – Hommes", "Personnes touchées – Total"} <= set(reading.kept)
    assert reading.otherwise == {"start_date": "Prévu – Début", "end_date": "Prévu – Fin"}
    assert frame["start_date"].tolist() == [pd.Timestamp("2022-07-15"), pd.Timestamp("2022-01-01")]
    # What began after its planned end has no end that is known, and is no fault.
    assert frame["end_date"].isna().tolist() == [True, False]


def test_an_end_before_the_start_stays_a_fault(tmp_path: Path) -> None:
    heads = "Organisation,Région,Date de début,Date de fin,Date de fin prévue\n"
    text = heads + "ONG A,Gao,2022-05-01,2022-01-01,2023-01-01\n"
    with pytest.raises(FrameError, match="lies before the start date"):
        maligeo.read_projects(written(tmp_path, text))


def test_headings_in_the_upper_of_two_rows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Organisation", "Région", "Bénéficiaires", None, "Bailleur"],
        [None, None, "Hommes", "Femmes", None],
        ["ONG A", "Gao", 1, 2, "ECHO"],
    ]
    merged = ["A1:A2", "B1:B2", "C1:D1", "E1:E2"]
    frame, reading = of_projects(workbook(tmp_path, rows, merged), 5)
    assert reading.kept == ("Bénéficiaires – Hommes", "Bénéficiaires – Femmes")
    assert frame["funder"].tolist() == ["ECHO"]


def test_a_heading_that_repeats_without_a_title_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FrameError, match="column name repeats"):
        maligeo.read_projects(written(tmp_path, "Organisation,Région,Début,Début\nA,Gao,,\n"))


def test_a_title_above_does_not_hide_persons(tmp_path: Path) -> None:
    text = (
        "Organisation,,Point focal,,Région,Secteur\nNom,Sigle,Nom,Fonction,,\n"
        "ONG A,A,SECRET-A,SECRET-B,Gao,Santé\n"
    )
    frame, reading = of_projects(written(tmp_path, text), 6)
    assert frame["organisation"].tolist() == ["ONG A"]
    assert "Point focal – Nom" in reading.personal
    assert "SECRET" not in frame.to_csv()


BLOCKS: list[list[Any]] = [
    ["Organisation", "Cluster", "Région", "Cercle", "Activité", "Budget (USD)"],
    ["ONG A", "EHA", "Mopti", "Koro", "Forages", 100],
    ["ONG B", "EHA", None, "Bankass", "Latrines", None],
    [None, None, None, "Sous-total", None, 100],
    ["ONG A", "Santé", "Gao", "Gao", "Cliniques", 70],
]


def test_merged_cells_hold_for_all_their_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path, BLOCKS, ["C2:C4", "F2:F3"])
    frame, reading = of_projects(path, 6)
    assert frame["adm1_name"].tolist() == ["Mopti", "Mopti", "Gao"]
    assert frame["budget_amount"].fillna(-1).tolist() == [100, -1, 70]
    assert reading.set_aside == {4: "total"}
    assert reading.filled_down == {"Région": 1}
    assert reading.sparse == ""
    for language in ("fr", "en"):
        assert any("Région" in line and "1" in line for line in _filled(reading, language))


def _filled(reading: Reading, language: str) -> list[str]:
    lines = reading_lines(reading, 3, language)
    heading = next(at for at, line in enumerate(lines) if "erged" in line or "usionn" in line)
    return lines[heading + 1 :]


def test_without_merged_cells_nothing_is_filled_and_it_is_remarked(tmp_path: Path) -> None:
    text = (
        "Organisation,Région,Cercle\nONG A,Mopti,Koro\nONG A,,Bankass\nONG B,,Djenné\n"
        "ONG B,Gao,Ansongo\nONG B,,Bourem\n"
    )
    frame, reading = of_projects(written(tmp_path, text), 3)
    assert frame["adm1_name"].fillna("").tolist() == ["Mopti", "", "", "Gao", ""]
    assert reading.sparse == "Région"
    assert any("Région" in line and "est vide" in line for line in reading_lines(reading, 5, "fr"))
    full, whole = of_projects(written(tmp_path, text.replace(",,", ",Kidal,"), "full.csv"), 3)
    assert (len(full), whole.sparse) == (5, "")


def test_a_merged_title_is_one_project_at_several_places(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Intitulé du projet", "Région", "Cercle", "Budget (FCFA)", "Statut"],
        ["Puits", "Mopti", "Koro", 300, "En cours"],
        [None, None, "Bankass", None, None],
        [None, "Gao", "Ansongo", None, None],
        ["Route", "Gao", "Gao", 500, "Achevée"],
        [None, "Gao", "Bourem", 700, None],
    ]
    path = workbook(tmp_path, rows, ["A2:A4", "B2:B3", "D2:D4", "A5:A6"])
    frame, reading = of_projects(path, 5)
    assert frame["title"].tolist() == ["Puits"] * 3 + ["Route"] * 2
    assert frame["project_id"].nunique() == 3  # two budgets are two projects
    once = frame.drop_duplicates("project_id")
    assert once["budget_amount"].sum() == 1500
    assert frame["adm1_name"].tolist() == ["Mopti", "Mopti", "Gao", "Gao", "Gao"]
    assert reading.filled_down == {"Intitulé du projet": 3, "Région": 1}


def test_merged_victims_are_counted_once(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Date", "Région", "Cercle", "Type", "Tués"],
        ["2022-03-01", "Mopti", "Koro", "EEI", 5],
        [None, None, "Bankass", "mine", None],
    ]
    frame = maligeo.read_incidents(workbook(tmp_path, rows, ["A2:A3", "B2:B3", "E2:E3"]))
    assert frame["killed"].fillna(-1).tolist() == [5, -1]
    assert frame["adm1_name"].tolist() == ["Mopti", "Mopti"]
    assert frame["date"].nunique() == 1
    assert account(frame, 5).filled_down == {"Date": 1, "Région": 1}


def test_a_column_without_heading_and_cells_is_none(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [None, "Organisation", None, "Région", None],
        [None, "ONG A", None, "Gao", None],
    ]
    _, reading = of_projects(workbook(tmp_path, rows), 2)
    assert reading.kept == ()


def test_numbers_of_a_workbook_have_no_thousands_marks(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Titre", "Région", "Budget (EUR)"],
        ["Puits", "Gao", 300.125],
        ["Mur", "Gao", 1.23456],
    ]
    frame, _ = of_projects(workbook(tmp_path, rows), 3)
    assert frame["budget_amount"].tolist() == [300.125, 1.23456]


HAPI = """location_code,provider_admin1_name,admin1_code,admin1_name,admin2_code,admin2_name,\
org_acronym,org_name,org_type_code,sector_code,sector_name,reference_period_start,\
reference_period_end
#country+code,#adm1+name+provider,#adm1+code,#adm1+name,#adm2+code,#adm2+name,#org+acronym,\
#org+name,#org+type+code,#sector+code,#sector+name,#date+start,#date+end
MLI,Mopti,ML05,Mopti,ML0502,Bankass,OA,ONG Alpha,441,WSH,Water,2024-01-01,2024-03-31
MLI,Menaka,,,,,OB,,441,HEA,Health,2024-01-01,2024-03-31
BFA,Sahel,BF56,Sahel,BF5603,Soum,OB,ONG Bêta,441,HEA,Health,2024-01-01,2024-03-31
"""


@pytest.mark.parametrize("older", [False, True])
def test_presence_by_hapi(tmp_path: Path, older: bool) -> None:
    table = [line.split(",") for line in HAPI.splitlines()]
    text = "\n".join(",".join(row[:1] + row[2:] if older else row) for row in table)
    frame, reading = of_projects(written(tmp_path, text), 12 if older else 13)
    assert frame.attrs["format"] == "hapi_presence"
    assert frame["title"].tolist() == ["Water – ONG Alpha", "Health – OB"]
    assert frame["organisation"].tolist() == ["ONG Alpha", "OB"]
    assert frame["place"].fillna("").tolist() == ["Bankass", "" if older else "Menaka"]
    assert set(frame["reach"]) == {"activity"}
    assert frame["note"].str.contains("not a number of projects").all()
    assert frame["start_date"].tolist() == [pd.Timestamp("2024-01-01")] * 2
    assert (reading.rows_read, reading.rows_left_out) == (2, 1)
    assert not reading.not_understood


WORLD_BANK = """Project ID,Region,Country,Project Status,Project Name,Board Approval Date,\
Closing Date,Total Project Cost,Total IDA and IBRD Commitment $US,Sector 1,Sector 2,Team Lead
P1,Africa,Republic of Mali,Active,Eau,3/15/2019,12/31/2024,"45,000,000","40,000,000",Water,Health,X
P2,Africa,Republic of Niger,Elsewhere,Eau,,,,,,,X
P3,Africa,Mali,Closed,Routes,2/1/2009,6/30/2014,,"12,000,000",Transport,,X
"""


def test_the_list_of_the_world_bank(tmp_path: Path) -> None:
    text = WORLD_BANK.replace(",Team Lead", "").replace(",X\n", "\n")
    frame, reading = of_projects(written(tmp_path, text), 11)
    assert frame["budget_amount"].tolist() == [45e6, 12e6]
    assert set(frame["budget_currency"]) == {"USD"}
    assert frame["sector"].tolist() == ["Water", "Transport"]
    assert frame["start_date"].tolist() == [pd.Timestamp("2019-03-15"), pd.Timestamp("2009-02-01")]
    assert frame["end_date"].notna().all()
    assert frame["status"].tolist() == ["active", "completed"]
    assert frame["place_level"].tolist() == ["unattributed"] * 2
    assert frame["Sector 2"].fillna("").tolist() == ["Health", ""]
    assert (reading.rows_left_out, reading.not_understood) == (1, {})


def test_millions_without_a_word_are_no_dollars(tmp_path: Path) -> None:
    text = WORLD_BANK.replace('"45,000,000"', "45.5")
    with pytest.raises(FrameError, match=r"too small in units.*'45\.5'"):
        maligeo.read_projects(written(tmp_path, text))
    said = text.replace("Total Project Cost", "Total Project Cost (US$ million)")
    frame, reading = of_projects(written(tmp_path, said), 12)
    assert frame["budget_amount"].iloc[0] == 45.5e6
    assert "Team Lead" in reading.personal


def test_aiddata_loses_nothing(tmp_path: Path) -> None:
    text = (
        "project_id,project_location_id,is_geocoded,project_title,start_actual_isodate,"
        "start_planned_isodate,donors,donors_iso3,recipients_iso3,ad_sector_codes,"
        "ad_sector_names,status,transactions_start_year,total_commitments,geoname_id,place_name,"
        "latitude,longitude,location_type_code,gazetteer_adm_code,location_class\n"
        "P1,P1_1,1,Eau,,2006-01-01,World Bank,WB,MLI,140,Water,Completion,2005,500.5,1,Gao,16.27,"
        "-0.04,PPLA,6295630|6255146|ML|1,2\n"
    )
    frame, reading = of_projects(written(tmp_path, text), 21)
    row = frame.iloc[0]
    assert row[["budget_amount", "budget_currency", "sector"]].tolist() == [500.5, "USD", "Water"]
    assert row["start_date"] == pd.Timestamp("2006-01-01")
    assert reading.not_understood == {}
    assert {"transactions_start_year", "location_class", "donors_iso3"} <= set(reading.kept)


def test_rows_of_other_countries_are_left_out_and_counted(tmp_path: Path) -> None:
    text = "Pays,Titre,Région\nMali,Puits,Gao\nNiger,Puits,Tillabéri\nMali / Niger,Pont,Ménaka\n"
    frame, reading = of_projects(written(tmp_path, text), 3)
    assert frame["place"].tolist() == ["Gao", "Ménaka"]
    assert reading.rows_left_out == 1


def test_codes_without_names(tmp_path: Path) -> None:
    text = (
        "Organisation,Secteur,Admin1 Pcode,Admin2 Pcode\nONG A,EHA,ML11,ML1101\nONG B,EHA,ml12,\n"
    )
    frame, _ = of_projects(written(tmp_path, text), 4)
    assert frame["adm1_name"].tolist() == ["Nioro", "Kita"]
    assert frame["adm2_name"].fillna("").tolist() == ["Nioro", ""]


@pytest.mark.parametrize(
    ("heading", "codes", "reason"),
    [
        ("Admin1 Pcode", ["ML05", "ML09"], "Bamako .2015., Bamako .2016., Taoudénit .2023."),
        ("Admin1 Pcode", ["ML05", "ML99"], "is no code of a region that is known"),
        ("P-code cercle", ["ML0102"], "lists of 2015, 2021 and 2025"),
        ("Code commune", ["ML010101"], "lists of 2015, 2021 and 2025"),
    ],
)
def test_codes_that_can_mean_several(
    tmp_path: Path, heading: str, codes: list[str], reason: str
) -> None:
    text = f"Organisation,Secteur,{heading}\n" + "".join(f"ONG,EHA,{code}\n" for code in codes)
    with pytest.raises(FrameError, match=reason) as caught:
        maligeo.read_projects(written(tmp_path, text))
    assert [fault.value for fault in caught.value.faults] == codes[-1:]


def test_codes_next_to_names_stay_as_they_are(tmp_path: Path) -> None:
    text = "Organisation,Région,adm1_pcode,Admin2 Pcode\nONG A,Kayes,ML09,ML0102\n"
    frame, reading = of_projects(written(tmp_path, text), 4)
    assert frame["adm1_name"].tolist() == ["Kayes"]
    assert frame["adm1_pcode (file)"].tolist() == ["ML09"]
    assert set(reading.kept) == {"adm1_pcode", "Admin2 Pcode"}


@pytest.mark.parametrize(
    ("heading", "cell", "amount", "currency"),
    [
        ("Montant (en millions de FCFA)", "1 250,5", 1_250_500_000, "XOF"),
        ("Montant en millions de FCFA", "3 millions", 3_000_000, "XOF"),
        ("Enveloppe (M€)", "0,5", 500_000, "EUR"),
        ("Coût (000 FCFA)", "12 500", 12_500_000, "XOF"),
        ("Budget (milliers USD)", "7", 7_000, "USD"),
        ("Budget MFCFA", "2", 2_000_000, "XOF"),
        ("Budget 2022", "7 USD", 7, "USD"),
    ],
)
def test_units_of_money_in_a_heading(
    tmp_path: Path, heading: str, cell: str, amount: float, currency: str
) -> None:
    table = pd.DataFrame({"Titre": ["Puits"], "Région": ["Gao"], heading: [cell]})
    if "2022" in heading:
        frame = maligeo.as_projects(table, columns={"budget_amount": heading})
    else:
        frame = maligeo.as_projects(table)
    assert frame["budget_amount"].tolist() == [amount]
    assert frame["budget_currency"].tolist() == [currency]


def test_a_figure_in_millions_with_two_meanings_is_a_fault(tmp_path: Path) -> None:
    text = 'Titre;Région;Montant (en millions)\nPuits;Gao;"1,302"\n'
    with pytest.raises(FrameError, match="decimals or thousands"):
        maligeo.read_projects(written(tmp_path, text))


STATUS = {
    "planned": ["Planifiée", "Prévu", "Non démarrée", "En attente", "À venir", "not started"],
    "active": ["En cours", "Démarrée", "En cours d’exécution", "Ongoing", "in progress"],
    "completed": ["Achevé", "Terminée", "Clôturée", "Réalisé", "Exécutée", "Completed"],
    "suspended": ["Suspendue", "on hold"],
    "cancelled": ["Annulée", "Abandonné"],
}


@pytest.mark.parametrize(
    ("meant", "said"), [(k, one) for k, some in STATUS.items() for one in some]
)
def test_words_for_status(meant: str, said: str) -> None:
    table = pd.DataFrame({"Titre": ["Puits"], "Région": ["Gao"], "Statut": [said]})
    assert maligeo.as_projects(table)["status"].tolist() == [meant]


FIELDS = {
    "organisation": ["Organisation (nom)", "Acronyme", "Org name", "ONG", "Agence", "Acronym"],
    "implementer": ["Partenaire de mise en œuvre", "Agence d'exécution", "Implementing partners"],
    "funder": ["Bailleur(s)", "Bailleurs de fonds", "PTF", "Source de financement", "Donor name"],
    "sector": ["Secteur / Cluster", "Domaine d'intervention", "Cluster", "Sector name"],
    "budget_amount": ["Coût estimatif", "Enveloppe financière", "Montant alloué", "Project cost"],
    "place": ["Village / Quartier", "Zones de couverture", "Localité(s)", "Site d'intervention"],
    "adm2_name": ["Cercle(s)", "Nom du cercle", "Admin 2", "ADM2_FR"],
    "start_date": ["Date de démarrage", "Date de lancement", "Activity start date"],
    "end_date": ["Date d'achèvement", "Date de fin prévue", "Closing date"],
}


@pytest.mark.parametrize(
    ("ours", "heading"), [(k, one) for k, some in FIELDS.items() for one in some]
)
def test_headings_of_projects(ours: str, heading: str) -> None:
    number = {"budget_amount": "5", "start_date": "2022-01-01", "end_date": "2022-01-01"}
    table = pd.DataFrame({"Titre": ["Puits"], heading: [number.get(ours, "Gao")]})
    extra = {} if ours == "adm2_name" else {"Région": ["Gao"]}
    frame = maligeo.as_projects(table.assign(**extra))
    assert frame[ours].notna().all()
    assert frame.attrs["reading"].used[ours] == heading


@pytest.mark.parametrize(
    "heading",
    ["Gender", "Agenda", "Longueur", "Nombre de villages", "Sous-secteur", "Type d'organisation",
     "Code secteur", "Visite", "Milieu", "Statut juridique – code", "Nb communes"],
)  # fmt: skip
def test_no_false_alarm(heading: str) -> None:
    table = pd.DataFrame({"Titre": ["Puits"], "Région": ["Gao"], heading: ["x"]})
    reading = maligeo.as_projects(table).attrs["reading"]
    assert reading.not_understood == {}


def test_an_organisation_is_for_partners_alone(tmp_path: Path) -> None:
    rows = "".join(f"SECRET-{at},Santé,Gao,2021\n" for at in range(40))
    frame = maligeo.read_projects(written(tmp_path, "Organisation,Secteur,Région,Année\n" + rows))
    units = maligeo.load_boundaries()
    located = maligeo.locate(frame, units)
    released = maligeo.release(located, units=units, audience="public", as_of="2023-01-01")
    assert "SECRET" not in str(released.to_csv()) + str(released.attrs)
    partner = maligeo.release(located, units=units, audience="partner", as_of="2023-01-01")
    assert "organisation" in partner


def test_codes_of_regions_are_places_of_projects(tmp_path: Path) -> None:
    text = "Organisation,adm1_pcode,Bénéficiaires\nONG A,ML05,120\n"
    frame, _ = of_projects(written(tmp_path, text), 3)
    assert frame["place"].tolist() == ["Mopti"]


def test_organisations_next_to_persons_are_no_list_of_projects(tmp_path: Path) -> None:
    text = "Organisation,Ville,Téléphone\nONG A,Gao,00 00 00 00\n"
    with pytest.raises(UnknownNameError):
        of_projects(written(tmp_path, text), 3)


INCIDENTS = "N°,Date,Engin,Tués,Blessés,Région,Village\n1,2022-03-04,EEI,1,0,Gao,Bara\n"


def test_a_list_of_incidents_is_not_read_as_projects(tmp_path: Path) -> None:
    path = written(tmp_path, INCIDENTS)
    with pytest.raises(UnknownNameError) as refused:
        maligeo.read_projects(path)
    told = refused.value.message("fr").replace("\u00a0", " ")
    assert "autre liste : incidents, avec 7 colonnes connues, contre 3" in told
    with pytest.raises(UnknownNameError):
        maligeo.as_projects(pd.read_csv(path))


def test_who_says_which_column_is_the_title_has_projects(tmp_path: Path) -> None:
    said = maligeo.Source(written(tmp_path, INCIDENTS), columns={"title": "Engin"})
    assert maligeo.read_projects(said)["title"].tolist() == ["EEI"]
