import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pypdf
import pytest

from maligeo.core import words
from maligeo.core.audiences import mark_audience
from maligeo.core.errors import (
    ArgumentError,
    FrameError,
    ReleaseError,
    UnknownNameError,
    VintageError,
)
from maligeo.measure.coverage import with_coverage
from maligeo.measure.densities import concat_tables, density
from maligeo.paper import ReportOptions, region_report
from maligeo.paper.drawing.shapes import Fill
from maligeo.paper.page import Heading
from maligeo.paper.report.charts import trend_chart
from maligeo.paper.report.pdf import report_pages
from maligeo.paper.report.profile import profile_of
from maligeo.provenance.products import read_about
from maligeo.provenance.record import Provenance
from maligeo.text.results import published_results
from maligeo.workflows.study import study
from tests import worlds
from tests.conftest import HOSTILE
from tests.paper.pages import outside, overlaps, words_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Written = dict[str, Any]


@pytest.fixture(scope="module")
def gaps(units: gpd.GeoDataFrame) -> pd.DataFrame:
    return study(units=units).answer().frame


class Page(HTMLParser):
    """Elements, attributes and texts of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] not in ("style", "script") and data.strip():
            self.texts.append(" ".join(data.split(" ")).strip())


def profile(table: pd.DataFrame, units: gpd.GeoDataFrame, **options: Any) -> Any:
    return profile_of(table, units, ReportOptions(**options))


class TestNumbers:
    def test_they_are_those_of_the_table(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        found = profile(table, units, region="Mopti", language="en").numbers
        figures = {one.label: (one.value, one.note) for one in found.figures}
        assert figures == {
            "Incidents in Jan–Aug 2022": ("≈ 50", "36 to 66, rounding and chance"),
            "Incidents per 100,000 people and year": ("≈ 3.8", "2.8 to 5.0, rounding and chance"),
            "Population, census of 2022": ("1,974,684", "24.1 people per km²"),
            "Projects recorded": (
                "at least 3",
                "at least 1.0 in shares (fractional count); and 5 for the whole country",
            ),
            "Programmes present": ("at least 2", ""),
            "Area of the outline": ("82,007\u00a0km²", ""),
        }

    def test_each_period_has_its_count_its_rate_and_both_intervals(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        found = profile(table, units, region="Mopti", language="en").numbers.periods
        quarter = next(one for one in found if one.period == "Jul–Sep 2021")
        assert (quarter.count, quarter.count_interval) == ("13", "")
        assert (quarter.rate, quarter.rate_interval) == ("2.6*", "95% CI: 1.4 to 4.5")
        row = table[(table["pcode"] == "ML05") & (table["count"] == 13)].iloc[0]
        assert round(row["ci_low"], 1) == 1.4 and round(row["ci_high"], 1) == 4.5

    def test_the_line_of_a_rate_lies_in_its_own_band(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        found = profile(table, units, region="Kayes", language="en").numbers.trend
        known = [one for one in found if one.value is not None and one.low is not None]
        assert known
        for one in known:
            assert one.high is None or one.low <= one.value <= one.high

    def test_few_events_are_marked_and_explained(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        found = profile(table, units, region="Kayes", language="fr").numbers
        assert any(one.rate.endswith("*") for one in found.periods)
        assert words.word("legend.low", "fr") in found.remarks

    def test_what_is_not_known_is_not_zero(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        found = profile(table, units, region="Bamako", language="en").numbers
        assert {one.count for one in found.periods} == {"no data"}
        values = {one.label: one.value for one in found.figures}
        assert values["Incidents in Jan–Aug 2022"] == "no data"
        assert values["Projects recorded"] == "at least 0"
        assert all(one.value is None for one in found.trend)

    def test_victims_have_a_place_where_they_are_counted(self) -> None:
        units = worlds.square_units()
        located = pd.DataFrame(
            {
                "event_id": ["a", "b"], "event_type": "ied", "outcome": "exploded",
                "date": pd.to_datetime(["2021-02-01", "2021-05-01"]), "date_precision": "day",
                "killed": pd.array([1, 2], "Int64"), "injured": pd.array([0, 4], "Int64"),
                "vintage": "2015", "adm1_pcode": "ZZ01", "adm1_name": "Alpha",
                "place_kind": "unit", "locate_method": "inside", "locate_note": None,
                "source": "hand-made",
            }
        )  # fmt: skip
        located = with_coverage(located, "2021")
        people = worlds.people(1e5, 2e5)
        counted = [
            density(located, units, measure=measure, population=people, period="2021")
            for measure in ("incidents", "victims")
        ]
        found = profile(concat_tables(*counted), units, region="Alpha", language="en").numbers
        values = {one.label: one for one in found.figures}
        assert values["Victims in 2021"].value == "7"
        assert values["Victims in 2021"].note.startswith("7.0 per 100,000 people and year, 95% CI")
        assert values["Incidents in 2021"].value == "2"


class TestWords:
    def test_programmes_are_there_or_not_and_the_unplaced_are_told(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, matrix: pd.DataFrame
    ) -> None:
        found = profile(table, units, region="Mopti", presence=matrix, language="en").programmes
        counts = {one.name: one.count for one in found}
        assert counts["UNMAS Mali: mine action"] == 0  # an office is no project
        assert counts["MINUSMA: quick-impact projects (QIP)"] is None
        assert [one for one in counts.values() if one == 0]
        notes = {one.name: one.note for one in found}
        assert notes["MINUSMA: quick-impact projects (QIP)"].endswith(": 740")
        assert notes["UNMAS Mali: mine action"] == "and 1 for the whole country"

    def test_the_finding_is_a_class_a_sentence_and_its_periods(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, gaps: pd.DataFrame
    ) -> None:
        found = profile(table, units, region="Mopti", gaps=gaps, language="en").gap
        assert found[0] == "Average response for the need (depends on what has no place)"
        assert found[1].startswith(
            "Mopti: 50 incidents (36 to 66 allowing for rounding and chance)"
        )
        assert found[2].startswith("Need: Jan–Aug 2022 (UNMAS/OCHA) · Response: projects of any")
        unknown = profile(table, units, region="Bamako", gaps=gaps, language="en").gap
        assert unknown[0] == "Need not known"
        assert "number not known, which does not mean none" in unknown[1]

    def test_bamako_has_quick_impact_projects_of_unknown_number(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, matrix: pd.DataFrame
    ) -> None:
        found = profile(table, units, region="Bamako", presence=matrix, language="en")
        named = dict(found.programmes_by_presence())["report.named"]
        assert [one.name for one in named] == ["MINUSMA: quick-impact projects (QIP)"]

    def test_data_quality_tells_notes_by_period_and_figures_of_the_whole_country(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        found = profile(table, units, region="Mopti", language="en").quality
        assert "Jan–Aug 2022: derived as 37% of 134 · share of the national 134 incidents" in found
        assert any("2020 (MINUSMA)" in text for text in found)

    def test_a_matrix_that_lacks_the_region_says_nothing(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, matrix: pd.DataFrame
    ) -> None:
        less = matrix[matrix.index.get_level_values("pcode") != "ML05"]
        assert profile(table, units, region="Mopti", presence=less).programmes == ()

    def test_wrong_frames_are_refused(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, gaps: pd.DataFrame
    ) -> None:
        with pytest.raises(FrameError, match="place_kind, pcode, name"):
            profile(table, units, region="Mopti", presence=pd.DataFrame({"a": [1]}))
        with pytest.raises(VintageError, match="crosswalk"):
            profile(table, units, region="Mopti", gaps=gaps.assign(vintage="2023"))
        with pytest.raises(UnknownNameError, match="there is Kayes"):
            profile(table, units, region="Atlantis")
        with pytest.raises(ArgumentError, match="language"):
            ReportOptions(region="Mopti", language="de")  # type: ignore[arg-type]


class TestHtml:
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_the_page_says_what_the_profile_says(
        self,
        table: pd.DataFrame,
        units: gpd.GeoDataFrame,
        matrix: pd.DataFrame,
        gaps: pd.DataFrame,
        tmp_path: Path,
        language: Any,
    ) -> None:
        options = ReportOptions(region="Gao", presence=matrix, gaps=gaps, language=language)
        path = region_report(
            table, units, tmp_path / "gao.html", options=options, audience="internal"
        )
        page, told = Page(path), profile_of(table, units, options)
        for figure in told.numbers.figures:
            assert {figure.label, figure.value} <= set(page.texts)
        for row in told.numbers.periods:
            assert row.count in page.texts
            assert row.rate in page.texts
        assert set(told.gap) <= set(page.texts)
        assert {
            words.curly(one.name) if language == "fr" else one.name for one in told.programmes
        } <= {text.strip() for text in page.texts}
        assert words.word("audience.internal", language) in page.texts
        assert ("html", {"lang": language}) in page.tags

    def test_it_needs_no_network_and_no_script(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path
    ) -> None:
        options = ReportOptions(region="Gao")
        path = region_report(
            table, units, tmp_path / "g.html", options=options, audience="internal"
        )
        page = Page(path)
        for tag, attributes in page.tags:
            assert tag not in ("script", "link", "img", "iframe", "object")
            assert not any(name.startswith("on") or name in ("src", "href") for name in attributes)
        assert "url(" not in path.read_text(encoding="utf-8")
        assert path.stat().st_size < 60_000

    def test_hostile_texts_are_texts(
        self, small_table: pd.DataFrame, small_units: gpd.GeoDataFrame, tmp_path: Path
    ) -> None:
        path, _ = hostile_report(small_table, small_units, tmp_path / "h.html")
        page = Page(path)
        scripts = [attributes for tag, attributes in page.tags if tag == "script"]
        assert scripts == [{"type": "application/json", "id": "maligeo-about"}]
        assert "img" not in {tag for tag, _ in page.tags}
        assert not any(name.startswith("on") for _, found in page.tags for name in found)
        assert any("<img src=x onerror=" in text for text in page.texts)
        assert not set("\x00\x1f") & set(path.read_text(encoding="utf-8"))
        assert read_about(path).options == {"region": "</script><script>window.pwned=5</script>"}

    @pytest.mark.browser
    def test_what_documents_say_of_the_region_and_of_the_country_is_on_the_page(
        self, tmp_path: Path
    ) -> None:
        path = study().report("Tombouctou", language="fr").save(tmp_path / "r.html")
        text = re.sub(r"\s", " ", path.read_text("utf-8"))
        own = text.index("Publié pour cette région")
        country = text.index("Le pays, extrait : national, région non précisée")
        assert text.index("plus de 218 000 personnes") > own
        assert "218 000" not in text[country:own]
        assert country < text.index("4 391 584 m²") < own
        assert "1 055 personnes – Tués" in text[country:own]
        other = study().report("Gao", language="fr").save(tmp_path / "g.html")
        assert "218 000" not in re.sub(r"\s", " ", other.read_text("utf-8"))

    def test_a_browser_runs_nothing_and_prints_one_page(
        self,
        browser: "Browser",
        table: pd.DataFrame,
        units: gpd.GeoDataFrame,
        matrix: pd.DataFrame,
        gaps: pd.DataFrame,
        small_table: pd.DataFrame,
        small_units: gpd.GeoDataFrame,
        tmp_path: Path,
    ) -> None:
        hostile, _ = hostile_report(small_table, small_units, tmp_path / "h.html")
        context = browser.new_context()
        requests: list[str] = []
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.goto(hostile.as_uri())
        assert page.evaluate("window.pwned") is None
        for region in units["name"]:
            results = published_results(language="fr")
            options = ReportOptions(region=region, presence=matrix, gaps=gaps, results=results)
            path = region_report(
                table, units, tmp_path / "r.html", options=options, audience="internal"
            )
            page.goto(path.as_uri())
            wide = "document.documentElement.scrollWidth <= window.innerWidth"
            assert page.evaluate(wide), region
            page.pdf(path=tmp_path / "r.pdf", prefer_css_page_size=True, print_background=True)
            assert len(pypdf.PdfReader(tmp_path / "r.pdf").pages) == 1, region
        page.set_viewport_size({"width": 360, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth <= 360")
        assert {url.split(":")[0] for url in requests} <= {"file", "data"}
        context.close()


def hostile_report(
    table: pd.DataFrame, units: gpd.GeoDataFrame, path: Path
) -> tuple[Path, ReportOptions]:
    units = units.assign(name=[HOSTILE[0], HOSTILE[1]], source=HOSTILE[2])
    text = " | ".join(HOSTILE)
    table = table.assign(note=text, source=text, publisher=HOSTILE[1])
    index = pd.MultiIndex.from_tuples(
        [("unit", "ZZ01", HOSTILE[0]), ("unit", "ZZ02", HOSTILE[1]), ("countrywide", "", "")],
        names=["place_kind", "pcode", "name"],
    )
    matrix = pd.DataFrame({text: [1, 0, 2] for text in HOSTILE}, index=index, dtype="Int64")
    matrix = matrix.rename_axis(columns="programme")
    options = ReportOptions(region=HOSTILE[0], presence=matrix)
    about = Provenance("report", {"region": "</script><script>window.pwned=5</script>"})
    region_report(table, units, path, options=options, audience="internal", about=about)
    return path, options


class TestPdf:
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_one_page_with_nothing_covered_or_cut_off(
        self,
        table: pd.DataFrame,
        units: gpd.GeoDataFrame,
        matrix: pd.DataFrame,
        gaps: pd.DataFrame,
        language: Any,
    ) -> None:
        results = published_results(language=language)
        for region in units["name"]:
            options = ReportOptions(
                region=region, presence=matrix, gaps=gaps, results=results, language=language
            )
            told = profile_of(table, units, options)
            top = Heading(told.title, told.subtitle, "internal", True, language)
            pages = report_pages(told, units, top, language)
            assert len(pages) == 1
            assert overlaps(pages[0]) == []
            assert outside(pages[0]) == []

    def test_its_text_can_be_searched_and_tells_what_it_was_made_from(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path
    ) -> None:
        about = Provenance("report", audience="internal")
        options = ReportOptions(region="Kidal")
        path = region_report(
            table, units, tmp_path / "k.pdf", options=options, audience="internal", about=about
        )
        text = pypdf.PdfReader(path).pages[0].extract_text()
        assert "Kidal (Mali)\u00a0: profil" in text
        assert "IC 95\u00a0%" in text
        assert read_about(path) == about

    def test_hostile_texts_and_long_lists_go_on_further_pages(
        self, small_table: pd.DataFrame, small_units: gpd.GeoDataFrame, tmp_path: Path
    ) -> None:
        path, _ = hostile_report(small_table, small_units, tmp_path / "h.pdf")
        assert pypdf.PdfReader(path).pages[0].extract_text()
        notes = small_table.assign(
            note=[f"{'a long remark ' * 40}{at}" for at in range(len(small_table))],
            source=" | ".join(f"source number {at} of very many" for at in range(200)),
        )
        told = profile_of(notes, small_units, ReportOptions(region="Alpha", language="en"))
        top = Heading(told.title, told.subtitle, "internal", False, "en")
        pages = report_pages(told, small_units, top, "en")
        assert len(pages) > 1
        assert "source number 199 of very many" in "".join(words_of(pages))
        assert all(outside(page) == [] for page in pages)


@pytest.mark.parametrize("suffix", ["html", "pdf"])
class TestBoth:
    def test_the_same_bytes_each_time(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path, suffix: str
    ) -> None:
        options = ReportOptions(region="Gao")
        found = [
            region_report(
                table, units, tmp_path / f"{at}.{suffix}", options=options, audience="internal"
            ).read_bytes()
            for at in range(2)
        ]
        assert found[0] == found[1]

    def test_what_is_not_released_is_refused(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path, suffix: str
    ) -> None:
        internal = mark_audience(table.copy(), "internal")
        options = ReportOptions(region="Gao")
        with pytest.raises(ReleaseError, match=r"maligeo\.release"):
            region_report(internal, units, tmp_path / f"g.{suffix}", options=options)
        assert list(tmp_path.iterdir()) == []


def test_another_suffix_is_refused(
    table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    with pytest.raises(ArgumentError, match=r"\.html, \.pdf"):
        region_report(
            table, units, tmp_path / "g.odt", options=ReportOptions(region="Gao"),
            audience="internal",
        )  # fmt: skip


class TestTrend:
    def test_strokes_span_their_periods_and_gaps_stay_open(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        numbers = profile(table, units, region="Mopti", language="en").numbers
        chart = trend_chart(numbers.trend, 110, 50, "en")
        bold = [one.shape.bounds for one in strokes(chart) if one.width == 0.7]
        level = [one for one in bold if one[1] == one[3] and one[1] > 5]
        assert len(level) == 3
        assert [one for one in strokes(chart) if upright(one) and one.width == 0.25] == []
        hatched = [one for one in chart.shapes if isinstance(one, Fill) and one.colour == "#f4f4f1"]
        assert len(hatched) == 1  # October to December 2021

    def test_neighbouring_periods_are_joined_and_not_over_a_gap(self) -> None:
        units = worlds.square_units()
        quarters = pd.period_range("2021Q1", periods=4, freq="Q")
        rows: list[dict[str, Any]] = [
            {
                "unit": "Alpha", "value": value, "publisher": "UNMAS",
                "period_start": str(quarter.start_time.date()),
                "period_end": str(quarter.end_time.date()),
            }
            for quarter, value in zip(quarters, (10, 20, None, 5), strict=True)
        ]  # fmt: skip
        beta = [{**row, "unit": "Béta-Sud", "value": 3} for row in rows]
        figures = worlds.figures(*[row for row in rows if row["value"] is not None], *beta)
        table = density(figures, units, measure="incidents", population=worlds.people(1e5, 2e5))
        numbers = profile(table, units, region="Alpha").numbers
        assert [one.value is None for one in numbers.trend] == [False, False, True, False]
        chart = trend_chart(numbers.trend, 110, 50, "fr")
        joints = [one for one in strokes(chart) if upright(one) and one.width == 0.25]
        assert len(joints) == 1

    def test_without_a_value_it_says_so(self) -> None:
        assert words_of([trend_chart([], 100, 40, "en")]) == ["No figure by period."]


def strokes(chart: Any) -> list[Any]:
    return [one for one in chart.shapes if not isinstance(one, Fill) and hasattr(one, "width")]


def upright(stroke: Any) -> bool:
    left, top, right, bottom = stroke.shape.bounds
    return left == right and top != bottom
