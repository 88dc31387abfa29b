"""Lazy frames of dask: mapped partition by partition, computed when somebody asks."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from maligeo.core import errors

_Extra = TypeVar("_Extra")
_ADDED: Final = 8  # results that are added at once


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
    delayed = errors.require("dask", extra="dask", why="a dask frame").delayed
    # A task of its own: an argument proper would be sent again with every partition.
    sent = delayed(extra, pure=False, traverse=False)
    return frame.map_partitions(function, sent, meta=function(frame._meta, extra))


def sum_by_tree(parts: list[Any], add: Callable[[list[Any]], Any]) -> Any:
    """Put the results of many partitions together, some at a time, in their order.

    Parameters
    ----------
    parts : list of dask.delayed.Delayed
        One for each partition; at least one.
    add : callable
        Takes a list of results, gives one of the same kind.

    Returns
    -------
    dask.delayed.Delayed
        No worker ever holds more than a few results.
    """
    delayed = errors.require("dask", extra="dask", why="a dask frame").delayed
    while True:
        parts = [delayed(add)(parts[at : at + _ADDED]) for at in range(0, len(parts), _ADDED)]
        if len(parts) == 1:
            return parts[0]
