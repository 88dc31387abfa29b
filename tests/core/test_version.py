"""Which code made a product: from what the build wrote, else from git, else said to be unknown."""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import maligeo
from maligeo.core.version import commit_of
from maligeo.workflows.recipes import versions

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PLACEHOLDER = "$Format:%H$\n"


def package(folder: Path, written: str | None) -> Path:
    found = folder / "src" / "maligeo"
    found.mkdir(parents=True)
    if written is not None:
        (found / "COMMIT").write_text(written)
    return found


def git(folder: Path, *arguments: str) -> str:
    person = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
    command = ["git", "-C", str(folder), *person, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize(
    ("written", "commit"),
    [
        (COMMIT, "g0123456789ab"),  # of an archive, which git wrote
        ("0123456789ab-dirty\n", "g0123456789ab.dirty"),
        ("unknown\n", "unknown"),
        (PLACEHOLDER, "unknown"),  # copied out of a checkout
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_what_the_build_wrote_is_told(written: str | None, commit: str, tmp_path: Path) -> None:
    assert commit_of(package(tmp_path, written)) == commit


def test_a_checkout_tells_its_present_commit_and_whether_it_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = package(tmp_path, PLACEHOLDER)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    assert commit_of(code) == f"g{git(tmp_path, 'rev-parse', '--short=12', 'HEAD')}"
    git(tmp_path, "tag", "v9.9")  # the commit, not how far it is from a tag
    (code / "more.py").write_text("x = 1\n")
    git(tmp_path, "add", ".")
    commit = git(tmp_path, "rev-parse", "--short=12", "HEAD")
    assert commit_of(code) == f"g{commit}.dirty"
    git(tmp_path, "commit", "-qm", "two")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "another"))  # as within a hook of git
    commit_now = commit_of(code)
    monkeypatch.delenv("GIT_DIR")
    assert commit_now == f"g{git(tmp_path, 'rev-parse', '--short=12', 'HEAD')}" != f"g{commit}"


def test_the_version_and_every_record_name_the_code() -> None:
    pattern = r"\d+\.\d+\.\d+\+(g[0-9a-f]{12}(\.dirty)?|unknown)"
    assert re.fullmatch(pattern, maligeo.__version__)
    assert maligeo.__version__.partition("+")[0] == metadata.version("maligeo")
    assert versions()["maligeo"] == maligeo.__version__


def test_nothing_asks_git_on_import() -> None:
    code = (
        "import subprocess, sys\n"
        "subprocess.run = subprocess.Popen = None\n"
        "import maligeo, maligeo.provenance.record, maligeo.cli\n"
        "maligeo.provenance.record.program()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
