"""Files as they come: each gives a clear error or a quarantine file, and no row is lost."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from maligeo.core.errors import CrsError, InputFileError, MaligeoError
from maligeo.readers.areas import read_areas
from maligeo.readers.incidents import read_incidents

HEADER = "id;date;type;morts;latitude;longitude\n"


def lines(*rows: str) -> str:
    return HEADER + "\n".join(rows) + "\n"


@pytest.mark.parametrize("reader", [read_incidents, read_areas])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header.csv", b"a;b;c\n"),
        ("header.tsv", "date\tlat\n".encode("utf-16")),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 50),
        ("zip.csv", b"PK\x03\x04" + b"\0" * 500),
        ("no.geojson", b'{"type": "FeatureCollection", "features": ['),
        ("cut.zip", b"PK\x03\x04\x14\0\0\0\x08\0"),
        ("cut.gpkg", b"SQLite format 3\0" + b"\1" * 200),
        ("cut.xlsx", b"PK\x03\x04\x14\0\0\0\x08\0"),
        (
            "laughs.kml",
            b'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
            b"<kml>&b;</kml>",
        ),
        ("quote.csv", b'id,date,type,lat,lon\n1,"2021-01-01,ied,14,-3\n' + b"x" * 1000),
    ],
)
def test_a_clear_error(
    tmp_path: Path, name: str, content: bytes, reader: Callable[[Path], object]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MaligeoError, match=name):
        reader(path)


def test_a_zip_bomb(tmp_path: Path) -> None:
    for name, member in (("bomb.zip", "a.geojson"), ("bomb.xlsx", "xl/workbook.xml")):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, b"{" + b" " * 50_000_000)
        with pytest.raises(InputFileError, match="bomb"):
            read_incidents(tmp_path / name)


def test_entities_in_excel_do_not_grow(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path, bad = tmp_path / "good.xlsx", tmp_path / "bad.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["date", "type", "lat", "lon"])
    book.active.append(["2021-01-01", "ied", 14, -3])
    book.save(path)
    entities = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 10))
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bad, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename.endswith("sheet1.xml"):
                head = f'<!DOCTYPE w [<!ENTITY e0 "ha">{entities}]>'.encode()
                content = head + content.replace(b"</sheetData>", b"&e9;</sheetData>")
            target.writestr(info, content)
    with pytest.raises(InputFileError, match="bad"):
        read_incidents(bad)


def test_a_shapefile_without_prj(tmp_path: Path) -> None:
    path = tmp_path / "points.shp"
    columns = {"date": ["2021-01-01"], "type": ["ied"]}
    gpd.GeoDataFrame(columns, geometry=[Point(-3, 14)], crs=4326).to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match="points"):
        read_incidents(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_decimal_commas(tmp_path: Path, encoding: str, newline: str) -> None:
    path = tmp_path / "table.csv"
    text = lines("é1;15/03/2021;mine;1 000;14,5;-3,5", "é2;1er août 2021;EEI;2;14°30'N;3°30'O")
    path.write_bytes(text.replace("\n", newline).encode(encoding))
    frame = read_incidents(path)
    assert frame["event_id"].tolist() == ["é1", "é2"]
    assert frame["killed"].tolist() == [1000, 2]
    assert [(point.x, point.y) for point in frame.geometry] == [(-3.5, 14.5)] * 2


def test_mixed_dates(tmp_path: Path) -> None:
    path, rejects = tmp_path / "dates.csv", tmp_path / "rejects.csv"
    dates = [
        "2021-03-15", "15/03/2021", "15 mars 2021", "March 15, 2021", "03/15/2021",
        "03/04/2021", "15/03/21", "44270", "hier",
    ]  # fmt: skip
    path.write_text(lines(*(f"{at};{day};EEI;0;14;-3" for at, day in enumerate(dates))), "utf-8")
    frame = read_incidents(path, on_invalid="quarantine", rejects=rejects)
    aside = pd.read_csv(rejects)
    assert set(frame["date"]) == {pd.Timestamp("2021-03-15")}
    assert aside["date"].tolist() == ["03/04/2021", "15/03/21", "44270", "hier"]
    assert len(frame) + len(aside) == len(dates)


def test_cells_that_hold_anything(tmp_path: Path) -> None:
    path, rejects = tmp_path / "any.csv", tmp_path / "rejects.csv"
    rows = ["a;2021-01-01;EEI;0;14;-3", '"b\nb";2021-01-01;EEI;0;14;-3', "c;;;;;", "=1+1;x;x;x;x;x"]
    path.write_text(lines(*rows, "", ";;;;;", "d;2021-01-01", "\x1f;\ufffe;½;²;٣;−"), "utf-8")
    frame = read_incidents(path, on_invalid="quarantine", rejects=rejects)
    assert frame["event_id"].tolist() == ["a", "b\nb", "c"]
    assert pd.read_csv(rejects)["row"].tolist() == [5, 8, 9]
    assert frame.attrs["rows_in_file"] == 6


def test_a_million_rows_with_one_in_a_hundred_faulty(tmp_path: Path) -> None:
    count = 1_000_000
    rng = np.random.default_rng(0)
    faulty = rng.choice(count, count // 100, replace=False)
    killed = rng.integers(0, 9, count).astype(object)
    killed[faulty] = "many"
    table = pd.DataFrame(
        {
            "id": np.arange(count),
            "date": "2021-03-15",
            "type": "ied",
            "killed": killed,
            "latitude": np.round(rng.uniform(10.5, 24.5, count), 4),
            "longitude": np.round(rng.uniform(-12, 4, count), 4),
        }
    )
    path, rejects = tmp_path / "million.csv", tmp_path / "rejects.csv"
    table.to_csv(path, index=False)
    frame = read_incidents(path, on_invalid="quarantine", rejects=rejects)
    aside = pd.read_csv(rejects)
    assert len(frame) + len(aside) == count
    assert aside["row"].tolist() == sorted((faulty + 2).tolist())
    assert aside["killed"].unique().tolist() == ["many"]
