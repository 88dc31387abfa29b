"""`maligeo same`: one event in two lists, proposed as a pair, and counted once if accepted."""

from pathlib import Path
from typing import Annotated, Final

import typer

from maligeo.cli.command import Application, say
from maligeo.cli.options import AudienceOption, LanguageOption
from maligeo.cli.output import Format, FormatOption, put, say_marks, show_whole, unbroken
from maligeo.core.session import session_language
from maligeo.core.words import number_text, word
from maligeo.readers.files.sources import Source
from maligeo.workflows.pairs import events_counted_once, proposed_pairs, require_internal

_SHOWN: Final = ("event_id", "date", "killed", "injured", "also_in")

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
        put(product, _SHOWN, output_format, output)
        rows = number_text(len(product.frame), language)
        pairs = number_text(int(product.frame["also_in"].notna().sum()), language)
        say(word("pairs.counted", language).format(rows=rows, pairs=pairs))
        return
    product = proposed_pairs(*lists, days=days, km=km, language=language)
    count = number_text(len(product.frame), language)
    if output is not None or output_format is not Format.text:
        put(product, (), output_format, output)
    else:
        say_marks(product.frame)
        for line in product.frame["sentence"]:
            show_whole(unbroken(line))
    if product.frame.empty:
        say(word("pairs.none", language))
    else:
        said = word("pairs.proposed", language)
        say(said.format(count=count, file="pairs.csv" if output is None else output))
