"""What the build adds: the commit, for which an sdist and a wheel have no git to ask, and links.

The links of README.md lead to files of the repository. In the description of a package, which is
read elsewhere, they lead to the same files of that release on the project's site.
"""

import re
import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#)([^)]+)\)")


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


class ReadmeHook(MetadataHookInterface):
    """Gives the description of the package."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Take README.md, with links that hold wherever it is read."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        site, tag = metadata["urls"]["Homepage"], f"v{metadata['version']}"

        def absolute(link: re.Match[str]) -> str:
            shown, title, path = link.groups()
            return f"{shown}[{title}]({site}/{'raw' if shown else 'blob'}/{tag}/{path})"

        whole = _LINK.sub(absolute, text)
        metadata["readme"] = {"content-type": "text/markdown", "text": whole}
