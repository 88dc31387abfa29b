"""Who is in a unit, on paper: what is for the whole country, and what a release withholds."""

from pathlib import Path
from typing import Any

import pytest

from maligeo.paper.page import Heading
from maligeo.paper.report.country_profile import country_profile
from maligeo.paper.report.pdf import report_pages
from maligeo.paper.report.profile import Profile, ReportOptions, profile_of
from maligeo.workflows.study import Study, study
from tests.paper.pages import words_of

INCIDENTS = "event_id,date,event_type,killed,injured,latitude,longitude\n"
PROJECTS = """project_id,title,organisation,sector,place,start_date,end_date
p1,Water,ONG A,eau,"Gao, Kidal",2021-01-01,2021-12-31
p2,Health,ONG B,santé,Mopti,2021-01-01,2021-12-31
p3,Roads,ONG C,routes,Mali,2021-01-01,2021-12-31
p4,School,ONG C,éducation,Toutes les régions,2021-01-01,2021-12-31
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Two projects are for the whole country, so that Kayes is covered and has none of its own."""
    folder: Path = tmp_path_factory.mktemp("everywhere")
    incidents, projects = folder / "incidents.csv", folder / "projects.csv"
    rows = [f"m{at},2021-{at % 12 + 1:02d}-10,ied,1,0,14.5,-4.{at}" for at in range(10, 40)]
    incidents.write_text(INCIDENTS + "\n".join(rows), encoding="utf-8")
    projects.write_text(PROJECTS, encoding="utf-8")
    return study(incidents=incidents, projects=projects, covers="2021", period="2021")


@pytest.fixture(scope="module")
def internal(own: Study) -> Study:
    return own.release(audience="internal")


def profile(made: Study, region: str, language: Any) -> Profile:
    options = ReportOptions(
        region=region, presence=made.presence, organisations=made.organisations, language=language
    )
    return profile_of(made.table, made.units, options)


def figures(told: Profile) -> dict[str, tuple[str, str]]:
    return {one.label: (one.value, one.note.replace("\N{NO-BREAK SPACE}", " "))
            for one in told.numbers.figures}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "label", "kayes", "mopti"),
    [
        (
            "fr",
            "Projets recensés",
            ("–", "aucun projet dans ces sources ; et 2 pour tout le pays"),
            ("1", "1,0 en parts (compte fractionné) ; et 2 pour tout le pays"),
        ),
        (
            "en",
            "Projects recorded",
            ("–", "no project in these sources; and 2 for the whole country"),
            ("1", "1.0 in shares (fractional count); and 2 for the whole country"),
        ),
    ],
)
def test_what_is_for_the_whole_country_stands_beside_a_region(
    internal: Study, language: str, label: str, kayes: Any, mopti: Any
) -> None:
    """That no list names a project in Kayes is no count of none."""
    assert figures(profile(internal, "Kayes", language))[label] == kayes
    assert figures(profile(internal, "Mopti", language))[label] == mopti


def test_programmes_and_organisations_for_the_whole_country_are_no_projects_without_a_region(
    internal: Study,
) -> None:
    told = profile(internal, "Kayes", "fr")
    listed = {one.name: (one.count, one.note) for one in told.programmes}
    assert listed["ONG C"] == (0, "et 2 pour tout le pays")
    assert listed["ONG A"] == (0, "")
    assert [(one.name, one.note) for one in told.organisations] == [
        ("ONG C", "et 2 pour tout le pays")
    ]
    top = Heading(told.title, told.subtitle, "internal", False, "fr")
    pages = report_pages(told, internal.units, top, "fr")
    assert "ONG C (et 2 pour tout le pays)" in words_of(pages)


def test_organisations_that_a_release_withholds_are_not_without_data(own: Study) -> None:
    public = own.release(audience="public")
    for language, said in (("fr", "non publié"), ("en", "withheld")):
        options = ReportOptions(gaps=public.answer().frame, language=language)  # type: ignore[arg-type]
        told = country_profile(public.table, public.units, options)
        at = told.head.index(
            {"fr": "Organisations présentes", "en": "Organisations present"}[language]
        )
        assert {row[at] for row in told.rows} == {said}
