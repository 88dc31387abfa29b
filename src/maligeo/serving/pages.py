"""The pages of the server: its list, and the viewers of archives."""

import html
from threading import Lock
from typing import Final
from urllib.parse import quote

from maligeo.core.columns import Audience
from maligeo.core.words import both
from maligeo.maps.html import page_text
from maligeo.maps.viewer import viewer_page
from maligeo.serving.served import Listed
from maligeo.tile_archives import TileFile

VIEW: Final = "view"  # after the name of an archive, in its address
_PICTURES: Final = ("png", "webp", "jpg")


class Viewers:
    """The viewer of each archive, made when first asked for; safe in several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: dict[str, tuple[TileFile, bytes]] = {}

    def page(self, name: str, opened: TileFile) -> bytes:
        """Give the page of an archive, again where it was replaced."""
        with self._lock:
            known = self._made.get(name)
        if known is not None and known[0] is opened:
            return known[1]
        fmap = viewer_page(opened, f"/{quote(name)}")
        page = page_text(fmap, offline=True).encode()
        with self._lock:
            self._made[name] = opened, page
        return page


def index_page(listed: list[Listed]) -> bytes:
    """Write the list of maps and archives."""
    lines = "".join(map(_line, listed)) or f"<li>{_text('serve.nothing')}</li>"
    return _INDEX.format(title=_text("serve.title"), lines=lines).encode()


def _line(entry: Listed) -> str:
    name = html.escape(entry.name)
    if entry.trouble:
        return f"<li>{name} <small>{_text('serve.unreadable')}</small></li>"
    link, audience = html.escape(quote(entry.name)), _audience(entry.audience)
    if entry.archive is None:
        return f'<li><a href="/{link}">{name}</a> {audience}</li>'
    described = entry.archive.description
    low, high = described.zooms
    kind = html.escape(f"{described.tile_type or '?'}, {low}–{high}")
    tilejson = f'<a href="/{link}/tiles.json">TileJSON</a>'
    if described.tile_type not in ("mvt", *_PICTURES):
        return f"<li>{name} <small>{kind} · {tilejson}</small> {audience}</li>"
    view = f'<a href="/{link}/{VIEW}" title="{_text("serve.view")}">{name}</a>'
    return f"<li>{view} <small>{kind} · {tilejson}</small> {audience}</li>"


def _audience(audience: Audience) -> str:
    return f'<span class="{audience}">{_text(f"audience.{audience}")}</span>'


def _text(key: str) -> str:
    return html.escape(both(key))


_INDEX: Final = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>maligeo</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44em; margin: 2em auto; padding: 0 1em }}
h1 {{ font-size: 1.5em }} li {{ margin: .6em 0; overflow-wrap: anywhere }}
small, span {{ color: #555; font-size: .85em }}
.internal {{ color: #b30000; font-weight: bold }}
</style></head>
<body><h1>{title}</h1><ul>{lines}</ul></body></html>
"""
