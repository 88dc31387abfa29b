"""Every column and every row of a file is accounted for, and the user can say what they mean."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import maligeo
from maligeo.core.errors import ArgumentError, FrameError, InputFileError, UnknownNameError
from maligeo.readers.files.sources import Source
from maligeo.readers.places import iter_places
from maligeo.readers.profiles import read_profile, write_profile
from maligeo.readers.reading import Reading, reading_lines
from maligeo.text.balance import record_counts

LIST = """Liste des incidents du mois de mars 2022;;;;;;;
Date incident;Région;Type d'engin;Nbre de morts;Nb blessés;Décédés à l'hôpital;Observations
03/03/2022;Mopti;EEI;2;1;0;route
Date incident;Région;Type d'engin;Nbre de morts;Nb blessés;Décédés à l'hôpital;Observations
Région de Gao;;;;;;
05/03/2022;Gao;EEI;0;3;1;
TOTAL;;;2;4;1;
Source : centre de coordination;;;;;;
"""


def written(folder: Path, text: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def reading_of(frame: pd.DataFrame) -> Reading:
    found = frame.attrs["reading"]
    assert isinstance(found, Reading)
    return found


def test_a_list_as_people_write_it(tmp_path: Path) -> None:
    frame = maligeo.read_incidents(written(tmp_path, LIST))
    assert frame["killed"].tolist() == [2, 0]
    assert frame["injured"].tolist() == [1, 3]
    assert frame["Observations"].tolist()[0] == "route"
    reading = reading_of(frame)
    assert reading.used["killed"] == "Nbre de morts"
    assert reading.kept == ("Observations",)
    assert reading.not_understood == {"Décédés à l'hôpital": "killed"}
    assert reading.set_aside == {4: "header", 5: "note", 7: "total", 8: "note"}
    assert (reading.rows_in_file, reading.rows_read, reading.rows_rejected) == (6, 2, 0)
    assert reading.date_order == "day-month"


@pytest.mark.parametrize(
    "total",
    [
        "TOTAL",
        "Total",
        "Totaux :",
        "SOUS-TOTAL",
        "Total général",
        "TOTAL / 7 projets",
        "Total région",
    ],
)
def test_a_line_of_totals_is_no_project(tmp_path: Path, total: str) -> None:
    text = (
        f"Titre du projet,Région,Budget\nPuits,Mopti,100 USD\nÉcole,Gao,50 USD\n{total},,150 USD\n"
    )
    frame = maligeo.read_projects(written(tmp_path, text))
    assert frame["title"].tolist() == ["Puits", "École"]
    assert reading_of(frame).set_aside == {4: "total"}


def test_the_balance_of_a_map_adds_up_to_the_rows_of_the_file(tmp_path: Path) -> None:
    frame = maligeo.read_incidents(written(tmp_path, LIST))
    counts = record_counts(frame, shown=1)
    assert counts["set_aside"] == 4
    parts = ("left_out", "quarantined", "set_aside", "shown", "hidden")
    assert counts["in_file"] == sum(counts[part] for part in parts) == 6


@pytest.mark.parametrize("title", ["Total Énergies", "Totalité des puits", "Étotal"])
def test_a_title_that_begins_alike_is_a_project(tmp_path: Path, title: str) -> None:
    frame = maligeo.read_projects(written(tmp_path, f"Titre du projet,Région\n{title},Gao\n"))
    assert frame["title"].tolist() == [title]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Nbre de morts", "killed"),
        ("Nb morts", "killed"),
        ("Nombre de personnes tuées", "killed"),
        ("Décédés", "killed"),
        ("Nbre de blessés", "injured"),
        ("Nombre total de blessés", "injured"),
    ],
)
def test_headings_for_victims(tmp_path: Path, heading: str, field: str) -> None:
    text = f"date,type,région,{heading}\n2022-03-01,EEI,Gao,7\n"
    assert maligeo.read_incidents(written(tmp_path, text))[field].tolist() == [7]


@pytest.mark.parametrize(
    ("heading", "currency"),
    [
        ("Budget (FCFA)", "XOF"),
        ("Montant (FCFA)", "XOF"),
        ("Enveloppe (EUR)", "EUR"),
        ("Coût total en USD", "USD"),
    ],
)
def test_headings_for_money_say_the_currency(tmp_path: Path, heading: str, currency: str) -> None:
    text = f"Titre du projet;Région;{heading}\nPuits;Gao;1 500 000\n"
    frame = maligeo.read_projects(written(tmp_path, text))
    assert frame["budget_amount"].tolist() == [1_500_000]
    assert frame["budget_currency"].tolist() == [currency]


WORDS = {
    "ied": ["EEI", "EEIV", "engin explosif improvisé", "VBIED", "bombe artisanale"],
    "landmine": ["mine antichar", "MAC", "MAP", "mine antipersonnel", "MAV", "mine terrestre"],
    "erw": ["obus", "roquette", "ENE", "UXO", "grenade", "munition", "mortier", "REG"],
}


@pytest.mark.parametrize(("meant", "said"), [(k, one) for k, some in WORDS.items() for one in some])
def test_words_for_devices(tmp_path: Path, meant: str, said: str) -> None:
    text = f"date,type,région\n2022-03-01,{said},Gao\n"
    assert maligeo.read_incidents(written(tmp_path, text))["event_type"].tolist() == [meant]


def test_the_user_says_which_column_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, "quand,où,Pertes,type\n04/03/2022,Gao,5,EEI\n")
    said = {"date": "quand", "adm1_name": "où", "killed": "Pertes"}
    with pytest.raises(UnknownNameError):
        maligeo.read_incidents(path)
    frame = maligeo.read_incidents(Source(path, columns=said, dates="month-day"))
    assert frame["killed"].tolist() == [5]
    assert frame["date"].tolist() == [pd.Timestamp("2022-04-03")]
    assert reading_of(frame).date_order == ""
    said_of_years = [
        line for line in reading_lines(reading_of(frame), 1, "en") if "century" in line
    ]
    assert [line.partition(".")[0] for line in said_of_years] == [
        "Said: in 03/04/2022 the month comes first"
    ]


def test_what_the_user_says_goes_before_the_heading(tmp_path: Path) -> None:
    path = written(tmp_path, "date,type,région,morts,victimes\n2022-03-01,EEI,Gao,1,5\n")
    frame = maligeo.read_incidents(Source(path, columns={"killed": "victimes"}))
    assert frame["killed"].tolist() == [5]
    assert frame["morts"].tolist() == ["1"]


def test_land_without_status_is_read_with_two_words(tmp_path: Path) -> None:
    path = tmp_path / "land.geojson"
    square = gpd.GeoSeries.from_wkt(["POLYGON ((-4 14, -3.99 14, -3.99 14.01, -4 14.01, -4 14))"])
    gpd.GeoDataFrame({"lieu": ["champ"]}, geometry=square, crs=4326).to_file(path)
    source = Source(path, columns={"area_id": "lieu"}, constants={"status": "dépolluée"})
    frame = maligeo.read_areas(source)
    assert frame[["area_id", "status"]].to_numpy().tolist() == [["champ", "cleared"]]
    assert reading_of(frame).constants == {"status": "dépolluée"}


def test_a_constant_that_is_no_word_is_a_fault(tmp_path: Path) -> None:
    path = written(tmp_path, "date,région\n2022-03-01,Gao\n")
    with pytest.raises(FrameError, match="bicyclette"):
        maligeo.read_incidents(Source(path, constants={"event_type": "bicyclette"}))
    frame = maligeo.read_incidents(Source(path, constants={"event_type": "EEI", "killed": "2"}))
    assert frame[["event_type", "killed"]].to_numpy().tolist() == [["ied", 2]]


def test_a_column_that_is_not_there_is_proposed(tmp_path: Path) -> None:
    path = written(tmp_path, "date,type,région,Pertes\n2022-03-01,EEI,Gao,1\n")
    with pytest.raises(UnknownNameError, match="do you mean 'Pertes'"):
        maligeo.read_incidents(Source(path, columns={"killed": "perte"}))
    with pytest.raises(ArgumentError, match="field 'dead' is not known"):
        maligeo.read_incidents(Source(path, columns={"dead": "Pertes"}))


def test_the_row_of_the_headings(tmp_path: Path) -> None:
    path = written(tmp_path, "QUI,QUOI,OÙ,QUAND\ntype,morts,région,date\nEEI,1,Gao,2022-03-01\n")
    assert maligeo.read_incidents(path)["killed"].tolist() == [1]
    frame = maligeo.read_incidents(Source(path, header_row=2))
    assert frame["killed"].tolist() == [1]
    with pytest.raises(InputFileError, match="no headings in row 9"):
        maligeo.read_incidents(Source(path, header_row=9))


def test_the_two_rows_of_headings_of_a_3w(tmp_path: Path) -> None:
    text = (
        "QUI,,QUOI,,OÙ,,QUAND,\n"
        "Organisation,Bailleur,Secteur,Activité,Région,Cercle,Début,Statut\n"
        "ONG A,ECHO,EHA,Forages,Mopti,Bankass,2021-01-01,En cours\n"
        'ONG B,USAID,Santé,Cliniques,"Gao, Ménaka",,2020-05-01,Terminé\n'
    )
    frame = maligeo.read_projects(written(tmp_path, text))
    assert frame["organisation"].tolist() == ["ONG A", "ONG B", "ONG B"]
    assert frame["place"].tolist() == ["Bankass", "Gao", "Ménaka"]
    assert frame["status"].tolist() == ["active", "completed", "completed"]


def test_a_row_of_data_is_no_heading(tmp_path: Path) -> None:
    """Also where it holds words that are headings elsewhere."""
    path = written(tmp_path, "a,date,b,type\nnord,2021-01-01,est,mine\nest,2021-01-02,fin,mine\n")
    source = Source(path, columns={"adm1_name": "a"})
    assert len(maligeo.read_incidents(source)) == 2


@pytest.mark.parametrize("kind", ["incidents", "projects"])
def test_a_shapefile_gives_back_what_was_written(tmp_path: Path, kind: str) -> None:
    if kind == "incidents":
        text = (
            "event_id,date,type,lat,lon,location_precision,date_precision,civilians_killed\n"
            "a,2022-03-01,ied,14.5,-4.2,adm3,month,3\n"
        )
        frame: Any = maligeo.read_incidents(written(tmp_path, text))
        names = ["location_precision", "date_precision", "civilians_killed", "event_type"]
    else:
        text = (
            "project_id,title,implementer,disbursed_amount,budget_currency,lat,lon\n"
            "1,t,ONG,5,USD,14,-4\n"
        )
        frame = maligeo.read_projects(written(tmp_path, text))
        names = ["implementer", "disbursed_amount", "budget_currency"]
    path = tmp_path / "layer.shp.zip"
    maligeo.write_layers({kind: frame}, path, audience="internal")
    again = getattr(maligeo, f"read_{kind}")(path)
    assert again[names].to_numpy().tolist() == frame[names].to_numpy().tolist()


def test_a_column_of_the_file_takes_no_name_of_ours(tmp_path: Path) -> None:
    text = "date,type,région,vintage,adm1_pcode,Note,NOTE 2\n2022-03-01,EEI,Gao,1999,ML99,a,b\n"
    frame = maligeo.read_incidents(written(tmp_path, text))
    assert frame["vintage (file)"].tolist() == ["1999"]
    assert frame["adm1_pcode (file)"].tolist() == ["ML99"]
    located = maligeo.locate(frame, maligeo.load_boundaries())
    assert located["adm1_pcode"].tolist() == ["ML07"]


def test_what_is_kept_reaches_nobody_else(tmp_path: Path) -> None:
    rows = "".join(f"2021-0{1 + at % 9}-01,EEI,Gao,SECRET-{at}\n" for at in range(40))
    frame = maligeo.read_incidents(written(tmp_path, "date,type,région,acteur\n" + rows))
    units = maligeo.load_boundaries()
    located = maligeo.with_coverage(maligeo.locate(frame, units), "2021")
    for audience in ("partner", "public"):
        released = maligeo.release(located, units=units, audience=audience, as_of="2023-01-01")
        assert "SECRET" not in str(released) + str(getattr(released, "attrs", ""))


def test_next_to_persons_nothing_else_is_kept(tmp_path: Path) -> None:
    text = "date,type,région,Nom de la victime,remarque\n2022-03-01,EEI,Gao,SECRET-A,SECRET-B\n"
    frame = maligeo.read_incidents(written(tmp_path, text))
    assert "SECRET" not in frame.to_csv()
    assert reading_of(frame).personal == ("Nom de la victime", "remarque")


def test_a_profile_keeps_what_was_said(tmp_path: Path) -> None:
    said = Source("x.csv", columns={"killed": 'Pertes "sûres"'}, header_row=2, dates="month-day")
    path = write_profile(tmp_path / "p.toml", "incidents", said)
    write_profile(path, "areas", Source("y.gpkg", layer="land", constants={"status": "cleared"}))
    kept = read_profile(path)
    assert Source("x.csv", **kept["incidents"]) == said
    assert kept["areas"] == {"layer": "land", "constants": {"status": "cleared"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns = 3", "'columns' is no table of what is said of a file"),
        ("[incidents]\npath = 'x'", "'path' is nothing that can be said of a file"),
        ("[a]\ndates='x'", "dates 'x' is not known; choose from day-month, month-day"),
        ("[a]\ncolumns='x'", "columns is no table of texts, such as killed"),
        ("[a]\nheader_row='un'", "header_row is no number of a row"),
        ("not toml", "p.toml is no TOML: Expected '=' after a key"),
    ],
)
def test_another_file_is_no_profile(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputFileError) as raised:
        read_profile(written(tmp_path, text, "p.toml"))
    assert said in str(raised.value)
    assert said not in raised.value.message("fr")
    assert ("is no profile" in str(raised.value)) == ("TOML" not in said)


@pytest.mark.parametrize(
    "said",
    [{"columns": "x"}, {"constants": ["x"]}, {"places": {"a": 1}}, {"header_row": "un"},
     {"header_row": True}, {"header_row": 0}, {"sheet": 2}],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_said_of_a_file(said: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=f"what is said of a file: {next(iter(said))} is no"):
        Source("a.csv", **said)


@pytest.mark.parametrize("blank", ["", ",,,\n"])
def test_a_row_that_says_the_same_in_every_cell_is_no_heading(tmp_path: Path, blank: str) -> None:
    text = f"date,type,région,Pertes\n{blank}TOTAL,TOTAL,TOTAL,TOTAL\n2022-03-01,EEI,Gao,5\n"
    frame = maligeo.read_incidents(written(tmp_path, text, "list.csv"))
    assert frame["adm1_name"].tolist() == ["Gao"]
    assert list(reading_of(frame).set_aside.values()) == ["total"]


HEADINGS = st.sampled_from(
    ["date", "type", "région", "morts", "Nb morts", "Pertes", "nom", "Commune", "lat", "lon", "a b",
     "TOTAL", "Nom de la victime", "source", "Village", "Budget", "Titre du projet", "statut"]
)  # fmt: skip
CELLS = st.sampled_from(["", "2022-03-01", "EEI", "Gao", "TOTAL", "Total général", "5", "note : x"])


@settings(max_examples=75, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_columns_and_rows_add_up(tmp_path: Path, data: st.DataObject) -> None:
    names = ["date", "type", "région", *data.draw(st.lists(HEADINGS, unique=True, max_size=6))]
    names = list(dict.fromkeys(names))
    rows = data.draw(
        st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), min_size=1, max_size=8)
    )
    path = tmp_path / "made.csv"
    pd.DataFrame(rows, columns=names).to_csv(path, index=False)
    for read in (maligeo.read_incidents, maligeo.read_projects):
        try:
            frame = read(path, on_invalid="quarantine", rejects=tmp_path / "rejects.csv")
        except UnknownNameError:
            continue
        reading = reading_of(frame)
        theirs = [*reading.used.values(), *reading.extra, *reading.personal]
        assert sorted(set(theirs)) == sorted(names)
        assert len(reading.extra) + len(reading.personal) == len(names) - len(
            set(reading.used.values())
        )
        parts = reading.rows_read + reading.rows_left_out + reading.rows_rejected
        # A row of which nothing but persons is filled is blank, since that is not read.
        seen = [at for at, name in enumerate(names) if name not in reading.personal]
        filled = sum(any(row[at] for at in seen) for row in rows)
        assert parts + len(reading.set_aside) == reading.rows_in_file == filled


def test_every_reader_takes_what_is_said_as_keywords(tmp_path: Path) -> None:
    path = written(tmp_path, "Liste\nquand;Région;Pertes\n04/03/2022;Gao;3\n")
    frame = maligeo.read_incidents(
        path,
        columns={"date": "quand", "killed": "Pertes"},
        constants={"event_type": "EEI"},
        dates="month-day",
        header_row=2,
    )
    row = frame.iloc[0]
    assert (row["killed"], row["event_type"]) == (3, "ied")
    assert row["date"] == pd.Timestamp("2022-04-03")


def test_a_keyword_goes_before_what_a_source_says(tmp_path: Path) -> None:
    path = written(tmp_path, "quand;Région;Pertes;Morts\n04/03/2022;Gao;3;5\n")
    source = Source(path, columns={"date": "quand", "killed": "Morts"}, dates="month-day")
    frame = maligeo.read_incidents(source, columns={"killed": "Pertes"}, dates="day-month")
    assert frame["killed"].tolist() == [3]
    assert frame["date"].tolist() == [pd.Timestamp("2022-03-04")]


def test_projects_areas_and_places_take_keywords(tmp_path: Path) -> None:
    projects = written(tmp_path, "Quoi;Région\nPuits;Gao\n", "projects.csv")
    read = maligeo.read_projects(projects, columns={"title": "Quoi"})
    assert read["title"].tolist() == ["Puits"]
    square = "POLYGON ((-4 14, -3.999 14, -3.999 14.001, -4 14.001, -4 14))"
    land = written(tmp_path, f'champ,forme\na,"{square}"\n', "land.csv")
    said = {"area_id": "champ", "wkt": "forme"}
    areas = maligeo.read_areas(land, columns=said, constants={"status": "dépolluée"})
    assert areas["status"].tolist() == ["cleared"]
    places = next(iter_places(written(tmp_path, "ou\nGao\n"), columns={"adm1_name": "ou"}))
    assert places["adm1_name"].tolist() == ["Gao"]


def test_figures_take_keywords(tmp_path: Path) -> None:
    figures = written(tmp_path, "Tableau\nquand;ou;combien\n04/03/2022;Gao;3\n", "figures.csv")
    read = maligeo.read_figures(
        figures,
        columns={"date": "quand", "adm1_name": "ou", "value": "combien"},
        constants={"measure": "PDI"},
        dates="month-day",
        header_row=2,
    )
    assert read[["unit", "measure", "value"]].to_numpy().tolist() == [["Gao", "displaced", 3.0]]
    assert read["period_start"].tolist() == [pd.Timestamp("2022-04-03")]
    with pytest.raises(ArgumentError, match="a table, which has no layers, is read without layer"):
        maligeo.read_figures(figures, layer="a")


def test_boundaries_take_columns_by_the_fields_of_units(tmp_path: Path) -> None:
    units = maligeo.load_boundaries()[["name", "pcode", "geometry"]]
    path = tmp_path / "own.geojson"
    units.rename(columns={"name": "NOM", "pcode": "CODE"}).to_file(path)
    read = maligeo.read_boundaries(
        path, level=1, vintage="2015", columns={"name": "NOM", "pcode": "CODE"}
    )
    assert read["pcode"].tolist() == units["pcode"].tolist()


@pytest.mark.parametrize(
    ("name", "said", "told"),
    [
        ("list.csv", {"layer": "a"}, "a table, which has no layers, is read without layer"),
        ("a.xml", {"columns": {"title": "x"}}, "IATI XML, .* is read without columns"),
        ("a.geojson", {"header_row": 2}, "is read without header_row"),
    ],
)
def test_what_means_nothing_to_a_file_is_refused(
    tmp_path: Path, name: str, said: dict[str, Any], told: str
) -> None:
    texts = {"list.csv": "Titre;Région\nPuits;Gao\n", "a.xml": "<iati-activities/>"}
    path = written(tmp_path, texts.get(name, ""), name)
    if name == "a.geojson":
        maligeo.load_boundaries()[["name", "geometry"]].to_file(path)
    with pytest.raises(ArgumentError, match=told):
        maligeo.read_projects(path, **said)
