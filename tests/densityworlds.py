"""Density tables by hand, over a grid of square units, for what compares units."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from maligeo.core.columns import DENSITY


def grid(count: int, *, width: int | None = None, vintage: str = "2015") -> gpd.GeoDataFrame:
    """Units "A", "B", … (or "U00", …) of 1,000 km² in rows of `width` squares."""
    width = width or count
    names = [chr(65 + at) if count <= 26 else f"U{at:02d}" for at in range(count)]
    return gpd.GeoDataFrame(
        {
            "vintage": vintage,
            "level": 1,
            "pcode": [f"ZZ{at:02d}" for at in range(count)],
            "name": names,
            "area_sqkm": 1000.0,
        },
        geometry=[
            box(at % width, at // width, at % width + 1, at // width + 1) for at in range(count)
        ],
        crs="EPSG:4326",
    )


def density_table(
    units: gpd.GeoDataFrame,
    measure: str,
    counts: Sequence[float | None],
    *,
    half: float = 0.0,
    people: float = 100_000.0,
    notes: Sequence[str | None] | None = None,
    elsewhere: float | None = None,
) -> pd.DataFrame:
    """One measure of one publisher in 2021; counts are right to within `half`."""
    table = pd.DataFrame(units[["vintage", "pcode", "name", "area_sqkm"]])
    table = table.assign(place_kind="unit", count=list(counts), note=notes)
    if elsewhere is not None:
        row = {"vintage": units["vintage"].iloc[0], "place_kind": "unattributed"}
        table = pd.concat([table, pd.DataFrame([row | {"count": elsewhere}])], ignore_index=True)
    table = table.astype({"count": "Float64"}).assign(
        measure=measure,
        period_start=pd.Timestamp("2021-01-01"),
        period_end=pd.Timestamp("2021-12-31"),
        count_low=lambda rows: (rows["count"] - half).clip(lower=0),
        count_high=lambda rows: rows["count"] + half,
        population=people,
        publisher="by hand",
        per_1000_sqkm=lambda rows: rows["count"],
        per_100k=lambda rows: rows["count"] / people * 100_000 * 365.25 / 365,
    )
    text = dict.fromkeys(("vintage", "pcode", "name", "place_kind", "note", "publisher"), "string")
    return table.reindex(columns=list(DENSITY)).astype(text)
