"""What the bundled documents say of the country and its regions, line by line, as printed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Final, get_args

import geopandas as gpd
import pandas as pd

from maligeo import catalog
from maligeo.core import words
from maligeo.core.audiences import inherit_audience
from maligeo.core.checks import require_choice
from maligeo.core.columns import RESULTS, Language
from maligeo.core.errors import UnknownNameError
from maligeo.core.placenames import ALIAS_SEPARATOR, normalise
from maligeo.core.session import session_language
from maligeo.join.regions import find_unit
from maligeo.measure.figure_places import place_figures
from maligeo.readers.boundaries import load_boundaries
from maligeo.readers.figures import load_figures
from maligeo.readers.projects import (
    load_programmes,
    load_projects,
    load_results,
    load_statements,
)

# Kinds of statements, in the order in which they stand.
STATEMENTS: Final = (
    "objective", "mandate", "beneficiaries", "activity", "place", "partner", "rule", "lesson",
)  # fmt: skip
# Kinds of lines, and the heading below which each stands; headings in the order of a section.
GROUPS: Final[Mapping[str, str]] = {
    "incidents": "incidents", "victims": "victims", "programme": "statement",
    "result": "result", "total": "total", "money": "total", "project": "project",
    "unattributed": "unattributed", "context": "context",
    **dict.fromkeys(STATEMENTS, "statement"),
}  # fmt: skip
KINDS: Final = tuple(GROUPS)
_HEADINGS: Final = (
    "incidents", "victims", "result", "total", "project", "unattributed", "statement", "context",
)  # fmt: skip

# Kinds that stand in the card of a unit; incidents and projects stand there by themselves.
_OF_UNITS: Final = ("victims", "result", "total", "objective", "beneficiaries", "activity")

_MOST_UNITS: Final = 2  # what is said of more units together is of none of them
_AS_STATED: Final = ("kind", "measure", "value", "unit", "currency", "qualifier")
_AMOUNTS: Final = ("budget_amount", "donor_amount", "disbursed_amount")
_NOWHERE: Final = ("country", "unattributed")  # levels of what lies in no unit
_COUNTRY: Final = "Mali"
_MORE_THAN: Final = re.compile(r'"(?:plus de|more than) (\d+)')
_SEMICOLON: Final = {"fr": f"{words.NO_BREAK_SPACE}; ", "en": "; "}
_SHARE: Final = "share_pct"
_PART: Final = ":"  # in the name of a line, before the amount that it tells of a project
_INCIDENTS: Final = "incidents"

_BY_SOURCE: Final = itemgetter("source", "period_start", "period_end", "unit")

Row = Mapping[str, Any]
Line = dict[str, Any]
_Parts = Mapping[Callable[..., Iterator[Line]], pd.DataFrame]
Place = tuple[str, str, str, str]  # name, level, the unit around it, reach


def published_results(
    *,
    programme: str | None = None,
    kind: str | None = None,
    region: str | None = None,
    language: Language | None = None,
) -> pd.DataFrame:
    """Say what the bundled documents say of the country and its regions, line by line.

    Parameters
    ----------
    programme : str, optional
        Keep one programme, by its code or name.
    kind : str, optional
        Keep one kind: "incidents", "victims", "programme", "result", "total", "money",
        "project", "unattributed" (its region is illegible), "context", or a statement such as
        "objective".
    region : str, optional
        Keep what is of one region of 2015, by any of its names.
    language : {"fr", "en"}, optional
        Language of the texts; by default that of the session.

    Returns
    -------
    pandas.DataFrame
        One row per line, as `maligeo.core.columns.RESULTS`, programme by programme. `shown` is
        the number with its unit as the document gives it, `value` the number alone, `where`
        and `period` say place and time or that nobody gives them, `source` is the document.
        Lines overlap: nothing of it may be added up.

    Raises
    ------
    ArgumentError
        If there is no such kind or language.
    UnknownNameError
        If there is no such programme or region.

    Examples
    --------
    >>> import maligeo
    >>> lines = maligeo.published_results(region="Tombouctou", kind="result", language="en")
    >>> lines.loc[lines["programme"] == "undp-norway", "shown"].tolist()
    ['more than 218,000 people', '20', '35%']
    """
    language = session_language(language)
    if kind is not None:
        require_choice(kind, KINDS, option="kind")
    lines = _all_lines(_documents(), language)
    if programme is not None:
        lines = lines[_of_programme(lines, programme)]
    if kind is not None:
        lines = lines[lines["kind"] == kind]
    if region is not None:
        units = load_boundaries()
        at = find_unit(region, units)
        lines = lines[[at in places for places in units_of_lines(lines, units)]]
    return lines.reset_index(drop=True)


def results_by_language() -> dict[str, pd.DataFrame]:
    """Give all of `published_results` in each language; what is bundled is read once."""
    parts = _documents()
    return {one: _all_lines(parts, one) for one in get_args(Language)}


def _documents() -> _Parts:
    """Read what lines are made of, with what makes them."""
    return {
        _figure_lines: load_figures(),
        _programme_lines: load_programmes(),
        _result_lines: load_results(),
        _project_lines: load_projects(),
        _statement_lines: load_statements(),
    }


def _all_lines(parts: _Parts, language: Language) -> pd.DataFrame:
    rows = [
        line | {"order": at}
        for at, (write, frame) in enumerate(parts.items())
        for line in write(frame.to_dict("records"), language)
    ]
    names = parts[_programme_lines].set_index("programme")[f"name_{language}"]
    lines = pd.DataFrame(rows).reindex(columns=[*RESULTS, "order"])
    bare = lines["programme"].isna()
    others = lines["order"].map(
        lambda at: words.word("results.others" if at else "results.figures", language)
    )
    lines["programme_name"] = lines["programme"].map(names).where(~bare, others)
    ranked = lines["programme"].map({code: at for at, code in enumerate(names.index)})
    section = ranked.fillna(lines["order"].map(lambda at: len(names) if at else -1))
    heading = lines["kind"].map(GROUPS).map(_HEADINGS.index)
    lines = lines.assign(section=section, heading=heading)
    lines = lines.sort_values(["section", "heading", "order"], kind="stable")
    typed = lines[list(RESULTS)].astype(
        {name: "string" for name in RESULTS if name not in ("value", "period_start", "period_end")}
    )
    typed["value"] = typed["value"].astype("Float64")
    typed = typed.reset_index(drop=True)
    return inherit_audience(typed, *parts.values())


def _of_programme(lines: pd.DataFrame, programme: str) -> "pd.Series[bool]":
    wanted = normalise(programme)
    found = lines["programme"].fillna("").map(normalise) == wanted
    found |= lines["programme_name"].map(normalise) == wanted
    if not found.any():
        known = ", ".join(sorted(lines["programme"].dropna().unique()))
        raise UnknownNameError(f"there is no programme {programme}; there are {known}")
    return found


def units_of_lines(lines: pd.DataFrame, units: gpd.GeoDataFrame) -> list[set[int]]:
    """Find the units that lines are of; what holds for the country is of none.

    Parameters
    ----------
    lines : pandas.DataFrame
        As from `published_results`.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of one level and vintage.

    Returns
    -------
    list of set of int
        Row positions of units, in the order of the lines.
    """
    each = [list(_split_places(row)) for row in lines.to_dict("records")]
    local = sorted({place for places in each for place in places})
    asked = pd.DataFrame(local, columns=["unit", "adm1_name"]).replace({"": None})
    placed = place_figures(asked, units) if local else []
    at = {place: {*found.positions, found.position} - {-1}
          for place, found in zip(local, placed, strict=True)}  # fmt: skip
    return [set().union(*(at[place] for place in places)) for places in each]


def _split_places(line: Row) -> Iterator[tuple[str, str]]:
    """Give the named places of a line, each with the region around it where that is known."""
    cells = (line[name] for name in ("place", "place_level", "place_parent"))
    parts = (cell.split(ALIAS_SEPARATOR) if isinstance(cell, str) else [] for cell in cells)
    for name, level, parent in zip(*parts, strict=True):
        if level not in _NOWHERE:
            yield name, parent


def _line(row: Row, language: str, places: Sequence[Place]) -> Line:
    """Give what every line says: when, where, by whom, and what is to be remarked."""
    start, end = row.get("period_start"), row.get("period_end")
    named = [place for place in places if place[0]]
    joined = [
        ALIAS_SEPARATOR.join(place[at] for place in named) if named else None for at in range(3)
    ]
    return {
        "programme": row.get("programme"),
        "period_start": start,
        "period_end": end,
        "period": _period(start, end, language),
        "place": joined[0],
        "place_level": joined[1],
        "place_parent": joined[2],
        "where": ", ".join(dict.fromkeys(_where(place, language) for place in places)),
        "source": row["source"],
        "note": _SEMICOLON[language].join(words.note_text(row["note"], language)) or None,
    }


def _period(start: Any, end: Any, language: str) -> str:
    if pd.isna(start):
        return words.word("results.undated", language)
    if pd.notna(end):
        return words.period_text(start, end, language)
    return words.since_text(start, language)


def _where(place: Place, language: str) -> str:
    """Name a place, or say that nobody does."""
    name, level, parent, reach = place
    if level == "country":
        return words.word("results.national", language)
    if not name:
        return words.word("results.unstated", language)
    if parent and parent != name:
        name = words.word("results.within", language).format(name=name, parent=parent)
    key = f"results.{reach}"
    return words.word(key, language).format(name=name) if words.has_word(key) else name


def _quantity(value: float, unit: str, currency: Any, language: str) -> str:
    """Write a number with its unit."""
    number = words.number_text(value, language, decimals=2)
    singular = f"quantity.{unit}_one"
    key = singular if value == 1 and words.has_word(singular) else f"quantity.{unit}"
    return words.word(key, language).format(number=number, currency=currency)


def _shown(line: Row, language: str) -> str:
    """Write a number as exactly as the document gives it; one that nobody can read says so."""
    write = partial(_quantity, unit=line["unit"], currency=line["currency"], language=language)
    qualified = words.word(f"qualifier.{line['qualifier']}", language)
    if pd.notna(line["value"]):
        return qualified.format(number=write(float(line["value"])))
    ends = re.findall(r"\d+", line["printed"] or "")
    if line["qualifier"] == "range" and len(ends) == 2:
        low, high = map(float, ends)
        return qualified.format(low=words.number_text(low, language), number=write(high))
    return words.word("qualifier.illegible", language)


def _with_number(line: Line, language: str) -> Line:
    return line | {"shown": _shown(line, language)}


def _what(measure: str, language: str, *about: str) -> str:
    """Say what is counted, and of whom."""
    text = words.word(f"measure.{measure}", language)
    said = (words.word(key, language) for key in about if words.has_word(key))
    return ", ".join([text, *(part for part in said if part not in text.lower())])


def _result_lines(rows: Sequence[Row], language: str) -> Iterator[Line]:
    for row in rows:
        places = _places_of(row["place"], row["place_level"])
        line = _line(row, language, places) | {
            "line_id": row["result_id"],
            "what": _what(row["measure"], language, f"people.{row['disaggregation']}"),
            "printed": row["value_text"],
            **{name: row[name] for name in _AS_STATED},
        }
        if row["kind"] == "unattributed" and row["measure"].endswith("unknown_region"):
            line["where"] = words.word("results.torn", language)
        yield _with_number(line, language)


def _places_of(names: Any, level: Any) -> list[Place]:
    """Give the places that a row names, all of one level."""
    found = names.split(ALIAS_SEPARATOR) if isinstance(names, str) else [""]
    return [(name, str(level), "", "") for name in found]


def _figure_lines(rows: Sequence[Row], language: str) -> Iterator[Line]:
    for row in sorted(rows, key=_BY_SOURCE):
        is_national, is_share = row["unit"] == _COUNTRY, row["basis"] == _SHARE
        counted = _INCIDENTS if row["measure"] == _INCIDENTS else "victims"
        vague = _MORE_THAN.search(row["note"]) if pd.isna(row["value"]) else None
        about = (f"people.{row['who']}", f"device.{row['device']}")
        places = _places_of(row["unit"], "country" if is_national else "adm1")
        line = _line(row, language, places) | {
            "line_id": row["figure_id"],
            "kind": counted,
            "measure": row["measure"],
            "what": _what(f"{counted}_share" if is_share else row["measure"], language, *about),
            "value": float(vague[1]) if vague else row["value"],
            "unit": "percent" if is_share else _INCIDENTS if counted == _INCIDENTS else "persons",
            "currency": None,
            "qualifier": "at_least" if vague else "exact",
            "printed": None,
        }
        if len(places) > 1:
            names = " + ".join(name for name, *_ in places)
            line["where"] = words.word("results.together", language).format(names=names)
        yield _with_number(line, language)


def _programme_lines(rows: Sequence[Row], language: str) -> Iterator[Line]:
    for row in rows:
        yield _line(row, language, []) | {
            "line_id": row["programme"],
            "kind": "programme",
            "what": " · ".join([row[f"name_{language}"], *_partners(row, language)]),
        }


def _partners(row: Row, language: str) -> Iterator[str]:
    """Say who pays, who does it, and in which field."""
    for name in ("funder", "implementer", "sector"):
        if isinstance(row.get(name), str):
            names = row[name].replace(ALIAS_SEPARATOR, ", ")
            yield words.word(f"results.{name}", language).format(names=names)
    if row.get("status") == "completed":
        yield words.word("results.completed", language)


def _project_lines(rows: Sequence[Row], language: str) -> Iterator[Line]:
    by_project: dict[str, list[Row]] = {}
    for row in rows:
        by_project.setdefault(row["project_id"], []).append(row)
    for project, all_rows in by_project.items():
        first: Line = dict(all_rows[0]) | {
            "period_start": all_rows[0]["start_date"],
            "period_end": all_rows[0]["end_date"],
            "note": _joined_notes(all_rows),
        }
        places = [_project_place(row) for row in all_rows]
        base = _line(first, language, places) | {"line_id": project}
        yield _counted_project(base, first, language)
        # Money belongs to the project, and to none of several places.
        alone = places if len(places) == 1 else [("", "unattributed", "", "")]
        whole = _line(first, language, alone)
        for name in _AMOUNTS:
            if pd.notna(first[name]):
                yield _amount(base | whole, first, name, language)


def _project_place(row: Row) -> Place:
    name, level, parent, reach = (
        "" if pd.isna(row[column]) else str(row[column])
        for column in ("place", "place_level", "place_parent", "reach")
    )
    return name, level, parent, reach


def _joined_notes(rows: Sequence[Row]) -> str:
    remarks = (part for row in rows if isinstance(row["note"], str)
               for part in words.note_text(row["note"], "en"))  # fmt: skip
    return "; ".join(dict.fromkeys(remarks))


def _counted_project(base: Line, row: Row, language: str) -> Line:
    count = int(row["project_count"])
    line = base | {
        "kind": "project",
        "measure": "projects",
        "what": " · ".join([row["title"], *_partners(row, language)]),
        "value": count,
        "unit": "projects",
        "currency": None,
        "qualifier": "exact",
        "printed": None,
    }
    uncounted = words.word("results.uncounted", language)
    return _with_number(line, language) if count else line | {"shown": uncounted}


def _amount(base: Line, row: Row, name: str, language: str) -> Line:
    line = base | {
        "line_id": f"{base['line_id']}{_PART}{name}",
        "kind": "money",
        "measure": name,
        "what": f"{words.word(f'measure.{name}', language)} – {row['title']}",
        "value": row[name],
        "unit": "money",
        "currency": row["budget_currency"],
        "qualifier": "exact",
        "printed": None,
    }
    return _with_number(line, language)


def _statement_lines(rows: Sequence[Row], language: str) -> Iterator[Line]:
    for row in sorted(rows, key=lambda one: KINDS.index(one["kind"])):
        is_placed = isinstance(row["place"], str)
        places = _places_of(row["place"], row["place_level"]) if is_placed else []
        yield _line(row, language, places) | {
            "line_id": row["statement_id"],
            "kind": row["kind"],
            "what": row[f"text_{language}"],
            "period": "",
        }


def result_sections(lines: pd.DataFrame, language: str) -> list[dict[str, Any]]:
    """Arrange lines for a page: programme by programme, each below its heading and source.

    Parameters
    ----------
    lines : pandas.DataFrame
        As from `published_results`, in the same language.
    language : {"fr", "en"}
        The language.

    Returns
    -------
    list of dict
        `title` and `groups`; a group has `title`, empty where it is that of the group above,
        `source` (the words for it), `cited` (the part of them that is the document's), `spoken`
        (the language of the document) and `lines`, each the number (or the kind of a
        statement), what it is, when and where, remarks, and the title that stands in what it
        is, in the language of the document.
    """
    sections = []
    projects = catalog.load_table("projects", "projects")
    titles = projects.groupby("project_id")["title"].first().to_dict()
    arranged: dict[str, dict[tuple[str, str], list[Row]]] = {}
    for row in lines.dropna(subset=["programme_name", "source"]).to_dict("records"):
        below = arranged.setdefault(row["programme_name"], {})
        below.setdefault((GROUPS[row["kind"]], row["source"]), []).append(row)
    for name, by_group in arranged.items():
        groups, above = [], ""
        for (heading, source), alike in by_group.items():
            title = words.word(f"result_group.{heading}", language)
            said = words.word("results.source", language).format(source=source)
            lines_of = [
                [*_texts(row, language), titles.get(row["line_id"].partition(_PART)[0], "")]
                for row in alike
            ]
            groups.append(
                {
                    "title": "" if title == above else title,
                    "source": said,
                    "cited": source,
                    "spoken": catalog.source_language(source),
                    "lines": lines_of,
                }
            )
            above = title
        sections.append({"title": name, "groups": groups})
    return sections


def _texts(row: Row, language: str) -> list[str]:
    label = row["shown"] if pd.notna(row["shown"]) else words.word(
        f"result_kind.{row['kind']}", language
    )  # fmt: skip
    note = "" if pd.isna(row["note"]) else row["note"]
    when = " · ".join(part for part in (row["period"], row["where"]) if part)
    return [label, row["what"], when, note[:1].upper() + note[1:]]


def unit_texts(
    lines: pd.DataFrame, units: gpd.GeoDataFrame, *, brief: bool = False
) -> list[list[str]]:
    """Write what is published of each unit besides its incidents and projects.

    Parameters
    ----------
    lines : pandas.DataFrame
        As from `published_results`.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of one level and vintage.
    brief : bool, default False
        Name the publisher alone, where the sources stand elsewhere in full.

    Returns
    -------
    list of list of str
        In the order of the units; each text ends with its period and its source.
    """
    found: list[list[str]] = [[] for _ in range(len(units))]
    own = lines[lines["kind"].isin(_OF_UNITS)]
    for row, places in zip(own.to_dict("records"), units_of_lines(own, units), strict=True):
        parts = [part for part in (row["shown"], row["what"]) if pd.notna(part)]
        source = brief_source(row["source"]) if brief else row["source"]
        about = ", ".join(part for part in (row["period"], source) if part)
        for at in sorted(places) if len(places) <= _MOST_UNITS else ():
            found[at].append(f"{' – '.join(parts)} ({about})")
    return found


def brief_source(source: str) -> str:
    """Give the publisher of a source."""
    return source.partition(",")[0]
