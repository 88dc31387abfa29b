"""Records of several countries in one file: which are about the country of the data."""

import pandas as pd

from maligeo import catalog

_NAMES = ("iso2", "iso3", "name_en", "name_fr")


def are_abroad(cells: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell which cells name another country, or several others, and not this one.

    Parameters
    ----------
    cells : pandas.Series of str
        Names or codes of countries; several may stand in one. An empty cell says nothing.

    Examples
    --------
    >>> are_abroad(pd.Series(["Mali", "MLI", "Niger", "Niger, Mali", None])).tolist()
    [False, False, True, False, False]
    """
    country = catalog.country()
    names = {str(country[name]).casefold() for name in _NAMES if name in country}
    words = cells.str.casefold().str.split(r"\W+", regex=True)
    others = words.map(names.isdisjoint, na_action="ignore")
    return others.astype("boolean").fillna(False).astype(bool)
