"""`maligeo results`: what published documents say of the country and its regions, as a table."""

from collections.abc import Iterator
from typing import Annotated, Any

import pandas as pd
import typer
from rich.table import Table

from maligeo.cli.command import Application
from maligeo.cli.options import LanguageOption, OutputOption, RegionOption, one_of
from maligeo.cli.output import Format, FormatOption, listed, put, show_whole, unbroken
from maligeo.core.session import session_language
from maligeo.core.words import word
from maligeo.text.results import KINDS, result_sections
from maligeo.workflows.steps import results_table

ProgrammeOption = Annotated[
    str | None, typer.Option("--programme", help="Only this programme, by its code or name.")
]
KindOption = Annotated[Any, one_of(KINDS, "--kind", "Only lines of this kind.")]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("results", streams=".csv")(write_results)


def write_results(
    programme: ProgrammeOption = None,
    kind: KindOption = None,
    region: RegionOption = None,
    language: LanguageOption = None,
    output_format: FormatOption = Format.text,
    output: OutputOption = None,
) -> None:
    """Say what published documents say of the country and its regions, with their sources.

    Results, totals, victims, money, projects and aims, programme by programme, each number as
    printed. Lines overlap: never add them up.
    """
    language = session_language(language)
    product = results_table(programme=programme, kind=kind, region=region, language=language)
    if output is not None or output_format is not Format.text:
        put(product, (), output_format, output)
        return
    show_whole(*_parts(product.frame, language))


def _parts(lines: pd.DataFrame, language: str) -> Iterator[str | Table]:
    """Lay lines out below their programmes, headings and sources, with numbered remarks."""
    numbers: dict[str, int] = {}
    for section in result_sections(lines, language):
        yield f"\n{section['title']}"
        for group in section["groups"]:
            table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=False)
            for ratio in (2, 4, 3):
                table.add_column(overflow="fold", ratio=ratio)
            table.add_column(justify="right", no_wrap=True)
            for *cells, remark, _title in group["lines"]:
                number = str(numbers.setdefault(remark, len(numbers) + 1)) if remark else ""
                table.add_row(*map(unbroken, cells), number)
            yield f"\n{group['title']}" if group["title"] else ""
            yield table
            yield group["source"]
    yield ""
    yield listed((str(number), remark) for remark, number in numbers.items())
    yield ""
    yield word("country.intro", language)
