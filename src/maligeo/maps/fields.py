"""What a card shows of a record: labels, and packed texts in both languages."""

from collections.abc import Callable, Sequence

import pandas as pd

from maligeo import labels
from maligeo.maps.packing import Packed, packed_texts

_IN_WORDS = ("outcome", "date_precision", "location_precision")
_AREAS = ("declared_area_sqm", "computed_area_sqm")

Fields = Callable[[str], list[dict[str, object]]]


def card_fields(frame: pd.DataFrame, names: Sequence[str]) -> Fields:
    """Pack the columns of a frame that a card shows.

    Parameters
    ----------
    frame : pandas.DataFrame, n rows
        Records in the order in which they are drawn.
    names : sequence of str
        Columns in the order in which they are to stand; those without a value are left out.

    Returns
    -------
    callable
        Takes a language and gives `label` and `column` (as by `packed_texts`) of each.
    """
    held = [name for name in names if name in frame.columns and frame[name].notna().any()]
    packed = {name: packed_texts(frame[name]) for name in held if not _is_written(frame, name)}

    def build(language: str) -> list[dict[str, object]]:
        return [
            {
                "label": labels.word(f"field.{name}", language),
                "column": _translated(name, packed[name], language)
                if name in packed
                else packed_texts(_written(frame[name], language)),
            }
            for name in held
        ]

    return build


def _is_written(frame: pd.DataFrame, name: str) -> bool:
    """Tell whether the values are written differently in each language."""
    return name in _AREAS or pd.api.types.is_datetime64_any_dtype(frame[name])


def _written(values: pd.Series, language: str) -> "pd.Series[str]":
    known = values.dropna()
    if pd.api.types.is_datetime64_any_dtype(values):
        texts = [labels.day_text(day, language) for day in known]
    else:
        texts = [labels.number_text(number, language) for number in known]
    return pd.Series(texts, index=known.index, dtype="object").reindex(values.index)


def _translated(name: str, packed: Packed, language: str) -> Packed:
    """Put the words of a column into a language, those that are known."""
    part = "words" if "words" in packed else "texts"
    if name not in _IN_WORDS or part not in packed:
        return packed
    keys = {text: f"{name}.{text}" for text in packed[part] if text is not None}
    known = {text: key for text, key in keys.items() if labels.has_word(key)}
    texts = [labels.word(known[text], language) if text in known else text for text in packed[part]]
    return packed | {part: texts}
