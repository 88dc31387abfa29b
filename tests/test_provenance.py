"""The record of what made a product: written, read back from every format, and hostile ones."""

import json
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from maligeo.core.crs import Bounds
from maligeo.core.errors import ArgumentError, InputFileError, MaligeoError
from maligeo.paper.drawing.pdf import pdf_bytes
from maligeo.paper.drawing.shapes import Drawing
from maligeo.paper.drawing.tagging import Reading
from maligeo.provenance import read_about
from maligeo.provenance.record import (
    KEY,
    PDF_KEY,
    TAG,
    InputFile,
    Provenance,
    file_sha256,
    hash_input,
    option_text,
)
from maligeo.tiles.archives import open_archive
from maligeo.tiles.metadata import ArchiveInfo
from tests.rasters import write_raster

ABOUT = Provenance(
    product="tiles vector",
    options={"layers": [{"role": "layer routes (été)"}], "zooms": [0, 4], "low_zooms": "all"},
    inputs=(
        InputFile("layer routes (été)", "((a) \\ été.csv", "ab" * 32),
        InputFile("bundled data", "", "cd"),
    ),
    audience="partner",
    versions={"maligeo": "0.1.0", "numpy": "2.0"},
    more={"vintage": "2015", "method": "l'eau </script> <b> & \\u0041 ]]> \" \u2028"},
)  # fmt: skip
TEXT = ABOUT.to_json()
SMALL = {"a": [1, 2]}

texts = st.text(max_size=30)
scalars = texts | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False)
inputs = st.dictionaries(texts, scalars, max_size=3)
mappings = st.dictionaries(texts, texts, max_size=4)
records = st.builds(
    Provenance,
    product=texts,
    options=st.dictionaries(texts, scalars | st.lists(scalars | inputs, max_size=3) | inputs),
    inputs=st.lists(st.builds(InputFile, texts, texts, texts), max_size=3).map(tuple),
    audience=st.sampled_from(["internal", "partner", "public"]),
    versions=mappings,
    more=mappings,
)


@given(records)
def test_a_record_survives_its_text(record: Provenance) -> None:
    text = record.to_json()
    assert text.isascii()
    assert "\n" not in text
    assert Provenance.from_json(text) == record
    assert Provenance.from_json(text).to_json() == text


@pytest.mark.parametrize(
    "change",
    [
        {"product": ["tiles", "vector"]},
        {"product": None},
        {"options": [1]},
        {"options": None},
        {"options": {"zooms": [[0, 4]]}},
        {"options": {"incidents": {"role": {"deep": "down"}}}},
        {"inputs": [["a", "b", "c"]]},
        {"inputs": [{"role": "a", "name": "b"}]},
        {"inputs": [{"role": "a", "name": "b", "sha256": 5}]},
        {"inputs": {}},
        {"audience": "everybody"},
        {"versions": {"numpy": 2}},
        {"versions": ["numpy"]},
        {"more": None},
    ],
)
def test_what_is_no_record_is_refused(change: dict[str, object]) -> None:
    sound = json.loads(TEXT)
    if change == {"inputs": {}}:
        assert Provenance.from_json(json.dumps(sound | change)).inputs == ()
        return
    with pytest.raises(InputFileError, match="cannot be read"):
        Provenance.from_json(json.dumps(sound | change))


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "{", '"x"', "[" * 100_000, "{}" * 10**6])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(InputFileError, match=r"cannot be read|too long"):
        Provenance.from_json(text)


def test_what_a_record_has_too_much_is_left_out() -> None:
    more = json.dumps(json.loads(TEXT) | {"of a later version": 1})
    assert Provenance.from_json(more) == ABOUT


def page(path: Path, text: str) -> None:
    script = f'<script type="application/json" id="maligeo-about">{text}</script>'
    path.write_text(f"<!DOCTYPE html><p>été {script} <script>1 < 2</script>", encoding="utf-8")


def page_with_more(path: Path, text: str) -> None:
    escaped = text.replace("<", "\\u003c")
    script = f"<SCRIPT nonce='x' id=maligeo-about type=application/json>\n{escaped}\n</SCRIPT >"
    path.write_text(f'<script type="application/json" id="other">{{}}</script>{script}', "utf-8")


def picture(path: Path, text: str) -> None:
    info = PngInfo()
    info.add_text("Software", "maligeo")
    info.add_text(KEY, text)
    Image.new("RGB", (3, 3)).save(path, pnginfo=info)


def picture_in_unicode(path: Path, text: str) -> None:
    info = PngInfo()
    info.add_itxt(KEY, text, zip=True)
    Image.new("RGB", (3, 3)).save(path, pnginfo=info)


def drawing(path: Path, text: str) -> None:
    FigureCanvasSVG(Figure()).print_svg(path, metadata={"Description": text, "Date": None})


def paper(path: Path, text: str) -> None:
    page = Drawing(20.0, 20.0)
    reading = Reading("A map", "en", "A map of nothing")
    about = {"Subject": "{A map} …", PDF_KEY: text}
    path.write_bytes(pdf_bytes([page], about=about, reading=reading))


def paper_of_old(path: Path, text: str) -> None:
    FigureCanvasPdf(Figure()).print_pdf(path, metadata={"Subject": text, "CreationDate": None})


def paper_in_unicode(path: Path, text: str) -> None:
    hexadecimal = ("\ufeff" + text).encode("utf-16-be").hex()
    path.write_bytes(
        b"%PDF-1.4\n1 0 obj\n<< /Subject <" + hexadecimal.encode() + b"> >>\nendobj\n"
        b"trailer << /Info 1 0 R >>\n%%EOF\n"
    )


def workbook(path: Path, text: str) -> None:
    parts = [text[at : at + 250] for at in range(0, len(text), 250)]
    with xlsxwriter.Workbook(path) as book:
        book.set_custom_property("Owner", "nobody")
        for number, part in enumerate(parts, start=1):
            book.set_custom_property(KEY if number == 1 else f"{KEY}-{number}", part)
        book.add_worksheet()


def parquet(path: Path, text: str) -> None:
    table = pa.table(SMALL).replace_schema_metadata({KEY: text})
    pq.write_table(table, path)


def table_beside(path: Path, text: str) -> None:
    pd.DataFrame(SMALL).to_csv(path)
    path.with_name(f"{path.name}-metadata.json").write_text(json.dumps({KEY: json.loads(text)}))


def geojson(path: Path, text: str) -> None:
    collection = {"type": "FeatureCollection", "features": [], KEY: json.loads(text)}
    path.write_text(json.dumps(collection), encoding="utf-8")


def package_folder(path: Path, text: str) -> None:
    path.mkdir()
    (path / "datapackage.json").write_text(json.dumps({"name": "a", KEY: text}), encoding="utf-8")


def package_zip(path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("below/data/datapackage.json", "{}")
        archive.writestr("below/datapackage.json", json.dumps({KEY: text}))


def geopackage(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table gpkg_metadata (id integer, mime_type text, metadata text)")
        rows = [(1, "text/xml", "<a/>"), (2, "application/json", "[]"),
                (3, "application/json", "{}"), (4, "application/json", text)]  # fmt: skip
        database.executemany("insert into gpkg_metadata values (?, ?, ?)", rows)
        database.commit()


def flatgeobuf(path: Path, text: str) -> None:
    frame = gpd.GeoDataFrame(SMALL, geometry=gpd.points_from_xy([0, 1], [0, 1], crs=4326))
    frame.to_file(path, driver="FlatGeobuf", layer_metadata={KEY: text})


def raster(path: Path, text: str) -> None:
    write_raster(path, [[1, 2]], west=0, north=1, step=1)
    with rasterio.open(path, "r+") as file:
        file.update_tags(**{TAG: text})


def tiles(path: Path, text: str) -> None:
    info = ArchiveInfo("a", "png", (0, 0), Bounds(0, 0, 1, 1), more={KEY: text})
    with open_archive(path, info) as archive:
        archive.put(0, 0, 0, b"tile")


WRITERS: list[tuple[str, Callable[[Path, str], None]]] = [
    ("a.html", page_with_more), ("a.png", picture), ("b.png", picture_in_unicode),
    ("a.svg", drawing), ("a.pdf", paper), ("b.pdf", paper_in_unicode),
    ("c.pdf", paper_of_old), ("a.xlsx", workbook),
    ("a.parquet", parquet), ("a.csv", table_beside), ("a.geojson", geojson), ("a", package_folder),
    ("a.zip", package_zip), ("a.gpkg", geopackage), ("a.fgb", flatgeobuf), ("a.tif", raster),
    ("a.pmtiles", tiles), ("a.mbtiles", tiles), ("b", tiles),
]  # fmt: skip
NAMES = [f"{writer.__name__}-{name}" for name, writer in WRITERS]


@pytest.mark.parametrize(("name", "writer"), WRITERS, ids=NAMES)
def test_every_format_gives_it_back(
    tmp_path: Path, name: str, writer: Callable[[Path, str], None]
) -> None:
    path = tmp_path / name
    writer(path, TEXT)
    assert read_about(path) == ABOUT
    other = tmp_path / f"other-{name}"
    writer(other, "{}")
    with pytest.raises(InputFileError, match=r"record") as caught:
        read_about(other)
    assert str(other) in str(caught.value)


def plain_files(folder: Path) -> list[Path]:
    """Files of every format that carry no record."""
    (folder / "a.html").write_text("<p id='maligeo-about'>{}</p>")
    Image.new("RGB", (3, 3)).save(folder / "a.png")
    FigureCanvasSVG(Figure()).print_svg(folder / "a.svg")
    FigureCanvasPdf(Figure()).print_pdf(folder / "a.pdf", metadata={"Subject": "a picture"})
    (folder / "b.pdf").write_bytes(b"%PDF-1.4\ntrailer << >>\n%%EOF\n")
    with xlsxwriter.Workbook(folder / "a.xlsx") as book:
        book.add_worksheet()
    pq.write_table(pa.table(SMALL), folder / "a.parquet")
    (folder / "a.csv").write_text("a\n1\n")
    (folder / "a.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with closing(sqlite3.connect(folder / "a.gpkg")) as database:
        database.execute("create table a (b)")
    write_raster(folder / "a.tif", [[1, 2]], west=0, north=1, step=1)
    with open_archive(folder / "a.pmtiles", ArchiveInfo("a", "png", (0, 0), Bounds(0, 0, 1, 1))):
        pass
    return sorted(folder.iterdir())


def test_a_file_without_a_record_is_told_in_one_line(tmp_path: Path) -> None:
    paths = plain_files(tmp_path)
    assert len(paths) == 13
    for path in paths:
        with pytest.raises(InputFileError) as caught:
            read_about(path)
        assert str(caught.value) == f"{path} carries no record of what made it"


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 300, b"no such file", b"\x89PNG\r\n\x1a\n\0\0\0\xffIHDR",
     b"%PDF-1.4\n/Info 1 0 R", b"PK\x03\x04 cut short", b"PMTiles\x03", b"SQLite format 3\0",
     b"fgb\x03", b"PAR1", b"II*\0", b"{", b"[1]",
     b"\xff\xfe\xfa", b'<script type="application/json" id="maligeo-about">\xff</script>'],
)  # fmt: skip
def test_a_broken_file_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    suffixes = [name.partition(".")[2] for name, _ in WRITERS if "." in name]
    for suffix in dict.fromkeys(suffixes):
        path = tmp_path / f"broken.{suffix}"
        path.write_bytes(content)
        with pytest.raises(InputFileError) as caught:
            read_about(path)
        assert str(path) in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1


def test_every_cut_and_changed_byte_is_an_error_or_a_record(tmp_path: Path) -> None:
    for name, writer in WRITERS:
        whole = tmp_path / name
        writer(whole, TEXT)
        if not whole.is_file():
            continue
        content, path = whole.read_bytes(), tmp_path / f"cut-{name}"
        for at in range(0, len(content), max(len(content) // 15, 1)):
            for damaged in (content[:at], content[:at] + b"\xff" + content[at + 1 :]):
                path.write_bytes(damaged)
                try:
                    assert isinstance(read_about(path), Provenance)
                except MaligeoError as error:
                    assert len(str(error).splitlines()) == 1


def test_files_that_would_grow_are_refused(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    svg = tmp_path / "a.svg"
    svg.write_text(f"{laughs}<svg><metadata><description>{{&b;}}</description></metadata></svg>")
    with pytest.raises(InputFileError, match="declares entities"):
        read_about(svg)
    book = tmp_path / "a.xlsx"
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docProps/custom.xml", b"a" * 10_000_000)
    with pytest.raises(InputFileError, match="too large"):
        read_about(book)
    bomb = zlib.compress(b" " * 50_000_000)
    chunk = b"iTXt" + KEY.encode() + b"\0\1\0\0\0" + bomb
    png = tmp_path / "a.png"
    png.write_bytes(
        b"\x89PNG\r\n\x1a\n" + (len(chunk) - 4).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)
    )
    with pytest.raises(InputFileError, match="too long"):
        read_about(png)
    gpkg = tmp_path / "a.gpkg"
    with closing(sqlite3.connect(gpkg)) as database:
        database.execute(
            "create view gpkg_metadata as with recursive n(id) as (select 1 union all "
            "select id + 1 from n) select id, 'application/json' mime_type, '{}' metadata from n"
        )
    with pytest.raises(InputFileError, match="carries no record"):
        read_about(gpkg)


def test_two_records_in_one_page_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    page(path, Provenance().to_json())
    path.write_text(path.read_text() * 2)
    with pytest.raises(InputFileError, match="carries 2 records"):
        read_about(path)


def test_what_is_no_product_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.odt").write_text("a")
    with pytest.raises(ArgumentError, match=r"no product .*\.html"):
        read_about(tmp_path / "a.odt")
    with pytest.raises(InputFileError, match="does not exist"):
        read_about(tmp_path / "a.html")
    with pytest.raises(InputFileError, match=r"metadata\.json"):
        read_about(tmp_path)


def test_hashes_are_of_the_bytes_and_of_all_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1
    assert file_sha256(path) == known
    assert hash_input("incidents", path, named=True) == (InputFile("incidents", "a.csv", known),)
    assert hash_input("incidents", path, named=False) == (InputFile("incidents", "", known),)
    for suffix in (".shp", ".dbf", ".prj", ".txt"):
        path.with_suffix(suffix).write_bytes(suffix.encode())
    shapefile = hash_input("boundaries", tmp_path / "a.shp", named=True)
    assert [part.name for part in shapefile] == ["a.shp", "a.dbf", "a.prj"]
    (whole,) = hash_input("raster", tmp_path, named=True)
    path.rename(tmp_path / "b.csv")
    (renamed,) = hash_input("raster", tmp_path, named=True)
    assert whole.name == renamed.name == tmp_path.name
    assert whole.sha256 != renamed.sha256
    with pytest.raises(InputFileError, match="missing"):
        file_sha256(tmp_path / "missing")


def test_that_a_reading_is_remembered_is_no_part_of_how_a_product_was_made() -> None:
    said = {"role": "incidents", "sheet": "2021", "remembered": True}
    assert option_text(said) == option_text({**said, "remembered": False})
    assert option_text([said, "2021"]) == "{incidents} sheet=2021/2021"
