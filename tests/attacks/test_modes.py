"""Products for internal use are readable by their owner alone, whatever the umask is."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.columns import Audience
from maligeo.exports.write import open_stream
from maligeo.paper.report.profile import ReportOptions
from maligeo.provenance.record import Provenance
from maligeo.tiles.raster import write_surface

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")

OTHERS = stat.S_IRWXG | stat.S_IRWXO
LAYERS = ("l.gpkg", "l.shp.zip", "l.zip", "l", "l.geojson", "l.parquet", "l.fgb")
TABLES = ("t.csv", "t.xlsx", "t.parquet")
STREAMS = ("s.csv", "s.parquet", "s.gpkg")
TILES = ("v.pmtiles", "v.mbtiles", "v")
PAPER = ("p.pdf", "p.png", "p.svg")
REPORTS = ("r.html", "r.pdf", "r.pptx", "r.docx")
Write = Callable[[Path, Audience], object]


@pytest.fixture(autouse=True)
def generous_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def units() -> gpd.GeoDataFrame:
    return maligeo.load_boundaries()


def people() -> pd.DataFrame:
    return maligeo.population(units())


def counts() -> pd.DataFrame:
    return maligeo.density(people(), units(), measure="people")


def layer(path: Path, audience: Audience) -> object:
    return maligeo.write_layers({"regions": units()}, path, audience=audience)


def table(path: Path, audience: Audience) -> object:
    about = Provenance("density", audience=audience)
    return maligeo.write_table(people(), path, audience=audience, about=about)


def stream(path: Path, audience: Audience) -> object:
    with open_stream(path, audience=audience) as write:
        write(maligeo.load_projects())
    return path


def tiles(path: Path, audience: Audience) -> object:
    return maligeo.vector_tiles({"regions": units()}, path, zooms=(0, 1), audience=audience)


def paper(path: Path, audience: Audience) -> object:
    return maligeo.map_figure(counts(), units(), path, audience=audience)


def report(path: Path, audience: Audience) -> object:
    table = maligeo.study(units=units()).table
    options = ReportOptions(region="Mopti")
    return maligeo.region_report(table, units(), path, options=options, audience=audience)


def page(path: Path, audience: Audience) -> object:
    return maligeo.save_map(maligeo.region_map(counts(), units(), audience=audience), path)


def surface(path: Path, audience: Audience) -> object:
    point = gpd.points_from_xy([-4.25], [14.25])
    points = gpd.GeoDataFrame({"project_id": ["a"]}, geometry=point, crs=4326)
    points.attrs["audience"] = audience
    made = maligeo.density_surface(points, bandwidth_km=100, cell_km=50)
    return write_surface(made, path, audience=audience)


PRODUCTS: list[tuple[Write, str]] = [
    *((layer, name) for name in LAYERS),
    *((table, name) for name in TABLES),
    *((stream, name) for name in STREAMS),
    *((tiles, name) for name in TILES),
    *((paper, name) for name in PAPER),
    *((report, name) for name in REPORTS),
    (page, "m.html"),
    (surface, "d.tif"),
]


def modes_below(folder: Path) -> dict[str, int]:
    return {str(file): stat.S_IMODE(file.stat().st_mode) for file in folder.rglob("*")}


@pytest.mark.parametrize(("write", "name"), PRODUCTS)
def test_internal_products_are_for_their_owner(write: Write, name: str, tmp_path: Path) -> None:
    write(tmp_path / name, "internal")
    modes = modes_below(tmp_path)
    assert modes, "something was written"
    assert {file: oct(mode) for file, mode in modes.items() if mode & OTHERS} == {}


@pytest.mark.parametrize(("write", "name"), PRODUCTS)
def test_products_for_others_follow_the_umask(write: Write, name: str, tmp_path: Path) -> None:
    write(tmp_path / name, "public")
    for file, mode in modes_below(tmp_path).items():
        assert mode == (0o755 if Path(file).is_dir() else 0o644), file


def test_a_product_that_was_public_is_closed_when_it_becomes_internal(tmp_path: Path) -> None:
    for audience in ("public", "internal"):
        table(tmp_path / "t.csv", audience)
    assert not any(mode & OTHERS for mode in modes_below(tmp_path).values())


def test_nobody_reads_a_product_while_it_is_written(tmp_path: Path) -> None:
    with open_stream(tmp_path / "s.csv", audience="internal") as write:
        write(maligeo.load_projects())
        reachable = [
            file
            for file in tmp_path.rglob("*")
            if not any(
                not parent.stat().st_mode & stat.S_IXOTH
                for parent in file.parents
                if parent.is_relative_to(tmp_path) and parent != tmp_path
            )
        ]
        assert reachable
        assert [file for file in reachable if file.stat().st_mode & stat.S_IROTH] == []
