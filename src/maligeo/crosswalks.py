"""From one vintage of the administrative division to another."""

import pandas as pd

from maligeo import catalog
from maligeo.checks import require_known
from maligeo.errors import ArgumentError
from maligeo.names import ALIAS_SEPARATOR


def crosswalk(from_vintage: str, to_vintage: str) -> pd.DataFrame:
    """Say in which unit of an older division each unit of a newer one lies.

    The regions of 2016 and 2023 were made by dividing those of 2015, so that going back
    is a matter of adding up. It is exact but where a law moved a border: Ouélessébougou
    left the cercle of Kati (Koulikoro) for Bougouni, and the Bamako of 2023 may reach
    into the former cercle of Kati.

    Parameters
    ----------
    from_vintage : str
        Newer division: "2016" or "2023".
    to_vintage : str
        Older division: "2015" or "2016".

    Returns
    -------
    pandas.DataFrame
        One row per unit of `from_vintage`: `from_vintage, from_pcode, from_name,
        to_vintage, to_pcode, to_name, weight, method, exact, note`. `weight` is the share
        of the unit that goes over (1 here), `exact` is false on every row that leads to a
        unit whose sum is approximate.

    Raises
    ------
    UnknownNameError
        If a vintage is not known.
    ArgumentError
        If the target is not older: dividing a region needs areas or people of its parts.
    """
    units = catalog.load_table("reference", "units")
    for vintage in (from_vintage, to_vintage):
        require_known(vintage, list(units["vintage"].unique()), what="vintage")
    if to_vintage >= from_vintage:
        raise ArgumentError(
            f"a crosswalk goes back in time, not from {from_vintage} to {to_vintage}: "
            "dividing an old region among new ones needs areas or people of its parts"
        )
    old = units[units["vintage"] == to_vintage].set_index("name")
    new = units[units["vintage"] == from_vintage]
    to_name = new[f"part_of_{to_vintage}"]
    inexact = _approximate_units(units, from_vintage, to_vintage)
    return pd.DataFrame(
        {
            "from_vintage": from_vintage,
            "from_pcode": new["pcode"],
            "from_name": new["name"],
            "to_vintage": to_vintage,
            "to_pcode": to_name.map(old["pcode"]),
            "to_name": to_name,
            "weight": 1.0,
            "method": "nesting",
            "exact": ~to_name.isin(inexact),
            "note": new["note"].where(new["nesting"] != "exact"),
        }
    ).reset_index(drop=True)


def _approximate_units(units: pd.DataFrame, from_vintage: str, to_vintage: str) -> set[str]:
    """Name the old units that are not exactly the sum of their new parts.

    Those that hold a unit with approximate nesting, and those that lost a part of a
    split cercle to a unit that lies in another one.
    """
    parent = f"part_of_{to_vintage}"
    new = units[units["vintage"] == from_vintage].set_index("name")
    inexact = set(new.loc[new["nesting"] != "exact", parent])
    cercles = catalog.load_table("reference", "cercles_2015")
    for cercle in cercles[cercles["split"]].itertuples():
        origin = getattr(cercle, f"region_{to_vintage}")
        takers = str(getattr(cercle, f"region_{from_vintage}")).split(ALIAS_SEPARATOR)
        if any(new.loc[taker, parent] not in origin.split(ALIAS_SEPARATOR) for taker in takers):
            inexact.update(origin.split(ALIAS_SEPARATOR))
    return inexact
