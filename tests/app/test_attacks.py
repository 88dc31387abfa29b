"""What others may try against the page: refused or survived, and nothing of it in any log."""

import asyncio
import io
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from maligeo.app.folders import private_folder
from maligeo.app.guard import Keys
from maligeo.app.jobs import Desk
from maligeo.app.queue import Queue
from maligeo.serving.limits import Limits, within_limits
from tests.app.conftest import CORPUS, LARGEST, Served, Visit
from tests.app.napping import Shout
from tests.app.visitor import Visitor, multipart

VILLAGES = CORPUS / "incidents_villages.csv"
SECRET = "Tin-Zaouatene-Akhbar-77"
XSS = ("<script>window.pwned=1</script>", '"><img src=x onerror="window.pwned=2">', "{{ 7*7 }}")


def raw(port: int, request: bytes) -> bytes:
    """Send bytes as they are, and give what comes back before the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        found = b""
        try:
            while piece := connection.recv(65536):
                found += piece
        except ConnectionResetError:
            pass
        return found


@pytest.mark.parametrize(
    "host", ["example.org", "127.0.0.1.example.org", "169.254.1.1", "localhost.example", ""]
)
def test_another_host_is_refused(served: Served, host: str) -> None:
    request = f"GET /{served.keys.token}/fr/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    assert raw(served.port, request.encode()).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    "origin", ["https://example.org", "null", "http://127.0.0.1:1", "http://localhost"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_origin_is_refused(visit: Visit, origin: str, method: str) -> None:
    visitor = visit()
    kind, body = multipart({}, {"file.incidents": ("x.csv", b"Date\n")})
    answer = visitor.ask(f"{visitor.base}/", method, body, origin=origin, content_type=kind)
    assert answer.status == 403
    own = f"http://127.0.0.1:{visitor.port}"
    assert visitor.ask(f"{visitor.base}/", origin=own).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/fr/",
        "//fr/",
        "/x/fr/",
        "/{part}/fr/",
        "/{token}x/fr/",
        "/start/x",
        "/%C3%A9/",
        "/%00/",
    ],
)
def test_without_the_token_there_is_nothing(served: Served, visit: Visit, path: str) -> None:
    token = served.keys.token
    asked = path.format(token=token, part=token[:-1])
    assert visit().ask(asked).status in (400, 403)


def test_the_first_address_is_good_once() -> None:
    keys = Keys()
    first = keys.start
    assert keys.token not in first
    assert not keys.redeems("/start/other")
    assert keys.redeems(first)
    assert not keys.redeems(first)


def test_every_answer_keeps_to_this_page(visit: Visit) -> None:
    visitor = visit()
    for path in (f"{visitor.base}/", f"/{visitor.token}/assets/page.js", "/nowhere"):
        headers = visitor.ask(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in headers
        assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(
    "name",
    [
        "../../x.csv",
        "..\\..\\x.csv",
        "/etc/cron.d/x.csv",
        "C:\\x.csv",
        "a\x01b\u202e.csv",
    ],
)
def test_the_name_of_a_file_is_no_path(served: Served, visit: Visit, name: str) -> None:
    visitor = visit()
    before = set(served.desk.folder.parent.rglob("x.csv"))
    page = visitor.drop(incidents=(name, VILLAGES.read_bytes()))
    assert page.status == 200
    job = served.desk.job(visitor.base.rpartition("/")[2])
    assert job is not None
    path = Path(job.uploads["incidents"].source)
    assert path.parent.parent == job.folder
    assert path.name == "incidents.csv"
    assert path.stat().st_mode & 0o077 == 0
    assert set(served.desk.folder.parent.rglob("x.csv")) == before


@pytest.mark.parametrize(
    "step",
    [
        "files/..%2F1%2Fincidents.csv",
        "files/incidents.csv",
        "red/..%2F..",
        "files/%2e%2e",
        "nothing",
    ],
)
def test_nothing_but_products_is_handed_out(visit: Visit, step: str) -> None:
    visitor = visit()
    visitor.drop(incidents=VILLAGES)
    assert visitor.ask(f"{visitor.base}/{step}").status == 404
    assert visitor.ask(f"/{visitor.token}/fr/another-job/understand").status == 404


@pytest.mark.parametrize("text", XSS)
def test_what_files_say_is_text(visit: Visit, text: str) -> None:
    visitor = visit()
    quoted = text.replace('"', '""')
    rows = f'Date,"Région","{quoted}",Type\n"{quoted}","{quoted}","{quoted}","{quoted}"\n'
    visitor.drop(incidents=(f"{text}.csv", rows.encode()))
    for step in ("understand", "repair", "ask", "drop"):
        page = visitor.get(step).text
        assert not re.search(r"<(?:script>|img)", page)
        assert ">49<" not in page
        assert text.startswith("{{") or text not in page


def test_a_file_that_is_too_large_is_refused(served: Served, visit: Visit) -> None:
    answer = visit().drop(incidents=("x.csv", b"x" * (LARGEST + 1)))
    assert answer.status == 400
    assert "3 Mo" in answer.text.replace("\u00a0", " ")


def test_five_gigabytes_are_refused_before_they_come(served: Served) -> None:
    head = (
        f"POST /{served.keys.token}/fr/ HTTP/1.1\r\nHost: localhost:{served.port}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n"
    )
    found = raw(served.port, f"{head}Content-Length: 5000000000\r\n\r\n".encode())
    assert found.startswith(b"HTTP/1.1 413")
    before = sum(one.stat().st_size for one in served.desk.folder.rglob("*") if one.is_file())
    part = b'--x\r\nContent-Disposition: form-data; name="file.incidents"; filename="x.csv"\r\n\r\n'
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"  # without a length, in pieces
    body = f"{len(part):x}\r\n".encode() + part + b"\r\n" + chunk * 20
    try:
        found = raw(served.port, f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + body)
        assert found.startswith(b"HTTP/1.1 413")
    except (BrokenPipeError, ConnectionResetError):  # it ended the connection first
        pass
    after = sum(one.stat().st_size for one in served.desk.folder.rglob("*") if one.is_file())
    assert after <= before


class Slow:
    """An application that takes a whole body."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"taken"})


def answer_to(messages: list[Any], limits: Limits) -> int:
    """Give the status with which a request is answered that comes in pieces and then halts."""
    sent: list[Any] = []

    async def receive() -> Any:
        if messages:
            return messages.pop(0)
        return await asyncio.sleep(3600)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": [], "raw_path": b"/"}

    async def answered() -> None:
        await within_limits(Slow(), limits)(scope, receive, send)

    with ThreadPoolExecutor(1) as pool:  # a browser's tests before leave a loop in this thread
        pool.submit(asyncio.run, answered()).result()
    return int(sent[0]["status"])


def piece(size: int, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": b"x" * size, "more_body": more}


def test_a_body_that_stops_coming_is_given_up() -> None:
    limits = Limits(("POST",), 100, body_s=0.05)
    assert answer_to([piece(10, more=True), piece(10, more=False)], limits) == 200
    assert answer_to([piece(10, more=True)], limits) == 408
    assert answer_to([piece(60, more=True), piece(60, more=False)], limits) == 413


def test_bombs_and_damaged_files_end_nothing(visit: Visit) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
        archive.writestr("[Content_Types].xml", b"<x/>")
    laughs = b'<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
    for name, content in (
        ("bomb.xlsx", packed.getvalue()),
        ("laughs.xml", laughs),
        ("laughs.kml", laughs),
        ("nothing.csv", b""),
        ("zeros.csv", b"\0" * 5000),
        ("cut.gpkg", b"SQLite format 3\0" + b"\xff" * 500),
        ("deep.geojson", b"[" * 100_000),
        ("cut.zip", b"PK\x03\x04" + b"\0" * 50),
    ):
        visitor = visit()
        page = visitor.drop(areas=(name, content))
        assert page.status == 200
        assert 'class="error"' in page.text, name
        assert "/page" not in re.sub(r'(href|src|action)="[^"]*"', "", page.text), name
    assert "Village" in visit().drop(incidents=VILLAGES).text


def test_a_worker_that_is_killed_is_replaced(served: Served, visit: Visit) -> None:
    process = served.desk.queue._process
    assert process is not None
    process.kill()
    process.join()
    assert "Village" in visit().drop(incidents=VILLAGES).text


def test_a_thousand_requests_at_fifty_connections(visit: Visit) -> None:
    def asked(_at: int) -> int:
        visitor = visit()
        return visitor.ask(f"{visitor.base}/").status

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(asked, range(1000))) == {200}


def test_nothing_of_a_file_comes_into_a_log(
    visit: Visit, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = f"Date,Région,Type,Nom\n{SECRET},{SECRET},{SECRET},{SECRET}\n"
    with caplog.at_level(logging.DEBUG):
        visitor = visit()
        visitor.drop(incidents=(f"{SECRET}.csv", rows.encode()))
        visitor.get("repair")
        visitor.send("ask", {"period": SECRET})
    seen = capfd.readouterr()
    assert SECRET not in caplog.text + seen.out + seen.err


def test_a_worker_says_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    queue = Queue(tmp_path)
    running = queue.start(Shout(SECRET))
    assert running.over.wait(60)
    queue.close()
    assert running.error is not None
    assert "ValueError" in running.error["fr"]
    seen = capfd.readouterr()
    assert SECRET not in f"{running.error}{seen.out}{seen.err}"


def test_too_many_jobs_give_up_the_first(served: Served, tmp_path: Path) -> None:
    desk = Desk(tmp_path, 100)
    try:
        jobs = [desk.new() for _ in range(21)]
        assert desk.job(jobs[0].name) is None
        assert not jobs[0].folder.exists()
        assert desk.job(jobs[-1].name) is jobs[-1]
    finally:
        desk.close()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_ends_when_nobody_is_there(tmp_path: Path) -> None:
    clock = Clock()
    desk = Desk(tmp_path, 100, clock)
    try:
        clock.now = 1700
        assert not desk.idle_for(1800, 150)
        desk.touch()
        clock.now += 1790
        assert not desk.idle_for(1800, 150)
        desk.stay()  # an open page alone is nobody
        clock.now += 20
        assert desk.idle_for(1800, 150)
        desk.touch()
        desk.leave()
        clock.now += 100
        desk.stay()  # another tab
        clock.now += 100
        assert not desk.idle_for(1800, 150)
        desk.leave()
        clock.now += 151
        assert desk.idle_for(1800, 150)
    finally:
        desk.close()


def test_the_folder_of_a_running_page_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "dead").mkdir()
    (tmp_path / "dead.lock").write_text("1")
    with private_folder(tmp_path) as folder:
        assert not (tmp_path / "dead").exists()
        assert folder.stat().st_mode & 0o777 == 0o700
        code = (
            "from maligeo.app.folders import sweep; from pathlib import Path; "
            f"sweep(Path({str(tmp_path)!r}))"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
        assert folder.is_dir()
    assert list(tmp_path.iterdir()) == []


STARTED = """
import sys, maligeo
if __name__ == "__main__":
    maligeo.open_page(show=lambda address: None, ready=lambda address: print(address, flush=True))
"""


@contextmanager
def started(script: Path, home: Path) -> Iterator[tuple["subprocess.Popen[str]", Visitor]]:
    """Start the page as a program of its own, and let nothing of it stay."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(home), "HOME": str(home)}
    with subprocess.Popen(
        [sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        found = re.match(r"http://127\.0\.0\.1:(\d+)/([\w-]+)/", process.stdout.readline())
        assert found is not None
        try:
            yield process, Visitor(int(found[1]), found[2])
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_files_are_gone_at_the_end_and_after_a_kill(tmp_path: Path) -> None:
    script = tmp_path / "begin.py"
    script.write_text(STARTED)
    root = tmp_path / "maligeo" / "open"
    with started(script, tmp_path) as (process, visitor):
        kind, body = multipart({}, {"file.incidents": ("x.csv", VILLAGES.read_bytes())})
        assert visitor.ask(f"{visitor.base}/", "POST", body, content_type=kind).status == 303
        assert list(root.rglob("incidents.csv"))
        process.kill()
        process.wait()
    assert list(root.rglob("incidents.csv"))
    with started(script, tmp_path) as (process, _):
        assert not list(root.rglob("incidents.csv"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert list(root.iterdir()) == []
