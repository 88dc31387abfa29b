"""Options that several commands share, with one wording for all."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, COUNTINGS, LANGUAGES, Audience
from maligeo.readers.boundaries import require_bundled
from maligeo.readers.files.sources import Source

_ON_ONE_LINE: Final = 15  # letters


def choices(words: Sequence[str]) -> str:
    """Write the words that an option takes; many of them so that a line breaks between two."""
    between = "|" if sum(map(len, words)) <= _ON_ONE_LINE else " | "
    return f"[{between.join(words)}]"


def one_of(words: Sequence[str], flag: str, help_text: str) -> Any:
    """Give an option that takes one of a few words; another ends the command with one line."""

    def checked(word: str | None) -> str | None:
        if word is not None:
            require_choice(word, words, option=flag.strip("-").replace("-", "_"))
        return word

    return typer.Option(flag, help=help_text, metavar=choices(words), parser=str, callback=checked)


LanguageOption = Annotated[
    Any,  # of the words in the metavar
    one_of(LANGUAGES, "--language", "Language; without it MALIGEO_LANGUAGE, else French."),
]
LevelOption = Annotated[
    int, typer.Option("--level", help="Administrative level: 1 for regions.", min=1, max=3)
]
VintageOption = Annotated[
    str, typer.Option("--vintage", help="Administrative division: 2015, 2016 or 2023.")
]
FileVintageOption = Annotated[
    str | None,
    typer.Option("--vintage", help="Administrative division; without it the file says."),
]
PeriodOption = Annotated[
    str | None,
    typer.Option("--period", help="Keep figures within it: 2021, 2021-09 or 2021-01/2021-09."),
]
RegionOption = Annotated[
    str | None, typer.Option("--region", help="Only this region, by any of its names.")
]
OutputOption = Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")]
AudienceOption = Annotated[
    Any,
    one_of(AUDIENCES, "--audience", "For whom; without it MALIGEO_AUDIENCE, else the public."),
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="Day of the release, from which delays count back; today."),
]
StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store",
        help="Folder of the release store; without it MALIGEO_STORE.",
        metavar="<folder>",
    ),
]
BoundariesOption = Annotated[
    Path | None, typer.Option("--boundaries", help="File with units, instead of the bundled ones.")
]
GazetteerOption = Annotated[
    Path | None,
    typer.Option("--gazetteer", help="Villages by name: a table, GeoNames, Who's On First."),
]
PopulationOption = Annotated[
    Path | None,
    typer.Option("--population", help="Table of people by unit, instead of the censuses."),
]
IncidentsOption = Annotated[Path | None, typer.Option("--incidents", help="File with incidents.")]
ProjectsOption = Annotated[Path | None, typer.Option("--projects", help="File with projects.")]
AreasOption = Annotated[
    Path | None, typer.Option("--areas", help="File with hazardous or released land.")
]
FiguresOption = Annotated[
    Path | None, typer.Option("--figures", help="Table of figures by unit and period; internal.")
]
CoversOption = Annotated[
    str | None,
    typer.Option("--covers", help="Period that the file covers everywhere: only then is none 0."),
]
CountingOption = Annotated[
    Any, one_of(COUNTINGS, "--counting", "How a project in several units counts.")
]


def division(boundaries: Path | None, level: int, vintage: str | None) -> Source | None:
    """Give the file of units that is asked for; None for the bundled ones."""
    if boundaries is not None:
        return replace(Source.of(boundaries), level=level, vintage=vintage)
    require_bundled(level, vintage or "2015")
    return None


def audience_of_figures(figures: Path | None, audience: Audience | None) -> Audience | None:
    """Give the audience that is asked for: a table of figures alone is for internal use."""
    return "internal" if figures is not None and audience is None else audience


def source(path: Path | None) -> Source | None:
    """Give a file that is asked for as a source."""
    return None if path is None else Source.of(path)


def periods(text: str | None) -> str | list[str] | None:
    """Take several periods with commas apart."""
    return text.split(",") if text is not None and "," in text else text
