import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from maligeo.core.crs import area_sqkm
from maligeo.core.errors import ArgumentError, CrsError, FrameError
from maligeo.join.shares import allocate
from tests import worlds

UNITS = worlds.square_units()
NAN = np.nan


def areas(*shapes: object, status: str = "cleared", **extra: object) -> gpd.GeoDataFrame:
    frame = {"area_id": [f"a{at}" for at in range(len(shapes))], "status": status} | extra
    return gpd.GeoDataFrame(frame, geometry=list(shapes), crs="EPSG:4326")


def sqm(*shapes: object) -> np.ndarray:
    return area_sqkm(gpd.GeoSeries(list(shapes), crs="EPSG:4326")) * 1e6


def repaired(shape: Polygon) -> object:
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


def test_an_area_over_two_units_and_beyond() -> None:
    parts = [box(0.9, 0.9, 1, 1), box(1, 0.9, 1.2, 1), box(0.9, 1, 1.2, 1.3)]
    shares = allocate(areas(box(0.9, 0.9, 1.2, 1.3)), UNITS, by="area")
    assert shares["place_kind"].tolist() == ["unit", "unit", "outside"]
    assert shares["pcode"].fillna("-").tolist() == ["ZZ01", "ZZ02", "-"]
    np.testing.assert_allclose(shares["area_sqm"].astype(float), sqm(*parts), rtol=1e-9)
    np.testing.assert_allclose(
        shares["share"].astype(float), sqm(*parts) / sqm(*parts).sum(), rtol=1e-9
    )
    assert set(shares["share_by"]) == {"area"}


def test_passes_of_one_status_count_once_those_of_another_apart() -> None:
    ground = box(0.1, 0.1, 0.2, 0.2)
    frame = pd.concat([areas(ground, ground), areas(ground, status="reduced")], ignore_index=True)
    frame["area_id"] = ["first", "again", "other"]
    shares = allocate(frame, UNITS, by="area").set_index("area_id")
    whole = sqm(ground)[0]
    assert shares["area_sqm"].tolist() == pytest.approx([whole] * 3)
    assert shares["net_area_sqm"].tolist() == pytest.approx([whole, 0, whole])
    assert shares.loc["again", "allocate_note"] == "same polygon as first"


def test_the_earlier_pass_has_the_ground() -> None:
    frame = areas(
        box(0.1, 0.1, 0.3, 0.2), box(0.2, 0.1, 0.4, 0.2), end_date=["2020-05-01", "2019-05-01"]
    )
    shares = allocate(frame, UNITS, by="area").set_index("area_id")
    assert shares.loc["a1", "net_area_sqm"] == pytest.approx(sqm(box(0.2, 0.1, 0.4, 0.2))[0])
    assert shares.loc["a0", "net_area_sqm"] == pytest.approx(sqm(box(0.1, 0.1, 0.2, 0.2))[0])


def test_a_crossing_outline_is_repaired_and_told() -> None:
    bow = Polygon([(0.1, 0.1), (0.3, 0.3), (0.3, 0.1), (0.1, 0.3)])
    shares = allocate(areas(bow), UNITS, by="area")
    assert "crosses" in shares["allocate_note"].iloc[0]
    assert shares["area_sqm"].iloc[0] == pytest.approx(sqm(repaired(bow))[0])


def test_ground_walked_round_twice_counts_once() -> None:
    corners = [(0.1, 0.1), (0.2, 0.1), (0.2, 0.2), (0.1, 0.2)]
    shares = allocate(areas(Polygon(corners * 2)), UNITS, by="area")
    assert shares["area_sqm"].tolist() == pytest.approx([sqm(Polygon(corners))[0]])


@pytest.mark.parametrize(
    "shape",
    [None, Polygon(), Polygon([(0, 0), (1, 1), (0, 0)]), shapely.LineString([(0, 0), (1, 1)])],
)
def test_no_polygon_is_a_visible_row(shape: object) -> None:
    shares = allocate(areas(shape, box(0.1, 0.1, 0.2, 0.2)), UNITS, by="area")
    assert shares["area_id"].tolist() == ["a0", "a1"]
    assert shares["place_kind"].tolist() == ["unattributed", "unit"]
    assert pd.isna(shares["area_sqm"].iloc[0])
    assert "no polygon" in shares["allocate_note"].iloc[0]
    assert shares["share"].tolist() == [1, 1]


def test_wholly_outside_is_a_visible_row() -> None:
    shares = allocate(areas(box(50, 50, 51, 51)), UNITS, by="area")
    assert shares["place_kind"].tolist() == ["outside"]


def test_overlapping_units_give_the_ground_to_the_first() -> None:
    units = UNITS.assign(geometry=[box(0, 0, 1, 1), box(0.5, 0, 2, 1)]).set_crs("EPSG:4326")
    shares = allocate(areas(box(0.4, 0.1, 1.4, 0.2)), units, by="area").set_index("pcode")
    assert shares.loc["ZZ01", "area_sqm"] == pytest.approx(sqm(box(0.4, 0.1, 1, 0.2))[0])
    assert shares.loc["ZZ02", "area_sqm"] == pytest.approx(sqm(box(1, 0.1, 1.4, 0.2))[0])


def test_declared_areas_are_kept_beside_the_computed() -> None:
    frame = areas(box(0.1, 0.1, 0.2, 0.2), declared_area_sqm=[123.0])
    shares = allocate(frame, UNITS, by="area")
    assert shares["declared_area_sqm"].tolist() == [123.0]
    assert shares["computed_area_sqm"].iloc[0] == pytest.approx(sqm(box(0.1, 0.1, 0.2, 0.2))[0])


def test_no_areas_give_no_rows() -> None:
    empty = areas(box(0, 0, 1, 1)).iloc[:0]
    shares = allocate(empty, UNITS, by="area")
    assert shares.empty
    assert "net_area_sqm" in shares.columns


def test_areas_of_any_stated_crs_are_converted() -> None:
    frame = areas(box(0, 0, 0.01, 0.01))
    there = allocate(frame.to_crs("EPSG:32630"), UNITS, by="area")
    same = allocate(frame, UNITS, by="area")
    assert there["pcode"].tolist() == same["pcode"].tolist()
    assert there["area_sqm"].to_numpy() == pytest.approx(same["area_sqm"].to_numpy(), rel=1e-6)


def test_what_does_not_suit_is_refused() -> None:
    frame = areas(box(0, 0, 1, 1))
    with pytest.raises(ArgumentError, match="by area"):
        allocate(frame, UNITS, by="population")
    with pytest.raises(CrsError, match="areas"):
        allocate(frame.set_crs(None, allow_override=True), UNITS, by="area")
    with pytest.raises(FrameError, match="status"):
        allocate(frame.drop(columns="status"), UNITS, by="area")


def wobbly(lon: float, lat: float, radii: list[float]) -> Polygon:
    """A star of any form round a point; it may cross itself."""
    angles = np.linspace(0, 4 * np.pi, len(radii), endpoint=False)
    return Polygon(np.c_[lon + np.cos(angles) * radii, lat + np.sin(angles) * radii])


stars = st.builds(
    wobbly,
    st.floats(-0.5, 2.5),
    st.floats(-0.5, 1.5),
    st.lists(st.floats(0.01, 0.6), min_size=5, max_size=12),
)
shapes = st.one_of(stars, st.lists(stars, min_size=2, max_size=3).map(MultiPolygon))


@settings(deadline=None, max_examples=60)
@given(st.lists(shapes, min_size=1, max_size=6), st.data())
def test_totals_are_conserved(drawn: list[Polygon], data: st.DataObject) -> None:
    frame = areas(*drawn)
    frame["status"] = data.draw(
        st.lists(st.sampled_from(["cleared", "reduced"]), min_size=len(drawn), max_size=len(drawn))
    )
    table = allocate(frame, UNITS, by="area")
    assert set(table["area_id"]) == set(frame["area_id"])
    np.testing.assert_allclose(table.groupby("area_id")["share"].sum().astype(float), 1, atol=1e-9)
    valid = np.array([repaired(shape) for shape in drawn])
    by_area = table.groupby("area_id", sort=False)["area_sqm"].sum().astype(float)
    np.testing.assert_allclose(by_area, sqm(*valid), rtol=1e-8)
    for status, net in table.groupby("status")["net_area_sqm"].sum().items():
        ground = shapely.union_all(valid[(frame["status"] == status).to_numpy()])
        assert float(net) == pytest.approx(sqm(ground)[0], rel=1e-8)
