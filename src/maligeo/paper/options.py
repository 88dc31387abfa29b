"""How a page looks and what it shows: options with checked values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

import geopandas as gpd
import pandas as pd

from maligeo.core.checks import require_choice
from maligeo.core.columns import LANGUAGES, Language
from maligeo.core.errors import ArgumentError
from maligeo.core.session import session_language
from maligeo.look import Scheme

Paper = Literal["A4", "A3"]
Orientation = Literal["landscape", "portrait"]

SHEETS: Final = {"A4": (297.0, 210.0), "A3": (420.0, 297.0)}  # millimetres, landscape
_TEXT_SCALES: Final = {"A4": 1.0, "A3": 1.25}
_FINEST_DPI: Final = 1200
_COARSEST_DPI: Final = 36


@dataclass(frozen=True, kw_only=True, eq=False)
class MapOptions:
    """What a map on paper shows, and on what paper.

    Attributes
    ----------
    layer : str, optional
        A measure of the table, or with what it is related to, as for `maligeo.region_map`:
        "killed", "incidents_per_100k", "cleared_sqm_share"; by default the first one.
    period : str, optional
        Such as "2021" or "2022-01/2022-08"; by default the latest with a figure by unit.
    publisher : str, optional
        Whose figures, where several report the period.
    scheme : {"jenks", "log_jenks", "quantiles", "pretty"} or sequence of float, optional
        How class breaks are found, or the breaks; see `maligeo.look.classify`.
    region : str, optional
        Name or alias of the one unit that the map is about; the others are pale.
    incidents : pandas.DataFrame or geopandas.GeoDataFrame, optional
        Incidents to draw as points by type, as from `read_incidents`: those of the period,
        where the map is about incidents.
    areas : geopandas.GeoDataFrame, optional
        Hazardous and released land to draw by status, as from `read_areas`.
    behind : pandas.DataFrame, optional
        Of a map of gaps: the table with a column `source` that they were computed from,
        for the list of sources.
    language : {"fr", "en"}
        Language of the page; by default that of the session (`maligeo.set_language`).
    paper : {"A4", "A3"}
        Size of the paper.
    orientation : {"landscape", "portrait"}
        Which way it is turned.
    graticule : bool
        Whether meridians and parallels are drawn.
    dpi : int
        Pixels per inch of a PNG, 36 to 1200.

    Raises
    ------
    ArgumentError
        If a value is none of the choices.
    """

    layer: str | None = None
    period: str | None = None
    publisher: str | None = None
    scheme: Scheme | Sequence[float] | None = None
    region: str | None = None
    incidents: pd.DataFrame | None = None
    areas: gpd.GeoDataFrame | None = None
    behind: pd.DataFrame | None = None
    language: Language = field(default_factory=session_language)
    paper: Paper = "A4"
    orientation: Orientation = "landscape"
    graticule: bool = False
    dpi: int = 200

    def __post_init__(self) -> None:
        require_choice(self.language, LANGUAGES, option="language")
        require_choice(self.paper, get_args(Paper), option="paper")
        require_choice(self.orientation, get_args(Orientation), option="orientation")
        if not _COARSEST_DPI <= self.dpi <= _FINEST_DPI:
            raise ArgumentError(f"dpi {self.dpi} is not between {_COARSEST_DPI} and {_FINEST_DPI}")

    @property
    def is_landscape(self) -> bool:
        """Whether the long side of the paper lies level."""
        return self.orientation == "landscape"

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the paper in millimetres."""
        long, short = SHEETS[self.paper]
        return (long, short) if self.is_landscape else (short, long)

    @property
    def text_scale(self) -> float:
        """How much larger text is than on A4."""
        return _TEXT_SCALES[self.paper]
