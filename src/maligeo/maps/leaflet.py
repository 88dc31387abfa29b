"""Leaflet's own files from the package XStatic-Leaflet, ready to stand in a page."""

import base64
import json
import re
from importlib import metadata
from pathlib import Path

from maligeo.errors import MissingDependencyError

PACKAGE = "XStatic-Leaflet"

_END_TAG = re.compile(r"</(?=script|style)", re.IGNORECASE)
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_URL = re.compile(r"url\((images/[\w.-]+)\)")
_ICONS = {
    "iconUrl": "images/marker-icon.png",
    "iconRetinaUrl": "images/marker-icon-2x.png",
    "shadowUrl": "images/marker-shadow.png",
}


def script() -> str:
    """Give Leaflet's script, with its marker icons in it.

    Raises
    ------
    MissingDependencyError
        If the package is not installed.
    """
    icons = json.dumps({name: _data_address(path) for name, path in _ICONS.items()})
    code = _SOURCE_MAP.sub("", _text("leaflet.js")).strip()
    setting = f'L.Icon.Default.imagePath="";L.Icon.Default.mergeOptions({icons});'
    return _END_TAG.sub(r"<\\/", f"{code}\n{setting}")


def style() -> str:
    """Give Leaflet's style sheet, with its images in it.

    Raises
    ------
    MissingDependencyError
        If the package is not installed.
    """
    sheet = _URL.sub(lambda found: f"url({_data_address(found.group(1))})", _text("leaflet.css"))
    return sheet.strip()


def _text(name: str) -> str:
    return _file(name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _data_address(name: str) -> str:
    content = base64.b64encode(_file(name).read_bytes()).decode("ascii")
    return f"data:image/png;base64,{content}"


def _file(name: str) -> Path:
    """Find a file of the package without importing it: its code needs pkg_resources."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError as error:
        raise MissingDependencyError(f"a map without a network needs {PACKAGE}") from error
    for entry in files:
        if entry.as_posix().endswith(f"leaflet/data/{name}"):
            return Path(str(entry.locate()))
    raise MissingDependencyError(f"{PACKAGE} lacks {name}: install it again")
