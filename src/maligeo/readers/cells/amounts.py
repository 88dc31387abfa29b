"""Amounts of money with their currency, as people write them in cells and headings."""

import math
import re
from functools import cache
from typing import Final, NamedTuple

import pandas as pd

from maligeo.readers.cells.values import Distinct, strip_missing
from maligeo.readers.formats import read_catalogue
from maligeo.readers.quarantine import Faults

_NUMBER: Final = re.compile(r"[+-]?\d+(?:[ \u00a0\u2009\u202f'’]\d{3}(?!\d)|[.,]\d+)*")
_SPACES: Final = re.compile(r"[\s\u00a0\u2009\u202f'’]+")
_FILLERS: Final = re.compile(r"\b(?:de|of|d)\b|[().:]")
_MOST_DECIMALS: Final = 2
_BETWEEN_WORDS: Final = re.compile(r"[\s\u00a0\u202f()\[\],;:/_–*×'’-]+")
_ZEROS: Final = re.compile(r"x?1?(?:000)+")
_SHORT: Final = 3  # letters of a factor that is one only beside a currency or alone: "(M FCFA)"


class _Amount(NamedTuple):
    value: float | None
    currency: str | None
    reason: str | None = None


def parse_amounts(
    texts: pd.Series, *, currency: str | None = None, factor: float = 1.0
) -> tuple[pd.DataFrame, Faults]:
    """Read amounts of money with their currency.

    Money has at most two decimals: a separator before three digits stands between
    thousands ("300.000 FCFA"), except before "million" and the like, where "1,302
    millions" can mean both and is a fault.

    Parameters
    ----------
    texts : pandas.Series of str
        Its name and index name the faults.
    currency : str, optional
        ISO 4217 code for cells that do not say one; without it such a cell has an amount
        and no currency.
    factor : float, default 1
        What cells are multiplied by that do not say "million" or the like themselves.

    Returns
    -------
    amounts : pandas.DataFrame, same index
        `amount` (Float64) and `currency` (string, ISO 4217).
    faults : Faults
        For text that is no amount, unknown currencies and numbers with two meanings.
    """
    cells = strip_missing(texts)
    distinct = Distinct.of(cells)
    read = [*(_read(cell, factor) for cell in distinct.texts.to_pylist()), _Amount(None, None)]
    rows = [read[code] for code in distinct.codes.fill_null(-1).to_pylist()]
    amounts = pd.DataFrame(
        {
            "amount": pd.array([row.value for row in rows], dtype="Float64"),
            "currency": pd.array([row.currency for row in rows], dtype="string"),
        },
        index=texts.index,
    )
    if currency is not None:
        unsaid = amounts["amount"].notna() & amounts["currency"].isna()
        amounts.loc[unsaid, "currency"] = currency
    faults = Faults()
    reasons = pd.Series([row.reason for row in rows], index=texts.index, dtype="string")
    faults.add(reasons.notna(), str(texts.name), texts, reasons)
    return amounts, faults


def _read(cell: str, unit: float) -> _Amount:
    found = _NUMBER.findall(cell)
    if len(found) != 1:
        return _Amount(None, None, "is not an amount" if not found else "holds several numbers")
    around = _SPACES.sub("", _FILLERS.sub(" ", cell.replace(found[0], " ", 1).casefold()))
    match = _unit_pattern().fullmatch(around)
    if match is None:
        return _Amount(None, None, "is not an amount in a currency that is known")
    factor = _factors().get(match["factor"] or match["factor_after"] or "", unit)
    value = _value(_SPACES.sub("", found[0]), large=factor != 1.0)
    if value is None:
        return _Amount(None, None, "may have decimals or thousands after its separator")
    word = match["currency"]
    return _Amount(value * factor, _currencies().get(word) if word else None)


def _value(number: str, *, large: bool) -> float | None:
    """Read the figure; None where its separator can mean two things."""
    separators = re.findall(r"[.,]", number)
    last = separators[-1] if separators else "."
    whole, _, after = number.rpartition(last)
    # A dot before four digits, or after four, cuts: no thousands look like "1234.567".
    dotted = separators == ["."] and (len(after) > 3 or len(whole.lstrip("+-")) > 3)
    if dotted or not separators:
        return float(number)
    if separators.count(last) > 1:
        # Repeated, it stands between thousands, and then nothing else may follow it.
        return float(re.sub(r"[.,]", "", number)) if len(set(separators)) == 1 else None
    grouped = len(after) == 3 and whole.lstrip("+-") != "0"
    if grouped and (large or len(set(separators)) > 1):
        return None
    if grouped:
        return float(whole + after)
    if len(after) > _MOST_DECIMALS and not large:
        return None
    return float(re.sub(r"[.,]", "", whole) + "." + after)


def heading_unit(heading: str) -> tuple[float, str | None]:
    """Give the factor and the currency that a heading names.

    Examples
    --------
    >>> heading_unit("Budget (FCFA)"), heading_unit("Montant en millions de FCFA")
    ((1.0, 'XOF'), (1000000.0, 'XOF'))
    """
    words = [word for word in _BETWEEN_WORDS.split(heading.casefold()) if word]
    beside = [{*words[max(at - 1, 0) : at], *words[at + 1 : at + 2]} for at in range(len(words))]
    alone = set(re.findall(r"\((\w+)\)", heading.casefold()))
    units = [
        _unit(word, plain=len(word) > _SHORT or word in alone or bool(near & _currency_words()))
        for word, near in zip(words, beside, strict=True)
    ]
    return math.prod(factor for factor, _ in units), next((of for _, of in units if of), None)


def _unit(word: str, *, plain: bool) -> tuple[float, str | None]:
    """Give what a word of a heading says: "mfcfa" both; "m" a factor where that is plain."""
    if _ZEROS.fullmatch(word):  # "(x 1000)", "(000 FCFA)", "(000 000)"
        return 10.0 ** word.count("0"), None
    match = _unit_pattern().fullmatch(word)
    if match is None or not (match["currency"] or plain):
        return 1.0, None
    factor = _factors().get(match["factor"] or match["factor_after"] or "", 1.0)
    return factor, _currencies().get(match["currency"] or "")


@cache
def _currencies() -> dict[str, str]:
    table: dict[str, list[str]] = read_catalogue("currencies")["currencies"]
    return {word.casefold(): code for code, words in table.items() for word in (code, *words)}


@cache
def _currency_words() -> frozenset[str]:
    return frozenset({*_currencies(), "f", "us"})  # "M F CFA", "M US $"


@cache
def _factors() -> dict[str, float]:
    table: dict[str, list[str]] = read_catalogue("currencies")["factors"]
    return {word.casefold(): float(factor) for factor, words in table.items() for word in words}


@cache
def _unit_pattern() -> re.Pattern[str]:
    factors, currencies = (
        "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        for words in (_factors(), _currencies())
    )
    return re.compile(
        rf"(?P<factor>{factors})?(?P<currency>{currencies})?(?P<factor_after>{factors})?"
    )
