"""Random worlds of incidents, and the files that an organisation has of them as time goes by."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from tests.attacks.everything.places import (
    OUTSIDE,
    Places,
    bundled,
    region_names,
    region_of,
    squares,
)

FIRST: Final = 2021  # year of the first incident
DELAY: Final = 95  # days after a quarter when it is released
COLUMNS: Final = [
    "event_id", "date", "date_precision", "event_type", "killed", "injured", "civilians_killed",
    "civilians_injured", "adm1_name", "lon", "lat",
]  # fmt: skip
_VICTIMS: Final = COLUMNS[4:8]


@dataclass(frozen=True)
class Step:
    """A file, and the day on which products are made of it.

    Attributes
    ----------
    records : pandas.DataFrame
        Columns `COLUMNS`.
    as_of : str
        The day.
    is_excerpt : bool
        Whether it is a part of what the organisation has.
    """

    records: pd.DataFrame
    as_of: str
    is_excerpt: bool = False


@dataclass(frozen=True)
class World:
    """A world, as its files tell of it.

    Attributes
    ----------
    seed : int
        It is made again from this.
    places : Places
        Units.
    covers : str or None
        What the organisation says that its files cover.
    steps : tuple of Step
        In the order in which they are released.
    """

    seed: int
    places: Places
    covers: str | None
    steps: tuple[Step, ...]


def random_world(seed: int) -> World:
    """Make a world; odd seeds have cercles."""
    rng = np.random.default_rng(seed)
    places = squares(_some_regions(rng)) if seed % 2 else bundled()
    quarters = int(rng.choice([3, 4, 4, 5, 5, 6, 7]))
    known = _history(rng, places, quarters)
    ends = _ends(rng, quarters)
    steps = [_step(known, at, end) for at, end in enumerate(ends)]
    excerpts = int(rng.integers(4))
    if excerpts == 1:
        steps.insert(0, _excerpt(rng, steps[0]))
    elif excerpts == 2:
        steps.append(_excerpt(rng, steps[-1]))
    years = range(FIRST, ends[-1].year + 1)
    covers = f"{FIRST}/{years[-1]}" if rng.random() < 0.5 else None
    return World(seed, places, covers, tuple(steps))


def _some_regions(rng: np.random.Generator) -> tuple[str, ...]:
    """Choose a few regions with all their cercles; now and then all nine."""
    codes = list(bundled().regions["pcode"])
    number = rng.choice([2, 3, 4, len(codes)], p=[0.3, 0.4, 0.2, 0.1])
    return tuple(sorted(rng.choice(codes, number, replace=False)))


def _ends(rng: np.random.Generator, quarters: int) -> list[pd.Period]:
    """Give the last quarter of each of three releases: in succession, or a year apart."""
    first = pd.Period(f"{FIRST}Q1")
    apart = 4 if rng.random() < 0.2 else 1
    return [first + quarters - 3 + apart * at for at in range(3)]


def _history(rng: np.random.Generator, places: Places, quarters: int) -> pd.DataFrame:
    """Make all records, with the steps from which and before which a file has them."""
    size = int(np.exp(rng.uniform(np.log(4), np.log(250))))
    codes = list(places.units["pcode"])
    weight = rng.dirichlet(np.full(len(codes), rng.choice([0.05, 0.2, 1.0])))
    days = int(quarters * 91.3)
    rows = [_record(rng, places, str(rng.choice(codes, p=weight)), days) for _ in range(size)]
    rows += [_record(rng, places, str(rng.choice(codes)), days) for _ in range(rng.integers(4))]
    rows += _crowd(rng, rows)
    frame = pd.DataFrame(rows)
    frame["event_id"] = [f"e{at}" for at in range(len(frame))]
    frame = _blurred(rng, _harmed(rng, frame), places)
    frame["known_from"], frame["known_until"] = 0, 9
    late = rng.random(len(frame)) < rng.choice([0.0, 0.1])
    frame.loc[late, "known_from"] = rng.integers(1, 3, int(late.sum()))
    return _corrected(rng, frame)


def _record(rng: np.random.Generator, places: Places, code: str, days: int) -> dict[str, Any]:
    lon, lat = places.some(rng, code)
    day = pd.Timestamp(f"{FIRST}-01-01") + pd.Timedelta(days=int(rng.integers(days)))
    return {"date": day, "unit": code, "lon": lon, "lat": lat}


def _crowd(rng: np.random.Generator, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add rows of events that are there already, as lists of victims have them."""
    some = rng.choice(len(rows), min(len(rows), int(rng.integers(3))), replace=False)
    return [dict(rows[at]) for at in some for _ in range(int(rng.integers(1, 6)))]


def _harmed(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Add victims: many or few, some single attacks with most of them, some not stated."""
    size = len(frame)
    mean = rng.choice([0.3, 1.0, 3.0])
    killed, injured = rng.poisson(mean, size), rng.poisson(mean, size)
    worst = rng.random(size) < rng.choice([0.0, 0.03])
    killed[worst] += rng.integers(10, 60, int(worst.sum()))
    victims = pd.DataFrame({"killed": killed, "injured": injured}, dtype="float64")
    for what in ("killed", "injured"):
        numbers = victims[what].to_numpy().astype(int)
        victims[f"civilians_{what}"] = rng.binomial(numbers, rng.choice([0.1, 0.5, 0.9]))
    missing = rng.random(victims.shape) < rng.choice([0.0, 0.0, 0.02, 0.2])
    victims = victims.mask(missing)
    return frame.join(victims)


def _blurred(rng: np.random.Generator, frame: pd.DataFrame, places: Places) -> pd.DataFrame:
    """Make some dates and places coarse, and put some outside."""
    size = len(frame)
    coarse = rng.choice([0.0, 0.0, 0.15])
    shares = [1 - coarse, coarse / 2, coarse / 2]
    frame["date_precision"] = rng.choice(["day", "month", "year"], size, p=shares)
    frame["event_type"] = "ied"
    frame["adm1_name"] = None
    region, name = region_of(places), region_names(places)
    odd = rng.choice([0.0, 0.0, 0.1])
    kind = rng.choice(["", "named", "unknown", "outside"], size, p=[1 - odd, *[odd / 3] * 3])
    named = [name[region[unit]] for unit in frame["unit"]]
    frame["adm1_name"] = pd.Series(named, dtype=object).where(kind == "named", None)
    lost = np.isin(kind, ["named", "unknown"])
    for at, axis in enumerate(("lon", "lat")):
        frame[axis] = np.where(lost, np.nan, np.where(kind == "outside", OUTSIDE[at], frame[axis]))
    return frame


def _corrected(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Let some records be withdrawn later, or told in another way."""
    chosen = rng.random(len(frame)) < rng.choice([0.0, 0.05])
    step = int(rng.integers(1, 3))
    again = frame[chosen & (rng.random(len(frame)) < 0.6)].copy()
    frame.loc[chosen, "known_until"] = step
    again["known_from"] = step
    again["killed"] = again["killed"] + rng.integers(0, 4, len(again))
    both = [frame, again] if len(again) else [frame]
    return pd.concat(both, ignore_index=True)


def _step(known: pd.DataFrame, at: int, end: pd.Period) -> Step:
    as_of = end.end_time.normalize() + pd.Timedelta(days=DELAY)
    there = (known["known_from"] <= at) & (at < known["known_until"]) & (known["date"] <= as_of)
    return Step(known.loc[there, COLUMNS].reset_index(drop=True), str(as_of.date()))


def _excerpt(rng: np.random.Generator, step: Step) -> Step:
    """Keep some of a file: what killed, the half of it, or a part of the year."""
    records, way = step.records, int(rng.integers(3))
    kept = [
        records["killed"] > 0,
        pd.Series(rng.random(len(records)) < 0.5),
        records["date"] < f"{FIRST}-06-01",
    ][way]
    return Step(records[kept].reset_index(drop=True), step.as_of, is_excerpt=True)
