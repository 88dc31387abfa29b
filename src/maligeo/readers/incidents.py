"""Files of incidents, whole or in pieces, with ids that occur twice found across pieces."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core.errors import ArgumentError
from maligeo.core.placenames import is_plain_name
from maligeo.readers import formats
from maligeo.readers.cells import coordinates, values
from maligeo.readers.cells.ids import CollectedIds, SeenIds
from maligeo.readers.cells.months import FIRST
from maligeo.readers.countries import are_abroad
from maligeo.readers.files.raw import STATED_ORDER, RawFile, open_raw
from maligeo.readers.files.sources import DateOrder, Source
from maligeo.readers.files.tables import RawTable, text_rows
from maligeo.readers.formats import GEOMETRY, SourceFormat
from maligeo.readers.frames import raw_frame, with_rows_of
from maligeo.readers.positions import find_positions, to_points
from maligeo.readers.quarantine import Faults, Gate
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
    columns, constants, dates, sheet, layer, header_row
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
        One row per incident; the index, "row", is the row's number in the file. Columns
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
        country, swapped, halved or (0, 0), unknown words.
    InputFileError
        If the file is missing, empty, broken or not of such a kind.
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
    return _whole(frames)


def _whole(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
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
        whole[VICTIMS] = pieces[0][VICTIMS]
    return whole


def as_incidents(
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    event_types: Collection[str] | None = None,
    swap_coordinates: bool = False,
) -> gpd.GeoDataFrame:
    """Read incidents from a frame, as `read_incidents` reads them from a file.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame in any stated CRS, n rows
        One row per incident, in columns of any usual name and words of any usual kind:
        positions as points or as `lon, lat`, `longitude, latitude`, `x, y` and the like in
        degrees; dates as dates, times, periods or text.
    columns, constants, dates
        Which column is which field, what a field is in every row, and the order of day and
        month, as for `maligeo.Source`.
    event_types, swap_coordinates
        As for `read_incidents`.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        As `read_incidents` gives it, with the index of the frame.

    Raises
    ------
    FrameError, UnknownNameError, ArgumentError
        As `read_incidents`; rows are counted from 1.
    CrsError
        If shapes have no CRS.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"quand": [pd.Period("2022-03", "M")], "Engin": ["EEI"], "Morts": [2],
    ...      "lat": [14.5], "lng": [-4.2]}
    ... )
    >>> incidents = maligeo.as_incidents(frame, columns={"date": "quand"})
    >>> incidents[["date", "date_precision", "event_type", "killed"]]
            date date_precision event_type  killed
    0 2022-03-01          month        ied       2
    """
    file = raw_frame(frame, "incidents", columns=columns, constants=constants, dates=dates)
    reading = _opened(file, formats.AUTO, event_types, swap_coordinates)
    pieces = list(reading.frames(Gate("incidents", "raise", None)))
    return with_rows_of(_whole(pieces), frame)


def iter_incidents(
    path: str | Path | Source,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
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
    """Read incidents piece by piece, in memory that does not grow with the file.

    Only ids are remembered, in some dozens of bytes each, to find those that repeat. Faults are
    raised together after the last piece.

    Parameters
    ----------
    path, columns, constants, dates, sheet, layer, header_row
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
        dates=dates,
        sheet=sheet,
        layer=layer,
        header_row=header_row,
    )
    gate = Gate(str(path), on_invalid, rejects)
    reading = _opened(open_raw(said), source, event_types, swap_coordinates)
    return reading.frames(gate)


def iter_columns(path: str | Path | Source, ids: CollectedIds) -> Iterator[pd.DataFrame]:
    """Read incidents piece by piece, as counting needs them.

    Ids that repeat are no faults here: whether there are any says `ids` in the end.

    Parameters
    ----------
    path : str, pathlib.Path or Source
        As for `read_incidents`.
    ids : CollectedIds
        Takes the ids.

    Yields
    ------
    pandas.DataFrame
        As `iter_incidents`, with columns `lon, lat` (degrees, EPSG:4326; NaN without position)
        instead of points, and without the columns of the file that stay as they are.

    Raises
    ------
    FrameError, InputFileError, UnknownNameError
        As `iter_incidents`.
    """
    opened = _opened(open_raw(path), formats.AUTO, None, swap=False)
    reading = replace(opened, spatial=False, seen=ids)
    return reading.frames(Gate(str(path), "raise", None))


def _opened(
    file: RawFile, source: str, event_types: Collection[str] | None, swap: bool
) -> "_IncidentFile":
    form = file.format(source, among=FORMATS)
    return _IncidentFile(file, form, file.found(form), _wanted(form, event_types), swap)


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
class _IncidentFile:
    """One file being read: what is known of it, and what must be remembered."""

    file: RawFile
    form: SourceFormat
    found: dict[str, str]
    wanted: frozenset[str] | None
    swap: bool
    spatial: bool = True  # with points and all columns; else with lon and lat alone
    seen: SeenIds | CollectedIds = field(default_factory=SeenIds)
    orders: frozenset[str] | None = None

    @cached_property
    def reading(self) -> Reading:
        return self.file.reading(self.form, self.found)

    def frames(self, gate: Gate) -> Iterator[gpd.GeoDataFrame]:
        columns = {*self.found.values(), *self.reading.extra}
        with gate:
            for raw in self.file.chunks(columns):
                before = gate.rejected
                frame, faults, counts = self._convert(raw)
                good = gate.pass_rows(frame, raw.frame, faults)
                in_file, rejected = len(raw.frame) + len(raw.set_aside), gate.rejected - before
                good.attrs = {
                    "format": self.form.name,
                    "rows_in_file": in_file,
                    "rows_rejected": rejected,
                    VICTIMS: [ours for ours in _COUNTS if ours in self.found],
                    **counts,
                    ATTRIBUTE: replace(
                        self.reading,
                        set_aside=raw.set_aside,
                        filled_down=raw.filled_down,
                        rows_in_file=in_file,
                        rows_read=len(good),
                        rows_left_out=counts["rows_left_out"],
                        rows_rejected=rejected,
                        unknown_words=faults.unknown_words(),
                        date_order=self._assumed_order(),
                    ),
                }
                yield good

    def _convert(self, raw: RawTable) -> tuple[pd.DataFrame, Faults, dict[str, int]]:
        rows, faults = raw.sound_rows()
        count = len(rows)
        rows = self._choose(rows)
        shapes = None if raw.geometry is None else raw.geometry.loc[rows.index]
        positions, more, swapped = find_positions(rows, self.found, shapes, swap=self.swap)
        faults.extend(more)
        frame = self._frame(rows, raw, positions, faults)
        return frame, faults, {"rows_left_out": count - len(rows), "rows_swapped": swapped}

    def _frame(
        self, rows: pd.DataFrame, raw: RawTable, positions: coordinates.Positions, faults: Faults
    ) -> pd.DataFrame:
        if not self.spatial:
            found = self._columns(rows, raw, positions, faults)
            return pd.DataFrame(found | {"lon": positions.lon, "lat": positions.lat}, copy=False)
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
        if "country" in self.found:
            rows = rows[~are_abroad(rows[self.found["country"]])]
        column = self.found.get("event_type")
        if self.wanted is None or column is None:
            return rows
        meanings = self.form.values["event_type"]
        unwanted = {word: word for word in meanings.keys() - self.wanted}
        words, _ = values.map_words(rows[column], unwanted, unlisted="")
        return text_rows(rows, (words.fillna("") == "").to_numpy(dtype=bool))

    def _columns(
        self, rows: pd.DataFrame, raw: RawTable, positions: coordinates.Positions, faults: Faults
    ) -> dict[str, pd.Series]:
        frame = {"event_id": self._ids(rows, faults), "date": self._dates(rows, faults)}
        for ours in _WORDS:
            texts = self._texts(rows, ours)
            if texts.name is not None:
                texts = faults.taking(values.read_words(texts, self.form, ours))
            frame[ours] = texts
        unsaid = frame["date_precision"].isna()
        if unsaid.any():
            spans = values.spans_named(self._texts(rows, "date"))
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
        for ours in (*_PLACES, _PLACE):
            frame[ours] = values.strip_missing(self._texts(rows, ours))
        publisher = self.form.label or self.file.name
        frame["source"] = values.filled(self._texts(rows, "source"), publisher)
        frame["location_precision"] = _precision(frame, positions)
        return {ours: frame[ours] for ours in INCIDENTS if ours in frame}

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
        faults.add(ids.isna() | (ids == ""), column, texts, "is missing")
        again = pd.Series(self.seen.repeated(ids), index=rows.index)
        faults.add(again, column, texts, "is the id of an earlier row")
        return ids

    def _dates(self, rows: pd.DataFrame, faults: Faults) -> pd.Series:
        texts = self._texts(rows, "date")
        parsed = values.parse_dates(
            texts,
            orders=self._date_orders,
            fallback=self.form.settings.get("date_order"),
            latest=pd.Timestamp.now().normalize(),
            month=FIRST,
        )
        return faults.taking(parsed)

    def _date_orders(self) -> frozenset[str]:
        """Look through the dates of the whole file, once, unless the user says their order."""
        if STATED_ORDER in self.form.settings:
            return frozenset({self.form.settings[STATED_ORDER]})
        if self.orders is None:
            column = self.found["date"]
            pieces = self.file.chunks({column})
            self.orders = frozenset().union(
                *(values.date_orders(piece.frame[column]) for piece in pieces)
            )
        return self.orders

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
