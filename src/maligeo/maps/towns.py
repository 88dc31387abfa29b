"""Towns and offices on a map: their marks, and the cards that say what is known of a town."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from maligeo import catalog
from maligeo.core import words
from maligeo.core.checks import require_columns, require_vintage_of
from maligeo.core.placenames import ALIAS_SEPARATOR, NameTable
from maligeo.join.shares import with_codes
from maligeo.maps.html import add_call
from maligeo.maps.named_projects import OFFICE
from maligeo.maps.page import PageMap
from maligeo.text.titles import certain_towns, towns_by_unit

TOWNS_PER_UNIT: Final = 6
_WHO: Final = ("organisation", "implementer", "programme", "project_id")  # whose office it is


def add_towns(
    fmap: PageMap,
    towns: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    per_unit: int = TOWNS_PER_UNIT,
) -> None:
    """Label the towns of each unit: its capital always, the next largest when there is room.

    The search finds every town, and a card says what is known of it.

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
        Most towns per unit that are drawn.

    Raises
    ------
    FrameError
        If a column is missing.
    """
    require_columns(towns, ("name", "lon", "lat", "population"), what="towns")
    ordered = towns_by_unit(towns, units)
    cercles = _cercles(ordered, units)
    data = [
        {
            "name": row.name,
            "point": [round(row.lat, 4), round(row.lon, 4)],
            "at": row.at,
            "own": row.own,
            "drawn": row.rank < per_unit,
            "cercle": cercle,
            "aliases": _aliases(getattr(row, "name_alt", None)),
        }
        for row, cercle in zip(ordered.itertuples(index=False), cercles, strict=True)
    ]
    level = int(units["level"].iloc[0]) if "level" in units else 1
    fixed = {"towns": data, "units": units["name"].astype(str).tolist(), "focus": fmap.rows}
    add_call(
        fmap,
        "towns",
        lambda one: fixed | {"level": words.word(f"field.adm{level}_name", one)},
    )


def _aliases(text: object) -> list[str]:
    return text.split(ALIAS_SEPARATOR) if isinstance(text, str) else []


def _cercles(towns: pd.DataFrame, units: gpd.GeoDataFrame) -> list[str]:
    """Give the cercle of which each town bears the name, or a commune's name; else nothing.

    A name that stands for several in its region says nothing, and neither does one of another
    division than that of 2015.
    """
    tables = [catalog.load_table("reference", f"{kind}_2015") for kind in ("cercles", "communes")]
    vintages = {vintage for table in tables for vintage in table["vintage"].astype(str)}
    if set(units["vintage"].astype(str)) != vintages or (units["level"] != 1).any():
        return [""] * len(towns)
    cercles, communes = tables
    regions = [str(code) for code in units["pcode"]]
    known = [
        (NameTable.of_units(cercles), cercles["name"].tolist(), cercles["parent_pcode"].tolist()),
        (
            NameTable.of_units(communes),
            communes["parent_name"].tolist(),
            [str(code)[: len(regions[0])] for code in communes["parent_pcode"]],
        ),
    ]
    return [
        _only_cercle(name, regions[at], known)
        for name, at in zip(towns["name"], towns["at"], strict=True)
    ]


def _only_cercle(
    name: str, region: str, known: Sequence[tuple[NameTable, list[str], list[str]]]
) -> str:
    for names, cercles, regions in known:
        found = {cercles[row] for row in names.find(name) if regions[row] == region}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def add_offices(fmap: PageMap, projects: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    """Mark the offices of projects in their towns: they are no places of activity.

    Parameters
    ----------
    fmap : PageMap
        A map with regions and towns, as from `region_map`.
    projects : pandas.DataFrame
        Located projects, as from `maligeo.locate`; those with the `reach` "office" whose place
        is a known town of their unit are marked.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units in which they were located.

    Raises
    ------
    ReleaseError
        If the projects were not released for the audience of the map.
    FrameError
        If a column is missing.
    VintageError
        If projects and units are of different vintages.
    """
    require_columns(projects, ("project_id", "vintage", "place_kind"), what="located projects")
    fmap.gate.admit(projects, what="the projects")
    require_vintage_of(units, projects, what="located projects")
    if not {"reach", "place"} <= set(projects.columns):
        return
    keyed = with_codes(projects, units)
    offices = keyed[(keyed["reach"] == OFFICE) & (keyed["place_kind"] == "unit")]
    codes = {str(code): at for at, code in enumerate(units["pcode"])}
    towns = towns_by_unit(certain_towns(), units)
    names = NameTable.of_units(towns)
    found: dict[int, dict[str, None]] = {}
    for row in offices.to_dict("records"):
        there = [
            at for at in names.find(row["place"]) if towns["at"].iloc[at] == codes.get(row["pcode"])
        ]
        if len(there) == 1:
            found.setdefault(there[0], {})[_who(row)] = None
    data = [
        {"town": towns["name"].iloc[at], "at": int(towns["at"].iloc[at]), "who": list(who)}
        for at, who in sorted(found.items())
    ]
    if data:
        add_call(
            fmap,
            "offices",
            lambda one: {"title": words.word("offices.title", one), "offices": data},
        )


def _who(row: Mapping[Any, Any]) -> str:
    """Say whose office it is, as far as the audience sees it."""
    return next(str(row[name]) for name in _WHO if name in row and pd.notna(row[name]))
