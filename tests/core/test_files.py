from pathlib import Path

import pytest

from maligeo.core.errors import OutputFileError
from maligeo.core.files import written_whole


def test_the_file_appears_when_all_went_well(tmp_path: Path) -> None:
    wanted = tmp_path / "new" / "folder" / "table.csv"
    with written_whole(wanted) as beside:
        beside.write_text("all")
        assert not wanted.exists()
        assert beside.suffix == ".csv"
    assert wanted.read_text() == "all"
    assert list(wanted.parent.iterdir()) == [wanted]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    wanted = tmp_path / "table.csv"
    wanted.write_text("old")
    with pytest.raises(KeyError), written_whole(wanted) as beside:
        beside.write_text("half")
        raise KeyError
    assert wanted.read_text() == "old"
    assert list(tmp_path.iterdir()) == [wanted]


def test_what_the_system_refuses_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    below_a_file = written_whole(tmp_path / "file" / "table.csv")
    with pytest.raises(OutputFileError, match=r"cannot write .*table\.csv"), below_a_file:
        pass
    full = pytest.raises(OutputFileError, match="No space left")
    with full, written_whole(tmp_path / "table.csv"):
        raise OSError(28, "No space left on device")
    with pytest.raises(OutputFileError, match="cannot write"), written_whole(tmp_path):
        pass


def test_the_mode_follows_the_system(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with written_whole(tmp_path / "whole"):
        pass
    assert (tmp_path / "whole").stat().st_mode == (tmp_path / "plain").stat().st_mode
