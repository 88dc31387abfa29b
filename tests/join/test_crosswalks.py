import math
import os
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from maligeo import catalog
from maligeo.core.errors import ArgumentError, CrsError, FrameError, UnknownNameError, VintageError
from maligeo.join.dissolve import dissolve_cercles
from maligeo.join.divisions import crosswalk
from maligeo.measure.densities import density
from maligeo.measure.divisions import convert
from maligeo.measure.populations import population
from maligeo.readers.boundaries import load_boundaries, read_boundaries
from tests import worlds
from tests.rasters import write_raster


@pytest.mark.parametrize(
    ("newer", "older", "rows"), [("2023", "2015", 20), ("2016", "2015", 11), ("2023", "2016", 20)]
)
def test_every_newer_unit_goes_whole_into_one_older(newer: str, older: str, rows: int) -> None:
    weights = crosswalk(newer, older)
    assert len(weights) == rows
    assert weights["from_name"].is_unique
    assert (weights["weight"] == 1.0).all()
    units = catalog.load_table("reference", "units")
    assert set(weights["to_name"]) <= set(units.loc[units["vintage"] == older, "name"])


def test_going_back_in_two_steps_equals_one() -> None:
    direct = crosswalk("2023", "2015").set_index("from_name")["to_name"]
    first = crosswalk("2023", "2016").set_index("from_name")["to_name"]
    second = crosswalk("2016", "2015").set_index("from_name")["to_name"]
    assert first.map(second).to_dict() == direct.to_dict()


def test_the_sums_that_a_law_made_approximate_are_marked() -> None:
    weights = crosswalk("2023", "2015")
    inexact = set(weights.loc[~weights["exact"], "to_name"])
    assert inexact == {"Bamako", "Koulikoro", "Sikasso"}
    assert crosswalk("2016", "2015")["exact"].all()


def test_only_back_in_time_and_between_known_vintages() -> None:
    with pytest.raises(ArgumentError, match="not from 2015 to 2023"):
        crosswalk("2015", "2023")
    with pytest.raises(UnknownNameError, match="'1999' is not known; there is 2015, 2016, 2023"):
        crosswalk("1999", "2015")


class TestPopulation:
    def test_the_census_of_2022_adds_up_to_the_regions_of_2015(self) -> None:
        people = population(load_boundaries()).set_index("name")
        assert people.loc["Kayes", "population"] == 1_840_329 + 678_061 + 681_671
        assert people.loc["Gao", "population"] == 727_517 + 318_876
        assert people["population"].sum() == 22_395_490
        assert set(people["population_year"]) == {2022}

    def test_approximate_sums_say_so(self) -> None:
        people = population(load_boundaries()).set_index("name")
        marked = set(people.index[people["note"].notna()])
        assert marked == {"Bamako", "Koulikoro", "Sikasso"}

    def test_the_census_of_2009_is_in_the_units_of_2015(self) -> None:
        people = population(load_boundaries(), year=2009)
        assert people["population"].sum() == 14_528_662
        assert people["note"].isna().all()

    def test_what_no_census_reaches_is_refused(self) -> None:
        units = load_boundaries()
        with pytest.raises(UnknownNameError, match="of the people of 1998: there is 2009 to 2032"):
            population(units, year=1998)
        with pytest.raises(UnknownNameError, match="no figure for: Utopia"):
            population(units.assign(name=["Utopia", *units["name"][1:]]))
        with pytest.raises(VintageError, match="2015 and 2016"):
            population(units.assign(vintage=["2016"] + ["2015"] * 8))


def regions(vintage: str) -> gpd.GeoDataFrame:
    """The units of a vintage as squares in a row, with the areas that nesting gives them."""
    units = catalog.load_table("reference", "units")
    units = units[units["vintage"] == vintage].reset_index(drop=True)
    squares = [box(at, 0, at + 1, 1) for at in range(len(units))]
    frame = gpd.GeoDataFrame(
        units[["vintage", "level", "pcode", "name"]], geometry=squares, crs=4326
    )
    return frame.assign(area_sqkm=100.0)


def layer(vintage: str, *edges: float) -> gpd.GeoDataFrame:
    """Strips between edges, one degree high."""
    strips = [box(left, 0, right, 1) for left, right in pairwise(edges)]
    codes = [f"{vintage}-{at}" for at in range(len(strips))]
    return gpd.GeoDataFrame(
        {"vintage": vintage, "level": 1, "pcode": codes, "name": codes, "area_sqkm": 1.0},
        geometry=strips, crs=4326,
    )  # fmt: skip


class TestDownwards:
    def test_by_the_census_of_the_parts(self) -> None:
        weights = crosswalk("2015", "2016", method="population")
        gao = weights[weights["from_name"] == "Gao"].set_index("to_name")["weight"]
        assert gao["Ménaka"] == pytest.approx(318_876 / (318_876 + 727_517))
        torn = set(weights.loc[~weights["exact"], "from_name"])
        assert torn == {"Gao", "Tombouctou"}
        assert set(weights.loc[~weights["exact"], "note"]) == {
            "divided among several units: approximate"
        }

    def test_shares_of_a_unit_add_up_to_one(self) -> None:
        for old, new in (("2015", "2016"), ("2015", "2023"), ("2016", "2023")):
            weights = crosswalk(old, new, method="population")
            sums = weights.groupby("from_name")["weight"].sum()
            np.testing.assert_allclose(sums, 1.0, rtol=1e-12)

    def test_a_way_has_to_be_said(self) -> None:
        with pytest.raises(ArgumentError, match="method population"):
            crosswalk("2015", "2023", method="area")
        with pytest.raises(ArgumentError, match="method 'guess' is not known"):
            crosswalk("2015", "2023", method="guess")


class TestLayers:
    def test_nesting_layers_need_no_method_and_are_exact(self) -> None:
        weights = crosswalk(layer("new", 0, 1, 2, 4), layer("old", 0, 2, 4))
        assert weights["to_pcode"].tolist() == ["old-0", "old-0", "old-1"]
        assert (weights["weight"] == 1).all()
        assert weights["exact"].all()
        assert set(weights["method"]) == {"nesting"}

    def test_by_area_and_what_lies_outside(self) -> None:
        weights = crosswalk(layer("a", 0, 2, 4), layer("b", 0, 1, 3), method="area")
        rows = weights[["from_pcode", "to_pcode", "weight"]].fillna("none").to_numpy().tolist()
        assert [row[:2] for row in rows] == [
            ["a-0", "b-0"], ["a-0", "b-1"], ["a-1", "b-1"], ["a-1", "none"],
        ]  # fmt: skip
        assert [row[2] for row in rows] == pytest.approx([0.5] * 4, rel=1e-9)
        assert not weights["exact"].any()
        with pytest.raises(ArgumentError, match="2 units do not lie in one unit"):
            crosswalk(layer("a", 0, 2, 4), layer("b", 0, 1, 3))

    def test_by_the_people_of_a_raster(self, tmp_path: Path) -> None:
        people = write_raster(tmp_path / "people.tif", [[30, 10, 0, 0]], west=0, north=1, step=1)
        weights = crosswalk(
            layer("a", 0, 2, 4),
            layer("b", 0, 1, 4),
            method="population",
            raster=people,
            kind="count",
        )
        shares = weights.set_index(["from_pcode", "to_pcode"])["weight"]
        assert shares["a-0", "b-0"] == pytest.approx(0.75)
        assert shares["a-0", "b-1"] == pytest.approx(0.25)
        assert shares["a-1", "b-1"] == 1
        with pytest.raises(ArgumentError, match="needs a raster"):
            crosswalk(layer("a", 0, 2), layer("b", 0, 1, 4), method="population")

    def test_where_nobody_lives_the_area_decides_and_says_so(self, tmp_path: Path) -> None:
        people = write_raster(tmp_path / "people.tif", [[0, 0]], west=0, north=1, step=1)
        weights = crosswalk(
            layer("a", 0, 2), layer("b", 0, 1, 2), method="population", raster=people, kind="count"
        )
        assert weights["weight"].tolist() == pytest.approx([0.5, 0.5])
        assert weights["note"].str.contains("nobody").all()

    def test_layers_and_vintages_do_not_mix(self) -> None:
        with pytest.raises(ArgumentError, match="not mixed"):
            crosswalk("2015", layer("b", 0, 1))
        with pytest.raises(CrsError, match="origin"):
            crosswalk(layer("a", 0, 1).to_crs(6933), layer("b", 0, 1))


def incidents_of(units: gpd.GeoDataFrame, counts: list[float | None]) -> pd.DataFrame:
    rows = [
        {"unit": name, "value": pd.NA if count is None else count, "vintage": units["vintage"][0]}
        for name, count in zip(units["name"], counts, strict=True)
    ]
    total = sum(count for count in counts if count) + 5
    figures = worlds.figures(*rows, {"value": total, "vintage": units["vintage"][0]})
    census = population(units)
    return density(figures, units, measure="incidents", population=census)


def by_name(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index(table["name"].fillna(table["place_kind"]))


COUNTS = st.lists(st.integers(0, 400), min_size=20, max_size=20)


@settings(max_examples=10, deadline=None)
@given(COUNTS)
def test_a_chain_of_conversions_equals_the_direct_one(counts: list[float | None]) -> None:
    newest = incidents_of(regions("2023"), counts)
    direct = convert(newest, crosswalk("2023", "2015"))
    middle = convert(newest, crosswalk("2023", "2016"))
    chain = convert(middle, crosswalk("2016", "2015"))
    for table in (middle, direct, chain):
        assert math.fsum(table["count"]) == pytest.approx(math.fsum(newest["count"]), abs=1e-9)
        assert table["population"].sum() == newest["population"].sum() == 22_395_490
        assert table["area_sqkm"].sum() == newest["area_sqkm"].sum()
    pd.testing.assert_frame_equal(chain, direct)
    assert chain.to_csv() == direct.to_csv()


@settings(max_examples=10, deadline=None)
@given(COUNTS, st.randoms(use_true_random=False))
def test_there_and_back_keeps_the_total(counts: list[float | None], dice: object) -> None:
    newest = incidents_of(regions("2023"), counts)
    weights = crosswalk("2015", "2023", method="population")
    back = convert(convert(newest, crosswalk("2023", "2015")), weights)
    assert math.fsum(back["count"]) == pytest.approx(math.fsum(newest["count"]), rel=1e-12)
    order = list(range(len(newest)))
    dice.shuffle(order)  # type: ignore[attr-defined]
    shuffled = convert(newest.iloc[order], crosswalk("2023", "2015").iloc[::-1])
    assert shuffled.to_csv() == convert(newest, crosswalk("2023", "2015")).to_csv()


class TestConvert:
    def test_sums_rates_and_marks(self) -> None:
        counts: list[float | None] = [1.0] * 20
        table = by_name(convert(incidents_of(regions("2023"), counts), crosswalk("2023", "2015")))
        assert table.loc["Mopti", "count"] == 3
        assert table.loc["Mopti", "population"] == 935_579 + 170_189 + 868_916
        assert table.loc["Mopti", "per_1000_sqkm"] == pytest.approx(3 / 300 * 1000)
        assert table.loc["Mopti", "per_100k"] == pytest.approx(
            3 / (935_579 + 170_189 + 868_916) * 1e5 * 365.25 / 365
        )
        assert table.loc["unattributed", "count"] == 5
        marked = table.index[table["note"].str.contains("approximate: the units", na=False)]
        assert set(marked) == {"Bamako", "Koulikoro", "Sikasso"}
        assert table["vintage"].unique().tolist() == ["2015"]

    def test_a_part_that_is_not_known_makes_a_lower_bound(self) -> None:
        counts: list[float | None] = [1.0] * 20
        counts[9] = None  # Ménaka
        table = by_name(convert(incidents_of(regions("2023"), counts), crosswalk("2023", "2015")))
        assert table.loc["Gao", "count"] == 1
        assert pd.isna(table.loc["Gao", "count_high"])
        assert pd.isna(table.loc["Gao", "ci_low"])
        assert "at least: no value for Ménaka" in table.loc["Gao", "note"]

    def test_what_leaves_all_units_is_outside(self) -> None:
        units = layer("a", 0, 2, 4)
        figures = worlds.figures(
            {"unit": "a-0", "value": 8, "vintage": "a"}, {"unit": "a-1", "value": 4, "vintage": "a"}
        )
        table = density(figures, units, measure="incidents")
        weights = crosswalk(units, layer("b", 0, 1, 3), method="area")
        found = by_name(convert(table, weights))
        assert found.loc["outside", "count"] == pytest.approx(2)
        assert found["count"].sum() == pytest.approx(12)
        assert set(found.loc[["b-0", "b-1"], "basis"]) == {"derived"}
        assert found["ci_low"].isna().all()

    def test_people_go_over_too(self) -> None:
        people = population(regions("2023"))
        old = convert(people, crosswalk("2023", "2015")).set_index("name")
        expected = population(load_boundaries()).set_index("name")["population"]
        assert old["population"].to_dict() == expected.to_dict()
        assert "approximate" in old.loc["Koulikoro", "note"]

    def test_what_cannot_be_carried_over_is_refused(self) -> None:
        table = incidents_of(regions("2023"), [1.0] * 20)
        with pytest.raises(VintageError, match="of vintage 2023 and the weights lead from 2016"):
            convert(table, crosswalk("2016", "2015"))
        with pytest.raises(ArgumentError, match="projects count once in each unit"):
            convert(table.assign(measure="projects"), crosswalk("2023", "2015"))
        with pytest.raises(FrameError, match="is no unit"):
            convert(table.replace("Nara", "Narnia").assign(pcode=pd.NA), crosswalk("2023", "2015"))


def cercles() -> gpd.GeoDataFrame:
    """The fifty cercles of 2015 as unit squares in a row, under their names without accents."""
    table = catalog.load_table("reference", "cercles_2015")
    squares = [box(at, 0, at + 1, 1) for at in range(len(table))]
    return gpd.GeoDataFrame(
        {"vintage": "2015", "pcode": table["pcode"], "name": table["name"]},
        geometry=squares, crs=4326,
    )  # fmt: skip


class TestDissolving:
    def test_every_region_of_2015_is_made_of_whole_cercles(self) -> None:
        made = dissolve_cercles(cercles(), "2015")
        assert made["name"].tolist() == load_boundaries()["name"].tolist()
        total = shapely.area(made.geometry.array).sum()
        assert total == pytest.approx(50)

    def test_split_cercles_are_refused_with_the_regions_that_have_a_piece(self) -> None:
        with pytest.raises(ArgumentError, match=r"Tombouctou has a piece.*Taoudénit"):
            dissolve_cercles(cercles(), "2016")
        with pytest.raises(ArgumentError, match="Bougouni has a piece of the cercle of Kati"):
            dissolve_cercles(cercles(), "2023", regions=["Kita", "Bougouni"])

    def test_the_order_and_the_names_of_the_cercles_do_not_matter(self) -> None:
        wanted = ["Menaka", "BANDIAGARA"]
        first = dissolve_cercles(cercles(), "2023", regions=wanted)
        bare = cercles().assign(pcode=[f"x{at}" for at in range(50)]).iloc[::-1]
        second = dissolve_cercles(bare, "2023", regions=wanted)
        assert first["name"].tolist() == ["Ménaka", "Bandiagara"]
        assert shapely.equals(first.geometry.array, second.geometry.array).all()

    def test_a_finer_layer_says_where_the_pieces_went(self) -> None:
        whole = cercles()
        split = whole[whole["pcode"] == "ML0601"]
        left, _, right, _ = split.total_bounds
        middle = (left + right) / 2
        parts = gpd.GeoDataFrame(
            {"parent_pcode": "ML0601", "region": ["Tombouctou", "Taoudénit"]},
            geometry=[box(left, 0, middle, 1), box(middle, 0, right, 1)], crs=4326,
        )  # fmt: skip
        made = dissolve_cercles(whole, "2016", parts=parts).set_index("name")
        assert made.loc["Taoudénit", "geometry"].area == pytest.approx(0.5)
        assert made.loc["Tombouctou", "geometry"].area == pytest.approx(4.5)
        with pytest.raises(FrameError, match="not made up by the parts"):
            dissolve_cercles(whole, "2016", parts=parts.iloc[:1])
        with pytest.raises(FrameError, match="is none of Tombouctou, Taoudénit"):
            dissolve_cercles(whole, "2016", parts=parts.assign(region="Gao"))

    def test_cercles_that_are_missing_or_unknown_are_all_named(self) -> None:
        odd = (
            cercles()
            .iloc[1:]
            .replace({"pcode": {"ML0102": "??"}, "name": {"Bafoulabé": "Nowhere"}})
        )
        with pytest.raises(FrameError, match=r"(?s)no cercle of 2015.*'Kayes'.*'Bafoulabé'"):
            dissolve_cercles(odd, "2023", regions=["Gao"])
        with pytest.raises(VintageError, match="must be of 2015"):
            dissolve_cercles(cercles().assign(vintage="2023"), "2023")
        with pytest.raises(UnknownNameError, match="Atlantis"):
            dissolve_cercles(cercles(), "2023", regions=["Atlantis"])


@pytest.fixture(scope="module")
def official() -> gpd.GeoDataFrame:
    folder = Path(os.environ["MALIGEO_REALDATA"]) / "cod-ab-2015"
    return read_boundaries(folder / "mli_admbnda_adm2_gov_ocha_itos.shp", level=2)


@pytest.mark.skipif("MALIGEO_REALDATA" not in os.environ, reason="MALIGEO_REALDATA is not set")
class TestRealCercles:
    def test_menaka_is_its_cercle_and_bandiagara_three(self, official: gpd.GeoDataFrame) -> None:
        made = dissolve_cercles(official, "2023", regions=["Ménaka", "Bandiagara"])
        outline = made.set_index("name")["geometry"]
        by_code = official.set_index("pcode")["geometry"]
        assert outline["Ménaka"].equals(by_code["ML0704"])
        three = by_code[["ML0502", "ML0503", "ML0507"]]
        gap = outline["Bandiagara"].symmetric_difference(shapely.union_all(three.array))
        assert gap.area == 0
        areas = official.set_index("pcode")["area_sqkm"]
        made_areas = made.set_index("name")["area_sqkm"]
        assert made_areas["Ménaka"] == areas["ML0704"]
        whole = areas[["ML0502", "ML0503", "ML0507"]].sum()
        assert made_areas["Bandiagara"] == pytest.approx(whole, rel=1e-6)

    def test_taoudenit_is_refused(self, official: gpd.GeoDataFrame) -> None:
        for vintage in ("2016", "2023"):
            with pytest.raises(ArgumentError, match="Taoudénit has a piece of the cercle"):
                dissolve_cercles(official, vintage, regions=["Taoudénit"])

    def test_cercles_nest_in_their_own_regions(self, official: gpd.GeoDataFrame) -> None:
        old = dissolve_cercles(official, "2015")
        weights = crosswalk(official, old)
        assert weights["exact"].all()
        assert len(weights) == 50
