"""INSTAT's directory of localities as a made-up PDF in its layout, and Kontur's hexagons."""

import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

import maligeo
from maligeo.core.errors import ArgumentError, InputFileError, UnknownNameError, VintageError
from maligeo.core.sentences import translated
from maligeo.downloads import instat
from maligeo.join.cells import sum_cells
from maligeo.readers.credits import credit_text
from tests.downloads.paper import Line, write_pdf
from tests.downloads.publishers import Publisher

PDF = "/laravel-filemanager/files/shares/rgph/repvila-rgph5_rgph.pdf"
PLACES: Final = (0.0, 170.0, 230.0, 290.0, 350.0, 400.0, 440.0)  # of columns
Row = tuple[str, int, int, int, int, str]  # label, men, women, all, localities, residence


def line(label: str, men: int, women: int, people: int, localities: int, residence: str) -> Line:
    """Write a row as it is printed: thousands apart, men per 100 women with a comma."""
    ratio = f"{100 * men / women:.1f}".replace(".", ",") if women else "-"
    numbers = (f"{number:,}".replace(",", " ") for number in (men, women, people))
    cells = (label, *numbers, ratio, str(localities), residence)
    return [(left, cell) for left, cell in zip(PLACES, cells, strict=True) if cell]


def page(rows: Sequence[Row], heading: str = "Population en 2023") -> list[Line]:
    names = ("Localité", "Hommes", "Femmes", "Total", "RM", "Nombre", "Milieu")
    lines: list[Line] = [[(0.0, heading)], list(zip(PLACES, names, strict=True))]
    for row in rows:
        if len(row[0]) > 30:  # a long name stands on a line of its own
            lines += [[(0.0, row[0])], line("", *row[1:])]
        else:
            lines.append(line(*row))
    return lines


SUMMARY: list[Row] = [
    ("MALI", 3500, 3452, 6952, 13, ""),  # 13 printed, 11 listed: one each in Kayes and Dioïla
    ("KAYES", 1335, 1302, 2637, 6, ""),
    ("DIOÏLA", 1015, 1000, 2015, 4, ""),
    ("BAMAKO", 1150, 1150, 2300, 3, ""),
]
KAYES: list[Row] = [
    ("RÉGION DE KAYES", 1335, 1302, 2637, 6, ""),  # the first fault: 6 printed, 5 listed
    ("CERC. KAYES", 1225, 1200, 2425, 3, ""),
    ("COM. KAYES COMMUNE", 1025, 1000, 2025, 2, ""),
    ("PLATEAU 2", 1000, 998, 1997, 1, "U"),  # rounded one by one: 1,998 together
    ("KHASSO", 25, 2, 27, 1, "U"),
    ("COM. SANS-PAREILLE-AU-BORD-DU-FLEUVE", 200, 200, 400, 1, ""),
    ("HAMDALLAYE", 200, 200, 400, 1, "R"),
    ("CERC. BAFOULABÉ", 110, 102, 212, 2, ""),
    ("COM. BAFOULABÉ", 110, 102, 212, 2, ""),
    ("HAMDALLAYE", 100, 102, 202, 1, "R"),
    ("CAMPEMENT", 10, 0, 10, 1, "R"),
]
DIOILA: list[Row] = [
    ("RÉGION DE DIOÏLA", 1015, 1000, 2015, 4, ""),  # the second: 4 printed, 3 listed
    ("CERC. DIOÏLA", 1015, 1000, 2015, 3, ""),
    ("COM. KALADOUGOU", 1015, 1000, 2015, 3, ""),
    ("DIOÏLA", 1000, 990, 1990, 1, "U"),
    ("KOLA", 10, 5, 15, 1, "R"),
    ("1ER MAI", 5, 5, 10, 1, "R"),
]
BAMAKO: list[Row] = [
    ("DISTRICT DE BAMAKO", 1150, 1150, 2300, 3, ""),
    ("ARRONDISSEMENT I", 150, 150, 300, 2, ""),
    ("BANCONI", 100, 100, 200, 1, "U"),
    ("KORO", 50, 50, 100, 1, "U"),
    ("ARRONDISSEMENT II", 1000, 1000, 2000, 1, ""),
    ("HIPPODROME", 1000, 1000, 2000, 1, "U"),
]


def directory(*regions: Sequence[Row], summary: Sequence[Row] = SUMMARY) -> bytes:
    """Print the directory: a cover, how it was made, the summary, and the regions."""
    cover: list[Line] = [[(0.0, "RÉPERTOIRE DES LOCALITÉS DU MALI EN 2023")]]
    words: list[Line] = [[(0.0, "Les projections de 2023 reposent sur le RGPH5 de 2022.")]]
    given = regions or (KAYES[:6], KAYES[6:], DIOILA, BAMAKO)
    return write_pdf([cover, words, page(summary), *map(page, given)])


def table(publisher: Publisher, level: str, content: bytes | None = None) -> pd.DataFrame:
    publisher.has(PDF, directory() if content is None else content)
    return pd.read_csv(publisher.fetch("instat", level), keep_default_na=False)


def test_people_by_cercle_are_those_that_are_printed(publisher: Publisher) -> None:
    publisher.has(PDF, directory(), statuses=[503], cuts=[900])
    path = publisher.fetch("instat")
    read = pd.read_csv(path)
    shown = read[["adm1_name", "adm2_name", "people", "localities", "listed_localities"]]
    assert shown.to_numpy().tolist() == [
        ["KAYES", "KAYES", 2425, 3, 3],
        ["KAYES", "BAFOULABÉ", 212, 2, 2],
        ["DIOÏLA", "DIOÏLA", 2015, 3, 3],
        ["BAMAKO", "BAMAKO", 2300, 3, 3],
    ]
    assert read["people"].sum() == 6952  # the country's total
    assert publisher.remarks(path) == [
        "page 3: MALI has 6952 people, and its 3 regions add up to 6952",
        "page 3: MALI has 13 localities, and 11 are listed",
        "page 4: KAYES has 6 localities, and 5 are listed",
        "page 6: DIOÏLA has 4 localities, and 3 are listed",
    ]


def test_all_levels_come_of_one_file(publisher: Publisher) -> None:
    communes = table(publisher, "communes")
    publisher.server.pages.clear()
    assert communes["adm3_name"].tolist() == [
        "KAYES COMMUNE", "SANS-PAREILLE-AU-BORD-DU-FLEUVE", "BAFOULABÉ", "KALADOUGOU",
        "ARRONDISSEMENT I", "ARRONDISSEMENT II",
    ]  # fmt: skip
    assert communes["kind"].tolist() == ["commune"] * 4 + ["arrondissement"] * 2
    assert communes["adm2_name"].tolist()[4:] == ["BAMAKO", "BAMAKO"]
    assert communes["sum_of_parts"].tolist() == [2024, 400, 212, 2015, 300, 2000]
    regions = pd.read_csv(publisher.fetch("instat", "regions"))
    assert regions["people"].tolist() == [2637, 2015, 2300]
    assert "adm2_name" not in regions
    localities = pd.read_csv(publisher.fetch("instat", "localities"))
    named = localities[["adm1_name", "adm2_name", "adm3_name", "place_name", "people"]]
    assert named.to_numpy().tolist()[0] == ["KAYES", "KAYES", "KAYES COMMUNE", "PLATEAU 2", 1997]
    assert ["DIOÏLA", "DIOÏLA", "KALADOUGOU", "1ER MAI", 10] in named.to_numpy().tolist()
    assert localities["place_name"].tolist().count("HAMDALLAYE") == 2
    assert localities["residence"].tolist() == ["U", "U", "R", "R", "R", "U", "R", "R"] + ["U"] * 3
    assert len(localities) == 11


def test_the_cercles_feed_population_of_the_second_level(publisher: Publisher) -> None:
    publisher.has(PDF, directory())
    path = publisher.fetch("instat")
    cercles = gpd.GeoDataFrame(
        {"pcode": ["ML0101", "ML0102", "ML1301", "ML2001", "ML1902"],
         "name": ["Kayes", "Bafoulebe", "Dioila", "Bamako", "Koro"],  # as OCHA spells them
         "name_alt": ["Kayes", "Bafoulabé", "Dioïla", "Bamako", "Koro"]},
        geometry=[box(at - 10, 13, at - 9, 14) for at in range(5)], crs="EPSG:4326",
    )  # fmt: skip
    units = maligeo.as_units(cercles, level=2, vintage="2023")
    people = maligeo.population(units, table=path)
    assert people.attrs["not_found"] == {}
    assert people["population"].tolist()[:4] == [2425, 212, 2015, 2300]
    assert people["population"].isna().tolist() == [False] * 4 + [True]  # nobody counted Koro
    assert people["population_year"].tolist()[:4] == [2023] * 4
    assert credit_text(people, "fr").startswith("INSTAT, répertoire des localités 2023")


def test_people_of_2023_are_not_those_of_cercles_of_2015(publisher: Publisher) -> None:
    publisher.has(PDF, directory())
    path = publisher.fetch("instat")
    shapes = [box(0, 0, 1, 1), box(1, 0, 2, 1)]
    frame = gpd.GeoDataFrame({"nom": ["Kayes", "Koro"]}, geometry=shapes, crs="EPSG:4326")
    units = maligeo.as_units(frame, columns={"name": "nom"}, level=2, vintage="2015")
    with pytest.raises(VintageError, match="division of 2023, and the units are of 2015"):
        maligeo.population(units, table=path)


def test_places_of_the_directory_are_a_gazetteer(publisher: Publisher) -> None:
    publisher.has(PDF, directory())
    places = maligeo.read_gazetteer(publisher.fetch("instat", "localities"))
    assert places["place_name"].iloc[0] == "PLATEAU 2"
    assert places["adm2_name"].iloc[0] == "KAYES"
    assert places["lon"].isna().all()


def changed(rows: Sequence[Row], label: str, row: Row) -> list[Row]:
    return [row if one[0] == label else one for one in rows]


@pytest.mark.parametrize(
    ("kayes", "said"),
    [
        (changed(KAYES, "HAMDALLAYE", ("HAMDALLAYE", 150, 200, 400, 1, "R")),
         "page 4: HAMDALLAYE has 150 men and 200 women, and 400 people in all"),
        (changed(KAYES, "KHASSO", ("KHASSO", 24, 2, 26, 1, "U")),
         "page 4: KAYES COMMUNE has 2025 people, and the 2 units in it 2023"),
        (changed(KAYES, "CERC. BAFOULABÉ", ("CERC. BAFOULABÉ", 102, 100, 202, 2, "")),
         "page 4: KAYES has 2637 people, and the 2 units in it 2627"),
        (changed(KAYES, "RÉGION DE KAYES", ("RÉGION DE KAYES", 1330, 1302, 2632, 6, "")),
         "page 3: KAYES has 2637 people in the summary, and 2632 on page 4"),
        (KAYES[:-2], "page 4: BAFOULABÉ has 212 people, and nothing is listed in it"),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_named_and_not_mended(
    publisher: Publisher, kayes: list[Row], said: str
) -> None:
    publisher.has(PDF, directory(kayes, DIOILA, BAMAKO))
    path = publisher.fetch("instat", "regions")
    assert said in publisher.remarks(path)
    assert translated(said, "fr") != said


def test_a_row_that_is_not_read_is_shown(publisher: Publisher) -> None:
    many = [(f"VILLAGE {at}", 10 + at, 10, 20 + at, 1, "R") for at in range(40)]
    pages = [page(many[at : at + 40]) for at in (0, 40)]
    odd: Line = [(0.0, "DEUX VILLAGES"), (170.0, "12"), (230.0, "13"), (290.0, "25"), (350.0, "ND")]
    rows = [page(KAYES), pages[0], [*page(DIOILA), odd], *[page(many)] * 3, page(BAMAKO)]
    content = write_pdf([page(SUMMARY), *rows])
    publisher.has(PDF, content)
    remarks = publisher.remarks(publisher.fetch("instat"))
    assert remarks[-1] == "not read: page 4: DEUX VILLAGES 12 13 25 ND"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (directory(KAYES, summary=SUMMARY[1:]), "lacks the total of the country"),
        (directory(summary=[*SUMMARY]).replace(b"Population en 2023", b"Population en 2024"),
         "0 rows were read"),
        (directory([("HAMEAU", 1, 1, 2, 1, "R")]), "total of the country, or its regions"),
        (directory([KAYES[0], KAYES[1], KAYES[3]]), "page 4: 'PLATEAU 2' is listed in no unit"),
        (write_pdf([[[(0.0, "Population en 2023")], [(0.0, "KAYES"), (99.0, "1 2 3 4")]]]),
         "0 rows were read, 1 not"),
        (directory()[:-400], "a PDF file that breaks off"),
        (b"%PDF-1.4\nnothing\n%%EOF", "cannot be read as a PDF"),
        (b"<html>", "a web page"),
    ],
)  # fmt: skip
def test_another_layout_is_refused(publisher: Publisher, content: bytes, message: str) -> None:
    publisher.has(PDF, content)
    with pytest.raises(InputFileError, match=message):
        publisher.fetch("instat")
    assert not list(publisher.options.folder.glob("*.csv"))


LABELS = st.lists(
    st.sampled_from(["PLATEAU", "2", "BIS", "1ER", "-", "12"]), min_size=1, max_size=3
)


@given(
    label=LABELS,
    men=st.integers(0, 3_000_000),
    women=st.integers(0, 3_000_000),
    rounded=st.sampled_from([-1, 0, 1]),
    gap=st.sampled_from([" ", "  ", "     "]),
)
def test_numbers_are_parted_rightly_or_not_at_all(
    label: list[str], men: int, women: int, rounded: int, gap: str
) -> None:
    people = max(men + women + rounded, 0)
    cells = (f"{number:,}".replace(",", " ") for number in (men, women, people))
    found = instat._numbers(gap.join([" ".join(label), *cells]))
    assert found == (" ".join(label), men, women, people) or (found is None and gap == " ")


def test_the_made_up_file_is_a_pdf_that_others_read() -> None:
    assert len(pypdf.PdfReader(io.BytesIO(directory()), strict=True).pages) == 7


# Kontur

KONTUR = "/kontur_datasets/kontur_population_ML_20231101.gpkg.gz"


@pytest.fixture(scope="module")
def hexagons(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Three cells in the CRS of Kontur: within a unit, on the border of two, and outside."""
    layer = gpd.GeoDataFrame(
        {"h3": ["a", "b", "c"], "population": [6e6, 8e6, 1.0]},
        geometry=[box(-9.5, 14, -9.25, 14.25), box(-8.1, 14, -7.9, 14.25), box(9, 9, 9.1, 9.1)],
        crs="EPSG:4326",
    )
    path = tmp_path_factory.mktemp("kontur") / "k.gpkg"
    layer.to_crs("EPSG:3857").to_file(path)
    return gzip.compress(path.read_bytes())


def test_hexagons_are_added_up_by_unit(publisher: Publisher, hexagons: bytes) -> None:
    publisher.has(KONTUR, hexagons)
    path = publisher.fetch("kontur")
    assert path.name == "kontur-population-mli-2023-11.gpkg"
    units = maligeo.as_units(
        gpd.GeoDataFrame(
            {"name": ["West", "East"], "pcode": ["W", "E"]},
            geometry=[box(-12, 10, -8, 25), box(-8, 10, 4, 25)],
            crs="EPSG:4326",
        ),
        level=1,
        vintage="zones-2024",
    )
    people = maligeo.population(units, raster=path, kind="count", year=2023)
    # A cell on a meridian is halved by it, whatever the projection.
    assert people["population"].tolist() == pytest.approx([10e6, 4e6])
    assert credit_text(people, "en") == "Kontur, CC BY 4.0"
    with pytest.raises(ArgumentError, match="by polygon: say kind count"):
        maligeo.population(units, raster=path, kind="density", year=2023)
    incident = gpd.GeoDataFrame(geometry=gpd.points_from_xy([-9.375], [14.125]), crs="EPSG:4326")
    near = maligeo.people_near(
        incident, units, distance_m=50_000, raster=path, kind="count", year=2023
    )
    assert near["people_near"].iloc[0] == pytest.approx(6e6)


def test_packed_hexagons_that_break_off_are_refused(publisher: Publisher, hexagons: bytes) -> None:
    publisher.has(KONTUR, hexagons[:-20])
    with pytest.raises(InputFileError, match="cannot be unpacked"):
        publisher.fetch("kontur")
    assert not list(publisher.options.folder.glob("*.gpkg"))


@pytest.mark.parametrize(
    ("column", "people", "message"),
    [("population", -1.0, "without people"), ("population", None, "without people"),
     ("h3", 1.0, "0 columns that are known to be of people")],
)  # fmt: skip
def test_cells_without_people_are_refused(
    tmp_path: Path, column: str, people: float | None, message: str
) -> None:
    path = tmp_path / "cells.geojson"
    gpd.GeoDataFrame({column: [people]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:4326").to_file(path)
    with pytest.raises((InputFileError, UnknownNameError), match=message):
        sum_cells(gpd.GeoSeries([box(0, 0, 1, 1)], crs="EPSG:4326"), path)
