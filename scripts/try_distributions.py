"""Install what was built as a stranger would, and make every kind of product with it.

Usage: ``python scripts/try_distributions.py [--python PYTHON …] dist/*``. Each wheel and sdist
goes into an empty environment of each Python. The commands run without HOME, in the C locale,
in a folder with blanks and accents, and, where root starts this, as a user without rights.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

NOBODY = 65534
RECORDS = "event_id,date,event_type,lon,lat\n" + "".join(
    f"E{at},2021-05-{at % 28 + 1:02d},ied,{-3 + at * 0.02:.4f},{14 + at * 0.01:.4f}\n"
    for at in range(60)
)
GIVEN = "relevé de mai.csv"
COMMANDS: Sequence[Sequence[str]] = (
    ("--version",),
    ("map", "-o", "carte d’été.html"),
    ("map", "--incidents", GIVEN, "--audience", "internal", "-o", "carte interne.html"),
    ("check", GIVEN),
    ("density", "-o", "x.xlsx"),
    ("report", "--region", "Mopti", "-o", "x.pdf"),
    ("surface", GIVEN, "--audience", "internal", "-o", "surface.tif"),
    ("tiles", "vector", "--zooms", "0-5", "-o", "tuiles.pmtiles"),
    ("verify", "x.pdf"),
)
RELATIVE = re.compile(r"\]\((?!https?:|#)[^)]*\)")
DEADLINE_S = 60


def main(arguments: Sequence[str]) -> int:
    """Try each distribution with each Python."""
    parser = argparse.ArgumentParser(description="Try distributions as a stranger would.")
    parser.add_argument("--python", action="append", help="interpreter, by default this one")
    parser.add_argument("distributions", nargs="+", type=Path, help="wheels and sdists")
    options = parser.parse_args(arguments)
    faults = [fault for built in options.distributions for fault in look_at(built)]
    for python in options.python or [sys.executable]:
        for built in options.distributions:
            faults += [f"{built.name}, {python}: {fault}" for fault in try_out(built, python)]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def look_at(built: Path) -> Iterator[str]:
    """Find what a wheel does not say, or says of files that are elsewhere."""
    if built.suffix != ".whl":
        return
    with zipfile.ZipFile(built) as wheel:
        names = wheel.namelist()
        described = next(name for name in names if name.endswith(".dist-info/METADATA"))
        links = RELATIVE.findall(wheel.read(described).decode())
        if wheel.read("maligeo/COMMIT").startswith((b"$", b"unknown")):
            yield f"{built.name}: its commit is not known"
    if links:
        yield f"{built.name}: links that lead nowhere: {links}"
    for file in ("LICENSE", "NOTICE.md", "LICENCES.txt"):
        if not any("/licenses/" in name and name.endswith(file) for name in names):
            yield f"{built.name}: {file} is missing"


def try_out(built: Path, python: str) -> Iterator[str]:
    """Install into an empty environment and run every command."""
    with tempfile.TemporaryDirectory(prefix="maligeo-") as name:
        root = Path(name)
        root.chmod(0o755)
        subprocess.run([python, "-m", "venv", str(root / "env")], check=True)
        inside = root / "env" / ("Scripts" if os.name == "nt" else "bin")
        install = [str(inside / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*install, f"{built.resolve()}[serve]"], check=True)
        folder = root / "dossier à essayer"
        folder.mkdir()
        (folder / GIVEN).write_text(RECORDS, encoding="utf-8")
        stranger = as_stranger(folder)
        for command in COMMANDS:
            done = subprocess.run(
                [str(inside / "maligeo"), *command], capture_output=True, check=False, **stranger
            )
            said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
            print(f"{Path(python).name}, {built.name}: {said.rpartition(chr(10))[2]}")
            if done.returncode or b"Traceback" in done.stderr:
                yield f"{' '.join(command)}: exit code {done.returncode}: {said}"
        yield from serve(inside / "maligeo", stranger)


def as_stranger(folder: Path) -> dict[str, Any]:
    """Give the settings of a process that may write into one folder and knows no home."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
    settings: dict[str, Any] = {
        "cwd": folder,
        "env": {"PATH": os.defpath, "LC_ALL": "C", **kept},
    }
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        settings |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return settings


def serve(program: Path, stranger: dict[str, Any]) -> Iterator[str]:
    """Serve the folder, and ask for the list of what it has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([str(program), "serve", ".", "--port", str(port)], **stranger)
    try:
        found, end = "", time.monotonic() + DEADLINE_S
        while not found and server.poll() is None and time.monotonic() < end:
            found = ask(f"http://127.0.0.1:{port}/")
        if "tuiles.pmtiles" not in found:
            yield f"serve: it does not list the archive: {found[:200]!r}"
    finally:
        server.terminate()
        server.wait()


def ask(address: str) -> str:
    """Ask once; empty while nobody listens."""
    try:
        with urllib.request.urlopen(address) as answer:
            return str(answer.read().decode())
    except OSError:
        time.sleep(0.2)
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
