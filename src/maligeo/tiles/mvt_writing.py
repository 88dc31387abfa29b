"""Vector tiles into an archive: zoom by zoom, packed by threads while the next is encoded."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Final, Protocol

import deflate

from maligeo.tiles.archives import Archive
from maligeo.tiles.grid import Tile

Progress = Callable[[int, int], None]
Tiles = list[tuple[Tile, bytes]]

_COMPRESSION: Final = 1
_TOGETHER: Final = 64  # tiles that go to a thread at once


class Layer(Protocol):
    """What gives the content of one layer, tile by tile."""

    def tiles_at(self, zoom: int) -> Iterator[tuple[Tile, bytes]]:
        """Give the layer of every tile of a zoom."""
        ...


def write_zooms(
    archive: Archive, layers: Sequence[Layer], zooms: tuple[int, int], progress: Progress | None
) -> None:
    """Write the tiles of all zooms that the archive does not have yet.

    libdeflate lets other threads run while it works, so the tiles of a zoom are packed while those
    of the next are encoded: the deepest first, which take longest.

    Parameters
    ----------
    archive : Archive
        Has the zooms that an earlier run finished.
    layers : sequence of Layer
        In the order in which they stand in a tile.
    zooms : tuple of int
        Coarsest and finest zoom.
    progress : callable or None
        Called with the zooms done and the zooms in all.
    """
    count = zooms[1] - zooms[0] + 1
    missing = [zoom for zoom in range(zooms[1], zooms[0] - 1, -1) if not archive.has_part(zoom)]
    done = count - len(missing)
    with ThreadPoolExecutor() as threads:
        ahead = ((zoom, _packed(zoom, layers, threads)) for zoom in missing)
        packing = next(ahead, None)
        while packing is not None:
            following = next(ahead, None)  # encoded before this one is waited for
            zoom, parts = packing
            archive.put_part(zoom, [tile for part in parts for tile in part.result()])
            done += 1
            if progress is not None:
                progress(done, count)
            packing = following


def _packed(zoom: int, layers: Sequence[Layer], threads: ThreadPoolExecutor) -> list[Future[Tiles]]:
    """Encode the tiles of a zoom, and let threads pack them."""
    tiles = iter(_joined(zoom, layers))
    parts = iter(lambda: list(islice(tiles, _TOGETHER)), [])
    return [threads.submit(_compress, part) for part in parts]


def _joined(zoom: int, layers: Sequence[Layer]) -> Iterable[tuple[Tile, list[bytes]]]:
    """Put the layers of each tile together: a tile is the sequence of its layers."""
    if len(layers) == 1:
        return ((tile, [content]) for tile, content in layers[0].tiles_at(zoom))
    parts: dict[Tile, list[bytes]] = {}
    for layer in layers:
        for tile, content in layer.tiles_at(zoom):
            parts.setdefault(tile, []).append(content)
    return parts.items()


def _compress(tiles: Sequence[tuple[Tile, list[bytes]]]) -> Tiles:
    return [
        (tile, deflate.gzip_compress(b"".join(contents), _COMPRESSION)) for tile, contents in tiles
    ]
