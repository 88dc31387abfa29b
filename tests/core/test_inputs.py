"""What was read is never replaced, by whatever name it is called."""

from collections.abc import Callable
from pathlib import Path

import pytest

from maligeo.core.errors import OutputFileError
from maligeo.core.files import folder_written_whole, written_whole
from maligeo.core.inputs import require_no_input, take_input

CONTENT = "date,lon,lat\n2021-01-01,-4,14\n"


@pytest.fixture
def read(tmp_path: Path) -> Path:
    path = tmp_path / "house" / "list.csv"
    path.parent.mkdir()
    path.write_text(CONTENT, encoding="utf-8")
    take_input(path)
    return path


def by_symlink(path: Path) -> Path:
    link = path.with_name("link.csv")
    link.symlink_to(path)
    return link


def by_hard_link(path: Path) -> Path:
    """Give what `LIST.CSV` is where the system takes capitals for small letters."""
    link = path.with_name("LIST.CSV")
    link.hardlink_to(path)
    return link


def by_folder_link(path: Path) -> Path:
    link = path.parent.with_name("other")
    link.symlink_to(path.parent, target_is_directory=True)
    return link / path.name


def by_way_round(path: Path) -> Path:
    return path.parent / ".." / path.parent.name / path.name


NAMES = [Path, by_symlink, by_hard_link, by_folder_link, by_way_round]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_was_read_is_not_written(read: Path, name: Callable[[Path], Path]) -> None:
    output = name(read)
    with (
        pytest.raises(OutputFileError, match="is the file that is read"),
        written_whole(output) as draft,
    ):
        draft.write_text("lost")
    assert read.read_text(encoding="utf-8") == CONTENT
    assert output.exists()


def test_a_folder_that_holds_it_is_not_replaced(read: Path) -> None:
    with (
        pytest.raises(OutputFileError, match=r"list\.csv is read and would be lost"),
        folder_written_whole(read.parent),
    ):
        pass
    assert read.exists()


def test_a_file_within_a_folder_that_is_read_is_not_replaced(read: Path) -> None:
    with pytest.raises(OutputFileError, match="would be lost"):
        require_no_input(read, [read.parent])


def test_other_files_are_written(read: Path) -> None:
    other = read.with_name("other.csv")
    other.write_text("old", encoding="utf-8")
    with written_whole(other) as draft:
        draft.write_text("new", encoding="utf-8")
    assert other.read_text(encoding="utf-8") == "new"


def test_a_download_is_renewed_in_its_place(read: Path) -> None:
    with written_whole(read, is_product=False) as draft:
        draft.write_text("newer", encoding="utf-8")
    assert read.read_text(encoding="utf-8") == "newer"


def test_a_file_that_is_gone_hinders_nothing(read: Path) -> None:
    read.unlink()
    with written_whole(read) as draft:
        draft.write_text("new", encoding="utf-8")
    assert read.read_text(encoding="utf-8") == "new"


def test_what_the_session_made_and_read_is_made_again(tmp_path: Path) -> None:
    made = tmp_path / "made.csv"
    for content in ("one", "another"):
        with written_whole(made) as draft:
            draft.write_text(content, encoding="utf-8")
        take_input(made)
    assert made.read_text(encoding="utf-8") == "another"


def test_a_product_that_somebody_changed_is_theirs(tmp_path: Path) -> None:
    made = tmp_path / "made.csv"
    with written_whole(made) as draft:
        draft.write_text("one", encoding="utf-8")
    made.write_text("corrected by hand", encoding="utf-8")
    take_input(made)
    with pytest.raises(OutputFileError), written_whole(made):
        pass
