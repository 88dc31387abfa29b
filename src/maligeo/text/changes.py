"""What changed between two editions, in sentences and in counts."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from maligeo.core import words
from maligeo.core.checks import require_choice
from maligeo.core.errors import Fault
from maligeo.core.periods import parse_period
from maligeo.core.sentences import field_text, translated
from maligeo.core.words import number_text, period_text, word
from maligeo.join.comparable import BETWEEN, OUTLINE, POSITION
from maligeo.join.record_changes import BY_CONTENT, REPEATED, SEVERAL, UNLIKE, UNREAD
from maligeo.join.unit_changes import ROUGH, SPELLING
from maligeo.look.layers import count_layer
from maligeo.measure.cell_changes import FOLLOWING, KEYS, TEXTS
from maligeo.text.measures import layer_text

SAME: Final = "same"
# Kinds of change, what matters most first.
ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    "records": (
        "not_compared", "ids_anew", "repeated_id", "new", "corrected", "gone", "renumbered",
        "same", "column_new", "column_gone",
    ),
    "units": (
        "code_reused", "split", "merged", "moved", "ceded", "renamed", "recoded",
        "renamed_recoded", "new", "gone", "same",
    ),
    "cells": ("state", "value", "new", "gone", "same"),
    "product": ("changed", "open", "new", "gone", "same"),
}  # fmt: skip
_REMARKS: Final = {
    SEVERAL: "changes.several", REPEATED: "changes.repeated", UNLIKE: "changes.unlike",
    SPELLING: "changes.spelling", ROUGH: "changes.rough",
}  # fmt: skip
_UNREAD: Final = dict(
    zip(UNREAD, ("said_records.unread_old", "said_records.unread_new"), strict=True)
)
_FIGURES: Final = frozenset(
    ("killed", "injured", "civilians_killed", "civilians_injured", "devices",
     "declared_area_sqm", "budget_amount", "donor_amount", "disbursed_amount", "place_share")
)  # fmt: skip
_COARSE_DATE: Final = re.compile(r"\d{4}-\d\d(/\d{4}-\d\d)?")  # a month or a quarter
_WEEK: Final = re.compile(r"(\d{4}-\d\d-\d\d) \(week\)")
_NOTE: Final = "note"
_KEPT: Final = 12  # signs of a hash that are shown
_DECIMALS: Final = 6
_Row = Mapping[str, Any]


@dataclass(frozen=True)
class ChangesOfKind:
    """Changes of one kind.

    Attributes
    ----------
    change : str
        The kind, as the column `change` has it.
    heading : str
        Its name.
    count : int
        How many records, pairs of units, cells or parts it is about.
    lines : list of str
        A sentence for each; none of what is the same.
    """

    change: str
    heading: str
    count: int
    lines: list[str]


def changes_by_kind(frame: pd.DataFrame, of: str, language: str) -> list[ChangesOfKind]:
    """Put changes in order, with their counts and sentences.

    Parameters
    ----------
    frame : pandas.DataFrame
        As from `record_changes`, `unit_changes`, `cell_changes` or `product_changes`, with
        `sentence`.
    of : {"records", "units", "cells", "product"}
        Which of these.
    language : {"fr", "en"}
        Of headings.
    """
    found = []
    for change in ORDER[of]:
        rows = frame[frame["change"] == change]
        if not rows.empty:
            lines = [] if change == SAME else _lines(rows, frame, of, language)
            heading = word(f"changes_{of}.{change}", language)
            found.append(ChangesOfKind(change, heading, _count(rows, of, change), lines))
    return found


# Of which columns rows of one change are alike that are about one thing.
_ONE: Final[Mapping[tuple[str, str], list[str]]] = {
    ("records", "corrected"): ["old_row", "new_row"],
    ("records", "not_compared"): ["old_row", "new_row"],
    ("units", "split"): ["old_pcode", "old_name"],
    ("units", "merged"): ["new_pcode", "new_name"],
}


def _count(rows: pd.DataFrame, of: str, change: str) -> int:
    """Count what changed: of a corrected record each field has a row, of a split unit each part."""
    one = _ONE.get((of, change))
    return len(rows) if one is None else len(rows.drop_duplicates(one))


def _lines(rows: pd.DataFrame, frame: pd.DataFrame, of: str, language: str) -> list[str]:
    if of == "units" and (of, rows["change"].iloc[0]) in _ONE:
        return list(_of_groups(rows, language))
    told = _without_following(rows, frame) if of == "cells" else rows
    said = _of_texts(told, language) if of == "cells" else told["sentence"]
    lines = list(dict.fromkeys(said))
    if len(told) < len(rows):
        count = number_text(len(rows) - len(told), language)
        lines.append(word("changes.following", language).format(count=count))
    return lines


def _of_groups(rows: pd.DataFrame, language: str) -> Iterator[str]:
    """Say of a unit all its parts in one sentence."""
    change = str(rows["change"].iloc[0])
    side, part = ("old", "new") if change == "split" else ("new", "old")
    for _, group in rows.groupby(_ONE["units", change], sort=False, dropna=False):
        records = [_plain_row(row) for row in group.to_dict("records")]
        parts = [
            _unit(row, part, language)
            + (f" {_with_sign(share, language)}" if (share := row[f"{side}_share"]) else "")
            for row in records
        ]
        text = word(f"said_units.{change}_group", language)
        said = text.format(
            unit=_unit(records[0], side, language), parts=words.joined(parts, language)
        )
        notes = [remark for row in records for remark in _noted(row["note"], language)]
        yield said + _beside(list(dict.fromkeys(notes)), language)


def _plain_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def _without_following(rows: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out what follows from a changed count, area or number of people.

    Of its measure these are rates and bounds, of its row the notes.
    """
    changed = frame[~frame["field"].isin((*FOLLOWING, *TEXTS)) & (frame["change"] != SAME)]
    follows = rows["field"].isin(FOLLOWING) & rows["measure"].isin(changed["measure"])
    counted = pd.MultiIndex.from_frame(changed[list(KEYS)])
    of_rows = pd.MultiIndex.from_frame(rows[list(KEYS)]).isin(counted)
    return rows[~(follows | ((rows["field"] == _NOTE) & of_rows))]


def _of_texts(rows: pd.DataFrame, language: str) -> Iterator[str]:
    """Say cells; a text that changed alike in several rows once, with their number."""
    alike = ["field", "old_state", "old", "new_state", "new"]
    texts = rows[rows["field"].isin(TEXTS)]
    counts = texts.groupby(alike, dropna=False)["field"].transform("size").reindex(rows.index)
    for count, row in zip(counts, rows.to_dict("records"), strict=True):
        if pd.isna(count) or count == 1:
            yield str(row["sentence"])
        else:
            number = number_text(count, language)
            several = word("said_cells.rows", language).format(count=number)
            yield _of_cells(_plain_row(row), language, name=several)


def change_sentences(frame: pd.DataFrame, of: str, language: str) -> list[str]:
    """Say each row of a frame of changes in a sentence.

    Raises
    ------
    ArgumentError
        If there is no such kind of frame.
    """
    require_choice(of, _SAYING, option="of")
    say = _SAYING[of]
    return [say(_plain_row(row), language) for row in frame.to_dict("records")]


def _of_record(row: _Row, language: str) -> str:
    change = str(row["change"])
    if change == "repeated_id":
        side = "old" if row["old_id"] is not None else "new"
        text = word(f"said_records.repeated_id_{side}", language)
        return text.format(id=row[f"{side}_id"], count=row[side])
    if change == "not_compared" and row["record"] is None:
        return _not_compared(row, language)
    key = _UNREAD[row["note"]] if change == "not_compared" else f"said_records.{change}"
    text = word(key, language)
    nobody = word("changes.no_id", language)
    ids = [row["old_id"] or nobody, row["new_id"] or nobody]
    said = text.format(
        record=_label(row["record"], language),
        id=" → ".join(dict.fromkeys(ids)) if change == "corrected" else _either(row, nobody),
        old_id=ids[0],
        new_id=ids[1],
        field=field_text(row["field"] or "", language),
        old=_value(row["field"], row["old"], language),
        new=_value(row["field"], row["new"], language),
    )
    return said + _beside(_remarks_of_record(row, language), language)


def _not_compared(row: _Row, language: str) -> str:
    side = "old" if row["old_row"] is not None else "new"
    named = "" if row[f"{side}_id"] is None else f" ({row[f'{side}_id']})"
    return word(f"said_records.not_compared_{side}", language).format(
        row=f"{row[f'{side}_row']}{named}",
        field=Fault(None, str(row["field"]), None, "").column_in(language),
        value="" if row[side] is None else row[side],
        reason=translated(str(row["note"]), language),
    )


def _either(row: _Row, nobody: str) -> str:
    return str(row["new_id"] or row["old_id"] or nobody)


def _remarks_of_record(row: _Row, language: str) -> Iterator[str]:
    if row["difference"] is not None and row["field"] is not None:
        yield _difference(row["field"], float(row["difference"]), language)
    if row["change"] == "corrected" and row["matched_by"] == BY_CONTENT:
        yield word("changes.by_content", language)
    yield from _noted(row["note"], language)


def _noted(note: Any, language: str) -> list[str]:
    remarks = [] if note is None else str(note).split("; ")
    return [word(_REMARKS[one], language) for one in remarks if one in _REMARKS]


def _beside(remarks: Iterator[str] | list[str], language: str) -> str:
    said = list(remarks)
    return f" ({words.joined(said, language)})" if said else ""


def _label(record: Any, language: str) -> str:
    """Say what tells a record apart, with words of lists in the language."""
    parts = [] if record is None else str(record).split(", ")
    return ", ".join(_listed(part, language) for part in parts) or "–"


def _listed(text: str, language: str) -> str:
    for family in ("event_type", "status", "project_status"):
        if words.has_word(f"{family}.{text}"):
            return word(f"{family}.{text}", language)
    return date_text(text, language)


def date_text(text: str, language: str) -> str:
    """Write a date of `date_texts` that is not known to the day as its period; others stay."""
    if week := _WEEK.fullmatch(text):
        return f"{week[1]} ({word('date_precision.week', language)})"
    return period_text(*parse_period(text), language) if _COARSE_DATE.fullmatch(text) else text


def _value(field: Any, text: Any, language: str) -> str:
    """Write a value of a record, of several rows all; what is not known is no zero."""
    if text is None:
        is_remark = field == _NOTE or not words.has_word(f"record_field.{field}")
        return word("changes.empty" if is_remark else "changes.unknown", language)
    return BETWEEN.join(_one_value(field, one, language) for one in str(text).split(BETWEEN))


def _one_value(field: Any, text: str, language: str) -> str:
    if field == POSITION:
        lon, lat = text.removeprefix("POINT ").strip("()").split()
        return word("changes.position", language).format(lon=lon, lat=lat)
    if field == OUTLINE or field in _FIGURES:
        return _number(text, language, 0 if field == OUTLINE else None)
    if words.has_word(f"{field}.{text}"):
        return word(f"{field}.{text}", language)
    return _listed(text, language) if field in ("status", "date") else text


def _difference(field: str, number: float, language: str) -> str:
    if field == POSITION:
        return word("changes.metres", language).format(number=number_text(number, language))
    if field == OUTLINE:
        return word("changes.square_metres", language).format(number=number_text(number, language))
    signed = _signed(number, language)
    return word("changes.days", language).format(number=signed) if "date" in field else signed


def _signed(number: float, language: str) -> str:
    text = number_text(number, language, decimals=_places(number))
    return f"+{text}" if number > 0 else text


def _places(number: float) -> int:
    return 0 if number == round(number) else (1 if abs(number) >= 10 else _DECIMALS // 2)


def _number(value: Any, language: str, decimals: int | None = None) -> str:
    number = float(value)
    return number_text(number, language, decimals=_places(number) if decimals is None else decimals)


def _of_units(row: _Row, language: str) -> str:
    change = str(row["change"])
    unmeasured = change in ("split", "merged", "moved") and (
        row["old_share"] is None if change == "split" else row["new_share"] is None
    )
    key = f"said_units.{change}"
    if change == "ceded" and row["new_name"] is None:
        key = "said_units.ceded_to_none"
    elif change == "ceded" and row["old_name"] is None:
        key = "said_units.ceded_from_none"
    elif unmeasured:
        key = f"said_units.{change}_unmeasured"
    nameless = word("changes.no_name", language)
    codeless = word("changes.no_code", language)
    said = word(key, language).format(
        old=_unit(row, "old", language),
        new=_unit(row, "new", language),
        old_name=row["old_name"] or nameless,
        new_name=row["new_name"] or nameless,
        new_code=row["new_pcode"] or codeless,
        old_share=_percent(row["old_share"], language),
        new_share=_percent(row["new_share"], language),
    )
    return said + _beside(_noted(row["note"], language), language)


def _unit(row: _Row, side: str, language: str) -> str:
    name = row[f"{side}_name"] or word("changes.no_name", language)
    code = row[f"{side}_pcode"] or word("changes.no_code", language)
    return f"{name} ({code})"


def _percent(share: Any, language: str) -> str:
    return "" if share is None else number_text(100 * float(share), language, decimals=1)


def _with_sign(share: Any, language: str) -> str:
    sign = f"{words.NO_BREAK_SPACE}%" if language == "fr" else "%"
    return f"{_percent(share, language)}{sign}"


def _of_cells(row: _Row, language: str, *, name: str = "") -> str:
    said = word(f"said_cells.{row['change']}", language).format(
        row=name or row_text(row, language),
        field=word(f"changes_column.{row['field']}", language),
        old=state_text(row, "old", language),
        new=state_text(row, "new", language),
    )
    number = row["difference"]
    differs = number is not None and row["change"] == "value"
    return said + _beside([_signed(float(number), language)] if differs else [], language)


def row_text(row: _Row, language: str) -> str:
    """Say which row of a table it is: unit, period, publisher, and the measure where it has one."""
    parts = [row["name"] or word(f"place.{row['place_kind']}", language)]
    if row["measure"] is not None:
        parts.append(layer_text("layer", count_layer(str(row["measure"])), language))
    if row["period_start"] is not None and row["period_end"] is not None:
        parts.append(words.period_text(row["period_start"], row["period_end"], language))
    return ", ".join(str(part) for part in [*parts, row["publisher"]] if part)


def state_text(row: _Row, side: str, language: str) -> str:
    """Say what is known of a cell in the "old" or the "new" table, and what stands there."""
    state, value = str(row[f"{side}_state"]), row[side]
    if state == "withheld":
        return words.joined(words.note_text(value, language), language)
    shown = "" if value is None else str(value)
    if state == "text":
        shown = words.joined(words.note_text(value, language), language)
    elif shown:
        shown = _number(value, language)
    return word(f"state.{state}", language).format(value=shown)


def _of_product(row: _Row, language: str) -> str:
    is_open = {"name": row["name"]}
    return word(f"said_product.{row['change']}", language).format(
        part=word(f"product_part.{row['part']}", language).format(**is_open),
        old=_recorded(row, "old"),
        new=_recorded(row, "new"),
    )


def _recorded(row: _Row, side: str) -> str:
    """Write what a record says; of a hash its first signs."""
    text = "–" if row[side] is None else str(row[side])
    return f"{text[:_KEPT]}…" if row["part"] == "inputs" and len(text) > _KEPT else text


_SAYING: Final[Mapping[str, Callable[[_Row, str], str]]] = {
    "records": _of_record,
    "units": _of_units,
    "cells": _of_cells,
    "product": _of_product,
}
