"""Reports on one unit or the country, as a page, on paper, as slides or a document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo.core.audiences import is_synthetic
from maligeo.core.checks import require_columns
from maligeo.core.columns import Audience
from maligeo.core.crs import require_geographic
from maligeo.core.files import written_whole
from maligeo.core.session import session_audience
from maligeo.disclosure import Gate
from maligeo.paper.drawing.shapes import Drawing
from maligeo.paper.drawing.svg import svg_picture
from maligeo.paper.office.document import document
from maligeo.paper.office.parts import Briefing
from maligeo.paper.office.slides import slides
from maligeo.paper.page import Heading, require_format, write_pages
from maligeo.paper.report.briefing import Told, country_briefing, unit_briefing
from maligeo.paper.report.charts import locator_map, trend_chart
from maligeo.paper.report.country_pages import country_pages, map_picture
from maligeo.paper.report.country_profile import CountryProfile, country_profile
from maligeo.paper.report.pdf import report_pages
from maligeo.paper.report.profile import Profile, ReportOptions, profile_of
from maligeo.paper.report.template import rendered
from maligeo.provenance.record import Provenance

BRIEFINGS: Final = (".pptx", ".docx")
REPORT_FORMATS: Final = (".html", ".pdf", *BRIEFINGS)
_OFFICE: Final[Mapping[str, Callable[[Briefing, str], bytes]]] = {
    ".pptx": slides,
    ".docx": document,
}
Above = Callable[[str, str], Heading]  # from title and subtitle

_CHART: Final = (112.0, 50.0)  # millimetres
_LOCATOR: Final = (66.0, 50.0)


def region_report(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    path: str | Path,
    *,
    options: ReportOptions,
    audience: Audience | None = None,
    about: Provenance | None = None,
) -> Path:
    """Write a profile of one region, or of the whole country.

    That of a region has its numbers, their trend, who works there, and the gaps; that of the
    country the map, the gaps of all units, and what documents say of it by programme. As
    slides or a document, which are for editing, both have the answer in sentences, the map in
    shapes, tables, the sources, and how it was made.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table, as from `maligeo.concat_tables`; what it does not hold is left out.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of the same vintage.
    path : str or pathlib.Path
        "….html", one file that needs no network, of a region on one A4; "….pdf"; or, of the
        extra `office`, "….pptx" or "….docx".
    options : ReportOptions
        The region, if it is about one, the matrix of presence, the gaps, the language.
    audience : {"internal", "partner", "public"}, optional
        For whom the report is; by default that of the session, else the public.
        All that it shows must have been released for them.
    about : Provenance, optional
        What the report was made from; kept in the file's metadata.

    Returns
    -------
    pathlib.Path
        The file that was written.

    Raises
    ------
    ArgumentError
        If the suffix is another one.
    FrameError
        If a frame lacks columns.
    CrsError
        If the units are not in EPSG:4326.
    VintageError
        If frames are of different vintages.
    UnknownNameError
        If no one unit bears the name.
    ReleaseError
        If a frame was not released for the audience.
    MissingDependencyError
        If a PDF is asked for and Matplotlib is not installed, or slides or a document, and the
        extra `office` is not.
    OutputFileError
        If the file cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import maligeo
    >>> units = maligeo.load_boundaries()
    >>> table = maligeo.study(units=units).table
    >>> presence = maligeo.study(units=units).presence
    >>> options = maligeo.ReportOptions(region="Mopti", presence=presence)
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     maligeo.region_report(table, units, f"{folder}/mopti.html", options=options).name
    'mopti.html'
    """
    audience = session_audience(audience)
    suffix = require_format(path, REPORT_FORMATS)
    require_columns(units, ("vintage", "pcode", "name"), what="units")
    require_geographic(units, what="units")
    frames = {
        "table": table,
        "presence": options.presence,
        "organisations": options.organisations,
        "gaps": options.gaps,
        "results": options.results,
    }
    shown = {what: frame for what, frame in frames.items() if frame is not None}
    gate = Gate(audience)
    for what, frame in shown.items():
        gate.admit(frame, what=what)
    synthetic = any(is_synthetic(frame) for frame in shown.values())
    above = partial(Heading, audience=audience, synthetic=synthetic, language=options.language)
    if suffix in _OFFICE:  # what documents say of the country is for reading, not for showing
        options = replace(options, results=None)
    compose = _of_country if options.region is None else _of_region
    report = compose(table, units, options, above)
    if suffix == ".pdf":
        return write_pages(path, report.pages(), heading=report.top, about=about)
    record = "" if about is None else about.to_json()
    if suffix in _OFFICE:
        told = Told(table, units, options, report.top, about)
        content = _OFFICE[suffix](report.briefing(told), record)
    else:
        content = _page(report, record).encode("utf-8")
    with written_whole(path, private=audience == "internal") as draft:
        draft.write_bytes(content)
    return Path(path)


@dataclass(frozen=True)
class _Composed:
    """A report that is to be written: as a page of HTML, as pages for paper, as a briefing."""

    template: str
    profile: Profile | CountryProfile
    top: Heading
    pictures: Callable[[], dict[str, str]]
    pages: Callable[[], list[Drawing]]
    briefing: Callable[[Told], Briefing]


def _of_region(
    table: pd.DataFrame, units: gpd.GeoDataFrame, options: ReportOptions, above: Above
) -> _Composed:
    profile, language = profile_of(table, units, options), options.language
    top = above(profile.title, profile.subtitle)

    def pictures() -> dict[str, str]:
        chart = trend_chart(profile.numbers.trend, *_CHART, language)
        locator = locator_map(units, profile.at, *_LOCATOR)
        return {
            "trend": svg_picture(chart, title=profile.trend_title),
            "locator": svg_picture(locator, title=profile.locator_title),
        }

    pages = partial(report_pages, profile, units, top, language)
    briefing = partial(unit_briefing, profile)
    return _Composed("report.html", profile, top, pictures, pages, briefing)


def _of_country(
    table: pd.DataFrame, units: gpd.GeoDataFrame, options: ReportOptions, above: Above
) -> _Composed:
    profile, language = country_profile(table, units, options), options.language
    top = above(profile.title, profile.subtitle)

    def pictures() -> dict[str, str]:
        drawn, panel = map_picture(profile, language)
        return {
            "map": svg_picture(drawn, title=profile.map_title),
            "panel": svg_picture(panel, title=profile.scene.subject.unit),
        }

    pages = partial(country_pages, profile, top, language)
    briefing = partial(country_briefing, profile)
    return _Composed("country.html", profile, top, pictures, pages, briefing)


def _page(report: _Composed, record: str) -> str:
    """Write a report as a page; the record of what made it is JSON, or empty."""
    return rendered(
        report.template, report.top, {"profile": report.profile, **report.pictures()}, record
    )
