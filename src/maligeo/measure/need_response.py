"""Need against response by unit: ranks, gaps, and how far an order hangs on what was chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from maligeo.core.audiences import inherit_audience
from maligeo.core.columns import NAMED, unit_keys, with_types
from maligeo.core.crs import Floats
from maligeo.core.errors import ArgumentError
from maligeo.core.periods import parse_period
from maligeo.measure.answer import CLASSES, need_and_response, with_undated
from maligeo.measure.densities import concat_tables
from maligeo.measure.divided_projects import DividedProjects
from maligeo.measure.indicators import Indicator, read_indicators

NEED_BY: Final = ("count", "per_100k", "per_1000_sqkm")
STATES: Final = ("number", "named", "not recorded", "none")  # of the response in a unit


def ranks(values: npt.ArrayLike) -> Floats:
    """Rank values from the largest, which is 1, to the smallest.

    Parameters
    ----------
    values : array_like, shape (..., n)
        Values of n units, compared along the last axis; NaN where not known.

    Returns
    -------
    numpy.ndarray of float64, shape (..., n)
        Ranks between 1 and the number of known values. Equal values share the mean of the
        places that they take, so that ranks always have the same sum. An unknown value
        has no rank (NaN) and takes no place.

    Notes
    -----
    Mid-ranks: Kendall, M. G. (1945), The treatment of ties in ranking problems,
    Biometrika 33, 239-251.
    """
    falling = -np.asarray(values, dtype=np.float64)
    rows = pd.DataFrame(np.atleast_2d(falling)).rank(axis="columns")
    places: Floats = rows.to_numpy(dtype=np.float64).reshape(falling.shape)
    return places


def rank_scores(values: npt.ArrayLike) -> Floats:
    """Put values on the scale of their ranks: 0 is lowest, 1 highest.

    Parameters
    ----------
    values : array_like, shape (..., n)
        Values of n units; NaN where not known.

    Returns
    -------
    numpy.ndarray of float64, shape (..., n)
        1 - (rank - 0.5) / m, where m values are known: the middle of the m-th part of the
        scale in which the unit lies. It does not change when every unit is doubled.

    Notes
    -----
    The plotting position of Hazen, A. (1914), Storage to be provided in impounding
    reservoirs for municipal water supply, Transactions of the ASCE 77, 1539-1640.
    """
    ranked = ranks(values)
    known = np.maximum(np.isfinite(ranked).sum(axis=-1, keepdims=True), 1)
    return np.asarray(1.0 - (ranked - 0.5) / known, dtype=np.float64)


_DECIMALS = 9  # scores closer than this are ties, whatever the order of their sums


@dataclass(frozen=True)
class Draws:
    """How an order is put to the test.

    Attributes
    ----------
    number : int, default 1000
        Random draws.
    seed : int, default 1
        Seed of the random numbers: the same seed gives the same table.
    agreement : float, default 0.9
        Share of the draws that an interval of ranks covers.

    Raises
    ------
    ArgumentError
        If there is no draw, the seed is negative or the agreement not within 0.5 … 1.
    """

    number: int = 1000
    seed: int = 1
    agreement: float = 0.9

    def __post_init__(self) -> None:
        if self.number < 1 or self.seed < 0 or not 0.5 <= self.agreement <= 1:
            raise ArgumentError(
                f"{self}: number must be 1 or more, seed 0 or more, agreement within 0.5 and 1"
            )


DEFAULT_DRAWS = Draws()


class DrawnRanks(NamedTuple):
    """Ranks of n units, as chosen and as drawn.

    Attributes
    ----------
    chosen : numpy.ndarray of float64, shape (n,)
        With equal weights, the first way of counting, and values as published.
    drawn : numpy.ndarray of float64, shape (draws, n)
        With random weights, ways of counting, and values within their rounding.
    """

    chosen: Floats
    drawn: Floats


def draw_ranks(
    indicators: Sequence[Indicator], draws: Draws, *, keep: npt.NDArray[np.bool_], stream: int
) -> DrawnRanks:
    """Rank units by several indicators, under many weightings.

    Parameters
    ----------
    indicators : sequence of Indicator
        Each is turned to rank scores, and the scores are averaged with weights.
    draws : Draws
        How many, from which seed.
    keep : numpy.ndarray of bool, shape (units,)
        Units to rank, all with known values.
    stream : int
        Number that sets the random numbers of this call apart from those of others.

    Returns
    -------
    DrawnRanks
        Ranks of the kept units; 1 is the largest.

    Notes
    -----
    Weights are drawn evenly from all weightings (Dirichlet distribution with all
    parameters 1), as in the uncertainty analysis of composite indicators: OECD (2008),
    Handbook on Constructing Composite Indicators, chapter 7; where weights are stated, what
    was drawn is multiplied by them. Each draw takes one way of
    counting for each measure, and counts drawn evenly, each unit by itself, from within
    the interval of their rounding; indicators of the same counts take the same draw.
    """
    rng = np.random.default_rng([draws.seed, stream])
    stated = np.array([indicator.weight for indicator in indicators])
    weights = -np.log1p(-rng.random((draws.number, len(indicators)))) * stated
    weights /= weights.sum(axis=1, keepdims=True)
    shape = (draws.number, int(keep.sum()))
    chosen, drawn = np.zeros(shape[1]), np.zeros(shape)
    chances: dict[str, tuple[Floats, Floats]] = {}
    for indicator, weight in zip(indicators, weights.T, strict=True):
        if indicator.series not in chances:
            chances[indicator.series] = rng.random((shape[0], 1)), rng.random(shape)
        shown = indicator.shown.to_numpy(dtype="float64", na_value=np.nan)[keep]
        values = _draw_values(indicator, *chances[indicator.series], keep)
        chosen += rank_scores(shown) * indicator.weight / stated.sum()
        drawn += weight[:, np.newaxis] * rank_scores(values)
    return DrawnRanks(ranks(chosen.round(_DECIMALS)), ranks(drawn.round(_DECIMALS)))


def interval(drawn: npt.ArrayLike, share: float) -> tuple[Floats, Floats]:
    """Give the middle interval that holds a share of the draws, by unit.

    Parameters
    ----------
    drawn : array_like, shape (draws, n)
        One row per draw.
    share : float
        Share of the draws within; the ends are values that were drawn.

    Returns
    -------
    low, high : numpy.ndarray of float64, shape (n,)
    """
    tail = (1.0 - share) / 2.0
    low, high = np.quantile(
        np.asarray(drawn, dtype=np.float64), [tail, 1.0 - tail], axis=0, method="inverted_cdf"
    )
    return low, high


def _draw_values(
    indicator: Indicator, way: Floats, within: Floats, keep: npt.NDArray[np.bool_]
) -> Floats:
    """Take a way of counting, and a place between the bounds, for each draw."""
    low, high = (side[:, keep] for side in indicator.bounds())
    taken = np.floor(way[:, 0] * len(low)).astype(np.intp)
    return np.asarray(low[taken] + within * (high - low)[taken], dtype=np.float64)


_KEY = ["place_kind", "pcode", "name"]
_ELSEWHERE = ["joint", "countrywide", "unattributed", "outside"]
_FIRST: Final = ("class", "certainty", "depends_on")
_NO_UNIT = "concerns no single unit: not ranked"


def coverage_gaps(
    need: pd.DataFrame,
    response: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    need_by: str | Sequence[str] = "per_100k",
    response_by: str | Sequence[str] = "count",
    draws: Draws = DEFAULT_DRAWS,
) -> pd.DataFrame:
    """Compare, unit by unit, the rank of the need with the rank of the response.

    Parameters
    ----------
    need, response : pandas.DataFrame
        Density tables of one or several measures, as from `density` and `concat_tables`. Of
        projects, give the measures of all ways of counting ("projects",
        "projects_fractional", "projects_weighted"), to see what hangs on them.
    units : geopandas.GeoDataFrame
        Units of the same vintage.
    need_by, response_by : str or sequence of str
        Columns to rank by: "count", "per_100k", "per_1000_sqkm", "smoothed_per_100k".
        Measures and columns weigh the same in the ranks, and at random in the draws.
    draws : Draws, optional
        Number and seed of the random draws, and the agreement that they have to reach.

    Returns
    -------
    pandas.DataFrame
        Units by falling gap, then those that cannot be compared, then what concerns no
        single unit (`place_kind`), with its counts and without ranks. Columns:
        `vintage, pcode, name, place_kind`; `period_start, period_end, publisher` of the
        need; one column per measure ("incidents", "incidents_per_100k"), of the need
        before `need_rank`, of the response before `response_rank`.
        `need_rank, response_rank`: 1 is the most; `_low` and `_high` the interval that
        90 % of the draws keep. `gap_places` = response_rank - need_rank, in places, with
        its own interval; above 0 the response stands further back than the need.
        `agreement`: share of the draws in which the gap lies on the same side (above 0,
        or not): how much hangs on the weights, and not how sure the answer is.
        `response_state`: "number"; "named" by a source, number not known; "not recorded",
        which is at least 0; or "none", where all was counted. `note` repeats the notes of the
        tables, and says why a unit has no gap: a need that is not known,
        whether nobody recorded it or nobody could go there, is never read as no need.

    Raises
    ------
    ArgumentError
        If a column is not known or a measure has no value for any unit.
    FrameError
        If a table lacks columns, or holds a unit twice or one that is not in `units`.
    VintageError
        If the tables and units are of different vintages.

    Notes
    -----
    Ranks share places on ties (see `ranks`) and compare order alone: some unit is always
    last, so that a gap of 0 does not mean that the response is enough. The draws follow
    `Draws`.

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
    >>> need = maligeo.density(located, units, measure="killed", period="2022")
    >>> shares = maligeo.allocate(maligeo.locate(maligeo.load_projects(), units), units)
    >>> response = maligeo.density(shares, units, measure="projects")
    >>> gaps = maligeo.coverage_gaps(need, response, units, need_by="count")
    >>> gaps[["name", "need_rank", "response_rank", "gap_places", "response_state"]].head(2)
            name  need_rank  response_rank  gap_places response_state
    0      Kayes        5.5            8.0         2.5   not recorded
    1  Koulikoro        5.5            8.0         2.5   not recorded
    """
    needs = read_indicators(need, units, by=need_by, what="need")
    responses = read_indicators(response, units, by=response_by, what="response")
    _require_apart(needs, responses)
    known = np.all([indicator.known() for indicator in (*needs, *responses)], axis=0)
    asked = draw_ranks(needs, draws, keep=known, stream=0)
    answered = draw_ranks(responses, draws, keep=known, stream=1)
    behind = DrawnRanks(answered.chosen - asked.chosen, answered.drawn - asked.drawn)
    keys = pd.Index(sorted(unit_keys(units)))
    placed = pd.concat(
        [
            _unit_frame(units).loc[keys],
            _period(needs).loc[keys],
            _values(needs),
            _ranked("need_rank", asked, keys[known], draws).reindex(keys),
            _values(responses),
            _ranked("response_rank", answered, keys[known], draws).reindex(keys),
            _ranked("gap_places", behind, keys[known], draws).reindex(keys),
            _agreement(behind, keys[known]).reindex(keys),
            _findings(needs, responses),
        ],
        axis="columns",
    ).sort_values("gap_places", ascending=False, kind="stable")
    elsewhere = _elsewhere(needs, responses).assign(vintage=placed["vintage"].iloc[0])
    table = _typed(pd.concat([placed, elsewhere], ignore_index=True)[list(placed.columns)])
    return inherit_audience(table, need, response)


def _require_apart(needs: Sequence[Indicator], responses: Sequence[Indicator]) -> None:
    both = sorted({one.name for one in needs} & {one.name for one in responses})
    if both:
        raise ArgumentError(f"need and response both hold {', '.join(both)}")


def _unit_frame(units: gpd.GeoDataFrame) -> pd.DataFrame:
    named = pd.DataFrame(units[["vintage", "pcode", "name"]]).set_axis(unit_keys(units))
    return named.assign(place_kind="unit")


def _period(needs: Sequence[Indicator]) -> pd.DataFrame:
    """Give the span of the figures of need, and who published them."""
    rows = pd.concat([indicator.rows[0] for indicator in needs])
    publishers = sorted({*rows["publisher"].dropna()} - {""})  # records have none
    return pd.DataFrame(
        {
            "period_start": pd.to_datetime(rows["period_start"]).min(),
            "period_end": pd.to_datetime(rows["period_end"]).max(),
            "publisher": " | ".join(publishers) or pd.NA,
        },
        index=needs[0].rows[0].index,
    )


def _values(indicators: Sequence[Indicator]) -> pd.DataFrame:
    return pd.DataFrame({indicator.name: indicator.shown for indicator in indicators})


def _ranked(name: str, ranked: DrawnRanks, keys: pd.Index, draws: Draws) -> pd.DataFrame:
    low, high = interval(ranked.drawn, draws.agreement)
    columns = {name: ranked.chosen, f"{name}_low": low, f"{name}_high": high}
    return pd.DataFrame(columns, index=keys)


def _agreement(gap: DrawnRanks, keys: pd.Index) -> pd.DataFrame:
    agreement = ((gap.drawn > 0) == (gap.chosen > 0)).mean(axis=0)
    return pd.DataFrame({"agreement": agreement}, index=keys)


def _findings(needs: Sequence[Indicator], responses: Sequence[Indicator]) -> pd.DataFrame:
    """Say what is known of the response, and why a unit cannot be compared."""
    notes = [_notes("need", one) for one in needs] + [_notes("response", one) for one in responses]
    note = pd.concat(notes, axis="columns").apply(_distinct, axis="columns")
    return pd.DataFrame({"response_state": _states(responses), "note": note})


def _states(responses: Sequence[Indicator]) -> "pd.Series[str]":
    """Tell a number from a unit that is named, one without a record, and a counted zero."""
    known = np.all([one.known() for one in responses], axis=0)
    rows = [one.rows[0] for one in responses]
    some = np.any([one["count"].gt(0).fillna(False) for one in rows], axis=0)
    named = np.any([one["note"].str.contains(NAMED).fillna(False) for one in rows], axis=0)
    is_open = np.any([one["count_high"].isna() for one in rows], axis=0)
    found = np.select([some, named, is_open], STATES[:-1], STATES[-1])
    return pd.Series(found, index=rows[0].index, dtype="string").where(known)


def _notes(what: str, indicator: Indicator) -> "pd.Series[str]":
    """Repeat what the tables note, after the word that a value is not known where it is not."""
    known = pd.Series(indicator.known(), index=indicator.shown.index)
    notes = pd.concat([way["note"] for way in indicator.rows]).groupby(level=0).first()
    said = notes.reindex(known.index).astype("string")
    return (f"{what}: " + said).where(known, f"{what} not known: " + said.fillna("no figure"))


def _distinct(notes: "pd.Series[str]") -> str | None:
    return "; ".join(dict.fromkeys(notes.dropna())) or None


def _elsewhere(needs: Sequence[Indicator], responses: Sequence[Indicator]) -> pd.DataFrame:
    """Lay the counts that concern no single unit side by side, one row per kind and name."""
    indicators = (*needs, *responses)
    frames = [
        one.elsewhere.assign(name=one.elsewhere["name"].fillna(""))
        .groupby(["place_kind", "name"])["value"]
        .first()
        .rename(one.name)
        for one in indicators
    ]
    table = pd.concat(frames, axis="columns").reset_index()
    order = pd.Categorical(table["place_kind"], categories=_ELSEWHERE, ordered=True)
    table = table.assign(order=order).sort_values(["order", "name"]).drop(columns="order")
    return table.assign(pcode=pd.NA, name=table["name"].replace("", pd.NA), note=_NO_UNIT)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    text = ("vintage", "pcode", "name", "place_kind", "publisher", "response_state", "note")
    days = dict.fromkeys(("period_start", "period_end"), "datetime64[ns]")
    numbers = dict.fromkeys(table.columns, "Float64")
    return with_types(table, numbers | dict.fromkeys(text, "string") | days)


def incident_gaps(
    need: pd.DataFrame,
    located: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    people: pd.DataFrame | None = None,
    period: str | None = None,
    draws: Draws = DEFAULT_DRAWS,
) -> pd.DataFrame:
    """Answer by unit where need is, who is active there and how sure that is; and rank units.

    Parameters
    ----------
    need : pandas.DataFrame
        Density table of incidents, as from `density`; of several publications and periods
        the one that names most units counts, of these the latest.
    located : pandas.DataFrame
        Projects as `locate` gives them.
    units : geopandas.GeoDataFrame
        Units of the same vintage.
    people : pandas.DataFrame, optional
        People per unit, as from `population`. Without it rates per person and the way of
        counting projects by people are left out.
    period : str, optional
        When projects must be under way, such as "2022"; without it all count that are not
        planned, suspended or cancelled, whenever they were.
    draws : Draws, optional
        Random draws of the ranks, see `coverage_gaps`.

    Returns
    -------
    pandas.DataFrame
        The columns of `need_and_response`, of which `class`, `certainty` and `depends_on` go
        first, and those of `coverage_gaps`. Units by class, need and nobody recorded first,
        then by falling need; then what concerns no single unit.

    Raises
    ------
    ArgumentError
        If no incident is known by unit, or the incidents are about no period.
    VintageError
        If the frames are of different vintages.
    """
    projects = DividedProjects(located, units)
    return gaps_between(need, projects, people=people, period=period, draws=draws)


def gaps_between(
    need: pd.DataFrame,
    projects: DividedProjects,
    *,
    people: pd.DataFrame | None = None,
    period: str | None = None,
    draws: Draws = DEFAULT_DRAWS,
) -> pd.DataFrame:
    """Compare need with projects that are divided among units already, see `incident_gaps`."""
    span, units = None if period is None else parse_period(period), projects.units
    chosen = with_undated(_widest(need), need)
    answer = need_and_response(chosen, projects.shares, units, people=people, period=span)
    ranked = _ranks_of(chosen, projects.under_way(span), people, draws)
    return _answered(answer, ranked)


def _ranks_of(
    need: pd.DataFrame, projects: DividedProjects, people: pd.DataFrame | None, draws: Draws
) -> pd.DataFrame:
    response = [*projects.counts.values()]
    if people is not None:
        response.append(projects.by_people(people))
    known = need[need["place_kind"] == "unit"].groupby("measure")[list(NEED_BY)]
    need_by = [by for by, counts in known.count().items() if counts.gt(0).all()]
    table = concat_tables(*response)
    return coverage_gaps(need, table, projects.units, need_by=need_by, draws=draws)


def _answered(answer: pd.DataFrame, ranked: pd.DataFrame) -> pd.DataFrame:
    """Put an answer and ranks side by side, the units that need somebody most first."""
    keys = ["place_kind", "pcode", "name"]
    extra = [*keys, *answer.columns.difference(ranked.columns, sort=False)]
    table = ranked.merge(answer[extra], on=keys, how="left")
    table["programmes"] = table["programmes"].astype("Float64")
    need = answer.columns[answer.columns.get_loc("note") + 1]
    order = pd.Categorical(table["class"], categories=CLASSES, ordered=True)
    table = table.assign(order=order).sort_values(
        ["order", need], ascending=[True, False], kind="stable"
    )
    first = ["vintage", *keys[1:], keys[0], *_FIRST]
    rest = [name for name in table.columns if name not in (*first, "order", "note")]
    result = table[[*first, *rest, "note"]].reset_index(drop=True)
    return inherit_audience(result, answer, ranked)


def _widest(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the publication that names most units; of several, the latest."""
    series = ["publisher", "period_start", "period_end"]
    table = table.assign(publisher=table["publisher"].fillna(""))  # records have none
    # A figure that is "at least" is of a shorter period; records are where they are.
    whole = table["count_high"].notna() | (table["publisher"] == "")
    named = whole & table["count"].notna() & (table["place_kind"] == "unit")
    keys = ["measure", *series]
    counts = named.groupby([table[column] for column in keys]).sum().reset_index(name="units")
    if counts.empty:
        raise ArgumentError("the incidents are about no period: say which, such as 2021")
    order = ["units", "period_end", "period_start", "publisher"]
    best = counts.sort_values(order).groupby("measure").tail(1)
    kept = table[pd.MultiIndex.from_frame(table[keys]).isin(pd.MultiIndex.from_frame(best[keys]))]
    _require_known(kept, best)
    return kept


def _require_known(kept: pd.DataFrame, best: pd.DataFrame) -> None:
    """Refuse measures of which no unit has a value in their period."""
    known = kept["count"].notna() & (kept["place_kind"] == "unit")
    for one in best[~best["measure"].isin(kept.loc[known, "measure"])].to_dict("records"):
        start, end = (one[side].date() for side in ("period_start", "period_end"))
        if kept.loc[kept["measure"] == one["measure"], "count"].gt(0).any():
            raise ArgumentError(
                f"what is known of {one['measure']} from {start} to {end} is of no single unit. "
                "Ask for a period whose counts are broken down by unit"
            )
        raise ArgumentError(
            f"no unit has a value of {one['measure']} from {start} to {end}: nothing is recorded "
            "then, and nobody says that it was looked at. Ask for another period, or say what the "
            "records cover (--covers)"
        )
