from pathlib import Path

import pandas as pd
import pytest

from maligeo.core.columns import Language
from maligeo.core.errors import WHOLE_ROW, ArgumentError, Fault, FrameError, OutputFileError
from maligeo.core.session import speaking
from maligeo.readers.quarantine import Faults, Gate

RAW = pd.DataFrame(
    {"a": pd.array(["1", "x", "y"], "string"), "b": pd.array(["é", "a,b", None], "string")},
    index=[2, 3, 4],
)
FRAME = pd.DataFrame({"a": [1, 0, 0]}, index=RAW.index)


def faults() -> Faults:
    found = Faults()
    found.add(RAW["a"].isin(["x", "y"]), "a", RAW["a"], "is not a number")
    found.add(RAW["b"].isna(), "b", RAW["b"], "is missing")
    return found


def passed(found: Faults, on_invalid: str, rejects: str | Path | None) -> pd.DataFrame:
    with Gate("t", on_invalid, rejects) as gate:
        return gate.pass_rows(FRAME, RAW, found)


def test_all_faults_are_raised_together() -> None:
    with pytest.raises(FrameError, match="3 faults") as raised:
        passed(faults(), "raise", None)
    assert [fault.row for fault in raised.value.faults] == [3, 4, 4]


@pytest.mark.parametrize(
    ("language", "reasons"),
    [
        ("en", ["a: is not a number", "a: is not a number; b: is missing"]),
        ("fr", ["a : n’est pas un nombre", "a : n’est pas un nombre ; b : manque"]),
    ],
)
def test_bad_rows_are_written_verbatim_with_their_reasons(
    tmp_path: Path, language: Language, reasons: list[str]
) -> None:
    path = tmp_path / "rejects.csv"
    with speaking(language):
        good = passed(faults(), "quarantine", path)
    assert good.index.tolist() == [2]
    written = path.read_text(encoding="utf-8").replace("\u00a0", " ").replace("\u202f", " ")
    assert written.splitlines() == [
        "row,reason,a,b", f'3,{reasons[0]},x,"a,b"', f"4,{reasons[1]},y,"
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o077 == 0, "for its owner only"


def test_what_is_wrong_with_a_whole_row_names_no_column(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    found = Faults([Fault(3, WHOLE_ROW, "x", "the row has 3 cells and the header 4")])
    with speaking("fr"):
        passed(found, "quarantine", path)
    assert path.read_text(encoding="utf-8").splitlines()[1].startswith("3,la ligne a 3 cellules")


def test_without_faults_an_older_file_does_not_stay(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_text("of yesterday", encoding="utf-8")
    good = passed(Faults(), "quarantine", path)
    assert len(good) == 3
    assert path.read_text(encoding="utf-8") == "row,reason,a,b\n"


def test_faults_of_the_table_are_raised_also_with_quarantine(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    with pytest.raises(FrameError, match="column is missing"):
        passed(Faults([Fault(None, "c", None, "column is missing")]), "quarantine", path)
    assert not list(tmp_path.iterdir())


def test_an_error_on_the_way_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_text("of yesterday", encoding="utf-8")
    with pytest.raises(KeyError), Gate("t", "quarantine", path) as gate:
        gate.pass_rows(FRAME, RAW, faults())
        raise KeyError
    assert [one.name for one in tmp_path.iterdir()] == ["rejects.csv"]
    assert path.read_text(encoding="utf-8") == "of yesterday"


def test_faults_of_several_pieces_are_raised_at_the_end() -> None:
    with pytest.raises(FrameError, match="6 faults"), Gate("t", "raise", None) as gate:
        for _ in range(2):
            assert len(gate.pass_rows(FRAME, RAW, faults())) == 1


@pytest.mark.parametrize(
    ("on_invalid", "rejects"), [("raise", "x.csv"), ("quarantine", None), ("ignore", None)]
)
def test_options_that_do_not_go_together(on_invalid: str, rejects: str | None) -> None:
    with pytest.raises(ArgumentError):
        passed(Faults(), on_invalid, rejects)


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(OutputFileError, match="cannot write"):
        passed(Faults(), "quarantine", tmp_path / "file" / "r.csv")
