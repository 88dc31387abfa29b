"""Two editions of something: what each is, read as such, with how it was made."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pandas as pd

from maligeo.core.columns import frame_kind
from maligeo.core.errors import ArgumentError, Fault, FrameError, InputFileError, MaligeoError
from maligeo.core.spreadsheets import guarded
from maligeo.join.comparable import KINDS as RECORD_KINDS
from maligeo.measure.divisions import read_counts
from maligeo.provenance import read_about
from maligeo.provenance.record import Provenance
from maligeo.readers.boundaries import read_boundaries
from maligeo.readers.cells.values import strip_missing
from maligeo.readers.editions import editions
from maligeo.readers.files.raw import is_table, open_raw
from maligeo.readers.files.sources import WORKBOOKS, Source
from maligeo.readers.files.tables import list_sheets
from maligeo.readers.incidents import read_edition
from maligeo.readers.reading import ATTRIBUTE
from maligeo.workflows.checking import BOUNDARIES, as_first_fitting, possible_kinds
from maligeo.workflows.records import AREAS, INCIDENTS, PROJECTS, READERS

TABLE: Final = "table"
PRODUCT: Final = "product"
RECORDS: Final = (INCIDENTS, PROJECTS, AREAS)
KINDS: Final = (*RECORDS, BOUNDARIES, TABLE, PRODUCT)

_OF_FRAMES: Final = {"units": BOUNDARIES, "density": TABLE} | {one: one for one in RECORDS}
_SHOWN: Final = frozenset(
    (".html", ".htm", ".png", ".svg", ".pdf", ".pmtiles", ".mbtiles", ".tif", ".tiff")
)  # what is neither table nor layer
_SIGNS: Final = frozenset(("measure", "count", "place_kind", "period_start"))
_SHEET: Final = "maligeo"  # of a workbook that is written here
_READ: Final[Mapping[str, Callable[..., pd.DataFrame]]] = {
    INCIDENTS: read_edition, PROJECTS: READERS[PROJECTS], AREAS: READERS[AREAS],
}  # fmt: skip

NO_RECORD: Final = Provenance()


@dataclass(frozen=True)
class Edition:
    """One of the two that are compared.

    Attributes
    ----------
    kind : str
        What it is, of `KINDS`.
    content : frame, str or None
        What is compared: a frame, a vintage, of products nothing.
    record : Provenance
        How it was made; `NO_RECORD`, which is internal, where it does not say so.
    faults : tuple of Fault
        Rows of the file that could not be read.
    unread : mapping of str to str
        These rows, as far as they have an id, to their ids.
    """

    kind: str
    content: Any
    record: Provenance = NO_RECORD
    faults: tuple[Fault, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_recorded(self) -> bool:
        """Whether it says how it was made."""
        return self.record is not NO_RECORD


def taken(given: Any) -> Any:
    """Give a file as a source, and what is no file as it is: a vintage, a frame, a record.

    Raises
    ------
    ArgumentError
        If it is none of these.
    """
    if isinstance(given, str) and given in editions() and not Path(given).exists():
        return given
    if isinstance(given, str | PathLike | Source):
        return Source.of(given)
    if not isinstance(given, Provenance | pd.DataFrame):
        raise ArgumentError(f"{given!r} is neither a file, a vintage, a frame nor a record")
    return given


def read_either(given: Any, kind: str | None) -> Edition:
    """Read an edition as what it is, or as what it is said to be.

    Parameters
    ----------
    given : Source, str, pandas.DataFrame or Provenance
        As `taken` gives it.
    kind : str, optional
        Of `KINDS`; without it the content tells.

    Raises
    ------
    ArgumentError
        If it is of no kind that is compared, or not of the one that is said.
    MaligeoError
        As the readers raise.
    """
    if not isinstance(given, Source):
        return _not_a_file(given, kind)
    try:
        kinds = [kind or _plain_kind(given)]
        if kinds == [""]:
            kinds = [one for one in possible_kinds(given) if one in KINDS]
        return as_first_fitting(dict.fromkeys(kinds, given), _read)
    except MaligeoError:
        record = NO_RECORD if kind is not None else _record_of(Path(given))
        if record is NO_RECORD:
            raise
        return Edition(PRODUCT, None, record)  # such as gaps, or layers with their figures


def _not_a_file(given: Any, kind: str | None) -> Edition:
    if isinstance(given, str):
        found = BOUNDARIES
    elif isinstance(given, Provenance):
        found = PRODUCT
    else:
        found = _OF_FRAMES.get(frame_kind(given), "")
    if not found or kind not in (None, found):
        what = found or "a frame of another kind"
        raise ArgumentError(f"{what} is given, and not {kind or ', '.join(KINDS)}")
    if isinstance(given, Provenance):
        return Edition(found, None, given)
    return Edition(found, given)


def _plain_kind(source: Source) -> str:
    """Tell products and tables of maligeo from files of records and boundaries: ""."""
    path = Path(source)
    suffix = path.suffix.lower()
    if suffix in _SHOWN or (path / "datapackage.json").is_file():
        return PRODUCT
    if not is_table(path):
        return ""
    sheet = _SHEET if suffix in WORKBOOKS and _SHEET in list_sheets(path) else source.sheet
    with suppress(FrameError, InputFileError):
        names = open_raw(Source(path, sheet=sheet)).header.names
        return TABLE if set(names) >= _SIGNS else ""
    return ""


def _read(kind: str, source: Source) -> Edition:
    if kind == PRODUCT:
        return Edition(kind, None, read_about(Path(source)))
    record = _record_of(Path(source))
    if kind == TABLE:
        return Edition(kind, read_counts(Path(source)), record)
    if kind == BOUNDARIES:
        return Edition(kind, read_boundaries(source), record)
    try:
        return Edition(kind, _READ[kind](source), record)
    except FrameError as error:
        faults = error.faults
    with TemporaryDirectory() as folder:
        rejects = Path(folder, "rejects.csv")
        frame = _READ[kind](source, on_invalid="quarantine", rejects=rejects)
        unread = _ids_of(rejects, frame.attrs.get(ATTRIBUTE, {}), RECORD_KINDS[kind].key)
    return Edition(kind, frame, record, tuple(faults), unread)


def _ids_of(rejects: Path, reading: Mapping[str, Any], key: str) -> dict[str, str]:
    """Give the ids of rows that were set aside, by their numbers."""
    rows = pd.read_csv(rejects, dtype="string", keep_default_na=False)
    column = guarded(str(reading.get("used", {}).get(key, "")))
    if column not in rows:
        return {}
    ids = strip_missing(rows[column]).str.removeprefix("'")
    return {str(row): str(one) for row, one in zip(rows["row"], ids, strict=True) if pd.notna(one)}


def _record_of(path: Path) -> Provenance:
    """Give the record of a file that may have none."""
    with suppress(ArgumentError, InputFileError):
        return read_about(path)
    return NO_RECORD
