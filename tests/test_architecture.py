"""The architecture, checked: imports point down, no cycles, nothing oversized."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "maligeo"

FLOORS = {
    6: {"cli", "__main__"},
    5: {"maps", "tiles", "streams", "figures", "exports"},
    4: {"style", "labels", "wording", "outlines", "releasing"},
    3: {"measure"},
    2: {"join"},
    1: {"boundaries", "readers", "catalog", "tilefiles", "downloads", "abouts"},
    0: {
        "wholefiles", "errors", "columns", "crs", "names", "periods", "checks", "unitindex",
        "unitkeys", "positions", "audiences", "provenance", "_optional",
    },
}  # fmt: skip
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
APART = FLOORS[5]  # none of these imports another

MAX_FUNCTION_LINES = 60
MAX_FILE_LINES = 400
MAX_PARAMETERS = 6
MAX_NESTING = 3
NESTING = (ast.For, ast.While, ast.If, ast.With, ast.Try)

SOURCES = sorted(PACKAGE.rglob("*.py"))
IDS = [str(path.relative_to(PACKAGE)) for path in SOURCES]


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


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


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    documentation = ast.get_docstring(node, clean=False)
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    return lines - (documentation.count("\n") + 1 if documentation else 0)


def depth(node: ast.AST) -> int:
    inner = max((depth(child) for child in ast.iter_child_nodes(node)), default=0)
    return inner + isinstance(node, NESTING)


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_every_room_has_a_floor(path: Path) -> None:
    assert room_of(path) in FLOOR_OF or path == PACKAGE / "__init__.py"


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    for module in imported_modules(parse(path)):
        if module == "maligeo":
            assert room in FLOORS[6], "only the roof may use the public names"
            continue
        target = module.split(".")[1]
        assert FLOOR_OF[target] <= FLOOR_OF[room], f"{room} imports {target} from above"
        if room in APART and target in APART:
            assert room == target, f"{room} and {target} stand apart"


def test_no_import_cycle() -> None:
    edges = {
        module_of(path): set(imported_modules(parse(path))) - {"maligeo", module_of(path)}
        for path in SOURCES
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


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_imports_in_functions_are_for_optional_packages_alone(path: Path) -> None:
    for function in functions(parse(path)):
        assert not list(imported_modules(function)), f"{function.name} hides an import"


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_no_oversize(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    code = [line for line in lines if line.strip() and not line.strip().startswith("#")]
    assert len(code) <= MAX_FILE_LINES, f"{len(code)} lines"
    for function in functions(parse(path)):
        assert length(function) <= MAX_FUNCTION_LINES, f"{function.name}: {length(function)} lines"
        assert depth(function) <= MAX_NESTING + 1, f"{function.name} nests {depth(function)} deep"


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_few_parameters(path: Path) -> None:
    if room_of(path) == "cli":  # a command's options are its parameters
        return
    for function in functions(parse(path)):
        given = function.args
        own = [
            arg.arg for arg in (*given.posonlyargs, *given.args) if arg.arg not in ("self", "cls")
        ]
        assert len(own) + len(given.kwonlyargs) <= MAX_PARAMETERS, function.name
        assert given.kwarg is None, f"{function.name} takes **kwargs"
        if not function.name.startswith("_") and path.parent == PACKAGE:
            assert len(own) <= 3, f"{function.name} has {len(own)} positional parameters"


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_library_code_neither_asserts_nor_prints(path: Path) -> None:
    for node in ast.walk(parse(path)):
        assert not isinstance(node, ast.Assert), f"assert in line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print", f"print in line {node.lineno}"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"bare except in line {node.lineno}"


def test_scripts_use_the_public_names_alone() -> None:
    for path in sorted((ROOT / "scripts").glob("*.py")):
        assert set(imported_modules(parse(path))) <= {"maligeo"}, path.name


def test_the_walk_sees_an_upward_import() -> None:
    tree = ast.parse("from maligeo.cli import main\nfrom maligeo import catalog")
    assert list(imported_modules(tree)) == ["maligeo.cli", "maligeo.catalog"]
