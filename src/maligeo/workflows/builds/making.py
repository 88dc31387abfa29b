"""Products of a build: one study read once, and from it the files of each audience."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from maligeo.core.errors import MaligeoError, OutputFileError, ReleaseError, caused
from maligeo.disclosure import Release
from maligeo.provenance.record import file_sha256
from maligeo.readers.files.sources import Source
from maligeo.tiles import RasterOptions, VectorOptions
from maligeo.workflows.builds.folders import Made, files_of
from maligeo.workflows.builds.settings import RECORDS, Month
from maligeo.workflows.builds.steps import Plan, Step, covers_of
from maligeo.workflows.builds.values import RASTER
from maligeo.workflows.recipes import Product
from maligeo.workflows.records import AREAS, FIGURES, INCIDENTS, PROJECTS
from maligeo.workflows.study import Study, study
from maligeo.workflows.tilesets import raster_archive, vector_archive

_METHODS: Final[Mapping[str, Callable[..., Product]]] = {
    "map": Study.map,
    "report": Study.report,
    "table": Study.count,
    "answer": Study.answer,
}
_ZOOMS: Final = (0, 10)
_VECTOR: Final = ("boundaries", AREAS, PROJECTS, INCIDENTS)

Watch = Callable[[Step], None]


class Studies:
    """The studies of a month: what is given is read once, for all audiences.

    Parameters
    ----------
    month : Month
        What is asked for.
    roles : collection of str
        The kinds of records that are needed.
    """

    def __init__(self, month: Month, roles: Collection[str]) -> None:
        self.month, self.roles = month, roles
        self.of = cache(self._of)
        self.exact = cache(self._exact)

    @cached_property
    def whole(self) -> Study:
        """All that is given, as it is; read when somebody first asks."""
        month = self.month
        given = {role: month.inputs[role] for role in self.roles}
        whole = study(
            incidents=given.get(INCIDENTS),
            projects=given.get(PROJECTS),
            areas=given.get(AREAS),
            figures=given.get(FIGURES),
            units=month.inputs.get("boundaries"),
            gazetteer=month.inputs.get("gazetteer"),
            population=month.inputs.get("population"),
            period=month.period,
            covers=month.covers if {INCIDENTS, AREAS} & given.keys() else None,
        )
        return whole.asking(only=month.only or None, need=month.need)

    def _of(self, kinds: tuple[str, ...], covers: Any) -> Study:
        """Give the study of some kinds of records, with the coverage that they have."""
        whole = self.whole
        records = replace(whole.records, given=whole.records.given.only(kinds), covers=covers)
        named = {name: one for name, one in whole.asked.items() if name not in {*RECORDS, "covers"}}
        kept = {kind: whole.asked[kind] for kind in kinds}
        return replace(whole, records=records, asked={**kept, **named, "covers": covers})

    def _exact(self, kinds: tuple[str, ...], covers: Any) -> Study:
        """Give the same for those who keep the records."""
        return self.of(kinds, covers).release(audience="internal")

    def rows(self, role: str) -> int | None:
        """Give the number of rows that were read of an input; None where it is not known."""
        reading = self.whole.reading.get(role)
        return None if reading is None else reading.rows_read


class Kitchen:
    """Makes the products of one audience in a folder.

    Parameters
    ----------
    plan : Plan
        What is made.
    studies : Studies
        What it is made from.
    draft : pathlib.Path
        The folder to make it in.
    """

    def __init__(self, plan: Plan, studies: Studies, draft: Path) -> None:
        self.plan, self.studies, self.draft = plan, studies, draft
        self.released = cache(self._released)

    def _released(self, kinds: tuple[str, ...], covers: Any) -> Study:
        """Give a study as the audience sees it."""
        month = self.plan.sources.month
        return self.studies.of(kinds, covers).release(
            audience=self.plan.audience, as_of=self.plan.as_of, store=month.store
        )

    def make(self, step: Step) -> Made:
        """Make a product.

        Raises
        ------
        ReleaseError
            If something in it is not released for the audience.
        OutputFileError
            If it cannot be made for another reason.
        """
        path = self.draft / step.file
        path.parent.mkdir(parents=True, exist_ok=True)
        before = files_of(self.draft)
        try:
            self._write(step, path)
        except MaligeoError as error:
            kind = ReleaseError if isinstance(error, ReleaseError) else OutputFileError
            complaint = f"{step.file} cannot be made for the audience {self.plan.audience}"
            raise caused(complaint, error, kind) from error
        return self._made(step, files_of(self.draft) - before)

    def keep(self, step: Step) -> Made:
        """Take a product over from what stands there."""
        former = self.plan.standing.products[step.file]
        for file in former.files:
            target = self.draft / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.plan.standing.folder / file, target)
        return self._made(step, former.files)

    def _made(self, step: Step, files: Collection[str]) -> Made:
        return Made(step.parts, {file: file_sha256(self.draft / file) for file in sorted(files)})

    def _write(self, step: Step, path: Path) -> None:
        wanted, options = step.wanted, dict(step.options)
        if wanted.kind == "tiles":
            self._tiles(step).save(path)
            return
        asked = self.released(wanted.of, covers_of(self.plan.sources.month, wanted))
        if wanted.kind == "export":
            asked.export(path, **options)
            return
        _METHODS[wanted.kind](asked, **options).save(path)

    def _tiles(self, step: Step) -> Product:
        options, plan = dict(step.options), self.plan
        store, zooms = plan.sources.month.store, tuple(options.pop("zooms", _ZOOMS))
        raster = options.pop(RASTER, None)
        if raster is not None:
            rules = Release.asked(plan.audience, folder=store, of_records=False)
            return raster_archive(
                raster, zooms=zooms, options=RasterOptions(**options), rules=rules
            )
        of = step.wanted.of
        rules = Release.asked(plan.audience, plan.as_of, folder=store, of_records=bool(of))
        sources: dict[str, Source] = plan.sources.read_by(step.wanted)
        whole = self.studies.whole
        read = {kind: whole.records.given[kind] for kind in of}
        read |= {"boundaries": whole.units} if "boundaries" in sources else {}
        return vector_archive(
            {kind: sources[kind] for kind in _VECTOR if kind in sources},
            read=read,
            zooms=zooms,
            options=VectorOptions(**options),
            rules=rules,
        )
