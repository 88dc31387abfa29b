"""What the library writes it reads back: records and tables, in every format that holds them."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import from_wkt
from shapely.geometry import Point, box

import maligeo
from maligeo.readers.areas import read_areas
from maligeo.readers.incident_frames import as_incidents
from maligeo.readers.incidents import read_incidents
from maligeo.readers.projects import load_projects, read_projects

UNITS = maligeo.load_boundaries()
TABLES = (".csv", ".xlsx", ".parquet")
LAYERS = (".gpkg", ".geojson", ".shp.zip", ".zip")


def written(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix in TABLES and not path.name.startswith("geo"):
        return maligeo.write_table(frame, path, audience="internal")
    return maligeo.write_layers({"records": frame}, path, audience="internal")


def require_same(before: pd.DataFrame, after: pd.DataFrame, columns: list[str]) -> None:
    frames = [pd.DataFrame(frame[columns]).astype("string") for frame in (before, after)]
    left, right = (frame.sort_values(columns[0], ignore_index=True) for frame in frames)
    pd.testing.assert_frame_equal(right, left)


def incidents() -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "event_id": ["a", "b", "c"], "date": ["2020-01-02", "2020-03-05", None],
            "date_precision": ["day", "month", None], "event_type": ["ied", "erw", "landmine"],
            "killed": pd.array([1, None, 0], dtype="Int64"),
            "adm1_name": ["Mopti", None, "Gao"], "adm2_name": ["Djenné", None, None],
            "lon": [-4.2, -3.0, None], "lat": [14.5, 16.8, None], "acteur": ["x", "y", "z"],
        }
    )  # fmt: skip
    return as_incidents(frame)


@pytest.mark.parametrize("suffix", [*TABLES, *LAYERS])
def test_incidents(tmp_path: Path, suffix: str) -> None:
    before = incidents()
    after = read_incidents(written(before, tmp_path / f"list{suffix}"))
    named = ["event_id", "date", "date_precision", "event_type", "killed", "location_precision"]
    require_same(before, after, [*named, "adm1_name", "adm2_name", "source"])
    places = [frame.set_index("event_id").geometry for frame in (before, after)]
    assert places[0].isna().tolist() == places[1].isna().tolist()
    assert places[0].dropna().geom_equals_exact(places[1].dropna(), 1e-6).all()


@pytest.mark.parametrize("suffix", [*TABLES, *LAYERS])
def test_located_incidents_are_counted_as_before(tmp_path: Path, suffix: str) -> None:
    before = maligeo.locate(incidents(), UNITS)
    after = maligeo.locate(read_incidents(written(before, tmp_path / f"list{suffix}")), UNITS)
    require_same(before, after, ["event_id", "adm1_pcode", "place_kind"])


@pytest.mark.parametrize("suffix", LAYERS)
def test_areas(tmp_path: Path, suffix: str) -> None:
    land = gpd.GeoDataFrame(
        {
            "area_id": ["p", "q"], "status": ["cleared", "suspected"],
            "end_date": ["2020-05-01", None],
        },
        geometry=[box(-4.21, 14.49, -4.2, 14.5), box(-3.01, 16.79, -3.0, 16.8)], crs="EPSG:4326",
    )  # fmt: skip
    before = maligeo.as_areas(land)
    after = read_areas(written(before, tmp_path / f"land{suffix}"))
    require_same(before, after, ["area_id", "status", "end_date"])
    assert after["computed_area_sqm"].tolist() == pytest.approx(
        before["computed_area_sqm"].tolist(), rel=1e-6
    )


@pytest.mark.parametrize("suffix", [*TABLES, ".gpkg"])
def test_projects(tmp_path: Path, suffix: str) -> None:
    before = load_projects()
    after = read_projects(written(before, tmp_path / f"list{suffix}"))
    assert len(after) == len(before)
    for name in ("project_id", "project_count", "start_date", "place", "place_level", "adm1_name"):
        ours, theirs = (
            sorted(frame[name].astype("string").fillna("")) for frame in (before, after)
        )
        assert theirs == ours, name


def test_a_sheet_of_notes_is_no_second_table(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with pd.ExcelWriter(path) as book:
        frame = pd.DataFrame(incidents()).drop(columns="geometry")
        frame.to_excel(book, sheet_name="2020", index=False)
        pd.DataFrame({"Remarques": ["provisoire"]}).to_excel(book, sheet_name="Notes", index=False)
    assert len(read_incidents(path)) == 3


def test_a_point_without_coordinates_is_no_position_anywhere(tmp_path: Path) -> None:
    points = gpd.GeoDataFrame(
        {"event_id": ["a", "b"], "event_type": "ied", "date": pd.Timestamp("2020-01-01")},
        geometry=[from_wkt("POINT (NaN NaN)"), Point(-4.2, 14.5)], crs="EPSG:4326",
    )  # fmt: skip
    assert maligeo.locate(points, UNITS)["place_kind"].tolist() == ["unattributed", "unit"]
    path = written(points, tmp_path / "list.gpkg")
    assert read_incidents(path).geometry.isna().tolist() == [True, False]
    tiles = maligeo.vector_tiles({"points": points}, tmp_path / "t.mbtiles", audience="internal")
    assert tiles is not None
