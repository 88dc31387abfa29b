"""A small world for exports: two squares, five incidents, three areas, one table."""

import geopandas as gpd
import pandas as pd
from shapely.geometry import MultiPolygon, Point, box

from maligeo.measure.densities import concat_tables, density
from maligeo.provenance.record import InputFile, Provenance
from tests import worlds

ABOUT = Provenance(
    product="density",
    options={"incidents": {"role": "incidents"}},
    inputs=(InputFile("incidents", "relevés.csv", "ab" * 32),),
    audience="internal",
    versions={"maligeo": "0.1.0"},
    more={"vintage": "2015"},
)

HOSTILE = (
    "=1+1",
    "+33",
    "-5",
    "@here",
    "\tTAB",
    "\rCR",
    '"quoted", and; «Ségou»',
    "line\nbreak\r\nand more",
    "'; drop table layer_styles; --",
    "<script>&amp;]]></script>",
    "_x0041_ \x01\x1f \u2028 \ufffe",
    "  blanks  ",
    "emoji \U0001f4a5",
)


def table() -> pd.DataFrame:
    """A column of each kind; 0, missing and text that looks like something else."""
    return pd.DataFrame(
        {
            "name": pd.array(["Ségou", "=1+1", "@here", "-5", None], dtype="string"),
            "count": pd.array([1.5, 0, None, 3, 0.1 + 0.2], dtype="Float64"),
            "records": pd.array([1, None, 0, 4, -5], dtype="Int64"),
            "low": pd.array([True, False, None, True, True], dtype="boolean"),
            "period_start": pd.to_datetime(["2021-01-01", None, "2021-09-30", None, None]),
            "place_kind": pd.Categorical(["unit", None, "joint", "unit", "unit"]),
        }
    )


def incidents() -> gpd.GeoDataFrame:
    """Five incidents, one of an unknown type, one without a place."""
    return gpd.GeoDataFrame(
        {
            "event_id": ["a", "b", "c", "d", "e"],
            "date": pd.to_datetime(["2021-01-02", None, "2021-03-01", "2022-01-01", "2022-02-02"]),
            "event_type": pd.Categorical(["ied", "landmine", "erw", None, "other"]),
            "killed": pd.array([1, None, 0, 2, 3], dtype="Int64"),
            "location_precision": ["exact", "adm1", "near", "country", None],
            "source": "hand-made",
        },
        geometry=[Point(0.1, 0.2), Point(0.5, 0.5), Point(1.5, 0.5), Point(1.9, 0.1), None],
        crs="EPSG:4326",
    )


def areas() -> gpd.GeoDataFrame:
    """Three areas, one of two parts, one of an unknown status."""
    parts = MultiPolygon([box(1.2, 0.2, 1.3, 0.3), box(1.4, 0.2, 1.5, 0.3)])
    return gpd.GeoDataFrame(
        {"area_id": ["x", "y", "z"], "status": ["cleared", "suspected", None]},
        geometry=[box(0.1, 0.1, 0.2, 0.2), parts, box(0.6, 0.6, 0.7, 0.7)],
        crs="EPSG:4326",
    )


def units() -> gpd.GeoDataFrame:
    """The two squares."""
    return worlds.square_units().assign(source="hand-made")


def densities() -> pd.DataFrame:
    """38 % and 62 % of 200 incidents in one period, 0 and unknown in another; people."""
    figures = worlds.figures(
        {"value": 200},
        {"unit": "Alpha", "value": 38, "basis": "share_pct"},
        {"unit": "Béta-Sud", "value": 124},
        {"unit": "Alpha", "value": 0, "period_end": "2021-03-31"},
    )
    people = worlds.people(1e5, 2e5)
    return concat_tables(
        density(figures, units(), measure="incidents", population=people),
        density(people, units(), measure="people"),
    )


def layers() -> dict[str, pd.DataFrame]:
    """All three, by name."""
    return {"regions": units(), "incidents": incidents(), "areas": areas()}
