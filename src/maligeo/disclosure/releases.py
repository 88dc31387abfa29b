"""Frames made ready for an audience: records generalised so that none stands alone, tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core.audiences import AUDIENCE, SYNTHETIC, is_published, is_synthetic, mark_audience
from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience, known_words
from maligeo.core.crs import GEOGRAPHIC, Flags, require_geographic
from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.disclosure.gate import kind_of
from maligeo.disclosure.generalisation import CELL_EAST, generalised, last_days, with_shapes
from maligeo.disclosure.linked_tables import RELEASE, LinkedTables
from maligeo.disclosure.policy import RECORDS, RecordRules, Step, rules_for
from maligeo.disclosure.report import Report
from maligeo.disclosure.tables import release_density, release_plain, require_gaps


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


_LINKED: Final = "incidents"


def release(
    frame: pd.DataFrame,
    *,
    audience: Audience = "public",
    policy: str | Path | None = None,
    as_of: str | pd.Timestamp | None = None,
    linked_tables: Sequence[pd.DataFrame] = (),
) -> Any:
    """Make a frame ready for an audience: withhold, generalise and suppress what may harm.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        Incidents (`read_incidents`, `locate`), areas (`read_areas`), projects
        (`read_projects`, `locate`), density tables (`density`, `concat_tables`), people, units,
        gaps that were made from released tables, or the matrix of presence.
    audience : {"internal", "partner", "public"}, default "public"
        For whom. "internal" gives the frame back as it is.
    policy : path-like, optional
        Rules in the form of `maligeo/disclosure/policy.toml`, which holds the default ones
        and their reasons.
    as_of : str or pandas.Timestamp, optional
        Day of the release, from which delays count back; today by default.
    linked_tables : sequence of pandas.DataFrame
        Density tables of the same incidents that are released with them. Incidents in
        units and periods whose counts are hidden there are then released for the country alone,
        others never without their unit, and those of periods that a table leaves out as
        too recent wait. Two products of the same incidents have to be released so, or one
        can be compared with the other.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        A frame of the same kind, for the functions that take such a frame. Of records
        those that pass, in another order and with a new index; of a density table all
        places, with `count` missing and a note where it is hidden. `attrs["audience"]`
        names the audience and `attrs["release"]` what was done; of the other `attrs` is
        left that data are made up (`attrs["synthetic"]`).

    Raises
    ------
    ReleaseError
        If the frame is of no kind that the policy knows, if delicate counts are about no
        period, or if gaps were made from tables that were not released.
    ArgumentError
        If audience, policy or day are not what they have to be, or tables are linked to what is
        no incidents.
    InputFileError
        If the policy cannot be read.
    CrsError
        If records are not in EPSG:4326.

    Notes
    -----
    Records are generalised by the first step of the policy that enough others share
    (k-anonymity by generalisation, Sweeney 2002, over all that is released of a record).
    Small counts and those that would give them back are hidden so that an attacker who
    knows the totals cannot tell a hidden count from any other small one; see
    `maligeo.disclosure.suppression`. Positions are given by the cell of a fixed grid, never
    moved at random. What is computed from released frames is released.

    References
    ----------
    OCHA, Data Responsibility Guidelines (2021). IASC, Operational Guidance on Data
    Responsibility in Humanitarian Action (2023). IMAS 05.10.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> units = maligeo.load_boundaries()
    >>> records = pd.DataFrame(
    ...     {"event_id": ["a", "b", "c"], "event_type": "ied", "date": pd.Timestamp("2022-03-01"),
    ...      "killed": [2, 0, 1], "lon": [-4.2, -3.0, None], "lat": [14.5, 16.8, None],
    ...      "adm1_name": [None, None, "Mopti"]}
    ... )
    >>> located = maligeo.locate(records, units)
    >>> table = maligeo.density(located, units, measure="incidents", period="2022")
    >>> public = maligeo.release(table, audience="public", as_of="2023-06-01")
    >>> public.loc[public["name"] == "Mopti", ["name", "count", "note"]]
        name  count      note
    4  Mopti   <NA>  withheld
    """
    require_choice(audience, AUDIENCES, option="audience")
    if audience == "internal":
        return frame
    kind = kind_of(frame, what="the frame")
    if len(linked_tables) and kind != _LINKED:
        raise ArgumentError(f"linked_tables go with incidents, not with {kind}")
    if is_published(frame) and kind != "units":
        return frame
    rules, day = rules_for(audience, policy), day_of(as_of)
    own_rules: Any = rules.measures
    report = Report()
    if kind in RECORDS:
        if kind not in rules.records:
            raise ReleaseError(f"{kind} do not pass for {audience!r} by this policy")
        own_rules = rules.records[kind]
        linked = LinkedTables.of(frame, linked_tables)
        released, report = release_records(frame, own_rules, kind=kind, as_of=day, linked=linked)
    elif kind == "density":
        released, report = release_density(frame, own_rules, as_of=day)
    elif kind == "gaps":
        require_gaps(frame, own_rules, audience=audience)
        released = frame.copy()
    else:
        released, report = release_plain(frame, kind=kind)
    done = {AUDIENCE: audience, "rules": own_rules.to_attrs(), **report.to_attrs()}
    released.attrs = {RELEASE: done} | ({SYNTHETIC: True} if is_synthetic(frame) else {})
    return mark_audience(released, audience)


def day_of(as_of: str | pd.Timestamp | None) -> pd.Timestamp:
    """Give the day of a release; today by default, and an error for what is no day."""
    try:
        day = pd.Timestamp.today() if as_of is None else pd.Timestamp(as_of)
    except ValueError as error:
        raise ArgumentError(f"as_of {as_of!r} is no day: {error}") from error
    if pd.isna(day):
        raise ArgumentError(f"as_of {as_of!r} is no day")
    return day.normalize()
