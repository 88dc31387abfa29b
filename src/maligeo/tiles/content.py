"""What the formats of archives are given to write."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from maligeo.tiles.grid import Tile


class StoredTile(NamedTuple):
    """Where the journal keeps a tile. Tiles of equal digest are equal."""

    tile: Tile
    offset: int
    length: int
    digest: bytes


class Content(NamedTuple):
    """All tiles of an archive in the order of PMTiles, and how to read one."""

    tiles: Sequence[StoredTile]
    read: Callable[[StoredTile], bytes]

    def distinct(self) -> list[StoredTile]:
        """Give the first of the tiles of each digest, in the same order."""
        first: dict[bytes, StoredTile] = {}
        for stored in self.tiles:
            first.setdefault(stored.digest, stored)
        return list(first.values())
