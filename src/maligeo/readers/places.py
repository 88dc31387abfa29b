"""Any table with places, piece by piece, as it stands: for joining it to units."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from maligeo.core.errors import UnknownNameError
from maligeo.readers.cells import values
from maligeo.readers.cells.words import read_words
from maligeo.readers.files.raw import RawFile, open_raw
from maligeo.readers.files.sources import DateOrder, Source
from maligeo.readers.files.tables import RawTable
from maligeo.readers.formats import SourceFormat, load_format
from maligeo.readers.incidents import FORMATS
from maligeo.readers.meant_places import Account, read_as_meant, require_in_rows
from maligeo.readers.positions import find_positions
from maligeo.readers.quarantine import Faults, Gate
from maligeo.readers.reading import THEIRS

_NAMES = ("adm1_name", "adm2_name", "adm3_name", "place_name")
_POSITIONS = (
    "latitude", "longitude", "coordinates", "mgrs", "utm_zone", "utm_easting", "utm_northing",
    "wkt", "geometry",
)  # fmt: skip
_PRECISION = "location_precision"


def iter_places(
    path: str | Path | Source,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    sheet: str | None = None,
    layer: str | None = None,
    header_row: int | None = None,
    on_invalid: str = "raise",
    rejects: str | Path | None = None,
) -> Iterator[pd.DataFrame]:
    """Read a table with places in pieces, every column as it stands.

    Parameters
    ----------
    path : str, pathlib.Path or Source
        CSV, TSV, Excel, Parquet, or a vector file with points. Columns about persons are
        left out.
    columns, constants, places, dates, sheet, layer, header_row
        What the user says of the file, as for `maligeo.Source`; it goes before what a
        source says already.
    on_invalid : {"raise", "quarantine"}, default "raise"
        Raise one error with every fault, or write faulty rows to `rejects`.
    rejects : str or pathlib.Path, optional
        CSV file for the faulty rows, with "quarantine".

    Yields
    ------
    pandas.DataFrame
        Of some ten to a few hundred thousand rows: the columns of the file as text; `lon`
        and `lat` in degrees, NaN where a row has no position; and, where the file has
        them under any usual name, `adm1_name … adm3_name`, `place_name` and
        `location_precision`, read as `read_incidents` reads them. Positions outside the
        country stand; half ones, (0, 0) and swapped ones are faults.

    Raises
    ------
    UnknownNameError
        If the file has neither positions nor names of units.
    FrameError, InputFileError, ArgumentError
        As `read_incidents`.
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
    file = open_raw(said)
    form = _format(file)
    found = {ours: name for ours, name in file.found(form).items() if ours in _wanted()}
    if not found.keys() - {_PRECISION, "utm_zone"}:
        raise UnknownNameError(
            f"{path} has neither positions nor names of units; its columns are: "
            + ", ".join(file.columns)
        )
    return _pieces(file, form, found, gate)


def _wanted() -> frozenset[str]:
    return frozenset((*_NAMES, *_POSITIONS, _PRECISION))


def _format(file: RawFile) -> SourceFormat:
    """Give the format that the file bears; a table of any other make counts as plain."""
    forms = [load_format(name) for name in FORMATS]
    return next((form for form in forms if not form.lacks(file.header)), forms[-1])


def _pieces(
    file: RawFile, form: SourceFormat, found: dict[str, str], gate: Gate
) -> Iterator[pd.DataFrame]:
    accounts = list[Account]()
    with gate:
        for raw in file.chunks(records_only=False):  # what comes in comes out
            frame, faults = _read(raw, form, found)
            columns = [name for name in _NAMES if name in frame.columns]
            names, account = read_as_meant(frame[columns], file.source)
            accounts.append(account)
            theirs = [name for name in columns if account and name in file.columns]
            own = {f"{name}{THEIRS}": raw.frame[name].loc[frame.index] for name in theirs}
            yield gate.pass_rows(frame.assign(**names, **own), raw.frame, faults)
    require_in_rows(file.source, accounts)


def _read(raw: RawTable, form: SourceFormat, found: dict[str, str]) -> tuple[pd.DataFrame, Faults]:
    rows, faults = raw.sound_rows()
    shapes = None if raw.geometry is None else raw.geometry.loc[rows.index]
    positions, more, _ = find_positions(rows, found, shapes, swap=False, abroad=True)
    faults.extend(more)
    added = {"lon": positions.lon, "lat": positions.lat}
    for ours in _NAMES:
        if ours in found:
            added[ours] = values.strip_missing(rows[found[ours]])
    if _PRECISION in found:
        parsed = read_words(rows[found[_PRECISION]], form, _PRECISION)
        added[_PRECISION] = faults.taking(parsed)
    return rows.assign(**added), faults
