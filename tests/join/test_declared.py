"""Areas without an outline in their units: counted whole, as declared, and none lost."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maligeo.core.crs import area_sqkm
from maligeo.core.errors import FrameError
from maligeo.disclosure import release, require_released
from maligeo.join.divisions import crosswalk
from maligeo.join.points import Locator
from maligeo.join.shares import allocate
from maligeo.measure.counts import DECLARED_ALONE, PARTLY_DECLARED
from maligeo.measure.densities import density
from maligeo.measure.divisions import convert
from maligeo.measure.unplaced import NO_DATE, NO_PLACE
from maligeo.readers.areas import as_areas
from maligeo.readers.boundaries import load_boundaries
from maligeo.workflows.study import study

UNITS = load_boundaries()
IN_MOPTI = shapely.box(-4.2, 14.5, -4.199, 14.501)  # about 107 m by 111 m
STATUSES = ("suspected", "confirmed", "cancelled", "reduced", "cleared")


def land(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    """Areas as readers give them; what a row does not say is missing."""
    blank: dict[str, object] = {"status": "cleared", "declared_area_sqm": None, "geometry": None}
    names = ("adm1_name", "adm2_name", "adm3_name", "place_lon", "place_lat", "end_date")
    made = [
        {**dict.fromkeys(names), **blank, "area_id": f"a{at}", **row} for at, row in enumerate(rows)
    ]
    frame = pd.DataFrame(made)
    frame["end_date"] = pd.to_datetime(frame["end_date"])
    numbers = dict.fromkeys(("declared_area_sqm", "place_lon", "place_lat"), "Float64")
    return gpd.GeoDataFrame(frame.astype(numbers), geometry="geometry", crs="EPSG:4326")


MIXED = land(
    {"geometry": IN_MOPTI, "declared_area_sqm": 99.0, "end_date": "2021-03-01"},
    {"adm1_name": "Mopti", "declared_area_sqm": 1000.0, "end_date": "2021-05-01"},
    {"adm2_name": "Ansongo", "declared_area_sqm": 300.0, "end_date": "2021-05-01"},
    {"place_lon": -4.2, "place_lat": 14.5, "declared_area_sqm": 20.0, "status": "suspected"},
    {"place_lon": 20.0, "place_lat": 14.5, "declared_area_sqm": 7.0},
    {"adm2_name": "Nulle part", "declared_area_sqm": 5.0},
    {"adm1_name": "Gao"},
)


def test_each_area_is_counted_at_its_place() -> None:
    shares = allocate(MIXED, UNITS, by="area").set_index("area_id")
    kinds = ["unit", "unit", "unit", "unit", "outside", "unattributed", "unit"]
    assert shares["place_kind"].tolist() == kinds
    names = ["Mopti", "Mopti", "Gao", "Mopti", "-", "-", "Gao"]
    assert shares["name"].fillna("-").tolist() == names
    assert shares["basis"].tolist() == ["computed", *["declared"] * 6]
    assert shares["net_area_sqm"].iloc[1:6].tolist() == [1000, 300, 20, 7, 5]
    assert pd.isna(shares["net_area_sqm"].iloc[6])
    assert shares["computed_area_sqm"].notna().tolist() == [True, *[False] * 6]
    assert (shares["share"] == 1).all()
    assert shares["allocate_note"].iloc[1].startswith("declared, not measured")
    assert "no polygon" in shares["allocate_note"].iloc[6] or "Gao" in shares["name"].iloc[6]


def test_tables_say_what_is_declared() -> None:
    shares = allocate(MIXED, UNITS, by="area")
    table = density(shares, UNITS, measure="cleared_sqm").set_index("name")
    outline = area_sqkm(gpd.GeoSeries([IN_MOPTI], crs="EPSG:4326"))[0] * 1e6
    assert table.loc["Mopti", "count"] == pytest.approx(1000 + outline, abs=0.01)
    assert table.loc["Mopti", "basis"] == "declared"
    assert table.loc["Mopti", "note"].split("; ") == [NO_PLACE, *PARTLY_DECLARED.split("; ")]
    assert table.loc["Gao", "count"] == 300
    assert table.loc["Gao", "basis"] == "declared"
    assert table.loc["Gao", "note"].startswith("at least: not fully stated for 1 of 2")
    year = density(shares, UNITS, measure="cleared_sqm", period="2021")
    year = year[year["period_start"].notna()].set_index("name")
    assert year.loc["Gao", ["count", "basis"]].tolist() == [300, "declared"]
    assert year.loc["Gao", "note"] == f"{NO_PLACE}; {NO_DATE}; {DECLARED_ALONE}"
    suspected = density(shares, UNITS, measure="suspected_sqm").set_index("name")
    assert suspected.loc["Mopti", "count"] == 20


def test_what_is_computed_stays_a_count() -> None:
    shares = allocate(MIXED.iloc[:1], UNITS, by="area")
    table = density(shares, UNITS, measure="cleared_sqm").set_index("name")
    assert table.loc["Mopti", "basis"] == "count"
    assert pd.isna(table.loc["Mopti", "note"])


def test_finer_units_take_what_is_known_as_finely() -> None:
    areas = land(
        {"adm1_name": "Mopti", "adm2_name": "Koro", "declared_area_sqm": 4.0},
        {"adm1_name": "Mopti", "declared_area_sqm": 6.0},
    )
    halves = [shapely.box(-4, 14, -3, 15), shapely.box(-5, 14, -4, 15)]
    cercles = UNITS.iloc[:2].assign(
        level=2, pcode=["ML0506", "ML0501"], name=["Koro", "Bandiagara"], name_alt=pd.NA,
        parent_pcode="ML05", geometry=halves,
    ).set_crs("EPSG:4326")  # fmt: skip
    shares = allocate(areas, cercles, by="area")
    assert shares["name"].fillna("-").tolist() == ["Koro", "-"]
    assert shares["place_kind"].tolist() == ["unit", "unattributed"]


def test_an_area_listed_twice_is_refused() -> None:
    twice = land(
        {"area_id": "x", "adm1_name": "Gao", "declared_area_sqm": 1.0},
        {"area_id": "x", "geometry": IN_MOPTI},
    )
    with pytest.raises(FrameError, match="row 0, area_id: is the id of another area"):
        allocate(twice, UNITS, by="area")


def test_frames_of_ones_own_are_read_and_counted() -> None:
    own = pd.DataFrame(
        {"Région": ["Gao"], "Surface (ha)": [2], "Statut": ["terre dépolluée"], "Réf": ["r"]}
    )
    shares = allocate(as_areas(own), UNITS, by="area")
    assert shares[["name", "net_area_sqm"]].iloc[0].tolist() == ["Gao", 20_000]


def test_another_division_keeps_what_is_declared() -> None:
    table = density(allocate(MIXED, UNITS, by="area"), UNITS, measure="cleared_sqm")
    weights = crosswalk(UNITS, UNITS)
    again = convert(table, weights).set_index("name")
    assert again.loc["Mopti", "basis"] == "declared"


def test_the_public_has_sums_that_say_what_is_declared() -> None:
    secret = MIXED.assign(place_name="SECRET", adm3_name="SECRET")
    sums = release(secret, UNITS, as_of="2022-01-01")
    assert "SECRET" not in sums.to_csv()
    assert "place_lon" not in sums.columns
    assert sums.loc[sums["name"] == "Mopti", "basis"].tolist() == ["computed", "declared"]
    table = density(sums, UNITS, measure="cleared_sqm", period="2021").set_index("name")
    require_released(table.reset_index(), "public", what="land")
    assert table.loc["Mopti", "basis"] == "declared"
    assert table.loc["Mopti", "note"].split("; ") == [NO_PLACE, *PARTLY_DECLARED.split("; ")]
    exact = density(allocate(MIXED, UNITS, by="area"), UNITS, measure="cleared_sqm", period="2021")
    assert table["count"].sum() == pytest.approx(exact["count"].sum(), abs=0.05)


def test_partners_see_neither_places_nor_positions() -> None:
    secret = MIXED.assign(place_name="SECRET", adm2_name="SECRET")
    released = release(secret, audience="partner", as_of="2022-01-01")
    assert len(released) == len(MIXED)
    assert "SECRET" not in released.to_csv()
    assert not {"place_lon", "place_lat", "place_name", "adm2_name"} & set(released.columns)
    shares = allocate(released, UNITS, by="area")
    assert shares["net_area_sqm"].sum() > 1332


NAMED: list[dict[str, object]] = [
        {"adm1_name": "Mopti"}, {"adm1_name": "Gao", "adm2_name": "Ansongo"}, {"adm2_name": "Koro"},
        {"adm1_name": "Nulle part"}, {}, {"place_lon": -4.2, "place_lat": 14.5},
        {"place_lon": 20.0, "place_lat": 14.5},
    ]  # fmt: skip
places = st.sampled_from(NAMED)
squares = st.tuples(st.floats(-8, 2), st.floats(12, 18), st.floats(0.01, 0.5)).map(
    lambda at: shapely.box(at[0], at[1], at[0] + at[2], at[1] + at[2])
)
days = st.sampled_from([None, "2020-05-01", "2021-05-01", "2021-06-01"])
declared = st.fixed_dictionaries(
    {"status": st.sampled_from(STATUSES), "end_date": days,
     "declared_area_sqm": st.floats(0, 1e7).map(lambda sqm: round(sqm, 1))}
)  # fmt: skip
bare = st.tuples(declared, places).map(lambda parts: {**parts[0], **parts[1]})
drawn = st.tuples(declared, squares).map(lambda parts: {**parts[0], "geometry": parts[1]})


@settings(deadline=None, max_examples=40)
@given(st.lists(st.one_of(bare, drawn), min_size=1, max_size=8), st.sampled_from([None, "year"]))
def test_all_rows_together_are_all_square_metres(
    rows: list[dict[str, object]], period: str | None
) -> None:
    areas = land(*rows)
    shares = allocate(areas, UNITS, by="area")
    period = period if areas["end_date"].notna().any() else None
    for status in STATUSES:
        of_status = areas[areas["status"] == status]
        if of_status.empty or (period and of_status["end_date"].isna().all()):
            continue
        table = density(shares, UNITS, measure=f"{status}_sqm", period=period)
        outlines = of_status.geometry.dropna()
        union = gpd.GeoSeries([shapely.union_all(outlines.to_numpy())], crs="EPSG:4326")
        ground = area_sqkm(union)[0] * 1e6 if len(outlines) else 0.0
        without = of_status.loc[of_status.geometry.isna(), "declared_area_sqm"].sum()
        assert table["count"].sum() == pytest.approx(ground + without, rel=1e-6, abs=0.5)


def test_several_units_together_and_the_whole_country() -> None:
    areas = land(
        {"adm1_name": "Gao, Mopti", "declared_area_sqm": 4.0},
        {"adm1_name": "Toutes les régions", "declared_area_sqm": 6.0},
        {"adm1_name": "Gao", "declared_area_sqm": 1.0},
    )
    shares = allocate(areas, UNITS, by="area")
    assert shares["place_kind"].tolist() == ["joint", "countrywide", "unit"]
    assert shares["name"].fillna("-").tolist() == ["Gao + Mopti", "-", "Gao"]
    table = density(shares, UNITS, measure="cleared_sqm").set_index("place_kind")
    assert table.loc[["joint", "countrywide"], "count"].tolist() == [4, 6]
    assert table["count"].sum() == 11
    assert table.loc["joint", "basis"] == "declared"


def test_a_village_goes_by_the_gazetteer() -> None:
    villages = pd.DataFrame(
        [("Puits-Neuf", None, None, -4.2, 14.5)],
        columns=["place_name", "name_alt", "adm2_name", "lon", "lat"],
    )
    areas = land({"declared_area_sqm": 5.0}).assign(place_name="Puits-Neuf")
    assert allocate(areas, UNITS, by="area")["place_kind"].tolist() == ["unattributed"]
    how = Locator(UNITS, gazetteer=villages)
    assert allocate(areas, how, by="area")["name"].tolist() == ["Mopti"]
    made = study(areas=areas.assign(end_date=pd.Timestamp("2021-03-01")), units=how)
    for one in (made, made.release(audience="public", as_of="2022-01-01")):
        table = one.count("cleared_sqm").frame.set_index("name")
        assert table.loc["Mopti", ["count", "basis"]].tolist() == [5, "declared"]
