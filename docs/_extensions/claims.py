"""Which page of the reference documents which public name.

Pages claim modules: `.. public-names:: measure.gaps`. A name belongs to the longest claim
that its module begins with, so that a new name needs no line in a page.
"""

import ast
from pathlib import Path

MARK = ".. public-names::"


def modules_by_name(stub: str) -> dict[str, str]:
    """Give the module that each public name of a stub comes from, without "maligeo."."""
    return {
        alias.asname or alias.name: node.module or ""
        for node in ast.parse(stub).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def claims_in(folder: Path) -> list[str]:
    """Give the beginnings of modules that the pages below a folder document."""
    lines = (
        line
        for page in sorted(folder.rglob("*.md"))
        for line in page.read_text(encoding="utf-8").split("\n")
    )
    return [word for line in lines if line.startswith(MARK) for word in line[len(MARK) :].split()]


def claim_of(module: str, claims: list[str]) -> str | None:
    """Give the longest of the claims that a module begins with."""
    fitting = [claim for claim in claims if f"{module}.".startswith(f"{claim}.")]
    return max(fitting, key=len, default=None)
