"""Every word of the interface in French and English; numbers and dates in either language."""

from maligeo.labels.notes import note_text
from maligeo.labels.numbers import number_text, period_text
from maligeo.labels.typesetting import NARROW_SPACE, NO_BREAK_SPACE
from maligeo.labels.words import word, words

__all__ = [
    "NARROW_SPACE",
    "NO_BREAK_SPACE",
    "note_text",
    "number_text",
    "period_text",
    "word",
    "words",
]
