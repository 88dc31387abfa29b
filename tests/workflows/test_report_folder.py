"""Reports on the country and all units in one folder, with a page that lists them."""

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from maligeo import paper
from maligeo.core.errors import ArgumentError, OutputFileError
from maligeo.provenance.products import read_about
from maligeo.workflows.study import Study, study
from tests import worlds
from tests.cli.commands import run

NAMES = ("Alpha", "Alpha", "../../<b>\x00Delta")


@pytest.fixture(scope="module")
def asked() -> Study:
    """Three units, two of one name and one of a hostile name, with an incident each."""
    units = worlds.square_units("own")
    units = gpd.GeoDataFrame(pd.concat([units, units.iloc[:1]], ignore_index=True), crs=units.crs)
    units["pcode"] = ["ZZ01", "ZZ02", "ZZ03"]
    units["name"], units["name_alt"] = NAMES, None
    units.geometry = [shapely.box(at, 0, at + 1, 1) for at in range(3)]
    incidents = pd.DataFrame(
        {
            "event_id": ["a", "b", "c"], "date": pd.to_datetime(["2021-02-01"] * 3),
            "event_type": "ied", "lon": [0.5, 1.5, 2.5], "lat": 0.5, "killed": 1,
        }
    )  # fmt: skip
    given = study(
        incidents=incidents, units=units.assign(source="hand-made"), period="2021", covers="2021"
    )
    return given.release(audience="internal")


def test_each_unit_has_its_report_and_the_page_leads_to_all(asked: Study, tmp_path: Path) -> None:
    steps = []
    folder = asked.save_reports(
        tmp_path / "b", suffix=".html", language="en", progress=lambda *step: steps.append(step)
    )
    names = ["00-mali.html", "01-alpha.html", "02-alpha.html", "03-b-delta.html"]
    assert sorted(one.name for one in folder.iterdir()) == [*names, "index.html"]
    assert steps == [(at, 4) for at in range(4)]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<a href="([^"]*)">', page) == names
    assert "INTERNAL: do not pass on" in page and "<b>" not in page.split("<ul")[1]
    assert page.count("<span>") == 3  # the finding on each unit
    assert [read_about(folder / name).options.get("region") for name in names] == [
        None, "ZZ01", "ZZ02", NAMES[2],
    ]  # fmt: skip


def test_reports_of_another_format_are_replaced_and_nothing_else(
    asked: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def write(_table: Any, _units: Any, path: Path, **_: Any) -> Path:
        written.append(path)
        path.write_text("report", encoding="utf-8")
        if len(written) == 7:
            raise OutputFileError("the disk is full")
        return path

    monkeypatch.setattr(paper, "region_report", write)
    folder = asked.save_reports(tmp_path / "b", suffix=".pdf", language="fr")
    before = sorted(one.name for one in folder.iterdir())
    with pytest.raises(OutputFileError, match="disk is full"):
        asked.save_reports(folder, suffix=".docx", language="fr")
    assert sorted(one.name for one in folder.iterdir()) == before
    asked.save_reports(folder, suffix=".docx", language="fr")
    assert {one.suffix for one in folder.iterdir()} == {".docx", ".html"}
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputFileError, match=r"mine\.txt, which would be lost"):
        asked.save_reports(folder, suffix=".pdf")
    assert [one.name for one in tmp_path.iterdir()] == ["b"]


def test_another_format_is_refused(asked: Study, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="suffix"):
        asked.save_reports(tmp_path / "b", suffix=".odt")
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_one_report_is_refused_for_all(asked: Study, tmp_path: Path) -> None:
    for name in ("foo.docx", "foo.PDF"):
        with pytest.raises(ArgumentError, match=f"all reports are a folder, and {name} is one"):
            asked.save_reports(tmp_path / name)
    path = tmp_path / "foo.docx"
    done = run("report", "--all", "-o", path, "--language", "fr")
    assert done.returncode != 0
    assert "foo.docx est un fichier" in " ".join(done.stderr.split())
    assert "--format docx" in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []
