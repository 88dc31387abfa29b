import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from maligeo.core.errors import ArgumentError, UnknownNameError
from maligeo.join.regions import find_unit
from maligeo.look import LAYERS, classify
from maligeo.text.legend import area_statuses, drawable, event_types, is_coarse
from maligeo.text.readings import Cell, PeriodRows, cells, has_low, periods
from maligeo.text.titles import certain_towns, choose_period, place_parts, towns_by_unit

BY_KEY = {layer.key: layer for layer in LAYERS}


def test_a_unit_is_found_by_name_or_alias(units: gpd.GeoDataFrame) -> None:
    assert units["name"].iloc[find_unit("timbuktu", units)] == "Tombouctou"
    bare = units.drop(columns="name_alt")
    assert find_unit("Région de Mopti", bare) == find_unit("Mopti", units)
    with pytest.raises(UnknownNameError, match="there is Kayes, Koulikoro"):
        find_unit("Atlantis", units)


def test_what_a_product_is_about(units: gpd.GeoDataFrame) -> None:
    assert place_parts(units, None, "en") == ["Mali", "division of 2015"]
    assert place_parts(units, "Mopti", "fr") == ["Mali", "Mopti", "découpage de 2015"]


def test_one_period_is_chosen(table: pd.DataFrame) -> None:
    found = periods(table, BY_KEY["incidents"], "en")
    assert choose_period(found, None).label == "Jan–Aug 2022"
    assert choose_period(found, None, "UNMAS").label == "Jul–Sep 2021"
    assert choose_period(found, "2021-01/2021-09").label == "Jan–Sep 2021"
    assert choose_period(found, "2022").label == "Jan–Aug 2022"
    people = periods(table, BY_KEY["people"], "en")
    assert choose_period(people, "2021") is people[0]  # a census is no matter of choice
    for period, publisher in (("2021/2022", None), ("1999", None), (None, "nobody")):
        with pytest.raises(ArgumentError, match="a page shows one period"):
            choose_period(found, period, publisher)


def label_or_error(found: list[PeriodRows], period: str) -> str:
    try:
        return choose_period(found, period).label
    except ArgumentError as error:
        return str(error)


def test_a_quarter_is_no_rival_of_the_months_that_hold_it(table: pd.DataFrame) -> None:
    found = periods(table, BY_KEY["incidents"], "en")
    assert label_or_error(found, "2021") == "Jan–Sep 2021"
    assert label_or_error(found, "2021-07/2021-12") == "Jul–Sep 2021"


def test_figures_of_another_publisher_stay_rivals(table: pd.DataFrame) -> None:
    quarter = table["period_start"] == pd.Timestamp("2021-07-01")
    renamed = table.assign(publisher=table["publisher"].mask(quarter, "somebody else"))
    found = periods(renamed, BY_KEY["incidents"], "en")
    with pytest.raises(ArgumentError, match=r"by UNMAS, .* by somebody else"):
        choose_period(found, "2021")
    assert choose_period(found, "2021", "UNMAS").label == "Jan–Sep 2021"


def test_cells_follow_the_order_of_the_units(table: pd.DataFrame) -> None:
    rate = BY_KEY["incidents_per_100k"]
    found, classes = periods(table, rate, "en")[-1], classify(table, rate)
    shown = cells(found, ["ML08", "nowhere", "ML01", "ML09"], classes, "en")
    assert shown[0] == Cell(4, "≈ 19.4*", "9.9 to 35.6, rounding and chance")
    assert shown[1] == Cell(-1, "no data", "")
    assert shown[2].text == "≈ 0.1*"
    assert shown[3].class_index == -1
    assert has_low(found)
    assert not has_low(periods(table, BY_KEY["incidents"], "en")[-1])


def test_kinds_come_in_their_order_with_the_unknown_last() -> None:
    kinds = event_types(pd.Series(["z", None, "erw", "ied", "ied"]), "en")
    assert [kind.key for kind in kinds] == ["ied", "erw", "z", ""]
    assert [kind.name for kind in kinds][2:] == ["z", "Type not stated"]
    assert [kind.key for kind in area_statuses(pd.Series(["cleared", "confirmed"]), "fr")] == [
        "confirmed",
        "cleared",
    ]


def test_what_has_a_place_on_a_map() -> None:
    frame = pd.DataFrame({"location_precision": ["exact", "country", "adm2", None]})
    lon = np.array([0.0, 1.0, 2.0, np.nan])
    assert list(drawable(frame, lon, lon)) == [0, 2]
    assert list(is_coarse(frame)) == [False, False, True, False]
    assert list(drawable(frame[[]], lon, lon)) == [0, 1, 2]
    assert not is_coarse(frame[[]]).any()


def test_the_capital_of_a_unit_comes_first(units: gpd.GeoDataFrame) -> None:
    found = towns_by_unit(certain_towns(), units)
    first = found[found["rank"] == 0].set_index("at")["name"].to_dict()
    for at, name in enumerate(units["name"]):
        assert first[at] == name
    assert found.groupby("at")["rank"].apply(lambda rank: list(rank) == sorted(rank)).all()
