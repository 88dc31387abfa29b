"""The map of regions, put together from its parts."""

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from maligeo import catalog, labels
from maligeo.checks import require_choice, require_columns
from maligeo.columns import LANGUAGES, Language
from maligeo.crs import require_geographic
from maligeo.errors import UnknownNameError
from maligeo.maps.choropleth import add_choropleth
from maligeo.maps.context import add_neighbours, add_scale, add_towns
from maligeo.maps.notes import add_notes
from maligeo.maps.page import Bounds, PageMap
from maligeo.maps.presence import add_presence
from maligeo.names import NameTable

_CERTAIN = "consistent"


def region_map(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    layers: Iterable[str] | None = None,
    presence: pd.DataFrame | None = None,
    region: str | None = None,
    language: Language = "fr",
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
    presence : pandas.DataFrame, optional
        Matrix of units and programmes, as from `maligeo.presence`.
    region : str, optional
        Name or alias of one unit: the map is then about it, with the others pale.
    language : {"fr", "en"}, default "fr"
        Language in which the page opens; a switch in it changes to the other one.

    Returns
    -------
    folium.Map
        Save it with `maligeo.save_map`; a notebook shows it as it is.

    Raises
    ------
    ArgumentError
        If the language is not known or the table holds nothing to show.
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
    focus = None if region is None else _find(region, units)
    towns = catalog.load_table("reference", "towns")
    towns = towns[towns["position_check"] == _CERTAIN]
    fmap = _page(units, focus, language)
    add_choropleth(fmap, table, units, layers=layers, focus=focus)
    add_neighbours(fmap, catalog.load_table("reference", "neighbours"))
    add_towns(fmap, towns, units, focus=focus)
    add_scale(fmap, units)
    if presence is not None:
        programmes = catalog.load_table("projects", "programmes")
        add_presence(fmap, presence, programmes, focus=focus)
    add_notes(fmap, table, units, towns)
    return fmap


def _find(region: str, units: gpd.GeoDataFrame) -> int:
    """Give the row position of the one unit that bears a name."""
    found = NameTable.from_columns(units["name"], units["name_alt"]).find(region)
    if len(found) != 1:
        known = ", ".join(units["name"])
        raise UnknownNameError(f"region {region!r} is not known; there is {known}")
    return found[0]


def _page(units: gpd.GeoDataFrame, focus: int | None, language: Language) -> PageMap:
    vintage = str(units["vintage"].iloc[0])
    name = None if focus is None else str(units["name"].iloc[focus])
    return PageMap(
        {spoken: _title(name, spoken) for spoken in LANGUAGES},
        _bounds(units if focus is None else units.iloc[[focus]]),
        language=language,
        heading={spoken: _heading(name, vintage, spoken) for spoken in LANGUAGES},
    )


def _title(name: str | None, language: str) -> str:
    if name is None:
        return labels.word("page.title", language)
    return labels.word("region.page", language).format(name=name)


def _heading(name: str | None, vintage: str, language: str) -> list[str]:
    country = str(catalog.country()[f"name_{language}"])
    division = labels.word("page.units", language).format(vintage=vintage)
    return [country, division] if name is None else [country, name, division]


def _bounds(units: gpd.GeoDataFrame) -> Bounds:
    west, south, east, north = (round(float(side), 4) for side in units.total_bounds)
    return west, south, east, north
