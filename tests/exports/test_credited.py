"""Every file with boundaries says whose they are, and under which terms."""

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from maligeo.exports import ExportOptions, write_layers, write_table
from maligeo.provenance.products import read_about
from maligeo.readers.boundaries import read_boundaries
from tests.exports import exportworlds as small

BOUNDARIES = Path(__file__).parents[1] / "data" / "boundaries" / "cod_ab_1_2015_adm1.geojson"
CREDIT = "OCHA, COD-AB Mali 2015, CC BY-IGO (by the layout of the file)"
TERMS = "https://creativecommons.org/licenses/by/3.0/igo/"


def written(path: Path) -> Path:
    units = read_boundaries(BOUNDARIES)
    english = ExportOptions(language="en")
    return write_layers({"regions": units}, path, about=small.ABOUT, options=english)


def sources_of(path: Path) -> object:
    if path.suffix == ".geojson":
        return json.loads(path.read_text())["sources"]
    if path.suffix == ".parquet":
        return json.loads(pq.read_metadata(path).metadata[b"maligeo-sources"])
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read("datapackage.json"))["sources"]
    with closing(sqlite3.connect(path)) as database:
        query = "select metadata from gpkg_metadata where md_standard_uri = 'urn:maligeo:sources'"
        return json.loads(database.execute(query).fetchone()[0])["sources"]


@pytest.mark.parametrize("name", ["m.geojson", "m.parquet", "m.zip", "m.shp.zip", "m.gpkg"])
def test_layers_name_the_publisher_and_the_terms(name: str, tmp_path: Path) -> None:
    path = written(tmp_path / name)
    assert sources_of(path) == [{"title": CREDIT, "path": TERMS}]
    assert read_about(path).product == small.ABOUT.product


def test_a_geopackage_says_it_where_programs_show_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(written(tmp_path / "m.gpkg"))) as database:
        (shown,) = database.execute(
            "select description from gpkg_contents where table_name = 'regions'"
        ).fetchone()
    assert CREDIT in shown


def test_flatgeobuf_names_them_beside_the_record(tmp_path: Path) -> None:
    path = written(tmp_path / "m.fgb")
    assert CREDIT.encode() in path.read_bytes()
    assert read_about(path).product == small.ABOUT.product


def test_a_workbook_and_a_description_of_csv_list_them(tmp_path: Path) -> None:
    units = read_boundaries(BOUNDARIES).drop(columns="geometry")
    write_table(units, tmp_path / "m.xlsx")
    notes = openpyxl.load_workbook(tmp_path / "m.xlsx")["Notes"]
    lines = [[cell for cell in row if cell] for row in notes.iter_rows(values_only=True)]
    both = f"OCHA, COD-AB Mali 2015, CC BY-IGO (d’après la structure du fichier) / {CREDIT}"
    assert [both, TERMS] in lines
    write_table(units, tmp_path / "m.csv", about=small.ABOUT, options=ExportOptions(language="en"))
    described = json.loads((tmp_path / "m.csv-metadata.json").read_text())
    assert described["dc:source"] == [f"{CREDIT} {TERMS}"]
