"""What is found out about each record while it is located, and the frame made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core.columns import LOCATE_METHODS, PLACE_KINDS
from maligeo.core.placenames import JOINT, normalise

TOO_COARSE = "too coarse for this level"
OUTSIDE = "outside all units"
SWAPPED = f"{OUTSIDE}, but inside with longitude and latitude swapped"


@dataclass
class Findings:
    """What is known of each of n rows so far.

    Attributes
    ----------
    position : int32 array, shape (n,)
        Row position of the unit, -1 for none.
    method : int8 array, shape (n,)
        Position in `LOCATE_METHODS`.
    distance_m : float64 array, shape (n,)
        0 in the unit, metres to the nearest one, NaN without a position.
    score : float32 array, shape (n,)
        Likeness of the name that was read, NaN where none was.
    disagrees : int8 array, shape (n,)
        1 where name and position mean different units, 0 where the same, -1 else.
    note : int32 array, shape (n,)
        Position in `notes`, -1 for none.
    notes : dict of str to int
        The remarks that occur, with their positions.
    whole : bool array, shape (n,)
        Whether a name says that the row is about the whole country.
    joint : int32 array, shape (n,)
        Position in `joints`, -1 where the row is not in several units.
    joints : dict of tuple of int to int
        Row positions of units that rows are in together, with their positions.
    """

    position: npt.NDArray[np.int32]
    method: npt.NDArray[np.int8]
    distance_m: npt.NDArray[np.float64]
    score: npt.NDArray[np.float32]
    disagrees: npt.NDArray[np.int8]
    note: npt.NDArray[np.int32]
    whole: npt.NDArray[np.bool_]
    joint: npt.NDArray[np.int32]
    notes: dict[str, int] = field(default_factory=lambda: {TOO_COARSE: 0, OUTSIDE: 1})
    joints: dict[tuple[int, ...], int] = field(default_factory=dict)

    @classmethod
    def nothing(cls, rows: int) -> "Findings":
        """Begin with nothing known of some rows."""
        return cls(
            position=np.full(rows, -1, dtype=np.int32),
            method=np.full(rows, LOCATE_METHODS.index("none"), dtype=np.int8),
            distance_m=np.full(rows, np.nan),
            score=np.full(rows, np.nan, dtype=np.float32),
            disagrees=np.full(rows, -1, dtype=np.int8),
            note=np.full(rows, -1, dtype=np.int32),
            whole=np.zeros(rows, dtype=np.bool_),
            joint=np.full(rows, -1, dtype=np.int32),
        )

    def place(self, rows: npt.NDArray[Any], position: npt.ArrayLike, method: str) -> None:
        """Put rows into units."""
        self.position[rows] = position
        self.method[rows] = LOCATE_METHODS.index(method)

    def place_jointly(
        self, rows: npt.NDArray[Any], positions: tuple[int, ...], method: str
    ) -> None:
        """Put rows into several units together."""
        self.joint[rows] = self.joints.setdefault(positions, len(self.joints))
        self.method[rows] = LOCATE_METHODS.index(method)

    def remark(self, rows: npt.NDArray[Any], note: str) -> None:
        """Write the same note to some rows."""
        self.note[rows] = self.notes.setdefault(note, len(self.notes))


def put(codes: npt.NDArray[np.int8], code: int, rows: npt.NDArray[np.bool_]) -> None:
    """Put one code where rows are marked: by figures, as marks that alternate are slow to follow.

    Parameters
    ----------
    codes : int8 array
        Between 0 and 63, as the code; changed.
    code : int
    rows : bool array of the same length
    """
    codes += (np.int8(code) - codes) * rows.view(np.int8)


def assemble(
    records: pd.DataFrame, found: Findings, units: gpd.GeoDataFrame, *, vintage: str, level: int
) -> pd.DataFrame:
    """Add the columns of `locate` to the records.

    Parameters
    ----------
    records : pandas.DataFrame, n rows
        Not changed.
    found : Findings
        Of the n rows.
    units : geopandas.GeoDataFrame
        The units that the positions in `found` count.
    vintage, level : str, int
        Of the units.

    Returns
    -------
    pandas.DataFrame, n rows
    """
    located = records.rename(columns={f"adm{level}_name": f"adm{level}_reported"})
    kind = _place_kind(records, found)
    added: dict[str, Any] = {
        "vintage": _constant(vintage, len(records)),
        f"adm{level}_pcode": _taken(units["pcode"], found.position),
        f"adm{level}_name": _unit_names(units["name"], found),
        f"adm{level}_place_kind": kind,
        "place_kind": kind,
        "locate_method": _coded(found.method, LOCATE_METHODS),
        "locate_distance_m": found.distance_m,
        "locate_score": found.score,
        "locate_disagrees": pd.arrays.BooleanArray(found.disagrees == 1, found.disagrees < 0),
        "locate_note": _coded(found.note, list(found.notes)),
    }
    return located.assign(**added)


def _coded(codes: npt.NDArray[Any], words: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, pd.Index(list(words), dtype="str"), validate=False)


def _constant(word: str, rows: int) -> pd.Categorical:
    return _coded(np.zeros(rows, dtype=np.int8), [word])


def _taken(values: pd.Series, position: npt.NDArray[np.int32]) -> pd.Categorical:
    """Give the unit's value for each row as a categorical; names may repeat among units."""
    codes, words = pd.factorize(values.astype("object"))  # a missing value has the code -1
    number = np.int16 if len(words) < 2**15 else np.int32
    if len(words) == len(codes):  # each unit has a word of its own
        return _coded(position.astype(number), list(words))
    return _coded(np.append(codes, -1).astype(number)[position], list(words))


def _unit_names(names: pd.Series, found: Findings) -> pd.Categorical:
    """Give the name of the unit of each row, or of those that it is in together."""
    single = _taken(names, found.position)
    if not found.joints:
        return single
    texts = [sorted(names.iloc[list(some)].astype(str), key=normalise) for some in found.joints]
    together = [JOINT.join(some) for some in texts]
    codes, words = pd.factorize(pd.Series([*single.categories, *together], dtype="object"))
    by_row = np.where(found.joint < 0, single.codes, codes[len(single.categories) + found.joint])
    return _coded(by_row, list(words))


def _place_kind(records: pd.DataFrame, found: Findings) -> pd.Categorical:
    """Tell what is placed, what concerns the whole country, and what cannot be placed."""
    kind = np.full(len(records), PLACE_KINDS.index("unattributed"), dtype=np.int8)
    for column in ("place_level", "location_precision"):
        if column in records.columns and records[column].notna().any():
            whole = (records[column] == "country").fillna(False).to_numpy(dtype=np.bool_)
            kind[whole] = PLACE_KINDS.index("countrywide")
    is_outside = np.array([*(note in (OUTSIDE, SWAPPED) for note in found.notes), False])
    for name, rows in (
        ("countrywide", found.whole),
        ("outside", is_outside[found.note]),  # the last for those without
        ("unit", found.position >= 0),
        ("joint", found.joint >= 0),
    ):
        put(kind, PLACE_KINDS.index(name), rows)
    return _coded(kind, PLACE_KINDS)
