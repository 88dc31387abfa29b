"""Whatever can be counted can be seen: on a map, on paper and in a GeoPackage."""

import html
import json
import re
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import maligeo
from maligeo import look
from maligeo.core.errors import ArgumentError, ReleaseError, UnknownNameError
from maligeo.maps.html import Call
from maligeo.paper.map.subject import subject_of
from maligeo.paper.options import MapOptions
from maligeo.text.legend import legend
from maligeo.text.measures import layer_text
from maligeo.text.readings import read_periods, zero_note
from maligeo.text.titles import certain_towns
from tests import divisions
from tests.maps.layers import areas, incidents

FILES = Path(__file__).parents[1] / "data"
MEASURES = (
    "incidents", "incidents_per_100k", "incidents_smoothed_per_100k", "incidents_per_1000_sqkm",
    "victims", "victims_per_100k", "victims_per_incident", "killed", "killed_per_1000_sqkm",
    "injured", "injured_per_100k", "suspected_sqm", "suspected_sqm_share", "projects",
    "projects_fractional", "projects_per_1000_sqkm", "money_USD", "money_XOF",
    "people", "people_per_sqkm", "displaced", "displaced_per_1000_sqkm", "wells",
)  # fmt: skip


@cache
def study() -> maligeo.Study:
    figures = pd.DataFrame(
        {"Région": ["Mopti", "Gao"], "PDI 2021": [1200, 300], "wells 2021": [2.5, 0.25]}
    )
    return maligeo.study(
        incidents=FILES / "incidents" / "plain_cp1252.csv",
        projects=FILES / "projects" / "plain_fr.csv",
        areas=FILES / "areas" / "polygons.geojson",
        figures=figures,
    ).release(audience="internal")


@cache
def table() -> pd.DataFrame:
    return study().layered(MEASURES)


def listed() -> pd.DataFrame:
    """Incidents on a ring round Mopti, one a month from 2020 on, the first undated."""
    return incidents(text="found").drop(columns="adm1_name")


def called(page: Any, function: str) -> Any:
    """Give the data of a call of a page's script, in English."""
    calls = [one for one in page._children.values() if isinstance(one, Call)]
    (data,) = [one.data for one in calls if one.function == function]

    def english(both: dict[str, Any]) -> Any:
        return both["~"][1] if "~" in both else both

    return json.loads(data, object_hook=english)


@cache
def drawn() -> dict[str, Any]:
    page = study().map(layers=MEASURES, language="en").page
    return {layer["key"]: layer for layer in called(page, "regions")["layers"]}


@cache
def styles(folder: Path) -> tuple[set[str], dict[str, str]]:
    """Write a GeoPackage, and give its columns and its styles."""
    path = study().export(folder / "mali.gpkg", language="en", layers=MEASURES)
    with closing(sqlite3.connect(path)) as database:
        columns = {row[1] for row in database.execute("pragma table_info(units)")}
        return columns, dict(database.execute("select styleName, styleQML from layer_styles"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], dict[str, str]]:
    return styles(tmp_path_factory.mktemp("any"))


def expected(key: str) -> tuple[look.Layer, look.Classes]:
    (layer,) = look.layers_of(table(), [key])
    return layer, look.classify(table(), layer)


@pytest.mark.parametrize("key", MEASURES)
def test_a_measure_is_a_layer_of_a_map_with_the_legend_of_its_look(key: str) -> None:
    layer, classes = expected(key)
    shown = drawn()[key]
    assert shown["fills"] == [look.MISSING_COLOUR, look.ZERO_COLOUR, *classes.colours]
    zero = zero_note(read_periods(table(), layer))
    assert shown["legend"] == legend(layer, classes, "en", zero=zero)
    indexes = {cell[0] for period in shown["periods"] for cell in period["cells"]}
    assert max(indexes) == len(classes.colours) > 0


@pytest.mark.parametrize("key", MEASURES)
def test_a_measure_is_a_figure_with_the_legend_of_its_look(key: str) -> None:
    layer, classes = expected(key)
    options = MapOptions(layer=key, language="en")
    subject = subject_of(table(), study().units, certain_towns(), options)
    assert subject.title == layer_text("title", layer, "en")
    assert subject.fills == (look.MISSING_COLOUR, look.ZERO_COLOUR, *classes.colours)
    labels = [entry["label"] for entry in legend(layer, classes, "en")]
    assert [entry.label for entry in subject.legend] == labels


@pytest.mark.parametrize("key", MEASURES)
def test_a_measure_is_a_column_and_a_style_of_a_geopackage(
    key: str, written: tuple[set[str], dict[str, str]]
) -> None:
    columns, found = written
    layer, classes = expected(key)
    fitting = [one for one in found if re.fullmatch(rf"{key}(_\d+)*", one)]
    assert fitting
    assert set(fitting) <= columns
    for colour in classes.colours:
        parts = ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
        assert f"{parts},255" in found[fitting[0]]
    rules = [rule.split(" (")[0] for rule in re.findall(r'label="([^"]*)"', found[fitting[0]])]
    labels = [entry["label"] for entry in legend(layer, classes, "en")]
    # A style has a rule for zero even where none can occur.
    assert [rule for rule in rules if rule != "0"] == [label for label in labels if label != "0"]


@pytest.mark.parametrize("key", MEASURES)
def test_a_measure_goes_on_paper_with_its_legend(key: str, tmp_path: Path) -> None:
    layer, classes = expected(key)
    path = study().map(layers=key, language="en").save(tmp_path / "map.svg")
    found = re.findall(">([^<]+)</text>", path.read_text(encoding="utf-8"))
    assert html.escape(layer_text("title", layer, "en"), quote=False) in found
    labels = [str(entry["label"]) for entry in legend(layer, classes, "en")]
    # A long label goes on in the next line.
    assert [label for label in labels if f" {label} " not in f" {' '.join(found)} "] == []


def test_a_measure_is_a_picture(tmp_path: Path) -> None:
    assert study().map(layers="wells").save(tmp_path / "map.png").stat().st_size > 10_000


def test_a_measure_without_an_entry_goes_by_its_own_name_and_keeps_its_decimals() -> None:
    layer = drawn()["wells"]
    assert (layer["layer"], layer["group"]) == ("wells", "Other figures")
    values = {cell[1] for cell in layer["periods"][-1]["cells"]}
    assert {"2.50", "0.25"} <= values


def test_no_small_value_of_a_rate_reads_zero() -> None:
    values = [cell[1] for cell in drawn()["suspected_sqm_share"]["periods"][-1]["cells"]]
    assert any(float(text) > 0 for text in values if text != "no data")


def test_what_a_study_cannot_show_is_named_with_what_it_can() -> None:
    with pytest.raises(UnknownNameError) as found:
        study().map(layers=["killed", "goats"]).page  # noqa: B018
    said = str(found.value)
    assert "'goats' is not known; there is incidents (_per_100k" in said
    assert "money_EUR (_per_1000_sqkm)" in said
    assert "wells" in said


def test_paper_shows_one_layer(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="one layer, and killed, injured"):
        study().map(layers=["killed", "injured"]).save(tmp_path / "map.pdf")


def test_a_default_map_has_victims_and_land_where_the_records_have_them() -> None:
    held = {layer.key for layer in look.layers_of(study().table)}
    assert {"victims", "suspected_sqm", "displaced", "wells"} <= held
    assert held.isdisjoint({"killed", "money_USD", "incidents_per_1000_sqkm"})
    without = maligeo.study(incidents=listed().drop(columns="killed"))
    assert "victims" not in {layer.key for layer in look.layers_of(without.table)}


def test_land_alone_colours_units_of_ones_own() -> None:
    units = maligeo.load_boundaries().assign(vintage="own")
    alone = maligeo.study(areas=areas().iloc[:5], units=units)
    assert [one.key for one in look.layers_of(alone.table)][:1] == ["suspected_sqm"]


def test_the_public_sees_the_measures_of_its_release_and_no_other(tmp_path: Path) -> None:
    full = maligeo.study(incidents=listed(), areas=areas().iloc[:5], covers="2020/2024")
    public = full.release(audience="public", store=tmp_path / "store", as_of="2025-06-01")
    held = {layer.key for layer in look.layers_of(public.table)}
    assert {"released_sqm", "cancelled_sqm"} <= held
    sums = public.table.groupby("measure")["count"].sum()
    parts = ["cancelled_sqm", "reduced_sqm", "cleared_sqm"]
    assert sums["released_sqm"] == pytest.approx(sums[parts].sum(), abs=0.1)
    assert held.isdisjoint({"suspected_sqm", "confirmed_sqm"})
    for key in ("suspected_sqm", "confirmed_sqm_share"):
        with pytest.raises(ReleaseError, match=f"{key} is not released for the audience 'public'"):
            public.map(layers=[key]).page  # noqa: B018
    counted = maligeo.density(
        maligeo.allocate(areas().iloc[:5], full.units, by="area"),
        full.units,
        measure="suspected_sqm",
    )
    with pytest.raises(ReleaseError):
        maligeo.region_map(counted, full.units, audience="public")


@pytest.mark.parametrize("period", ["2021", ["2020", "2021"]])
def test_the_points_of_a_map_are_those_of_its_period(period: Any) -> None:
    made = maligeo.study(incidents=listed(), period=period).release(audience="internal")
    page = made.map(language="en").page
    years = [period] if isinstance(period, str) else period
    within = listed()["date"].dt.year.isin([int(year) for year in years])
    data = called(page, "incidents")
    months = [divmod(at, 12)[0] for at in data["months"]]
    assert set(months) == {int(year) for year in years}
    balance = dict(data["section"]["grid"][1:])
    assert balance["Shown on the map"] == str(within.sum())
    left = balance["Outside the period chosen or without a date precise enough, not shown"]
    assert left == str((~within).sum())


def test_the_land_of_a_map_is_that_of_its_period_and_what_is_hazardous() -> None:
    days = ["2021-03-01", "2021-05-01", None, "2020-03-01", "2021-03-01"]
    land = areas().iloc[:5].assign(end_date=pd.to_datetime(days))
    made = maligeo.study(areas=land, period="2021").release(audience="internal")
    statuses = [one["name"] for one in called(made.map().page, "areas")["statuses"]]
    assert statuses == ["Suspected hazardous area", "Confirmed hazardous area", "Cleared land"]


def test_land_of_no_period_goes_to_partners_where_the_source_covers_a_part(tmp_path: Path) -> None:
    full = maligeo.study(incidents=listed(), areas=areas().iloc[:5], covers="2020/2024")
    partner = full.release(audience="partner", store=tmp_path / "store", as_of="2025-06-01")
    page = partner.map(layers=["suspected_sqm"]).page
    assert [layer["key"] for layer in called(page, "regions")["layers"]] == ["suspected_sqm"]
    notes = {note for card in called(page, "regions")["cards"] for note in card["notes"]}
    assert "the source covers a part of the period only" in str(notes)


def test_the_surface_of_incidents_is_a_layer_on_demand(tmp_path: Path) -> None:
    full = maligeo.study(incidents=listed().drop(columns="location_precision"), covers="2020/2024")
    inside = full.release(audience="internal")
    assert called(inside.map(layers=["surface"]).page, "heat")["pictures"]
    assert "heat" not in {
        one.function for one in inside.map().page._children.values() if isinstance(one, Call)
    }
    public = full.release(audience="public", store=tmp_path / "store", as_of="2025-06-01")
    with pytest.raises(ArgumentError, match="none are given that this audience sees"):
        public.map(layers=["surface"]).page  # noqa: B018
    with pytest.raises(ArgumentError, match="on no paper"):
        inside.map(layers="surface").save(tmp_path / "map.pdf")
    with pytest.raises(ArgumentError, match="gaps is not shown for two periods"):
        inside.map(layers=["incidents", "gaps"], compare=["2021", "2022"]).page  # noqa: B018


def growing() -> maligeo.Study:
    return maligeo.study(incidents=listed(), covers="2020/2024")


def test_growth_is_a_layer_of_a_map_a_figure_and_a_geopackage(tmp_path: Path) -> None:
    shown = growing().release(audience="internal")
    (layer,) = called(shown.map(layers=["incidents_growth"], language="en").page, "regions")[
        "layers"
    ]
    assert layer["unit"] == "times the rate of the period before"
    labels = [entry["label"] for entry in layer["legend"]]
    assert labels[:5] == [
        "2 and more", "1.25 to less than 2", "0.80 to less than 1.25", "0.50 to less than 0.80",
        "less than 0.50",
    ]  # fmt: skip
    middle, low, high = (layer["fills"][at] for at in (4, 2, 6))
    assert len({middle, low, high}) == 3
    texts = {cell[2] for one in layer["periods"] for cell in one["cells"]}
    assert any(text.startswith("95% CI: ") for text in texts)
    assert layer["periods"][-1]["balance"] == {
        "lines": [],
        "notes": ["Nothing to add up here: the numbers are in the layer of incidents."],
    }
    path = shown.export(tmp_path / "mali.gpkg", layers=["incidents_growth"])
    with closing(sqlite3.connect(path)) as database:
        columns = {row[1] for row in database.execute("pragma table_info(units)")}
        styled = {row[0] for row in database.execute("select styleName from layer_styles")}
    assert "incidents_growth_2024" in columns & styled
    figure = shown.map(layers=["incidents_growth"]).save(tmp_path / "map.svg")
    assert "Évolution des incidents" in figure.read_text("utf-8")


def test_growth_is_not_for_the_public_and_not_shown_unasked(tmp_path: Path) -> None:
    assert "incidents_growth" not in set(growing().table["measure"])
    public = growing().release(audience="public", store=tmp_path / "store", as_of="2025-06-01")
    with pytest.raises(ReleaseError, match="incidents_growth is not released"):
        public.map(layers=["incidents_growth"]).page  # noqa: B018


def test_clusters_are_a_layer_of_a_map_and_a_geopackage_of_thirty_units(tmp_path: Path) -> None:
    pytest.importorskip("esda")
    cercles = maligeo.as_units(divisions.cercles_of_2015(), vintage="2015")
    crowded = cercles.loc[cercles["parent_pcode"] == "ML05", "name"]
    names = [*cercles["name"], *(name for name in crowded for _ in range(40))]
    records = divisions.incidents_in(cercles, *names, day="2021-05-01")
    shown = maligeo.study(incidents=records, units=cercles, period="2021", covers="2021").release(
        audience="internal"
    )
    (layer,) = called(shown.map(layers=["incidents_clusters"], language="en").page, "regions")[
        "layers"
    ]
    labels = [entry["label"] for entry in layer["legend"]]
    assert labels == ["hot spot", "neither", "cold spot", "No data"]
    texts = {
        name: cell[1]
        for name, cell in zip(cercles["name"], layer["periods"][0]["cells"], strict=True)
    }
    assert "hot spot" in {texts[name] for name in crowded}
    assert texts["Kayes"] == "–"
    path = shown.export(tmp_path / "mali.gpkg", layers=["incidents_clusters"])
    with closing(sqlite3.connect(path)) as database:
        columns = [row[1] for row in database.execute("pragma table_info(units)")]
        (column,) = [name for name in columns if name.startswith("incidents_clusters")]
        codes = {row[0] for row in database.execute(f"select {column} from units")}
    assert {2, 3} <= codes
    with pytest.raises(ArgumentError, match="needs 30 units"):
        growing().release(audience="internal").map(layers=["incidents_clusters"]).page  # noqa: B018
