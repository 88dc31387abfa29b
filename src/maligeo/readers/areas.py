"""Files of hazardous and released land: with outlines, or with a place and a declared area."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core.crs import SQM_PER_SQKM, area_sqkm
from maligeo.core.errors import Fault, UnknownNameError
from maligeo.readers import formats
from maligeo.readers.area_checks import AreaLimits, Names, check_areas
from maligeo.readers.area_shapes import find_shapes
from maligeo.readers.cells import values
from maligeo.readers.cells.months import FIRST, LAST
from maligeo.readers.cells.words import read_words
from maligeo.readers.declared_areas import (
    BARE,
    declared_column,
    parse_areas,
    rival_columns,
    unit_faults,
    with_unit,
)
from maligeo.readers.files.raw import STATED_ORDER, RawFile, open_raw
from maligeo.readers.files.sources import DateOrder, Source
from maligeo.readers.files.tables import TEXT, RawTable, join_chunks
from maligeo.readers.formats import SourceFormat, load_format, meaning_of, word_key
from maligeo.readers.frames import raw_frame, with_rows_of
from maligeo.readers.meant_places import Account, read_as_meant, require_in_rows
from maligeo.readers.quarantine import Faults, Gate
from maligeo.readers.reading import ATTRIBUTE, Reading, with_extra

AREAS: Final = (
    "area_id", "status", "method", "start_date", "end_date", "declared_area_sqm",
    "computed_area_sqm", "devices", "organisation", "adm1_name", "adm2_name", "adm3_name",
    "place_name", "source", "geometry",
)  # fmt: skip
FORMATS: Final = ("plain_areas",)
_FREE_TEXT: Final = ("method", "organisation")
_PLACES: Final = ("adm1_name", "adm2_name", "adm3_name", "place_name")
_STATUS: Final = "status"
_UNSTATED: Final = (
    "is said nowhere: say --constant status=cleared (or suspected, confirmed, cancelled, "
    "reduced) if it is the same of all, or which column says it, as by --column status=NAME"
)


def read_areas(
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
    on_invalid: str = "raise",
    rejects: str | Path | None = None,
    area_tolerance: float = 0.1,
    max_vertex_gap_m: float = 5_000.0,
) -> gpd.GeoDataFrame:
    r"""Read hazardous and released land from a file, whatever made it.

    Parameters
    ----------
    path : str, pathlib.Path or Source
        A vector file with polygons, or a table with WKT or with one row per turning point
        (grouped by area, and by polygon where an area has several). Areas without an outline
        have a declared area, and a place by name or by position.
    columns, constants, places, dates, sheet, layer, header_row
        What the user says of the file, as for `maligeo.Source`; it goes before what a
        source says already.
    source : {"auto", "plain_areas"}
        Who made it; "auto" finds out from its columns.
    on_invalid : {"raise", "quarantine"}
        Raise one error with every fault, or write the rows of faulty areas to `rejects`.
    rejects : path, optional
        CSV file for faulty rows with the reason; needed with "quarantine".
    area_tolerance : float, default 0.1
        Share of the computed area by which the declared one may be off.
    max_vertex_gap_m : float, default 5000
        Greatest distance in metres between consecutive vertices.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        One row per area; the index, "row", is the number of its (first) row in the file.
        Columns `area_id, status` ("suspected", "confirmed", "cancelled", "reduced",
        "cleared"), `method, start_date, end_date` (datetime64), `declared_area_sqm` and
        `computed_area_sqm` (Float64, m²; computed in EPSG:6933), `devices` (Int64),
        `organisation`, `adm1_name, adm2_name, adm3_name, place_name` as reported, `source`,
        and `geometry` (a polygon, or None where the file has none). Where positions stand
        instead of outlines, `place_lon` and `place_lat` (degrees), which only place the area.
        `frame.attrs` counts `rows_in_file`, `rows_left_out` (points that are no
        corners of a polygon) and `rows_rejected`, and names the `format`.

    Raises
    ------
    FrameError
        With every fault: fewer than three vertices, self-crossing, ids or polygons that
        repeat, overlaps, vertices too far apart, declared areas that are off or in no unit,
        positions outside the country, words that are unknown or may mean several statuses,
        and faults of numbers and dates.
    InputFileError
        If the file is missing, empty, broken or not of such a kind.
    UnknownNameError
        If the columns are of no known make.
    ArgumentError
        If an option is unknown or negative, or `rejects` does not go with `on_invalid`.

    Notes
    -----
    The checks are those of GICHD's geocheck for IMSMA, and the declared area. Areas of
    one status that overlap by more than a hundredth of the smaller are faults, unless
    both have dates and these differ: later passes over the same ground are no mistake.

    Declared areas are in the unit of the cell ("12 ha"), else of the heading, else of the
    field that the column is said to be (`declared_area_ha`). Ids that the file lacks are made
    of its content and the number of the row.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import maligeo
    >>> file = Path(tempfile.mkdtemp(), "areas.csv")
    >>> _ = file.write_text(
    ...     'area_id,status,wkt\n'
    ...     'a,cleared,"POLYGON ((-4 14, -3.999 14, -3.999 14.001, -4 14.001, -4 14))"\n'
    ... )
    >>> areas = maligeo.read_areas(file)
    >>> areas[["area_id", "status"]]
        area_id   status
    row
    2         a  cleared
    >>> round(areas["computed_area_sqm"].sum())  # m²
    11953
    >>> _ = file.write_text("N°;Cercle;Superficie (ha);Statut\n1;Koro;1,5;dépolluée\n")
    >>> maligeo.read_areas(file)[["adm2_name", "declared_area_sqm", "geometry"]]
        adm2_name  declared_area_sqm geometry
    row
    2        Koro            15000.0     None
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
    limits = AreaLimits(area_tolerance, max_vertex_gap_m)
    return _read(open_raw(said), source, gate, limits, quarantine=on_invalid == "quarantine")


def as_areas(
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    area_tolerance: float = 0.1,
    max_vertex_gap_m: float = 5_000.0,
) -> gpd.GeoDataFrame:
    """Read hazardous and released land from a frame, as `read_areas` reads it from a file.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame in any stated CRS, or pandas.DataFrame, n rows
        One row per area with its polygon, or a table as `read_areas` takes it.
    columns, constants, places, dates
        Which column is which field, what a field is in every row, what names of places mean,
        and the order of day and month, as for `maligeo.Source`.
    area_tolerance, max_vertex_gap_m
        As for `read_areas`.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        As `read_areas` gives it, with the index of the frame.

    Raises
    ------
    FrameError, UnknownNameError, ArgumentError
        As `read_areas`; rows are counted from 1.
    CrsError
        If shapes have no CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import maligeo
    >>> import shapely
    >>> land = gpd.GeoDataFrame(
    ...     {"lieu": ["champ"]}, geometry=[shapely.box(-4, 14, -3.999, 14.001)], crs=4326
    ... )
    >>> areas = maligeo.as_areas(
    ...     land, columns={"area_id": "lieu"}, constants={"status": "dépolluée"}
    ... )
    >>> areas[["area_id", "status"]]
      area_id   status
    0   champ  cleared
    """
    file = raw_frame(
        frame, "areas", columns=columns, constants=constants, places=places, dates=dates
    )
    limits = AreaLimits(area_tolerance, max_vertex_gap_m)
    gate = Gate("areas", "raise", None)
    return with_rows_of(_read(file, formats.AUTO, gate, limits, quarantine=False), frame)


def _read(
    file: RawFile, source: str, gate: Gate, limits: AreaLimits, *, quarantine: bool
) -> gpd.GeoDataFrame:
    form = _format(file, source)
    found = with_unit(file.found(form), form)
    reading = _AreaFile(file, form, found, quarantine, limits)
    with gate:
        raw = reading.raw()
        frame, faults = reading.convert(raw)
        good = gate.pass_rows(frame, raw.frame, faults)
    good.attrs = {
        "format": form.name,
        "rows_in_file": len(raw.frame) + len(raw.set_aside),
        "rows_left_out": reading.left_out,
        "rows_rejected": gate.rejected,
        ATTRIBUTE: replace(
            reading.reading,
            set_aside=raw.set_aside,
            filled_down=raw.filled_down,
            rows_in_file=len(raw.frame) + len(raw.set_aside),
            rows_read=len(raw.frame) - reading.left_out - gate.rejected,
            rows_left_out=reading.left_out,
            rows_rejected=gate.rejected,
            unknown_words=faults.unknown_words(),
            date_order=reading.date_order,
            partial_dates=reading.partial_dates,
            places=reading.places,
        ),
    }
    require_in_rows(file.source, [reading.places])
    return good


def _format(file: RawFile, source: str) -> SourceFormat:
    """Give the format; where the file is not of it, say what is lacking and what to say."""
    lacks = [] if file.is_bare else load_format(FORMATS[0]).lacks(file.header)
    values = {"file": str(file.source), "count": len(lacks), "known": ", ".join(file.columns)}
    if len(lacks) == 1 and lacks[0][0] == _STATUS:
        raise UnknownNameError(key="land_without_status", values=values)
    if lacks and source in (formats.AUTO, *FORMATS):
        raise UnknownNameError(key="no_land", values=values)
    return file.format(source, among=FORMATS)


@dataclass
class _AreaFile:
    """One file being read."""

    file: RawFile
    form: SourceFormat
    found: dict[str, str]
    quarantine: bool
    limits: AreaLimits = field(default_factory=AreaLimits)
    left_out: int = 0
    date_order: str = ""
    partial_dates: dict[str, int] = field(default_factory=dict)
    places: Account = field(default_factory=dict)

    @property
    def reading(self) -> Reading:
        return self.file.reading(self.form, self.found)

    def raw(self) -> RawTable:
        """Read the rows."""
        needed = {*self.found.values(), *self.reading.extra}
        return join_chunks(list(self.file.chunks(needed)))

    def convert(self, raw: RawTable) -> tuple[gpd.GeoDataFrame, Faults]:
        rows, faults = raw.sound_rows()
        geometry = None if raw.geometry is None else raw.geometry.loc[rows.index]
        shapes = faults.taking(find_shapes(rows, self.found, geometry, self.form))
        outlines = shapes.outlines
        records = rows.loc[shapes.speaker].set_axis(outlines.index)
        frame = self._columns(records, raw, faults)
        frame["declared_area_sqm"] = self._declared(records, outlines, raw, faults)
        frame["computed_area_sqm"] = _areas(outlines)
        spatial = gpd.GeoDataFrame(frame, geometry=outlines)[list(AREAS)]
        if shapes.positions.lon.notna().any():
            spatial["place_lon"], spatial["place_lat"] = shapes.positions
        spatial = with_extra(spatial, rows, self.reading)
        names = Names.of(self.found)
        faults.extend(check_areas(spatial, names, self.limits))
        if self.quarantine:
            _spread(faults, shapes.owner, names.area_id)
        self.left_out = int((~shapes.marks.isin(faults.rows())).sum())
        return spatial, faults

    def _columns(self, records: pd.DataFrame, raw: RawTable, faults: Faults) -> pd.DataFrame:
        frame = pd.DataFrame(index=records.index)
        frame["area_id"] = self._ids(records, faults)
        frame[_STATUS] = self._statuses(records, faults)
        for ours in (*_FREE_TEXT, *_PLACES):
            frame[ours] = values.strip_missing(self._texts(records, ours))
        meant, self.places = read_as_meant(frame[[*_PLACES]], self.file.source)
        frame[[*_PLACES]] = meant
        self._add_dates(records, frame, faults)
        devices = self._texts(records, "devices")
        frame["devices"] = faults.taking(values.parse_counts(devices, decimal=raw.decimal))
        own = self._texts(records, "source")
        frame["source"] = own.fillna(self.form.label or self.file.name)
        return frame

    def _ids(self, records: pd.DataFrame, faults: Faults) -> pd.Series:
        if "area_id" not in self.found:
            return self.file.made_ids(records.index)
        ids = self._texts(records, "area_id").str.strip()
        faults.add(ids.isna() | (ids == ""), str(ids.name), ids, "is missing")
        return ids

    def _statuses(self, records: pd.DataFrame, faults: Faults) -> pd.Series:
        texts = self._texts(records, _STATUS)
        if _STATUS not in self.found:
            unstated = [Fault(None, f"({_STATUS})", None, _UNSTATED)] if len(records) else []
            faults.extend(Faults(unstated))
            return texts
        said = self.file.source.constants.get(_STATUS)
        if said is not None and len(records):  # one fault for all rows
            texts = pd.Series([said], [None], TEXT, name=_STATUS)
        faults.add(texts.isna(), str(texts.name), texts, "is missing")
        unclear = _ambiguous(texts, self.form)
        faults.add(unclear.notna(), str(texts.name), texts, unclear)
        clear = texts.mask(unclear.notna())
        statuses = faults.taking(read_words(clear, self.form, _STATUS))
        if said is None or records.empty:
            return statuses
        return pd.Series(statuses.iloc[0], records.index, TEXT)

    def _texts(self, records: pd.DataFrame, ours: str) -> pd.Series:
        if ours in self.found:
            return records[self.found[ours]]
        return pd.Series(pd.NA, index=records.index, dtype=TEXT)

    def _add_dates(self, records: pd.DataFrame, frame: pd.DataFrame, faults: Faults) -> None:
        """Read both dates; the order of day and month is looked for in both together."""
        both = [self._texts(records, ours) for ours in ("start_date", "end_date")]
        stated = self.form.settings.get(STATED_ORDER)
        seen = (
            frozenset().union(*map(values.date_orders, both))
            if stated is None
            else frozenset({stated})
        )
        is_assumed = not seen and any(map(values.have_order, both))
        self.date_order = str(self.form.settings["date_order"]) if is_assumed else ""
        self.partial_dates = values.count_spans(both)
        for ours, day, texts in zip(("start_date", "end_date"), (FIRST, LAST), both, strict=True):
            parsed = values.parse_dates(
                texts,
                month=day,
                orders=lambda: seen,
                stated=stated,
                fallback=self.form.settings["date_order"],
                latest=pd.Timestamp.now().normalize(),
            )
            frame[ours] = faults.taking(parsed)
        reversed_ = frame["end_date"] < frame["start_date"]
        faults.add(reversed_, str(both[1].name), both[1], "lies before the start")

    def _declared(
        self, records: pd.DataFrame, outlines: gpd.GeoSeries, raw: RawTable, faults: Faults
    ) -> pd.Series:
        """Read the declared areas; a figure in no unit is a fault where nothing else is known."""
        ours = declared_column(self.found)
        if ours is None:
            return pd.Series(pd.NA, index=records.index, dtype="Float64")
        texts = self._texts(records, ours)
        self._require_one(ours, faults)
        parsed = parse_areas(texts, ours, self.form, decimal=raw.decimal)
        areas = faults.taking(parsed)
        faults.extend(unit_faults(texts, areas.unsaid & outlines.isna()))
        if areas.unsaid.any() and areas.sqm.isna().all():  # outlines say it: the column stays
            self.found = {name: theirs for name, theirs in self.found.items() if name != ours}
        return areas.sqm

    def _require_one(self, ours: str, faults: Faults) -> None:
        """Refuse to choose among several columns of areas."""
        if any(field.startswith(BARE) for field in self.file.source.columns):
            return
        used = self.found[ours]
        rivals = rival_columns(self.reading.extra, used, self.form)
        reason = f'may be the area, and so may {used}: say which, as by --column "{BARE}={used}"'
        faults.extend(Faults(Fault(None, name, None, reason) for name in rivals))


def _ambiguous(texts: pd.Series, form: SourceFormat) -> "pd.Series[str]":
    """Say of words that may be several statuses which they may be."""
    reasons = {
        word_key(word): f"may be {', '.join(one['meant'])}, which IMAS 07.11 keeps apart: say "
        "which, in the file or for all by --constant status=" + one["meant"][-1]
        for one in form.settings["ambiguous_status"]
        for word in one["words"]
    }
    known = texts.map(lambda text: meaning_of(text, reasons), na_action="ignore")
    return known.astype("string")


@np.errstate(over="ignore", invalid="ignore")
def _areas(shapes: gpd.GeoSeries) -> pd.Series:
    """Compute sizes in m² of the shapes that enclose land; the others have faults."""
    sizes = pd.Series(np.nan, index=shapes.index)
    polygon = shapes.geom_type.isin(["Polygon", "MultiPolygon"]) & shapes.is_valid
    on_globe = (shapes.bounds.abs().to_numpy() <= (180, 90, 180, 90)).all(axis=1)
    usable = polygon.to_numpy(dtype=bool) & on_globe
    sizes[usable] = area_sqkm(shapes[usable]) * SQM_PER_SQKM
    return sizes.astype("Float64")


def _spread(faults: Faults, owner: pd.Series, column: str) -> None:
    """Make every row of a faulty area a faulty row: an area is kept or set aside whole."""
    bad = faults.marks(owner.index) | owner.isin(faults.rows())
    areas = owner[bad]
    others = owner.isin(areas) & ~faults.marks(owner.index)
    faults.add(others, column, owner, "belongs to an area that has faults")
