"""The cercles of 2015 dissolved into the regions of a later division."""

from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo import catalog
from maligeo.core import columns
from maligeo.core.checks import require_columns, require_known, require_one_vintage
from maligeo.core.crs import area_sqkm, require_geographic
from maligeo.core.errors import ArgumentError, Fault, FrameError, VintageError
from maligeo.core.placenames import ALIAS_SEPARATOR, NameTable
from maligeo.join.regions import find_unit

BASE: Final = "2015"
COVERS: Final = 0.01  # share of a split cercle by which its parts may differ from it


def dissolve_cercles(
    cercles: gpd.GeoDataFrame,
    to_vintage: str,
    *,
    regions: Sequence[str] | None = None,
    parts: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Put the cercles of 2015 together to the regions of a division.

    Two cercles were split: Tombouctou between Tombouctou and Taoudénit (2016), Kati
    between Koulikoro and Bougouni (2023). A region that has a piece of one cannot be made
    of whole cercles and is refused, unless a finer layer says where the pieces went.

    Parameters
    ----------
    cercles : geopandas.GeoDataFrame, EPSG:4326
        Cercles of 2015 with `vintage, pcode, name, geometry`, as from
        `read_boundaries(path, level=2)`; known by their COD codes of 2015, else by name.
    to_vintage : str
        "2015", "2016" or "2023".
    regions : sequence of str, optional
        Which regions, by any of their names; without it all of them.
    parts : geopandas.GeoDataFrame, EPSG:4326, optional
        The finer layer: units within the split cercles (communes, say) with
        `parent_pcode`, the code of the cercle, and `region`, the name of the region of
        `to_vintage` to which they went.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        Columns as `load_boundaries`, in the order of the unit table.

    Raises
    ------
    ArgumentError
        If a region has a piece of a split cercle and no `parts` say which.
    UnknownNameError
        If a vintage or region is not known.
    FrameError
        If cercles are missing or unknown, or the parts do not make up their cercle.
    VintageError, CrsError
        If the cercles are not of 2015 or not in EPSG:4326.

    Notes
    -----
    `data/reference/cercles_2015.csv` says where each cercle went: laws 2012-017, 2023-005
    and 2023-006.
    """
    require_columns(cercles, ("vintage", "pcode", "name", "geometry"), what="cercles")
    require_geographic(cercles, what="cercles")
    vintage = require_one_vintage(cercles["vintage"], what="cercles")
    if vintage != BASE:
        raise VintageError(f"the cercles must be of {BASE}, and these are of {vintage}")
    units = catalog.load_table("reference", "units")
    require_known(to_vintage, list(units["vintage"].unique()), what="vintage")
    units = units[units["vintage"] == to_vintage].reset_index(drop=True)
    wanted = _wanted(units, regions)
    pieces = _whole_cercles(cercles, to_vintage)
    split = pieces[pieces["region"].str.contains(ALIAS_SEPARATOR, regex=False)]
    if parts is not None:
        pieces = pd.concat([pieces.drop(split.index), _finer(parts, split)])
        split = split[:0]
    _require_whole(wanted, split, to_vintage)
    return _dissolved(pieces, units[units["name"].isin(wanted)], cercles)


def _wanted(units: pd.DataFrame, regions: Sequence[str] | None) -> list[str]:
    if regions is None:
        return list(units["name"])
    return [str(units["name"].iloc[find_unit(region, units)]) for region in regions]


def _whole_cercles(cercles: gpd.GeoDataFrame, to_vintage: str) -> pd.DataFrame:
    """Say of each cercle in which region it is, or in which several."""
    table = catalog.load_table("reference", "cercles_2015")
    by_code = pd.Series(table.index, index=table["pcode"])
    names = NameTable.from_columns(table["name"], table["name_alt"])
    row = cercles["pcode"].map(by_code)
    by_name = [
        found[0] if len(found := names.find(name)) == 1 else np.nan for name in cercles["name"]
    ]
    row = row.fillna(pd.Series(by_name, index=cercles.index, dtype="float64"))
    faults = [
        Fault(at, "pcode", cercles["pcode"][at], "is no cercle of 2015")
        for at in row.index[row.isna()]
    ]
    missing = table.loc[~table.index.isin(row), "name"]
    faults += [Fault(None, "name", name, "is missing among the cercles") for name in missing]
    if faults:
        raise FrameError("cercles", faults)
    known = table.loc[row.astype("int64")]
    return pd.DataFrame(
        {
            "pcode": known["pcode"].to_numpy(),
            "name": known["name"].to_numpy(),
            "region": known[f"region_{to_vintage}"].astype("str").to_numpy(),
            "geometry": np.asarray(cercles.geometry.array, dtype=object),
        }
    )


def _finer(parts: gpd.GeoDataFrame, split: pd.DataFrame) -> pd.DataFrame:
    """Give the pieces of the split cercles; they have to make these up."""
    require_columns(parts, ("parent_pcode", "region", "geometry"), what="parts")
    require_geographic(parts, what="parts")
    within = pd.DataFrame(parts[parts["parent_pcode"].isin(split["pcode"])])
    faults = []
    for cercle in split.itertuples():
        own = within[within["parent_pcode"] == cercle.pcode]
        gap = shapely.symmetric_difference(
            shapely.union_all(own["geometry"].array), cercle.geometry
        )
        if shapely.area(gap) > COVERS * shapely.area(cercle.geometry):
            faults.append(Fault(None, "geometry", cercle.name, "is not made up by the parts"))
        allowed = cercle.region.split(ALIAS_SEPARATOR)
        faults += [
            Fault(at, "region", region, f"is none of {', '.join(allowed)}")
            for at, region in own["region"].items()
            if region not in allowed
        ]
    if faults:
        raise FrameError("parts", faults)
    return within.rename(columns={"parent_pcode": "cercle"})[["region", "geometry"]]


def _require_whole(wanted: list[str], split: pd.DataFrame, to_vintage: str) -> None:
    torn = {
        region: name
        for name, regions in zip(split["name"], split["region"], strict=True)
        for region in regions.split(ALIAS_SEPARATOR)
    }
    refused = [region for region in wanted if region in torn]
    if refused:
        reasons = ", ".join(
            f"{region} has a piece of the cercle of {torn[region]}" for region in refused
        )
        raise ArgumentError(
            f"not made of whole cercles in the division of {to_vintage}: {reasons}; give "
            "the parts as a finer layer, or name other regions"
        )


def _dissolved(
    pieces: pd.DataFrame, units: pd.DataFrame, cercles: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    outlines = []
    for name in units["name"]:
        own = pieces.loc[pieces["region"] == name, "geometry"].to_numpy()
        outlines.append(own[0] if len(own) == 1 else shapely.union_all(own))
    regions = gpd.GeoDataFrame(
        units.reindex(columns=[c for c in columns.UNITS if c != "geometry"]).reset_index(drop=True),
        geometry=outlines, crs=cercles.crs,
    )  # fmt: skip
    sources = sorted(set(cercles["source"].dropna())) if "source" in cercles.columns else []
    regions["source"] = "cercles of 2015, dissolved: " + (
        " | ".join(sources) or "source not stated"
    )
    regions["area_sqkm"] = area_sqkm(regions.geometry)
    regions["valid_on"] = pd.to_datetime(regions["valid_on"])
    regions["valid_to"] = pd.to_datetime(regions["valid_to"])
    return regions[list(columns.UNITS)]
