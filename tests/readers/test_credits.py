"""Whom maps and files name for boundaries: publishers and terms, never names of columns."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo import catalog
from maligeo.readers.boundaries import load_boundaries, read_boundaries
from maligeo.readers.credits import credit_text, credits_of
from maligeo.readers.incidents import read_incidents

DATA = Path(__file__).parents[1] / "data" / "boundaries"


@pytest.mark.parametrize(
    ("file", "said", "identifier"),
    [
        ("cod_ab_1_2015_adm1.geojson", "OCHA, COD-AB Mali 2015, CC BY-IGO", "CC-BY-3.0-IGO"),
        ("cod_ab_3_2025_adm1.geojson", "OCHA, COD-AB Mali 2023, CC BY-IGO", "CC-BY-3.0-IGO"),
        ("geoboundaries_adm1.geojson", "geoBoundaries, Mali 2015, CC BY 4.0", "CC-BY-4.0"),
        ("gadm_1.geojson", "GADM, Mali, non-commercial use", "other-nc"),
        ("natural_earth.geojson", "Natural Earth, public domain", "other-pd"),
    ],
)
def test_a_layout_names_its_publisher_and_says_that_it_is_inferred(
    file: str, said: str, identifier: str
) -> None:
    units = read_boundaries(DATA / file)
    assert credit_text(units, "en").startswith(said)
    assert credit_text(units, "en").endswith("(by the layout of the file)")
    assert credit_text(units, "fr").endswith("(d’après la structure du fichier)")
    (credit,) = credits_of(units)
    assert credit.licence["name"] == identifier


def test_bundled_data_name_theirs_without_doubt() -> None:
    assert credit_text(load_boundaries(), "fr") == "Natural Earth, domaine public"
    assert credit_text(load_boundaries(), "fr", brief=True) == "Natural Earth"
    assert credit_text(catalog.load_table("reference", "towns"), "fr") == "GeoNames, CC BY 4.0"


def test_units_written_and_read_again_keep_their_publisher(tmp_path: Path) -> None:
    units = read_boundaries(DATA / "cod_ab_1_2015_adm1.geojson")
    units.to_file(tmp_path / "units.geojson")
    again = read_boundaries(tmp_path / "units.geojson")
    assert credit_text(again, "en") == credit_text(units, "en")


def test_a_file_says_nothing_of_a_publisher_that_nobody_knows(tmp_path: Path) -> None:
    units = load_boundaries().assign(source="from secret_base.gpkg")
    units.to_file(tmp_path / "units.geojson")
    assert credit_text(read_boundaries(tmp_path / "units.geojson"), "en") == "publisher not stated"
    named = gpd.read_file(DATA / "cod_ab_1_2015_adm1.geojson")
    named = named.rename(columns={"admin1Name": "nom", "admin1Pcod": "code_of"})
    named.to_file(tmp_path / "named.geojson")
    found = read_boundaries(
        tmp_path / "named.geojson", name_field="nom", code_field="code_of", level=1, vintage="2015"
    )
    assert credit_text(found, "fr") == "éditeur non indiqué"


def test_sources_of_other_makes_are_shown_as_they_begin() -> None:
    frame = pd.DataFrame({"source": ["IGM, carte de 2019", "UCDP GED", "UCDP GED"]})
    said = "Uppsala Conflict Data Program, UCDP GED, CC BY 4.0; IGM, carte de 2019"
    assert credit_text(frame, "en") == said
    assert credit_text(pd.DataFrame({"a": [1]}), "en") == "publisher not stated"


def test_what_is_released_names_publishers_that_everybody_knows_and_no_other(
    tmp_path: Path,
) -> None:
    given = read_incidents(DATA.parent / "incidents" / "ucdp.csv")
    mixed = given.assign(source=["from the base at X", *given["source"].iloc[1:]])
    study = maligeo.study(incidents=mixed, covers="2021/2022")
    table = study.release(audience="public", store=tmp_path / "store").table
    table = table[table["measure"] == "incidents"]
    assert table["source"].isna().all()
    assert credit_text(table, "fr") == "Uppsala Conflict Data Program, UCDP GED, CC BY 4.0"
    own = given.assign(source="from the base at X")
    private = maligeo.study(incidents=own, covers="2021/2022")
    released = private.release(audience="public", store=tmp_path / "other").table
    assert "credits" not in released.attrs
