"""Layers of polygons with people, such as hexagons, added up within other polygons."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo.core.crs import Floats, require_geographic, shapes_of
from maligeo.core.errors import InputFileError, UnknownNameError
from maligeo.readers.files.vectors import read_vector
from maligeo.readers.people import people_columns

LAYERS: Final = frozenset({".gpkg", ".geojson", ".fgb", ".shp", ".parquet"})


def sum_cells(zones: gpd.GeoSeries, layer: str | Path) -> Floats:
    """Add people of a layer of polygons up within other polygons.

    Parameters
    ----------
    zones : geopandas.GeoSeries, n rows, EPSG:4326
        Polygons.
    layer : str or pathlib.Path
        Polygons that do not overlap, with one column of people, as Kontur's hexagons have
        `population`; in any format of `read_vector`.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        People: of a cell on a border the part of its area that lies within.

    Raises
    ------
    UnknownNameError
        If no column, or several, are known to be of people.
    InputFileError
        If the file cannot be read, or a cell has no polygon or no number of people.
    CrsError
        If the zones are not in EPSG:4326, or the file does not say its CRS.

    Notes
    -----
    Parts are of areas in longitude and latitude, which are all stretched alike within a cell
    of some hundred metres.

    Examples
    --------
    >>> import tempfile
    >>> from shapely.geometry import box
    >>> file = f"{tempfile.mkdtemp()}/cells.gpkg"
    >>> cells = {"population": [10.0, 4.0]}
    >>> shapes = [box(0, 0, 1, 1), box(1, 0, 2, 1)]
    >>> gpd.GeoDataFrame(cells, geometry=shapes, crs="EPSG:4326").to_file(file)
    >>> sum_cells(gpd.GeoSeries([box(0, 0, 1.25, 1)], crs="EPSG:4326"), file).tolist()
    [11.0]
    """
    require_geographic(gpd.GeoDataFrame(geometry=zones), what="zones")
    cells = read_vector(layer)
    people = _people_of(cells, Path(layer))
    shapes, outlines = shapes_of(cells.geometry), shapes_of(zones)
    tree = shapely.STRtree(shapes)
    zone, cell = tree.query(outlines, predicate="intersects")
    shapely.prepare(outlines)
    share = np.ones(len(cell))
    cut = ~shapely.covers(outlines[zone], shapes[cell])
    pieces = shapely.intersection(outlines[zone[cut]], shapes[cell[cut]])
    share[cut] = shapely.area(pieces) / shapely.area(shapes[cell[cut]])
    sums = np.zeros(len(outlines))
    np.add.at(sums, zone, people[cell] * share)
    return sums


def _people_of(cells: gpd.GeoDataFrame, layer: Path) -> Floats:
    names = people_columns([str(name) for name in cells.columns if name != "geometry"])
    if len(names) != 1:
        raise UnknownNameError(f"{layer} has {len(names)} columns that are known to be of people")
    people: Floats = pd.to_numeric(cells[names[0]], errors="coerce").to_numpy(dtype="float64")
    kinds = set(cells.geometry.geom_type)
    if not np.all(people >= 0) or not kinds <= {"Polygon", "MultiPolygon"}:
        raise InputFileError(f"{layer} has cells without an outline, or without people")
    return people
