"""The index of a folder: its products, and what changed since the last version of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import jinja2
import pandas as pd

from maligeo.core import words
from maligeo.core.columns import LANGUAGES, Language
from maligeo.core.periods import parse_period
from maligeo.look.layers import count_layer
from maligeo.measure.dates import CALENDAR
from maligeo.provenance.record import program
from maligeo.text.measures import layer_text
from maligeo.workflows.builds.folders import Made
from maligeo.workflows.builds.settings import REGION
from maligeo.workflows.builds.steps import INDEX_KIND, Plan, Reason, Step
from maligeo.workflows.builds.tables import Differences
from maligeo.workflows.views import PAGES

_SHOWN_CELLS: Final = 12  # of a table
_DIGITS: Final = 8  # of a hash that is shown


@dataclass(frozen=True)
class Changes:
    """What changed since the last version of a folder.

    Attributes
    ----------
    inputs : mapping of str to mapping
        By role: `hash`, and of internal ones `name` and `rows`.
    tables : mapping of str to Differences
        By the file of a table that was made again.
    """

    inputs: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, Differences] = field(default_factory=dict)


def _template(name: str) -> str:
    return (resources.files("maligeo.workflows.builds") / name).read_text(encoding="utf-8")


_ENVIRONMENT: Final = jinja2.Environment(
    loader=jinja2.FunctionLoader(_template),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


def index_page(plan: Plan, products: Mapping[str, Made], draft: Path, changes: Changes) -> str:
    """Write the index of a folder, in each of its languages, French first.

    Parameters
    ----------
    plan : Plan
        What the folder holds, and why it was made.
    products : mapping of str to Made
        By file, without the index itself.
    draft : pathlib.Path
        Where the files are.
    changes : Changes
        What changed since the last version.
    """
    spoken = sorted(plan.sources.month.languages, key=LANGUAGES.index)
    views = [_View(plan, products, draft, changes, language).shown for language in spoken]
    page = _ENVIRONMENT.get_template("index.html").render(views=views, program=program())
    return page + "\n"


def reason_text(reason: Reason, language: Language) -> str:
    """Say why a product is made."""
    names = reason.names
    if reason.why in ("input", "reading"):
        names = tuple(role_text(one, language) for one in names)
    text = words.word(f"build.why_{reason.why}", language)
    return text.format(names=", ".join(names))


def role_text(role: str, language: Language) -> str:
    """Name an input in words."""
    for key in (f"kind.{role}", "build.role_" + role.replace(" ", "_")):
        if words.has_word(key):
            return words.word(key, language)
    return role


@dataclass(frozen=True)
class _View:
    """What the index shows in a language."""

    plan: Plan
    products: Mapping[str, Made]
    draft: Path
    changes: Changes
    language: Language

    @property
    def shown(self) -> dict[str, Any]:
        """Give everything that the template writes."""
        month = self.plan.sources.month
        steps = [step for step in self.plan.steps if step.wanted.kind != INDEX_KIND]
        apart = [step for step in steps if step.region is None]
        return {
            "language": self.language,
            "name": self._word("build.language"),
            "title": month.title.get(self.language) or self._word("build.title"),
            "audience": self.plan.audience,
            "mark": self._word(f"audience.{self.plan.audience}"),
            "about": list(self._about()),
            "country": [self._row(label, one) for label, one in self._entries(apart)],
            "regions": self._regions([step for step in steps if step.region is not None]),
            "changes": self._changed(steps),
            "texts": words.words(self.language, "build."),
        }

    def _word(self, key: str) -> str:
        return words.word(key, self.language)

    def _about(self) -> Iterator[str]:
        month = self.plan.sources.month
        if month.period is not None:
            asked = [month.period] if isinstance(month.period, str) else month.period
            yield self._word("build.period").format(period=", ".join(map(self._period, asked)))
        if self.plan.as_of is not None and set(month.inputs) & {"incidents", "areas", "projects"}:
            day = words.day_text(pd.Timestamp(self.plan.as_of), self.language)
            yield self._word("build.as_of").format(day=day)

    def _period(self, text: str) -> str:
        if text in CALENDAR:
            return self._word(f"build.by_{text}")
        span = parse_period(text)
        return words.period_text(span.start, span.end, self.language)

    def _entries(self, steps: Iterable[Step]) -> list[tuple[str, list[Step]]]:
        """Give the files by the entry that asks for them, with what it is called."""
        found: dict[str, list[Step]] = {}
        for step in steps:
            found.setdefault(step.wanted.key, []).append(step)
        return [(self._label(one[0]), one) for one in found.values()]

    def _label(self, step: Step) -> str:
        """Name an entry: by its title, else by what it is and shows."""
        wanted = step.wanted
        if title := wanted.title.get(self.language):
            return title
        is_page = wanted.kind != "map" or Path(wanted.file).suffix.lower() in PAGES
        kind = self._word(f"build.kind_{wanted.kind}" if is_page else "build.kind_figure")
        layers = wanted.options.get("layers", wanted.options.get("measure", []))
        listed = [layers] if isinstance(layers, str) else layers
        shown = [layer_text("layer", count_layer(one), self.language) for one in listed]
        if wanted.kind == "table" and not listed:
            shown = [role_text(role, self.language) for role in wanted.of]
        region = wanted.options.get(REGION)
        return " · ".join([kind, *([region] if region else []), *shown])

    def _row(self, label: str, steps: Iterable[Step]) -> dict[str, Any]:
        return {"label": label, "links": [self._link(step) for step in steps]}

    def _regions(self, steps: Sequence[Step]) -> dict[str, Any]:
        """Give a row for each region, with a cell for each entry."""
        entries = self._entries(steps)
        names = dict.fromkeys(step.region for step in steps)
        rows = [
            {
                "name": name,
                "cells": [
                    self._row(label, (step for step in of_entry if step.region == name))
                    for label, of_entry in entries
                ],
            }
            for name in names
        ]
        return {"labels": [label for label, _ in entries], "rows": rows}

    def _link(self, step: Step) -> dict[str, Any]:
        path = self.draft / step.file
        suffix = path.suffix.removeprefix(".").upper() or self._word("build.folder")
        name = "" if step.language is None else words.word("build.language", step.language)
        size = sum((self.draft / file).stat().st_size for file in self.products[step.file].files)
        return {
            "href": quote(step.file) + ("/" if path.is_dir() else ""),
            "text": " · ".join(filter(None, (name, suffix))),
            "lang": step.language,
            "size": words.size_text(size, self.language),
            "badge": self._badge(step),
        }

    def _badge(self, step: Step) -> str:
        """Mark what is new, or was made again, in a folder that was there before."""
        if not step.reasons or not self.plan.standing.products:
            return ""
        return self._word("build.new" if step.reasons[0].why == "new" else "build.again")

    def _changed(self, steps: Sequence[Step]) -> dict[str, Any]:
        made = [step for step in steps if step.reasons]
        reasons = Counter(reason_text(why, self.language) for one in made for why in one.reasons)
        number = partial(words.number_text, language=self.language)
        return {
            "is_first": not self.plan.standing.products,
            "inputs": [self._input(role) for role in self._roles()],
            "named": self.plan.audience == "internal",
            "counts": self._word("build.counts").format(
                made=number(len(made)), kept=number(len(steps) - len(made))
            ),
            "reasons": [
                self._word("build.reason").format(reason=why, count=number(count))
                for why, count in reasons.items()
            ],
            "dropped": self.plan.dropped,
            "tables": [
                self._table(file, found) for file, found in self.changes.tables.items() if found
            ],
        }

    def _roles(self) -> list[str]:
        return list(dict.fromkeys((*self.changes.inputs, *self.plan.standing.inputs)))

    def _input(self, role: str) -> dict[str, str]:
        """Say of an input what it was and is; numbers of rows are for internal use."""
        now, then = self.changes.inputs.get(role, {}), self.plan.standing.inputs.get(role, {})
        if not then:
            state = "new"
        elif not now:
            state = "gone"
        else:
            state = "same" if now["hash"] == then["hash"] else "changed"
        rows = [self._rows(one.get("rows")) for one in (then, now)]
        return {
            "name": role_text(role, self.language),
            "file": now.get("name", then.get("name", "")),
            "rows": " → ".join(dict.fromkeys(filter(None, rows))),
            "hash": (now or then)["hash"][:_DIGITS],
            "state": state,
            "said": self._word(f"build.input_{state}"),
        }

    def _rows(self, rows: int | None) -> str:
        return "" if rows is None else words.number_text(rows, self.language)

    def _table(self, file: str, found: Differences) -> dict[str, Any]:
        number = partial(words.number_text, language=self.language)
        said = self._word("build.cells").format(
            cells=number(len(found.cells)),
            new=number(found.rows_new),
            gone=number(found.rows_gone),
        )
        shown = found.cells[:_SHOWN_CELLS]
        left = len(found.cells) - len(shown)
        return {
            "file": file,
            "said": said,
            "cells": [cell.texts(self.language) for cell in shown],
            "more": self._word("build.more").format(count=number(left)) if left > 0 else "",
        }
