"""How a file is to be written: language, tags, guards, and what its description says."""

from dataclasses import dataclass

from maligeo.checks import require_choice
from maligeo.columns import LANGUAGES, Language


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
