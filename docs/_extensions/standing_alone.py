"""The build fails where a page would load something from outside."""

from pathlib import Path

from outside import outside_addresses
from sphinx.application import Sphinx
from sphinx.errors import SphinxError


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the build."""
    app.connect("build-finished", _check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _check(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        found = list(outside_addresses(Path(app.outdir)))
        if found:
            raise SphinxError("pages load from outside:\n" + "\n".join(found))
