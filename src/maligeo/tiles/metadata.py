"""What an archive says about itself: its layers, its audience, its credits."""

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

import pandas as pd

from maligeo.core.audiences import AUDIENCE, is_wide
from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, LANGUAGES, Audience, frame_kind
from maligeo.core.crs import Bounds
from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.core.words import both
from maligeo.provenance.record import KEY, Provenance
from maligeo.readers.credits import credit_text
from maligeo.tiles.grid import MAX_ZOOM

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

    def described(self) -> dict[str, Any]:
        """Give what is said for people, and everything in `more`."""
        texts = {
            "name": self.name,
            "description": self.description,
            "attribution": self.attribution,
            "type": "overlay",
        }
        return {key: text for key, text in texts.items() if text} | dict(self.more)


AUDIENCE_TAG: Final = "MALIGEO_AUDIENCE"
ATTRIBUTION_TAG: Final = "MALIGEO_ATTRIBUTION"


def require_wide(own: Audience, audience: Audience, *, what: str) -> None:
    """Refuse a raster for an audience wider than its own.

    Raises
    ------
    ArgumentError
        If there is no such audience.
    ReleaseError
        If it was not released for the audience.
    """
    require_choice(audience, AUDIENCES, option="audience")
    if not is_wide(own, audience):
        raise ReleaseError(
            f"{what} is not known to be released for the audience {audience!r}: make it from "
            f"released records, or, where nobody can come to harm by it, set its tag "
            f"{AUDIENCE_TAG}={audience}; or make the product for the audience 'internal' "
            "and keep it internal"
        )


def making_of(audience: Audience, about: Provenance | None) -> dict[str, Any]:
    """Give what the metadata of an archive say about its audience and its making."""
    record = {} if about is None else {KEY: about.to_json()}
    return {AUDIENCE: audience, **record}


def credited(attribution: str, audience: Audience, *, synthetic: bool) -> str:
    """Give the attribution, which maps show, after warnings.

    Parameters
    ----------
    attribution : str
        Publishers and licences.
    audience : {"internal", "partner", "public"}
        For whom the tiles are; said where they are not for all.
    synthetic : bool
        Whether some of what they show is made up.
    """
    warnings = [both(f"audience.{audience}")] if audience != "public" else []
    warnings += [both("synthetic.banner")] if synthetic else []
    return " | ".join(filter(None, [*warnings, attribution]))


def attribution_of(given: str, frames: Iterable[pd.DataFrame]) -> str:
    """Name the publishers of units after what was given; those of records are not for all.

    Parameters
    ----------
    given : str
        What the caller says of the records; it may hold HTML.
    frames : iterable of pandas.DataFrame
        Layers; what is no frame of units is passed over.
    """
    units = [frame for frame in frames if frame_kind(frame) == "units"]
    texts = [
        " / ".join(dict.fromkeys(credit_text(frame, language) for language in LANGUAGES))
        for frame in units
    ]
    named = [html.escape(text) for text in texts if text != both("credit.unstated")]
    return " | ".join(dict.fromkeys(part for part in (given, *named) if part))
