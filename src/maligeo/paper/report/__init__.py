"""A profile of one unit, written as one page of HTML, which needs no network, or to paper."""

from importlib.resources import files
from pathlib import Path
from typing import Final

import geopandas as gpd
import jinja2
import pandas as pd

from maligeo.core import words
from maligeo.core.audiences import is_synthetic
from maligeo.core.checks import require_columns
from maligeo.core.columns import Audience, Language
from maligeo.core.crs import require_geographic
from maligeo.core.files import written_whole
from maligeo.core.session import session_audience
from maligeo.disclosure import Gate
from maligeo.paper.drawing.svg import svg_picture, without_controls
from maligeo.paper.page import Heading, require_format, write_pages
from maligeo.paper.report.charts import locator_map, trend_chart
from maligeo.paper.report.pdf import report_pages
from maligeo.paper.report.profile import Profile, ReportOptions, profile_of
from maligeo.provenance.record import KEY, Provenance, program

REPORT_FORMATS: Final = (".html", ".pdf")
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
    """Write a profile of one region: its numbers, their trend, who works there, the gaps.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table, as from `maligeo.concat_tables`; what it does not hold is left out.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of the same vintage.
    path : str or pathlib.Path
        "….html", one file that needs no network and prints on one A4; or "….pdf".
    options : ReportOptions
        The region, the matrix of presence, the gaps, the language.
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
        If a PDF is asked for and Matplotlib is not installed.
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
    profile = profile_of(table, units, options)
    synthetic = any(is_synthetic(frame) for frame in shown.values())
    language = options.language
    top = Heading(profile.title, profile.subtitle, audience, synthetic, language)
    if suffix == ".pdf":
        pages = report_pages(profile, units, top, language)
        return write_pages(path, pages, heading=top, about=about)
    record = "" if about is None else about.to_json()
    page = _page(profile, units, top, language, record)
    with written_whole(path, private=audience == "internal") as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
    return Path(path)


def _page(
    profile: Profile, units: gpd.GeoDataFrame, top: Heading, language: Language, record: str
) -> str:
    """Write a profile as a page.

    Parameters
    ----------
    profile : Profile
        What it says.
    units : geopandas.GeoDataFrame
        For the map that shows where the unit lies.
    top : Heading
        What stands above the page.
    language : {"fr", "en"}
        Language of the texts.
    record : str
        What made the report, as JSON; may be empty.
    """
    chart = trend_chart(profile.numbers.trend, *_CHART, language)
    locator = locator_map(units, profile.at, *_LOCATOR)
    template = _environment().from_string(_asset("report.html"))
    page = template.render(
        profile=profile,
        top=top,
        language=language,
        words=words.words(language),
        program=program(),
        key=KEY,
        record=_script_json(record),
        style=_asset("report.css"),
        trend=svg_picture(chart, title=profile.trend_title),
        locator=svg_picture(locator, title=profile.locator_title),
    )
    return page + "\n"


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_visible,
    )


def _visible(value: object) -> object:
    """Leave control characters out of what the data say, and curl the apostrophes of words."""
    return words.curly(without_controls(value)) if type(value) is str else value


def _asset(name: str) -> str:
    return files("maligeo.paper").joinpath("assets", name).read_text(encoding="utf-8")


def _script_json(record: str) -> str:
    """Write JSON so that it can neither end nor open an element."""
    return record.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
