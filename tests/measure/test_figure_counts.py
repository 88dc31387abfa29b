"""Figures of files, counted by unit at every level, and nothing of them lost."""

import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import maligeo
from maligeo import as_figures, density
from maligeo.core.errors import ArgumentError, FrameError, UnknownNameError, VintageError
from tests import worlds

REGIONS = maligeo.load_boundaries()
COMMUNES = worlds.communes()


def by_name(table: pd.DataFrame) -> dict[str, float]:
    known = table.dropna(subset="count")
    names = known["name"].fillna(known["place_kind"])
    return dict(zip(names, known["count"], strict=True))


def monthly(*rows: tuple[str, str | None, float | None]) -> pd.DataFrame:
    """Counts of March 2022, as HDX has them."""
    columns = ["Admin1", "Admin2", "Fatalities"]
    frame = pd.DataFrame(rows, columns=columns).assign(Month="March", Year=2022, Events=1)
    return as_figures(frame)


def test_cercles_are_added_up_by_the_region_that_holds_them() -> None:
    figures = monthly(("Mopti", "Koro", 3), ("Mopti", "Bankass", 4), ("Gao", "Ansongo", 0))
    table = density(figures, REGIONS, measure="fatalities", period="month")
    assert by_name(table) == {"Mopti": 7, "Gao": 0}
    mopti = table[table["name"] == "Mopti"].iloc[0]
    assert mopti["note"] == "added up from 2 places"
    assert (mopti["count_low"], mopti["count_high"]) == (7, 7)
    assert mopti["period_start"] == pd.Timestamp("2022-03-01")
    assert mopti["publisher"] == "ACLED, counted on HDX"


def test_the_rest_of_a_region_is_in_no_cercle_and_in_the_region() -> None:
    figures = monthly(("Mopti", "Koro", 3), ("Mopti", None, 2))
    assert by_name(density(figures, REGIONS, measure="fatalities")) == {"Mopti": 5}
    cercles = worlds.communes().assign(level=2, parent_pcode="ML05", name_alt=None)
    table = density(figures, cercles, measure="fatalities")
    assert by_name(table) == {"Koro": 3, "unattributed": 2}
    assert table["note"].iloc[-1] == "of no unit here: Mopti (2)"


def test_what_is_blank_makes_a_sum_at_least_so_much() -> None:
    table = density(
        monthly(("Mopti", "Koro", 3), ("Mopti", "Bankass", None)), REGIONS, measure="fatalities"
    )
    mopti = table[table["name"] == "Mopti"].iloc[0]
    assert (mopti["count"], mopti["count_low"]) == (3, 3)
    assert pd.isna(mopti["count_high"])
    assert mopti["note"] == "at least: not stated for 1 of 2 places"
    blank = density(monthly(("Mopti", "Koro", None)), REGIONS, measure="fatalities")
    assert by_name(blank) == {}


def test_communes_of_one_name_are_told_apart_by_their_cercle() -> None:
    frame = pd.DataFrame(
        {"Région": "Gao", "Cercle": ["Bourem", "Ménaka"], "Commune": "Bamba", "Année": 2022,
         "Ménages": [5, 7]}
    )  # fmt: skip
    table = density(as_figures(frame), COMMUNES, measure="Ménages")
    counts = table.dropna(subset="count").set_index("pcode")["count"].to_dict()
    assert counts == {"ML070301": 5, "ML070402": 7}
    alone = as_figures(frame.drop(columns=["Région", "Cercle"]).head(1))
    unsure = density(alone, COMMUNES, measure="Ménages")
    assert by_name(unsure) == {"unattributed": 5}


def test_names_are_matched_with_aliases_and_regions_of_other_divisions() -> None:
    frame = pd.DataFrame(
        {"Région": ["TOMBOUCTOU", "Timbuktu"], "Année": [2021, 2022], "PDI": [5, 7]}
    )
    figures = as_figures(frame)
    years = {
        period: by_name(density(figures, REGIONS, measure="displaced", period=period))
        for period in ("2021", "2022")
    }
    assert years == {"2021": {"Tombouctou": 5}, "2022": {"Tombouctou": 7}}
    later = pd.DataFrame({"Région": ["Gao", "Ménaka"], "Année": 2022, "PDI": [5, 7]})
    table = density(as_figures(later), REGIONS, measure="displaced")
    assert by_name(table) == {"Gao": 12}


def test_a_table_of_one_division_does_not_join_another() -> None:
    frame = pd.DataFrame({"Région": ["Gao"], "Année": 2022, "PDI": 5})
    figures = as_figures(frame, constants={"vintage": "2023"})
    with pytest.raises(VintageError):
        density(figures, REGIONS, measure="displaced")


def test_places_of_levels_that_nobody_says_are_never_added_to_one_another() -> None:
    frame = pd.DataFrame({"Zone": ["Mopti", "Koro"], "Année": 2022, "PDI": [5, 3]})
    with pytest.raises(FrameError, match="say in columns of their own which level they are"):
        density(as_figures(frame), REGIONS, measure="displaced")


@pytest.mark.parametrize("written", ["Mopti et Ségou", "Mopti - Ségou", "Mopti|Ségou"])
def test_several_units_together_stay_together(written: str) -> None:
    frame = pd.DataFrame({"Région": [written, "Gao"], "Année": 2022, "PDI": [5, 3]})
    table = density(as_figures(frame), REGIONS, measure="displaced")
    assert by_name(table) == {"Mopti + Ségou": 5, "Gao": 3}
    assert table.loc[table["count"] == 5, "place_kind"].tolist() == ["joint"]


def test_regions_are_no_cercles_of_the_same_name() -> None:
    cercles = worlds.communes().assign(level=2, parent_pcode="ML05", name_alt=None)
    cercles = cercles.assign(name=["Mopti", *cercles["name"][1:]])
    figures = as_figures(pd.DataFrame({"unit": ["Mopti"], "Année": 2022, "PDI": 5}))
    assert by_name(density(figures, cercles, measure="displaced")) == {"unattributed": 5}


def test_publishers_of_the_same_events_are_never_mixed() -> None:
    columns = {"Admin1": ["Mopti"], "Admin2": ["Koro"], "Month": ["March"], "Year": [2022]}
    hdx = as_figures(pd.DataFrame({**columns, "Events": [4], "Fatalities": [1]}))
    other = hdx.assign(publisher="another", figure_id="b", value=hdx["value"] + 1)
    table = density(pd.concat([hdx, other]), REGIONS, measure="events", period="month")
    known = table.dropna(subset="count")
    counts = dict(zip(known["publisher"], known["count"], strict=True))
    assert counts == {"ACLED, counted on HDX": 4, "another": 5}


def test_events_have_an_interval_and_the_dead_have_none() -> None:
    people = maligeo.population(REGIONS)
    figures = monthly(("Mopti", "Koro", 3))
    for measure, has_one in (("events", True), ("fatalities", False)):
        table = density(figures, REGIONS, measure=measure, population=people)
        assert table["ci_low"].notna().any() == has_one
        assert table["per_100k"].notna().any()


@pytest.mark.parametrize(("heading", "measure"), [("PDI", "displaced"), ("Puits", "Puits")])
def test_what_is_there_at_a_time_has_no_rate_a_year(heading: str, measure: str) -> None:
    frame = pd.DataFrame({"Région": ["Mopti"], "Période": "mars 2022", heading: 5})
    table = density(
        as_figures(frame), REGIONS, measure=measure, population=maligeo.population(REGIONS)
    )
    assert table["count"].sum() == 5
    assert table["per_1000_sqkm"].notna().any()
    assert table["per_100k"].isna().all()


def test_of_different_people_one_is_asked_for() -> None:
    frame = pd.DataFrame({"Région": "Mopti", "Année": 2022, "Groupe": ["a", "b"], "PDI": [5, 3]})
    figures = as_figures(frame)
    with pytest.raises(ArgumentError, match=r"a, not said; b, not said.*keep one of them"):
        density(figures, REGIONS, measure="displaced")
    table = density(figures[figures["who"] == "a"], REGIONS, measure="displaced")
    assert by_name(table) == {"Mopti": 5}
    with pytest.raises(UnknownNameError, match="displaced"):
        density(figures, REGIONS, measure="fatalities")


PLACES = (
    ("Mopti", "Koro"), ("Mopti", "Bankass"), ("Gao", "Ansongo"), ("Kidal", "Kidal"),
    ("Mopti", "Nulle-Part"), ("Tombouctu", None), ("Nulle-Part", "Koro"),
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.integers(1, 3)), unique=True, min_size=1, max_size=15
    ),
    st.data(),
)
def test_sums_over_all_rows_are_those_of_the_file(
    keys: list[tuple[tuple[str, str | None], int]], data: st.DataObject
) -> None:
    rows = [
        (region, cercle, data.draw(st.one_of(st.none(), st.integers(0, 999))), month)
        for (region, cercle), month in keys
    ]
    frame = pd.DataFrame(rows, columns=["Admin1", "Admin2", "Events", "Month"])
    frame = frame.astype({"Events": "Int64"}).assign(Year=2022)
    figures = as_figures(frame)
    cercles = worlds.communes().assign(level=2, parent_pcode="ML05", name_alt=None)
    for units, month in itertools.product(
        (REGIONS, cercles, COMMUNES), sorted(set(frame["Month"]))
    ):
        table = density(figures, units, measure="events", period=f"2022-{month:02}")
        expected = frame.loc[frame["Month"] == month, "Events"].sum()
        assert table["count"].sum() == expected
