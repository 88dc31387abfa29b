"""What the forms of the page say: of files, and of what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from maligeo.app.checks import FILTERS, SHOWN, Findings
from maligeo.app.jobs import Job, said_of
from maligeo.app.tasks import KINDS, Question
from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience, Language
from maligeo.core.errors import ArgumentError
from maligeo.readers.files.sources import DATE_ORDERS, Source
from maligeo.readers.formats import load_format, word_key
from maligeo.workflows.checking import BOUNDARIES, POPULATION
from maligeo.workflows.records import AREAS, INCIDENTS, PROJECTS

CONSTANTS: Final = 3  # places for what is the same in every row
MOST_COLUMNS: Final = 300  # of a file that menus are shown for
LEVELS: Final = ("1", "2", "3")
VINTAGES: Final = ("2015", "2016", "2023")
_LONGEST: Final = 200  # letters of a text
_FORMATS: Final = {
    INCIDENTS: "plain_incidents",
    PROJECTS: "plain_projects",
    AREAS: "plain_areas",
    POPULATION: "plain_population",
}
_OF_UNITS: Final = ("name", "pcode")
_NO_COLUMN: Final = frozenset({"geometry", "polygon", "vertex_order", "vertex_type"})


@cache
def fields_of(kind: str) -> tuple[str, ...]:
    """List the fields that columns of a kind of file may be."""
    if kind == BOUNDARIES:
        return _OF_UNITS
    return tuple(name for name in load_format(_FORMATS[kind]).columns if name not in _NO_COLUMN)


def said_in(form: Mapping[str, Any], kind: str, job: Job) -> dict[str, object]:
    """Read what a form says of a file.

    Parameters
    ----------
    form : mapping of str to str
        Fields that begin with the kind.
    kind : str
        What the file holds.
    job : Job
        Its columns, and what is said of it already.

    Returns
    -------
    dict of str to object
        What `Source` takes.

    Raises
    ------
    ArgumentError
        If two columns are chosen for one field, or a number or word is none.
    """
    source = job.uploads[kind].source
    findings = job.findings.get(kind, Findings())
    text = {name: _text(form, f"{kind}.{name}") for name in ("sheet", "layer", "dates")}
    said: dict[str, object] = {
        "sheet": text["sheet"] or source.sheet,
        "layer": text["layer"] or source.layer,
        "header_row": _number(_text(form, f"{kind}.header_row")),
        "constants": _constants(form, kind),
        "places": source.places,
        "remembered": source.remembered,
    }
    if text["dates"]:
        require_choice(text["dates"], DATE_ORDERS, option="dates")
        said["dates"] = text["dates"]
    if all(said[name] == getattr(source, name) for name in ("sheet", "layer", "header_row")):
        said["columns"] = _columns(form, kind, findings, source)
    if kind == BOUNDARIES:
        said |= _division(form, kind)
    return {name: value for name, value in said.items() if value}


def placed_in(form: Mapping[str, Any], kind: str, job: Job) -> dict[str, str]:
    """Read what a form says that names of places in a file mean.

    Parameters
    ----------
    form : mapping of str to str
        Names of places, each with one that is chosen or written beside it; and those that are
        taken back. They stand in the form, since a file may be looked through anew meanwhile.
    kind, job
        As for `said_in`.

    Returns
    -------
    dict of str to str
        With what was said before; as `Source` takes it.
    """
    places = dict(job.uploads[kind].source.places)
    for at in range(SHOWN):
        name, back = _text(form, f"{kind}.n{at}"), _text(form, f"{kind}.u{at}")
        meant = _text(form, f"{kind}.q{at}") or _text(form, f"{kind}.p{at}")
        if word_key(name) and word_key(meant):
            places[name] = meant
        places.pop(back, None)
    return places


def moved_in(form: Mapping[str, Any], job: Job) -> dict[str, str]:
    """Read which files hold something else than was thought: kind to kind."""
    moved = {kind: _text(form, f"{kind}.kind") or kind for kind in job.uploads}
    for to in moved.values():
        require_choice(to, KINDS, option="kind")
    return {kind: to for kind, to in moved.items() if to != kind}


def _columns(
    form: Mapping[str, Any], kind: str, findings: Findings, source: Source
) -> dict[str, str]:
    """Give the columns that are chosen by hand; those found by themselves need no word."""
    used = {} if findings.reading is None else findings.reading.used
    chosen, changed = dict[str, str](), dict[str, str]()
    for at, column in enumerate(findings.columns[:MOST_COLUMNS]):
        ours = _text(form, f"{kind}.c{at}")
        if not ours:
            continue
        require_choice(ours, fields_of(kind), option="field")
        if used.get(ours) != column:
            if ours in changed:
                raise ArgumentError(key="app_twice", values={"one": changed[ours], "other": column})
            changed[ours] = column
        elif source.columns.get(ours) == column:
            chosen[ours] = column
    return chosen | changed


def _constants(form: Mapping[str, Any], kind: str) -> dict[str, str]:
    found = dict[str, str]()
    for at in range(CONSTANTS):
        ours, text = _text(form, f"{kind}.k{at}"), _text(form, f"{kind}.t{at}")
        if ours and text:
            require_choice(ours, fields_of(kind), option="field")
            found[ours] = text
    return found


def _division(form: Mapping[str, Any], kind: str) -> dict[str, object]:
    level, vintage = _text(form, f"{kind}.level"), _text(form, f"{kind}.vintage")
    if level:
        require_choice(level, LEVELS, option="level")
    if vintage:
        require_choice(vintage, VINTAGES, option="vintage")
    return {"level": int(level) if level else None, "vintage": vintage}


def question_in(form: Mapping[str, Any], job: Job, language: Language) -> Question:
    """Read what is asked of the files.

    Raises
    ------
    ArgumentError
        If the audience is none.
    """
    audience: Audience = _text(form, "audience") or "public"  # type: ignore[assignment]
    require_choice(audience, AUDIENCES, option="audience")
    only = {by: _text(form, by) for by in FILTERS}
    return replace(
        job.question,
        period=_text(form, "period"),
        covers=_text(form, "covers"),
        only={by: value for by, value in only.items() if value},
        audience=audience,
        language=language,
    )


def said_before(job: Job, kind: str) -> dict[str, object]:
    """Give what is said of a file, for a profile."""
    return said_of(job.uploads[kind].source)


def _text(form: Mapping[str, Any], name: str) -> str:
    found = form.get(name, "")
    return found.strip()[:_LONGEST] if isinstance(found, str) else ""


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1000):
        raise ArgumentError(key="app_number", values={"text": text})
    return int(text)
