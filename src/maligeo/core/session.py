"""What is chosen once for a session: the language of its products, and for whom they are."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final, cast

from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, LANGUAGES, Audience, Language

LANGUAGE_VARIABLE: Final = "MALIGEO_LANGUAGE"
AUDIENCE_VARIABLE: Final = "MALIGEO_AUDIENCE"

_DEFAULTS: Final = {LANGUAGE_VARIABLE: "fr", AUDIENCE_VARIABLE: "public"}
_chosen: dict[str, str] = {}


def set_language(language: Language | None) -> None:
    """Choose the language of maps, reports and figures for the rest of the session.

    Parameters
    ----------
    language : {"fr", "en"} or None
        The language where a function is given none. None takes the choice back: then
        the environment variable `MALIGEO_LANGUAGE` decides, or it is French.

    Raises
    ------
    ArgumentError
        If the language is not known.

    Examples
    --------
    >>> import maligeo
    >>> maligeo.set_language("en")
    >>> maligeo.set_language(None)
    """
    _choose(LANGUAGE_VARIABLE, language, LANGUAGES, option="language")


def session_language(language: Language | None = None) -> Language:
    """Give the language that was asked for, or else that of the session.

    Parameters
    ----------
    language : {"fr", "en"}, optional
        What the caller of a function asked for.

    Returns
    -------
    {"fr", "en"}

    Raises
    ------
    ArgumentError
        If the language, or the one that `MALIGEO_LANGUAGE` names, is not known.
    """
    return cast(Language, _choice(LANGUAGE_VARIABLE, language, LANGUAGES, option="language"))


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Make a language that of the session for a while."""
    before = _chosen.get(LANGUAGE_VARIABLE)
    _chosen[LANGUAGE_VARIABLE] = language
    try:
        yield
    finally:
        _choose(LANGUAGE_VARIABLE, before, LANGUAGES, option="language")


def set_audience(audience: Audience | None) -> None:
    """Choose for whom products are for the rest of the session.

    Parameters
    ----------
    audience : {"internal", "partner", "public"} or None
        The audience where a function is given none. None takes the choice back: then
        the environment variable `MALIGEO_AUDIENCE` decides, or it is the public.

    Raises
    ------
    ArgumentError
        If the audience is not known.

    Examples
    --------
    >>> import maligeo
    >>> maligeo.set_audience("internal")
    >>> maligeo.set_audience(None)
    """
    _choose(AUDIENCE_VARIABLE, audience, AUDIENCES, option="audience")


def session_audience(audience: Audience | None = None) -> Audience:
    """Give the audience that was asked for, or else that of the session.

    Parameters
    ----------
    audience : {"internal", "partner", "public"}, optional
        What the caller of a function asked for.

    Returns
    -------
    {"internal", "partner", "public"}

    Raises
    ------
    ArgumentError
        If the audience, or the one that `MALIGEO_AUDIENCE` names, is not known.
    """
    return cast(Audience, _choice(AUDIENCE_VARIABLE, audience, AUDIENCES, option="audience"))


def _choose(variable: str, value: str | None, choices: Collection[str], *, option: str) -> None:
    if value is None:
        _chosen.pop(variable, None)
        return
    require_choice(value, choices, option=option)
    _chosen[variable] = value


def _choice(variable: str, asked: str | None, choices: Collection[str], *, option: str) -> str:
    """Give what was asked for, chosen for the session or named by the environment."""
    if asked is not None:
        require_choice(asked, choices, option=option)
        return asked
    if variable in _chosen:
        return _chosen[variable]
    named = os.environ.get(variable) or _DEFAULTS[variable]
    require_choice(named, choices, option=variable)
    return named
