"""Ranks: which unit comes first, with ties shared and the unknown left out."""

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

_Floats = npt.NDArray[np.float64]


def ranks(values: npt.ArrayLike) -> _Floats:
    """Rank values from the largest, which is 1, to the smallest.

    Parameters
    ----------
    values : array_like, shape (..., n)
        Values of n units, compared along the last axis; NaN where not known.

    Returns
    -------
    numpy.ndarray of float64, shape (..., n)
        Ranks between 1 and the number of known values. Equal values share the mean of the
        places that they take, so that ranks always have the same sum. An unknown value
        has no rank (NaN) and takes no place.

    Notes
    -----
    Mid-ranks: Kendall, M. G. (1945), The treatment of ties in ranking problems,
    Biometrika 33, 239-251.
    """
    return np.asarray(
        rankdata(-np.asarray(values, dtype=np.float64), axis=-1, nan_policy="omit"),
        dtype=np.float64,
    )


def rank_scores(values: npt.ArrayLike) -> _Floats:
    """Put values on the scale of their ranks: 0 is lowest, 1 highest.

    Parameters
    ----------
    values : array_like, shape (..., n)
        Values of n units; NaN where not known.

    Returns
    -------
    numpy.ndarray of float64, shape (..., n)
        1 - (rank - 0.5) / m, where m values are known: the middle of the m-th part of the
        scale in which the unit lies. It does not change when every unit is doubled.

    Notes
    -----
    The plotting position of Hazen, A. (1914), Storage to be provided in impounding
    reservoirs for municipal water supply, Transactions of the ASCE 77, 1539-1640.
    """
    ranked = ranks(values)
    known = np.maximum(np.isfinite(ranked).sum(axis=-1, keepdims=True), 1)
    return np.asarray(1.0 - (ranked - 0.5) / known, dtype=np.float64)
