"""The layers to measure on: generated ones, and real ones where they are at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from benchmarks.coverages import coverage

GENERATED_UNITS = (9, 50, 160, 800)
REAL_LEVELS = (1, 2, 3)


def generated_layers() -> Iterator[tuple[str, npt.NDArray[np.object_]]]:
    for units in GENERATED_UNITS:
        yield f"{units} generated", coverage(units)


def real_layers() -> Iterator[tuple[str, npt.NDArray[np.object_]]]:
    """Layers of the folder named by MALIGEO_REALDATA; none where it is unset.

    Geometries that are not valid are made valid.
    """
    if "MALIGEO_REALDATA" not in os.environ:
        return
    import geopandas

    for level in REAL_LEVELS:
        pattern = f"cod-ab-2015/*_adm{level}_*.shp"
        for path in sorted(Path(os.environ["MALIGEO_REALDATA"]).glob(pattern)):
            geometries = geopandas.read_file(path).geometry.to_numpy()
            yield f"{len(geometries)} real", shapely.make_valid(geometries)
