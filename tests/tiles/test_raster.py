"""Raster tiles against GDAL's warper, against hand-made pixels, and their arithmetic."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import rasterio
from affine import Affine
from PIL import Image
from pmtiles.reader import MemorySource, Reader, all_tiles
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT

from maligeo import look
from maligeo.core.crs import Bounds
from maligeo.core.errors import ArgumentError, CrsError, InputFileError
from maligeo.measure.surface import density_surface
from maligeo.tile_archives import Tile
from maligeo.tiles.classes import class_colours
from maligeo.tiles.colours import ClassColours, RampColours
from maligeo.tiles.grid import mercator_bounds_of, tiles_over
from maligeo.tiles.raster import (
    RasterOptions,
    TilesWritten,
    raster_tiles,
    write_surface,
)
from tests.rasters import tile_at

GREYS = RampColours(0.0, 1.0, ("#000000", "#ffffff"))
Pixels = npt.NDArray[np.uint8]


def house_tiles(
    source: Any,
    path: Path,
    *,
    zooms: tuple[int, int],
    colours: Any = None,
    options: RasterOptions | None = None,
) -> TilesWritten:
    """Make tiles for the house; the door has tests of its own."""
    options = replace(options or RasterOptions(), colours=colours)
    return raster_tiles(source, path, zooms=zooms, options=options, audience="internal")


def write(path: Path, values: npt.NDArray[Any], transform: Affine, **profile: Any) -> Path:
    rows, columns = values.shape
    given = {"crs": "EPSG:4326", "nodata": np.nan} | profile
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1,
        dtype=values.dtype, transform=transform, **given,
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    return path


@pytest.fixture
def field(tmp_path: Path) -> Path:
    """Noise over Mali in cells of 0.05°, a corner of it missing; native zoom 5."""
    values = np.random.default_rng(1).random((300, 332), dtype=np.float32)
    values[:60, :90] = np.nan
    return write(tmp_path / "field.tif", values, Affine(0.05, 0, -12.3, 0, -0.05, 25.0))


def tiles_of(path: Path) -> dict[tuple[int, int, int], bytes]:
    return dict(all_tiles(MemorySource(path.read_bytes())))


def indices(picture: bytes) -> Pixels:
    return np.array(Image.open(io.BytesIO(picture)))


def rgba(picture: bytes) -> Pixels:
    return np.array(Image.open(io.BytesIO(picture)).convert("RGBA"))


def warped(source: Path, tile: Tile, method: Resampling, size: int = 256) -> npt.NDArray[Any]:
    bounds = mercator_bounds_of(tile)
    pixel = (bounds.east - bounds.west) / size
    with rasterio.open(source) as raster, WarpedVRT(
        raster, crs="EPSG:3857", transform=Affine(pixel, 0, bounds.west, 0, -pixel, bounds.north),
        width=size, height=size, resampling=method, nodata=np.nan, dtype="float32",
    ) as vrt:  # fmt: skip
        return vrt.read(1)


def differing_share(path: Path, source: Path, zooms: range, method: Resampling) -> float:
    """Share of pixels that differ from the warper's, of all pixels that either shows."""
    tiles = tiles_of(path)
    corners = [tile_at(-12.3, 25.0, zooms[-1]), tile_at(4.3, 10.0, zooms[-1])]
    differing = shown = 0
    for z in zooms:
        steps = zooms[-1] - z
        for x in range(corners[0].x >> steps, (corners[1].x >> steps) + 1):
            for y in range(corners[0].y >> steps, (corners[1].y >> steps) + 1):
                theirs = GREYS.index(warped(source, Tile(z, x, y), method))
                ours = indices(tiles[z, x, y]) if (z, x, y) in tiles else np.zeros_like(theirs)
                differing += int((ours != theirs).sum())
                shown += int(((ours > 0) | (theirs > 0)).sum())
    return differing / shown


@pytest.mark.parametrize("interpolation", ["nearest", "average"])
def test_pixels_from_the_native_zoom_on_are_those_of_the_warper(
    tmp_path: Path, field: Path, interpolation: Any
) -> None:
    path = tmp_path / "a.pmtiles"
    options = RasterOptions(interpolation=interpolation)
    written = house_tiles(field, path, zooms=(5, 7), colours=GREYS, options=options)
    assert written.native_zoom == 5
    assert written.tiles == len(tiles_of(path))
    # The warper projects exactly at some pixels and interpolates between them, up to 1/8 of a
    # cell wrong; only pixels whose centre is that near to the edge of a cell may differ.
    assert differing_share(path, field, range(5, 8), Resampling.nearest) < 0.002


@pytest.mark.parametrize("crs", ["EPSG:32630", "EPSG:6933", "EPSG:3857"])
def test_other_projections_agree_with_the_warper(tmp_path: Path, crs: str) -> None:
    with rasterio.open(write(
        tmp_path / "degrees.tif", np.random.default_rng(2).random((80, 80), dtype=np.float32),
        Affine(0.05, 0, -5, 0, -0.05, 16),
    )) as raster, WarpedVRT(raster, crs=crs, nodata=np.nan) as vrt:  # fmt: skip
        values, transform = vrt.read(1), vrt.transform
    source = write(tmp_path / "metres.tif", values, transform, crs=crs)
    path = tmp_path / "a.pmtiles"
    native = house_tiles(source, path, zooms=(6, 7), colours=GREYS).native_zoom
    assert native in (5, 6)
    assert differing_share(path, source, range(6, 8), Resampling.nearest) < 0.002


def test_bilinear_is_close_to_the_warper(tmp_path: Path, field: Path) -> None:
    path = tmp_path / "a.pmtiles"
    options = RasterOptions(interpolation="bilinear")
    house_tiles(field, path, zooms=(7, 7), colours=GREYS, options=options)
    tile = tile_at(-4.0, 15.0, 7)
    ours = indices(tiles_of(path)[tile]).astype(int)
    theirs = GREYS.index(warped(field, tile, Resampling.bilinear)).astype(int)
    assert np.abs(ours - theirs).max() <= 3
    edge = tile_at(-7.9, 22.1, 7)  # at the corner that is missing
    ours, theirs = indices(tiles_of(path)[edge]), warped(field, edge, Resampling.nearest)
    assert ((ours == 0) == np.isnan(theirs)).mean() > 0.999


def test_one_cell_for_each_pixel_comes_out_as_it_went_in(tmp_path: Path) -> None:
    bounds = mercator_bounds_of(Tile(6, 31, 29))
    pixel = (bounds.east - bounds.west) / 256
    values = np.random.default_rng(3).random((256, 256), dtype=np.float32)
    values[:128, :128] = np.nan
    transform = Affine(pixel, 0, bounds.west, 0, -pixel, bounds.north)
    source = write(tmp_path / "tile.tif", values, transform, crs="EPSG:3857")
    path = tmp_path / "a.pmtiles"
    assert house_tiles(source, path, zooms=(5, 6), colours=GREYS) == (path, 2, 6)
    tiles = tiles_of(path)
    assert set(tiles) == {(6, 31, 29), (5, 15, 14)}
    assert (indices(tiles[6, 31, 29]) == GREYS.index(values)).all()
    means = values.reshape(128, 2, 128, 2).mean(axis=(1, 3), dtype=np.float64)
    quarter = indices(tiles[5, 15, 14])[128:, 128:].astype(int)
    assert np.abs(quarter - GREYS.index(means.astype(np.float32))).max() <= 1
    assert (quarter[:64, :64] == 0).all()
    assert (indices(tiles[5, 15, 14])[:128] == 0).all()


def test_means_count_what_is_known_and_nearest_takes_the_first(tmp_path: Path) -> None:
    bounds = mercator_bounds_of(Tile(3, 4, 3))
    pixel = (bounds.east - bounds.west) / 256
    values = np.tile(np.array([[0.2, 0.4], [0.6, np.nan]], dtype=np.float32), (128, 128))
    transform = Affine(pixel, 0, bounds.west, 0, -pixel, bounds.north)
    source = write(tmp_path / "tile.tif", values, transform, crs="EPSG:3857")
    for interpolation, value in (("average", 0.4), ("nearest", 0.2)):
        path = tmp_path / f"{interpolation}.pmtiles"
        options = RasterOptions(interpolation=interpolation)  # type: ignore[arg-type]
        house_tiles(source, path, zooms=(0, 2), colours=GREYS, options=options)
        shown = indices(tiles_of(path)[2, 2, 1])
        assert set(np.unique(shown)) == {
            0,
            int(GREYS.index(np.array([value], dtype=np.float32))[0]),
        }
        assert set(tiles_of(path)) == {(0, 0, 0), (1, 1, 0), (2, 2, 1)}


def test_a_pyramid_of_many_parts_equals_that_of_its_levels(tmp_path: Path) -> None:
    """Parts, their tops and finer groups fit together whatever the zooms that are asked for."""
    values = np.random.default_rng(4).random((500, 500), dtype=np.float32)
    source = write(tmp_path / "f.tif", values, Affine(0.032, 0, -12, 0, -0.03, 25))
    everything = tmp_path / "all.pmtiles"
    house_tiles(source, everything, zooms=(0, 9), colours=GREYS)
    tiles = tiles_of(everything)
    assert {z for z, _, _ in tiles} == set(range(10))
    for zooms in ((0, 0), (2, 4), (5, 6), (7, 7), (8, 9)):
        path = tmp_path / "some.pmtiles"
        house_tiles(source, path, zooms=zooms, colours=GREYS)
        wanted = {tile: data for tile, data in tiles.items() if zooms[0] <= tile[0] <= zooms[1]}
        assert tiles_of(path) == wanted


def test_tiles_of_512_pixels_and_webp_show_the_same(tmp_path: Path, field: Path) -> None:
    shown = {}
    for tile_type in ("png", "webp"):
        path = tmp_path / f"{tile_type}.pmtiles"
        options = RasterOptions(tile_type=tile_type, tile_size=512)
        assert (
            house_tiles(field, path, zooms=(2, 5), colours=GREYS, options=options).native_zoom == 4
        )
        shown[tile_type] = {tile: rgba(data) for tile, data in tiles_of(path).items()}
    assert shown["png"].keys() == shown["webp"].keys()
    for tile, pixels in shown["png"].items():
        assert pixels.shape == (512, 512, 4)
        assert (pixels == shown["webp"][tile]).all()
    ours = shown["png"][tile_at(-4.0, 15.0, 5)][..., 0]
    theirs = GREYS.palette()[
        GREYS.index(warped(field, tile_at(-4.0, 15.0, 5), Resampling.nearest, 512))
    ]
    assert (ours != theirs[..., 0]).mean() < 0.002


def test_empty_tiles_are_left_out_and_equal_ones_stored_once(tmp_path: Path) -> None:
    values = np.full((200, 200), 0.5, dtype=np.float32)
    values[:, :100] = np.nan
    source = write(tmp_path / "half.tif", values, Affine(0.05, 0, -5, 0, -0.05, 20))
    house_tiles(source, tmp_path / "a.pmtiles", zooms=(9, 9), colours=GREYS)
    header = Reader(MemorySource((tmp_path / "a.pmtiles").read_bytes())).header()
    assert header["addressed_tiles_count"] == tiles_over(Bounds(0, 10, 5, 20), 9).size
    assert header["tile_contents_count"] < 30
    assert all(x >= tile_at(0, 15, 9).x for _, x, _ in tiles_of(tmp_path / "a.pmtiles"))


def test_whole_numbers_masks_scales_and_rasters_the_wrong_way_up(tmp_path: Path) -> None:
    codes = np.random.default_rng(5).integers(0, 5, (64, 64)).astype(np.uint8)
    colours = ClassColours((1.0, 2.0, 3.0, 4.0), ("#110000", "#220000", "#330000", "#440000"))
    for name, rows, height in (("north", codes, -0.1), ("south", codes[::-1], 0.1)):
        top = 18.0 if height < 0 else 18.0 - 6.4
        source = write(tmp_path / f"{name}.tif", rows, Affine(0.1, 0, -5, 0, height, top), nodata=0)
        with rasterio.open(source, "r+") as raster:
            raster.scales, raster.offsets = (2.0,), (-1.0,)
        options = RasterOptions(interpolation="nearest", name="codes")
        house_tiles(
            source, tmp_path / f"{name}.pmtiles", zooms=(6, 6), colours=colours, options=options
        )
    north, south = (tmp_path / f"{name}.pmtiles" for name in ("north", "south"))
    assert north.read_bytes() == south.read_bytes()
    tile = tile_at(-4.0, 15.0, 6)
    shown = rgba(tiles_of(north)[tile])
    assert set(np.unique(shown[..., 0])) == {0, 0x11, 0x33, 0x44}  # 1, 3, 5 and 7 after scaling
    assert set(np.unique(shown[..., 3])) == {0, 255}


def test_the_surface_of_points_becomes_tiles_with_a_legend(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    points = pd.DataFrame({"lon": rng.normal(-4, 0.5, 500), "lat": rng.normal(15, 0.5, 500)})
    surface = density_surface(points, bandwidth_km=25, cell_km=5)
    write_surface(surface, tmp_path / "surface.tif", audience="internal")
    options = RasterOptions(name="Incidents")
    for source, name in ((surface, "a"), (tmp_path / "surface.tif", "b")):
        house_tiles(source, tmp_path / f"{name}.pmtiles", zooms=(0, 7), options=options)
    path = tmp_path / "a.pmtiles"
    assert path.read_bytes() == (tmp_path / "b.pmtiles").read_bytes()
    metadata = Reader(MemorySource(path.read_bytes())).metadata()
    legend = metadata["legend"]
    assert legend["unit"] == "per 1,000 km²"
    assert legend["classes"][0]["colour"] == look.ZERO_COLOUR
    assert len(legend["classes"]) == 6
    tiles = tiles_of(path)
    shown = {tuple(pixel[:3]) for pixel in rgba(tiles[tile_at(-4, 15, 6)]).reshape(-1, 4)}
    colours = {tuple(bytes.fromhex(row["colour"][1:])) for row in legend["classes"]}
    assert shown <= colours | {(0, 0, 0)}


def test_zero_and_missing_differ() -> None:
    classes = look.Classes((0.0, 10.0), 20.0, ("#aa0000", "#bb0000"), ("#ffffff", "#ffffff"))
    colours = class_colours(classes)
    values = np.array([np.nan, 0.0, 0.1, 10.0, 99.0], dtype=np.float32)
    assert colours.index(values).tolist() == [0, 1, 2, 3, 3]
    assert colours.palette()[:, 3].tolist() == [0, 255, 255, 255]
    assert [row.get("from") for row in colours.legend()] == [None, 0.0, 10.0]
    assert GREYS.index(np.array([np.nan, -1, 0, 1, 2], dtype=np.float32)).tolist() == [
        0, 1, 1, 255, 255,
    ]  # fmt: skip


def test_wrong_calls_are_refused(tmp_path: Path, field: Path) -> None:
    target = tmp_path / "a.pmtiles"
    with pytest.raises(InputFileError, match="cannot read"):
        house_tiles(tmp_path / "nowhere.tif", target, zooms=(0, 1))
    with pytest.raises(ArgumentError, match="band 2"):
        house_tiles(field, target, zooms=(0, 1), options=RasterOptions(band=2))
    with pytest.raises(ArgumentError, match="tile_size"):
        RasterOptions(tile_size=300)
    with pytest.raises(ArgumentError, match="interpolation"):
        RasterOptions(interpolation="cubic")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="zooms"):
        house_tiles(field, target, zooms=(3, 1))
    with pytest.raises(ArgumentError, match="rises"):
        RampColours(1, 0, ("#000000", "#ffffff"))
    with pytest.raises(ArgumentError, match="cannot wear"):
        ClassColours((1.0,), ())
    bare = write(
        tmp_path / "bare.tif", np.ones((4, 4), np.float32), Affine(1, 0, 0, 0, -1, 4), crs=None
    )
    with pytest.raises(CrsError, match="no CRS"):
        house_tiles(bare, target, zooms=(0, 1))
    assert not target.exists()
