"""What changed is made again and stands on the index, which tells others no more than it may."""

import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import maligeo
from maligeo.core.columns import Language
from maligeo.disclosure.policy import read_rules, rules_for
from maligeo.workflows import records
from maligeo.workflows.builds import steps as build_steps
from maligeo.workflows.builds.steps import release_day
from maligeo.workflows.builds.tables import differences
from tests.workflows.builds.months import (
    PROJECTS,
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


def page(folder: Path, audience: str, language: Language = "en") -> str:
    """Give the part of an index in a language as text."""
    text = (folder / "month" / audience / "index.html").read_text(encoding="utf-8")
    part = re.findall(rf'<main lang="{language}">(.*?)</main>', text, re.DOTALL)[0]
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
    assert "Mopti, Killed by explosive devices, 2021 Count 4 8" in said
    assert "Kidal, Incidents (IEDs and mines), 2021 Count 0 1" in said
    differing = [int(number) for number in re.findall(r"Cells that differ: (\d+)", said)]
    left = [int(number) for number in re.findall(r"… and (\d+) more", said)]
    assert max(differing) - 12 in left  # of all that differ, whatever is shown first


def test_every_need_of_an_answer_stands_on_the_index_in_words(tmp_path: Path) -> None:
    write_records(tmp_path)
    text = (
        'audiences = "internal"\nperiod = "2021"\ncovers = "2021"\nneed = ["incidents", "killed"]\n'
        'incidents = "incidents.csv"\nprojects = "projects.csv"\n[[answer]]\nfile = "a.csv"\n'
    )
    maligeo.build(write_month(tmp_path, text))
    write_records(tmp_path, killed=7)
    with (tmp_path / "incidents.csv").open("a", encoding="utf-8") as file:
        file.write("2021-08-09,Mopti,1,synthetic\n" * 3)  # in five of six somebody is killed
    maligeo.build(tmp_path / "month.toml")
    said = page(tmp_path, "internal", "fr")
    assert "Mopti, 2021 Constat Moins de 5 incidents : trop peu pour conclure Réponse" in said
    assert "Mopti, Tués par des engins explosifs, 2021 Nombre 4 11" in said
    assert "Mopti, Incidents (EEI et mines), 2021 Nombre 3 6" in said
    assert "per_100k" not in said


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


def counted(folder: Path, killed: int) -> pd.DataFrame:
    """Count those killed in 2021: of Mopti `killed` and 1, of Gao 2, elsewhere none."""
    write_records(folder, killed)
    study = maligeo.study(incidents=folder / "incidents.csv", period="2021", covers="2021")
    table: pd.DataFrame = study.release(audience="internal").count("killed").frame
    return table


def said(
    old: pd.DataFrame, new: pd.DataFrame, kind: str, folder: Path, language: Language
) -> list[str]:
    """Give the cells that differ, each as one text."""
    old.to_csv(folder / "old.csv", index=False)
    new.to_csv(folder / "new.csv", index=False)
    cells = differences(folder / "old.csv", folder / "new.csv", kind).cells
    return [
        " | ".join(cell.texts(language)).replace("\u202f", " ").replace("\u00a0", " ")
        for cell in cells
    ]


class TestTables:
    def test_what_is_known_of_a_count_is_said(self, tmp_path: Path) -> None:
        """A number, a bound, what a release withheld, named and no data are not one "no number"."""
        old, new = counted(tmp_path, 3), counted(tmp_path, 7)
        for frame, states in (
            (old, {"Gao": (2, 2, None), "Kidal": (None, None, "withheld: fewer than 5"),
                   "Kayes": (None, None, "no figure")}),
            (new, {"Gao": (2, None, None), "Kidal": (None, None, "no figure"),
                   "Kayes": (None, None, "named by the source, number not known")}),
        ):  # fmt: skip
            for name, (count, high, note) in states.items():
                at = frame.index[frame["name"] == name][0]
                frame.loc[at, ["count", "count_low"]] = count
                frame.loc[at, "count_high"] = high
                frame.loc[at, "note"] = note
        counts = [one for one in said(old, new, "table", tmp_path, "fr") if " | Nombre | " in one]
        assert counts == [
            f"{name}, Tués par des engins explosifs, 2021 | Nombre | {before} | {now}"
            for name, before, now in (
                ("Kayes", "pas de données", "cité, nombre non connu"),
                ("Mopti", "4", "8"),
                ("Gao", "2", "au moins 2"),
                ("Kidal", "moins de 5", "pas de données"),
            )
        ]

    def test_counts_stand_before_what_follows_from_them(self, tmp_path: Path) -> None:
        cells = said(counted(tmp_path, 3), counted(tmp_path, 7), "table", tmp_path, "en")
        assert cells[0] == "Mopti, Killed by explosive devices, 2021 | Count | 4 | 8"
        assert "Mopti, Killed by explosive devices, 2021 | Per 1,000 km² | 0.049 | 0.098" in cells

    def test_rows_of_one_table_alone(self, tmp_path: Path) -> None:
        table = counted(tmp_path, 3)
        for frame, name in ((table.iloc[1:], "old"), (table.iloc[3:], "new")):
            frame.to_csv(tmp_path / f"{name}.csv", index=False)
        found = differences(tmp_path / "old.csv", tmp_path / "new.csv", "table")
        assert (found.cells, found.rows_new, found.rows_gone) == ((), 0, 2)
        table.assign(vintage="2016").to_csv(tmp_path / "new.csv", index=False)
        found = differences(tmp_path / "old.csv", tmp_path / "new.csv", "table")
        assert (found.cells, found.rows_new, found.rows_gone) == ((), len(table), len(table) - 1)

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
            assert not differences(old, old, "table")
            found = differences(old, new, "table")
            assert found.rows_new == len(rows[1] - rows[0]), suffix
            assert found.rows_gone == len(rows[0] - rows[1]), suffix


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, ...]:
    """An answer on incidents and the killed; and one of four more killed, no project in Gao."""
    folder, found = tmp_path_factory.mktemp("answers"), []
    for killed, wells in ((3, "b,School,Gao,synthetic\n"), (7, "")):
        write_records(folder, killed)
        projects = f"{PROJECTS}a,Wells,Mopti,synthetic\n{wells}"
        (folder / "projects.csv").write_text(projects, encoding="utf-8")
        study = maligeo.study(
            incidents=folder / "incidents.csv", projects=folder / "projects.csv",
            period="2021", covers="2021",
        ).release(audience="internal")  # fmt: skip
        found.append(study.asking(need=["incidents", "killed"]).answer(language="en").frame)
    return tuple(found)


class TestAnswers:
    """Of Mopti 3 and of Gao one incident, of which 4 and 2 are killed; a project in each."""

    def test_other_needs_are_shown_and_in_words(
        self, answers: tuple[pd.DataFrame, ...], tmp_path: Path
    ) -> None:
        old, new = (one.copy() for one in answers)
        at = new.index[new["name"] == "Kidal"][0]
        new.loc[at, "class"] = "unknown"
        new.loc[at, ["incidents", "incidents_low", "incidents_high"]] = None
        new.loc[at, "note"] = "need not known: withheld: fewer than 5; need: x; response: y"
        cells = said(old, new, "answer", tmp_path, "fr")
        assert cells[0] == (
            "Kidal, 2021 | Constat | Moins de 5 incidents : trop peu pour conclure | Besoin inconnu"
        )
        assert "Mopti, Tués par des engins explosifs, 2021 | Nombre | 4 | 8" in cells
        assert "Kidal, Incidents (EEI et mines), 2021 | Nombre | 0 | moins de 5" in cells
        assert "Gao, 2021 | Projets (compte entier) | 1 | 0" in cells
        assert any("Tués par des engins explosifs, 2021 | Pour 100 000 habitants" in one
                   for one in cells)  # fmt: skip
        assert not any("_" in one or "few" in one for one in cells)

    def test_every_format_says_the_same(
        self, answers: tuple[pd.DataFrame, ...], tmp_path: Path
    ) -> None:
        names = ("old", "new")
        for frame, name in zip(answers, names, strict=True):
            frame.to_csv(tmp_path / f"{name}.csv", index=False)
            frame.to_parquet(tmp_path / f"{name}.parquet")
            with pd.ExcelWriter(tmp_path / f"{name}.xlsx") as book:
                frame.to_excel(book, startrow=1, index=False)
        texts = []
        for suffix in ("csv", "parquet", "xlsx"):
            old, new = (tmp_path / f"{name}.{suffix}" for name in names)
            assert not differences(old, old, "answer")
            texts.append({cell.texts("en") for cell in differences(old, new, "answer").cells})
        assert texts[0] and texts[0] == texts[1] == texts[2]

    def test_units_of_another_division_are_other_rows(
        self, answers: tuple[pd.DataFrame, ...], tmp_path: Path
    ) -> None:
        old, new = answers[0], answers[1].assign(vintage="2016")
        assert said(old, new, "answer", tmp_path, "en") == []
        found = differences(tmp_path / "old.csv", tmp_path / "new.csv", "answer")
        assert (found.rows_new, found.rows_gone) == (len(new), len(old))
