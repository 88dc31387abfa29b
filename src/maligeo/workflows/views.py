"""What a map of a study shows, on a page or on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from maligeo import maps, paper
from maligeo.core.errors import ArgumentError
from maligeo.measure.counts import areas_of_periods
from maligeo.measure.dates import of_periods
from maligeo.workflows.records import INCIDENTS, PROJECTS

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from maligeo.core.columns import Language
    from maligeo.maps import PageMap
    from maligeo.provenance.record import Provenance
    from maligeo.readers.files.sources import Source
    from maligeo.workflows.frames import StudyFrames

COMPARABLE: Final = "auto"
"""What `compare` says for the latest two periods that compare."""
PAGES: Final = (".html", ".htm")
PAPER: Final = (".pdf", ".png", ".svg")
GAPS: Final = "gaps"
_SURFACE: Final = "surface"
OF_A_PAGE: Final = (GAPS, _SURFACE)  # layers that are no measure of a density table


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """What a map of a study shows; as for `Study.map`.

    Attributes
    ----------
    study : StudyFrames
        Released for the audience of the map.
    """

    study: StudyFrames
    region: str | None
    language: Language
    compare: Sequence[str] | None
    layers: Sequence[str] | None
    online_tiles: bool
    tiles: Mapping[str, Source]

    @property
    def options(self) -> dict[str, object]:
        """What was asked for."""
        names = ("region", "language", "compare", "layers", "online_tiles")
        return {name: getattr(self, name) for name in names} | {"tiles": self.tiles or None}

    @cached_property
    def table(self) -> pd.DataFrame:
        """The density table of what is shown."""
        return self.study.table if self.keys is None else self.study.layered(self.keys)

    @property
    def keys(self) -> list[str] | None:
        """The layers of regions that are asked for; None for those of a default map."""
        return [key for key in self.layers or () if key not in OF_A_PAGE] or None

    @property
    def _incidents(self) -> pd.DataFrame | None:
        """The incidents that are shown one by one: those that are counted."""
        found = self.study.incidents
        return None if found is None else of_periods(found, self.study.period, date="date")

    @property
    def _areas(self) -> gpd.GeoDataFrame | None:
        """The areas that are shown one by one: those that are counted."""
        found = self.study.areas
        return None if found is None else areas_of_periods(found, self.study.period)

    @cached_property
    def page(self) -> PageMap:
        """The page, ready to be written."""
        fmap = self._regions() if self.compare is None else self._compared(self.compare)
        if self.online_tiles:
            maps.add_online_tiles(fmap)
        for archive in self.tiles.values():
            maps.inline_tiles(fmap, Path(archive))
        return fmap

    def write(self, path: Path, about: Provenance) -> Path:
        """Write the page, or the map on paper, by the suffix."""
        suffix = path.suffix.lower()
        if suffix in PAPER:
            return self._write_paper(path, about)
        if suffix not in PAGES:
            raise ArgumentError(f"{path} ends in none of {', '.join((*PAGES, *PAPER))}")
        return maps.save_map(self.page, path, about=about)

    def _regions(self) -> PageMap:
        """Colour the units, and lay records over them, or what is bundled."""
        study, records = self.study, self.study.records
        fmap: PageMap = maps.region_map(
            self.table,
            study.units,
            layers=self.keys,
            region=self.region,
            language=self.language,
            audience=study.audience,
        )
        maps.add_left_out(fmap, study.left_out)
        if self._areas is not None:
            maps.add_areas(fmap, self._areas)
        if PROJECTS in records.given:
            maps.add_projects(fmap, study.shares, study.units, counted=study.active)
        elif not records.given:
            maps.add_project_list(fmap, study.shares, study.units, counted=study.active)
        if not records.given or PROJECTS in records.given:
            maps.add_offices(fmap, study.projects, study.units)
        if not records.given or (PROJECTS in records.given and study.has_headings):
            maps.add_presence(fmap, study.presence)
        if not records.given:
            maps.add_results(fmap, study.units)
        if self._incidents is not None:
            maps.add_incidents(fmap, self._incidents)
        if GAPS in self.layers if self.layers is not None else self._need_is_known():
            maps.add_gaps(fmap, study.gaps, study.units)
        if _SURFACE in (self.layers or ()):
            maps.add_heat(fmap, self._points)
        return fmap

    @property
    def _points(self) -> pd.DataFrame:
        """The incidents that a surface is made of."""
        found = self._incidents
        if found is None:
            raise ArgumentError(
                "a surface is made of incidents one by one, and none are given that this audience "
                "sees"
            )
        return found

    def _need_is_known(self) -> bool:
        """Tell whether incidents are known by unit; a national total has no gaps to show."""
        if self.study.needs_figures:
            return True
        given = self.study.records.given
        is_asked = {INCIDENTS, PROJECTS} <= set(given) and self.study.period is not None
        if given and not is_asked:  # need of no period can be held against nothing
            return False
        table = self.study.table
        by_unit = (table["measure"] == INCIDENTS) & (table["place_kind"] == "unit")
        return bool(table.loc[by_unit, "count"].notna().any())

    def _compared(self, periods: Sequence[str]) -> PageMap:
        for name in OF_A_PAGE:
            if name in (self.layers or ()):
                raise ArgumentError(f"{name} is not shown for two periods side by side")
        study, table = self.study, self.table
        if periods == COMPARABLE:
            first = second = maps.MapSide(table, study.units)
        else:
            first, second = (maps.MapSide(table, study.units, period) for period in periods)
        return maps.comparison_map(
            first, second, layers=self.keys, language=self.language, audience=study.audience
        )

    def _write_paper(self, path: Path, about: Provenance) -> Path:
        if self.compare is not None or self.online_tiles or self.tiles:
            raise ArgumentError(
                "--compare, --tiles and --online-tiles are about the map on a screen"
            )
        wanted = self.layers or (None,)
        if len(wanted) > 1:
            several = ", ".join(self.layers or ())
            raise ArgumentError(f"a map on paper shows one layer, and {several} are asked for")
        if wanted[0] == _SURFACE:
            raise ArgumentError("a surface is on no paper: maligeo surface writes it as a raster")
        study, is_gaps = self.study, wanted[0] == GAPS
        options = paper.MapOptions(
            layer=None if is_gaps else wanted[0],
            region=self.region,
            language=self.language,
            incidents=self._incidents,
            areas=self._areas,
            behind=study.table if is_gaps else None,
        )
        drawn = study.gaps if is_gaps else self.table
        return paper.map_figure(
            drawn, study.units, path, options=options, audience=study.audience, about=about
        )
