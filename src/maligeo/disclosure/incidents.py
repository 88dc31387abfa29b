"""Incidents released as cells: one set for a dataset, and tables that are selections of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from maligeo.core.errors import ReleaseError
from maligeo.disclosure.cells import Means, new_cells
from maligeo.disclosure.datasets import COVERS, Dataset, Edition, File, rows_of, whole_quarters
from maligeo.disclosure.division import Division
from maligeo.disclosure.partition import WHOLE_YEAR, measures_in, partition
from maligeo.disclosure.policy import Rules
from maligeo.disclosure.store import Store
from maligeo.measure.coverage import require_stated

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Listed:
    """Incidents that are to be released.

    Attributes
    ----------
    located : pandas.DataFrame
        As from `maligeo.locate`, with the statement of `with_coverage` if any; of a large list
        those that count alike in one row.
    units : geopandas.GeoDataFrame
        Units that they were located in.
    parts : iterable of pandas.DataFrame or None
        Every incident, located, where `located` has them put together.
    """

    located: pd.DataFrame
    units: gpd.GeoDataFrame
    parts: Iterable[pd.DataFrame] | None = None


@dataclass(frozen=True)
class Released:
    """The cells of one dataset.

    Attributes
    ----------
    cells : pandas.DataFrame
        Columns `maligeo.disclosure.cells.KNOWN`.
    measures : tuple of str
        What is counted.
    covers : mapping
        Which units and quarters the records cover, as `with_coverage` states it.
    """

    cells: pd.DataFrame
    measures: tuple[str, ...]
    covers: Mapping[str, Any]


def released_cells(
    listed: Listed,
    *,
    rules: Rules,
    store: Store,
    as_of: pd.Timestamp,
    advance: Advance | None = None,
) -> Released:
    """Give the cells of the dataset that incidents belong to; new ones are made and kept.

    Parameters
    ----------
    listed : Listed
        The incidents.
    rules : Rules
        For the audience.
    store : Store
        Where released cells are kept.
    as_of : pandas.Timestamp
        Day of the release.
    advance : callable, optional
        Takes the steps done and all of them.

    Returns
    -------
    Released

    Raises
    ------
    ArgumentError
        If there is no record, and no statement of what was looked at.
    ReleaseError
        If units, coverage or an earlier release stand against it, or nothing is old
        enough.
    """
    located = listed.located
    require_stated(located)
    division = Division.of(listed.units, rules)
    lattice = rules.lattice_for("incidents")
    file = File(
        pieces=partition(located, listed.units, store.key, parts=listed.parts),
        division=division,
        measures=tuple(measures_in(located)),
        covers=whole_quarters(located.attrs.get(COVERS, {})),
        cutoff=as_of - pd.Timedelta(days=lattice.delay_days),
    )
    with store.locked():
        dataset, joined = _dataset_of(file, store)
        edition = dataset.edition(file, as_of)
        dataset.require(division)
        if dataset.is_newest(edition):
            dataset.freeze(edition, file)
            _complete(dataset, edition, Means(rules.protection, store.key, dataset.name), advance)
        cells = edition.cells[_last_days(edition.cells) <= file.cutoff]
        if cells.empty:
            raise ReleaseError(
                "nothing is old enough to be released: a quarter can be released when it has been "
                f"over for {lattice.delay_days} days"
            )
        store.save(dataset.name, dataset.kept)
        for name in joined:  # only now: what was released is never without a file
            store.remove(name)
    return Released(
        cells=cells.reset_index(drop=True),
        measures=tuple(edition.kept["measures"]),
        covers=dataset.kept[COVERS],
    )


def _dataset_of(file: File, store: Store) -> tuple[Dataset, list[str]]:
    """Find the dataset that shares events with a file, or begin one; name those it took in."""
    datasets = [Dataset(kept) for kept in store.datasets().values()]
    sharing = [one for one in datasets if not file.events.isdisjoint(one.kept["events"])]
    if not sharing:
        return Dataset.begun(file), []
    dataset, *others = sorted(sharing, key=lambda one: (-len(one.kept["events"]), one.name))
    for other in others:
        if not other.kept["events"].keys() <= dataset.kept["events"].keys():
            dataset.join(other)  # else it is there already: the process ended too early
    return dataset, [other.name for other in others]


def _complete(dataset: Dataset, edition: Edition, means: Means, advance: Advance | None) -> None:
    """Make the cells of an edition that are missing."""
    earlier = [
        one.cells.assign(edition=at)
        for at, one in enumerate(dataset.editions)
        if one.since < edition.since
    ]
    new = new_cells(
        edition.frozen(dataset.division),
        edition.cells,
        means,
        earlier=pd.concat(earlier, ignore_index=True) if earlier else None,
        advance=advance,
    )
    edition.kept["cells"] += rows_of(new)


def _last_days(cells: pd.DataFrame) -> pd.Series:
    """Give the last day of each cell."""
    quarter = cells["quarter"].where(cells["quarter"] != WHOLE_YEAR, 4)
    text = cells["year"].astype(str) + "Q" + quarter.astype(str)
    return pd.PeriodIndex(text, freq="Q").end_time.normalize().to_series(index=cells.index)
