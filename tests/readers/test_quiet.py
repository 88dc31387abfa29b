"""A list without a row: of every format, a frame without a row and with every column."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.core.columns import PROJECTS
from maligeo.core.errors import InputFileError, UnknownNameError
from maligeo.readers.areas import AREAS, read_areas
from maligeo.readers.incidents import INCIDENTS, iter_incidents, read_incidents
from maligeo.readers.places import iter_places
from maligeo.readers.projects import read_projects

COLUMNS = {
    "incidents": "event_id,date,event_type,killed,latitude,longitude",
    "projects": "project_id,title,programme,region,start_date,budget",
    "areas": "area_id,status,end_date,declared_sqm,wkt",
}
READERS = {
    "incidents": (read_incidents, INCIDENTS),
    "projects": (read_projects, PROJECTS),
    "areas": (read_areas, AREAS),
}
POSITIONS = ("latitude", "longitude", "wkt")


def table(kind: str, path: Path) -> None:
    columns = COLUMNS[kind].split(",")
    frame = pd.DataFrame({name: pd.array([], dtype="string") for name in columns})
    if path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        path.write_text("\t".join(columns), encoding="utf-8")


def layer(kind: str, path: Path) -> None:
    columns = [name for name in COLUMNS[kind].split(",") if name not in POSITIONS]
    named = {name[:10]: pd.array([], dtype="string") for name in columns}
    frame = gpd.GeoDataFrame(named, geometry=[], crs=4326)
    if path.suffix == ".geoparquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, geometry_type="Polygon" if kind == "areas" else "Point")


def text(content: str) -> Callable[[str, Path], None]:
    def write(kind: str, path: Path) -> None:
        blank = "," * COLUMNS[kind].count(",")
        path.write_text(content.format(header=COLUMNS[kind], blank=blank), encoding="utf-8")

    return write


LISTS = {
    "a.csv": text("{header}\n"),
    "without-an-end-of-line.csv": text("{header}"),
    "title.csv": text("Liste\n{header}\n"),
    "blank.csv": text("{header}\n{blank}\n\n"),
    "a.tsv": table,
    "a.xlsx": table,
    "a.parquet": table,
    "a.gpkg": layer,
    "a.shp": layer,
    "a.fgb": layer,
    "a.geoparquet": layer,
    "a.geojson": text('{{"type": "FeatureCollection", "features": []}}'),
    "a.kml": text(
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder/></Document></kml>'
    ),
}


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("name", LISTS)
def test_a_list_without_a_row_is_a_frame_without_a_row(
    tmp_path: Path, kind: str, name: str
) -> None:
    path, (read, columns) = tmp_path / name, READERS[kind]
    LISTS[name](kind, path)
    frame = read(path)  # type: ignore[operator]
    assert len(frame) == 0
    assert set(columns) <= set(frame.columns)
    assert frame.crs == "EPSG:4326"
    assert (frame.attrs["rows_in_file"], frame.attrs["rows_rejected"]) == (0, 0)
    dates = [name for name in frame.columns if str(name).endswith("date")]
    assert {str(frame[name].dtype) for name in dates} == {"datetime64[us]"}


def test_no_activity_of_iati(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text('<iati-activities version="2.03"/>', encoding="utf-8")
    frame = read_projects(path)
    assert (len(frame), frame.attrs["rows_in_file"]) == (0, 0)
    assert set(PROJECTS) <= set(frame.columns)


def test_the_header_says_which_victims_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(COLUMNS["incidents"] + "\n", encoding="utf-8")
    assert read_incidents(path).attrs["victims"] == ["killed"]


def test_a_list_is_read_in_one_empty_piece(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(COLUMNS["incidents"] + "\n", encoding="utf-8")
    assert [len(piece) for piece in iter_incidents(path)] == [0]
    pieces = list(iter_places(path))
    assert [len(piece) for piece in pieces] == [0]
    assert {"event_id", "lon", "lat"} <= set(pieces[0].columns)


@pytest.mark.parametrize("content", ["", "\n\n", "a,b\n"])
def test_what_has_no_header_that_is_known_stays_an_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises((InputFileError, UnknownNameError), match=r"a\.csv"):
        read_incidents(path)


def test_a_layer_of_something_else_stays_an_error(tmp_path: Path) -> None:
    """A GeoPackage says its columns, also where it has no row."""
    path = tmp_path / "a.gpkg"
    layer("areas", path)
    with pytest.raises(UnknownNameError, match="is of no known make"):
        read_incidents(path)
    with sqlite3.connect(path) as database:
        assert database.execute("select count(*) from a").fetchone() == (0,)
