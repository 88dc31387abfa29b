"""Rows that say the same in some columns: one number tells them apart, and they are counted."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[Any]

_BITS: Final = 63  # of a number that is not negative
_SHORT: Final = np.iinfo(np.int32).max
_WIDEST: Final = 2**16  # between the lowest and the highest number that are used as they are
_FEW: Final = 100  # rows that nearly always show that a column says several things
_TICKS: Final = {unit: 86_400 * 1000**at for at, unit in enumerate(("s", "ms", "us", "ns"))}


class Groups:
    """Rows that say the same in every column that was added."""

    def __init__(self, rows: int) -> None:
        self._keys = np.zeros(rows, dtype=np.int32)
        self._bits = rows.bit_length()
        self._size = 1
        self._categories = list[Codes]()

    def tell_apart(self, column: pd.Series) -> bool:
        """Tell rows apart by one more column; False where it says the same of all."""
        codes = _codes(column)
        if not len(codes):
            return False
        low, high = int(codes.min()), int(codes.max())
        if low == high:
            return False
        if isinstance(column.dtype, pd.CategoricalDtype):
            if any(np.array_equal(codes, earlier) for earlier in self._categories):
                return True  # as the names of units, which their codes tell apart already
            self._categories.append(codes)
        if high - low > _WIDEST or not -_SHORT <= low <= high <= _SHORT:
            codes, distinct = pd.factorize(codes)
            low, high = 0, len(distinct) - 1
        self._add(codes, low, high - low + 1)
        return True

    def _add(self, codes: Codes, low: int, numbers: int) -> None:
        product = self._size * numbers
        if product > len(self._keys) >= self._size:
            self._leave_out_absent()
        elif product.bit_length() > _BITS:
            self._number_anew()
        self._size *= numbers
        if self._size > _SHORT:
            self._keys = self._keys.astype(np.int64, copy=False)
        self._keys *= numbers
        self._keys += np.subtract(codes, low, dtype=self._keys.dtype, casting="unsafe")
        if self._size.bit_length() + self._bits > _BITS:
            self._number_anew()

    def _leave_out_absent(self) -> None:
        """Renumber few groups so far from 0: of several columns not all goes with all."""
        occurs = np.zeros(self._size, dtype=np.bool_)
        occurs[self._keys] = True
        numbers = np.cumsum(occurs, dtype=np.int32)
        numbers -= 1
        self._keys, self._size = numbers.take(self._keys, mode="clip"), int(numbers[-1]) + 1

    def _number_anew(self) -> None:
        """Renumber many groups so far from 0: the number of the row has to fit behind."""
        self._keys, distinct = pd.factorize(self._keys)
        self._size = len(distinct)

    def add_up(
        self, numbers: npt.NDArray[np.int64] | None
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        """Give the first row of each group, in their order, and how many each stands for.

        Parameters
        ----------
        numbers : int array or None
            How many each row stands for; None if for itself alone.
        """
        if self._size <= len(self._keys):
            return self._add_up_few(numbers)
        # With the row behind the key one sort finds equal keys, and the first row of each.
        keys = self._keys.astype(np.int64)
        keys <<= self._bits
        keys |= np.arange(len(keys))
        keys.sort()
        row = (1 << self._bits) - 1
        group = keys >> self._bits
        starts = np.flatnonzero(np.append(len(group) > 0, group[1:] != group[:-1]))
        first = keys[starts] & row
        if numbers is None or not len(keys):
            counts = np.diff(starts, append=len(keys))
        else:
            counts = np.add.reduceat(numbers[keys & row], starts)
        of_row = np.empty(len(keys), dtype=np.int64)
        of_row[first] = counts
        first.sort()
        return first, of_row[first]

    def _add_up_few(
        self, numbers: npt.NDArray[np.int64] | None
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        """Do so where there are no more groups than rows: each has its place in a table."""
        keys = self._keys.astype(np.intp)  # as they are used twice
        rows = np.arange(len(keys), dtype=np.int32 if len(keys) <= _SHORT else np.int64)
        first: Codes = np.full(self._size, -1, dtype=rows.dtype)
        first[keys[::-1]] = rows[::-1]  # the last one stays
        is_first = np.zeros(len(keys), dtype=np.bool_)
        is_first[first[first >= 0]] = True
        counts = np.bincount(keys, numbers, self._size).astype(np.int64)
        found = np.flatnonzero(is_first)
        return found, counts[keys[found]]


def _codes(column: pd.Series) -> Codes:
    """Give a number for each row by what it says, the lowest where it says nothing."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories: Codes = column.cat.codes.to_numpy()
        return categories
    missing = column.isna().to_numpy()
    if missing.all():
        return np.zeros(len(column), dtype=np.int8)
    numbers = _whole_numbers(column)
    if numbers is None:
        is_one = not missing.any() and all(_says_one_thing(column[:end]) for end in (_FEW, None))
        return np.zeros(len(column), dtype=np.int8) if is_one else pd.factorize(column)[0]
    if missing.any():
        numbers[missing] = numbers[~missing].min() - 1
    return numbers


def _says_one_thing(column: pd.Series) -> bool:
    return bool((column == column.iloc[0]).all())


def _whole_numbers(column: pd.Series) -> npt.NDArray[np.int64] | None:
    """Give whole numbers, and the days of dates without a time, as new numbers; else None."""
    if pd.api.types.is_signed_integer_dtype(column.dtype):
        numbers: npt.NDArray[np.int64] = column.to_numpy(dtype=np.int64, na_value=0, copy=True)
        return numbers
    if not pd.api.types.is_datetime64_dtype(column.dtype):
        return None
    times = column.to_numpy()
    ticks = times.view(np.int64)
    days = ticks // _TICKS[np.datetime_data(times.dtype)[0]]
    is_day = days * _TICKS[np.datetime_data(times.dtype)[0]] == ticks
    return days if is_day.all() or is_day[~np.isnat(times)].all() else None
