"""TopoJSON: read back by GDAL and by the specification, and its borders shared."""

import json
import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon, box

import maligeo
from maligeo.core.errors import ArgumentError, FrameError
from maligeo.exports import write_layers
from maligeo.exports.topojson import GRID
from tests.cli.commands import SAME, run

REALDATA = os.environ.get("MALIGEO_REALDATA")
HALF = GRID / 2 * 2**0.5 * 1.000001  # from a point to the nearest of the grid, at most


def written(path: Path, *shapes: Any) -> dict[str, Any]:
    frame = gpd.GeoDataFrame({"a": range(len(shapes))}, geometry=list(shapes), crs="EPSG:4326")
    write_layers({"shapes": frame}, path / "x.topojson", audience="internal")
    found: dict[str, Any] = json.loads((path / "x.topojson").read_text(encoding="utf-8"))
    return found


def rings_of(document: dict[str, Any]) -> list[list[list[list[int]]]]:
    """Give the arcs of each ring of each part of each shape."""
    ((_, collection),) = document["objects"].items()
    return [
        [one["arcs"]] if one["type"] == "Polygon" else one["arcs"]
        for one in collection["geometries"]
    ]


def corners(document: dict[str, Any], ring: list[int]) -> np.ndarray:
    """Put a ring together as the specification says (TopoJSON 1.0.0, 2.1.2 to 2.1.4)."""
    scale, start = (np.array(document["transform"][part]) for part in ("scale", "translate"))
    arcs = [np.cumsum(document["arcs"][at if at >= 0 else ~at], axis=0) for at in ring]
    turned = [arc if at >= 0 else arc[::-1] for at, arc in zip(ring, arcs, strict=True)]
    for before, after in zip(turned, turned[1:] + turned[:1], strict=True):
        assert (before[-1] == after[0]).all()
    return np.vstack([arc[:-1] for arc in turned] + [turned[-1][-1:]]) * scale + start


def decoded(document: dict[str, Any]) -> list[Any]:
    return [
        MultiPolygon(
            [
                Polygon(corners(document, part[0]), [corners(document, hole) for hole in part[1:]])
                for part in parts
            ]
        )
        for parts in rings_of(document)
    ]


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return maligeo.study().export(tmp_path_factory.mktemp("topojson") / "mali.topojson")


def test_shapes_are_those_of_the_units_to_the_grid(regions: Path) -> None:
    units = maligeo.load_boundaries()
    document = json.loads(regions.read_text(encoding="utf-8"))
    for read in (decoded(document), list(pyogrio.read_dataframe(regions).geometry)):
        assert len(read) == len(units)
        for found, unit in zip(read, units.geometry, strict=True):
            assert found.is_valid
            assert shapely.hausdorff_distance(found, unit) < HALF
    assert shapely.coverage_is_valid(np.array(decoded(document), dtype=object))


def test_a_unit_has_its_keys_alone_and_the_tables_have_the_same(regions: Path) -> None:
    document = json.loads(regions.read_text(encoding="utf-8"))
    assert list(document["objects"]) == ["units"]
    found = document["objects"]["units"]["geometries"]
    assert found[0]["id"] == "ML01"
    assert found[0]["properties"] == {"pcode": "ML01", "name": "Kayes", "iso_3166_2": "ML-1"}
    table = maligeo.study().table
    counted = table.loc[table["place_kind"] == "unit"]
    keys = {(one["properties"]["pcode"], one["properties"]["name"]) for one in found}
    assert set(zip(counted["pcode"], counted["name"], strict=True)) <= keys


def test_it_says_for_whom_it_is_and_is_made_again_from_its_record(regions: Path) -> None:
    document = json.loads(regions.read_text(encoding="utf-8"))
    assert document["audience"] == "Version publique"
    assert document["sources"][0]["title"].startswith("Natural Earth")
    assert run("verify", regions).stdout == SAME


def test_neighbours_share_their_border_and_each_arc_is_written_once(tmp_path: Path) -> None:
    above = Polygon([(0, 1), (1, 1), (2, 1), (2, 2), (0, 2)])
    document = written(tmp_path, box(0, 0, 1, 1), box(1, 0, 2, 1), above)
    # West, east and north meet at (1, 1): three borders within, three without.
    assert len(document["arcs"]) == 6
    west, east, north = ({at if at >= 0 else ~at for at in parts[0][0]}
                         for parts in rings_of(document))  # fmt: skip
    assert [len(west & east), len(west & north), len(east & north)] == [1, 1, 1]
    uses = [at for parts in rings_of(document) for at in parts[0][0]]
    assert len(uses) == 9
    assert all((~at in uses) == (uses.count(at) + uses.count(~at) == 2) for at in uses)


def test_a_unit_in_the_hole_of_another_shares_a_ring_that_no_other_border_meets(
    tmp_path: Path,
) -> None:
    inner = box(1, 1, 2, 2)
    around = Polygon(box(0, 0, 4, 4).exterior, [inner.exterior])
    document = written(tmp_path, around, inner)
    ((outer, hole),), ((ring,),) = rings_of(document)
    assert hole == [~ring[0]]
    assert len(outer) == 1
    assert shapely.hausdorff_distance(decoded(document), [around, inner]).max() < 1e-9


def test_outer_rings_are_clockwise_and_holes_are_not(tmp_path: Path) -> None:
    shape = Polygon(box(0, 0, 4, 4).exterior, [box(1, 1, 2, 2).exterior])
    for turned in (shape, shapely.reverse(shape)):
        document = written(tmp_path, turned)
        ((outer, hole),) = rings_of(document)[0]
        ways = [shapely.is_ccw(shapely.LinearRing(corners(document, one))) for one in (outer, hole)]
        assert ways == [False, True]


def test_parts_stay_parts_and_an_attribute_is_kept_where_there_is_no_code(tmp_path: Path) -> None:
    islands = MultiPolygon([box(0, 0, 1, 1), box(3, 3, 4, 4)])
    document = written(tmp_path, islands, box(1, 0, 2, 1))
    assert shapely.hausdorff_distance(decoded(document), [islands, box(1, 0, 2, 1)]).max() < 1e-9
    found = document["objects"]["shapes"]["geometries"]
    assert [one["properties"] for one in found] == [{"a": 0}, {"a": 1}]


def test_what_is_smaller_than_the_grid_is_refused_with_its_row(tmp_path: Path) -> None:
    speck = box(5, 5, 5 + GRID / 10, 5 + GRID / 10)
    with pytest.raises(FrameError, match="smaller than the grid") as caught:
        written(tmp_path, box(0, 0, 1, 1), speck)
    assert [fault.row for fault in caught.value.faults] == [1]
    with pytest.raises(FrameError, match="smaller than the grid"):
        written(tmp_path, MultiPolygon([box(0, 0, 1, 1), speck]))


def test_a_missing_shape_and_lines_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FrameError, match="needs a shape in each row"):
        written(tmp_path, box(0, 0, 1, 1), None)
    with pytest.raises(ArgumentError, match="has no polygons"):
        written(tmp_path, LineString([(0, 0), (1, 1)]))
    assert list(tmp_path.iterdir()) == []


def test_figures_go_into_a_table(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="holds units alone"):
        maligeo.study().export(tmp_path / "x.topojson", layers=["incidents"])


@pytest.mark.skipif(
    REALDATA is None, reason="MALIGEO_REALDATA does not name the folder of real boundaries"
)
def test_official_units_keep_their_borders(tmp_path: Path) -> None:
    (source,) = Path(str(REALDATA)).glob("cod-ab-2015/*_adm2_*.shp")
    units = maligeo.read_boundaries(source)
    path = write_layers({"units": units}, tmp_path / "cercles.topojson")
    read = decoded(json.loads(path.read_text(encoding="utf-8")))
    distances = shapely.hausdorff_distance(read, units.geometry.to_numpy())
    assert distances.max() < HALF
    assert shapely.coverage_is_valid(np.array(read, dtype=object))
