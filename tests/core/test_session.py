from collections.abc import Iterator

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ArgumentError
from maligeo.core.session import session_audience, session_language


@pytest.fixture(autouse=True)
def fresh_session(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("MALIGEO_LANGUAGE", raising=False)
    monkeypatch.delenv("MALIGEO_AUDIENCE", raising=False)
    yield
    maligeo.set_language(None)
    maligeo.set_audience(None)


def test_a_session_is_french_and_for_the_public() -> None:
    assert (session_language(), session_audience()) == ("fr", "public")


def test_what_is_chosen_holds_until_it_is_taken_back() -> None:
    maligeo.set_language("en")
    maligeo.set_audience("internal")
    assert (session_language(), session_audience()) == ("en", "internal")
    maligeo.set_language(None)
    maligeo.set_audience(None)
    assert (session_language(), session_audience()) == ("fr", "public")


def test_the_environment_decides_where_nothing_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALIGEO_LANGUAGE", "en")
    monkeypatch.setenv("MALIGEO_AUDIENCE", "partner")
    assert (session_language(), session_audience()) == ("en", "partner")
    maligeo.set_language("fr")
    maligeo.set_audience("internal")
    assert (session_language(), session_audience()) == ("fr", "internal")


def test_what_is_asked_for_goes_before_the_session() -> None:
    maligeo.set_language("en")
    maligeo.set_audience("internal")
    assert (session_language("fr"), session_audience("public")) == ("fr", "public")


@pytest.mark.parametrize(
    ("choose", "option"), [(maligeo.set_language, "language"), (maligeo.set_audience, "audience")]
)
def test_an_unknown_choice_is_refused_and_changes_nothing(choose: object, option: str) -> None:
    with pytest.raises(ArgumentError, match=f"{option} 'x' is not known; choose from"):
        choose("x")  # type: ignore[operator]
    assert (session_language(), session_audience()) == ("fr", "public")


def test_an_unknown_word_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALIGEO_AUDIENCE", "everyone")
    with pytest.raises(ArgumentError, match="MALIGEO_AUDIENCE 'everyone' is not known"):
        session_audience()


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALIGEO_LANGUAGE", "")
    assert session_language() == "fr"


def test_products_without_a_language_are_in_that_of_the_session(
    table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    assert maligeo.region_map(table, units).language == "fr"
    maligeo.set_language("en")
    assert maligeo.region_map(table, units).language == "en"
    assert maligeo.region_map(table, units, language="fr").language == "fr"
    sides = [maligeo.MapSide(table, units, year) for year in ("2021", "2022")]
    assert maligeo.comparison_map(*sides).language == "en"
    assert maligeo.MapOptions().language == "en"
    assert maligeo.ReportOptions(region="Mopti").language == "en"
