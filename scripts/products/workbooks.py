"""Workbooks taken apart: cells, styles and layout, without the record of how they were made."""

import io
import warnings
from collections.abc import Iterator
from operator import attrgetter
from typing import Any, Final

import openpyxl
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from products.parts import Kind, Part, is_record, json_text, without_versions

# Titles of the last section of the notes, which repeats the record in words.
_RECORD_TITLES: Final = ("Fabrication", "How it was made")
_STYLES: Final = ("number_format", "font", "fill", "border", "alignment", "protection")
_SETTINGS: Final = (
    "sheet_state", "freeze_panes", "merged_cells", "auto_filter.ref", "data_validations",
    "page_setup.orientation", "page_setup.paperSize", "page_setup.fitToWidth",
    "page_setup.fitToHeight", "sheet_properties.pageSetUpPr.fitToPage", "print_title_rows",
    "oddHeader.left.text", "oddHeader.center.text", "oddHeader.right.text",
    "oddFooter.left.text", "oddFooter.center.text", "oddFooter.right.text",
)  # fmt: skip
_PROPERTIES: Final = ("title", "subject", "creator", "description", "keywords", "category")


def workbook_parts(content: bytes) -> Iterator[Part]:
    """Take a workbook apart."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content))
    properties: dict[str, Any] = {name: getattr(book.properties, name) for name in _PROPERTIES}
    properties |= {
        one.name: str(one.value)
        for one in book.custom_doc_props.props
        if not is_record(one.name.rstrip("-0123456789"))
    }
    properties |= {f"name {name}": str(one.value) for name, one in book.defined_names.items()}
    yield Part("properties", json_text(properties))
    for sheet in book.worksheets:
        yield from _sheet_parts(sheet)


def _sheet_parts(sheet: Worksheet) -> Iterator[Part]:
    cells = [cell for row in _rows(sheet) for cell in row if isinstance(cell, Cell)]
    values = (
        f"{cell.coordinate} {cell.data_type} {cell.value} {cell.comment and cell.comment.text}"
        for cell in cells
        if cell.value is not None
    )
    yield Part(f"{sheet.title} cells", without_versions("\n".join(values)))
    looks = {cell.style_id: cell for cell in cells if cell.has_style}
    described = {number: _look(cell) for number, cell in looks.items()}
    styles = (f"{cell.coordinate} {described.get(cell.style_id)}" for cell in cells)
    yield Part(f"{sheet.title} styles", "\n".join(styles))
    settings = (f"{name} {attrgetter(name)(sheet)}" for name in _SETTINGS)
    yield Part(f"{sheet.title} settings", "\n".join(settings))
    widths = sorted((name, one.width) for name, one in sheet.column_dimensions.items())
    yield Part(f"{sheet.title} widths", str(widths), Kind.layout)


def _rows(sheet: Worksheet) -> Iterator[tuple[Any, ...]]:
    """Give the rows before those that repeat the record."""
    for row in sheet.iter_rows():
        if str(row[0].value).startswith(_RECORD_TITLES):
            return
        yield row


def _look(cell: Cell) -> str:
    return " ".join(" ".join(str(getattr(cell, name)).split()) for name in _STYLES)
