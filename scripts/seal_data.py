"""Seal the bundled data: write each file's size, SHA-256 and rows into its package.

Usage: ``python scripts/seal_data.py`` rewrites every ``data/*/datapackage.json``;
``python scripts/seal_data.py --check`` changes nothing and exits with 1 when one is stale.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "data"


def count_rows(path: Path) -> int:
    """Count the data rows of a table."""
    with path.open(encoding="utf-8", newline="") as lines:
        return sum(1 for _ in csv.DictReader(lines))


def seal_resource(resource: dict[str, Any], folder: Path) -> None:
    """Bring one resource's size and hash up to date, and the row count of a table."""
    path = folder / resource["path"]
    content = path.read_bytes()
    resource["bytes"] = len(content)
    resource["hash"] = "sha256:" + hashlib.sha256(content).hexdigest()
    if path.suffix == ".csv":  # what is no table has no rows for a validator to count
        resource["rows"] = count_rows(path)


def sealed_text(descriptor: Path) -> str:
    """Give the text that a package descriptor should have."""
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        seal_resource(resource, descriptor.parent)
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    """Seal or check every package."""
    parser = argparse.ArgumentParser(description="Seal the bundled data packages.")
    parser.add_argument("--check", action="store_true", help="change nothing; 1 when stale")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the packages")
    options = parser.parse_args(arguments)
    stale = []
    for descriptor in sorted(options.data.glob("*/datapackage.json")):
        text = sealed_text(descriptor).encode("utf-8")
        if descriptor.read_bytes() != text:
            stale.append(descriptor)
            if not options.check:
                descriptor.write_bytes(text)
    for descriptor in stale:
        print(f"{'stale' if options.check else 'sealed'}: {descriptor}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
