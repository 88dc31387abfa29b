"""The pages, written from templates in which every text is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import jinja2

from maligeo.app.checks import MOST_RED
from maligeo.app.forms import CONSTANTS, LEVELS, MOST_COLUMNS, VINTAGES, fields_of
from maligeo.app.jobs import SUFFIXES, Job
from maligeo.app.making import MAP
from maligeo.app.tasks import KINDS
from maligeo.core import words
from maligeo.core.columns import AUDIENCES, LANGUAGES, Language
from maligeo.core.sentences import field_text
from maligeo.readers.files.sources import DATE_ORDERS

STEPS: Final = ("drop", "understand", "repair", "ask", "see")
_OWN: Final = ("understand", "repair")  # steps that show records as they are


def _template(name: str) -> str:
    return (resources.files("maligeo.app") / "templates" / name).read_text(encoding="utf-8")


_ENVIRONMENT: Final = jinja2.Environment(
    loader=jinja2.FunctionLoader(_template),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


def asset(name: str) -> bytes:
    """Give the style or the script of the pages."""
    return (resources.files("maligeo.app") / "assets" / name).read_bytes()


@dataclass(frozen=True)
class Place:
    """Where a page stands in the addresses.

    Attributes
    ----------
    token : str
        First part of every address.
    language : {"fr", "en"}
        Language of the page.
    job : Job or None
        What it is about.
    step : str
        Which of the steps.
    """

    token: str
    language: Language
    job: Job | None = None
    step: str = STEPS[0]

    @property
    def base(self) -> str:
        """The address that those of the steps begin with."""
        job = "" if self.job is None else f"/{self.job.name}"
        return f"/{self.token}/{self.language}{job}"


def page(name: str, place: Place, shown: Mapping[str, Any] | None = None) -> str:
    """Write a page.

    Parameters
    ----------
    name : str
        Name of its template: one of the steps, "wait" or "error".
    place : Place
        Where it stands.
    shown : mapping of str to object, optional
        What else its template shows.
    """
    language, job = place.language, place.job
    spoken = words.words(language, "app.", "kind.", "project_status.")
    context = {
        "t": spoken.__getitem__,
        "spoken": spoken,
        "number": lambda value: words.number_text(value, language),
        "field_text": lambda name: field_text(name, language),
        "colon": words.colon(language),
        "language": language,
        "other": next(one for one in LANGUAGES if one != language),
        "place": place,
        "root": f"/{place.token}",
        "base": place.base,
        "job": job,
        "step": place.step,
        "internal": _internal(place.step, job),
    }
    return _ENVIRONMENT.get_template(f"{name}.html").render(_CONSTANT | context | dict(shown or {}))


_CONSTANT: Final[dict[str, Any]] = {
    "steps": STEPS,
    "kinds": KINDS,
    "fields_of": fields_of,
    "audiences": tuple(reversed(AUDIENCES)),
    "date_orders": DATE_ORDERS,
    "constants": CONSTANTS,
    "levels": LEVELS,
    "vintages": VINTAGES,
    "most_columns": MOST_COLUMNS,
    "most_red": MOST_RED,
    "accept": ",".join(SUFFIXES),
    "map_name": MAP,
    "error": "",
}


def _internal(step: str, job: Job | None) -> str:
    """Name what is to be said in red: that records are shown as they are, or for whom a map is."""
    if job is None:
        return ""
    if step in _OWN and job.uploads:
        return "app.shows_records"
    audience = job.made.audience if step == "see" and job.made else job.question.audience
    return "" if audience == "public" else f"app.is_{audience}"
