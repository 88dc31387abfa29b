"""`maligeo gaps`: where the need is, who works there, and where nobody does."""

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
    LevelOption,
    OutputOption,
    PeriodOption,
    ProjectsOption,
    StoreOption,
    division,
)
from maligeo.cli.output import Format, FormatOption, is_passed_on, progress_bar, put, say_internal

_SHOWN = {
    "incidents": "incidents",
    "incidents_per_100k": "per\n100,000\na year",
    "need_rank": "need\nrank",
    "programmes": "pro-\ngrammes",
    "projects_fractional": "projects",
    "response_rank": "resp.\nrank",
    "gap_places": "gap,\nplaces",
}


class Grouping(StrEnum):
    """What to list the projects by."""

    programme = "programme"
    sector = "sector"
    funder = "funder"


ByOption = Annotated[
    Grouping, typer.Option("--by", help="List the projects by programme, sector or funder.")
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
    by: ByOption = Grouping.programme,
    audience: AudienceOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    output_format: FormatOption = Format.text,
    output: OutputOption = None,
) -> None:
    """Compare incidents with projects by region: who comes first, who has nobody.

    What is written of your own records for partners or the public is made from what is
    released of them.
    """
    study = maligeo.study(
        incidents=incidents,
        projects=projects,
        units=division(boundaries, level, vintage),
        period=period,
        covers=covers,
    )
    with progress_bar("cells") as advance:
        if is_passed_on(audience, output_format, output):
            study = study.release(audience=audience, as_of=as_of, store=store, progress=advance)
        answer = study.answer()
    if output is not None or output_format is not Format.text:
        put(answer, (), output_format, output)
        return
    gaps = answer.frame
    console = Console()
    say_internal(gaps)
    console.print(_heading(gaps), _gap_table(gaps), *_findings(gaps), sep="\n", soft_wrap=True)
    console.print()
    console.print(_placement_table(study.shares, study.units, by.value))


def _heading(gaps: pd.DataFrame) -> str:
    first = gaps.iloc[0]
    who = "your records" if pd.isna(first["publisher"]) else first["publisher"]
    return (
        f"Incidents: {who}, {first['period_start'].date()} to "
        f"{first['period_end'].date()}. Rank 1 is the most.\n"
        "Gap: how many places the response stands behind the need. In brackets the range\n"
        "over random weightings and ways of counting; robust where 90 % of them agree.\n"
    )


def _gap_table(gaps: pd.DataFrame) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("region", no_wrap=True)
    shown = {name: heading for name, heading in _SHOWN.items() if name in gaps.columns}
    for heading in shown.values():
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("how\nsure")
    for _, row in gaps.iterrows():
        table.add_row(
            row["name"] if pd.notna(row["name"]) else row["place_kind"],
            *(_number(row[name]) for name in list(shown)[:-1]),
            _gap(row),
            row["certainty"] if pd.notna(row["certainty"]) else "not ranked",
        )
    return table


def _number(value: float) -> str:
    if pd.isna(value):
        return "–"
    if value == 0:
        return "none"
    return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


def _gap(row: pd.Series) -> str:
    """Write a gap and, where the draws differ, their range."""
    gap, low, high = (row[f"gap_places{side}"] for side in ("", "_low", "_high"))
    if pd.isna(gap):
        return "–"
    return f"{gap:g}" if low == high == gap else f"{gap:g} ({low:g}…{high:g})"


def _findings(gaps: pd.DataFrame) -> list[str]:
    """Say in words who has nobody, what is not known, and how uneven the response is."""
    units = gaps[gaps["place_kind"] == "unit"]
    nobody = units["no_response"].fillna(False)
    unknown = units["incidents"].isna()
    lines = ["", f"Incidents and no programme: {_names(units[nobody & (units['incidents'] > 0)])}"]
    if unknown.any():
        lines.append(f"Incidents not known, which does not mean none: {_names(units[unknown])}")
        lines.append(f"Incidents not known and no programme: {_names(units[unknown & nobody])}")
    elsewhere = gaps.loc[gaps["place_kind"] != "unit", "projects_fractional"].sum()
    lines.append(f"Projects in no single region, and so in none of the ranks: {elsewhere:,.0f}")
    approximate = units["note"].str.contains("approximate", na=False) & ~unknown
    if approximate.any():
        lines.append(f"Per approximate number of people: {_names(units[approximate])}")
    sums = [units[side].sum() for side in ("projects_fractional", "incidents")]
    if all(sums):
        uneven = maligeo.gini(units["projects_fractional"], units["incidents"])
        lines.append(f"Gini of the placed projects against incidents: {uneven:.2f} (0 is even)")
    if not sums[0]:
        lines.append("The sources record no project in any region.")
    return lines


def _names(units: pd.DataFrame) -> str:
    return ", ".join(sorted(units["name"])) or "none"


def _placement_table(shares: pd.DataFrame, units: pd.DataFrame, by: str) -> Table:
    """List how many projects have a place on the map, and where none is recorded."""
    empty = maligeo.empty_cells(maligeo.presence(shares, units, by=by))
    table = Table(box=None, pad_edge=False)
    table.add_column(by)
    for name in ("projects", "placed", "countrywide", "unattributed"):
        table.add_column(name, justify="right")
    table.add_column("no project recorded in")
    for _, row in maligeo.placement(shares, by=by).iterrows():
        missing = list(empty.loc[empty[by] == row[by], "name"])
        if row["placed"] == 0:
            missing = ["cannot be placed" if row["unattributed"] > 0 else "countrywide"]
        counts = (row[name] for name in ("projects", "placed", "countrywide", "unattributed"))
        table.add_row(row[by], *(_number(count) for count in counts), ", ".join(missing))
    return table
