"""Pages for readers who listen, or who have no mouse."""

from typing import Any

from sphinx.application import Sphinx

_AFTER_THE_THEME = 900


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the build."""
    app.connect("html-page-context", _improve, priority=_AFTER_THE_THEME)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _improve(
    _app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: Any
) -> None:
    """State the language, the level of captions, and let keys scroll wide blocks of code."""
    if page.startswith("fr/"):
        context["language"] = "fr"
    tree = context.get("furo_navigation_tree")
    if tree:
        context["furo_navigation_tree"] = tree.replace(
            'role="heading"', 'role="heading" aria-level="2"'
        )
    if "body" in context:
        context["body"] = context["body"].replace("<pre>", '<pre tabindex="0">')
