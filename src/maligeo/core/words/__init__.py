"""Every word of the interface in French and English; numbers and dates in either language."""

from maligeo.core.words.numbers import MONTHS, day_text, number_text, period_text
from maligeo.core.words.pairs import has_word, word, words
from maligeo.core.words.remarks import known_remarks, note_text
from maligeo.core.words.typesetting import NARROW_SPACE, NO_BREAK_SPACE

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
