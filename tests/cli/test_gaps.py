import io
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from maligeo.cli import app
from maligeo.core.errors import MaligeoError
from tests.cli.commands import run as run_whole


def run(*arguments: str, columns: int = 120) -> str:
    environment = {"COLUMNS": str(columns), "NO_COLOR": "1"}
    return (
        CliRunner()
        .invoke(app, ["gaps", *arguments], env=environment, catch_exceptions=False)
        .stdout
    )


@pytest.fixture(scope="module")
def text() -> str:
    return flat(run("--language", "en"))


def flat(text: str) -> str:
    """Take the breaks of lines out, which hang on the width of the terminal."""
    return " ".join(text.split())


def test_it_opens_with_the_periods_and_the_sentences(text: str) -> None:
    first, second, third = (
        text.index(part)
        for part in (
            "Need: Jan–Aug 2022 (UNMAS/OCHA) Response: projects of any date (since 2013)",
            "Need, nobody recorded • Koulikoro: 5 incidents",
            "Programme projects placed country no unit",
        )
    )
    assert first < second < third
    assert "Need not known • Bamako: incidents: number not known" in text
    assert "rank" not in text


def test_it_speaks_the_language_asked_for() -> None:
    french = flat(run("--language", "fr"))
    assert "Besoin, aucun acteur recensé • Koulikoro : 5 incidents" in french
    assert "dépend de ce qui n’est pas localisé" in french
    assert not {"Need", "projects", "unattributed", "named"} & set(re.findall(r"\w+", french))


def test_bamako_is_named_for_quick_impact_projects_of_unknown_number(text: str) -> None:
    said = text[text.index("• Bamako") :]
    assert "named here, number unknown: MINUSMA: quick-impact projects (QIP)" in said
    assert re.search(
        r"740 0 0 740 named, number unknown: [^–]*Bamako", flat(run("--language", "en"))
    )


def test_by_sector() -> None:
    text = run("--by", "sector", "--language", "fr")
    assert "lutte antimines" in text
    assert "non indiqué" in text


def test_only_the_projects_asked_for() -> None:
    text = flat(run("--sector", "lutte antimines", "--language", "en"))
    assert "UNMAS Mali: mine action" in text
    assert "quick-impact" not in text
    with pytest.raises(MaligeoError, match="--sector nothing: no project has it; there is "):
        run("--sector", "nothing")


def test_csv_for_all(tmp_path: Path) -> None:
    printed = run("--format", "csv", "--language", "en")
    table = pd.read_csv(io.StringIO(printed))
    assert list(table["class"].dropna().unique()) == ["nobody", "alike", "more", "few", "unknown"]
    assert table["sentence"].str.startswith("Koulikoro: 5 incidents").any()
    assert {"need_rank", "gap_places"} <= set(table.columns)
    path = tmp_path / "gaps.csv"
    run("-o", str(path), "--language", "en")
    assert path.read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--period", "2020"), "broken down by unit"),
        (("--vintage", "1960"), "1960"),
        (("-o", "missing/folder/table.csv"), "table.csv"),
    ],
)
def test_a_mistake_is_one_clear_line(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(MaligeoError, match=message) as caught:
        run(*arguments)
    assert "\n" not in str(caught.value)


INCIDENTS = """event_id,date,event_type,killed,injured,latitude,longitude
a,2021-03-04,ied,1,2,14.5,-4.1
b,2021-05-04,ied,0,2,14.6,-4.0
c,2021-05-14,mine,0,1,16.2,-0.1
d,2021-06-14,mine,0,1,13.4,-6.2
"""
PROJECTS = """project_id,title,programme,place,budget
p1,Water,alpha,"Gao, Ménaka et Kidal",1 302 180 $
p2,Schools,beta,Mopti,300.000 FCFA
"""


def test_gaps_of_ones_own_files(tmp_path: Path) -> None:
    incidents, projects = tmp_path / "incidents.csv", tmp_path / "projects.csv"
    incidents.write_text(INCIDENTS, encoding="utf-8")
    projects.write_text(PROJECTS, encoding="utf-8")
    files = ("--incidents", str(incidents), "--projects", str(projects))
    internal = (*files, "--audience", "internal", "--language", "en")
    done = run_whole("gaps", *internal, "--covers", "2021", "--period", "2021")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("INTERNAL")
    assert "Need: 2021" in done.stdout
    assert "Response: projects under way in 2021" in done.stdout
    assert "Ségou: 1 incident (0 to 6 allowing for chance); nobody" in flat(done.stdout)
    undated = run_whole("gaps", *internal)
    assert undated.returncode == 1
    assert undated.stderr.strip().splitlines() == [
        "maligeo: the incidents are about no period: say which, such as 2021"
    ]
    public = run_whole("gaps", *files, "--covers", "2021", "--period", "2021")
    assert public.returncode == 1  # four incidents in all: nothing of them is a number
    assert "each has too few incidents for a number to be given" in public.stderr
    assert "Ask for a longer period or larger units" in public.stderr


def test_gaps_of_released_counts(tmp_path: Path) -> None:
    incidents, projects = tmp_path / "incidents.csv", tmp_path / "projects.csv"
    header, *_ = INCIDENTS.splitlines()
    days = [f"2021-{month:02d}-{day:02d}" for month in (2, 5, 8, 11) for day in range(1, 13)]
    rows = [f"m{at},{day},ied,1,2,14.5,-4.{at}" for at, day in enumerate(days, start=10)]
    rows += [f"g{at},{day},ied,0,1,16.2,-0.{at}" for at, day in enumerate(days, start=10)]
    incidents.write_text("\n".join([header, *rows]), encoding="utf-8")
    projects.write_text(PROJECTS, encoding="utf-8")
    files = ("--incidents", str(incidents), "--projects", str(projects))
    done = run_whole("gaps", *files, "--covers", "2021", "--period", "2021")
    assert done.returncode == 0, done.stderr
    assert "INTERNE" not in done.stdout
    assert "Bamako: fewer than 5 incidents" in flat(done.stdout)
    assert "48" not in done.stdout  # it is rounded


SHEET = """Organisation,Secteur,Région,Date de début,Date de fin
Agence Alpha,protection,Mopti,01/02/2021,30/09/2021
Agence Alpha,protection,Mopti,01/02/2021,30/09/2021
Agence Beta,lutte antimines,Gao,01/02/2021,30/09/2021
"""


@pytest.fixture
def own(tmp_path: Path) -> tuple[str, ...]:
    incidents, projects = tmp_path / "incidents.csv", tmp_path / "projects.csv"
    header, *_ = INCIDENTS.splitlines()
    days = [f"2021-{month:02d}-{day:02d}" for month in (2, 5, 8, 11) for day in range(1, 13)]
    rows = [f"m{at},{day},ied,1,2,14.5,-4.{at}" for at, day in enumerate(days, start=10)]
    incidents.write_text("\n".join([header, *rows]), encoding="utf-8")
    projects.write_text(SHEET, encoding="utf-8")
    given = ("--incidents", str(incidents), "--projects", str(projects))
    return (*given, "--covers", "2021", "--period", "2021")


def test_organisations_that_the_audience_does_not_see_are_no_raw_fault(
    own: tuple[str, ...],
) -> None:
    done = run_whole("gaps", *own, "--by", "organisation", "--language", "fr")
    assert done.returncode == 0, done.stderr
    said = flat(done.stdout)
    assert "Qui mène les projets n’est pas montré à ce public" in said
    assert "--by sector" in said and "--audience internal" in said
    assert "Alpha" not in said
    internal = run_whole("gaps", *own, "--by", "organisation", "--audience", "internal")
    assert re.search(r"Agence Alpha +2 +2 +0 +0", internal.stdout)


def test_projects_are_listed_by_what_they_name(own: tuple[str, ...]) -> None:
    public = run_whole("gaps", *own, "--language", "fr").stdout
    assert re.search(r"Secteur +projets", public)
    internal = run_whole("gaps", *own, "--language", "fr", "--audience", "internal").stdout
    assert re.search(r"Organisation +projets", internal)


def test_the_most_projects_come_first_and_no_number_is_broken() -> None:
    text = run("--language", "fr", columns=80)
    where = flat(text)[flat(text).index("Le Royaume") :]
    assert where.index("3 : Tombouctou") < where.index("2 : Mopti") < where.index("1 : Ségou")
    assert not [line for line in text.splitlines() if re.match(r"\s*[;:] ", line)]
    assert text.count("1\u202f063 projets") + text.count("1\u202f063\n") == text.count("1\u202f063")
    assert max(map(len, text.splitlines())) <= 80
