from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

import maligeo
from maligeo.core.errors import ArgumentError, FrameError, UnknownNameError
from maligeo.readers.files import csv
from maligeo.readers.incidents import INCIDENTS, iter_incidents, read_incidents

DATA = Path(__file__).parents[1] / "data" / "incidents"
DTYPES = {
    "date": "datetime64[us]",
    "killed": "Int64",
    "injured": "Int64",
    "civilians_killed": "Int64",
    "civilians_injured": "Int64",
    "geometry": "geometry",
}


def told(frame: gpd.GeoDataFrame, *names: str) -> list[tuple[object, ...]]:
    """Rows as plain values; "" where something is missing."""
    columns = [
        [
            "" if pd.isna(value) else value.isoformat()[:10] if name == "date" else value
            for value in frame[name]
        ]
        for name in names
    ]
    return list(zip(*columns, strict=True))


def places(frame: gpd.GeoDataFrame) -> list[tuple[float, float] | None]:
    return [None if shape is None else (shape.x, shape.y) for shape in frame.geometry]


@pytest.mark.parametrize("path", sorted(DATA.glob("[!f]*")), ids=lambda path: path.name)
def test_every_format_gives_the_same_columns(path: Path) -> None:
    frame = read_incidents(path)
    assert tuple(frame.columns[: len(INCIDENTS)]) == INCIDENTS
    kept = [name.removesuffix(" (file)") for name in frame.columns[len(INCIDENTS) :]]
    assert tuple(kept) == frame.attrs["reading"].extra
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        name: DTYPES.get(name, "string") for name in frame.columns
    }
    assert frame.crs == "EPSG:4326"
    assert frame.attrs["rows_in_file"] == len(frame) + frame.attrs["rows_left_out"]


def test_acled_keeps_explosive_devices() -> None:
    frame = read_incidents(DATA / "acled.csv")
    names = ("event_id", "date", "date_precision", "event_type", "outcome", "killed")
    assert told(frame, *names) == [
        ("ZZZ1", "2021-03-04", "day", "ied_mine", "exploded", 2),
        ("ZZZ3", "2021-03-06", "month", "ied", "exploded", 0),
    ]
    assert told(frame, "location_precision", "adm1_name", "adm2_name", "source") == [
        ("exact", "Mopti", "Invented", "ACLED"),
        ("adm1", "Kidal", "", "ACLED"),
    ]
    assert places(frame) == [(-3.5, 15.5), (1.25, 18.5)]
    assert frame.index.tolist() == [2, 4]
    assert frame.attrs.pop("reading").format == "acled"
    assert frame.attrs == {
        "format": "acled",
        "rows_in_file": 4,
        "rows_left_out": 2,
        "rows_rejected": 0,
        "rows_swapped": 0,
    }


@pytest.mark.parametrize(
    ("event_types", "ids"),
    [
        ("all", ["ZZZ1", "ZZZ2", "ZZZ3", "ZZZ4"]),
        (["Disrupted weapons use", "armed clash"], ["ZZZ2", "ZZZ4"]),
        (["ied"], ["ZZZ3"]),
        (["other"], ["ZZZ2", "ZZZ4"]),
    ],
)
def test_other_event_types_by_option(event_types: object, ids: list[str]) -> None:
    frame = read_incidents(DATA / "acled.csv", event_types=event_types)  # type: ignore[arg-type]
    assert frame["event_id"].tolist() == ids


def test_older_acled_exports() -> None:
    frame = read_incidents(DATA / "acled_old.csv", event_types=["Grenade"])
    assert told(frame, "event_id", "date", "event_type", "killed", "location_precision") == [
        ("ZZZ2", "2019-03-05", "other", 3, "near")
    ]


def test_ucdp() -> None:
    frame = read_incidents(DATA / "ucdp.csv")
    names = ("date", "date_precision", "killed", "civilians_killed", "location_precision")
    assert told(frame, *names, "event_type", "adm1_name") == [
        ("2015-01-05", "day", 6, 3, "exact", "", "Mopti region"),
        ("2016-02-01", "month", 2, 2, "adm1", "", "Gao region"),
        ("2016-01-01", "year", 1, 1, "country", "", ""),
    ]


def test_ucdp_estimates_are_in_order(tmp_path: Path) -> None:
    path = tmp_path / "ucdp.csv"
    path.write_text((DATA / "ucdp.csv").read_text("utf-8").replace(",6,9,4", ",6,5,4"), "utf-8")
    with pytest.raises(FrameError, match="row 2, best: is not between"):
        read_incidents(path)


def test_imsma() -> None:
    frame = read_incidents(DATA / "imsma.csv")
    names = ("event_id", "date", "event_type", "outcome", "killed", "injured", "adm1_name")
    assert told(frame, *names, "location_precision") == [
        ("ZZ-ACC-1", "2021-03-04", "ied", "exploded", 1, 2, "Mopti", ""),
        ("ZZ-ACC-2", "2021-03-25", "landmine", "exploded", 0, 1, "Gao", ""),
        ("ZZ-ACC-3", "2021-03-26", "erw", "exploded", "", 1, "Gao", "adm1"),
    ]
    assert places(frame) == [(-3.5, 14.5), (-0.25, 16.25), None]


def test_nothing_about_victims_is_ever_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    reading = csv.read_blocks

    def watch(*arguments: object) -> object:
        for block in reading(*arguments):  # type: ignore[arg-type]
            seen.append(str(block.table.to_pydict()))
            yield block

    monkeypatch.setattr(csv, "read_blocks", watch)
    text = (DATA / "imsma.csv").read_text("utf-8").replace("Number killed", "Number killed")
    text = text.replace(";0;1;PERSON", ";-3;1;PERSON").replace("SECRET-C", "SECRET-C;SECRET-D")
    path, rejects = tmp_path / "imsma.csv", tmp_path / "rejects.csv"
    path.write_text(text, "utf-8")
    frame = read_incidents(path, on_invalid="quarantine", rejects=rejects)
    with pytest.raises(FrameError) as raised:
        read_incidents(path)
    everything = frame.to_csv() + rejects.read_text("utf-8") + str(raised.value) + str(seen)
    assert (len(frame), frame.attrs["rows_rejected"]) == (1, 2)
    for secret in ("PERSON", "PLACE-", "SECRET", "1990", "1985"):
        assert secret not in everything


def test_a_plain_french_table() -> None:
    frame = read_incidents(DATA / "plain_cp1252.csv")
    names = ("date", "event_type", "outcome", "killed", "injured", "adm1_name", "adm3_name")
    assert told(frame, *names, "source") == [
        ("2021-03-15", "ied", "exploded", 1, 2, "Ségou", "", "Relevé inventé"),
        ("2021-05-04", "landmine", "found", 0, "", "Mopti", "Inventée", "Relevé inventé"),
        ("2021-08-07", "erw", "defused", "", "", "Gao", "", "Relevé inventé"),
    ]
    assert places(frame) == [(-6.25, 13.5), (-4.196, 14.497), None]


@pytest.mark.parametrize(
    "word",
    ["EEI (véhicule)", "eei: vehicule", "[EEI véhicule]", "E.E.I. véhicule"],
)
def test_a_word_is_understood_however_it_is_punctuated(word: str) -> None:
    rows = {"date": "2022-03-01", "type": [word], "lat": 14.5, "lon": -4.2}
    try:
        found = maligeo.as_incidents(pd.DataFrame(rows))["event_type"].tolist()
    except FrameError as error:
        found = [fault.reason for fault in error.faults]
    assert found == ["ied"]


@pytest.mark.parametrize(
    ("column", "word", "proposed"),
    [
        ("outcome", "non explosé", ()),
        ("outcome", "explosee", ("explosé",)),
        ("event_type", "munition non explose", ("munition non explosée",)),
        ("event_type", "pas de mine", ()),
        ("event_type", "Mine: non", ("engin non explosé",)),
    ],
)
def test_the_contrary_of_a_word_is_never_proposed(
    column: str, word: str, proposed: tuple[str, ...]
) -> None:
    rows = {"date": "2022-03-01", "event_type": "ied", "lat": [14.5], "lon": -4.2, column: word}
    with pytest.raises(FrameError) as refused:
        maligeo.as_incidents(pd.DataFrame(rows))
    assert refused.value.faults[0].proposals[:1] == proposed


def test_hxl_tags_name_the_columns() -> None:
    frame = read_incidents(DATA / "plain_hxl_utf16.tsv")
    assert told(frame, "event_id", "event_type", "killed", "adm1_name") == [
        ("a", "ied", 1, "Mopti"),
        ("b", "landmine", "", "Gao"),
    ]
    assert frame.geometry.notna().tolist() == [True, False]


def test_utm() -> None:
    frame = read_incidents(DATA / "plain_utm.csv")
    assert frame.geometry.iloc[1].x == pytest.approx(-9.0)
    mark = frame["event_id"].iloc[0].partition(":")[0]
    assert frame["event_id"].tolist() == [f"{mark}:2", f"{mark}:3"]


def test_made_ids_tell_files_and_sheets_apart_and_name_none(tmp_path: Path) -> None:
    rows = pd.DataFrame({"date": ["2021-03-04"], "type": ["ied"], "région": ["Gao"]})
    book = tmp_path / "secret.xlsx"
    with pd.ExcelWriter(book) as writer:
        for sheet in ("first", "second"):
            rows.to_excel(writer, sheet_name=sheet, index=False)
    rows.assign(type="mine").to_csv(tmp_path / "secret.csv", index=False)
    paths = (f"{book}#first", f"{book}#second", tmp_path / "secret.csv")
    ids = [read_incidents(path)["event_id"].item() for path in paths]
    assert len(set(ids)) == 3
    assert not any(word in text for text in ids for word in ("secret", "first", "second"))
    (tmp_path / "secret.csv").rename(tmp_path / "renamed.csv")
    assert read_incidents(tmp_path / "renamed.csv")["event_id"].item() == ids[2]


def test_a_layer_of_points() -> None:
    frame = read_incidents(DATA / "points.geojson")
    assert told(frame, "date", "event_type", "killed") == [
        ("2021-03-15", "ied", 1),
        ("2021-03-16", "erw", ""),
    ]
    assert places(frame) == [(-3.5, 14.5), None]


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".parquet", ".shp", ".fgb"])
def test_points_of_a_vector_file(tmp_path: Path, suffix: str) -> None:
    made = gpd.GeoDataFrame(
        {"date": ["2021-03-15", "2021-03-16"], "type": ["ied", "erw"], "killed": [1, 0]},
        geometry=[Point(-3.5, 14.5), Point(-0.25, 16.25)],
        crs="EPSG:4326",
    )
    path = tmp_path / f"points{suffix}"
    if suffix == ".parquet":
        made.to_parquet(path)
    else:
        made.to_file(path)
    frame = read_incidents(path)
    assert frame.index.tolist() == [1, 2]
    frame = frame.sort_values("date")  # FlatGeobuf keeps its features in an order of its own
    assert told(frame, "date", "event_type", "killed") == [
        ("2021-03-15", "ied", 1),
        ("2021-03-16", "erw", 0),
    ]
    assert places(frame) == [(-3.5, 14.5), (-0.25, 16.25)]


def test_excel(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path = tmp_path / "book.xlsx"
    table = pd.read_csv(DATA / "plain_utm.csv")
    table["date"] = pd.to_datetime(table["date"])
    table.to_excel(path, index=False)
    assert places(read_incidents(path)) == places(read_incidents(DATA / "plain_utm.csv"))


FAULTS = {
    3: "swapped", 4: "outside Mali", 5: "0 and 0", 6: "before the year 1900", 7: "future",
    8: "negative", 9: "earlier row", 10: "not a number", 11: "no word that is known",
    12: "not both given", 13: "not a date", 16: "both orders", 17: "5 cells", 18: "is missing",
    19: "whole number",
}  # fmt: skip


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(FrameError) as raised:
        read_incidents(DATA / "faulty.csv")
    found = {fault.row: fault.reason for fault in raised.value.faults}
    assert found.keys() == FAULTS.keys()
    assert all(words in found[row] for row, words in FAULTS.items())


def test_faulty_rows_go_to_a_file_and_no_row_is_lost(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    frame = read_incidents(DATA / "faulty.csv", on_invalid="quarantine", rejects=rejects)
    aside = pd.read_csv(rejects, dtype=str)
    assert aside["row"].astype(int).tolist() == sorted(FAULTS)
    assert frame.index.tolist() == [2, 14, 15]
    assert frame.attrs["rows_in_file"] == len(frame) + len(aside) == 18


def test_swapped_coordinates_are_swapped_on_request(tmp_path: Path) -> None:
    frame = read_incidents(
        DATA / "faulty.csv",
        on_invalid="quarantine",
        rejects=tmp_path / "r.csv",
        swap_coordinates=True,
    )
    assert frame.attrs["rows_swapped"] == 1
    assert (frame.geometry[3].x, frame.geometry[3].y) == (-3.5, 14.5)


def test_piece_by_piece_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_incidents(DATA / "faulty.csv", on_invalid="quarantine", rejects=tmp_path / "a")
    monkeypatch.setattr(csv, "BLOCK_BYTES", 80)
    monkeypatch.setattr(csv, "BLOCKS_TOGETHER", 1)
    pieces = list(
        iter_incidents(DATA / "faulty.csv", on_invalid="quarantine", rejects=tmp_path / "b")
    )
    assert len(pieces) > 3
    assert pd.concat(pieces).index.tolist() == whole.index.tolist()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_order_of_dates_is_that_of_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv, "BLOCK_BYTES", 64)
    rows = [f"03/04/2021,ied,14.5,-3.5,{at}" for at in range(20)]
    path = tmp_path / "dates.csv"
    path.write_text("\n".join(["date,type,lat,lon,id", *rows, "04/25/2021,ied,14.5,-3.5,x"]))
    frame = read_incidents(path)
    assert frame["date"].iloc[0] == pd.Timestamp("2021-03-04")


def test_arguments_and_header_are_looked_at_at_once(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="source"):
        iter_incidents(DATA / "acled.csv", source="gtd")
    with pytest.raises(ArgumentError, match="rejects"):
        iter_incidents(DATA / "acled.csv", rejects=tmp_path / "r.csv")
    with pytest.raises(ArgumentError, match="catapult"):
        iter_incidents(DATA / "acled.csv", event_types=["catapult"])
    with pytest.raises(UnknownNameError, match="nearest to a list of incidents, and lacks"):
        iter_incidents(DATA.parent / "areas" / "wkt.csv")
    with pytest.raises(UnknownNameError, match="and lacks number of the incident"):
        iter_incidents(DATA / "acled.csv", source="ucdp")


def test_ids_that_repeat_across_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv, "BLOCK_BYTES", 128)
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 300, 400)
    path = tmp_path / "ids.csv"
    path.write_text("id,date,type,lat,lon\n" + "".join(f"{n},2021-01-01,ied,14,-3\n" for n in ids))
    frame = read_incidents(path, on_invalid="quarantine", rejects=tmp_path / "r.csv")
    assert sorted(frame["event_id"].astype(int)) == sorted(set(ids.tolist()))
    assert frame["event_id"].astype(int).tolist() == list(dict.fromkeys(ids.tolist()))


def test_incidents_of_other_countries_are_left_out_and_counted() -> None:
    frame = pd.DataFrame(
        {
            "date": ["2022-03-01"] * 5,
            "type": ["EEI"] * 5,
            "Pays": ["Mali", "Niger", None, "MLI", "Burkina Faso"],
            "région": ["Gao", "Tillabéri", "Gao", "Mopti", "Sahel"],
        }
    )
    incidents = maligeo.as_incidents(frame)
    assert incidents["adm1_name"].tolist() == ["Gao", "Gao", "Mopti"]
    assert incidents.attrs["reading"].rows_left_out == 2
    assert incidents.attrs["reading"].used["country"] == "Pays"


def test_a_year_alone_is_a_date_of_that_year(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "event_id,date,event_type,latitude,longitude\n"
        "a,2021,ied,14.5,-4.2\nb,mars 2022,ied,14.5,-4.2\nc,2022-03-04,ied,14.5,-4.2\n"
    )
    faults = ""
    try:
        read = maligeo.read_incidents(path)
    except maligeo.MaligeoError as error:
        faults = str(error)
    assert faults == ""
    assert read["date_precision"].fillna("").tolist() == ["year", "month", ""]
    table = maligeo.density(
        maligeo.locate(read, maligeo.load_boundaries()), maligeo.load_boundaries(),
        measure="incidents", period="year",
    )  # fmt: skip
    mopti = table[table["name"] == "Mopti"]
    assert mopti["count"].tolist() == [1.0, 2.0]
