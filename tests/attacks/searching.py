"""The search for secrets in the pieces of a product: texts, numbers, exact places and days.

Numbers are looked for as numbers, however they are written: as text in degrees or in whole
parts of a degree, as floats of either size, as counts of seconds since 1970.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tests.attacks.secret import NUMBERS, PARTNERS, SECRET
from tests.attacks.unpacking import Piece

Finding = tuple[str, str, str]
Floats = npt.NDArray[np.float64]

NEAR = 1e-4  # degrees, some ten metres: two numbers so near a position are that position
_SCALES = (1.0, 1e4, 1e5, 1e6, 1e7)  # parts of a degree
_WITHIN = 3  # numbers from the first half of a position to the second
_NUMBER = re.compile(rb"-?\d+\.\d{4,}|(?<![\w.])-?\d{5,9}(?![\w.])")
_LONG = re.compile(rb"-?\d{1,3}\.\d{6,}")
_DAYS = (
    (re.compile(rb"(?<!\d)(\d{4})([-/.]?)(\d\d)\2(\d\d)(?!\d)"), (1, 3, 4)),
    (re.compile(rb"(?<!\d)(\d\d?)([/.-])(\d\d?)\2(\d{4})(?!\d)"), (4, 3, 1)),
    (re.compile(rb"(?<!\d)(\d\d?)([/.-])(\d\d?)\2(\d{4})(?!\d)"), (4, 1, 3)),
)
_SPOKEN = re.compile(r"(?<!\d)(\d\d?)(?:er)?\s([a-zûé]{3,9})\.?\s(\d{4})", re.IGNORECASE)
_SPOKEN_FIRST = re.compile(r"\b([a-z]{3,9})\.?\s(\d\d?),\s(\d{4})", re.IGNORECASE)
_AROUND = 32  # bytes before and after a year in which all of its day stands
_MONTHS = {
    name: at % 12 + 1
    for at, name in enumerate(
        (
            *("janv", "févr", "mars", "avr", "mai", "juin"),
            *("juil", "août", "sept", "oct", "nov", "déc"),
            *("jan", "feb", "mar", "apr", "may", "jun"),
            *("jul", "aug", "sep", "oct", "nov", "dec"),
        )
    )
}
_TICKS = (10**3, 10**6, 10**9)  # per second


@dataclass(frozen=True)
class Wanted:
    """What is looked for.

    Attributes
    ----------
    places : float array, shape (n, 2)
        Longitude and latitude.
    days : frozenset of (year, month, day)
        Exact days.
    texts : tuple of str
        Parts of texts.
    """

    places: Floats
    days: frozenset[tuple[int, int, int]]
    texts: tuple[str, ...] = (SECRET, PARTNERS)

    @classmethod
    def of(
        cls,
        places: Floats,
        days: Iterable[pd.Timestamp],
        texts: tuple[str, ...] = (SECRET, PARTNERS),
    ) -> "Wanted":
        """Look for places, days, texts and all secret numbers."""
        return cls(places, frozenset((day.year, day.month, day.day) for day in days), texts)

    def found_in(self, pieces: Iterable[Piece]) -> set[Finding]:
        """What is found, where, and as what text."""
        found: set[Finding] = set()
        for label, content in pieces:
            digest = hashlib.sha256(content).digest()
            if digest not in self._clean:
                here = set(self._found_in(label, content))
                found |= here
                if not here:
                    self._clean.add(digest)
        return found

    @cached_property
    def _clean(self) -> set[bytes]:
        """Digests of contents in which nothing was found, such as the scripts of all pages."""
        return set()

    def _found_in(self, label: str, content: bytes) -> Iterator[Finding]:
        yield from (("text", label, form) for form in self._texts(content))
        yield from (("number", label, form) for form in _victims(content))
        yield from (("place", label, form) for form in self._places(content))
        yield from (("day", label, form) for form in self._days(content))

    def _texts(self, content: bytes) -> Iterator[str]:
        lowered = content.lower()
        for text in self.texts:
            forms = [text.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
            for form in (*forms, text.encode().hex().encode()):
                at = lowered.find(form)
                if at >= 0:
                    yield content[max(at - 20, 0) : at + 60].decode("utf-8", "replace")

    def _places(self, content: bytes) -> Iterator[str]:
        tokens = _NUMBER.findall(content)
        yield from self._pairs(np.array([float(token) for token in tokens]), "digits")
        alone = np.array([abs(float(token)) for token in _LONG.findall(content)])
        halves = np.abs(self.places.ravel())
        telling = halves[np.round(halves, 6) != np.round(halves, 4)]  # outlines have four digits
        exact = np.isin(np.round(alone, 8), np.round(telling, 8))
        yield from (f"alone {value}" for value in alone[exact])
        for kind in ("<f8", ">f8", "<f4", ">f4", "<i4", ">i4"):
            numbers = _at_every_byte(content, kind)
            with np.errstate(invalid="ignore", over="ignore"):
                yield from self._pairs(numbers, kind, after=numbers.itemsize, among=1)

    def _pairs(
        self, numbers: Floats, how: str, *, after: int = 1, among: int = _WITHIN
    ) -> Iterator[str]:
        """Look for both halves of a position near one another, in either order."""
        scales = _SCALES if how[-2:] not in ("f8", "f4") else _SCALES[:1]
        at, values = self._in_order(numbers, scales[-1])
        for scale in scales if len(at) else ():
            near = NEAR * scale
            for halves in (self.places * scale, self.places[:, ::-1] * scale):
                begins = np.searchsorted(values, halves[:, 0] - near, "left")
                ends = np.searchsorted(values, halves[:, 0] + near, "right")
                for which in np.flatnonzero(ends > begins):
                    for first in at[begins[which] : ends[which]]:
                        rest = numbers[first + after : first + after + among].astype(np.float64)
                        if (np.abs(rest - halves[which, 1]) <= near).any():
                            yield f"{how} {numbers[first]} {rest.tolist()}"

    def _in_order(self, numbers: Floats, largest: float) -> tuple[npt.NDArray[np.intp], Floats]:
        """Where numbers stand that may be half of a position, up to the largest scale; sorted."""
        far = (float(np.abs(self.places).max()) + 2 * NEAR) * largest
        at = np.flatnonzero((numbers >= -far) & (numbers <= far))
        values = numbers[at].astype(np.float64)
        order = np.argsort(values)
        return at[order], values[order]

    def _days(self, content: bytes) -> Iterator[str]:
        for year in self._years.finditer(content):
            yield from self._day_of(content, year.start())
        numbers = _at_every_byte(content, "<i8")
        wanted = self._ticks
        numbers = numbers[(numbers >= wanted.min()) & (numbers <= wanted.max())]
        yield from (f"ticks {number}" for number in numbers[np.isin(numbers, wanted)])

    @cached_property
    def _years(self) -> re.Pattern[bytes]:
        """The years of the days, each where no digit stands before it, as in every form."""
        years = b"|".join(b"%d" % year for year in sorted({year for year, _, _ in self.days}))
        return re.compile(rb"(?:" + years + rb")(?<!\d\d{4})")

    def _day_of(self, content: bytes, at: int) -> Iterator[str]:
        """Read the day whose year stands there, in each form."""
        around = content[max(at - _AROUND, 0) : at + _AROUND]
        for pattern, (year, month, day) in _DAYS:
            for found in pattern.finditer(around):
                if (int(found[year]), int(found[month]), int(found[day])) in self.days:
                    yield found[0].decode()
        text = around.decode("utf-8", "ignore")
        for day, name, year in _SPOKEN.findall(text):
            yield from self._spoken(day, name, year)
        for name, day, year in _SPOKEN_FIRST.findall(text):
            yield from self._spoken(day, name, year)

    @cached_property
    def _ticks(self) -> npt.NDArray[np.int64]:
        seconds = [int(pd.Timestamp(*day).timestamp()) for day in self.days]
        return np.array([second * ticks for second in seconds for ticks in _TICKS])

    def _spoken(self, day: str, name: str, year: str) -> Iterator[str]:
        month = next((at for short, at in _MONTHS.items() if name.lower().startswith(short)), 0)
        if (int(year), month, int(day)) in self.days:
            yield f"{day} {name} {year}"


def kinds(found: Iterable[Finding]) -> set[str]:
    """What kinds of secrets were found."""
    return {what for what, _, _ in found}


def _at_every_byte(content: bytes, kind: str) -> npt.NDArray[Any]:
    """Read a number from where each byte stands, in the order of the bytes."""
    count = max(len(content) - np.dtype(kind).itemsize + 1, 0)
    return np.ndarray(count, kind, content if count else bytes(8), strides=(1,))


def _victims(content: bytes) -> Iterator[str]:
    for number in NUMBERS:
        plain = str(number)
        gaps = ("", " ", ",", ".", "'", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}")
        for form in (f"{plain[:-3]}{gap}{plain[-3:]}".encode() for gap in gaps):
            if form in content:
                yield form.decode()
