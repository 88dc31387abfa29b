"""What an archive says about itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from maligeo.checks import require_choice
from maligeo.errors import ArgumentError
from maligeo.tiles.grid import MAX_ZOOM, Bounds

TileType = Literal["png", "webp", "mvt"]
TILE_TYPES: Final[tuple[str, ...]] = get_args(TileType)


@dataclass(frozen=True)
class ArchiveInfo:
    """What an archive holds; each format writes it as its specification says.

    Attributes
    ----------
    name : str
        Title of the layer.
    tile_type : {"png", "webp", "mvt"}
        What the tiles are. Vector tiles ("mvt") are put compressed by gzip.
    zooms : tuple of int
        Coarsest and finest zoom.
    bounds : Bounds
        Rectangle of the content in degrees.
    description, attribution : str
        For people; the attribution is shown on maps and may hold HTML.
    more : mapping of str to object
        Further metadata that JSON can hold, such as "legend" or "vector_layers".
    """

    name: str
    tile_type: TileType
    zooms: tuple[int, int]
    bounds: Bounds
    description: str = ""
    attribution: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_choice(self.tile_type, TILE_TYPES, option="tile_type")
        coarsest, finest = self.zooms
        if not 0 <= coarsest <= finest <= MAX_ZOOM:
            raise ArgumentError(
                f"zooms are the coarsest and the finest, from 0 to {MAX_ZOOM}, not {self.zooms}"
            )

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle of the bounds."""
        return (
            (self.bounds.west + self.bounds.east) / 2,
            (self.bounds.south + self.bounds.north) / 2,
        )

    def described(self) -> dict[str, Any]:
        """Give what is said for people, and everything in `more`."""
        texts = {
            "name": self.name,
            "description": self.description,
            "attribution": self.attribution,
            "type": "overlay",
        }
        return {key: text for key, text in texts.items() if text} | dict(self.more)
