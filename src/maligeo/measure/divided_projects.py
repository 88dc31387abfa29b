"""Located projects with what follows from them: their shares, and how many are in each unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from maligeo.join.shares import allocate
from maligeo.measure.activity import ACTIVE, UNDATED, activity
from maligeo.measure.densities import density

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from maligeo.core.periods import Period


@dataclass(frozen=True, eq=False)
class DividedProjects:
    """Projects divided among units and counted; each frame is made when first asked for.

    Attributes
    ----------
    located : pandas.DataFrame
        Projects as `maligeo.locate` gives them.
    units : geopandas.GeoDataFrame
        Units of the same vintage.
    """

    located: pd.DataFrame
    units: gpd.GeoDataFrame

    @cached_property
    def shares(self) -> pd.DataFrame:
        """Equal shares, as `maligeo.allocate` gives them."""
        return allocate(self.located, self.units)

    @cached_property
    def counts(self) -> dict[str, pd.DataFrame]:
        """Projects in full and by equal shares, and programmes; by name of the measure."""
        shares, units = self.shares, self.units
        return {
            "projects": density(shares, units, measure="projects"),
            "projects_fractional": density(
                shares, units, measure="projects", counting="fractional"
            ),
            "programmes": density(shares, units, measure="programmes"),
        }

    def by_people(self, people: pd.DataFrame) -> pd.DataFrame:
        """Count projects that are divided by the people of the units."""
        shares = allocate(self.located, self.units, by="population", population=people)
        return density(shares, self.units, measure="projects", counting="weighted")

    def under_way(self, period: Period | None) -> DividedProjects:
        """Keep the projects that are under way in a period, or may be."""
        is_current = activity(self.located, period).isin([ACTIVE, UNDATED])
        return self if is_current.all() else replace(self, located=self.located[is_current])
