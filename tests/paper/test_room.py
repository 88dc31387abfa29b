"""How the room of a page is used: sources take little of it, and reports leave no hole."""

import geopandas as gpd
import pytest

from maligeo.core import words
from maligeo.paper.drawing.shapes import Words
from maligeo.paper.map.figure import scene_of
from maligeo.paper.map.layout import section_blocks
from maligeo.paper.options import MapOptions
from maligeo.paper.page import Heading, height_of
from maligeo.paper.report.pdf import report_pages
from maligeo.paper.report.profile import ReportOptions, profile_of
from maligeo.workflows.study import Study, study

SIZE, WIDTHS = 5.8, {"landscape": 46.0, "portrait": 92.0}  # points; millimetres of a column
A_TENTH = 297 * 210 / 10


@pytest.fixture(scope="module")
def bundled(units: gpd.GeoDataFrame) -> Study:
    return study(units=units)


# What the bundled data have.
BUNDLED = (
    "incidents", "incidents_per_100k", "projects", "projects_fractional", "programmes", "people",
    "people_per_sqkm", "gaps",
)  # fmt: skip


@pytest.mark.parametrize("orientation", WIDTHS)
@pytest.mark.parametrize("key", BUNDLED)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_sources_take_at_most_a_tenth_of_the_page(
    bundled: Study, units: gpd.GeoDataFrame, language: str, key: str, orientation: str
) -> None:
    is_gaps = key == "gaps"
    layer = {} if is_gaps else {"layer": key}
    options = MapOptions(
        language=language,  # type: ignore[arg-type]
        orientation=orientation,  # type: ignore[arg-type]
        behind=bundled.table if is_gaps else None,
        **layer,  # type: ignore[arg-type]
    )
    table = bundled.answer().frame if is_gaps else bundled.table
    title, width = words.word("notes.sources", language), WIDTHS[orientation]
    sections = scene_of(table, units, options).subject.sections
    (sources,) = [one for one in sections if one["title"] == title]
    assert height_of(section_blocks([sources], width, SIZE)) * width <= A_TENTH
    assert any("GSHHG" in text for text, _ in sources["items"])


def test_answers_name_no_source_of_another_period(bundled: Study, units: gpd.GeoDataFrame) -> None:
    options = MapOptions(behind=bundled.table)
    sections = scene_of(bundled.answer().frame, units, options).subject.sections
    said = str(sections)
    assert "UNMAS/OCHA" in said
    assert "bamada" not in said
    assert "PNUD" in said


@pytest.mark.parametrize("name", ["Mopti", "Kidal", "Kayes"])
def test_a_report_leaves_no_hole_above_its_small_print(
    bundled: Study, units: gpd.GeoDataFrame, name: str
) -> None:
    profile = profile_of(
        bundled.table, units, ReportOptions(region=name, gaps=bundled.answer().frame)
    )
    top = Heading(profile.title, profile.subtitle, "internal", False, "fr")
    (page,) = report_pages(profile, units, top, "fr")
    texts = [one for one in page.shapes if isinstance(one, Words)]
    (small,) = [one for one in texts if one.text == words.word("report.quality", "fr")]
    last = max(one.y for one in texts if one.y < small.y - 1)
    assert small.y - last < 12  # millimetres
