"""Frames in memory are read as files are: the same words, columns, dates and faults."""

import datetime
import pickle
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import maligeo
from maligeo.core.errors import ArgumentError, CrsError, FrameError
from maligeo.readers import frames

BASE: dict[str, Any] = {"event_type": ["EEI"], "region": ["Gao"], "killed": [1]}


def dated(*dates: Any, **how: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"date": list(dates), "type": "EEI", "region": "Gao"})
    return maligeo.as_incidents(frame, **how)


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("2020-01-01", "2020-01-01"),
        (datetime.date(2020, 1, 1), "2020-01-01"),
        (pd.Timestamp("2020-01-01 23:30"), "2020-01-01"),
        (pd.Timestamp("2020-01-01 00:00+01:00"), "2020-01-01"),
        (pd.Timestamp("2019-12-31 23:00-05:00"), "2019-12-31"),
        (pd.Period("2020-01", "M"), "2020-01-01"),
        (2019, "2019-01-01"),
        ("25/12/2020", "2020-12-25"),
    ],
)
def test_a_date_is_the_day_that_is_meant(given: Any, day: str) -> None:
    assert dated(given)["date"].tolist() == [pd.Timestamp(day)]


def test_a_column_of_aware_times_is_the_local_day() -> None:
    times = pd.Series(pd.to_datetime(["2020-01-01 00:00"])).dt.tz_localize("Africa/Lagos")
    assert dated(*times)["date"].tolist() == [pd.Timestamp("2020-01-01")]
    frame = pd.DataFrame({"date": times, "type": "EEI", "region": "Gao"})
    assert maligeo.as_incidents(frame)["date"].tolist() == [pd.Timestamp("2020-01-01")]


@pytest.mark.parametrize(("freq", "word"), [("M", "month"), ("Y", "year"), ("D", "day")])
def test_periods_say_how_precise_they_are(freq: str, word: str) -> None:
    periods = pd.PeriodIndex(["2020-03-05"], freq=freq)
    found = maligeo.as_incidents(pd.DataFrame({"date": periods, "type": "EEI", "region": "Gao"}))
    assert found["date_precision"].tolist() == [word]


@pytest.mark.parametrize("given", [20190101, "demain", "31/02/2020"])
def test_what_is_no_date_is_refused_with_its_row(given: Any) -> None:
    with pytest.raises(FrameError, match="row 2, date"):
        dated("2020-01-01", given)


def test_the_order_of_day_and_month() -> None:
    assert dated("03/04/2020")["date"].tolist() == [pd.Timestamp("2020-04-03")]
    assert dated("03/04/2020", dates="month-day")["date"].tolist() == [pd.Timestamp("2020-03-04")]


@pytest.mark.parametrize("killed", ["many", -1, 0.5])
def test_victims_that_are_no_number_are_refused(killed: Any) -> None:
    frame = pd.DataFrame(BASE | {"date": ["2020-01-01"], "killed": [killed]})
    with pytest.raises(FrameError, match="row 1, killed"):
        maligeo.as_incidents(frame)


@pytest.mark.parametrize(
    "names", [("lon", "lat"), ("longitude", "latitude"), ("lng", "lat"), ("x", "y"), ("X", "Y")]
)
def test_positions_under_any_usual_name(names: tuple[str, str]) -> None:
    frame = pd.DataFrame({"date": ["2020-01-01"], "type": "EEI", names[0]: -4.2, names[1]: 14.5})
    found = maligeo.as_incidents(frame)
    assert shapely.get_coordinates(found.geometry.array).tolist() == [[-4.2, 14.5]]


def test_swapped_and_impossible_positions_are_refused() -> None:
    frame = pd.DataFrame({"date": ["2020-01-01"] * 2, "type": "EEI", "lon": [14.5, 400.0]})
    with pytest.raises(FrameError, match="2 faults"):
        maligeo.as_incidents(frame.assign(lat=[-4.2, 14.5]))


@pytest.mark.parametrize("crs", ["EPSG:32630", "EPSG:3857", "OGC:CRS84"])
def test_any_stated_crs_is_converted(crs: str) -> None:
    point = gpd.GeoSeries([shapely.Point(-4.2, 14.5)], crs=4326).to_crs(crs)
    frame = gpd.GeoDataFrame(BASE | {"date": ["2020-01-01"]}, geometry=point)
    found = maligeo.as_incidents(frame)
    assert found.crs == "EPSG:4326"
    assert found.geometry.iloc[0].distance(shapely.Point(-4.2, 14.5)) < 1e-8
    with pytest.raises(CrsError, match="does not say its CRS"):
        maligeo.as_incidents(frame.set_crs(None, allow_override=True))


def test_the_index_of_the_frame_stays() -> None:
    frame = pd.DataFrame(BASE | {"date": ["2020-01-01"]}, index=["a row"])
    assert maligeo.as_incidents(frame).index.tolist() == ["a row"]


def test_own_words_of_status_are_understood() -> None:
    land = gpd.GeoDataFrame(
        {"id": ["a", "b"], "Statut": ["Cleared", "ZDC"], "fin": [pd.Timestamp("2020-01-01")] * 2},
        geometry=[shapely.box(-4, 14, -3.99, 14.01), shapely.box(-3, 14, -2.99, 14.01)],
        crs=4326,
    )
    assert maligeo.as_areas(land)["status"].tolist() == ["cleared", "confirmed"]


def test_a_study_takes_frames_wherever_it_takes_files() -> None:
    """Also such as know their places by names alone."""
    incidents = pd.DataFrame(
        {"Date": ["2021-03-04"], "Engin": ["EEI"], "Région": ["Gao"], "Nbre de morts": ["2"]}
    )
    projects = pd.DataFrame({"Titre du projet": ["Puits"], "Région": ["Mopti"]})
    study = maligeo.study(incidents=incidents, projects=projects, covers="2021", period="2021")
    assert study.reading["incidents"].used["killed"] == "Nbre de morts"
    assert study.reading["projects"].rows_read == 1
    table = study.table
    counted = table[(table["measure"] == "incidents") & (table["name"] == "Gao")]
    assert counted["count"].tolist() == [1]
    page = study.map().page
    assert "Gao" in page.get_root().render()


def test_a_frame_that_was_read_is_taken_as_it_is() -> None:
    read = maligeo.as_incidents(pd.DataFrame(BASE | {"date": ["2021-01-01"]}))
    study = maligeo.study(incidents=read, covers="2021", period="2021")
    assert study.records.given["incidents"] is read


def test_something_else_is_no_frame() -> None:
    with pytest.raises(ArgumentError, match="must be a frame"):
        maligeo.as_incidents([1, 2])


def test_frames_that_were_read_can_be_written_by_pandas(tmp_path: Path) -> None:
    frame = pd.DataFrame({"event_id": ["a"], "date": ["2020-03-01"], "event_type": ["ied"],
                          "lon": [-4.2], "lat": [14.5]})  # fmt: skip
    incidents = maligeo.as_incidents(frame)
    units = maligeo.as_units(maligeo.load_boundaries())
    for name, read in (("incidents", incidents), ("units", units)):
        path = tmp_path / f"{name}.parquet"
        read.to_parquet(path)
        assert len(gpd.read_parquet(path)) == len(read)
        again = pickle.loads(pickle.dumps(read.attrs["reading"]))
        assert again == read.attrs["reading"]


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, 0, -3]),
        pd.Series([14.5, None, 3.0, -4.25, 0.1 + 0.2]),
        pd.Series([2, None], dtype="Int64"),
        pd.Series([True, False]),
        pd.Series(["a", None], dtype="str"),
        pd.Series(["a", 2, None, 2.0], dtype="object"),
        pd.Series(pd.to_datetime(["2021-03-01", None])),
        pd.Series(pd.to_datetime(["2021-03-01 10:30:00", None])),
        pd.Series(pd.to_datetime(["2021-03-01 00:00"]).tz_localize("Europe/Paris")),
    ],
    ids=str,
)
def test_columns_become_the_text_of_their_cells(column: pd.Series) -> None:
    texts = frames._texts(column)
    wanted = [None if pd.isna(cell) else frames._text(cell) for cell in column]
    assert [None if pd.isna(text) else text for text in texts] == wanted
