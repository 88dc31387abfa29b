"""What is wrong with a vector tile, by the Mapbox Vector Tile Specification 2.1."""

from collections.abc import Iterator
from typing import Final, NamedTuple

_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7
_POINT, _LINE, _POLYGON = 1, 2, 3
_LONGEST_VARINT: Final = 10
_LAYER: Final = 3
_NAME, _FEATURE, _KEY, _VALUE, _EXTENT, _VERSION = 1, 2, 3, 4, 5, 15
_TAGS, _TYPE, _GEOMETRY = 2, 3, 4

Field = tuple[int, int | bytes]


class TileLayers(NamedTuple):
    """The layers of a tile by name, with their number of features, and what is wrong."""

    features: dict[str, int]
    faults: list[str]


def check_mvt(content: bytes) -> TileLayers:
    """Read a whole tile, not compressed.

    Parameters
    ----------
    content : bytes
        The tile.

    Returns
    -------
    TileLayers
        Of each layer the first fault; a tile that cannot be read to its end has one.
    """
    layers: dict[str, int] = {}
    faults = []
    try:
        for number, value in _fields(content):
            if number == _LAYER and isinstance(value, bytes):
                name, count, fault = _check_layer(value)
                faults += [f"layer {name!r}: {fault}"] if fault else []
                faults += [f"layer {name!r} is there twice"] if name in layers else []
                layers[name] = count
    except ValueError as error:
        faults.append(str(error))
    if not layers and not faults:
        faults.append("there is no layer")
    return TileLayers(layers, faults)


def _check_layer(content: bytes) -> tuple[str, int, str]:
    """Give name, number of features and the first fault of a layer."""
    parts: dict[int, list[int | bytes]] = {}
    for number, value in _fields(content):
        parts.setdefault(number, []).append(value)
    features = [part for part in parts.get(_FEATURE, []) if isinstance(part, bytes)]
    names = parts.get(_NAME, [])
    name = names[0].decode("utf-8", "replace") if names and isinstance(names[0], bytes) else ""
    if not name:
        return name, len(features), "it has no name"
    if parts.get(_VERSION) not in ([1], [2]):
        return name, len(features), "its version is neither 1 nor 2"
    if parts.get(_EXTENT, [4096])[0] == 0:
        return name, len(features), "it has no extent"
    keys, values = len(parts.get(_KEY, [])), len(parts.get(_VALUE, []))
    for at, feature in enumerate(features):
        if fault := _feature_fault(feature, keys, values):
            return name, len(features), f"feature {at} {fault}"
    return name, len(features), "" if features else "it has no feature"


def _feature_fault(content: bytes, keys: int, values: int) -> str:
    parts = dict(_fields(content))
    tags, geometry = (_numbers(parts.get(number, b"")) for number in (_TAGS, _GEOMETRY))
    if len(tags) % 2:
        return "has a key without a value"
    if any(key >= keys for key in tags[::2]) or any(value >= values for value in tags[1::2]):
        return "points to a key or value that is not there"
    if len(set(tags[::2])) < len(tags) // 2:
        return "has a key twice"
    kind = parts.get(_TYPE, 0)
    return _geometry_fault(geometry, kind if isinstance(kind, int) else 0)


def _geometry_fault(numbers: list[int], kind: int) -> str:
    """Follow the commands of a geometry."""
    if kind not in (_POINT, _LINE, _POLYGON):
        return "has no known type of geometry"
    commands, at = [], 0
    while at < len(numbers):
        command, count = numbers[at] & 7, numbers[at] >> 3
        commands.append((command, count))
        at += 1 + (0 if command == _CLOSE_PATH else 2 * count)
    if at > len(numbers):
        return "has a geometry that is cut short"
    if not commands or not _is_sound(commands, kind):
        return "has a geometry whose commands do not make its type"
    return ""


def _is_sound(commands: list[tuple[int, int]], kind: int) -> bool:
    """Tell whether commands make points, lines or rings."""
    if kind == _POINT:
        return len(commands) == 1 and commands[0][0] == _MOVE_TO and commands[0][1] > 0
    unit = 2 if kind == _LINE else 3
    fewest = 1 if kind == _LINE else 2  # a line to at least so many places
    if len(commands) % unit:
        return False
    return all(
        commands[at] == (_MOVE_TO, 1)
        and commands[at + 1][0] == _LINE_TO
        and commands[at + 1][1] >= fewest
        and (kind == _LINE or commands[at + 2] == (_CLOSE_PATH, 1))
        for at in range(0, len(commands), unit)
    )


def _numbers(content: int | bytes) -> list[int]:
    """Read packed numbers."""
    if isinstance(content, int):
        return [content]
    numbers, at = [], 0
    while at < len(content):
        number, at = _varint(content, at)
        numbers.append(number)
    return numbers


def _fields(content: bytes) -> Iterator[Field]:
    """Give number and value of each field of a message."""
    at = 0
    while at < len(content):
        head, at = _varint(content, at)
        number, wire = head >> 3, head & 7
        if wire == _VARINT:
            value, at = _varint(content, at)
            yield number, value
            continue
        if wire == _DELIMITED:
            length, at = _varint(content, at)
        elif wire in (_FIXED32, _FIXED64):
            length = 4 if wire == _FIXED32 else 8
        else:
            raise ValueError(f"it is no vector tile: there is no wire type {wire}")
        if at + length > len(content):
            raise ValueError("it is cut short")
        yield number, content[at : at + length]
        at += length


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """Read a number, and give the place after it."""
    number = 0
    for step, byte in enumerate(content[at : at + _LONGEST_VARINT]):
        number |= (byte & 0x7F) << 7 * step
        if byte < 0x80:
            return number, at + step + 1
    raise ValueError("it is cut short, or no vector tile")
