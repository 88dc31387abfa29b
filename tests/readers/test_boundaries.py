import itertools
import json
import os
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from maligeo.core import columns
from maligeo.core.errors import (
    ArgumentError,
    CrsError,
    FrameError,
    InputFileError,
    UnknownNameError,
    VintageError,
)
from maligeo.readers.boundaries import check_boundaries, load_boundaries, read_boundaries
from maligeo.readers.boundary_schemas import find_schema, layer_of_level
from maligeo.readers.vintages import Sign, vintage_of
from tests import worlds

DATA = Path(__file__).parents[1] / "data" / "boundaries"
OF_2015 = [
    "Kayes",
    "Koulikoro",
    "Sikasso",
    "Ségou",
    "Mopti",
    "Tombouctou",
    "Gao",
    "Kidal",
    "Bamako",
]
CODES = [f"ML{at:02}" for at in range(1, 21)]
ISO_2015 = [*(f"ML-{at}" for at in range(1, 9)), "ML-BKO"]

REALDATA = os.environ.get("MALIGEO_REALDATA")
needs_real_data = pytest.mark.skipif(
    not REALDATA, reason="MALIGEO_REALDATA names no folder with official boundaries"
)


@pytest.mark.parametrize(
    "file",
    [
        "cod_ab_1_2015_adm1.geojson",
        "cod_ab_2_2015_cp1252.zip",
        "geoboundaries_adm1.geojson",
        "gadm_1.geojson",
        "natural_earth.geojson",
    ],
)
def test_every_publisher_of_the_nine_units_gives_the_same_frame(file: str) -> None:
    units = read_boundaries(DATA / file)
    assert list(units.columns) == list(columns.UNITS)
    assert units["name"].tolist() == OF_2015
    assert units["pcode"].tolist() == CODES[:9]
    assert units["iso_3166_2"].tolist() == ISO_2015
    assert set(units["parent_pcode"]) == {"ML"}
    assert set(units["vintage"]) == {"2015"}
    assert set(units["level"]) == {1}
    assert units.crs == "EPSG:4326"
    assert units["source"].notna().all()
    assert not units["source"].str.contains(file, regex=False).any()  # a name can tell too much
    # Half a degree of longitude and latitude at 13° to 14.5° north.
    assert units["area_sqkm"].between(2_900, 3_050).all()
    assert not units["source"].str.contains("(?i)admin1|ADM1|shapeName|NAME_1", regex=True).any()


def test_what_is_done_to_bundled_boundaries_is_done_to_no_others() -> None:
    first, kept = load_boundaries(), load_boundaries()
    first.loc[0, ["name", "geometry"]] = ["elsewhere", box(0, 0, 1, 1)]
    first.geometry.array[1] = None
    first.attrs["covers"] = "2021"
    pd.testing.assert_frame_equal(load_boundaries(), kept)
    assert list(kept["name"]) == OF_2015
    assert kept.geometry.notna().all()
    assert load_boundaries().attrs == {}


def test_the_source_s_own_spelling_goes_to_the_other_names() -> None:
    units = read_boundaries(DATA / "cod_ab_1_2015_adm1.geojson").set_index("pcode")
    assert units.loc["ML02", "name"] == "Koulikoro"
    assert units.loc["ML02", "name_alt"] == "Koulikouro"
    assert units.loc["ML04", "name_alt"] == "Segou"
    gadm = read_boundaries(DATA / "gadm_1.geojson").set_index("pcode")
    assert gadm.loc["ML01", "name_alt"] == "Kayès|Khayes"
    assert gadm.loc["ML06", "name_alt"].split("|")[0] == "Timbuktu"
    assert gadm.loc["ML06", "source"].endswith(", code MLI.6_1")


def test_dates_are_read_and_missing_ones_stay_missing() -> None:
    units = read_boundaries(DATA / "cod_ab_1_2015_adm1.geojson")
    assert set(units["valid_on"]) == {pd.Timestamp("2015-04-08")}
    assert units["valid_to"].isna().all()
    assert read_boundaries(DATA / "gadm_1.geojson")["valid_on"].isna().all()


@pytest.mark.parametrize(
    ("file", "vintage", "count", "ml09"),
    [
        ("cod_ab_1_2015_adm1.geojson", "2015", 9, "Bamako"),
        ("cod_ab_2_2021_adm1.geojson", "2016", 10, "Bamako"),
        ("cod_ab_3_2025_adm1.geojson", "2023", 20, "Taoudénit"),
    ],
)
def test_the_vintage_is_found_and_ml09_is_another_unit_in_each(
    file: str, vintage: str, count: int, ml09: str
) -> None:
    units = read_boundaries(DATA / file)
    assert set(units["vintage"]) == {vintage}
    assert units["pcode"].tolist() == CODES[:count]
    assert units.set_index("pcode").loc["ML09", "name"] == ml09


def test_the_second_level_has_parents_and_accents() -> None:
    units = read_boundaries(DATA / "cod_ab_1_2015_adm2.geojson", level=2)
    assert units["name"].tolist() == ["Kayes", "Bafoulabé", "Barouéli", "Ségou"]
    assert units["parent_pcode"].tolist() == ["ML01", "ML01", "ML04", "ML04"]
    parents = read_boundaries(DATA / "cod_ab_1_2015_adm1.geojson")
    faults = check_boundaries(units, parents)
    assert {fault.reason for fault in faults} == {"has no unit below it"}
    assert len(faults) == 7


def test_units_as_this_package_writes_them_are_read_again(tmp_path: Path) -> None:
    bundled = load_boundaries()
    bundled.to_parquet(tmp_path / "units.parquet")
    again = read_boundaries(tmp_path / "units.parquet")
    assert again["pcode"].tolist() == bundled["pcode"].tolist()
    assert again["area_sqkm"].to_numpy() == pytest.approx(bundled["area_sqkm"].to_numpy())
    assert check_boundaries(again) == []


def test_signs_that_contradict_are_listed_and_the_vintage_has_to_be_given() -> None:
    with pytest.raises(VintageError) as caught:
        read_boundaries(DATA / "contradictory.geojson")
    message = str(caught.value)
    for sign in (
        "valid on 2025-09-04 (2023)",
        "9 units of level 1 (2015)",
        "ML09 is Bamako",
        "say which it is",
    ):
        assert sign in message
    units = read_boundaries(DATA / "contradictory.geojson", vintage="2015")
    assert set(units["vintage"]) == {"2015"}


def test_no_sign_and_too_few_signs_are_told_apart() -> None:
    with pytest.raises(VintageError, match="nothing in it shows its division; say which"):
        vintage_of([], what="a file")
    open_signs = [Sign("there is Ménaka", frozenset({"2016", "2023"}))]
    with pytest.raises(VintageError, match=r"fit 2016 and 2023: there is Ménaka \(2016 or 2023\)"):
        vintage_of(open_signs, what="a file")


def cod_units(*rows: tuple[str, str], valid_on: str | None = None) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows, columns=["adm1_pcode", "adm1_name"])
    frame["adm0_pcode"], frame["valid_on"] = "ML", valid_on
    outlines = [box(at / 10, 15, at / 10 + 0.1, 15.1) for at in range(len(frame))]
    return gpd.GeoDataFrame(frame, geometry=outlines, crs="EPSG:4326")


@pytest.mark.parametrize(
    ("rows", "valid_on", "vintage"),
    [
        ([("ML09", "Taoudenit")], None, "2023"),
        ([("ML20", "Bamako")], None, "2023"),
        ([("ML10", "Menaka"), ("ML09", "Bamako")], None, "2016"),
        ([("ML07", "Gao")], "2015-04-08", "2015"),
        ([("ML07", "Gao")], "2016-01-18", "2015"),
        ([("ML07", "Gao")], "2021-12-20", "2016"),
        ([("ML07", "Gao")], "2023-03-13", "2023"),
        ([("ML07", "Gao")], None, None),
        ([("ML10", "Menaka")], None, None),
        ([("ML09", "Bamako")], None, None),
        ([("ML06", "Gao")], "2015-04-08", None),
        ([("ML09", "Taoudenit")], "2015-04-08", None),
    ],
)
def test_codes_and_dates_as_signs(
    tmp_path: Path, rows: list[tuple[str, str]], valid_on: str | None, vintage: str | None
) -> None:
    cod_units(*rows, valid_on=valid_on).to_parquet(tmp_path / "a.parquet")
    if vintage is None:
        with pytest.raises(VintageError, match="say which it is, one of"):
            read_boundaries(tmp_path / "a.parquet")
    else:
        assert set(read_boundaries(tmp_path / "a.parquet")["vintage"]) == {vintage}


def test_a_vintage_that_does_not_exist() -> None:
    with pytest.raises(UnknownNameError, match="vintage '2017' is not known"):
        read_boundaries(DATA / "gadm_1.geojson", vintage="2017")


def test_any_layer_with_its_columns_named() -> None:
    with pytest.raises(FrameError, match="no known layout"):
        read_boundaries(DATA / "any_layer.geojson")
    with pytest.raises(ArgumentError, match="say which it is"):
        read_boundaries(DATA / "any_layer.geojson", name_field="nom", code_field="kod")
    units = read_boundaries(
        DATA / "any_layer.geojson", name_field="nom", code_field="kod", level=1, vintage="2015"
    )
    assert units["name"].tolist() == ["Ségou", "Nulle part"]
    assert units["pcode"].tolist() == ["ML04", "ML99"]
    with pytest.raises(ArgumentError, match="go together"):
        read_boundaries(DATA / "any_layer.geojson", name_field="nom")
    with pytest.raises(FrameError, match="column is missing; there is"):
        read_boundaries(DATA / "any_layer.geojson", name_field="nom", code_field="code", level=1)


def test_a_level_that_the_file_does_not_have() -> None:
    with pytest.raises(ArgumentError, match="has level 1, and level 2 was asked for"):
        read_boundaries(DATA / "cod_ab_1_2015_adm1.geojson", level=2)


def test_every_fault_of_a_file_is_in_one_error() -> None:
    with pytest.raises(FrameError) as caught:
        read_boundaries(DATA / "broken.geojson")
    found = {(fault.row, fault.column, fault.reason.split(":")[0]) for fault in caught.value.faults}
    assert found == {
        (1, "pcode", "stands for several units"),
        (2, "pcode", "stands for several units"),
        (3, "name", "is missing"),
        (4, "pcode", "is missing"),
        (4, "valid_on", "is not a date like 2015-04-08"),
        (4, "geometry", "is not valid"),
        (5, "geometry", "has no outline"),
        (6, "geometry", "is not a polygon"),
    }


def test_metres_under_a_crs_of_degrees_are_a_fault(tmp_path: Path) -> None:
    moved = cod_units(("ML07", "Gao"), valid_on="2015-04-08").translate(700_000, 1_600_000)
    frame = cod_units(("ML07", "Gao"), valid_on="2015-04-08").set_geometry(moved)
    frame.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(FrameError, match="outside the globe: the file states a wrong CRS"):
        read_boundaries(tmp_path / "a.parquet")


def test_a_file_without_the_country_names_those_that_it_has(tmp_path: Path) -> None:
    content = json.loads((DATA / "natural_earth.geojson").read_text(encoding="utf-8"))
    content["features"] = content["features"][-1:]
    (tmp_path / "niger.geojson").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputFileError, match="no row has iso_a2 'ML'; there is NE"):
        read_boundaries(tmp_path / "niger.geojson")


def test_the_layer_that_bears_the_level_is_chosen(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "cod.zip", "w") as archive:
        archive.write(DATA / "cod_ab_1_2015_adm1.geojson", "mli_admbnda_adm1_gov.geojson")
        archive.write(DATA / "cod_ab_1_2015_adm2.geojson", "mli_admbnda_adm2_gov.geojson")
    assert len(read_boundaries(tmp_path / "cod.zip", level=1)) == 9
    assert len(read_boundaries(tmp_path / "cod.zip", level=2)) == 4
    with pytest.raises(ArgumentError, match="layers: say which"):
        read_boundaries(tmp_path / "cod.zip")
    assert len(read_boundaries(tmp_path / "cod.zip", layer="mli_admbnda_adm2_gov")) == 4


@pytest.mark.parametrize(
    ("layers", "level", "found"),
    [
        (
            ["mli_admbnda_adm1_gov_ocha", "mli_admbnda_adm2_gov_ocha"],
            2,
            "mli_admbnda_adm2_gov_ocha",
        ),
        (["ADM_ADM_0", "ADM_ADM_1"], 1, "ADM_ADM_1"),
        (["gadm41_MLI_1", "gadm41_MLI_2"], 1, "gadm41_MLI_1"),
        (["mli_admin1", "mli_admin2", "mli_admin12"], 1, "mli_admin1"),
        (["regions", "cercles"], 1, None),
    ],
)
def test_layers_and_levels(layers: list[str], level: int, found: str | None) -> None:
    assert layer_of_level(layers, level) == found


@pytest.mark.parametrize(
    ("present", "title", "level"),
    [
        (["admin1Name", "admin1Pcod", "admin0Pcod"], "COD-AB (admin1Name", 1),
        (["admin1Name", "admin1Pcod", "admin2Name", "admin2Pcod"], "COD-AB (admin1Name", 2),
        (["admin1Name_fr", "admin1Pcode"], "COD-AB (admin1Name", 1),
        (["ADM3_FR", "ADM3_PCODE", "ADM2_FR", "ADM2_PCODE"], "COD-AB (ADM1_FR", 3),
        (["adm1_en", "adm1_pcode"], "COD-AB (ADM1_FR", 1),
        (["adm2_name", "adm2_pcode", "adm1_name", "adm1_pcode"], "COD-AB (adm1_name", 2),
        (["NAME_1", "GID_1", "NAME_2", "GID_2"], "GADM", 2),
        (["adm0_name", "adm0_pcode"], "COD-AB (adm1_name", 0),
    ],
)
def test_schemas_are_known_by_their_columns(present: list[str], title: str, level: int) -> None:
    schema = find_schema(present)
    assert schema.title.startswith(title)
    assert schema.level == level


def test_flaws_that_do_not_stop_the_reading_are_reported_with_their_area() -> None:
    faults = check_boundaries(read_boundaries(DATA / "flawed.geojson"))
    found = {(fault.row, fault.column, fault.reason) for fault in faults}
    assert found == {
        (1, "name", "ML92 bears the same name as ML91"),
        (2, "geometry", "overlaps Gamma (XX94) by 12.31 km²"),
        (
            None,
            "geometry",
            "is in a gap of 123.09 km² next to Alpha (ML91) and ALPHA (ML92) and Béta (ML93)",
        ),
        (3, "pcode", "does not begin with its parent's ML"),
    }


def unit_world(*outlines: object) -> gpd.GeoDataFrame:
    count = len(outlines)
    return gpd.GeoDataFrame(
        {
            "level": 1,
            "pcode": [f"ML{at:02}" for at in range(count)],
            "name": [f"unit {at}" for at in range(count)],
            "parent_pcode": "ML",
        },
        geometry=list(outlines),
        crs="EPSG:4326",
    )


def test_units_outside_their_parent_and_parents_that_are_lacking() -> None:
    units = unit_world(box(0, 15, 1, 16), box(1, 15, 2, 16)).assign(parent_pcode=["ML", "MX"])
    parents = unit_world(box(0, 15, 0.5, 16)).assign(pcode="ML")
    reasons = [fault.reason for fault in check_boundaries(units, parents)]
    # Half of a cell of one degree at 15° to 16° north: 5,945 km².
    assert any(reason.startswith("lies outside its parent ML by 5,9") for reason in reasons), (
        reasons
    )
    assert "is no unit of the level above" in reasons


def test_checks_want_degrees_and_columns() -> None:
    with pytest.raises(CrsError):
        check_boundaries(unit_world(box(0, 15, 1, 16)).to_crs("EPSG:32630"))
    with pytest.raises(FrameError, match=r"name.*missing"):
        check_boundaries(worlds.square_units().drop(columns="name"))


def test_broken_outlines_are_reported_and_take_no_part() -> None:
    units = unit_world(box(0, 15, 1, 16), None, box(0, 15, 1, 16).boundary)
    reasons = [fault.reason for fault in check_boundaries(units)]
    assert reasons == ["has no outline", "is not a polygon"]


@given(cuts=st.lists(st.integers(1, 99), min_size=1, max_size=8, unique=True))
def test_a_row_of_units_that_share_borders_has_neither_gap_nor_overlap(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 100]
    outlines = [box(a / 50, 15, b / 50, 16) for a, b in itertools.pairwise(edges)]
    assert check_boundaries(unit_world(*outlines)) == []


@given(shift=st.floats(0.001, 0.9))
def test_an_overlap_is_as_large_as_what_is_shared(shift: float) -> None:
    units = unit_world(box(0, 15, 1, 15.5), box(1 - shift, 15, 2 - shift, 15.5))
    (fault,) = check_boundaries(units)
    stated = float(fault.reason.split(" by ")[1].split()[0].replace(",", ""))
    whole = units.to_crs("EPSG:6933").area.iloc[0] / 1e6
    assert stated == pytest.approx(whole * shift, abs=0.01)


@needs_real_data
@pytest.mark.parametrize(("level", "count"), [(1, 9), (2, 50), (3, 701)])
def test_the_official_boundaries_of_2015(level: int, count: int) -> None:
    units = official(level)
    assert len(units) == count
    assert set(units["vintage"]) == {"2015"}
    assert set(units["level"]) == {level}
    assert units["pcode"].is_unique
    assert set(units["valid_on"]) == {pd.Timestamp("2015-04-08")}
    # The three levels cover the same ground.
    assert units["area_sqkm"].sum() == pytest.approx(1_254_300, rel=0.001)


@needs_real_data
def test_koulikouro_is_koulikoro_in_the_official_boundaries() -> None:
    regions = official(1).set_index("pcode")
    assert regions.loc["ML02", "name"] == "Koulikoro"
    assert "Koulikouro" in regions.loc["ML02", "name_alt"].split("|")
    assert sorted(regions["name"]) == sorted(OF_2015)
    cercles = official(2).set_index("pcode")
    assert cercles.loc["ML0201", "name"] == "Koulikoro"
    assert cercles.loc["ML0102", "name"] == "Bafoulabé"


@needs_real_data
def test_sixteen_communes_bear_the_name_of_another_in_the_official_boundaries() -> None:
    communes = official(3)
    faults = check_boundaries(communes, official(2))
    assert [fault.column for fault in faults] == ["name"] * 16
    assert len({fault.value for fault in faults}) == 13
    assert check_boundaries(official(1)) == []
    assert check_boundaries(official(2), official(1)) == []


def official(level: int) -> gpd.GeoDataFrame:
    (path,) = Path(REALDATA or "").rglob(f"*adm{level}*.shp")
    return read_boundaries(path, level=level)
