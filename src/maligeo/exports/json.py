"""Tables as JSON: for whom, from what and with which sources, and a list of rows."""

from typing import TextIO

from maligeo.core.files import written_whole
from maligeo.exports.geojson import heading_members, json_text
from maligeo.exports.jobs import Job
from maligeo.exports.plain_tables import PlainTable, rows_of


def write_json(table: PlainTable, job: Job) -> None:
    """Write a table as one JSON object, one row a line."""
    with (
        written_whole(job.path, private=job.is_private) as draft,
        draft.open("w", encoding="utf-8", newline="\n") as file,
    ):
        write_json_rows(table, file, job)


def write_json_rows(table: PlainTable, file: TextIO, job: Job) -> None:
    """Write what stands above a table, and its rows with the names of their columns."""
    head = heading_members(job)
    if job.released:
        head["released"] = list(job.released)
    file.write(json_text(head)[:-1] + ',"rows":[')
    for at, row in enumerate(rows_of(table)):
        file.write((",\n" if at else "\n") + json_text(row))
    file.write("\n]}\n")
