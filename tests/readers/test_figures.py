"""Tables of figures: HDX, HAPI, DTM, and people's own, long or wide."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import maligeo
from maligeo.core.columns import FIGURES
from maligeo.core.errors import FrameError, UnknownNameError
from maligeo.readers.cells.periods import parse_periods, read_period, split_headings
from maligeo.readers.reading import Reading

HDX = """Country,Admin1,Admin2,ISO3,Admin2 Pcode,Admin1 Pcode,Month,Year,Events,Fatalities
Mali,Mopti,Koro,MLI,ML0507,ML05,January,2022,4,7
Mali,Mopti,Koro,MLI,ML0507,ML05,February,2022,0,
Mali,Mopti,,MLI,,ML05,February,2022,1,1
Burkina Faso,Sahel,Soum,BFA,,,February,2022,9,9
"""
HAPI = """location_code,admin1_code,admin1_name,provider_admin1_name,admin2_code,admin2_name,\
provider_admin2_name,event_type,events,fatalities,reference_period_start,reference_period_end
#country+code,#adm1+code,#adm1+name,#adm1+name+provider,#adm2+code,#adm2+name,\
#adm2+name+provider,#event+type,#event+num,#affected+killed,#date+start,#date+end
MLI,ML05,Mopti,Mopti,ML0507,Koro,Koro,political_violence,3,5,\
2022-01-01T00:00:00,2022-01-31T23:59:59
MLI,ML05,Mopti,Mopti,ML0507,Koro,Koro,civilian_targeting,2,2,\
2022-01-01 00:00:00,2022-01-31 00:00:00
MLI,,,Mopti,,,Bankas,demonstration,1,0,2022-01-01,2022-01-31
"""
DTM = """Operation,Admin0 Pcode,Admin1 Name,Admin2 Name,Number of IDPs,Reporting Date,Males
Mali,MLI,Mopti,Koro,1 200,2022-03-31,600
"""
OWN = """Déplacés et incidents par région;;;;;;
Région;Année;Incidents;Tués;Écoles fermées;Taux (%);Observations
Mopti;2021;12;3;40;1,5;
Gao;2021;;0;2;2,5;sans juin
TOTAL;2021;12;3;42;;
Ensemble du pays;2021;15;3;42;;
Source : gouvernorat;;;;;;
"""


def written(folder: Path, text: str, name: str = "figures.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def reading_of(frame: pd.DataFrame) -> Reading:
    found = frame.attrs["reading"]
    assert isinstance(found, Reading)
    return found


def values_of(frame: pd.DataFrame) -> dict[tuple[str, str], float | None]:
    rows = zip(frame["unit"], frame["measure"], frame["value"], strict=True)
    return {(unit, measure): None if pd.isna(value) else value for unit, measure, value in rows}


def test_counts_of_acled_on_hdx(tmp_path: Path) -> None:
    frame = maligeo.read_figures(written(tmp_path, HDX), vintage="2015")
    assert list(frame.columns[: len(FIGURES)]) == list(FIGURES)
    assert frame.loc[2, "value"].tolist() == [4, 7]
    assert frame.loc[2, "measure"].tolist() == ["events", "fatalities"]
    assert frame["value"].isna().tolist() == [False, False, False, True, False, False]
    assert frame.loc[3, "period_end"].tolist() == [pd.Timestamp("2022-02-28")] * 2
    assert frame["unit"].unique().tolist() == ["Koro", "Mopti"]
    assert frame["adm1_name"].unique().tolist() == ["Mopti"]
    assert set(frame["vintage"]) == {"2015"}
    assert set(frame["publisher"]) == {"ACLED, counted on HDX"}
    reading = reading_of(frame)
    assert reading.set_aside == {5: "abroad"}
    assert reading.kept == ("ISO3", "Admin2 Pcode", "Admin1 Pcode")
    assert reading.columns_in_file == 10
    assert reading.not_understood == {}


def test_kinds_of_event_overlap_and_are_measures_of_their_own(tmp_path: Path) -> None:
    frame = maligeo.read_figures(written(tmp_path, HAPI))
    assert values_of(frame) == {
        ("Koro", "events_political_violence"): 3,
        ("Koro", "fatalities_political_violence"): 5,
        ("Koro", "events_civilian_targeting"): 2,
        ("Koro", "fatalities_civilian_targeting"): 2,
        ("Bankas", "events_demonstration"): 1,
        ("Bankas", "fatalities_demonstration"): 0,
    }
    assert set(frame["period_end"]) == {pd.Timestamp("2022-01-31")}
    assert frame["adm1_name"].tolist() == ["Mopti"] * 6
    assert set(frame["publisher"]) == {"ACLED, counted by HDX HAPI"}
    with pytest.raises(UnknownNameError, match="events_civilian_targeting"):
        maligeo.density(frame, maligeo.load_boundaries(), measure="events")


def test_displaced_people_of_a_day(tmp_path: Path) -> None:
    frame = maligeo.read_figures(written(tmp_path, DTM))
    assert values_of(frame) == {("Koro", "displaced"): 1200}
    assert frame["period_start"].tolist() == frame["period_end"].tolist()
    assert reading_of(frame).kept == ("Operation", "Males")


def test_a_table_with_a_column_for_each_measure(tmp_path: Path) -> None:
    frame = maligeo.read_figures(written(tmp_path, OWN))
    assert values_of(frame) == {
        ("Mopti", "events"): 12,
        ("Mopti", "fatalities"): 3,
        ("Mopti", "Écoles fermées"): 40,
        ("Gao", "events"): None,
        ("Gao", "fatalities"): 0,
        ("Gao", "Écoles fermées"): 2,
        ("Mali", "events"): 15,
        ("Mali", "fatalities"): 3,
        ("Mali", "Écoles fermées"): 42,
    }
    assert frame["note"].dropna().unique().tolist() == ["sans juin"]
    reading = reading_of(frame)
    assert reading.kept == ("Taux (%)",), "a rate is no count"
    assert reading.set_aside == {5: "total", 7: "note"}
    assert (reading.rows_in_file, reading.rows_read) == (5, 3)


def test_words_for_explosive_incidents_are_kept_for_these(tmp_path: Path) -> None:
    path = written(tmp_path, "Cercle;Année;Incidents;Tués\nKoro;2021;5;2\n")
    said = maligeo.Source(path, constants={"device": "EEI"})
    assert values_of(maligeo.read_figures(said)) == {
        ("Koro", "incidents"): 5,
        ("Koro", "killed"): 2,
    }
    said = maligeo.Source(path, columns={"killed": "Tués"})
    assert values_of(maligeo.read_figures(said)) == {("Koro", "events"): 5, ("Koro", "killed"): 2}
    named = written(tmp_path, "Cercle;Année;Incidents EEI\nKoro;2021;5\n", "named.csv")
    assert values_of(maligeo.read_figures(named)) == {("Koro", "incidents"): 5}


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2022", "2022-01-01", "2022-12-31"),
        ("2022-03", "2022-03-01", "2022-03-31"),
        ("03/2022", "2022-03-01", "2022-03-31"),
        ("mars 2022", "2022-03-01", "2022-03-31"),
        ("janv. 2022", "2022-01-01", "2022-01-31"),
        ("T1 2022", "2022-01-01", "2022-03-31"),
        ("2022-Q3", "2022-07-01", "2022-09-30"),
        ("2e trimestre 2022", "2022-04-01", "2022-06-30"),
        ("S2 2022", "2022-07-01", "2022-12-31"),
        ("janvier à mars 2022", "2022-01-01", "2022-03-31"),
        ("2019-2021", "2019-01-01", "2021-12-31"),
        ("2021-01/2021-09", "2021-01-01", "2021-09-30"),
        ("mois de février 2024", "2024-02-01", "2024-02-29"),
    ],
)
def test_periods_as_people_write_them(text: str, start: str, end: str) -> None:
    period = read_period(text)
    assert period is not None
    assert [day.date().isoformat() for day in period] == [start, end]


@pytest.mark.parametrize(
    "text", ["T5 2022", "13/2022", "mars 22", "Total", "1022", "2022-2019", ""]
)
def test_what_is_no_period(text: str) -> None:
    assert read_period(text) is None


def test_dates_that_all_begin_a_month_are_months() -> None:
    months, faults = parse_periods(pd.Series(["2022-01-01", "2022-02-01 00:00:00"]))
    assert months["period_end"].tolist() == [pd.Timestamp("2022-01-31"), pd.Timestamp("2022-02-28")]
    days, _ = parse_periods(pd.Series(["2022-01-01", "2022-02-15"]))
    assert days["period_end"].tolist() == days["period_start"].tolist()
    assert len(faults) == 0


def test_periods_in_headings() -> None:
    headings = ["PDI janv. 2022", "2021", "Tués (2021)", "31/12/2021", "Code 12", "31/02/2021"]
    assert split_headings(headings) == {
        "PDI janv. 2022": ("PDI", "janv. 2022"),
        "2021": ("", "2021"),
        "Tués (2021)": ("Tués", "2021"),
        "31/12/2021": ("", "31/12/2021"),
    }


def test_faults_are_told_together(tmp_path: Path) -> None:
    text = (
        "Région;Cercle;Mois;Année;PDI\nMopti;Koro;mars;2022;1\nMopti;KORO;3;2022;1\n"
        "Mopti;Koro;mai;2022;-1\n;;mai;2022;1\nGao;Gao;mai;;environ 5\n"
        "Gao;;juin;2022;5\nGao;Ansongo;juin;2022;1\n"
    )
    path = written(tmp_path, text)
    with pytest.raises(FrameError) as caught:
        maligeo.read_figures(path)
    told = [(fault.row, fault.column, fault.reason.split(":")[0]) for fault in caught.value.faults]
    assert told == [
        (3, "Cercle", "stands twice for the same place, period and measure"),
        (4, "PDI", "is negative"),
        (5, "Région", "names no place"),
        (6, "Mois", "names no period"),
        (6, "PDI", "is not a number"),
        (
            7,
            "Région",
            "may be the total of its parts, which come to 1, or what lies in none of them",
        ),
    ]
    rejects = tmp_path / "rejects.csv"
    kept = maligeo.read_figures(path, on_invalid="quarantine", rejects=rejects)
    assert kept.index.tolist() == [2, 8]
    assert reading_of(kept).rows_rejected == len(pd.read_csv(rejects)) == 5


def test_a_region_that_is_the_total_of_its_cercles_is_set_aside(tmp_path: Path) -> None:
    text = (
        "Région;Cercle;2019;2020\nMopti;Koro;1;2\nMopti;Bankass;2;2\nMopti;;3;4\n"
        "Total Mopti;;3;4\nGao;Ansongo;5;1\nGao;;1;0\n"
    )
    source = maligeo.Source(written(tmp_path, text), constants={"measure": "ménages"})
    frame = maligeo.read_figures(source)
    assert reading_of(frame).set_aside == {4: "total", 5: "total"}
    assert frame["value"].sum() == 14
    # What lies in Gao and not in Ansongo is less than Ansongo, and so no total.
    assert frame.loc[frame["unit"] == "Gao", "value"].tolist() == [1, 0]


def test_the_order_of_day_and_month_is_told_or_stated(tmp_path: Path) -> None:
    path = written(tmp_path, "Région;Date de rapport;PDI\nMopti;03/04/2022;1\nGao;05/06/2022;2\n")
    frame = maligeo.read_figures(path)
    assert frame["period_start"].tolist() == [
        pd.Timestamp("2022-04-03"),
        pd.Timestamp("2022-06-05"),
    ]
    assert reading_of(frame).date_order == "day-month"
    stated = maligeo.read_figures(maligeo.Source(path, dates="month-day"))
    assert stated["period_start"].iloc[0] == pd.Timestamp("2022-03-04")
    assert reading_of(stated).date_order == ""


def test_counts_in_the_columns_of_ucdp(tmp_path: Path) -> None:
    text = "adm_1,adm_2,year,best,low,high\nMopti,Koro,2021,12,10,15\n"
    frame = maligeo.read_figures(written(tmp_path, text))
    assert values_of(frame) == {("Koro", "fatalities"): 12}
    assert reading_of(frame).kept == ("low", "high")


@pytest.mark.parametrize(
    ("text", "said", "message"),
    [
        ("Région;Cercle;PDI\nMopti;Koro;3\n", {}, "no column says the period"),
        ("Région;2019\nMopti;3\n", {}, "nothing says what is counted"),
        ("Région;Année;Observations\nMopti;2021;calme\n", {}, "no column holds figures"),
        ("Région;Année;org_type_code;admin_level;Lat\nMopti;2021;4;1;14\n", {}, "no column holds"),
        ("Titre;Région;Année;Budget\nPuits;Mopti;2021;3\n", {}, "are records, and no figures"),
        ("Titre;Année;Budget\nPuits;2021;3\n", {}, "of no known make"),
    ],
)
def test_what_is_no_table_of_figures(
    tmp_path: Path, text: str, said: dict[str, str], message: str
) -> None:
    with pytest.raises(UnknownNameError, match=message):
        maligeo.read_figures(maligeo.Source(written(tmp_path, text), constants=said))


def test_columns_about_persons_are_not_read(tmp_path: Path) -> None:
    text = "Cercle;Année;PDI;Écoles;Téléphone\nKoro;2021;5;2;0\n"
    frame = maligeo.read_figures(written(tmp_path, text))
    assert values_of(frame) == {("Koro", "displaced"): 5}
    assert set(reading_of(frame).personal) == {"Téléphone", "Écoles"}
    assert "Téléphone" not in frame.columns


def test_what_load_figures_gives_is_read_back(tmp_path: Path) -> None:
    figures = maligeo.load_figures()
    figures.to_csv(tmp_path / "figures.csv", index=False)
    read = maligeo.read_figures(tmp_path / "figures.csv")
    same = ["figure_id", "unit", "vintage", "measure", "who", "device", "basis", "publisher"]
    assert (
        read[same].astype("string").values.tolist()
        == figures[same].astype("string").values.tolist()
    )
    assert read["value"].fillna(-1).tolist() == figures["value"].fillna(-1).tolist()
    assert (read["period_end"].to_numpy() == figures["period_end"].to_numpy()).all()


def test_frames_are_read_as_files_are() -> None:
    months = pd.period_range("2022-01", periods=2, freq="M")
    frame = pd.DataFrame({"Cercle": "Koro", "période": months, "PDI": [3, 4]}, index=["a", "b"])
    figures = maligeo.as_figures(frame)
    assert figures.index.tolist() == ["a", "b"]
    assert figures["period_end"].tolist() == [
        pd.Timestamp("2022-01-31"),
        pd.Timestamp("2022-02-28"),
    ]
    wide = frame.pivot(index="Cercle", columns="période", values="PDI").reset_index()
    again = maligeo.as_figures(wide, constants={"measure": "PDI"})
    assert again["value"].tolist() == [3, 4]
    assert again["figure_id"].tolist() == figures["figure_id"].tolist()


UNITS = ("Mopti", "Gao", "Kidal", "Ségou")
CELLS = st.one_of(st.none(), st.integers(0, 10**6))
TABLES = st.fixed_dictionaries(
    {
        "units": st.lists(st.sampled_from(UNITS), min_size=1, unique=True),
        "years": st.lists(st.integers(1990, 2030), min_size=1, max_size=4, unique=True),
        "measures": st.lists(
            st.sampled_from(("PDI", "Décès", "Écoles fermées")), min_size=1, unique=True
        ),
    }
)


@settings(max_examples=20, deadline=None)
@given(TABLES, st.data())
def test_the_forms_of_one_table_give_equal_figures(
    table: dict[str, list[str]], data: st.DataObject
) -> None:
    rows = [
        {"Région": unit, "Année": str(year), "Indicateur": measure, "Valeur": data.draw(CELLS)}
        for unit in table["units"] for year in table["years"] for measure in table["measures"]
    ]  # fmt: skip
    long = pd.DataFrame(rows).astype({"Valeur": "Int64"})
    columns = long.pivot(index=["Région", "Année"], columns="Indicateur", values="Valeur")
    filled = columns.notna().any()
    by_measure = columns.reset_index()
    heads = long.assign(head=long["Indicateur"] + " " + long["Année"])
    by_period = heads.pivot(index="Région", columns="head", values="Valeur").reset_index()
    figures = maligeo.as_figures(long)
    assert _ordered(maligeo.as_figures(by_period)).equals(_ordered(figures))
    # A column of blanks under a heading that is not known is no measure.
    known = filled | ~filled.index.isin(["Écoles fermées"])
    if known.any():
        wanted = figures[~figures["measure"].isin(filled.index[~known])]
        assert _ordered(maligeo.as_figures(by_measure)).equals(_ordered(wanted))


def _ordered(figures: pd.DataFrame) -> pd.DataFrame:
    columns = [*FIGURES, "adm1_name", "adm2_name", "adm3_name"]
    return figures[columns].sort_values("figure_id").reset_index(drop=True)


COLUMNS = ("Cercle", "Année", "PDI", "Remarque", "Taux", "Code", "Téléphone", "Autre date")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(("Koro", "Bankass", "TOTAL", "Mali", "")),
        st.sampled_from(("2021", "2022", "x")),
        st.sampled_from(("1", "0", "", "-2", "beaucoup")),
    ),
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(COLUMNS[3:]), unique=True), ROWS)
def test_columns_and_rows_add_up(
    tmp_path: Path, more: list[str], rows: list[tuple[str, str, str]]
) -> None:
    names = [*COLUMNS[:3], *more]
    lines = [";".join([*row, *("1" for _ in more)]) for row in rows]
    path = written(tmp_path, "\n".join([";".join(names), *lines]) + "\n")
    frame = maligeo.read_figures(path, on_invalid="quarantine", rejects=tmp_path / "rejects.csv")
    reading = reading_of(frame)
    assert reading.columns_in_file == len(names)
    counted = reading.rows_read + reading.rows_rejected + len(reading.set_aside)
    assert counted == reading.rows_in_file == len(rows)
    assert not frame.index.isin(reading.set_aside).any()


@pytest.mark.parametrize("year", ["2021 [1]", "2021 (3)", "2021: 3", "2019, 2021", "2019 (2021)"])
def test_a_year_with_a_note_and_a_list_of_years_are_no_months_and_no_span(
    tmp_path: Path, year: str
) -> None:
    path = tmp_path / "f.csv"
    path.write_text(f"Région;Année;Tués\nMopti;{year};10\n", encoding="utf-8")
    with pytest.raises(FrameError):
        maligeo.read_figures(path)


@pytest.mark.parametrize(
    ("written", "device", "measure"),
    [
        ("EEI (véhicule)", "ied", "incidents"),
        ("SVBIED", "ied", "incidents"),
        ("E.E.I.", "ied", "incidents"),
        ("Mine A/P", "landmine", "incidents"),
        ("EEI et mines", "ied_mine", "incidents"),
        ("UXO", "erw", "incidents"),
        ("roquette", "roquette", "events"),
    ],
)
def test_devices_are_named_as_in_lists_of_incidents(
    tmp_path: Path, written: str, device: str, measure: str
) -> None:
    path = tmp_path / "f.csv"
    text = f"Région;Année;Engin;Nombre d'incidents\nMopti;2021;{written};10\n"
    path.write_text(text, encoding="utf-8")
    figures = maligeo.read_figures(path)
    assert figures[["device", "measure"]].to_numpy().tolist() == [[device, measure]]
