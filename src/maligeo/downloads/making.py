"""Files that are made of downloads: the rows of a country, a list of places, what was packed."""

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, TextIO

from maligeo.core.errors import InputFileError
from maligeo.core.files import written_whole
from maligeo.downloads.geonames import write_places
from maligeo.downloads.instat import write_people
from maligeo.downloads.offers import Made
from maligeo.downloads.whosonfirst import write_cercles, write_localities
from maligeo.readers.files.archives import DEFAULT_LIMITS, unpacked

Maker = Callable[[Sequence[Path], Path, Mapping[str, str]], list[str]]

_CHUNK: Final = 1 << 20


def make(made: Made, files: Sequence[Path], target: Path) -> list[str]:
    """Make a file of what was downloaded, whole or not at all.

    Parameters
    ----------
    made : Made
        What to make.
    files : sequence of pathlib.Path
        The download, and what belongs to it.
    target : pathlib.Path
        The file.

    Returns
    -------
    list of str
        What a reader has to know of it, such as where the publisher's sums do not agree.

    Raises
    ------
    InputFileError
        If a file is not as its publisher describes it.
    OutputFileError
        If it cannot be written.
    """
    with written_whole(target, is_product=False) as draft:
        return MAKERS[made.by](files, draft, made.settings)


def write_rows(files: Sequence[Path], target: Path, settings: Mapping[str, str]) -> list[str]:
    """Write the rows of a CSV, or of the one in an archive, that hold a value in a column."""
    path, column, value = files[0], settings["column"], settings["equals"]
    with _csv_of(path) as source, _text(target, "w") as sink:
        try:
            count = _copy_rows(source, sink, column, value)
        except (csv.Error, ValueError) as error:
            raise InputFileError(f"the CSV in {path} cannot be read: {error}") from error
        if not count:
            raise InputFileError(f"{path} has no row with {column} = {value}")
    return []


def write_unpacked(files: Sequence[Path], target: Path, _settings: Mapping[str, str]) -> list[str]:
    """Write out what one file was packed into by gzip, up to the size that archives may have."""
    left = DEFAULT_LIMITS.total_bytes
    try:
        with gzip.open(files[0]) as source, target.open("wb") as sink:
            while piece := source.read(_CHUNK):
                left -= len(piece)
                if left < 0:
                    raise InputFileError(f"{files[0]} unpacks to too much, and is not read")
                sink.write(piece)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputFileError(f"{files[0]} cannot be unpacked: {error}") from error
    return []


MAKERS: Final[Mapping[str, Maker]] = {
    "rows": write_rows,
    "unpacked": write_unpacked,
    "geonames": write_places,
    "instat": write_people,
    "whosonfirst cercles": write_cercles,
    "whosonfirst localities": write_localities,
}


@contextmanager
def _csv_of(path: Path) -> Iterator[TextIO]:
    if path.suffix != ".zip":
        with _text(path, "r") as source:
            yield source
        return
    with unpacked(path, frozenset({".csv"})) as members:
        if len(members) != 1:
            raise InputFileError(f"{path} holds {len(members)} CSV files, not one")
        with _text(members[0].path, "r") as source:
            yield source


def _text(path: Path, mode: Literal["r", "w"]) -> TextIO:
    """Open a CSV so that bytes which are no UTF-8 come out as they went in."""
    return path.open(mode, encoding="utf-8", errors="surrogateescape", newline="")


def _copy_rows(source: TextIO, sink: TextIO, column: str, value: str) -> int:
    lines, writer = csv.reader(source), csv.writer(sink, lineterminator="\n")
    header = next(lines, [])
    at = [name.removeprefix("\ufeff") for name in header].index(column)
    writer.writerow(header)
    count = 0
    for number, row in enumerate(lines, start=2):
        if len(row) not in (0, len(header)):
            raise ValueError(f"row {number} has {len(row)} of {len(header)} cells")
        if row and row[at] == value:
            writer.writerow(row)
            count += 1
    return count
