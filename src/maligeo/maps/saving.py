"""A map to a file: one that needs no network, whole or not at all."""

import base64
import hashlib
import html
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import folium
from branca.element import CssLink, Element, JavascriptLink

from maligeo.errors import ArgumentError, OutputFileError
from maligeo.maps import leaflet
from maligeo.maps.page import PageMap

_RANDOM_ID = re.compile(r"[0-9a-f]{32}")
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_INLINED = {"leaflet": leaflet.script, "leaflet_css": leaflet.style}


def save_map(fmap: folium.Map, path: str | os.PathLike[str], *, offline: bool = True) -> Path:
    """Write a map as one HTML file.

    Parameters
    ----------
    fmap : folium.Map
        A map, as from `region_map`. Another Folium map can be saved offline too, as long
        as it needs no plugin from the network; what Folium links by default beside
        Leaflet (Bootstrap, jQuery, icon fonts) is left out.
    path : path-like
        File to write; missing folders above it are made. It is replaced only once the new
        one is complete.
    offline : bool, default True
        Put Leaflet into the file, so that it makes no request at all, and forbid requests
        (Content-Security-Policy). Tiles that were added by choice keep their address, and
        it alone stays allowed. Otherwise Leaflet comes from a network each time.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    OutputFileError
        If the file cannot be written; what was there before stays.
    ArgumentError
        If the map needs something from the network that cannot be put into a file.
    MissingDependencyError
        If Leaflet's package is not installed.

    Notes
    -----
    The same map gives the same bytes: Folium's random names are replaced by counted ones.
    """
    target = Path(path)
    text = _render(fmap, offline=offline)
    try:
        _replace_whole(target, text.encode("utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputFileError(f"cannot write {target}: {reason}") from error
    return target


def _render(fmap: folium.Map, *, offline: bool) -> str:
    figure = fmap.get_root()
    text = _with_stable_ids(figure.render(), figure)
    if isinstance(fmap, PageMap):
        text = text.replace("<html>", f'<html lang="{fmap.language}">', 1)
    if not offline:
        return text
    for name, link in _links(figure.header):
        text = text.replace(link.render(), _inline(name, link), 1)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_policy(text, fmap)}">'
    return text.replace("<head>\n", f'<head>\n<meta charset="utf-8">\n{policy}\n', 1)


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
    images = " ".join(["data:", *_tile_hosts(fmap)])
    return html.escape(
        f"default-src 'none'; script-src {' '.join(hashes)}; "
        f"style-src 'unsafe-inline'; img-src {images}",
        quote=True,
    ).replace("&#x27;", "'")


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


def _replace_whole(target: Path, content: bytes) -> None:
    """Write beside the target, then put the new file in its place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
