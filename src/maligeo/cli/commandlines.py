"""Commands of records, read back against the list of what may be run."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from maligeo.cli.recipes import INPUTS, Kind, find_command, kind_of, long_name
from maligeo.errors import InputFileError, MaligeoError

_NOT_IN_NAMES: Final = frozenset('/\\:*?"<>|') | {chr(code) for code in (*range(32), 127)}
_OF_INPUTS: Final = (Kind.input, Kind.named_input, Kind.input_or_value)


class Told(NamedTuple):
    """An option or argument of a record."""

    parameter: Any
    value: str | bool

    @property
    def role(self) -> str | None:
        """The role of the file that it names; None where it names none."""
        text = str(self.value).rpartition("=")[2]
        is_input = kind_of(self.parameter) in _OF_INPUTS and text.startswith("{")
        return text[1:-1] if is_input else None


def read_command(tokens: Sequence[str], root: Any) -> tuple[tuple[str, ...], tuple[Told, ...]]:
    """Read a recorded command.

    Parameters
    ----------
    tokens : sequence of str
        As `recorded` writes them.
    root : click.Group
        The application.

    Returns
    -------
    tuple of str
        The name of the command, in one part or two.
    tuple of Told
        What it was told.

    Raises
    ------
    InputFileError
        If the list of `maligeo.cli.recipes` does not have the command, it has no such
        option, or a value names a file.
    """
    if not tokens:
        raise InputFileError("its record names no command: it was made by a script")
    try:
        length = 2 if tokens[0] == "tiles" else 1
        names = tuple(tokens[:length])
        command = find_command(root, names)
        return names, tuple(_options(command.params, tokens[length:]))
    except MaligeoError as error:
        raise InputFileError(f"its record is not run: {error}") from error


def _options(parameters: Sequence[Any], tokens: Sequence[str]) -> Iterator[Told]:
    flags = {name: (each, True) for each in parameters if _is_flag(each) for name in each.opts}
    flags |= {
        name: (each, False) for each in parameters if _is_flag(each) for name in each.secondary_opts
    }
    options = {
        long_name(each): each
        for each in parameters
        if each.param_type_name == "option" and not _is_flag(each)
    }
    arguments = iter([each for each in parameters if each.param_type_name == "argument"])
    rest = iter(tokens)
    for token in rest:
        if token in flags:
            yield Told(*flags[token])
        elif token.startswith("-"):
            value = next(rest, None)
            if token not in options or value is None:
                raise InputFileError(f"{token!r} is no option of the command, or has no value")
            yield _checked(options[token], value)
        else:
            argument = next(arguments, None)
            if argument is None:
                raise InputFileError(f"{token!r} is one argument too many")
            yield _checked(argument, token)


def _is_flag(parameter: Any) -> bool:
    return bool(getattr(parameter, "is_flag", False))


def _checked(parameter: Any, value: str) -> Told:
    """Refuse a value that names a file: inputs are named by their role alone."""
    kind = kind_of(parameter)
    is_role = value.startswith("{")
    is_own_role = value == f"{{{parameter.name}}}"
    sound = {
        Kind.input: value == f"{{{INPUTS.get(parameter.name)}}}",
        Kind.named_input: _is_named_role(value),
        Kind.input_or_value: value == f"{{{parameter.name}}}"
        or not (Path(value).suffix or is_role),
        Kind.product: is_file_name(value),
        Kind.by_product: is_own_role,
        Kind.value: not is_role,
        Kind.without_effect: False,
    }
    if not sound[kind]:
        raise InputFileError(f"{value!r} is nothing that {parameter.name!r} may be in a record")
    return Told(parameter, value)


def _is_named_role(value: str) -> bool:
    name, _, role = value.partition("=")
    return bool(name) and role == f"{{layer {name}}}"


def is_file_name(name: str) -> bool:
    """Tell whether a name is that of a file, and not the way to one."""
    return bool(name.strip(". ")) and _NOT_IN_NAMES.isdisjoint(name)
