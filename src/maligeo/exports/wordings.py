"""Words beside exported data: in one language, or in both."""

from collections.abc import Iterable
from typing import Final

from maligeo import labels
from maligeo.columns import Audience, Language
from maligeo.labels.export_words import EXPORT_WORDS
from maligeo.labels.typesetting import typeset

BETWEEN: Final = " / "


def spoken(language: Language | None) -> tuple[Language, ...]:
    """Give the languages to write in: the one, or both."""
    return ("fr", "en") if language is None else (language,)


def word_in(key: str, language: Language) -> str:
    """Give a text of the interface or of exports in one language."""
    return (
        typeset(EXPORT_WORDS[key], language) if key in EXPORT_WORDS else labels.word(key, language)
    )


def word(key: str, language: Language | None) -> str:
    """Give a text in the language, or in both with a stroke between them."""
    return joined(word_in(key, one) for one in spoken(language))


def joined(texts: Iterable[str]) -> str:
    """Join texts in several languages; what is the same in both stands once."""
    return BETWEEN.join(dict.fromkeys(texts))


def audience_words(audience: Audience, language: Language | None) -> str:
    """Say for whom a product is."""
    return word(f"audience.{audience}", language)
