"""Pages of HTML made of the templates in `assets`, each one file that needs no network."""

from collections.abc import Mapping
from importlib.resources import files

import jinja2

from maligeo.core import words
from maligeo.paper.drawing.svg import without_controls
from maligeo.paper.page import Heading
from maligeo.provenance.record import KEY, program


def rendered(
    template: str, top: Heading, record: str, content: object, pictures: Mapping[str, str]
) -> str:
    """Write a page.

    Parameters
    ----------
    template : str
        Name of its file in `assets`.
    top : Heading
        For whom it is, and in which language.
    record : str
        What made it, as JSON, or empty.
    content : object
        What the template knows as `profile`.
    pictures : mapping of str to str
        Pictures as SVG, by the names that the template has for them.
    """
    page = (
        _environment()
        .get_template(template)
        .render(
            profile=content,
            top=top,
            language=top.language,
            words=words.words(top.language),
            program=program(),
            key=KEY,
            record=_script_json(record),
            style=_asset("report.css"),
            **pictures,
        )
    )
    return page + "\n"


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(_asset),
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
