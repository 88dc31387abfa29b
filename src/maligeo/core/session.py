"""What a session has settled once: its language, and for whom its products are."""

import os
from typing import Final, cast

from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, LANGUAGES, Audience, Language

AUDIENCE_VARIABLE: Final = "MALIGEO_AUDIENCE"
LANGUAGE_VARIABLE: Final = "MALIGEO_LANGUAGE"

_chosen: dict[str, str] = {}


def set_audience(audience: Audience | None) -> None:
    """Say once for whom the products of this session are.

    Parameters
    ----------
    audience : {"internal", "partner", "public"} or None
        The audience of every product that names none; None for the default again, which is
        that of the variable MALIGEO_AUDIENCE, else "public".

    Raises
    ------
    ArgumentError
        If there is no such audience.

    Examples
    --------
    >>> import maligeo
    >>> maligeo.set_audience("internal")
    >>> maligeo.set_audience(None)
    """
    _choose(AUDIENCE_VARIABLE, audience, AUDIENCES, option="audience")


def session_audience() -> Audience:
    """Give the audience of products that name none.

    Raises
    ------
    ArgumentError
        If the variable MALIGEO_AUDIENCE holds no audience.
    """
    return cast("Audience", _chosen_or(AUDIENCE_VARIABLE, "public", AUDIENCES))


def set_language(language: Language | None) -> None:
    """Say once in which language the products of this session open.

    Parameters
    ----------
    language : {"fr", "en"} or None
        The language of every product that names none; None for the default again, which is
        that of the variable MALIGEO_LANGUAGE, else French.

    Raises
    ------
    ArgumentError
        If there is no such language.

    Examples
    --------
    >>> import maligeo
    >>> maligeo.set_language("en")
    >>> maligeo.set_language(None)
    """
    _choose(LANGUAGE_VARIABLE, language, LANGUAGES, option="language")


def session_language() -> Language:
    """Give the language of products that name none.

    Raises
    ------
    ArgumentError
        If the variable MALIGEO_LANGUAGE holds no language.
    """
    return cast("Language", _chosen_or(LANGUAGE_VARIABLE, "fr", LANGUAGES))


def _choose(variable: str, word: str | None, words: tuple[str, ...], *, option: str) -> None:
    if word is None:
        _chosen.pop(variable, None)
        return
    require_choice(word, words, option=option)
    _chosen[variable] = word


def _chosen_or(variable: str, default: str, words: tuple[str, ...]) -> str:
    word = _chosen.get(variable) or os.environ.get(variable) or default
    require_choice(word, words, option=variable)
    return word
