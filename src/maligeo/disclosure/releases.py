"""Frames made ready for an audience: the release."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from maligeo.core.audiences import AUDIENCE, SYNTHETIC, is_published, mark_audience
from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.disclosure.gate import kind_of
from maligeo.disclosure.linked_tables import RELEASE, LinkedTables
from maligeo.disclosure.policy import RECORDS, rules_for
from maligeo.disclosure.records import release_records
from maligeo.disclosure.report import Report
from maligeo.disclosure.tables import release_density, release_plain, require_gaps
from maligeo.text.synthetic import is_synthetic

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
    `maligeo.disclosure.suppression.tables`. Positions are given by the cell of a fixed grid, never
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
    rules, day = rules_for(audience, policy), _day(as_of)
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


def _day(as_of: str | pd.Timestamp | None) -> pd.Timestamp:
    try:
        day = pd.Timestamp.today() if as_of is None else pd.Timestamp(as_of)
    except ValueError as error:
        raise ArgumentError(f"as_of {as_of!r} is no day: {error}") from error
    if pd.isna(day):
        raise ArgumentError(f"as_of {as_of!r} is no day")
    return day.normalize()
