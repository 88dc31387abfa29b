"""What a build makes for an audience, file by file, and why each is made again, or is not."""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from maligeo.core.columns import Audience
from maligeo.core.errors import SETTING, Fault, SettingsError
from maligeo.core.placenames import normalise
from maligeo.disclosure.policy import ANY, Rules, rules_for
from maligeo.disclosure.releases import day_of
from maligeo.disclosure.store import Store, has_store
from maligeo.join.names import ancestor_names
from maligeo.provenance.record import KEYED, InputFile, hash_input
from maligeo.readers.boundaries import load_boundaries, read_boundaries
from maligeo.readers.files.sources import Source
from maligeo.workflows.builds.folders import Made, Standing
from maligeo.workflows.builds.settings import (
    KINDS,
    LANGUAGE,
    RECORDS,
    REGION,
    Month,
    Wanted,
)
from maligeo.workflows.builds.values import INDEX, RASTER, placeholders
from maligeo.workflows.recipes import BUNDLED, bundled_data, versions
from maligeo.workflows.records import AREAS, FIGURES, INCIDENTS

INDEX_KIND: Final = "index"
STORE: Final = "store"
VERSION: Final = "version"
INPUT: Final = "input "  # before the role of an input, in the parts that a product is made from
READING: Final = "reading "
OPTION: Final = "option "

_TILES: Final = "tiles"
_LEVEL_1: Final = 1
_FREQUENCIES: Final = {"month": "M", "quarter": "Q", "year": "Q"}  # a year ends with a quarter


@dataclass(frozen=True)
class Reason:
    """Why a product is made.

    Attributes
    ----------
    why : {"new", "store", "input", "reading", "option", "version", "missing", "altered", "made"}
        What differs from what stands there.
    names : tuple of str
        Of which inputs, options or files.
    """

    why: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One file of an audience's folder.

    Attributes
    ----------
    file : str
        Its name within the folder.
    wanted : Wanted
        The entry that asks for it.
    region, language : str or None
        Which of the files of the entry it is.
    options : mapping of str to object
        Of the function that makes it, with these.
    parts : mapping of str to str
        What it is made from, as hashes.
    reasons : tuple of Reason
        Why it is made; empty where what stands there is kept.
    """

    file: str
    wanted: Wanted
    region: str | None
    language: str | None
    options: Mapping[str, Any]
    parts: Mapping[str, str]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Plan:
    """What a build makes for an audience.

    Attributes
    ----------
    audience : str
        For whom.
    folder : pathlib.Path
        Where.
    as_of : str or None
        Day of the release.
    steps : tuple of Step
        The files.
    standing : Standing
        What stands there.
    sources : Sources
        What is read, with the hashes that may be told this audience.
    """

    audience: Audience
    folder: Path
    as_of: str | None
    steps: tuple[Step, ...]
    standing: Standing
    sources: Sources = field(repr=False)

    @property
    def made(self) -> list[Step]:
        """What is made, without what is kept."""
        return [step for step in self.steps if step.reasons]

    @property
    def dropped(self) -> list[str]:
        """The files that stand there, and that nobody asks for any more."""
        return sorted(self.standing.products.keys() - {step.file for step in self.steps})


class Inputs:
    """The inputs of a month, hashed once for all audiences."""

    def __init__(self, month: Month) -> None:
        self.month = month
        self._hashed: dict[tuple[str, str], tuple[InputFile, ...]] = {}

    def hashed(self, role: str, source: Source) -> tuple[InputFile, ...]:
        """Hash the files that an input consists of."""
        key = (role, str(source))
        if key not in self._hashed:
            self._hashed[key] = hash_input(role, Path(source), named=True)
        return self._hashed[key]

    @cached_property
    def bundled(self) -> InputFile:
        """The data that come with maligeo."""
        return bundled_data()

    @cached_property
    def units(self) -> gpd.GeoDataFrame:
        """The units, for the names of regions."""
        division = self.month.inputs.get("boundaries")
        return load_boundaries() if division is None else read_boundaries(division)


class Sources:
    """What an audience's products are made from: hashed by the store's key where it has one."""

    def __init__(self, inputs: Inputs, audience: Audience, *, may_begin: bool) -> None:
        month = inputs.month
        self.inputs, self.month, self.audience = inputs, month, audience
        own = month.inputs or any({_TILES, RASTER} & one.options.keys() for one in month.products)
        self.store: Store | None = None
        self._key = b""
        self.is_keyed = audience != "internal" and bool(own)
        if self.is_keyed and (may_begin or has_store(month.store)):
            self.store = Store.open(month.store)
            self._key = self.store.key

    def digest(self, value: object) -> str:
        """Hash a value, so that nobody without the key can test a guess at it."""
        text = json.dumps(value, ensure_ascii=True, sort_keys=True, default=str).encode()
        if self.is_keyed:
            return hmac.new(self._key, text, "sha256").hexdigest()
        return hashlib.sha256(text).hexdigest()

    @cached_property
    def rules(self) -> Rules | None:
        """The rules of release; None for those who keep the records."""
        if self.audience == "internal":
            return None
        return rules_for(self.audience, None if self.store is None else self.store.policy)

    @cached_property
    def as_of(self) -> str | None:
        """The day of release: the last on which something more became old enough."""
        if self.rules is None:
            return None
        return self.month.as_of or str(release_day(self.rules).date())

    def parts(self, wanted: Wanted, options: Mapping[str, Any]) -> dict[str, str]:
        """Hash what a product is made from, part by part."""
        files = {name: one for name, one in options.items() if name in (_TILES, RASTER)}
        plain = {name: one for name, one in options.items() if name not in files}
        of_rasters = RASTER in options
        said = {"product": wanted.kind, **plain, **self._said(wanted, of_rasters=of_rasters)}
        parts = {OPTION + name: self.digest(value) for name, value in said.items()}
        parts[VERSION] = self.digest(versions(rasters=of_rasters))
        parts[INPUT + BUNDLED] = self.digest(self.inputs.bundled.sha256)
        if self.is_keyed:
            parts[STORE] = self.digest(STORE)
        for role, source in {**self.read_by(wanted), **_named(files)}.items():
            parts[INPUT + role] = self.digest([one.sha256 for one in self.hashed(role, source)])
            parts[READING + role] = self.digest(self._how(source))
        return parts

    def hashed(self, role: str, source: Source) -> tuple[InputFile, ...]:
        """Hash the files of an input."""
        return self.inputs.hashed(role, source)

    def shown(self, role: str, source: Source) -> str:
        """Give the hash of an input as the records of products have it."""
        files = self.hashed(role, source)
        if len(files) > 1:
            return self.digest([one.sha256 for one in files])
        one = files[0].keyed(self._key) if self.is_keyed else files[0]
        return one.sha256.removeprefix(KEYED)

    def _how(self, source: Source) -> dict[str, Any]:
        """Say how a file is read; internal products name it too."""
        return source.how() | ({"name": source.name} if self.audience == "internal" else {})

    def read_by(self, wanted: Wanted) -> dict[str, Source]:
        """Give the inputs that a product is made from, by role."""
        if RASTER in wanted.options:
            return {}
        roles = [*wanted.of, "boundaries"]
        if wanted.kind != _TILES:
            roles += ["gazetteer", "population"]
        return {role: self.month.inputs[role] for role in roles if role in self.month.inputs}

    def _said(self, wanted: Wanted, *, of_rasters: bool) -> dict[str, Any]:
        """Give what the whole file says that concerns a product."""
        month, said = self.month, dict[str, Any]()
        if wanted.kind != _TILES:
            said = {"period": month.period, "only": month.only, "need": month.need}
            said["covers"] = covers_of(month, wanted)
        if self.rules is not None and wanted.of and not of_rasters:
            said["policy"] = self.store.policy_hash if self.store else None
            if month.as_of or any(rule.delay_days for rule in self.rules.lattices.values()):
                said["as_of"] = self.as_of
        return {name: value for name, value in said.items() if value}


def covers_of(month: Month, wanted: Wanted) -> str | tuple[str, ...] | None:
    """Give the coverage that a product is about: of incidents, and of a table of areas."""
    about = {INCIDENTS, AREAS} if wanted.kind == "table" else {INCIDENTS}
    covers = month.covers if about & set(wanted.of) else None
    return covers if covers is None or isinstance(covers, str) else tuple(covers)


def _named(files: Mapping[str, Any]) -> dict[str, Source]:
    """Give the files of options by roles of their own."""
    found = dict[str, Source]()
    for name, value in files.items():
        listed = value if isinstance(value, list) else [value]
        found |= {f"{name} {at}": one for at, one in enumerate(listed, start=1)}
    return found


def release_day(rules: Rules) -> pd.Timestamp:
    """Give the last day on which something more became old enough to be released.

    Products of two days between which nothing did are the same: so they name one day, and a
    folder changes with the quarter where the policy counts by quarters.
    """
    today, found = day_of(None), []
    for lattice in rules.lattices.values():
        if not lattice.delay_days:
            continue
        times = {time for _, time in lattice.cells}
        if ANY in times:
            return today
        delay = pd.Timedelta(days=lattice.delay_days)
        finest = next((_FREQUENCIES[one] for one in _FREQUENCIES if one in times), "D")
        over = pd.Period(today - delay + pd.Timedelta(days=1), freq=finest) - 1
        found.append(over.end_time.normalize() + delay)
    return max(found, default=today)


def plan_for(month: Month, audience: Audience, inputs: Inputs, *, may_begin: bool) -> Plan:
    """Say what a build makes for an audience, and why.

    Parameters
    ----------
    month : Month
        What is asked for.
    audience : str
        For whom.
    inputs : Inputs
        The inputs, hashed once for all audiences.
    may_begin : bool
        Whether a release store may be made where there is none.

    Raises
    ------
    SettingsError
        If two products have one name, or there is no region for one.
    OutputFileError
        If the folder holds what no build has put there.
    """
    sources = Sources(inputs, audience, may_begin=may_begin)
    folder = month.folder / audience
    standing = Standing.read(folder)
    standing.require_own()
    steps = [
        _step(wanted, one, (sources, standing))
        for wanted in (_seen_by(audience, one) for one in month.products)
        if audience in wanted.audiences
        for one in _files(wanted, month, inputs)
    ]
    _require_names(month, steps)
    steps.append(_index_step(sources, standing, steps))
    return Plan(audience, folder, sources.as_of, tuple(steps), standing, sources)


def _seen_by(audience: Audience, wanted: Wanted) -> Wanted:
    """Take figures out of what a product is made from, where it is for others."""
    if audience == "internal":
        return wanted
    return replace(wanted, of=tuple(one for one in wanted.of if one != FIGURES))


def _step(
    wanted: Wanted, which: tuple[str | None, str | None], about: tuple[Sources, Standing]
) -> Step:
    """Give the step of one file of an entry."""
    (sources, standing), (region, language) = about, which
    filled = {REGION: region and plain_name(region), LANGUAGE: language}
    file, options = wanted.file.format(**filled), dict(wanted.options)
    if region is not None:
        options[REGION] = region
    if LANGUAGE in KINDS[wanted.kind].options:
        options.setdefault(LANGUAGE, language or sources.month.languages[0])
    parts = sources.parts(wanted, options)
    reasons = tuple(_reasons(file, parts, standing))
    return Step(file, wanted, region, language, options, parts, reasons)


def _files(wanted: Wanted, month: Month, inputs: Inputs) -> Iterator[tuple[str | None, str | None]]:
    """Give the region and the language of each file of an entry."""
    named = placeholders(wanted.file)
    regions = _regions(wanted, month, inputs) if REGION in named else [None]
    spoken: Sequence[str | None] = month.languages if LANGUAGE in named else [None]
    for region in regions:
        for language in spoken:
            yield region, language


def plain_name(name: str) -> str:
    """Give a name of a place in plain letters, for a file."""
    return normalise(name).replace(" ", "-")


def _regions(wanted: Wanted, month: Month, inputs: Inputs) -> list[str]:
    """Name the regions, each of which has a file."""
    units = inputs.units
    level = int(units["level"].iloc[0])
    if level == _LEVEL_1:
        return [str(name) for name in units["name"]]
    if wanted.kind == "report":
        fault = "is about regions, and the boundaries are of a finer level: name one by region"
        raise SettingsError(str(month.file), [Fault(SETTING, wanted.key, wanted.file, fault)])
    names, _ = ancestor_names(units, str(units["vintage"].iloc[0]), level)[_LEVEL_1]
    return [name for name in dict.fromkeys(names) if name]


def _require_names(month: Month, steps: Sequence[Step]) -> None:
    """Refuse two products of one name, as a system sees it that does not tell cases apart."""
    named = [_as_systems_see(step.file) for step in steps]
    names = Counter(named)
    within = {parent.as_posix() for one in names for parent in PurePosixPath(one).parents}
    why = "is the name of another product too"
    faults = [
        Fault(SETTING, f"{step.wanted.key}.file", step.file, why)
        for step, name in zip(steps, named, strict=True)
        if names[name] > 1 or name in within
    ]
    if faults:
        raise SettingsError(str(month.file), list(dict.fromkeys(faults)))


def _as_systems_see(file: str) -> str:
    """Give a name as systems compare it that take "É", and an "e" with its accent, for "é"."""
    return unicodedata.normalize("NFC", file.casefold())


def _index_step(sources: Sources, standing: Standing, steps: Sequence[Step]) -> Step:
    """Give the step of the index, which is made anew with any of the others."""
    month = sources.month
    said = {
        "title": month.title,
        "languages": month.languages,
        "products": [[step.file, step.wanted.title] for step in steps],
    }
    parts = {OPTION + name: sources.digest(value) for name, value in said.items()}
    parts[VERSION] = sources.digest(versions())
    reasons = tuple(_reasons(INDEX, parts, standing))
    if not reasons and any(step.reasons for step in steps):
        reasons = (Reason("made"),)
    wanted = Wanted(INDEX_KIND, INDEX_KIND, INDEX, {}, (), month.audiences)
    return Step(INDEX, wanted, None, None, {}, parts, reasons)


def _reasons(file: str, parts: Mapping[str, str], standing: Standing) -> Iterator[Reason]:
    """Say why a product is made; nothing where what stands there is still that product."""
    former = standing.products.get(file)
    if former is None:
        yield Reason("new")
        return
    differing = _differing(parts, former)
    if STORE in differing:
        yield Reason(STORE)
        return
    for why, prefix in (("input", INPUT), ("reading", READING), ("option", OPTION)):
        names = [one.removeprefix(prefix) for one in differing if one.startswith(prefix)]
        if names:
            yield Reason(why, tuple(names))
    if VERSION in differing:
        yield Reason(VERSION)
    for trouble in ("missing", "altered"):
        names = [one for one in former.files if standing.troubles.get(one) == trouble]
        if names:
            yield Reason(trouble, tuple(names))


def _differing(parts: Mapping[str, str], former: Made) -> list[str]:
    """Name the parts that are others; how a file is read tells nothing where the file is new."""
    names = [one for one in {**former.parts, **parts} if former.parts.get(one) != parts.get(one)]
    came = {one.removeprefix(INPUT) for one in names if one.startswith(INPUT)}
    return sorted(one for one in names if one.removeprefix(READING) not in came)


def roles_of(steps: Collection[Step]) -> list[str]:
    """Name the records that some products are made from."""
    asked = {role for step in steps for role in step.wanted.of if RASTER not in step.options}
    return [role for role in RECORDS if role in asked]
