"""Maps of a study: the page on a screen, and the same table and records on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from maligeo import maps, paper
from maligeo.core.checks import require_choice
from maligeo.core.errors import ArgumentError
from maligeo.workflows.recipes import Product
from maligeo.workflows.records import INCIDENTS, PROJECTS, has_programmes

if TYPE_CHECKING:
    from maligeo.core.columns import Language
    from maligeo.maps import PageMap
    from maligeo.provenance.record import Provenance
    from maligeo.workflows.frames import StudyFrames

_PAGES: Final = (".html", ".htm")
PAPER: Final = (".pdf", ".png", ".svg")
_GAPS: Final = "gaps"


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
    measure: str | None
    online_tiles: bool

    @property
    def options(self) -> dict[str, object]:
        """What was asked for."""
        names = ("region", "language", "compare", "measure", "online_tiles")
        return {name: getattr(self, name) for name in names}

    @cached_property
    def page(self) -> PageMap:
        """The page, ready to be written."""
        if self.measure is not None:
            raise ArgumentError("--measure is about the map on paper: the one on a screen has all")
        fmap = self._regions() if self.compare is None else self._compared(self.compare)
        if self.online_tiles:
            maps.add_online_tiles(fmap)
        return fmap

    def write(self, path: Path, about: Provenance) -> Path:
        """Write the page, or the map on paper, by the suffix."""
        suffix = path.suffix.lower()
        if suffix in PAPER:
            return self._write_paper(path, about)
        require_choice(suffix, _PAGES, option="the suffix of a map")
        return maps.save_map(self.page, path, about=about)

    def _regions(self) -> PageMap:
        """Colour the units, and lay records over them, or what is bundled."""
        study, records = self.study, self.study.records
        fmap: PageMap = maps.region_map(
            study.table,
            study.units,
            region=self.region,
            language=self.language,
            audience=study.audience,
        )
        if study.areas is not None:
            maps.add_areas(fmap, study.areas)
        if PROJECTS in records.given:
            maps.add_projects(fmap, study.shares, study.units)
        if not records.given or (PROJECTS in records.given and has_programmes(study.shares)):
            maps.add_presence(fmap, study.presence)
        if study.incidents is not None:
            maps.add_incidents(fmap, study.incidents)
        if not records.given and self._need_is_known():
            maps.add_gaps(fmap, study.gaps, study.units)
        return fmap

    def _need_is_known(self) -> bool:
        """Tell whether incidents are known by unit; a national total has no gaps to show."""
        table = self.study.table
        by_unit = (table["measure"] == INCIDENTS) & (table["place_kind"] == "unit")
        return bool(table.loc[by_unit, "count"].notna().any())

    def _compared(self, periods: Sequence[str]) -> PageMap:
        study = self.study
        first, second = (maps.MapSide(study.table, study.units, period) for period in periods)
        return maps.comparison_map(first, second, language=self.language, audience=study.audience)

    def _write_paper(self, path: Path, about: Provenance) -> Path:
        if self.compare is not None or self.online_tiles:
            raise ArgumentError("--compare and --online-tiles are about the map on a screen")
        study, is_gaps = self.study, self.measure == _GAPS
        if is_gaps and study.records.given:
            raise ArgumentError("gaps are drawn of the bundled data: maligeo gaps compares files")
        options = paper.MapOptions(
            layer=None if is_gaps else self.measure,
            region=self.region,
            language=self.language,
            incidents=study.incidents,
            areas=study.areas,
            behind=study.table if is_gaps else None,
        )
        drawn = study.gaps if is_gaps else study.table
        return paper.map_figure(
            drawn, study.units, path, options=options, audience=study.audience, about=about
        )


@dataclass(frozen=True)
class Map(Product):
    """A map that can be shown in a notebook and written to a file.

    Attributes
    ----------
    view : View
        What it shows.
    """

    view: View = field(kw_only=True, repr=False)

    @property
    def page(self) -> PageMap:
        """The Folium map, for further layers; save it with `maligeo.save_map`."""
        return self.view.page

    def _repr_html_(self) -> str:
        return str(self.page._repr_html_())
