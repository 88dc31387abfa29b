"""Need and response on one map: the class of each unit, how sure it is, and what is known."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from maligeo import look
from maligeo.core import words
from maligeo.core.checks import require_columns, require_vintage_of
from maligeo.maps.html import add_call
from maligeo.maps.page import PageMap
from maligeo.text.answers import (
    ANSWER,
    ANSWER_LOOK,
    answer_cell,
    answer_legend,
    by_class,
    certainty_text,
    class_text,
    period_lines,
    question_of,
    sentence,
)

_MEANINGS = ("layer", "title", "unit", "about")


def add_gaps(fmap: PageMap, gaps: pd.DataFrame, units: gpd.GeoDataFrame) -> None:
    """Add need and response to the measures of a map.

    The colour of a unit is its class; a finding that is not solid is dotted, and a unit of
    which the need is not known is hatched. Its popup has the finding in a sentence, and what it
    depends on; the panel lists the units by class, and a click there goes to the unit.

    Parameters
    ----------
    fmap : PageMap
        A map with regions, as from `region_map`.
    gaps : pandas.DataFrame
        As from `maligeo.need_and_response` or `maligeo.incident_gaps`.
    units : geopandas.GeoDataFrame, EPSG:4326
        The units of the map.

    Raises
    ------
    ReleaseError
        If the gaps were not released for the audience of the map.
    FrameError
        If a column is missing.
    VintageError
        If gaps and units are of different vintages.
    """
    require_columns(gaps, ANSWER, what="gaps")
    fmap.gate.admit(gaps, what="the gaps")
    require_vintage_of(units, gaps, what="gaps")
    codes = units["pcode"].tolist()
    level = int(units["level"].iloc[0]) if "level" in units.columns else 1
    add_call(fmap, "gaps", lambda one: _layer(gaps, codes, level, one))


def _layer(
    gaps: pd.DataFrame, codes: Sequence[str], level: int, language: str
) -> dict[str, object]:
    placed = gaps[gaps["place_kind"] == "unit"]
    rows = {row["pcode"]: row for row in placed.to_dict("records")}
    question = question_of(gaps, level)
    said = {code: sentence(row, question, language) for code, row in rows.items()}
    need, response = period_lines(gaps, language)
    period = {
        "label": need,
        "publisher": "",
        "derived": False,
        "low": False,
        "why": "",
        "cells": [list(answer_cell(rows.get(code), language)) for code in codes],
        "balance": {"lines": [], "notes": [need, response]},
    }
    return {part: words.word(f"{part}.gaps", language) for part in _MEANINGS} | {
        "key": "gaps",
        "group": words.word("layer.gaps", language),
        "fills": list(ANSWER_LOOK.fills),
        "pales": [look.pale(fill) for fill in ANSWER_LOOK.fills],
        "inks": [look.ink_on(fill) for fill in ANSWER_LOOK.fills],
        "dotted": list(ANSWER_LOOK.dotted),
        "legend": answer_legend(language),
        "periods": [period],
        "groups": list(_groups(gaps, codes, said, language)),
        "leads": [
            [class_text(rows[code], language), said[code]] if code in rows else [] for code in codes
        ],
    }


def _groups(
    gaps: pd.DataFrame, codes: Sequence[str], said: Mapping[str, str], language: str
) -> "list[dict[str, Any]]":
    """List the units of the map by class, each with what is known of it."""
    return [
        {
            "title": words.word(f"answer.class.{name}", language),
            "units": [
                {
                    "at": codes.index(row["pcode"]),
                    "name": row["name"],
                    "text": said[row["pcode"]],
                    "sure": certainty_text(row, language),
                }
                for row in rows
                if row["pcode"] in codes
            ],
        }
        for name, rows in by_class(gaps)
    ]
