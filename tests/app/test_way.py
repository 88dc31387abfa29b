"""The way from files to the answer, as forms without scripts."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

import maligeo
from maligeo.app.sayings import on_page
from maligeo.cli import main
from maligeo.readers.files.sources import Source
from maligeo.readers.profiles import read_profile
from maligeo.workflows.study import study
from tests.app.conftest import CORPUS, Served, Visit
from tests.app.napping import Nap
from tests.app.visitor import Visitor, multipart, plain, shown

VILLAGES = CORPUS / "incidents_villages.csv"
TWO_HEADERS = CORPUS / "3w_deux_entetes.xlsx"
REGIONS = ("Mopti", "Gao", "Ségou")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough incidents for numbers that the public may have."""
    path = tmp_path_factory.mktemp("many") / "liste.csv"
    rows = [
        f"{10 + at % 18}/{1 + at % 12:02}/2022,{REGIONS[at % 3]},EEI,{at % 3},{at % 4}"
        for at in range(240)
    ]
    path.write_text("\n".join(["Jour des faits,Région,Engin,Pertes,Blessés", *rows]), "utf-8")
    return path


SAID = {"columns": {"killed": "Pertes", "date": "Jour des faits"}}


@pytest.fixture(scope="module")
def answered(served: Served, many: Path) -> Visitor:
    """A visitor who has corrected one column and asked for 2022."""
    visitor = Visitor(served.port, served.keys.token)
    page = visitor.drop(incidents=many).text
    assert "étape 2, colonne « Jour des faits »" in re.sub("[\u00a0\u202f]", " ", page)
    at = {text: re.search(rf'name="(incidents\.c\d+)" aria-label="[^"]*{text}"', page)
          for text in ("Pertes", "Jour des faits")}  # fmt: skip
    said = {at["Pertes"][1]: "killed", at["Jour des faits"][1]: "date", "next": "1"}  # type: ignore[index]
    visitor.send("understand", said)
    visitor.send("ask", {"period": "2022", "covers": "2022", "audience": "public"})
    visitor.send("reports", {"region": "Gao"})
    return visitor


@pytest.fixture(scope="module")
def same(many: Path, store: Path) -> maligeo.Study:
    """What a script makes of the same file and the same words."""
    made = study(incidents=Source(many, **SAID), period="2022", covers="2022")  # type: ignore[arg-type]
    return made.release(audience="public")


def test_what_the_page_gives_is_what_a_study_gives(
    answered: Visitor, same: maligeo.Study, tmp_path: Path
) -> None:
    products = {
        "carte.html": same.map(language="fr"),
        "reponse.csv": same.answer(language="fr"),
        "reponse.xlsx": same.answer(language="fr"),
        "rapport.pdf": same.report(language="fr"),
        "fiche-7-gao.pdf": same.report("Gao", language="fr"),
    }
    names = re.findall(r"/files/(fiche-[\w.-]+)", answered.get("see").text)
    assert names == [list(same.units["name"]).index("Gao") + 1 and names[0]]
    for name, product in products.items():
        wanted = product.save(tmp_path / name).read_bytes()
        given = names[0] if name.startswith("fiche") else name
        assert answered.ask(f"{answered.base}/files/{given}").body == wanted, name


def test_the_answer_is_in_sentences_in_both_languages(
    answered: Visitor, same: maligeo.Study
) -> None:
    for language, title in (("fr", "La réponse"), ("en", "The answer")):
        address = f"/{answered.token}/{language}/{answered.base.rpartition('/')[2]}/see"
        page = answered.ask(address).text.replace("&#39;", "'")
        assert title in page
        sentences = same.answer(language=language).frame["sentence"].dropna()  # type: ignore[arg-type]
        assert len(sentences) == 9
        assert all(sentence in page for sentence in sentences)


def test_the_archive_holds_what_can_be_downloaded_and_how_it_was_made(answered: Visitor) -> None:
    content = answered.ask(f"{answered.base}/files/maligeo.zip").body
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        records = json.loads(archive.read("provenance.json"))
        csv = archive.read("reponse.csv")
    assert {"carte.html", "rapport.pdf", "reponse.xlsx", "reponse.csv"} <= names
    assert records["carte.html"]["audience"] == "public"
    assert csv == answered.ask(f"{answered.base}/files/reponse.csv").body


def test_the_map_is_shut_into_its_frame(answered: Visitor) -> None:
    page = answered.get("see").text
    assert re.search(r'<iframe src="[^"]+/map" [^>]*sandbox="allow-scripts">', page)
    answer = answered.ask(f"{answered.base}/map")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'")
    assert "connect-src" not in policy
    assert answer.body == answered.ask(f"{answered.base}/files/carte.html").body


def test_a_profile_is_kept_for_next_month(answered: Visitor, many: Path, visit: Visit) -> None:
    kept = answered.ask(f"{answered.base}/profile")
    assert "Pertes" in kept.text
    assert "attachment" in kept.headers["content-disposition"]
    visitor = visit()
    assert "Pertes" in visitor.drop(incidents=many).text
    page = visitor.send("profile", {}, {"profile": ("mars.toml", kept.body)}).text
    assert re.search(r"Pertes</th>\s*<td>→ tués", page)
    assert visitor.ask(f"{visitor.base}/profile").body == kept.body


def test_what_is_no_profile_is_refused(visit: Visit) -> None:
    visitor = visit()
    visitor.drop(incidents=VILLAGES)
    for content in (b"\xff\xfe", b"[incidents]\npath = 'x'\n", b"a = " + b"[" * 50_000):
        answer = visitor.send("profile", {}, {"profile": ("p.toml", content)})
        assert answer.status == 400
        assert "n’est pas un profil" in answer.text


def test_the_steps_say_where_one_is(visit: Visit) -> None:
    visitor = visit()
    page = visitor.ask(f"{visitor.base}/").text
    assert re.findall(r'aria-current="step">(\d)', page) == ["1"]
    page = visitor.drop(incidents=VILLAGES, projects=TWO_HEADERS).text
    assert re.findall(r'aria-current="step">(\d)', page) == ["2"]
    assert "INTERNE" in page
    for column in ("Village", "Partenaire de mise en œuvre"):
        assert column in page
    page = visitor.get("repair").text
    assert page.count("Aucune faute.") == 2


@pytest.mark.parametrize("audience", ["internal", "partner"])
def test_who_else_is_given_it_is_given_what_a_study_gives(
    audience: str, many: Path, visit: Visit, store: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "incidents.csv"  # so the page calls it, and internal products name it
    listed.write_text(many.read_text("utf-8").replace("Gao,", "Gaoo,", 40), "utf-8")
    visitor = visit()
    page = visitor.drop(incidents=listed).text
    at = {text: re.search(rf'name="(incidents\.c\d+)" aria-label="[^"]*{text}"', page)
          for text in ("Pertes", "Jour des faits")}  # fmt: skip
    said = {at["Pertes"][1]: "killed", at["Jour des faits"][1]: "date", "next": "1"}  # type: ignore[index]
    visitor.send("understand", said)
    page = visitor.send(
        "repair", {"places": "1", "incidents.n0": "Gaoo", "incidents.p0": "Gao"}
    ).text
    assert "Gaoo</strong> → Gao" in page
    (tmp_path / "profil.toml").write_bytes(visitor.ask(f"{visitor.base}/profile").body)
    visitor.send("ask", {"period": "2022", "covers": "2022", "audience": audience})
    kept = read_profile(tmp_path / "profil.toml")["incidents"]
    made = study(incidents=Source(listed, **kept), period="2022", covers="2022")
    same = made.release(audience=audience)  # type: ignore[arg-type]
    for name, product in {
        "carte.html": same.map(language="fr"),
        "reponse.csv": same.answer(language="fr"),
        "rapport.pdf": same.report(language="fr"),
    }.items():
        given = visitor.ask(f"{visitor.base}/files/{name}").body
        assert given == product.save(tmp_path / name).read_bytes(), name


DIRTY = "Date,Région,Type,Morts\n05/03/2022,Mopti,EEI,2\n99/99/2022,Gao,EEI,trois\n"


def test_faults_are_told_by_cell_and_repaired(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    visitor.drop(incidents=("avril.csv", DIRTY.encode()))
    page = visitor.get("repair").text
    rows = re.findall(r"<tr><td[^>]*>3</td><td[^>]*>(\w+)</td><td[^>]*><strong>([^<]+)", page)
    assert ("Date", "99/99/2022") in rows
    assert ("Morts", "trois") in rows
    red = visitor.ask(f"{visitor.base}/red/incidents").body
    (tmp_path / "incidents.csv").write_text(DIRTY, "utf-8")
    with pytest.raises(SystemExit):
        main(["check", str(tmp_path / "incidents.csv"), "--language", "fr", "--kind", "incidents",
              "-o", str(tmp_path / "red.xlsx")])  # fmt: skip
    assert red == (tmp_path / "red.xlsx").read_bytes()
    assert load_workbook(io.BytesIO(red)).worksheets[0]["C3"].value is not None
    better = DIRTY.replace("99/99", "06/03").replace("trois", "3").encode()
    page = visitor.send("repair", {"kind": "incidents"}, {"file": ("avril.csv", better)}).text
    assert "Aucune faute." in page


MISSPELT = (
    "Date,Région,Type,Morts\n05/03/2022,Tombouctu,EEI,2\n06/03/2022,Gao,EEI,1\n"
    "07/03/2022,Pays dogon,EEI,0\n08/03/2022,Tombouctu,EEI,trois\n"
)


def test_a_name_is_accepted_taken_back_and_kept_for_next_month(visit: Visit) -> None:
    visitor = visit()
    visitor.drop(incidents=("mars.csv", MISSPELT.encode()))
    page = visitor.get("repair").text
    menu = re.search(r'name="(incidents\.p\d)" aria-label="[^"]*Tombouctu".*?</select>', page, re.S)
    assert menu is not None
    assert 'value="Tombouctou"' in menu[0]
    assert "lignes placées : 1 ;" in plain(shown(page))
    other = re.search(r'name="(incidents\.q\d)"[^>]*aria-label="[^"]*Pays dogon"', page)
    assert other is not None
    said = dict(re.findall(r'name="(incidents\.n\d)" value="([^"]*)"', page))
    said |= {menu[1]: "Tombouctou", other[1]: "Bandiagara"}
    page = visitor.send("repair", said | {"places": "1"}).text
    assert "lignes placées : 3 ;" in plain(shown(page))
    assert "Lieux introuvables" not in page  # also not for the row with a fault
    assert re.search(r"Tombouctu</strong> → Tombouctou \(Lignes\s: 2\)", page)
    assert "Tombouctu » est lu « Tombouctou » (lignes : 2)" in plain(visitor.get("understand").text)
    visitor.send("understand", {"next": "1"})  # which says other things, and keeps these
    kept = visitor.ask(f"{visitor.base}/profile").body
    assert b'places = { "Tombouctu" = "Tombouctou", "Pays dogon" = "Bandiagara" }' in kept
    page = visitor.send("repair", {"places": "1", "incidents.u1": "Pays dogon"}).text
    assert "Bandiagara" not in page
    assert "lignes placées : 2 ;" in plain(shown(page))
    april = visit()
    april.drop(incidents=("avril.csv", MISSPELT.replace("Pays dogon", "Mopti").encode()))
    april.send("profile", {}, {"profile": ("profil.toml", kept)})
    assert "lignes placées : 3 ;" in plain(shown(april.get("repair").text))
    assert "n’est dans aucune ligne" in april.get("understand").text


def test_a_name_that_is_no_known_place_is_said_and_can_be_taken_back(visit: Visit) -> None:
    visitor = visit()
    visitor.drop(incidents=("mars.csv", MISSPELT.encode()))
    said = {"incidents.n0": "Tombouctu", "incidents.q0": "Tombuctou"}
    page = visitor.send("repair", said).text  # also who goes on is led to what is wrong
    assert "ne peut pas encore servir" in page
    page = visitor.get("repair").text
    assert "qui n’est le nom d’aucun lieu connu" in plain(page)
    assert "(étape 3, lieux)" in page
    assert "/page" not in re.sub(r'(href|src|action)="[^"]*"', "", page)
    page = visitor.send("repair", {"places": "1", "incidents.u0": "Tombouctu"}).text
    assert "Lieux introuvables" in page


def test_land_by_name_is_placed_too(visit: Visit) -> None:
    visitor = visit()
    text = "N°,Région,Superficie (ha),Statut\n1,Tombouctu,2,dépolluée\n2,Gao,3,dépolluée\n"
    visitor.drop(areas=("terres.csv", text.encode()))
    assert "lignes placées : 1 ;" in plain(shown(visitor.get("repair").text))
    said = {"places": "1", "areas.n0": "Tombouctu", "areas.p0": "Tombouctou"}
    assert "lignes placées : 2 ;" in plain(shown(visitor.send("repair", said).text))


def test_fields_are_said_in_the_language_of_the_page(visit: Visit) -> None:
    titled = "Date,Engin,Décédés\nRégion de Gao,,\n2022-03-04,EEI,2\n32/13/22,EEI,2\n"
    for language, wanted in (("fr", "région : 2 lignes complétées"), ("en", "region: 2 rows comp")):
        visitor = visit(language)
        page = visitor.drop(incidents=("x.csv", titled.encode())).text
        assert wanted in plain(page)
        assert "adm1_name" not in shown(page)
        book = visitor.ask(f"{visitor.base}/red/incidents").body
        cells = {cell for sheet in load_workbook(io.BytesIO(book)) for row in sheet.values
                 for cell in row}  # fmt: skip
        assert {"fr": "tués", "en": "killed"}[language] in cells
        other = "en" if language == "fr" else "fr"
        crossed = visitor.base.replace(f"/{language}/", f"/{other}/")
        assert visitor.ask(f"{crossed}/red/incidents").body != book
    visitor = visit()
    page = visitor.drop(areas=("terres.csv", b"Village,Superficie (ha)\nKoro,3\n")).text
    for step in ("understand", "repair"):
        assert not re.search(r"\b[a-z]+_[a-z_]+\b", shown(visitor.get(step).text))
    page = visitor.drop(incidents=("x.csv", b"Lieu,Note\nKoro,3\n")).text
    assert "il manque : date" in plain(page)


def test_a_repaired_file_is_read_with_the_choices_made_before(visit: Visit) -> None:
    visitor = visit()
    text = DIRTY.replace("Morts", "Pertes")
    page = visitor.drop(incidents=("avril.csv", text.encode())).text
    at = re.search(r'name="(incidents\.c\d+)" aria-label="[^"]*Pertes"', page)
    assert at is not None
    assert "trois" in visitor.send("understand", {at[1]: "killed", "next": "1"}).text
    better = text.replace("99/99", "06/03").replace("trois", "3").encode()
    visitor.send("repair", {"kind": "incidents"}, {"file": ("mai.csv", better)})
    assert re.search(r"Pertes</th>\s*<td>→ tués", visitor.get("understand").text)


def test_one_may_go_on_without_the_faulty_rows(visit: Visit) -> None:
    visitor = visit()
    visitor.drop(incidents=("avril.csv", DIRTY.encode()))
    visitor.send("repair", {"leaving.incidents": "1"})
    page = visitor.get("ask").text
    asked = re.search(r'name="period" value="([^"]*)"', page)
    assert "Proposé : les trimestres de la dernière année" in plain(page)
    assert asked is not None
    assert asked[1] == "2022-01/2022-03"  # the quarter of what is in the file
    page = visitor.send("ask", {"audience": "internal", "period": asked[1]}).text
    assert "INTERNE" in page
    assert re.search(r"Mopti[^<]*1 incident", page), shown(page)


def test_two_columns_cannot_be_one_field(visit: Visit) -> None:
    visitor = visit()
    content = b"Date,Region,Type,Pertes,Autres\n2022-03-05,Mopti,EEI,2,1\n"
    page = visitor.drop(incidents=("x.csv", content)).text
    names = re.findall(r'name="(incidents\.c\d+)" aria-label="[^"]*(?:Pertes|Autres)"', page)
    answer = visitor.send("understand", dict.fromkeys(names, "killed"))
    assert answer.status == 400
    assert "Pertes" in shown(answer.text)


def test_a_sheet_is_chosen_and_constants_are_said(visit: Visit) -> None:
    visitor = visit()
    page = visitor.drop(projects=CORPUS / "projets_et_listes.xlsx").text
    page = page.partition("projects.sheet")[2].partition("</select>")[0]
    sheets = re.findall(r'<option value="([^"]+)"', page)
    assert len(sheets) > 1
    chosen = re.search(r'<option value="([^"]+)" selected', page)
    assert chosen is not None
    said = {"projects.sheet": chosen[1], "projects.k0": "status", "projects.t0": "en cours"}
    page = visitor.send("understand", said).text
    assert "Lignes" in page
    assert 'value="en cours"' in page


def test_a_file_in_the_wrong_place_is_moved(visit: Visit) -> None:
    visitor = visit()
    page = visitor.drop(incidents=TWO_HEADERS).text
    assert 'class="error"' in page
    assert "Ce fichier ressemble plutôt à ceci : Projets (3W)." in plain(shown(page))
    page = visitor.send("understand", {"incidents.kind": "projects", "next": "1"}).text
    assert 'class="error"' not in page
    assert "Projets (3W)" in page
    visitor.drop(incidents=VILLAGES)
    taken = visitor.send("understand", {"incidents.kind": "projects"})
    assert taken.status == 400
    assert "3w_deux_entetes.xlsx" in taken.text


def test_the_one_sheet_with_incidents_is_read(visit: Visit) -> None:
    book = Workbook()
    book.active.append(["EEI", "mine"])
    listed = book.create_sheet("Sept 2022")
    for row in (["Date", "Région", "Type"], ["05/09/2022", "Mopti", "EEI"]):
        listed.append(row)
    content = io.BytesIO()
    book.save(content)
    visitor = visit()
    page = visitor.drop(incidents=("suivi.xlsx", content.getvalue())).text
    assert re.search(r'<option value="Sept 2022" selected', page)
    assert re.search(r"Région</th>\s*<td>→ région", page)
    assert 'sheet = "Sept 2022"' in visitor.ask(f"{visitor.base}/profile").text
    visitor.send("understand", {"incidents.sheet": "Sept 2022", "next": "1"})
    page = visitor.send("ask", {"audience": "internal", "period": "2022-09"}).text
    assert re.search(r"Mopti[^<]*1 incident", page), shown(page)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('say --column "killed=Pertes du jour".', "say step 2, column “Pertes du jour”: killed."),
        (
            'say --column "date=a" --column "killed=b c".',
            "say step 2, column “a”: date; step 2, column “b c”: killed.",
        ),
        ("as by --constant status=cleared)", "as by step 2, for all rows: status = cleared)"),
        ("say (--dates day-month or month-day)", "say (step 2, order of dates)"),
        ("in a table (maligeo density --areas).", "in a table."),
        ("(--audience internal)", "(step 4, for whom: Internal use)"),
        ("(--covers)", "(step 4, what the list covers)"),
        ("such as --covers 2022", "such as step 4, what the list covers"),
        ("give --incidents too", "give step 1, “Incidents” too"),
        ("say --kind boundaries", "say step 1, “Administrative boundaries”"),
        ("a --nonsense stays", "a --nonsense stays"),
    ],
)
def test_options_are_said_as_places_on_the_page(text: str, said: str) -> None:
    assert on_page(text, "en") == said


def test_the_model_workbook_is_that_of_the_command(visit: Visit, tmp_path: Path) -> None:
    visitor = visit("en")
    page = visitor.ask(f"{visitor.base}/").text
    link = re.search(r'href="([^"]+modele.xlsx)"', page)
    assert link is not None
    given = visitor.ask(link[1]).body
    assert given == maligeo.write_template(tmp_path / "m.xlsx", language="en").read_bytes()
    page = visitor.drop(incidents=("m.xlsx", given)).text
    assert re.search(r'<option value="Incidents" selected', page)


def test_tabs_do_not_mix(visit: Visit) -> None:
    one, other = visit(), visit("en")
    assert "incidents_villages" in one.drop(incidents=VILLAGES).text
    assert "incidents_villages" not in other.drop(projects=TWO_HEADERS).text
    assert one.base != other.base
    assert "3w_deux" not in one.get("understand").text


def test_work_is_cancelled(visit: Visit, served: Served) -> None:
    visitor = visit()
    visitor.drop(incidents=VILLAGES)
    nap = served.desk.queue.start(Nap())
    kind = {"content_type": "application/x-www-form-urlencoded"}
    begun = visitor.ask(f"{visitor.base}/ask", "POST", b"audience=internal", **kind)
    assert begun.status == 303
    waiting = visitor.ask(f"{visitor.base}/see").text
    assert "Attend la fin" in waiting
    assert re.search(r'<noscript><meta http-equiv="refresh"', waiting)
    left = visitor.ask(f"{visitor.base}/cancel", "POST", b"")
    assert left.headers["location"].endswith("/ask")
    assert visitor.get("see").headers["location"].endswith("/ask")
    again, body = multipart({}, {"file.incidents": ("neu.csv", VILLAGES.read_bytes())})
    visitor.ask(f"{visitor.base}/drop", "POST", body, content_type=again)
    left = visitor.ask(f"{visitor.base}/cancel", "POST", b"")
    assert left.headers["location"].endswith("/drop")
    process = served.desk.queue._process
    nap.cancelled.set()
    assert nap.over.wait(60)
    assert "Village" in visit().drop(incidents=VILLAGES).text
    assert served.desk.queue._process is not process
    assert "neu.csv" in visitor.get("understand").text


def test_a_zone_of_a_3w_that_nobody_knows_is_accepted(visit: Visit) -> None:
    visitor = visit("en")
    text = "Organisation,Activité,Zone d'intervention\nONG A,Puits,Bandiagra\nONG B,Puits,Gao\n"
    visitor.drop(projects=("3w.csv", text.encode()))
    page = visitor.get("repair").text
    assert "rows placed: 1;" in shown(page)
    assert 'value="Bandiagara"' in page
    said = {"places": "1", "projects.n0": "Bandiagra", "projects.p0": "Bandiagara"}
    assert "rows placed: 2;" in shown(visitor.send("repair", said).text)
