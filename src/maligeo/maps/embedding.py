"""What goes into a page: data as JSON that cannot break out, and our own script and style."""

import json
import re
from collections.abc import Iterable
from importlib import resources
from typing import Any

from branca.element import MacroElement
from folium.template import Template

# Read in this order: each script adds to what the ones before it made.
SCRIPTS = (
    "page.js",
    "placing.js",
    "controls.js",
    "popup.js",
    "regions.js",
    "context.js",
    "drawers.js",
)
STYLES = ("page.css", "map.css", "panels.css")

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
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    text = text.translate(_HTML_SIGNS).translate(_LINE_SIGNS)
    text = _TEMPLATE_MARK.sub(r"\\u007b", text)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")  # half of a surrogate pair


def assets(names: Iterable[str]) -> str:
    """Join some of the package's own script or style files."""
    folder = resources.files("maligeo.maps") / "assets"
    return "\n".join((folder / name).read_text(encoding="utf-8").strip() for name in names)


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
        "maligeo.{{ this.function }}({{ this._parent.get_name() }}, {{ this.data }});\n"
        "{% endmacro %}"
    )

    def __init__(self, function: str, data: Any) -> None:
        super().__init__()
        self._name = "Call"
        self.function = function
        self.data = script_json(data)
