from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from maligeo.core.errors import ArgumentError, CrsError, GeometryError
from maligeo.join.points import Locator, locate, locate_summary
from maligeo.join.results import OUTSIDE, TOO_COARSE
from tests import worlds

UNITS = worlds.square_units()
COMMUNES = worlds.communes()


def points(*positions: object, **columns: object) -> gpd.GeoDataFrame:
    shapes = [Point(at) if isinstance(at, tuple) else at for at in positions]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326", index=range(len(shapes)))


def listed(values: pd.Series) -> list[Any]:
    return values.astype("object").where(values.notna(), None).tolist()


class TestPoints:
    def test_inside_border_and_outside(self) -> None:
        records = points((0.5, 0.5), (1.0, 0.5), (1.5, 0.0), (5, 5), None, Point())
        located = locate(records, UNITS)
        assert listed(located["adm1_pcode"]) == ["ZZ01", "ZZ01", "ZZ02", None, None, None]
        assert listed(located["locate_method"]) == [
            "inside", "border", "border", "none", "none", "none",
        ]  # fmt: skip
        assert listed(located["place_kind"]) == [
            "unit", "unit", "unit", "outside", "unattributed", "unattributed",
        ]  # fmt: skip
        assert listed(located["locate_distance_m"]) == [0, 0, 0, None, None, None]
        assert located["locate_note"].iloc[3] == OUTSIDE

    def test_columns_lon_and_lat_do_as_well(self) -> None:
        table = pd.DataFrame({"lon": [0.5, 1.5, None, np.inf], "lat": [0.5, 0.5, 1.0, 0.5]})
        located = locate(table, UNITS)
        assert listed(located["adm1_name"]) == ["Alpha", "Béta-Sud", None, None]
        assert type(located) is pd.DataFrame

    def test_a_frame_keeps_its_kind_order_index_and_columns(self) -> None:
        records = points((1.5, 0.5), (0.5, 0.5), name=["x", "y"]).set_index(pd.Index([9, 4]))
        located = locate(records, UNITS)
        assert isinstance(located, gpd.GeoDataFrame)
        assert located.index.tolist() == [9, 4]
        assert located["name"].tolist() == ["x", "y"]
        assert "vintage" not in records.columns

    def test_a_point_just_outside_goes_to_the_nearest_with_its_distance(self) -> None:
        located = locate(points((2.001, 0.5), (3, 0.5)), UNITS, nearest_m=500)
        assert listed(located["adm1_name"]) == ["Béta-Sud", None]
        assert listed(located["locate_method"]) == ["nearest", "none"]
        assert located["locate_distance_m"].iloc[0] == pytest.approx(111.3, abs=0.1)
        assert listed(located["place_kind"]) == ["unit", "outside"]

    def test_a_locator_serves_for_several_pieces(self) -> None:
        locator = Locator(UNITS)
        for x, name in ((0.5, "Alpha"), (1.5, "Béta-Sud")):
            assert listed(locator.locate(points((x, 0.5)))["adm1_name"]) == [name]

    def test_what_is_no_point_is_refused(self) -> None:
        with pytest.raises(GeometryError, match=r"must be points: 1 are not \(row 1 is a LineStr"):
            locate(points((0, 0), LineString([(0, 0), (1, 1)])), UNITS)

    def test_a_point_without_coordinates_is_no_position(self) -> None:
        shapes = gpd.points_from_xy([0.5, None], [0.5, None])
        located = locate(gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4326"), UNITS)
        assert listed(located["place_kind"]) == ["unit", "unattributed"]

    def test_any_stated_crs_is_converted(self) -> None:
        records = points((-0.5, 0.5), (0.5, 0.5), None, Point(), killed=[1, 2, 3, 4])
        records.attrs["of"] = "a list"
        located = locate(records.to_crs("EPSG:32630"), UNITS)
        assert located["killed"].tolist() == [1, 2, 3, 4]
        assert listed(located["place_kind"]) == listed(locate(records, UNITS)["place_kind"])
        assert located.crs == records.crs
        assert located.attrs["of"] == "a list"
        assert located.geometry.iloc[1].distance(Point(0.5, 0.5)) < 1e-8

    def test_an_unstated_crs_is_refused(self) -> None:
        with pytest.raises(CrsError, match="records"):
            locate(points((0, 0)).set_crs(None, allow_override=True), UNITS)
        with pytest.raises(CrsError, match="units"):
            locate(points((0, 0)), UNITS.to_crs("EPSG:32630"))

    def test_a_point_that_fits_when_swapped_is_told_and_not_moved(self) -> None:
        regions = UNITS.assign(geometry=UNITS.translate(0, 14)).set_crs("EPSG:4326")
        located = locate(points((14.5, 0.5), (0.5, 14.5), (40, 40)), regions)
        assert listed(located["place_kind"]) == ["outside", "unit", "outside"]
        assert listed(located["locate_note"]) == [
            "outside all units, but inside with longitude and latitude swapped",
            None,
            "outside all units",
        ]
        assert located.attrs["locate"]["outside"] == 2

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.floats(-1, 3), st.floats(-1, 2)), min_size=1, max_size=40))
    def test_positions_agree_with_a_plain_loop(self, drawn: list[tuple[float, float]]) -> None:
        located = locate(points(*drawn), UNITS)
        for at, name in zip(drawn, listed(located["adm1_name"]), strict=True):
            holding = [
                unit
                for unit, shape in zip(UNITS["name"], UNITS.geometry, strict=True)
                if shapely.intersects(shape, Point(at))
            ]
            assert name == (holding[0] if holding else None)


class TestPrecision:
    def test_what_is_too_coarse_is_not_placed_at_that_level(self) -> None:
        precision = ["exact", "near", "adm3", "adm2", "adm1", "country", None]
        records = points(*[(0.5, 14.5)] * 7, location_precision=precision)
        placed = locate(records, COMMUNES)["adm3_pcode"].notna().tolist()
        assert placed == [True, False, True, False, False, False, True]
        regions = UNITS.assign(geometry=UNITS.translate(0, 14)).set_crs("EPSG:4326")
        placed = locate(records, regions)["adm1_pcode"].notna().tolist()
        assert placed == [True, True, True, True, True, False, True]

    def test_too_coarse_is_told_apart_from_outside(self) -> None:
        records = points((0.5, 14.5), (0.5, 14.5), location_precision=["adm1", "country"])
        located = locate(records, COMMUNES)
        assert listed(located["locate_note"]) == [TOO_COARSE, TOO_COARSE]
        assert listed(located["place_kind"]) == ["unattributed", "countrywide"]

    def test_a_name_does_not_place_what_is_too_coarse(self) -> None:
        table = pd.DataFrame({"adm3_name": ["Koro"], "location_precision": ["adm1"]})
        assert listed(locate(table, COMMUNES)["adm3_name"]) == [None]


def named(**columns: list[Any]) -> pd.DataFrame:
    empty = {f"adm{level}_name": [None] * len(columns["adm3_name"]) for level in (1, 2, 3)}
    return pd.DataFrame(empty | columns)


class TestNames:
    def test_a_repeated_name_needs_its_cercle(self) -> None:
        records = named(
            adm2_name=[None, "Ménaka", "Cercle de Bourem", "Kita"], adm3_name=["Bamba"] * 4
        )
        located = locate(records, COMMUNES)
        assert listed(located["adm3_pcode"]) == [None, "ML070402", "ML070301", None]
        assert located["locate_note"].iloc[0] == (
            "'Bamba' is the name of 2 units: Gao / Bourem; Gao / Ménaka"
        )
        assert "no unit of the place that is reported above it" in located["locate_note"].iloc[3]

    def test_the_region_alone_may_settle_it(self) -> None:
        units = COMMUNES.assign(parent_pcode=[*COMMUNES["parent_pcode"][:3], "ML0101", "", ""])
        records = named(adm1_name=["Kayes", "GAO"], adm3_name=["Bamba", "Bamba"])
        assert listed(locate(records, units)["adm3_pcode"]) == ["ML070301", "ML070402"]

    def test_a_newer_region_above_a_commune(self) -> None:
        records = named(adm1_name=["Ménaka"], adm2_name=["Ménaka"], adm3_name=["TIDERMENE"])
        located = locate(records, COMMUNES)
        assert listed(located["adm3_name"]) == ["Tidermène"]
        assert "lies in Gao of 2015" in located["locate_note"].iloc[0]

    def test_an_unknown_place_above_is_not_guessed_over(self) -> None:
        located = locate(named(adm2_name=["Atlantis"], adm3_name=["Koro"]), COMMUNES)
        assert listed(located["adm3_name"]) == [None]

    def test_names_above_may_come_from_the_layer(self) -> None:
        units = COMMUNES.assign(
            vintage="2023", parent_pcode=None, adm1_name="Somewhere",
            adm2_name=["A", "A", "A", "B", "B", "B"],
        )  # fmt: skip
        records = named(adm2_name=["B"], adm3_name=["Bamba"])
        assert listed(locate(records, units)["adm3_pcode"]) == ["ML070301"]

    def test_a_misspelling_counts_only_when_asked_for(self) -> None:
        records = named(adm3_name=["Gounzoureï", "Gounzourey"])
        assert locate(records, COMMUNES)["adm3_name"].isna().all()
        located = locate(records, COMMUNES, min_score=85)
        assert listed(located["adm3_name"]) == ["Gounzoureye", "Gounzoureye"]
        assert listed(located["locate_method"]) == ["name", "name"]
        assert (located["locate_score"].between(85, 100, inclusive="left")).all()
        assert "'Gounzoureï' read as 'gounzoureye'" in located["locate_note"].iloc[0]

    @pytest.mark.parametrize(
        ("listed_name", "similar", "slip"), [("Koita", "Kita", "Kitta"), ("Bly", "Bla", "Blaa")]
    )
    def test_names_on_the_do_not_match_list_never_meet(
        self, listed_name: str, similar: str, slip: str
    ) -> None:
        unit = COMMUNES.iloc[:1].assign(name=similar)
        records = named(adm3_name=[listed_name, slip, similar])
        located = locate(records, unit, min_score=0)
        assert listed(located["adm3_name"]) == [None, similar, similar]

    def test_as_near_to_two_is_neither(self) -> None:
        units = COMMUNES.assign(name=["Kora", "Kore", "x", "y", "z", "w"])
        located = locate(named(adm3_name=["Kori"]), units, min_score=70)
        assert located["adm3_name"].isna().all()
        assert "as near to several" in located["locate_note"].iloc[0]

    @pytest.mark.parametrize("score", [-1, 101, np.nan])
    def test_a_score_lies_between_0_and_100(self, score: float) -> None:
        with pytest.raises(ArgumentError, match="between 0 and 100"):
            locate(named(adm3_name=["Koro"]), COMMUNES, min_score=score)


def test_label_and_point_that_disagree_are_reported() -> None:
    records = points(
        (0.5, 0.5), (0.5, 0.5), (0.5, 0.5), (0.5, 0.5), (9, 9),
        adm1_name=["Alfa", "Béta Sud", "Gamma", None, "Alpha"],
    )  # fmt: skip
    located = locate(records, UNITS)
    assert listed(located["locate_disagrees"]) == [False, True, None, None, None]
    assert listed(located["adm1_name"]) == ["Alpha"] * 4 + [None]
    assert listed(located["adm1_reported"]) == listed(records["adm1_name"])


def test_the_summary_counts_every_row_once() -> None:
    records = points(
        (0.5, 0.5), (1, 0.5), (2.001, 0.5), (9, 9), None, None, None, (0.5, 0.5),
        adm1_name=["Béta-Sud", None, None, None, "Alpha", "Beta Sut", "Nowhere", None],
        location_precision=["exact"] * 7 + ["country"],
    )  # fmt: skip
    located = locate(records, UNITS, nearest_m=1000, min_score=80)
    summary = locate_summary(located)
    assert summary == {
        "rows": 8, "inside": 1, "border": 1, "nearest": 1, "name": 1, "place": 0,
        "fuzzy": 1, "too_coarse": 1, "outside": 1, "unnamed": 1, "disagreeing": 1,
    }  # fmt: skip
    assert located.attrs["locate"] == summary


def test_located_points_can_be_counted_by_plain_pandas() -> None:
    located = locate(points((0.5, 0.5), (0.6, 0.5), (1.5, 0.5)), UNITS)
    assert located.groupby("adm1_name", observed=True).size().to_dict() == {
        "Alpha": 2, "Béta-Sud": 1,
    }  # fmt: skip
