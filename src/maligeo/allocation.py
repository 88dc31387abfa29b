"""Records over several units: which share of a record belongs to which unit."""

import pandas as pd

from maligeo import columns
from maligeo.checks import require_choice, require_columns, require_one_vintage
from maligeo.errors import ArgumentError

KEYS = ("project_id",)
METHODS = ("equal",)


def allocate(located: pd.DataFrame, *, by: str = "equal") -> pd.DataFrame:
    """Divide each record among the units in which it was located.

    A record with several places in one unit counts once there. What is countrywide or
    cannot be placed keeps its share in a row of its own kind, so that the shares of a
    record always add up to 1.

    Parameters
    ----------
    located : pandas.DataFrame
        Projects as `locate` gives them: one row per `project_id` and place.
    by : str, default "equal"
        "equal": each unit gets the same share.

    Returns
    -------
    pandas.DataFrame, one row per record and unit
        The input's columns (those of the first place where several lie in one unit, with
        `place` joined by " | ") and `vintage, pcode, name, place_kind, share`; shares of
        a record add up to 1.

    Raises
    ------
    ArgumentError
        If the way of sharing is not known.
    FrameError
        If the frame was not located first.
    """
    require_choice(by, METHODS, option="by")
    level_columns = _located_columns(located)
    require_columns(located, (*KEYS, "place", "place_kind", "vintage"), what="located projects")
    require_one_vintage(located["vintage"], what="located projects")
    pcode, name = level_columns
    keyed = located.rename(columns={pcode: "pcode", name: "name"})
    group = keyed.groupby([*KEYS, "place_kind", "pcode"], dropna=False, sort=False)
    shares = group.head(1).copy()
    shares["place"] = group["place"].transform(_join).loc[shares.index]
    shares["share"] = 1.0 / shares.groupby(list(KEYS))["place_kind"].transform("size")
    others = [column for column in shares.columns if column not in columns.ALLOCATION]
    return shares[[*others, *columns.ALLOCATION]].reset_index(drop=True)


def _located_columns(located: pd.DataFrame) -> tuple[str, str]:
    """Find the columns in which `locate` wrote the unit's code and name."""
    codes = [
        column
        for column in located.columns
        if column.startswith("adm") and column.endswith("_pcode")
    ]
    if len(codes) != 1:
        raise ArgumentError("records must be located at one level first: use maligeo.locate")
    return codes[0], codes[0].replace("_pcode", "_name")


def _join(places: pd.Series) -> str | None:
    distinct = list(dict.fromkeys(places.dropna()))
    return " | ".join(distinct) if distinct else None
