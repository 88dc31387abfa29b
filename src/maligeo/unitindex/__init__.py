"""Exact point-to-unit index: which administrative unit holds each of millions of points.

The index covers a layer with a fine grid. A cell that no edge passes through lies in one unit
or none, and a point in it is answered by two table look-ups. A cell with edges keeps those
few edges, its candidate units, and the set of candidates that hold the start of a path to its
points; each edge on the path takes units out of that set or puts them in. Where the side of an
edge on which a point lies is within the rounding error of the computation, shapely decides,
so that every answer equals shapely's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from maligeo.core.errors import ArgumentError
from maligeo.unitindex._edges import distinct_edges, own_polygons
from maligeo.unitindex._grid import fit_grid
from maligeo.unitindex._lookup import Layer, find_units
from maligeo.unitindex._storage import from_arrays, read_layer, to_arrays, write_layer
from maligeo.unitindex._tables import build_tables

__all__ = ["UnitIndex"]


class UnitIndex:
    """Index from positions to unit numbers, exactly as a plain shapely loop answers.

    An index is never changed once built: several threads may query it at once, and pickling
    it sends its tables, so that a worker need not build it again.

    Parameters
    ----------
    geometries : iterable of shapely.Polygon, shapely.MultiPolygon or None
        One per unit, for example a list, an array or a GeoSeries; they are copied. Units may
        overlap, leave gaps, have holes and several parts. None or an empty geometry is a unit
        that holds nothing. Coordinates are taken as plane, x before y; z is ignored.

    Raises
    ------
    GeometryError
        If a geometry is neither polygonal nor empty, or is not valid: which points an invalid
        polygon holds is not defined (see `shapely.make_valid`).

    Examples
    --------
    >>> import shapely
    >>> index = UnitIndex([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> index.query([0.5, 1.0, 1.5, 2.5], [0.5, 0.5, 0.5, 0.5])
    array([ 0,  0,  1, -1], dtype=int32)
    """

    def __init__(self, geometries: Iterable[Any]) -> None:
        units = own_polygons(geometries)
        edges = distinct_edges(units)
        grid = fit_grid(edges.ends)
        self._layer = Layer(build_tables(grid, edges, len(units)), units)

    def __len__(self) -> int:
        return len(self._layer.units)

    def __repr__(self) -> str:
        return f"<UnitIndex of {len(self)} units>"

    def __getstate__(self) -> dict[str, npt.NDArray[np.generic]]:
        return to_arrays(self._layer)

    def __setstate__(self, state: dict[str, npt.NDArray[np.generic]]) -> None:
        self._layer = from_arrays(state)

    def query(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """Find the lowest-numbered unit that intersects each point.

        Parameters
        ----------
        lon, lat : array-like of float, shape (points,)
            Single numbers count as arrays of one.

        Returns
        -------
        int32 array, shape (points,)
            Position of the unit in the geometries given; -1 where none intersects the point
            and where a coordinate is NaN or infinite.

        Raises
        ------
        ArgumentError
            If `lon` and `lat` are not one-dimensional numbers of equal length.
        """
        return find_units(self._layer, *_positions(lon, lat), border=None)

    def query_border(
        self, lon: npt.ArrayLike, lat: npt.ArrayLike
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
        """Find the units as `query` does, and which points lie exactly on a boundary.

        Parameters
        ----------
        lon, lat : array-like of float, shape (points,)
            Single numbers count as arrays of one.

        Returns
        -------
        unit : int32 array, shape (points,)
            As from `query`.
        border : bool array, shape (points,)
            True where the point lies on the boundary of at least one unit, shared with
            another unit or not. A point inside two overlapping units is on no boundary.

        Raises
        ------
        ArgumentError
            If `lon` and `lat` are not one-dimensional numbers of equal length.
        """
        x, y = _positions(lon, lat)
        border = np.zeros(len(x), dtype=bool)
        return find_units(self._layer, x, y, border=border), border

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to a file, whole or not at all; same index, same bytes.

        Parameters
        ----------
        path : str or path-like
            Replaced if it exists; the name is taken as it is.

        Raises
        ------
        OutputFileError
            If the file cannot be written.
        """
        write_layer(self._layer, Path(path))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read an index that `save` wrote; nothing in the file is executed.

        Parameters
        ----------
        path : str or path-like

        Returns
        -------
        UnitIndex

        Raises
        ------
        InputFileError
            If the file is missing, damaged, or no unit index of this format.
        """
        index = cls.__new__(cls)
        index._layer = read_layer(Path(path))
        return index


def _positions(
    lon: npt.ArrayLike, lat: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    try:
        x = np.atleast_1d(np.asarray(lon, dtype=np.float64))
        y = np.atleast_1d(np.asarray(lat, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"lon and lat must be numbers: {error}") from error
    if x.ndim != 1 or x.shape != y.shape:
        raise ArgumentError(
            f"lon and lat must be one-dimensional and equally long: {x.shape} and {y.shape}"
        )
    return x, y
