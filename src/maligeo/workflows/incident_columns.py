"""Incidents held as columns, without rows and points: texts that repeat are kept once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from maligeo.readers.files.sources import Source
from maligeo.readers.files.tables import TEXT
from maligeo.readers.incidents import attrs_of_whole
from maligeo.readers.reading import ATTRIBUTE
from maligeo.workflows.large_files import sound_pieces

_TEXT: Final = pa.large_string()
_REPEATED: Final = 0.5  # share of the texts of a piece that differ, at most, to be kept once


def read_columns(source: Source, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Read columns of incidents, piece by piece.

    Parameters
    ----------
    source : Source
        As for `read_incidents`, of any size.
    names : sequence of str, optional
        The columns that are wanted, of those that `iter_columns` gives; all by default, with
        those of the file that stay as they are.

    Returns
    -------
    pandas.DataFrame
        One row per incident in the order of the list, numbered from 0: `lon, lat` in degrees
        (EPSG:4326; NaN without position) instead of points, and texts that repeat as
        categories. `attrs` as `read_incidents` gives them.

    Raises
    ------
    FrameError, InputFileError, UnknownNameError
        As `read_incidents`.
    """
    parts, attrs = list[dict[str, Any]](), list[Mapping[str, Any]]()
    with sound_pieces(source, extra=names is None) as pieces:
        for piece in pieces:
            attrs.append(piece.attrs)
            wanted = piece.columns if names is None else names
            parts.append({str(name): _packed(piece[name]) for name in wanted})
    lengths = [one[ATTRIBUTE].rows_read for one in attrs]
    wanted = dict.fromkeys(name for part in parts for name in part)
    columns = {name: _joined([part.pop(name, None) for part in parts], lengths) for name in wanted}
    whole = pd.DataFrame(columns, copy=False)
    whole.attrs = attrs_of_whole(attrs, empty=whole.empty)
    return whole


def _packed(column: pd.Series) -> Any:
    """Give the cells of a column of a piece: texts as Arrow has them, None of no text at all."""
    if column.dtype != TEXT and not isinstance(column.dtype, pd.CategoricalDtype):
        return column.array
    texts = pa.chunked_array(pa.array(column.astype(TEXT))).cast(_TEXT).combine_chunks()
    if texts.null_count == len(texts):
        return None
    packed = texts.dictionary_encode()
    if len(packed.dictionary) > _REPEATED * len(packed):
        return texts
    shortest = pa.from_numpy_dtype(np.min_scalar_type(-len(packed.dictionary)))
    return pa.DictionaryArray.from_arrays(packed.indices.cast(shortest), packed.dictionary)


def _joined(cells: Sequence[Any], lengths: Sequence[int]) -> Any:
    """Put the cells of pieces together; a file of a folder that lacks the column has none."""
    if not any(one is None or isinstance(one, pa.Array) for one in cells):
        return pd.concat([pd.Series(one) for one in cells], ignore_index=True).array
    given = [one for one in cells if one is not None]
    if not all(isinstance(one, pa.DictionaryArray) for one in given):
        return TEXT.__from_arrow__(pa.chunked_array(map(_plain, cells, lengths)))
    parts = [pa.nulls(0, _TEXT).dictionary_encode(), *map(_long, cells, lengths)]
    whole = pa.chunked_array(parts).unify_dictionaries().combine_chunks()
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return pd.Categorical.from_codes(codes, TEXT.__from_arrow__(whole.dictionary))


def _plain(cells: pa.Array | None, length: int) -> pa.Array:
    if cells is None:
        return pa.nulls(length, _TEXT)
    return cells.dictionary_decode() if isinstance(cells, pa.DictionaryArray) else cells


def _long(cells: pa.DictionaryArray | None, length: int) -> pa.DictionaryArray:
    """Give codes of one length, as Arrow puts dictionaries together."""
    if cells is None:
        return pa.nulls(length, _TEXT).dictionary_encode()
    return pa.DictionaryArray.from_arrays(cells.indices.cast(pa.int32()), cells.dictionary)
