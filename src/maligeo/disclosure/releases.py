"""Frames made ready for an audience: cells of incidents, sums of areas, coarse records."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final, Literal, overload

import geopandas as gpd
import pandas as pd

from maligeo.core.audiences import (
    AUDIENCE,
    CREDITS,
    RELEASE,
    SYNTHETIC,
    Frame,
    ReleaseMark,
    audience_of,
    is_published,
    is_synthetic,
    mark_audience,
)
from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.core.session import session_audience
from maligeo.disclosure.area_sums import area_sums
from maligeo.disclosure.content_checks import HEADINGS, PLAIN
from maligeo.disclosure.division import require_cells, require_known_units, units_hash
from maligeo.disclosure.gate import kind_of
from maligeo.disclosure.generalisation import odd_units, release_records
from maligeo.disclosure.incidents import Listed, Released, released_cells
from maligeo.disclosure.marks import marks, spread
from maligeo.disclosure.partition import keyed_hash
from maligeo.disclosure.policy import RECORDS, Rules, rules_for
from maligeo.disclosure.store import Store
from maligeo.disclosure.tables import QUARTER, YEAR, cell_table
from maligeo.join.points import unit_level
from maligeo.measure.dates import Periods
from maligeo.measure.densities import concat_tables
from maligeo.readers.credits import publishers_of
from maligeo.readers.files.raw import are_made_ids

_INCIDENTS: Final = "incidents"
_AREAS: Final = "areas"
_IDS: Final = ("event_id", "project_id", "area_id")
_PASSING: Final = ("units", "population", "weights", "placement", "presence")

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Release:
    """How frames are released for a product.

    Attributes
    ----------
    audience : {"internal", "partner", "public"}
        For whom.
    as_of : str or None
        Day of the release; None where nothing is delayed.
    folder : path-like or None
        Folder of the store; by default as `maligeo.disclosure.store.store_folder` says.
    advance : callable or None
        Takes the steps done and all of them.
    """

    audience: Audience
    as_of: str | None = None
    folder: str | Path | None = None
    advance: Advance | None = field(default=None, repr=False, compare=False)

    @classmethod
    def asked(
        cls,
        audience: Audience | None,
        as_of: str | pd.Timestamp | None = None,
        *,
        folder: str | Path | None = None,
        of_records: bool = True,
        advance: Advance | None = None,
    ) -> "Release":
        """Settle what was left open: the audience of the session, and today.

        The day is recorded, since another day releases more; published figures have none.
        """
        wanted = session_audience(audience)
        day = day_of(as_of).date().isoformat()
        delayed = of_records and wanted != "internal"
        return cls(wanted, day if delayed else None, folder, advance)

    @property
    def recorded(self) -> dict[str, object]:
        """What the record of a product says of it."""
        return {AUDIENCE: self.audience, "as_of": self.as_of}

    @cached_property
    def store(self) -> Store:
        """The release store."""
        return Store.open(self.folder)

    @cached_property
    def rules(self) -> Rules:
        """What passes for the audience, by the policy of the store."""
        return rules_for(self.audience, self.store.policy)

    @property
    def by_cells(self) -> bool:
        """Whether incidents pass as counts of cells alone, and not one by one."""
        return self.audience != "internal" and _INCIDENTS not in self.rules.records

    def of(self, frame: Any, units: gpd.GeoDataFrame | None = None) -> Any:
        """Release a frame; see `release`."""
        if self.audience == "internal":
            return frame
        kind = kind_of(frame, what="the frame")
        if is_published(frame) and kind != "units":
            return frame
        if kind == _INCIDENTS and self.by_cells:
            return self.cells(frame, _given(units, kind)).all()
        if kind == _AREAS and _AREAS not in self.rules.records:
            released = area_sums(frame, self._known(_given(units, kind)), self.rules)
        elif kind in RECORDS:
            released = self._records(frame, kind)
        elif kind in _PASSING:
            released = plain(frame, kind=kind)
        else:
            return self._made_of_released(frame, kind)
        return self.mark(released, frame)

    def cells(
        self,
        located: pd.DataFrame,
        units: gpd.GeoDataFrame,
        *,
        parts: Iterable[pd.DataFrame] | None = None,
    ) -> "CellRelease":
        """Release incidents as cells.

        Parameters
        ----------
        located, units, parts
            As `maligeo.disclosure.incidents.Listed` has them.

        Raises
        ------
        ReleaseError
            As `maligeo.disclosure.incidents.released_cells`.
        """
        if located.attrs.get(RELEASE):
            raise ReleaseError("these incidents are released already: release the records")
        released = released_cells(
            Listed(located, units, parts),
            rules=self.rules,
            store=self.store,
            as_of=day_of(self.as_of),
            advance=self.advance,
        )
        return CellRelease(self, released, units, lasting_marks([located]))

    def require_cells(self, kind: str, units: gpd.GeoDataFrame, period: Periods) -> None:
        """Refuse to count records by units or periods that are not released.

        Raises
        ------
        ReleaseError
            Saying what is possible.
        """
        if self.audience != "internal":
            require_cells(self.rules.lattice_for(kind), kind, unit_level(units), period)

    def allows(self, kind: str, units: gpd.GeoDataFrame, period: Periods) -> bool:
        """Tell whether records are counted by units and periods, as `require_cells` asks."""
        try:
            self.require_cells(kind, units, period)
        except ReleaseError:
            return False
        return True

    def mark(self, released: Any, *made_from: pd.DataFrame) -> Any:
        """Mark a frame as released: for whom, in which release, by which rules."""
        text = f"{self.audience}|{self.as_of}|{self.store.policy_hash}"
        done = ReleaseMark(
            {
                "id": keyed_hash(self.store.key, text),
                AUDIENCE: self.audience,
                "rules": dict(self.rules.stated),
            }
        )
        released.attrs = {RELEASE: done, **lasting_marks(made_from)}
        return mark_audience(released, self.audience)

    def _known(self, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Refuse units that are in no reference table and not in the policy."""
        outlines = units_hash(units)
        if outlines not in self.rules.boundaries:
            require_known_units(units, outlines)
        return units

    def _records(self, frame: pd.DataFrame, kind: str) -> pd.DataFrame:
        if kind not in self.rules.records:
            raise ReleaseError(f"{kind} do not pass one by one for {self.audience!r}")
        if (odd := odd_units(frame)) and not self.rules.boundaries:
            raise ReleaseError(
                f"these {kind} are located in {odd[0]!r}, which is in no reference table: a unit "
                "can be drawn around a single place"
            )
        keyed = self._with_keyed_ids(frame)
        return release_records(keyed, self.rules.records[kind], kind=kind, as_of=day_of(self.as_of))

    def _with_keyed_ids(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Key the ids that a reader made of a file: its plain hash confirms a guess at it."""
        for name in (name for name in _IDS if name in frame.columns):
            ids = frame[name].astype("string")
            made = are_made_ids(ids)
            keyed = ids[made].map(partial(keyed_hash, self.store.key))
            frame = frame.assign(**{name: ids.where(~made, keyed)}) if made.any() else frame
        return frame

    def _made_of_released(self, frame: pd.DataFrame, kind: str) -> pd.DataFrame:
        """Let a table pass that was made of what was released, and no other."""
        if AUDIENCES.index(audience_of(frame)) < AUDIENCES.index(self.audience):
            raise ReleaseError(
                f"{kind} of records that were not released cannot be released afterwards: release "
                f"the records for {self.audience!r}, or the whole study, and count then"
            )
        return frame


def lasting_marks(frames: Sequence[pd.DataFrame]) -> dict[str, Any]:
    """Give what stays true of records in every form: that some are made up, and whose they are.

    Only publishers that everybody knows are named, and for the whole, never by row.
    """
    credits = sorted({key for frame in frames for key in publishers_of(frame)})
    synthetic = any(map(is_synthetic, frames))
    return ({SYNTHETIC: True} if synthetic else {}) | ({CREDITS: tuple(credits)} if credits else {})


def _given(units: gpd.GeoDataFrame | None, kind: str) -> gpd.GeoDataFrame:
    if units is None:
        raise ArgumentError(f"{kind} are released by unit: give the units too")
    return units


@dataclass(frozen=True)
class CellRelease:
    """Incidents released as cells: every table of them is a selection.

    Attributes
    ----------
    release : Release
        For whom, and when.
    released : Released
        The cells.
    units : geopandas.GeoDataFrame, EPSG:4326
        The units that tables show.
    lasting : mapping of str to object
        What stays true of the records in every form, see `lasting_marks`.
    """

    release: Release
    released: Released = field(repr=False)
    units: gpd.GeoDataFrame = field(repr=False)
    lasting: Mapping[str, Any] = field(default_factory=dict)

    @property
    def measures(self) -> tuple[str, ...]:
        """What is counted."""
        return self.released.measures

    def table(
        self,
        *measures: str,
        period: Periods = None,
        population: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Give the density table of some measures, of all by default.

        Raises
        ------
        ReleaseError
            As `maligeo.disclosure.tables.cell_table`.
        """
        table = cell_table(
            self.released,
            self.units,
            self.release.rules.protection,
            measures=measures or self.measures,
            period=period,
            population=population,
        )
        return self._marked(table)

    def all(self) -> pd.DataFrame:
        """Give the density table of every cell that these units have."""
        times = set(self.released.cells["quarter"] > 0)
        parts = [(YEAR, False), (QUARTER, True)]
        level = int(self.units["level"].iloc[0])
        allowed = self.release.rules.lattice_for(_INCIDENTS).times(level)
        tables = [
            self.table(period=time)
            for time, quarterly in parts
            if quarterly in times and time in allowed
        ] or [self.table()]  # which says what is there
        return self._marked(concat_tables(*tables))

    def marks(self) -> gpd.GeoDataFrame:
        """Give one point for each number of the finest cells, in the middle of its unit."""
        level = int(self.units["level"].iloc[0])
        allowed = self.release.rules.lattice_for(_INCIDENTS).times(level)
        finest = QUARTER if QUARTER in allowed else YEAR
        marked: gpd.GeoDataFrame = self._marked(
            marks(self.table(_INCIDENTS, period=finest), self.units)
        )
        return marked

    def spread(self) -> gpd.GeoDataFrame:
        """Give the marks spread evenly over their units, as a surface is made of them."""
        spread_out: gpd.GeoDataFrame = self._marked(spread(self.marks(), self.units))
        return spread_out

    def _marked(self, frame: Any) -> Any:
        marked = self.release.mark(frame)
        marked.attrs.update(self.lasting)
        return marked


@overload
def release(
    frame: Frame,
    units: gpd.GeoDataFrame | None = None,
    *,
    audience: Literal["internal"],
    as_of: str | pd.Timestamp | None = None,
    store: str | Path | None = None,
) -> Frame: ...
@overload
def release(
    frame: pd.DataFrame,
    units: gpd.GeoDataFrame | None = None,
    *,
    audience: Audience = "public",
    as_of: str | pd.Timestamp | None = None,
    store: str | Path | None = None,
) -> pd.DataFrame: ...
def release(
    frame: pd.DataFrame,
    units: gpd.GeoDataFrame | None = None,
    *,
    audience: Audience = "public",
    as_of: str | pd.Timestamp | None = None,
    store: str | Path | None = None,
) -> pd.DataFrame:
    """Make a frame ready for an audience: count, generalise and withhold what may harm.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        Incidents or projects (`locate`), areas (`read_areas`), people or units. A table
        that was counted from records of one's own cannot be released: release the records.
    units : geopandas.GeoDataFrame, EPSG:4326, optional
        The units that incidents were located in, or areas are counted by; regions or
        cercles of a reference division, or units that the policy lists.
    audience : {"internal", "partner", "public"}, default "public"
        For whom. "internal" gives the frame back as it is.
    as_of : str or pandas.Timestamp, optional
        Day of the release, from which delays count back; today by default, never later.
    store : path-like, optional
        Folder of the release store: key, policy, and what was released before. By default
        that of the variable `MALIGEO_STORE`, else one in the user's folder for state.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        For the public, of incidents a density table of all released cells: every measure,
        by year and quarter. Of areas their sums by unit, year and status, as `density`
        takes them. Of other records those that pass, coarser, with a new index.
        `attrs["audience"]` names the audience, `attrs["release"]` the release and its
        rules.

    Raises
    ------
    ReleaseError
        If the policy lets nothing of it pass, or an earlier release stands against it.
    ArgumentError
        If audience or day are not what they have to be, or units are missing.
    CrsError
        If records are not in EPSG:4326.

    Notes
    -----
    What is public of incidents depends on the dataset, the policy and the quarter, never
    on what is asked for: a lattice of cells is released once and kept in the store. Counts
    below 5 are "fewer than 5", others are rounded to multiples of 5, and integer programs
    prove that whoever has all cells cannot tell a protected count; see
    `maligeo.disclosure.cells` and `maligeo.disclosure.certificates`.

    References
    ----------
    OCHA, Data Responsibility Guidelines (2021). IASC, Operational Guidance on Data
    Responsibility in Humanitarian Action (2023). IMAS 05.10. Hundepool, A. et al. (2012),
    Statistical Disclosure Control, Wiley, chapters 4 and 5.

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
    >>> public = maligeo.release(located, units, as_of="2023-06-01")
    >>> year = public[(public["measure"] == "incidents") & (public["period_end"] == "2022-12-31")]
    >>> year.loc[year["name"] == "Mopti", ["name", "count_high", "note"]].values.tolist()[0]
    ['Mopti', 4.0, 'withheld: fewer than 5']
    """
    require_choice(audience, AUDIENCES, option="audience")
    return Release.asked(audience, as_of, folder=store).of(frame, units)


def day_of(as_of: str | pd.Timestamp | None) -> pd.Timestamp:
    """Give the day of a release: today by default; an error for no day, or one to come."""
    today = pd.Timestamp.today().normalize()
    try:
        day = today if as_of is None else pd.Timestamp(as_of)
    except ValueError as error:
        raise ArgumentError(f"as_of {as_of!r} is no day: {error}") from error
    if pd.isna(day):
        raise ArgumentError(f"as_of {as_of!r} is no day")
    day = day.tz_localize(None).normalize()
    if day > today:
        raise ArgumentError(f"as_of {as_of!r} is still to come: nothing is released ahead of time")
    return day


def plain(frame: pd.DataFrame, *, kind: str) -> pd.DataFrame:
    """Keep what passes of a frame that tells of no single record."""
    from_policy = PLAIN.get(kind)
    if from_policy is None:  # the matrix of presence
        if frame.columns.name not in HEADINGS:
            raise ReleaseError(f"a matrix of presence passes by {', '.join(HEADINGS)} alone")
        return frame.copy()
    released = frame[[name for name in frame.columns if name in from_policy]].copy()
    if kind == "population":
        released[["source", "note"]] = pd.NA
    return released
