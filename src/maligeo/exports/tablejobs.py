"""What a writer gets: a plain table or plain layers, and how they are to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maligeo.columns import Audience
from maligeo.exports.options import ExportOptions
from maligeo.exports.plainframes import PlainTable
from maligeo.exports.plainlayers import PlainLayer
from maligeo.exports.regionvalues import RegionValue
from maligeo.provenance import Provenance


@dataclass(frozen=True)
class Job:
    """What every writer is told.

    Attributes
    ----------
    path : pathlib.Path
        The wanted file or folder.
    audience : {"internal", "partner", "public"}
        For whom it is.
    about : Provenance or None
        What made it, for the same audience.
    options : ExportOptions
        How it is to be written.
    synthetic : bool
        Whether data were made up.
    sources : sequence of tuple of str
        Sources named in the data, as text and web address.
    """

    path: Path
    audience: Audience
    about: Provenance | None
    options: ExportOptions
    synthetic: bool
    sources: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class TableJob(Job):
    """A table to be written.

    Attributes
    ----------
    table : PlainTable
        The table.
    released : mapping or None
        What a release says of it (`attrs["release"]`).
    """

    table: PlainTable
    released: Any = None


@dataclass(frozen=True)
class LayersJob(Job):
    """Layers to be written.

    Attributes
    ----------
    layers : sequence of PlainLayer
        The layers.
    values : mapping of str to sequence of RegionValue
        By layer: the columns that hold measures of a density table, the first shown first.
    """

    layers: Sequence[PlainLayer]
    values: Mapping[str, Sequence[RegionValue]] = field(default_factory=dict)
