"""The unit, or units, that the reported names of a record mean."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from maligeo.core.errors import UnknownNameError
from maligeo.core.placenames import ALIAS_SEPARATOR, normalise
from maligeo.join.gazetteer import LocatedGazetteer
from maligeo.join.names import EXACT_SCORE, Step, UnitNames
from maligeo.join.parts import KINDS, Part, known_parts
from maligeo.join.proposals import ASKED, Proposals, asked
from maligeo.join.reported import FINEST, Said, Told, read_cells
from maligeo.join.results import TOO_COARSE

_SHOWN: Final = 5  # places of one name in a note
_ABOVE: Final = "the place that is reported above it"
_NOWHERE: Final = frozenset[int]()


@dataclass(frozen=True)
class NameMatch:
    """What the reported names of a record led to.

    Attributes
    ----------
    positions : tuple of int
        Row positions of the units: one, several for a record in several units, or none.
    score : float or None
        100 for a name as it stands in the list of units or aliases, less for a misspelt
        one, None without a unit.
    note : str or None
        Why there is no unit, or how a name was read.
    method : str
        "name", or "place" where a gazetteer led to the unit.
    countrywide : bool
        Whether it is about the whole country.
    """

    positions: tuple[int, ...] = ()
    score: float | None = None
    note: str | None = None
    method: str = "name"
    countrywide: bool = False


@dataclass(frozen=True)
class Meanings:
    """Finds the units of one level that names mean.

    Attributes
    ----------
    names : UnitNames
        Of the units.
    towns : LocatedGazetteer or None
        The bundled towns. They set a name apart that another place bears too.
    gazetteer : LocatedGazetteer or None
        Places of the user, among which names of no level are looked for in the first place.
    """

    names: UnitNames
    towns: LocatedGazetteer | None = None
    gazetteer: LocatedGazetteer | None = None
    _held: dict[Part, frozenset[int]] = field(default_factory=dict, repr=False)

    def match(self, cells: Sequence[object]) -> NameMatch:
        """Find the units that the cells of a record mean, in the order of `COLUMNS`."""
        told = self._outer_first(read_cells(cells, self._is_name))
        if not told.levels and not told.places:
            if told.countrywide:
                return NameMatch(note=TOO_COARSE, countrywide=True)
            return NameMatch(note="no name is reported")
        above = self._above(told)
        if not above.rows:
            return NameMatch(note=above.note)
        steps = self._decided(told, above.rows)
        if not steps:
            return NameMatch(note=TOO_COARSE)
        lost = next((step for step in steps if not step.rows), None)
        if lost is not None:
            return NameMatch(note=lost.note)
        positions = tuple(sorted({min(step.rows) for step in steps}))
        notes = [above.note, *(step.note for step in steps), *self._doubts(told, positions)]
        return NameMatch(
            positions,
            min([above.score, *(step.score for step in steps)]),
            "; ".join(dict.fromkeys(note for note in notes if note)) or None,
            "place" if any(step.by_place for step in steps) else "name",
        )

    def require_known(self, places: Mapping[str, str]) -> None:
        """Refuse what names are said to mean where that is no place; as `Locator` does."""
        for name, meant in places.items():
            told = read_cells([*[None] * FINEST, meant], self._is_name)
            said = [*told.places, *(one for some in told.levels.values() for one in some)]
            names = [part for one in said for part in (one.name, *one.within)]
            lost = [part for part in names if not self._is_name(part)]
            if lost or not (names or told.countrywide):
                vintage, ask = self.names.vintage, self._proposals.asked(meant)
                near = ask.removeprefix(ASKED).rstrip("?")
                values = {"name": name, "meant": meant, "vintage": vintage, "near": near}
                if near:
                    raise UnknownNameError(key="no_place_near", values=values)
                raise UnknownNameError(key="no_place", values=values)

    def _outer_first(self, told: Told) -> Told:
        """Turn "Abeibara (Kidal)" among regions into "Kidal (Abeibara)"."""

        def turned(said: Said, level: int) -> Said:
            if level > self.names.level or self.names.bearing(said.name, level):
                return said
            outer = [name for name in said.within if self.names.bearing(name, level)]
            return Said(outer[0], (said.name,)) if outer else said

        levels = {at: tuple(turned(one, at) for one in names) for at, names in told.levels.items()}
        return replace(told, levels=levels)

    def _decided(self, told: Told, rows: frozenset[int]) -> list[Step]:
        """Read the names that decide: those of the level, else finer ones, else of no level."""
        level = self.names.level
        if level in told.levels:
            return [self._own(said, rows) for said in told.levels[level]]
        finer = told.finer_than(level)
        if finer:
            at, names = finer[0]
            return [self._finer(said, at, rows) for said in names]
        above = told.coarser_than(level)
        floor = above[-1][0] + 1 if above else 1
        if told.places:
            return [self._place(said, floor, rows) for said in told.places]
        coarser = above[-1][1] if above else ()
        if not all(said.within for said in coarser):  # some are known coarsely alone
            return []
        inner = [Said(name) for said in coarser for name in said.within]
        return [self._place(said, floor, rows) for said in inner]

    def _above(self, told: Told) -> Step:
        """Keep the rows that lie in what is reported of the levels above."""
        rows, score, notes = self.names.all, EXACT_SCORE, list[str]()
        for level, names in told.coarser_than(self.names.level):
            steps = [self.names.narrow(said.name, level, rows) for said in names]
            found = [step for step in steps if step.rows]
            if not found:
                return self._lost(steps[0], names[0].name, level, rows)
            rows = _NOWHERE.union(*(step.rows for step in found))
            score = min(score, *(step.score for step in found))
            notes += [step.note for step in found if step.note]
        return Step(rows, score, "; ".join(notes) or None)

    def _own(self, said: Said, rows: frozenset[int]) -> Step:
        """Read a name of the level of the units."""
        level = self.names.level
        step = self.names.narrow(said.name, level, rows)
        if not step.rows:
            return self._lost(step, said.name, level, rows)
        left = self._within(said, step.rows)
        if len(left) > 1:
            where = "; ".join(sorted({self.names.label(row) for row in left})[:_SHOWN])
            note = f"{said.name!r} is the name of {len(left)} units: {where}"
            return Step(_NOWHERE, note=note)
        return Step(left, step.score, step.note)

    def _within(self, said: Said, rows: frozenset[int]) -> frozenset[int]:
        """Keep the rows that lie in what stands in parentheses behind a name, if any do."""
        for name in said.within:
            around = [rows & self.names.bearing(name, at) for at in range(1, self.names.level + 1)]
            rows = next((some for some in reversed(around) if some), rows)
        return rows

    def _finer(self, said: Said, level: int, rows: frozenset[int]) -> Step:
        """Read the name of a place of a finer level: the unit that holds it."""
        held = self._holders(said.name, level, rows)
        inner = {normalise(name) for name in said.within}
        fits = {part: units for part, units in held.items() if inner & _forms(part.above)}
        held = fits or held
        if not held:
            return self._lost(Step(_NOWHERE), said.name, level, rows)
        part, found = next(iter(held.items()))
        if len(set(held.values())) > 1:
            return self._several(said.name, _NOWHERE.union(*held.values()))
        if len(found) > 1:
            return Step(_NOWHERE, note=f"{part.name} ({part.kind}) lies in {part.where}")
        return Step(found, note=self._lies_in(part))

    def _place(self, said: Said, floor: int, rows: frozenset[int]) -> Step:
        """Read the name of a place of no stated level, no coarser than what stands beside it."""
        level, rows = self.names.level, self._within(said, rows)
        listed = _found(self.gazetteer, said.name) & rows
        spots = listed or _found(self.towns, said.name) & rows
        if said.is_town and (spots or self._bearing(said.name, FINEST, rows)):
            floor = FINEST
        coarse = [at for at in range(floor, level) if self.names.bearing(said.name, at) & rows]
        if coarse and not listed:
            return Step(_NOWHERE, note=TOO_COARSE)
        finer = dict[Part, frozenset[int]]()
        for at in range(max(floor, level + 1), FINEST + 1):
            finer |= self._holders(said.name, at, rows)
        # A name that is known for sure is not looked for among those that are like it.
        is_sure = bool(self.names.bearing(said.name, level) & rows) or not (spots or finer)
        is_own = floor <= level and is_sure
        own = self.names.narrow(said.name, level, rows) if is_own else Step(_NOWHERE)
        found = spots.union(own.rows, *finer.values())
        if not found:
            return self._lost(own, said.name, None, rows)
        if len(found) > 1:
            return self._several(said.name, found)
        unit = self.names.label(min(found), own=True)
        note = own.note or next(map(self._lies_in, finer), f"{said.name!r} read as {unit}")
        note = f"{said.name} (gazetteer) lies in {unit}" if spots else note
        return Step(found, own.score, note, bool(spots))

    def _bearing(self, name: str, level: int, rows: frozenset[int]) -> frozenset[int]:
        """Give the rows that bear a name, or hold a place of a finer level that does."""
        if level <= self.names.level:
            return self.names.bearing(name, level) & rows
        return _NOWHERE.union(*self._holders(name, level, rows).values())

    def _holders(self, name: str, level: int, rows: frozenset[int]) -> dict[Part, frozenset[int]]:
        """Give the places of a finer level that bear a name and lie in some rows, with these."""
        found = dict[Part, frozenset[int]]()
        for part in known_parts(self.names.vintage, level).find(name):
            if held := self._holding(part) & rows:
                found[part] = held
        return found

    def _holding(self, part: Part) -> frozenset[int]:
        if part not in self._held:
            self._held[part] = self.names.holding(part)
        return self._held[part]

    def _lies_in(self, part: Part) -> str:
        return f"{part.name} ({part.kind}) lies in {part.above[self.names.level - 1]}"

    def _doubts(self, told: Told, positions: tuple[int, ...]) -> list[str]:
        """Say which places of finer levels lie elsewhere than in the units that were decided."""
        level = self.names.level
        decided = told.levels.get(level, ())
        if not decided:
            return []
        named = {said.name: (at,) for at, names in told.finer_than(level) for said in names}
        named |= {
            name: (*range(level + 1, FINEST + 1),) for said in decided for name in said.within
        }
        doubts = []
        for name, levels in named.items():
            held = dict[Part, frozenset[int]]()
            for at in levels:
                held |= self._holders(name, at, self.names.all)
            if held and not _NOWHERE.union(*held.values()) & set(positions):
                doubts.append(f"{name!r} lies elsewhere; {self._listed(held)}")
        return doubts

    def _several(self, name: str, rows: frozenset[int]) -> Step:
        """Refuse to choose among units."""
        labels = sorted({self.names.label(row, own=True) for row in rows})
        more = " …" if len(labels) > _SHOWN else ""
        listed = "; ".join(labels[:_SHOWN]) + more
        return Step(_NOWHERE, note=f"{name!r} is the name of several places: {listed}")

    def _lost(self, step: Step, name: str, level: int | None, rows: frozenset[int]) -> Step:
        """Say that a name leads nowhere, and what it is or may be meant to be."""
        if step.note is not None:
            return Step(_NOWHERE, note=step.note)
        if level is not None and level <= self.names.level:
            is_elsewhere = bool(self.names.bearing(name, level) - rows)
            note = f"{name!r} is no unit of {_ABOVE if is_elsewhere else self.names.vintage}"
        else:
            where = "" if rows == self.names.all else f" in {_ABOVE}"
            note = f"{name!r} is no place that is known{where or f' in {self.names.vintage}'}"
        known = [p for at in KINDS for p in known_parts(self.names.vintage, at).find(name)]
        units = _found(self.gazetteer, name) or _found(self.towns, name)
        if known:
            return Step(
                _NOWHERE, note=f"{note}; {self._listed(known)}{self._stated(known, level, rows)}"
            )
        labels = sorted({self.names.label(row, own=True) for row in units})[:_SHOWN]
        place = f"; a place of that name lies in {'; '.join(labels)}" if labels else ""
        return Step(_NOWHERE, note=note + place + self._proposals.asked(name))

    def _stated(self, known: Iterable[Part], level: int | None, rows: frozenset[int]) -> str:
        """Ask whether a place is meant that its column is not for, where one alone is so called."""
        fits = [part for part in known if part.level != level and self._holding(part) & rows]
        alone = Counter(part.level for part in fits)
        return asked(part.stated for part in fits if alone[part.level] == 1)

    def _listed(self, parts: Iterable[Part]) -> str:
        """Say what places are: "Koro is a cercle, in Mopti; Koro is a commune, in Koro (Mopti)"."""
        told = [
            f"{part.name} is a {part.kind}, in {part.where}"
            if part.where
            else f"{part.name} is a {part.kind}"
            for part in list(parts)[:_SHOWN]
        ]
        return "; ".join(dict.fromkeys(told))

    def _is_name(self, text: str) -> bool:
        return normalise(text) in self._known

    @cached_property
    def _known(self) -> dict[str, str]:
        """Comparable forms of all names that are known to these."""
        known = dict[str, str]()
        for level in KINDS:
            parts = known_parts(self.names.vintage, level)
            known |= {form: parts.places[at[0]].name for form, at in parts.table.positions.items()}
        places = [one.listed for one in (self.gazetteer, self.towns) if one is not None]
        return {form: name for some in places for form, name in some.items()} | (
            known | self.names.listed()
        )

    @cached_property
    def _proposals(self) -> Proposals:
        return Proposals(self._known)


def _found(places: LocatedGazetteer | None, name: str) -> frozenset[int]:
    return _NOWHERE if places is None else places.find(name)


def _forms(names: Iterable[str]) -> set[str]:
    return {normalise(one) for name in names for one in name.split(ALIAS_SEPARATOR)}
