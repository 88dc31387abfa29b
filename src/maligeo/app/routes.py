"""The addresses of the page: five steps, what is sent to them, and what can be downloaded."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from maligeo.app.forms import moved_in, placed_in, question_in, said_before, said_in
from maligeo.app.guard import MAP_POLICY, Keys
from maligeo.app.jobs import Desk, Job
from maligeo.app.making import MAP
from maligeo.app.pages import STEPS, Place, asset, page
from maligeo.app.queue import Running
from maligeo.app.tasks import KINDS
from maligeo.core import errors
from maligeo.core.columns import LANGUAGES, Language
from maligeo.core.errors import ArgumentError, MaligeoError
from maligeo.core.session import session_language
from maligeo.exports.templates import write_template
from maligeo.readers.profiles import read_profile, write_profile
from maligeo.serving.limits import App

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_WHY: Final = "the page"
_MOST_FILES: Final = 8
_MOST_FIELDS: Final = 4000
_LARGEST_PROFILE: Final = 100_000
_SOON_S: Final = 1.5  # what is done by then needs no page that says to wait
_ASSETS: Final = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript"}
_MEDIA: Final = {
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".zip": "application/zip",
    ".toml": "application/toml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ALL: Final = "maligeo.zip"
_PROFILE: Final = "profil.toml"
_TEMPLATE: Final = "modele.xlsx"


def page_app(desk: Desk, keys: Keys) -> App:
    """Make the ASGI application of the page.

    Parameters
    ----------
    desk : Desk
        Its jobs.
    keys : Keys
        Its token is the first part of every address.

    Returns
    -------
    callable
        ``/{token}/{language}/`` is the first step, ``/{token}/{language}/{job}/{step}`` every
        step; forms are sent to the address of their step.
    """
    applications = errors.require("starlette.applications", extra="serve", why=_WHY)
    routing = errors.require("starlette.routing", extra="serve", why=_WHY)
    errors.require("python_multipart", extra="serve", why=_WHY)
    handlers = _Handlers(desk, keys.token)
    route = routing.Route
    steps = "/{language:str}/{job:str}"
    routes = [
        route("/", handlers.lead),
        route("/here", handlers.here, methods=["POST"]),
        route("/gone", handlers.gone, methods=["POST"]),
        route("/assets/{name:str}", handlers.asset),
        route(f"/{{language:str}}/{_TEMPLATE}", handlers.template),
        route("/{language:str}/", handlers.begin, methods=["GET", "POST"]),
        route(f"{steps}/drop", handlers.drop, methods=["GET", "POST"]),
        route(f"{steps}/understand", handlers.understand, methods=["GET", "POST"]),
        route(f"{steps}/profile", handlers.profile, methods=["GET", "POST"]),
        route(f"{steps}/repair", handlers.repair, methods=["GET", "POST"]),
        route(f"{steps}/ask", handlers.ask, methods=["GET", "POST"]),
        route(f"{steps}/see", handlers.see),
        route(f"{steps}/reports", handlers.reports, methods=["POST"]),
        route(f"{steps}/cancel", handlers.cancel, methods=["POST"]),
        route(f"{steps}/map", handlers.map),
        route(f"{steps}/red/{{kind:str}}", handlers.red),
        route(f"{steps}/files/{{name:str}}", handlers.file),
    ]
    mount = routing.Mount(f"/{keys.token}", routes=routes)
    return applications.Starlette(  # type: ignore[no-any-return]
        routes=[mount], exception_handlers={MaligeoError: handlers.refused}
    )


class _Handlers:
    """One method for each kind of address."""

    def __init__(self, desk: Desk, token: str) -> None:
        self._desk, self._token = desk, token
        self._responses = errors.require("starlette.responses", extra="serve", why=_WHY)
        self._exceptions = errors.require("starlette.exceptions", extra="serve", why=_WHY)
        self._threads = errors.require("starlette.concurrency", extra="serve", why=_WHY)

    async def lead(self, _request: Request) -> Response:
        return self._to(f"/{self._token}/{session_language()}/")

    async def here(self, _request: Request) -> Response:
        self._desk.stay()
        return self._plain(b"", "text/plain", status=204)

    async def gone(self, _request: Request) -> Response:
        self._desk.leave()
        return self._plain(b"", "text/plain", status=204)

    async def asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _ASSETS:
            raise self._missing()
        return self._plain(asset(name), _ASSETS[name])

    async def begin(self, request: Request) -> Response:
        """Show the first step; the job begins with its first file."""
        place = self._place(request, STEPS[0], with_job=False)
        if request.method == "GET":
            return self._page("drop", place)
        return await self._drop(request, place)

    async def template(self, request: Request) -> Response:
        """Give a model workbook to fill in."""
        place = self._place(request, STEPS[0], with_job=False)
        content = await self._aside(self._template_in, place.language)
        return self._attached(content, _TEMPLATE)

    def _template_in(self, language: Language) -> bytes:
        with tempfile.TemporaryDirectory(dir=self._desk.folder) as folder:
            return write_template(Path(folder, _TEMPLATE), language=language).read_bytes()

    async def drop(self, request: Request) -> Response:
        place = self._place(request, "drop")
        if request.method == "GET":
            return self._page("drop", place)
        return await self._drop(request, place)

    async def _drop(self, request: Request, place: Place) -> Response:
        async with self._form(request) as form:
            given = {kind: form.get(f"file.{kind}") for kind in KINDS}
            files = {kind: one for kind, one in given.items() if getattr(one, "filename", "")}
            for one in files.values():
                self._desk.require_size(one.filename, one.size)
            self._desk.require_room(sum(one.size for one in files.values()))
            job = place.job or self._desk.new()
            place = replace(place, job=job)
            for kind in KINDS:
                if form.get(f"without.{kind}"):
                    job.drop(kind)
            for kind, one in files.items():
                await self._aside(job.put, kind, one.filename, one.file)
        job.check()
        return await self._next(place, "understand" if job.uploads else "ask", job.checking)

    async def understand(self, request: Request) -> Response:
        place, job = self._of_job(request, "understand")
        if request.method == "GET":
            return self._step(place, job.looked())
        async with self._form(request) as form:
            moved = moved_in(form, job)
            for kind in list(job.uploads):
                if kind in moved:
                    job.move(kind, moved[kind])
                else:
                    job.say(kind, said_in(form, kind, job))
            step = "repair" if form.get("next") and not moved else "understand"
        job.check()
        return await self._next(place, step, job.checking)

    async def profile(self, request: Request) -> Response:
        """Give what is said of the files, or take what was said last month."""
        place, job = self._of_job(request, "understand")
        if request.method == "GET":
            kept: Response = await self._aside(self._profile_of, job)
            return kept
        async with self._form(request) as form:
            given: Any = form.get("profile")
            content = await given.read(_LARGEST_PROFILE) if hasattr(given, "read") else b""
        for kind, said in (await self._aside(_profile_in, content, job)).items():
            job.say(kind, said)
        job.check()
        return await self._next(place, "understand", job.checking)

    def _profile_of(self, job: Job) -> Response:
        with tempfile.TemporaryDirectory(dir=job.folder) as folder:
            path = Path(folder, _PROFILE)
            path.write_bytes(b"")
            for kind in job.uploads:
                write_profile(path, kind, job.uploads[kind].source)
            return self._attached(path.read_bytes(), _PROFILE)

    async def repair(self, request: Request) -> Response:
        place, job = self._of_job(request, "repair")
        if request.method == "GET":
            return self._step(place, job.looked())
        async with self._form(request) as form:
            kind = str(form.get("kind", ""))
            one: Any = form.get("file")
            if kind not in job.uploads or not getattr(one, "filename", ""):
                step = "repair" if form.get("places") else "ask"
                return await self._next(place, step, _repaired(job, form))
            self._desk.require_size(one.filename, one.size)
            self._desk.require_room(one.size)
            job.said.setdefault(kind, said_before(job, kind))
            await self._aside(_put_again, job, kind, one)
        job.check()
        return await self._next(place, "repair", job.checking)

    async def ask(self, request: Request) -> Response:
        place, job = self._of_job(request, "ask")
        if request.method == "GET":
            return self._step(place, job.looked())
        async with self._form(request) as form:
            question = question_in(form, job, place.language)
        job.ask(question)
        return await self._next(place, "see", job.making)

    async def see(self, request: Request) -> Response:
        place, job = self._of_job(request, "see")
        if job.making is None:
            return self._to(f"{place.base}/ask")
        return self._step(place, job.making)

    async def reports(self, request: Request) -> Response:
        place, job = self._of_job(request, "see")
        async with self._form(request) as form:
            asked = str(form.get("region", ""))
        regions = [] if job.made is None else job.made.regions
        chosen = [one for one in regions if asked in ("", one) and one not in job.made.reports]  # type: ignore[union-attr]
        if chosen:
            job.report(chosen)
        return await self._next(place, "see", job.making)

    async def cancel(self, request: Request) -> Response:
        place, job = self._of_job(request, "see")
        await self._aside(job.cancel)
        step = "drop" if job.checking is None else "ask" if job.making is None else "see"
        return self._to(f"{place.base}/{step}")

    async def map(self, request: Request) -> Response:
        """Give the map as the page that it is, shut into a frame."""
        _, job = self._of_job(request, "see")
        content = await self._aside(self._product, job, MAP)
        headers = {"content-security-policy": MAP_POLICY}
        return self._plain(content, _MEDIA[".html"], headers=headers)

    async def red(self, request: Request) -> Response:
        """Give the workbook with the faults in red."""
        place, job = self._of_job(request, "repair")
        found = job.findings.get(request.path_params["kind"])
        name = None if found is None else found.workbooks.get(place.language)
        if name is None:
            raise self._missing()
        return self._attached(await self._aside((job.folder / name).read_bytes), name)

    async def file(self, request: Request) -> Response:
        _, job = self._of_job(request, "see")
        name = request.path_params["name"]
        return self._attached(await self._aside(self._product, job, name), name)

    def _product(self, job: Job, name: str) -> bytes:
        """Read a product by its name, which is one of those that were made."""
        made = job.made
        if made is not None and name == _ALL:
            return job.products.with_suffix(".zip").read_bytes()
        if made is None or name not in made.files:
            raise self._missing()
        return (job.products / name).read_bytes()

    async def refused(self, request: Request, error: Exception) -> Response:
        """Say what was wrong with what was sent."""
        language = request.path_params.get("language", LANGUAGES[0])
        place = self._place(request, STEPS[0], with_job="job" in request.path_params)
        text = error.message(language) if isinstance(error, MaligeoError) else ""
        return self._page("error", place, {"error": text}, status=400)

    def _place(self, request: Request, step: str, *, with_job: bool = True) -> Place:
        language = request.path_params["language"]
        job = self._desk.job(request.path_params["job"]) if with_job else None
        if language not in LANGUAGES or (with_job and job is None):
            raise self._missing()
        self._desk.touch()
        return Place(self._token, language, job, step)

    def _of_job(self, request: Request, step: str) -> tuple[Place, Job]:
        place = self._place(request, step)
        if place.job is None:
            raise self._missing()
        return place, place.job

    def _step(self, place: Place, running: Running | None) -> Response:
        """Show a step, or that what it shows is still being made."""
        if running is not None and not running.is_over:
            return self._page("wait", place, {"running": running})
        failed = None if running is None else running.error
        if failed is not None:
            shown = {"error": failed[place.language]}
            return self._page("error", place, shown)
        return self._page(place.step, place)

    async def _next(self, place: Place, step: str, running: Running | None) -> Response:
        """Lead to a step, a moment later where it is ready by then."""
        if running is not None:
            await self._aside(running.over.wait, _SOON_S)
        return self._to(f"{place.base}/{step}")

    def _form(self, request: Request) -> Any:
        return request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS)

    async def _aside(self, function: Any, *given: Any) -> Any:
        """Do what may wait for a disk outside the loop that answers everybody."""
        return await self._threads.run_in_threadpool(function, *given)

    def _page(
        self, name: str, place: Place, shown: Mapping[str, Any] | None = None, status: int = 200
    ) -> Response:
        return self._plain(page(name, place, shown).encode(), _MEDIA[".html"], status=status)

    def _attached(self, content: bytes, name: str) -> Response:
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return self._plain(content, _MEDIA[Path(name).suffix], headers=headers)

    def _plain(
        self,
        content: bytes,
        media: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        given = {"content-type": media, **(headers or {})}
        response: Response = self._responses.Response(content, status_code=status, headers=given)
        return response

    def _to(self, address: str) -> Response:
        response: Response = self._responses.RedirectResponse(address, status_code=303)
        return response

    def _missing(self) -> Exception:
        missing: Exception = self._exceptions.HTTPException(404, "there is nothing here")
        return missing


def _put_again(job: Job, kind: str, one: Any) -> None:
    job.put(kind, one.filename, one.file, keeping=True)


def _repaired(job: Job, form: Mapping[str, Any]) -> Running | None:
    """Take what is said of faults and places; begin to look again where a place is another."""
    leaving = {kind for kind in job.uploads if form.get(f"leaving.{kind}")}
    job.question = replace(job.question, leaving_faults=frozenset(leaving))
    said = {kind: placed_in(form, kind, job) for kind in job.uploads}
    others = {kind for kind in said if said[kind] != job.uploads[kind].source.places}
    for kind in others:
        job.say(kind, {**said_before(job, kind), "places": said[kind], "remembered": True})
    if others:
        job.check()
    return job.checking


def _profile_in(content: bytes, job: Job) -> dict[str, dict[str, Any]]:
    """Read a profile that was sent, as far as it is about the files of a job."""
    with tempfile.TemporaryDirectory(dir=job.folder) as folder:
        path = Path(folder, _PROFILE)
        path.write_bytes(content)
        try:
            found = read_profile(path)
        except (MaligeoError, RecursionError) as error:
            raise ArgumentError(key="app_profile", values={}) from error
    return {kind: said for kind, said in found.items() if kind in job.uploads}
