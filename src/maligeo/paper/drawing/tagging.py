"""A PDF made accessible: its language, an outline, and a structure of texts and one picture.

ISO 32000-1, 14.7 and 14.8. Each line of text is a paragraph, the title the heading of the
document; what is drawn on the first page is one figure with an alternative text, what is
drawn on the others decoration. Tables are read line by line.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pypdf
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from maligeo.paper.drawing.shapes import Drawing, Words

if TYPE_CHECKING:
    from maligeo.core.columns import Language

_HEADING, _LINE, _FIGURE, _DECORATION = "H1", "P", "Figure", "Artifact"


@dataclass(frozen=True)
class Reading:
    """What a reader of the screen is told of a document.

    Attributes
    ----------
    title : str
        Its title.
    language : {"fr", "en"}
        Its language.
    picture : str
        What the picture on its first page shows.
    """

    title: str
    language: "Language"
    picture: str


class Part(NamedTuple):
    """Consecutive shapes of a page that are one part of its structure.

    Attributes
    ----------
    first, last : int
        Positions of the shapes.
    tag : str
        "H1", "P", "Figure" or "Artifact".
    number : int
        Of the marked content, on its page; -1 for an artifact.
    """

    first: int
    last: int
    tag: str
    number: int

    @property
    def beginning(self) -> bytes:
        """The operator that begins it."""
        if self.number < 0:
            return f"/{self.tag} BMC".encode("ascii")
        return f"/{self.tag} <</MCID {self.number}>> BDC".encode("ascii")


END: Final = b"EMC"
_VERSION: Final = "%PDF-1.5"  # the first that says in which order Tab goes through a page


def parts_of(drawing: Drawing, title: str, *, drawn: bool) -> list[Part]:
    """Divide the shapes of a page into parts, in the order in which they are painted.

    Parameters
    ----------
    drawing : Drawing
        The page.
    title : str
        Its title, whose first line is a heading.
    drawn : bool
        Whether what is drawn is a picture, rather than decoration.
    """
    numbers, found = count(), []
    texts = [shape.text if isinstance(shape, Words) else None for shape in drawing.shapes]
    heading = next((at for at, text in enumerate(texts) if text and title.startswith(text)), -1)
    for is_text, run in groupby(range(len(texts)), lambda at: texts[at] is not None):
        at = list(run)
        for first, last in [(one, one) for one in at] if is_text else [(at[0], at[-1])]:
            tag = _LINE if is_text else _FIGURE if drawn else _DECORATION
            number = -1 if tag == _DECORATION else next(numbers)
            found.append(Part(first, last, _HEADING if first == heading else tag, number))
    return found


def tagged(content: bytes, pages: Sequence[Sequence[Part]], reading: Reading) -> bytes:
    """Add to a PDF whose content is marked what the marks mean.

    Parameters
    ----------
    content : bytes
        The PDF.
    pages : sequence of sequence of Part
        The marked parts of each page.
    reading : Reading
        Language, title and alternative text.

    Returns
    -------
    bytes
        The same PDF with a structure tree, language, title bar and outline.
    """
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    writer.pdf_header = _VERSION
    root = writer._add_object(DictionaryObject())
    document = writer._add_object(_element("Document", root))
    parents = ArrayObject()
    kids: list[IndirectObject] = []
    for at, (page, parts) in enumerate(zip(writer.pages, pages, strict=True)):
        page[NameObject("/StructParents")] = NumberObject(at)
        page[NameObject("/Tabs")] = NameObject("/S")
        elements = list(_elements(writer, document, page.indirect_reference, parts, reading))
        kids += dict.fromkeys(elements)
        parents += [NumberObject(at), writer._add_object(ArrayObject(elements))]
        title = reading.title if at == 0 else f"{reading.title} ({at + 1})"
        writer.add_outline_item(title=title, page_number=at)
    document.get_object()[NameObject("/K")] = ArrayObject(kids)  # type: ignore[index]
    tree = {
        "/Type": NameObject("/StructTreeRoot"),
        "/K": document,
        "/ParentTree": writer._add_object(_dictionary({"/Nums": parents})),
    }
    root.get_object().update(_dictionary(tree))  # type: ignore[union-attr]
    writer._root_object.update(_catalogue(root, reading))
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()


def _elements(
    writer: pypdf.PdfWriter, document: Any, page: Any, parts: Sequence[Part], reading: Reading
) -> Iterator[IndirectObject]:
    """Give the element of each marked part: all that is drawn is one figure."""
    figure = None
    for part in parts:
        if part.number < 0:
            continue
        if part.tag != _FIGURE:
            content = {"/K": NumberObject(part.number), "/Pg": page}
            yield writer._add_object(_element(part.tag, document, content))
            continue
        if figure is None:
            said = {"/K": ArrayObject(), "/Pg": page, "/Alt": TextStringObject(reading.picture)}
            figure = writer._add_object(_element(_FIGURE, document, said))
        figure.get_object()["/K"].append(NumberObject(part.number))  # type: ignore[index]
        yield figure


def _element(tag: str, parent: Any, content: dict[str, Any] | None = None) -> DictionaryObject:
    named = {"/Type": NameObject("/StructElem"), "/S": NameObject(f"/{tag}"), "/P": parent}
    return _dictionary(named | (content or {}))


def _catalogue(root: Any, reading: Reading) -> DictionaryObject:
    return _dictionary(
        {
            "/Lang": TextStringObject(reading.language),
            "/MarkInfo": _dictionary({"/Marked": BooleanObject(True)}),
            "/StructTreeRoot": root,
            "/ViewerPreferences": _dictionary({"/DisplayDocTitle": BooleanObject(True)}),
        }
    )


def _dictionary(entries: dict[str, Any]) -> DictionaryObject:
    return DictionaryObject({NameObject(name): value for name, value in entries.items()})
