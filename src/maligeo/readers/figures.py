"""Published figures: counts and shares by unit and period, as their publishers gave them."""

import pandas as pd

from maligeo import catalog
from maligeo.core import columns
from maligeo.core.audiences import mark_published
from maligeo.core.checks import require_known

_BUNDLED = {"incidents": ("incidents", "figures")}


def load_figures(name: str = "incidents") -> pd.DataFrame:
    """Load bundled published figures.

    Parameters
    ----------
    name : str, default "incidents"
        "incidents": explosive incidents and their victims, from UNMAS, MINUSMA, OCHA and
        the Landmine Monitor, 2012–2023. Publishers count different things: compare
        within one publisher.

    Returns
    -------
    pandas.DataFrame
        One row per figure, columns `figure_id, unit, vintage, period_start, period_end,
        measure, who, device, value, basis, publisher, note, source`. `value` is a number
        of events or people where `basis` is "count" and a percentage of the national
        figure where it is "share_pct"; it is missing where the source is illegible or
        vague, and `note` then says what stands there. A `unit` such as "Mopti|Ségou" is
        one figure for both together.

    Raises
    ------
    UnknownNameError
        If no figures of that name are bundled.

    Examples
    --------
    >>> import maligeo
    >>> figures = maligeo.load_figures()
    >>> figures[["unit", "measure", "value", "publisher"]].head(2)
       unit  measure  value publisher
    0  Mali  victims   51.0     UNMAS
    1  Mali  victims   56.0     UNMAS
    """
    require_known(name, _BUNDLED, what="set of figures")
    figures = catalog.load_table(*_BUNDLED[name])[list(columns.FIGURES)]
    return mark_published(figures)
