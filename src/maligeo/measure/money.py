"""Money: in its original currency, converted only by a rate with a date and a source.

Amounts stay nominal: nothing here corrects for prices.
"""

from typing import Final

import pandas as pd

from maligeo import catalog
from maligeo.core.checks import require_columns
from maligeo.core.errors import Fault, FrameError

_FUNDER: Final = "funder"
_BUDGET: Final = "budget_amount"
_GIVEN: Final = "donor_amount"
RATES: Final = ("currency", "to_currency", "rate", "date", "source")


def parity_rates() -> pd.DataFrame:
    """Give the rates that the law fixes: the euro and the currency of the country.

    Returns
    -------
    pandas.DataFrame
        Both ways, columns as `RATES`: one `currency` is worth `rate` of `to_currency`.
        `date` is missing, as the parity has not changed since the euro came in 1999.

    Notes
    -----
    100 XOF = 1 FRF and 1 EUR = 6.55957 FRF (Council Regulation (EC) No 2866/98), so that
    1 EUR = 655.957 XOF; the agreements behind it go on by Council Decision 98/683/EC.
    """
    facts = catalog.country()
    local, parity = str(facts["currency"]), facts["eur_parity"]
    rate = float(parity[f"{local} per EUR"])
    rows = [("EUR", local, rate), (local, "EUR", 1.0 / rate)]
    table = pd.DataFrame(rows, columns=["currency", "to_currency", "rate"])
    return _typed_rates(table.assign(date=pd.NaT, source=str(parity["source"])))


def convert_money(
    amounts: pd.DataFrame,
    *,
    to: str,
    rates: pd.DataFrame | None = None,
    amount: str = "budget_amount",
    currency: str = "budget_currency",
) -> pd.DataFrame:
    """Convert amounts to one currency, and say by which rate.

    Parameters
    ----------
    amounts : pandas.DataFrame
        Rows with an amount and its currency, such as projects.
    to : str
        Currency to convert to, by its code of ISO 4217.
    rates : pandas.DataFrame, optional
        Columns `currency, to_currency, rate, date, source`: one row per pair, for one
        `currency` the number of `to_currency`. The legal parity of the euro (see
        `parity_rates`) is known without; a row for that pair is refused.
    amount, currency : str
        Columns of the amount and of its currency.

    Returns
    -------
    pandas.DataFrame
        The input and four columns: `{amount}_{to}` in lower case ("budget_amount_xof"),
        `rate, rate_date, rate_source`. What has no amount has no converted amount. The
        amounts are nominal: of the years in which they were given.

    Raises
    ------
    FrameError
        If columns are missing, an amount has no currency, a currency has no rate, or a
        rate has no date or source, is not above 0, or stands twice.
    """
    require_columns(amounts, (amount, currency), what="amounts")
    table = _rate_table(rates, to)
    wanted = amounts[currency].astype("string").where(amounts[amount].notna())
    faults = [
        Fault(row, currency, None, f"{amount} has no currency")
        for row in amounts.index[amounts[amount].notna() & wanted.isna()]
    ]
    faults += [
        Fault(None, currency, code, f"no rate to {to}: give one in rates, with its date and source")
        for code in sorted(set(wanted.dropna()) - set(table.index))
    ]
    if faults:
        raise FrameError("amounts", faults)
    rate = wanted.map(table["rate"]).astype("Float64")
    return amounts.assign(
        **{f"{amount}_{to.lower()}": amounts[amount].astype("Float64") * rate},
        rate=rate,
        rate_date=pd.to_datetime(wanted.map(table["date"])),
        rate_source=wanted.map(table["source"]).astype("string"),
    )


def money_totals(
    projects: pd.DataFrame,
    *,
    by: str = "programme",
    amount: str = "budget_amount",
    currency: str = "budget_currency",
) -> pd.DataFrame:
    """Add the money of projects up, each project once and each currency by itself.

    Parameters
    ----------
    projects : pandas.DataFrame
        One row per project and place; the amount stands on every row of a project.
    by : str, default "programme"
        Column to group by. By "funder" the amount is what the funder gave (`donor_amount`),
        and the budget where the source does not tell these apart; what several gave together
        is a group of its own.
    amount, currency : str
        Columns of the amount and of its currency.

    Returns
    -------
    pandas.DataFrame
        One row per value of `by` and currency, in alphabetical order: `by`, `currency`,
        `amount` (nominal), `records` with an amount and `without_amount`. A value of `by`
        of which no amount is known has one row without a currency or an amount.

    Raises
    ------
    FrameError
        If columns are missing, or a project has several amounts or currencies.
    """
    columns = ["project_id", by, amount, currency]
    require_columns(projects, columns, what="projects")
    if by == _FUNDER and amount == _BUDGET and _GIVEN in projects.columns:
        # What a funder gave is its own part, where the source tells it from the whole.
        given = projects[_GIVEN].astype("Float64").fillna(projects[_BUDGET].astype("Float64"))
        projects = projects.assign(**{_BUDGET: given})
    once = projects[columns].drop_duplicates().sort_values("project_id")
    twice = once[once["project_id"].duplicated()]
    if len(twice):
        reason = f"has several of {by}, {amount} or {currency}"
        faults = [
            Fault(row, "project_id", name, reason) for row, name in twice["project_id"].items()
        ]
        raise FrameError("projects", faults)
    known = once[amount].notna()
    totals = (
        once[known]
        .groupby([by, currency], dropna=False)
        .agg(amount=(amount, "sum"), records=(amount, "size"))
        .reset_index()
        .rename(columns={currency: "currency"})
    )
    without = (~known).groupby(once[by], dropna=False).sum().rename("without_amount").reset_index()
    table = without.merge(totals, on=by, how="left").sort_values([by, "currency"])
    table["records"] = table["records"].fillna(0)
    types = {"amount": "Float64", "records": "Int64", "without_amount": "Int64"}
    table = table.astype(types | {"currency": "string"})
    return table[[by, "currency", *types]].reset_index(drop=True)


def _rate_table(rates: pd.DataFrame | None, to: str) -> pd.DataFrame:
    """Give the rates to a currency by the currency that they are from, itself at 1."""
    own = pd.DataFrame(
        {"currency": [to], "to_currency": to, "rate": 1.0, "date": pd.NaT, "source": "itself"}
    )
    known = pd.concat([_typed_rates(own), parity_rates()], ignore_index=True)
    if rates is not None:
        require_columns(rates, RATES, what="rates")
        _require_sound(rates, known)
        known = pd.concat([known, _typed_rates(rates)], ignore_index=True)
    return known[known["to_currency"] == to].set_index("currency")


def _require_sound(rates: pd.DataFrame, known: pd.DataFrame) -> None:
    """Refuse rates without a date or a source, and pairs that have a rate already."""
    pair = pd.MultiIndex.from_frame(rates[["currency", "to_currency"]])
    fixed = pair.isin(pd.MultiIndex.from_frame(known[["currency", "to_currency"]]))
    checks = (
        ("rate", ~(rates["rate"] > 0).fillna(False), "must be above 0"),
        ("date", rates["date"].isna(), "a rate needs its date"),
        ("source", rates["source"].isna(), "a rate needs its source"),
        ("currency", pair.duplicated(keep=False), "has several rates: keep one date"),
        ("currency", fixed, "is fixed by law and needs no rate"),
    )
    faults = [
        Fault(row, column, rates.at[row, column], reason)
        for column, wrong, reason in checks
        for row in rates.index[wrong]
    ]
    if faults:
        raise FrameError("rates", faults)


def _typed_rates(rates: pd.DataFrame) -> pd.DataFrame:
    """Give the columns their types, so that tables join without guessing."""
    typed = rates[list(RATES)].astype(
        {"currency": "string", "to_currency": "string", "rate": "Float64", "source": "string"}
    )
    return typed.assign(date=pd.to_datetime(typed["date"]))
