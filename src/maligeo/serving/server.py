"""The tile server: maps, archives and rasters of one folder over HTTP, for reading alone.

A map that is served with its tiles reads them from where it came from, so no other site is
let in, but one that is named: there are no CORS headers for others, and a server on this
machine answers to its own names alone.
"""

import hashlib
import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from maligeo.core import errors
from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.core.errors import ArgumentError, InputFileError, ReleaseError
from maligeo.core.session import session_audience
from maligeo.serving.limits import LOOPBACK_NAMES, App, Limits, within_limits
from maligeo.serving.listening import Listening
from maligeo.serving.pages import VIEW, Viewers, index_page
from maligeo.serving.served import (
    MEDIA_TYPES,
    TILE_MEDIA_TYPES,
    ServedFolder,
    has_address,
    tilejson,
)
from maligeo.tile_archives import GZIP_SIGN, Tile, TileFile, uncompressed

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LOOPBACK: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8000

_METHODS: Final = ("GET", "HEAD")
_MOST_RANGES: Final = 8
_MOST_NAMED: Final = 5
_ORIGIN: Final = re.compile(r"https?://(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?")
# What a script of the named site may ask by and read of an answer.
_ASKED_BY: Final = ("Range", "If-Range", "If-None-Match")
_READABLE: Final = ("Content-Range", "Content-Length", "Content-Encoding", "Accept-Ranges", "ETag")
_RANGES: Final = re.compile(
    r"bytes=(?:\d{1,18}-\d{0,18}|-\d{1,18})(?:, *(?:\d{1,18}-\d{0,18}|-\d{1,18}))*"
)
_REVALIDATE: Final = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}
_HTML: Final = "text/html; charset=utf-8"
_INDEX_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
# A drawing may hold a script, which is not to run with what is served here.
_FILE_POLICIES: Final = {
    ".svg": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
}
_LOG: Final = logging.getLogger(__name__)


def serve_tiles(
    folder: str | Path,
    *,
    host: str = LOOPBACK,
    port: int = DEFAULT_PORT,
    audience: Audience | None = None,
    allow_origin: str | None = None,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve a folder until the process is interrupted.

    Connections on which nothing is asked for, or nothing is read, are ended after a while.

    Parameters
    ----------
    folder : str or pathlib.Path
        Maps (`.html`), archives (`.pmtiles`, `.mbtiles`, folders of tiles), GeoTIFFs, and
        what pages need: scripts, styles, fonts, pictures, JSON.
    host : str, default "127.0.0.1"
        Address to listen on; by default this machine alone can reach it.
    port : int, default 8000
        Port to listen on.
    audience : {"internal", "partner", "public"}, optional
        Who can reach the server, where the host is not this machine alone or another site
        is let in: nothing else is handed out. Otherwise this machine gets everything.
    allow_origin : str, optional
        One site whose pages may read what is served (CORS), such as
        "https://maps.example.org". They are for the audience then, on this machine too.
    ready : callable, optional
        Called once, when all is in order and the port is listened on.

    Raises
    ------
    ArgumentError
        If the port, the audience or the origin is none, or host and port cannot be listened
        on.
    ReleaseError
        If the folder holds what is not for the audience.
    InputFileError
        If the folder is none.
    MissingDependencyError
        If the extra `serve` is not installed.
    """
    if not 0 < port < 1 << 16:
        raise ArgumentError(f"port {port} does not exist; ports go from 1 to 65535")
    audience = session_audience(audience)
    errors.require("uvicorn", extra="serve", why="serving tiles")
    at_home = host in LOOPBACK_NAMES
    hosts = LOOPBACK_NAMES if at_home else ("*",)
    asking = "internal" if at_home and allow_origin is None else audience
    app = tile_app(folder, hosts=hosts, audience=asking, allow_origin=allow_origin)
    if asking != "internal":
        _require_for(ServedFolder(Path(folder), audience=asking))
    with Listening(app, host, port) as listening:
        listening.run(ready)


def _require_for(served: ServedFolder) -> None:
    """Refuse to begin with a folder of which a part would have to be hidden."""
    withheld = served.withheld()
    if not withheld:
        return
    more = len(withheld) - _MOST_NAMED
    names = ", ".join(withheld[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    raise ReleaseError(
        f"not for the audience {served.audience!r}, or without a word for whom: {names}. Serve "
        f"them on {LOOPBACK} alone, move them elsewhere, or, where everyone who can reach this "
        "address may see them, serve them for the audience 'internal'"
    )


def tile_app(
    folder: str | Path,
    *,
    hosts: tuple[str, ...] = LOOPBACK_NAMES,
    audience: Audience | None = None,
    allow_origin: str | None = None,
) -> App:
    """Make the ASGI application behind `serve_tiles`.

    Parameters
    ----------
    folder : str or pathlib.Path
        What to serve.
    hosts : tuple of str, default names of this machine
        Values of the header Host that are answered, so that no web page can reach the
        server under a name of its own; ("*",) for all.
    audience : {"internal", "partner", "public"}, optional
        Who asks: what is not for them is neither listed nor handed out. By default internal
        where the hosts are names of this machine and no other site is let in, else public.
    allow_origin : str, optional
        The one other site whose pages may read the answers.

    Returns
    -------
    callable
        An ASGI application:

        - ``/`` lists maps and archives,
        - ``/{archive}/view`` shows one on a page,
        - ``/{archive}/tiles.json`` describes one (TileJSON 3.0),
        - ``/{archive}/{z}/{x}/{y}.{mvt,png,…}`` is a tile; 204 where there is none,
        - ``/{file}`` is a map, or an archive or another file as it is, also in ranges
          (RFC 9110).

    Raises
    ------
    ArgumentError
        If the audience or the origin is none.
    """
    applications = errors.require("starlette.applications", extra="serve", why="serving tiles")
    routing = errors.require("starlette.routing", extra="serve", why="serving tiles")
    trusted = errors.require("starlette.middleware.trustedhost", extra="serve", why="serving tiles")
    cors = errors.require("starlette.middleware.cors", extra="serve", why="serving tiles")
    if allow_origin is not None and not _ORIGIN.fullmatch(allow_origin):
        raise ArgumentError(
            f"{allow_origin!r} is no origin: name one site, such as https://maps.example.org, "
            "without a path"
        )
    at_home = set(hosts) <= set(LOOPBACK_NAMES) and allow_origin is None
    asking: Audience = audience or ("internal" if at_home else "public")
    require_choice(asking, AUDIENCES, option="audience")
    handlers = _Handlers(ServedFolder(Path(folder), audience=asking))
    routes = [
        routing.Route("/", handlers.index),
        routing.Route("/{name:path}/tiles.json", handlers.description),
        routing.Route(f"/{{name:path}}/{VIEW}", handlers.view),
        routing.Route("/{name:path}/{z:int}/{x:int}/{y:int}.{suffix}", handlers.tile),
        routing.Route("/{name:path}", handlers.file),
    ]
    app: Any = applications.Starlette(
        routes=routes, exception_handlers={InputFileError: handlers.unreadable}
    )
    methods: tuple[str, ...] = _METHODS
    if allow_origin is not None:
        methods = (*_METHODS, "OPTIONS")  # what a browser asks before it lets a page ask
        app = cors.CORSMiddleware(
            app,
            allow_origins=[allow_origin],
            allow_methods=_METHODS,
            allow_headers=_ASKED_BY,
            expose_headers=_READABLE,
        )
    names = ["*"] if "*" in hosts else list(hosts)
    limits = Limits(methods)
    return within_limits(trusted.TrustedHostMiddleware(app, names, www_redirect=False), limits)


class _Handlers:
    """One method for each kind of address."""

    def __init__(self, served: ServedFolder) -> None:
        self._served = served
        self._viewers = Viewers()
        self._responses = errors.require("starlette.responses", extra="serve", why="serving tiles")

    def index(self, request: "Request") -> "Response":
        headers = {"content-security-policy": _INDEX_POLICY}
        return self._tagged(request, index_page(self._served.listed()), _HTML, headers)

    def view(self, request: "Request") -> "Response":
        name = request.path_params["name"]
        archive = self._served.archive(name)
        if archive is None:
            return self._missing()
        try:
            page = self._viewers.page(name, archive)
        except ArgumentError:  # tiles of a kind that no page shows
            return self._missing()
        return self._tagged(request, page, _HTML)

    def description(self, request: "Request") -> "Response":
        name = request.path_params["name"]
        archive = self._served.archive(name)
        if archive is None:
            return self._missing()
        address = str(request.url.replace(query="", fragment="")).removesuffix("/tiles.json")
        body = json.dumps(tilejson(archive, address), ensure_ascii=False).encode()
        return self._tagged(request, body, "application/json")

    def tile(self, request: "Request") -> "Response":
        asked = request.path_params
        address = Tile(asked["z"], asked["x"], asked["y"])
        archive = self._served.archive(asked["name"])
        if archive is None or not has_address(archive, address, asked["suffix"]):
            return self._missing()
        content = self._read(archive, asked["name"], address)
        if content is None:
            return self._response(b"", 204, _REVALIDATE)
        headers = {"vary": "accept-encoding"}
        if content.startswith(GZIP_SIGN):
            if _accepts_gzip(request.headers.get("accept-encoding", "")):
                headers["content-encoding"] = "gzip"
            else:
                content = uncompressed(content)
        return self._tagged(request, content, TILE_MEDIA_TYPES[asked["suffix"]], headers)

    def file(self, request: "Request") -> "Response":
        path = self._served.file(request.path_params["name"])
        if path is None:
            return self._missing()
        status = path.stat()
        tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
        headers = _REVALIDATE | {"etag": tag}
        if _matches(request.headers.get("if-none-match"), tag):
            return self._response(b"", 304, headers)
        if policy := _FILE_POLICIES.get(path.suffix.lower()):
            headers["content-security-policy"] = policy
        asked = request.headers.get("range", "")
        if not asked.lower().startswith("bytes"):  # other units are left aside
            request.scope["headers"] = [
                entry for entry in request.scope["headers"] if entry[0] != b"range"
            ]
        elif not _RANGES.fullmatch(asked):
            return self._text("the range is malformed", 400)
        if asked.count(",") >= _MOST_RANGES:
            return self._text(
                "too many ranges", 416, {"content-range": f"bytes */{status.st_size}"}
            )
        media_type = MEDIA_TYPES[path.suffix.lower()]
        response: Response = self._responses.FileResponse(
            path, headers=headers, media_type=media_type, stat_result=status
        )
        return response

    def unreadable(self, request: "Request", error: Exception) -> "Response":
        """Say that an archive is damaged; the log says how, the answer names no paths."""
        _LOG.warning("%s: %s", request.url.path, error)
        return self._text("the archive cannot be read", 500)

    def _read(self, archive: TileFile, name: str, address: Tile) -> bytes | None:
        """Read a tile; once more where the archive was replaced meanwhile."""
        try:
            return archive.tile(address)
        except InputFileError:
            again = self._served.archive(name)
            if again is None or again is archive:
                raise
            return again.tile(address)

    def _tagged(
        self,
        request: "Request",
        body: bytes,
        media_type: str,
        headers: dict[str, str] | None = None,
    ) -> "Response":
        """Answer with a body, or say that the client has it."""
        tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        headers = _REVALIDATE | (headers or {}) | {"etag": tag}
        if _matches(request.headers.get("if-none-match"), tag):
            return self._response(b"", 304, headers)
        return self._response(body, 200, headers | {"content-type": media_type})

    def _missing(self) -> "Response":
        return self._text("there is nothing here", 404)

    def _text(self, text: str, status: int, headers: dict[str, str] | None = None) -> "Response":
        content_type = {"content-type": "text/plain; charset=utf-8"}
        return self._response(text.encode(), status, _REVALIDATE | content_type | (headers or {}))

    def _response(self, body: bytes, status: int, headers: dict[str, str]) -> "Response":
        response: Response = self._responses.Response(body, status_code=status, headers=headers)
        return response


def _accepts_gzip(header: str) -> bool:
    """Read Accept-Encoding: gzip, x-gzip or anything, unless its weight is zero."""
    weights = {}
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", False)))


def _matches(header: str | None, tag: str) -> bool:
    """Compare If-None-Match with a tag, weakly, as RFC 9110 asks."""
    if header is None:
        return False
    tags = {part.strip().removeprefix("W/") for part in header.split(",")}
    return tag in tags or "*" in tags
