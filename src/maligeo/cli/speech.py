"""What the command line says of itself, in French too: help, usage, and wrong commands."""

import locale
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from functools import cache
from itertools import pairwise
from typing import Any, Final, cast

import typer
from typer.core import TyperCommand, TyperGroup

from maligeo.core.bilingual import NARROW_SPACE, NO_BREAK_SPACE, french_spaces, read_file
from maligeo.core.columns import LANGUAGES, Language
from maligeo.core.sentences import translated
from maligeo.core.session import LANGUAGE_VARIABLE

# Where a system says its language, the first that is set.
SYSTEM_VARIABLES: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_FLAG: Final = "--language"
_FALLBACK: Final[Language] = "en"
_PYTHON: Final = "Value error, "  # before what is wrong with a value
# Signs in the place of spaces that must not break: Rich breaks lines at these too.
HOLDERS: Final = str.maketrans({NO_BREAK_SPACE: "\ue000", NARROW_SPACE: "\ue001"})
SPACES: Final = {ord(sign): space for space, sign in HOLDERS.items()}
# The base of what typer raises on a wrong command, of which it exports this one kind.
UsageError: Final = cast("type[Exception]", typer.BadParameter.__mro__[1])
# What typer keeps of its own words: they have no option of their own.
_FIXED: Final = ("DEFAULT_STRING", "REQUIRED_LONG_STRING", "COMMANDS_PANEL_TITLE")


def asked_language(arguments: Sequence[str]) -> Language:
    """Give the language in which a command is explained.

    Parameters
    ----------
    arguments : sequence of str
        The command as it was given. Its --language goes first; then `MALIGEO_LANGUAGE`; then
        the language of the system, where it is French; else it is English.
    """
    given = [word.partition("=")[2] for word in arguments if word.startswith(f"{_FLAG}=")]
    given += [after for word, after in pairwise(arguments) if word == _FLAG]
    for word in (*given, os.environ.get(LANGUAGE_VARIABLE, "")):
        if word in LANGUAGES:
            return cast(Language, word)
    named = (os.environ.get(variable) for variable in SYSTEM_VARIABLES)
    system = next(filter(None, named), None) or locale.getlocale()[0] or ""
    return "fr" if system.lower().startswith("fr") else _FALLBACK


def spoken(text: str, language: Language) -> str:
    """Give a text of the help in a language, paragraph by paragraph; unknown ones as they are."""
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    if language == "en":
        return "\n\n".join(paragraphs)
    french = "\n\n".join(french_spaces(_french().get(part, part)) for part in paragraphs)
    return french.translate(HOLDERS)


def usage_error(error: Any, language: Language) -> tuple[str, str]:
    """Say how a command is used, and what is wrong with the one that was given."""
    usage = "" if error.ctx is None else error.ctx.get_usage().translate(SPACES)
    return usage, translated(error.format_message().replace(_PYTHON, ""), language)


@cache
def _french() -> dict[str, str]:
    return read_file("help")


def _language(context: Any) -> Language:
    return context.find_root().obj or _FALLBACK


@contextmanager
def _fixed_words(language: Language) -> Iterator[None]:
    """Have typer say its own words in a language."""
    from typer import rich_utils

    before = {name: getattr(rich_utils, name) for name in _FIXED}
    try:
        for name, text in before.items():
            setattr(rich_utils, name, spoken(text, language))
        yield
    finally:
        for name, text in before.items():
            setattr(rich_utils, name, text)


def _untyped(**_context: Any) -> None:
    """Leave out which type of Python an argument is: its name says what it takes."""


class _Holding:
    """A stream on which the spaces that must not break are set after the lines were broken."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> Any:
        """Write a text with its spaces."""
        return self._stream.write(text.translate(SPACES))


class _Spoken:
    """A command or group that explains itself in the language of its root's `obj`."""

    help: str | None

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        """Write the line of usage."""
        language = self.speak(ctx)
        pieces = [spoken(piece, language) for piece in self.collect_usage_pieces(ctx)]
        prefix = spoken("Usage:", language) + " "
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=prefix)

    def format_help(self: Any, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        with _fixed_words(self.speak(ctx)), redirect_stdout(cast(Any, _Holding(sys.stdout))):
            super().format_help(ctx, formatter)  # type: ignore[misc]

    def speak(self: Any, ctx: Any) -> Language:
        """Put help, and what options and arguments take, in the language; give the language."""
        language = _language(ctx)
        self.help = spoken(self.help or "", language)
        for one in self.get_params(ctx):
            one.help = spoken(one.help or "", language)
            if one.param_type_name == "argument":
                one.metavar = spoken(one.display_name_raw, language)
                one.display_type_rich = _untyped
            elif one.is_flag:
                one.metavar = ""
            elif one.metavar is not None:
                one.metavar = spoken(one.metavar, language)
        return language


class SpokenCommand(_Spoken, TyperCommand):
    """A command that explains itself in French or English."""


class SpokenGroup(_Spoken, TyperGroup):
    """A group of commands that explains itself in French or English."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Give a command, which is told in a line in the language."""
        found = super().get_command(ctx, cmd_name)
        if found is not None:
            found.help = spoken(found.help or "", _language(ctx))
        return found
