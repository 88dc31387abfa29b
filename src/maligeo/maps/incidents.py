"""Incidents as points: packed tightly, gathered and drawn by the page itself."""

import numpy as np
import pandas as pd

from maligeo import look
from maligeo.core import words
from maligeo.core.audiences import is_synthetic
from maligeo.core.checks import require_columns
from maligeo.core.crs import positions_of
from maligeo.maps.packing import Packed, card_fields, near_order, packed_numbers, packed_places
from maligeo.maps.page import PageMap
from maligeo.maps.without_script import add_accounted
from maligeo.text.balance import records_section
from maligeo.text.legend import Kind, drawable, event_types, is_coarse, kind_keys, ordered_kinds

_FIELDS = (
    "event_id", "outcome", "killed", "injured", "civilians_killed", "civilians_injured",
    "adm1_name", "adm2_name", "adm3_name", "date_precision", "location_precision", "source",
)  # fmt: skip


def add_incidents(fmap: PageMap, incidents: pd.DataFrame) -> None:
    """Add incidents as points that a reader can filter by type and month, and click.

    Points that would cover one another are gathered, more of them the further out the map
    is; the page does so on a canvas, so that 100,000 incidents stay quick. Positions that
    stand for a whole unit (`location_precision` adm1 to adm3) are hollow; those that stand
    for the country are not drawn. Who may see exact positions is decided before, see
    `maligeo.release`.

    Parameters
    ----------
    fmap : PageMap
        The map, as from `region_map`.
    incidents : pandas.DataFrame or geopandas.GeoDataFrame, EPSG:4326, n rows
        Incidents as from `read_incidents`, located or not: `event_type, date`, and points
        or `lon, lat`. Columns shown on a card where they are there: `event_id, outcome,
        killed, injured, civilians_killed, civilians_injured, adm1_name` to `adm3_name`,
        `date_precision, location_precision, source`. What became of the records stands
        in the drawer of sources and limits.

    Raises
    ------
    ReleaseError
        If the incidents were not released for the audience of the map.
    FrameError
        If a column is missing.
    CrsError, GeometryError
        If the frame is not in EPSG:4326 or a geometry is no point.

    Notes
    -----
    Positions are rounded to about a metre.

    Examples
    --------
    >>> import pandas as pd
    >>> import maligeo
    >>> incidents = pd.DataFrame(
    ...     {
    ...         "event_type": ["ied", "landmine"],
    ...         "date": pd.to_datetime(["2022-03-01", "2022-05-12"]),
    ...         "lon": [-3.99, 0.05],
    ...         "lat": [14.67, 16.27],
    ...     }
    ... )
    >>> units = maligeo.load_boundaries()
    >>> table = maligeo.study(units=units).table
    >>> fmap = maligeo.region_map(table, units, audience="internal")
    >>> maligeo.add_incidents(fmap, incidents)
    """
    require_columns(incidents, ("event_type", "date"), what="incidents")
    fmap.gate.admit(incidents, what="the incidents")
    lon, lat = positions_of(incidents, what="incidents")
    kept = drawable(incidents, lon, lat)
    order = kept[near_order(lon[kept], lat[kept])]
    drawn = pd.DataFrame(incidents).iloc[order]
    types = ordered_kinds(drawn["event_type"], look.EVENT_MARKS)
    codes = pd.Index(types).get_indexer(kind_keys(drawn["event_type"]))
    coarse = is_coarse(drawn)
    counts = np.bincount(codes, minlength=len(types)).tolist()
    dates = pd.to_datetime(drawn["date"])
    undated = int(dates.isna().sum())
    fixed: dict[str, object] = {
        "places": packed_places(lon[order], lat[order]),
        "marks": packed_numbers(codes * 2 + coarse),
        "coarse": bool(coarse.any()),
        "days": _days(dates),
        "months": _months(dates),
        "synthetic": is_synthetic(incidents),
    }
    fields = card_fields(drawn, _FIELDS)

    def build(language: str) -> dict[str, object]:
        title = words.word("incidents.title", language)
        return fixed | {
            "title": title,
            "types": [
                _type_entry(kind, count, language)
                for kind, count in zip(
                    event_types(drawn["event_type"], language), counts, strict=True
                )
            ],
            "undated": words.number_text(undated, language) if undated else "",
            "fields": fields(language),
            "section": records_section(incidents, len(drawn), title, language),
        }

    add_accounted(fmap, "incidents", build)


def _days(dates: pd.Series) -> Packed:
    """Pack days since the first one, from 1 on; 0 is an unknown day."""
    days = dates.dt.normalize()
    first = days.min()
    if pd.isna(first):
        return {"first": 0} | packed_numbers(np.zeros(len(days), dtype=np.int64))
    since = (days - first).dt.days.fillna(-1).to_numpy(np.int64)
    return {"first": (first - pd.Timestamp(0)).days} | packed_numbers(since + 1)


def _months(dates: pd.Series) -> list[int]:
    """Give the first and the last month, counted from year 0; the first after the last for none."""
    months = (dates.dt.year * 12 + dates.dt.month - 1).dropna()
    return [0, -1] if months.empty else [int(months.min()), int(months.max())]


def _type_entry(kind: Kind, count: int, language: str) -> dict[str, object]:
    mark = look.EVENT_MARKS.get(kind.key, look.OTHER_MARK)
    number = words.number_text(count, language)
    return {"name": kind.name, "colour": mark.colour, "shape": mark.shape, "count": number}
