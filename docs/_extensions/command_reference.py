"""`.. command-reference::` documents every command of `maligeo` from its own help."""

from typing import Any

import typer.main
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import maligeo.cli


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("command-reference", CommandReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class CommandReference(SphinxDirective):
    """A section for each command, with a list of its arguments and options."""

    def run(self) -> list[nodes.Node]:
        """Write sections and have them parsed."""
        made: list[nodes.Node] = []
        group: Any = typer.main.get_command(maligeo.cli.app)
        for name, command in _commands("maligeo", group):
            section = nodes.section(ids=[nodes.make_id(name)], names=[name])
            section += nodes.title(name, name)
            lines = StringList(_described(command), source=name)
            self.state.nested_parse(lines, self.content_offset, section)
            made.append(section)
        return made


def _commands(name: str, command: Any) -> list[tuple[str, Any]]:
    """Give the full names of the commands below a command, or of itself."""
    below = getattr(command, "commands", None)
    if below is None:
        return [(name, command)]
    return [found for part, inner in below.items() for found in _commands(f"{name} {part}", inner)]


def _described(command: Any) -> list[str]:
    lines = [*(command.help or "").split("\n"), ""]
    for option in command.params:
        if option.name == "help":
            continue
        names = ", ".join(f"``{name}``" for name in _names(option))
        help_text = " ".join((getattr(option, "help", None) or "").split())
        lines += [names, f"   {_escaped(help_text) or '–'}{_default(option)}", ""]
    return lines


def _names(option: Any) -> list[str]:
    if option.param_type_name == "argument":
        return [option.metavar or option.name.upper()]
    return [*option.opts, *option.secondary_opts]


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "*`_|\\" else char for char in text)


def _default(option: Any) -> str:
    default = getattr(option.default, "value", option.default)
    if option.required or default in (None, False, (), []) or callable(default):
        return ""
    return f" Default: ``{default}``."
