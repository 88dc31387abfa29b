"""Downloads from a server of this machine, over lines that break in every way."""

import hashlib
import io
import json
import re
import socket
import stat
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maligeo.core.errors import ArgumentError, InputFileError, OutputFileError, UnknownNameError
from maligeo.downloads import FetchOptions, cache, fetch, fetching, list_downloads
from maligeo.downloads.addresses import require_safe
from maligeo.downloads.answers import read_answer
from maligeo.downloads.http import RETRIES, Download, HttpsSession
from maligeo.downloads.kinds import require_kind
from maligeo.downloads.making import MAKERS
from maligeo.downloads.offers import MADE_BY, find_offer
from tests.downloadserver import OLD, Page, Server, serving

QUICK = RETRIES.new(total=2, backoff_factor=0)
POINTS = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"shapeName": f"unit {number}"},
                "geometry": {"type": "Point", "coordinates": [number / 100, 14]},
            }
            for number in range(200)
        ],
    }
).encode()
EVENTS = (
    "id,country_id,where_description,best\r\n"
    '1,432,"north of ""Gao"", near a well",2\r\n'
    "2,433,elsewhere,1\r\n"
    '3,432,"two\nlines",0\r\n'
    "4,4321,no such country,5\r\n"
)
CHOSEN = 'id,country_id,where_description,best\n1,432,"north of ""Gao"", near a well",2\n' + (
    '3,432,"two\nlines",0\n'
)


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing here reach another machine, nor a proxy."""
    found = socket.getaddrinfo

    def ask(host: Any, *arguments: Any, **options: Any) -> Any:
        if host not in ("127.0.0.1", "localhost"):
            raise AssertionError(f"{host} was asked for")
        return found(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("MALIGEO_CACHE", raising=False)


def archive(members: dict[str, bytes]) -> bytes:
    """Pack a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return packed.getvalue()


def entry(name: str = "units", **changes: Any) -> dict[str, Any]:
    """Make an entry of a list of downloads."""
    edition: dict[str, Any] = {
        "edition": "1",
        "address": "",
        "wanted": [],
        "file": f"{name}-{{iso3_lower}}.geojson",
        "about_bytes": None,
        "most_bytes": 1_000_000,
        "sha256": None,
        "made": None,
        "next": "maligeo density --boundaries {path}",
    }
    words = {key: f"{key} of {name}" for key in ("title", "publisher", "attribution", "note")}
    whole = {
        **words,
        "name": name,
        "page": "https://example.org/{iso3}",
        "licence": {"name": "CC BY 4.0", "address": "https://example.org/by", "signs": ["CC BY"]},
        "answer": "file",
        "kind": "geojson",
        "verified": False,
        "countries": {},
    }
    edition |= {key: value for key, value in changes.items() if key in edition}
    whole |= {key: value for key, value in changes.items() if key in whole}
    return whole | {"editions": [edition]}


@pytest.fixture
def options(tmp_path: Path) -> FetchOptions:
    folder, sources = tmp_path / "cache", tmp_path / "sources.json"
    return FetchOptions(folder, sources, retries=QUICK, timeout_s=(5, 5))


def offered(options: FetchOptions, *entries: dict[str, Any]) -> FetchOptions:
    """Write the list of downloads that the options name."""
    assert options.sources is not None
    options.sources.write_text(json.dumps({"downloads": entries}), encoding="utf-8")
    return options


@contextmanager
def offering(
    options: FetchOptions, page: Page, name: str = "units", **changes: Any
) -> Iterator[Server]:
    """Serve a page, and write a list of this one download."""
    with serving(file=page) as server:
        offered(options, entry(name, address=f"{server.root}/file", **changes))
        yield server


def names(folder: Path) -> list[str]:
    """Name the files of a folder but the lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".fetching.lock")


def test_a_file_comes_whole_with_a_record_and_stays_without_a_network(
    options: FetchOptions,
) -> None:
    with offering(options, Page(POINTS, etag='"v1"')) as server:
        path = fetch("units", accept_licence=True, options=options)
    assert path.read_bytes() == POINTS
    record = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    assert record["sha256"] == hashlib.sha256(POINTS).hexdigest()
    assert record["address"] == f"{server.root}/file"
    assert record["licence"] == "CC BY 4.0 <https://example.org/by>"
    assert record["attribution"] == "attribution of units"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", record["fetched"])
    assert fetch("units", options=options) == path  # the server is gone
    assert names(path.parent) == [
        "accepted-licences.json", "units-mli.geojson", "units-mli.geojson.json",
    ]  # fmt: skip


def test_nothing_is_asked_before_the_licence_is_accepted(options: FetchOptions) -> None:
    with offering(options, Page(POINTS)) as server:
        with pytest.raises(ArgumentError, match=r"publisher of units, under CC BY 4.0.*accept"):
            fetch("units", options=options)
        assert server.asked == []
        fetch("units", accept_licence=True, options=options)
        (options.folder / "units-mli.geojson").unlink()
        fetch("units", options=options)  # accepted once, in this cache
        elsewhere = replace(options, cache=options.folder.parent / "other")
        with pytest.raises(ArgumentError, match="accept_licence"):
            fetch("units", options=elsewhere)


@pytest.mark.parametrize("cuts", [[1], [7, 100, 4000], [0, 5, 0, 11000]])
@pytest.mark.parametrize("form", ["length", "chunked"])
def test_a_broken_download_is_continued(options: FetchOptions, cuts: list[int], form: str) -> None:
    page = Page(POINTS, cuts=list(cuts), form=form, piece=1000)
    with offering(options, page) as server:
        path = fetch("units", accept_licence=True, options=options)
        spans = server.bodies("/file")
    assert path.read_bytes() == POINTS
    came = [sum(cuts[:at]) for at in range(len(cuts) + 1)]
    assert spans == [f"bytes={start}-" if start else "" for start in came]
    assert set(server.conditions) == {'"one"'}


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(options: FetchOptions) -> None:
    with offering(options, Page(POINTS, cuts=[3000, 0, 0, 0])) as server:
        with pytest.raises(InputFileError, match="without success"):
            fetch("units", accept_licence=True, options=options)
        assert not (options.folder / "units-mli.geojson").exists()
        assert (options.folder / ".units-mli.geojson.part").read_bytes() == POINTS[:3000]
        path = fetch("units", options=options)
        assert server.bodies("/file")[-1] == "bytes=3000-"
    assert path.read_bytes() == POINTS
    assert not list(options.folder.glob("*.part*"))


def test_a_server_may_give_the_rest_in_several_parts(options: FetchOptions) -> None:
    with offering(options, Page(POINTS, cuts=[3000], longest_part=9000)) as server:
        assert fetch("units", accept_licence=True, options=options).read_bytes() == POINTS
        assert server.bodies("/file")[1:3] == ["bytes=3000-", "bytes=12000-"]


def test_a_part_of_another_address_is_not_continued(options: FetchOptions) -> None:
    other = POINTS.replace(b"unit", b"UNIT")
    with offering(options, Page(POINTS, cuts=[3000, 0, 0, 0])) as server:
        server.pages["/other"] = Page(other)
        with pytest.raises(InputFileError):
            fetch("units", accept_licence=True, options=options)
        offered(options, entry(address=f"{server.root}/other"))
        assert fetch("units", options=options).read_bytes() == other


@pytest.mark.parametrize("careless", [False, True])
def test_two_versions_are_never_glued_together(options: FetchOptions, careless: bool) -> None:
    newer = POINTS.replace(b"unit", b"UNIT")
    with offering(options, Page(POINTS, cuts=[3000, 0, 0, 0])) as server:
        with pytest.raises(InputFileError):
            fetch("units", accept_licence=True, options=options)
        server.pages["/file"] = Page(newer, etag='"two"', careless=careless)
        path = fetch("units", options=options)
    assert path.read_bytes() == newer


@pytest.mark.parametrize(
    ("page", "continued"),
    [
        (Page(POINTS, cuts=[3000], etag='W/"weak"'), False),
        (Page(POINTS, cuts=[3000], etag="", modified=OLD), True),
        (Page(POINTS, cuts=[3000], etag="", modified="Wed, 01 Jan 2998 00:00:00 GMT"), False),
        (Page(POINTS, cuts=[3000], etag="", modified="yesterday"), False),
        (Page(POINTS, cuts=[3000], etag=""), False),
        (Page(POINTS, cuts=[3000], ranges=False), None),
    ],
)
def test_only_a_version_that_can_be_told_is_continued(
    options: FetchOptions, page: Page, continued: bool | None
) -> None:
    with offering(options, page) as server:
        assert fetch("units", accept_licence=True, options=options).read_bytes() == POINTS
        spans = server.bodies("/file")
    # A server that cannot continue is asked to, and sends the whole file instead.
    assert spans == ["", "" if continued is False else "bytes=3000-"]


def test_a_server_that_sends_another_part_than_asked_is_not_believed(tmp_path: Path) -> None:
    part = tmp_path / "a.part"
    wrong = Page(POINTS, cuts=[3000], headers={"Content-Range": "bytes 5-9/10"})
    with serving(file=wrong) as server:
        wanted = Download(f"{server.root}/file", part, 10**6)
        twice = HttpsSession(QUICK.new(total=1), (5, 5))
        with twice, pytest.raises(InputFileError, match="another part than was asked for"):
            wanted.run(twice)
    assert not part.exists()


def test_a_part_that_is_already_whole_is_enough(tmp_path: Path) -> None:
    part = tmp_path / "a.part"
    with serving(file=Page(POINTS)) as server, HttpsSession(QUICK, (5, 5)) as session:
        wanted = Download(f"{server.root}/file", part, 10**6)
        wanted.run(session)
        wanted.run(session)
        assert server.bodies("/file") == ["", f"bytes={len(POINTS)}-"]
        part.write_bytes(POINTS + b"more")
        wanted.run(session)
    assert part.read_bytes() == POINTS


def test_a_busy_server_is_asked_again_and_a_stalled_one_too(options: FetchOptions) -> None:
    page = Page(
        POINTS, statuses=[500, 503], stalls_s=[1.0], piece=2000, headers={"Retry-After": "0"}
    )
    short = replace(options, timeout_s=(5, 0.2))
    with offering(options, page) as server:
        path = fetch("units", accept_licence=True, options=short)
        spans = server.bodies("/file")
    assert path.read_bytes() == POINTS
    assert spans[:3] == ["", "", ""]
    assert spans[3:] == ["bytes=2000-"]


@pytest.mark.parametrize(("asked", "waited"), [("9", 9), ("7000", 60)])
def test_waits_grow_and_a_server_may_ask_for_longer_ones(
    options: FetchOptions, monkeypatch: pytest.MonkeyPatch, asked: str, waited: int
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    busy = Page(POINTS, statuses=[503, 503], headers={"Retry-After": asked}, cuts=[0, 5, 0, 0, 0])
    with offering(options, busy):
        patient = replace(options, retries=RETRIES)
        assert fetch("units", accept_licence=True, options=patient).read_bytes() == POINTS
    # Five new bytes count as a success; after the first failure it goes on at once.
    assert [wait for wait in waits if wait] == [waited, waited, 2, 4, 8]


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (None, r"/file is not there \(404\): it may have been moved"),
        (Page(POINTS, statuses=[403]), r"/file answers 403\n"),
        (Page(POINTS, statuses=[500] * 9), r"/file answers 500 \(3 tries without success\)"),
        (Page(POINTS, cuts=[0] * 9), r"127.0.0.1 broke \(3 tries without success\)"),
        (Page(POINTS, announced=10**12), "sends 1,000,000 MB or more; over 1 MB are refused"),
        (Page(POINTS * 50, form="chunked"), "sends 1 MB or more; over 1 MB are refused"),
        (Page(POINTS, form="close"), "does not say its size"),
        (Page(POINTS, headers={"Content-Encoding": "gzip"}), "packed body"),
        (Page(b""), "no geojson file but empty"),
        (Page(b"<!DOCTYPE html><title>Log in</title>"), "a web page, perhaps one to log in"),
        (Page(b"version https://git-lfs.github.com/spec/v1\n"), "a pointer to a file"),
        (Page(b"PK\x03\x04 and so on"), "something that begins with b'PK"),
        (Page(POINTS[:-1]), "breaks off"),
        (Page(redirect="/file"), "redirected more than 10 times"),
        (Page(redirect="http://example.org/units?key=secret"), "http://example.org/units is not"),
        (Page(redirect="file:///etc/passwd"), "only https addresses are safe"),
        (Page(redirect="https://someone:secret@example.org/"), "only https addresses are safe"),
        (Page(redirect="https://[bad/"), "to what is no address"),
        (Page(redirect="/\xe9"), "to what is no address"),
    ],
)
def test_what_cannot_be_had_is_one_message_that_says_how_by_hand(
    options: FetchOptions, page: Page | None, message: str
) -> None:
    with serving(**({"file": page} if page else {})) as server:
        offered(options, entry(address=f"{server.root}/file"))
        with pytest.raises(InputFileError, match=message) as caught:
            fetch("units", accept_licence=True, options=options)
    text = str(caught.value)
    final = options.folder / "units-mli.geojson"
    assert f"open {server.root}/file in a browser, save the file as {final}" in text
    assert text.count("\n") == 1
    assert "secret" not in text
    assert not final.exists()
    left = {".units-mli.geojson.part", ".units-mli.geojson.part.json", "accepted-licences.json"}
    assert not options.folder.exists() or set(names(options.folder)) <= left


def test_no_more_is_taken_than_was_allowed(options: FetchOptions) -> None:
    seen: list[int] = []
    watched = replace(options, progress=lambda done, total: seen.append(done))
    refused = pytest.raises(InputFileError, match="over 1 MB are refused")
    with offering(options, Page(POINTS * 50, form="chunked")), refused:
        fetch("units", accept_licence=True, options=watched)
    assert 900_000 < max(seen) <= 1_000_000


def test_without_a_connection_it_says_so(options: FetchOptions) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    offered(options, entry(address=f"http://127.0.0.1:{port}/file"))
    with pytest.raises(InputFileError, match=r"127.0.0.1 cannot be reached \(3 tries"):
        fetch("units", accept_licence=True, options=options)


def test_a_server_without_a_trusted_certificate_is_not_asked_twice(
    options: FetchOptions,
) -> None:
    with serving(file=Page(POINTS)) as server:
        offered(options, entry(address=server.root.replace("http:", "https:") + "/file"))
        with pytest.raises(InputFileError, match="certificate of"):
            fetch("units", accept_licence=True, options=options)
        assert server.asked == []


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://example.org/", False),
        ("http://127.0.0.1/", False),
        ("https://localhost/", False),
        ("http://127.0.0.1.example.org/", True),
        ("ftp://example.org/", True),
        ("//example.org/", True),
        ("", True),
    ],
)
def test_addresses_that_are_not_followed(address: str, local: bool) -> None:
    with pytest.raises(InputFileError, match="only https addresses are safe"):
        require_safe(address, local=local)


def test_addresses_that_are_followed(options: FetchOptions) -> None:
    require_safe("https://example.org/a?b=c", local=False)
    require_safe("http://127.0.0.1:1/", local=True)
    pages = {"a": Page(redirect="b?x=Ã©"), "b?x=%C3%A9": Page(redirect="/donnÃ©es/f")}
    with serving(**pages) as server:
        server.pages["/donn%C3%A9es/f"] = Page(POINTS)
        offered(options, entry(address=f"{server.root}/a"))
        assert fetch("units", accept_licence=True, options=options).read_bytes() == POINTS


def test_the_body_of_a_redirect_is_not_read(options: FetchOptions) -> None:
    endless = Page(redirect="/other", headers={"Content-Length": str(10**12)})
    short = replace(options, timeout_s=(5, 0.2))
    with offering(options, endless) as server:
        server.pages["/other"] = Page(POINTS)
        assert fetch("units", accept_licence=True, options=short).read_bytes() == POINTS


def test_a_known_hash_is_checked_and_an_end_need_not_be_told(options: FetchOptions) -> None:
    digest = hashlib.sha256(POINTS).hexdigest()
    with offering(options, Page(POINTS, form="close"), sha256=digest) as server:
        path = fetch("units", accept_licence=True, options=options)
        assert path.read_bytes() == POINTS
        server.pages["/file"] = Page(POINTS[:-2] + b" }", etag='"two"')
        with pytest.raises(InputFileError, match=f"its SHA-256 is not {digest}"):
            fetch("units", refresh=True, options=options)
    assert path.read_bytes() == POINTS  # the one that was there stays
    assert not list(options.folder.glob(".units*"))


def test_refresh_tells_whether_the_publisher_changed_the_file(options: FetchOptions) -> None:
    newer = POINTS.replace(b"unit", b"UNIT")
    digests = [hashlib.sha256(content).hexdigest() for content in (POINTS, newer)]
    with offering(options, Page(POINTS)) as server:
        fetch("units", accept_licence=True, options=options)
        fetch("units", refresh=True, options=options)
        assert len(server.bodies("/file")) == 1  # the same ETag: nothing came again
        server.pages["/file"].etag = '"two"'
        fetch("units", refresh=True, options=options)
        assert len(server.bodies("/file")) == 2
        server.pages["/file"] = Page(newer, etag='"three"')
        with pytest.warns(UserWarning, match=f"was {digests[0]} and is {digests[1]}"):
            path = fetch("units", refresh=True, options=options)
        assert path.read_bytes() == newer
        assert fetch("units", options=options) == path


def test_refresh_of_a_file_without_versions_brings_it_again(options: FetchOptions) -> None:
    with offering(options, Page(POINTS, etag="")) as server:
        fetch("units", accept_licence=True, options=options)
        server.pages["/file"].content = POINTS.replace(b"unit", b"UNIT")
        with pytest.warns(UserWarning, match="has changed this file"):
            path = fetch("units", refresh=True, options=options)
    assert b"UNIT" in path.read_bytes()


def test_a_file_that_changed_on_this_disk_is_refused_until_it_is_fetched_again(
    options: FetchOptions,
) -> None:
    with offering(options, Page(POINTS)):
        path = fetch("units", accept_licence=True, options=options)
        path.write_bytes(POINTS.replace(b"unit", b"UNIT"))
        with pytest.raises(InputFileError, match="its bytes have changed"):
            fetch("units", options=options)
        assert fetch("units", refresh=True, options=options).read_bytes() == POINTS


def test_a_file_put_there_by_hand_is_examined_and_recorded(options: FetchOptions) -> None:
    offered(options, entry(address="https://example.org/file"))
    path = options.folder / "units-mli.geojson"
    path.parent.mkdir()
    path.write_bytes(b"<html>")
    with pytest.raises(InputFileError, match="put there by hand: what came is no geojson"):
        fetch("units", options=options)
    path.write_bytes(b"\xef\xbb\xbf" + POINTS)
    assert fetch("units", options=options) == path
    record = cache.read_record(path)
    assert record is not None
    assert record.address == ""
    assert fetch("units", options=options) == path


def test_by_hand_it_has_to_be_the_published_file(options: FetchOptions) -> None:
    offered(options, entry(address="https://example.org/file", sha256="0" * 64))
    path = options.folder / "units-mli.geojson"
    path.parent.mkdir()
    path.write_bytes(POINTS)
    with pytest.raises(InputFileError, match=f"not {'0' * 64}"):
        fetch("units", options=options)


def test_an_interrupted_run_leaves_no_file_under_its_name(
    options: FetchOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with offering(options, Page(POINTS, piece=500)):
        with pytest.raises(KeyboardInterrupt):
            fetch("units", accept_licence=True, options=replace(options, progress=interrupt))
        assert [name for name in names(options.folder) if not name.startswith(".")] == [
            "accepted-licences.json"
        ]
        seen: list[tuple[int, int | None]] = []
        told = replace(options, progress=lambda done, total: seen.append((done, total)))
        assert fetch("units", options=told).read_bytes() == POINTS
    assert seen[-1] == (len(POINTS), len(POINTS))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[0][0] > 500  # it went on from what had come


def test_a_disk_without_room_is_told_before_anything_comes(
    options: FetchOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(free=10_000_100)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    refused = pytest.raises(OutputFileError, match="has room for 10 MB")
    with offering(options, Page(POINTS)), refused:
        fetch("units", accept_licence=True, options=options)
    assert not (options.folder / "units-mli.geojson").exists()


def test_a_second_run_at_the_same_time_is_refused(options: FetchOptions) -> None:
    with offering(options, Page(POINTS)):
        cache.accept(options.folder, "units", "x")
        with cache.one_at_a_time(options.folder):
            answers: list[str] = []

            def second() -> None:
                try:
                    fetch("units", accept_licence=True, options=options)
                except InputFileError as error:
                    answers.append(str(error))

            thread = threading.Thread(target=second)
            thread.start()
            thread.join()
        assert len(answers) == 1
        assert "another run is fetching" in answers[0]
        fetch("units", options=options)


def test_a_cache_that_cannot_be_written_is_told(options: FetchOptions, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    refused = pytest.raises(OutputFileError, match="cannot write")
    with refused, cache.one_at_a_time(tmp_path / "file" / "cache"):
        pass
    (tmp_path / ".fetching.lock").mkdir()
    refused = pytest.raises(OutputFileError, match="cannot write")
    with refused, cache.one_at_a_time(tmp_path):
        pass


def test_the_cache_is_named_by_option_or_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache.cache_folder().name == "maligeo"
    monkeypatch.setenv("MALIGEO_CACHE", str(tmp_path / "téléchargés"))
    assert cache.cache_folder() == tmp_path / "téléchargés"
    assert cache.cache_folder(tmp_path / "x") == tmp_path / "x"


def test_a_cache_with_accents_works(options: FetchOptions, tmp_path: Path) -> None:
    there = replace(options, cache=tmp_path / "données à moi")
    with offering(there, Page(POINTS)):
        assert fetch("units", accept_licence=True, options=there).read_bytes() == POINTS


# Archives and the rows in them


ROWS = {
    "by": "rows", "column": "country_id", "equals": "{country_id}",
    "file": "events-{iso3_lower}.csv",
}  # fmt: skip
GED = {"kind": "zip", "file": "events.zip", "made": ROWS, "countries": {"MLI": {"country_id": 432}}}


def test_the_rows_of_the_country_are_taken_out_of_the_archive(options: FetchOptions) -> None:
    packed = archive({"a/GED.csv": b"\xef\xbb\xbf" + EVENTS.encode(), "readme.txt": b"x"})
    with offering(options, Page(packed), "events", **GED):
        path = fetch("events", accept_licence=True, options=options)
    assert path.name == "events-mli.csv"
    assert path.read_bytes().decode("utf-8-sig") == CHOSEN
    record = cache.read_record(path)
    assert record is not None
    assert record.taken_from == hashlib.sha256(packed).hexdigest()
    path.write_text("altered")
    assert fetch("events", options=options).read_bytes().decode("utf-8-sig") == CHOSEN


def test_the_rows_follow_a_changed_archive(options: FetchOptions) -> None:
    with offering(options, Page(archive({"g.csv": EVENTS.encode()})), "events", **GED) as server:
        fetch("events", accept_licence=True, options=options)
        newer = EVENTS.replace("near a well", "near a market")
        server.pages["/file"] = Page(archive({"g.csv": newer.encode()}), etag='"two"')
        with pytest.warns(UserWarning, match="has changed this file"):
            path = fetch("events", refresh=True, options=options)
    assert "near a market" in path.read_text(encoding="utf-8")


def test_bytes_that_are_no_text_come_out_as_they_went_in(options: FetchOptions) -> None:
    with offering(options, Page(archive({"g.csv": b"id,country_id\n\xe9,432\n"})), "events", **GED):
        path = fetch("events", accept_licence=True, options=options)
    assert path.read_bytes() == b"id,country_id\n\xe9,432\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (archive({"g.csv": b"id,country_id\n1,9\n"}), "no row with country_id = 432"),
        (archive({"g.csv": b"id,land\n1,9\n"}), "cannot be read"),
        (archive({"g.csv": b"id,country_id\n1,432,7\n"}), "row 2 has 3 of 2 cells"),
        (archive({"g.csv": b""}), "cannot be read"),
        (archive({"g.txt": b"x"}), "holds 0 CSV files"),
        (archive({"g.csv": b"x", "h.csv": b"x"}), "holds 2 CSV files"),
        (archive({"../g.csv": EVENTS.encode()}), r"not safe: it holds '\.\./g.csv'"),
        (archive({"/g.csv": EVENTS.encode()}), "not safe"),
        (archive({"C:\\g.csv": EVENTS.encode()}), "not safe"),
        (archive({"C:g.csv": EVENTS.encode()}), "not safe"),
        (archive({"a\\..\\..\\g.csv": EVENTS.encode()}), "not safe"),
        (archive({"g.csv": b"0" * (40 << 20)}), "zip bomb"),
        (archive({"g.csv": EVENTS.encode()})[:-9], "does not open"),
    ],
)
def test_archives_that_are_refused(options: FetchOptions, content: bytes, message: str) -> None:
    refused = pytest.raises(InputFileError, match=message)
    with offering(options, Page(content), "events", **GED), refused:
        fetch("events", accept_licence=True, options=options)
    assert not (options.folder / "events-mli.csv").exists()


def test_a_link_or_a_damaged_member_in_an_archive_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("g.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    with pytest.raises(InputFileError, match="not safe"):
        require_kind(tmp_path / "link.zip", "zip")
    damaged = bytearray(archive({"g.csv": bytes(range(256)) * 99}))
    damaged[60] ^= 0xFF
    (tmp_path / "damaged.zip").write_bytes(damaged)
    with pytest.raises(InputFileError, match="cannot be unpacked"):
        require_kind(tmp_path / "damaged.zip", "zip")


@pytest.mark.parametrize("head", [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"])
def test_rasters_are_known_by_their_first_bytes(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "a.tif").write_bytes(head + b"rest")
    require_kind(tmp_path / "a.tif", "tiff")
    with pytest.raises(InputFileError, match="no zip file"):
        require_kind(tmp_path / "a.tif", "zip")


# Answers of interfaces


def ckan(*files: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Answer as CKAN does."""
    return {
        "success": True,
        "result": {"license_title": "CC BY 4.0", "resources": list(files)} | more,
    }


def test_ckan_tells_address_size_and_licence(options: FetchOptions) -> None:
    with serving(file=Page(archive({"mli_admin1.geojson": POINTS}), head_status=405)) as server:
        answer = ckan(
            {"format": "SHP", "name": "mli_admin_boundaries.shp.zip", "url": "https://x.org/s"},
            {
                "format": "GeoJSON",
                "name": "mli_admin_boundaries.geojson.zip",
                "download_url": f"{server.root}/file",
                "size": "8123456",
            },
            {"format": "GeoJSON", "name": "mli_admin_em.geojson.zip", "url": "https://x.org/em"},
        )
        server.pages["/api?id=mli"] = Page(json.dumps(answer).encode())
        address = f"{server.root}/api?id={{iso3_lower}}"
        wanted = ["geojson", "{iso3_lower}_admin_boundaries"]
        made = entry("ab", answer="ckan", kind="zip", address=address, wanted=wanted, file="ab.zip")
        offered(options, made)
        offer = find_offer("ab", sources=options.sources)
        found = fetching.resolve(offer, options)
        assert (found.address, found.size) == (f"{server.root}/file", 8_123_456)
        assert fetch("ab", accept_licence=True, options=options).name == "ab.zip"


def offer_of(answer: str, *wanted: str) -> Any:
    """Give an offer that is resolved from an answer."""
    return replace(
        find_offer("cod-ab"), answer=answer, wanted=wanted, address="https://example.org/api"
    )


GB = {"boundaryISO": "MLI", "boundaryType": "ADM1", "gjDownloadURL": "https://example.org/g"}
WP = {"popyear": "2020", "files": ["https://example.org/a.zip", "https://example.org/a.tif"]}


@pytest.mark.parametrize("answer", [GB, [GB], [GB, GB | {"boundaryType": "ADM2"}]])
def test_geoboundaries_answers_with_one_object_or_a_list(answer: Any) -> None:
    found = read_answer(offer_of("geoboundaries", "MLI", "ADM1"), answer)
    assert found.address == "https://example.org/g"


@pytest.mark.parametrize("year", ["2020", 2020])
def test_worldpop_answers_with_the_years_of_a_country(year: Any) -> None:
    other = {"popyear": "2019", "files": ["https://example.org/b.tif"]}
    answer = {"data": [other, WP | {"popyear": year, "license": "terms"}]}
    found = read_answer(offer_of("worldpop", "2020", ".tif"), answer)
    assert (found.address, found.licence) == ("https://example.org/a.tif", "terms")


@pytest.mark.parametrize(
    ("kind", "wanted", "answer", "message"),
    [
        ("ckan", ("geojson", "x"), {}, "it offers none"),
        ("ckan", ("geojson", "x"), {"result": []}, "it offers none"),
        ("ckan", ("geojson", "x"), ckan({"format": None, "name": 5}), r"it offers 5 \(\)"),
        ("ckan", ("shp", "x"), ckan(*[{"format": "SHP", "name": "y"}] * 2), r"y \(SHP\), y"),
        ("ckan", ("shp", "x"), ckan({"format": "SHP", "name": "x"}), "without the address"),
        ("ckan", ("shp", "x"), ckan({"format": "SHP", "url": "http://a.org"}), "only https"),
        ("geoboundaries", ("MLI", "ADM1"), [], "does not tell of ADM1 of MLI"),
        ("geoboundaries", ("MLI", "ADM1"), [GB, GB], "does not tell"),
        ("geoboundaries", ("NER", "ADM1"), GB, "does not tell of ADM1 of NER"),
        ("geoboundaries", ("MLI", "ADM1"), GB | {"gjDownloadURL": True}, "without the address"),
        ("geoboundaries", ("MLI", "ADM1"), "no", "does not tell"),
        ("worldpop", ("2020", ".tif"), {"data": None}, "names 0 rasters of 2020"),
        ("worldpop", ("2020", ".tif"), {"data": [WP, WP]}, "names 2 rasters"),
        ("worldpop", ("2020", ".tif"), {"data": [WP | {"files": [1, None]}]}, "names 0"),
    ],
)
def test_answers_that_do_not_tell_are_refused(
    kind: str, wanted: tuple[str, ...], answer: Any, message: str
) -> None:
    with pytest.raises(InputFileError, match=message):
        read_answer(offer_of(kind, *wanted), answer)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["result", "resources", "format", "name", "url", "data", "files",
                         "popyear", "boundaryISO", "boundaryType", "gjDownloadURL"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize("kind", ["ckan", "geoboundaries", "worldpop"])
@given(answer=JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_answer_gives_a_safe_address_or_one_error(kind: str, answer: Any) -> None:
    try:
        found = read_answer(offer_of(kind, "", ""), answer)
    except InputFileError:
        return
    assert found.address.startswith("https://")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>", "does not answer with JSON"),
        (b"[" * 100_000, "does not answer with JSON"),
        (b"\xff\xfe\xfa", "does not answer with JSON"),
        (b" " * 8_000_001, "answers more than 8 MB"),
    ],
)
def test_an_answer_that_is_no_small_json_is_refused(
    options: FetchOptions, content: bytes, message: str
) -> None:
    with serving(api=Page(content)) as server:
        offered(options, entry(answer="geoboundaries", address=f"{server.root}/api"))
        with pytest.raises(InputFileError, match=message) as caught:
            fetch("units", accept_licence=True, options=options)
    assert "open https://example.org/MLI" in str(caught.value)


def test_another_licence_than_the_listed_one_has_to_be_accepted_itself(
    options: FetchOptions,
) -> None:
    with serving(file=Page(POINTS)) as server:
        answer = GB | {"gjDownloadURL": f"{server.root}/file", "boundaryLicense": "ODbL 1.0"}
        server.pages["/api"] = Page(json.dumps(answer).encode())
        wanted = ["{iso3}", "ADM1"]
        made = entry(answer="geoboundaries", address=f"{server.root}/api", wanted=wanted)
        offered(options, made)
        offer = find_offer("units", sources=options.sources)
        cache.accept(options.folder, offer.name, str(offer.licence))
        with pytest.raises(ArgumentError, match=r"under ODbL 1\.0"):
            fetch("units", options=options)
        path = fetch("units", accept_licence=True, options=options)
    record = cache.read_record(path)
    assert record is not None
    assert record.licence == "ODbL 1.0"


# The list


def test_the_bundled_list_is_complete_safe_and_untried() -> None:
    offers = list_downloads()
    assert list(dict.fromkeys(offer.name for offer in offers)) == [
        "cod-ab", "geoboundaries", "ucdp-ged", "worldpop", "ucdp-candidate", "acled", "hdx", "hapi",
        "instat", "kontur", "geonames", "whosonfirst",
    ]  # fmt: skip
    assert set(MAKERS) == set(MADE_BY)
    assert len({offer.final_file for offer in offers}) == len(offers)
    for offer in offers:
        assert not offer.verified  # nobody has tried these addresses
        for address in (offer.address, offer.page, offer.licence.address):
            require_safe(address, local=False)
        assert not re.search(r"[{}]", f"{offer.address}{offer.page}{offer.file}{offer.wanted}")
        assert offer.sha256 is None or re.fullmatch("[0-9a-f]{64}", offer.sha256)
        assert (offer.about_bytes or 0) < offer.most_bytes
        assert offer.licence.is_named_in(offer.licence.name) or offer.name == "hdx"
        assert all(offer.said("fr") + offer.said("en"))
        assert offer.said("fr") != offer.said("en")


def test_another_country_is_a_matter_of_data() -> None:
    niger = list_downloads("ner")
    assert {offer.name for offer in niger} == {
        "cod-ab", "geoboundaries", "worldpop", "hdx", "hapi",
    }  # fmt: skip
    assert niger[0].address.endswith("?id=cod-ab-ner")
    assert niger[1].address.endswith("/gbOpen/NER/ADM1/")
    with pytest.raises(UnknownNameError, match="no code of NER for ucdp-ged"):
        find_offer("ucdp-ged", country="NER")


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"name": "gadm"}, UnknownNameError, "'gadm' is not known; there is cod-ab,"),
        ({"name": "worldpop", "edition": "1999"}, ArgumentError, "edition of worldpop '1999'"),
        ({"name": "worldpop", "country": "Mali"}, ArgumentError, "three letters"),
        ({"name": "worldpop", "country": "../"}, ArgumentError, "three letters"),
    ],
)
def test_what_is_not_on_the_list(
    asked: dict[str, str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        fetch(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot read"),
        ("{", "is no list of downloads"),
        ("[]", "is no list of downloads"),
        (json.dumps({"downloads": [{}]}), "is no list of downloads"),
        (json.dumps({"downloads": [entry(address=5)]}), "is no list of downloads"),
        (json.dumps({"downloads": [entry(most_bytes="5 MB")]}), "is no list of downloads"),
        (json.dumps({"downloads": [entry(file="../../x")]}), "no plain name"),
        (json.dumps({"downloads": [entry(answer="ftp")]}), "answer 'ftp'"),
        (json.dumps({"downloads": [entry(kind="exe")]}), "kind 'exe'"),
        (json.dumps({"downloads": [entry() | {"rows": None}]}), "'rows' says nothing here"),
        (json.dumps({"downloads": [entry(made=ROWS | {"by": "magic"})]}), "made by 'magic'"),
        (json.dumps({"downloads": [entry(answer="pages")]}), "goes with pages"),
    ],
)
def test_a_faulty_list_is_refused(options: FetchOptions, text: str | None, message: str) -> None:
    assert options.sources is not None
    if text is not None:
        options.sources.write_text(text, encoding="utf-8")
    with pytest.raises(InputFileError, match=message):
        list_downloads(sources=options.sources)


def test_the_server_saw_no_trouble(options: FetchOptions) -> None:
    with offering(options, Page(POINTS)) as server:
        fetch("units", accept_licence=True, options=options)
        assert isinstance(server, Server)
        assert server.troubles == []
