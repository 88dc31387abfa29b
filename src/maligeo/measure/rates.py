"""How sure a rate is: exact intervals, empirical-Bayes smoothing, units that share a border."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import scipy
import shapely

from maligeo.core.crs import Floats

CONFIDENCE = 0.95
UNRELIABLE_BELOW = 20  # below it the relative standard error of a count exceeds 22 %
FEWEST_UNITS = 30  # fewer give each unit a neighbourhood that is most of the country

_DECIMALS = 9  # beyond them a fraction is an error of arithmetic

Pairs = npt.NDArray[np.int64]


def poisson_interval(
    count: npt.ArrayLike, *, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats]:
    """Give the exact interval of a Poisson mean from one count.

    Parameters
    ----------
    count : array_like, shape (n,)
        Observed whole counts; NaN gives NaN.
    confidence : float, default 0.95
        Two-sided confidence.

    Returns
    -------
    low, high : numpy.ndarray of float64, shape (n,)

    Notes
    -----
    Garwood, F. (1936), Fiducial limits for the Poisson distribution, Biometrika 28,
    437-442: χ²(α/2; 2k)/2 and χ²(1-α/2; 2k+2)/2, with 0 below for k = 0.
    """
    observed = np.asarray(count, dtype=np.float64)
    return clustered_interval(observed, observed, largest=1.0, confidence=confidence)


def whole_counts(low: npt.ArrayLike, high: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Give the least and the largest whole count that lie between ends of fractions.

    Parameters
    ----------
    low, high : array_like, shape (n,)
        What the rounding of a share leaves of a count; NaN gives NaN.

    Returns
    -------
    least, largest : numpy.ndarray of float64, shape (n,)
    """
    least, largest = (np.round(np.asarray(end, dtype=np.float64), _DECIMALS) for end in (low, high))
    return np.ceil(least), np.floor(largest)


def clustered_interval(
    total: npt.ArrayLike,
    squares: npt.ArrayLike,
    *,
    largest: npt.ArrayLike,
    confidence: float = CONFIDENCE,
) -> tuple[Floats, Floats]:
    """Give the interval of a mean to which each event adds several, as victims do.

    The victims of one incident are not independent of one another, so that the interval
    of `poisson_interval` would be too narrow for them.

    Parameters
    ----------
    total, squares : array_like, shape (n,)
        Sum of what the events added, and sum of its squares; NaN gives NaN.
    largest : float or array_like, shape (n,)
        The most that one event may add; 1 gives `poisson_interval`.
    confidence : float, default 0.95
        Two-sided confidence.

    Returns
    -------
    low, high : numpy.ndarray of float64, shape (n,)

    Notes
    -----
    Fay, M. P. and Feuer, E. J. (1997), Confidence intervals for directly standardized
    rates: a method based on the gamma distribution, Statistics in Medicine 16, 791-801.
    It covers the mean at least as often as it says, and so is rather too wide.
    """
    summed, variance, most = (
        np.asarray(given, dtype=np.float64) for given in (total, squares, largest)
    )
    tail = (1.0 - confidence) / 2.0
    some = summed > 0
    safe_sum, safe_variance = np.where(some, summed, 1.0), np.where(some, variance, 1.0)
    scale = safe_variance / safe_sum
    low = np.where(some, scale / 2 * _chi2_quantile(tail, 2 * safe_sum / scale), 0.0)
    above, spread = summed + most, variance + most**2
    high = spread / above / 2 * _chi2_quantile(1.0 - tail, 2 * above**2 / spread)
    return np.where(np.isnan(summed), np.nan, low), high


def _chi2_quantile(share: float, freedom: Floats) -> Floats:
    """Give a quantile of the chi-squared distribution, without loading `scipy.stats` for it."""
    quantile: Floats = 2.0 * scipy.special.gammaincinv(freedom / 2.0, share)
    return quantile


def ratio_interval(
    count: npt.ArrayLike, base: npt.ArrayLike, *, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats]:
    """Give the exact interval of the ratio of two Poisson means.

    Parameters
    ----------
    count, base : array_like, shape (n,)
        Whole counts above and below the line; NaN gives NaN.
    confidence : float, default 0.95
        Two-sided confidence.

    Returns
    -------
    low, high : numpy.ndarray of float64, shape (n,)
        Of the ratio of the means; infinite above where `base` is 0. Divide by the ratio
        of the observation times for a ratio of rates.

    Notes
    -----
    Given their sum, one of two Poisson counts is binomial (Przyborowski, J. and Wilenski,
    H. (1940), Homogeneity of results in testing samples from Poisson series, Biometrika
    31, 313-323); the limits of its share are those of Clopper, C. J. and Pearson, E. S.
    (1934), Biometrika 26, 404-413.
    """
    above, below = np.asarray(count, dtype=np.float64), np.asarray(base, dtype=np.float64)
    tail = (1.0 - confidence) / 2.0
    low = scipy.stats.beta.ppf(tail, np.where(above > 0, above, 1.0), below + 1)
    high = scipy.stats.beta.ppf(1.0 - tail, above + 1, np.where(below > 0, below, 1.0))
    low, high = np.where(above > 0, low, 0.0), np.where(below > 0, high, 1.0)
    unknown = np.isnan(above) | np.isnan(below)
    low, high = np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)
    odds = np.divide(high, 1.0 - high, out=np.full_like(high, np.inf), where=high != 1.0)
    return low / (1.0 - low), odds


def smooth_rates(
    count: npt.ArrayLike, exposure: npt.ArrayLike, *, pairs: Pairs | None = None
) -> Floats:
    """Shrink rates towards a mean, the more the fewer people stand behind them.

    Parameters
    ----------
    count : array_like, shape (n,)
        Events per unit; NaN where not known.
    exposure : array_like, shape (n,)
        Person-years per unit.
    pairs : numpy.ndarray of int64, shape (2, m), optional
        Units that share a border, both ways round, as from `shared_borders`. With it the
        mean is that of a unit and its neighbours (local), else that of all (global).

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Smoothed events per person-year, never negative; NaN where the count or the
        exposure is not known, where (local) no neighbour is known, and everywhere when
        fewer than two units are known.

    Notes
    -----
    Marshall, R. J. (1991), Mapping disease and mortality rates using empirical Bayes
    estimators, Applied Statistics 40, 283-294: method-of-moments estimators, global
    (p. 284-285) and local (p. 286); a negative variance between units counts as zero.
    """
    events = np.asarray(count, dtype=np.float64)
    people = np.asarray(exposure, dtype=np.float64)
    known = np.isfinite(events) & np.isfinite(people) & (people > 0)
    smoothed = np.full(events.shape, np.nan)
    if known.sum() < 2:
        return smoothed
    rate = np.divide(events, people, out=np.zeros_like(events), where=known)
    group, owner, member = _groups(known, pairs)
    size = sum_by(owner, np.ones(len(owner)), len(events))
    pooled = sum_by(owner, people[member], len(events))
    mean = _ratio(sum_by(owner, events[member], len(events)), pooled)
    apart = people[member] * (rate[member] - mean[owner]) ** 2
    spread = _ratio(sum_by(owner, apart, len(events)), pooled)
    between = np.maximum(spread - mean * _ratio(size, pooled), 0.0)[group]
    use, mean = known & (size[group] > 1), mean[group]
    total = between + _ratio(mean, np.where(known, people, 0.0))
    weight = _ratio(between, total)
    smoothed[use] = (mean + weight * (rate - mean))[use]
    return smoothed


def shared_borders(units: gpd.GeoDataFrame) -> Pairs:
    """List the pairs of units that share a stretch of border.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, n rows
        Units of one layer.

    Returns
    -------
    numpy.ndarray of int64, shape (2, m)
        Row positions, each pair both ways round. Units that only meet in a point are
        no neighbours.
    """
    shapes = np.asarray(units.geometry.array, dtype=object)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first = one < other
    one, other = one[first], other[first]
    meeting = shapely.intersection(shapes[one], shapes[other])
    line = (shapely.length(meeting) > 0) | (shapely.area(meeting) > 0)
    one, other = one[line], other[line]
    pairs = np.array([np.append(one, other), np.append(other, one)], dtype=np.int64)
    return pairs[:, np.lexsort((pairs[1], pairs[0]))]


def sum_by(group: npt.NDArray[np.int64], values: npt.ArrayLike, groups: int) -> Floats:
    """Add values up by the number of their group."""
    added: Floats = np.bincount(group, np.asarray(values, dtype=np.float64), groups).astype(
        np.float64
    )
    return added


def _groups(known: npt.NDArray[np.bool_], pairs: Pairs | None) -> tuple[Pairs, Pairs, Pairs]:
    """Say whose mean each unit is drawn to, and list (group, member) of these groups."""
    own = np.flatnonzero(known)
    if pairs is None:
        return np.zeros(len(known), dtype=np.int64), np.zeros(len(own), dtype=np.int64), own
    kept = pairs[:, known[pairs[0]] & known[pairs[1]]]
    owner, member = np.append(own, kept[0]), np.append(own, kept[1])
    return np.arange(len(known)), owner, member


def _ratio(above: npt.ArrayLike, below: Floats) -> Floats:
    """Divide where there is something to divide by, and give 0 elsewhere."""
    divided: Floats = np.divide(above, below, out=np.zeros(len(below)), where=below > 0)
    return divided
