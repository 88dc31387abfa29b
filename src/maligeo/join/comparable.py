"""Records as texts that can be held against one another, whatever their types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from maligeo.core.checks import require_choice, require_columns
from maligeo.core.crs import GEOGRAPHIC, SQM_PER_SQKM, Shapes, area_sqkm, shapes_of, to_geographic
from maligeo.core.placenames import normalise
from maligeo.readers.files.raw import are_made_ids
from maligeo.readers.reading import ATTRIBUTE

POSITION: Final = "position"
OUTLINE: Final = "outline"
BETWEEN: Final = " | "  # values of the rows of one record
_PAIRS: Final = (("lon", "lat"), ("place_lon", "place_lat"))  # columns of positions
_DEGREES: Final = 1e-7  # about a centimetre: what files round positions to
_PLACES: Final = ("place_name", "adm3_name", "adm2_name", "adm1_name")
_FOLLOWS: Final = ("computed_area_sqm", "project_count")  # from other fields
# Where the file has no such column, made of its name, of other columns, or of nothing.
_MADE: Final = ("source", "location_precision", "title", "reach", "place_share")
_OF_NAMES: Final = ("place", "place_level", "place_parent")  # where there are names by level
_PRECISION: Final = "date_precision"  # of `date`, of which it is a part
_NOT_SAID: Final = "unknown"  # an outcome
_COARSE: Final = ("week", "month", "quarter", "year")


class Kind(NamedTuple):
    """How records of a kind are told apart.

    Attributes
    ----------
    key : str
        Column of their ids.
    telling : tuple of str
        Fields that seldom are the same of two records.
    label : tuple of str
        Fields by which a reader knows a record.
    has_rows : bool
        Whether rows of one id are one record.
    """

    key: str
    telling: tuple[str, ...]
    label: tuple[str, ...]
    has_rows: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    "incidents": Kind(
        "event_id",
        ("date", "event_type", POSITION, *_PLACES, "killed", "injured"),
        ("date", "event_type", *_PLACES),
    ),
    "projects": Kind(
        "project_id",
        ("title", "programme", "organisation", "funder", "sector", "start_date", "end_date",
         "budget_amount", "place", *_PLACES),
        ("title", "organisation", "place", *_PLACES),
        has_rows=True,
    ),
    "areas": Kind(
        "area_id",
        ("status", OUTLINE, POSITION, *_PLACES, "start_date", "end_date", "declared_area_sqm"),
        ("status", *_PLACES),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Comparable:
    """Records of one list.

    Attributes
    ----------
    kind : Kind
        What they are.
    texts : pandas.DataFrame of str
        Each field of each record, as a text of one form; missing where it is not known.
    ids : pandas.Series of str
        By place; missing where the file has none.
    rows : sequence
        Labels in the frame; of several rows the first.
    values : pandas.DataFrame
        Numbers and days, for differences.
    shapes : mapping of str to numpy.ndarray of shapely.Geometry
        `POSITION` and `OUTLINE`, where there are any, EPSG:4326.
    """

    kind: Kind
    texts: pd.DataFrame
    ids: "pd.Series[str]"
    rows: Sequence[Any]
    values: pd.DataFrame
    shapes: Mapping[str, Shapes]

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def fields(self) -> list[str]:
        """Names of the fields."""
        return [str(name) for name in self.texts.columns]

    @property
    def telling_fields(self) -> tuple[str, ...]:
        """Fields that tell records of the kind apart, whether these have them or not."""
        return self.kind.telling

    @cached_property
    def telling(self) -> list[tuple[str | None, ...]]:
        """Values of these by record; names of places without accents and the like."""
        columns = [
            self.texts[name].map(normalise, na_action="ignore") if name in _PLACES
            else self.texts[name]
            for name in self.kind.telling if name in self.texts
        ]  # fmt: skip
        given = [name for name in self.kind.telling if name in self.texts]
        table = pd.DataFrame(dict(zip(given, columns, strict=True)), index=self.texts.index)
        table = table.reindex(columns=list(self.kind.telling)).astype("object")
        return [
            tuple(None if pd.isna(value) else str(value) for value in row)
            for row in table.itertuples(index=False, name=None)
        ]

    @cached_property
    def repeated(self) -> dict[str, int]:
        """Ids that several records have, and how many."""
        counts = self.ids.dropna().value_counts(sort=False)
        return {str(one): int(count) for one, count in counts[counts > 1].items()}

    @cached_property
    def id_at(self) -> list[str | None]:
        """The id of each record by its place."""
        return [None if pd.isna(one) else str(one) for one in self.ids]

    @cached_property
    def _cells(self) -> dict[str, list[str | None]]:
        return {
            str(name): [None if pd.isna(value) else str(value) for value in column]
            for name, column in self.texts.items()
        }

    def value(self, name: str, at: int) -> str | None:
        """Give a field of a record."""
        return self._cells[name][at]

    def hashes(self, fields: Sequence[str]) -> "pd.Series[int]":
        """Give a number for what each record says in some fields, the same for the same."""
        if not fields:
            return pd.Series(np.zeros(len(self), dtype=np.uint64))
        table = self.texts[list(fields)].astype("object")
        return pd.util.hash_pandas_object(table.fillna("\0"), index=False)

    def label(self, at: int) -> str:
        """Say what tells a record apart: day, kind, place."""
        known = [self.value(name, at) for name in self.kind.label if name in self.texts]
        return ", ".join(text for text in known if text)

    def shown(self, name: str, at: int) -> Any:
        """Give a field as a reader sees it; missing where it is not known."""
        text = self.value(name, at)
        if name == OUTLINE and text is not None:
            return _plain(float(self._square_metres[at]))
        return pd.NA if text is None else text

    @cached_property
    def _square_metres(self) -> Any:
        return area_sqkm(gpd.GeoSeries(self.shapes[OUTLINE], crs=GEOGRAPHIC)) * SQM_PER_SQKM

    def difference(self, name: str, at: int, other: "Comparable", place: int) -> float:
        """Say by how much a field differs, where that can be said; else NaN."""
        if self.value(name, at) is None or other.value(name, place) is None:
            return float("nan")
        if name in self.shapes:
            one, two = self.shapes[name][at], other.shapes[name][place]
            if one is None or two is None:  # of a record at several places
                return float("nan")
            return _metres(one, two) if name == POSITION else _square_metres_between(one, two)
        if name not in self.values or name not in other.values:
            return float("nan")
        return float(other.values[name].iloc[place] - self.values[name].iloc[at])


def comparable(frame: pd.DataFrame, kind: str) -> Comparable:
    """Make records comparable.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        As readers give it.
    kind : {"incidents", "projects", "areas"}
        What it holds.

    Raises
    ------
    ArgumentError
        If there is no such kind.
    FrameError
        If it has no column of ids.
    CrsError
        If its shapes are not in EPSG:4326.
    """
    require_choice(kind, KINDS, option="kind")
    how = KINDS[kind]
    require_columns(frame, (how.key,), what=kind)
    plain = pd.DataFrame(frame).drop(columns=["geometry"], errors="ignore")
    texts = _texts(plain).drop(columns=[how.key, *_FOLLOWS, _PRECISION], errors="ignore")
    texts = texts.drop(columns=_not_stated(texts, frame.attrs.get(ATTRIBUTE, {})))
    shapes = _shapes(frame, kind)
    if pair := next((pair for pair in _PAIRS if {*pair} <= {*texts.columns}), None):
        shapes |= {POSITION: shapely.points(*(plain[name].astype("float64") for name in pair))}
        texts = texts.drop(columns=[*pair])
    texts = texts.assign(**{name: _shape_texts(some) for name, some in shapes.items()})
    ids = plain[how.key].astype("string").str.strip().replace("", pd.NA).reset_index(drop=True)
    ids = ids.mask(are_made_ids(ids.fillna("")))
    whole = Comparable(how, texts, ids, list(frame.index), _numbers(plain), shapes)
    return _grouped(whole) if how.has_rows else whole


def _not_stated(texts: pd.DataFrame, reading: Mapping[str, Any]) -> list[str]:
    """Name the columns of which the list says nothing: its file had none, or none has a value."""
    parts = ("used", "constants", "kept", "not_understood")
    stated = {name for part in parts for name in reading.get(part, ())}
    by_level = any(texts[name].notna().any() for name in _PLACES[1:] if name in texts)
    made = {*_MADE, *(_OF_NAMES if by_level else ())} if reading else set[str]()
    return [
        name for name in texts if name not in stated and (name in made or texts[name].isna().all())
    ]


def _shapes(frame: pd.DataFrame, kind: str) -> dict[str, Shapes]:
    if not isinstance(frame, gpd.GeoDataFrame):
        return {}
    shapes = shapes_of(to_geographic(frame, what=kind).geometry)
    name = OUTLINE if kind == "areas" else POSITION
    return {} if shapely.is_missing(shapes).all() else {name: shapes}


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    columns = {str(name): _column(values) for name, values in frame.items()}
    if "date" in frame:
        columns["date"] = date_texts(frame)
    if "outcome" in columns:
        columns["outcome"] = columns["outcome"].mask(columns["outcome"] == _NOT_SAID)
    return pd.DataFrame(columns).set_axis(range(len(frame)))


def date_texts(frame: pd.DataFrame) -> "pd.Series[str]":
    """Write the dates of incidents as what is known of them.

    Parameters
    ----------
    frame : pandas.DataFrame
        With `date`, and `date_precision` where it is known.

    Returns
    -------
    pandas.Series of str
        A day, "2022-02-21 (week)", "2022-02", "2022-01/2022-03" or "2022".
    """
    dates, days = frame["date"], _column(frame["date"])
    if _PRECISION not in frame:
        return days
    precision = frame[_PRECISION]
    known = precision.astype("string").fillna("day").astype("object")
    found = days.mask(known == "year", days.str[:4])
    found = found.mask(known == "week", days + " (week)")
    found = found.mask(known == "month", days.str[:7])
    if not (known == "quarter").any():
        return found
    ends = dates.dt.to_period("Q")
    first, last = (moment.dt.strftime("%Y-%m") for moment in (ends.dt.start_time, ends.dt.end_time))
    return found.mask(known == "quarter", first.astype("string") + "/" + last)


def _column(values: pd.Series) -> "pd.Series[str]":
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.dt.strftime("%Y-%m-%d").astype("string")
    is_number = pd.api.types.is_numeric_dtype(values.dtype)
    if is_number and not pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("object").map(_plain, na_action="ignore").astype("string")
    return values.astype("string").str.strip().replace("", pd.NA)


def _plain(number: float) -> str:
    return format(float(number), ".15g")


def _shape_texts(shapes: Shapes) -> "pd.Series[str]":
    """Write shapes in one form: the same outline begun elsewhere is the same."""
    rounded = shapely.transform(shapes, lambda ends: np.round(ends / _DEGREES) * _DEGREES)
    texts = shapely.to_wkt(shapely.normalize(rounded), rounding_precision=7)
    bare = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return pd.Series(texts, dtype="string").mask(pd.Series(bare))


def _numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Give numbers as such, and days as days since some day."""
    found = {}
    for name, values in frame.items():
        if pd.api.types.is_datetime64_any_dtype(values.dtype):
            days = (values - pd.Timestamp("2000-01-01")) / pd.Timedelta(days=1)
            coarse = frame.get(_PRECISION, pd.NA) if name == "date" else pd.NA
            found[str(name)] = days.mask(pd.Series(coarse, frame.index).isin(_COARSE))
        elif pd.api.types.is_numeric_dtype(values.dtype):
            found[str(name)] = values.astype("Float64").astype("float64")
    return pd.DataFrame(found, index=frame.index).reset_index(drop=True)


def _metres(one: shapely.Geometry, two: shapely.Geometry) -> float:
    ends = [shapely.get_coordinates(shapely.centroid(shape))[0] for shape in (one, two)]
    *_, metres = Geod(ellps="WGS84").inv(*ends[0], *ends[1])
    return round(float(metres), 1)


def _square_metres_between(one: shapely.Geometry, two: shapely.Geometry) -> float:
    apart = shapely.symmetric_difference(shapely.make_valid(one), shapely.make_valid(two))
    parts = [part for part in shapely.get_parts(apart) if shapely.get_dimensions(part) == 2]
    rest = gpd.GeoSeries([shapely.MultiPolygon(parts)], crs=GEOGRAPHIC)
    return round(float(area_sqkm(rest)[0] * SQM_PER_SQKM), 1)


def _grouped(rows: Comparable) -> Comparable:
    """Put the rows of one id together: what differs between them stands side by side, sorted."""
    keys = rows.ids.fillna(pd.Series([f"\0{at}" for at in range(len(rows))], dtype="string"))
    codes, _ = pd.factorize(keys)
    first = pd.Series(range(len(rows))).groupby(codes).first().to_numpy()
    texts = rows.texts.groupby(codes).agg(_side_by_side).astype("string").reset_index(drop=True)
    return Comparable(
        rows.kind, texts, rows.ids.iloc[first].reset_index(drop=True),
        [rows.rows[at] for at in first], _single(rows.values, codes),
        {POSITION: _single_positions(texts[POSITION])} if POSITION in texts else {},
    )  # fmt: skip


def _side_by_side(values: "pd.Series[str]") -> Any:
    return BETWEEN.join(sorted(set(values.dropna()))) or pd.NA


def _single_positions(texts: "pd.Series[str]") -> Shapes:
    """Give the positions of records that have one; those of a record at several are missing."""
    several = texts.str.contains(BETWEEN, regex=False).fillna(value=True).astype(bool)
    alone = texts.astype("object").where(~several, None)
    return np.asarray(shapely.from_wkt(alone.to_numpy()), dtype=object)


def _single(values: pd.DataFrame, codes: Any) -> pd.DataFrame:
    """Give numbers that all rows of a record have alike; others are missing."""
    groups = values.groupby(codes)
    return groups.first().where(groups.nunique() == 1).reset_index(drop=True)
