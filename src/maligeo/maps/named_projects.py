"""The projects of a page by name: in the cards of units and towns, and behind the matrix."""

from collections.abc import Hashable, Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from maligeo.catalog import source_language
from maligeo.core import words
from maligeo.core.checks import require_columns, require_vintage_of
from maligeo.core.columns import NO_PROJECTS
from maligeo.core.placenames import ALIAS_SEPARATOR
from maligeo.maps.html import add_call
from maligeo.maps.page import PageMap
from maligeo.measure.counts import SOURCE_SEPARATOR
from maligeo.measure.presence import SEVERAL, columns_of, named_values
from maligeo.readers.projects import OF_PROGRAMME
from maligeo.text.answers import heading_text
from maligeo.text.readings import cell_sources

_ALLOCATED: Final = ("pcode", "name", "share", "share_by")  # where a released project was counted
_COLUMNS: Final = ("project_id", "vintage", "pcode", "name", "place_kind", "share")
_LISTED: Final = ("programme", "organisation", "implementer", "funder", "sector", "status")
_HEADINGS: Final = ("programme", "organisation", "sector", "funder")
_TOWNS: Final = ("settlement", "site")  # levels of places that are points
OFFICE: Final = "office"
"""What `reach` says of a place that is an office."""

Row = Mapping[Hashable, Any]


def add_project_list(
    fmap: PageMap,
    shares: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    counted: pd.DataFrame | None = None,
) -> None:
    """Name the projects of each unit in its card, and behind the cells of the matrix.

    Of each project stand there, as far as the audience sees them, its title, programme, who
    carries it out, who pays, sector, period, what its source says of the place, and the source.

    Parameters
    ----------
    fmap : PageMap
        A map with regions, as from `region_map`; `add_presence` comes afterwards.
    shares : pandas.DataFrame
        Projects as from `maligeo.allocate`: one row per project and unit.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of the same vintage.
    counted : pandas.DataFrame, optional
        The rows of `shares` that the matrix counts, such as those of its period; all by default.

    Raises
    ------
    ReleaseError
        If the projects were not released for the audience of the map.
    FrameError
        If a column is missing.
    VintageError
        If projects and units are of different vintages.
    """
    require_columns(shares, _COLUMNS, what="allocated projects")
    admit_projects(fmap, shares)
    require_vintage_of(units, shares, what="allocated projects")
    codes = {code: at for at, code in enumerate(units["pcode"])}
    rows = pd.DataFrame(shares).reset_index(drop=True)
    first = rows.drop_duplicates("project_id")
    numbers = {name: at for at, name in enumerate(first["project_id"])}
    in_matrix = shares.index.isin(shares.index if counted is None else counted.index)
    places = [
        {
            "project": numbers[row["project_id"]],
            "unit": codes.get(row["pcode"]) if row["place_kind"] == "unit" else None,
            "kind": str(row["place_kind"]),
            "counted": bool(is_counted),
            **_place(row),
        }
        for row, is_counted in zip(rows.to_dict("records"), in_matrix, strict=True)
    ]
    keys = _keys(first)

    def build(language: str) -> dict[str, object]:
        projects = [
            _project(row, language) | {"keys": own}
            for row, own in zip(first.to_dict("records"), keys, strict=True)
        ]
        names = units["name"].astype(str).tolist()
        return {"names": names, "projects": projects, "places": places}

    add_call(fmap, "named", build)


def admit_projects(fmap: PageMap, shares: pd.DataFrame) -> None:
    """Let the gate of a page look at allocated projects.

    Raises
    ------
    ReleaseError
        If they were not released for the audience of the map.
    """
    projects = shares.drop(columns=[name for name in _ALLOCATED if name in shares.columns])
    fmap.gate.admit(projects, what="the projects")


def _place(row: Row) -> dict[str, object]:
    """Say what a source says of a place, and which towns it names."""
    reach = "" if pd.isna(row.get("reach")) else str(row["reach"])
    place = "" if pd.isna(row.get("place")) else str(row["place"])
    parts = [part.strip() for part in place.split(ALIAS_SEPARATOR) if part.strip()]
    is_town = row.get("place_level") in _TOWNS
    return {
        "reach": reach if reach in (*NO_PROJECTS, "beneficiaries") else "",
        "place": ", ".join(part for part in parts if part != row["name"] or is_town),
        "towns": parts if is_town else [],
    }


def _keys(projects: pd.DataFrame) -> list[dict[str, list[str]]]:
    """Give the headings of a matrix under which each project stands, by what it is by."""
    found: list[dict[str, list[str]]] = [{} for _ in range(len(projects))]
    many = projects["project_count"].gt(1) if "project_count" in projects else None
    for by in _HEADINGS:
        if not set(columns_of(by)) & set(projects.columns):
            continue
        for at, names in enumerate(named_values(projects, by)):
            mixed = many is not None and bool(many.iloc[at] is not pd.NA and many.iloc[at])
            found[at][by] = [*names, SEVERAL] if mixed and len(names) > 1 else names
    return found


def _project(row: Row, language: str) -> dict[str, object]:
    """Write what is known of a project, line by line."""
    title = row.get("title")
    lines = [(name, _line(row.get(name), name, language)) for name in _LISTED]
    lines += [
        ("period", _period(row, language)),
        ("budget", _budget(row, language)),
        ("source", _source(row.get("source"))),
    ]
    return {
        "title": str(row["project_id"] if pd.isna(title) else title),
        "spoken": source_language(row.get("source")),
        "lines": [[name, text] for name, text in lines if text],
    }


def _line(value: object, name: str, language: str) -> str:
    """Write the names in a cell."""
    if not isinstance(value, str):
        return ""
    parts = [part.strip() for part in value.split(ALIAS_SEPARATOR)]
    if name == "status":
        known = {part: f"project_status.{part}" for part in parts}
        return ", ".join(
            words.word(key, language) if words.has_word(key) else part
            for part, key in known.items()
        )
    return ", ".join(heading_text(part, name, language) for part in parts if part)


def _period(row: Row, language: str) -> str:
    """Write when a project is, as far as it is known; empty where nothing is."""
    first, last = (pd.Timestamp(row.get(name)) for name in ("start_date", "end_date"))
    if pd.isna(first) and pd.isna(last):
        return ""
    if pd.notna(first) and pd.notna(last):
        text = words.period_text(first, last, language)
    elif pd.notna(first):
        text = words.since_text(first, language)
    else:
        text = words.word("named.until", language).format(day=words.day_text(last, language))
    if OF_PROGRAMME not in str(row.get("note")):
        return text
    return words.word("named.of_programme", language).format(period=text)


def _budget(row: Row, language: str) -> str:
    amount, currency = row.get("budget_amount"), row.get("budget_currency")
    if amount is None or pd.isna(amount) or pd.isna(currency):
        return ""
    return f"{words.number_text(float(amount), language)}{words.NO_BREAK_SPACE}{currency}"


def _source(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return SOURCE_SEPARATOR.join(text for text, _ in cell_sources([value]))
