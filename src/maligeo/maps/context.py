"""What helps to read a map: towns, neighbouring countries, scale and north."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo import labels
from maligeo.checks import require_columns
from maligeo.maps.embedding import Call, add_call
from maligeo.maps.page import PageMap
from maligeo.names import NameTable
from maligeo.outlines import outlines_source

TOWNS_PER_UNIT = 6


def add_towns(
    fmap: PageMap,
    towns: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    per_unit: int = TOWNS_PER_UNIT,
    focus: int | None = None,
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
    focus : int, optional
        Row position of the unit that the map is about.

    Raises
    ------
    FrameError
        If a column is missing.
    """
    require_columns(towns, ("name", "lon", "lat", "population"), what="towns")
    placed = _placed(towns, units)
    names = NameTable.from_columns(units["name"], units["name_alt"])
    own = [at in names.find(name) for at, name in zip(placed["at"], placed["name"], strict=True)]
    ordered = placed.assign(own=own).sort_values(
        ["own", "population", "name"], ascending=[False, False, True], na_position="last"
    )
    ordered["rank"] = ordered.groupby("at").cumcount()
    data = [
        [row.name, round(row.lat, 4), round(row.lon, 4), row.at, row.own]
        for row in ordered[ordered["rank"] < per_unit].itertuples(index=False)
    ]
    fmap.add_child(Call("towns", {"towns": data, "focus": focus}))


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


def add_scale(fmap: PageMap, units: gpd.GeoDataFrame) -> None:
    """Add a scale bar in kilometres, a north arrow and the origin of the outlines."""
    outlines = outlines_source(units)

    def build(language: str) -> dict[str, str]:
        return {"credit": labels.word("scale.attribution", language).format(outlines=outlines)}

    add_call(fmap, "scale", build)


def _placed(towns: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Keep the towns that lie in a unit, with its position as `at`."""
    lon, lat = (towns[column].to_numpy(dtype="float64") for column in ("lon", "lat"))
    inside = np.array([shapely.contains_xy(shape, lon, lat) for shape in units.geometry])
    kept = inside.any(axis=0)
    return towns.loc[kept, ["name", "lon", "lat", "population"]].assign(
        at=inside.argmax(axis=0)[kept]
    )
