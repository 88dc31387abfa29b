from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.errors import ArgumentError
from maligeo.streams import open_stream

PIECES = [
    pd.DataFrame(
        {
            "event_id": ["a", "é;\"b'"],
            "adm1_name": pd.Categorical(["Gao", None]),
            "lon": [0.5, None],
            "lat": [14.0, None],
            "locate_distance_m": [0.0, None],
        }
    ),
    pd.DataFrame(
        {
            "event_id": ["c"],
            "adm1_name": pd.Categorical(["Kidal"]),
            "lon": [1.5],
            "lat": [19.0],
            "locate_distance_m": [12.5],
        }
    ),
]


def written(path: Path) -> Path:
    with open_stream(path) as write:
        for piece in PIECES:
            write(piece)
    return path


def test_csv(tmp_path: Path) -> None:
    table = pd.read_csv(written(tmp_path / "out.csv"))
    expected = pd.concat(PIECES).astype({"adm1_name": "object"}).reset_index(drop=True)
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)


@pytest.mark.parametrize(
    ("name", "read"), [("out.parquet", gpd.read_parquet), ("out.gpkg", gpd.read_file)]
)
def test_geographic_files(tmp_path: Path, name: str, read: object) -> None:
    frame = read(written(tmp_path / name))
    assert frame.crs.to_epsg() in (4326, None) or frame.crs.to_string() == "OGC:CRS84"
    assert frame["event_id"].tolist() == ["a", "é;\"b'", "c"]
    assert frame["adm1_name"].astype("object").where(frame["adm1_name"].notna(), None).tolist() == [
        "Gao",
        None,
        "Kidal",
    ]
    assert frame.geometry.isna().tolist() == [False, True, False]
    assert (frame.geometry.iloc[2].x, frame.geometry.iloc[2].y) == (1.5, 19.0)


def test_parquet_without_positions_is_plain(tmp_path: Path) -> None:
    with open_stream(tmp_path / "out.parquet") as write:
        write(PIECES[0].drop(columns=["lon", "lat"]))
    assert len(pd.read_parquet(tmp_path / "out.parquet")) == 2


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    for name in ("out.csv", "out.parquet", "out.gpkg"):
        with pytest.raises(KeyError), open_stream(tmp_path / name) as write:
            write(PIECES[0])
            raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"'.docx' is not known; choose from .csv"):
        open_stream(tmp_path / "out.docx")
