"""For whom a frame may be: the mark that it carries, and how results inherit it.

The mark stands in `frame.attrs["audience"]`. A frame without one is internal. What is
computed from frames is for the narrowest of their audiences, since computing on what an
audience may see shows it nothing more.

What was published by its source needs no release. pandas keeps `frame.attrs` whatever is done
to the rows, so `frame.attrs["published"]` is no mere mark: it holds the rows that were
published (`maligeo.core.kept_rows`), and a row counts as published only while it is one of
them. Rows may be left out or put in another order, and columns left out; a row that is edited
or added is not published, and nothing is in a frame that was given a column. The functions
that load bundled data keep what they load. What is computed from published rows is kept in
its turn, after what went in was looked at.
"""

from typing import Any, Final, Self, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.core.errors import ReleaseError
from maligeo.core.kept_rows import KeptRows

AUDIENCE: Final = "audience"
SYNTHETIC: Final = "synthetic"  # true where some of it is made up
CREDITS: Final = "credits"  # known publishers of what a release does not show row by row
RELEASE: Final = "release"  # what a release did: its id, its audience, its rules
PUBLISHED: Final = "published"  # the rows that were published by their source
COMPARED: Final = "compared"  # the rows that a comparison of released frames gave

Frame = TypeVar("Frame", bound=pd.DataFrame)


class ReleaseMark(dict[str, Any]):
    """What a release did, as a value for `frame.attrs`: set once, and never changed."""

    def __deepcopy__(self, memo: object) -> Self:
        """Give itself: pandas copies `attrs` at every step."""
        return self


def audience_of(frame: pd.DataFrame) -> Audience:
    """Give the widest audience that a frame is for; what was published is for the public.

    Raises
    ------
    ArgumentError
        If it carries a word that is no audience.
    """
    audience: Audience = frame.attrs.get(AUDIENCE, AUDIENCES[0])
    require_choice(audience, AUDIENCES, option="audience")
    if audience != "public" and is_published(frame):
        return "public"
    return audience


def stated_audience(found: object) -> Audience:
    """Give the audience that a tag or metadata name; what names none is internal."""
    return cast("Audience", found) if found in AUDIENCES else "internal"


def published_rows(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which rows of a frame were published by their source and not changed since.

    Parameters
    ----------
    frame : pandas.DataFrame, n rows
        Any frame.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
    """
    kept = frame.attrs.get(PUBLISHED)
    if not isinstance(kept, KeptRows):
        return np.zeros(len(frame), dtype=np.bool_)
    return kept.find_in(frame)


def is_published(frame: pd.DataFrame) -> bool:
    """Tell whether all that a frame says was published by its source; see `published_rows`."""
    kept = frame.attrs.get(PUBLISHED)
    return isinstance(kept, KeptRows) and bool(kept.find_in(frame).all())


def mark_audience(frame: Frame, audience: Audience) -> Frame:
    """Mark a frame, in place, and give it back; none of it counts as published."""
    require_choice(audience, AUDIENCES, option="audience")
    frame.attrs.pop(PUBLISHED, None)
    frame.attrs[AUDIENCE] = audience
    return frame


def mark_published(frame: Frame, rows: npt.NDArray[np.bool_] | None = None) -> Frame:
    """Keep in a frame, in place, which of its rows were published by their source.

    Parameters
    ----------
    frame : pandas.DataFrame, n rows
        Any frame.
    rows : numpy.ndarray of bool, shape (n,), optional
        Whether a row was published: the caller has looked at what it was made from. Without
        it all were. Then there is no other mark, which would outlast an edit.

    Returns
    -------
    pandas.DataFrame
        The frame itself.
    """
    frame.attrs.pop(PUBLISHED, None)
    if rows is None or (rows.all() and rows.any()):
        frame.attrs.pop(AUDIENCE, None)
        frame.attrs[PUBLISHED] = KeptRows.of(frame)
    elif rows.any():
        frame.attrs[PUBLISHED] = KeptRows.of(frame[rows])
    return frame


def inherit_audience(result: Frame, *made_from: pd.DataFrame | None) -> Frame:
    """Mark a result, in place, for the narrowest audience of what it was made from.

    It is published if all of that is. What is made from two releases is internal: each is safe,
    and both together may not be.
    """
    frames = [frame for frame in made_from if frame is not None]
    if any(map(is_synthetic, frames)):  # made up, whatever becomes of it
        result.attrs[SYNTHETIC] = True
    if credits := {key for frame in frames for key in frame.attrs.get(CREDITS, ())}:
        result.attrs[CREDITS] = tuple(sorted(credits))
    releases = {release_id(frame): frame.attrs.get(RELEASE) for frame in frames}
    releases.pop("", None)
    result.attrs.pop(RELEASE, None)
    if all(map(is_published, frames)):
        return mark_published(result)
    if len(releases) > 1:
        return mark_audience(result, "internal")
    if releases:
        result.attrs[RELEASE] = releases.popitem()[1]
    return mark_audience(result, min(map(audience_of, frames), key=AUDIENCES.index))


def inherit_by_row(result: Frame, *parts: pd.DataFrame) -> Frame:
    """Mark a result, in place, whose rows are those of its parts, one after the other."""
    inherit_audience(result, *parts)
    if PUBLISHED in result.attrs:
        return result
    return mark_published(result, np.concatenate([published_rows(part) for part in parts]))


def mark_compared(frame: Frame) -> Frame:
    """Keep in a frame, in place, its rows: a comparison of what was released, and of no more."""
    frame.attrs[COMPARED] = KeptRows.of(frame)
    return frame


def is_compared(frame: pd.DataFrame) -> bool:
    """Tell whether all rows of a frame are those that a comparison gave."""
    kept = frame.attrs.get(COMPARED)
    return isinstance(kept, KeptRows) and bool(kept.find_in(frame).all())


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
            "is released, or make the map for the audience 'internal' and keep it internal"
        )


_SAID: Final = r"synth[eé]ti"


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
    sources = pa.array(pd.Series(frame["source"].unique()).astype("string"))
    said = pc.any(pc.match_substring_regex(sources, _SAID, ignore_case=True))
    return said.as_py() is True
