"""A model workbook to fill in: a sheet for each kind of records, as the readers know them."""

import datetime
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from maligeo.catalog import country
from maligeo.core import words
from maligeo.core.columns import LANGUAGES, Language
from maligeo.core.errors import OutputFileError
from maligeo.core.files import written_whole
from maligeo.core.placenames import ALIAS_SEPARATOR, normalise
from maligeo.core.session import session_language
from maligeo.exports.excel import FIRST_DAY, PLAIN_TEXTS, RED, SOME_DAY
from maligeo.readers.formats import read_catalogue
from maligeo.readers.reference import reference_units

KINDS: Final = ("incidents", "projects", "areas", "population")
REQUIRED: Final = "*"  # behind a heading
_ROWS: Final = 5_000  # that have lists and limits; more may be filled in
_INTRODUCTION: Final = (
    "persons", "internal", "rows", "required", "dates", "positions", "empty", "words",
)  # fmt: skip
_WARNINGS: Final = ("persons", "internal")
_UNITS: Final = {"adm1_name": 1, "adm2_name": 2}  # fields whose list is of units of a level
_DATES: Final = ("date", "start_date", "end_date")
_COUNTS: Final = (
    "killed", "injured", "civilians_killed", "civilians_injured", "devices", "people",
)  # fmt: skip
_AMOUNTS: Final = ("budget_amount", "declared_area")
_YEARS: Final = (1900, 2100)
_FORMATS: Final = {
    **dict.fromkeys(_DATES, "dd/mm/yyyy"),
    **dict.fromkeys(_COUNTS, "0"),
    "year": "0",
    "budget_amount": "#,##0.00",
    "declared_area": "0.00##",
    "latitude": "0.00000",
    "longitude": "0.00000",
}
_WIDTHS: Final = {"title": 40, "wkt": 40, "source": 30}
_NARROWEST: Final = 13
_LONGEST_TITLE: Final = 32  # letters of a message of Excel
_HEAD: Final = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
_LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "head": {**_HEAD, "bg_color": "#E7E6E6"},
    "required": {**_HEAD, "bg_color": "#FFE699"},
    "name": {"bold": True, "font_size": 14},
    "bold": {"bold": True, "valign": "top"},
    "text": {"text_wrap": True, "valign": "top"},
    "warning": {"text_wrap": True, "valign": "top", "bold": True, "font_color": RED},
}


def write_template(path: str | Path, *, language: Language | None = None) -> Path:
    """Write a model workbook to fill in: incidents, projects, released land, population.

    Each kind has a sheet with the headings that the readers know, lists of the words that they
    know, and limits of dates, numbers and positions. The first sheet says in plain words what is
    needed, the last one repeats the lists. A sheet that is filled in is read as
    "workbook.xlsx#Incidents".

    Parameters
    ----------
    path : str or pathlib.Path
        File to write, .xlsx; its folder is made if it is missing.
    language : {"fr", "en"}, optional
        Language of headings and words; by default that of the session, else French.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    OutputFileError
        If the file is not called .xlsx, or cannot be written.
    ArgumentError
        If the language is not known.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import maligeo
    >>> book = maligeo.write_template(Path(tempfile.mkdtemp(), "modele.xlsx"), language="fr")
    >>> incidents = maligeo.read_incidents(f"{book}#Incidents")
    >>> len(incidents)
    0
    >>> incidents.attrs["reading"].used["date"]
    'Date de l’incident *'
    """
    import xlsxwriter  # only here: few programs write workbooks

    spoken, target = session_language(language), Path(path)
    if target.suffix.lower() != ".xlsx":
        raise OutputFileError(f"cannot write {target}: a model workbook is written as .xlsx")
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {**PLAIN_TEXTS, "in_memory": True}) as book:
        book.set_properties({"created": SOME_DAY.to_pydatetime()})
        _Template(book, spoken).write()
    with written_whole(target) as draft:
        draft.write_bytes(whole.getvalue())
    return target


def sheet_name(kind: str, language: Language) -> str:
    """Name the sheet of a kind."""
    return words.word(f"template.sheet_{kind}", language)


def template_headings(kind: str, language: Language) -> dict[str, str]:
    """Give the fields of a sheet, in order, with their headings."""
    at = LANGUAGES.index(language)
    return {field: texts[at] for field, texts in _catalogue(kind)["columns"].items()}


def template_words(kind: str, language: Language) -> dict[str, list[str]]:
    """Give the fields of a sheet whose cells have a list, with its words.

    Parameters
    ----------
    kind : {"incidents", "projects", "areas", "population"}
        Kind of records.
    language : {"fr", "en"}
        Language of the words.

    Returns
    -------
    dict of str to list of str
        Names of units are those of 2015 and 2023, in the order of the alphabet.
    """
    at = LANGUAGES.index(language)
    listed = {
        field: list(dict.fromkeys(texts[at] for texts in meanings.values()))
        for field, meanings in _catalogue(kind).get("words", {}).items()
    }
    columns = _catalogue(kind)["columns"]
    return listed | {name: _unit_names(level) for name, level in _UNITS.items() if name in columns}


def _catalogue(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = read_catalogue(f"plain_{kind}")["template"]
    return found


def _unit_names(level: int) -> list[str]:
    """Name the units of 2015 and 2023, once each where both lists spell one otherwise."""
    table = reference_units()
    table = table[(table["level"] == level) & table["vintage"].isin(["2015", "2023"])]
    names, known = list[str](), set[str]()
    for name, others in zip(table["name"], table["name_alt"].fillna(""), strict=True):
        forms = {normalise(one) for one in (name, *others.split(ALIAS_SEPARATOR)) if one}
        if normalise(name) not in known:
            names.append(str(name))
        known |= forms
    return sorted(names, key=normalise)


@dataclass
class _Template:
    """A workbook that is being written, and where its lists stand."""

    book: Any
    language: Language
    _looks: dict[str, Any] = field(default_factory=dict)
    _ranges: dict[tuple[str, ...], str] = field(default_factory=dict)

    def write(self) -> None:
        """Write the sheets in their order."""
        self._looks = {name: self.book.add_format(look) for name, look in _LOOKS.items()}
        read_me = self.book.add_worksheet(self._word("sheet_read_me"))
        sheets = {kind: self.book.add_worksheet(sheet_name(kind, self.language)) for kind in KINDS}
        self._write_lists(self.book.add_worksheet(self._word("sheet_lists")))
        for kind, sheet in sheets.items():
            self._write_sheet(sheet, kind)
        self._write_read_me(read_me)
        for sheet in self.book.worksheets():  # on paper too
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)

    def _word(self, key: str) -> str:
        return words.word(f"template.{key}", self.language)

    def _write_lists(self, sheet: Any) -> None:
        """Write each list once, and keep where it stands."""
        from xlsxwriter.utility import xl_range_abs  # only here: few programs write workbooks

        title = self._word("sheet_lists")
        for kind in KINDS:
            headings = template_headings(kind, self.language)
            for name, listed in template_words(kind, self.language).items():
                if tuple(listed) in self._ranges:
                    continue
                at = len(self._ranges)
                # Without the name of the kind "Statut" would stand there twice.
                between = words.colon(self.language)
                heading = f"{sheet_name(kind, self.language)}{between}{headings[name]}"
                sheet.write_string(0, at, heading.rstrip(f" {REQUIRED}"), self._looks["head"])
                sheet.write_column(1, at, listed)
                cells = xl_range_abs(1, at, len(listed), at)
                self._ranges[tuple(listed)] = f"='{title}'!{cells}"
        sheet.set_column(0, len(self._ranges) - 1, 2 * _NARROWEST)
        sheet.freeze_panes(1, 0)

    def _write_sheet(self, sheet: Any, kind: str) -> None:
        """Write the headings of a kind, and say what their cells may hold."""
        listed = template_words(kind, self.language)
        for at, (name, heading) in enumerate(template_headings(kind, self.language).items()):
            look = "required" if REQUIRED in heading else "head"
            sheet.write_string(0, at, heading, self._looks[look])
            pattern = _FORMATS.get(name)
            cells = None if pattern is None else self.book.add_format({"num_format": pattern})
            widest = max(_NARROWEST, *map(len, heading.split()))
            sheet.set_column(at, at, _WIDTHS.get(name, widest + 2), cells)
            source = self._ranges.get(tuple(listed.get(name, ())))
            sheet.data_validation(
                1, at, _ROWS, at, self._prompt(name, heading) | self._limits(name, source)
            )
        sheet.freeze_panes(1, 0)

    def _prompt(self, name: str, heading: str) -> dict[str, Any]:
        return {
            "validate": "any",
            "input_title": heading[:_LONGEST_TITLE],
            "input_message": self._word(name),
        }

    def _limits(self, name: str, source: str | None) -> dict[str, Any]:
        """Say what a cell may hold; of dates and places a warning can be passed over."""
        if source is not None:
            is_open = name in _UNITS
            return {
                "validate": "list",
                "source": source,
                "error_type": "warning" if is_open else "stop",
                "error_message": self._word("not_a_place" if is_open else "not_listed"),
            }
        if name in _DATES:
            return {
                "validate": "date",
                "criteria": ">=",
                "value": datetime.date(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day),
                "error_type": "warning",
                "error_message": self._word("not_a_date"),
            }
        limits = _number_limits(name)
        return limits and {**limits, "error_message": self._word("not_a_number")}

    def _write_read_me(self, sheet: Any) -> None:
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 90)
        sheet.write_string(0, 0, self._word("name"), self._looks["name"])
        for row, (cells, look) in enumerate(self._lines(), start=2):
            if len(cells) == 1:
                sheet.merge_range(row, 0, row, 1, cells[0], self._looks[look])
                sheet.set_row(row, 32 if look in ("text", "warning") else None)
            for at, text in enumerate(cells if len(cells) > 1 else ()):
                sheet.write_string(row, at, text, self._looks[look if at else "bold"])

    def _lines(self) -> Iterator[tuple[Sequence[str], str]]:
        """Give what the first sheet says: what is needed, then column by column."""
        for key in _INTRODUCTION:
            yield (self._word(key),), "warning" if key in _WARNINGS else "text"
        sheet = sheet_name(KINDS[0], self.language)
        yield (self._word("check").format(sheet=sheet),), "text"
        for kind in KINDS:
            yield ("",), "bold"
            yield (sheet_name(kind, self.language),), "name"
            yield (self._word("column"), self._word("content")), "bold"
            for name, heading in template_headings(kind, self.language).items():
                yield (heading, self._word(name)), "text"


def _number_limits(name: str) -> dict[str, Any]:
    west, south, east, north = country()["bbox"]
    if name in _COUNTS:
        return {"validate": "integer", "criteria": ">=", "value": 0}
    if name in _AMOUNTS:
        return {"validate": "decimal", "criteria": ">=", "value": 0}
    between = {
        "latitude": ("decimal", south, north),
        "longitude": ("decimal", west, east),
        "year": ("integer", *_YEARS),
    }
    if name not in between:
        return {}
    kind, least, most = between[name]
    return {"validate": kind, "criteria": "between", "minimum": least, "maximum": most}
