"""GeoPackage: layers read by GDAL, tables by SQLite, styles by the rules of QGIS."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import MultiPolygon, Point, box

from maligeo import look
from maligeo.core.errors import MaligeoError, OutputFileError
from maligeo.exports import ExportOptions, write_layers
from maligeo.provenance.record import KEY, Provenance
from tests.exports import exportworlds as small

QGIS_COLUMNS = [
    "id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName",
    "styleQML", "styleSLD", "useAsDefault", "description", "owner", "ui", "update_time",
]  # fmt: skip
ENGLISH = ExportOptions(language="en")


def write(path: Path, **options: Any) -> Path:
    given = {"density": small.densities(), "audience": "internal", "options": ENGLISH} | options
    return write_layers(small.layers(), path / "mali.gpkg", **given)


def rows(path: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query, values).fetchall()


def layer(path: Path, name: str) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(path, layer=name, use_arrow=True)


def test_layers_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = write(tmp_path)
    incidents = layer(path, "incidents")
    before = small.incidents()
    assert incidents.crs == before.crs
    assert incidents["killed"].isna().tolist() == before["killed"].isna().tolist()
    assert incidents["killed"].fillna(-1).tolist() == [1, -1, 0, 2, 3]
    assert incidents["event_type"].fillna("").tolist() == ["ied", "landmine", "erw", "", "other"]
    assert pd.to_datetime(incidents["date"]).tolist()[0] == pd.Timestamp("2021-01-02")
    assert incidents.geometry.isna().tolist() == [False] * 4 + [True]
    assert incidents.geometry[:4].geom_equals(before.geometry[:4]).all()
    areas = layer(path, "areas")
    assert set(areas.geom_type) == {"MultiPolygon"}
    assert areas.geometry.geom_equals(small.areas().geometry).all()
    density = layer(path, "density")
    assert len(density) == len(small.densities())
    assert density["count"].isna().tolist() == small.densities()["count"].isna().tolist()


def test_measures_are_columns_of_the_units(tmp_path: Path) -> None:
    regions = layer(write(tmp_path), "regions").set_index("name")
    assert regions["incidents_2021"].to_dict() == {"Alpha": 76.0, "Béta-Sud": 124.0}
    assert regions.loc["Alpha", "incidents_202101_202103"] == 0
    assert pd.isna(regions.loc["Béta-Sud", "incidents_202101_202103"])
    assert regions["people_2020"].to_dict() == {"Alpha": 100_000.0, "Béta-Sud": 200_000.0}
    assert regions.geometry.geom_equals(small.units().set_index("name").geometry).all()


def styles(path: Path) -> dict[tuple[str, str], ET.Element]:
    found = rows(path, "select f_table_name, styleName, styleQML from layer_styles")
    assert all(text.startswith("<!DOCTYPE qgis ") for _, _, text in found)
    return {(table, name): ET.fromstring(text) for table, name, text in found}


def rules_of(qml: ET.Element) -> Iterator[tuple[str, str, list[dict[str, str]]]]:
    """Give label, filter and the symbol's parts of each rule that draws."""
    symbols = {symbol.get("name"): symbol for symbol in qml.iter("symbol")}
    for rule in qml.iter("rule"):
        if rule.get("symbol") is None:
            continue
        parts = []
        for part in symbols[rule.get("symbol")].iter("layer"):
            options = {str(o.get("name")): str(o.get("value")) for o in part.iter("Option")}
            old = {str(prop.get("k")): str(prop.get("v")) for prop in part.iter("prop")}
            assert {k: v for k, v in options.items() if k != "None"} == old
            parts.append(old)
        yield str(rule.get("label")), str(rule.get("filter")), parts


def colour(text: str) -> str:
    red, green, blue, opacity = (int(part) for part in text.split(","))
    assert opacity == 255
    return f"#{red:02x}{green:02x}{blue:02x}"


def test_the_table_of_styles_is_as_qgis_has_it(tmp_path: Path) -> None:
    path = write(tmp_path)
    columns = [row[1] for row in rows(path, "pragma table_info(layer_styles)")]
    assert columns == QGIS_COLUMNS
    found = rows(
        path,
        "select f_table_name, f_geometry_column, f_table_catalog, f_table_schema, owner "
        "from layer_styles where useAsDefault = 1",
    )
    assert found == [(name, "geometry", "", "", "") for name in ("regions", "incidents", "areas")]
    geometry = rows(path, "select table_name, column_name from gpkg_geometry_columns")
    assert {row[:2] for row in found} == set(geometry)
    registered = rows(path, "select data_type from gpkg_contents where table_name='layer_styles'")
    assert registered == [("attributes",)]
    assert ("regions", "incidents_2021") in styles(path)


def matches(expression: str, column: str, value: float | None) -> bool:
    """Evaluate the little that rules of classes say."""
    if expression == f'"{column}" IS NULL':
        return value is None
    if value is None:
        return False
    parts = re.findall(rf'"{column}" (>=|<=|<|>) ([0-9.e+-]+)', expression)
    assert " AND ".join(f'"{column}" {sign} {bound}' for sign, bound in parts) == expression
    tests = {">=": float.__ge__, "<=": float.__le__, "<": float.__lt__, ">": float.__gt__}
    return all(tests[sign](float(value), float(bound)) for sign, bound in parts)


@pytest.mark.parametrize("name", ["incidents_2021", "incidents_202101_202103", "people_2020"])
def test_one_rule_for_each_class_zero_and_missing(tmp_path: Path, name: str) -> None:
    qml = styles(write(tmp_path))["regions", name]
    key = name.split("_2021", maxsplit=1)[0].split("_20", maxsplit=1)[0]
    chosen = next(one for one in look.LAYERS if one.key == key)
    classes = look.classify(small.densities(), chosen)
    found = list(rules_of(qml))
    assert len(found) == len(classes.lows) + 2
    fills = (look.MISSING_COLOUR, look.ZERO_COLOUR, *classes.colours)
    edges = [*classes.lows[1:], *(low - 1e-9 for low in classes.lows[1:]), classes.highest, 1e-12]
    for value in (None, 0.0, *edges):
        drawn = [parts for _, rule, parts in found if matches(rule, name, value)]
        assert len(drawn) == 1, value
        assert colour(drawn[0][0]["color"]) == fills[classes.index(value) + 1], value
    missing = next(parts for _, rule, parts in found if "NULL" in rule)
    assert [part["style"] for part in missing] == ["solid", "b_diagonal"]


def test_incidents_have_the_marks_of_maps(tmp_path: Path) -> None:
    qml = styles(write(tmp_path))["incidents", "event_type"]
    found = {rule: parts for _, rule, parts in rules_of(qml)}
    for kind, mark in look.EVENT_MARKS.items():
        (part,) = found[f"\"event_type\" = '{kind}'"]
        assert (colour(part["color"]), part["name"]) == (mark.colour, mark.shape)
    (other,) = found["\"event_type\" NOT IN ('ied', 'landmine', 'ied_mine', 'erw')"]
    assert colour(other["color"]) == look.OTHER_MARK.colour
    assert '"event_type" IS NULL' in found
    assert "\"location_precision\" IN ('adm1', 'adm2', 'adm3')" in found  # hollow
    group = next(rule for rule in qml.iter("rule") if rule.get("symbol") is None)
    assert group.get("filter") == "coalesce(\"location_precision\", '') <> 'country'"


def test_areas_have_the_looks_of_maps(tmp_path: Path) -> None:
    qml = styles(write(tmp_path))["areas", "status"]
    found = {rule: parts for _, rule, parts in rules_of(qml)}
    brushes = set()
    for status, appearance in look.AREA_LOOKS.items():
        (part,) = found[f"\"status\" = '{status}'"]
        assert colour(part["color"]) == appearance.colour
        brushes.add(part["style"])
    assert len(brushes) == len(look.AREA_LOOKS)
    assert len(found) == len(look.AREA_LOOKS) + 2


def test_legends_and_aliases_are_in_the_language(tmp_path: Path) -> None:
    qml = styles(write(tmp_path))["regions", "incidents_2021"]
    labels = [label for label, _, _ in rules_of(qml)]
    assert labels[-1] == "No data (this is not zero)"
    assert labels[-2] == "0 (counted, none)"
    aliases = {alias.get("field"): alias.get("name") for alias in qml.iter("alias")}
    assert aliases["area_sqkm"] == "Area (km²)"
    assert aliases["incidents_2021"] == "Incidents (IEDs and mines): 2021"
    both = styles(write(tmp_path, options=ExportOptions()))["areas", "status"]
    assert "Terre dépolluée / Cleared land" in [label for label, _, _ in rules_of(both)]


def test_what_made_the_file_is_in_its_metadata(tmp_path: Path) -> None:
    path = write(tmp_path, about=small.ABOUT)
    ((kind, text),) = rows(path, "select mime_type, metadata from gpkg_metadata where id = 1")
    assert kind == "application/json"
    assert Provenance.from_json(json.dumps(json.loads(text)[KEY])) == small.ABOUT
    reference = rows(path, "select reference_scope, table_name, md_file_id, timestamp "
                           "from gpkg_metadata_reference")  # fmt: skip
    assert reference == [("geopackage", None, at, "2000-01-01T00:00:00.000Z") for at in (1, 2)]
    extensions = {row[0] for row in rows(path, "select extension_name from gpkg_extensions")}
    assert {"gpkg_metadata", "gpkg_schema", "gpkg_rtree_index"} <= extensions
    told = rows(path, "select distinct description from gpkg_contents where data_type='features'")
    assert told == [("INTERNAL: do not pass on",)]


def test_columns_are_explained(tmp_path: Path) -> None:
    found = rows(
        write(tmp_path),
        "select title, description from gpkg_data_columns where table_name = ? and column_name = ?",
        "density", "period_end",
    )  # fmt: skip
    assert found == [("End of the period", "Last day, included")]


def test_the_file_is_sound(tmp_path: Path) -> None:
    path = write(tmp_path, about=small.ABOUT)
    assert rows(path, "pragma integrity_check") == [("ok",)]
    assert rows(path, "pragma foreign_key_check") == []
    assert {row[0] for row in rows(path, "select last_change from gpkg_contents")} == {
        "2000-01-01T00:00:00.000Z"
    }
    assert [file.name for file in tmp_path.iterdir()] == ["mali.gpkg"]


def test_odd_columns_keep_their_names_and_texts(tmp_path: Path) -> None:
    texts = list(small.HOSTILE)
    frame = gpd.GeoDataFrame(
        {
            "fid": range(7, 7 + len(texts)),
            "geom": "a column, not the geometry",
            'le "nom", d\'accent': texts,
            "id": "x" * 70_000,
            "select": pd.to_datetime(["2021-01-02 03:04:05.678901"] * len(texts)),
        },
        geometry=[Point(0, 0)] * len(texts),
        crs="EPSG:4326",
    )
    path = write_layers({"odd": frame}, tmp_path / "odd.gpkg", audience="internal")
    read = layer(path, "odd")
    assert read["fid"].tolist() == frame["fid"].tolist()
    assert read['le "nom", d\'accent'].tolist() == texts
    assert (read["id"] == "x" * 70_000).all()
    assert (read["geom"] == "a column, not the geometry").all()
    assert (read["select"].astype(str) == "2021-01-02T03:04:05.678901").all()


def test_layers_without_rows_or_shapes(tmp_path: Path) -> None:
    areas = small.areas()
    empty = areas.set_geometry(gpd.GeoSeries([None, Point(), MultiPolygon()], crs="EPSG:4326"))
    frames = {"none": areas[:0], "shapeless": empty, "table": small.table()[:0]}
    path = write_layers(frames, tmp_path / "t.gpkg", audience="internal")
    assert len(layer(path, "none")) == 0
    assert layer(path, "shapeless").geometry.isna().all()
    assert list(layer(path, "table").columns) == list(small.table().columns)


def test_holes_and_parts_survive(tmp_path: Path) -> None:
    ring = box(0, 0, 1, 1).difference(box(0.2, 0.2, 0.4, 0.4))
    frame = gpd.GeoDataFrame(geometry=[ring, MultiPolygon([box(2, 2, 3, 3)])], crs="EPSG:4326")
    path = write_layers({"a": frame}, tmp_path / "a.gpkg", audience="internal")
    assert layer(path, "a").geometry.geom_equals(frame.geometry).all()


def test_hostile_words_leave_a_style_readable(tmp_path: Path) -> None:
    table = small.densities().assign(publisher='\x01<a> & "b" ]]> \ud7ff \ufffe')
    table.loc[table.index[-1:], "publisher"] = "another"
    path = write(tmp_path, density=table)
    for qml in styles(path).values():
        assert list(rules_of(qml))


def test_the_bundled_figures_are_for_everybody(
    tmp_path: Path, units: gpd.GeoDataFrame, table: pd.DataFrame
) -> None:
    path = write_layers({"regions": units}, tmp_path / "mali.gpkg", density=table)
    regions = layer(path, "regions")
    assert len(regions) == 9
    assert len(layer(path, "density")) == len(table)
    default = rows(path, "select styleName from layer_styles where useAsDefault = 1")
    assert default == [("incidents_202201_202208",)]
    assert regions["incidents_202201_202208"].notna().any()
    told = rows(path, "select distinct description from gpkg_contents where data_type='features'")
    credit = "Natural Earth, domaine public / Natural Earth, public domain"
    assert told == [(f"Version publique / Public version | {credit}",)]


IN_QGIS = """
import os, sys
from qgis.core import QgsApplication, QgsExpression, QgsVectorLayer
app = QgsApplication([], False)
app.initQgis()
for name in ("regions", "incidents", "areas"):
    layer = QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr")
    rules = layer.renderer().rootRule().descendants()
    faults = [rule.filterExpression() for rule in rules
              if QgsExpression(rule.filterExpression()).hasParserError()]
    drawn = sum(rule.symbol() is not None for rule in rules)
    print(name, layer.isValid(), drawn, len(faults), flush=True)
os._exit(0)  # without QGIS taking itself apart
"""


def _has_qgis() -> bool:
    python = shutil.which("python3") or sys.executable
    asked = subprocess.run([python, "-c", "import qgis.core"], capture_output=True, check=False)
    return asked.returncode == 0


def test_qgis_shows_the_styles_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not _has_qgis():
        pytest.skip("QGIS is not installed for the system's Python")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    python = shutil.which("python3") or sys.executable
    ran = subprocess.run(
        [python, "-c", IN_QGIS, str(write(tmp_path))], capture_output=True, text=True, check=True
    )
    classes = len(look.classify(small.densities(), look.LAYERS[0]).lows)
    assert ran.stdout.splitlines() == [
        f"regions True {classes + 2} 0", "incidents True 7 0", "areas True 7 0",
    ]  # fmt: skip


class TestAFileThatIsThere:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return write(tmp_path)

    def test_layers_of_other_names_stay_with_their_styles_and_words(
        self, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        before = {name: layer(path, name) for name in ("incidents", "areas", "regions", "density")}
        styled, described = styles(path), rows(path, "select * from gpkg_data_columns")
        write_layers({"zones": small.units()}, path, audience="internal", options=ENGLISH)
        assert set(pyogrio.list_layers(path)[:, 0]) == {*before, "zones", "layer_styles"}
        for name, frame in before.items():
            pd.testing.assert_frame_equal(pd.DataFrame(layer(path, name)), pd.DataFrame(frame))
        assert styles(path).keys() >= styled.keys()
        assert set(rows(path, "select * from gpkg_data_columns")) >= set(described)
        assert rows(path, "pragma foreign_key_check") == []
        assert caplog.messages == ["mali.gpkg keeps its layers areas, density, incidents, regions"]

    def test_a_layer_of_the_same_name_is_replaced_with_all_that_was_said_of_it(
        self, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        write_layers({"regions": small.units()}, path, audience="internal", options=ENGLISH)
        assert "incidents_2021" not in layer(path, "regions").columns
        assert not [style for style in styles(path) if style[0] == "regions"]
        words = "select count(*) from gpkg_data_columns where column_name = 'incidents_2021'"
        assert rows(path, words) == [(0,)]
        assert "replaces regions" in caplog.text

    def test_layers_and_metadata_of_other_programs_stay(self, tmp_path: Path) -> None:
        path = tmp_path / "theirs.gpkg"
        small.units().to_file(path, layer="Mes zones", driver="GPKG", metadata={"a": "b"})
        before = rows(path, "select metadata from gpkg_metadata")
        write_layers({"regions": small.units()}, path, audience="internal", about=small.ABOUT)
        assert len(layer(path, "Mes zones")) == 2
        assert set(rows(path, "select metadata from gpkg_metadata")) > set(before)

    def test_the_sources_of_what_stays_are_still_named(self, tmp_path: Path) -> None:
        path = tmp_path / "mali.gpkg"
        for at, name in enumerate(("first", "second")):
            units = small.units().assign(source=f"source {at}")
            write_layers({name: units}, path, audience="internal")
        (text,) = rows(
            path, "select metadata from gpkg_metadata where md_standard_uri like '%sources'"
        )
        assert [source["title"] for source in json.loads(text[0])["sources"]] == [
            "source 0", "source 1",
        ]  # fmt: skip

    def test_internal_layers_are_not_kept_in_a_public_file(self, path: Path) -> None:
        before = path.read_bytes()
        with pytest.raises(OutputFileError, match="areas, density, incidents, regions, for int"):
            write_layers({"zones": small.units()}, path, audience="public")
        assert path.read_bytes() == before

    def test_what_fails_leaves_the_file_as_it_was(self, path: Path) -> None:
        before = path.read_bytes()
        three = small.units().assign(geometry=Point(0, 0, 1))
        with pytest.raises(MaligeoError):
            write_layers({"zones": three}, path, audience="internal")
        assert path.read_bytes() == before
        assert [file.name for file in path.parent.iterdir()] == ["mali.gpkg"]
