"""What the cells of a record say about its place, taken apart."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from maligeo.core.placenames import (
    is_countrywide,
    kind_word,
    normalise,
    split_inner,
    split_places,
    stated_kind,
)

FINEST: Final = 3  # level of the names that are reported
COLUMNS: Final = (*(f"adm{level}_name" for level in range(1, FINEST + 1)), "place_name")

_FREE: Final = len(COLUMNS)  # number of the column whose names are of no level
_LEVELS: Final = {f"adm{level}": level for level in range(1, FINEST + 1)}
_SETTLEMENT: Final = "settlement"

IsName = Callable[[str], bool]


@dataclass(frozen=True)
class Said:
    """One name in a cell.

    Attributes
    ----------
    name : str
        As written, without what stands in parentheses.
    within : tuple of str
        The names in parentheses behind it: a place in it, or the unit around it.
    is_town : bool
        Whether it says itself that it is a town or village.
    """

    name: str
    within: tuple[str, ...] = ()
    is_town: bool = False


@dataclass(frozen=True)
class Told:
    """What is said about the place of a record.

    Attributes
    ----------
    levels : mapping of int to tuple of Said
        Names of units by level; several where a record is in several units.
    places : tuple of Said
        Names of no stated level.
    countrywide : bool
        Whether a cell says that it is about the whole country.
    """

    levels: Mapping[int, tuple[Said, ...]]
    places: tuple[Said, ...]
    countrywide: bool

    def finer_than(self, level: int) -> list[tuple[int, tuple[Said, ...]]]:
        """Give the names of levels below one, the coarsest first."""
        return [(at, self.levels[at]) for at in range(level + 1, FINEST + 1) if at in self.levels]

    def coarser_than(self, level: int) -> list[tuple[int, tuple[Said, ...]]]:
        """Give the names of levels above one, from the first down."""
        return [(at, self.levels[at]) for at in range(1, level) if at in self.levels]


def read_cells(cells: Sequence[object], is_name: IsName) -> Told:
    """Take the cells of a record apart.

    Parameters
    ----------
    cells : sequence
        In the order of `COLUMNS`; anything but a string is empty.
    is_name : callable
        Tells names that are known, which stay whole.

    Returns
    -------
    Told
        A name that states another kind of unit than its column ("Cercle de Koro" among
        regions) counts as of that kind, unless the column of that kind says otherwise.
    """
    named = [
        (column, kind, said)
        for column, cell in enumerate(cells, start=1)
        for kind, said in _names(cell, is_name)
    ]
    levels: dict[int, list[Said]] = {}
    places: list[Said] = []
    moved: list[tuple[int, int, Said]] = []
    for column, kind, said in named:
        level = _LEVELS.get(str(kind), column)
        if said is None:
            continue
        if kind == _SETTLEMENT or level == _FREE:
            places.append(said)
        elif level == column:
            levels.setdefault(column, []).append(said)
        else:
            moved.append((level, column, said))
    stated = {level: {normalise(said.name) for said in some} for level, some in levels.items()}
    for level, column, said in moved:
        if level not in stated:
            levels.setdefault(level, []).append(said)
        elif normalise(said.name) not in stated[level]:
            (places if column == _FREE else levels.setdefault(column, [])).append(said)
    countrywide = any(said is None for _, _, said in named)
    return Told({at: tuple(some) for at, some in levels.items()}, tuple(places), countrywide)


def _names(cell: object, is_name: IsName) -> Iterator[tuple[str | None, Said | None]]:
    """Give each name of a cell with the kind of place that it states; None for the country."""
    if not isinstance(cell, str):
        return
    for text in split_places(cell, is_name=is_name):
        whole = is_name(text)
        name, inner = (text, "") if whole else split_inner(text)
        kind = stated_kind(name) or kind_word(inner)
        held = [] if kind_word(inner) else split_places(inner, is_name=is_name)
        within = tuple(one for one in held if normalise(one) and not is_countrywide(one))
        if not whole and is_countrywide(name):  # "Mali (Gao)"
            yield from ((None, Said(one)) for one in within)
            if not within:
                yield None, None
        elif normalise(name):
            yield kind, Said(name, within, kind == _SETTLEMENT)
