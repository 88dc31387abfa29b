"""The profile of a unit as one page of HTML that needs no network and prints on one A4."""

from importlib.resources import files
from typing import Final

import geopandas as gpd
import jinja2

from maligeo.core import words
from maligeo.core.columns import Audience, Language
from maligeo.paper.drawing.svg import svg_picture, without_controls
from maligeo.paper.report.charts import has_trend, locator_map, trend_chart
from maligeo.paper.report.numbers import PeriodFigures
from maligeo.paper.report.profile import Profile
from maligeo.provenance.record import KEY, program

MOST_PERIODS: Final = 8  # rows of the table; the chart shows all
_CHART: Final = (112.0, 50.0)  # millimetres
_LOCATOR: Final = (66.0, 50.0)


def report_html(
    profile: Profile,
    units: gpd.GeoDataFrame,
    *,
    language: Language,
    audience: Audience,
    synthetic: bool,
    record: str,
) -> str:
    """Write a profile as a page.

    Parameters
    ----------
    profile : Profile
        What it says.
    units : geopandas.GeoDataFrame
        For the map that shows where the unit lies.
    language : {"fr", "en"}
        Language of the page.
    audience : {"internal", "partner", "public"}
        For whom it is.
    synthetic : bool
        Whether some of the data are made up.
    record : str
        What it was made from, as JSON; may be empty.

    Notes
    -----
    Every text is escaped by the template; the two pictures are written here, and escape
    their own texts.
    """
    numbers = profile.numbers
    shown, earlier = latest_periods(profile, language)
    chart = trend_chart(numbers.trend, *_CHART, language)
    locator = locator_map(units, profile.at, *_LOCATOR)
    trend_title = words.word("report.trend", language).format(unit=numbers.trend_unit)
    locator_title = words.word("report.locator", language).format(name=profile.name)
    template = _environment().from_string(_asset("report.html"))
    page = template.render(
        profile=profile,
        language=language,
        audience=audience,
        synthetic=synthetic,
        words=words.words(language),
        program=program(),
        key=KEY,
        record=_script_json(record),
        style=_asset("report.css"),
        trend=svg_picture(chart, title=trend_title),
        trend_title=trend_title,
        has_trend=has_trend(numbers.trend),
        locator=svg_picture(locator, title=locator_title),
        locator_title=locator_title,
        periods=shown,
        earlier=earlier,
        has_rates=any(row.rate for row in numbers.periods),
        present=[one for one in profile.programmes if one.count],
        absent=[one for one in profile.programmes if not one.count],
    )
    return page + "\n"


def latest_periods(profile: Profile, language: Language) -> tuple[list[PeriodFigures], str]:
    """Give the periods that a table has room for, and the words for those left out."""
    rows = list(profile.numbers.periods)
    left = len(rows) - MOST_PERIODS
    if left <= 0:
        return list(rows), ""
    count = words.number_text(left, language)
    return list(rows[left:]), words.word("report.earlier", language).format(count=count)


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
