"""PDFs that a reader of the screen can follow: language, title, structure, one picture."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pypdf
import pytest
from shapely import box

import maligeo
from maligeo.core.words import word

TITLES = {
    "fr": "Incidents d’engins explosifs (EEI et mines)",
    "en": "Explosive incidents (IEDs and mines)",
}


def structure(reader: pypdf.PdfReader) -> list[dict[str, Any]]:
    root: Any = reader.trailer["/Root"]
    document = root["/StructTreeRoot"]["/K"]
    assert document["/S"] == "/Document"
    return [kid.get_object() for kid in document["/K"]]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_map_says_its_language_its_title_and_what_its_picture_shows(
    tmp_path: Path, language: Any
) -> None:
    path = maligeo.study().map(language=language).save(tmp_path / "a.pdf")
    reader = pypdf.PdfReader(path)
    root: Any = reader.trailer["/Root"]
    assert reader.pdf_header == "%PDF-1.5"
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata and reader.metadata.title == TITLES[language]
    outline: list[Any] = reader.outline
    assert [entry.title for entry in outline] == [TITLES[language]]
    elements = structure(reader)
    (figure,) = (one for one in elements if one["/S"] == "/Figure")
    assert figure["/Alt"] == word("paper.picture", language).format(title=TITLES[language])
    (heading,) = (one for one in elements if one["/S"] == "/H1")
    assert heading["/K"] == [one["/K"] for one in elements].index(heading["/K"])
    assert {one["/S"] for one in elements} == {"/H1", "/P", "/Figure"}


def marks(page: Any) -> list[int]:
    content = page.get_contents().get_data()
    assert content.count(b"EMC") == content.count(b"BDC") + content.count(b"BMC")
    return [int(part.split()[-1].rstrip(b">")) for part in content.split(b">> BDC")[:-1]]


def test_every_mark_of_every_page_has_its_element(tmp_path: Path) -> None:
    """A map of many units lists their values on further pages."""
    units = squares(300)
    located = maligeo.locate(
        pd.DataFrame(columns=["event_id", "date", "lon", "lat", "event_type"]), units
    )
    covered = maligeo.with_coverage(located, "2022")
    table = maligeo.density(covered, units, measure="incidents", period="2022")
    path = maligeo.map_figure(table, units, tmp_path / "a.pdf", audience="internal")
    reader = pypdf.PdfReader(path)
    assert len(reader.pages) > 1
    root: Any = reader.trailer["/Root"]
    parents = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    for at, page in enumerate(reader.pages):
        assert page["/StructParents"] == parents[2 * at] == at
        elements = [one.get_object() for one in parents[2 * at + 1].get_object()]
        assert marks(page) == list(range(len(elements)))
        for number, element in enumerate(elements):
            own = element["/K"]
            assert number in own if isinstance(own, list) else number == own
            assert element["/Pg"] == page
    figures = [one for one in structure(reader) if one["/S"] == "/Figure"]
    assert len(figures) == 1
    assert len(reader.outline) == len(reader.pages)


def squares(count: int) -> gpd.GeoDataFrame:
    names = [f"Commune {at}" for at in range(count)]
    shapes = [box(at % 20, 10 + at // 20, at % 20 + 1, 11 + at // 20) for at in range(count)]
    return gpd.GeoDataFrame(
        {
            "vintage": "2015", "level": 1, "pcode": [f"ZZ{at:03d}" for at in range(count)],
            "name": names, "name_alt": None,
            "parent_pcode": None, "area_sqkm": 1.0, "source": "hand-made",
        },
        geometry=shapes,
        crs=4326,
    )  # fmt: skip
