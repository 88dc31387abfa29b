"""The profile of a unit as one page of HTML that needs no network and prints on one A4."""

from importlib.resources import files
from typing import Final

import geopandas as gpd
import jinja2

from maligeo.core import words
from maligeo.core.columns import Language
from maligeo.paper.drawing.svg import svg_picture, without_controls
from maligeo.paper.page.pages import Heading
from maligeo.paper.report.charts import locator_map, trend_chart
from maligeo.paper.report.profile import Profile
from maligeo.provenance.record import KEY, program

_CHART: Final = (112.0, 50.0)  # millimetres
_LOCATOR: Final = (66.0, 50.0)


def report_html(
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
    """Leave control characters out of what the data say; a page may not hold them."""
    return without_controls(value) if type(value) is str else value


def _asset(name: str) -> str:
    return files("maligeo.paper").joinpath("assets", name).read_text(encoding="utf-8")


def _script_json(record: str) -> str:
    """Write JSON so that it can neither end nor open an element."""
    return record.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
