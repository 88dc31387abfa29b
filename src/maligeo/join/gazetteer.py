"""Places of a gazetteer by name, with the units in which their own positions lie."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo import catalog
from maligeo.core.checks import require_columns
from maligeo.core.crs import positions_of
from maligeo.core.placenames import NameTable
from maligeo.join.reported import COLUMNS
from maligeo.unitindex import UnitIndex

NEEDED: Final = ("place_name", "name_alt", "lon", "lat")


def bundled_towns() -> pd.DataFrame:
    """Give the bundled towns as a gazetteer."""
    towns = catalog.load_table("reference", "towns").rename(columns={"name": "place_name"})
    return towns.astype({"lon": "float64", "lat": "float64"})


class Match(Protocol):
    """What names led to, as from `Meanings.match`."""

    @property
    def positions(self) -> tuple[int, ...]:
        """Row positions of units."""


@dataclass(frozen=True)
class LocatedGazetteer:
    """Places by name.

    Attributes
    ----------
    names : NameTable
        Names and other names.
    units : int32 array
        Row position of the unit of each place; -1 for none.
    listed : mapping of str to str
        Comparable forms to names as listed.
    """

    names: NameTable
    units: npt.NDArray[np.int32]
    listed: dict[str, str]

    @classmethod
    def of(
        cls, gazetteer: pd.DataFrame, index: UnitIndex, match: Callable[[Sequence[object]], Match]
    ) -> Self:
        """Look up where the places lie.

        Parameters
        ----------
        gazetteer : pandas.DataFrame
            As from `maligeo.read_gazetteer`.
        index : UnitIndex
            Of the units.
        match : callable
            Finds the units that names of regions, cercles and communes mean, for places
            without a position.
        """
        require_columns(gazetteer, NEEDED, what="gazetteer")
        positions = positions_of(gazetteer[["lon", "lat"]], what="gazetteer")
        units = index.query(*positions).astype(np.int32)
        nowhere = np.flatnonzero(~np.isfinite(positions).all(axis=0))
        named = gazetteer.reindex(columns=COLUMNS[:-1]).iloc[nowhere].astype("object")
        for at, cells in zip(nowhere, named.itertuples(index=False, name=None), strict=True):
            found = match((*cells, None)).positions
            units[at] = found[0] if len(found) == 1 else -1
        aliases = gazetteer["name_alt"].astype("object")
        names = NameTable.from_columns(gazetteer["place_name"].astype("object"), aliases)
        known = list(gazetteer["place_name"])
        listed = {form: str(known[rows[0]]) for form, rows in names.positions.items()}
        return cls(names, units, listed)

    def find(self, name: str) -> frozenset[int]:
        """Give the units in which places of a name lie."""
        found = (int(self.units[at]) for at in self.names.find(name))
        return frozenset(unit for unit in found if unit >= 0)
