"""IATI activities: streamed, so that a large file needs little memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, tostring

import geopandas as gpd
import pandas as pd

from maligeo.core.errors import Fault, InputFileError
from maligeo.core.xml import children, read_root
from maligeo.readers.formats import read_catalogue
from maligeo.readers.iati_activity import Row, concerns_country, read_activity, text_of
from maligeo.readers.project_frames import project_frame
from maligeo.readers.quarantine import Faults, Gate, require_apart

ROOT: Final = "iati-activities"

_CHUNK: Final = 2_000


class _Batch:
    """Activities that were read and not yet passed on."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.numbers: list[int] = []
        self.faults: list[Fault] = []
        self.verbatim: dict[int, dict[str, str | None]] = {}

    def take(self, rows: list[Row], faults: list[Fault], number: int, element: Element) -> None:
        self.rows += rows
        self.numbers += [number] * len(rows)
        self.faults += faults
        if faults:
            self.verbatim[number] = {
                "iati-identifier": text_of(element.find("iati-identifier")),
                "xml": tostring(element, encoding="unicode").strip(),
            }

    def release(self, gate: Gate) -> gpd.GeoDataFrame:
        """Pass the rows through the gate."""
        index = pd.Index(self.numbers, name="row", dtype="int64")
        frame = project_frame(pd.DataFrame(self.rows, index=index))
        raw = pd.DataFrame.from_dict(
            self.verbatim, orient="index", columns=["iati-identifier", "xml"], dtype="string"
        )
        return gate.pass_rows(frame, raw, Faults(self.faults))


def read_iati(
    path: str | Path,
    *,
    on_invalid: str = "raise",
    rejects: str | Path | None = None,
    swap_coordinates: bool = False,
) -> gpd.GeoDataFrame:
    """Read the activities of an IATI file that concern the country.

    Parameters
    ----------
    path : str or pathlib.Path
        XML of the IATI standard 2.01 to 2.03, root element `iati-activities`.
    on_invalid : {"raise", "quarantine"}, default "raise"
        What happens to activities with faults.
    rejects : path, optional
        With "quarantine": CSV file that takes them, `row` being the number of the
        activity in the file and `xml` the activity.
    swap_coordinates : bool, default False
        Swap the positions that fall in the country only when swapped.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        One row per activity and place, columns as `maligeo.core.columns.PROJECTS`, then
        `location_code` ("vocabulary:code@level", joined by "|") and `geometry`.
        `attrs` counts activities: `rows_in_file`, `rows_left_out` (about other countries),
        `rows_rejected`, and locations: `rows_swapped`.

    Raises
    ------
    InputFileError
        If the file is no such XML, is of another version, or declares a document type.
    FrameError
        With every fault, unless quarantined.
    """
    source = Path(path)
    require_apart(source, rejects)
    gate = Gate(f"IATI activities in {source}", on_invalid, rejects)
    _require_version(source)
    reading = _ActivityFile(source, swap_coordinates)
    with gate:
        parts = [batch.release(gate) for batch in reading.batches()]
    if not reading.number:
        raise InputFileError(f"{source} holds no activity")
    filled = [part for part in parts if len(part)] or parts[-1:]
    frame = pd.concat(filled, ignore_index=True)
    frame.attrs = {
        "format": "iati",
        "rows_in_file": reading.number,
        "rows_left_out": reading.left_out,
        "rows_rejected": gate.rejected,
        "rows_swapped": reading.swapped,
    }
    return frame


class _ActivityFile:
    """One file being read, and what was counted on the way."""

    def __init__(self, path: Path, swap: bool) -> None:
        self._path = path
        self._swap = swap
        self._seen: dict[str, int] = {}
        self.number = self.left_out = self.swapped = 0

    def batches(self) -> Iterator[_Batch]:
        """Read the file, a few thousand activities at a time."""
        batch = _Batch()
        for element in children(self._path, "iati-activity", root=ROOT):
            self.number += 1
            if concerns_country(element):
                self._take(element, batch)
            else:
                self.left_out += 1
            if self.number % _CHUNK == 0:
                yield batch
                batch = _Batch()
        yield batch

    def _take(self, element: Element, batch: _Batch) -> None:
        activity = read_activity(element, self.number, swap=self._swap)
        first = self._seen.setdefault(activity.identifier or f"#{self.number}", self.number)
        if first != self.number:
            reason = f"stands already in activity {first}"
            fault = Fault(self.number, "iati-identifier", activity.identifier, reason)
            activity.faults.append(fault)
        for row in activity.rows:
            row["source"] = f"IATI: {self._path.name}, activity {self.number}"
        self.swapped += activity.swapped
        batch.take(activity.rows, activity.faults, self.number, element)


def _require_version(path: Path) -> None:
    root = read_root(path)
    if root.name != ROOT:
        raise InputFileError(f"{path}: the root element is {root.name!r}, not {ROOT!r}")
    wanted = read_catalogue("projects_iati")["versions"]
    version = root.attributes.get("version", "").strip()
    if not version.startswith(wanted):
        raise InputFileError(
            f"{path} is of IATI version {version or 'unknown'}; {wanted}01 to {wanted}03 are read"
        )
