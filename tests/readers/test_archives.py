import io
import stat
import zipfile
from pathlib import Path

import pytest

from maligeo.core.errors import InputFileError
from maligeo.readers.files.archives import Limits, require_bounded, unpacked, unpacked_folder

CSV = frozenset({".csv"})


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def test_members_get_names_of_our_own_and_are_gone_afterwards(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "a.zip",
        {
            "../../etc/passwd.csv": b"one",
            "/absolute/UPPER.CSV": b"two",
            "C:\\windows\\three.csv": b"three",
            "readme.txt": b"not asked for",
            "__MACOSX/._three.csv": b"a shadow",
        },
    )
    with unpacked(path, CSV) as members:
        assert [member.stem for member in members] == ["passwd", "UPPER", "three"]
        assert [member.path.name for member in members] == ["0.csv", "1.csv", "2.csv"]
        assert [member.path.read_bytes() for member in members] == [b"one", b"two", b"three"]
        folders = {member.path.parent for member in members}
        assert len(folders) == 1
    assert not folders.pop().exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]


def test_parts_of_one_data_set_keep_one_stem(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"x/a.shp": b"1", "y/a.shp": b"2", "X/A.DBF": b"3"})
    with unpacked(path, frozenset({".shp", ".dbf"})) as members:
        assert [member.path.name for member in members] == ["0.shp", "1.shp", "0.dbf"]


def test_a_link_becomes_a_plain_file(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    with unpacked(tmp_path / "a.zip", CSV) as members:
        assert not members[0].path.is_symlink()
        assert members[0].path.read_text() == "/etc/passwd"


def test_a_bomb_is_refused_while_it_unpacks(tmp_path: Path) -> None:
    path = archive(tmp_path / "bomb.zip", {"zeros.csv": b"\0" * 32 * 1024 * 1024})
    assert path.stat().st_size < 64 * 1024
    with pytest.raises(InputFileError, match=r"more than 8 MiB.*zip bomb"), unpacked(path, CSV):
        pass
    with pytest.raises(InputFileError, match="zip bomb"):
        require_bounded(path)


def test_what_the_archive_says_of_its_size_is_not_believed(tmp_path: Path) -> None:
    path = archive(tmp_path / "liar.zip", {"zeros.csv": b"\0" * 32 * 1024 * 1024})
    content = path.read_bytes()
    true_size = (32 * 1024 * 1024).to_bytes(4, "little")
    assert content.count(true_size) == 2
    path.write_bytes(content.replace(true_size, (10).to_bytes(4, "little")))
    with pytest.raises(InputFileError), unpacked(path, CSV):
        pass


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(members=2), "holds 3 files; more than 2"),
        (Limits(total_bytes=250), "zip bomb"),
    ],
)
def test_limits_count_over_all_members(tmp_path: Path, limits: Limits, message: str) -> None:
    path = archive(tmp_path / "a.zip", {f"{at}.csv": b"x" * 100 for at in range(3)})
    with pytest.raises(InputFileError, match=message), unpacked(path, CSV, limits=limits):
        pass
    require_bounded(path)


def test_an_archive_cut_off_at_any_byte_is_an_error_or_whole(tmp_path: Path) -> None:
    whole = archive(tmp_path / "a.zip", {"a.csv": b"a,b\n1,2\n" * 50}).read_bytes()
    path = tmp_path / "cut.zip"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(InputFileError), unpacked(path, CSV):
            pass


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    content = bytearray(archive(tmp_path / "a.zip", {"a.csv": b"secret"}).read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(content)
    with (
        pytest.raises(InputFileError, match="cannot be unpacked"),
        unpacked(tmp_path / "a.zip", CSV),
    ):
        pass


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("a.csv", "1")
        made.writestr("A.CSV", "2")
    (tmp_path / "a.zip").write_bytes(buffer.getvalue())
    with pytest.raises(InputFileError, match="two files inside"), unpacked(tmp_path / "a.zip", CSV):
        pass


def test_a_missing_archive_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="no readable zip"), unpacked(tmp_path / "no.zip", CSV):
        pass


def test_a_member_without_a_name_is_left_out(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"Z.csv": b"nameless", "one.csv": b"one"})
    path.write_bytes(path.read_bytes().replace(b"Z.csv", b"\0.csv"))  # a name ends at a zero
    with unpacked(path, CSV) as members:
        assert [member.stem for member in members] == ["one"]


def test_a_folder_is_unpacked_with_plain_names_alone_and_gone_afterwards(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "a.zip",
        {
            "../up/MALI.GDB/a0001.gdbtable": b"one",
            "../up/MALI.GDB/gdb": b"two",
            "../up/MALI.GDB/..": b"up",
            "../up/MALI.GDB/C:evil": b"a drive",
            "../up/MALI.GDB/deeper/b.txt": b"in another folder",
            "datapackage.json": b"{}",
        },
    )
    with unpacked_folder(path, ".gdb") as folder:
        assert folder is not None
        found = {file.name: file.read_bytes() for file in folder.iterdir()}
        assert found == {"a0001.gdbtable": b"one", "gdb": b"two"}
        assert tmp_path not in folder.parents
    assert not folder.exists()
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


def test_several_folders_of_a_kind_or_none_are_none(tmp_path: Path) -> None:
    for members in ({"a.gdb/gdb": b"", "b.gdb/gdb": b""}, {"a.csv": b"x"}):
        with unpacked_folder(archive(tmp_path / "a.zip", members), ".gdb") as folder:
            assert folder is None


def test_a_folder_is_unpacked_within_the_limits(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"a.gdb/x.gdbtable": b"0" * 10_000})
    limits = Limits(total_bytes=9_999)
    with (
        pytest.raises(InputFileError, match="zip bomb"),
        unpacked_folder(path, ".gdb", limits=limits),
    ):
        pass
