"""From one administrative division to another: which part of each unit goes where."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo import catalog
from maligeo.core.checks import (
    require_choice,
    require_columns,
    require_known,
    require_one_vintage,
)
from maligeo.core.crs import require_geographic
from maligeo.core.errors import ArgumentError
from maligeo.core.placenames import ALIAS_SEPARATOR
from maligeo.join.overlay import allocate_areas
from maligeo.join.zonal import sum_raster

METHODS: Final = ("area", "population")
CENSUS_YEAR: Final = 2022
WHOLE: Final = 1e-9  # a unit that goes over but for this lies wholly within the other
COLUMNS: Final = (
    "from_vintage", "from_pcode", "from_name", "to_vintage", "to_pcode", "to_name",
    "weight", "method", "exact", "note",
)  # fmt: skip

_DIVIDED = "divided among several units: approximate"
_BEYOND = "lies in none of the units"
_NOBODY = "nobody lives there: divided by area"


def crosswalk(
    origin: "str | gpd.GeoDataFrame",
    target: "str | gpd.GeoDataFrame",
    *,
    method: str | None = None,
    raster: str | Path | None = None,
    kind: str | None = None,
) -> pd.DataFrame:
    """Say which part of each unit of one division lies in which unit of another.

    The regions of 2016 and 2023 were made by dividing those of 2015, so that going back
    is a matter of adding up. It is exact but where a law moved a border: Ouélessébougou
    left the cercle of Kati (Koulikoro) for Bougouni, and the Bamako of 2023 may reach
    into the former cercle of Kati. Going forward divides regions, and so does any pair of
    layers that do not nest: how has to be said, and the result is approximate.

    Parameters
    ----------
    origin, target : str or geopandas.GeoDataFrame
        Both the vintages of first-level units ("2015", "2016", "2023"), or both layers of
        units in EPSG:4326 with `vintage, pcode, name`, as from `read_boundaries`.
    method : {"area", "population"}, optional
        How a unit is divided that does not lie in one unit of the target. Of vintages,
        "population" takes the census of 2022 and "area" is refused: it needs layers. Of
        layers, "population" needs `raster`. Not needed where everything nests.
    raster : str or pathlib.Path, optional
        Raster of people, for "population" with layers.
    kind : {"count", "density"}, optional
        Whether cells of the raster hold people or people per km².

    Returns
    -------
    pandas.DataFrame
        `from_vintage, from_pcode, from_name, to_vintage, to_pcode, to_name, weight,
        method, exact, note`, one row per pair of units. `weight` is the share of the
        unit of origin that goes over; those of a unit add up to 1, if need be with a row
        without target for what lies in none. `exact` is false on every row that leads
        to a unit whose sum is approximate. `convert` applies the table.

    Raises
    ------
    UnknownNameError
        If a vintage is not known.
    ArgumentError
        If the way to divide units is not said, or cannot be taken.
    VintageError, CrsError
        If a layer is of several vintages or not in EPSG:4326.

    Examples
    --------
    >>> import maligeo
    >>> weights = maligeo.crosswalk("2023", "2015")
    >>> weights.loc[weights["to_name"] == "Gao", ["from_name", "to_name", "weight", "exact"]]
      from_name to_name  weight  exact
    6       Gao     Gao     1.0   True
    9    Ménaka     Gao     1.0   True
    """
    if method is not None:
        require_choice(method, METHODS, option="method")
    if isinstance(origin, str) and isinstance(target, str):
        return _between_vintages(origin, target, method)
    if isinstance(origin, str) or isinstance(target, str):
        raise ArgumentError("a crosswalk is between two vintages or between two layers, not mixed")
    return _between_layers(origin, target, method, raster, kind)


def _between_vintages(origin: str, target: str, method: str | None) -> pd.DataFrame:
    units = catalog.load_table("reference", "units")
    for vintage in (origin, target):
        require_known(vintage, list(units["vintage"].unique()), what="vintage")
    if target < origin:
        return _by_nesting(units, origin, target)
    if target == origin or method != "population":
        raise ArgumentError(
            f"a crosswalk goes back in time, not from {origin} to {target}: dividing an old "
            "region among new ones needs the method population (the census of "
            f"{CENSUS_YEAR}), or layers of both divisions"
        )
    return _by_census(units, origin, target)


def _by_nesting(units: pd.DataFrame, origin: str, target: str) -> pd.DataFrame:
    old = units[units["vintage"] == target].set_index("name")
    new = units[units["vintage"] == origin]
    to_name = new[f"part_of_{target}"]
    inexact = _approximate_units(units, origin, target)
    return pd.DataFrame(
        {
            "from_vintage": origin,
            "from_pcode": new["pcode"],
            "from_name": new["name"],
            "to_vintage": target,
            "to_pcode": to_name.map(old["pcode"]),
            "to_name": to_name,
            "weight": 1.0,
            "method": "nesting",
            "exact": ~to_name.isin(inexact),
            "note": new["note"].where(new["nesting"] != "exact"),
        }
    ).reset_index(drop=True)


def _by_census(units: pd.DataFrame, origin: str, target: str) -> pd.DataFrame:
    """Turn the nesting round: an old unit goes to its parts by the people counted there."""
    back = _by_nesting(units, target, origin)
    newest = units[units["vintage"] == units["vintage"].max()]
    table = catalog.load_table("reference", "population")
    table = table[(table["population_year"] == CENSUS_YEAR) & table["name"].isin(newest["name"])]
    census = table.set_index("name")["population"]
    within = newest["name"] if target == newest["vintage"].iloc[0] else newest[f"part_of_{target}"]
    people = newest["name"].map(census).groupby(within).sum().astype("float64")
    people_in = back["from_name"].map(people)
    of_unit = people_in.groupby(back["to_name"]).transform("sum")
    weight = people_in / of_unit
    exact = back["exact"] & (weight == 1.0)
    ends = {"from_": "to_", "to_": "from_"}
    turned = back.rename(columns=lambda name: next(
        (ends[end] + name.removeprefix(end) for end in ends if name.startswith(end)), name
    ))  # fmt: skip
    turned = turned.assign(
        weight=weight, method=f"population (census of {CENSUS_YEAR})", exact=exact,
        note=turned["note"].mask(weight < 1.0, _DIVIDED),
    )  # fmt: skip
    order = units.loc[units["vintage"] == origin, "name"].reset_index(drop=True)
    rank = turned["from_name"].map(pd.Series(order.index, index=order))
    return turned.loc[rank.sort_values(kind="stable").index, list(COLUMNS)].reset_index(drop=True)


def _approximate_units(units: pd.DataFrame, origin: str, target: str) -> set[str]:
    """Name the old units that are not exactly the sum of their new parts.

    Those that hold a unit with approximate nesting, and those that lost a part of a
    split cercle to a unit that lies in another one.
    """
    parent = f"part_of_{target}"
    new = units[units["vintage"] == origin].set_index("name")
    inexact = set(new.loc[new["nesting"] != "exact", parent])
    cercles = catalog.load_table("reference", "cercles_2015")
    for cercle in cercles[cercles["split"]].itertuples():
        home = getattr(cercle, f"region_{target}").split(ALIAS_SEPARATOR)
        takers = str(getattr(cercle, f"region_{origin}")).split(ALIAS_SEPARATOR)
        if any(new.loc[taker, parent] not in home for taker in takers):
            inexact.update(home)
    return inexact


def _between_layers(
    origin: gpd.GeoDataFrame,
    target: gpd.GeoDataFrame,
    method: str | None,
    raster: str | Path | None,
    kind: str | None,
) -> pd.DataFrame:
    for what, units in (("origin", origin), ("target", target)):
        require_columns(units, ("vintage", "pcode", "name", "geometry"), what=what)
        require_one_vintage(units["vintage"], what=what)
        require_geographic(units, what=what)
    weights = area_shares(origin, target)
    whole = weights.groupby("at")["weight"].transform("max") >= 1.0 - WHOLE
    weights = weights[~whole | (weights["weight"] > 0.5)]
    weights.loc[whole, "weight"] = 1.0
    nests = bool(whole.all())
    if not nests and method is None:
        torn = weights.loc[weights["weight"] < 1.0, "at"].nunique()
        raise ArgumentError(
            f"{torn} units do not lie in one unit of the other layer: say how to divide "
            "them, by the method area, or by population and a raster of people"
        )
    if method == "population" and not nests:
        if raster is None:
            raise ArgumentError(
                "the method population between layers needs a raster, and what its cells hold"
            )
        weights = _by_people(weights, origin, target, people=(raster, kind))
    return _described(weights, origin, target, "nesting" if nests else str(method))


def area_shares(origin: gpd.GeoDataFrame, target: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give rows of unit of origin, unit of target (-1 for none), and share of the area."""
    rows = [f"{at}" for at in range(len(origin))]
    areas = gpd.GeoDataFrame(
        {"area_id": rows, "status": rows}, geometry=origin.geometry.array, crs=origin.crs
    )
    numbered = target.assign(pcode=[f"{at}" for at in range(len(target))])
    cut = allocate_areas(areas, numbered)
    return pd.DataFrame(
        {
            "at": cut["area_id"].astype("int64"),
            "to": cut["pcode"].fillna("-1").astype("int64"),
            "weight": cut["share"].astype("float64"),
            "note": pd.array([pd.NA] * len(cut), dtype="string"),
        }
    )


def _by_people(
    weights: pd.DataFrame,
    origin: gpd.GeoDataFrame,
    target: gpd.GeoDataFrame,
    *,
    people: tuple[str | Path, str | None],
) -> pd.DataFrame:
    """Replace the shares of areas by shares of the people of a raster."""
    whole = np.asarray(origin.geometry.array, dtype=object)[weights["at"]]
    outlines = np.asarray(target.geometry.array, dtype=object)
    inside = (weights["to"] >= 0).to_numpy()
    pieces = whole.copy()
    pieces[inside] = shapely.intersection(whole[inside], outlines[weights["to"][inside]])
    if not inside.all():
        pieces[~inside] = shapely.difference(whole[~inside], shapely.union_all(outlines))
    raster, kind = people
    people_in = pd.Series(
        sum_raster(gpd.GeoSeries(pieces, crs=origin.crs), raster, kind=kind), index=weights.index
    )
    total = people_in.groupby(weights["at"]).transform("sum")
    empty = total <= 0
    share = (people_in / total.where(~empty)).fillna(weights["weight"])
    return weights.assign(weight=share, note=weights["note"].mask(empty, _NOBODY))


def _described(
    weights: pd.DataFrame, origin: gpd.GeoDataFrame, target: gpd.GeoDataFrame, method: str
) -> pd.DataFrame:
    at, to = weights["at"].to_numpy(), weights["to"].to_numpy()
    blank = {
        column: np.append(target[column].astype("object"), [pd.NA]) for column in ("pcode", "name")
    }
    divided = (weights["weight"] < 1.0).to_numpy()
    torn = set(to[divided])
    note = weights["note"].fillna("").where(~divided, weights["note"].fillna(_DIVIDED))
    note = note.mask((to < 0), _BEYOND)
    table = pd.DataFrame(
        {
            "from_vintage": origin["vintage"].to_numpy()[at],
            "from_pcode": origin["pcode"].to_numpy()[at],
            "from_name": origin["name"].to_numpy()[at],
            "to_vintage": str(target["vintage"].iloc[0]),
            "to_pcode": blank["pcode"][to],
            "to_name": blank["name"][to],
            "weight": weights["weight"].to_numpy(),
            "method": method,
            "exact": [end not in torn for end in to],
            "note": note.replace("", pd.NA).to_numpy(),
        }
    )
    text = [column for column in COLUMNS if column not in ("weight", "exact")]
    return table.astype(dict.fromkeys(text, "string"))
