"""UCDP Candidate, ACLED, HAPI and data sets of HDX, from a server that answers as they do."""

import base64
import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import maligeo
from maligeo.core.errors import ArgumentError, InputFileError
from tests.cli.test_fetch import in_terminal
from tests.downloads.publishers import Publisher

GED = (
    "id,country_id,date_start,date_prec,where_prec,best,low,high,latitude,longitude\r\n"
    "1,432,2026-06-05 00:00:00.000,1,1,6,4,9,14.5,-3.5\r\n"
    "2,433,2026-06-05 00:00:00.000,1,1,6,4,9,14.5,-16.5\r\n"
    "3,432,2026-06-21 00:00:00.000,1,1,2,2,2,16.25,-0.25\r\n"
)
MONTH = "/downloads/candidateged/GEDEvent_v26_0_6.csv"


# UCDP Candidate


def test_a_month_of_candidate_events_gives_the_rows_of_the_country(publisher: Publisher) -> None:
    publisher.has(
        MONTH, "\ufeff" + GED, statuses=[429, 500], headers={"Retry-After": "0"}, cuts=[150]
    )
    events = maligeo.read_incidents(publisher.fetch("ucdp-candidate", "26.0.6"))
    assert events["event_id"].tolist() == ["1", "3"]
    assert events["killed"].tolist() == [6, 2]
    publisher.has("/downloads/candidateged/GEDEvent_v26_01_26_03.csv", GED)
    quarter = publisher.fetch("ucdp-candidate", "26.01.26.03")
    assert quarter.name == "ucdp-candidate-26.01.26.03-mli.csv"


def test_a_month_that_is_revised_is_taken_up_and_told(publisher: Publisher) -> None:
    publisher.has(MONTH, GED)
    publisher.fetch("ucdp-candidate", "26.0.6")
    publisher.has(MONTH, GED.replace(",6,4,9,", ",8,4,9,"), etag='"two"')
    with pytest.warns(UserWarning, match="has changed this file"):
        path = publisher.fetch("ucdp-candidate", "26.0.6", refresh=True)
    assert maligeo.read_incidents(path)["killed"].tolist() == [8, 2]


def test_candidate_events_with_other_columns_are_refused(publisher: Publisher) -> None:
    publisher.has(MONTH, GED.replace("best,", "deaths_best,"))
    with pytest.raises(InputFileError, match="has changed the columns: there is no best any more"):
        publisher.fetch("ucdp-candidate", "26.0.6")
    publisher.has(MONTH, "<html>404</html>")
    with pytest.raises(InputFileError, match="no csv file but a web page"):
        publisher.fetch("ucdp-candidate", "26.0.6")


@pytest.mark.parametrize("edition", ["26.0.13", "26.0", "2026-06", "26.0.6/../x", ""])
def test_an_edition_has_the_form_of_its_publisher(publisher: Publisher, edition: str) -> None:
    with pytest.raises(ArgumentError, match="edition of ucdp-candidate"):
        publisher.fetch("ucdp-candidate", edition)
    assert publisher.server.asked == []


def test_an_edition_has_to_be_said_where_there_is_no_first_one(publisher: Publisher) -> None:
    with pytest.raises(ArgumentError, match=r"ucdp-candidate, such as --edition 26\.0\.6"):
        publisher.fetch("ucdp-candidate")


# HAPI


def hapi(theme: str, offset: int, rows: int = 10_000) -> str:
    query = f"location_code=MLI&output_format=json&limit={rows}&offset={offset}"
    return f"/api/v2/coordination-context/{theme}?{query}"


def presence(organisation: str, region: str = "Mopti", **more: Any) -> dict[str, Any]:
    return {
        "location_code": "MLI", "admin1_code": "ML05", "admin1_name": region, "admin2_code": None,
        "admin2_name": None, "provider_admin1_name": region, "provider_admin2_name": "",
        "org_acronym": organisation, "org_name": organisation, "org_type_code": "441",
        "sector_code": "WSH", "sector_name": "Water",
        "reference_period_start": "2025-01-01T00:00:00",
        "reference_period_end": "2025-03-31T23:59:59",
    } | more  # fmt: skip


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HDX_HAPI_EMAIL", "nobody@example.org")


def test_pages_of_hapi_are_put_together_a_second_apart(publisher: Publisher, known: None) -> None:
    first = [presence(f"ONG {number}") for number in range(3)]
    publisher.has(hapi("operational-presence", 0), {"data": first}, statuses=[429],
                  headers={"Retry-After": "0"})  # fmt: skip
    # A server that gives fewer than were asked for has not told that these were all.
    publisher.has(hapi("operational-presence", 3), {"data": [presence("Last")]}, cuts=[40])
    publisher.has(hapi("operational-presence", 4), {"data": []})
    path = publisher.fetch("hapi", "operational-presence")
    projects = maligeo.read_projects(path)
    assert projects["organisation"].tolist() == ["ONG 0", "ONG 1", "ONG 2", "Last"]
    assert set(projects["place"]) == {"Mopti"}
    assert publisher.waits == [1, 1]
    sent = base64.b64encode(b"maligeo:nobody@example.org").decode()
    assert {one.get("X-HDX-HAPI-APP-IDENTIFIER") for one in publisher.server.headers} == {sent}
    for file in publisher.options.folder.iterdir():
        assert b"nobody" not in file.read_bytes()
        assert sent.encode() not in file.read_bytes()
    publisher.server.pages.clear()
    assert publisher.fetch("hapi", "operational-presence") == path


def event(region: str, cercle: str, month: str, events: int) -> dict[str, Any]:
    return {
        "location_code": "MLI", "admin1_code": "", "admin1_name": region, "admin2_code": "",
        "admin2_name": cercle, "event_type": "political_violence", "events": events,
        "fatalities": 2 * events, "reference_period_start": f"{month}-01",
        "reference_period_end": f"{month}-28",
    }  # fmt: skip


def test_conflict_events_of_hapi_are_read_as_figures(publisher: Publisher, known: None) -> None:
    found = [event("Mopti", "Koro", "2025-02", 4), event("Gao", "Ansongo", "2025-02", 0)]
    publisher.has(hapi("conflict-events", 0), {"data": found})
    publisher.has(hapi("conflict-events", 2), {"data": []})
    figures = maligeo.read_figures(publisher.fetch("hapi", "conflict-events"))
    events = figures[figures["measure"] == "events_political_violence"]
    assert events["value"].tolist() == [4, 0]
    assert set(figures["publisher"]) == {"ACLED, counted by HDX HAPI"}


@pytest.mark.parametrize(
    ("pages", "message"),
    [
        ({0: {"data": []}}, "gives no record for operational-presence"),
        ({0: {"detail": "no"}}, "does not answer with records"),
        ({0: [1]}, "does not answer with records"),
        ({0: {"data": [presence("A")]}, 1: {"data": [presence("A")]}}, "the same page twice"),
        (
            {0: {"data": [{"location_code": "MLI", "organisation": "A"}]}, 1: {"data": []}},
            "has changed the columns: there is no admin1_name, .* any more",
        ),
        (
            {0: {"data": [presence("A"), presence("B", new=1)]}, 2: {"data": []}},
            "record 2 of hapi has other columns",
        ),
        ({0: {"data": [presence("A")]}}, r"is not there \(404\)"),
    ],
)
def test_what_is_no_list_of_records_is_refused(
    publisher: Publisher, known: None, pages: dict[int, Any], message: str
) -> None:
    for offset, answer in pages.items():
        publisher.has(hapi("operational-presence", offset), answer)
    with pytest.raises(InputFileError, match=message):
        publisher.fetch("hapi", "operational-presence")
    assert not list(publisher.options.folder.glob("*.csv"))


def test_hapi_is_told_who_asks_or_is_not_asked(publisher: Publisher) -> None:
    with pytest.raises(ArgumentError, match="put HDX_HAPI_EMAIL into the environment"):
        publisher.fetch("hapi")
    assert publisher.server.asked == []


# ACLED


def acled(page: int) -> str:
    return f"/api/acled/read?_format=json&country=Mali&year=2024&limit=5000&page={page}"


def attack(number: int, **more: Any) -> dict[str, Any]:
    return {
        "event_id_cnty": f"MLI{number}", "event_date": "2024-03-05", "year": "2024",
        "time_precision": "1", "event_type": "Explosions/Remote violence",
        "sub_event_type": "Remote explosive/landmine/IED", "admin1": "Mopti", "admin2": "Koro",
        "admin3": "", "location": "Koro", "latitude": "14.5", "longitude": "-3.5",
        "geo_precision": "1", "fatalities": "2", "notes": 'A mine, "they" said.\nTwo died.',
    } | more  # fmt: skip


SECRET = "pässword & more"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACLED_EMAIL", "someone@example.org")
    monkeypatch.setenv("ACLED_PASSWORD", SECRET)


def two_pages(publisher: Publisher) -> None:
    publisher.has(
        "/oauth/token", {"token_type": "Bearer", "access_token": "t0ken", "expires_in": 86400}
    )
    first = {"status": 200, "data": [attack(1), attack(2)]}
    publisher.has(acled(1), first, statuses=[500])
    publisher.has(acled(2), {"status": 200, "data": [attack(3)]}, cuts=[30])
    publisher.has(acled(3), {"status": 200, "data": []})


def test_acled_comes_with_ones_own_account_and_goes_where_one_says(
    publisher: Publisher, account: None, tmp_path: Path
) -> None:
    two_pages(publisher)
    target = tmp_path / "mine" / "acled.csv"
    publisher.options = replace(publisher.options, output=target)
    assert publisher.fetch("acled", "2024") == target
    events = maligeo.read_incidents(target)
    assert events["event_id"].tolist() == ["MLI1", "MLI2", "MLI3"]
    assert events["killed"].tolist() == [2, 2, 2]
    assert publisher.waits == [1, 1]
    form = publisher.server.posted
    assert len(form) == 1
    assert "grant_type=password&client_id=acled" in form[0]
    reads = [one for one in publisher.server.headers if "Authorization" in one]
    assert {one["Authorization"] for one in reads} == {"Bearer t0ken"}
    if os.name == "posix":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["acled.csv"]
    kept = {path.name for path in publisher.options.folder.iterdir()}
    assert kept == {".fetching.lock", "accepted-licences.json"}
    for path in tmp_path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(word in content for word in (b"someone@", b"t0ken", SECRET.encode()))


def test_an_account_may_be_typed_in(publisher: Publisher, tmp_path: Path) -> None:
    two_pages(publisher)
    asked: list[str] = []

    def typed(name: str) -> str:
        asked.append(name)
        return "typed"

    publisher.options = replace(publisher.options, output=tmp_path / "a.csv", ask=typed)
    publisher.fetch("acled", "2024")
    assert asked == ["ACLED_EMAIL", "ACLED_PASSWORD"]


def test_a_person_types_the_account_and_the_password_is_not_shown(
    publisher: Publisher, tmp_path: Path
) -> None:
    two_pages(publisher)
    target, sources = tmp_path / "a.csv", str(publisher.options.sources)
    command = ["fetch", "acled", "--edition", "2024", "-o", str(target), "--sources", sources,
               "--cache", str(tmp_path / "cache")]  # fmt: skip
    answers = {"[y/N]": "y", "ACLED_EMAIL": "me@example.org", "ACLED_PASSWORD": "geheim"}
    code, shown = in_terminal(command, answers)
    assert code == 0, shown
    assert "password=geheim" in publisher.server.posted[0]
    assert "geheim" not in shown
    assert target.is_file()


def test_acled_is_not_asked_without_an_account_or_a_place(
    publisher: Publisher, tmp_path: Path
) -> None:
    with pytest.raises(ArgumentError, match=r"forbid to pass acled on.*-o list\.csv"):
        publisher.fetch("acled", "2024")
    publisher.options = replace(publisher.options, output=tmp_path / "a.csv")
    with pytest.raises(ArgumentError, match="put ACLED_EMAIL and ACLED_PASSWORD into"):
        publisher.fetch("acled", "2024")
    assert publisher.server.asked == []


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ({"content": {"error": "no"}, "statuses": [401]}, "gave no token for this account: .* 401"),
        ({"content": {"error": "no"}}, "gave no token for this account$"),
        ({"content": {"access_token": "two\nlines"}}, "gave no token for this account$"),
        ({"content": "", "redirect": "https://example.org/"}, "is not told who asks"),
    ],
)
def test_an_account_that_is_not_accepted_is_told_without_it(
    publisher: Publisher, account: None, tmp_path: Path, page: dict[str, Any], message: str
) -> None:
    publisher.has("/oauth/token", page.pop("content"), **page)
    publisher.options = replace(publisher.options, output=tmp_path / "a.csv")
    with pytest.raises(InputFileError, match=message) as caught:
        publisher.fetch("acled", "2024")
    told = "".join(str(one) for one in (caught.value, caught.value.__cause__))
    assert "someone" not in told
    assert "ssword" not in told
    assert not (tmp_path / "a.csv").exists()


def test_a_list_that_this_account_may_not_see_is_no_empty_file(
    publisher: Publisher, account: None, tmp_path: Path
) -> None:
    two_pages(publisher)
    publisher.has(acled(1), {"status": 200, "data": []})
    publisher.options = replace(publisher.options, output=tmp_path / "a.csv")
    with pytest.raises(InputFileError, match="none that this account may see"):
        publisher.fetch("acled", "2024")
    without = {key: value for key, value in attack(1).items() if key != "geo_precision"}
    publisher.has(acled(1), {"status": 200, "data": [without]})
    publisher.has(acled(2), {"status": 200, "data": []})
    with pytest.raises(InputFileError, match="there is no geo_precision any more"):
        publisher.fetch("acled", "2024")
    assert not (tmp_path / "a.csv").exists()


# Any data set of HDX


def package(*files: dict[str, Any], **more: Any) -> dict[str, Any]:
    about = {
        "title": "People", "license_title": "CC BY-IGO", "dataset_source": "INSTAT",
        "organization": {"title": "OCHA"}, "resources": list(files),
    }  # fmt: skip
    return {"success": True, "result": about | more}


PEOPLE = "ADM1_FR,ADM2_FR,T_TL\nMopti,Koro,500\nMopti,Bankass,400\n"
SHOW = "/api/3/action/package_show?id=cod-ps-mli"


def offer_people(publisher: Publisher, **more: Any) -> None:
    root = publisher.server.root
    publisher.has("/adm2.csv", PEOPLE)
    publisher.has("/adm1.xlsx", "x")
    publisher.has(SHOW, package(
        {"name": "MLI admpop ADM1 2025", "format": "XLSX", "url": f"{root}/adm1.xlsx"},
        {"name": "mli_admpop_adm2_2025.csv", "format": "CSV", "url": f"{root}/adm2.csv"},
        {"name": "Données", "format": "Geodatabase", "url": f"{root}/gdb"},
        **more,
    ))  # fmt: skip


def test_a_data_set_of_hdx_by_name_and_file(publisher: Publisher) -> None:
    offer_people(publisher)
    with pytest.raises(
        ArgumentError, match="cod-ps-mli is under CC BY-IGO; say which file"
    ) as caught:
        publisher.fetch("hdx", "cod-ps-mli")
    names = str(caught.value).rpartition("one of ")[2].split(", ")
    assert names == [
        "cod-ps-mli/mli-admpop-adm1-2025.xlsx", "cod-ps-mli/mli_admpop_adm2_2025.csv",
        "cod-ps-mli/donnees",
    ]  # fmt: skip
    path = publisher.fetch("hdx", names[1])
    assert path.name == "hdx-cod-ps-mli-mli_admpop_adm2_2025.csv"
    assert path.read_text(encoding="utf-8") == PEOPLE
    publisher.server.pages.clear()
    assert publisher.fetch("hdx", names[1], accept_licence=False) == path


def test_a_data_set_of_one_file_needs_no_name_of_it(publisher: Publisher) -> None:
    root = publisher.server.root
    only = {"name": "3W", "format": "CSV", "url": f"{root}/3w.csv"}
    publisher.has("/api/3/action/package_show?id=mali-operational-presence", package(only))
    publisher.has("/3w.csv", "Organisation,Secteur,Région,Statut\nA,Eau,Mopti,En cours\n")
    path = publisher.fetch("hdx", "mali-operational-presence")
    assert path.name == "hdx-mali-operational-presence-3w.csv"
    assert maligeo.read_projects(path)["organisation"].tolist() == ["A"]


def test_the_licence_of_a_data_set_is_its_own_and_comes_first(publisher: Publisher) -> None:
    offer_people(publisher)
    edition = "cod-ps-mli/mli_admpop_adm2_2025.csv"
    with pytest.raises(ArgumentError, match="under CC BY-IGO; accept this licence"):
        publisher.fetch("hdx", edition, accept_licence=False)
    assert publisher.server.bodies("/adm2.csv") == []
    path = publisher.fetch("hdx", edition)
    record = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    assert record["licence"] == "CC BY-IGO"
    assert record["attribution"] == "INSTAT, OCHA, People, on the Humanitarian Data Exchange"
    # So has that of another data set, and another licence than the accepted one.
    only = {"name": "3W", "format": "CSV", "url": f"{publisher.server.root}/adm2.csv"}
    publisher.has("/api/3/action/package_show?id=other-set", package(only))
    with pytest.raises(ArgumentError, match="under CC BY-IGO; accept this licence"):
        publisher.fetch("hdx", "other-set", accept_licence=False)
    offer_people(publisher, license_title="Other", license_other="Not for use\n by others.")
    with pytest.raises(ArgumentError, match=r"under Other: Not for use by others\.; accept"):
        publisher.fetch("hdx", edition, accept_licence=False, refresh=True)
    offer_people(publisher, license_title="")
    with pytest.raises(InputFileError, match="states no licence"):
        publisher.fetch("hdx", edition, refresh=True)


def test_files_of_a_data_set_with_the_same_name_are_all_there(publisher: Publisher) -> None:
    root = publisher.server.root
    twice = [{"name": "data", "format": "CSV", "url": f"{root}/{at}"} for at in range(2)]
    publisher.has(SHOW, package(*twice))
    publisher.has("/1", PEOPLE)
    assert publisher.fetch("hdx", "cod-ps-mli/2-data.csv").read_text(encoding="utf-8") == PEOPLE
    publisher.has(SHOW, package())
    with pytest.raises(InputFileError, match="offers no file"):
        publisher.fetch("hdx", "cod-ps-mli")
