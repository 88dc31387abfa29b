"""Which kind of frame is to be released: seen from its columns, the most delicate first."""

from typing import Final

import pandas as pd

from maligeo.errors import ReleaseError

# kind: columns that only a frame of the kind has
_SIGNS: Final = {
    "figures": {"figure_id", "basis", "value"},
    "gaps": {"need_rank", "response_rank", "gap_places"},
    "density": {"measure", "count", "place_kind"},
    "areas": {"area_id", "status"},
    "projects": {"project_id"},
    "incidents": {"event_type", "date"},
    "population": {"population", "population_year", "pcode"},
    "weights": {"from_vintage", "to_vintage", "weight"},
    "placement": {"projects", "placed", "countrywide", "unattributed"},
    "units": {"vintage", "level", "pcode", "name"},
}
_PRESENCE: Final = ["place_kind", "pcode", "name"]  # the index of the matrix


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
        "incidents", "areas", "projects", "figures", "density", "gaps", "population",
        "weights", "placement", "presence" or "units".

    Raises
    ------
    ReleaseError
        If it is none of these: what nobody has thought of is not released.
    """
    if list(frame.index.names) == _PRESENCE:
        return "presence"
    columns = set(frame.columns)
    for kind, signs in _SIGNS.items():
        if signs <= columns:
            return kind
    raise ReleaseError(
        f"{what}: no kind of frame that the policy knows, so it stays in the house: use the "
        "audience 'internal', or release the records, areas, projects or density table that "
        "it was made from"
    )
