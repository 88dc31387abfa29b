"""Profiles: what a user says of files of one make, kept for the next of them."""

import json
from pathlib import Path
from typing import Any, Final

from maligeo.core.errors import ArgumentError, caused
from maligeo.core.files import written_whole
from maligeo.core.inputs import read_settings
from maligeo.readers.files.sources import SAID, Source

_HEAD: Final = "# How files are read, by what they hold: maligeo --profile\n"


def read_profile(path: str | Path) -> dict[str, dict[str, Any]]:
    """Read a profile.

    Parameters
    ----------
    path : str or pathlib.Path
        A TOML file, as `write_profile` writes it.

    Returns
    -------
    dict of str to dict
        Kind of record ("incidents", "projects", "areas", "boundaries") to what `Source` takes.

    Raises
    ------
    InputFileError
        If the file cannot be read, or says something else.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     source = Source("march.csv", columns={"killed": "Pertes"}, dates="day-month")
    ...     path = write_profile(Path(folder, "list.toml"), "incidents", source)
    ...     april = Source("april.csv", **read_profile(path)["incidents"])
    >>> april.columns
    {'killed': 'Pertes'}
    """
    file = Path(path)
    found = read_settings(file)
    try:
        for kind, said in found.items():
            if not isinstance(said, dict):
                raise ArgumentError(f"{kind!r} is no table of what is said of a file")
            unknown = said.keys() - set(SAID)
            if unknown:
                raise ArgumentError(f"{sorted(unknown)[0]!r} is nothing that can be said of a file")
            if said.get("places"):  # of last month's file: each need not occur in the next
                said["remembered"] = True
            Source("", **said)
    except ArgumentError as error:
        raise caused(f"{file} is no profile", error) from error
    return found


def write_profile(path: str | Path, kind: str, source: Source) -> Path:
    """Keep what is said of a file, next to what the profile says of other kinds.

    Parameters
    ----------
    path : str or pathlib.Path
        The TOML file; one that is there keeps its other kinds.
    kind : str
        What the file holds.
    source : Source
        The file as it was read.

    Raises
    ------
    InputFileError
        If the file is there and no profile.
    OutputFileError
        If it cannot be written.
    """
    file = Path(path)
    kinds = read_profile(file) if file.exists() else {}
    kinds[kind] = {name: getattr(source, name) for name in SAID if getattr(source, name)}
    parts = [f"\n[{name}]\n" + "".join(_lines(said)) for name, said in sorted(kinds.items())]
    with written_whole(file, is_product=False) as draft:
        draft.write_text(_HEAD + "".join(parts), encoding="utf-8")
    return file


def _lines(said: dict[str, Any]) -> list[str]:
    """Write TOML, whose basic strings are those of JSON."""

    def text(value: object) -> str:
        if not isinstance(value, dict):
            return json.dumps(value, ensure_ascii=False)
        pairs = (f"{text(str(key))} = {text(each)}" for key, each in value.items())
        return "{ " + ", ".join(pairs) + " }"

    return [f"{name} = {text(value)}\n" for name, value in said.items()]
