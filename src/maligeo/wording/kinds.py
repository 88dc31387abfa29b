"""Kinds of points and areas: which occur, in which order, and what they are called."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo import labels, style

COARSE = ("adm1", "adm2", "adm3")  # a position that stands for a whole unit
_PLACELESS = "country"  # a position that stands for the whole country is none


class Kind(NamedTuple):
    """A kind of record.

    Attributes
    ----------
    key : str
        The word in the data; empty where it is missing.
    name : str
        The word for a reader.
    """

    key: str
    name: str


def event_types(values: "pd.Series[str]", language: str) -> list[Kind]:
    """List the types of incident that occur: known ones in their order, others, missing."""
    return _kinds(values, style.EVENT_MARKS, "event_type", language)


def area_statuses(values: "pd.Series[str]", language: str) -> list[Kind]:
    """List the statuses of land that occur: known ones in their order, others, missing."""
    return _kinds(values, style.AREA_LOOKS, "status", language)


def drawable(
    incidents: pd.DataFrame, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> npt.NDArray[np.intp]:
    """Give the rows of incidents that have a place on a map."""
    placed = np.isfinite(lon) & np.isfinite(lat)
    if "location_precision" in incidents.columns:
        placed &= ~(incidents["location_precision"] == _PLACELESS).fillna(False).to_numpy(bool)
    return np.flatnonzero(placed)


def is_coarse(incidents: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which incidents have the position of a whole unit."""
    if "location_precision" not in incidents.columns:
        return np.zeros(len(incidents), dtype=bool)
    return np.asarray(incidents["location_precision"].isin(COARSE), dtype=bool)


def _kinds(
    values: "pd.Series[str]", known: Iterable[str], prefix: str, language: str
) -> list[Kind]:
    found = set(values.dropna().astype(str))
    ordered = [kind for kind in known if kind in found]
    keys = [*ordered, *sorted(found - set(ordered)), *([""] if values.isna().any() else [])]
    return [Kind(key, _name(key, prefix, language)) for key in keys]


def _name(key: str, prefix: str, language: str) -> str:
    text = f"{prefix}.{key or 'missing'}"
    return labels.word(text, language) if labels.has_word(text) else key
