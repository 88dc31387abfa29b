"""What a file of records seems to hold: the kind that accounts for most of its columns."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from maligeo.readers import areas, incidents, project_tables
from maligeo.readers.files.raw import open_raw
from maligeo.readers.files.sources import Source
from maligeo.readers.formats import load_format

_FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "incidents": incidents.FORMATS,
    "areas": areas.FORMATS,
    "projects": project_tables.TABLES,
}


def likely_kinds(path: str | Path | Source) -> list[str]:
    """Order the kinds of record by how many columns of a file each accounts for.

    Parameters
    ----------
    path : str, pathlib.Path or Source
        A table or a vector file.

    Returns
    -------
    list of str
        "incidents", "areas" and "projects", the likeliest first; those of whose make the
        file is not come last.

    Raises
    ------
    InputFileError, FrameError, UnknownNameError, CrsError
        As `maligeo.readers.files.raw.open_raw`.
    """
    header = open_raw(path).header
    known = {
        kind: [form for form in map(load_format, names) if not form.lacks(header)]
        for kind, names in _FORMATS.items()
    }
    counts = {
        kind: max((len({*form.found_in(header).values()}) for form in forms), default=0)
        for kind, forms in known.items()
    }
    return sorted(_FORMATS, key=lambda kind: -counts[kind])
