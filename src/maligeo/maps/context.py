"""What helps to read a map: towns, neighbouring countries, scale and north."""

import geopandas as gpd
import pandas as pd

from maligeo import labels
from maligeo.checks import require_columns
from maligeo.maps.embedding import add_call
from maligeo.maps.page import PageMap
from maligeo.outlines import outlines_source
from maligeo.wording.towns import towns_by_unit

TOWNS_PER_UNIT = 6


def add_towns(
    fmap: PageMap,
    towns: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    per_unit: int = TOWNS_PER_UNIT,
) -> None:
    """Label the towns of each unit: its capital always, the next largest when there is room.

    Parameters
    ----------
    fmap : PageMap
        The map.
    towns : pandas.DataFrame
        Columns `name, lon, lat, population`, degrees and people.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units with `name` and `name_alt`; the capital of a unit is the largest town in it
        that bears its name.
    per_unit : int, default 6
        Most towns per unit.

    Raises
    ------
    FrameError
        If a column is missing.
    """
    require_columns(towns, ("name", "lon", "lat", "population"), what="towns")
    ordered = towns_by_unit(towns, units)
    data = [
        [row.name, round(row.lat, 4), round(row.lon, 4), row.at, row.own]
        for row in ordered[ordered["rank"] < per_unit].itertuples(index=False)
    ]
    add_call(fmap, "towns", lambda _: {"towns": data, "focus": fmap.focus})


def add_neighbours(fmap: PageMap, neighbours: pd.DataFrame) -> None:
    """Write the names of the neighbouring countries on the plain background.

    Parameters
    ----------
    fmap : PageMap
        The map.
    neighbours : pandas.DataFrame
        Columns `name_fr, name_en, lon, lat`, degrees.

    Raises
    ------
    FrameError
        If a column is missing.
    """
    require_columns(neighbours, ("name_fr", "name_en", "lon", "lat"), what="neighbours")
    places = list(
        zip(neighbours["lat"].astype(float), neighbours["lon"].astype(float), strict=True)
    )

    def build(language: str) -> list[list[object]]:
        names = neighbours[f"name_{language}"]
        return [[text, lat, lon] for text, (lat, lon) in zip(names, places, strict=True)]

    add_call(fmap, "neighbours", build)


def add_scale(fmap: PageMap, units: gpd.GeoDataFrame, *, towns: bool = True) -> None:
    """Add a scale bar in kilometres, a north arrow and the origin of the outlines.

    Parameters
    ----------
    fmap : PageMap
        The map.
    units : geopandas.GeoDataFrame
        Units with `source`.
    towns : bool, default True
        Whether the bundled towns are on the map, whose source is then named too.
    """
    outlines = outlines_source(units)
    key = "scale.attribution" if towns else "scale.outlines"

    def build(language: str) -> dict[str, str]:
        return {"credit": labels.word(key, language).format(outlines=outlines)}

    add_call(fmap, "scale", build)
