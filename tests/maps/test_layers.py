"""What the layers over the regions tell the page; the browser tests look at the rest."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from maligeo import look
from maligeo.core import words
from maligeo.core.audiences import is_synthetic
from maligeo.core.errors import ArgumentError, CrsError, FrameError, GeometryError, VintageError
from maligeo.look.outlines import MOST_CORNERS, outlines
from maligeo.maps import (
    PageMap,
    add_areas,
    add_choropleth,
    add_gaps,
    add_heat,
    add_incidents,
    add_notes,
    add_projects,
    save_map,
)
from maligeo.maps.html import SCRIPTS, Call, assets, in_both
from maligeo.maps.packing import picture_address
from maligeo.maps.page import PAGE_WORDS
from maligeo.maps.regions import with_zoom
from maligeo.measure.densities import density
from maligeo.text.balance import record_counts
from tests import worlds
from tests.maps import layers


@pytest.fixture
def fmap() -> PageMap:
    return PageMap("t", (-12, 10, 4, 25), language="fr", audience="internal")


def told(fmap: PageMap) -> Any:
    """What the last call gives to the page."""
    call = list(fmap._children.values())[-1]
    assert isinstance(call, Call)
    return json.loads(call.data)


def test_both_languages_lie_over_one_another() -> None:
    french = {"a": [1, "un"], "b": "same", "c": ["x"]}
    english = {"a": [1, "one"], "b": "same", "c": ["x", "y"]}
    assert in_both(french, english) == {
        "a": [1, {"~": ["un", "one"]}],
        "b": "same",
        "c": {"~": [["x"], ["x", "y"]]},
    }


class TestIncidents:
    def test_what_the_page_gets(self, fmap: PageMap) -> None:
        add_incidents(fmap, layers.incidents())
        data = told(fmap)
        assert data["places"]["count"] == 60
        names = [kind["name"]["~"][1] for kind in data["types"]]
        assert names[1:] == ["Landmine", "Explosive remnant of war"]
        assert not data["synthetic"]
        assert data["section"]["grid"][1][1] == "60"

    def test_what_has_no_place_is_counted_and_not_drawn(self, fmap: PageMap) -> None:
        records = layers.incidents()
        records.loc[0, "location_precision"] = "country"
        records.loc[1, "geometry"] = None
        add_incidents(fmap, records)
        assert told(fmap)["places"]["count"] == 58
        shown, hidden = (line[1] for line in told(fmap)["section"]["grid"][1:3])
        assert (shown, hidden) == ("58", "2")

    def test_columns_of_degrees_will_do(self, fmap: PageMap) -> None:
        points = layers.incidents()
        table = pd.DataFrame(points.drop(columns="geometry"))
        add_incidents(fmap, table.assign(lon=points.geometry.x, lat=points.geometry.y))
        assert told(fmap)["places"]["count"] == 60

    def test_faults_are_named(self, fmap: PageMap) -> None:
        records = layers.incidents()
        with pytest.raises(FrameError, match="event_type"):
            add_incidents(fmap, records.drop(columns="event_type"))
        with pytest.raises(CrsError, match="EPSG:4326"):
            add_incidents(fmap, records.to_crs("EPSG:6933"))
        with pytest.raises(GeometryError, match="must be points"):
            add_incidents(fmap, layers.areas().assign(event_type="ied", date=pd.NaT))

    def test_the_frame_is_not_changed(self, fmap: PageMap) -> None:
        records = layers.incidents()
        before = records.copy()
        add_incidents(fmap, records)
        pd.testing.assert_frame_equal(pd.DataFrame(records), pd.DataFrame(before))


class TestAreas:
    def test_statuses_in_their_order_with_counts(self, fmap: PageMap) -> None:
        add_areas(fmap, layers.areas())
        statuses = told(fmap)["statuses"]
        assert [status["count"] for status in statuses] == ["1"] * 5
        patterns = [status["pattern"] for status in statuses]
        assert patterns == ["rising", "cross", "dots", "level", "upright"]

    def test_points_are_refused(self, fmap: PageMap) -> None:
        areas = layers.areas().iloc[:5]
        with pytest.raises(GeometryError, match="must be polygons"):
            add_areas(fmap, areas.set_geometry(areas.representative_point()))


class TestProjects:
    def test_money_is_counted_once(self, fmap: PageMap, units: gpd.GeoDataFrame) -> None:
        add_projects(fmap, layers.shares(), units)
        data = told(fmap)
        money = {data["names"][place["at"]]: place["money"] for place in data["places"]}
        assert money == {"Mopti": pytest.approx(200), "Gao": pytest.approx(100)}
        assert [line[1] for line in data["section"]["grid"][1:]] == ["2", "1", "1"]

    def test_two_vintages_do_not_join(self, fmap: PageMap, units: gpd.GeoDataFrame) -> None:
        with pytest.raises(VintageError, match="crosswalk"):
            add_projects(fmap, layers.shares(), units.assign(vintage="2023"))


class TestGaps:
    def test_colour_follows_the_class_and_what_is_unsure_is_dotted(
        self, fmap: PageMap, units: gpd.GeoDataFrame
    ) -> None:
        add_gaps(fmap, layers.gaps(units), units)
        data = told(fmap)
        cells = data["periods"][0]["cells"]
        assert [cell[0] for cell in cells] == [1, 5, 2, 6, 3, 7, 8, 9, -1]
        assert [cell[0] in data["dotted"] for cell in cells] == [
            False, True, False, True, False, True, True, True, False,
        ]  # fmt: skip
        looks = look.NEED_RESPONSE_LOOKS
        assert data["fills"][cells[1][0] + 1] == looks["nobody"].colour
        assert [len(group["units"]) for group in data["groups"]] == [2, 2, 2, 1, 1, 1]

    def test_the_popup_says_it_in_a_sentence_and_what_it_depends_on(
        self, fmap: PageMap, units: gpd.GeoDataFrame
    ) -> None:
        add_gaps(fmap, layers.gaps(units), units)
        lead = [text["~"][1] if isinstance(text, dict) else text for text in told(fmap)["leads"][1]]
        assert lead[0] == "Need, nobody recorded (depends on what has no place)"
        assert "14 incidents (10 to 18 allowing for chance)" in lead[1]
        assert "60 projects without a region could change this" in lead[1]


class TestHeat:
    def test_a_picture_per_year_with_one_legend(self, fmap: PageMap) -> None:
        add_heat(fmap, layers.incidents().drop(columns="location_precision"), by_year=True)
        data = told(fmap)
        assert data["periods"] == ["2020", "2021", "2022", "2023", "2024", "2025"]
        assert len(data["pictures"]) == 6
        assert all(one["address"].startswith("data:image/png") for one in data["pictures"])

    def test_nothing_to_show_is_a_mistake(self, fmap: PageMap) -> None:
        with pytest.raises(ArgumentError, match="no density to show"):
            add_heat(fmap, {})

    def test_a_picture_is_the_same_each_time(self) -> None:
        grid = np.eye(4, dtype=np.uint8)
        assert picture_address(grid, ["#ff0000"]) == picture_address(grid, ["#ff0000"])


class TestSchemes:
    def test_given_breaks_make_the_legend(
        self, fmap: PageMap, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        add_choropleth(fmap, table, units, layers=["projects"], scheme=[2, 4])
        labels = [entry["label"] for entry in told(fmap)["layers"][0]["legend"]]
        assert labels[:3] == ["4", "2 – 3", "1"]

    @pytest.mark.parametrize("breaks", [[], [0, 1], [3, 2], list(range(1, 20))])
    def test_breaks_that_cannot_be(
        self, fmap: PageMap, table: pd.DataFrame, units: gpd.GeoDataFrame, breaks: list[float]
    ) -> None:
        with pytest.raises(ArgumentError, match="must rise"):
            add_choropleth(fmap, table, units, layers=["projects"], scheme=breaks)

    def test_breaks_are_for_one_layer(
        self, fmap: PageMap, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        with pytest.raises(ArgumentError, match="for one layer"):
            add_choropleth(fmap, table, units, scheme=[2, 4])
        with pytest.raises(ArgumentError, match="scheme 'guess'"):
            add_choropleth(fmap, table, units, scheme="guess")  # type: ignore[arg-type]


class TestRecords:
    def test_all_that_is_known_adds_up(self) -> None:
        frame = pd.DataFrame(
            {
                "locate_method": ["inside", "none", "none"],
                "locate_note": [None, "too coarse for this level", "outside all units"],
            }
        )
        frame.attrs = {"rows_in_file": 9, "rows_left_out": {"riot": 4}, "rows_rejected": 2}
        assert record_counts(frame, 2) == {
            "in_file": 9, "left_out": 4, "quarantined": 2, "shown": 2, "hidden": 1,
            "placed": 1, "too_coarse": 1, "not_placed": 1,
        }  # fmt: skip

    @pytest.mark.parametrize("source", ["synthetic", "données synthétiques", "Synthetic, seed 3"])
    def test_synthetic_data_say_so(self, source: str) -> None:
        assert is_synthetic(pd.DataFrame({"source": ["UNMAS", source]}))
        assert not is_synthetic(pd.DataFrame({"source": ["UNMAS", None]}))

    def test_a_frame_may_say_so_itself(self) -> None:
        frame = pd.DataFrame({"a": [1]})
        frame.attrs["synthetic"] = True
        assert is_synthetic(frame)


def test_many_corners_are_simplified_as_a_coverage() -> None:
    turns = np.linspace(0, 2 * np.pi, 2 * MOST_CORNERS, endpoint=False)
    wave = np.column_stack([1 + 0.1 * np.sin(40 * turns), turns / 6.3])
    left = shapely.Polygon([(0, 0), *wave, (0, 1)])
    right = shapely.Polygon([(2, 0), *wave, (2, 1)])
    units = gpd.GeoDataFrame(
        {"name": ["a", "b"], "pcode": ["A", "B"], "vintage": "2015"},
        geometry=[left, right],
        crs=4326,
    )
    found = outlines(units)
    assert found.zoom is not None
    assert shapely.get_num_coordinates(found.shapes).sum() <= MOST_CORNERS
    assert shapely.coverage_is_valid(found.shapes)
    pixel = 360 / 256 / 2**found.zoom
    assert shapely.hausdorff_distance(found.shapes[0], left) < 3 * pixel


@pytest.mark.parametrize(
    "add",
    [
        lambda fmap: add_incidents(fmap, layers.incidents()),
        lambda fmap: add_areas(fmap, layers.areas()),
        lambda fmap: add_heat(fmap, layers.incidents().drop(columns="location_precision")),
    ],
)
def test_the_same_layer_gives_the_same_bytes(
    add: Callable[[PageMap], None], tmp_path: Path
) -> None:
    pages = []
    for name in ("a.html", "b.html"):
        fmap = PageMap("t", (-12, 10, 4, 25), language="fr", audience="internal")
        add(fmap)
        pages.append(save_map(fmap, tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


def test_a_notebook_gets_the_page_in_a_frame(fmap: PageMap) -> None:
    shown = fmap._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert "https://cdn" not in shown
    assert "Content-Security-Policy" in shown


class TestFewEvents:
    """Alpha has 3 incidents in a year, Béta-Sud has 40."""

    @pytest.fixture
    def cards(
        self, fmap: PageMap, small_units: gpd.GeoDataFrame
    ) -> tuple[list[dict[str, Any]], list[Any]]:
        figures = worlds.figures({"unit": "Alpha", "value": 3}, {"unit": "Béta-Sud", "value": 40})
        people = worlds.people(1e5, 2e5)
        table = density(figures, small_units, measure="incidents", population=people)
        add_choropleth(fmap, table, small_units)
        data = told(fmap)
        return data["cards"], data["layers"][1]["periods"][0]["cells"]

    def test_a_card_marks_what_the_map_marks(
        self, cards: tuple[list[dict[str, Any]], list[Any]]
    ) -> None:
        for card, cell in zip(*cards, strict=True):
            assert card["figures"][1]["periods"][0]["value"] == cell[1]
        marked = [cell[1]["~"][1].endswith("*") for cell in cards[1]]
        assert marked == [True, False]

    def test_a_card_says_what_the_mark_means(
        self, cards: tuple[list[dict[str, Any]], list[Any]]
    ) -> None:
        notes = [str(card["notes"]) for card in cards[0]]
        assert "fewer than 20 incidents" in notes[0]
        assert "fewer than 20 incidents" not in notes[1]


class TestSimplifiedOutlines:
    sections: ClassVar = [{"title": "Boundaries", "paragraphs": ["division", "disclaimer"]}]

    @pytest.mark.parametrize(("language", "said"), [("fr", "zoom 9"), ("en", "zoom 9")])
    def test_the_drawer_says_up_to_which_zoom_they_hold(self, language: str, said: str) -> None:
        paragraphs = with_zoom(self.sections, 9, language)[0]["paragraphs"]
        assert [paragraphs[0], paragraphs[2]] == ["division", "disclaimer"]
        assert said in paragraphs[1]
        assert self.sections[0]["paragraphs"] == ["division", "disclaimer"]

    def test_outlines_that_are_whole_need_no_word(self) -> None:
        assert with_zoom(self.sections, None, "fr") == self.sections

    def test_many_corners_are_told_on_the_map(
        self, fmap: PageMap, small_table: pd.DataFrame, small_units: gpd.GeoDataFrame
    ) -> None:
        towns = pd.DataFrame({"source": pd.Series(dtype=str)})
        add_notes(fmap, small_table, small_units, towns)
        assert "zoom" not in str(told(fmap)[0]["paragraphs"])
        small_units.geometry = small_units.geometry.segmentize(1 / MOST_CORNERS)
        add_notes(fmap, small_table, small_units, towns)
        assert "exact to a pixel up to zoom" in str(told(fmap)[0]["paragraphs"])


def test_every_word_that_the_script_asks_for_is_on_the_page() -> None:
    asked = set()
    for script in SCRIPTS:
        code = assets([script])
        asked |= set(re.findall(r'"([a-z_]+\.[a-z_]+)"', code))
    known = {key for key in asked if words.has_word(key)}
    assert len(known) > 50
    assert known - set(words.words("fr", *PAGE_WORDS)) == set()
    whole = {name for name in asked if not name.endswith("_")}  # others are beginnings
    assert whole - known - {"svg.leaflet"} == set()


def test_released_projects_have_no_title_of_their_own(
    fmap: PageMap, units: gpd.GeoDataFrame
) -> None:
    add_projects(fmap, layers.shares().drop(columns="title"), units)
    call = list(fmap._children.values())[-2]
    assert isinstance(call, Call)
    assert call.function == "named"
    listed = json.loads(call.data)
    titles = [project["title"] for project in listed["projects"]]
    assert titles == ["p1", "p2", "p3"]
