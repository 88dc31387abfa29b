"""The archive of the plugin. The session runs in the Python of QGIS alone."""

import subprocess
import sys
from pathlib import Path

import pytest

collect_ignore = ["session.py"]
ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "qgis" / "maligeo_plugin"


def build(folder: Path) -> Path:
    """Pack the plugin as `make plugin` does."""
    script = ROOT / "scripts" / "build_plugin.py"
    done = subprocess.run(
        [sys.executable, str(script), str(folder)], check=True, capture_output=True, text=True,
    )  # fmt: skip
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("archive"))
