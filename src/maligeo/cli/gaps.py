"""`maligeo gaps`: where the need is, who works there, and how sure that is."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import pandas as pd
import typer
from rich.table import Table

import maligeo
from maligeo.cli.command import Application
from maligeo.cli.needs import NeedOption, needs
from maligeo.cli.options import (
    AsOfOption,
    AudienceOption,
    BoundariesOption,
    CoversOption,
    FiguresOption,
    FileVintageOption,
    GazetteerOption,
    IncidentsOption,
    LanguageOption,
    LevelOption,
    OutputOption,
    PeriodOption,
    PopulationOption,
    ProjectsOption,
    StoreOption,
    division,
)
from maligeo.cli.output import (
    Format,
    FormatOption,
    is_passed_on,
    listed,
    put,
    say_marks,
    show_whole,
    unbroken,
)
from maligeo.cli.progress import progress_bar
from maligeo.core.session import session_language
from maligeo.core.words import colon, number_text, word
from maligeo.text.answers import (
    Row,
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
    Grouping | None, typer.Option("--by", help="List the projects by this.", show_choices=True)
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
    figures: FiguresOption = None,
    covers: CoversOption = None,
    boundaries: BoundariesOption = None,
    gazetteer: GazetteerOption = None,
    population: PopulationOption = None,
    period: PeriodOption = None,
    level: LevelOption = 1,
    vintage: FileVintageOption = None,
    need: NeedOption = None,
    by: ByOption = None,
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
    released of them. Figures of a file are for --audience internal alone.
    """
    asked = {"sector": sector, "organisation": organisation, "status": status}
    with progress_bar("rows") as advance:
        study = maligeo.study(
            incidents=incidents,
            projects=projects,
            figures=figures,
            units=division(boundaries, level, vintage),
            gazetteer=gazetteer,
            population=population,
            period=period,
            covers=covers,
            progress=advance,
        ).asking(
            only={name: values for name, values in asked.items() if values},
            need=needs(need),
        )
    with progress_bar("cells") as advance:
        if is_passed_on(audience, output_format, output):
            study = study.release(audience=audience, as_of=as_of, store=store, progress=advance)
        answer = study.answer(language=language)
    if output is not None or output_format is not Format.text:
        put(answer, (), output_format, output)
        return
    say_marks(answer.frame)
    language = session_language(language)
    show_whole(*_lines(answer.frame, language), *_presence(study, by, language))


def _lines(answer: pd.DataFrame, language: str) -> Iterator[str | Table]:
    """Say of which time the answer is, and what is known of each unit, class by class."""
    yield from period_lines(answer, language)
    for name, rows in by_class(answer):
        yield f"\n{word(f'answer.class.{name}', language)}"
        yield listed(("•", _said(row, language)) for row in rows)
    yield ""


def _said(row: Row, language: str) -> str:
    sure = certainty_text(row, language)
    return f"{row['sentence']} [{sure}]" if sure else str(row["sentence"])


def _presence(study: Study, by: Grouping | None, language: str) -> Iterator[str | Table]:
    """List by whom or what the projects are, and where each is."""
    if by is Grouping.organisation and not study.sees_organisations:
        yield word("presence.withheld", language)
        return
    heading = study.heading if by is None else by.value
    shares = study.active
    matrix = maligeo.presence(shares, study.units, by=heading)
    placed = maligeo.placement(shares, by=heading)
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(word(f"answer.by.{heading}", language), overflow="fold")
    for name in _COLUMNS:
        table.add_column(word(f"answer.column.{name}", language), justify="right", no_wrap=True)
    table.add_column(word("answer.column.where", language), overflow="fold", ratio=1)
    for row in placed.to_dict("records"):
        counts = (_count(row[name], language) for name in _COLUMNS)
        where = _where(matrix[row[heading]], language)
        cells = (heading_text(row[heading], heading, language), *counts, where)
        table.add_row(*map(unbroken, cells))
    yield table
    yield word("answer.state.note", language)


def _count(number: float, language: str) -> str:
    if pd.isna(number):
        return "?"
    decimals = 0 if float(number).is_integer() else 2
    return number_text(float(number), language, decimals=decimals)


def _where(cells: "pd.Series[int]", language: str) -> str:
    """Group the units in which something is recorded by what that is, most projects first."""
    units = cells[cells.index.get_level_values("place_kind") == "unit"]
    said: dict[str, list[str]] = {}
    ordered = units.sort_values(ascending=False, kind="stable", na_position="first")
    ordered = pd.concat([ordered[ordered > 0], ordered[ordered.isna()]])
    for name, cell in zip(ordered.index.get_level_values("name"), ordered, strict=True):
        said.setdefault(presence_text(cell, language), []).append(str(name))
    texts = [f"{text}{colon(language)}{', '.join(names)}" for text, names in said.items()]
    return "\n".join(texts) or presence_text(0, language)
