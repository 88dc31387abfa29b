"""The table of regions and programmes, with the regions that have none set off."""

from collections.abc import Hashable, Mapping
from typing import cast

import pandas as pd

from maligeo import catalog, labels
from maligeo.checks import require_columns
from maligeo.errors import Fault, FrameError
from maligeo.maps.embedding import add_call
from maligeo.maps.page import PageMap
from maligeo.releasing import require_released

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
        programme, cells count projects.
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
    require_released(presence, fmap.audience, what="the projects of the matrix")
    if list(presence.index.names) != _INDEX:
        fault = Fault(None, "index", list(presence.index.names), f"must be {', '.join(_INDEX)}")
        raise FrameError("presence", [fault])
    names = catalog.load_table("projects", "programmes") if programmes is None else programmes
    require_columns(names, ("programme", "name_fr", "name_en"), what="programmes")
    add_call(
        fmap, "presence", lambda spoken: _matrix(presence, names, spoken) | {"focus": fmap.focus}
    )


def _matrix(presence: pd.DataFrame, programmes: pd.DataFrame, language: str) -> dict[str, object]:
    name = f"name_{language}"
    known = programmes.dropna(subset=[name]).set_index("programme")[name].to_dict()
    return {
        "columns": [str(known.get(code, code)) for code in presence.columns],
        "rows": [
            _row(cast("tuple[Hashable, ...]", key), cells, language)
            for key, cells in presence.iterrows()
        ],
    }


def _row(key: tuple[Hashable, ...], cells: "pd.Series[int]", language: str) -> Mapping[str, object]:
    kind, _, name = (str(part) for part in key)
    is_unit = kind == "unit"
    counts = [0 if pd.isna(cell) else int(cell) for cell in cells]
    return {
        "name": name if is_unit else labels.word(f"place.{kind}", language).format(name=name),
        "unit": is_unit,
        "empty": is_unit and not any(counts),
        "cells": [labels.number_text(count, language) if count else "" for count in counts],
    }
