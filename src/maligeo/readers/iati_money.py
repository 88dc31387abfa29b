"""The money of an IATI activity: budgets and transactions, added up by currency."""

import math
import re
from typing import Any, Final
from xml.etree.ElementTree import Element

from maligeo.errors import Fault
from maligeo.readers.sourceformats import read_catalogue

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_REVISED: Final = "2"

Sums = dict[str, float]


def read_money(element: Element, number: int, faults: list[Fault]) -> dict[str, Any]:
    """Add up the money of an activity.

    The budget is the sum of its budgets, where a revised one takes the place of those
    whose period it touches; without budgets it is the sum of outgoing commitments, and
    `note` says so. Amounts in several currencies are never added: they stand in `note`.

    Parameters
    ----------
    element : xml.etree.ElementTree.Element
        `iati-activity`.
    number : int
        Its number in the file, for the faults.
    faults : list of Fault
        Takes what is found: values that are no numbers, currencies that are not said.

    Returns
    -------
    dict
        `budget_amount, budget_currency, donor_amount, disbursed_amount, note`.
    """
    kinds = read_catalogue("projects_iati")["transactions"]
    budgets = _sum(element, _valid_budgets(element), number, faults)
    spent = {name: _sum_of(element, codes, number, faults) for name, codes in kinds.items()}
    notes = []
    if not budgets and spent["commitment"]:
        budgets = spent["commitment"]
        notes.append("budget: sum of outgoing commitments")
    known = [sums for sums in (budgets, spent["disbursed"], spent["donor"]) if sums]
    currency = next(iter(known[0])) if known and len(known[0]) == 1 else None
    money: dict[str, Any] = {"budget_currency": currency}
    columns = (
        ("budget_amount", budgets),
        ("donor_amount", spent["donor"]),
        ("disbursed_amount", spent["disbursed"]),
    )
    for column, sums in columns:
        alone = currency is not None and list(sums) == [currency]
        money[column] = sums[str(currency)] if alone else None
        if sums and not alone:
            listed = " + ".join(f"{amount:.2f} {code}" for code, amount in sorted(sums.items()))
            notes.append(f"{column}: {listed}")
    money["note"] = "; ".join(notes) or None
    return money


def _valid_budgets(element: Element) -> list[Element]:
    """Give the revised budgets, and of the original ones those that none has replaced."""
    budgets = element.findall("budget")
    revised = [budget for budget in budgets if budget.get("type") == _REVISED]
    spans = [_span(budget) for budget in revised]
    original = [
        budget
        for budget in budgets
        if budget.get("type") != _REVISED
        and not any(start <= _span(budget)[1] and _span(budget)[0] <= end for start, end in spans)
    ]
    return revised + original


def _span(budget: Element) -> tuple[str, str]:
    """Give first and last day as text, which compares as dates do."""
    start, end = (budget.find(name) for name in ("period-start", "period-end"))
    return (
        (start.get("iso-date") or "") if start is not None else "",
        (end.get("iso-date") or "9999") if end is not None else "9999",
    )


def _sum_of(element: Element, codes: list[str], number: int, faults: list[Fault]) -> Sums:
    wanted = []
    for transaction in element.findall("transaction"):
        kind = transaction.find("transaction-type")
        if kind is not None and (kind.get("code") or "").strip() in codes:
            wanted.append(transaction)
    return _sum(element, wanted, number, faults)


def _sum(element: Element, entries: list[Element], number: int, faults: list[Fault]) -> Sums:
    default = element.get("default-currency")
    amounts: dict[str, list[float]] = {}
    for entry in entries:
        value = entry.find("value")
        text = "" if value is None else (value.text or "").strip()
        currency = None if value is None else (value.get("currency") or default)
        column = f"{entry.tag}/value"
        if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            faults.append(Fault(number, column, text or None, "is no number"))
        elif currency is None or not _CURRENCY.fullmatch(currency.strip()):
            faults.append(Fault(number, column, text, f"is in no known currency ({currency})"))
        else:
            amounts.setdefault(currency.strip(), []).append(float(text))
    return {currency: math.fsum(values) for currency, values in amounts.items()}
