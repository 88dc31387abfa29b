"""Files and folders of incidents, whole or in pieces; ids that occur twice found across these."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core.errors import ArgumentError, InputFileError
from maligeo.core.placenames import is_plain_name
from maligeo.readers import formats
from maligeo.readers.cells import coordinates, values
from maligeo.readers.cells.ids import REPEATS, SeenIds, SuspectIds
from maligeo.readers.cells.months import FIRST
from maligeo.readers.cells.words import map_words, read_words
from maligeo.readers.countries import are_abroad
from maligeo.readers.files.folders import files_in
from maligeo.readers.files.raw import STATED_ORDER, RawFile, open_raw
from maligeo.readers.files.sources import DateOrder, Source
from maligeo.readers.files.tables import RawTable
from maligeo.readers.formats import GEOMETRY, SourceFormat
from maligeo.readers.meant_places import Account, read_as_meant, require_in_rows
from maligeo.readers.positions import find_positions, to_points
from maligeo.readers.quarantine import Faults, Gate, row_in
from maligeo.readers.reading import ATTRIBUTE, Reading, added, with_extra

INCIDENTS: Final = (
    "event_id", "date", "date_precision", "event_type", "outcome", "killed", "injured",
    "civilians_killed", "civilians_injured", "location_precision", "adm1_name", "adm2_name",
    "adm3_name", "place_name", "source", "geometry",
)  # fmt: skip
VICTIMS: Final = "victims"  # in attrs: which columns of victims the file has
FORMATS: Final = ("acled", "ucdp", "imsma", "plain_incidents")
ALL: Final = "all"
_COUNTS: Final = ("killed", "injured", "civilians_killed", "civilians_injured")
_WORDS: Final = ("date_precision", "event_type", "outcome", "location_precision")
_PLACES: Final = ("adm3_name", "adm2_name", "adm1_name")  # the finest first
_PLACE: Final = "place_name"


def read_incidents(
    path: str | Path | Source,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    sheet: str | None = None,
    layer: str | None = None,
    header_row: int | None = None,
    source: str = formats.AUTO,
    event_types: Collection[str] | None = None,
    on_invalid: str = "raise",
    rejects: str | Path | None = None,
    swap_coordinates: bool = False,
) -> gpd.GeoDataFrame:
    r"""Read incidents from a file, whatever made it.

    Parameters
    ----------
    path : str, pathlib.Path or Source
        CSV, TSV, Excel, Parquet, or a vector file with points.
    columns, constants, places, dates, sheet, layer, header_row
        What the user says of the file, as for `maligeo.Source`; it goes before what a
        source says already.
    source : {"auto", "acled", "ucdp", "imsma", "plain_incidents"}
        Who made it; "auto" finds out from its columns.
    event_types : collection of str, optional
        Keep only these: words of the source ("Grenade") or of this library ("ied"), or
        "all". By default everything, except of ACLED the remote explosives, mines and
        IEDs, and the suicide bombs. What is left out is counted in `frame.attrs`.
    on_invalid : {"raise", "quarantine"}
        Raise one error with every fault, or write faulty rows to `rejects`.
    rejects : path, optional
        CSV file for faulty rows with the reason; needed with "quarantine".
    swap_coordinates : bool, default False
        Swap longitude and latitude in the rows where they fall in the country only when
        swapped. Otherwise such rows are faults.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        One row per incident; the index, "row", is the row's number in the file, of a folder
        with the name of the file before it ("2021.csv:7"). Columns
        `event_id, date` (datetime64), `date_precision` ("day", "week", "month", "year"),
        `event_type` ("ied", "landmine", "ied_mine" where the source does not tell these
        apart, "erw", "other"), `outcome` ("exploded", "found", "defused", "unknown"),
        `killed, injured, civilians_killed, civilians_injured` (Int64, people),
        `location_precision` ("exact", "near", "adm3", "adm2", "adm1", "country"),
        `adm1_name, adm2_name, adm3_name` as reported, `place_name` (a town, village or site),
        `source`, and `geometry` (a point, or None without position). What the source does
        not say is missing.
        Columns of the file that are none of these follow under their own names.
        `frame.attrs["reading"]` is the `Reading`: what became of every column and row.
        `frame.attrs` counts `rows_in_file`, `rows_left_out` by `event_types`,
        `rows_rejected` and `rows_swapped`, and names the `format`. A file with a header
        and no row gives a frame without one, whose `attrs["victims"]` names the columns of
        victims that the header has; `with_coverage` says where that means none.

    Raises
    ------
    FrameError
        With every fault: text in number columns, negative victims, ids that repeat,
        dates in the future or before 1900 or of unknown order, positions outside the
        country, swapped, halved or (0, 0), unknown words. Of a folder, rows bear the name of
        their file, and ids and the order of day and month are those of all files together.
    InputFileError
        If the file is missing, empty, broken or not of such a kind, or the folder holds
        something else too; what begins with "." or "_" is passed over there.
    UnknownNameError
        If the columns are of no known make.
    ArgumentError
        If an option is unknown, or `rejects` does not go with `on_invalid`.

    Notes
    -----
    Sources of the codes: ACLED Codebook (2024); UCDP GED Codebook 25.1; IMAS 05.10.
    Columns with names, addresses, births and the like of persons are never read; where a
    file has any, only the columns that are needed are read, and no others quarantined.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import maligeo
    >>> file = Path(tempfile.mkdtemp(), "list.csv")
    >>> _ = file.write_text(
    ...     "event_id,date,event_type,killed,latitude,longitude\n"
    ...     "a,2022-03-01,ied,2,14.5,-4.2\n"
    ... )
    >>> maligeo.read_incidents(file)[["event_id", "event_type", "killed", "geometry"]]
        event_id event_type  killed           geometry
    row
    2          a        ied       2  POINT (-4.2 14.5)
    """
    said = Source.of(path).saying(
        columns=columns,
        constants=constants,
        places=places,
        dates=dates,
        sheet=sheet,
        layer=layer,
        header_row=header_row,
    )
    frames = list(
        iter_incidents(
            said,
            source=source,
            event_types=event_types,
            on_invalid=on_invalid,
            rejects=rejects,
            swap_coordinates=swap_coordinates,
        )
    )
    return whole_of(frames)


def whole_of(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put the pieces of a file together, with what was counted of each."""
    attrs = [frame.attrs for frame in frames]
    for frame in frames:
        frame.attrs = {}
    whole = pd.concat(frames) if len(frames) > 1 else frames[0]
    whole.attrs = attrs_of_whole(attrs, empty=whole.empty)
    return whole


def attrs_of_whole(pieces: Sequence[Mapping[str, Any]], *, empty: bool) -> dict[str, Any]:
    """Add up what the `attrs` of the pieces of a file count; `empty` if it has no good row."""
    totals = {
        name: sum(attrs[name] for attrs in pieces)
        for name in ("rows_in_file", "rows_left_out", "rows_rejected", "rows_swapped")
    }
    reading = added([attrs[ATTRIBUTE] for attrs in pieces])
    whole = {"format": pieces[0]["format"], ATTRIBUTE: reading, **totals}
    if empty:  # no row could say it
        said = [attrs[VICTIMS] for attrs in pieces]
        whole[VICTIMS] = [one for one in said[0] if all(one in some for some in said)]
    return whole


def iter_incidents(
    path: str | Path | Source,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    sheet: str | None = None,
    layer: str | None = None,
    header_row: int | None = None,
    source: str = formats.AUTO,
    event_types: Collection[str] | None = None,
    on_invalid: str = "raise",
    rejects: str | Path | None = None,
    swap_coordinates: bool = False,
) -> Iterator[gpd.GeoDataFrame]:
    """Read incidents piece by piece, in memory that does not grow with the file or folder.

    Only ids are remembered, in some dozens of bytes each, to find those that repeat. Faults are
    raised together after the last piece.

    Parameters
    ----------
    path, columns, constants, places, dates, sheet, layer, header_row
        As for `read_incidents`.
    source, event_types, on_invalid, rejects, swap_coordinates
        As for `read_incidents`.

    Yields
    ------
    geopandas.GeoDataFrame, EPSG:4326
        As `read_incidents`; `attrs` counts the rows of the piece.

    Raises
    ------
    FrameError, InputFileError, UnknownNameError, ArgumentError
        As `read_incidents`; arguments and header are looked at before the first piece.
    """
    said = Source.of(path).saying(
        columns=columns,
        constants=constants,
        places=places,
        dates=dates,
        sheet=sheet,
        layer=layer,
        header_row=header_row,
    )
    gate = Gate(str(path), on_invalid, rejects)
    return frames_of(_opened_all(said, source, event_types, swap_coordinates), gate)


def iter_columns(
    path: str | Path | Source, *, extra: bool = False, seen: SuspectIds | None = None
) -> Iterator[pd.DataFrame]:
    """Read incidents piece by piece, as counting needs them.

    Ids that repeat are no faults here unless they are suspected: who counts compares them.

    Parameters
    ----------
    path : str, pathlib.Path or Source
        As for `read_incidents`.
    extra : bool, default False
        Whether the columns of the file that stay as they are are wanted too.
    seen : SuspectIds, optional
        Ids that may repeat.

    Yields
    ------
    pandas.DataFrame
        As `iter_incidents`, with columns `lon, lat` (degrees, EPSG:4326; NaN without position)
        instead of points, with types as categories, and without the columns of the file that
        stay as they are unless they are wanted. Rows are named by their numbers in their file.

    Raises
    ------
    FrameError, InputFileError, UnknownNameError
        As `iter_incidents`.
    """
    opened = _opened_all(Source.of(path), formats.AUTO, None, swap=False)
    for one in opened:
        one.spatial, one.extra, one.seen = False, extra, seen
    return frames_of(opened, Gate(str(path), "raise", None))


def read_edition(
    source: Source, *, on_invalid: str = "raise", rejects: str | Path | None = None
) -> gpd.GeoDataFrame:
    """Read an edition of a list that is held against another: ids may repeat or be missing.

    Parameters
    ----------
    source : Source
        The file.
    on_invalid, rejects
        As for `read_incidents`.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        As `read_incidents` gives it; `event_id` as it stands, missing where it is empty.

    Raises
    ------
    FrameError, InputFileError, UnknownNameError, ArgumentError
        As `read_incidents`.
    """
    opened = _opened_all(source, formats.AUTO, None, swap=False)
    for one in opened:
        one.any_ids = True
    return whole_of(list(frames_of(opened, Gate(str(source), on_invalid, rejects))))


def opened_file(
    file: RawFile, source: str, event_types: Collection[str] | None, swap: bool
) -> "IncidentFile":
    """Look at the header and the options."""
    form = file.format(source, among=FORMATS)
    return IncidentFile(file, form, file.found(form), _wanted(form, event_types), swap)


def _opened_all(
    source: Source, form: str, event_types: Collection[str] | None, swap: bool
) -> "list[IncidentFile]":
    """Open a file, or those of a folder, which know of one another."""
    folder = Path(source)
    if not folder.is_dir():
        return [opened_file(open_raw(source), form, event_types, swap)]
    paths = [str(path) for path in files_in(folder)]
    files = [replace(source, path=path) for path in paths]
    opened = [opened_file(open_raw(file), form, event_types, swap) for file in files]
    _require_one_list(folder, opened)
    seen = SeenIds()
    for one in opened:
        one.name, one.publisher = one.file.name, source.name
        one.beside, one.seen = opened, seen
    return opened


def _require_one_list(folder: Path, files: "Sequence[IncidentFile]") -> None:
    """Refuse files of several makes, and one that lies there twice where no id tells that."""
    makes = {one.form.name: one.file.name for one in files}
    if len(makes) > 1:
        listed = ", ".join(f"{file} ({make})" for make, file in makes.items())
        raise InputFileError(
            f"{folder} is read as one list, and its files are of several makes: {listed}"
        )
    marks = dict[str, str]()
    for one in (one for one in files if "event_id" not in one.found):
        other = marks.setdefault(one.file.mark, one.file.name)
        if other != one.file.name:
            raise InputFileError(
                f"{folder}: {other} and {one.file.name} hold the same, and their rows have no "
                "ids: each would count twice"
            )


def frames_of(files: "Sequence[IncidentFile]", gate: Gate) -> Iterator[gpd.GeoDataFrame]:
    """Read files piece by piece; their faults come at the end."""
    accounts = list[Account]()
    with gate:
        for one in files:
            for frame in one.frames(gate):
                accounts.append(frame.attrs[ATTRIBUTE].places)
                yield frame
    if not any(one.is_part for one in files):
        source = files[0].file.source
        folder = Path(source).parent
        require_in_rows(replace(source, path=folder) if len(files) > 1 else source, accounts)


def _wanted(form: SourceFormat, event_types: Collection[str] | None) -> frozenset[str] | None:
    """Give the words of the source to keep; None for all."""
    asked = form.settings.get("event_types", ALL) if event_types is None else event_types
    names = [asked] if isinstance(asked, str) else list(asked)
    if ALL in names:
        return None
    meanings = form.values.get("event_type", {})
    keys = {formats.word_key(str(name)) for name in names}
    unknown = keys - meanings.keys() - {formats.word_key(word) for word in meanings.values()}
    if unknown or not meanings:
        known = ", ".join(sorted({*meanings.values()})) or "none"
        raise ArgumentError(
            f"event_types {sorted(unknown)} are not known to {form.name}: "
            f"give words of the source, or of {known}"
        )
    return frozenset(
        word for word, meant in meanings.items() if word in keys or formats.word_key(meant) in keys
    )


@dataclass
class IncidentFile:
    """One file being read: what is known of it, and what must be remembered."""

    file: RawFile
    form: SourceFormat
    found: dict[str, str]
    wanted: frozenset[str] | None
    swap: bool
    spatial: bool = True  # with points; else with lon and lat
    extra: bool = True  # with the columns that stay as they are
    # without it nobody compares ids
    seen: SeenIds | SuspectIds | None = field(default_factory=SeenIds)
    name: str = ""  # of one of several files
    publisher: str = ""
    beside: "Sequence[IncidentFile]" = ()  # the files of the folder, this among them
    any_ids: bool = False  # whether ids may repeat or be missing
    is_part: bool = False  # of a lazy frame, of whose other rows nothing is known
    orders: frozenset[str] | None = None
    places: Account = field(default_factory=dict)  # of the last piece

    @cached_property
    def reading(self) -> Reading:
        """What becomes of the columns."""
        return self.file.reading(self.form, self.found)

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns of which rows are made: shapes need not be text where none is kept."""
        needed = frozenset((*self.found.values(), *self.reading.extra))
        return needed if self.spatial else needed - {GEOMETRY}

    def frames(self, gate: Gate) -> Iterator[gpd.GeoDataFrame]:
        """Read the file piece by piece."""
        for raw in self.file.chunks(self.columns):
            before = gate.rejected
            frame, faults, counts = self._convert(raw)
            good = gate.pass_rows(frame, self._as_of_all(raw.frame), faults, file=self.name)
            counts["rows_in_file"] = len(raw.frame) + len(raw.set_aside)
            counts["rows_rejected"] = gate.rejected - before
            good.attrs = {
                "format": self.form.name,
                VICTIMS: [ours for ours in _COUNTS if ours in self.found],
                **counts,
                ATTRIBUTE: self._account(raw, faults, counts, len(good)),
            }
            if self.beside and self.spatial:
                good.index = pd.Index([row_in(self.name, row) for row in good.index], name="row")
            yield good

    def ids(self) -> pd.Series:
        """Give the ids of all records as they stand, by the number of the row."""
        column = self.found["event_id"]
        sound = (raw.sound_rows()[0] for raw in self.file.chunks(self.columns))
        return pd.concat([self._choose(rows)[column].str.strip() for rows in sound])

    def _as_of_all(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Give rows the columns of all files, so that those with faults are one table."""
        names = dict.fromkeys(name for one in self.beside for name in one.columns)
        return rows.reindex(columns=[*names]) if names.keys() - set(rows.columns) else rows

    def _account(
        self, raw: RawTable, faults: Faults, counts: Mapping[str, int], read: int
    ) -> Reading:
        """Say what became of the rows of a piece."""
        return replace(
            self.reading,
            set_aside={row_in(self.name, row): why for row, why in raw.set_aside.items()},
            filled_down=raw.filled_down,
            rows_in_file=counts["rows_in_file"],
            rows_read=read,
            rows_left_out=counts["rows_left_out"],
            rows_rejected=counts["rows_rejected"],
            unknown_words=faults.unknown_words(),
            date_order=self._assumed_order(),
            places=self.places,
        )

    def _convert(self, raw: RawTable) -> tuple[pd.DataFrame, Faults, dict[str, int]]:
        rows, faults = raw.sound_rows()
        count = len(rows)
        rows = self._choose(rows)
        shapes = raw.shapes_of(rows.index)
        positions, more, swapped = find_positions(rows, self.found, shapes, swap=self.swap)
        faults.extend(more)
        frame = self._frame(rows, raw, positions, faults)
        return frame, faults, {"rows_left_out": count - len(rows), "rows_swapped": swapped}

    def _frame(
        self, rows: pd.DataFrame, raw: RawTable, positions: coordinates.Positions, faults: Faults
    ) -> pd.DataFrame:
        if not self.spatial:
            found = self._columns(rows, raw, positions, faults)
            found |= {"lon": positions.lon, "lat": positions.lat}
            frame = pd.DataFrame(found, copy=False)
            return with_extra(frame, rows, self.reading) if self.extra else frame
        with ThreadPoolExecutor(1) as worker:  # making points takes as long as all the rest
            points = worker.submit(to_points, positions)
            found = self._columns(rows, raw, positions, faults)
        found[GEOMETRY] = points.result()
        frame = gpd.GeoDataFrame(pd.DataFrame(found, copy=False), geometry=GEOMETRY)
        return with_extra(frame, rows, self.reading)

    def _choose(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Leave out what lies in other countries, and the event types that are not wanted.

        Unknown ones stay, to be faults.
        """
        keep = np.ones(len(rows), dtype=bool)
        if "country" in self.found:
            keep &= ~are_abroad(rows[self.found["country"]]).to_numpy(dtype=bool)
        column = self.found.get("event_type")
        if self.wanted is not None and column is not None:
            meanings = self.form.values["event_type"]
            unwanted = {word: word for word in meanings.keys() - self.wanted}
            words, _ = map_words(rows[column], unwanted, unlisted="")
            keep &= (words.fillna("") == "").to_numpy(dtype=bool)
        return rows if keep.all() else rows[keep]

    def _columns(
        self, rows: pd.DataFrame, raw: RawTable, positions: coordinates.Positions, faults: Faults
    ) -> dict[str, pd.Series]:
        days = values.Distinct.of(self._texts(rows, "date"))
        frame = {"event_id": self._ids(rows, faults), "date": self._dates(days, faults)}
        for ours in _WORDS:
            texts = self._texts(rows, ours)
            if texts.name is not None:
                as_codes = ours == "event_type" and not self.spatial
                read = read_words(texts, self.form, ours, as_codes=as_codes)
                texts = faults.taking(read)
            frame[ours] = texts
        unsaid = frame["date_precision"].isna()
        if unsaid.any():
            spans = values.spans_named(days)
            named = unsaid & spans.notna()
            frame["date_precision"] = frame["date_precision"].mask(named, spans)
        for ours in _COUNTS:
            if ours not in self.found:
                frame[ours] = values.no_counts(rows.index)
                continue
            texts = self._texts(rows, ours)
            frame[ours] = faults.taking(values.parse_counts(texts, decimal=raw.decimal))
        frame["outcome"] = values.filled(frame["outcome"], "unknown")
        self._compare_estimates(rows, frame["killed"], faults)
        frame |= self._places(rows)
        publisher = self.form.label or self.publisher or self.file.name
        frame["source"] = values.filled(self._texts(rows, "source"), publisher)
        frame["location_precision"] = _precision(frame, positions)
        return {ours: frame[ours] for ours in INCIDENTS if ours in frame}

    def _places(self, rows: pd.DataFrame) -> dict[str, pd.Series]:
        names = {ours: values.strip_missing(self._texts(rows, ours)) for ours in (*_PLACES, _PLACE)}
        if not self.file.source.places:
            return names
        meant, self.places = read_as_meant(pd.DataFrame(names), self.file.source)
        return {ours: meant[ours] for ours in names}

    def _texts(self, rows: pd.DataFrame, ours: str) -> pd.Series:
        """Give the file's column for one of ours: unnamed where the file lacks it."""
        if ours in self.found:
            return rows[self.found[ours]]
        return values.same_text(self.form.constants.get(ours), rows.index)

    def _ids(self, rows: pd.DataFrame, faults: Faults) -> pd.Series:
        if "event_id" not in self.found:
            return self.file.made_ids(rows.index)
        texts = rows[self.found["event_id"]]
        column = str(texts.name)
        ids = texts.str.strip()
        if self.any_ids:
            return values.strip_missing(ids)
        faults.add(ids.isna() | (ids == ""), column, texts, "is missing")
        if self.seen is not None:
            again = pd.Series(self.seen.repeated(ids), index=rows.index)
            faults.add(again, column, texts, REPEATS)
        return ids

    def _dates(self, texts: values.Distinct, faults: Faults) -> pd.Series:
        parsed = values.parse_dates(
            texts,
            orders=self._date_orders,
            stated=self.form.settings.get(STATED_ORDER),
            fallback=self.form.settings.get("date_order"),
            latest=pd.Timestamp.now().normalize(),
            month=FIRST,
        )
        return faults.taking(parsed)

    def _date_orders(self) -> frozenset[str]:
        """Give the orders of day and month in all dates."""
        if self.orders is None:
            files = self.beside or [self]
            self.orders = frozenset().union(*(one.own_orders for one in files))
        return self.orders

    @cached_property
    def own_orders(self) -> frozenset[str]:
        """The orders of day and month that dates of this file show: it is looked through once."""
        if self.is_part:
            raise ArgumentError(
                "in a lazy frame nobody sees all dates: say of dates such as 03/04/2022 whether "
                "the day comes first, as by as_incidents(frame, dates='day-month')"
            )
        column = self.found["date"]
        pieces = self.file.chunks({column})
        return frozenset().union(*(values.date_orders(piece.frame[column]) for piece in pieces))

    def _assumed_order(self) -> str:
        """Give the order of day and month that no date of the file shows."""
        return str(self.form.settings.get("date_order", "")) if self.orders == frozenset() else ""

    def _compare_estimates(self, rows: pd.DataFrame, best: pd.Series, faults: Faults) -> None:
        if not {"lowest", "highest"} <= self.found.keys():
            return
        lowest = faults.taking(values.parse_counts(self._texts(rows, "lowest")))
        highest = faults.taking(values.parse_counts(self._texts(rows, "highest")))
        unordered = ((lowest > best) | (best > highest)).fillna(False)
        reason = "is not between the lowest and the highest estimate"
        faults.add(unordered, self.found["killed"], best, reason)


def _precision(frame: Mapping[str, pd.Series], positions: coordinates.Positions) -> pd.Series:
    """Say how precise the place is, by its finest name, where nothing else says it.

    A name that says itself what it is, a list of names or a name without a level say it too
    when they are looked up.
    """
    precision = frame["location_precision"]
    unsaid = precision.isna() & positions.lon.isna() & frame[_PLACE].isna()
    if not unsaid.any():
        return precision
    for ours in _PLACES:
        codes, names = pd.factorize(frame[ours], use_na_sentinel=True)
        plain = np.array([*map(is_plain_name, names), False], dtype=bool)[codes]
        named = unsaid & frame[ours].notna()
        precision = precision.mask(named & plain, ours.removesuffix("_name"))
        unsaid &= ~named
    return precision
