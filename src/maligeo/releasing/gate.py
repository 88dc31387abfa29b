"""The door: every product asks here whether what it shows was released for its audience.

The mark alone is not believed: whoever adds a column to a released frame keeps the mark.
So what a frame of its kind may hold is looked at again.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from maligeo.audiences import AUDIENCE, audience_of, is_published
from maligeo.checks import require_choice
from maligeo.columns import AUDIENCES, Audience
from maligeo.errors import ReleaseError
from maligeo.releasing.inspection import (
    gap_faults,
    plain_columns_withheld,
    published_faults,
    record_faults,
    table_faults,
    unit_faults,
)
from maligeo.releasing.kinds import kind_of
from maligeo.releasing.policy import RECORDS, MeasureRules, RecordRules, rules_for

RELEASE = "release"


def require_released(frame: pd.DataFrame, audience: Audience, *, what: str) -> None:
    """Refuse a frame that was not released for an audience, or was changed since.

    Parameters
    ----------
    frame : pandas.DataFrame
        What is to be shown or written. Units need no release, as long as they hold
        nothing but what units hold.
    audience : {"internal", "partner", "public"}
        For whom the product is; everything may be internal.
    what : str
        Name of the frame, for the message.

    Raises
    ------
    ArgumentError
        If there is no such audience.
    ReleaseError
        If the frame was not released for it or for a wider one, or holds what does not
        pass: a column, a finer place or date, a small count.
    """
    require_choice(audience, AUDIENCES, option="audience")
    if audience == "internal":
        return
    kind = kind_of(frame, what=what)
    marked = AUDIENCES.index(audience_of(frame)) >= AUDIENCES.index(audience)
    if not marked and kind != "units":
        raise ReleaseError(
            f"{what} were not released for the audience {audience!r}: call "
            f"maligeo.release(frame, audience={audience!r}), or make the product for "
            "audience='internal' and keep it in the house"
        )
    faults = _faults(frame, kind, audience)
    if kind != "presence" and isinstance(frame.index, pd.MultiIndex):
        faults.append("an index of several levels, which would become columns")
    if faults:
        raise ReleaseError(
            f"{what} hold what does not pass for {audience!r}: {'; '.join(faults)}. They were "
            "changed after their release, or never released: call maligeo.release last"
        )


def _faults(frame: pd.DataFrame, kind: str, audience: Audience) -> list[str]:
    rules, stated = rules_for(audience), _stated_rules(frame, audience)
    if kind in RECORDS:
        if is_published(frame):
            return published_faults(frame)
        own = RecordRules(**stated) if stated else rules.records[kind]
        return record_faults(frame, own, kind=kind)
    measures = MeasureRules(**stated) if stated else rules.measures
    if kind == "density":
        return table_faults(frame, measures)
    if kind == "gaps":
        return gap_faults(frame, measures)
    if kind == "units":
        return unit_faults(frame)
    return [f"column {name!r}" for name in plain_columns_withheld(frame, kind=kind)]


def _stated_rules(frame: pd.DataFrame, audience: Audience) -> Mapping[str, Any]:
    """Give the rules of a house of its own, if the frame was released by such for them."""
    release: Mapping[str, Any] = frame.attrs.get(RELEASE, {})
    held = release.get(AUDIENCE, AUDIENCES[0])
    wide_enough = AUDIENCES.index(held) >= AUDIENCES.index(audience)
    rules: Mapping[str, Any] = release.get("rules", {}) if wide_enough else {}
    return rules
