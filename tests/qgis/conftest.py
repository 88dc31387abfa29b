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
    command = [sys.executable, ROOT / "scripts" / "build_plugin.py", folder]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("archive"))
