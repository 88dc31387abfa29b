"""Small worlds whose answers can be computed by hand."""

import geopandas as gpd
import pandas as pd
from shapely.geometry import box


def square_units(vintage: str = "2015") -> gpd.GeoDataFrame:
    """Two squares side by side, "Alpha" of 100 km² and "Béta-Sud" of 400 km², by decree."""
    return gpd.GeoDataFrame(
        {
            "vintage": vintage,
            "level": 1,
            "pcode": ["ZZ01", "ZZ02"],
            "name": ["Alpha", "Béta-Sud"],
            "name_alt": ["Alfa", None],
            "parent_pcode": "ZZ",
            "area_sqkm": [100.0, 400.0],
        },
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        crs="EPSG:4326",
    )


def figures(*rows: dict[str, object]) -> pd.DataFrame:
    """Published figures; what a row leaves out is the commonest value."""
    common: dict[str, object] = {
        "unit": "Mali",
        "vintage": "2015",
        "period_start": "2021-01-01",
        "period_end": "2021-12-31",
        "measure": "incidents",
        "who": "all",
        "device": "ied_mine",
        "value": pd.NA,
        "basis": "count",
        "publisher": "UNMAS",
        "note": pd.NA,
        "source": "hand-made",
    }
    frame = pd.DataFrame([{"figure_id": f"f{at}"} | common | row for at, row in enumerate(rows)])
    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.astype({"value": "Float64"})


def people(*counts: float, vintage: str = "2015") -> pd.DataFrame:
    """People of the two square units."""
    return pd.DataFrame(
        {
            "vintage": vintage,
            "pcode": ["ZZ01", "ZZ02"],
            "name": ["Alpha", "Béta-Sud"],
            "population": list(counts),
            "population_year": 2020,
            "source": "hand-made",
            "note": [None, "approximate: counted from the air"],
        }
    )


def projects(*rows: dict[str, object]) -> pd.DataFrame:
    """Project-and-place rows; what a row leaves out is the commonest value."""
    common: dict[str, object] = {
        "project_count": 1,
        "title": "A project",
        "programme": "one",
        "place": pd.NA,
        "place_level": "adm1",
        "place_parent": pd.NA,
        "source": "hand-made",
        "adm1_name": pd.NA,
    }
    return pd.DataFrame([common | row for row in rows])


def communes() -> gpd.GeoDataFrame:
    """Six communes of 2015 as squares: two of one name, in cercles of different regions."""
    rows = [
        ("ML070101", "Gounzoureye", "ML0701"),
        ("ML070401", "Tidermène", "ML0704"),
        ("ML070402", "Bamba", "ML0704"),
        ("ML070301", "Bamba", "ML0703"),
        ("ML010501", "Kita Nord", "ML0105"),
        ("ML050701", "Koro", "ML0507"),
    ]
    return gpd.GeoDataFrame(
        {
            "vintage": "2015",
            "level": 3,
            "pcode": [code for code, _, _ in rows],
            "name": [name for _, name, _ in rows],
            "name_alt": None,
            "parent_pcode": [parent for _, _, parent in rows],
            "area_sqkm": 1.0,
        },
        geometry=[box(at, 14, at + 1, 15) for at in range(len(rows))],
        crs="EPSG:4326",
    )
