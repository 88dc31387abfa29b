"""The door of maps for what is no frame: surfaces and archives of tiles."""

from maligeo.columns import AUDIENCES, Audience
from maligeo.errors import ReleaseError


def require_wide(held: Audience, audience: Audience, *, what: str) -> None:
    """Refuse what is for a narrower audience than a map.

    Parameters
    ----------
    held : {"internal", "partner", "public"}
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
    if AUDIENCES.index(held) < AUDIENCES.index(audience):
        raise ReleaseError(
            f"{what} were not released for the audience {audience!r}: make it from what "
            "maligeo.release gives, or make the map for audience='internal' and keep it in "
            "the house"
        )
