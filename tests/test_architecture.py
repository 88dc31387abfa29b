"""The architecture, checked: imports point down, no cycles, nothing oversized."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import maligeo

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "maligeo"

# A room imports from the floors below its own, and from no other room of its own floor.
FLOORS = {
    "7": {"cli", "app"},
    "6": {"workflows", "serving"},
    "5": {"maps", "paper", "tiles", "exports"},
    "4": {"disclosure"},
    "3b": {"text"},
    "3a": {"measure", "look"},
    "2": {"join", "downloads"},
    "1b": {"readers"},
    "1a": {"provenance"},
    "0b": {"catalog", "tile_archives", "unitindex"},
    "0a": {"core"},
}
HEIGHTS = sorted(FLOORS)
FLOOR_OF = {room: HEIGHTS.index(floor) for floor, rooms in FLOORS.items() for room in rooms}

MAX_FUNCTION_LINES = 60
MAX_FILE_LINES = 400
MAX_PARAMETERS = 6
MAX_NESTING = 3
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
NESTING = (ast.For, ast.While, ast.If, ast.With, ast.Try)

MAX_POSITIONAL = 3
RECORDS = ("incidents", "projects", "areas", "figures")
SAID = ("columns", "constants", "places", "dates", "sheet", "layer", "header_row")

SOURCES = sorted(PACKAGE.rglob("*.py"))
IDS = [str(path.relative_to(PACKAGE)) for path in SOURCES]


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


TREES = {path: parse(path) for path in SOURCES}


def all_functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, tree in TREES.items():
        yield from ((path, function) for function in functions(tree))


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in SOURCES}


def imported_modules(tree: ast.AST) -> Iterator[str]:
    """Every module of ours that a tree imports, down to the module, not the name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in MODULES else node.module for name in names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == "maligeo")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def documentation_lines(tree: ast.AST) -> set[int]:
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            found.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return found


def code_lines(text: str, tree: ast.AST) -> int:
    """Lines that are neither blank nor a comment nor documentation."""
    documentation = documentation_lines(tree)
    return sum(
        bool(line.strip()) and not line.strip().startswith("#") and number not in documentation
        for number, line in enumerate(text.split("\n"), start=1)
    )


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    documentation = ast.get_docstring(node, clean=False)
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    return lines - (documentation.count("\n") + 1 if documentation else 0)


def depth(node: ast.AST) -> int:
    inner = max((depth(child) for child in ast.iter_child_nodes(node)), default=0)
    return inner + isinstance(node, NESTING)


def test_every_room_has_a_floor() -> None:
    for path in SOURCES:
        assert room_of(path) in FLOOR_OF or path.parent == PACKAGE


def test_imports_point_down() -> None:
    for path, tree in TREES.items():
        room = room_of(path)
        for module in imported_modules(tree) if room in FLOOR_OF else ():
            if module == "maligeo":
                assert room == "cli", "only the command line may use the public names"
                continue
            target = module.split(".")[1]
            is_below = target == room or FLOOR_OF[target] < FLOOR_OF[room]
            assert is_below, f"{path.relative_to(PACKAGE)} imports {target}"


def test_the_tree_of_contributing_has_these_floors() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    lines = re.findall(r"^[├└]── (\w+)(?:/|\.py) +floor (\w+)", text, re.MULTILINE)
    assert dict(lines) == {room: floor for floor, rooms in FLOORS.items() for room in rooms}
    folders = {path.parent.relative_to(PACKAGE).as_posix() for path in SOURCES} - {"."}
    assert {name for name in folders if "/" not in name} <= {room for room, _ in lines}


def test_no_import_cycle() -> None:
    edges = {
        module_of(path): set(imported_modules(tree)) - {"maligeo", module_of(path)}
        for path, tree in TREES.items()
    }
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module in done:
            return
        for target in sorted(edges.get(module, set())):
            # A package and its own parts may name one another only downwards.
            if not module.startswith(target + "."):
                visit(target, (*trail, module))
        done.add(module)

    for module in sorted(edges):
        visit(module, ())


def test_imports_in_functions_are_for_optional_packages_alone() -> None:
    for path, function in all_functions():
        assert not list(imported_modules(function)), f"{path}: {function.name} hides an import"


def test_no_oversize() -> None:
    for path, tree in TREES.items():
        assert code_lines(path.read_text(encoding="utf-8"), tree) <= MAX_FILE_LINES, path
    for path, function in all_functions():
        name = f"{path}: {function.name}"
        assert length(function) <= MAX_FUNCTION_LINES, f"{name}: {length(function)} lines"
        assert depth(function) <= MAX_NESTING + 1, f"{name} nests {depth(function)} deep"


def test_few_parameters() -> None:
    for path, function in all_functions():
        if room_of(path) == "cli":  # a command's options are its parameters
            continue
        given = function.args
        named = [
            arg.arg for arg in (*given.posonlyargs, *given.args) if arg.arg not in ("self", "cls")
        ]
        named += [arg.arg for arg in given.kwonlyargs]
        if {"path", "frame"} & {*named} or {*SAID} <= {*named}:  # one thing: what is said of it
            named = [name for name in named if name not in SAID]
        if set(RECORDS) <= set(named):  # what a study is of
            named = ["records", *(name for name in named if name not in RECORDS)]
        named = [name for name in named if name != "progress"]  # who watches asks for nothing
        assert len(named) <= MAX_PARAMETERS, f"{path}: {function.name}"
        assert given.kwarg is None, f"{path}: {function.name} takes **kwargs"


def test_public_functions_take_few_arguments_by_position() -> None:
    for name in maligeo.__all__:
        found = getattr(maligeo, name)
        if inspect.isfunction(found):
            kinds = [one.kind for one in inspect.signature(found).parameters.values()]
            by_position = kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD)
            assert by_position <= MAX_POSITIONAL, f"{name}: {by_position}"


def test_scripts_use_the_public_names_alone() -> None:
    for path in sorted((ROOT / "scripts").glob("*.py")):
        assert set(imported_modules(parse(path))) <= {"maligeo"}, path.name


def test_the_walk_sees_an_upward_import() -> None:
    tree = ast.parse("from maligeo.cli import main\nfrom maligeo import catalog")
    assert list(imported_modules(tree)) == ["maligeo.cli", "maligeo.catalog"]
