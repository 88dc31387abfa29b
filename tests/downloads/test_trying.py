"""Whether the addresses of the list hold: tried without a download, told without secrets."""

import os
from pathlib import Path

import pytest

from maligeo.downloads import list_downloads
from maligeo.downloads.trying import Trial, try_offers
from tests.cli.commands import run
from tests.downloads import test_events as events
from tests.downloads import test_people as people
from tests.downloads import test_places as places
from tests.downloads.publishers import Publisher
from tests.test_downloads import POINTS, archive


def trials(publisher: Publisher) -> dict[str, Trial]:
    offers = list_downloads(sources=publisher.options.sources)
    found = list(try_offers(offers, publisher.options))
    return {f"{one.name} {one.editions}": one for one in found}


def answer(publisher: Publisher) -> None:
    """Let all publishers be there, some of them otherwise than the list says."""
    root = publisher.server.root
    publisher.has(places.WOF, archive({"a.geojson": b"{}"}), form="chunked", head_status=405)
    publisher.has(places.DUMP, places.zipped(ML=places.PLACES))
    publisher.has(people.PDF, b"<html>moved</html>")
    publisher.has(events.MONTH, events.GED)
    publisher.has(
        "/downloads/candidateged/GEDEvent_v26_01_26_03.csv", events.GED.replace("low", "l")
    )
    publisher.has(events.hapi("operational-presence", 0, rows=1), {"data": [events.presence("A")]})
    publisher.has(events.hapi("conflict-events", 0, rows=1), {"data": []})
    publisher.has("/gb.geojson", POINTS)
    publisher.has(
        "/api/current/gbOpen/MLI/ADM1/",
        {"boundaryISO": "MLI", "boundaryType": "ADM1", "boundaryLicense": "ODbL",
         "gjDownloadURL": f"{root}/gb.geojson"},
    )  # fmt: skip
    two = [{"name": f"{at}", "format": "CSV", "url": f"{root}/{at}"} for at in range(2)]
    publisher.has("/api/3/action/package_show?id=mali-operational-presence", events.package(*two))


def test_each_address_is_tried_once_and_nothing_is_downloaded(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HDX_HAPI_EMAIL", "nobody@example.org")
    answer(publisher)
    found = trials(publisher)
    told = {key: one.finding for key, one in found.items()}
    assert told == {
        "cod-ab current": "it fails",
        "geoboundaries 1": "it differs",
        "geoboundaries 2": "it fails",
        "geoboundaries 3": "it fails",
        "ucdp-ged 26.1": "it fails",
        "ucdp-ged 25.1": "it fails",
        "worldpop 2020-1km": "it fails",
        "worldpop 2020-100m": "it fails",
        "worldpop 2025-100m": "it fails",
        "ucdp-candidate 26.0.6": "it works",
        "ucdp-candidate 26.01.26.03": "it fails",
        "acled 2024": "not tried here",
        "hdx mali-operational-presence": "it works",
        "hapi operational-presence": "it works",
        "hapi conflict-events": "it fails",
        "instat cercles, communes, regions, localities": "it fails",
        "kontur 2023-11": "it fails",
        "geonames current": "it works",
        "geonames geonames-mli-names.zip": "it fails",
        "whosonfirst cercles, places": "it works",
    }
    assert found["geoboundaries 1"].said[-1] == "licence: ODbL"
    assert "a web page" in found["instat cercles, communes, regions, localities"].said[-1]
    assert "there is no low any more" in found["ucdp-candidate 26.01.26.03"].said[-1]
    assert "is not there (404)" in found["kontur 2023-11"].said[0]
    assert set(publisher.waits) == {1}
    assert not publisher.options.folder.exists()


def test_a_trial_of_acled_reads_one_event(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACLED_EMAIL", "someone@example.org")
    monkeypatch.setenv("ACLED_PASSWORD", events.SECRET)
    publisher.has("/oauth/token", {"access_token": "t0ken"})
    one = events.acled(1).replace("limit=5000", "limit=1")
    publisher.has(one, {"data": [events.attack(1)]})
    assert trials(publisher)["acled 2024"].finding == "it works"


def test_the_report_of_a_trial_can_be_sent_to_anybody(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer(publisher)
    monkeypatch.setenv("HDX_HAPI_EMAIL", "nobody@example.org")
    monkeypatch.setenv("MALIGEO_CACHE", str(tmp_path / "cache"))
    command = ("fetch", "hapi", "--try", "--sources", str(publisher.options.sources))
    done = run(*command)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Trial of downloads, maligeo ")
    assert "hapi operational-presence – it works" in lines
    assert "hapi conflict-events – it fails" in lines
    assert lines[-1].startswith("Nothing was downloaded. Please send this report to https://")
    french = run(*command, "--language", "fr").stdout
    assert "hapi operational-presence – fonctionne" in french
    for text in (done.stdout, french):
        assert "nobody" not in text
        assert str(tmp_path) not in text
        assert os.environ.get("USER", "nobody-at-all") not in text
