"""The map of regions, put together from its parts."""

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from maligeo import catalog, labels
from maligeo.checks import require_choice, require_columns
from maligeo.columns import LANGUAGES, Audience, Language
from maligeo.crs import require_geographic
from maligeo.maps.choropleth import add_choropleth
from maligeo.maps.context import add_neighbours, add_scale, add_towns
from maligeo.maps.notes import add_notes
from maligeo.maps.page import Bounds, PageMap
from maligeo.wording.titles import find_unit, place_parts
from maligeo.wording.towns import certain_towns


def region_map(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    layers: Iterable[str] | None = None,
    region: str | None = None,
    language: Language = "fr",
    audience: Audience = "public",
) -> PageMap:
    """Make an interactive map of regions, with what could not be placed beside it.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table, as from `maligeo.combine`.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of the same vintage, as from `maligeo.load_boundaries`.
    layers : iterable of str, optional
        What can be shown, in this order: "incidents", "incidents_per_100k", "projects",
        "projects_fractional", "programmes", "people", "people_per_sqkm". By default all
        that the table holds.
    region : str, optional
        Name or alias of one unit: the map is then about it, with the others pale.
    language : {"fr", "en"}, default "fr"
        Language in which the page opens; a switch in it changes to the other one.
    audience : {"internal", "partner", "public"}, default "public"
        For whom the map is. The table, and what is added later, must have been released
        for them (`maligeo.release`); the page says for whom it is.

    Returns
    -------
    PageMap
        A Folium map. The functions `add_*` lay more over it, `maligeo.save_map` writes it;
        a notebook shows it as it is.

    Raises
    ------
    ArgumentError
        If the language or audience is not known or the table holds nothing to show.
    ReleaseError
        If the table was not released for the audience.
    UnknownNameError
        If the region or a layer is not known.
    VintageError
        If table and units are of different vintages.
    FrameError
        If a column is missing.
    CrsError
        If the units are not in EPSG:4326.

    Examples
    --------
    >>> import maligeo
    >>> units = maligeo.load_boundaries()
    >>> fmap = maligeo.region_map(maligeo.bundled_density(units), units, language="en")
    >>> maligeo.save_map(fmap, "maps/mali.html")  # doctest: +SKIP
    """
    require_choice(language, LANGUAGES, option="language")
    require_columns(units, ("vintage", "pcode", "name", "name_alt"), what="units")
    require_geographic(units, what="units")
    focus = None if region is None else find_unit(region, units)
    towns = certain_towns()
    fmap = _page(units, focus, language, audience)
    add_choropleth(fmap, table, units, layers=layers)
    add_neighbours(fmap, catalog.load_table("reference", "neighbours"))
    add_towns(fmap, towns, units)
    add_scale(fmap, units)
    add_notes(fmap, table, units, towns)
    return fmap


def _page(
    units: gpd.GeoDataFrame, focus: int | None, language: Language, audience: Audience
) -> PageMap:
    name = None if focus is None else str(units["name"].iloc[focus])
    return PageMap(
        {spoken: _title(name, spoken) for spoken in LANGUAGES},
        bounds_of(units if focus is None else units.iloc[[focus]]),
        language=language,
        heading={spoken: place_parts(units, focus, spoken) for spoken in LANGUAGES},
        audience=audience,
        focus=focus,
    )


def _title(name: str | None, language: str) -> str:
    if name is None:
        return labels.word("page.title", language)
    return labels.word("region.page", language).format(name=name)


def bounds_of(units: gpd.GeoDataFrame) -> Bounds:
    """Give west, south, east and north of units, in degrees."""
    west, south, east, north = (round(float(side), 4) for side in units.total_bounds)
    return west, south, east, north
