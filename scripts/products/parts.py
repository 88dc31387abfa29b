"""The parts that a product is taken apart into, each as text that can be compared."""

import hashlib
import json
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final, NamedTuple

# Names under which products carry the record of how they were made.
RECORDS: Final = ("maligeo-about", "maligeo-provenance", "MALIGEO_ABOUT", "MALIGEO_PROVENANCE")
_RECORD_MEMBERS: Final = {"audience", "inputs", "versions"}
_VERSION: Final = re.compile(r"\b(maligeo(?: version)?[ /]v?)\d+(?:\.\d+)+[\w.+-]*")


class Kind(Enum):
    """What a difference in a part means."""

    content = "the products differ"
    words = "the products differ, unless the same words are broken into other lines"
    layout = "the products differ, unless renamed texts took another room"
    code = "the scripts of a page differ, which may show the same"


class Part(NamedTuple):
    """A part of a product: its name, what it says, and what a difference means."""

    name: str
    text: str
    kind: Kind = Kind.content


def digest(content: bytes) -> str:
    """Stand in for bytes that say nothing to a reader."""
    return f"{len(content)} bytes {hashlib.sha256(content).hexdigest()}"


def without_versions(text: str) -> str:
    """Leave out the version of maligeo from a text."""
    return _VERSION.sub(r"\1VERSION", text)


def is_record(name: object, value: object = None) -> bool:
    """Tell whether a member of an object is the record of how the product was made."""
    if isinstance(value, str) and value.startswith("{"):
        value = _decoded(value)
    return name in RECORDS or (isinstance(value, dict) and value.keys() >= _RECORD_MEMBERS)


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def json_lines(value: Any, path: str = "") -> Iterator[str]:
    """Write a JSON value as one line per leaf, without the record."""
    if isinstance(value, dict):
        for name, part in value.items():
            if not is_record(name, part):
                yield from json_lines(part, f"{path}.{name}")
        if not value:
            yield f"{path}: {{}}"
    elif isinstance(value, list) and any(isinstance(part, dict | list | str) for part in value):
        for at, part in enumerate(value):
            yield from json_lines(part, f"{path}[{at}]")
    elif isinstance(value, str):
        yield f"{path} = {value}"
    else:
        yield f"{path}: {json.dumps(value)}"


def json_text(value: Any) -> str:
    """Write a JSON value as lines, without the record."""
    return "\n".join(json_lines(value))
