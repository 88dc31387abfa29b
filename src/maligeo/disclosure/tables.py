"""Tables for an audience: small counts hidden so that totals do not give them back."""

import pandas as pd

from maligeo.core import columns, words
from maligeo.core.audiences import audience_of, is_published
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.core.errors import ReleaseError
from maligeo.disclosure.content_checks import HEADINGS, PLAIN, gap_columns_withheld
from maligeo.disclosure.policy import MeasureRules
from maligeo.disclosure.report import Report, withheld_columns
from maligeo.disclosure.suppression import suppress_table


def release_density(
    table: pd.DataFrame, rules: MeasureRules, *, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, Report]:
    """Release a density table.

    Published figures pass as they are. Of the other rows those pass whose measure the
    policy shows; recent periods of delicate measures are left out, small counts hidden.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `density` or `concat_tables`.
    rules : MeasureRules
        What passes.
    as_of : pandas.Timestamp
        Day of the release.

    Returns
    -------
    pandas.DataFrame
        Columns as `maligeo.core.columns.DENSITY`.
    Report
        What was withheld.

    Raises
    ------
    ReleaseError
        If delicate counts are about no period, so that the delay cannot be kept.
    """
    published = table["publisher"].notna()
    shown = published | table["measure"].map(rules.is_shown).astype(bool)
    delicate = ~published & table["measure"].map(rules.is_hidden_when_small).astype(bool)
    recent = _is_recent(table, delicate, rules, as_of)
    kept = table[shown & ~recent]
    kept = kept[[name for name in columns.DENSITY if name in kept.columns]].copy()
    own = kept["publisher"].isna()
    kept.loc[own, "source"] = pd.NA  # whoever reported may be named there
    kept.loc[own, ["records", "per_incident"]] = pd.NA  # of victims they count the incidents
    kept["note"] = kept["note"].where(~own, kept["note"].map(_known_remarks)).astype("string")
    measures = sorted(kept.loc[own, "measure"].unique())
    hidden = [name for name in measures if rules.is_hidden_when_small(name)]
    released, cells_hidden = _without_small(kept, hidden, rules.smallest_cell)
    released = _rounded(released, hidden, rules.round_to)
    gone, others = withheld_columns(table, released)
    report = Report(
        columns_withheld=gone,
        own_columns_withheld=others,
        smallest_cell=rules.smallest_cell,
        round_to=rules.round_to,
        measures_withheld=table.loc[~shown, "measure"].nunique(),
        cells_hidden=cells_hidden,
        waiting_from=_first_day(table[recent]),
    )
    return released, report


def release_plain(frame: pd.DataFrame, *, kind: str) -> tuple[pd.DataFrame, Report]:
    """Release a table that is about no incident: the columns that the library knows."""
    if kind == "presence":
        if frame.columns.name not in HEADINGS:
            raise ReleaseError(f"a matrix of presence passes by {', '.join(HEADINGS)} alone")
        return frame.copy(), Report()
    passing = [name for name in frame.columns if name in PLAIN[kind]]
    released = frame[passing].copy()
    if kind == "population" and not is_published(frame):
        released[["source", "note"]] = pd.NA
    known, own = withheld_columns(frame, released)
    return released, Report(columns_withheld=known, own_columns_withheld=own)


def require_gaps(gaps: pd.DataFrame, rules: MeasureRules, *, audience: Audience) -> None:
    """Refuse gaps that were not made from released tables: ranks tell what counts hide."""
    if AUDIENCES.index(audience_of(gaps)) < AUDIENCES.index(audience):
        raise ReleaseError(
            f"gaps cannot be released afterwards: release the density tables for {audience!r} "
            "first, and compute the gaps from these"
        )
    odd = gap_columns_withheld(gaps, rules)
    if odd:
        raise ReleaseError(f"gaps have {len(odd)} columns that do not pass: leave them out")


def _is_recent(
    table: pd.DataFrame, delicate: "pd.Series[bool]", rules: MeasureRules, as_of: pd.Timestamp
) -> "pd.Series[bool]":
    """Tell which delicate rows are about periods that are not over for long enough."""
    if rules.delay_days == 0 or not delicate.any():
        return pd.Series(False, index=table.index)
    if table.loc[delicate, "period_end"].isna().all():
        raise ReleaseError(
            f"the counts are about no period, so that a delay of {rules.delay_days} days cannot "
            "be kept: count by period, e.g. maligeo.density(…, period='year')"
        )
    cutoff = as_of - pd.Timedelta(days=rules.delay_days)
    return delicate & (table["period_end"] > cutoff)


def _first_day(recent: pd.DataFrame) -> str | None:
    first = recent["period_start"].min()
    return None if pd.isna(first) else first.date().isoformat()


def _without_small(
    table: pd.DataFrame, measures: list[str], smallest: int
) -> tuple[pd.DataFrame, int]:
    """Hide small counts of some measures, and say how many counts are hidden."""
    if smallest <= 1 or not measures:
        return table, 0
    released, counted = suppress_table(table, k=smallest, sensitive_measures=measures)
    return released, counted.withheld


def _rounded(table: pd.DataFrame, measures: list[str], to: int) -> pd.DataFrame:
    """Round counts to multiples; what would give them back finer goes."""
    if to <= 1 or not measures:
        return table
    rows = table["publisher"].isna() & table["measure"].isin(measures)
    table = table.copy()
    finer = [
        name
        for name in ("count_low", "count_high", "per_1000_sqkm", "per_100k", "ci_low", "ci_high",
                     "smoothed_per_100k", "local_per_100k", "per_incident", "records",
                     "unique_total", "low_count")
        if name in table.columns
    ]  # fmt: skip
    table.loc[rows, finer] = pd.NA
    table.loc[rows, "count"] = (table.loc[rows, "count"] / to).round() * to
    return table


def _known_remarks(note: object) -> object:
    """Keep the remarks that this library or its data wrote."""
    return words.known_remarks(note) or pd.NA
