"""`maligeo density`, `crosswalk` and `reconcile` on files of records."""

import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from maligeo.cli import app
from maligeo.cli.output import Format, is_passed_on
from maligeo.core.columns import DENSITY
from maligeo.core.errors import (
    ArgumentError,
    FrameError,
    InputFileError,
    OutputFileError,
    ReleaseError,
)
from maligeo.measure.divisions import read_counts
from maligeo.provenance import read_about

SAME = "identique\N{NO-BREAK SPACE}: chaque octet"

INCIDENTS = """event_id,date,lat,lon,type,killed,injured
a,2021-03-04,14.5,-4.2,ied,2,3
b,2021-03-05,16.3,0.0,ied,0,1
c,2021-08-05,18.4,1.4,landmine,0,0
d,2022-02-05,14.5,-4.1,ied,1,0
"""

INTERNAL = ("--audience", "internal")
DATA = Path(__file__).parents[1] / "data"
TWO_KINDS = (
    *("--incidents", str(DATA / "incidents" / "acled.csv")),
    *("--areas", str(DATA / "areas" / "wkt.csv")),
)


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(
        app, [str(part) for part in arguments], env={"COLUMNS": "200"}, catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.stdout


def fails(*arguments: str | Path) -> BaseException:
    done = CliRunner().invoke(app, [str(part) for part in arguments])
    assert done.exception is not None
    return done.exception


@pytest.fixture
def incidents(tmp_path: Path) -> Path:
    path = tmp_path / "incidents.csv"
    path.write_text(INCIDENTS, encoding="utf-8")
    return path


def test_density_of_a_file_of_incidents(incidents: Path, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    period = ("--period", "year", "--covers", "2021/2022")
    run("density", "--incidents", incidents, *period, *INTERNAL, "-o", path)
    table = read_counts(path)
    assert list(table.columns) == list(DENSITY)
    mopti = table[table["name"] == "Mopti"]
    assert mopti["count"].tolist() == [1, 1]
    assert table["count"].sum() == 4
    assert (table.loc[table["name"] == "Kayes", "count"] == 0).all()
    marked = table.loc[table["note"].str.contains("approximate", na=False), "name"]
    assert set(marked) == {"Bamako", "Koulikoro", "Sikasso"}
    assert set(table["population_year"].dropna()) == {2021, 2022}


def test_what_is_written_is_for_the_public_unless_it_is_said(
    incidents: Path, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    asked = ("density", "--incidents", incidents, "--covers", "2021/2022")
    run(*asked, "--period", "year", "--as-of", "2024-01-01", "-o", path)
    table = read_counts(path)
    assert table["count"].isna().all()
    assert set(table["note"]) == {"withheld: fewer than 5"}
    assert table["source"].isna().all()
    run(*asked, "--as-of", "2024-01-01", "-o", tmp_path / "again.csv")  # years, where none is named
    assert read_counts(tmp_path / "again.csv").equals(table)
    compared = ("reconcile", "--incidents", incidents, "--format", "csv", "--audience")
    for audience in ("partner", "public"):
        assert isinstance(fails(*compared, audience), ReleaseError)


def test_a_comparison_is_internal_and_is_written_without_saying_so(
    incidents: Path, tmp_path: Path
) -> None:
    path = tmp_path / "compared.csv"
    done = CliRunner().invoke(app, ["reconcile", "--incidents", str(incidents), "-o", str(path)])
    assert done.exit_code == 0, done.output
    assert len(pd.read_csv(path)) > 10
    assert read_about(path).audience == "internal"


ASKED = ("--measure", "victims", "--period", "2021,2022")


def test_density_as_text_and_several_periods(incidents: Path) -> None:
    shown = run("density", "--incidents", incidents, *ASKED, *INTERNAL)
    assert "INTERNE" in shown.splitlines()[0]
    assert "Mopti" in shown
    assert "2022" in shown
    assert "Région non précisée" in shown
    assert "rien ne dit que la source couvre ce lieu" in shown
    english = run("density", "--incidents", incidents, *ASKED, *INTERNAL, "--language", "en")
    assert "nothing says that the source covers this" in english


def test_no_name_and_no_number_is_broken_at_80_columns() -> None:
    done = CliRunner().invoke(app, ["density", "--language", "fr"], env={"COLUMNS": "80"})
    lines = done.output.splitlines()
    assert "Projets (compte fractionné) [projects_fractional]" in [line.strip() for line in lines]
    assert any(line.startswith("Mopti ") and "1\u202f974\u202f684" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_a_count_made_of_a_share_is_shown_no_more_exactly_than_it_is_known() -> None:
    shown = run("density", "--language", "fr", "--region", "Mopti", "--period", "2022-01/2022-08")
    assert re.search(r"janv\.–août 2022 +≈ 50 ", shown)
    assert "49,58" not in shown


def test_measures_and_dates_are_named_in_the_language_and_notes_go_on_below_themselves() -> None:
    done = CliRunner().invoke(app, ["density", "--language", "fr"], env={"COLUMNS": "80"})
    lines = done.output.splitlines()
    assert "Population [people]" in [line.strip() for line in lines]
    assert re.findall(r"\d{4}-\d\d-\d\d", done.output) == []
    assert "4 pour juil.–sept. 2021, rien pour le reste" in done.output
    notes = lines[lines.index("", lines.index("Population [people]") + 2) + 1 :]
    assert len(notes) > 20
    assert [line for line in notes if not re.match(r" ?\d+ |   ", line)] == []


def test_text_that_goes_elsewhere_than_to_a_terminal_is_released(
    incidents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("density", "--incidents", incidents, "--covers", "2021/2022", "--as-of", "2024-01-01")
    public = run(*asked)
    assert "moins de 5" in public
    assert "INTERNE" not in public
    assert run(*asked, "--audience", "public") == public
    monkeypatch.setattr("maligeo.cli.density.is_passed_on", lambda *_: False)  # a terminal
    exact = run(*asked)
    assert "INTERNE" in exact.splitlines()[0]
    assert "moins de 5" not in exact


def test_only_a_terminal_without_a_named_audience_shows_what_is_exact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert not is_passed_on(None, Format.text, None)
    assert is_passed_on("public", Format.text, None)
    assert is_passed_on(None, Format.csv, None)
    assert is_passed_on(None, Format.text, Path("table.csv"))
    monkeypatch.setattr("sys.stdout.isatty", lambda: False, raising=False)
    assert is_passed_on(None, Format.text, None)


def test_a_period_finer_than_the_lattice_is_refused_with_what_is_possible(
    incidents: Path, tmp_path: Path
) -> None:
    asked = ("density", "--incidents", incidents, "--covers", "2021/2022", "--as-of", "2024-01-01")
    for period in ("2021-08-17", "2021-08", "month"):
        error = fails(*asked, "--period", period, "-o", tmp_path / "table.csv")
        assert isinstance(error, ReleaseError)
        assert "there is 2021 – 2022, 2021 Q1 – 2022 Q4" in str(error)


def test_the_table_in_excel_and_parquet(incidents: Path, tmp_path: Path) -> None:
    for suffix in ("xlsx", "parquet"):
        run("density", "--incidents", incidents, *INTERNAL, "-o", tmp_path / f"table.{suffix}")
    book = openpyxl.load_workbook(tmp_path / "table.xlsx", read_only=True)
    assert "INTERNE" in book["maligeo"]["A1"].value
    assert book["maligeo"]["A2"].value == "vintage"
    book.close()
    assert len(read_counts(tmp_path / "table.parquet")) == 12


FIGURES = """Cercle;Mois;Année;Incidents;Décès
Koro;mars;2022;3;1
Bankass;mars;2022;0;
Korro;mars;2022;2;2
Total;;;5;3
"""


def test_density_of_a_table_of_figures(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(FIGURES, encoding="utf-8")
    asked = ("density", "--figures", path, "--measure", "events", "--period", "month")
    run(*asked, "-o", tmp_path / "table.csv")
    table = read_counts(tmp_path / "table.csv")
    counts = table.set_index(table["name"].fillna(table["place_kind"]))["count"].dropna()
    assert counts.to_dict() == {"Mopti": 3, "unattributed": 2}
    assert read_about(tmp_path / "table.csv").audience == "internal"
    mopti = run(*asked, "--region", "Mopti", "--format", "csv").splitlines()
    assert len(mopti) == 2
    assert run("verify", tmp_path / "table.csv").startswith(SAME)
    for audience in ("partner", "public"):
        assert isinstance(fails(*asked, "--audience", audience), ReleaseError)
    assert "events, fatalities" in str(fails("density", "--figures", path))
    both = fails(*asked, "--covers", "2022")
    assert isinstance(both, ArgumentError)


def test_a_table_of_figures_is_a_need(tmp_path: Path) -> None:
    figures, profile = tmp_path / "pdi.csv", tmp_path / "pdi.toml"
    figures.write_text("ou;2022\nMopti;1200\nGao;300\n", encoding="utf-8")
    said = 'columns = { adm1_name = "ou" }\nconstants = { measure = "PDI" }\n'
    profile.write_text(f"[figures]\n{said}", encoding="utf-8")
    table = tmp_path / "gaps.csv"
    asked = ("gaps", "--profile", profile, "--language", "en")
    needs = ("--need", f"{figures}=3", "--need", "incidents", *INTERNAL)
    run(*asked, *needs, "-o", table)
    assert "Mopti: 1,200 displaced people, 50 incidents" in table.read_text(encoding="utf-8")
    assert read_about(table).options["need_weights"] == [1.0, 3.0]
    assert run("verify", table).startswith(SAME)
    by_name = ("--figures", figures, "--need", "displaced", *INTERNAL)
    shown = " ".join(run(*asked, *by_name).split())
    assert "Mopti: 1,200 displaced people;" in shown
    assert isinstance(fails(*asked, "--need", figures, "-o", table), ReleaseError)
    over = fails(*asked, "--need", figures, *INTERNAL, "-o", figures)
    assert isinstance(over, OutputFileError)


def test_an_answer_about_some_projects_is_verified(tmp_path: Path) -> None:
    table = tmp_path / "gaps.csv"
    run("gaps", "--sector", "lutte antimines", *INTERNAL, "-o", table)
    assert run("verify", table).startswith(SAME)


VILLAGES = "hameau;cercle;lat;lon\nHameau A;Bankass;13.9;-3.5\n"


def test_villages_of_a_gazetteer_are_places_everywhere(tmp_path: Path) -> None:
    records, villages = tmp_path / "list.csv", tmp_path / "villages.csv"
    records.write_text("date,type,village\n2022-03-04,ied,Hameau A\n", encoding="utf-8")
    villages.write_text(VILLAGES, encoding="utf-8")
    profile = tmp_path / "villages.toml"
    profile.write_text('[gazetteer]\ncolumns = { place_name = "hameau" }\n', encoding="utf-8")
    asked = ("--incidents", records, "--gazetteer", villages, "--profile", profile, *INTERNAL)
    table = tmp_path / "table.csv"
    run("density", *asked, "--period", "2022", "-o", table)
    counts = read_counts(table).dropna(subset=["name", "count"])
    assert dict(zip(counts["name"], counts["count"], strict=True)) == {"Mopti": 1}
    for command, name in (("map", "map.html"), ("gaps", "gaps.csv")):
        run(command, *asked, "--period", "2022", "-o", tmp_path / name)
    run("report", "--region", "Mopti", *asked, "--period", "2022", "-o", tmp_path / "mopti.html")
    compared = tmp_path / "compared.csv"
    run("reconcile", *asked, "-o", compared)
    assert pd.read_csv(compared)["recorded"].sum() > 0
    for product in (table, tmp_path / "gaps.csv", compared):
        assert run("verify", product).startswith(SAME)


def test_what_a_profile_read_is_verified_by_the_profile(tmp_path: Path) -> None:
    records, profile = tmp_path / "list.csv", tmp_path / "list.toml"
    records.write_text("quand;engin vu;ou\n04/03/2022;ied;Gao\n", encoding="utf-8")
    said = 'columns = { date = "quand", event_type = "engin vu", adm1_name = "ou" }\n'
    profile.write_text(f"[incidents]\n{said}", encoding="utf-8")
    read = ("--profile", profile)
    located = tmp_path / "located.csv"
    run("locate", records, *read, "-o", located)
    assert "ML07" in located.read_text(encoding="utf-8")
    assert run("verify", located).startswith(SAME)
    public = tmp_path / "public.csv"
    store = ("--store", tmp_path / "store")
    asked = ("--incidents", records, "--as-of", "2024-01-01", "--covers", "2022")
    run("density", *asked, *read, *store, "--audience", "public", "-o", public)
    verified = ("verify", public, "--incidents", records, *store)
    assert run(*verified, *read).startswith(SAME)
    assert "--profile" in str(fails(*verified))
    both = tmp_path / "both.toml"
    both.write_text(f"[incidents]\n{said}[projects]\nsheet = 'x'\n", encoding="utf-8")
    unclear = fails("locate", records, "--profile", both, "-o", located)
    assert "the profile is about incidents, projects" in str(unclear)


def test_a_profile_says_how_figures_are_read(tmp_path: Path) -> None:
    path, profile = tmp_path / "own.csv", tmp_path / "own.toml"
    path.write_text("Cercle;2021;2022\nKoro;3;4\n", encoding="utf-8")
    said = ("--constant", "measure=PDI", "--save-profile", profile)
    assert "chiffres" in run("check", path, *said, "--language", "fr")
    shown = run("density", "--figures", path, "--profile", profile, "--period", "2022", *INTERNAL)
    assert "displaced" in shown


def test_a_crosswalk_and_a_table_carried_over(incidents: Path, tmp_path: Path) -> None:
    shown = run("crosswalk", "2023", "2015")
    assert "Ménaka" in shown
    assert "nesting" in shown
    path = tmp_path / "table.csv"
    run("density", "--incidents", incidents, "--covers", "2021/2022", *INTERNAL, "-o", path)
    carried = tmp_path / "carried.csv"
    ends = ("2015", "2016", "--method", "population", "--table", path)
    run("crosswalk", *ends, *INTERNAL, "-o", carried)
    table = read_counts(carried)
    assert set(table["vintage"]) == {"2016"}
    assert table["count"].sum() == pytest.approx(4)


def test_records_against_published_figures(incidents: Path) -> None:
    found = run("reconcile", "--incidents", incidents, "--format", "csv", *INTERNAL)
    header, *rows = found.splitlines()
    assert header.startswith("vintage,pcode,name,place_kind")
    nation = next(row for row in rows if ",nation,2021-01-01,2021-09-30,incidents," in row)
    assert ",UNMAS,3.0,151.0," in nation


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("density", "--measure", "victims"), ArgumentError, "about a file of records"),
        (("density", "--covers", "2021"), ArgumentError, "none is given"),
        (("density", *TWO_KINDS), ArgumentError, "one of"),
        (("density", "--incidents", "none.csv"), InputFileError, "none.csv"),
        (("density", "-o", "none/folder/table.csv"), OutputFileError, "no folder"),
        (("crosswalk", "2015", "2023"), ArgumentError, "method population"),
        (("crosswalk", "2023", "2015", "--table", "none.csv"), InputFileError, "none.csv"),
    ],
)
def test_a_mistake_is_an_error_of_our_own(
    arguments: tuple[str, ...], error: type[Exception], message: str
) -> None:
    found = fails(*arguments)
    assert isinstance(found, error)
    assert message in str(found)


def test_what_is_no_density_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("vintage,count\n2015,3\n")
    with pytest.raises(FrameError, match="column is missing"):
        read_counts(path)
    wrong = pd.DataFrame({column: ["x"] for column in DENSITY})
    wrong.to_csv(path, index=False)
    with pytest.raises(InputFileError, match="is no density table"):
        read_counts(path)


def test_a_rounded_count_is_shown_with_its_lowest(tmp_path: Path) -> None:
    """Forty that were released may be 36; ten that have no place may lie there too."""
    path = tmp_path / "lost.csv"
    rows = [f"m{at},2021-{at % 12 + 1:02d}-04,14.5,-4.{at},ied,0,0" for at in range(10, 50)]
    rows += [f"l{at},2021-{at % 12 + 1:02d}-07,,,ied,0,0" for at in range(10)]
    path.write_text("\n".join([INCIDENTS.splitlines()[0], *rows]), encoding="utf-8")
    shown = run("density", "--incidents", path, "--covers", "2021", "--period", "2021")
    assert "40 (≥ 36)" in shown.replace("\N{NO-BREAK SPACE}", " ")
