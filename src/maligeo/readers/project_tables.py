"""Projects from tables: AidData's, and those that people keep by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo import catalog
from maligeo.core.errors import UnknownNameError
from maligeo.readers.cells.amounts import heading_unit, parse_amounts
from maligeo.readers.cells.months import FIRST, LAST
from maligeo.readers.cells.values import (
    count_spans,
    parse_counts,
    parse_dates,
    parse_numbers,
    strip_missing,
)
from maligeo.readers.cells.words import read_words
from maligeo.readers.countries import are_abroad
from maligeo.readers.files.blocks import looks_merged
from maligeo.readers.files.raw import STATED_ORDER, RawFile, open_raw
from maligeo.readers.files.sources import DateOrder, Source
from maligeo.readers.files.tables import RawTable, join_chunks
from maligeo.readers.formats import AUTO, SourceFormat, load_format
from maligeo.readers.frames import raw_frame
from maligeo.readers.meant_places import read_as_meant, require_in_rows
from maligeo.readers.positions import find_positions, to_points
from maligeo.readers.project_blocks import rows_of_one_project
from maligeo.readers.project_frames import (
    LEVELS,
    PLACE_COLUMNS,
    check_projects,
    designated_level,
    places_of,
    project_frame,
)
from maligeo.readers.quarantine import Faults, Gate
from maligeo.readers.reading import ATTRIBUTE, Reading, with_extra, with_kept
from maligeo.readers.unit_codes import names_of_codes

TABLES: Final = ("aiddata", "hapi_presence", "worldbank", "plain_projects")

_TEXTS: Final = (
    "title", "programme", "organisation", "funder", "implementer", "sector", "note", "source",
)  # fmt: skip
_WORDS: Final = ("status", "reach", "location_precision", "place_level")
_AMOUNTS: Final = ("budget_amount", "donor_amount", "disbursed_amount")
_DATES: Final = {"start_date": FIRST, "end_date": LAST}  # day of a month that is said alone
_OF_PROJECTS: Final = (*_AMOUNTS, *_DATES, "budget_currency", "status")
_CODES: Final = {f"adm{level}_pcode": level for level in (1, 2, 3)}
_PLACED: Final = ("place", "adm1_name", "adm2_name", "adm3_name", "latitude", "longitude")


@dataclass(frozen=True)
class _Table:
    """A table with what its columns mean, and the faults found so far.

    `raw` lacks the rows with too many or too few cells, whose text may stand in wrong
    columns; `verbatim` has all. `places` are rows that name further places of a project, and
    its first row.
    """

    raw: RawTable
    verbatim: pd.DataFrame
    made: SourceFormat
    found: dict[str, str]
    file: RawFile
    reading: Reading
    faults: Faults = field(default_factory=Faults)
    places: Mapping[int, int] = field(default_factory=dict)

    def cells(self, ours: str) -> pd.Series:
        """Give the text of a column of ours, missing throughout where the file has none."""
        if ours not in self.found:
            return pd.Series(pd.NA, index=self.raw.frame.index, dtype="string", name=ours)
        cells = strip_missing(self.raw.frame[self.found[ours]])
        other = self.found.get(_otherwise(self.made).get(ours, ""))
        return cells if other is None else cells.fillna(strip_missing(self.raw.frame[other]))


def _otherwise(made: SourceFormat) -> dict[str, str]:
    """Give the fields that another one stands in for where they are empty."""
    return dict(made.settings.get("otherwise", {}))


def read_project_table(
    path: str | Path | Source,
    *,
    source: str = "auto",
    on_invalid: str = "raise",
    rejects: str | Path | None = None,
    swap_coordinates: bool = False,
) -> gpd.GeoDataFrame:
    """Read projects from a table or a vector file.

    Parameters
    ----------
    path, source, on_invalid, rejects, swap_coordinates
        As for `maligeo.readers.projects.read_projects`, but for IATI.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        As `read_projects` gives it.

    Raises
    ------
    InputFileError, FrameError, ArgumentError, UnknownNameError
        As `read_projects` raises.
    """
    gate = Gate(f"projects in {path}", on_invalid, rejects)
    return _read(open_raw(path), source, gate, swap_coordinates=swap_coordinates)


def as_projects(
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    swap_coordinates: bool = False,
) -> gpd.GeoDataFrame:
    """Read projects from a frame, as `read_projects` reads them from a table.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame in any stated CRS, n rows
        One row per project, or per project and place.
    columns, constants, places, dates
        Which column is which field, what a field is in every row, what names of places mean,
        and the order of day and month, as for `maligeo.Source`.
    swap_coordinates
        As for `read_projects`.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        As `read_projects` gives it: a row that names several places becomes several.

    Raises
    ------
    FrameError, UnknownNameError, ArgumentError
        As `read_projects`; rows are counted from 1.
    CrsError
        If shapes have no CRS.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"Intitulé": ["Puits"], "Zone": ["Gao, Ménaka"], "Budget (FCFA)": [5]})
    >>> projects = maligeo.as_projects(frame)
    >>> projects[["title", "place", "budget_amount", "budget_currency"]]
       title   place  budget_amount budget_currency
    0  Puits     Gao            5.0             XOF
    1  Puits  Ménaka            5.0             XOF
    """
    file = raw_frame(
        frame, "projects", columns=columns, constants=constants, places=places, dates=dates
    )
    gate = Gate("projects", "raise", None)
    return _read(file, "auto", gate, swap_coordinates=swap_coordinates)


def _read(file: RawFile, source: str, gate: Gate, *, swap_coordinates: bool) -> gpd.GeoDataFrame:
    table, left_out = _of_country(_open(file, source))
    frame = _project_columns(table)
    shapes, swapped = _shapes(table, swap=swap_coordinates)
    names, places = read_as_meant(_place_names(table), file.source)
    projects = project_frame(_with_places(table, frame, shapes, names))
    table.faults.extend(check_projects(projects, table.found))
    projects = with_extra(projects, table.raw.frame, table.reading)
    with gate:
        good = gate.pass_rows(projects, table.verbatim, table.faults).reset_index(drop=True)
    aside = table.raw.set_aside
    good.attrs = {
        "format": table.made.name,
        "rows_in_file": len(table.verbatim) + len(aside),
        "rows_left_out": left_out,
        "rows_rejected": gate.rejected,
        "rows_swapped": swapped,
        ATTRIBUTE: replace(
            table.reading,
            set_aside=aside,
            filled_down=table.raw.filled_down,
            sparse=_sparse(table),
            date_order=_assumed_order(table),
            partial_dates=count_spans([table.cells(column) for column in _DATES]),
            rows_in_file=len(table.verbatim) + len(aside),
            rows_read=len(table.verbatim) - left_out - gate.rejected,
            rows_left_out=left_out,
            rows_rejected=gate.rejected,
            unknown_words=table.faults.unknown_words(),
            places=places,
        ),
    }
    require_in_rows(file.source, [places])
    return good


def _require_projects(file: RawFile, made: SourceFormat, found: Mapping[str, str]) -> None:
    """Refuse a list of other records: one of whose columns those other records explain more."""
    known = len({*found.values()})
    for rival in map(load_format, made.settings.get("rivals", ())):
        theirs = 0 if rival.lacks(file.header) else len({*rival.found_in(file.header).values()})
        if theirs > known:
            values = {"file": str(file.source), "what": rival.kind, "count": theirs, "own": known}
            raise UnknownNameError(key="other_records", values=values)


def _open(file: RawFile, source: str) -> _Table:
    made = file.format(source, among=TABLES)
    found = file.found(made)
    if source == AUTO and not file.source.columns:
        _require_projects(file, made, found)
    for ours, other in _otherwise(made).items():
        if other in found and ours not in found:
            found[ours] = found.pop(other)
    spare = _spare_fields(made, found)
    reading = with_kept(
        file.reading(made, {ours: name for ours, name in found.items() if ours not in spare}),
        [found[ours] for ours in spare],
    )
    found = {ours: name for ours, name in found.items() if name not in reading.personal}
    second = {ours: found.get(other) for ours, other in _otherwise(made).items()}
    reading = replace(reading, otherwise={ours: name for ours, name in second.items() if name})
    raw = join_chunks(list(file.chunks({*found.values(), *reading.extra})))
    rows, faults = raw.sound_rows()
    table = _Table(replace(raw, frame=rows), raw.frame, made, found, file, reading, faults)
    return _with_projects_of_blocks(_with_names_of_codes(table))


def _with_projects_of_blocks(table: _Table) -> _Table:
    """Find the projects whose title is merged over a row for each place, and complete the rows."""
    block = table.raw.blocks.get(table.found.get("title", ""), {})
    places = rows_of_one_project(table.raw.frame, table.found, block)
    if not places or "project_id" in table.found:
        return table
    frame = table.raw.frame.copy()
    for column in (table.found[ours] for ours in _OF_PROJECTS if ours in table.found):
        first = frame.loc[list(places.values()), column].array
        frame.loc[list(places), column] = frame.loc[list(places), column].fillna(
            pd.Series(first, index=list(places))
        )
    return replace(table, raw=replace(table.raw, frame=frame), places=places)


def _spare_fields(made: SourceFormat, found: Mapping[str, str]) -> list[str]:
    """List the fields that are read only where another is empty, or only without names."""
    second = [other for other in _otherwise(made).values() if other in found]
    codes = [] if found.keys().isdisjoint(_PLACED) else [ours for ours in _CODES if ours in found]
    return second + codes


def _with_names_of_codes(table: _Table) -> _Table:
    """Read codes as the names of their units, in a table that names no place otherwise."""
    codes = {ours: level for ours, level in _CODES.items() if ours in table.found}
    if not codes or not table.found.keys().isdisjoint(_PLACED):
        return table
    frame, found = table.raw.frame.copy(), dict(table.found)
    for ours, level in codes.items():
        column = table.found[ours]
        found[f"adm{level}_name"] = column
        frame[column] = table.faults.taking(names_of_codes(table.cells(ours), level))
    return replace(table, raw=replace(table.raw, frame=frame), found=found)


def _of_country(table: _Table) -> tuple[_Table, int]:
    """Leave out the rows about other countries, and say how many they are."""
    kept = _concerns_country(table)
    if kept.all():
        return table, 0
    raw = replace(table.raw, frame=table.raw.frame[kept])
    return replace(table, raw=raw), int((~kept).sum())


def _project_columns(table: _Table) -> pd.DataFrame:
    """Read what belongs to the project rather than to a place."""
    frame = pd.DataFrame(index=table.raw.frame.index)
    frame["project_id"] = _ids(table)
    for column in _TEXTS:
        frame[column] = table.cells(column).fillna(table.made.constants.get(column, pd.NA))
    if "title" not in table.found:
        frame["title"] = _joined(frame["sector"], frame["organisation"], between=" – ")
    name = table.file.name
    origin = f"{table.made.label}: {name}" if table.made.label else name
    rows = frame.index.astype("string").to_series(index=frame.index)
    frame["source"] = frame["source"].fillna(origin + ", row " + rows)
    for column in _WORDS:
        frame[column] = _words(table, column)
    if "precision_code" in table.found:
        frame["location_precision"] = _words(table, "precision_code")
    counts = table.faults.taking(parse_counts(table.cells("project_count")))
    frame["project_count"] = counts.fillna(1)
    order = table.made.settings.get("date_order")
    stated = table.made.settings.get(STATED_ORDER)
    for column, day in _DATES.items():
        read = parse_dates(table.cells(column), stated=stated, fallback=order, month=day)
        frame[column] = table.faults.taking(read)
    reverse = frame["end_date"] < frame["start_date"]
    ends = table.cells("end_date")
    # That a start is later than the end once planned is no fault: the end is not known.
    planned = _is_planned(table, "end_date") & ~_is_planned(table, "start_date")
    frame["end_date"] = frame["end_date"].mask(reverse & planned)
    table.faults.add(reverse & ~planned, str(ends.name), ends, "lies before the start date")
    _add_amounts(table, frame)
    frame["place_share"] = _shares(table)
    return frame


def _is_planned(table: _Table, ours: str) -> "pd.Series[bool]":
    """Tell where a date is that of the column which stands in for another."""
    if ours not in table.found or _otherwise(table.made).get(ours) not in table.found:
        return pd.Series(False, index=table.raw.frame.index)
    return strip_missing(table.raw.frame[table.found[ours]]).isna()


def _sparse(table: _Table) -> str:
    """Name the column of the largest places where it looks merged; cells of CSV are not."""
    columns = [table.found[ours] for ours in _PLACED[1:4] if ours in table.found]
    cells = [strip_missing(table.raw.frame[name]) for name in columns[:1]]
    return columns[0] if any(map(looks_merged, cells)) else ""


def _assumed_order(table: _Table) -> str:
    """Give the order of day and month where a date can be read in both and none shows it."""
    order = str(table.made.settings.get("date_order", ""))
    if STATED_ORDER in table.made.settings:
        return ""
    for column in _DATES:
        _, faults = parse_dates(table.cells(column))
        if any("cannot be distinguished" in fault.reason for fault in faults):
            return order
    return ""


def _ids(table: _Table) -> pd.Series:
    """Give the ids; in a table without such a column every row is a project of its own.

    But for those that name further places of a project whose title is merged over all of them.
    """
    ids = table.cells("project_id")
    if "project_id" not in table.found:
        rows = pd.Index([table.places.get(row, row) for row in ids.index], dtype="int64")
        return table.file.made_ids(rows).set_axis(ids.index)
    table.faults.add(ids.isna(), table.found["project_id"], ids, "is missing")
    return ids


def _words(table: _Table, column: str) -> pd.Series:
    """Turn words of the file into ours; a word that is not known is a fault."""
    meant = table.faults.taking(read_words(table.cells(column), table.made, column))
    return meant.fillna(table.made.constants.get(column, pd.NA))


def _add_amounts(table: _Table, frame: pd.DataFrame) -> None:
    """Read amounts; all of a row must be in one currency."""
    currency = _currencies(table)
    for column in _AMOUNTS:
        cells = table.cells(column)
        if table.made.settings.get("amounts") == "numbers":
            numbers = parse_numbers(cells, decimal=table.made.settings.get("decimal"))
            values = table.faults.taking(numbers)
            read = pd.DataFrame({"amount": values, "currency": pd.NA}, dtype="object")
        else:
            factor, heading = heading_unit(str(cells.name))
            parsed = parse_amounts(cells, currency=heading, factor=factor)
            read = table.faults.taking(parsed)
        frame[column] = read["amount"].astype("Float64")
        stated = read["currency"].astype("string")
        other = (stated.notna() & currency.notna() & (stated != currency)).fillna(False)
        reason = "is in " + stated + ", another amount or column of the row says " + currency
        table.faults.add(other, str(cells.name), cells, reason)
        least = table.made.settings.get("least_amount", 0)
        small = ((frame[column] > 0) & (frame[column] < least)).fillna(False)
        reason = "is too small in units: if these are millions, say so in the heading"
        table.faults.add(small, str(cells.name), cells, reason)
        negative = (frame[column] < 0).fillna(False)
        table.faults.add(negative, str(cells.name), cells, "is negative")
        currency = currency.fillna(stated)
    frame["budget_currency"] = currency


def _currencies(table: _Table) -> pd.Series:
    """Read the column of currencies: codes, signs or words."""
    cells = table.cells("budget_currency")
    constant = table.made.constants.get("budget_currency")
    if constant is not None:
        return pd.Series(constant, index=cells.index, dtype="string")
    read, _ = parse_amounts("1 " + cells)
    unknown = cells.notna() & read["currency"].isna()
    table.faults.add(unknown, str(cells.name), cells, "is no currency that is known")
    return read["currency"].astype("string")


def _shares(table: _Table) -> "pd.Series[float]":
    """Read shares, "40 %" or 0.4, as parts of 1.

    Without a sign they are percentages, unless none in the file is larger than 1.
    """
    cells = table.cells("place_share")
    signed = cells.str.endswith("%").fillna(False)
    numbers = cells.str.rstrip("% \u00a0\u202f")
    values = table.faults.taking(parse_numbers(numbers, decimal=table.raw.decimal))
    percent = signed | bool((values > 1).any())
    shares = values.where(~percent, values / 100)
    odd = ((shares < 0) | (shares > 1)).fillna(False)
    table.faults.add(odd, str(cells.name), cells, "is no share between 0 and 100 %")
    return shares.mask(odd)


def _shapes(table: _Table, *, swap: bool) -> tuple[gpd.GeoSeries, int]:
    """Give the geometries of the rows; those in the country are checked."""
    rows, geometry = table.raw.frame, table.raw.geometry
    geometry = None if geometry is None else geometry.loc[rows.index]
    spots = None if geometry is None else geometry.representative_point()
    here = ~_abroad(table)
    inside = None if spots is None else spots[here]
    positions, faults, swapped = find_positions(rows[here], table.found, inside, swap=swap)
    table.faults.extend(faults)
    if geometry is not None and not swapped:
        return geometry, 0
    abroad, _, _ = find_positions(rows[~here], table.found, None, swap=False)
    shapes = pd.concat([to_points(positions), to_points(abroad)])
    return shapes.reindex(rows.index), swapped


def _concerns_country(table: _Table) -> "pd.Series[bool]":
    """Tell which rows are about the country, or do not say about which."""
    gazetted = table.cells("gazetteer").notna() & ~_abroad(table)
    return gazetted | ~are_abroad(table.cells("recipients"))


def _abroad(table: _Table) -> "pd.Series[bool]":
    """Tell which places lie in another country, by the hierarchy of GeoNames."""
    codes = table.cells("gazetteer").str.split("|")
    home = str(catalog.country()["iso2"])
    away = codes.map(lambda parts: home not in parts and len(parts) > 2, na_action="ignore")
    return away.astype("boolean").fillna(False).astype(bool)


def _place_names(table: _Table) -> pd.DataFrame:
    """Give what the rows say of their places."""
    names = [f"{level}_name" for level in LEVELS] + ["place", "place_parent"]
    return pd.DataFrame({name: table.cells(name) for name in names})


def _with_places(
    table: _Table, frame: pd.DataFrame, shapes: gpd.GeoSeries, names: pd.DataFrame
) -> pd.DataFrame:
    """Make one row of each row of the file and place that it names."""
    cells = names.drop(columns="place_parent").loc[frame.index]
    named = [
        place | {"row": row, "together": len(places)}
        for row, texts in cells.to_dict("index").items()
        for places in [places_of({k: v for k, v in texts.items() if isinstance(v, str)})]
        for place in places
    ]
    found = pd.DataFrame(named, columns=[*PLACE_COLUMNS, "row", "together"]).set_index("row")
    rows = frame.loc[found.index]
    for column in (name for name in PLACE_COLUMNS if name not in ("note", "place_level")):
        rows[column] = found[column].astype("string")
    parents = names["place_parent"].loc[rows.index].astype("string")
    rows["place_parent"] = rows["place_parent"].fillna(parents)
    rows["place_level"] = rows["place_level"].fillna(_levels(table).loc[rows.index])
    rows["place_level"] = rows["place_level"].fillna(found["place_level"].astype("string"))
    rows["location_code"] = _location_codes(table).loc[rows.index]
    rows["geometry"] = shapes.loc[rows.index].array
    rows["note"] = _joined(rows["note"], found["note"].astype("string"))
    return _without_shared(rows, found["together"] > 1)


def _without_shared(rows: pd.DataFrame, several: "pd.Series[bool]") -> pd.DataFrame:
    """Take away a position or share that a row states for several places together."""
    spot, share = several & rows["geometry"].notna(), several & rows["place_share"].notna()
    remark = pd.Series("one position for several places: left out", index=rows.index)
    rows["note"] = _joined(rows["note"], remark.where(spot).astype("string"))
    text = (rows["place_share"] * 100).astype("string") + " % for several places together"
    rows["note"] = _joined(rows["note"], text.where(share))
    rows["geometry"] = rows["geometry"].where(~spot, None)
    rows["place_share"] = rows["place_share"].mask(share)
    return rows


def _levels(table: _Table) -> pd.Series:
    """Give the levels that the file states by codes of features, or by another country."""
    levels = table.cells("designation").map(designated_level, na_action="ignore")
    return levels.astype("string").mask(_abroad(table), "abroad")


def _location_codes(table: _Table) -> pd.Series:
    return (
        str(table.made.settings.get("location_vocabulary", "")) + ":" + table.cells("location_code")
    )


def _joined(left: pd.Series, right: pd.Series, between: str = "; ") -> pd.Series:
    """Join two columns of texts, row by row; indexes may repeat, so by position."""
    first, second = left.astype("string").array, right.astype("string").array
    texts = [
        between.join(text for text in pair if isinstance(text, str)) or None
        for pair in zip(first, second, strict=True)
    ]
    return pd.Series(pd.array(texts, dtype="string"), index=left.index)
