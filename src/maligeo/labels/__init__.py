"""Every word of the interface in French and English; numbers and dates in either language."""

from maligeo.labels.notes import known_remarks, note_text
from maligeo.labels.numbers import MONTHS, day_text, number_text, period_text
from maligeo.labels.typesetting import NARROW_SPACE, NO_BREAK_SPACE
from maligeo.labels.words import has_word, word, words

__all__ = [
    "MONTHS",
    "NARROW_SPACE",
    "NO_BREAK_SPACE",
    "day_text",
    "has_word",
    "known_remarks",
    "note_text",
    "number_text",
    "period_text",
    "word",
    "words",
]
