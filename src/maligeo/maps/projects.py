"""Places of projects on a map, and the table of regions and programmes."""

from collections.abc import Hashable, Mapping
from typing import cast

import geopandas as gpd
import pandas as pd

from maligeo.core import words
from maligeo.core.audiences import is_synthetic
from maligeo.core.checks import require_columns
from maligeo.core.errors import Fault, FrameError
from maligeo.look.outlines import label_points
from maligeo.maps.html import add_call
from maligeo.maps.named_projects import add_project_list
from maligeo.maps.page import PageMap
from maligeo.maps.without_script import add_accounted, matrix
from maligeo.text.answers import heading_text, presence_text

_COLUMNS = (
    "project_id", "vintage", "pcode", "name", "place_kind", "share",
    "budget_amount", "budget_currency",
)  # fmt: skip


def add_projects(
    fmap: PageMap,
    shares: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    counted: pd.DataFrame | None = None,
) -> None:
    """Add projects as circles sized by money; one that is chosen lights its places up.

    A project in several units gives each its share of the budget, so that money is counted
    once. Budgets in the currency that most projects have make the size; projects in others
    or without a budget are counted and listed, without a size of their own.

    Parameters
    ----------
    fmap : PageMap
        A map with regions, as from `region_map`.
    shares : pandas.DataFrame
        Projects as from `maligeo.allocate`: one row per project and unit.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of the same vintage.
    counted : pandas.DataFrame, optional
        As for `add_project_list`, which is called with it.

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
    add_project_list(fmap, shares, units, counted=counted)
    codes = {code: at for at, code in enumerate(units["pcode"])}
    placed = shares[(shares["place_kind"] == "unit") & shares["pcode"].isin(list(codes))]
    placed = pd.DataFrame(placed).assign(at=placed["pcode"].astype(str).map(codes))
    currency = _commonest(placed)
    placed["money"] = _money(placed, currency)
    points = [place[::-1] for place in label_points(units)]
    synthetic = is_synthetic(shares)

    def build(language: str) -> dict[str, object]:
        return {
            "title": words.word("projects.title", language),
            "points": points,
            "names": units["name"].tolist(),
            "places": [_place(rows, currency, language) for _, rows in placed.groupby("at")],
            "synthetic": synthetic,
            "section": _section(shares, placed, currency, language),
        }

    add_accounted(fmap, "projects", build)


def _commonest(placed: pd.DataFrame) -> str:
    """Give the currency of most projects; empty without any."""
    budgets = placed.dropna(subset=["budget_amount"]).drop_duplicates("project_id")
    counts = budgets["budget_currency"].dropna().astype(str).value_counts()
    return min(counts[counts == counts.max()].index, default="")


def _money(placed: pd.DataFrame, currency: str) -> "pd.Series[float]":
    same = (placed["budget_currency"] == currency).fillna(False).to_numpy(bool)
    parts = placed["budget_amount"].astype("Float64") * placed["share"].astype("Float64")
    return parts.where(same).astype("float64")


def _place(rows: pd.DataFrame, currency: str, language: str) -> dict[str, object]:
    known = rows["money"].notna()
    money = float(rows["money"].sum()) if known.any() else None
    return {
        "at": int(rows["at"].iloc[0]),
        "count": words.word("projects.count", language).format(
            count=words.number_text(rows["project_id"].nunique(), language)
        ),
        "money": money,
        "amount": _amount(money, currency, language),
    }


def _amount(money: float | None, currency: str, language: str) -> str:
    if money is None:
        return words.word("projects.unknown", language)
    number = words.number_text(money, language)
    return f"{number}{words.NO_BREAK_SPACE}{currency}"


def _section(
    shares: pd.DataFrame, placed: pd.DataFrame, currency: str, language: str
) -> dict[str, object]:
    """Account for every project: on the map or not, with money or not."""
    every, there = set(shares["project_id"]), set(placed["project_id"])
    sized = set(placed.loc[placed["money"].notna(), "project_id"])
    head = [words.word("records.what", language), words.word("records.count", language)]
    counts = {"placed": len(there), "apart": len(every - there), "sized": len(sized)}
    rows = [
        [
            words.word(f"projects.{key}", language).format(currency=currency or "–"),
            words.number_text(count, language),
        ]
        for key, count in counts.items()
    ]
    layer = words.word("projects.title", language)
    title = words.word("records.title", language).format(layer=layer)
    return {"title": title, "paragraphs": [], "items": [], "grid": [head, *rows]}


_INDEX = ["place_kind", "pcode", "name"]


def add_presence(
    fmap: PageMap,
    presence: pd.DataFrame,
    *,
    programmes: pd.DataFrame | None = None,
) -> None:
    """Add the matrix of regions and programmes, to be opened over the map.

    Parameters
    ----------
    fmap : PageMap
        The map, as from `region_map`.
    presence : pandas.DataFrame
        Matrix as from `maligeo.presence`: index `place_kind, pcode, name`, one column per
        programme or organisation; a cell is a number of projects, missing where the sources
        name the unit without one.
    programmes : pandas.DataFrame, optional
        Names of programmes: `programme, name_fr, name_en`; those of the bundled ones by
        default. A column of the matrix that is not among them keeps its own name.

    Raises
    ------
    ReleaseError
        If the matrix was not released for the audience of the map.
    FrameError
        If the matrix has another index or the names lack a column.
    """
    fmap.gate.admit(presence, what="the projects of the matrix")
    if list(presence.index.names) != _INDEX:
        fault = Fault(None, "index", list(presence.index.names), f"must be {', '.join(_INDEX)}")
        raise FrameError("presence", [fault])
    if programmes is not None:
        require_columns(programmes, ("programme", "name_fr", "name_en"), what="programmes")
    made = add_call(
        fmap,
        "presence",
        lambda one: _matrix(presence, programmes, one) | {"focus": fmap.rows},
    )
    fmap.still.append(matrix(made[fmap.language], fmap.language))


def _matrix(
    presence: pd.DataFrame, programmes: pd.DataFrame | None, language: str
) -> dict[str, object]:
    name, by = f"name_{language}", presence.columns.name
    known = {}
    if programmes is not None:
        known = programmes.dropna(subset=[name]).set_index("programme")[name].to_dict()
    return {
        "by": str(by),
        "keys": [str(code) for code in presence],
        "columns": [str(known.get(code, heading_text(code, by, language))) for code in presence],
        "rows": [
            _row(cast("tuple[Hashable, ...]", key), cells, language)
            for key, cells in presence.iterrows()
        ],
    }


def _row(key: tuple[Hashable, ...], cells: "pd.Series[int]", language: str) -> Mapping[str, object]:
    kind, _, name = (str(part) for part in key)
    is_unit = kind == "unit"
    recorded = cells.isna() | cells.gt(0).fillna(value=False)
    return {
        "name": name if is_unit else words.word(f"place.{kind}", language).format(name=name),
        "unit": is_unit,
        "kind": kind,
        "empty": is_unit and not recorded.any(),
        "cells": [
            presence_text(cell, language) if known else ""
            for cell, known in zip(cells, recorded, strict=True)
        ],
    }
