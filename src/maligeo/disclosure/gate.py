"""The gate: every product asks here whether what it shows was released for its audience.

The mark alone is not believed: whoever adds a column to a released frame keeps the mark.
So what a frame of its kind may hold is looked at again.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from maligeo.core.audiences import (
    AUDIENCE,
    RELEASE,
    audience_of,
    is_compared,
    is_published,
    release_id,
)
from maligeo.core.checks import require_choice, require_frame
from maligeo.core.columns import AUDIENCES, CHANGE_KINDS, Audience, frame_kind
from maligeo.core.errors import ReleaseError
from maligeo.disclosure.content_checks import (
    gap_faults,
    mark_faults,
    plain_columns_withheld,
    published_faults,
    record_faults,
    sum_faults,
    table_faults,
    unit_faults,
)
from maligeo.disclosure.policy import RECORDS, Rules, read_rules, rules_for
from maligeo.disclosure.published import unpublished_faults


def kind_of(frame: pd.DataFrame, *, what: str) -> str:
    """Tell what a frame holds.

    Parameters
    ----------
    frame : pandas.DataFrame
        The frame.
    what : str
        Its name, for the message.

    Returns
    -------
    str
        As `maligeo.core.columns.frame_kind`.

    Raises
    ------
    ReleaseError
        If it is none of these: what nobody has thought of is not released.
    """
    if kind := frame_kind(frame):
        return kind
    raise ReleaseError(
        f"{what}: no kind of frame that the policy knows, so it stays internal: use the "
        "audience 'internal', or release the records, areas, projects or density table that "
        "it was made from"
    )


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
        If there is no such audience, or what is given is no frame.
    ReleaseError
        If the frame was not released for it or for a wider one, or holds what does not
        pass: a column, a finer place or date, a small count.
    """
    require_choice(audience, AUDIENCES, option="audience")
    require_frame(frame, what=what)
    if audience == "internal":
        return
    kind = kind_of(frame, what=what)
    marked = AUDIENCES.index(audience_of(frame)) >= AUDIENCES.index(audience)
    if not marked and kind != "units":
        raise ReleaseError(
            f"{what} were not released for the audience {audience!r}: call "
            f"maligeo.release(frame, audience={audience!r}), or make the product for "
            "audience='internal' and keep it internal"
        )
    faults = _faults(frame, kind, audience)
    if kind != "presence" and isinstance(frame.index, pd.MultiIndex):
        faults.append("an index of several levels, which would become columns")
    if faults:
        raise ReleaseError(
            f"{what} hold what does not pass for {audience!r}: {'; '.join(faults)}. They were "
            "changed after their release, or never released: call maligeo.release last"
        )


class Gate:
    """The gate of one product: what passes is released for its audience, in one release.

    Parameters
    ----------
    audience : {"internal", "partner", "public"}
        For whom the product is.
    """

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self._release = ""

    def admit(self, frame: pd.DataFrame, *, what: str) -> None:
        """Refuse a frame as `require_released` does, and one of another release.

        Raises
        ------
        ReleaseError
            Also if the product holds what another release made: each is safe, and both
            together may not be.
        """
        require_released(frame, self.audience, what=what)
        own = release_id(frame)
        if self.audience == "internal" or not own:
            return
        if self._release not in ("", own):
            raise ReleaseError(
                f"{what} are of another release than what the product has already: each is safe, "
                "and both together may not be. Release all at once: maligeo.study(…).release()"
            )
        self._release = own


def _faults(frame: pd.DataFrame, kind: str, audience: Audience) -> list[str]:
    if kind in RECORDS and is_published(frame):
        return published_faults(frame)
    if kind in CHANGE_KINDS:
        return [] if is_compared(frame) else ["changes that no comparison of released ones gave"]
    rules = _rules_of(frame, audience)
    if kind in RECORDS and kind in rules.records:
        return record_faults(frame, rules.records[kind], kind=kind)
    faults = unpublished_faults(frame, kind=kind)
    checks = {
        "incidents": mark_faults,
        "areas": sum_faults,
        "density": table_faults,
        "gaps": gap_faults,
    }
    if kind in checks:
        return faults + checks[kind](frame, rules)
    if kind == "units":
        return unit_faults(frame)
    projects = rules.records.get("projects")
    sees_names = projects is not None and "organisation" in projects.columns
    names = sees_names or is_published(frame)
    withheld = plain_columns_withheld(frame, kind=kind, names=names)
    return faults + [f"column {name!r}" for name in withheld]


def _rules_of(frame: pd.DataFrame, audience: Audience) -> Rules:
    """Give the rules by which a frame was released, or those of maligeo."""
    release: Mapping[str, Any] = frame.attrs.get(RELEASE, {})
    released_for = release.get(AUDIENCE, AUDIENCES[0])
    if "rules" in release and AUDIENCES.index(released_for) >= AUDIENCES.index(audience):
        return read_rules(release["rules"], where="rules of the release")
    return rules_for(audience)
