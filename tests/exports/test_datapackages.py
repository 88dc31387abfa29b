"""Data packages read by Frictionless, and folders that appear whole."""

import json
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pyogrio
import pytest

from maligeo.core.errors import OutputFileError
from maligeo.core.files import folder_written_whole
from maligeo.exports import ExportOptions, Licence, write_layers
from maligeo.provenance.record import KEY, Provenance
from tests.exports import exportworlds as small

with warnings.catch_warnings():  # its own dependencies use what Python has deprecated
    warnings.simplefilter("ignore")
    import frictionless

OPTIONS = ExportOptions(
    language="en", title="A small world", licences=(Licence("CC-BY-4.0", path="https://a.example"),)
)


def write(path: Path, **options: Any) -> Path:
    frames = {**small.layers(), "hostile": small.table()}
    given = {"density": small.densities(), "audience": "internal", "about": small.ABOUT}
    return write_layers(frames, path, **(given | {"options": OPTIONS} | options))


def described(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_text("utf-8"))
    return found


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_frictionless_finds_it_valid(tmp_path: Path) -> None:
    folder = write(tmp_path / "Mali 2021")
    package = frictionless.Package(str(folder / "datapackage.json"))
    assert package.name == "mali-2021"
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["type", "note"])
    with package.get_resource("hostile") as resource:
        rows = resource.read_rows()
    assert [row["name"] for row in rows] == ["Ségou", "'=1+1", "'@here", "-5", None]
    assert [row["records"] for row in rows] == [1, None, 0, 4, -5]
    assert [row["low"] for row in rows] == [True, False, None, True, True]
    assert str(rows[0]["period_start"]) == "2021-01-01"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_frictionless_finds_a_changed_file(tmp_path: Path) -> None:
    folder = write(tmp_path / "mali")
    with (folder / "density.csv").open("a", encoding="utf-8") as file:
        file.write("2015\n")
    assert not frictionless.validate(str(folder / "datapackage.json")).valid


def test_the_description_tells_all(tmp_path: Path) -> None:
    folder = write(tmp_path / "mali")
    found = described(folder)
    assert found["title"] == "A small world"
    assert found["licenses"] == [{"name": "CC-BY-4.0", "path": "https://a.example"}]
    assert found["sources"] == [{"title": "hand-made"}]
    assert found["audience"] == "internal"
    assert found["description"].startswith("INTERNAL: do not pass on\n")
    assert Provenance.from_json(json.dumps(found[KEY])) == small.ABOUT
    resources = {resource["name"]: resource for resource in found["resources"]}
    assert set(resources) == {"regions", "incidents", "areas", "hostile", "density"}
    fields = {field["name"]: field for field in resources["density"]["schema"]["fields"]}
    assert fields["area_sqkm"]["type"] == "number"
    assert fields["area_sqkm"]["unit"] == "km²"
    assert fields["area_sqkm"]["description"].endswith("[km²]")
    assert fields["period_end"]["type"] == "date"
    regions = {field["name"]: field for field in resources["regions"]["schema"]["fields"]}
    assert regions["incidents_2021"]["title"] == "Incidents (IEDs and mines): 2021"
    assert regions["incidents_2021"]["unit"] == "incidents in the period"
    assert resources["regions"]["features"] == 2
    assert {file.name for file in folder.iterdir()} == {
        "datapackage.json", *(resource["path"] for resource in found["resources"]),
    }  # fmt: skip


def test_without_title_licence_or_record(tmp_path: Path) -> None:
    found = described(write(tmp_path / "Ségou", options=ExportOptions(), about=None))
    assert found["name"] == "s-gou"
    assert not {"title", "licenses", KEY} & set(found)
    assert "INTERNAL" in found["description"]
    assert "INTERNE" in found["description"]


def test_the_archive_holds_the_same(tmp_path: Path) -> None:
    folder, archive = write(tmp_path / "mali"), write(tmp_path / "mali.zip")
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        held = {name: opened.read(name) for name in opened.namelist()}
    assert held == {file.name: file.read_bytes() for file in folder.iterdir()}
    assert len(pyogrio.read_dataframe(f"/vsizip/{archive}/areas.geojson")) == 3


def test_a_package_is_replaced_whole(tmp_path: Path) -> None:
    folder = write(tmp_path / "mali")
    write_layers({"areas": small.areas()}, folder, audience="internal")
    assert {file.name for file in folder.iterdir()} == {"areas.geojson", "datapackage.json"}
    assert list(tmp_path.iterdir()) == [folder]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "mali").mkdir()
    assert (write(tmp_path / "mali") / "datapackage.json").is_file()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    folder = write(tmp_path / "mali")
    (folder / "thesis.odt").write_text("years of work")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(OutputFileError, match=r"holds thesis\.odt, which would be lost"):
        write(folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    (tmp_path / "file").write_text("a file")
    with pytest.raises(OutputFileError, match="not a folder"):
        write(tmp_path / "file")
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(OutputFileError, match="not a folder"):
        write(tmp_path / "link")


def test_a_failure_leaves_no_folder_behind(tmp_path: Path) -> None:
    with pytest.raises(KeyError), folder_written_whole(tmp_path / "new") as folder:
        (folder / "half").write_text("half")
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_the_old_folder_comes_back_when_the_exchange_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "mali")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    replace = Path.replace

    def refused(self: Path, target: Path) -> Path:
        if target == folder and not self.name.endswith(".old"):
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(OutputFileError, match="No space left"):
        write(folder)
    monkeypatch.undo()
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert list(tmp_path.iterdir()) == [folder]
