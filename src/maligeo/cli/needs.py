"""The option that says what need is, which loads more than the other options."""

from pathlib import Path
from typing import Annotated, Any

import typer

from maligeo.readers.files.sources import Source
from maligeo.workflows.needs import names_table


def weighted_need(text: str) -> tuple[str | Path, float | None]:
    """Take a need and its weight apart; the name of a file becomes a path."""
    name, equals, number = text.rpartition("=")
    try:
        found, weight = (name, float(number)) if equals else (text, None)
    except ValueError:  # the sign is part of the name
        found, weight = text, None
    return (Path(found) if names_table(found) else found), weight


NeedOption = Annotated[
    list[Any] | None,
    typer.Option(
        "--need",
        help="What need is: incidents, victims …, a measure of --figures, or a table of figures; "
        "repeatable, with weights as victims=2.",
        metavar="<measure or file>",
        parser=weighted_need,
    ),
]


def needs(given: list[Any] | None) -> dict[str | Path | Source, float] | None:
    """Give what need is, with weights; None where nothing was said of it."""
    return {one: 1.0 if weight is None else weight for one, weight in given or ()} or None
