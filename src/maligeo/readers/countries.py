"""Records of several countries in one file: which are about the country of the data."""

import re

import numpy as np
import pandas as pd

from maligeo import catalog
from maligeo.readers.cells.values import Distinct

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
    distinct = Distinct.of(cells)
    words = (re.split(r"\W+", text.casefold()) for text in distinct.texts.to_pylist())
    others = np.fromiter(map(names.isdisjoint, words), dtype=bool)
    return pd.Series(distinct.each(others, False), index=cells.index)
