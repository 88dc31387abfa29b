"""The door: every product asks here whether what it shows was released for its audience."""

import pandas as pd

from maligeo.checks import require_choice
from maligeo.columns import AUDIENCES, Audience
from maligeo.errors import ReleaseError

ATTRIBUTE = "audience"


def require_released(frame: pd.DataFrame, audience: Audience, *, what: str) -> None:
    """Refuse a frame that was not released for an audience.

    Parameters
    ----------
    frame : pandas.DataFrame
        What is to be shown or written.
    audience : {"internal", "partner", "public"}
        For whom the product is; everything may be internal.
    what : str
        Name of the frame, for the message.

    Raises
    ------
    ArgumentError
        If there is no such audience.
    ReleaseError
        If the frame was not released for it, or for a wider one.
    """
    require_choice(audience, AUDIENCES, option="audience")
    held = frame.attrs.get(ATTRIBUTE, "internal")
    if AUDIENCES.index(held) < AUDIENCES.index(audience):
        raise ReleaseError(
            f"{what} were not released for the audience {audience!r}: call "
            f"maligeo.release(frame, audience={audience!r}), or make the product for "
            "audience='internal' and keep it in the house"
        )
