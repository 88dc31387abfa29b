import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

import geopandas as gpd
import matplotlib
import pandas as pd
import pypdf
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from maligeo import look
from maligeo.core import words
from maligeo.core.audiences import mark_audience, mark_published
from maligeo.core.errors import (
    ArgumentError,
    FrameError,
    OutputFileError,
    ReleaseError,
    UnknownNameError,
    VintageError,
)
from maligeo.paper import MapOptions, map_figure
from maligeo.paper.drawing.pdf import SETTINGS, painted
from maligeo.paper.drawing.shapes import MISSING_LINE, Fill, Stroke, Words
from maligeo.paper.map.basemap import seen_bounds
from maligeo.paper.map.figure import compose_map
from maligeo.provenance.products import read_about
from maligeo.provenance.record import Provenance
from maligeo.text.legend import legend
from maligeo.text.readings import periods
from maligeo.workflows.study import study
from tests import densityworlds
from tests.conftest import HOSTILE
from tests.maps import layers
from tests.paper.pages import box_of, colour_at, outside, overlaps, pages, words_of

SVG = "{http://www.w3.org/2000/svg}"
BY_KEY = {layer.key: layer for layer in look.LAYERS}
BUNDLED = (
    "incidents", "incidents_per_100k", "projects", "projects_fractional", "programmes", "people",
    "people_per_sqkm",
)  # fmt: skip
SHEETS = [
    {"paper": paper, "orientation": orientation}
    for paper in ("A4", "A3")
    for orientation in ("landscape", "portrait")
]


@pytest.fixture(scope="module")
def gaps(units: gpd.GeoDataFrame) -> pd.DataFrame:
    return study(units=units).answer().frame


def written(path: Path, table: pd.DataFrame, units: gpd.GeoDataFrame, **options: Any) -> Path:
    return map_figure(table, units, path, options=MapOptions(**options), audience="internal")


def squeezed(text: str) -> str:
    return "".join(text.split())


class TestContent:
    @pytest.mark.parametrize("language", ["fr", "en"])
    @pytest.mark.parametrize("key", BUNDLED)
    def test_the_legend_has_every_class_in_words_and_colour(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, key: str, language: str
    ) -> None:
        page = pages(table, units, layer=key, language=language)[0]
        classes = look.classify(table, BY_KEY[key])
        told = squeezed("".join(words_of([page])))
        for entry in legend(BY_KEY[key], classes, language):
            assert squeezed(str(entry["label"])) in told
        colours = {one.colour for one in page.shapes if isinstance(one, Fill)}
        assert set(classes.colours) <= colours
        assert any(isinstance(one, Stroke) and one.colour == MISSING_LINE for one in page.shapes)

    def test_every_unit_wears_the_colour_of_its_class(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        page = pages(table, units, layer="incidents")[0]
        classes = look.classify(table, BY_KEY["incidents"])
        rows = periods(table, BY_KEY["incidents"], "fr")[-1].by_unit
        fills = [one for one in page.shapes if isinstance(one, Fill)]
        for pcode, name in zip(units["pcode"], units["name"], strict=True):
            text = next(one for one in page.shapes if isinstance(one, Words) and one.text == name)
            index = classes.index(rows[pcode]["shown"])
            if index < 0:
                assert name == "Bamako"
                continue
            centre = box_of(text).centroid
            assert colour_at(page, centre.x, centre.y) == classes.colours[index - 1], name
        assert len(fills) > len(units)

    def test_values_and_names_stand_on_the_map(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        told = words_of(pages(table, units, layer="incidents_per_100k"))
        assert set(units["name"]) <= set(told)
        assert "≈\u00a019,4*" in told or "≈ 19,4*" in told
        assert "≈ 0,1*" in told

    def test_the_balance_adds_up_on_the_page(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        told = words_of(pages(table, units, layer="incidents", period="2021-01/2021-09"))
        for text in ("≈ 140", "≈ 11", "151", "Total national"):
            assert text in told

    def test_french_numbers_keep_narrow_spaces(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path
    ) -> None:
        assert f"22{words.NARROW_SPACE}395{words.NARROW_SPACE}490" in words_of(
            pages(table, units, layer="people")
        )
        path = written(tmp_path / "m.pdf", table, units, layer="people")
        text = pypdf.PdfReader(path).pages[0].extract_text()
        assert f"22{words.NARROW_SPACE}395{words.NARROW_SPACE}490" in text

    def test_the_latest_period_is_shown_or_the_one_that_is_asked_for(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        assert "janv.–août 2022" in " ".join(words_of(pages(table, units, layer="incidents")))
        asked = pages(table, units, layer="incidents", period="2021-07/2021-09")
        assert "juil.–sept. 2021" in " ".join(words_of(asked))

    def test_several_periods_or_none_are_a_mistake(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        with pytest.raises(ArgumentError, match="2021-01-01/2021-09-30 by UNMAS, 2022"):
            pages(table, units, layer="incidents", period="2021/2022")
        with pytest.raises(ArgumentError, match="none of them fits"):
            pages(table, units, layer="incidents", period="1999")

    def test_classes_are_the_same_in_every_period(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        labels_of = [
            [text for text in words_of(pages(table, units, layer="incidents", period=period)[:1])
             if " – " in text or "et plus" in text]
            for period in ("2022", "2021-07/2021-09")
        ]  # fmt: skip
        assert labels_of[0] == labels_of[1] != []

    def test_gaps_have_the_colours_of_their_classes_and_sentences(
        self, gaps: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        page = pages(gaps, units, language="en")[0]
        colours = {one.colour for one in page.shapes if isinstance(one, Fill)}
        for name in set(gaps["class"].dropna()) - {"unknown"}:
            assert look.NEED_RESPONSE_LOOKS[name].colour in colours
        told = " ".join(words_of(pages(gaps, units, language="en")))
        assert "named here, number unknown: MINUSMA: quick-impact projects (QIP)" in told
        assert "Bamako: incidents: number not known, which does not mean none" in told

    def test_gaps_take_neither_layer_nor_period(
        self, gaps: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        with pytest.raises(ArgumentError, match="has no layer 'people'"):
            pages(gaps, units, layer="people")
        with pytest.raises(ArgumentError, match="one period"):
            pages(gaps, units, period="2021")

    def test_sources_behind_gaps_are_named(
        self, gaps: pd.DataFrame, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        assert "INSTAT" not in " ".join(words_of(pages(gaps, units)))
        assert "INSTAT" in " ".join(words_of(pages(gaps, units, behind=table)))

    def test_a_region_is_in_front_and_the_others_are_pale(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        page = pages(table, units, layer="incidents", region="Timbuktu", language="en")[0]
        assert "Tombouctou – Explosive incidents (IEDs and mines)" in words_of([page])
        colours = {one.colour for one in page.shapes if isinstance(one, Fill)}
        classes = look.classify(table, BY_KEY["incidents"])
        assert look.pale(classes.colours[-1]) in colours  # Mopti, next to it

    def test_an_unknown_region_is_named(self, table: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
        with pytest.raises(UnknownNameError, match="Atlantis"):
            pages(table, units, region="Atlantis")

    def test_a_table_of_another_kind_or_vintage_is_refused(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        with pytest.raises(FrameError, match="per_100k"):
            pages(table.drop(columns="per_100k"), units)
        with pytest.raises(VintageError, match="crosswalk"):
            pages(table, units.assign(vintage="2023"))


class TestOverlays:
    def test_incidents_and_areas_have_their_legend_and_account(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        incidents, areas = layers.incidents(), layers.areas()
        page = pages(table, units, layer="people", language="en", incidents=incidents, areas=areas)[
            0
        ]
        told = "".join(words_of([page]))
        for name in ("Landmine: 20", "Cleared land: 1", "Shown on the map"):
            assert squeezed(name) in squeezed(told)
        colours = {one.colour for one in page.shapes if isinstance(one, Fill)}
        assert {look.EVENT_MARKS["ied"].colour, look.AREA_LOOKS["cleared"].colour} <= colours
        hollow = [one for one in page.shapes if isinstance(one, Fill) and one.opacity == 0.7]
        assert hollow  # the positions of whole communes

    def test_every_incident_is_drawn_once_or_with_its_neighbour(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        incidents = layers.incidents(60).assign(location_precision="exact")
        page = pages(table, units, layer="people", incidents=incidents)[0]
        ied = look.EVENT_MARKS["ied"].colour
        signs = [
            len(one.shape.geoms)
            for one in page.shapes
            if isinstance(one, Fill) and one.colour == ied and one.shape.geom_type == "MultiPolygon"
        ]
        assert sum(signs) == 20 + 1  # and one in the legend

    def test_made_up_data_say_so_on_every_page(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        made_up = layers.incidents(text="synthetic")
        found = pages(table, units, layer="incidents", language="en", incidents=made_up)
        banner = words.word("synthetic.banner", "en")
        assert all(squeezed(banner) in squeezed("".join(words_of([page]))) for page in found)
        assert banner not in words_of(pages(table, units, layer="incidents", language="en"))


class TestAudience:
    def test_what_is_not_released_is_refused(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path
    ) -> None:
        internal = mark_audience(table.copy(), "internal")
        with pytest.raises(ReleaseError, match=r"maligeo\.release"):
            map_figure(internal, units, tmp_path / "m.png")
        options = MapOptions(layer="people", incidents=layers.incidents())
        with pytest.raises(ReleaseError, match="incidents"):
            map_figure(table, units, tmp_path / "m.png", options=options)
        assert list(tmp_path.iterdir()) == []

    def test_the_words_stand_on_each_page_and_red_is_internal(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        marked = mark_published(table.copy())
        for audience in ("internal", "partner", "public"):
            _, found = compose_map(
                marked, units, options=MapOptions(language="en"), audience=audience, several=True
            )
            text = words.word(f"audience.{audience}", "en")
            for page in found:
                mark = next(
                    one for one in page.shapes if isinstance(one, Words) and one.text == text
                )
                assert (mark.colour == "#b3121d") == (audience == "internal")


class TestLayout:
    @pytest.mark.parametrize("language", ["fr", "en"])
    @pytest.mark.parametrize("sheet", SHEETS, ids=lambda one: "-".join(one.values()))
    def test_no_text_covers_another_or_leaves_the_page(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, sheet: dict[str, Any], language: str
    ) -> None:
        for key in ("incidents_per_100k", "projects"):
            for graticule in (False, True):
                found = pages(
                    table, units, layer=key, language=language, graticule=graticule, **sheet
                )
                for page in found:
                    assert overlaps(page) == []
                    assert outside(page) == []

    @pytest.mark.parametrize("sheet", SHEETS, ids=lambda one: "-".join(one.values()))
    def test_nor_with_gaps_regions_overlays_and_fifty_units(
        self,
        table: pd.DataFrame,
        gaps: pd.DataFrame,
        units: gpd.GeoDataFrame,
        sheet: dict[str, Any],
    ) -> None:
        squares = densityworlds.grid(50, width=10).assign(name_alt=None)
        counted = densityworlds.density_table(squares, "incidents", [*range(49), None])
        incidents, areas = layers.incidents(), layers.areas()
        found = [
            *pages(gaps, units, **sheet),
            *pages(table, units, layer="incidents", region="Mopti", graticule=True, **sheet),
            *pages(table, units, layer="people", incidents=incidents, areas=areas, **sheet),
            *pages(counted, squares, layer="incidents", **sheet),
        ]
        for page in found:
            assert overlaps(page) == []
            assert outside(page) == []

    def test_matplotlib_agrees_about_where_texts_are(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        page = pages(table, units, layer="incidents_per_100k")[0]
        figure = painted(page, dpi=144)
        canvas = FigureCanvasAgg(figure)
        with matplotlib.rc_context(SETTINGS):
            canvas.draw()
            extents = [
                artist.get_window_extent(canvas.get_renderer()) for artist in figure.axes[0].texts
            ]
        per_mm = 144 / 25.4
        texts = [one for one in page.shapes if isinstance(one, Words)]
        for one, drawn in zip(texts, extents, strict=True):
            assert drawn.x0 >= 0 and drawn.x1 <= page.width * per_mm
            left, _, right, _ = box_of(one).bounds
            assert abs(drawn.width / per_mm - (right - left)) < 0.03 * (right - left) + 1.0
            assert abs(drawn.x0 / per_mm - left) < 0.02 * (right - left) + 1.0

    def test_the_check_of_overlaps_sees_one(self, table: pd.DataFrame, units: Any) -> None:
        page = pages(table, units, layer="people")[0]
        text = next(one for one in page.shapes if isinstance(one, Words) and one.side == "left")
        page.add(Words(text.x + 2, text.y + 1, "on top", 12))
        page.add(Words(page.width - 3, 30, "over the edge", 12))
        assert overlaps(page) != []
        assert "over the edge" in outside(page)

    def test_what_has_no_room_goes_on_in_a_pdf_and_is_told_of_elsewhere(
        self, tmp_path: Path
    ) -> None:
        squares = densityworlds.grid(400, width=20).assign(name_alt=None)
        squares["name"] = [f"A unit with a long name {at}" for at in range(400)]
        notes = [
            f"remark number {at} about a thing that is known of this unit" for at in range(400)
        ]
        counted = densityworlds.density_table(squares, "incidents", range(400), notes=notes)
        found = pages(counted, squares, layer="incidents", language="en")
        assert len(found) > 2
        furniture = ("Page ", "maligeo ", "INTERNAL", "Sources and", "Explosive incidents")
        lines = [line for line in words_of(found) if not line.startswith(furniture)]
        told = squeezed("".join(lines))  # a remark may go on over the page
        assert all(squeezed(note) in told for note in notes)
        assert "A unit with a long name 399" in words_of(found)
        single = compose_map(
            counted,
            squares,
            options=MapOptions(layer="incidents", language="en"),
            audience="internal",
            several=False,
        )[1]
        assert words.word("paper.more", "en") in words_of(single)
        assert all(outside(page) == [] for page in (*found, *single))

    def test_the_whole_country_lies_in_the_frame(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame
    ) -> None:
        west, south, east, north = seen_bounds_of(units)
        whole = units.total_bounds
        assert west < whole[0] and south < whole[1] and east > whole[2] and north > whole[3]


def seen_bounds_of(units: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    from maligeo.paper.map.basemap import Scene

    scene = Scene(units, pd.DataFrame(), None, None, ())  # type: ignore[arg-type]
    return seen_bounds(scene)


class TestFiles:
    @pytest.mark.parametrize("suffix", ["pdf", "png", "svg"])
    def test_the_same_bytes_each_time_whatever_the_settings(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path, suffix: str
    ) -> None:
        first = written(tmp_path / f"a.{suffix}", table, units, dpi=60).read_bytes()
        odd: dict[Any, object] = {
            "savefig.bbox": "tight", "font.family": ["serif"], "pdf.fonttype": 3,
            "savefig.dpi": 30, "axes.unicode_minus": False, "figure.facecolor": "red",
        }  # fmt: skip
        with matplotlib.rc_context(odd):
            before = dict(matplotlib.rcParams)
            second = written(tmp_path / f"b.{suffix}", table, units, dpi=60).read_bytes()
            assert dict(matplotlib.rcParams) == before
        assert first == second

    def test_the_same_bytes_in_another_process(
        self, small_table: pd.DataFrame, small_units: gpd.GeoDataFrame, tmp_path: Path
    ) -> None:
        small_units.to_pickle(tmp_path / "units.pkl")
        small_table.to_pickle(tmp_path / "table.pkl")
        code = (
            "import sys, pandas as pd; from maligeo.paper import MapOptions, map_figure\n"
            "units = pd.read_pickle(sys.argv[1] + '/units.pkl')\n"
            "table = pd.read_pickle(sys.argv[1] + '/table.pkl')\n"
            "for s in ('pdf', 'svg'):\n"
            "    map_figure(table, units, f'{sys.argv[2]}.{s}', options=MapOptions(),\n"
            "               audience='internal')\n"
        )
        for seed in ("1", "2"):
            environment = os.environ | {"PYTHONHASHSEED": seed}
            arguments = [sys.executable, "-c", code, str(tmp_path), str(tmp_path / seed)]
            subprocess.run(arguments, check=True, env=environment)
        for suffix in ("pdf", "svg"):
            found = [(tmp_path / f"{seed}.{suffix}").read_bytes() for seed in ("1", "2")]
            assert found[0] == found[1]

    def test_all_text_of_a_pdf_can_be_searched_and_its_fonts_are_embedded(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path
    ) -> None:
        path = written(tmp_path / "m.pdf", table, units, layer="incidents_per_100k")
        reader = pypdf.PdfReader(path)
        text = squeezed("".join(page.extract_text() for page in reader.pages))
        for told in words_of(pages(table, units, layer="incidents_per_100k")):
            assert squeezed(told) in text, told
        for page in reader.pages:
            for font in cast("Any", page["/Resources"])["/Font"].values():
                descendant = font.get_object()["/DescendantFonts"][0].get_object()
                assert "/FontFile2" in descendant["/FontDescriptor"]
        assert reader.metadata is not None
        assert "/CreationDate" not in reader.metadata
        assert float(reader.pages[0].mediabox.width) == pytest.approx(297 / 25.4 * 72, abs=0.1)
        assert path.stat().st_size < 200_000

    def test_an_svg_is_whole_and_has_all_text(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path
    ) -> None:
        path = written(tmp_path / "m.svg", table, units, layer="people", language="en")
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        texts = [one.text for one in root.iter(f"{SVG}text")]
        first = compose_map(
            table,
            units,
            options=MapOptions(layer="people", language="en"),
            audience="internal",
            several=False,
        )[1]
        assert texts == words_of(first)
        assert root.get("width") == "297mm"
        assert root.findtext(f"{SVG}title") == "Population"
        style_text = root.findtext(f"{SVG}style") or ""
        assert style_text.count("data:font/woff;base64,") == 2
        assert "://" not in style_text

    def test_a_png_has_the_size_of_its_paper(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path
    ) -> None:
        path = written(tmp_path / "m.png", table, units, dpi=60, orientation="portrait")
        with Image.open(path) as picture:
            assert picture.size == (round(210 / 25.4 * 60), int(297 / 25.4 * 60))
            assert picture.info["Title"] == words.word("title.incidents", "fr")
            assert "Creation Time" not in picture.info

    @pytest.mark.parametrize("suffix", ["pdf", "png", "svg"])
    def test_the_file_keeps_what_it_was_made_from(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path, suffix: str
    ) -> None:
        about = Provenance("map", {"region": "Ségou (é) \\ <b>"}, audience="internal")
        path = map_figure(
            table,
            units,
            tmp_path / f"m.{suffix}",
            options=MapOptions(dpi=40),
            audience="internal",
            about=about,
        )
        assert read_about(path) == about

    def test_hostile_texts_are_texts(
        self, small_table: pd.DataFrame, small_units: gpd.GeoDataFrame, tmp_path: Path
    ) -> None:
        units = small_units.assign(name=["$x^2$" + HOSTILE[0], HOSTILE[1]], source=HOSTILE[2])
        text = " | ".join(HOSTILE)
        table = small_table.assign(note=text, source=text, publisher=HOSTILE[1])
        for suffix in ("pdf", "png", "svg"):
            path = written(tmp_path / f"m.{suffix}", table, units, dpi=40, layer="incidents")
            assert path.stat().st_size > 1000
        root = ElementTree.fromstring((tmp_path / "m.svg").read_text(encoding="utf-8"))
        tags = {one.tag.removeprefix(SVG) for one in root.iter()}
        assert tags == {"svg", "title", "style", "rect", "g", "path", "text"}
        told = squeezed("".join(one.text or "" for one in root.iter(f"{SVG}text")))
        assert squeezed("<imgsrc=xonerror=") in told
        for page in pages(table, units, layer="incidents"):
            assert outside(page) == []

    def test_another_suffix_or_folder_is_refused(
        self, table: pd.DataFrame, units: gpd.GeoDataFrame, tmp_path: Path
    ) -> None:
        with pytest.raises(ArgumentError, match=r"\.pdf, \.png, \.svg"):
            written(tmp_path / "m.jpg", table, units)
        (tmp_path / "file").write_text("")
        with pytest.raises(OutputFileError, match="cannot write"):
            written(tmp_path / "file" / "m.png", table, units, dpi=40)

    @pytest.mark.parametrize(
        "options",
        [{"paper": "A5"}, {"orientation": "sideways"}, {"language": "de"}, {"dpi": 5}],
    )
    def test_options_are_checked(self, options: dict[str, Any]) -> None:
        with pytest.raises(ArgumentError, match=next(iter(options))):
            MapOptions(**options)


def test_incidents_of_other_periods_are_not_drawn(
    table: pd.DataFrame, units: gpd.GeoDataFrame
) -> None:
    points = gpd.GeoDataFrame(
        {
            "date": pd.to_datetime(["2022-03-01", "2022-07-01", "2015-01-01", None]),
            "event_type": "landmine",
        },
        geometry=gpd.points_from_xy([-4.0, -3.9, -4.1, -4.2], [14.5] * 4),
        crs="EPSG:4326",
    )
    told = words_of(pages(table, units, incidents=points, language="en", period="2022-01/2022-08"))
    assert "Landmine: 2" in told
    told = words_of(pages(table, units, incidents=points, language="en", layer="people"))
    assert "Landmine: 4" in told
