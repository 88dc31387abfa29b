"""A list through the page `maligeo open`: time of each step, progress, cancelling, memory.

The page is a program of its own, as users start it, and its visitor a plain client without
scripts that asks again every half second. The list has no fault; the answer is for the public.
"""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from benchmarks.jobs import write_records
from benchmarks.measuring import print_table

MOST_ROWS = 1_000_000
SMALL_ROWS = 100
ASKS_S = 0.5
BEGIN = """
import maligeo
if __name__ == "__main__":
    maligeo.open_page(
        largest_mb=1000, show=lambda _: None, ready=lambda at: print(at, flush=True)
    )
"""
_DOING = re.compile(r'<p id="doing">([^<]*)</p>\s*<progress[^>]*?(?: value="(\d+)" max="(\d+)")?>')
_MARK = "page-benchmark"


class Step(NamedTuple):
    """What a visitor saw of a step: seconds, and how often the progress changed."""

    seconds: float
    seen: list[str]


class Visitor:
    """Sends forms to the page and waits for what comes of them."""

    def __init__(self, address: str) -> None:
        found = re.fullmatch(r"http://([\d.]+):(\d+)(/\S+)/\s*", address)
        if found is None:
            raise SystemExit(f"the page did not start: {address}")
        self._host, self._port = found[1], int(found[2])
        self.base = f"{found[3]}/fr"

    def send(self, step: str, fields: dict[str, str], file: Path | None = None) -> str:
        """Send a form, with a file of incidents; give where it leads."""
        with tempfile.TemporaryFile() as body:
            _write_form(body, fields, file)
            size = body.tell()
            body.seek(0)
            headers = {
                "content-type": f"multipart/form-data; boundary={_MARK}",
                "content-length": str(size),
            }
            return self._ask("POST", f"{self.base}/{step}", body, headers)[0]

    def wait(self, path: str) -> Step:
        """Ask for a page until it is there."""
        begin, seen = time.perf_counter(), dict[str, None]()
        while True:
            text = self._ask("GET", path)[1]
            doing = _DOING.search(text)
            if doing is None:
                return Step(time.perf_counter() - begin, list(seen))
            seen[" ".join(filter(None, doing.groups()))] = None
            time.sleep(ASKS_S)

    def _ask(
        self,
        method: str,
        path: str,
        body: IO[bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[str, str]:
        with closing(http.client.HTTPConnection(self._host, self._port, timeout=600)) as line:
            line.request(method, path, body, headers or {})
            answer = line.getresponse()
            text = answer.read().decode()
            if answer.status not in (200, 303):
                raise SystemExit(f"{path}: {answer.status} {text[:300]}")
            return answer.headers.get("location", path), text


def _write_form(body: IO[bytes], fields: dict[str, str], file: Path | None) -> None:
    for name, text in fields.items():
        head = f'--{_MARK}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n'
        body.write(f"{head}{text}\r\n".encode())
    if file is not None:
        named = f'name="file.incidents"; filename="{file.name}"'
        body.write(f"--{_MARK}\r\ncontent-disposition: form-data; {named}\r\n\r\n".encode())
        body.write(file.read_bytes())
        body.write(b"\r\n")
    body.write(f"--{_MARK}--\r\n".encode())


def run(point_count: int) -> None:
    """Measure and print, with at most a million rows."""
    count = min(point_count, MOST_ROWS)
    with tempfile.TemporaryDirectory(prefix="maligeo-bench-") as name:
        folder = Path(name)
        large, small = folder / "large.csv", folder / "small.csv"
        write_records(large, count)
        write_records(small, SMALL_ROWS)
        print(f"# {count:,} rows, {large.stat().st_size / 1e6:.0f} MB, through the page")
        with _running(folder) as (address, process):
            rows = list(_walk(address, process, large, small))
    print_table("Steps", ("step", "seconds", "progress seen", "most memory so far"), rows)


def _walk(
    address: str, process: int, large: Path, small: Path
) -> Iterator[tuple[str, str, str, str]]:
    """Drop, look through, answer; then answer again, and give that up."""
    visitor = Visitor(address)
    begin = time.perf_counter()
    path = visitor.send("", {}, large)
    yield "dropping", f"{time.perf_counter() - begin:.1f}", "", _peaks(process)
    looked = visitor.wait(path)
    yield "looking through it", f"{looked.seconds:.1f}", _said(looked), _peaks(process)
    visitor.base = path.rpartition("/")[0]
    asked = {"period": "2022", "covers": "2021/2022", "audience": "public"}
    answered = visitor.wait(visitor.send("ask", asked))
    took = f"{answered.seconds:.1f}"
    yield "answer, map, report, archive", took, _said(answered), _peaks(process)
    visitor.send("ask", {**asked, "audience": "internal"})
    begin = time.perf_counter()
    visitor.send("cancel", {})
    gone = time.perf_counter() - begin
    other = Visitor(address)
    next_one = other.wait(other.send("", {}, small))
    yield "giving up the next answer", f"{gone:.1f}", "", ""
    yield f"looking through {SMALL_ROWS} rows after that", f"{next_one.seconds:.1f}", "", ""


def _said(step: Step) -> str:
    return f"{len(step.seen)}: {'; '.join(step.seen[:3])}{' …' * (len(step.seen) > 3)}"


@contextmanager
def _running(folder: Path) -> Iterator[tuple[str, int]]:
    """Start the page as a program of its own, and end it."""
    script = folder / "begin.py"
    script.write_text(BEGIN, encoding="utf-8")
    own = {"MALIGEO_STORE": str(folder / "store"), "XDG_CACHE_HOME": str(folder / "cache")}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env={**os.environ, **own}
    ) as process:
        try:
            yield (process.stdout.readline() if process.stdout else ""), process.pid
        finally:
            process.terminate()


def _peaks(process: int) -> str:
    workers = max(map(_peak, _children(process)), default=0.0)
    return f"server {_peak(process):,.0f} MB, worker {workers:,.0f} MB"


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task").glob("*/children")
    return [int(one) for path in listed for one in path.read_text().split()]


def _peak(process: int) -> float:
    """Most megabytes that a process ever held."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s*(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0
