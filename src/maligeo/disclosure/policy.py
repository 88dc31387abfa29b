"""The rules of release, read from a policy file: what passes for whom, and how coarse."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, Literal, get_args

from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.core.errors import ArgumentError, explained

Place = Literal["exact", "grid", "unit", "country"]
Time = Literal["day", "month", "quarter", "year"]
Step = tuple[Place, Time]

PLACES: Final[tuple[str, ...]] = get_args(Place)
TIMES: Final[tuple[str, ...]] = get_args(Time)
RECORDS: Final = ("incidents", "areas", "projects")

_OWN = Path(__file__).with_name("policy.toml")
_FOR_ALL = ("smallest_cell", "round_to")


@dataclass(frozen=True)
class RecordRules:
    """How records of one kind are released; the policy file explains each."""

    columns: tuple[str, ...]
    steps: tuple[Step, ...]
    smallest_cell: int
    grid_degrees: float
    finest_level: int
    delay_days: int
    dates: tuple[str, ...]
    without_shape: tuple[str, ...] = ()

    def to_attrs(self) -> dict[str, Any]:
        """Give the rules as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class MeasureRules:
    """How counts are released; names may have "*" at their end."""

    shown: tuple[str, ...]
    hidden_when_small: tuple[str, ...]
    smallest_cell: int
    round_to: int
    delay_days: int

    def to_attrs(self) -> dict[str, Any]:
        """Give the rules as plain values."""
        return asdict(self)

    def is_shown(self, measure: str) -> bool:
        """Tell whether a measure passes, hidden where small or not."""
        return _matches(measure, self.shown) or self.is_hidden_when_small(measure)

    def is_hidden_when_small(self, measure: str) -> bool:
        """Tell whether small counts of a measure are hidden."""
        return _matches(measure, self.hidden_when_small)


@dataclass(frozen=True)
class Rules:
    """What passes for one audience.

    Attributes
    ----------
    records : mapping of str to RecordRules
        For "incidents", "areas" and "projects", as far as the policy has them.
    measures : MeasureRules
        For density tables.
    """

    records: Mapping[str, RecordRules]
    measures: MeasureRules


def rules_for(audience: Audience, policy: str | Path | None = None) -> Rules:
    """Give the rules for an audience.

    Parameters
    ----------
    audience : {"partner", "public"}
        "internal" has no rules.
    policy : str or pathlib.Path, optional
        TOML file in the form of `maligeo/disclosure/policy.toml`, instead of that one.

    Raises
    ------
    ArgumentError
        If the audience has no rules, or the policy says what cannot be.
    InputFileError
        If the file cannot be read.
    """
    require_choice(audience, AUDIENCES[1:], option="audience")
    return _read(Path(_OWN if policy is None else policy), audience)


def _read(path: Path, audience: Audience) -> Rules:
    with explained(f"cannot read the policy {path}"):
        policies = tomllib.loads(path.read_text(encoding="utf-8"))
    if audience not in policies:
        raise ArgumentError(f"the policy {path.name} has no rules for {audience!r}")
    return _rules(policies[audience], where=f"policy {path.name}, {audience}")


def _rules(found: Mapping[str, Any], *, where: str) -> Rules:
    _require_keys(found, (*_FOR_ALL, "measures", *RECORDS), needed=("measures",), where=where)
    common = {key: _number(found.get(key, 1), 1, f"{where}.{key}") for key in _FOR_ALL}
    kinds = [kind for kind in RECORDS if kind in found]
    records = {kind: _record_rules(found[kind], common, f"{where}.{kind}") for kind in kinds}
    measures = found["measures"]
    place = f"{where}.measures"
    _require_keys(measures, _names(MeasureRules), needed=("shown",), where=place)
    return Rules(
        records,
        MeasureRules(
            shown=_texts(measures["shown"], f"{place}.shown"),
            hidden_when_small=_texts(measures.get("hidden_when_small", []), place),
            delay_days=_number(measures.get("delay_days", 0), 0, f"{place}.delay_days"),
            **common,
        ),
    )


def _record_rules(found: Mapping[str, Any], common: Mapping[str, int], where: str) -> RecordRules:
    known = _names(RecordRules)
    needed = set(known) - {"smallest_cell", "without_shape"}
    _require_keys(found, known, needed=sorted(needed), where=where)
    degrees = found["grid_degrees"]
    if not isinstance(degrees, int | float) or not 0 < degrees <= 10:
        raise ArgumentError(
            f"{where}.grid_degrees: {degrees!r} is no side between 0 and 10 degrees"
        )
    return RecordRules(
        columns=_texts(found["columns"], f"{where}.columns"),
        steps=tuple(_step(text, where) for text in _texts(found["steps"], f"{where}.steps")),
        smallest_cell=_number(
            found.get("smallest_cell", common["smallest_cell"]), 1, f"{where}.smallest_cell"
        ),
        grid_degrees=float(degrees),
        finest_level=_number(found["finest_level"], 1, f"{where}.finest_level"),
        delay_days=_number(found["delay_days"], 0, f"{where}.delay_days"),
        dates=_texts(found["dates"], f"{where}.dates"),
        without_shape=_texts(found.get("without_shape", []), f"{where}.without_shape"),
    )


def _step(text: str, where: str) -> Step:
    place, _, time = text.partition(" ")
    if place not in PLACES or time not in TIMES:
        raise ArgumentError(
            f"{where}.steps: {text!r} is no place ({', '.join(PLACES)}) and time "
            f"({', '.join(TIMES)})"
        )
    return place, time  # type: ignore[return-value]  # both were looked up


def _require_keys(
    found: Mapping[str, Any], known: Sequence[str], *, needed: Sequence[str], where: str
) -> None:
    odd, missing = sorted(set(found) - set(known)), sorted(set(needed) - set(found))
    if odd:
        raise ArgumentError(f"{where}: {', '.join(odd)} is not known; there is {', '.join(known)}")
    if missing:
        raise ArgumentError(f"{where}: {', '.join(missing)} is missing")


def _number(value: object, least: int, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ArgumentError(f"{where}: {value!r} is no whole number from {least}")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ArgumentError(f"{where}: {value!r} is no list of texts")
    return tuple(value)


def _names(of: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(of))


def _matches(measure: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(measure, pattern) for pattern in patterns)
