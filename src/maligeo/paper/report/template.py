"""Pages of HTML that need no network: their templates, and what stands in all of them."""

from collections.abc import Mapping
from importlib.resources import files

import jinja2

from maligeo.core import words
from maligeo.paper.drawing.svg import without_controls
from maligeo.paper.page import Heading
from maligeo.provenance.record import KEY, program


def rendered(template: str, top: Heading, content: Mapping[str, object], record: str = "") -> str:
    """Write a page.

    Parameters
    ----------
    template : str
        Name of its template.
    top : Heading
        What stands above it.
    content : mapping of str to object
        What the template shows; texts are escaped.
    record : str, optional
        What it was made from, as JSON.
    """
    page = _environment().get_template(template)
    text = page.render(
        top=top,
        language=top.language,
        words=words.words(top.language),
        program=program(),
        key=KEY,
        record=_script_json(record),
        style=_asset("report.css"),
        **content,
    )
    return text + "\n"


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
