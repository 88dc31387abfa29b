"""Do neighbouring units resemble one another? Moran's I, local Moran and Gi*.

Through `esda` and `libpysal` (extra `spatial`). A layer with few units is refused: the
answer would be a number without a meaning.
"""

from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from maligeo.core.audiences import inherit_audience
from maligeo.core.checks import require_columns
from maligeo.core.columns import DENSITY, unit_keys
from maligeo.core.crs import Floats
from maligeo.core.errors import ArgumentError, require
from maligeo.measure.indicators import read_indicators

MIN_UNITS: Final = 30
SIGNIFICANCE: Final = 0.05

_EXTRA: Final = "spatial"
_WHY: Final = "spatial autocorrelation"
_INCIDENTS: Final = "incidents"
_SPOTS: Final = {"cold": 1, "not significant": 2, "hot": 3}
_OF_UNIT: Final = (
    "vintage", "pcode", "name", "place_kind", "period_start", "period_end", "area_sqkm",
    "population", "population_year", "publisher", "source",
)  # fmt: skip
_QUADRANTS: Final = {
    1: "high among high",
    2: "low among high",
    3: "low among low",
    4: "high among low",
}


class GlobalMoran(NamedTuple):
    """Whether neighbouring units resemble one another, over the whole layer.

    Attributes
    ----------
    moran_i : float
        Moran's I: above `expected` neighbours are alike, below they are unlike.
    expected : float
        Its expectation without autocorrelation, -1/(n - 1).
    z : float
        Standard score under randomisation.
    p : float
        Two-sided p-value of `z` by the normal distribution.
    units : int
        Units with a value and a neighbour, which were used.
    """

    moran_i: float
    expected: float
    z: float
    p: float
    units: int


class _Layer(NamedTuple):
    """Units with a value and a neighbour, in the order of their keys."""

    frame: pd.DataFrame
    used: pd.DataFrame
    graph: Any


def global_autocorrelation(
    table: pd.DataFrame, units: gpd.GeoDataFrame, *, by: str = "smoothed_per_100k"
) -> GlobalMoran:
    """Measure the autocorrelation of a layer by Moran's I.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table of one measure and period, as from `density`.
    units : geopandas.GeoDataFrame
        Units of the same vintage, 30 or more of them with a value; neighbours share a
        border or a corner (queen contiguity), and weigh the same (row-standardised).
    by : str, default "smoothed_per_100k"
        Column of the table; of raw rates the small populations alone can make a pattern.

    Returns
    -------
    GlobalMoran

    Raises
    ------
    ArgumentError
        If fewer than 30 units have a value and a neighbour, or all values are the same.
    FrameError
        If columns are missing.
    VintageError
        If table and units are of different vintages.
    MissingDependencyError
        If `esda` is not installed.

    Notes
    -----
    Moran, P. A. P. (1950), Notes on continuous stochastic phenomena, Biometrika 37,
    17-23; moments under randomisation by Cliff and Ord (1981), Spatial Processes.
    """
    layer = _layer(table, units, by)
    esda = require("esda", extra=_EXTRA, why=_WHY)
    moran = esda.Moran(layer.used["value"].to_numpy(dtype="float64"), layer.graph, permutations=0)
    return GlobalMoran(
        float(moran.I), float(moran.EI), float(moran.z_rand), float(moran.p_rand), len(layer.used)
    )


def local_autocorrelation(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    by: str = "smoothed_per_100k",
    permutations: int = 999,
    seed: int = 1,
) -> pd.DataFrame:
    """Find the units that stand out together with, or against, their neighbours.

    Parameters
    ----------
    table, units, by
        As in `global_autocorrelation`.
    permutations : int, default 999
        Random neighbourhoods that each local Moran is compared with.
    seed : int, default 1
        Seed of the random numbers: the same seed gives the same table.

    Returns
    -------
    pandas.DataFrame
        One row per unit, by code: `vintage, pcode, name, value`; `local_moran`,
        `local_p` (two-sided, by conditional permutation) and `cluster` ("high among
        high", "low among low", "high among low", "low among high", or "not
        significant"); `gi_star` (standard score), `gi_p` (two-sided) and `hotspot`
        ("hot", "cold" or "not significant"). Significant is what stays below 0.05 after
        the correction for many tests. `note` names the units that could not be used.

    Raises
    ------
    ArgumentError, FrameError, VintageError, MissingDependencyError
        As `global_autocorrelation`.

    Notes
    -----
    Anselin, L. (1995), Local indicators of spatial association, Geographical Analysis 27,
    93-115. Getis, A. and Ord, J. K. (1992), The analysis of spatial association by use of
    distance statistics, Geographical Analysis 24, 189-206; Ord and Getis (1995), ibid. 27,
    286-306. Many tests: Benjamini and Hochberg (1995); for maps Caldas de Castro and
    Singer (2006), Geographical Analysis 38, 180-208.
    """
    if permutations < 99:
        raise ArgumentError(f"permutations must be 99 or more, not {permutations}")
    layer = _layer(table, units, by)
    esda = require("esda", extra=_EXTRA, why=_WHY)
    values = layer.used["value"].to_numpy(dtype="float64")
    local = esda.Moran_Local(values, layer.graph, permutations=0)
    local_p = _permuted_p(values, layer.graph, permutations, seed)
    star = esda.G_Local(values, layer.graph, star=True, transform="B", permutations=0)
    gi_p = np.minimum(2.0 * star.p_norm, 1.0)
    found = pd.DataFrame(
        {
            "local_moran": local.Is,
            "local_p": local_p,
            "cluster": _significant(local_p, [_QUADRANTS[int(q)] for q in local.q]),
            "gi_star": star.Zs,
            "gi_p": gi_p,
            "hotspot": _significant(gi_p, np.where(star.Zs > 0, "hot", "cold").tolist()),
        },
        index=layer.used.index,
    )
    found[["cluster", "hotspot"]] = found[["cluster", "hotspot"]].astype("string")
    joined = layer.frame.join(found.reindex(layer.frame.index))
    return joined[[*joined.columns.drop("note"), "note"]].reset_index(drop=True)


def cluster_measure(
    table: pd.DataFrame, units: gpd.GeoDataFrame, *, by: str | None = None
) -> pd.DataFrame:
    """Give hot and cold spots of incidents as a measure of a density table, for maps and files.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table of incidents in one period or several, as from `density`.
    units : geopandas.GeoDataFrame
        As in `global_autocorrelation`.
    by : str, optional
        Column of the table; "smoothed_per_100k" where people are known, else "per_1000_sqkm".

    Returns
    -------
    pandas.DataFrame
        Rows of a density table, for `concat_tables`, one for each unit and period. `measure` is
        "incidents_clusters" and `count` a code: 3 a hot spot, 1 a cold spot, 2 neither, as
        `hotspot` of `local_autocorrelation`; `note` has the standard score of what stands out.

    Raises
    ------
    ArgumentError, FrameError, VintageError, MissingDependencyError
        As `global_autocorrelation`.
    """
    require_columns(table, DENSITY, what="density table")
    rows = table[(table["measure"] == _INCIDENTS) & (table["place_kind"] == "unit")]
    if by is None:
        has_people = rows["smoothed_per_100k"].notna().any()
        by = "smoothed_per_100k" if has_people else "per_1000_sqkm"
    parts = [
        _spots(one, units, by)
        for _, one in rows.groupby(["period_start", "period_end", "publisher"], dropna=False)
    ]
    if not parts:
        raise ArgumentError("the table has no incidents of units to look for clusters in")
    typed = pd.concat(parts).astype(table.dtypes[list(DENSITY)].to_dict())
    return inherit_audience(typed.reset_index(drop=True), table)


def _spots(rows: pd.DataFrame, units: gpd.GeoDataFrame, by: str) -> pd.DataFrame:
    """Write what stands out in one period as rows of a density table."""
    found = local_autocorrelation(rows, units, by=by)
    found = found.set_index(unit_keys(found)).reindex(unit_keys(rows))
    stands_out = found["hotspot"].isin(["hot", "cold"])
    scores = found["gi_star"].map("standard score Gi*: {:.2f}".format).where(stands_out)
    kept = rows[[*_OF_UNIT]].assign(
        measure=f"{_INCIDENTS}_clusters",
        count=found["hotspot"].map(_SPOTS).to_numpy(dtype="float64", na_value=np.nan),
        basis="count",
        note=scores.astype("string").fillna(found["note"]).to_numpy(),
    )
    return kept.reindex(columns=list(DENSITY))


def _layer(table: pd.DataFrame, units: gpd.GeoDataFrame, by: str) -> _Layer:
    """Join values to units, and keep those with a value and a neighbour with one."""
    require_columns(units, ("vintage", "pcode", "name", "geometry"), what="units")
    indicators = read_indicators(table, units, by=by, what="table")
    if len(indicators) > 1 or len(indicators[0].rows) > 1:
        names = ", ".join(sorted(table["measure"].unique()))
        raise ArgumentError(f"the table must hold one measure and period, not several ({names})")
    _require_enough(int(indicators[0].known().sum()), "have a value")
    keyed = units.set_axis(unit_keys(units)).sort_index()
    frame = pd.DataFrame(keyed[["vintage", "pcode", "name"]]).astype("string")
    frame["value"] = indicators[0].shown.astype("Float64")
    valued = keyed[frame["value"].notna()]
    neighbours = _contiguity(valued)
    alone = valued.index.isin(neighbours.isolates)
    used = frame.loc[valued.index[~alone]]
    _require_enough(len(used), "have a value and a neighbour")
    if used["value"].nunique() == 1:
        raise ArgumentError(f"all units have the same {by}: there is no pattern to look for")
    frame["note"] = pd.Series(pd.NA, index=frame.index, dtype="string")
    frame.loc[valued.index[alone], "note"] = "no neighbour with a value: not used"
    frame.loc[frame["value"].isna(), "note"] = "value not known: not used"
    return _Layer(frame, used, _contiguity(keyed.loc[used.index]).transform("r"))


def _require_enough(count: int, which: str) -> None:
    if count < MIN_UNITS:
        raise ArgumentError(
            f"spatial autocorrelation needs {MIN_UNITS} units, and {count} {which}: with so few, "
            "chance makes any pattern, and no test could tell; take a finer level"
        )


def _contiguity(units: gpd.GeoDataFrame) -> Any:
    """Give the neighbours of each unit: those that share a border or a corner."""
    graph = require("libpysal.graph", extra=_EXTRA, why=_WHY)
    return graph.Graph.build_contiguity(units.geometry, rook=False, strict=True)


def _permuted_p(values: Floats, graph: Any, permutations: int, seed: int) -> Floats:
    """Compare each local Moran with neighbours drawn at random from all other units."""
    count = len(values)
    standard = (values - values.mean()) / values.std()
    lags = np.asarray(graph.lag(standard), dtype=np.float64)
    neighbours = graph.cardinalities.to_numpy()
    rng = np.random.default_rng(seed)
    others = np.argsort(rng.random((permutations, count - 1)), axis=1)[:, : neighbours.max()]
    p = np.empty(count)
    for at, size in enumerate(neighbours):
        drawn = others[:, :size] + (others[:, :size] >= at)
        lag = standard[drawn].mean(axis=1)
        extreme = min((lag >= lags[at]).sum(), (lag <= lags[at]).sum())
        p[at] = min(2.0 * (extreme + 1) / (permutations + 1), 1.0)
    return p


def _significant(p: Floats, names: list[str]) -> npt.NDArray[np.str_]:
    """Keep the names of what is significant after correction for the number of tests."""
    kept = scipy.stats.false_discovery_control(p) <= SIGNIFICANCE
    return np.where(kept, names, "not significant")
