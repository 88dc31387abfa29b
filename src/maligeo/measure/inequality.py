"""How unevenly a response is spread over a need: Lorenz curve and Gini coefficient."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core.columns import unit_keys
from maligeo.core.crs import Floats
from maligeo.core.errors import ArgumentError
from maligeo.measure.indicators import Indicator, read_indicators

LORENZ: Final = (
    "vintage", "pcode", "name", "need", "response", "response_per_need",
    "need_share", "response_share", "need_cumulative", "response_cumulative", "note",
)  # fmt: skip


def lorenz(
    need: pd.DataFrame,
    response: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    need_by: str = "count",
    response_by: str = "count",
) -> pd.DataFrame:
    """Line units up by response per need, and add both up.

    Parameters
    ----------
    need, response : pandas.DataFrame
        Density tables of one measure and period each, such as incidents or people, and
        projects or money. Of several ways of counting projects the fractional one is
        taken, which adds up to the projects.
    units : geopandas.GeoDataFrame
        Units of the same vintage.
    need_by, response_by : str, default "count"
        Columns to take; counts, as a rule: rates do not add up.

    Returns
    -------
    pandas.DataFrame
        One row per unit, from the least to the most response per need: `vintage, pcode,
        name, need, response, response_per_need` (missing where the need is 0),
        `need_share, response_share` of the sums, and the same added up
        (`need_cumulative, response_cumulative`): the points of the Lorenz curve. Units
        whose need or response is not known come last, without shares, and `note` says so.

    Raises
    ------
    ArgumentError
        If a table holds several measures, or need or response add up to nothing.
    FrameError
        If a table lacks columns, or holds a unit twice or one that is not in `units`.
    VintageError
        If the tables and units are of different vintages.

    Notes
    -----
    Lorenz, M. O. (1905), Methods of measuring the concentration of wealth, Publications
    of the American Statistical Association 9, 209-219; against a need rather than heads
    it is the concentration curve.
    """
    asked = _only(read_indicators(need, units, by=need_by, what="need"), "need")
    answered = _only(read_indicators(response, units, by=response_by, what="response"), "response")
    table = pd.DataFrame(units[["vintage", "pcode", "name"]]).set_axis(unit_keys(units))
    table = table.sort_index().astype("string").assign(need=asked.shown, response=answered.shown)
    known = (table["need"].notna() & table["response"].notna()).to_numpy()
    order = _by_ratio(*_amounts(table[known]))
    table = pd.concat([table[known].iloc[order], table[~known]])
    for column in ("need", "response"):
        share = table[column].where(table["need"].notna() & table["response"].notna())
        table[f"{column}_share"] = share / share.sum()
        table[f"{column}_cumulative"] = table[f"{column}_share"].cumsum()
    table["response_per_need"] = table["response"] / table["need"].where(table["need"] > 0)
    table["note"] = pd.Series(pd.NA, index=table.index, dtype="string").where(
        table["need_share"].notna(), "need or response not known: left out"
    )
    return table.reset_index(drop=True)[list(LORENZ)]


def gini(response: npt.ArrayLike, need: npt.ArrayLike | None = None) -> float:
    """Measure how far a response is from following the need.

    Parameters
    ----------
    response : array_like, shape (n,)
        Amounts by unit, 0 or more; NaN where not known.
    need : array_like, shape (n,), optional
        Needs by unit, 0 or more; without it every unit counts the same.

    Returns
    -------
    float
        0 where every unit gets the same per need; (n - 1)/n where one of n units of the
        same need gets all; towards 1 where all goes where there is no need. Units that
        are not known on either side are left out.

    Raises
    ------
    ArgumentError
        If the sizes differ, an amount is negative, or a side adds up to nothing.

    Notes
    -----
    Twice the area between the diagonal and the Lorenz curve of units in the order of
    response per need: Gini, C. (1912), Variabilità e mutabilità.
    """
    amounts = np.asarray(response, dtype=np.float64)
    needs = np.ones_like(amounts) if need is None else np.asarray(need, dtype=np.float64)
    if amounts.shape != needs.shape or amounts.ndim != 1:
        raise ArgumentError(f"need and response differ in shape: {needs.shape}, {amounts.shape}")
    known = np.isfinite(amounts) & np.isfinite(needs)
    order = np.flatnonzero(known)[_by_ratio(needs[known], amounts[known])]
    across = needs[order] / needs[order].sum()
    height = np.concatenate([[0.0], np.cumsum(amounts[order]) / amounts[order].sum()])
    return float(1.0 - (across * (height[1:] + height[:-1])).sum())


def _only(indicators: tuple[Indicator, ...], what: str) -> Indicator:
    if len(indicators) > 1:
        names = ", ".join(indicator.name for indicator in indicators)
        raise ArgumentError(f"{what} must be one measure and period, not {names}")
    return indicators[0]


def _amounts(table: pd.DataFrame) -> tuple[Floats, Floats]:
    return table["need"].to_numpy(dtype="float64"), table["response"].to_numpy(dtype="float64")


def _by_ratio(needs: Floats, amounts: Floats) -> npt.NDArray[np.intp]:
    """Order units by response per need; those without need, but with response, come last."""
    for name, side in (("need", needs), ("response", amounts)):
        if (side < 0).any() or not side.sum() > 0:
            raise ArgumentError(f"the {name} of all units must add up to more than 0, none below")
    blank = (needs == 0) & (amounts == 0)
    ratio = np.divide(amounts, needs, out=np.full(len(needs), np.inf), where=needs > 0)
    return np.lexsort((needs, np.where(blank, 0.0, ratio)))
