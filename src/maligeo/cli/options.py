"""Options that several commands share, with one wording for all."""

from pathlib import Path
from typing import Annotated

import typer

LanguageOption = Annotated[str, typer.Option("--language", help="Language: fr or en.")]
LevelOption = Annotated[
    int, typer.Option("--level", help="Administrative level: 1 for regions.", min=1, max=3)
]
VintageOption = Annotated[
    str, typer.Option("--vintage", help="Administrative division: 2015, 2016 or 2023.")
]
FileVintageOption = Annotated[
    str | None,
    typer.Option("--vintage", help="Administrative division; without it the file tells."),
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
    str, typer.Option("--audience", help="For whom it is: internal, partner or public.")
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="Day of the release, from which delays count back; today."),
]
