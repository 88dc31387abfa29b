"""The plugin in a real QGIS, without windows: `make qgis-test`."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest

PROCESS = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
PYTHON = "/usr/bin/python3"  # Debian's QGIS is of Debian's Python
SESSION = Path(__file__).with_name("session.py")
COMMAND = Path(sys.executable).with_name("maligeo")
ROWS = "date,lon,lat,killed,event_type\n" + "".join(
    f"2022-0{month}-01,-4.{month},14.{month},{month},ied\n" for month in range(1, 10)
)


def _why_not() -> str:
    if os.environ.get("MALIGEO_QGIS") != "1":
        return "make qgis-test runs this in QGIS"
    if PROCESS is None:
        return "QGIS is not installed: there is no qgis_process"
    asked = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    return "" if asked.returncode == 0 else f"{PYTHON} has no module of QGIS"


_WHY_NOT = _why_not()
pytestmark = pytest.mark.skipif(bool(_WHY_NOT), reason=_WHY_NOT)


@pytest.fixture(scope="module")
def plugins(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of plugins as QGIS has after it installed the archive."""
    folder = tmp_path_factory.mktemp("plugins")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


@pytest.fixture
def settings(
    plugins: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Settings of QGIS of its own, the command on PATH, and a folder for what is temporary."""
    folder = tmp_path_factory.mktemp("settings")
    for name in ("bin", "run", "temporary"):
        (folder / name).mkdir(mode=0o700)
    (folder / "bin" / "maligeo").symlink_to(COMMAND)
    variables = {
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_PLUGINPATH": str(plugins),
        "QGIS_CUSTOM_CONFIG_PATH": str(folder),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "TMPDIR": str(folder / "temporary"),
        "LANG": "C.UTF-8",
        "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
    }
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    return folder


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "Liste été.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert PROCESS is not None
    return subprocess.run([PROCESS, *arguments], capture_output=True, text=True, check=False)


def session(plugins: Path, **job: Any) -> dict[str, Any]:
    ran = subprocess.run(
        [PYTHON, str(SESSION), str(plugins), json.dumps({"locale": "en"} | job)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.stdout, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def left_behind(settings: Path) -> list[str]:
    return [path.name for path in (settings / "temporary").glob("maligeo-*")]


def test_qgis_process_lists_and_runs_the_algorithms(settings: Path, rows: Path) -> None:
    for name in ("processing", "maligeo_plugin"):
        assert process("plugins", "enable", name).returncode == 0
    listed = process("list").stdout
    assert all(
        f"maligeo:{name}" in listed for name in ("check", "locate", "density", "answer", "release")
    )
    book = rows.with_name("faults.xlsx")
    done = process("run", "maligeo:check", f"--INPUT={rows}", f"--WORKBOOK={book}")
    assert done.returncode == 0, done.stderr
    assert "SOUND:\ttrue" in done.stdout
    assert "date → date" in done.stdout
    assert openpyxl.load_workbook(book).sheetnames
    layer = rows.with_name("located.gpkg")
    done = process("run", "maligeo:locate", f"--INPUT={rows}", f"--OUTPUT={layer}")
    assert f"OUTPUT:\t{layer}|layername=located" in done.stdout, done.stderr
    assert gpd.read_file(layer, layer="located")["adm1_name"].tolist() == ["Mopti"] * 9
    assert left_behind(settings) == []


def test_a_file_with_faults_is_no_failure_of_the_check(settings: Path, rows: Path) -> None:
    rows.write_text(ROWS.replace("2022-09-01", "soon"), encoding="utf-8")
    for name in ("processing", "maligeo_plugin"):
        process("plugins", "enable", name)
    done = process("run", "maligeo:check", f"--INPUT={rows}")
    assert "SOUND:\tfalse" in done.stdout
    assert "is not a date (found 'soon')" in done.stdout
    done = process("run", "maligeo:release", f"--INCIDENTS={rows}", "--OUTPUT=x.gpkg")
    assert done.returncode == 1
    assert "is not a date (found 'soon')" in done.stdout + done.stderr


def test_a_layer_of_the_project_is_counted_and_shown_with_its_legend(
    plugins: Path, settings: Path, rows: Path
) -> None:
    found = session(
        plugins,
        layers=[str(rows)],
        filter="killed <> '1'",
        algorithm="maligeo:density",
        parameters={
            "INCIDENTS": rows.stem, "COVERS": "2022", "PERIOD": "2022", "AUDIENCE": 2,
            "LAYERS": "incidents,incidents_per_100k", "OUTPUT": "TEMPORARY_OUTPUT",
        },
    )  # fmt: skip
    assert found["is_well"], found["said"]
    above, below = found["shown"]
    assert above["name"].startswith("Incidents, one by one")
    assert above["rows"] == 8  # those that the filter of the layer shows
    assert "INTERNAL" in above["name"] and "INTERNAL" in below["name"]
    assert below["rows"] == 9
    assert below["legend"][-1].startswith("No data")
    assert below["legend"][-2].startswith("0 (")
    assert len(below["styles"]) == 2
    assert left_behind(settings) == []


def test_the_answer_is_shown_and_said_in_french(plugins: Path, settings: Path) -> None:
    found = session(
        plugins, locale="fr", algorithm="maligeo:answer",
        parameters={"OUTPUT": "TEMPORARY_OUTPUT"},
    )  # fmt: skip
    assert found["is_well"], found["said"]
    assert found["title"] == "4 · Besoin et réponse"
    (layer,) = found["shown"]
    assert layer["name"] == "Besoin et réponse – Version publique"
    assert layer["legend"][0] == "Besoin, aucun acteur recensé"
    assert any(text.startswith("Koulikoro\u00a0: 5 incidents") for text in found["said"])


def test_columns_that_are_said_go_with_a_layer(plugins: Path, settings: Path, rows: Path) -> None:
    rows.write_text(ROWS.replace("date,", "Jour du fait,").replace("killed", "Perdus"), "utf-8")
    parameters = {
        "INPUT": rows.stem, "COLUMNS": "date=Jour du fait; killed=Perdus", "KIND": 1,
    }  # fmt: skip
    found = session(plugins, layers=[str(rows)], algorithm="maligeo:check", parameters=parameters)
    assert found["results"] == {"SOUND": True}, found["said"]
    parameters["COLUMNS"] = "date"
    found = session(plugins, layers=[str(rows)], algorithm="maligeo:check", parameters=parameters)
    assert not found["is_well"]
    assert found["said"][-1].endswith("'date' is not written field=column, such as killed=Deaths")
    assert left_behind(settings) == []


def test_what_is_cancelled_leaves_nothing(plugins: Path, settings: Path, rows: Path) -> None:
    target = rows.with_name("located.gpkg")
    found = session(
        plugins, layers=[str(rows)], algorithm="maligeo:locate", cancel=True,
        parameters={"INPUT": rows.stem, "OUTPUT": str(target)},
    )  # fmt: skip
    assert not found["is_well"]
    assert "ERROR Cancelled: nothing was written." in found["said"]
    assert [path.name for path in rows.parent.iterdir()] == [rows.name]
    assert left_behind(settings) == []


def test_a_command_that_is_not_there_is_said_in_plain_words(
    plugins: Path, settings: Path, rows: Path
) -> None:
    found = session(
        plugins, layers=[str(rows)], algorithm="maligeo:locate", command="/no/where",
        parameters={"INPUT": rows.stem, "OUTPUT": "TEMPORARY_OUTPUT"},
    )  # fmt: skip
    assert not found["is_well"]
    assert found["said"][-1].startswith("ERROR There is no command at /no/where.")
