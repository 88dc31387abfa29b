"""An index as plain arrays and as a file, without pickle."""

from __future__ import annotations

import zipfile
from dataclasses import fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from shapely.errors import ShapelyError

from maligeo.core.errors import InputFileError
from maligeo.core.files import written_whole
from maligeo.unitindex._edges import fill_bounds
from maligeo.unitindex._lookup import Layer
from maligeo.unitindex._tables import Tables

FORMAT = "maligeo unit index 1"
TABLE_NAMES = tuple(field.name for field in fields(Tables))

Arrays = dict[str, npt.NDArray[np.generic]]


def to_arrays(layer: Layer) -> Arrays:
    """Everything that an index holds as plain arrays, the units as well-known binary.

    Parameters
    ----------
    layer : Layer

    Returns
    -------
    dict of str to array
    """
    binary = [wkb or b"" for wkb in shapely.to_wkb(layer.units)]
    arrays: Arrays = {name: getattr(layer.tables, name) for name in TABLE_NAMES}
    arrays["format"] = np.array(FORMAT)
    arrays["wkb"] = np.frombuffer(b"".join(binary), dtype=np.uint8)
    arrays["wkb_ends"] = np.cumsum([0, *(len(wkb) for wkb in binary)], dtype=np.int64)
    return arrays


def from_arrays(arrays: Arrays) -> Layer:
    """Put an index together again.

    Parameters
    ----------
    arrays : dict of str to array
        As made by `to_arrays`.

    Returns
    -------
    Layer
    """
    ends = arrays["wkb_ends"].tolist()
    binary = arrays["wkb"].tobytes()
    units = np.empty(len(ends) - 1, dtype=object)
    units[:] = [binary[ends[i] : ends[i + 1]] or None for i in range(len(units))]
    units = shapely.from_wkb(units)
    fill_bounds(units)
    return Layer(Tables(**{name: arrays[name] for name in TABLE_NAMES}), units)  # type: ignore[arg-type]


def write_layer(layer: Layer, path: Path) -> None:
    """Write an index to a file, whole or not at all.

    Parameters
    ----------
    layer : Layer
    path : Path
        Replaced if it exists.

    Raises
    ------
    OutputFileError
        If the file cannot be written.
    """
    with written_whole(path) as part, part.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **to_arrays(layer))


def read_layer(path: Path) -> Layer:
    """Read an index from a file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Layer

    Raises
    ------
    InputFileError
        If the file is missing, damaged, or no unit index of this format.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            if str(archive["format"]) != FORMAT:
                raise InputFileError(f"{path} is not a '{FORMAT}': {archive['format']}")
            return from_arrays({name: archive[name] for name in archive.files})
    except InputFileError:
        raise
    except OSError as error:
        raise InputFileError(f"cannot read the unit index {path}: {error}") from error
    except (
        AttributeError,  # a single array, or a pickle, where an archive should be
        EOFError,
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        zipfile.BadZipFile,
        ShapelyError,
    ) as error:
        raise InputFileError(f"{path} is not a '{FORMAT}', or it is damaged: {error}") from error
