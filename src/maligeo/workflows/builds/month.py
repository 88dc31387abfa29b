"""A month from its file: planned, made next to what stands, and put in its place whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from maligeo.core.audiences import AUDIENCE
from maligeo.core.errors import OutputFileError
from maligeo.core.files import (
    DESCRIPTION,
    close_to_others,
    publish,
    recover,
    system_errors_named,
)
from maligeo.core.inputs import require_no_input
from maligeo.core.session import session_language
from maligeo.disclosure import Release
from maligeo.disclosure.store import store_folder
from maligeo.provenance.record import KEY, file_sha256
from maligeo.readers.files.sources import Source
from maligeo.workflows.builds.folders import Made, described, drafts
from maligeo.workflows.builds.index import Changes, index_page, reason_text
from maligeo.workflows.builds.making import Kitchen, Studies
from maligeo.workflows.builds.names import require_known_names
from maligeo.workflows.builds.settings import Month, read_month
from maligeo.workflows.builds.steps import (
    INDEX_KIND,
    Inputs,
    Plan,
    Step,
    plan_for,
    roles_of,
)
from maligeo.workflows.builds.tables import TABLES, Differences, differences
from maligeo.workflows.builds.values import INDEX
from maligeo.workflows.recipes import BUNDLED, Recipe

COLUMNS: Final = ("audience", "file", "product", "action", "reason")

Advance = Callable[[int, int], None]


def build(
    path: str | Path,
    *,
    output: str | Path | None = None,
    dry_run: bool = False,
    progress: Advance | None = None,
) -> pd.DataFrame:
    """Make all products that a file asks for: a folder for each audience, with an index.

    Each folder appears whole or not at all. What did not change since the last build, by the
    hashes of inputs, options and versions, and of the files themselves, is not made again.

    Parameters
    ----------
    path : str or pathlib.Path
        A TOML file, see docs/month.md; what it names lies relative to it.
    output : str or pathlib.Path, optional
        Folder of the folders, instead of the one that the file names.
    dry_run : bool, default False
        Only say what would be made, and why; nothing is written.
    progress : callable, optional
        Takes the number of products so far, and of all that are made.

    Returns
    -------
    pandas.DataFrame
        A row for each file: `audience`, `file` within the folder of its audience, `product`
        ("map", "report", "export", "tiles", "table", "answer" or "index"), `action` ("make",
        "keep" or "drop") and `reason`, in the language of the session.

    Raises
    ------
    SettingsError
        With every fault of the file, by its key, and with names of regions, layers, measures
        and so on that nothing bears.
    InputFileError
        If it, or what it names, cannot be read.
    OutputFileError
        If a folder holds what no build has put there, another process builds there, or a
        product cannot be made.
    ReleaseError
        If a product is not released for its audience.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import maligeo
    >>> folder = Path(tempfile.mkdtemp())
    >>> file = folder / "month.toml"
    >>> _ = file.write_text("[[table]]" + chr(10) + 'file = "counts.csv"')
    >>> maligeo.set_language("en")
    >>> maligeo.build(file)[["file", "action", "reason"]]
             file action             reason
    0  counts.csv   make                new
    1  index.html   make                new
    >>> maligeo.build(file)["action"].tolist()
    ['keep', 'keep']
    >>> sorted(one.name for one in (folder / "month" / "public").iterdir())
    ['counts.csv', 'counts.csv-metadata.json', 'datapackage.json', 'index.html']
    >>> maligeo.set_language(None)
    """
    month = read_month(path, output)
    _require_apart(month)
    inputs = Inputs(month)
    if dry_run:
        plans = _plans(month, inputs, may_begin=False)
        _studies(month, plans, inputs)
        return _said(plans)
    with system_errors_named(month.folder), drafts(month.folder) as folder:
        for audience in month.audiences:
            recover(month.folder / audience)
        plans = _plans(month, inputs, may_begin=True)
        studies = _studies(month, plans, inputs)
        _make([plan for plan in plans if plan.made], studies, folder, progress)
    return _said(plans)


def _plans(month: Month, inputs: Inputs, *, may_begin: bool) -> list[Plan]:
    return [plan_for(month, one, inputs, may_begin=may_begin) for one in month.audiences]


def _studies(month: Month, plans: Sequence[Plan], inputs: Inputs) -> Studies:
    """Give what the products are made from, of names that are known in it."""
    steps = [step for plan in plans for step in plan.made]
    studies = Studies(month, roles_of(steps))
    require_known_names(month, steps, inputs, studies)
    return studies


def _require_apart(month: Month) -> None:
    """Refuse folders that hold what is read, or lie in it."""
    options = [one for wanted in month.products for one in wanted.options.values()]
    files = [*month.inputs.values(), *(one for one in options if isinstance(one, Source))]
    files += [one for each in options if isinstance(each, list) for one in each
              if isinstance(one, Source)]  # fmt: skip
    read = [month.file, store_folder(month.store), *map(Path, files)]
    for audience in month.audiences:
        folder = month.folder / audience
        require_no_input(folder, read)
        for one in read:  # a folder of files, before there is anything in it
            if one.is_dir() and folder.resolve().is_relative_to(one.resolve()):
                raise OutputFileError(
                    f"cannot write {folder}: it lies in {one}, which is read; name another to write"
                )


def _make(plans: Sequence[Plan], studies: Studies, folder: Path, progress: Advance | None) -> None:
    """Make the folders, and put them in the place of those that stand, all at the end."""
    steps = [step for plan in plans for step in plan.made]
    done = iter(range(1, len(steps) + 1))

    def watch() -> None:
        if progress is not None:
            progress(next(done), len(steps))

    for plan in plans:
        draft = folder / plan.audience
        draft.mkdir()
        _make_folder(plan, studies, draft, watch)
        if plan.audience == "internal":
            close_to_others(draft)
    for plan in plans:
        publish(folder / plan.audience, plan.folder)


def _make_folder(plan: Plan, studies: Studies, draft: Path, watch: Callable[[], None]) -> None:
    kitchen = Kitchen(plan, studies, draft)
    products, tables = dict[str, Made](), dict[str, Differences]()
    for step in plan.steps:
        if step.wanted.kind == INDEX_KIND:
            continue
        products[step.file] = kitchen.make(step) if step.reasons else kitchen.keep(step)
        if step.reasons:
            watch()
        if step.reasons and step.wanted.kind in TABLES and _stands(plan, step):
            former = plan.standing.folder / step.file
            tables[step.file] = differences(former, draft / step.file, step.wanted.kind)
    inputs = _inputs(plan, studies)
    page = index_page(plan, products, draft, Changes(inputs, tables))
    (draft / INDEX).write_text(page, encoding="utf-8")
    products[INDEX] = Made(plan.steps[-1].parts, {INDEX: file_sha256(draft / INDEX)})
    watch()
    text = described(draft, products, inputs, _about(plan))
    (draft / DESCRIPTION).write_text(text, encoding="utf-8")


def _stands(plan: Plan, step: Step) -> bool:
    """Tell whether a product stands there as it was written."""
    former = plan.standing.products.get(step.file)
    return former is not None and plan.standing.troubles.keys().isdisjoint(former.files)


def _inputs(plan: Plan, studies: Studies) -> dict[str, dict[str, Any]]:
    """Say of each input its hash, and to those who keep the records its name and its rows."""
    sources, found = plan.sources, dict[str, dict[str, Any]]()
    found[BUNDLED] = {"hash": sources.inputs.bundled.sha256}
    read = {role: source for step in plan.steps if step.wanted.kind != INDEX_KIND
            for role, source in sources.read_by(step.wanted).items()}  # fmt: skip
    for role, source in read.items():
        found[role] = {"hash": sources.shown(role, source)}
        if plan.audience != "internal":
            continue
        former = plan.standing.inputs.get(role, {})
        rows = studies.rows(role)
        if rows is None and former.get("hash") == found[role]["hash"]:
            rows = former.get("rows")
        found[role] |= {"name": source.name, "rows": rows}
    return found


def _about(plan: Plan) -> dict[str, Any]:
    """Describe the folder as a whole, with the record of how it was made."""
    month = plan.sources.month
    asked = {
        **month.inputs,
        "period": month.period,
        "covers": month.covers,
        "languages": list(month.languages),
    }
    of_records = bool(month.inputs)
    rules = Release.asked(plan.audience, plan.as_of, folder=month.store, of_records=of_records)
    record = Recipe("build", {**asked, **rules.recorded}, rules).record
    return {
        "name": f"maligeo-{plan.audience}",
        "title": next(iter(month.title.values()), "maligeo"),
        AUDIENCE: plan.audience,
        KEY: record.to_json(),
    }


def _said(plans: Sequence[Plan]) -> pd.DataFrame:
    """Say of each file what becomes of it, and why."""
    language = session_language()
    rows = []
    for plan in plans:
        for step in plan.steps:
            why = "; ".join(reason_text(one, language) for one in step.reasons)
            action = "make" if step.reasons else "keep"
            rows.append((plan.audience, step.file, step.wanted.kind, action, why))
        rows += [(plan.audience, file, "", "drop", "") for file in plan.dropped]
    return pd.DataFrame(rows, columns=list(COLUMNS))
