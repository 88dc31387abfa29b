"""What is to be written and how: language, tags, guards, and what the description says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maligeo.core.checks import require_choice
from maligeo.core.columns import LANGUAGES, Audience, Language
from maligeo.exports.plain_layers import PlainLayer
from maligeo.exports.plain_tables import PlainTable
from maligeo.exports.region_values import RegionValue
from maligeo.provenance.record import Provenance


@dataclass(frozen=True)
class Licence:
    """Terms of a data package.

    Attributes
    ----------
    name : str
        Identifier, such as "CC-BY-4.0" (opendefinition.org) or "other-closed".
    title : str
        The terms in words.
    path : str
        Web address of the full text.
    """

    name: str
    title: str = ""
    path: str = ""


@dataclass(frozen=True)
class ExportOptions:
    """How a file is to be written.

    Attributes
    ----------
    language : {"fr", "en"}, optional
        Language of the headings of a table and of all words beside the data. Without it
        the headings are the names of the columns, and words are in both languages.
    hxl : bool, default False
        Write a row of HXL hashtags below the headings (".csv", ".xlsx").
    guard_formulas : bool, default False
        In ".csv", put an apostrophe before texts that a spreadsheet would take for a
        formula. It changes the data, so it is for files that go straight to a spreadsheet.
    title : str, default ""
        Title of a data package.
    licences : tuple of Licence
        Terms of a data package.
    """

    language: Language | None = None
    hxl: bool = False
    guard_formulas: bool = False
    title: str = ""
    licences: tuple[Licence, ...] = ()

    def __post_init__(self) -> None:
        if self.language is not None:
            require_choice(self.language, LANGUAGES, option="language")


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
