"""The reports on all units of a study: the names of their files, and the page that lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from maligeo import paper
from maligeo.catalog import country
from maligeo.core.checks import require_choice
from maligeo.core.errors import ArgumentError
from maligeo.core.placenames import plain_name

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

INDEX: Final = "index.html"


class ReportFiles:
    """The files of reports on the country and on each unit.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        The units.
    suffix : str
        Format of the files.

    Raises
    ------
    ArgumentError
        If no report has such a format.
    """

    def __init__(self, units: gpd.GeoDataFrame, suffix: str) -> None:
        require_choice(suffix, paper.REPORT_FORMATS, option="suffix")
        self.units = units
        self.suffix = suffix
        self.digits = max(2, len(str(len(units))))

    @property
    def regions(self) -> dict[str | None, str]:
        """File names by unit; first the country, without a name.

        A unit that shares its name with another goes by its code.
        """
        shared = self.units["name"].duplicated(keep=False)
        asked = self.units["name"].where(~shared, self.units["pcode"])
        names = [str(country()["name_fr"]), *self.units["name"]]
        return {
            region: self._name(at, name)
            for at, (region, name) in enumerate(zip([None, *asked], names, strict=True))
        }

    def _name(self, at: int, name: str) -> str:
        return f"{at:0{self.digits}}-{plain_name(name)}{self.suffix}"

    def require_folder(self, folder: Path) -> None:
        """Refuse the name of one report for the folder of all.

        Raises
        ------
        ArgumentError
            If the name ends as a report does.
        """
        if folder.suffix.lower() in paper.REPORT_FORMATS:
            raise ArgumentError(
                f"all reports are a folder, and {folder.name} is one file: name a folder, and the "
                f"format by --format {folder.suffix.lower().removeprefix('.')}"
            )

    @property
    def own(self) -> set[str]:
        """Names that a folder of reports may hold, of whatever format."""
        stems = [name.removesuffix(self.suffix) for name in self.regions.values()]
        return {INDEX, *(stem + suffix for stem in stems for suffix in paper.REPORT_FORMATS)}

    def entries(self, language: str) -> list[paper.Entry]:
        """Give what the page lists."""
        names = [str(country()[f"name_{language}"]), *self.units["name"]]
        codes = ["", *self.units["pcode"]]
        return [
            paper.Entry(file, str(name), str(code))
            for file, name, code in zip(self.regions.values(), names, codes, strict=True)
        ]
