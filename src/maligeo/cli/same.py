"""`maligeo same`: one event in two lists, proposed as a pair, and counted once if accepted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import pandas as pd
import typer

from maligeo.cli.command import Application, say
from maligeo.cli.options import AudienceOption, LanguageOption
from maligeo.cli.output import Format, FormatOption, put, say_marks, show_whole, unbroken
from maligeo.core.session import session_language
from maligeo.core.words import number_text, word
from maligeo.join.event_pairs import LEFT_OUT, VICTIMS_DIFFER, VICTIMS_TAKEN
from maligeo.readers.files.sources import Source
from maligeo.text.event_pairs import left_out_sentences
from maligeo.workflows.pairs import events_counted_once, proposed_pairs, require_internal

SHOWN: Final = (
    "event_id", "date", "killed", "also_killed", "injured", "also_injured", "also_in",
)  # fmt: skip

FirstArgument = Annotated[Path, typer.Argument(help="List of incidents, which stays as it is.")]
SecondArgument = Annotated[Path, typer.Argument(help="List of incidents of another source.")]
DaysOption = Annotated[
    int, typer.Option("--days", help="Most days between both reports of one event.", min=0)
]
KmOption = Annotated[
    float, typer.Option("--km", help="Most kilometres between both positions.", min=0.0)
]
AcceptedOption = Annotated[
    Path | None,
    typer.Option("--accepted", help="Table of pairs: those with yes are counted once."),
]
PairsOutput = Annotated[
    Path | None, typer.Option("-o", "--output", help="File to write: .csv, .xlsx or .parquet.")
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("same", streams=".csv")(write_pairs)


def write_pairs(
    first: FirstArgument,
    second: SecondArgument,
    days: DaysOption = 1,
    km: KmOption = 25.0,
    accepted: AcceptedOption = None,
    audience: AudienceOption = None,
    language: LanguageOption = None,
    output_format: FormatOption = Format.text,
    output: PairsOutput = None,
) -> None:
    """Propose which incidents of two lists are the same event, or count accepted ones once.

    By day, place and victims, each pair with its reasons; nothing is merged by itself. Write yes
    in the column accepted, then --accepted writes both lists as one. It shows exact records:
    for --audience internal alone.
    """
    language = session_language(language)
    require_internal(audience)
    lists = Source.of(first), Source.of(second)
    if accepted is not None:
        product = events_counted_once(*lists, accepted=Source.of(accepted))
        shown = [name for name in SHOWN if name in product.frame]
        put(product, shown, output_format, output)
        for line in _counted(product.frame, language):
            say(line)
        return
    product = proposed_pairs(*lists, days=days, km=km, language=language)
    if output is not None or output_format is not Format.text:
        put(product, (), output_format, output)
    else:
        say_marks(product.frame)
        for line in product.frame["sentence"]:
            show_whole(unbroken(line))
    for line in _proposed(product.frame, output, language):
        say(line)


def _counted(together: pd.DataFrame, language: str) -> Iterator[str]:
    """Say how many incidents there are, and where their victims come from."""
    rows = number_text(len(together), language)
    pairs = number_text(int(together["also_in"].notna().sum()), language)
    yield word("pairs.counted", language).format(rows=rows, pairs=pairs)
    for name in (VICTIMS_TAKEN, VICTIMS_DIFFER):
        if count := together.attrs[name]:
            yield word(f"pairs.{name}", language).format(count=number_text(count, language))


def _proposed(pairs: pd.DataFrame, output: Path | None, language: str) -> Iterator[str]:
    """Say how many pairs there are, what was not compared, and what is to be done."""
    yield from left_out_sentences(pairs.attrs[LEFT_OUT], language)
    if pairs.empty:
        yield word("pairs.none", language)
        return
    text = word("pairs.shown" if output is None else "pairs.proposed", language)
    yield text.format(count=number_text(len(pairs), language), file=output)
