"""For whom a frame may be: the mark that it carries, and how results inherit it.

The mark stands in `frame.attrs["audience"]`. A frame without one is internal. What is
computed from frames is for the narrowest of their audiences, since computing on what an
audience may see shows it nothing more.
"""

import re
from typing import Final, TypeVar

import pandas as pd

from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.core.errors import ReleaseError

AUDIENCE: Final = "audience"
SYNTHETIC: Final = "synthetic"  # true where some of it is made up
RELEASE: Final = "release"  # what a release did: its id, its audience, its rules
PUBLISHED: Final = "published"  # true where all of it was published by its source

Frame = TypeVar("Frame", bound=pd.DataFrame)


def audience_of(frame: pd.DataFrame) -> Audience:
    """Give the widest audience that a frame is for.

    Raises
    ------
    ArgumentError
        If it carries a word that is no audience.
    """
    audience: Audience = frame.attrs.get(AUDIENCE, AUDIENCES[0])
    require_choice(audience, AUDIENCES, option="audience")
    return audience


def is_published(frame: pd.DataFrame) -> bool:
    """Tell whether all that a frame says was published by its source."""
    return frame.attrs.get(PUBLISHED) is True


def mark_audience(frame: Frame, audience: Audience, *, published: bool = False) -> Frame:
    """Mark a frame, in place, and give it back."""
    require_choice(audience, AUDIENCES, option="audience")
    frame.attrs[AUDIENCE] = audience
    frame.attrs.pop(PUBLISHED, None)
    if published:
        frame.attrs[PUBLISHED] = True
    return frame


def inherit_audience(result: Frame, *made_from: pd.DataFrame | None) -> Frame:
    """Mark a result, in place, for the narrowest audience of what it was made from.

    What is made from two releases is internal: each is safe, and both together may not be.
    """
    frames = [frame for frame in made_from if frame is not None]
    narrowest = min((audience_of(frame) for frame in frames), key=AUDIENCES.index)
    if any(frame.attrs.get(SYNTHETIC) for frame in frames):  # made up, whatever becomes of it
        result.attrs[SYNTHETIC] = True
    releases = {release_id(frame): frame.attrs.get(RELEASE) for frame in frames}
    releases.pop("", None)
    result.attrs.pop(RELEASE, None)
    if len(releases) > 1:
        return mark_audience(result, "internal")
    if releases:
        result.attrs[RELEASE] = releases.popitem()[1]
    return mark_audience(result, narrowest, published=all(map(is_published, frames)))


def release_id(frame: pd.DataFrame) -> str:
    """Give the release that a frame is of; empty for what no release made."""
    return str(frame.attrs.get(RELEASE, {}).get("id", ""))


def is_wide(released_for: Audience, audience: Audience) -> bool:
    """Tell whether what is released for one audience may be shown to another."""
    return AUDIENCES.index(released_for) >= AUDIENCES.index(audience)


def require_wide(released_for: Audience, audience: Audience, *, what: str) -> None:
    """Refuse what is for a narrower audience than a map.

    Parameters
    ----------
    released_for : {"internal", "partner", "public"}
        For whom it is.
    audience : {"internal", "partner", "public"}
        For whom the map is.
    what : str
        Name of it, for the message.

    Raises
    ------
    ReleaseError
        If it is not for the audience of the map.
    """
    if not is_wide(released_for, audience):
        raise ReleaseError(
            f"{what} were not released for the audience {audience!r}: make it from what "
            "maligeo.release gives, or make the map for audience='internal' and keep it internal"
        )


_SAID = re.compile(r"synth[eé]ti", re.IGNORECASE)


def is_synthetic(frame: pd.DataFrame) -> bool:
    """Tell whether a frame says that some of its records are made up.

    Parameters
    ----------
    frame : pandas.DataFrame
        It says so by a true `attrs["synthetic"]`, or by the word "synthetic" (or
        "synthétique") in its column `source`.
    """
    if frame.attrs.get("synthetic"):
        return True
    if "source" not in frame.columns:
        return False
    return any(_SAID.search(str(source)) for source in frame["source"].dropna().unique())
