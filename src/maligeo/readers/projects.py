"""Aid and stabilisation projects: one row per project and place."""

import pandas as pd

from maligeo import catalog, columns

_REPORTED_LEVELS = {"adm1": "adm1_name", "adm2": "adm2_name", "adm3": "adm3_name"}


def load_projects() -> pd.DataFrame:
    """Load the bundled projects.

    Transcribed by hand from five public documents: UNDP–Norway, MINUSMA's quick-impact
    projects and trust fund, Luxembourg's cooperation, the EU trust fund's programme for
    the centre, and UNMAS.

    Returns
    -------
    pandas.DataFrame
        One row per project and place, columns as `maligeo.columns.PROJECTS`. Amounts are
        nominal, in `budget_currency`, and stand on every row of a project: they count
        once per `project_id`. `project_count` is the number of projects that a record
        stands for. `adm1_name … adm3_name` repeat the place at its level.
    """
    return with_reported_names(catalog.load_table("projects", "projects"))


def load_results() -> pd.DataFrame:
    """Load the results and totals that the bundled documents state.

    Returns
    -------
    pandas.DataFrame
        One row per figure, with its unit, period, place and disaggregation; `kind` is
        "total", "result", "unattributed" or "context".
    """
    return catalog.load_table("projects", "results")


def load_programmes() -> pd.DataFrame:
    """Load the names of the bundled programmes in French and English.

    Returns
    -------
    pandas.DataFrame
        Columns `programme, name_fr, name_en, funder, implementer, period_start,
        period_end, source, note`.
    """
    return catalog.load_table("projects", "programmes")


def with_reported_names(projects: pd.DataFrame) -> pd.DataFrame:
    """Add the columns `adm1_name, adm2_name, adm3_name` from place, level and parent."""
    named = projects.copy()
    for level, column in _REPORTED_LEVELS.items():
        named[column] = named["place"].where(named["place_level"] == level)
    below_region = ~named["place_level"].isin(["adm1", "country", "unattributed"])
    named["adm1_name"] = named["adm1_name"].fillna(named["place_parent"].where(below_region))
    return named[list(columns.PROJECTS)]
