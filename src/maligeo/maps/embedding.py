"""What goes into a page: data as JSON that cannot break out, and our own script and style."""

import json
import re
from collections.abc import Callable, Iterable
from importlib import resources
from typing import Any

import folium
from branca.element import MacroElement
from folium.template import Template

from maligeo.columns import LANGUAGES
from maligeo.errors import ArgumentError

# Read in this order: each script adds to what the ones before it made.
SCRIPTS = (
    "page.js",
    "placing.js",
    "controls.js",
    "popup.js",
    "units.js",
    "regions.js",
    "compare.js",
    "print.js",
    "context.js",
    "drawers.js",
    "packing.js",
    "canvas.js",
    "search.js",
    "overlays.js",
    "clusters.js",
    "incidents.js",
    "areas.js",
    "gaps.js",
    "heat.js",
    "projects.js",
)
STYLES = ("page.css", "map.css", "panels.css", "overlays.css", "compare.css", "print.css")

_IN_BOTH = "~"  # key of what is [French, English] in the data of the page

_HTML_SIGNS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027"})
_LINE_SIGNS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029", "\x7f": "\\u007f"})
_TEMPLATE_MARK = re.compile(r"\{(?=[{%#])")


def script_json(value: object) -> str:
    r"""Write data as JSON that is harmless in a script and in a template.

    Signs that could end the script (`<`, `>`, `&`), line separators that older engines
    refuse in strings, and opening braces that Jinja would read as its own (Folium puts
    rendered text through a template a second time) are written as `\uXXXX`.

    Parameters
    ----------
    value : object
        Dictionaries, lists, text, finite numbers, booleans and None.

    Returns
    -------
    str
        JSON that parses back to `value`.
    """
    return harmless(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def harmless(text: str) -> str:
    """Escape signs in JSON text that mean something to a page or a template, see `script_json`."""
    escaped = text.translate(_HTML_SIGNS).translate(_LINE_SIGNS)
    escaped = _TEMPLATE_MARK.sub(r"\\u007b", escaped)
    return escaped.encode("utf-8", "backslashreplace").decode("utf-8")  # half a surrogate pair


def assets(names: Iterable[str]) -> str:
    """Join some of the package's own script or style files."""
    folder = resources.files("maligeo.maps") / "assets"
    return "\n".join((folder / name).read_text(encoding="utf-8").strip() for name in names)


def in_both(french: object, english: object) -> object:
    """Lay the data of two languages over one another: what is the same stands there once.

    Parameters
    ----------
    french, english : object
        The same data in two languages.

    Returns
    -------
    object
        Of the same structure; where the two differ, `{"~": [french, english]}`, from which
        the page picks its language.
    """
    if french == english:
        return french
    if isinstance(french, dict) and isinstance(english, dict) and french.keys() == english.keys():
        return {key: in_both(part, english[key]) for key, part in french.items()}
    if isinstance(french, list) and isinstance(english, list) and len(french) == len(english):
        return [in_both(*pair) for pair in zip(french, english, strict=True)]
    return {_IN_BOTH: [french, english]}


def in_languages(build: Callable[[str], object]) -> object:
    """Make the data of a page in both languages, see `in_both`."""
    return in_both(*(build(language) for language in LANGUAGES))


class Call(MacroElement):  # type: ignore[misc]
    """One call of our script, with its data, on the map that it is added to.

    Parameters
    ----------
    function : str
        Function of the page's script, such as "towns".
    data : object
        What it gets; see `script_json`.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}\n"
        "maligeo.call({{ this._parent.get_name() }}, {{ this.function | tojson }}, "
        "{{ this.data }});\n"
        "{% endmacro %}"
    )

    def __init__(self, function: str, data: Any) -> None:
        super().__init__()
        self._name = "Call"
        self.function = function
        self.data = script_json(data)


def add_call(fmap: folium.Map, function: str, build: Callable[[str], object]) -> None:
    """Add a call whose data are made once for each language.

    Parameters
    ----------
    fmap : folium.Map
        A page of ours.
    function : str
        Function of the page's script.
    build : callable
        Takes a language and gives the data.

    Raises
    ------
    ArgumentError
        If the page is complete, see `require_open`.
    """
    require_open(fmap)
    fmap.add_child(Call(function, in_languages(build)))


def require_open(fmap: folium.Map) -> None:
    """Refuse to lay something over a page that holds two maps: it would be on one of them.

    Raises
    ------
    ArgumentError
        If the page is complete.
    """
    if getattr(fmap, "closed", False):
        raise ArgumentError("a comparison is complete: nothing can be laid over its two maps")
