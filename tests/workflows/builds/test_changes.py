"""What changed is made again and stands on the index, which tells others no more than it may."""

import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import maligeo
from maligeo.disclosure.policy import read_rules, rules_for
from maligeo.workflows import records
from maligeo.workflows.builds import steps as build_steps
from maligeo.workflows.builds.steps import release_day
from maligeo.workflows.builds.tables import differences
from tests.workflows.builds.months import (
    description,
    made,
    reasons,
    tree,
    write_month,
    write_records,
)

MONTH = """
audiences = ["internal", "public"]
languages = ["en", "fr"]
period = "2021"
covers = "2021"

[incidents]
file = "incidents.csv"
profile = "profile.toml"

[projects]
file = "projects.csv"

[[table]]
file = "incidents.csv"
of = "incidents"
measure = "killed"
audiences = "internal"

[[table]]
file = "counted.csv"
of = "incidents"

[[table]]
file = "projects.csv"
of = "projects"

[[table]]
file = "bundled.csv"
of = []
region = "Gao"
"""
PROFILE = '[incidents]\ndates = "day-month"\n[projects]\n'
OF_INCIDENTS = {"internal/incidents.csv", "internal/counted.csv", "public/counted.csv"}
OF_PROJECTS = {"internal/projects.csv", "public/projects.csv"}
BUNDLED = {"internal/bundled.csv", "public/bundled.csv"}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with lists, what is asked for, and what was built; with its store."""
    folder = tmp_path_factory.mktemp("own")
    write_records(folder)
    (folder / "profile.toml").write_text(PROFILE, encoding="utf-8")
    maligeo.build(write_month(folder, 'store = "store"\n' + MONTH))
    return folder


@pytest.fixture
def folder(once: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change; the language of the session is English."""
    shutil.copytree(once, tmp_path, dirs_exist_ok=True)
    maligeo.set_language("en")
    return tmp_path


def build(folder: Path) -> pd.DataFrame:
    return maligeo.build(folder / "month.toml")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def page(folder: Path, audience: str) -> str:
    """Give the English part of an index as text."""
    text = (folder / "month" / audience / "index.html").read_text(encoding="utf-8")
    part = re.findall(r'<main lang="en">(.*?)</main>', text, re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", part).split())


def test_everything_is_made_the_first_time(once: Path) -> None:
    for audience in ("internal", "public"):
        products = set(description(once / "month" / audience)["maligeo-build"]["products"])
        every = {name.partition("/")[2] for name in OF_INCIDENTS | OF_PROJECTS | BUNDLED}
        assert products == every - ({"incidents.csv"} if audience == "public" else set()) | {
            "index.html"
        }


def test_one_input_changed(folder: Path) -> None:
    write_records(folder, killed=7)
    steps = build(folder)
    assert made(steps) == OF_INCIDENTS
    assert {reasons(steps)[one] for one in OF_INCIDENTS} == {"input changed: incidents"}
    table = pd.read_csv(folder / "month" / "internal" / "incidents.csv")
    assert table.loc[table["name"] == "Mopti", "count"].tolist() == [8]  # 7 + 0 + 1
    assert made(build(folder)) == set()


def test_the_other_input_changed(folder: Path) -> None:
    before = tree(folder / "month")
    edit(folder / "projects.csv", "School,Gao", "School,Kidal")
    steps = build(folder)
    assert made(steps) == OF_PROJECTS
    after = tree(folder / "month")
    assert {name: after[name] for name in OF_INCIDENTS | BUNDLED} == {
        name: before[name] for name in OF_INCIDENTS | BUNDLED
    }


def test_what_changed_stands_on_the_internal_index(folder: Path) -> None:
    edit(folder / "incidents.csv", "2021-02-03,Mopti,3", "2021-02-03,Mopti,7")
    with (folder / "incidents.csv").open("a", encoding="utf-8") as file:
        file.write("2021-08-09,Kidal,0,synthetic\n")
    build(folder)
    said = page(folder, "internal")
    assert "incidents incidents.csv 4 → 5" in said
    assert "projects projects.csv 2" in said
    assert "Products made again: 2; kept as they were: 2." in said
    assert "input changed: incidents (files: 2)" in said
    assert "Mopti · Killed by explosive devices · 2021 Count 4 8" in said
    assert "Kidal · Incidents (IEDs and mines) · 2021 Count 0 1" in said


def test_a_public_index_tells_nothing_of_the_lists(folder: Path) -> None:
    """Neither names of files nor numbers of rows, nor a hash that could confirm a guess."""
    plain = {tree(folder)[name] for name in ("incidents.csv", "projects.csv")}
    with (folder / "incidents.csv").open("a", encoding="utf-8") as file:
        file.write("2021-08-09,Kidal,0,synthetic\n")
    build(folder)
    said = page(folder, "public")
    assert re.search(r"incidents [0-9a-f]{8}… changed", said)
    assert re.search(r"projects [0-9a-f]{8}… unchanged", said)
    text = (folder / "month" / "public" / "index.html").read_text(encoding="utf-8")
    text += (folder / "month" / "public" / "datapackage.json").read_text(encoding="utf-8")
    for secret in ("incidents.csv", "profile.toml", "4 → 5", '"rows"'):
        assert secret not in text
    for sha256 in {*plain, *(tree(folder)[name] for name in ("incidents.csv", "projects.csv"))}:
        assert sha256[:8] not in text


def test_a_public_folder_changes_with_the_quarter(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a later day of the same quarter nothing is made; in the next one what is released is."""
    first = release_day(rules_for("public"))
    monkeypatch.setattr(build_steps, "day_of", lambda _: first - pd.Timedelta(days=1))
    steps = build(folder)
    assert made(steps) == {"public/counted.csv", "public/projects.csv"}
    assert reasons(steps)["public/counted.csv"] == "option changed: as_of"
    monkeypatch.setattr(build_steps, "day_of", lambda _: first - pd.Timedelta(days=2))
    assert made(build(folder)) == set()


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2022-03-30", "2021-12-29"),  # the fourth quarter has been over for 89 days
        ("2022-03-31", "2022-03-31"),
        ("2022-06-28", "2022-03-31"),
        ("2022-06-29", "2022-06-29"),
    ],
)
def test_the_day_of_release(today: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_steps, "day_of", lambda _: pd.Timestamp(today))
    assert release_day(rules_for("public")) == pd.Timestamp(expected)
    assert release_day(rules_for("partner")) == pd.Timestamp(today)  # without a delay


def test_the_day_of_release_of_a_policy_by_months(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_steps, "day_of", lambda _: pd.Timestamp("2022-03-20"))
    stated = {
        "smallest_cell": 5, "round_to": 5, "fewest_events": 5, "largest_share": 0.5,
        "smallest_unit_sqkm": 100,
        "incidents": {"lattice": ["adm1 month"], "measures": ["incidents"], "delay_days": 10},
    }  # fmt: skip
    assert release_day(read_rules(stated, where="here")) == pd.Timestamp("2022-03-10")


def test_how_an_input_is_read_is_an_option(folder: Path) -> None:
    """What a profile says is in no public record, and counts all the same."""
    edit(folder / "profile.toml", "day-month", "month-day")
    steps = build(folder)
    assert made(steps) == OF_INCIDENTS
    assert reasons(steps)["public/counted.csv"] == "input read otherwise: incidents"


def test_options_of_the_file_and_of_a_product(folder: Path) -> None:
    edit(folder / "month.toml", 'measure = "killed"', 'measure = "incidents"')
    steps = build(folder)
    assert made(steps) == {"internal/incidents.csv"}
    assert reasons(steps)["internal/incidents.csv"] == "option changed: measure"
    edit(folder / "month.toml", 'covers = "2021"', "")
    assert made(build(folder)) == OF_INCIDENTS
    edit(folder / "month.toml", "audiences", 'title = "Another"\naudiences')
    steps = build(folder)
    assert made(steps) == set()
    assert reasons(steps)["public/index.html"] == "option changed: title"
    assert "Another" in page(folder, "public")


def test_another_version_makes_everything_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_steps, "versions", lambda **_: {"maligeo": "0.0.0"})
    steps = maligeo.build(folder / "month.toml", dry_run=True)
    assert made(steps) == OF_INCIDENTS | OF_PROJECTS | BUNDLED
    assert set(steps["reason"]) == {"another version of maligeo or of its libraries"}


def test_another_store_makes_everything_for_others_again(folder: Path) -> None:
    edit(folder / "month.toml", 'store = "store"', 'store = "other"')
    steps = maligeo.build(folder / "month.toml", dry_run=True)
    assert {one.partition("/")[0] for one in made(steps)} == {"public"}
    assert reasons(steps)["public/counted.csv"] == "made with another release store"


def test_each_input_is_read_once_for_both_audiences(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []

    def counted(source: Any) -> pd.DataFrame:
        read.append(source)
        return maligeo.read_incidents(source)

    monkeypatch.setitem(records.READERS, "incidents", counted)
    write_records(folder, killed=7)
    build(folder)
    assert len(read) == 1


class TestTables:
    def test_cells_and_rows_that_differ(self, tmp_path: Path) -> None:
        old = pd.DataFrame(
            {
                "name": ["Gao", "Mopti", "Kidal"],
                "measure": "killed",
                "count": [1, 2, 3],
                "note": "a",
            }
        )
        new = pd.DataFrame(
            {
                "name": ["Mopti", "Gao", "Kayes"], "measure": "killed", "count": [5, 1, None],
                "note": "b",
            }
        )  # fmt: skip
        for frame, name in ((old, "old"), (new, "new")):
            frame.to_csv(tmp_path / f"{name}.csv", index=False)
        found = differences(tmp_path / "old.csv", tmp_path / "new.csv")
        assert (found.rows_new, found.rows_gone) == (1, 1)
        assert [(one.column, one.old, one.new) for one in found.cells] == [("count", "2", "5")]
        where = ("Mopti · Tués par des engins explosifs", "Nombre", "2", "5")
        assert found.cells[0].texts("fr") == where

    def test_every_format_is_read_back(self, tmp_path: Path) -> None:
        rows = list[set[tuple[str, str, str]]]()
        for name, period in (("old", "2021-01/2021-09"), ("new", "2022-01/2022-08")):
            counted = maligeo.study(period=period).release(audience="public").count(region="Gao")
            keys = counted.frame[["measure", "period_start", "publisher"]].astype("str")
            rows.append(set(keys.itertuples(index=False, name=None)))
            for suffix in ("csv", "xlsx", "parquet"):
                counted.save(tmp_path / f"{name}.{suffix}")
        assert rows[0] - rows[1] and rows[1] - rows[0]
        for suffix in ("csv", "xlsx", "parquet"):
            old, new = (tmp_path / f"{name}.{suffix}" for name in ("old", "new"))
            assert not differences(old, old)
            found = differences(old, new)
            assert found.rows_new == len(rows[1] - rows[0]), suffix
            assert found.rows_gone == len(rows[0] - rows[1]), suffix
