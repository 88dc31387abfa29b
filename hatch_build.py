"""Writes the commit into what is built: an sdist and a wheel have no git to ask."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface[Any]):
    """Puts a file COMMIT in the place of the placeholder in the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Find the commit; what is installed as editable goes on asking git."""
        if version == "editable":
            return
        package = Path(self.root, "src", "maligeo")
        find = runpy.run_path(str(package / "core" / "version.py"))["commit_of"]
        written = Path(self.root, "build", "COMMIT")
        written.parent.mkdir(exist_ok=True)
        written.write_text(find(package).removeprefix("g").replace(".", "-") + "\n", "ascii")
        inside = "maligeo" if self.target_name == "wheel" else "src/maligeo"
        build_data["force_include"][str(written)] = f"{inside}/COMMIT"
