"""The answer on need and response in sentences, in French and English."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd

from maligeo import look
from maligeo.core import words
from maligeo.core.audiences import inherit_audience
from maligeo.core.columns import LANGUAGES, ROUNDED
from maligeo.core.placenames import ALIAS_SEPARATOR
from maligeo.measure.answer import CLASSES, TOO_FEW, TOO_FEW_EVENTS, UNKNOWN, is_event
from maligeo.measure.certainty import RESPONSES, SOLID
from maligeo.measure.presence import NOT_STATED, SEVERAL
from maligeo.readers.projects import load_programmes
from maligeo.text.readings import Cell

Row = Mapping[str, Any]
ANSWER: Final = (
    "vintage", "pcode", "name", "place_kind", "period_start", "period_end", "publisher", "class",
    "certainty", "depends_on", "organisations", "projects", "undated", "planned", "named",
    "unplaced", "response_start", "response_end", "in_period",
)  # fmt: skip
NOT_RECORDED: Final = "–"  # no source names a project: no count of none
_LEVELS: Final = (1, 2, 3)
_OWN_HEADINGS: Final = {NOT_STATED: "answer.not_stated", SEVERAL: "answer.several"}
_RANKS: Final = ("need_rank", "response_rank", "gap_places")
_BOUNDS: Final = ("_low", "_high")


def measures_of(answer: pd.DataFrame) -> tuple[str, ...]:
    """Name the measures of need that an answer is about, in their order."""
    names = set(answer.columns)
    return tuple(
        name for name in answer.columns if {f"{name}{side}" for side in _BOUNDS} <= names
        and name not in _RANKS
    )  # fmt: skip


def class_text(row: Row, language: str) -> str:
    """Say in which class a unit is, and how sure that is: "Need, nobody recorded (solid)"."""
    text = words.word(f"answer.class.{row['class']}", language)
    sure = certainty_text(row, language)
    return f"{text} ({sure})" if sure else text


def certainty_text(row: Row, language: str) -> str:
    """Say how sure a class is, or what it depends on; empty for a unit without a finding."""
    depends = row["depends_on"]
    if pd.isna(depends):
        return ""
    key = "answer.solid" if depends == SOLID else f"answer.depends.{depends}"
    return words.word(key, language)


@dataclass(frozen=True)
class Question:
    """What an answer was asked for.

    Attributes
    ----------
    measures : tuple of str
        Measures of need, the first first; as from `measures_of`.
    level : int
        Administrative level of the units.
    is_dated : bool
        Whether the response is of a period that was asked for.
    """

    measures: tuple[str, ...]
    level: int = 1
    is_dated: bool = False


def question_of(answer: pd.DataFrame, level: int = 1) -> Question:
    """Say what an answer was asked for, of units of a level."""
    units = answer[answer["place_kind"] == "unit"]
    dated = bool(units["in_period"].fillna(value=False).any())
    return Question(measures_of(answer), level, dated)


def with_sentences(answer: pd.DataFrame, level: int, language: str) -> pd.DataFrame:
    """Add the column `sentence`: what is known of each unit, in a language."""
    question = question_of(answer, level)
    texts = [
        sentence(row, question, language) if row["place_kind"] == "unit" else None
        for row in answer.to_dict("records")
    ]
    told = answer.drop(columns="sentence", errors="ignore")
    at = told.columns.get_loc("depends_on") + 1
    told.insert(at, "sentence", pd.array(texts, dtype="string"))
    return inherit_audience(told, answer)


def has_own_sentences(answer: pd.DataFrame) -> bool:
    """Tell whether the sentences of an answer are those that its numbers give."""
    if not set(ANSWER) <= set(answer.columns):
        return False
    said = answer["sentence"].astype("string").fillna("")
    return any(
        (with_sentences(answer, level, language)["sentence"].fillna("") == said).all()
        for level in _LEVELS
        for language in LANGUAGES
    )


def by_class(answer: pd.DataFrame) -> Iterator[tuple[str, list[Row]]]:
    """Give the classes that occur, those who need somebody most first, with their units."""
    found: dict[str, list[Row]] = {}
    for row in answer[answer["place_kind"] == "unit"].to_dict("records"):
        found.setdefault(row["class"], []).append(row)
    yield from ((name, found[name]) for name in CLASSES if name in found)


def period_lines(answer: pd.DataFrame, language: str) -> list[str]:
    """Say which time the need and the response are about, and who published the need.

    Beside the response stands what of it is in no unit, because it is for the whole country.
    """
    units = answer[answer["place_kind"] == "unit"]
    first = units.iloc[0]
    need = _span(first["period_start"], first["period_end"], language)
    if pd.notna(first["publisher"]):
        need = f"{need} ({first['publisher']})"
    starts, ends = first["response_start"], first["response_end"]
    response = _span(starts, ends, language)
    key = "answer.response_then" if first["in_period"] else "answer.response_whenever"
    then = words.word(key, language).format(period=response)
    if everywhere := _countrywide(answer):
        then = words.joined([then, _number("countrywide", everywhere, language)], language)
    return [words.word("answer.need_then", language).format(period=need), then]


def _countrywide(answer: pd.DataFrame) -> int:
    """Count the projects that are for the whole country."""
    rows = answer[answer["place_kind"] == "countrywide"]
    counts = rows.get("projects_fractional", pd.Series(dtype="Float64"))
    return int(np.ceil(counts.fillna(0).sum()))


def _span(start: Any, end: Any, language: str) -> str:
    """Write a period of which an end may not be known."""
    if pd.isna(start) and pd.isna(end):
        return words.word("answer.no_dates", language)
    if pd.isna(end):
        return words.word("answer.since", language).format(year=start.year)
    if pd.isna(start):
        return words.word("answer.until", language).format(year=end.year)
    return words.period_text(start, end, language)


def presence_text(cell: Any, language: str) -> str:
    """Write a cell of a matrix of presence: a number, named without one, or not recorded."""
    if pd.isna(cell):
        return words.word("answer.state.named", language)
    return words.number_text(float(cell), language) if cell else NOT_RECORDED


@dataclass(frozen=True)
class AnswerLook:
    """How the findings of an answer look on a map.

    Attributes
    ----------
    fills : tuple of str
        Colours by class index + 1, as for other layers: those of a solid finding, the same
        for one that is not certain, and that of too few events.
    dotted : tuple of int
        Class indexes that are dotted.
    """

    fills: tuple[str, ...]
    dotted: tuple[int, ...]


_KNOWN: Final = len(RESPONSES)
_FEW_INDEX: Final = 2 * _KNOWN + 1
_COLOURS: Final = {name: one.colour for name, one in look.NEED_RESPONSE_LOOKS.items()}
_TOLD: Final = tuple(_COLOURS[name] for name in RESPONSES)
ANSWER_LOOK: Final = AnswerLook(
    (look.MISSING_COLOUR, look.ZERO_COLOUR, *_TOLD, *_TOLD, _COLOURS[TOO_FEW]),
    tuple(range(_KNOWN + 1, _FEW_INDEX + 1)),
)


def answer_cell(row: Row | None, language: str) -> Cell:
    """Give the class of a unit as a cell of a map: -1 where its need is not known."""
    if row is None or row["class"] == UNKNOWN:
        return Cell(-1, words.word(f"answer.short.{UNKNOWN}", language), "")
    text = words.word(f"answer.short.{row['class']}", language)
    if row["class"] == TOO_FEW:
        return Cell(_FEW_INDEX, text, "")
    unsure = row["depends_on"] != SOLID
    index = RESPONSES.index(row["class"]) + 1 + unsure * _KNOWN
    return Cell(index, text, certainty_text(row, language))


def answer_legend(language: str) -> list[dict[str, Any]]:
    """Give the entries of the legend: classes, what dots mean, too few events and not known."""
    shown = {**{name: at for at, name in enumerate(RESPONSES, start=1)}, TOO_FEW: _FEW_INDEX}
    entries = [
        {"index": at, "label": words.word(f"answer.class.{name}", language), "note": ""}
        for name, at in (*shown.items(), (UNKNOWN, -1))
    ]
    unsure = {
        "index": _KNOWN + 1,
        "label": words.word("answer.unsure", language),
        "note": words.word("answer.unsure_note", language),
    }
    return [*entries[:_KNOWN], unsure, *entries[_KNOWN:]]


def heading_text(heading: object, by: object, language: str) -> str:
    """Write a heading of a matrix of presence: a programme by its name, others as they are."""
    text = str(heading)
    if text in _OWN_HEADINGS:
        return words.word(_OWN_HEADINGS[text], language)
    return _programme(text, language) if by == "programme" else text


def sentence(row: Row, question: Question, language: str) -> str:
    """Say what is known of need and response in a unit.

    Parameters
    ----------
    row : mapping
        A row of `maligeo.need_and_response`.
    question : Question
    language : {"fr", "en"}
    """
    need = ", ".join(_need(row, measure, language) for measure in question.measures)
    response = words.joined(_response(row, question, language), language)
    return words.word("answer.sentence", language).format(
        name=row["name"], need=need, response=response
    )


def _need(row: Row, measure: str, language: str) -> str:
    """Say a count with what rounding and chance leave open, and that more may belong to it."""
    count, low, high = (row[f"{measure}{side}"] for side in ("", *_BOUNDS))
    what = _measure(measure, count, language)
    if pd.isna(count):
        key = "answer.need_unknown"
        if row["class"] == TOO_FEW and pd.notna(low) and low == 0:
            key = "answer.need_few_placed" if pd.isna(high) else "answer.need_few"
        return words.word(key, language).format(count=TOO_FEW_EVENTS, what=what)
    texts = {
        "count": words.number_text(round(float(count)), language),
        "what": what,
        "low": words.number_text(np.floor(low), language) if pd.notna(low) else "",
        "high": words.number_text(np.ceil(high), language) if pd.notna(high) else "",
        "why": words.word(f"answer.{_why(row, measure)}", language),
    }
    if pd.isna(low):
        key = "answer.need"
    elif pd.isna(high):
        key = _open_key(row, measure)
    else:
        key = "answer.need" if low == high == count else "answer.need_between"
    return _with_rest(words.word(key, language).format(**texts), row, measure, language)


def _open_key(row: Row, measure: str) -> str:
    """Name the words for a count to which more may belong; a rounded one is no bound itself."""
    if not is_event(measure) or row[f"{measure}_low"] < 1:
        return "answer.need_least"
    return "answer.need_open" if _is_exact(row, measure) else "answer.need_about"


def _with_rest(need: str, row: Row, measure: str, language: str) -> str:
    """Add to a count what is not in it: what incidents do not state, and what has no date."""
    unstated: Any = row.get(f"{measure}_unstated", pd.NA)
    undated: Any = row.get(f"{measure}_undated", pd.NA)
    if pd.notna(unstated) and unstated > 0:
        count = words.number_text(unstated, language)
        need = _counted_word("need_unstated", unstated, language).format(need=need, count=count)
    if pd.notna(undated) and undated > 0:
        count = words.number_text(undated, language)
        need = words.word("answer.need_undated", language).format(need=need, count=count)
    return need


def _why(row: Row, measure: str) -> str:
    """Name what the bounds of a count allow for."""
    if not is_event(measure):
        return "by_rounding"
    return "by_chance" if _is_exact(row, measure) else "by_both"


def _is_exact(row: Row, measure: str) -> bool:
    """Tell a count as it is from one that was rounded or derived from a share."""
    return float(row[measure]).is_integer() and ROUNDED not in str(row["note"])


def _measure(measure: str, count: float | None, language: str) -> str:
    """Name what is counted; what is not of this library bears its own name."""
    if not words.has_word(f"answer.{measure}.many"):
        return measure.replace("_", " ")
    return _counted_word(measure, None if pd.isna(count) else count, language)


def _counted_word(what: str, count: float | None, language: str) -> str:
    """Give a word in the number that goes with a count; French says "0 projet"."""
    few = (0, 1) if language == "fr" else (1,)
    number = "one" if count is not None and round(float(count)) in few else "many"
    return words.word(f"answer.{what}.{number}", language)


def _response(row: Row, question: Question, language: str) -> Iterator[str]:
    counted = [
        _number(name, row[name], language)
        for name in ("organisations", "projects")
        if pd.notna(row[name]) and row[name] > 0
    ]
    who = ", ".join(counted) if counted else words.word("answer.nobody", language)
    is_named = pd.notna(row["named"])
    if question.is_dated:
        period = words.period_text(row["response_start"], row["response_end"], language)
        yield words.word("answer.in_period", language).format(who=who, period=period)
    elif counted:
        yield words.word("answer.whenever", language).format(who=who)
    elif not is_named:
        yield who
    if row["undated"] > 0:
        count = words.number_text(row["undated"], language)
        yield words.word("answer.undated", language).format(count=count)
    if row["planned"] > 0:
        yield _number("planned", row["planned"], language)
    if is_named:
        codes = row["named"].split(ALIAS_SEPARATOR)
        names = ", ".join(_programme(code, language) for code in codes)
        yield words.word("answer.named", language).format(names=names)
    if row["unplaced"] > 0:
        place = words.word(f"answer.level.{question.level}", language)
        yield _number("unplaced", row["unplaced"], language, place=place)


def _number(what: str, count: float, language: str, place: str = "") -> str:
    text = words.number_text(count, language)
    return _counted_word(what, count, language).format(count=text, place=place)


def _programme(code: str, language: str) -> str:
    return _programmes(language).get(code, code)


@cache
def _programmes(language: str) -> dict[str, str]:
    """Give the names of the bundled programmes."""
    column = f"name_{language}"
    named = load_programmes().dropna(subset=[column])
    return dict(zip(named["programme"], named[column], strict=True))
