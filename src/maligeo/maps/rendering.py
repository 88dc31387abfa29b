"""A map as the text of one page: stable names, and all that it needs within it."""

import base64
import hashlib
import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import folium
from branca.element import CssLink, Element, JavascriptLink

from maligeo.errors import ArgumentError
from maligeo.maps import leaflet
from maligeo.maps.embedding import harmless
from maligeo.provenance import KEY, Provenance

_RANDOM_ID = re.compile(r"[0-9a-f]{32}")
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_INLINED = {"leaflet": leaflet.script, "leaflet_css": leaflet.style}


def page_text(fmap: folium.Map, *, offline: bool, about: Provenance | None = None) -> str:
    """Write a map as the text of one HTML page, see `maligeo.save_map`.

    Raises
    ------
    ArgumentError
        If the map needs something from the network that cannot be put into the page.
    MissingDependencyError
        If Leaflet's package is not installed.
    """
    figure = fmap.get_root()
    text = _with_stable_ids(figure.render(), figure)
    language = getattr(fmap, "language", None)
    if language is not None:
        text = text.replace("<html>", f'<html lang="{language}">', 1)
    if about is not None:
        text = text.replace("</head>", f"{_record(about)}\n</head>", 1)
    if not offline:
        return text
    for name, link in _links(figure.header):
        text = text.replace(link.render(), _inline(name, link), 1)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_policy(text, fmap)}">'
    return text.replace("<head>\n", f'<head>\n<meta charset="utf-8">\n{policy}\n', 1)


def _record(about: Provenance) -> str:
    """Give what made the map as a block of data: no script, so that none has to be allowed."""
    return f'<script type="application/json" id="{KEY}">{harmless(about.to_json())}</script>'


def _links(header: Element) -> Iterator[tuple[str, Element]]:
    for name, child in header._children.items():
        if isinstance(child, CssLink | JavascriptLink):
            yield name, child


def _inline(name: str, link: Element) -> str:
    """Give what stands in place of a link to the network."""
    if name in _INLINED:
        tag = "style" if isinstance(link, CssLink) else "script"
        return f"<{tag}>{_INLINED[name]()}</{tag}>"
    needless = {entry for entry, _ in (*folium.Map.default_js, *folium.Map.default_css)}
    if name in needless:
        return ""
    raise ArgumentError(f"the map needs {link.url} from the network: save it with offline=False")


def _policy(text: str, fmap: folium.Map) -> str:
    """Allow the scripts of the page by their hash, and nothing from a network."""
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(code.encode('utf-8')).digest()).decode()}'"
        for code in _SCRIPT.findall(text)
    ]
    allowed = _sources(fmap)
    images = " ".join(["data:", *sorted({*_tile_hosts(fmap), *allowed})])
    fetched = f"; connect-src {' '.join(allowed)}" if allowed else ""
    return html.escape(
        f"default-src 'none'; script-src {' '.join(hashes)}; "
        f"style-src 'unsafe-inline'; img-src {images}{fetched}",
        quote=True,
    ).replace("&#x27;", "'")


def _sources(fmap: folium.Map) -> list[str]:
    """Give what parts of the map say that they read from while it is shown."""
    found = (getattr(part, "fetches_from", ()) for part in _walk(fmap))
    return sorted({source for sources in found for source in sources})


def _tile_hosts(fmap: folium.Map) -> list[str]:
    """Give the servers of the tile layers that were added by choice."""
    layers = [child for child in _walk(fmap) if isinstance(child, folium.TileLayer)]
    parts = [urlsplit(layer.tiles.replace("{s}", "*")) for layer in layers]
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts if part.netloc})


def _with_stable_ids(text: str, figure: Element) -> str:
    """Count Folium's random names in the order in which they appear."""
    known = {element._id for element in _walk(figure)}
    found = dict.fromkeys(name for name in _RANDOM_ID.findall(text) if name in known)
    for count, name in enumerate(found, start=1):
        text = text.replace(name, f"{count:03d}")
    return text


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for part in (getattr(element, name, None) for name in ("header", "html", "script")):
        if isinstance(part, Element):
            yield from _walk(part)
    for child in element._children.values():
        yield from _walk(child)
