"""`maligeo changes`: what changed between two lists, boundaries, tables or products."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from maligeo.cli import file_text
from maligeo.cli.command import Application, say
from maligeo.cli.options import AudienceOption, LanguageOption, StoreOption, one_of
from maligeo.cli.output import Format, FormatOption, put, say_marks, show_whole, unbroken
from maligeo.core.session import session_language
from maligeo.core.words import colon, number_text, word
from maligeo.disclosure import Release
from maligeo.readers.files.sources import Source
from maligeo.text.changes import ChangesOfKind, changes_by_kind
from maligeo.workflows.changes import Changes, edition_changes
from maligeo.workflows.editions import KINDS

CHANGED: Final = 3  # apart from 1, an error, and 2, a wrong option
_MOST: Final = 30  # lines of one kind of change on a terminal

OldArgument = Annotated[
    Path, typer.Argument(help="The older one: a file, or a vintage (2015, 2016, 2023).")
]
NewArgument = Annotated[Path, typer.Argument(help="The newer one, of the same kind.")]
KindOption = Annotated[
    Any, one_of(KINDS, "--kind", "What they are; without it the older one tells.")
]
ToleranceOption = Annotated[
    float,
    typer.Option("--tolerance", help="Share of a unit up to which two outlines are the same."),
]
UnitLevelOption = Annotated[
    int | None, typer.Option("--level", help="Administrative level of boundaries.", min=1, max=3)
]
ExitOption = Annotated[
    bool, typer.Option("--exit-code", help="End with exit code 3 if anything changed.")
]
ChangesOutput = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="File to write: .html, .csv, .xlsx, .parquet or .json."),
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("changes", streams=".csv")(write_changes)


def write_changes(
    old: OldArgument,
    new: NewArgument,
    kind: KindOption = None,
    tolerance: ToleranceOption = 0.01,
    level: UnitLevelOption = None,
    audience: AudienceOption = None,
    store: StoreOption = None,
    exit_code: ExitOption = False,
    language: LanguageOption = None,
    output_format: FormatOption = Format.text,
    output: ChangesOutput = None,
) -> None:
    """Say what changed between two lists of records, boundaries, tables or products.

    Records are matched by id and by content, boundaries by the area they share, tables cell by
    cell, other products by their records of how they were made. Lists show exact records: they
    are compared for --audience internal alone.
    """
    language = session_language(language)
    found = edition_changes(
        _end(old, level),
        _end(new, level),
        kind=kind,
        tolerance=tolerance,
        language=language,
        rules=Release.asked(audience, folder=store, of_records=False),
    )
    if output is not None or output_format is not Format.text:
        put(found, (), output_format, output)
        if output is not None:
            say(_in_short(found, language))
            say(file_text(output))
    else:
        say_marks(found.frame)
        for line in _lines(found, language):
            show_whole(unbroken(line))
    if exit_code and found.changed:
        raise typer.Exit(CHANGED)


def _end(path: Any, level: int | None) -> Any:
    """Give a file as a source, and a vintage as its name."""
    source = Source.of(path)
    file = Path(source)
    if not file.suffix and not file.exists():
        return str(file)
    return source if level is None else replace(source, level=level)


def _in_short(found: Changes, language: str) -> str:
    """Give the counts in one line."""
    if not found.changed:
        return word("changes.nothing", language)
    counts = (
        f"{one.heading}{colon(language)}{number_text(one.count, language)}" for one in found.kinds
    )
    return ", ".join(counts)


def _lines(found: Changes, language: str) -> list[str]:
    """Say the changes, what matters most first, and how both were made."""
    lines = [] if found.changed else [word("changes.nothing", language)]
    lines += _of_kinds(found.kinds, language)
    lines += [f"\n{remark}" for remark in found.report.remarks]
    if found.made is not None:
        kinds = changes_by_kind(found.made, "product", language)
        lines += [f"\n{word('changes.made', language)}", *_of_kinds(kinds, language)]
    return lines


def _of_kinds(kinds: list[ChangesOfKind], language: str) -> list[str]:
    lines = []
    for one in kinds:
        lines.append(f"{one.heading} ({number_text(one.count, language)})")
        lines += [f"  {line}" for line in one.lines[:_MOST]]
        if len(one.lines) > _MOST:
            more = number_text(len(one.lines) - _MOST, language)
            lines.append(f"  {word('changes.more', language).format(count=more)}")
    return lines
