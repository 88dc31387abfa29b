"""How sure a finding on need and response is: the class of each unit, drawn many times.

What is asked is the class of a unit under the expected number of events, were every record
placed. One draw takes all that is not known at once: the integer within the rounding of a
published count, the chance of the events, the weights of several measures of need, the way of
counting projects, and the units of the records that have none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from maligeo.core.crs import Floats
from maligeo.core.errors import ArgumentError

NOBODY: Final = "nobody"
LESS: Final = "less"
ALIKE: Final = "alike"
MORE: Final = "more"
RESPONSES: Final = (NOBODY, LESS, ALIKE, MORE)

SOLID: Final = "solid"
_UNPLACED: Final = "unplaced"
CAUSES: Final = ("chance", _UNPLACED, "dates", "weights", "rounding")

Classes = npt.NDArray[np.int8]
_HALF: Final = 0.5  # of an event: Jeffreys' prior of a Poisson mean


@dataclass(frozen=True)
class Rules:
    """Where classes begin, and how a finding is put to the test.

    Attributes
    ----------
    less, more : float
        Response per need, in parts of what all units of known need together have: less than
        `less` is low for the need, `more` and above is high.
    solid : float
        Share of the draws in the stated class from which it is called solid.
    draws : int
        Random draws for each way to place the records without a unit.
    seed : int
        The same seed gives the same result.

    Raises
    ------
    ArgumentError
        If a number is out of its range.
    """

    less: float = 0.5
    more: float = 2.0
    solid: float = 0.9
    draws: int = 1000
    seed: int = 1

    def __post_init__(self) -> None:
        ordered = 0 < self.less < 1 < self.more and self.solid <= 1
        if not ordered or self.solid <= 0.5 or self.draws < 1 or self.seed < 0:
            raise ArgumentError(
                f"{self}: less lies below 1 and more above, solid within 0.5 and 1, draws is 1 "
                "or more and seed 0 or more"
            )


@dataclass(frozen=True)
class Need:
    """One measure of need in n units.

    Attributes
    ----------
    low, high : numpy.ndarray of float64, shape (n,)
        Bounds of the count as its rounding leaves them, the same where it is a whole number;
        NaN where the need is not known.
    sizes : sequence of numpy.ndarray, optional
        Of counts of people: for each unit what each of its events added, such as the victims of
        each incident; they sum to the count, the middle where it is rounded. Without it each
        event counts 1.
    by_chance : bool, default True
        Whether it counts events that could have been more or fewer by chance; people in need,
        displaced people or land are as they are.
    unplaced : sequence of Unplaced
        Events without a unit.
    undated : numpy.ndarray of float64, shape (n,), optional
        What events in each unit add of which nobody says whether they are of the period.
    weight : float, default 1
        What it weighs next to other measures.
    is_open : bool, default False
        Whether nobody says how many events have no unit: then nothing is certain.
    """

    low: Floats
    high: Floats
    sizes: Sequence[Floats] | None = None
    by_chance: bool = True
    unplaced: Sequence["Unplaced"] = ()
    undated: Floats | None = None
    weight: float = 1.0
    is_open: bool = False

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Whether the need of each unit is known."""
        return np.isfinite(self.low) & np.isfinite(self.high)

    @property
    def counted(self) -> Floats:
        """The count of each unit, the middle where it is rounded."""
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Unplaced:
    """Records that lie in units, and nobody says in which.

    Attributes
    ----------
    sizes : numpy.ndarray of float64
        How many each record stands for: projects of a programme, or 1.
    among : numpy.ndarray of bool, shape (n,)
        Units in which they may lie.
    is_named : bool, default False
        Whether a source names these units: at least one of the records is in each of them.
    is_whole : bool, default False
        Whether all that a record stands for is in one unit, as the victims of an incident are.
    """

    sizes: Floats
    among: npt.NDArray[np.bool_]
    is_named: bool = False
    is_whole: bool = False


@dataclass(frozen=True)
class Response:
    """Projects in n units.

    Attributes
    ----------
    ways : numpy.ndarray of float64, shape (ways, n)
        Projects placed in each unit: in full in each of their units, by share, and so on. The
        first is the way that the stated class is made from.
    undated : numpy.ndarray of float64, shape (ways, n)
        Those among them of which nobody says whether they are under way in the period.
    unplaced : sequence of Unplaced
        Projects without a unit.
    """

    ways: Floats
    undated: Floats
    unplaced: Sequence[Unplaced] = ()

    @property
    def named(self) -> npt.NDArray[np.bool_]:
        """Whether a source names each unit as one where projects are."""
        masks = [part.among for part in self.unplaced if part.is_named]
        named: npt.NDArray[np.bool_] = np.zeros(self.ways.shape[1], dtype=np.bool_)
        for mask in masks:
            named = named | mask
        return named


@dataclass(frozen=True)
class Finding:
    """The class of n units, and how sure it is.

    Attributes
    ----------
    stated : numpy.ndarray of int8, shape (n,)
        Class by what is recorded and placed, a position in `RESPONSES`; -1 where the need is
        not known or no event is recorded.
    certainty : numpy.ndarray of float64, shape (n,)
        The lowest share of the draws in that class, over the ways to place what has no unit;
        NaN where nobody says how much that is.
    depends_on : tuple of str, length n
        "solid", what certainty would gain most by if it were known, of `CAUSES`; "" without
        a class.
    """

    stated: Classes
    certainty: Floats
    depends_on: tuple[str, ...]


def judge(
    needs: Sequence[Need], response: Response, places: Floats, rules: Rules | None = None
) -> Finding:
    """Say in which class each unit is, and how sure that is.

    Parameters
    ----------
    needs : sequence of Need, of n units
        One or several measures, with their weights in the stated class and random ones around
        these in the draws.
    response : Response, of n units
    places : numpy.ndarray of float64, shape (k, n)
        How likely a record without a unit lies in each unit, in any scale: by people, by area.
        That each whole record goes to one unit at random is added to these.
    rules : Rules, optional
        Limits of the classes, and the draws.

    Returns
    -------
    Finding

    Notes
    -----
    The response per need of a unit in parts of that of all units whose need is known is the
    location quotient: what is done where it is not known is held against no need.
    The expected number of n events is drawn from Gamma(n + 1/2, 1), the posterior under
    Jeffreys' prior, so that a unit without an event is not certain to have none. What several
    people were hurt by is one event: the sum of sizes times Gamma(1, 1) of each, the weighted
    likelihood bootstrap (Newton, M. A. and Raftery, A. E., 1994, Journal of the Royal
    Statistical Society B 56, 3-48). Weights of k measures follow a Dirichlet distribution with
    the stated weights as means and k as the sum of its parameters: where all weigh the same it
    is Dirichlet(1), all weightings alike.
    """
    rules = Rules() if rules is None else rules
    stated = _stated(needs, response, rules)
    if any(need.is_open for need in needs):
        unknown = np.where(stated >= 0, _UNPLACED, "")
        return Finding(stated, np.full(len(stated), np.nan), tuple(unknown.tolist()))
    certainty = _certainty(needs, response, places, rules, stated)
    weak = (stated >= 0) & (certainty < rules.solid)
    depends = np.where(stated >= 0, SOLID, "").astype(object)
    if weak.any():
        gains = [
            _certainty(*_fixed(cause, needs, response), places, rules, stated, cause)
            for cause in CAUSES
        ]
        best = np.asarray(CAUSES, dtype=object)[np.argmax(gains, axis=0)]
        depends[weak] = best[weak]
    return Finding(stated, certainty, tuple(depends))


def _stated(needs: Sequence[Need], response: Response, rules: Rules) -> Classes:
    known = _known(needs)
    counts = np.array([np.where(known, need.counted, 0.0) for need in needs])[:, np.newaxis]
    shares = np.average([_shares(each) for each in counts], axis=0, weights=_weights(needs))
    placed = np.where(known, response.ways[:1], 0.0)
    classes = _classes(shares, placed, response.named, rules)[0]
    # None of what is no event is as sharp as any other number of it.
    is_sharp = not any(need.by_chance for need in needs)
    stated: Classes = np.where(known & ((shares[0] > 0) | is_sharp), classes, -1).astype(np.int8)
    return stated


def _weights(needs: Sequence[Need]) -> Floats:
    """Give the weights of measures, which sum to 1."""
    weights = np.array([need.weight for need in needs], dtype=np.float64)
    return np.asarray(weights / weights.sum())


def _known(needs: Sequence[Need]) -> npt.NDArray[np.bool_]:
    return np.asarray(np.all([need.known for need in needs], axis=0), dtype=np.bool_)


def _shares(values: Floats) -> Floats:
    """Divide by the sums of the rows; a row of zeros stays."""
    totals = values.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(values, totals, out=np.zeros_like(values), where=totals > 0)
    return shares


def _classes(need: Floats, response: Floats, named: npt.NDArray[np.bool_], rules: Rules) -> Classes:
    """Give the classes of shares of need and numbers of projects, shape (draws, n)."""
    share = _shares(response)
    found = np.full(share.shape, RESPONSES.index(ALIKE), dtype=np.int8)
    found[share < rules.less * need] = RESPONSES.index(LESS)
    found[(share >= rules.more * need) & (share > 0)] = RESPONSES.index(MORE)
    found[(response <= 0) & ~named & (need > 0)] = RESPONSES.index(NOBODY)
    return found


def _certainty(
    needs: Sequence[Need],
    response: Response,
    places: Floats,
    rules: Rules,
    stated: Classes,
    fixed: str = "",
) -> Floats:
    """Give the lowest share of draws in the stated class, over the ways to place records."""
    known = _known(needs)
    lowest = np.ones(len(known))
    for way, chances in enumerate(_placings(places)):
        rng = np.random.default_rng([rules.seed, way])
        need = _drawn_need(needs, known, chances, rules, rng, fixed)
        answer = np.where(known, _drawn_response(response, chances, rules, rng), 0.0)
        classes = _classes(need, answer, response.named, rules)
        lowest = np.minimum(lowest, (classes == stated).mean(axis=0))
    return np.where(stated >= 0, lowest, np.nan)


def _placings(places: Floats) -> Iterator[Floats | None]:
    """Give how likely each unit is, and None for whole records to any unit alike."""
    yield from places
    yield None


def _fixed(cause: str, needs: Sequence[Need], response: Response) -> tuple[list[Need], Response]:
    """Take one cause of doubt away, as though it were known."""
    if cause == _UNPLACED:
        named = [replace(part, sizes=np.zeros(0)) for part in response.unplaced if part.is_named]
        return [replace(need, unplaced=()) for need in needs], replace(response, unplaced=named)
    if cause == "rounding":
        middle = [replace(need, low=need.counted, high=need.counted) for need in needs]
        return middle, response
    if cause == "dates":
        dated = [replace(need, undated=None) for need in needs]
        return dated, replace(response, undated=np.zeros_like(response.undated))
    if cause == "weights":
        first = replace(response, ways=response.ways[:1], undated=response.undated[:1])
        return list(needs), first
    return list(needs), response


def _drawn_need(
    needs: Sequence[Need],
    known: npt.NDArray[np.bool_],
    chances: Floats | None,
    rules: Rules,
    rng: np.random.Generator,
    fixed: str,
) -> Floats:
    """Draw shares of need, shape (draws, n)."""
    weights = rng.dirichlet(_weights(needs) * len(needs), size=rules.draws)
    if fixed == "weights":
        weights[:] = _weights(needs)
    total = np.zeros((rules.draws, len(known)))
    for need, weight in zip(needs, weights.T, strict=True):
        by_chance = need.by_chance and fixed != "chance"
        sized = by_chance and need.sizes is not None
        draw = _resampled if sized else partial(_counted, by_chance=by_chance)
        events = draw(need, chances, rules.draws, rng)
        total += weight[:, np.newaxis] * _shares(np.where(known, events, 0.0))
    return total


def _counted(
    need: Need, chances: Floats | None, draws: int, rng: np.random.Generator, *, by_chance: bool
) -> Floats:
    """Draw what is counted one by one; by chance, the expected number of it."""
    events = _whole_within(need, draws, rng) + _placed(need.unplaced, chances, draws, rng)
    events = events + _drawn_undated(need, draws, rng)
    return rng.standard_gamma(events + _HALF) if by_chance else events


def _drawn_undated(need: Need, draws: int, rng: np.random.Generator) -> Floats | float:
    """Take what has no date into the period in half of the draws, all of it or nothing."""
    if need.undated is None:
        return 0.0
    return np.asarray(rng.integers(2, size=(draws, 1)) * need.undated)


def _whole_within(need: Need, draws: int, rng: np.random.Generator) -> Floats:
    """Draw a whole number within the rounding of each count; a sharp one stays as it is."""
    low, high = np.nan_to_num(need.low), np.nan_to_num(need.high)
    first, last = np.ceil(low), np.floor(high)
    is_rounded = (high > low) & (last >= first)
    drawn = first + np.floor(rng.random((draws, len(low))) * (last - first + 1))
    return np.where(is_rounded, drawn, np.nan_to_num(need.counted))


def _resampled(need: Need, chances: Floats | None, draws: int, rng: np.random.Generator) -> Floats:
    """Draw the expected number of people, each event with all whom it concerned."""
    own = need.sizes or ()
    all_sizes = np.concatenate([*own, *(part.sizes for part in need.unplaced), np.zeros(0)])
    typical = float(all_sizes.mean()) if len(all_sizes) else 1.0
    drawn: Floats = typical * rng.standard_gamma(_HALF, size=(draws, len(need.low)))
    whole = _whole_within(need, draws, rng)
    scale = np.divide(whole, need.counted, out=np.ones_like(whole), where=need.counted > 0)
    for at, sizes in enumerate(own):
        for size, times in zip(*np.unique(sizes, return_counts=True), strict=True):
            drawn[:, at] += size * scale[:, at] * rng.standard_gamma(times, size=draws)
    for size, events in _put(need.unplaced, chances, draws, rng):
        drawn += size * rng.standard_gamma(events)
    return drawn + typical * rng.standard_gamma(_drawn_undated(need, draws, rng) / typical)


def _drawn_response(
    response: Response, chances: Floats | None, rules: Rules, rng: np.random.Generator
) -> Floats:
    """Draw numbers of projects, shape (draws, n), in one way of counting each.

    In half of the draws those without a date are not under way.
    """
    way = rng.integers(len(response.ways), size=rules.draws)
    without = rng.integers(2, size=(rules.draws, 1))
    placed = response.ways[way] - without * response.undated[way]
    return np.asarray(placed + _placed(response.unplaced, chances, rules.draws, rng))


def _placed(
    unplaced: Sequence[Unplaced], chances: Floats | None, draws: int, rng: np.random.Generator
) -> Floats | float:
    """Put records without a unit into units, each by itself or whole ones at random."""
    total: Floats | float = 0.0
    for size, times in _put(unplaced, chances, draws, rng):
        total = total + size * times
    return total


def _put(
    unplaced: Sequence[Unplaced], chances: Floats | None, draws: int, rng: np.random.Generator
) -> Iterator[tuple[float, Floats]]:
    """Give sizes, and how often records of that size are drawn into each unit."""
    for part in (part for part in unplaced if part.among.any()):
        first = part.among.astype(np.float64) * part.is_named
        likely = np.where(part.among, 1.0 if chances is None else chances, 0.0)
        likely = _shares(likely if likely.sum() > 0 else part.among.astype(np.float64))
        if part.is_named:
            yield 1.0, first
        for size, times in _lots(part.sizes, first.sum(), whole=chances is None or part.is_whole):
            yield size, rng.multinomial(times, likely, size=draws).astype(np.float64)


def _lots(sizes: Floats, taken: float, *, whole: bool) -> Iterator[tuple[float, int]]:
    """Give what goes to one unit together, and how often; less what is in named units."""
    if not whole:
        yield 1.0, int(max(round(sizes.sum()) - taken, 0))
        return
    for size, times in zip(*np.unique(sizes, return_counts=True), strict=True):
        yield max(float(size) - taken, 0.0), int(times)
