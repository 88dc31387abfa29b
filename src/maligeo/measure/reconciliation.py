"""Records against what was published: the same measure, unit, period and vintage."""

import math
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from maligeo.core.audiences import SYNTHETIC, is_synthetic
from maligeo.core.checks import require_columns, require_one_vintage, require_same_vintage
from maligeo.core.columns import AT_LEAST, unit_keys, with_types
from maligeo.core.errors import ArgumentError
from maligeo.measure.densities import density
from maligeo.measure.published import counts_from_figures
from maligeo.measure.unplaced import NO_PLACE
from maligeo.readers.figures import load_figures

NATION: Final = "nation"
COLUMNS: Final = (
    "vintage", "pcode", "name", "place_kind", "period_start", "period_end", "measure", "who",
    "device", "publisher", "recorded", "published", "published_low", "published_high",
    "difference", "agrees", "basis", "source", "note",
)  # fmt: skip

_WHO = {"civilians": "victims", "civilians_killed": "killed", "civilians_injured": "injured"}
_NO_COUNT = "the records have no count for exactly this period"
_AT_LEAST = "the records have at least this"
_NONE_SEEN = "the records hold none, and do not cover this whole"


def reconcile(table: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Compare what records add up to with what was published.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table of records, as from `density` with the periods of the figures.
    figures : pandas.DataFrame
        Published figures, as from `load_figures`.

    Returns
    -------
    pandas.DataFrame
        For each publisher, group of people and device, a row per unit (or units
        together) that the publisher names, and one for the nation (`place_kind`
        "nation", all records, placed or not): `vintage, pcode, name, place_kind,
        period_start, period_end, measure, who, device, publisher, recorded, published,
        published_low, published_high, difference, agrees, basis, source, note`.
        `difference` is recorded less published; `agrees` says whether the record lies
        within the rounding of what was published. Publishers are never pooled. A figure
        without a recorded count of exactly its period is kept, with a missing difference; so is
        one of which the records hold none while they do not cover it whole.

    Raises
    ------
    FrameError
        If a column is missing.
    VintageError
        If table and figures are of different vintages.
    ArgumentError
        If the figures have none of the measures of the table.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> units = maligeo.load_boundaries()
    >>> records = pd.DataFrame(
    ...     {"event_id": ["a", "b", "c"], "event_type": "ied", "date": pd.Timestamp("2022-03-01"),
    ...      "killed": [2, 0, 1], "lon": [-4.2, -3.0, None], "lat": [14.5, 16.8, None],
    ...      "adm1_name": [None, None, "Mopti"]}
    ... )
    >>> located = maligeo.with_coverage(maligeo.locate(records, units), "2022")
    >>> table = maligeo.density(located, units, measure="incidents", period="2022-01/2022-08")
    >>> compared = maligeo.reconcile(table, maligeo.load_figures())
    >>> compared = compared[compared["recorded"].notna()]
    >>> compared[["name", "recorded", "published", "agrees"]].head(3)
             name  recorded  published  agrees
    21       <NA>       3.0      134.0   False
    22      Kayes       0.0       1.34   False
    23  Koulikoro       0.0       5.36   False
    """
    require_columns(table, ("vintage", "place_kind", "measure", "count"), what="density table")
    vintage = require_one_vintage(table["vintage"], what="density table")
    of_figures = require_one_vintage(figures["vintage"], what="figures")
    require_same_vintage(of_figures, vintage, what="figures and records")
    own = table[table["place_kind"] == "unit"]
    units = own[["vintage", "pcode", "name"]].drop_duplicates()
    rows: list[dict[str, Any]] = []
    for measure in sorted(set(table["measure"].dropna())):
        published = figures[
            (figures["measure"] == _WHO.get(measure, measure))
            & (figures["who"] == ("civilians" if measure in _WHO else "all"))
        ]
        if len(published):
            counts = counts_from_figures(published, gpd.GeoDataFrame(units))
            own = table[table["measure"] == measure]
            rows += [_compared(row, own, measure) for row in _named(counts)]
    if not rows:
        raise ArgumentError(
            f"no figure is about {', '.join(sorted(set(table['measure'].dropna())))}"
        )
    compared = _typed(pd.DataFrame(rows).assign(vintage=vintage))
    if is_synthetic(table):
        compared.attrs[SYNTHETIC] = True
    return compared


def _named(counts: pd.DataFrame) -> list[dict[str, Any]]:
    """Give what a publisher names: units, units together, and the nation."""
    series = ["measure", "publisher", "who", "device", "period_start", "period_end"]
    named = []
    for _, rows in counts.groupby(series, dropna=False, sort=True):
        first = rows.iloc[0].to_dict()
        total = {
            "pcode": pd.NA, "name": pd.NA, "place_kind": NATION, "basis": "count", "note": pd.NA,
            **dict.fromkeys(("count", "count_low", "count_high"), first["unique_total"]),
        }  # fmt: skip
        if pd.notna(first["unique_total"]):
            named.append(first | total)
        stated = rows[rows["place_kind"].isin(("unit", "joint")) & rows["basis"].notna()]
        named += stated.to_dict("records")
    return named


def _compared(row: dict[str, Any], table: pd.DataFrame, measure: str) -> dict[str, Any]:
    same = (table["period_start"] == row["period_start"]) & (
        table["period_end"] == row["period_end"]
    )
    own = table[same.fillna(False)]
    if row["place_kind"] == "joint":
        names = str(row["name"]).split(" + ")
        own = own[own["name"].isin(names)]
    elif row["place_kind"] == "unit":
        key = row["pcode"] if pd.notna(row["pcode"]) else row["name"]
        own = own[(unit_keys(own) == key) & (own["place_kind"] == "unit")]
    known = own["count"].dropna()
    recorded: Any = math.fsum(float(count) for count in known) if len(known) else pd.NA
    is_nation = row["place_kind"] == NATION
    partial = len(known) > 0 and bool(_is_partial(own, is_nation=is_nation).any())
    note = _NO_COUNT if not len(known) else _AT_LEAST if partial else None
    if partial and recorded == 0:  # nobody counted all of it
        recorded, note = pd.NA, _NONE_SEEN
    is_known = pd.notna(recorded) and pd.notna(row["count"])
    difference = recorded - row["count"] if is_known else pd.NA
    agrees: Any = pd.NA
    if pd.notna(difference) and pd.notna(row["count_high"]):
        is_more = recorded > row["count_high"] + 1e-9
        agrees = not is_more and recorded >= row["count_low"] - 1e-9
        agrees = pd.NA if partial and not is_more else agrees
    notes = [str(text) for text in (note, row["note"]) if text is not None and pd.notna(text)]
    return row | {
        "measure": measure,
        "recorded": recorded,
        "published": row["count"],
        "published_low": row["count_low"],
        "published_high": row["count_high"],
        "difference": difference,
        "agrees": agrees,
        "note": "; ".join(notes) or pd.NA,
    }


def _is_partial(own: pd.DataFrame, *, is_nation: bool) -> "pd.Series[bool]":
    """Tell which counts are lower bounds: in the nation, what has no place is counted too."""
    partial = own["count_high"].isna()
    if not is_nation or "note" not in own.columns:
        return partial
    remarks = own["note"].astype("string").fillna("")
    only_placeless = remarks.str.contains(NO_PLACE, regex=False) & ~(
        remarks.str.replace(NO_PLACE, "", regex=False).str.contains(AT_LEAST, regex=False)
    )
    return partial & ~only_placeless.astype(bool)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    numbers = ("recorded", "published", "published_low", "published_high", "difference")
    kinds = {
        **dict.fromkeys(numbers, "Float64"),
        **dict.fromkeys(("period_start", "period_end"), "datetime64[us]"),
        "agrees": "boolean",
    }
    types = {column: kinds.get(column, "string") for column in COLUMNS}
    return with_types(table[list(COLUMNS)], types)


def reconcile_incidents(
    located: pd.DataFrame, units: gpd.GeoDataFrame, *, measure: str = "incidents"
) -> pd.DataFrame:
    """Compare located incidents with all bundled figures, each for its own period.

    Parameters
    ----------
    located : pandas.DataFrame
        As from `locate`.
    units : geopandas.GeoDataFrame
        First-level units of the vintage 2015, which the figures are about.
    measure : str, default "incidents"
        What to compare, as `density` counts it.

    Returns
    -------
    pandas.DataFrame
        As from `reconcile`.

    Raises
    ------
    MaligeoError
        As `density` and `reconcile` raise.
    """
    figures = load_figures("incidents")
    spans = figures[["period_start", "period_end"]].drop_duplicates()
    ends = [spans[end].dt.strftime("%Y-%m-%d") for end in ("period_start", "period_end")]
    periods = sorted(ends[0] + "/" + ends[1])
    return reconcile(density(located, units, measure=measure, period=periods), figures)
