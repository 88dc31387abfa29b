"""Keys that cannot lie: codes and names of one edition, and units of one's own."""

import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

import maligeo
from maligeo.core.columns import UNITS
from maligeo.core.errors import (
    ArgumentError,
    CrsError,
    FrameError,
    MaligeoError,
    UnknownNameError,
    VintageError,
)
from maligeo.readers.boundaries import as_units, read_boundaries
from maligeo.readers.files.sources import Source

CERCLES = maligeo.catalog.load_table("reference", "cercles_2015")
LISTED = maligeo.catalog.load_table("reference", "pcodes_2023")
REALDATA = os.environ.get("MALIGEO_REALDATA")


def squares(count: int) -> list[object]:
    return [box(at % 20, at // 20, at % 20 + 1, at // 20 + 1) for at in range(count)]


def written(folder: Path, **columns: object) -> Path:
    """A file in the layout of COD-AB of 2018 to 2024."""
    frame = pd.DataFrame(columns)
    path = folder / "cercles.geojson"
    gpd.GeoDataFrame(frame, geometry=squares(len(frame)), crs="EPSG:4326").to_file(path)
    return path


def shifted(folder: Path) -> Path:
    """Cercles whose codes are those of another edition: sorted by name within regions."""
    own = CERCLES.sort_values(["parent_pcode", "name"])
    codes = sorted(own["pcode"])
    return written(
        folder, ADM2_FR=list(own["name"]), ADM2_PCODE=codes, ADM1_PCODE=[code[:4] for code in codes]
    )


def test_codes_of_another_edition_are_refused_with_examples(tmp_path: Path) -> None:
    with pytest.raises(VintageError) as raised:
        read_boundaries(shifted(tmp_path), vintage="2015")
    message = str(raised.value)
    assert " of 50 codes bear other names than in the division of 2015: " in message
    assert "ML0101 is Bafoulabé, there Kayes" in message
    assert "zones-2024" in message


def test_they_are_read_under_a_vintage_of_ones_own(tmp_path: Path) -> None:
    units = read_boundaries(shifted(tmp_path), vintage="mine-2024")
    assert set(units["vintage"]) == {"mine-2024"}
    assert units["pcode"].iloc[0] == "ML0101"
    assert units["name"].iloc[0] == "Bafoulabé"


def test_the_division_that_fits_is_named(tmp_path: Path) -> None:
    own = LISTED[LISTED["level"] == 2]
    path = written(
        tmp_path, ADM2_FR=list(own["name"]), ADM2_PCODE=list(own["pcode"]),
        ADM1_PCODE=list(own["parent_pcode"]),
    )  # fmt: skip
    with pytest.raises(VintageError, match="they fit 2023; else give the units a vintage"):
        read_boundaries(path, vintage="2015")
    assert len(read_boundaries(path, vintage="2023")) == 160


def test_names_that_only_differ_in_spelling_contradict_nothing(tmp_path: Path) -> None:
    names = [name.replace("é", "e").upper() for name in CERCLES["name"]]
    path = written(
        tmp_path, ADM2_FR=names, ADM2_PCODE=list(CERCLES["pcode"]),
        ADM1_PCODE=list(CERCLES["parent_pcode"]),
    )  # fmt: skip
    assert list(read_boundaries(path, vintage="2015")["pcode"]) == list(CERCLES["pcode"])


@pytest.mark.parametrize("vintage", ["2105", "2017", "", "a b", "x" * 60])
def test_a_mistyped_division_is_no_vintage_of_ones_own(tmp_path: Path, vintage: str) -> None:
    path = shifted(tmp_path)
    with pytest.raises((UnknownNameError, VintageError)):
        read_boundaries(path, vintage=vintage)


def test_communes_are_compared_too() -> None:
    listed = maligeo.catalog.load_table("reference", "communes_2015").head(20)
    frame = gpd.GeoDataFrame(
        {"name": list(listed["name"])[::-1], "pcode": list(listed["pcode"])},
        geometry=squares(20), crs="EPSG:4326",
    )  # fmt: skip
    with pytest.raises(VintageError, match="ML010101 is "):
        as_units(frame, level=3, vintage="2015")


@pytest.mark.skipif(REALDATA is None, reason="MALIGEO_REALDATA names no folder")
@pytest.mark.parametrize("level", [1, 2, 3])
def test_official_files_contradict_nothing(level: int) -> None:
    files = sorted(Path(str(REALDATA)).glob(f"cod-ab-2015/*adm{level}*.shp"))
    assert len(read_boundaries(files[0], vintage="2015")) == {1: 9, 2: 50, 3: 701}[level]


def zones(**columns: object) -> gpd.GeoDataFrame:
    given = {"zone": ["Nord", "Sud"]} | columns
    return gpd.GeoDataFrame(
        given, geometry=[box(-4, 15, -2, 17), box(-4, 13, -2, 15)], crs="EPSG:4326"
    )


ZONES: dict[str, Any] = {"columns": {"name": "zone"}, "level": 1, "vintage": "zones-2024"}


class TestOwnUnits:
    def test_twelve_columns_and_an_account(self) -> None:
        units = as_units(zones(chef="…", nom_alt="x"), **ZONES)
        assert list(units.columns) == list(UNITS)
        reading = units.attrs["reading"]
        assert reading.used == {"name": "zone", "geometry": "geometry"}
        assert {*reading.used.values(), *reading.personal, *reading.not_understood} == {
            "zone", "chef", "nom_alt", "geometry",
        }  # fmt: skip
        assert (reading.rows_in_file, reading.rows_read) == (2, 2)

    def test_codes_are_made_of_names_and_that_is_said(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        units = as_units(zones(zone=["Cercle de Koro", "Bèlè-Sud"]), **ZONES)
        assert units["pcode"].tolist() == ["CERCLE-DE-KORO", "BELE-SUD"]
        assert caplog.messages == [
            "units has no codes: they are made of the names, such as CERCLE-DE-KORO"
        ]

    def test_any_stated_crs_and_any_name_of_the_shapes(self) -> None:
        metric = zones().to_crs("EPSG:32630").rename_geometry("shape")
        units = as_units(metric, **ZONES)
        assert units.crs == "EPSG:4326"
        assert units.geometry.name == "geometry"
        assert units.geometry.iloc[0].equals_exact(zones().geometry.iloc[0], 1e-6)

    def test_codes_parents_and_constants_are_taken(self) -> None:
        frame = zones(kod=["N", "S"], region=["ML05", "ML05"])
        columns = {"name": "zone", "pcode": "kod", "parent_pcode": "region"}
        units = as_units(frame, columns=columns, constants={"level": "2", "vintage": "z"})
        assert units["pcode"].tolist() == ["N", "S"]
        assert units["parent_pcode"].tolist() == ["ML05", "ML05"]
        assert set(units["level"]) == {2}
        assert set(units["vintage"]) == {"z"}

    def test_names_of_the_units_above_lead_to_those_that_bear_one_name(self) -> None:
        frame = zones(zone=["Bamba", "Bamba"], adm1_name=["Gao", "Mopti"], kod=["g", "m"])
        units = as_units(
            frame, columns={"name": "zone", "pcode": "kod"}, level=2, vintage="zones-2024"
        )
        records = pd.DataFrame({"adm1_name": ["Mopti", "Gao"], "adm2_name": "Bamba"})
        assert maligeo.locate(records, units)["adm2_pcode"].tolist()[:2] == ["m", "g"]

    @pytest.mark.parametrize("level", [1, 2, 3])
    def test_every_step_takes_them(self, level: int) -> None:
        units = as_units(zones(), **{**ZONES, "level": level})
        records = pd.DataFrame(
            {
                "event_type": "ied", "date": pd.Timestamp("2020-03-01"), "lon": [-3.0, None],
                "lat": [16.0, None], f"adm{level}_name": [None, "Sud"],
            }
        )  # fmt: skip
        located = maligeo.locate(records, units)
        table = maligeo.density(located, units, measure="incidents", period="year")
        assert table["count"].tolist()[:2] == [1, 1]

    def test_a_study_takes_a_frame_of_units(self) -> None:
        records = pd.DataFrame(
            {"event_type": ["ied"], "date": ["2020-03-01"], "lon": [-3.0], "lat": [16.0]}
        )
        frame = zones().rename(columns={"zone": "name"}).assign(pcode=["N", "S"], level=1)
        study = maligeo.study(incidents=records, units=frame.assign(vintage="zones-2024"))
        counted = study.table[study.table["measure"] == "incidents"].set_index("pcode")["count"]
        assert counted["N"] == 1

    def test_a_file_is_read_with_columns_and_constants_of_a_source(self, tmp_path: Path) -> None:
        path = tmp_path / "zones.geojson"
        zones().to_file(path)
        source = Source(path, columns={"name": "zone"}, constants={"source": "our survey"})
        units = read_boundaries(source, level=1, vintage="zones-2024")
        assert units["name"].tolist() == ["Nord", "Sud"]
        assert units.attrs["reading"].constants == {"source": "our survey"}

    @pytest.mark.parametrize(
        ("change", "error", "words"),
        [
            ({"zone": ["Nord", None]}, FrameError, "row 2, name: is missing"),
            ({"zone": ["Nord", "nord"]}, FrameError, "stands for several units"),
            ({"geometry": [box(0, 0, 1, 1), None]}, FrameError, "has no outline"),
        ],
    )
    def test_rows_that_are_no_units_are_named(
        self, change: dict[str, object], error: type[MaligeoError], words: str
    ) -> None:
        with pytest.raises(error, match=words):
            as_units(zones().assign(**change), **ZONES)

    def test_wrong_arguments_are_refused_in_plain_words(self) -> None:
        frame = zones()
        for wrong, error in (
            ({"vintage": None}, VintageError),
            ({"vintage": "2105"}, UnknownNameError),
            ({"level": None}, ArgumentError),
            ({"level": "x"}, ArgumentError),
            ({"columns": ["zone"]}, ArgumentError),
            ({"columns": {"name": "zonne"}}, FrameError),
            ({"columns": {"nom": "zone"}}, ArgumentError),
            ({"columns": None}, FrameError),
            ({"constants": {"killed": "1"}}, ArgumentError),
        ):
            with pytest.raises(error):
                as_units(frame, **{**ZONES, **wrong})
        with pytest.raises(CrsError):
            as_units(frame.set_crs(None, allow_override=True), **ZONES)
        with pytest.raises(ArgumentError):
            as_units(pd.DataFrame({"name": ["a"]}), **ZONES)


FORMATS = (".gpkg", ".geojson", ".shp.zip", ".parquet", ".fgb", ".zip")


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("level", [1, 2, 3])
def test_units_are_read_back_as_they_were_written(tmp_path: Path, level: int, suffix: str) -> None:
    listed = {1: None, 2: CERCLES, 3: maligeo.catalog.load_table("reference", "communes_2015")}[
        level
    ]
    if listed is None:
        units = maligeo.load_boundaries()
    else:
        table = listed[["name", "pcode", "parent_pcode"]].head(60)
        frame = gpd.GeoDataFrame(table, geometry=squares(len(table)), crs="EPSG:4326")
        units = as_units(frame, level=level, vintage="2015")
    path = maligeo.write_layers({"units": units}, tmp_path / f"units{suffix}")
    back = read_boundaries(path)
    columns = ["vintage", "level", "pcode", "name", "name_alt", "parent_pcode"]
    before, after = (
        pd.DataFrame(one[columns]).astype("string").sort_values("pcode", ignore_index=True)
        for one in (units, back)
    )
    pd.testing.assert_frame_equal(after, before)


@pytest.mark.parametrize("suffix", FORMATS)
def test_cercles_with_their_regions_are_not_read_as_regions(tmp_path: Path, suffix: str) -> None:
    frame = gpd.GeoDataFrame(
        CERCLES[["name", "pcode", "parent_pcode"]], geometry=squares(50), crs="EPSG:4326"
    )
    units = as_units(frame, level=2, vintage="2015")
    more = units.assign(
        adm1_name=CERCLES["region_2015"].to_numpy(), adm1_pcode=units["parent_pcode"],
        adm2_name=units["name"], adm2_pcode=units["pcode"],
    )  # fmt: skip
    path = maligeo.write_layers({"units": more}, tmp_path / f"units{suffix}", audience="internal")
    back = read_boundaries(path)
    assert set(back["level"]) == {2}
    assert set(back["pcode"]) == set(units["pcode"])
