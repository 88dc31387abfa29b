"""Pack the QGIS plugin as the zip that QGIS installs; the same files give the same bytes.

Usage: ``python scripts/build_plugin.py [FOLDER]``; the folder is ``build`` by default.
"""

import configparser
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = ROOT / "qgis" / "maligeo_plugin"
SUFFIXES = {".py", ".json", ".svg", ".txt"}
DAY = (1980, 1, 1, 0, 0, 0)  # the first that a zip archive can name


def main(folder: Path) -> Path:
    """Write the archive; give its path."""
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(PLUGIN / "metadata.txt", encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{PLUGIN.name}-{metadata['general']['version']}.zip"
    files = {path.name: path for path in PLUGIN.iterdir() if path.suffix in SUFFIXES}
    files["LICENSE"] = ROOT / "LICENSE"
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{PLUGIN.name}/{name}", DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name].read_bytes())
    return target


if __name__ == "__main__":
    print(main(Path(sys.argv[1] if len(sys.argv) > 1 else "build")))
