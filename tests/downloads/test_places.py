"""Who's On First and GeoNames from a server of this machine, read by maligeo's own readers."""

import io
import json
import zipfile
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import box, mapping

import maligeo
from maligeo import catalog
from maligeo.core.errors import InputFileError
from maligeo.readers.credits import credit_text
from tests.downloads.publishers import Publisher
from tests.test_downloads import archive

WOF = "/whosonfirst-data/whosonfirst-data-admin-ml/archive/refs/heads/master.zip"
NAMES = "/export/dump/alternatenames/ML.zip"
DUMP = "/export/dump/ML.zip"


def record(number: int, kind: str, name: str, **more: Any) -> dict[str, Any]:
    """Make a record as Who's On First has it."""
    shape = more.pop("shape", {"type": "Point", "coordinates": [0, 0]})
    about = {"wof:id": number, "wof:name": name, "wof:placetype": kind, "wof:country": "ML",
             "mz:is_current": 1, "wof:superseded_by": [], "edtf:deprecated": "uuuu",
             "edtf:cessation": "uuuu", "src:geom": "mesoshapes"}  # fmt: skip
    return {"type": "Feature", "id": number, "properties": about | more, "geometry": shape}


def within(region: int, cercle: int = -1) -> dict[str, Any]:
    return {"wof:hierarchy": [{"country_id": 85632315, "region_id": region, "county_id": cercle}]}


def bundle(*records: dict[str, Any], **others: bytes) -> bytes:
    """Pack records as the archive of the repository has them."""
    members = {
        f"whosonfirst-data-admin-ml-master/data/856/{one['id']}.geojson": json.dumps(one).encode()
        for one in records
    }
    return archive(members | others)


@pytest.fixture(scope="module")
def world() -> list[dict[str, Any]]:
    """The 49 cercles of 2015 as squares side by side, Bamako beneath, and six villages."""
    cercles = catalog.load_table("reference", "cercles_2015")
    cercles = cercles[cercles["name"] != "Bamako"].reset_index(drop=True)
    regions = {name: 85680000 + at for at, name in enumerate(sorted(set(cercles["region_2015"])))}
    made = [record(number, "region", name) for name, number in regions.items()]
    made.append(record(85680099, "region", "Bamako", shape=mapping(box(-12, 11, -11, 12))))
    for at, row in enumerate(cercles.itertuples()):
        west, south = -12 + at % 10, 12 + at // 10
        shape = mapping(box(west, south, west + 1, south + 1))
        made.append(
            record(1000 + at, "county", row.name, shape=shape, **within(regions[row.region_2015]))
        )
    kayes = next(
        one for one in made if one["properties"]["wof:name"] == "Kayes" and one["id"] < 2000
    )
    place = within(regions["Kayes"], kayes["id"])
    made += [
        record(1, "locality", "Sokoura", **place, **{
            "lbl:latitude": 12.5, "lbl:longitude": -11.5, "name:fra_x_preferred": ["Sokoura"],
            "name:eng_x_variant": ["Sokura"], "wof:concordances": {"gn:id": 7}}),
        record(2, "locality", "Nulle part", **within(-1)),
        record(3, "locality", "Ancien", **place, **{"edtf:deprecated": "2019-01-01"}),
        record(4, "locality", "Remplacé", **place, **{"wof:superseded_by": [1]}),
        record(5, "locality", "Parti", **place, **{"mz:is_current": 0}),
        record(7, "locality", ""),
        record(6, "neighbourhood", "Plateau", **place, **{
            "geom:latitude": 12.25, "geom:longitude": -11.25}),
    ]  # fmt: skip
    return made


def test_cercles_of_whos_on_first_are_read_as_the_division_of_2015(
    publisher: Publisher, world: list[dict[str, Any]]
) -> None:
    other = json.dumps(record(1000, "county", "Other outline")).encode()
    packed = bundle(*world, **{"x/data/856/1000-alt-quattroshapes.geojson": other})
    publisher.has(WOF, packed, form="chunked", cuts=[2000])  # as GitHub gives it, over a bad line
    path = publisher.fetch("whosonfirst", "cercles")
    units = maligeo.read_boundaries(path, level=2)
    assert len(units) == 50
    assert set(units["vintage"]) == {"2015"}
    expected = set(catalog.load_table("reference", "cercles_2015")["name"])
    assert set(units["name"]) == expected
    assert units.set_index("name").loc["Bamako", "pcode"] == "ML0901"
    assert gpd.read_file(path).set_index("wof:name").loc["Koro", "adm1_name"] == "Mopti"
    assert credit_text(units, "en").startswith("Who's On First, OCHA, CC BY 4.0")
    assert publisher.remarks(path) == [
        "49 cercles; regions without any, which stand for themselves: Bamako",
        "4 records that no longer hold, or have no name, were left out",
    ]


def test_places_of_whos_on_first_come_of_the_same_archive(
    publisher: Publisher, world: list[dict[str, Any]]
) -> None:
    publisher.has(WOF, bundle(*world))
    publisher.fetch("whosonfirst")
    publisher.server.pages.clear()  # the second edition needs no network
    path = publisher.fetch("whosonfirst", "places")
    places = maligeo.read_gazetteer(path).set_index("place_name")
    assert list(places.index) == ["Sokoura", "Nulle part", "Plateau"]
    sokoura = places.loc["Sokoura"]
    assert (sokoura["adm1_name"], sokoura["adm2_name"]) == ("Kayes", "Kayes")
    assert (sokoura["lon"], sokoura["lat"], sokoura["name_alt"]) == (-11.5, 12.5, "Sokura")
    assert sokoura["source"] == "Who's On First, of GeoNames"
    assert places["lon"].isna().tolist() == [False, True, False]  # 0, 0 is no position
    assert publisher.remarks(path)[0] == (
        "3 places; 1 of them without region or cercle, 1 without position"
    )


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([record(1, "locality", "Sokoura")], "no record of a county"),
        ([record(1, "county", "Koro", **within(7))], "Koro has no outline, or lies in no region"),
        ([{"id": 1, "properties": {"wof:id": 1}}], "is no record of Who's On First"),
        ([{"id": 1, "properties": []}], "is no record of Who's On First"),
    ],
)
def test_an_archive_of_other_records_is_refused(
    publisher: Publisher, records: list[dict[str, Any]], message: str
) -> None:
    publisher.has(WOF, bundle(*records))
    with pytest.raises(InputFileError, match=message):
        publisher.fetch("whosonfirst")
    assert not list((publisher.options.folder).glob("*.geojson"))


def line(*cells: object) -> str:
    return "\t".join(map(str, cells)) + "\n"


def place(number: int, name: str, kind: str, code: str, admin: tuple[str, str], **more: str) -> str:
    return line(number, name, name, more.get("others", ""), 14.5, -3.5, kind, code, "ML", "",
                *admin, "", "", 0, "", 200, "Africa/Bamako", "2020-01-01")  # fmt: skip


PLACES = (
    place(1, "Région de Mopti", "A", "ADM1", ("04", ""))
    + place(2, "Koro", "A", "ADM2", ("04", "77"))
    + place(3, 'Douna "le petit"', "P", "PPL", ("04", "77"), others="Duna,Douna-Pen")
    + place(4, "Sokoura", "P", "PPLA2", ("04", "99"))
    + place(5, "Sokoura", "P", "PPL", ("04", "77"))
    + place(6, "Disparu", "P", "PPLQ", ("04", "77"))
)
OTHERS = (
    line(11, 3, "fr", "Petit Douna", 1, "", "", "", "", "")
    + line(12, 3, "link", "https://example.org/Douna", "", "", "", "", "", "")
    + line(13, 3, "wkdt", "Q1", "", "", "", "", "", "")
    + line(14, 4, "bm", "Sòkura", "", "", "", 1, "", "")
)


def zipped(**texts: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("readme.txt", "Readme for GeoNames\n")
        for name, text in texts.items():
            packed.writestr(f"{name}.txt", text)
    return made.getvalue()


def test_places_of_geonames_bear_all_their_names(publisher: Publisher) -> None:
    publisher.has(DUMP, zipped(ML=PLACES), statuses=[500])
    publisher.has(NAMES, zipped(ML=OTHERS), cuts=[90])
    path = publisher.fetch("geonames")
    places = maligeo.read_gazetteer(path)
    assert places["place_name"].tolist() == ['Douna "le petit"', "Sokoura", "Sokoura"]
    assert places["name_alt"].fillna("").tolist() == ["Duna|Douna-Pen|Petit Douna", "Sòkura", ""]
    assert places["adm1_name"].tolist() == ["Région de Mopti"] * 3
    assert places["adm2_name"].fillna("").tolist() == ["Koro", "", "Koro"]
    assert credit_text(places, "en") == "GeoNames, CC BY 4.0"
    assert publisher.remarks(path) == [
        "3 places; 1 names stand for several of them",
        "1 places are listed in no unit of the second level",
    ]
    publisher.server.pages.clear()
    assert publisher.fetch("geonames") == path  # all of it is there


def test_another_version_of_the_names_is_taken_up(publisher: Publisher) -> None:
    publisher.has(DUMP, zipped(ML=PLACES))
    publisher.has(NAMES, zipped(ML=OTHERS))
    publisher.fetch("geonames")
    publisher.has(NAMES, zipped(ML=OTHERS.replace("Petit", "Grand")), etag='"two"')
    path = publisher.fetch("geonames", refresh=True)
    assert "Grand Douna" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("dump", "names", "message"),
    [
        (PLACES.replace("\tML\t", "\tML\tnew\t"), OTHERS, "has changed the columns"),
        (PLACES, OTHERS.replace("\t3\t", "\t"), "line 1 has 9 cells, not 10"),
        (place(2, "Koro", "A", "ADM2", ("04", "77")), OTHERS, "no place where people live"),
    ],
)
def test_a_dump_with_other_columns_is_refused(
    publisher: Publisher, dump: str, names: str, message: str
) -> None:
    publisher.has(DUMP, zipped(ML=dump))
    publisher.has(NAMES, zipped(ML=names))
    with pytest.raises(InputFileError, match=message):
        publisher.fetch("geonames")
    assert not (publisher.options.folder / "geonames-mli.csv").exists()
