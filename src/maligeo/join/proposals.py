"""Names that were not found: the nearest that are known, without placing anything."""

import ast
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from maligeo import catalog
from maligeo.core.checks import require_columns
from maligeo.core.placenames import ALIAS_SEPARATOR, normalise, split_places
from maligeo.join.reported import FINEST

_SHOWN: Final = 3
_SLIPS: Final = ((5, 1), (9, 2))  # letters of a name: slips of the pen that may be in it
_MOST_SLIPS: Final = 3
_SHORTEST: Final = 3  # letters; of two, nearly everything is near
ASKED: Final = "; do you mean "
_QUOTED: Final = r"""(?P<place>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_NOT_FOUND = re.compile(rf"^{_QUOTED} is ")
_PROPOSED = re.compile(rf"{ASKED}(?P<names>[^?]+)\?")


@cache
def do_not_match() -> frozenset[frozenset[str]]:
    """List the pairs of different places whose names are easily taken for one another."""
    pairs = catalog.load_table("reference", "do_not_match")
    return frozenset(
        frozenset((normalise(one), normalise(other)))
        for one, other in zip(pairs["name_a"], pairs["name_b"], strict=True)
    )


class Proposals:
    """Known names among which a misspelt one is looked for.

    Parameters
    ----------
    names : mapping of str to str
        Comparable forms to the names as listed.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._by_length: dict[int, list[str]] = {}
        for form in sorted(names):
            self._by_length.setdefault(len(form), []).append(form)
        self._known: dict[str, str] = {}

    def asked(self, name: str) -> str:
        """Give the end of a note that asks whether one of the nearest names is meant; or ""."""
        form = normalise(name)
        if form not in self._known:
            listed = self._names.get(form)
            found = self._nearest(form) if listed is None else [listed]
            found = [one for one in found if normalise(one) != form]
            self._known[form] = asked(found)
        return self._known[form]

    def _nearest(self, form: str) -> list[str]:
        if len(form) < _SHORTEST:
            return []
        slips = next((most for letters, most in _SLIPS if len(form) <= letters), _MOST_SLIPS)
        lengths = range(len(form) - slips, len(form) + slips + 1)
        near = [one for length in lengths for one in self._by_length.get(length, ())]
        ranked = process.extract(
            form, near, scorer=OSA.distance, score_cutoff=slips, limit=None
        )  # fmt: skip
        allowed = [
            (distance, known) for known, distance, _ in ranked
            if frozenset((form, known)) not in do_not_match()
        ]  # fmt: skip
        best = sorted(known for distance, known in allowed if distance == allowed[0][0])
        return list(dict.fromkeys(self._names[known] for known in best))[:_SHOWN]


def asked(names: Iterable[str]) -> str:
    """Give the end of a note that asks whether one of some names is meant; or ""."""
    listed = ", ".join(names)
    return f"{ASKED}{listed}?" if listed else ""


def proposed_names(note: str) -> str:
    """Give the names that a note proposes, with commas between them; "" where it does not."""
    asked = _PROPOSED.search(note)
    return "" if asked is None else asked["names"]


def unplaced_places(located: pd.DataFrame) -> pd.DataFrame:
    """List the names of places that led to no unit, with the nearest names that are known.

    Parameters
    ----------
    located : pandas.DataFrame
        As from `locate`, also read back from a file.

    Returns
    -------
    pandas.DataFrame
        `place` (as written), `level` (1 to 3 of the column in which it stands, missing for
        a column of no level), `rows` (records that stay unplaced for it), `proposals` (names
        separated by "|", those that come near, or "Cercle de Koro" for a "Koro" among regions;
        missing where there is none) and `note`; the most frequent first.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> records = pd.DataFrame({"adm1_name": ["Tombouctu", "Tombouctu", "Gao"]})
    >>> located = maligeo.locate(records, maligeo.load_boundaries())
    >>> maligeo.unplaced_places(located)[["place", "level", "rows", "proposals"]]
           place  level  rows   proposals
    0  Tombouctu      1     2  Tombouctou
    """
    require_columns(located, ("locate_method", "locate_note"), what="located")
    lost = located[(located["locate_method"] == "none") & located["locate_note"].notna()]
    notes = lost["locate_note"].astype("str")
    counts = notes.value_counts()
    firsts = lost.loc[~notes.duplicated().to_numpy()]
    rows = []
    for at, note in enumerate(firsts["locate_note"].astype("str")):
        told = _NOT_FOUND.match(note)
        if told is None:
            continue
        place = str(ast.literal_eval(told["place"]))
        proposals = proposed_names(note).replace(", ", ALIAS_SEPARATOR) or None
        rows.append((place, _level(firsts.iloc[at], place), counts[note], proposals, note))
    table = pd.DataFrame(rows, columns=["place", "level", "rows", "proposals", "note"])
    table = table.astype(
        {
            "place": "string",
            "level": "Int64",
            "rows": "Int64",
            "proposals": "string",
            "note": "string",
        }
    )
    order = ["rows", "place", "note"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)


def _level(row: pd.Series, place: str) -> int | None:
    """Give the level of the column in which a name stands."""
    for level in range(1, FINEST + 1):
        cell = row.get(f"adm{level}_reported", row.get(f"adm{level}_name"))
        if isinstance(cell, str) and place in (
            cell,
            *re.split(r"\s*[()]\s*", cell),
            *split_places(cell),
        ):
            return level
    return None
