"""Areas for the public: square metres by region, year and status, without outlines."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.disclosure import policy, release, require_released
from maligeo.join.shares import allocate
from maligeo.measure.densities import density
from tests.disclosure import frames
from tests.disclosure.frames import DAY

OWN = Path(policy.__file__).with_name("policy.toml").read_text(encoding="utf-8")


def land() -> gpd.GeoDataFrame:
    """Three squares of land in Mopti and one half in each region, of two years."""
    west = [0.1, 0.3, 0.5, 0.995]
    return gpd.GeoDataFrame(
        {
            "area_id": ["a", "b", "c", "d"],
            "status": ["cleared", "cleared", "suspected", "reduced"],
            "end_date": pd.to_datetime(["2021-03-17", "2021-09-01", "2021-03-17", None]),
            "organisation": frames.SECRET,
        },
        geometry=[shapely.box(x, 0.4, x + 0.01, 0.41) for x in west],
        crs="EPSG:4326",
    )


def test_land_is_added_up_by_unit_year_and_status() -> None:
    exact = allocate(land(), frames.regions(), by="area").set_index("area_id")["net_area_sqm"]
    sums = release(land(), frames.regions(), as_of=DAY)
    assert "geometry" not in sums.columns
    assert frames.SECRET not in sums.to_csv()
    rows = sums.set_index(["status", "pcode"])["net_area_sqm"]
    assert rows["cleared", "ML05"] == pytest.approx(exact["a"] + exact["b"])
    assert rows["reduced", "ML05"] == pytest.approx(rows["reduced", "ML07"])
    assert len(rows) == 3  # hazards are not among them
    assert sums["end_date"].dropna().unique().tolist() == [pd.Timestamp("2021-01-01")]
    assert sums["area_id"].tolist() == ["1", "2", "3"]


def test_density_takes_the_sums_and_keeps_their_audience() -> None:
    sums = release(land(), frames.regions(), as_of=DAY)
    table = density(sums, frames.regions(), measure="cleared_sqm", period="2021")
    assert table.attrs["audience"] == "public"
    assert table.loc[table["name"] == "Mopti", "count"].iloc[0] == pytest.approx(
        sums.loc[sums["status"] == "cleared", "net_area_sqm"].sum(), abs=0.01
    )
    require_released(table, "public", what="areas")


def test_allocated_areas_give_the_same() -> None:
    shares = allocate(land(), frames.regions(), by="area")
    pd.testing.assert_frame_equal(
        release(shares, frames.regions(), as_of=DAY), release(land(), frames.regions(), as_of=DAY)
    )


def test_finer_units_and_no_units_are_refused() -> None:
    with pytest.raises(ReleaseError, match="not released by units of level 2"):
        release(land(), frames.cercles(), as_of=DAY)
    with pytest.raises(ArgumentError, match="give the units too"):
        release(land(), as_of=DAY)


def test_sums_pass_the_gate_and_changed_ones_do_not() -> None:
    sums = release(land(), frames.regions(), as_of=DAY)
    require_released(sums, "public", what="areas")
    changes = {
        "column 'geometry'": sums.assign(geometry=shapely.Point(0, 0)),
        "measure 'suspected_sqm'": sums.assign(status="suspected"),
        "not added up": pd.concat([sums, sums]),
        "dates that stand for no year": sums.assign(end_date=pd.Timestamp("2021-03-17")),
        "units that are in no lattice": sums.assign(pcode="ML0501", name="Mopti"),
    }
    for message, changed in changes.items():
        assert changed.attrs["audience"] == "public"
        with pytest.raises(ReleaseError, match=message):
            require_released(changed, "public", what="areas")


def test_partners_get_the_shape_of_land_and_hazards() -> None:
    partner = release(land(), audience="partner", as_of=DAY)
    assert set(partner.geometry.to_wkt()) == set(land().geometry.to_wkt())
    require_released(partner, "partner", what="areas")


def test_what_has_no_entry_in_the_policy_is_internal(own_store: Path) -> None:
    start, end = OWN.index("[public.areas]"), OWN.index("[public.projects]")
    (own_store / "policy.toml").write_text(OWN[:start] + OWN[end:], encoding="utf-8")
    with pytest.raises(ReleaseError, match="no areas pass"):
        release(land(), frames.regions(), as_of=DAY)
