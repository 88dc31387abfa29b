"""XML of unknown origin: streamed, without document types, entities or external loads.

An entity has to be declared in a document type, and a document type has to stand before
the root element. So it is enough to look at what comes before the root: where there is no
document type, nothing can grow and nothing is loaded, and the fast parser may go on.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Final, NamedTuple
from xml.etree.ElementTree import Element, fromstring, iterparse
from xml.parsers import expat

from maligeo.core.errors import InputFileError, explained
from maligeo.core.inputs import take_input

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
    take_input(path)
    with explained(f"{path} is not XML that can be read"), path.open("rb") as file:
        return _start(file)


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
    with explained(f"{path} is not XML that can be read"), path.open("rb") as file:
        yield from _complete(file, name, path)


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


def elements_of(content: bytes, name: str) -> Iterator[Element]:
    """Give the outermost elements of a name, whatever their namespace, in their order.

    Parameters
    ----------
    content : bytes
        The document. It may name a document type, as SVG pictures do; it is not loaded.
    name : str
        Name of the elements, without namespace.

    Raises
    ------
    ValueError
        If it declares entities, by which a small document becomes a large one or reads
        another.
    xml.etree.ElementTree.ParseError, xml.parsers.expat.ExpatError
        If it is not well formed.
    """
    _start(BytesIO(content), may_have_type=True)
    waiting = [fromstring(content)]  # noqa: S314 - see the head of this module
    while waiting:
        element = waiting.pop()
        if local_name(element.tag) == name:
            yield element
        else:
            waiting.extend(reversed(element))


class _RootFoundError(Exception):
    """Ends the reading of what comes before the root."""


def _start(file: IO[bytes], *, may_have_type: bool = False) -> Root:
    """Read as far as the root element, refusing what XML can grow by."""
    roots: list[Root] = []

    def refuse(*_: object) -> None:
        declared = "entities" if may_have_type else "a document type"
        raise ValueError(f"it declares {declared}, through which XML can grow or load other files")

    def stop(name: str, attributes: dict[str, str]) -> None:
        roots.append(Root(name.rpartition(":")[2], attributes))
        raise _RootFoundError

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    if not may_have_type:
        parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except _RootFoundError:
        return roots[0]
    raise ValueError("it has no root element")
