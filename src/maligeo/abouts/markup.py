"""Elements of small XML documents from strangers: no entities, nothing loaded."""

from typing import NamedTuple
from xml.parsers import expat

_SEPARATOR = " "  # between the namespace and the name of an element


class Found(NamedTuple):
    """An element: its attributes, and all text in it."""

    attributes: dict[str, str]
    text: str


def elements_of(content: bytes, name: str) -> list[Found]:
    """Give all elements of a name, whatever their namespace.

    Parameters
    ----------
    content : bytes
        The document. It may name a document type, as SVG pictures do; it is not loaded.
    name : str
        Name of the elements, without namespace.

    Raises
    ------
    ValueError
        If it is not well formed, or declares entities, by which a small document becomes a
        large one or reads another.
    """
    collector = _Collector(name)
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError) as error:
        raise ValueError(f"it is not XML that can be read: {error}") from error
    return collector.found


def _refuse(*_: object) -> None:
    raise ValueError("it declares entities, through which XML can grow; it is not read")


class _Collector:
    """Keeps the elements of one name; those within another of the name count as its text."""

    def __init__(self, name: str) -> None:
        self.found: list[Found] = []
        self._name = name
        self._depth = 0
        self._attributes: dict[str, str] = {}
        self._parts: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._depth:
            self._depth += 1
        elif tag.rpartition(_SEPARATOR)[2] == self._name:
            self._depth, self._attributes, self._parts = 1, attributes, []

    def end(self, _: str) -> None:
        if self._depth == 1:
            self.found.append(Found(self._attributes, "".join(self._parts)))
        self._depth = max(self._depth - 1, 0)

    def text(self, data: str) -> None:
        if self._depth:
            self._parts.append(data)
