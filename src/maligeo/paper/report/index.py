"""A page that lists the reports of a folder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from maligeo.core import words
from maligeo.core.audiences import is_synthetic
from maligeo.core.columns import Audience
from maligeo.core.files import written_whole
from maligeo.disclosure import Gate
from maligeo.paper.page import Heading
from maligeo.paper.report.profile import ReportOptions
from maligeo.paper.report.template import rendered
from maligeo.text.answers import class_text
from maligeo.text.titles import place_parts


@dataclass(frozen=True)
class Entry:
    """A report of the list.

    Attributes
    ----------
    file : str
        Name of the file.
    name : str
        What it is about.
    pcode : str
        Code of the unit; empty for the country.
    finding : str
        The finding on the unit; empty where there is none.
    """

    file: str
    name: str
    pcode: str = ""
    finding: str = ""


def reports_index(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    path: Path,
    *,
    entries: Sequence[Entry],
    options: ReportOptions,
    audience: Audience,
) -> Path:
    """Write the page that lists the reports of a folder, with the finding on each unit.

    Parameters
    ----------
    table, units, options, audience
        As for `maligeo.region_report`.
    path : pathlib.Path
        The page.
    entries : sequence of Entry
        The reports, without their findings.

    Raises
    ------
    ReleaseError
        If a frame was not released for the audience.
    """
    gate, language = Gate(audience), options.language
    frames = {"table": table} | ({} if options.gaps is None else {"gaps": options.gaps})
    for what, frame in frames.items():
        gate.admit(frame, what=what)
    findings = _findings(options)
    top = Heading(
        title=words.word("report.index", language),
        subtitle=" · ".join(place_parts(units, None, language)),
        audience=audience,
        synthetic=any(map(is_synthetic, frames.values())),
        language=language,
    )
    shown = [replace(one, finding=findings.get(one.pcode, "")) for one in entries]
    page = rendered("index.html", top, {"entries": shown})
    with written_whole(path, private=audience == "internal") as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
    return path


def _findings(options: ReportOptions) -> dict[str, str]:
    gaps = options.gaps
    if gaps is None:
        return {}
    placed = gaps[gaps["place_kind"] == "unit"].to_dict("records")
    return {str(row["pcode"]): class_text(row, options.language) for row in placed}
