"""Amounts of money as people write them: "1 302 180 $", "5,44 Millions USD", "300.000 FCFA"."""

import re
from functools import cache
from typing import Final, NamedTuple

import pandas as pd

from maligeo.readers.cells.values import strip_missing
from maligeo.readers.formats import read_catalogue
from maligeo.readers.quarantine import Faults

_NUMBER: Final = re.compile(r"[+-]?\d+(?:[ \u00a0\u2009\u202f'’]\d{3}(?!\d)|[.,]\d+)*")
_SPACES: Final = re.compile(r"[\s\u00a0\u2009\u202f'’]+")
_FILLERS: Final = re.compile(r"\b(?:de|of|d)\b|[().:]")
_MOST_DECIMALS: Final = 2


class _Amount(NamedTuple):
    value: float | None
    currency: str | None
    reason: str | None = None


def parse_amounts(texts: pd.Series, *, currency: str | None = None) -> tuple[pd.DataFrame, Faults]:
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

    Returns
    -------
    amounts : pandas.DataFrame, same index
        `amount` (Float64) and `currency` (string, ISO 4217).
    faults : Faults
        For text that is no amount, unknown currencies and numbers with two meanings.
    """
    cells = strip_missing(texts)
    codes, distinct = pd.factorize(cells, use_na_sentinel=True)
    read = [_read(str(cell)) for cell in distinct]
    missing = _Amount(None, None)
    rows = [read[code] if code >= 0 else missing for code in codes]
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


def _read(cell: str) -> _Amount:
    found = _NUMBER.findall(cell)
    if len(found) != 1:
        return _Amount(None, None, "is not an amount" if not found else "holds several numbers")
    around = _SPACES.sub("", _FILLERS.sub(" ", cell.replace(found[0], " ", 1).casefold()))
    match = _unit_pattern().fullmatch(around)
    if match is None:
        return _Amount(None, None, "is not an amount in a currency that is known")
    factor = _factors().get(match["factor"] or match["factor_after"] or "", 1.0)
    value = _value(_SPACES.sub("", found[0]), large=factor != 1.0)
    if value is None:
        return _Amount(None, None, "may have decimals or thousands after its separator")
    word = match["currency"]
    return _Amount(value * factor, _currencies().get(word) if word else None)


def _value(number: str, *, large: bool) -> float | None:
    """Read the figure; None where its separator can mean two things."""
    separators = re.findall(r"[.,]", number)
    if not separators:
        return float(number)
    last = separators[-1]
    whole, _, after = number.rpartition(last)
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


@cache
def _currencies() -> dict[str, str]:
    table: dict[str, list[str]] = read_catalogue("currencies")["currencies"]
    return {word.casefold(): code for code, words in table.items() for word in (code, *words)}


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
