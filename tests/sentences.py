"""The sentences of errors and faults that stand in the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import maligeo

PACKAGE = Path(maligeo.__file__).parent
HOLE = re.compile(r"\{\w*(!r)?\}")


class Sentence(NamedTuple):
    """A sentence, with {} and {!r} where something is filled in."""

    path: str
    line: int
    text: str


def plain(sentence: str) -> str:
    """Take the names out of a sentence's holes."""
    return HOLE.sub(lambda hole: "{!r}" if hole[1] else "{}", sentence)


def sentences(room: str = "") -> list[Sentence]:
    """Give the sentences of a room, or of all."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = str(path.relative_to(PACKAGE))
        if name.startswith(room):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += [Sentence(name, line, text) for line, text in set(_of(tree))]
    return sorted(found)


def _of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    scopes = [tree, *(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))]
    for scope in scopes:
        given: dict[str, list[ast.expr]] = {}
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                given.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(scope):
            if isinstance(node, ast.Call) and (argument := _sentence_of(node)) is not None:
                for text in _texts(argument, given if scope is not tree else {}):
                    yield node.lineno, text


def _sentence_of(call: ast.Call) -> ast.expr | None:
    """Give the argument of a call that is a sentence."""
    called = call.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    at = 0 if name.endswith("Error") or name == "explained" else None
    if name == "FrameError":
        at = None
    if name == "Fault" or (name == "add" and len(call.args) == 4):
        at = 3
    keyed = any(word.arg == "key" for word in call.keywords)
    return None if at is None or keyed or len(call.args) <= at else call.args[at]


def _texts(node: ast.expr, given: dict[str, list[ast.expr]]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(_piece(part) for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, given)
        yield from _texts(node.orelse, given)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left = list(_texts(node.left, given)) or ["{}"]
        right = list(_texts(node.right, given)) or ["{}"]
        yield from (one + other for one in left for other in right)
    elif isinstance(node, ast.Name):
        for value in given.get(node.id, []):
            yield from _texts(value, {})


def _piece(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    quoted = isinstance(part, ast.FormattedValue) and part.conversion == ord("r")
    return "{!r}" if quoted else "{}"
