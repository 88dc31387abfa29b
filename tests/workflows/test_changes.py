"""Two editions compared through the one function, for whom they may be, and what is written."""

import json
from collections import Counter
from importlib import import_module
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ArgumentError, FrameError, InputFileError, ReleaseError
from maligeo.core.words import has_word
from maligeo.disclosure import require_released
from maligeo.join.record_changes import record_changes
from maligeo.workflows.records import READERS
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
    assert "row 5 (9), type" in found.kinds[0].lines[0]


def files(folder: Path, old: str, new: str) -> tuple[Path, Path]:
    for name, text in (("old", old), ("new", new)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder / "old.csv", folder / "new.csv"


def test_the_id_of_a_faulty_row_is_neither_new_nor_gone(tmp_path: Path) -> None:
    """Record 2 is faulty in the old list, 3 in the new one; 4 has no good row in either."""
    four = "4,2022-13-01,IED,Gao,Gao,Gounzoureye,1,1,synthetic\n"
    lists = files(
        tmp_path,
        OLD.replace("2022-01-17", "2022-02-31") + four,
        OLD.replace("Gounzoureye,,2", "Gounzoureye,deux,2") + four,
    )
    found = maligeo.changes(*lists, audience="internal", language="en")
    assert found.summary == {"not_compared": 6, "same": 1}
    assert found.kinds[0].lines[-2:] == [
        "2022-02-05, Improvised explosive device (IED), Gounzoureye, Gao, Gao (3): its row of "
        "the new list is faulty",
        "2022-01-17, Landmine, Konna, Mopti, Mopti (2): its row of the old list is faulty",
    ]
    assert found.report.remarks == []


def test_a_faulty_row_without_an_id_may_be_what_is_new(tmp_path: Path) -> None:
    lists = files(tmp_path, OLD.replace("2,2022-01-17", ",2022-02-31"), OLD)
    found = maligeo.changes(*lists, audience="internal", language="en")
    assert found.summary == {"not_compared": 1, "new": 1, "same": 2}
    assert "what is said to be new or gone may be among them" in found.report.remarks[0]


def test_a_project_of_which_a_row_is_faulty_is_not_compared(tmp_path: Path) -> None:
    text = (
        "project_id,title,region,status,start,end\n"
        "P1,Puits,Gao,active,2022,2023\nP1,Puits,Mopti,active,2022,2023\n"
        "P2,Pistes,Kidal,active,2022,2023\n"
    )
    lists = files(tmp_path, text, text.replace("Mopti,active,2022", "Mopti,active,demain"))
    found = maligeo.changes(*lists, audience="internal", language="en", kind="projects")
    assert found.summary == {"not_compared": 3, "same": 1}
    assert not (found.frame["change"] == "corrected").any()


COLUMNS = {
    "incidents": (
        "N°,Date,Type,Région,Cercle,Commune,Localité,Latitude,Longitude,Tués,Blessés,Résultat,"
        "Source,Observations\n"
        "1,03/01/2022,EEI,Mopti,Koro,Bondo,Kouna,14.1,-3.1,2,0,explosé,police,route\n"
        "2,2022-02,mine,Gao,Gao,Gounzoureye,,16.3,-0.1,,1,explosé,ong,\n"
    ),
    "projects": (
        "Code,Titre,Organisation,Bailleur,Secteur,Statut,Début,Fin,Budget,Devise,Région,Cercle,"
        "Commune,Remarques\n"
        "P1,Puits,ONG A,B1,Eau,en cours,2022,2023,1000,EUR,Mopti,Koro,Bondo,x\n"
        "P1,Puits,ONG A,B1,Eau,en cours,2022,2023,1000,EUR,Gao,Gao,Gounzoureye,x\n"
        "P2,Pistes,ONG B,B2,Routes,en cours,2021,2022,5000,EUR,Ségou,Niono,Diabaly,y\n"
    ),
    "areas": (
        "N°,Statut,Région,Cercle,Commune,Superficie (ha),Date fin,Organisation,Latitude,"
        "Longitude,Observations\n"
        "A1,dépolluée,Mopti,Koro,Bondo,1.5,03/03/2022,ONG A,14.1,-3.1,x\n"
        "A2,dépolluée,Gao,Gao,Gounzoureye,2.5,03/03/2021,ONG B,16.3,-0.1,\n"
    ),
}  # fmt: skip
NEEDED = ("Date", "Code", "Titre", "Statut", "Superficie (ha)")  # without which it is another list


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_that_went_away_is_said_once(tmp_path: Path, kind: str) -> None:
    read = READERS[kind]
    file = tmp_path / "whole.csv"
    file.write_text(COLUMNS[kind], encoding="utf-8")
    whole = read(file)
    head, *rows = (line.split(",") for line in COLUMNS[kind].splitlines())
    for at, name in enumerate(head):
        if name in NEEDED:
            continue
        cut = "".join(",".join(row[:at] + row[at + 1 :]) + "\n" for row in (head, *rows))
        shorter = tmp_path / "shorter.csv"
        shorter.write_text(cut, encoding="utf-8")
        short = read(shorter)
        for pair, change in (((whole, short), "column_gone"), ((short, whole), "column_new")):
            found = record_changes(*pair, kind=kind)
            assert Counter(found["change"]) == {"same": 2, change: 1}, name


def test_a_date_says_how_much_is_known(tmp_path: Path) -> None:
    lists = files(tmp_path, OLD.replace("2022-01-17", "2022-01").replace("2022-02-05", "2022"),
                  OLD.replace("2022-02-05", "2022-02"))  # fmt: skip
    found = maligeo.changes(*lists, audience="internal", language="en")
    assert found.summary == {"corrected": 2, "same": 1}
    lines = [line.split(": ", 1) for line in found.kinds[0].lines]
    assert [said for _, said in lines] == ["date: Jan 2022 → 2022-01-17", "date: 2022 → Feb 2022"]
    assert lines[1][0].startswith("Feb 2022, ")
    fixed = found.frame[found.frame["change"] == "corrected"]
    assert fixed[["old", "new"]].to_numpy().tolist() == [
        ["2022-01", "2022-01-17"], ["2022", "2022-02"],
    ]  # fmt: skip
    assert fixed["difference"].isna().all()


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
    assert "tués : non connu → 0" in shown


def test_a_profile_holds_for_both_lists(tmp_path: Path) -> None:
    for name, count in (("old", 2), ("new", 5)):
        text = f"Quand,Engin,Région,Pertes\n2022-01-03,EEI,Gao,{count}\n"
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    check = ("check", "old.csv", "--column", "date=Quand", "--column", "killed=Pertes",
             "--kind", "incidents", "--save-profile", "own.toml")  # fmt: skip
    assert run(*check, cwd=tmp_path).returncode == 0
    done = run("changes", "old.csv", "new.csv", *INTERNAL, "--profile", "own.toml", cwd=tmp_path)
    assert "killed: 2 → 5 (+3" in done.stdout


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
    assert again["also_killed"].dropna().tolist() == ["0"]
    assert again.attrs["reading"].not_understood == {}


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
    rows = [line.split()[:3] for line in once.stdout.splitlines()[-5:]]
    assert [row[0] for row in rows] == ["3", "1", "4", "5", "6"]
    assert rows[3][1:] == ["Mar", "2022"]


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
