"""Made-up layers of other divisions: the bundled regions of 2015 cut into strips (synthetic)."""

from itertools import pairwise

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry import box

from maligeo import as_units, catalog, load_boundaries


def regions_of_2023() -> gpd.GeoDataFrame:
    """Cut the regions of 2015 into those of 2023, as they nest, with the columns of COD-AB v03."""
    units = catalog.load_table("reference", "units")
    units = units[units["vintage"] == "2023"]
    codes = catalog.load_table("reference", "pcodes_2023")
    plain = codes[codes["level"] == 1].set_index("pcode")["name"]
    old = load_boundaries().set_index("name").geometry
    rows = [
        {
            "adm1_pcode": unit.pcode, "adm1_name": plain[unit.pcode], "adm1_name1": unit.name,
            "adm0_pcode": "ML", "adm0_name": "Mali (synthetic outlines)", "version": "v03",
            "valid_on": "2025-09-04", "valid_to": None, "lang": "en", "lang1": "fr",
            "geometry": strip,
        }
        for home, parts in units.groupby("part_of_2015", sort=False)
        for unit, strip in zip(
            parts.set_index("name", drop=False).itertuples(index=False),
            _strips(old[home], len(parts)), strict=True,
        )
    ]  # fmt: skip
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def changed_regions_of_2023() -> gpd.GeoDataFrame:
    """Those regions as units: two parts of Mopti are one, a border moved, Kidal has another name.

    A tenth of the strip of San, in the west, goes from Ségou's ground to Mopti.
    """
    units = regions_of_2023().rename(columns={"adm1_pcode": "pcode", "adm1_name1": "name"})
    units = units[["pcode", "name", "geometry"]]
    shapes = dict(zip(units["name"], units.geometry, strict=True))
    west, south, east, north = shapes["San"].bounds
    strip = shapes["San"].intersection(box(west, south, west + (east - west) / 10, north))
    shapes |= {
        "Douentza": shapely.union(shapes["Douentza"], shapes["Bandiagara"]),
        "Mopti": shapely.union(shapes["Mopti"], strip),
        "San": shapely.difference(shapes["San"], strip),
    }
    units = units[units["name"] != "Bandiagara"]
    changed = units.set_geometry([shapes[name] for name in units["name"]], crs="EPSG:4326")
    return as_units(changed.replace({"name": {"Kidal": "Adagh"}}), level=1, vintage="made-up-2023")


def cercles_of_2015() -> gpd.GeoDataFrame:
    """Cut the regions of 2015 into their cercles, with the columns of COD-AB of 2015."""
    cercles = catalog.load_table("reference", "cercles_2015")
    old = load_boundaries().set_index("pcode")
    rows = [
        {
            "admin2Name": name, "admin2Pcod": code, "admin1Pcod": home,
            "admin1Name": old.loc[home, "name"], "validOn": "2015-04-08", "geometry": strip,
        }
        for home, parts in cercles.groupby("parent_pcode")
        for name, code, strip in zip(
            parts["name"], parts["pcode"], _strips(old.loc[home, "geometry"], len(parts)),
            strict=True,
        )
    ]  # fmt: skip
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def _strips(shape: shapely.Geometry, count: int) -> list[shapely.Geometry]:
    west, south, east, north = shape.bounds
    edges = [west + (east - west) * at / count for at in range(count + 1)]
    pairs = pairwise(edges)
    return [shape.intersection(box(left, south, right, north)) for left, right in pairs]


def incidents_in(units: gpd.GeoDataFrame, *names: str, day: str = "2015-06-01") -> pd.DataFrame:
    """One incident in the middle of each of some units."""
    inside = units.set_index("name").geometry.representative_point()
    return pd.DataFrame(
        {
            "event_id": [f"{at}" for at in range(len(names))],
            "event_type": "ied",
            "date": pd.Timestamp(day),
            "lon": [inside[name].x for name in names],
            "lat": [inside[name].y for name in names],
        }
    )
