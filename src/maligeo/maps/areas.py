"""Hazardous and released land, by status, in patterns that hold in print."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo import look
from maligeo.core import words
from maligeo.core.audiences import is_synthetic
from maligeo.core.checks import require_columns
from maligeo.core.crs import require_geographic
from maligeo.core.errors import GeometryError
from maligeo.maps.packing import card_fields, packed_numbers, packed_shapes
from maligeo.maps.page import PageMap
from maligeo.maps.without_script import add_accounted
from maligeo.text.balance import records_section
from maligeo.text.legend import Kind, area_statuses, kind_keys, ordered_kinds

DECIMALS = 5  # of a degree: about a metre
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_FIELDS = (
    "area_id", "method", "start_date", "end_date", "declared_area_sqm", "computed_area_sqm",
    "devices", "organisation", "source",
)  # fmt: skip


def add_areas(fmap: PageMap, areas: gpd.GeoDataFrame) -> None:
    """Add hazardous and released land, each status in a colour and pattern of its own.

    An area that is too small to see is drawn as a sign until the reader is near.

    Parameters
    ----------
    fmap : PageMap
        The map, as from `region_map`.
    areas : geopandas.GeoDataFrame, EPSG:4326
        Areas as from `read_areas`: `area_id, status` ("suspected", "confirmed",
        "cancelled", "reduced", "cleared"; another word is shown as it is) and polygons.
        Areas without a polygon are counted in the drawer of sources and limits.

    Raises
    ------
    ReleaseError
        If the areas were not released for the audience of the map.
    FrameError
        If a column is missing.
    CrsError, GeometryError
        If the frame is not in EPSG:4326 or a geometry is no polygon.
    """
    require_columns(areas, ("area_id", "status"), what="areas")
    fmap.gate.admit(areas, what="the areas")
    require_geographic(areas, what="areas")
    shapes = np.asarray(areas.geometry.array, dtype=object)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not np.isin(shapely.get_type_id(shapes[there]), _POLYGONS).all():
        raise GeometryError("areas must be polygons: points go through maligeo.add_incidents")
    drawn = pd.DataFrame(areas)[there]
    statuses = ordered_kinds(drawn["status"], look.AREA_LOOKS)
    status = kind_keys(drawn["status"])
    fields = card_fields(drawn, _FIELDS)
    fixed: dict[str, object] = {
        "shapes": packed_shapes(shapes[there], DECIMALS),
        "marks": packed_numbers(status.map({name: at for at, name in enumerate(statuses)})),
        "synthetic": is_synthetic(areas),
    }

    def build(language: str) -> dict[str, object]:
        title = words.word("areas.title", language)
        return fixed | {
            "title": title,
            "statuses": [
                _status(kind, int((status == kind.key).sum()), language)
                for kind in area_statuses(drawn["status"], language)
            ],
            "fields": fields(language),
            "section": records_section(areas, len(drawn), title, language),
        }

    add_accounted(fmap, "areas", build)


def _status(kind: Kind, count: int, language: str) -> dict[str, object]:
    appearance = look.AREA_LOOKS.get(kind.key, look.OTHER_AREA)
    return {
        "name": kind.name,
        "count": words.number_text(count, language),
        "colour": appearance.colour,
        "pattern": appearance.pattern,
    }
