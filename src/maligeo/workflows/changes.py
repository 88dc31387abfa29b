"""What changed between two editions of records, units, tables or products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from maligeo import exports
from maligeo.core.audiences import (
    inherit_audience,
    is_published,
    is_wide,
    mark_audience,
    mark_compared,
    mark_published,
    published_rows,
)
from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience, Language
from maligeo.core.errors import ReleaseError
from maligeo.core.session import session_language
from maligeo.core.words import word
from maligeo.disclosure import Gate, Release, require_released
from maligeo.join.record_changes import record_changes
from maligeo.join.unit_changes import SLIVER, unit_changes
from maligeo.measure.cell_changes import cell_changes
from maligeo.paper.report.changes import FORMATS, ChangesReport, changes_page
from maligeo.provenance.product_changes import product_changes
from maligeo.readers.files.sources import Source
from maligeo.text.changes import ChangesOfKind, change_sentences, changes_by_kind
from maligeo.workflows.checking import BOUNDARIES
from maligeo.workflows.editions import KINDS, PRODUCT, RECORDS, TABLE, Edition, read_either, taken
from maligeo.workflows.recipes import Recipe, TableProduct
from maligeo.workflows.records import records_of

if TYPE_CHECKING:
    from os import PathLike
    from typing import TypeAlias

    from maligeo.provenance.record import Provenance

    Given: TypeAlias = str | PathLike[str] | Source | pd.DataFrame | Provenance

_OF: Final = {BOUNDARIES: "units", TABLE: "cells", PRODUCT: "product"}  # others are records
_SAME: Final = "same"


@dataclass(frozen=True)
class Changes(TableProduct):
    """What changed; made by `maligeo.changes`.

    `frame` is the table, with a sentence in each row; `save` writes it as .csv, .xlsx,
    .parquet or .json, or as .html: a page that needs no network.

    Attributes
    ----------
    kind : str
        What was compared: "incidents", "projects", "areas", "boundaries", "table", "product".
    report : ChangesReport
        What the page says.
    """

    kind: str = field(kw_only=True)
    report: ChangesReport = field(kw_only=True, repr=False)

    @property
    def made(self) -> pd.DataFrame | None:
        """In what the records of how both files were made differ, where both have one."""
        return self.report.made

    @property
    def changed(self) -> bool:
        """Whether anything is not the same."""
        return bool((self.frame["change"] != _SAME).any())

    @property
    def kinds(self) -> list[ChangesOfKind]:
        """The changes by kind, with counts and sentences; what is the same comes late."""
        return changes_by_kind(self.frame, self.report.of, self.report.language)

    @property
    def summary(self) -> dict[str, int]:
        """How many there are of each kind of change."""
        return {one.change: one.count for one in self.kinds}


def changes(
    old: Given,
    new: Given,
    *,
    kind: str | None = None,
    tolerance: float = SLIVER,
    audience: Audience | None = None,
    language: Language | None = None,
) -> Changes:
    """Say what changed between two editions of a list, of boundaries, of a table, of a product.

    Parameters
    ----------
    old, new : path, Source, pandas.DataFrame, Provenance or str
        Two files or frames of one kind: records, as `read_incidents`, `read_projects` and
        `read_areas` take or give them; units in EPSG:4326, as `read_boundaries` takes or gives
        them, or two vintages of regions ("2015", "2016", "2023"); density tables, as maligeo
        writes them (.csv, .xlsx, .parquet) or `density` gives them; any product that carries
        a record of how it was made.
    kind : {"incidents", "projects", "areas", "boundaries", "table", "product"}, optional
        What they are; without it, the old one tells.
    tolerance : float, default 0.01
        Of boundaries, the share of a unit up to which outlines count as the same.
    audience : {"internal", "partner", "public"}, optional
        For whom the comparison is; by default that of the session, else the public. One of
        records shows exact records and is for "internal" alone. Tables and products have to be
        for the audience themselves: nothing is shown but what stands in them, and of numbers
        that a release rounded or withheld no difference.
    language : {"fr", "en"}, optional
        Language of sentences and headings; that of the session by default.

    Returns
    -------
    Changes
        `frame` has a row per change and per what is the same, with `change` and `sentence`:
        of records `old_id, new_id, old_row, new_row, record, field, old, new, difference,
        matched_by, note`; of units `old_vintage, old_pcode, old_name, new_vintage, new_pcode,
        new_name, old_share, new_share` (shares of area, EPSG:6933), `shared_sqkm` (km²),
        `note`; of tables the columns that name a row, `field, old_state, old, new_state, new,
        difference, note`; of products `part, name, old, new`. `summary` counts them.

    Raises
    ------
    ReleaseError
        If records are compared for others than "internal", or what is compared is not for the
        audience.
    ArgumentError
        If the two are of different kinds, or of none that is compared.
    MaligeoError
        As the readers raise.

    Notes
    -----
    docs/changes.md says how records are matched and what each kind of change means.

    Examples
    --------
    >>> import maligeo
    >>> found = maligeo.changes("2015", "2023", language="en")
    >>> found.summary
    {'code_reused': 1, 'split': 7, 'moved': 1, 'same': 1}
    >>> print(found.kinds[0].lines[0])
    Beware: the code ML09 stood for Bamako, and now stands for Taoudénit
    """
    rules = Release.asked(audience, of_records=False)
    return edition_changes(old, new, kind=kind, tolerance=tolerance, language=language, rules=rules)


def edition_changes(
    old: Given,
    new: Given,
    *,
    kind: str | None = None,
    tolerance: float = SLIVER,
    language: Language | None = None,
    rules: Release,
) -> Changes:
    """Say what changed, by the rules of a release; see `changes`."""
    language = session_language(language)
    if kind is not None:
        require_choice(kind, KINDS, option="kind")
    ends = taken(old), taken(new)
    first = read_either(ends[0], kind)
    if first.kind in RECORDS and rules.audience != AUDIENCES[0]:
        raise ReleaseError(
            "a comparison of lists shows exact records, which partners and the public cannot be "
            "given: make it for the audience 'internal' (--audience internal)"
        )
    editions = first, read_either(ends[1], first.kind)
    asked = {
        "old": ends[0],
        "new": ends[1],
        "kind": kind,
        "tolerance": None if tolerance == SLIVER else tolerance,
        "language": language,
        **rules.recorded,
    }
    recipe = Recipe("changes", asked, rules)
    files = [one.name if isinstance(one, Source) else one for one in ends]
    return _product(recipe, first.kind, _report(editions, files, tolerance, rules, language))


def _product(recipe: Recipe, kind: str, report: ChangesReport) -> Changes:
    def write(path: Path, about: Provenance) -> Path:
        if path.suffix.lower() in FORMATS:
            return changes_page(report, path, audience=recipe.audience, about=about)
        return exports.write_table(report.frame, path, audience=recipe.audience, about=about)

    def given() -> pd.DataFrame:
        return report.frame

    return Changes(recipe, write, compute=given, released=given, kind=kind, report=report)


def _report(
    editions: tuple[Edition, Edition],
    files: Sequence[object],
    tolerance: float,
    rules: Release,
    language: Language,
) -> ChangesReport:
    """Compare both, and what is known of how they were made."""
    _require_admitted(editions, rules)
    old, new = editions
    of = _OF.get(old.kind, "records")
    contents = [one.content for one in editions if isinstance(one.content, pd.DataFrame)]
    finished = partial(_finished, contents=contents, rules=rules, language=language)
    frame = finished(_compared(old, new, tolerance), of)
    made = None
    if of != "product" and all(one.is_recorded and _is_for(one, rules) for one in editions):
        made = finished(product_changes(old.record, new.record), "product")
    named = rules.audience == AUDIENCES[0] and all(isinstance(one, str) for one in files)
    subtitle = " → ".join(map(str, files)) if named else ""
    return ChangesReport(of, frame, made, subtitle, _remarks(of, frame, rules, language), language)


def _compared(old: Edition, new: Edition, tolerance: float) -> pd.DataFrame:
    if old.kind == PRODUCT:
        return product_changes(old.record, new.record)
    if old.kind == BOUNDARIES:
        return unit_changes(old.content, new.content, tolerance=tolerance)
    if old.kind == TABLE:
        return cell_changes(old.content, new.content)
    first, last = (records_of(old.kind, one.content) for one in (old, new))
    ids = frozenset(old.unread.values()), frozenset(new.unread.values())
    found = record_changes(first, last, kind=old.kind, unread=ids)
    unread = [
        {
            "change": "not_compared",
            f"{side}_row": str(fault.row),
            f"{side}_id": one.unread.get(str(fault.row)),
            "field": fault.column,
            side: None if fault.value is None else str(fault.value),
            "note": fault.reason,
        }
        for side, one in (("old", old), ("new", new))
        for fault in one.faults
    ]
    if not unread:
        return found
    rows = pd.DataFrame(unread, columns=list(found.columns)).astype(found.dtypes)
    return pd.concat([rows, found], ignore_index=True)


def _finished(
    frame: pd.DataFrame,
    of: str,
    *,
    contents: Sequence[pd.DataFrame],
    rules: Release,
    language: Language,
) -> pd.DataFrame:
    """Add the sentences, and say for whom the changes are."""
    said = change_sentences(frame, of, language)
    whole = frame.assign(sentence=pd.array(said, dtype="string"))
    if rules.audience == AUDIENCES[0]:
        return mark_audience(inherit_audience(whole, *contents) if contents else whole, "internal")
    return mark_compared(rules.mark(whole, *contents))


def _is_for(edition: Edition, rules: Release) -> bool:
    return is_wide(edition.record.audience, rules.audience)


def _require_admitted(editions: Sequence[Edition], rules: Release) -> None:
    """Refuse what is not for the audience, by what it says and by what it holds.

    Files that were made for an audience are out already, each by itself: what both say is
    known, whatever releases they are of. Frames in memory are not.
    """
    if rules.audience == AUDIENCES[0]:
        return
    gate = Gate(rules.audience)
    _require_one(editions[0], rules, gate, what="the old one")
    _require_one(editions[1], rules, gate, what="the new one")


def _require_one(one: Edition, rules: Release, gate: Gate, *, what: str) -> None:
    is_made = one.kind == PRODUCT or (one.is_recorded and one.kind == TABLE)
    if is_made and not _is_for(one, rules):
        raise ReleaseError(
            f"{what} is for the audience {one.record.audience!r}, and the comparison for "
            f"{rules.audience!r}: make it with --audience {one.record.audience}"
        )
    if is_made and one.kind == TABLE:
        require_released(_as_released(one.content, rules), rules.audience, what=what)
    elif isinstance(one.content, pd.DataFrame):
        gate.admit(one.content, what=what)


def _as_released(table: pd.DataFrame, rules: Release) -> pd.DataFrame:
    """Take a table for what its record says it is, so that its content is looked at."""
    if is_published(table):
        return table
    published = published_rows(table)
    return mark_published(rules.mark(table.copy()), published)


def _remarks(of: str, frame: pd.DataFrame, rules: Release, language: Language) -> list[str]:
    """Say what else there is to know of the changes."""
    if of == "units" and frame["old_share"].notna().any():
        return [word("changes.shares", language)]
    if of == "records" and _may_be_unread(frame):
        return [word("changes.unread_alone", language)]
    if of == "product":
        return [word("changes.record_alone", language)]
    if of == "cells" and rules.audience != AUDIENCES[0]:
        return [word("changes.cells_alone", language)]
    return []


def _may_be_unread(frame: pd.DataFrame) -> bool:
    """Tell whether what is new or gone may be a row that could not be read, without an id."""
    changes = set(frame["change"])
    is_fault = (frame["change"] == "not_compared") & frame["record"].isna()
    nameless = frame.loc[is_fault, ["old_id", "new_id"]].isna().all(axis=1)
    told = not is_fault.any() or (not nameless.any() and "ids_anew" not in changes)
    return not told and not changes.isdisjoint({"new", "gone"})
