"""What is built and handed on: its licences, its files, and no advice that others could use."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import MODULES

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TERMS = set(PROJECT["project"]["license"].split(" AND "))
FREE = {"other-pd"}  # in the public domain
SHOWN = [
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "src").rglob("*.py"),
    *(ROOT / "src").rglob("*.toml"),
    ROOT / "README.md",
]


@pytest.mark.parametrize("package", sorted((ROOT / "data").glob("*/datapackage.json")), ids=str)
def test_the_licence_of_the_package_names_the_terms_of_its_data(package: Path) -> None:
    described = json.loads(package.read_text(encoding="utf-8"))
    assert {licence["name"] for licence in described["licenses"]} <= TERMS | FREE


def test_the_repository_holds_no_source_of_others() -> None:
    scripts = [path for path in (ROOT / "src").rglob("*") if path.suffix in (".js", ".css")]
    assert scripts
    for path in scripts:
        text = path.read_text(encoding="utf-8")
        assert max(map(len, text.splitlines())) < 250, f"{path} is minified"
        assert not re.search(r"copyright|@licen[cs]e|sourceMappingURL", text, re.IGNORECASE), path


def test_the_licence_of_the_package_names_terms_of_something_in_it() -> None:
    notice = (ROOT / "NOTICE.md").read_text(encoding="utf-8").replace(" ", "-")
    assert {term for term in TERMS if term not in notice} <= {"BSD-3-Clause"}  # of its own code


def test_what_is_included_is_listed_with_its_terms() -> None:
    notice = (ROOT / "NOTICE.md").read_text(encoding="utf-8")
    assert "NOTICE.md" in PROJECT["project"]["license-files"]
    for words in ("GeoNames", "CC BY 4.0", "CC BY 3.0 IGO", "Natural Earth"):
        assert words in notice


def test_an_sdist_holds_what_its_tests_read() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    needed = [
        "/src", "/data", "/tests", "/docs", "/scripts", "/benchmarks", "/*.md", "/*.py",
        "/CITATION.cff", "/LICENSE", "/Makefile", "/maps/README.md", "/qgis",
    ]  # fmt: skip
    assert set(needed) <= set(included)
    for pattern in included:
        assert list(ROOT.glob(pattern.removeprefix("/"))), f"{pattern} matches nothing"


def test_nobody_is_advised_to_install_a_name_that_need_not_be_ours() -> None:
    advice = re.compile(
        r"pip (?:install|download)(?! --no-index)[^\n]*?[ '\"]maligeo(?:\[|['\"\s`]|$)"
    )
    for path in SHOWN:
        found = advice.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path}: {found}"


def test_a_release_is_called_the_same_everywhere() -> None:
    version = PROJECT["project"]["version"]
    notes = re.findall(
        r"^## (\S+) – (\S+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert notes[0][0] == version
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {version}\ndate-released: {notes[0][1]}\n" in cited


def test_every_benchmark_is_part_of_the_run() -> None:
    files = (ROOT / "benchmarks").glob("*.py")
    measured = {one.stem for one in files if "\ndef run(" in one.read_text(encoding="utf-8")}
    assert measured == set(MODULES)
