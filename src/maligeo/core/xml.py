"""XML from strangers: streamed, without document types, entities or external loads.

An entity has to be declared in a document type, and a document type has to stand before
the root element. So it is enough to look at what comes before the root: where there is no
document type, nothing can grow and nothing is loaded, and the fast parser may go on.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, NamedTuple
from xml.etree.ElementTree import Element, ParseError, iterparse
from xml.parsers import expat

from maligeo.core.errors import InputFileError

_BROKEN: Final = (ParseError, expat.ExpatError, ValueError, LookupError, OSError)
_CHUNK: Final = 65_536
_DEEPEST: Final = 100  # levels of elements; real files have ten


def local_name(tag: str) -> str:
    """Give the name of an element without its namespace."""
    return tag.rpartition("}")[2]


class Root(NamedTuple):
    """The root element of a file.

    Attributes
    ----------
    name : str
        Without namespace or prefix.
    attributes : dict of str to str
        As they stand in the file.
    """

    name: str
    attributes: dict[str, str]


def read_root(path: Path) -> Root:
    """Read the root element's start, and refuse a file that declares a document type.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    Root

    Raises
    ------
    InputFileError
        If the file cannot be opened, is not XML, or declares a document type: entities
        are how a small file becomes a large one, or reads another.
    """
    try:
        with path.open("rb") as file:
            return _prolog(file, path)
    except _BROKEN as error:
        raise InputFileError(f"{path} is not XML that can be read: {error}") from error


def children(path: Path, name: str, *, root: str) -> Iterator[Element]:
    """Walk through the elements below the root, holding one at a time.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    name : str
        Name of the elements to give, without namespace.
    root : str
        Name that the root element must have.

    Yields
    ------
    xml.etree.ElementTree.Element
        Each complete with all below it; it is emptied when the next one is asked for.

    Raises
    ------
    InputFileError
        As `read_root` raises, and if the root is another, or the file is not well formed or
        nests absurdly deep.
    """
    found = read_root(path).name
    if found != root:
        raise InputFileError(f"{path}: the root element is {found!r}, not {root!r}")
    try:
        with path.open("rb") as file:
            yield from _complete(file, name, path)
    except _BROKEN as error:
        raise InputFileError(f"{path} is not XML that can be read: {error}") from error


def _complete(file: IO[bytes], name: str, path: Path) -> Iterator[Element]:
    walk = iterparse(file, events=("start", "end"))  # noqa: S314 - see the head of this module
    root: Element | None = None
    depth = 0
    for event, element in walk:
        root = element if root is None else root
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            raise InputFileError(f"{path} nests its elements more than {_DEEPEST} deep")
        if event == "end" and depth == 1:
            if local_name(element.tag) == name:
                yield element
            root.clear()


class _RootFoundError(Exception):
    """Ends the reading of the prolog."""


def _prolog(file: IO[bytes], path: Path) -> Root:
    roots: list[Root] = []

    def refuse(*_: object) -> None:
        raise InputFileError(
            f"{path} declares a document type, through which XML can grow or load other "
            "files; it is not read"
        )

    def stop(name: str, attributes: dict[str, str]) -> None:
        roots.append(Root(name.rpartition(":")[2], attributes))
        raise _RootFoundError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except _RootFoundError:
        return roots[0]
    raise InputFileError(f"{path} has no root element")


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
