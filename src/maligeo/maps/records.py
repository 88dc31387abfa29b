"""What became of the records behind a layer: placed, not placed, quarantined, too coarse."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maligeo import labels
from maligeo.checks import require_columns
from maligeo.crs import require_geographic
from maligeo.errors import GeometryError
from maligeo.join.findings import TOO_COARSE

Floats = npt.NDArray[np.float64]


def records_section(
    frame: pd.DataFrame, shown: int, layer: str, language: str
) -> dict[str, object]:
    """Account for every record of a layer, for the drawer of sources and limits.

    Parameters
    ----------
    frame : pandas.DataFrame
        Records as read and, if so, located; `attrs` of `read_*` and `locate` are used.
    shown : int
        How many of them the map shows.
    layer : str
        Name of the layer, in the language.
    language : {"fr", "en"}
        Language of the texts.

    Returns
    -------
    dict
        A section: `title`, `paragraphs`, `items`, `grid` (label and number).
    """
    counts = record_counts(frame, shown)
    head = [labels.word("records.what", language), labels.word("records.count", language)]
    rows = [
        [labels.word(f"records.{key}", language), labels.number_text(count, language)]
        for key, count in counts.items()
    ]
    return {
        "title": labels.word("records.title", language).format(layer=layer),
        "paragraphs": [],
        "items": [],
        "grid": [head, *rows],
    }


def record_counts(frame: pd.DataFrame, shown: int) -> dict[str, int]:
    """Count the records of a layer by what became of them.

    Parameters
    ----------
    frame : pandas.DataFrame
        Records as read and, if so, located.
    shown : int
        How many of them the map shows.

    Returns
    -------
    dict of str to int
        `in_file`, `left_out` and `quarantined` where the reader counted them; `shown` and
        `hidden`, which add up to the rows of the frame; `placed`, `too_coarse` and
        `not_placed`, which also do, for located records.
    """
    counts: dict[str, int] = {}
    names = {"rows_in_file": "in_file", "rows_left_out": "left_out"}
    for attribute, key in (names | {"rows_rejected": "quarantined"}).items():
        if attribute in frame.attrs:
            counts[key] = _total(frame.attrs[attribute])
    counts |= {"shown": shown, "hidden": len(frame) - shown}
    if "locate_method" not in frame.columns:
        return counts
    placed = int((frame["locate_method"] != "none").sum())
    coarse = int((frame["locate_note"] == TOO_COARSE).sum())
    rest = len(frame) - placed - coarse
    return counts | {"placed": placed, "too_coarse": coarse, "not_placed": rest}


def positions(frame: pd.DataFrame, *, what: str) -> tuple[Floats, Floats]:
    """Give the positions of records.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame, n rows
        Points in EPSG:4326, or columns `lon` and `lat` in degrees.
    what : str
        Name of the frame, for messages.

    Returns
    -------
    lon, lat : float64 arrays, shape (n,)
        NaN where there is no position.

    Raises
    ------
    FrameError, CrsError, GeometryError
        If there are no columns, the CRS is another one, or a shape is no point.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        require_columns(frame, ("lon", "lat"), what=what)
        lon, lat = (frame[name].to_numpy(np.float64, na_value=np.nan) for name in ("lon", "lat"))
        return lon, lat
    require_geographic(frame, what=what)
    shapes = np.array(frame.geometry.array, dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    kinds = shapely.get_type_id(shapes)
    if ((kinds >= 0) & (kinds != shapely.GeometryType.POINT)).any():
        raise GeometryError(f"{what} must be points: polygons go through maligeo.add_areas")
    return shapely.get_x(shapes), shapely.get_y(shapes)


def _total(count: object) -> int:
    """Add up what a reader counted, which may be by kind."""
    if isinstance(count, dict):
        return sum(int(part) for part in count.values())
    return int(count) if isinstance(count, int | np.integer) else 0
