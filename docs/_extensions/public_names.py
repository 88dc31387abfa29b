"""`.. public-names:: measure.gaps` documents the public names that come from a module."""

from pathlib import Path
from typing import Any

from claims import claim_of, claims_in, modules_by_name
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

import maligeo

STUB = Path(maligeo.__file__).with_suffix(".pyi")
_LOGGER = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("public-names", PublicNames)
    app.connect("builder-inited", _find_unclaimed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _find_unclaimed(app: Sphinx) -> None:
    claims = claims_in(Path(app.srcdir) / "reference")
    for name, module in modules_by_name(STUB.read_text(encoding="utf-8")).items():
        if claim_of(module, claims) is None:
            _LOGGER.warning("maligeo.%s of %s is on no page of the reference", name, module)


class PublicNames(SphinxDirective):
    """A table of names, then each with its docstring."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Write the directives of autodoc and have them parsed."""
        self.env.note_dependency(str(STUB))
        claims = claims_in(Path(self.env.srcdir) / "reference")
        own = self.arguments[0].split()
        modules = modules_by_name(STUB.read_text(encoding="utf-8"))
        names = sorted(name for name in modules if claim_of(modules[name], claims) in own)
        if not names:
            raise self.error(f"no public name comes from {', '.join(own)}")
        lines = [".. currentmodule:: maligeo", "", ".. autosummary::", ""]
        lines += [*(f"   {name}" for name in names), ""]
        for name in names:
            lines += [f".. {_directive(getattr(maligeo, name))}:: {name}", ""]
        node = nodes.container()
        self.state.nested_parse(StringList(lines, source=str(STUB)), self.content_offset, node)
        return node.children


def _directive(found: Any) -> str:
    if isinstance(found, type):
        return "autoexception" if issubclass(found, BaseException) else "autoclass"
    return "autofunction" if callable(found) else "autodata"
