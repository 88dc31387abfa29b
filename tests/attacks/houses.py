"""Small organisations whose records an attacker would like to know, and their files."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import maligeo
from maligeo.readers.reference import reference_units
from tests.attacks.forms import flat

PLACES = {
    "Kidal": (1.2, 18.3), "Ségou": (-6.2, 13.7), "Tombouctou": (-3.2, 18.2),
    "Mopti": (-4.22, 14.72), "Gao": (0.2, 16.7), "Kayes": (-11.2, 14.2),
}  # fmt: skip
COMMUNE_SIDE = 0.1  # degrees

Row = tuple[str, str, int]  # region, first day, how many


def incidents(*rows: Row, **columns: Any) -> gpd.GeoDataFrame:
    """So many incidents in a region from a day on, each a day and a step after the one before.

    They are events apart, so that none is common by one event alone. Each has one killed
    unless `columns` say otherwise.
    """
    listed = [(place, day, at) for place, day, count in rows for at in range(count)]
    lon, lat = (np.array([PLACES[place][axis] for place, _, _ in listed]) for axis in (0, 1))
    step = np.array([at for _, _, at in listed]) * 0.003
    days = pd.to_datetime([day for _, day, _ in listed]) + pd.to_timedelta(
        [at % 20 for _, _, at in listed], unit="D"
    )
    common = {
        "event_id": [f"e{at}" for at in range(len(listed))],
        "date": days,
        "date_precision": "day",
        "event_type": "ied",
        "killed": pd.array([1] * len(listed), dtype="Int64"),
        "injured": pd.array([0] * len(listed), dtype="Int64"),
        "location_precision": "exact",
        "source": "a house",
    }
    return gpd.GeoDataFrame(
        common | columns, geometry=shapely.points(lon + step, lat), crs="EPSG:4326"
    )


def located(
    frame: gpd.GeoDataFrame, covers: str | None = "2021", units: gpd.GeoDataFrame | None = None
) -> gpd.GeoDataFrame:
    """Locate incidents in the regions, or in other units, and say what they cover."""
    found: gpd.GeoDataFrame = maligeo.locate(
        frame, maligeo.load_boundaries() if units is None else units
    )
    return found if covers is None else maligeo.with_coverage(found, covers)


def write_csv(frame: gpd.GeoDataFrame, path: Path) -> Path:
    """Write points as an organisation keeps them."""
    flat(frame).to_csv(path, index=False)
    return path


def cercles() -> gpd.GeoDataFrame:
    """The cercles of 2015 as upright slices of their regions, with their true codes and names."""
    table = reference_units()
    table = table[(table["vintage"] == "2015") & (table["level"] == 2)].copy()
    regions = maligeo.load_boundaries().set_index("pcode").geometry
    shapes = pd.Series(index=table.index, dtype=object)
    for parent, rows in table.groupby("parent_pcode").groups.items():
        shapes.loc[rows] = _slices(regions[parent], len(rows))
    columns = {"vintage": "2015", "level": 2, "source": "made up"}
    frame = gpd.GeoDataFrame(table, geometry=shapes.to_list(), crs="EPSG:4326").assign(**columns)
    frame["area_sqkm"] = frame.geometry.to_crs(6933).area / 1e6
    return frame.reset_index(drop=True)


def _slices(shape: shapely.Geometry, number: int) -> list[shapely.Geometry]:
    west, south, east, north = shape.bounds
    edges = np.linspace(west, east, number + 1)
    return [
        shapely.intersection(shape, shapely.box(left, south, right, north))
        for left, right in pairwise(edges)
    ]


def write_communes(path: Path, *, around: tuple[float, float], number: int = 9) -> Path:
    """Write squares around a place as a COD-AB file of communes names them."""
    middle = (number - 1) / 2
    at = [(east, north) for north in range(number) for east in range(number)]
    corners = [
        tuple(around[axis] + (step[axis] - middle - 0.5) * COMMUNE_SIDE for axis in (0, 1))
        for step in at
    ]
    frame = gpd.GeoDataFrame(
        {
            "ADM3_FR": [f"Commune {east}-{north}" for east, north in at],
            "ADM3_PCODE": [f"ML0501{number:02d}" for number in range(len(at))],
            "ADM2_FR": "Mopti", "ADM2_PCODE": "ML0501", "ADM1_FR": "Mopti", "ADM1_PCODE": "ML05",
        },
        geometry=[shapely.box(x, y, x + COMMUNE_SIDE, y + COMMUNE_SIDE) for x, y in corners],
        crs="EPSG:4326",
    )  # fmt: skip
    frame.to_file(path, engine="pyogrio")
    return path


def shown(table: pd.DataFrame, measure: str = "incidents") -> dict[str, Any]:
    """Give what the rows of units say of a measure: a number, or the note."""
    rows = table[(table["measure"] == measure) & (table["place_kind"] == "unit")]
    said = rows["count"].astype(object).where(rows["count"].notna(), rows["note"])
    return dict(zip(rows["name"], said, strict=True))


def texts(values: Sequence[object]) -> list[str]:
    """Give arguments as a command line has them."""
    return [str(value) for value in values]
