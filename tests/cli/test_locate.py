from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from tests.cli.commands import run
from tests.worlds import communes

HEADER = "event_id;longitude;latitude;Région;Cercle\n"
ROWS = [
    "a;-3,5;14,5;Mopti;",
    "b;0,05;16,27;Kidal;",
    "c;2,5;48,8;;",
    "d;;;Gao;",
    "e;;;Ségou;Niono",
    "f;;;Tombuktou;",
    "g;;;;",
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "incidents.csv"
    path.write_bytes((HEADER + "\n".join(ROWS) + "\n").encode("cp1252"))
    return path


def test_every_row_comes_back_as_it_stood_with_its_unit(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    done = run("locate", str(table), "-o", str(out))
    assert done.returncode == 0, done.stderr
    located = pd.read_csv(out, dtype={"longitude": "str"})
    assert located["event_id"].tolist() == list("abcdefg")
    assert located["longitude"].iloc[0] == "-3,5"
    names = located["adm1_name"].astype("object").where(located["adm1_name"].notna(), None)
    assert names.tolist() == ["Mopti", "Gao", None, "Gao", "Ségou", None, None]
    assert located["Région"].tolist()[:2] == ["Mopti", "Kidal"]
    for line in (
        "           7  rows",
        "2  inside a unit",
        "2  by name",
        "1  outside all units",
        "2  without position or known name",
        "1  of all: name and point disagree",
        "INTERNAL: do not pass on",
    ):
        assert line in done.stderr


def test_no_row_is_lost_though_it_is_no_record(tmp_path: Path) -> None:
    """The file that comes out is the one that came in, its totals and notes too."""
    path, out = tmp_path / "list.csv", tmp_path / "out.csv"
    rows = ["a,Gao,1", "TOTAL,,1", "id,Région,morts", "Source : CCO,,"]
    path.write_text("id,Région,morts\n" + "\n".join(rows) + "\n", encoding="utf-8")
    done = run("locate", str(path), "-o", str(out))
    assert done.returncode == 0, done.stderr
    located = pd.read_csv(out)
    assert located["id"].tolist() == ["a", "TOTAL", "id", "Source : CCO"]
    assert "           4  rows" in done.stderr


def test_misspelt_names_count_when_asked_for(table: Path, tmp_path: Path) -> None:
    done = run("locate", str(table), "-o", str(tmp_path / "out.csv"), "--min-score", "80")
    assert "1  by a misspelt name" in done.stderr


@pytest.mark.parametrize(
    ("name", "read"), [("o.gpkg", gpd.read_file), ("o.parquet", gpd.read_parquet)]
)
def test_geographic_output(
    table: Path, tmp_path: Path, name: str, read: Callable[[Path], gpd.GeoDataFrame]
) -> None:
    assert run("locate", str(table), "-o", str(tmp_path / name)).returncode == 0
    frame = read(tmp_path / name)
    assert len(frame) == len(ROWS)
    assert frame.geometry.notna().sum() == 3


def test_units_from_a_file(table: Path, tmp_path: Path) -> None:
    units = Path(__file__).parents[1] / "data" / "boundaries" / "geoboundaries_adm1.geojson"
    done = run(
        "locate", str(table), "-o", str(tmp_path / "out.csv"),
        "--boundaries", str(units), "--vintage", "2015",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    located = pd.read_csv(tmp_path / "out.csv")
    assert len(located) == len(ROWS)
    assert set(located["vintage"].dropna()) == {2015}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["a;14,5;-3,5;;"], "swapped"),
        (["a;x;14,5;;"], "'x'"),
        (["a;0;0;;"], "is 0 and 0"),
    ],
)
def test_faults_are_told_and_nothing_is_written(
    tmp_path: Path, rows: list[str], message: str
) -> None:
    path, out = tmp_path / "faulty.csv", tmp_path / "out.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    done = run("locate", str(path), "-o", str(out))
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


def test_faulty_rows_go_to_their_own_file(tmp_path: Path) -> None:
    path, out, rejects = (tmp_path / name for name in ("in.csv", "out.csv", "bad.csv"))
    path.write_text(HEADER + ROWS[0] + "\nswapped;14,5;-3,5;;\n", encoding="utf-8")
    done = run("locate", str(path), "-o", str(out), "--rejects", str(rejects))
    assert done.returncode == 0, done.stderr
    assert pd.read_csv(out)["event_id"].tolist() == ["a"]
    assert pd.read_csv(rejects)["event_id"].tolist() == ["swapped"]


def test_a_file_without_places_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("colour,taste\nred,sweet\n")
    done = run("locate", str(path), "-o", str(tmp_path / "out.csv"))
    assert done.returncode == 1
    assert "neither positions nor names of units" in done.stderr


def test_the_file_that_is_read_is_not_overwritten(table: Path) -> None:
    done = run("locate", str(table), "-o", str(table))
    assert done.returncode == 1
    assert "name another" in done.stderr


def test_villages_of_a_gazetteer(tmp_path: Path) -> None:
    records, villages = tmp_path / "list.csv", tmp_path / "villages.csv"
    records.write_text("id,village\na,Sokoura-Test\nb,Nulle-Part\n", encoding="utf-8")
    villages.write_text("village,lat,lon\nSokoura-Test,14.5,-4.2\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    done = run("locate", str(records), "-o", str(out), "--gazetteer", str(villages))
    assert done.returncode == 0, done.stderr
    located = pd.read_csv(out)
    assert located["adm1_name"].fillna("").tolist() == ["Mopti", ""]
    assert located["locate_method"].tolist() == ["place", "none"]
    assert not located["lon"].notna().any()
    assert "1  by a place of the gazetteer" in done.stderr
    assert run("verify", str(out)).returncode == 0
    villages.write_text("village,lat,lon\nSokoura-Test,16.5,-3.2\n", encoding="utf-8")
    assert "gazetteer" in run("verify", str(out)).stdout


def test_near_positions_go_by_names_when_asked_for(tmp_path: Path) -> None:
    records, units = tmp_path / "list.csv", tmp_path / "communes.gpkg"
    koro = communes().iloc[[5]].assign(pcode="ML050711")  # as the table of the division has it
    koro.to_file(units, layer="communes")
    text = "id,lat,lon,location_precision,commune,cercle\na,14.5,5.5,near,Koro,Koro\n"
    records.write_text(text, encoding="utf-8")
    for more, unit in ((), ""), (("--near", "names"), "ML050711"):
        out = tmp_path / f"out{len(more)}.csv"
        done = run(
            "locate", str(records), "-o", str(out), "--boundaries", str(units), "--level", "3",
            "--vintage", "2015", *more,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert pd.read_csv(out, dtype="str")["adm3_pcode"].fillna("").tolist() == [unit]
