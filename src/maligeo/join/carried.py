"""Published figures and projects in a later division: as what they are, never split.

A region of 2015 of which several regions were made is all of these together: a figure about it
is one of the joint units, and no share of any of them.
"""

from typing import Final

import pandas as pd

from maligeo.core.audiences import is_published, mark_published
from maligeo.core.placenames import ALIAS_SEPARATOR
from maligeo.join.divisions import crosswalk
from maligeo.readers.editions import editions

CARRIED: Final = "published for"  # what the remark on such a figure begins with
_OLDEST: Final = "2015"
_WITH_PARTS: Final = "2016"


def carry_figures(figures: pd.DataFrame, vintage: str, level: int) -> pd.DataFrame:
    """Say figures of older divisions in the regions of a later one.

    Parameters
    ----------
    figures : pandas.DataFrame
        With `unit, vintage, note`, as from `maligeo.load_figures`, each about regions or the
        country.
    vintage : str
        The division wanted. Figures of this or a later one stay as they are.
    level : int
        Level of its units: the names of regions stay where these are finer, and too coarse.

    Returns
    -------
    pandas.DataFrame
        `unit` names all regions that a region became ("Mopti|Douentza|Bandiagara"), and `note`
        says for which one the figure was published.
    """
    if vintage not in editions():
        return figures
    carried = figures.copy()
    for origin in sorted({*figures["vintage"].dropna()}):
        if str(origin) >= vintage:
            continue
        rows = figures["vintage"] == origin
        carried.loc[rows, "vintage"] = vintage
        if level > 1:
            continue
        parts, moved = _parts(str(origin), vintage)
        named = figures.loc[rows, "unit"].map(lambda unit, parts=parts: _named(unit, parts))
        new = named != figures.loc[rows, "unit"]
        old = figures.loc[rows, "unit"].str.replace(ALIAS_SEPARATOR, " + ")
        odd = figures.loc[rows, "unit"].isin(moved)
        remark = f"{CARRIED} " + old + f" in the division of {origin}"
        remark = remark.mask(odd, remark + ", which had other limits").where(new | odd)
        note = figures.loc[rows, "note"].astype("string")
        joined = note.str.cat(remark.astype("string"), sep="; ")
        carried.loc[rows, "unit"] = named
        carried.loc[rows, "note"] = joined.fillna(note).fillna(remark)
    return mark_published(carried) if is_published(figures) else carried


def carry_projects(projects: pd.DataFrame, vintage: str) -> pd.DataFrame:
    """Say the regions of bundled projects in those of a later division.

    Parameters
    ----------
    projects : pandas.DataFrame
        As from `maligeo.load_projects`: a project that names Ménaka or Taoudénit is of the
        division of 2016, any other of that of 2015.
    vintage : str
        The division wanted.

    Returns
    -------
    pandas.DataFrame
        `adm1_name` of a project in a region as a whole names all regions that it became; where
        these are several, it is `reach` "named" in each: in which of them it works is not said.
    """
    if vintage not in editions() or vintage <= _OLDEST:
        return projects
    regions = (projects["place_level"] == "adm1").fillna(value=False)
    oldest, _ = _parts(_OLDEST, vintage)
    newer = projects.loc[regions & ~projects["adm1_name"].isin(list(oldest)), "project_id"]
    is_newer = projects["project_id"].isin(newer)
    later = _parts(_WITH_PARTS, vintage)[0] if vintage > _WITH_PARTS else {}
    carried = projects.copy()
    for rows, parts in ((regions & ~is_newer, oldest), (regions & is_newer, later)):
        names = projects.loc[rows, "adm1_name"]
        carried.loc[rows, "adm1_name"] = names.map(lambda name, parts=parts: _named(name, parts))
    widened = carried["adm1_name"].str.contains(ALIAS_SEPARATOR, regex=False).fillna(value=False)
    is_office = (projects["reach"] == "office").fillna(value=False)
    carried.loc[regions & widened & ~is_office, "reach"] = "named"
    return mark_published(carried) if is_published(projects) else carried


def _parts(origin: str, vintage: str) -> tuple[dict[str, list[str]], list[str]]:
    """Give the regions that each became, and those whose limits were moved."""
    weights = crosswalk(vintage, origin)
    parts = weights.groupby("to_name", sort=False)["from_name"].agg(list).to_dict()
    return parts, sorted(set(weights.loc[~weights["exact"], "to_name"]))


def _named(names: object, parts: dict[str, list[str]]) -> object:
    """Name all parts of what a cell names; what is no region stays as it is."""
    if not isinstance(names, str):
        return names
    found = [part for name in names.split(ALIAS_SEPARATOR) for part in parts.get(name, [name])]
    return ALIAS_SEPARATOR.join(found)
