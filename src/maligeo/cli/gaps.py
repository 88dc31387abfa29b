"""`maligeo gaps`: where the need is, who works there, and how sure that is."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

import maligeo
from maligeo.cli.command import Application
from maligeo.cli.options import (
    AsOfOption,
    AudienceOption,
    BoundariesOption,
    CoversOption,
    FileVintageOption,
    IncidentsOption,
    LanguageOption,
    LevelOption,
    OutputOption,
    PeriodOption,
    ProjectsOption,
    StoreOption,
    division,
)
from maligeo.cli.output import Format, FormatOption, is_passed_on, progress_bar, put, say_internal
from maligeo.core.session import session_language
from maligeo.core.words import number_text, word
from maligeo.text.answers import (
    by_class,
    certainty_text,
    heading_text,
    period_lines,
    presence_text,
)
from maligeo.workflows.study import Study

_COLUMNS = ("projects", "placed", "countrywide", "unattributed")


class Grouping(StrEnum):
    """What to list the projects by."""

    organisation = "organisation"
    programme = "programme"
    funder = "funder"
    sector = "sector"


ByOption = Annotated[
    Grouping, typer.Option("--by", help="List the projects by this.", show_choices=True)
]
NeedOption = Annotated[
    list[str] | None,
    typer.Option("--need", help="What need is: incidents, victims, killed …; may be repeated."),
]
SectorOption = Annotated[
    list[str] | None, typer.Option("--sector", help="Only projects of this sector.")
]
OrganisationOption = Annotated[
    list[str] | None, typer.Option("--organisation", help="Only projects of this organisation.")
]
StatusOption = Annotated[
    list[str] | None, typer.Option("--status", help="Only projects of this status.")
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("gaps", streams=".csv")(write_gaps)


def write_gaps(
    incidents: IncidentsOption = None,
    projects: ProjectsOption = None,
    covers: CoversOption = None,
    boundaries: BoundariesOption = None,
    period: PeriodOption = None,
    level: LevelOption = 1,
    vintage: FileVintageOption = None,
    need: NeedOption = None,
    by: ByOption = Grouping.programme,
    sector: SectorOption = None,
    organisation: OrganisationOption = None,
    status: StatusOption = None,
    language: LanguageOption = None,
    audience: AudienceOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    output_format: FormatOption = Format.text,
    output: OutputOption = None,
) -> None:
    """Say by region where incidents are, who is active there, and how sure that is.

    What is written of your own records for partners or the public is made from what is
    released of them.
    """
    asked = {"sector": sector, "organisation": organisation, "status": status}
    study = maligeo.study(
        incidents=incidents,
        projects=projects,
        units=division(boundaries, level, vintage),
        period=period,
        covers=covers,
    ).asking(
        only={name: values for name, values in asked.items() if values},
        need=need,
    )
    with progress_bar("cells") as advance:
        if is_passed_on(audience, output_format, output):
            study = study.release(audience=audience, as_of=as_of, store=store, progress=advance)
        answer = study.answer(language=language)
    if output is not None or output_format is not Format.text:
        put(answer, (), output_format, output)
        return
    say_internal(answer.frame)
    console = Console(highlight=False, markup=False)
    for line in _lines(answer.frame, session_language(language)):
        console.print(line)
    for part in _presence(study, by.value, session_language(language)):
        console.print(part)


def _lines(answer: pd.DataFrame, language: str) -> Iterator[str]:
    """Say of which time the answer is, and what is known of each unit, class by class."""
    yield from period_lines(answer, language)
    for name, rows in by_class(answer):
        yield f"\n{word(f'answer.class.{name}', language)}"
        for row in rows:
            sure = certainty_text(row, language)
            yield f"• {row['sentence']}" + (f" [{sure}]" if sure else "")
    yield ""


def _presence(study: Study, by: str, language: str) -> Iterator[str | Table]:
    """List by whom or what the projects are, and where each is."""
    shares = study.active
    matrix = maligeo.presence(shares, study.units, by=by)
    placed = maligeo.placement(shares, by=by)
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(word(f"answer.by.{by}", language), overflow="fold")
    for name in _COLUMNS:
        heading = word(f"answer.column.{name}", language)
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(word("answer.column.where", language), overflow="fold", ratio=1)
    for row in placed.to_dict("records"):
        counts = (_count(row[name], language) for name in _COLUMNS)
        where = _where(matrix[row[by]], language)
        table.add_row(heading_text(row[by], by, language), *counts, where)
    yield table
    yield word("answer.state.note", language)


def _count(number: float, language: str) -> str:
    decimals = 0 if float(number).is_integer() else 2
    return number_text(float(number), language, decimals=decimals)


def _where(cells: "pd.Series[int]", language: str) -> str:
    """Group the units of a column of the matrix by what is said of them."""
    kinds = cells.index.get_level_values("place_kind")
    said: dict[str, list[str]] = {}
    for name, cell in zip(
        cells.index.get_level_values("name")[kinds == "unit"], cells[kinds == "unit"], strict=True
    ):
        said.setdefault(presence_text(cell, language), []).append(str(name))
    colon = "\N{NO-BREAK SPACE}: " if language == "fr" else ": "
    return "\n".join(f"{text}{colon}{', '.join(names)}" for text, names in _in_order(said))


def _in_order(said: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Put the most projects first, and what is not recorded last."""
    return sorted(said.items(), key=lambda one: (one[0] == "–", not one[0][:1].isdigit(), one[0]))
