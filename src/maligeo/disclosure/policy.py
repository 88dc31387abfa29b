"""The rules of release, read from a policy file: what passes for whom, and how coarse."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args

from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.core.errors import ArgumentError, ReleaseError, explained

Place = Literal["exact", "grid", "unit"]
Time = Literal["day", "month", "quarter", "year"]

PLACES: Final[tuple[str, ...]] = get_args(Place)
TIMES: Final[tuple[str, ...]] = get_args(Time)
RECORDS: Final = ("incidents", "areas", "projects")
ANY: Final = "any"  # every period

_OWN = Path(__file__).with_name("policy.toml")
_LEVELS: Final = {"adm1": 1, "adm2": 2, "adm3": 3}
_FOR_ALL: Final = ("smallest_cell", "round_to", "fewest_events", "largest_share",
                   "smallest_unit_sqkm", "boundaries")  # fmt: skip
_COUNTED: Final = ("lattice", "measures", "delay_days")
_KINDS: Final = (*RECORDS, "people")


class Step(NamedTuple):
    """How the place and the time of a record are given."""

    place: Place
    time: Time


@dataclass(frozen=True)
class RecordRules:
    """How records of one kind are released one by one; the policy file explains each."""

    columns: tuple[str, ...]
    step: Step
    finest_level: int
    dates: tuple[str, ...]
    delay_days: int = 0
    grid_degrees: float | None = None
    without_shape: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lattice:
    """The cells in which records of one kind are counted.

    Attributes
    ----------
    cells : tuple of (int, str)
        Level of the unit, and "month", "quarter", "year" or "any".
    measures : tuple of str
        What is counted; names may have "*" at their end.
    delay_days : int
        A period is counted when it has been over for so long.
    """

    cells: tuple[tuple[int, str], ...]
    measures: tuple[str, ...]
    delay_days: int = 0

    def has(self, measure: str) -> bool:
        """Tell whether a measure is counted."""
        return any(fnmatchcase(measure, pattern) for pattern in self.measures)

    def finest(self, level: int) -> str | None:
        """Name the finest period by which units of a level are counted; None for any."""
        times = self.times(level)
        return None if ANY in times else next((time for time in TIMES if time in times), None)

    def times(self, level: int) -> list[str]:
        """Name the periods by which units of a level are counted."""
        return [time for own, time in self.cells if own == level]


@dataclass(frozen=True)
class Protection:
    """How counts of incidents and victims are given; the policy file explains each."""

    smallest_cell: int = 1
    round_to: int = 1
    fewest_events: int = 1
    largest_share: float = 1.0


@dataclass(frozen=True)
class Rules:
    """What passes for one audience.

    Attributes
    ----------
    records : mapping of str to RecordRules
        For "incidents", "areas" and "projects", as far as they pass one by one.
    lattices : mapping of str to Lattice
        For these and "people", as far as they are counted.
    protection : Protection
        Of counts of incidents and victims.
    smallest_unit_sqkm : float
        Units below this area are refused.
    boundaries : tuple of str
        Hashes of units that pass though they are in no reference table.
    stated : mapping
        The rules as the policy has them.
    """

    records: Mapping[str, RecordRules]
    lattices: Mapping[str, Lattice]
    protection: Protection
    smallest_unit_sqkm: float
    boundaries: tuple[str, ...]
    stated: Mapping[str, Any]

    def lattice_for(self, kind: str) -> Lattice:
        """Give the lattice of a kind of records.

        Raises
        ------
        ReleaseError
            If it has none: it is internal.
        """
        if kind not in self.lattices:
            raise ReleaseError(f"the policy lets no {kind} pass: they are internal")
        return self.lattices[kind]

    def lattice_of(self, measure: str) -> Lattice | None:
        """Give the lattice in which a measure is counted; None for one that is internal."""
        return next((one for one in self.lattices.values() if one.has(measure)), None)

    def is_protected(self, measure: str) -> bool:
        """Tell whether small counts of a measure are protected."""
        incidents = self.lattices.get("incidents")
        return self.protection.smallest_cell > 1 and bool(incidents and incidents.has(measure))


def policy_text(path: Path | None = None) -> bytes:
    """Give the bytes of a policy, by default that of this package.

    Raises
    ------
    InputFileError
        If the file cannot be read.
    """
    with explained(f"cannot read the policy {path}"):
        return (path or _OWN).read_bytes()


def policy_hash(path: Path | None = None) -> str:
    """Give the hash of what a policy says; comments and the order of keys say nothing."""
    rules = _policies(path)
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()


def _policies(path: Path | None) -> dict[str, Any]:
    with explained(f"cannot read the policy {(path or _OWN).name}"):
        return tomllib.loads(policy_text(path).decode("utf-8-sig"))


def rules_for(audience: Audience, path: Path | None = None) -> Rules:
    """Give the rules for an audience.

    Parameters
    ----------
    audience : {"partner", "public"}
        "internal" has no rules.
    path : pathlib.Path, optional
        TOML file in the form of `maligeo/disclosure/policy.toml`, instead of that one.

    Raises
    ------
    ArgumentError
        If the audience has no rules, or the policy says what cannot be.
    InputFileError
        If the file cannot be read.
    """
    require_choice(audience, AUDIENCES[1:], option="audience")
    name = (path or _OWN).name
    policies = _policies(path)
    if audience not in policies:
        raise ArgumentError(f"the policy {name} has no rules for {audience!r}")
    return read_rules(policies[audience], where=f"policy {name}, {audience}")


def read_rules(found: Mapping[str, Any], *, where: str) -> Rules:
    """Read the rules for one audience as the policy has them.

    Raises
    ------
    ArgumentError
        If they say what cannot be.
    """
    _require_keys(found, (*_FOR_ALL, *_KINDS), needed=(), where=where)
    kinds = [kind for kind in _KINDS if kind in found]
    for kind in kinds:
        known = (*_COUNTED, *_names(RecordRules))
        _require_keys(found[kind], known, needed=_COUNTED[:2], where=f"{where}.{kind}")
    return Rules(
        records={
            kind: _record_rules(found[kind], f"{where}.{kind}")
            for kind in kinds
            if "columns" in found[kind]
        },
        lattices={kind: _lattice(found[kind], f"{where}.{kind}") for kind in kinds},
        protection=Protection(
            smallest_cell=_smallest(found.get("smallest_cell", 1), f"{where}.smallest_cell"),
            round_to=_number(found.get("round_to", 1), 1, f"{where}.round_to"),
            fewest_events=_number(found.get("fewest_events", 1), 1, f"{where}.fewest_events"),
            largest_share=_amount(found.get("largest_share", 1.0), 1.0, f"{where}.largest_share"),
        ),
        smallest_unit_sqkm=_amount(found.get("smallest_unit_sqkm", 0), 1e6, where),
        boundaries=_texts(found.get("boundaries", []), f"{where}.boundaries"),
        stated=dict(found),
    )


def _lattice(found: Mapping[str, Any], where: str) -> Lattice:
    return Lattice(
        tuple(_cell(text, where) for text in _texts(found["lattice"], f"{where}.lattice")),
        _texts(found["measures"], f"{where}.measures"),
        _number(found.get("delay_days", 0), 0, f"{where}.delay_days"),
    )


def _cell(text: str, where: str) -> tuple[int, str]:
    level, _, time = text.partition(" ")
    if level not in _LEVELS or time not in (*TIMES[1:], ANY):
        raise ArgumentError(f"{where}.lattice: {text!r} is not like 'adm1 quarter'")
    return _LEVELS[level], time


def _record_rules(found: Mapping[str, Any], where: str) -> RecordRules:
    _require_keys(found, found, needed=("columns", "step", "finest_level", "dates"), where=where)
    degrees = found.get("grid_degrees")
    return RecordRules(
        columns=_texts(found["columns"], f"{where}.columns"),
        step=_step(str(found["step"]), f"{where}.step"),
        delay_days=_number(found.get("delay_days", 0), 0, f"{where}.delay_days"),
        grid_degrees=None if degrees is None else _amount(degrees, 10, f"{where}.grid_degrees"),
        finest_level=_number(found["finest_level"], 1, f"{where}.finest_level"),
        dates=_texts(found["dates"], f"{where}.dates"),
        without_shape=_texts(found.get("without_shape", []), f"{where}.without_shape"),
    )


def _step(text: str, where: str) -> Step:
    place, _, time = text.partition(" ")
    if place not in PLACES or time not in TIMES:
        raise ArgumentError(
            f"{where}: {text!r} is no place ({', '.join(PLACES)}) and time ({', '.join(TIMES)})"
        )
    return Step(place, time)  # type: ignore[arg-type]  # both were looked up


def _require_keys(
    found: Mapping[str, Any], known: Sequence[str] | Mapping[str, Any], *, needed: Sequence[str],
    where: str,
) -> None:  # fmt: skip
    odd, missing = sorted(set(found) - set(known)), sorted(set(needed) - set(found))
    if odd:
        raise ArgumentError(f"{where}: {', '.join(odd)} is not known; there is {', '.join(known)}")
    if missing:
        raise ArgumentError(f"{where}: {', '.join(missing)} is missing")


def _number(value: object, least: int, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ArgumentError(f"{where}: {value!r} is no whole number from {least}")
    return value


def _smallest(value: object, where: str) -> int:
    """Read the smallest cell: 2 would say of a small count that it is 0 or 1, and no third."""
    smallest = _number(value, 1, where)
    if smallest == 2:
        raise ArgumentError(f"{where}: 2 protects too little; 1 protects nothing, 3 and more do")
    return smallest


def _amount(value: object, most: float, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        raise ArgumentError(f"{where}: {value!r} is no number from 0 to {most:g}")
    return float(value)


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ArgumentError(f"{where}: {value!r} is no list of texts")
    return tuple(value)


def _names(of: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(of))
