"""What all commands have in common: guarded files, standard streams, more words or fewer."""

import functools
import inspect
import logging
import platform
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from enum import StrEnum
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final, get_args

import typer
from typer.models import OptionInfo

import maligeo
from maligeo.cli.options import LanguageOption, choices
from maligeo.cli.speech import SpokenCommand, SpokenGroup
from maligeo.core.columns import Language
from maligeo.core.errors import ArgumentError
from maligeo.core.inputs import require_no_input
from maligeo.core.sentences import translated
from maligeo.core.session import session_language, speaking
from maligeo.core.words import word
from maligeo.provenance.record import printable
from maligeo.readers.files.sources import Source
from maligeo.readers.profiles import read_profile

STANDARD: Final = Path("-")  # the standard input or output, in the place of a file
OUTPUTS: Final = ("output", "rejects", "save_profile")  # parameters that name what is written
HELP: Final = {"help_option_names": ["-h", "--help"]}
_KEEPING: Final = ".gpkg"  # a file of layers, which keeps others than those that are written
_FORMAT: Final = "output_format"
_ALL: Final = "every"  # with it a command writes a folder

# First bytes of formats, and the suffix by which a file of them is read; text is CSV.
_SUFFIXES: Final = {
    b"PK\x03\x04": ".xlsx",
    b"PAR1": ".parquet",
    b"SQLite format 3": ".gpkg",
    b"fgb\x03": ".fgb",
    b"{": ".geojson",
    b"<": ".xml",
}

_MANNERS: Final = {
    "quiet": Annotated[
        bool, typer.Option("-q", "--quiet", help="Say nothing but errors and what was asked for.")
    ],
    "verbose": Annotated[
        bool,
        typer.Option(
            "-v", "--verbose", help="Say versions and times, and of an error where it came up."
        ),
    ],
}


# What options take, by a part of the name of their type.
_KINDS: Final = {"Path": "<file>", "int": "<number>", "float": "<number>", "str": "<text>"}

_LANGUAGE: Final = "language"
_PROFILE: Final = "profile"
_RECORDS: Final = ("incidents", "projects", "areas")
_PROFILED: Final = (*_RECORDS, "figures", "boundaries", "gazetteer", "population")
_NEED: Final = "need"
_ANY: Final = ("path", "old", "new")  # files of records of any kind
_EDITIONS: Final = ("old", "new")
_PROFILES: Final = Annotated[
    list[Path] | None,
    typer.Option("--profile", help="How the files are read: see maligeo check; repeatable."),
]


class Application(typer.Typer):
    """Commands that never write over what they read, and take - for the standard streams."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            cls=SpokenGroup,
            add_completion=False,
            pretty_exceptions_enable=False,
            context_settings=HELP,
            **options,
        )

    def command(  # type: ignore[override]
        self, name: str | None = None, *, streams: str = "", **options: Any
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Register a function as a command.

        Parameters
        ----------
        name : str, optional
            Name of the command.
        streams : str
            Suffix of what `-o -` writes to the standard output; without it that is refused.
        **options
            As for `typer.Typer.command`.
        """
        register = super().command(name, cls=SpokenCommand, context_settings=HELP, **options)
        return lambda function: register(_mannered(function, streams))


def told(sentence: str) -> str:
    """Give a sentence that the command line says in the language of the command."""
    return translated(sentence, session_language())


def say(message: str) -> None:
    """Say on the standard error stream what became of a command."""
    typer.echo(f"maligeo: {message}", err=True)


def _mannered(function: Callable[..., None], streams: str) -> Callable[..., None]:
    """Give a command its guard, its streams and the options of `_MANNERS`."""
    own = inspect.signature(function)
    takes_language = _LANGUAGE in own.parameters
    names = own.parameters.keys()
    takes_profile = _PROFILE not in names and not names.isdisjoint((*_PROFILED, *_EDITIONS))

    @functools.wraps(function)
    def run(*, quiet: bool, verbose: bool, **given: Any) -> None:
        language = session_language(given.get("language"))
        if not takes_language:
            given.pop("language")
        with _said(language, quiet=quiet, verbose=verbose), ExitStack() as opened:
            replaced = _require_apart(given)
            for name, value in given.items():
                if value == STANDARD and name not in OUTPUTS:
                    given[name] = opened.enter_context(_standard_input())
            if takes_profile:
                _profile(given, given.pop(_PROFILE))
            if given.get("output") == STANDARD:
                given["output"] = opened.enter_context(_standard_output(_suffix(given, streams)))
            function(**given)
            for path in replaced:
                if path.suffix.lower() != _KEEPING:
                    say(word("command.replaced", language).format(file=path))

    manners = _MANNERS | ({_PROFILE: _PROFILES} if takes_profile else {})
    manners |= {} if takes_language else {_LANGUAGE: LanguageOption}
    extra = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False if name in _MANNERS else None,
            annotation=kind,
        )
        for name, kind in manners.items()
    ]
    every = [*own.parameters.values(), *extra]
    for parameter in every:
        _name_kind(parameter.annotation)
    setattr(run, "__signature__", own.replace(parameters=every))  # noqa: B010
    run.__annotations__ |= manners
    return run


def _name_kind(hint: Any) -> None:
    """Say of an option what it takes in words of the field, and not in those of Python."""
    taken, option = hint.__origin__, hint.__metadata__[0]
    if not isinstance(option, OptionInfo) or option.metavar is not None:
        return
    for one in get_args(taken) or (taken,):
        if isinstance(one, type) and issubclass(one, StrEnum):
            option.metavar = choices([word.value for word in one])
            return
    option.metavar = next((word for kind, word in _KINDS.items() if kind in str(taken)), None)


def _profile(given: dict[str, Any], profiles: list[Path] | None) -> None:
    """Let files be read as profiles say; a later one goes before."""
    kinds: dict[str, dict[str, Any]] = {}
    for profile in profiles or []:
        for kind, said in read_profile(profile).items():
            kinds[kind] = {**kinds.get(kind, {}), **said}
    for kind in _PROFILED:
        if kind in kinds and given.get(kind) is not None:
            given[kind] = replace(Source.of(given[kind]), **kinds[kind])
    if given.get(_NEED):  # measures, and tables of figures
        said = kinds.get("figures", {})
        given[_NEED] = [
            (replace(Source.of(one), **said) if isinstance(one, Path) else one, weight)
            for one, weight in given[_NEED]
        ]
    for name in _ANY:
        if isinstance(given.get(name), Path):
            given[name] = replace(Source.of(given[name]), **_of_records(kinds))


def _of_records(kinds: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Give what profiles say of records of any kind, where they know one kind alone."""
    known = [kind for kind in _RECORDS if kind in kinds]
    if len(known) > 1:
        raise ArgumentError(f"the profile is about {', '.join(known)}: give one about this file")
    return kinds[known[0]] if known else {}


def _require_apart(given: Mapping[str, Any]) -> list[Path]:
    """Refuse outputs that are inputs or one another; give those that are there already."""
    outputs = [given[name] for name in OUTPUTS if given.get(name) not in (None, STANDARD)]
    others = [value for name, value in given.items() if name not in OUTPUTS]
    inputs = [Path(Source.of(file)) for value in others for file in _files(value)]
    if len({output.resolve() for output in outputs}) < len(outputs):
        raise ArgumentError(f"{outputs[0]} is named twice as a file to write")
    for output in outputs:
        require_no_input(output, inputs)
    return [output for output in outputs if output.exists()]


def _files(value: Any) -> Iterator[Path | Source]:
    if isinstance(value, Path | Source):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _files(each)


@contextmanager
def _standard_input() -> Iterator[Path]:
    """Give what comes by the standard input as a file."""
    content = sys.stdin.buffer.read()
    signs = (suffix for start, suffix in _SUFFIXES.items() if content.lstrip().startswith(start))
    with TemporaryDirectory() as folder:
        file = Path(folder, "standard-input" + next(signs, ".csv"))
        file.write_bytes(content)
        yield file


@contextmanager
def _standard_output(suffix: str) -> Iterator[Path]:
    """Give a file to write, which then goes to the standard output, and nothing else with it."""
    out = sys.stdout
    with TemporaryDirectory() as folder:
        file = Path(folder, "standard-output" + suffix)
        with redirect_stdout(sys.stderr):
            yield file
        put_bytes(file.read_bytes(), out)


def put_bytes(content: bytes, stream: Any = None) -> None:
    """Put bytes on the standard output as they are, whatever its character set is."""
    stream = stream or sys.stdout
    if not hasattr(stream, "buffer"):  # a stream of text alone, as in a notebook
        stream.write(content.decode("utf-8"))
        return
    stream.flush()
    stream.buffer.write(content)
    stream.buffer.flush()


def _suffix(given: Mapping[str, Any], streams: str) -> str:
    if not streams or given.get(_ALL):
        raise ArgumentError("this command writes files that do not go to the standard output")
    asked = given.get(_FORMAT) or "text"
    return streams if asked == "text" else f".{asked}"


@contextmanager
def _said(language: Language, *, quiet: bool, verbose: bool) -> Iterator[None]:
    """Say what goes on: warnings in one line, and more or less as asked for."""
    begun = time.perf_counter()
    with ExitStack() as opened:
        opened.enter_context(speaking(language))
        opened.enter_context(warnings.catch_warnings())
        warnings.showwarning = _say_warning  # type: ignore[assignment]
        opened.enter_context(_told_logs())
        if quiet:  # errors end the command, and are said after it
            opened.enter_context(redirect_stderr(StringIO()))
        if verbose:
            say(f"{maligeo.__version__}, Python {platform.python_version()}, {platform.platform()}")
        try:
            yield
        except maligeo.MaligeoError as error:
            error.language = language
            if verbose:
                sys.excepthook(type(error), error, error.__traceback__)
            raise
    if verbose:
        say(f"{time.perf_counter() - begun:.1f} s")


@contextmanager
def _told_logs() -> Iterator[None]:
    """Say what the library logs as warnings say it."""
    log, handler = logging.getLogger("maligeo"), _Said(logging.WARNING)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


class _Said(logging.Handler):
    """Says in the language of the command what is logged; its parts may be sentences too."""

    def emit(self, record: logging.LogRecord) -> None:
        parts = record.args if isinstance(record.args, tuple) else ()
        said = tuple(told(part) if isinstance(part, str) else part for part in parts)
        _say_warning(record.msg % said)


def _say_warning(message: Warning | str, *_where: object) -> None:
    text = translated(str(message), session_language())
    say("\n".join(printable(line) for line in text.split("\n")))
