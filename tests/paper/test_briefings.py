"""Slides and documents, opened again with python-pptx and python-docx."""

import io
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import docx
import geopandas as gpd
import numpy as np
import pandas as pd
import pptx
import pypdf
import pytest
import shapely

from maligeo.core import words
from maligeo.core.audiences import SYNTHETIC, mark_audience
from maligeo.core.errors import ArgumentError, MissingDependencyError, ReleaseError
from maligeo.measure.densities import density
from maligeo.paper import ReportOptions, region_report
from maligeo.provenance.products import read_about
from maligeo.provenance.record import Provenance
from maligeo.workflows.study import Study, study
from tests import worlds
from tests.conftest import HOSTILE

EMU = 36_000
RED = "B3121D"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
OFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def public() -> Study:
    return study().release(audience="public")


@pytest.fixture(scope="module")
def made(public: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("briefings")
    for suffix in ("pptx", "docx"):
        public.export(folder / f"mopti.{suffix}", region="Mopti", language="fr")
        public.export(folder / f"mali.{suffix}", language="en")
    return folder


def leaves(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        yield from leaves(shape.shapes) if hasattr(shape, "shapes") else (shape,)


def texts(slide: Any) -> list[str]:
    framed = [one for one in leaves(slide.shapes) if one.has_text_frame]
    return [line.text for one in framed for line in one.text_frame.paragraphs if line.text]


def tables(slide: Any) -> list[list[list[str]]]:
    found = [shape.table for shape in slide.shapes if shape.has_table]
    return [[[cell.text for cell in row.cells] for row in one.rows] for one in found]


def mapped(file: Path) -> Any:
    """The slide with the map, which has a group."""
    slides = pptx.Presentation(str(file)).slides
    return next(one for one in slides if any(hasattr(shape, "shapes") for shape in one.shapes))


def ring_area(shape: Any) -> float:
    """Area of a freeform in square millimetres, of its rings alone."""
    area = shapely.Polygon()
    points: list[tuple[int, int]] = []
    for element in shape.iter(f"{A}moveTo", f"{A}lnTo", f"{A}close"):
        if element.tag == f"{A}moveTo":
            points = []
        if element.tag == f"{A}close":
            area = shapely.symmetric_difference(area, shapely.Polygon(points).buffer(0))
        else:
            point = element.find(f"{A}pt")
            points.append((int(point.get("x")), int(point.get("y"))))
    return float(area.area) / EMU**2


class TestSlides:
    def test_the_first_one_has_the_answer_and_the_figures(self, made: Path, public: Study) -> None:
        first = pptx.Presentation(str(made / "mopti.pptx")).slides[0]
        answer = public.answer(language="fr").frame.set_index("name").loc["Mopti"]
        assert first.shapes.title.text == "Mopti (Mali)\u00a0: profil"
        assert words.curly(answer["sentence"]) in texts(first)
        cells = {row[0]: row[1:] for row in tables(first)[0]}
        assert cells["Incidents, janv.\u2013août 2022"] == ["≈ 50", "36 à 66, arrondi et hasard"]

    def test_every_unit_of_the_country_has_its_sentence(self, made: Path, public: Study) -> None:
        said = [
            one
            for slide in pptx.Presentation(str(made / "mali.pptx")).slides
            for one in texts(slide)
        ]
        sentences = public.answer(language="en").frame["sentence"].dropna()
        assert len(sentences) == 9
        for sentence in sentences:
            curly = words.curly(sentence)
            assert any(line.startswith(curly) for line in said), sentence

    def test_regions_are_freeforms_of_their_names_with_true_areas(
        self, made: Path, units: gpd.GeoDataFrame
    ) -> None:
        shapes = list(leaves(mapped(made / "mopti.pptx").shapes))
        forms = {
            one.name: one for one in shapes if one._element.find(f".//{A}custGeom") is not None
        }
        true = units.set_index("name").to_crs(6933).area
        drawn = pd.Series({name: ring_area(forms[name]._element) for name in true.index})
        ratio = drawn / true * (true.sum() / drawn.sum())
        assert np.allclose(ratio, 1, atol=0.02), ratio

    def test_numbers_and_legend_are_texts(self, made: Path) -> None:
        shown = texts(mapped(made / "mali.pptx"))
        assert {"Mopti", "≈ 50", "Kidal", "≈ 11", "40 and more", "No data"} <= set(shown)

    def test_a_text_of_the_map_can_be_changed_and_saved(self, made: Path, tmp_path: Path) -> None:
        file = pptx.Presentation(str(made / "mopti.pptx"))
        for shape in (one for slide in file.slides for one in leaves(slide.shapes)):
            if shape.has_text_frame and shape.text_frame.text == "≈ 50":
                shape.text_frame.paragraphs[0].runs[0].text = "51"
        file.save(str(tmp_path / "changed.pptx"))
        shown = texts(mapped(tmp_path / "changed.pptx"))
        assert "51" in shown and "≈ 50" not in shown

    def test_the_matrix_is_that_of_the_study(self, made: Path, public: Study) -> None:
        slides = pptx.Presentation(str(made / "mali.pptx")).slides
        found = next(
            table
            for slide in slides
            for table in tables(slide)
            if "UNMAS Mali: mine action" in table[0]
        )
        shown = {row[0]: row[1:] for row in found[1:]}
        expected = public.presence.droplevel(["place_kind", "pcode"])
        assert len(shown) == len(expected)
        for name, cells in expected.head(9).iterrows():
            texts = [
                "named, number unknown" if pd.isna(one) else str(one) if one else "–"
                for one in cells
            ]
            assert shown[str(name)] == texts

    def test_it_says_how_it_was_made(self, made: Path) -> None:
        slides = pptx.Presentation(str(made / "mali.pptx")).slides
        said = [line for slide in slides for line in texts(slide)]
        assert "Product: report: audience public, language en" in said
        about = read_about(made / "mali.pptx")
        assert (about.product, about.options["language"]) == ("report", "en")

    @pytest.mark.parametrize("name", ["mopti", "mali"])
    def test_nothing_leaves_a_slide_or_covers_another(self, made: Path, name: str) -> None:
        file = pptx.Presentation(str(made / f"{name}.pptx"))
        assert_apart(file)


def assert_apart(file: Any) -> None:
    whole = shapely.box(0, 0, file.slide_width, file.slide_height)
    for number, slide in enumerate(file.slides, start=1):
        placed = [
            (one.name, shapely.box(one.left, one.top, one.left + one.width, one.top + one.height))
            for one in slide.shapes
        ]
        for name, box in placed:
            assert box.within(whole), (number, name)
        for (one, left), (other, right) in combinations(placed, 2):
            assert shapely.intersection(left, right).area < 1, (number, one, other)


class TestDocuments:
    def test_it_says_what_the_slides_say(self, made: Path, public: Study) -> None:
        file = docx.Document(str(made / "mopti.docx"))
        lines = [one.text for one in file.paragraphs]
        answer = public.answer(language="fr").frame.set_index("name").loc["Mopti"]
        assert lines[0] == "Mopti (Mali)\u00a0: profil"
        assert words.curly(answer["sentence"]) in lines
        slides = pptx.Presentation(str(made / "mopti.pptx")).slides
        expected = [table for slide in slides for table in tables(slide)]
        found = [[[cell.text for cell in row.cells] for row in one.rows] for one in file.tables]
        assert found == expected

    def test_the_map_is_a_group_of_shapes_whose_text_can_be_changed(
        self, made: Path, tmp_path: Path, units: gpd.GeoDataFrame
    ) -> None:
        file = docx.Document(str(made / "mali.docx"))
        members = list(file.element.body.iter(f"{WPS}wsp"))
        names = [one.find(f"{WPS}cNvPr").get("name") for one in members]
        assert set(units["name"]) <= set(names)
        changed = next(one for one in file.element.body.iter(f"{W}t") if one.text == "≈ 17")
        changed.text = "51"
        file.save(str(tmp_path / "changed.docx"))
        again = docx.Document(str(tmp_path / "changed.docx"))
        shown = [one.text for one in again.element.body.iter(f"{W}t")]
        assert "51" in shown and "≈ 17" not in shown


Audience = Any


@pytest.fixture(scope="module")
def many() -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Thirty units with names that attack, and a count for each."""
    rows = [shapely.box(x, y, x + 1, y + 1) for y in range(5) for x in range(6)]
    names = [f"{HOSTILE[at % len(HOSTILE)]} {at}" if at % 3 else f"Unit {at}" for at in range(30)]
    units = gpd.GeoDataFrame(
        {
            "vintage": "2015", "level": 1, "name": names, "name_alt": None, "parent_pcode": "ZZ",
            "pcode": [f"ZZ{at:02}" for at in range(30)], "area_sqkm": 100.0, "source": "hand-made",
        },
        geometry=rows, crs="EPSG:4326",
    )  # fmt: skip
    counts = [{"unit": name, "value": at} for at, name in enumerate(names)]
    table = density(worlds.figures(*counts), units, measure="incidents")
    return units, table


def organisations(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """A matrix of units and twenty organisations, each in the unit of its number."""
    index = pd.MultiIndex.from_arrays(
        [["unit"] * len(units), units["pcode"], units["name"]],
        names=["place_kind", "pcode", "name"],
    )
    columns = pd.Index([f"Organisation {at}" for at in range(20)], name="organisation")
    cells = np.eye(len(units), 20, dtype=int)
    return pd.DataFrame(cells, index=index, columns=columns).astype("Int64")


def written(
    folder: Path, suffix: str, many: tuple[gpd.GeoDataFrame, pd.DataFrame], **options: Any
) -> Path:
    units, table = many
    matrix = mark_audience(organisations(units), "internal")
    return region_report(
        table, units, folder / f"b.{suffix}", audience="internal",
        options=ReportOptions(organisations=matrix, language="en", **options),
    )  # fmt: skip


class TestLargeWorlds:
    def test_a_long_and_wide_table_goes_on_and_loses_nothing(
        self, many: tuple[gpd.GeoDataFrame, pd.DataFrame], tmp_path: Path
    ) -> None:
        file = pptx.Presentation(str(written(tmp_path, "pptx", many)))
        assert_apart(file)
        found: dict[str, set[str]] = {}
        for head, *rows in (table for slide in file.slides for table in tables(slide)):
            for row in rows:
                for name, cell in zip(head[1:], row[1:], strict=True):
                    found.setdefault(name, set()).update([f"{row[0]}={cell}"])
        values = found.pop("incidents in the period")
        assert len(values) == 30 and "Unit 27=27" in values
        assert len(found) == 20
        assert {len(cells) for cells in found.values()} == {30}
        ones = [one for cells in found.values() for one in cells if one.endswith("=1")]
        assert len(ones) == 20

    def test_names_that_attack_are_texts(
        self, many: tuple[gpd.GeoDataFrame, pd.DataFrame], tmp_path: Path
    ) -> None:
        file = docx.Document(str(written(tmp_path, "docx", many)))
        cells = {one.cells[0].text for table in file.tables for one in table.rows}
        assert any("<img src=x onerror=" in one for one in cells)
        assert any("]]> &amp; \\u0041" in one for one in cells)

    def test_every_slide_and_page_says_in_red_that_it_is_internal_and_made_up(
        self, many: tuple[gpd.GeoDataFrame, pd.DataFrame], tmp_path: Path
    ) -> None:
        units, table = many
        made_up = table.copy()
        made_up.attrs[SYNTHETIC] = True
        marks = [words.word("audience.internal", "en"), words.word("synthetic.banner", "en")]
        slides = pptx.Presentation(str(written(tmp_path, "pptx", (units, made_up)))).slides
        for slide in slides:
            assert set(marks) <= set(texts(slide))
            mark = next(
                one
                for one in leaves(slide.shapes)
                if one.has_text_frame and one.text_frame.text == marks[0]
            )
            assert str(mark.text_frame.paragraphs[0].runs[0].font.color.rgb) == RED
        header = docx.Document(str(written(tmp_path, "docx", (units, made_up)))).sections[0].header
        assert [one.text for one in header.paragraphs] == marks
        assert str(header.paragraphs[0].runs[0].font.color.rgb) == RED
        assert (tmp_path / "b.docx").stat().st_mode & 0o077 == 0 or sys.platform == "win32"

    def test_without_a_need_that_is_known_it_says_that_there_is_no_finding(
        self, many: tuple[gpd.GeoDataFrame, pd.DataFrame], tmp_path: Path
    ) -> None:
        first = pptx.Presentation(str(written(tmp_path, "pptx", many, region="Unit 0"))).slides[0]
        assert words.word("briefing.no_answer", "en") in texts(first)


@pytest.mark.parametrize("suffix", ["pptx", "docx"])
class TestFiles:
    def test_bytes_repeat_and_say_nothing_of_who_made_them(
        self, small_units: gpd.GeoDataFrame, small_table: pd.DataFrame, tmp_path: Path, suffix: str
    ) -> None:
        about = Provenance(product="report", more={"long": "x" * 600}, audience="internal")
        files = [tmp_path / f"{at}.{suffix}" for at in range(2)]
        for file in files:
            region_report(
                small_table, small_units, file, audience="internal", about=about,
                options=ReportOptions(region="Alpha", language="fr"),
            )  # fmt: skip
        first, second = (file.read_bytes() for file in files)
        assert first == second
        with zipfile.ZipFile(io.BytesIO(first)) as archive:
            assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            content = b"".join(map(archive.read, archive.namelist())).lower()
            assert not [one for one in archive.namelist() if "thumbnail" in one]
        for name in (
            b"canny",
            b"macintosh",
            b"python-docx",
            b"python-pptx",
            str(tmp_path).encode(),
        ):
            assert name not in content
        assert read_about(files[0]) == about
        opened = (pptx.Presentation if suffix == "pptx" else docx.Document)(str(files[0]))
        properties = opened.core_properties
        assert properties.author.startswith("maligeo") and properties.last_modified_by == ""
        assert properties.title == "Alpha (Mali)\u00a0: profil"

    def test_what_was_not_released_is_in_none(
        self, small_units: gpd.GeoDataFrame, small_table: pd.DataFrame, tmp_path: Path, suffix: str
    ) -> None:
        internal = small_table.copy()
        internal.attrs.clear()
        internal = mark_audience(internal.assign(source="list"), "internal")
        with pytest.raises(ReleaseError):
            region_report(
                internal, small_units, tmp_path / f"a.{suffix}",
                options=ReportOptions(region="Alpha"), audience="public",
            )  # fmt: skip
        assert list(tmp_path.iterdir()) == []

    def test_without_the_extra_it_says_what_to_install(
        self, small_units: gpd.GeoDataFrame, small_table: pd.DataFrame, tmp_path: Path, suffix: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setitem(sys.modules, suffix, None)
        with pytest.raises(MissingDependencyError, match=f"pip install .*python-{suffix}"):
            region_report(
                small_table, small_units, tmp_path / f"a.{suffix}", audience="internal",
                options=ReportOptions(region="Alpha"),
            )  # fmt: skip

    @pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
    def test_libreoffice_shows_every_page(self, made: Path, tmp_path: Path, suffix: str) -> None:
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        source = made / f"mopti.{suffix}"
        subprocess.run(
            [OFFICE or "", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path,
             source],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
        pages = pypdf.PdfReader(tmp_path / "mopti.pdf").pages
        if suffix == "pptx":
            assert len(pages) == len(pptx.Presentation(str(source)).slides)
        for page in pages:
            assert "Version publique" in page.extract_text()
        shown = "".join(page.extract_text() for page in pages)
        assert "≈ 50" in shown and "Tombouctou" in shown and "40 et plus" in shown


def test_a_region_is_of_a_briefing_and_layers_of_other_exports(tmp_path: Path) -> None:
    asked = study()
    with pytest.raises(ArgumentError, match="a region is named for a briefing"):
        asked.export(tmp_path / "a.gpkg", region="Mopti")
    with pytest.raises(ArgumentError, match="layers are columns of units"):
        asked.export(tmp_path / "a.pptx", layers=["incidents"])


def test_organisations_that_the_audience_does_not_see_are_not_said_to_be_none(
    public: Study, tmp_path: Path
) -> None:
    gaps = public.gaps.copy()
    gaps["organisations"] = pd.array([pd.NA] * len(gaps), "Int64")
    path = region_report(
        public.table, public.units, tmp_path / "a.docx", audience="internal",
        options=ReportOptions(gaps=gaps, language="en"),
    )  # fmt: skip
    head, *rows = docx.Document(str(path)).tables[0].rows
    at = [cell.text for cell in head.cells].index("Organisations present")
    assert {row.cells[at].text for row in rows} == {"no data"}  # bundled: no release took them
