"""Ids that occur twice in a file, found piece by piece."""

from tempfile import TemporaryFile
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

_Hashes = npt.NDArray[np.uint64]

REPEATS: Final = "is the id of an earlier row"
_WORD: Final = 8  # bytes that are taken together
_FULL: Final = 0.75  # share of the slots that may be taken
_RANGES: Final = np.arange(1, 64, dtype=np.uint64) << np.uint64(58)  # of hashes, compared apart
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFTS: Final = (np.uint64(30), np.uint64(27), np.uint64(31))
_FACTORS: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


class SeenIds:
    """Remembers the ids of a file, in eleven to forty-three bytes each.

    Ids are kept as 64-bit hashes, in slots of which each has its first choice: among ten
    million the chance that two different ones count as the same is about three in a million.
    Those of one piece are compared as they stand: most files are of one.
    """

    def __init__(self) -> None:
        self._slots: _Hashes = np.zeros(1024, dtype=np.uint64)
        self._count = 0

    def repeated(self, ids: pd.Series) -> npt.NDArray[np.bool_]:
        """Tell which ids occurred before, here or in an earlier piece, and remember all."""
        cells = _cells(ids)
        hashes = _hashes(cells)
        again = np.zeros(len(hashes), dtype=bool)
        given = np.flatnonzero(cells.is_valid().to_numpy(zero_copy_only=False))
        found = hashes[given]
        ordered = np.sort(found)
        if (ordered[1:] == ordered[:-1]).any():
            again[given] = ids.iloc[given].duplicated()
            given = given[~again[given]]
        again[given] = self._add(hashes[given])
        return again

    def _add(self, hashes: _Hashes) -> npt.NDArray[np.bool_]:
        """Tell which are known of hashes that differ, and remember the others."""
        self._make_room(len(hashes))
        known = np.zeros(len(hashes), dtype=bool)
        last = np.uint64(len(self._slots) - 1)
        left, at = np.arange(len(hashes)), hashes & last
        while len(left):
            mine, there = hashes[left], self._slots[at]
            known[left[there == mine]] = True
            empty = there == 0
            self._slots[at[empty]] = mine[empty]
            beaten = self._slots[at] != mine
            left, at = left[beaten], (at[beaten] + np.uint64(1)) & last
        self._count += int(np.count_nonzero(~known))
        return known

    def _make_room(self, more: int) -> None:
        size = len(self._slots)
        while self._count + more > _FULL * size:
            size *= 4
        if size > len(self._slots):
            before = self._slots[self._slots != 0]
            self._slots, self._count = np.zeros(size, dtype=np.uint64), 0
            self._add(before)


class SuspectIds:
    """Compares by their texts the ids with a hash that several have.

    Parameters
    ----------
    hashes : uint64 array
        Those that several ids have, see `CollectedIds`.
    """

    def __init__(self, hashes: _Hashes) -> None:
        self._hashes = hashes
        self._known = set[str]()

    def repeated(self, ids: pd.Series) -> npt.NDArray[np.bool_]:
        """Tell which ids occurred before, here or in an earlier piece, and remember all."""
        again = np.zeros(len(ids), dtype=bool)
        given = np.flatnonzero(ids.notna())
        suspect = given[np.isin(hashes_of(ids), self._hashes)]
        texts = ids.iloc[suspect].astype("object")
        again[suspect] = texts.duplicated() | texts.isin(self._known)
        self._known.update(texts)
        return again


class CollectedIds:
    """Remembers ids outside of memory, and tells in the end which hashes several of them have.

    Of each id eight bytes go to a file without a name, which ends with this; those of each
    piece are sorted, so that ids of one range can be read from all pieces and compared.

    Examples
    --------
    >>> with CollectedIds() as ids:
    ...     for piece in (["a", "b"], ["c", "a"]):
    ...         ids.remember(pd.Series(piece))
    ...     len(ids.shared())
    1
    """

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115
        self._starts = list[npt.NDArray[np.int64]]()  # by piece, of each range and of the end
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def remember(self, ids: pd.Series) -> None:
        """Remember ids; of none is it known yet whether it occurred before."""
        hashes = np.sort(hashes_of(ids))
        inner = np.searchsorted(hashes, _RANGES)
        self._starts.append(self._count + np.array([0, *inner, len(hashes)]))
        self._count += len(hashes)
        self._file.write(hashes.tobytes())

    def shared(self) -> _Hashes:
        """Give the hashes that several ids have: nearly always these are the same."""
        ranges = range(len(_RANGES) + 1)
        return np.concatenate([repeated_in(self._range(at)) for at in ranges])

    def _range(self, at: int) -> _Hashes:
        return np.concatenate([np.zeros(0, np.uint64), *map(self._read, *self._bounds(at))])

    def _bounds(self, at: int) -> tuple[list[int], list[int]]:
        return [int(one[at]) for one in self._starts], [int(one[at + 1]) for one in self._starts]

    def _read(self, start: int, end: int) -> _Hashes:
        self._file.seek(_WORD * start)
        return np.frombuffer(self._file.read(_WORD * (end - start)), dtype=np.uint64)


def hashes_of(ids: pd.Series) -> _Hashes:
    """Give a hash for each id that is given, in their order."""
    cells = _cells(ids)
    return _hashes(cells.drop_null() if cells.null_count else cells)


def repeated_in(hashes: _Hashes) -> _Hashes:
    """Give the hashes that occur several times, once or more."""
    ordered = np.sort(hashes)
    again: _Hashes = ordered[1:][ordered[1:] == ordered[:-1]]
    return again


def _cells(ids: pd.Series) -> pa.Array:
    return pa.chunked_array(pa.array(ids)).combine_chunks().cast(pa.large_string())


def _hashes(texts: pa.Array) -> _Hashes:
    """Hash texts eight bytes at a time; no hash is 0."""
    if not len(texts):
        return np.zeros(0, dtype=np.uint64)
    starts = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset :][: len(texts) + 1]
    lengths, first = np.diff(starts), starts[0]
    content = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)[first : starts[-1]]
    content = np.append(content, np.zeros(_WORD, dtype=np.uint8))
    words = np.ndarray(len(content) - _WORD + 1, "<u8", content, strides=(1,))
    starts = starts[:-1] - first
    shortest, longest = int(lengths.min()), int(lengths.max())
    hashes = _mix(np.arange(1, longest + 2, dtype=np.uint64) * _ODD)[lengths]
    for done in range(0, longest, _WORD):
        if shortest > done:
            _mix_in(hashes, words[starts + done], lengths - done)
            continue
        live = np.flatnonzero(lengths > done)
        hashes[live] = _mix_in(hashes[live], words[starts[live] + done], lengths[live] - done)
    return np.maximum(hashes, np.uint64(1), out=hashes)


def _mix_in(hashes: _Hashes, words: _Hashes, lengths: npt.NDArray[np.int64]) -> _Hashes:
    """Mix words into hashes, in place; what stands behind so many bytes is no part of them."""
    beyond = np.maximum(_WORD - lengths, 0).view(np.uint64)
    words <<= beyond << np.uint64(3)
    hashes ^= words
    hashes *= _ODD
    return _mix(hashes)


def _mix(numbers: _Hashes) -> _Hashes:
    """Let every bit change every other, in place (the finisher of SplitMix64)."""
    moved = np.empty_like(numbers)
    for shift, factor in zip(_SHIFTS, (*_FACTORS, np.uint64(1)), strict=True):
        np.right_shift(numbers, shift, out=moved)
        numbers ^= moved
        numbers *= factor
    return numbers
