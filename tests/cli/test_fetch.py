"""`maligeo fetch` as people and scripts use it, against a server of this machine."""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import maligeo
from maligeo.catalog import resource_path
from tests.cli.commands import run
from tests.downloadserver import Page, Server, serving
from tests.rasters import write_raster
from tests.test_downloads import POINTS, archive, entry

DATA = Path(__file__).parents[1] / "data"
EVENTS = (
    "id,country_id,date_start,date_prec,where_prec,best,low,high,latitude,longitude\n"
    "1,432,2024-01-05 00:00:00.000,1,1,6,4,9,14.5,-3.5\n"
    "2,433,2024-01-05 00:00:00.000,1,1,6,4,9,14.5,-16.5\n"
    "3,432,2024-02-01 00:00:00.000,1,1,2,2,2,16.25,-0.25\n"
)
INCIDENTS = "event_id,date,event_type,lon,lat\nE1,2021-05-01,ied,-10.9,13.2\n"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("MALIGEO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(file=Page(POINTS)) as running:
        yield running


@pytest.fixture
def sources(tmp_path: Path, server: Server) -> str:
    """A list of one download from the server."""
    path = tmp_path / "sources.json"
    made = entry(address=f"{server.root}/file", about_bytes=23_000)
    path.write_text(json.dumps({"downloads": [made]}), encoding="utf-8")
    return str(path)


def test_the_list_shows_licence_size_and_address() -> None:
    done = run("fetch", "--list")
    assert done.returncode == 0, done.stderr
    for word in (
        "cod-ab:", "geoboundaries:", "ucdp-ged:", "worldpop:",
        "CC BY-IGO", "CC BY 4.0", "about 8.0 MB", " 39.1 MB", "size not known beforehand",
        "https://data.humdata.org/api/3/action/package_show?id=cod-ab-mli",
        "https://www.geoboundaries.org/api/current/gbOpen/MLI/ADM1/",
        "https://ucdp.uu.se/downloads/ged/ged261-csv.zip",
        "not tried", "not in the cache",
    ):  # fmt: skip
        assert word in done.stdout
    assert run("fetch").stdout == done.stdout


def test_the_list_of_one_download_and_of_another_country() -> None:
    done = run("fetch", "worldpop", "--list", "--country", "NER")
    assert "iso3=NER" in done.stdout
    assert "cod-ab" not in done.stdout
    unknown = run("fetch", "gadm", "--list")
    assert unknown.returncode == 1
    assert unknown.stderr.startswith(
        "maligeo: there is no download 'gadm'; there is cod-ab, geoboundaries, ucdp-ged, worldpop,"
    )


def test_a_script_has_to_accept_the_licence(sources: str, server: Server, tmp_path: Path) -> None:
    refused = run("fetch", "units", "--sources", sources)
    assert refused.returncode == 1
    assert "--accept-licence" in refused.stderr
    assert "CC BY 4.0" in refused.stderr
    assert server.asked == []
    done = run("fetch", "units", "--sources", sources, "--accept-licence")
    assert done.returncode == 0, done.stderr
    path = tmp_path / "cache" / "units-mli.geojson"
    assert path.read_bytes() == POINTS
    before, after = done.stdout.split(f"\n{path} (")
    size = f"{len(POINTS) / 1000:,.0f} kB"
    assert re.search(rf"licence +CC BY 4\.0(.|\n)*size +{size}", before)
    assert after == f"{size}) is there\nNext: maligeo density --boundaries {path}\n"
    assert not done.stderr
    path.unlink()
    assert run("fetch", "units", "--sources", sources).returncode == 0  # accepted once


def test_what_is_there_needs_no_network(sources: str, server: Server, tmp_path: Path) -> None:
    cache = tmp_path / "données"
    command = ("fetch", "units", "--sources", sources, "--cache", str(cache))
    assert run(*command, "--accept-licence").returncode == 0
    asked = len(server.asked)
    done = run(*command)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{cache / 'units-mli.geojson'} (")
    assert "was in the cache" in done.stdout
    assert len(server.asked) == asked
    listed = run("fetch", "--list", "--sources", sources, "--cache", str(cache))
    assert "in the cache: units-mli.geojson" in listed.stdout
    assert f"cache: {cache}" in listed.stdout


def test_refresh_tells_of_a_change(sources: str, server: Server) -> None:
    command = ("fetch", "units", "--sources", sources, "--accept-licence", "--refresh")
    assert run(*command).returncode == 0
    assert "is the same at its publisher" in run(*command).stdout
    server.pages["/file"] = Page(POINTS.replace(b"unit", b"UNIT"), etag='"two"')
    done = run(*command)
    assert done.returncode == 0, done.stderr
    assert "the publisher has changed this file since" in done.stdout


def test_a_failure_is_one_message_that_says_how_by_hand(
    sources: str, server: Server, tmp_path: Path
) -> None:
    server.pages.clear()
    failed = run("fetch", "units", "--sources", sources, "--accept-licence")
    path = tmp_path / "cache" / "units-mli.geojson"
    assert failed.returncode == 1
    assert failed.stderr == (
        f"maligeo: {server.root}/file is not there (404): it may have been moved\n"
        f"To get it by hand, open {server.root}/file in a browser, save the file as {path} "
        "and give the same command again.\n"
    )
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(POINTS)
    done = run("fetch", "units", "--sources", sources)
    assert done.returncode == 0, done.stderr
    assert "put there by hand" in done.stdout


def in_terminal(arguments: list[str], answers: dict[str, str]) -> tuple[int, str]:
    """Run the command in a terminal of its own, answer its questions, give what it showed."""
    pty = pytest.importorskip("pty", reason="there are no terminals to make on this system")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "maligeo", *arguments]
    environment = os.environ | {"PYTHONWARNINGS": "error", "COLUMNS": "200", "NO_COLOR": "1"}
    shown, left = b"", dict(answers)
    with subprocess.Popen(
        command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        while piece := _read(ours):
            shown += piece
            # Whoever types a password before the space behind its question stands types in vain.
            line = shown.rpartition(b"\n")[2]
            asked = line.decode(errors="replace") if line.endswith(b": ") else ""
            for question in [one for one in left if one in asked]:
                os.write(ours, f"{left.pop(question)}\n".encode())
    os.close(ours)
    return process.returncode, shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other side is closed
        return b""


def test_a_person_is_asked_once(sources: str, server: Server, tmp_path: Path) -> None:
    command = ["fetch", "units", "--sources", sources]
    path = tmp_path / "cache" / "units-mli.geojson"
    code, shown = in_terminal(command, {"[y/N]": "n"})
    assert code == 1
    assert "CC BY 4.0" in shown
    assert f"taille   {len(POINTS) / 1000:,.0f}\u00a0ko" in shown
    assert "la licence n’a pas été acceptée" in shown
    assert not path.exists()
    assert server.bodies("/file") == []
    code, shown = in_terminal(command, {"[y/N]": "y"})
    assert code == 0, shown
    assert "Accepter cette licence" in shown
    path.unlink()
    code, shown = in_terminal([*command, "--refresh"], {"[y/N]": "n"})
    assert code == 0, shown
    assert "Accepter cette licence" not in shown
    assert path.read_bytes() == POINTS


# The bundled list, with the addresses of the server in place of the publishers'


@pytest.fixture
def publishers(tmp_path: Path, server: Server) -> str:
    """The bundled list with this machine for each publisher, and what the publishers answer."""
    text = resource_path("reference", "downloads").read_text(encoding="utf-8")
    content = json.loads(text)
    for source in content["downloads"]:
        for edition in source["editions"]:
            edition["address"] = re.sub("^https://[^/]+", server.root, edition["address"])
    events = archive({"ged/GEDEvent.csv": EVENTS.encode()})
    ged = next(source for source in content["downloads"] if source["name"] == "ucdp-ged")
    ged["editions"][0]["sha256"] = hashlib.sha256(events).hexdigest()
    people = write_raster(tmp_path / "p.tif", [[1e5] * 17] * 15, west=-12.5, north=25, step=1)
    _publish(server, events, people)
    path = tmp_path / "publishers.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def _publish(server: Server, events: bytes, people: Path) -> None:
    units = (DATA / "boundaries" / "cod_ab_3_2025_adm1.geojson").read_bytes()
    boundaries = (DATA / "boundaries" / "geoboundaries_adm1.geojson").read_bytes()
    contents = {
        "/cod.zip": archive({"mli_admin0.geojson": units, "mli_admin1.geojson": units}),
        "/gb.geojson": boundaries,
        "/downloads/ged/ged261-csv.zip": events,
        "/p.tif": people.read_bytes(),
    }
    answers = {
        "/api/3/action/package_show?id=cod-ab-mli": _hdx(f"{server.root}/cod.zip"),
        "/api/current/gbOpen/MLI/ADM1/": {
            "boundaryISO": "MLI",
            "boundaryType": "ADM1",
            "boundaryLicense": "Creative Commons Attribution 4.0 International (CC BY 4.0)",
            "gjDownloadURL": f"{server.root}/gb.geojson",
        },
        "/rest/data/pop/wpic1km?iso3=MLI": {
            "data": [{"popyear": "2020", "files": [f"{server.root}/p.tif"]}]
        },
    }
    contents |= {address: json.dumps(answer).encode() for address, answer in answers.items()}
    server.pages |= {address: Page(content) for address, content in contents.items()}


def _hdx(address: str) -> dict[str, Any]:
    name = "mli_admin_boundaries"
    files = [
        {"format": "SHP", "name": f"{name}.shp.zip", "download_url": f"{address}.not"},
        {"format": "GeoJSON", "name": f"{name}.geojson.zip", "download_url": address},
    ]
    licence = "Creative Commons Attribution for Intergovernmental Organisations (CC BY-IGO)"
    return {"success": True, "result": {"license_title": licence, "resources": files}}


@pytest.mark.parametrize(
    ("name", "product"),
    [("cod-ab", "located.gpkg"), ("geoboundaries", ""), ("ucdp-ged", ""), ("worldpop", "")],
)
def test_the_next_step_that_is_told_works(
    publishers: str, tmp_path: Path, name: str, product: str
) -> None:
    done = run("fetch", name, "--sources", publishers, "--accept-licence")
    assert done.returncode == 0, done.stderr
    told = done.stdout.rpartition("Next: ")[2].strip()
    (tmp_path / "incidents.csv").write_text(INCIDENTS, encoding="utf-8")
    command = shlex.split(told)
    assert command[0] == "maligeo"
    step = run(*command[1:], cwd=tmp_path)
    assert step.returncode == 0, step.stderr + step.stdout
    assert not product or (tmp_path / product).is_file()


def test_what_is_fetched_is_read_as_what_it_is(publishers: str, tmp_path: Path) -> None:
    for name in ("cod-ab", "geoboundaries", "ucdp-ged"):
        assert run("fetch", name, "--sources", publishers, "--accept-licence").returncode == 0
    cache = tmp_path / "cache"
    units = maligeo.read_boundaries(cache / "cod-ab-mli.zip", level=1)
    assert "ML01" in set(units["pcode"])
    older = maligeo.read_boundaries(cache / "geoboundaries-mli-adm1.geojson", level=1)
    assert set(older["vintage"]) == {"2015"}
    events = maligeo.read_incidents(cache / "ucdp-ged-26.1-mli.csv")
    assert events["event_id"].astype(str).tolist() == ["1", "3"]
    with zipfile.ZipFile(cache / "ucdp-ged-26.1.zip") as whole:
        assert whole.testzip() is None
