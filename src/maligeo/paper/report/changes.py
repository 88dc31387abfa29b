"""What changed between two editions, as a page of HTML that needs no network."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pandas as pd

from maligeo.core import words
from maligeo.core.audiences import is_synthetic
from maligeo.core.columns import Audience, Language
from maligeo.core.files import written_whole
from maligeo.core.session import session_audience
from maligeo.disclosure import require_released
from maligeo.paper.page import Heading, require_format
from maligeo.paper.report.template import rendered
from maligeo.provenance.record import Provenance
from maligeo.text.changes import ChangesOfKind, changes_by_kind

FORMATS: Final = (".html",)
_MOST: Final = 2000  # lines of one kind: more make a page that nobody can open


@dataclass(frozen=True)
class ChangesReport:
    """What a page of changes says.

    Attributes
    ----------
    of : {"records", "units", "cells", "product"}
        What changed.
    frame : pandas.DataFrame
        The changes, with `sentence`.
    made : pandas.DataFrame or None
        Changes of how both were made, with `sentence`.
    subtitle : str
        Which files; empty where they may not be named.
    remarks : sequence of str
        What else there is to know.
    language : {"fr", "en"}
        Language.
    """

    of: str
    frame: pd.DataFrame = field(repr=False)
    made: pd.DataFrame | None = field(repr=False)
    subtitle: str
    remarks: Sequence[str]
    language: Language

    @property
    def title(self) -> str:
        """Title of the page."""
        return words.word("changes.title", self.language)

    @property
    def kinds(self) -> list[ChangesOfKind]:
        """The changes in order."""
        return [self._cut(one) for one in changes_by_kind(self.frame, self.of, self.language)]

    @property
    def kinds_made(self) -> list[ChangesOfKind]:
        """Those of how both were made."""
        if self.made is None:
            return []
        return [self._cut(one) for one in changes_by_kind(self.made, "product", self.language)]

    def _cut(self, one: ChangesOfKind) -> ChangesOfKind:
        if len(one.lines) <= _MOST:
            return one
        more = words.number_text(len(one.lines) - _MOST, self.language)
        said = words.word("changes.more", self.language).format(count=more)
        return replace(one, lines=[*one.lines[:_MOST], said])


def changes_page(
    report: ChangesReport,
    path: str | Path,
    *,
    audience: Audience | None = None,
    about: Provenance | None = None,
) -> Path:
    """Write a page of changes.

    Parameters
    ----------
    report : ChangesReport
        What it says.
    path : str or pathlib.Path
        "….html".
    audience : {"internal", "partner", "public"}, optional
        For whom it is; by default that of the session, else the public.
    about : Provenance, optional
        What it was made from; kept in the page.

    Returns
    -------
    pathlib.Path
        The file that was written.

    Raises
    ------
    ArgumentError
        If the suffix is another one.
    ReleaseError
        If the changes were not released for the audience; those of records never are.
    OutputFileError
        If the file cannot be written.
    """
    audience = session_audience(audience)
    require_format(path, FORMATS)
    frames = [frame for frame in (report.frame, report.made) if frame is not None]
    for frame in frames:
        require_released(frame, audience, what="the changes")
    made_up = any(map(is_synthetic, frames))
    top = Heading(report.title, report.subtitle, audience, made_up, report.language)
    record = "" if about is None else about.to_json()
    page = rendered("changes.html", top, {"profile": report}, record)
    with written_whole(path, private=audience == "internal") as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
    return Path(path)
