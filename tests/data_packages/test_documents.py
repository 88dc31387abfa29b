"""Evidence that can be found: each bundled row names a document that says what is known of it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from maligeo.readers.figures import load_figures
from maligeo.readers.projects import load_programmes, load_projects, load_results, load_statements

DATA = Path(__file__).parents[2] / "data"
CITING = ("incidents/figures", "projects/programmes", "projects/projects", "projects/results")
HASHED = re.compile(r"[0-9a-f]{12,}|\w+_[0-9a-f]{6,}|\.txt\b")


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{name}.csv", dtype="string")


@pytest.fixture(scope="module")
def documents() -> pd.DataFrame:
    return table("reference/documents").set_index("document_id")


@pytest.mark.parametrize("name", CITING)
def test_each_row_cites_a_document_that_is_known(name: str, documents: pd.DataFrame) -> None:
    cited = table(name)["document"]
    assert cited.notna().all()
    assert set(cited) <= set(documents.index)


def test_every_document_is_cited(documents: pd.DataFrame) -> None:
    cited = {document for name in CITING for document in table(name)["document"]}
    assert cited == set(documents.index)
    assert documents.index.is_monotonic_increasing


def test_what_is_not_known_is_said(documents: pd.DataFrame) -> None:
    said = documents["note"].fillna("")
    for column in ("title", "date", "language"):
        unknown = said[documents[column].isna()]
        assert unknown.str.contains("not known|no date|undated").all(), column
    assert documents["publisher"].notna().all()
    assert (documents["title"].notna() | documents["form"].notna()).all()
    assert documents["address"].dropna().str.fullmatch(r"https://[\w./-]+").all()


@pytest.mark.parametrize(
    "load", [load_figures, load_programmes, load_projects, load_results, load_statements]
)
def test_sources_are_publisher_title_and_date_and_no_file(
    load: Callable[[], pd.DataFrame], documents: pd.DataFrame
) -> None:
    for source in load()["source"]:
        assert not HASHED.search(source), source
        assert re.search(r"\b20\d\d\b|sans date|undated", source), source
        assert source.startswith(tuple(documents["publisher"])), source


@pytest.mark.parametrize("package", ["incidents", "projects"])
def test_packages_list_the_documents_of_their_rows(package: str) -> None:
    described = json.loads((DATA / package / "datapackage.json").read_text(encoding="utf-8"))
    tables = [load_figures()] if package == "incidents" else [load_programmes(), load_results()]
    sources = {source for one in tables for source in one["source"]}
    listed = {
        ", ".join([entry["title"], *([entry["path"]] if "path" in entry else [])])
        for entry in described["sources"]
    }
    spaces = str.maketrans("\u00a0\u202f", "  ")
    assert {one.translate(spaces) for one in sources} == listed
