from pathlib import Path
from typing import Any

import pandas as pd
import pypdf
import pytest

from maligeo.core import words
from maligeo.paper.page import Heading
from maligeo.paper.report.country_pages import country_pages
from maligeo.paper.report.country_profile import country_profile
from maligeo.paper.report.profile import ReportOptions
from maligeo.provenance.products import read_about
from maligeo.text.results import published_results
from maligeo.workflows.study import study
from tests.cli.commands import run
from tests.paper.pages import outside, overlaps

NUMBERED = ("incidents", "victims", "result", "total", "money", "unattributed")


def plain(text: str) -> str:
    """Give a text with one kind of space and of apostrophe, so that lines can be found in it."""
    return " ".join(words.curly(text).split())


def national(language: Any) -> pd.DataFrame:
    lines = published_results(language=language)
    of_country = lines["place_level"].isna() | (lines["place_level"] == "country")
    return lines[of_country & lines["kind"].isin(NUMBERED)]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("suffix", ["html", "pdf"])
class TestCountry:
    def test_without_a_region_it_is_about_the_country(
        self, tmp_path: Path, suffix: str, language: str
    ) -> None:
        path = tmp_path / f"mali.{suffix}"
        found = run("report", "--language", language, "-o", path)
        assert found.returncode == 0, found.stderr
        text = text_of(path)
        assert plain(words.word("report.country", language)) in text
        for name in study().units["name"]:
            assert name in text
        for line in national(language).to_dict("records"):
            assert plain(line["shown"]) in text
            assert plain(line["programme_name"]) in text
        assert run("verify", path).returncode == 0

    def test_what_is_of_a_region_is_not_among_it(
        self, tmp_path: Path, suffix: str, language: Any
    ) -> None:
        text = text_of(study().report(language=language).save(tmp_path / f"m.{suffix}"))
        own = published_results(region="Tombouctou", kind="result", language=language)
        assert all(plain(shown) not in text for shown in own["shown"] if "218" in shown)
        assert read_about(tmp_path / f"m.{suffix}").options.get("region") is None


def text_of(path: Path) -> str:
    if path.suffix == ".html":
        return plain(path.read_text("utf-8").replace("&#39;", "'"))
    return plain(" ".join(page.extract_text() for page in pypdf.PdfReader(path).pages))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_on_paper_it_is_two_full_pages(language: Any) -> None:
    made = study().release()
    results = published_results(language=language)
    options = ReportOptions(gaps=made.answer().frame, results=results, language=language)
    told = country_profile(made.table, made.units, options)
    top = Heading(told.title, told.subtitle, "public", False, language)
    pages = country_pages(told, top, language)
    assert len(pages) == 2
    assert all(overlaps(page) == [] and outside(page) == [] for page in pages)


def test_each_unit_has_its_count_its_response_and_its_finding() -> None:
    made = study().release()
    options = ReportOptions(gaps=made.answer().frame, language="en")
    rows = {row[0]: row[1:] for row in country_profile(made.table, made.units, options).rows}
    assert rows["Mopti"] == (
        "≈ 50 (36 to 66, rounding and chance)", "1", "3",
        "Average response for the need (depends on what has no place)",
    )  # fmt: skip
    assert rows["Bamako"][:3] == ("no data", "named, number unknown", "named, number unknown")
    assert rows["Kayes"][1:3] == ("–", "–")


def test_records_of_ones_own_have_no_page_of_documents(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    rows = "".join(f"2021-0{at % 9 + 1}-10,ied,exploded,Mopti\n" for at in range(30))
    file.write_text(f"date,type,outcome,region\n{rows}", encoding="utf-8")
    own = study(incidents=file, covers="2021", period="2021")
    path = own.release(audience="internal").report(language="fr").save(tmp_path / "own.pdf")
    pages = pypdf.PdfReader(path).pages
    text = plain(" ".join(page.extract_text() for page in pages))
    assert len(pages) == 1
    assert "Landmine Monitor" not in text
    assert "30" in text
