"""Two editions compared through the one function, for whom they may be, and what is written."""

import json
from importlib import import_module
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ArgumentError, FrameError, InputFileError, ReleaseError
from maligeo.core.words import has_word
from maligeo.disclosure import require_released
from tests.cli.commands import SAME, run
from tests.divisions import changed_regions_of_2023

HEAD = "id,date,type,region,cercle,commune,killed,injured,source\n"
OLD = HEAD + (
    "1,2022-01-03,IED,Mopti,Koro,Bondo,2,0,synthetic\n"
    "2,2022-01-17,mine,Mopti,Mopti,Konna,0,1,synthetic\n"
    "3,2022-02-05,IED,Gao,Gao,Gounzoureye,,2,synthetic\n"
)
NEW = HEAD + (
    "1,2022-01-03,IED,Mopti,Koro,Bondo,4,0,synthetic\n"
    "3,2022-02-05,IED,Gao,Gao,Gounzoureye,0,2,synthetic\n"
    "4,2022-03-28,IED,Mopti,Douentza,Hombori,1,6,synthetic\n"
)
INTERNAL = ("--audience", "internal")


@pytest.fixture
def lists(tmp_path: Path) -> tuple[Path, Path]:
    files = tmp_path / "old.csv", tmp_path / "new.csv"
    for file, text in zip(files, (OLD, NEW), strict=True):
        file.write_text(text, encoding="utf-8")
    return files


def test_lists_are_compared_for_internal_use_alone(lists: tuple[Path, Path]) -> None:
    for audience in (None, "public", "partner"):
        with pytest.raises(ReleaseError, match="--audience internal"):
            maligeo.changes(*lists, audience=audience)
    found = maligeo.changes(*lists, audience="internal", language="en")
    assert found.kind == "incidents"
    assert found.summary == {"new": 1, "corrected": 2, "gone": 1}
    with pytest.raises(ReleaseError):
        require_released(found.frame, "public", what="the changes")


def test_frames_in_memory_are_compared_as_files_are(lists: tuple[Path, Path]) -> None:
    frames = [maligeo.read_incidents(file) for file in lists]
    found = maligeo.changes(*frames, audience="internal", language="en")
    of_files = maligeo.changes(*lists, audience="internal", language="en")
    pd.testing.assert_frame_equal(found.frame, of_files.frame)


def test_ids_that_repeat_or_are_missing_do_not_stop_the_comparison(tmp_path: Path) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text(OLD.replace("\n3,", "\n2,"), encoding="utf-8")
    new.write_text(OLD.replace("\n3,", "\n,") + "9,2022-01-01,zzz,Gao,,,1,1,synthetic\n",
                   encoding="utf-8")  # fmt: skip
    found = maligeo.changes(old, new, audience="internal", language="en")
    assert found.summary == {"not_compared": 1, "repeated_id": 1, "same": 3}
    assert "row 5, type" in found.kinds[0].lines[0]


def test_land_and_projects_are_known_by_their_columns(tmp_path: Path) -> None:
    land = 'area_id,status,wkt\na,cleared,"POLYGON ((-4 14, -3.999 14, -3.999 14.001, -4 14))"\n'
    projects = "project_id,title,region,organisation,start,end\nP1,Puits,Gao,X,2022,2023\n"
    for kind, text in (("areas", land), ("projects", projects)):
        file = tmp_path / f"{kind}.csv"
        file.write_text(text, encoding="utf-8")
        found = maligeo.changes(file, file, audience="internal")
        assert (found.kind, found.summary, found.changed) == (kind, {"same": 1}, False)


def test_two_kinds_are_not_compared(lists: tuple[Path, Path]) -> None:
    with pytest.raises(ArgumentError, match="boundaries"):
        maligeo.changes(maligeo.load_boundaries(), maligeo.read_incidents(lists[0]))
    with pytest.raises(ArgumentError, match="neither a file"):
        maligeo.changes(3, 4)
    with pytest.raises(InputFileError, match="carries no record"):
        maligeo.changes(*lists, kind="product")


def test_boundaries_of_2015_and_a_made_up_2023_for_the_public(tmp_path: Path) -> None:
    file = tmp_path / "made_up.gpkg"
    changed_regions_of_2023().to_file(file)
    found = maligeo.changes(maligeo.load_boundaries(), file, language="fr")
    parts = {"code_reused": 1, "split": 7, "ceded": 1, "renamed": 1, "recoded": 1}
    assert found.summary == parts
    require_released(found.frame, "public", what="the changes")
    page = found.save(tmp_path / "changes.html").read_text(encoding="utf-8")
    assert "Version publique" in page
    assert "Gao (ML07) a été divisée en Gao (ML07) 50,6" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "made_up" not in page


def test_changes_that_were_edited_after_they_were_found_do_not_pass() -> None:
    found = maligeo.changes("2015", "2023")
    edited = found.frame.copy()
    edited.loc[0, "note"] = "an attack on the convoy"
    with pytest.raises(ReleaseError, match="no comparison"):
        require_released(edited, "public", what="the changes")
    with pytest.raises(ReleaseError):
        maligeo.release(pd.DataFrame(edited).assign(old_state="number", field="x", new_state="x"))


def density(path: Path, *more: str | Path) -> Path:
    assert run("density", *more, "-o", path, "-q").returncode == 0
    return path


def test_public_tables_show_their_cells_and_internal_ones_are_refused(tmp_path: Path) -> None:
    rows = [f"{at},2021-0{1 + at % 9}-05,IED,{'Gao' if at % 2 else 'Mopti'},{at % 3}\n"
            for at in range(60)]  # fmt: skip
    head = "id,date,type,region,killed\n"
    (tmp_path / "old.csv").write_text(head + "".join(rows), encoding="utf-8")
    (tmp_path / "new.csv").write_text(head + "".join(rows[:40]), encoding="utf-8")
    made = {}
    for name in ("old", "new"):
        asked = ("--incidents", tmp_path / f"{name}.csv", "--covers", "2021", "--period", "2021")
        store = ("--audience", "public", "--as-of", "2026-01-01", "--store", tmp_path / f"s-{name}")
        made[name] = density(tmp_path / f"public-{name}.csv", *asked, *store)
        made[f"own {name}"] = density(tmp_path / f"own-{name}.xlsx", *asked, *INTERNAL)
    found = maligeo.changes(made["old"], made["new"], language="en")
    counts = found.frame[(found.frame["field"] == "count") & (found.frame["change"] != "same")]
    assert len(counts) >= 2
    assert counts["difference"].isna().all()
    assert set(counts["old_state"]) | set(counts["new_state"]) <= {"rounded", "withheld"}
    assert found.made is not None
    assert set(found.made.loc[found.made["part"] == "inputs", "change"]) == {"same", "open"}
    assert ".csv" not in found.save(tmp_path / "page.html").read_text(encoding="utf-8")
    with pytest.raises(ReleaseError, match="the new one is for the audience 'internal'"):
        maligeo.changes(made["old"], made["own new"])
    own = maligeo.changes(made["own old"], made["own new"], audience="internal")
    assert own.frame["difference"].min() == -20


def test_a_public_table_that_was_edited_is_refused_by_its_content(tmp_path: Path) -> None:
    file = density(tmp_path / "table.csv")
    edited = tmp_path / "edited.csv"
    text = file.read_text(encoding="utf-8").splitlines()
    at = next(row for row, line in enumerate(text) if ",incidents," in line and ",unit," in line)
    text[at] = text[at].replace(",unit,", ",unit,", 1).replace("2015,", "2015,", 1) + "!"
    edited.write_text("\n".join(text) + "\n", encoding="utf-8")
    record = json.loads((tmp_path / "table.csv-metadata.json").read_text(encoding="utf-8"))
    (tmp_path / "edited.csv-metadata.json").write_text(json.dumps(record), encoding="utf-8")
    assert maligeo.changes(file, file).summary == {"same": 111}
    with pytest.raises((ReleaseError, FrameError, InputFileError)):
        maligeo.changes(file, edited)


def test_a_table_without_a_record_is_internal(tmp_path: Path) -> None:
    file = density(tmp_path / "table.csv")
    (tmp_path / "table.csv-metadata.json").unlink()
    with pytest.raises(ReleaseError):
        maligeo.changes(file, file)
    assert not maligeo.changes(file, file, audience="internal").changed


def test_products_are_compared_by_their_records(tmp_path: Path) -> None:
    for name, vintage in (("a", "2016"), ("b", "2023")):
        maligeo.changes("2015", vintage, language="en").save(tmp_path / f"{name}.html")
    found = maligeo.changes(tmp_path / "a.html", tmp_path / "b.html", language="en")
    assert found.kind == "product"
    assert found.kinds[0].lines == ["option “new”: 2016 → 2023"]
    file = tmp_path / "weights.xlsx"
    assert run("crosswalk", "2023", "2015", "-o", file).returncode == 0
    other_kind = maligeo.changes(file, file, language="en")
    assert (other_kind.kind, other_kind.changed) == ("product", False)
    assert other_kind.report.remarks[0].endswith("not their content.")
    other = maligeo.read_about(tmp_path / "b.html")
    assert maligeo.changes(maligeo.read_about(tmp_path / "a.html"), other).summary["changed"] == 1


@pytest.mark.parametrize("suffix", [".html", ".csv", ".xlsx"])
def test_what_is_written_is_made_again_byte_by_byte(lists: tuple[Path, Path], suffix: str) -> None:
    folder, product = lists[0].parent, f"changes{suffix}"
    done = run("changes", "old.csv", "new.csv", *INTERNAL, "-o", product, cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert "New: 1, Corrected: 2, Gone: 1" in done.stderr
    assert run("verify", product, cwd=folder).stdout == SAME


def test_a_record_that_names_a_file_as_a_vintage_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(OLD, encoding="utf-8")
    file = maligeo.changes("2015", "2023").save(tmp_path / "changes.html")
    text = file.read_text(encoding="utf-8").replace('"old":"2015"', '"old":"secret"')
    file.write_text(text, encoding="utf-8")
    done = run("verify", "changes.html", cwd=tmp_path)
    assert "its record is not run" in done.stderr


def test_exit_codes_are_for_scripts(lists: tuple[Path, Path]) -> None:
    asked = ("changes", *lists, *INTERNAL)
    assert run(*asked).returncode == 0
    assert run(*asked, "--exit-code").returncode == 3
    assert run("changes", lists[0], lists[0], *INTERNAL, "--exit-code").returncode == 0
    refused = run("changes", *lists, "--exit-code")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "--audience internal" in refused.stderr
    csv = run(*asked, "--format", "csv").stdout
    assert csv.splitlines()[0].startswith("change,old_id,new_id")


def test_the_command_says_it_in_french_first(lists: tuple[Path, Path]) -> None:
    shown = run("changes", *lists, *INTERNAL, "--language", "fr").stdout.replace("\u00a0", " ")
    assert shown.splitlines()[0] == "INTERNE : ne pas diffuser"
    assert "Corrigés (2)" in shown
    assert "Tués : non connu → 0" in shown


def test_a_profile_holds_for_both_lists(tmp_path: Path) -> None:
    for name, count in (("old", 2), ("new", 5)):
        text = f"Quand,Engin,Région,Pertes\n2022-01-03,EEI,Gao,{count}\n"
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    check = ("check", "old.csv", "--column", "date=Quand", "--column", "killed=Pertes",
             "--kind", "incidents", "--save-profile", "own.toml")  # fmt: skip
    assert run(*check, cwd=tmp_path).returncode == 0
    done = run("changes", "old.csv", "new.csv", *INTERNAL, "--profile", "own.toml", cwd=tmp_path)
    assert "Killed: 2 → 5 (+3" in done.stdout


def test_pairs_are_proposed_accepted_and_counted_once(lists: tuple[Path, Path]) -> None:
    folder = lists[0].parent
    assert run("same", "old.csv", "new.csv", cwd=folder).returncode == 1
    proposed = run("same", "old.csv", "new.csv", *INTERNAL, "-o", "pairs.csv", cwd=folder)
    assert "Pairs proposed: 1. Nothing is merged" in proposed.stderr
    assert run("verify", "pairs.csv", cwd=folder).stdout == SAME
    pairs = pd.read_csv(folder / "pairs.csv", dtype="string")
    pairs.assign(accepted="oui").to_csv(folder / "accepted.csv", index=False)
    once = ("same", "old.csv", "new.csv", *INTERNAL, "--accepted", "accepted.csv", "-o", "one.csv")
    assert "Incidents in one list: 5. Pairs counted once: 1." in run(*once, cwd=folder).stderr
    assert run("verify", "one.csv", cwd=folder).stdout == SAME
    again = maligeo.read_incidents(folder / "one.csv")
    assert len(again) == 5
    assert again["also_in"].dropna().tolist() == ["3"]


def test_pairs_are_shown_and_counted_once_without_a_file(lists: tuple[Path, Path]) -> None:
    folder = lists[0].parent
    bare = "5,2022-03,IED,Gao,,,1,1,synthetic\n6,2022-03-03,IED,Gao,,,1,1,synthetic\n"
    lists[1].write_text(NEW + bare, encoding="utf-8")
    asked = ("same", "old.csv", "new.csv", *INTERNAL)
    shown = run(*asked, cwd=folder)
    assert "day is not known: 0 of the first list, 1 of the second." in shown.stderr
    assert "commune or cercle: 0 of the first list, 1 of the second." in shown.stderr
    assert "write them to a file (-o pairs.csv)" in shown.stderr
    assert "--accepted pairs.csv" not in shown.stderr
    pairs = pd.DataFrame({"first_id": ["3"], "second_id": ["3"], "accepted": ["yes"]})
    pairs.to_csv(folder / "accepted.csv", index=False)
    once = run(*asked, "--accepted", "accepted.csv", cwd=folder)
    assert (once.returncode, "Pairs counted once: 1." in once.stderr) == (0, True)
    assert "taken from it: 1." in once.stderr
    assert [line.split()[0] for line in once.stdout.splitlines()[-5:]] == ["3", "1", "4", "5", "6"]


def test_columns_that_commands_show_have_headings() -> None:
    for name in ("crosswalk", "density", "reconcile", "same"):
        module = import_module(f"maligeo.cli.{name}")
        shown = [*module.SHOWN, *getattr(module, "SHOWN_COUNTS", ())]
        wanted = {"period" if one == "period_start" else one for one in shown} - {"period_end"}
        assert [one for one in wanted if not has_word(f"heading.{one}")] == []


def test_layers_of_two_levels_are_refused() -> None:
    regions = maligeo.load_boundaries()
    cercles = gpd.GeoDataFrame(regions.assign(level=2))
    with pytest.raises(ArgumentError, match="one level"):
        maligeo.changes(regions, cercles, audience="internal")
