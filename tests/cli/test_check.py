import re
import stat
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

import maligeo
from maligeo.cli import app, main
from maligeo.core.errors import FrameError, InputFileError, OutputFileError, UnknownNameError

DATA = Path(__file__).parents[1] / "data"


def run_check(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["check", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "incidents/acled.csv",
            "(acled)\nRows: 4 in the file, of which 2 read, 2 left out",
        ),
        (
            "incidents/ucdp.csv",
            "(ucdp)\nRows: 3 in the file, of which 3 read, 0 left out",
        ),
        ("areas/turning_points.csv", "land (plain_areas)\nRows: 8 in the file, of which"),
        (
            "projects/iati_203.xml",
            "(iati)\nRows: 5 in the file, of which 4 read, 1 left out",
        ),
    ],
)
def test_a_sound_file(name: str, told: str) -> None:
    code, output = run_check(DATA / name, "--language", "en")
    assert code == 0
    assert told in output
    assert "No fault found" in output


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("incidents/faulty.csv", ["15 faults", "row 3", "row 19, killed: is not a whole number"]),
        ("areas/faulty.csv", ["12 faults", "row 3, wkt: crosses itself"]),
    ],
)
def test_every_fault_is_printed_and_the_exit_code_is_one(name: str, told: list[str]) -> None:
    code, output = run_check(DATA / name, "--language", "en")
    assert code == 1
    assert all(words in output for words in told)


def test_a_table_of_people_is_known_and_accounted_for(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Région;Population 2021;Superficie\nGao;500000;1\nTotal;500000;1\n", "utf-8")
    code, output = run_check(path, "--language", "en")
    assert code == 0
    for line in ("people by unit (plain_population)", "Région → region (adm1_name)", "Superficie",
                 "Rows: 2 in the file, of which 1 read", "row 3: a total"):  # fmt: skip
        assert line in output


@pytest.mark.parametrize(
    "table",
    ["Région,Date,Type,Population\nGao,2022-03-01,EEI,1\n",
     "Région,Année,Incidents,Population\nGao,2021,3,500000\n"],
)  # fmt: skip
def test_people_beside_something_else_make_no_table_of_people(tmp_path: Path, table: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(table, "utf-8")
    assert "people by unit" not in run_check(path, "--language", "en")[1]


def test_people_of_own_boundaries_are_pointed_out(tmp_path: Path) -> None:
    units = maligeo.load_boundaries()[["pcode", "name", "geometry"]]
    units = units.set_axis(["admin1Pcode", "admin1Name", "geometry"], axis=1)
    units.set_geometry("geometry").assign(Population=5).to_file(tmp_path / "b.geojson")
    code, output = run_check(tmp_path / "b.geojson", "--language", "en")
    assert code == 0
    assert "People by unit (Population), which boundaries do not keep" in output


def test_faulty_rows_to_a_file(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    code, output = run_check(
        DATA / "incidents/faulty.csv", "--rejects", rejects, "--language", "en"
    )
    assert code == 1
    assert re.search(r"Rows with faults, kept in \S+: 15\.", output)
    assert len(rejects.read_text("utf-8").splitlines()) == 16


def test_a_file_of_no_known_make(tmp_path: Path) -> None:
    path = tmp_path / "strange.csv"
    path.write_text("apples,pears\n1,2\n")
    with pytest.raises(UnknownNameError, match="lists no land"):
        run_check(path, "--kind", "areas")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot be opened"):
        run_check(tmp_path / "none.csv", "--kind", "incidents")


def test_the_public_readers_are_there() -> None:
    assert all(hasattr(maligeo, f"read_{kind}") for kind in ("incidents", "areas"))


def test_it_speaks_french_and_says_what_to_say(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(
        "Date;Région;Engin;Décédés (femmes);Blessés\n04/03/2022;Gao;EEI;1;2\nTOTAL;;;1;2\n", "utf-8"
    )
    code, output = run_check(path)
    plain = output.replace("\u00a0", " ").replace("\u202f", " ")
    assert code == 0
    for line in (
        "Lignes : 2 dans le fichier (lues : 1",
        "  Décédés (femmes) → tués (killed)",
        "ligne 3 : un total",
        "le jour vient d’abord",
        "Aucune faute trouvée.",
    ):
        assert line in plain


def test_what_is_said_is_kept_and_used(tmp_path: Path) -> None:
    path, kept = tmp_path / "liste.csv", tmp_path / "mars.toml"
    path.write_text("quand;Région;Pertes\n04/03/2022;Gao;3\n", "utf-8")
    said = ["--column", "date=quand", "--column", "killed=Pertes", "--constant", "event_type=EEI"]
    code, _ = run_check(path, "--kind", "incidents", *said, "--save-profile", kept)
    assert code == 0
    counted = ["density", "--incidents", str(path), "--profile", str(kept), "--measure", "killed"]
    shown = ["--covers", "2022-03", "--period", "2022-03", "--audience", "internal"]
    done = CliRunner().invoke(app, [*counted, *shown, "--format", "csv"])
    assert ",Gao,unit,2022-03-01,2022-03-31,killed,3.0," in done.stdout


def test_a_fault_leaves_the_reading_to_be_seen() -> None:
    _, output = run_check(DATA / "incidents/faulty.csv", "--language", "en")
    assert "Columns read:" in output
    assert "15 with faults" in output


WORDS = (
    "Date;Région;Engin;Tués;Téléphone;Obs\n"
    "03/03/2022;Gao;obuss;2;A. B.;=1+1\n"
    "04/03/2022;Gao;obuss;x;A. B.;\n"
    "05/03/2022;Tombouctu;EEI;1;A. B.;\n"
    "TOTAL;;;3;;\n"
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_word_is_said_once_with_its_rows_and_a_proposal(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(WORDS, "utf-8")
    code, output = run_check(path)
    assert code == 1
    told = plain(output)
    assert (
        "Engin, « obuss » (2 lignes : 2, 3) : n’est pas un mot connu ici ; est-ce « obus »" in told
    )
    assert "  Engin : « obuss » (lignes : 2) ; est-ce obus" in told
    assert "ligne 3, Tués : n’est pas un nombre (on y lit « x »)" in told
    assert "« Tombouctu »" in told
    with pytest.raises(FrameError) as raised:
        maligeo.read_incidents(path)
    assert len(raised.value.faults) == 3
    assert raised.value.faults[0].proposals[0] == "obus"
    assert str(raised.value).count("obuss") == 1


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("Date;Région;Engin\n03/03/2022;Gao;zzz\n", "EEI (IED), mine (landmine), EEI/mine"),
        ("Zone;Région;Statut;Surface m2\nA;Gao;zzz;50\n", "soupçonnée (suspected), confirmée"),
        ("Projet;Région;Statut\nPuits;Gao;zzz\n", "prévu (planned), en cours (active)"),
    ],
)
def test_the_words_that_are_known_are_said_in_both_languages(
    tmp_path: Path, text: str, listed: str
) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(text, "utf-8")
    code, output = run_check(path)
    assert code == 1
    assert f"les mots connus sont par exemple {listed}" in plain(output)


def test_places_are_counted_and_named(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("Date;Région;Tués\n03/03/2022;Gao;2\n04/03/2022;Tombouctu;1\n", "utf-8")
    _, output = run_check(path)
    told = plain(output)
    assert "1 placés dans une région, 0 connus trop grossièrement, 0 hors du pays, 1 sans" in told
    assert "« Tombouctu » (lignes : 1) ; est-ce Tombouctou" in told


def test_the_workbook_has_the_rows_with_their_faults_in_red(tmp_path: Path) -> None:
    path, out = tmp_path / "liste.csv", tmp_path / "liste-check.xlsx"
    path.write_text(WORDS, "utf-8")
    code, output = run_check(path, "-o", out)
    assert code == 1
    assert "avec ses fautes en rouge" in output
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Lignes", "Colonnes", "Fautes", "Lieux", "Mots"]
    rows = [[cell.value for cell in row] for row in book["Lignes"]]
    assert rows[0] == ["ligne", "Date", "Région", "Engin", "Tués"]
    assert [row[0] for row in rows[1:]] == ["2", "3", "4", "5"]
    assert rows[4][1] == "TOTAL"
    sheet = book["Lignes"]
    assert plain(sheet["D2"].comment.text).startswith("n’est pas un mot connu ici ; est-ce « obus")
    assert sheet["E3"].comment.text == "n’est pas un nombre"
    assert sheet["E3"].font.color.rgb.endswith("C00000")
    assert sheet["E2"].comment is None
    faults = [[cell.value for cell in row] for row in book["Fautes"]]
    assert faults[1][:3] == [2, "Engin", "obuss"]
    assert faults[1][4].startswith("obus")
    words = [[cell.value for cell in row] for row in book["Mots"]]
    assert words[1][:3] == ["Engin", "obuss", 2]
    columns = {row[0].value: row[1].value for row in book["Colonnes"]}
    assert columns["Téléphone"].startswith("rien n’en est lu")
    text = "".join(str(cell.value) for one in book for row in one for cell in row)
    assert "A. B." not in text
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_cell_that_a_spreadsheet_would_compute_is_guarded(tmp_path: Path) -> None:
    path, out = tmp_path / "liste.csv", tmp_path / "a.xlsx"
    path.write_text("Date;Région;Tués;Obs\n03/03/2022;Gao;2;=1+1\n", "utf-8")
    run_check(path, "-o", out, "--language", "en")
    book = openpyxl.load_workbook(out)
    assert book.sheetnames[0] == "Rows"
    assert book["Rows"]["E2"].value == "'=1+1"


def test_the_workbook_is_the_same_each_time_and_never_the_input(tmp_path: Path) -> None:
    path, out = tmp_path / "liste.csv", tmp_path / "a.xlsx"
    path.write_text(WORDS, "utf-8")
    run_check(path, "-o", out)
    first = out.read_bytes()
    run_check(path, "-o", out)
    assert out.read_bytes() == first
    source = tmp_path / "source.xlsx"
    book = openpyxl.Workbook()
    for row in (["Date", "Région", "Tués"], ["2022-03-03", "Gao", "2"]):
        book.active.append(row)
    book.save(source)
    with pytest.raises(OutputFileError, match="is the file that is read"):
        run_check(source, "-o", source)


def test_a_workbook_with_several_sheets_says_what_each_holds(tmp_path: Path) -> None:
    path = tmp_path / "suivi.xlsx"
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("mars")
    for row in (["Lisez-moi", "de ce classeur"], ["voir", "mars"]):
        first.append(row)
    for row in (["Date", "Région", "Tués"], ["2022-03-03", "Gao", "2"]):
        second.append(row)
    book.save(path)
    with pytest.raises(UnknownNameError) as raised:
        run_check(path)
    told = plain(raised.value.message("fr"))
    assert "a plusieurs feuilles" in told
    assert '--sheet "mars"' in told
    assert "'Sheet': rien de reconnu" in told
    assert "'mars': incidents" in told
    code, _ = run_check(path, "--sheet", "mars")
    assert code == 0


def test_errors_are_said_in_the_language_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MALIGEO_LANGUAGE", raising=False)
    missing = str(tmp_path / "none.csv")
    for arguments, told in (
        ([], "ne peut pas être ouvert : il n’y a pas de fichier de ce nom"),
        (["--language", "en"], "cannot be opened: No such file"),
    ):
        with pytest.raises(SystemExit):
            main(["density", "--incidents", missing, *arguments])
        assert told in plain(capsys.readouterr().err)


def test_no_count_in_french_disagrees_with_its_word(tmp_path: Path) -> None:
    file, left = tmp_path / "une.csv", tmp_path / "rejets.csv"
    lines = ["date,type,outcome,region", "hier,ied,exploded,Mopti", "2021-01-01,ied,exploded,Gao"]
    file.write_text("\n".join([*lines, "Total,,,"]), encoding="utf-8")
    _, said = run_check(file, "--language", "fr", "--rejects", left)
    said = said.replace("\u00a0", " ")
    assert (
        "lues : 1 ; laissées de côté : 0 ; hors enregistrements : 1 ; avec des fautes : 1" in said
    )
    assert "Les 1 lignes" not in said
    assert "rejets.csv : 1." in said


def test_a_name_of_a_place_is_said_to_mean_another(tmp_path: Path) -> None:
    path, profile = tmp_path / "liste.csv", tmp_path / "profil.toml"
    path.write_text("Date;Région;Engin\n2022-03-04;Tombouctu;EEI\n", "utf-8")
    said = ("--place", "Tombouctu=Tombouctou")
    _, output = run_check(path)
    assert "est-ce Tombouctou" in output
    code, output = run_check(path, *said, "--save-profile", str(profile))
    plain = output.replace("\u00a0", " ")
    assert code == 0
    assert "« Tombouctu » est lu « Tombouctou » (lignes : 1)" in plain
    assert "PAS TROUVÉS" not in output
    assert "1 placés dans une région" in plain
    assert 'places = { "Tombouctu" = "Tombouctou" }' in profile.read_text("utf-8")
    path.write_text("Date;Région;Engin\n2022-04-04;Gao;EEI\n", "utf-8")
    code, output = run_check(path, "--profile", str(profile))
    assert code == 0
    assert "n’est dans aucune ligne" in output
    with pytest.raises(UnknownNameError, match="no row says 'Tombouctu'"):
        run_check(path, *said)
    with pytest.raises(UnknownNameError, match="no place that is known"):
        run_check(path, "--place", "Gao=Zzoura")


def test_fields_are_said_in_words_beside_their_names(tmp_path: Path) -> None:
    path, red = tmp_path / "liste.csv", tmp_path / "red.xlsx"
    path.write_text(
        "Date;Engin;Décédés;Superficie\nRégion de Gao;;;\n2022-03-04;EEI;2;1\n32/13/22;EEI;2;1\n",
        "utf-8",
    )
    _, output = run_check(path, "-o", str(red))
    plain = output.replace("\u00a0", " ")
    assert "région (adm1_name) : 2 lignes complétées" in plain
    sheet = openpyxl.load_workbook(red)["Colonnes"]
    assert ("Décédés", "lue", "tués", "") in list(sheet.values)


def test_a_folder_is_one_list(tmp_path: Path) -> None:
    folder = tmp_path / "mois"
    folder.mkdir()
    head, rows = "id,date,type,région", ["1,2022-01-03,EEI,Gao", "2,2022-01-04,EEI,Gaoo"]
    for name, more in (("01.csv", rows), ("02.csv", [rows[0], "3,2022-13-01,EEI,Mopti"])):
        (folder / name).write_text("\n".join([head, *more]), encoding="utf-8")
    code, told = run_check(folder, "--language", "en", "-o", tmp_path / "mois.xlsx")
    assert code == 1
    assert "4 in the file" in told
    assert "row 02.csv:2, id: is the id of an earlier row" in told
    assert "row 02.csv:3, date" in told
    assert "Gaoo" in told
    faults = openpyxl.load_workbook(tmp_path / "mois.xlsx")["Faults"]
    assert [row[0] for row in faults.values][1:] == ["02.csv:2", "02.csv:3"]
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputFileError, match=r"holds others: notes\.txt"):
        run_check(folder)


def test_villages_of_a_gazetteer_are_places(tmp_path: Path) -> None:
    records, villages = tmp_path / "liste.csv", tmp_path / "villages.csv"
    records.write_text("date,type,village\n2022-01-03,EEI,Sokoura-Test\n", encoding="utf-8")
    villages.write_text("Nom,lat,lon\nSokoura-Test,14.5,-4.2\n", encoding="utf-8")
    assert "Sokoura-Test" in run_check(records)[1]
    profile = tmp_path / "p.toml"
    profile.write_text('[gazetteer]\ncolumns = {place_name = "Nom"}\n', encoding="utf-8")
    code, told = run_check(records, "--gazetteer", villages, "--profile", profile)
    assert code == 0
    assert "1 placés dans une région" in told
    assert "Sokoura-Test" not in told
