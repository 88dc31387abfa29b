"""Dask frames: one function over all partitions, with what it needs sent to each worker once.

Dask is optional: whoever brings a lazy frame has it installed.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from maligeo import _optional

_Extra = TypeVar("_Extra")


def is_lazy(frame: Any) -> bool:
    """Tell whether a frame is a dask collection, which computes when asked."""
    return hasattr(frame, "__dask_graph__") and hasattr(frame, "map_partitions")


def map_partitions(function: Callable[[Any, _Extra], Any], frame: Any, extra: _Extra) -> Any:
    """Apply a function to every partition of a lazy frame, without computing it.

    Parameters
    ----------
    function : callable
        Takes a partition and `extra`, gives a frame.
    frame : dask.dataframe.DataFrame or dask_geopandas.GeoDataFrame
        The frame; its partitions stay lazy.
    extra : object
        What every call needs; it can be pickled, and travels once to each worker.

    Returns
    -------
    dask frame
    """
    delayed = _optional.require("dask", extra="dask", why="a dask frame").delayed
    # A task of its own: an argument proper would be sent again with every partition.
    sent = delayed(extra, pure=False, traverse=False)
    return frame.map_partitions(function, sent, meta=function(frame._meta, extra))
