from pathlib import Path
from typing import Any

import pandas as pd
import pypdf
import pytest
from typer.testing import CliRunner

from maligeo.cli import app
from maligeo.core.errors import ArgumentError, MaligeoError, ReleaseError, UnknownNameError
from maligeo.provenance.products import read_about
from tests.maps import layers


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["report", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def incidents(tmp_path: Path) -> Path:
    frame = layers.incidents(60).assign(
        location_precision="exact", outcome="exploded", killed=1, injured=1
    )
    table = pd.DataFrame(frame.drop(columns="geometry")).assign(
        longitude=frame.geometry.x, latitude=frame.geometry.y
    )
    path = tmp_path / "incidents.csv"
    table.to_csv(path, index=False)
    return path


def test_it_writes_a_page_into_the_folder_of_maps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("--region", "timbuktu").stderr
    path = Path("maps/report-tombouctou.html")
    assert said == f"{path} ({path.stat().st_size / 1000:.0f}\u00a0ko)\n"
    text = path.read_text(encoding="utf-8")
    assert '<html lang="fr">' in text
    assert "Version publique" in text
    about = read_about(path)
    assert (about.product, about.options["region"]) == ("report", "timbuktu")


def test_the_suffix_and_the_language_are_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "kidal.pdf"
    run("--region", "Kidal", "--language", "en", "-o", path)
    text = pypdf.PdfReader(path).pages[0].extract_text()
    assert "Kidal (Mali): profile" in text
    assert "Need and response" in text


def test_a_period_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "m.html"
    run("--region", "Mopti", "--period", "2021", "-o", path)
    text = path.read_text(encoding="utf-8")
    assert "juil.–sept. 2021" in text
    assert "août 2022" not in text


def test_incidents_of_ones_own_are_exact_in_an_internal_report(
    incidents: Path, tmp_path: Path
) -> None:
    path = tmp_path / "m.html"
    run(
        "--region", "Mopti", "--incidents", incidents, "--covers", "2020-01/2024-12",
        "--period", "year", "--audience", "internal", "--language", "en", "-o", path,
    )  # fmt: skip
    text = path.read_text(encoding="utf-8")
    assert "INTERNAL: do not pass on" in text
    assert "Victims in" in text
    assert "95% CI" in text
    about = read_about(path)
    assert about.audience == "internal"
    assert [one.name for one in about.inputs if one.role == "incidents"] == ["incidents.csv"]


def test_for_the_public_they_are_released_first(incidents: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.html"
    run(
        "--region", "Mopti", "--incidents", incidents, "--covers", "2020-01/2024-12",
        "--period", "2021,2022", "--as-of", "2026-01-01", "-o", path,
    )  # fmt: skip
    assert "Version publique" in path.read_text(encoding="utf-8")
    assert read_about(path).options["as_of"] == "2026-01-01"


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (["--region", "Atlantis"], UnknownNameError, "region 'Atlantis' is not known; there is"),
        (["--region", "Mopti", "--language", "de"], ArgumentError, "language 'de'"),
        (["--region", "Mopti", "--audience", "all"], ArgumentError, "audience 'all'"),
        (["--region", "Mopti", "--period", "soon"], ArgumentError, "period 'soon'"),
        (["--region", "Mopti", "-o", "m.odt"], ArgumentError, r"\.html, \.pdf, \.pptx, \.docx"),
        (["--region", "Mopti", "--all"], ArgumentError, "--all and --region do not go"),
        (["--all", "-o", "-"], ArgumentError, "do not go to the standard output"),
        (["--format", "pptx", "-o", "m.docx"], ArgumentError, "--format pptx and m.docx are two"),
        (["--region", "Mopti", "--covers", "2021"], ArgumentError, "covers is about a file"),
    ],
)
def test_a_mistake_is_one_line(
    arguments: list[str], error: type[MaligeoError], match: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=match) as caught:
        run(*arguments)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_counts_without_a_period_are_those_of_released_years(
    incidents: Path, tmp_path: Path
) -> None:
    path = tmp_path / "m.html"
    run("--region", "Mopti", "--incidents", incidents, "--as-of", "2026-01-01", "-o", path)
    assert "Version publique" in path.read_text(encoding="utf-8")


def test_a_day_is_no_period_of_a_public_report(incidents: Path, tmp_path: Path) -> None:
    asked = ("--region", "Mopti", "--incidents", incidents, "--as-of", "2026-01-01")
    with pytest.raises(ReleaseError, match="2021-08-17 is not released: there is"):
        run(*asked, "--period", "2021-08-17", "-o", tmp_path / "m.html")
    assert not (tmp_path / "m.html").exists()
