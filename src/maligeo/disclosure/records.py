"""Incidents, areas and projects, generalised so that no record stands alone."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core.columns import known_words
from maligeo.core.crs import GEOGRAPHIC, Flags, require_geographic
from maligeo.disclosure.generalisation import CELL_EAST, generalised, last_days, with_shapes
from maligeo.disclosure.linked_tables import LinkedTables
from maligeo.disclosure.policy import RecordRules, Step
from maligeo.disclosure.report import Report


def release_records(
    frame: pd.DataFrame,
    rules: RecordRules,
    *,
    kind: str,
    as_of: pd.Timestamp,
    linked: LinkedTables,
) -> tuple[pd.DataFrame, Report]:
    """Generalise each record by the first step that it shares with enough others.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame, EPSG:4326, n rows
        Records.
    rules : RecordRules
        What passes, and the steps of generalisation, from fine to coarse.
    kind : {"incidents", "areas", "projects"}
        What the records are.
    as_of : pandas.Timestamp
        Day of the release; what is younger than the delay is withheld.
    linked : LinkedTables
        What tables that are released with them say of the records.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        The records that pass, in the order of what is released of them: their former
        order is not given away.
    Report
        What was withheld and generalised.
    """
    if isinstance(frame, gpd.GeoDataFrame):
        require_geographic(frame.set_geometry(frame.geometry.name), what=kind)
        frame = frame.rename_geometry("geometry") if frame.geometry.name != "geometry" else frame
    records = known_words(frame.reset_index(drop=True))
    pending = ~linked.waiting
    parts: list[pd.DataFrame] = []
    for step in rules.steps:
        may = pending & _is_old_enough(records, rules, step, as_of)
        may &= ~(linked.counted if step[0] == "country" else linked.hidden)
        candidates = generalised(records[may], rules, step)
        common = _is_common(candidates, rules.smallest_cell)
        parts.append(candidates[common])
        pending[np.flatnonzero(may)[common]] = False
    released = _ordered(_joined(parts))
    released = with_shapes(released, rules, areas=kind == "areas")
    if kind == "areas" and "area_id" not in released.columns:  # a number of no meaning
        released.insert(0, "area_id", (released.index + 1).astype("string"))
    report = Report.of_records(records, released, rules, withheld=len(records) - len(released))
    return released, report


def _is_old_enough(
    frame: pd.DataFrame, rules: RecordRules, step: Step, as_of: pd.Timestamp
) -> Flags:
    """Tell which records lie in periods that have been over for as long as the delay."""
    if rules.delay_days == 0 or rules.dates[0] not in frame.columns:
        return np.ones(len(frame), dtype=np.bool_)
    cutoff = as_of - pd.Timedelta(days=rules.delay_days)
    old: Flags = (last_days(frame, rules.dates[0], step[1]) <= cutoff).to_numpy(np.bool_)
    return old


def _is_common(candidates: pd.DataFrame, smallest: int) -> Flags:
    """Tell which rows share all their values with so many rows, themselves among them."""
    if smallest <= 1 or candidates.empty:
        return np.ones(len(candidates), dtype=np.bool_)
    plain = pd.DataFrame(candidates)
    if isinstance(candidates, gpd.GeoDataFrame):
        plain["geometry"] = candidates.geometry.to_wkb(hex=True)
    size = plain.groupby(list(plain.columns), dropna=False)[plain.columns[0]].transform("size")
    common: Flags = (size >= smallest).to_numpy(np.bool_)
    return common


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the rows of the several steps under one another."""
    filled = [part for part in parts if len(part)] or [parts[0]]
    joined = pd.concat(filled) if len(filled) > 1 else filled[0]
    if CELL_EAST in joined.columns or "geometry" not in joined.columns:
        return pd.DataFrame(joined)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=GEOGRAPHIC)


def _ordered(released: pd.DataFrame) -> pd.DataFrame:
    """Order rows by their content, so that their order gives nothing away."""
    keys = pd.DataFrame(released).copy()
    if "geometry" in keys.columns:
        keys["geometry"] = gpd.GeoSeries(keys["geometry"]).to_wkb(hex=True)
    text = keys.astype("string").fillna("")
    order = text.sort_values(list(text.columns), kind="stable").index
    return released.loc[order].reset_index(drop=True)
