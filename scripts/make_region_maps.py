"""Write what region_maps.toml asks for: a map and reports of each region, and an index page.

python scripts/make_region_maps.py [--output maps/regions] [--dry-run]
"""

import argparse
from pathlib import Path

import maligeo

MONTH = Path(__file__).with_name("region_maps.toml")


def main() -> None:
    """Read the options and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, help="folder, instead of maps/regions")
    parser.add_argument("--dry-run", action="store_true", help="say what would be made, and why")
    options = parser.parse_args()
    steps = maligeo.build(MONTH, output=options.output, dry_run=options.dry_run)
    for step in steps.itertuples():
        print(f"{step.action}: {step.audience}/{step.file} {step.reason}")


if __name__ == "__main__":
    main()
