"""The sentences of errors and faults that stand in the code."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import maligeo

PACKAGE = Path(maligeo.__file__).parent
UNREAD = "unread: "
LIKE_FAULT = re.compile(
    "(is|are|has|have|lies|names|stands|says|may|means|belongs|overlaps|repeats|differs|holds|ends"
    "|must|cannot|does|begins|needs|points|a rate) "
)
SAYING = ("explained", "warn", "told", "_show_line")  # functions that take a sentence
HOLE = re.compile(r"\{[^{}!]*(!r)?\}")


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
    return [one for one in _found() if one.path.startswith(room) and UNREAD not in one.text]


def unread() -> list[Sentence]:
    """Give the calls whose sentence cannot be read from the code, by the name of what is called."""
    return [
        Sentence(one.path, one.line, one.text.removeprefix(UNREAD))
        for one in _found()
        if one.text.startswith(UNREAD)
    ]


def like_faults() -> list[Sentence]:
    """Give what stands in the code and begins as what is said of a value."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inner = {id(part) for n in ast.walk(tree) for part in _held(n)}
        texts = (
            (n.lineno, text)
            for n in ast.walk(tree)
            if isinstance(n, ast.Constant | ast.JoinedStr) and id(n) not in inner
            for text in _texts(n, {})
        )
        name = str(path.relative_to(PACKAGE))
        found += [Sentence(name, line, text) for line, text in texts if LIKE_FAULT.match(text)]
    return found


def _held(node: ast.AST) -> list[ast.expr]:
    """Give the parts of a text, and what stands alone as a docstring."""
    if isinstance(node, ast.JoinedStr):
        return node.values
    return [node.value] if isinstance(node, ast.Expr) else []


@cache
def _found() -> list[Sentence]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = str(path.relative_to(PACKAGE))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [Sentence(name, line, text) for line, text in set(_of(tree))]
    return sorted(found)


def _of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    common = _assigned(n for n in tree.body) | {n.name: [*_returned(n)] for n in functions}
    for function in functions:
        if function.name.endswith("_faults") and function.name != "_faults":
            for node in ast.walk(function):
                if isinstance(node, ast.Yield) and node.value is not None:
                    yield from ((node.lineno, text) for text in _texts(node.value, {}))
    for scope in [tree, *functions]:
        inner = {} if scope is tree else _assigned(ast.walk(scope))
        for node in ast.walk(scope):
            if isinstance(node, ast.Call) and (argument := _sentence_of(node)) is not None:
                texts = set(_texts(argument, common | inner))
                if scope is not tree or not any(_within(node, one) for one in functions):
                    called = UNREAD + ast.unparse(node.func)
                    yield from ((node.lineno, text) for text in texts or {called})


def _assigned(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    given: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            given.setdefault(node.targets[0].id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            given.setdefault(node.target.id, []).append(node.value)
    return given


def _returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def _within(node: ast.AST, function: ast.FunctionDef) -> bool:
    return any(one is node for one in ast.walk(function))


def _sentence_of(call: ast.Call) -> ast.expr | None:
    """Give the argument of a call that is a sentence."""
    called = call.func
    if isinstance(called, ast.Name) and called.id == "told" and not _is_text(call.args[0]):
        return None  # says on what something else gives
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    at = 0 if name.endswith("Error") or name in SAYING else None
    if name in ("FrameError", "SettingsError"):
        at = None
    if name == "TileFault":
        at = 1
    if name == "Fault" or (name == "add" and len(call.args) == 4):
        at = 3
    keyed = any(word.arg == "key" for word in call.keywords)
    return None if at is None or keyed or len(call.args) <= at else call.args[at]


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.JoinedStr | ast.IfExp) or (
        isinstance(node, ast.Name) and node.id.startswith("_")
    )


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
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "format":
            yield from map(plain, _texts(node.func.value, given))
    elif isinstance(node, ast.Name | ast.Call):
        name = node.id if isinstance(node, ast.Name) else getattr(node.func, "id", "")
        for value in given.get(name, []):
            yield from _texts(value, {**given, name: []})


def _piece(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    quoted = isinstance(part, ast.FormattedValue) and part.conversion == ord("r")
    return "{!r}" if quoted else "{}"
