"""The archive that QGIS installs."""

import configparser
import re
import zipfile
from pathlib import Path

import maligeo
from tests.qgis.conftest import PLUGIN, build

# What the repository of plugins asks for.
ASKED = (
    "name", "qgisMinimumVersion", "description", "about", "version", "author", "email", "tracker",
    "repository",
)  # fmt: skip


def test_it_holds_the_plugin_in_one_folder_with_its_licence(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        names = set(opened.namelist())
        licence = opened.read("maligeo_plugin/LICENSE").decode()
    modules = {path.name for path in PLUGIN.glob("*.py")}
    more = {"LICENSE", "metadata.txt", "words.json", "icon.svg"}
    assert names == {f"maligeo_plugin/{name}" for name in modules | more}
    assert "BSD 3-Clause" in licence


def test_the_same_files_give_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    assert build(tmp_path).read_bytes() == archive.read_bytes()


def test_its_description_is_whole(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        text = opened.read("maligeo_plugin/metadata.txt").decode()
        files = set(opened.namelist())
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.optionxform = str  # type: ignore[assignment,method-assign]
    metadata.read_string(text)
    general = metadata["general"]
    assert all(general[name] for name in ASKED)
    assert general["version"] == maligeo.__version__.partition("+")[0]
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?", general["qgisMinimumVersion"])
    assert general["hasProcessingProvider"] == "yes"  # else qgis_process does not load it
    assert f"maligeo_plugin/{general['icon']}" in files
    assert archive.name == f"maligeo_plugin-{general['version']}.zip"
