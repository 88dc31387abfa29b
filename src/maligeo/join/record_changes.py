"""Two editions of a list of records: what is new, corrected, gone, the same.

Records are matched by their id and, where ids were changed, repeat or are missing, by what
they say. Whether ids were kept is asked of the lists, not assumed: where most ids that both
lists have stand for other records, the list was numbered anew and its ids tell nothing.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd

from maligeo.core.columns import RECORD_CHANGES
from maligeo.join.comparable import Comparable, comparable

ALIKE: Final = 0.5  # share of the fields that tell records apart, for two with one id
NEARLY: Final = 2 / 3  # the same, for two with different ids
FEWEST: Final = 3  # of these fields that have to agree there
COMMON: Final = 20  # records with the same pair of values: these tell nobody apart

BY_ID: Final = "id"
BY_CONTENT: Final = "content"
UNLIKE: Final = "hardly anything agrees: the id may stand for another record"
REPEATED: Final = "the id repeats"
SEVERAL: Final = "several rows say the same"
UNREAD: Final = (
    "the row of the old list with this id cannot be read",
    "the row of the new list with this id cannot be read",
)
RENUMBERED: Final = "most ids stand for other records: the list was numbered anew"

Pairs = list[tuple[int, int]]


def record_changes(
    old: pd.DataFrame,
    new: pd.DataFrame,
    *,
    kind: str,
    unread: tuple[Collection[str], Collection[str]] = ((), ()),
) -> pd.DataFrame:
    """Say what became of each record of a list in a later edition of it.

    Parameters
    ----------
    old, new : pandas.DataFrame or geopandas.GeoDataFrame, EPSG:4326
        Records of one kind, as `read_incidents`, `read_projects` and `read_areas` give them.
        Ids may be missing or repeat. Rows of a project are one record.
    kind : {"incidents", "projects", "areas"}
        What they are.
    unread : tuple of two collections of str, optional
        Ids of rows of the old and of the new list that could not be read, and are not in the
        frames.

    Returns
    -------
    pandas.DataFrame
        `change` is "new", "gone", "same", "renumbered" (the same under another id),
        "corrected", or "not_compared", where a row with its id could not be read; one row
        each, of a corrected record one for each field. Then, about the lists, "repeated_id"
        for each id that several records have, "column_new" and "column_gone", whose columns
        are not compared since the other list had none, or no value in it, and "ids_anew",
        once, where the list was numbered anew. `old_id, new_id`; `old_row, new_row`, their
        labels in the frames; `record`, what tells it apart; `field, old, new`, of a date as
        much as is known ("2022-02" of a month); `difference`, of numbers, of positions in
        metres (WGS 84), of outlines the m² that only one of both has (EPSG:6933), of dates
        in days; `matched_by` ("id", "content"); `note`.

    Raises
    ------
    ArgumentError
        If there is no such kind.
    """
    sides = comparable(old, kind), comparable(new, kind)
    matching = _Matching(*sides, unread)
    matching.run()
    rows = [*_of_lists(*sides, matching), *_of_records(*sides, matching)]
    return _frame(rows)


@dataclass
class _Matching:
    """Which record of one list is which of the other."""

    old: Comparable
    new: Comparable
    unread: tuple[Collection[str], Collection[str]] = ((), ())
    pairs: dict[int, int] = field(default_factory=dict)
    by: dict[int, str] = field(default_factory=dict)
    notes: dict[int, list[str]] = field(default_factory=dict)
    apart: tuple[dict[int, str], dict[int, str]] = field(default_factory=lambda: ({}, {}))
    keeps_ids: bool = True

    def run(self) -> None:
        fields = [name for name in self.old.fields if name in set(self.new.fields)]
        content = self.old.hashes(fields), self.new.hashes(fields)
        self.keeps_ids = self._are_kept()
        if self.keeps_ids:
            self._set_apart()
        self._take(self._equal(self._with_ids(content)), BY_ID)
        shared = self._by_id()
        if self.keeps_ids:
            self._take([pair for pair in shared if self._likeness(*pair) >= ALIKE], BY_ID)
        self._take(self._equal(content), BY_CONTENT)
        self._take(self._near(), BY_CONTENT)
        if self.keeps_ids:
            unlike = self._by_id()
            self._take(unlike, BY_ID)
            for one, _ in unlike:
                self.notes.setdefault(one, []).append(UNLIKE)

    def _set_apart(self) -> None:
        """Leave out records of which the other list has a row, or rows, that cannot be read.

        Of a record of several rows, such as a project, this list may have such a row itself.
        """
        sides = self.old, self.new
        for side, other in ((0, 1), (1, 0)):
            theirs, own = set(self.unread[other]), set(self.unread[side])
            if not sides[side].kind.has_rows:
                theirs, own = theirs - set(sides[other].id_at), set()
            for at, one in enumerate(sides[side].id_at):
                if one in theirs | own:
                    self.apart[side][at] = UNREAD[other if one in theirs else side]

    def _take(self, pairs: Pairs, by: str) -> None:
        for one, other in pairs:
            self.pairs[one] = other
            self.by[one] = by

    @property
    def left(self) -> tuple[list[int], list[int]]:
        """Places of the records that have no counterpart so far."""
        taken = self.pairs.keys() | self.apart[0], {*self.pairs.values(), *self.apart[1]}
        return (
            [at for at in range(len(self.old)) if at not in taken[0]],
            [at for at in range(len(self.new)) if at not in taken[1]],
        )

    def _with_ids(
        self, content: tuple["pd.Series[int]", "pd.Series[int]"]
    ) -> tuple["pd.Series[Any]", "pd.Series[Any]"]:
        """Give content and id as one key; without an id there is none."""
        keyed = [
            hashed.astype("string").str.cat(side.ids, sep="|")
            for side, hashed in zip((self.old, self.new), content, strict=True)
        ]
        return keyed[0], keyed[1]

    def _equal(self, keys: tuple["pd.Series[Any]", "pd.Series[Any]"]) -> Pairs:
        """Pair records with the same key, in their order where several have it."""
        one, other = (
            key.iloc[places].dropna() for key, places in zip(keys, self.left, strict=True)
        )
        sides = [
            pd.DataFrame({"key": key, "nth": key.groupby(key).cumcount(), "at": key.index})
            for key in (one, other)
        ]
        found = sides[0].merge(sides[1], on=["key", "nth"])
        several = set(one[one.duplicated(keep=False)]) | set(other[other.duplicated(keep=False)])
        for at in found.loc[found["key"].isin(several), "at_x"]:
            self.notes.setdefault(int(at), []).append(SEVERAL)
        return list(zip(found["at_x"].tolist(), found["at_y"].tolist(), strict=True))

    def _by_id(self) -> Pairs:
        """Pair those left whose id none of the others left has."""
        alone = []
        for side, places in zip((self.old, self.new), self.left, strict=True):
            ids = side.ids.iloc[places].dropna()
            ids = ids[~ids.duplicated(keep=False)]
            alone.append(pd.Series(ids.index, index=ids))
        common = alone[0].index.intersection(alone[1].index)
        return [(int(alone[0][one]), int(alone[1][one])) for one in common]

    def _are_kept(self) -> bool:
        """Tell whether most ids that both lists have stand for records that are alike."""
        first = [side.ids.dropna().drop_duplicates(keep=False) for side in (self.old, self.new)]
        places = [pd.Series(ids.index, index=ids) for ids in first]
        common = places[0].index.intersection(places[1].index)
        likeness = [self._likeness(int(places[0][one]), int(places[1][one])) for one in common]
        return not likeness or float(np.mean([one >= ALIKE for one in likeness])) >= ALIKE

    def _likeness(self, one: int, other: int) -> float:
        """Give the share of the telling fields known of both that agree."""
        agree, known = self._agreement(one, other)
        return agree / known if known else 0.0

    def _agreement(self, one: int, other: int) -> tuple[int, int]:
        left, right = self.old.telling[one], self.new.telling[other]
        known = [
            (a, b) for a, b in zip(left, right, strict=True) if a is not None and b is not None
        ]
        return sum(a == b for a, b in known), len(known)

    def _near(self) -> Pairs:
        """Pair those left that agree in most, where each is the best of the other and alone."""
        scores: dict[tuple[int, int], float] = {}
        for pair in self._candidates():
            agree, known = self._agreement(*pair)
            if agree >= FEWEST and agree / known >= NEARLY:
                scores[pair] = agree / known + agree / 1000
        best = [_best(scores, side) for side in (0, 1)]
        return [pair for pair in scores if pair in best[0] and pair in best[1]]

    def _candidates(self) -> set[tuple[int, int]]:
        """Give pairs that share two of the fields that tell records apart, if few do."""
        places = self.left
        found: set[tuple[int, int]] = set()
        for fields in combinations(range(len(self.old.telling_fields)), 2):
            sides = [
                _by_values(side, some, fields)
                for side, some in zip((self.old, self.new), places, strict=True)
            ]
            for key in sides[0].keys() & sides[1].keys():
                one, other = sides[0][key], sides[1][key]
                if len(one) <= COMMON and len(other) <= COMMON:
                    found.update((a, b) for a in one for b in other)
        return found


def _by_values(
    side: Comparable, places: Sequence[int], fields: tuple[int, ...]
) -> dict[tuple[object, ...], list[int]]:
    found: dict[tuple[object, ...], list[int]] = {}
    for at in places:
        key = tuple(side.telling[at][one] for one in fields)
        if None not in key:
            found.setdefault(key, []).append(at)
    return found


def _best(scores: dict[tuple[int, int], float], side: int) -> set[tuple[int, int]]:
    """Give the pair of each record that scores more than any other pair of it."""
    by_record: dict[int, list[tuple[float, tuple[int, int]]]] = {}
    for pair, score in scores.items():
        by_record.setdefault(pair[side], []).append((score, pair))
    best = set()
    for ranked in by_record.values():
        ranked.sort(reverse=True)
        if len(ranked) == 1 or ranked[0][0] > ranked[1][0]:
            best.add(ranked[0][1])
    return best


def _of_lists(old: Comparable, new: Comparable, found: _Matching) -> Iterator[dict[str, Any]]:
    """Say what is to be known of the lists as wholes."""
    if not found.keeps_ids:
        yield {"change": "ids_anew", "note": RENUMBERED}
    if len(old) and len(new):
        columns = [
            [*side.fields, *([side.kind.key] if side.ids.notna().any() else [])]
            for side in (old, new)
        ]
        for change, one, other in (("column_new", *columns[::-1]), ("column_gone", *columns)):
            yield from ({"change": change, "field": name} for name in one if name not in other)
    for side, key in ((old, "old"), (new, "new")):
        for one, count in side.repeated.items():
            yield {"change": "repeated_id", f"{key}_id": one, key: str(count)}


def _of_records(old: Comparable, new: Comparable, found: _Matching) -> Iterator[dict[str, Any]]:
    _, added = found.left
    for one in range(len(old)):
        other = found.pairs.get(one)
        if other is None:
            yield _of_one(old, one, "old", found.apart[0].get(one))
            continue
        about = {
            **_about(old, one, "old"),
            **_about(new, other, "new"),
            "record": new.label(other),
            "matched_by": found.by[one],
            "note": "; ".join(_notes(old, new, one, other, found)) or pd.NA,
        }
        yield from _of_pair(old, new, (one, other), about)
    for other in sorted([*added, *found.apart[1]]):
        yield _of_one(new, other, "new", found.apart[1].get(other))


def _of_one(side: Comparable, at: int, key: str, unread: str | None) -> dict[str, Any]:
    """Say of a record without a counterpart that it is new or gone, where that is known."""
    change = {"old": "gone", "new": "new"}[key] if unread is None else "not_compared"
    return {
        "change": change, **_about(side, at, key), "record": side.label(at),
        "note": pd.NA if unread is None else unread,
    }  # fmt: skip


def _about(side: Comparable, at: int, key: str) -> dict[str, Any]:
    return {f"{key}_id": side.id_at[at], f"{key}_row": str(side.rows[at])}


def _notes(old: Comparable, new: Comparable, one: int, other: int, found: _Matching) -> list[str]:
    repeats = old.id_at[one] in old.repeated or new.id_at[other] in new.repeated
    return list(dict.fromkeys([*found.notes.get(one, []), *[REPEATED] * repeats]))


def _of_pair(
    old: Comparable, new: Comparable, at: tuple[int, int], about: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    one, other = at
    theirs = set(new.fields)
    fields = [name for name in old.fields if name in theirs]
    changed = [name for name in fields if old.value(name, one) != new.value(name, other)]
    for name in changed:
        yield {
            "change": "corrected",
            **about,
            "field": name,
            "old": old.shown(name, one),
            "new": new.shown(name, other),
            "difference": old.difference(name, one, new, other),
        }
    if not changed:
        ids = old.id_at[one], new.id_at[other]
        renumbered = None not in ids and ids[0] != ids[1]
        yield {"change": "renumbered" if renumbered else "same", **about}


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(RECORD_CHANGES))
    texts = [name for name in RECORD_CHANGES if name != "difference"]
    return frame.astype(dict.fromkeys(texts, "string") | {"difference": "Float64"})
