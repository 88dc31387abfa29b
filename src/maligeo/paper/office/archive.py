"""Office files whose bytes repeat: no times, no names of people, the record of what made them."""

import datetime
import io
import re
import zipfile
from typing import Any, Final
from xml.sax.saxutils import escape

from maligeo.core.files import packed
from maligeo.paper.drawing.fonts import printable
from maligeo.paper.page import Heading, subject_text
from maligeo.provenance.record import office_properties, program

CUSTOM: Final = "docProps/custom.xml"  # ECMA-376-1, 15.2.12.2
_DAY: Final = datetime.datetime(2000, 1, 1)  # that of no making
_RELATION: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
)
_TYPE: Final = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_SPACE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES: Final = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_LEFT_OUT: Final = ("/thumbnail", "/printerSettings")  # of what the empty file of a library holds


def describe(properties: Any, heading: Heading) -> None:
    """Say what a file is about, for whom, and in which language; and nothing of who made it.

    Parameters
    ----------
    properties : pptx or docx CoreProperties
        Those of the file.
    heading : Heading
        What stands above it.
    """
    properties.title = printable(heading.title)
    properties.subject = subject_text(heading)
    properties.author = program()
    properties.language = heading.language
    properties.created = properties.modified = _DAY
    properties.revision = 1
    for empty in ("last_modified_by", "comments", "keywords", "category"):
        setattr(properties, empty, "")


def finished(content: bytes, record: str) -> bytes:
    """Pack a file again so that its bytes repeat, with the record of what made it.

    Parameters
    ----------
    content : bytes
        The file as a library saved it.
    record : str
        What it was made from, as JSON; may be empty.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [one for one in archive.namelist() if not any(part in one for part in _LEFT_OUT)]
        entries = {name: archive.read(name) for name in names}
    for name in [one for one in entries if one.endswith(".rels")]:
        entries[name] = _without_left_out(entries[name])
    entries["docProps/app.xml"] = _application()
    if record:
        entries[CUSTOM] = _custom(record)
        entries["[Content_Types].xml"] = _inserted(
            entries["[Content_Types].xml"],
            f'<Override PartName="/{CUSTOM}" ContentType="{_TYPE}"/>',
        )
        entries["_rels/.rels"] = _inserted(
            entries["_rels/.rels"],
            f'<Relationship Id="rIdRecord" Type="{_RELATION}" Target="{CUSTOM}"/>',
        )
    return packed(entries)


def _without_left_out(relations: bytes) -> bytes:
    pattern = b"|".join(re.escape(part[1:].encode()) for part in _LEFT_OUT)
    return re.sub(rb"<Relationship [^>]*(?:" + pattern + rb")[^>]*/>", b"", relations)


def _inserted(content: bytes, element: str) -> bytes:
    """Put an element at the end of the outermost one."""
    at = content.rindex(b"</")
    return content[:at] + element.encode() + content[at:]


def _application() -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'extended-properties"><Application>{escape(program())}</Application></Properties>'
    ).encode()


def _custom(record: str) -> bytes:
    found = "".join(
        f'<property fmtid="{_FORMAT}" pid="{number}" name="{name}">'
        f"<vt:lpwstr>{escape(text)}</vt:lpwstr></property>"
        for number, (name, text) in enumerate(office_properties(record).items(), start=2)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Properties xmlns="{_SPACE}" xmlns:vt="{_VALUES}">{found}</Properties>'
    ).encode()
