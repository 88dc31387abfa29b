"""Products made again from what they say about themselves, and compared.

The record comes with the product, perhaps from a stranger. It is read as data: only commands
and options of `maligeo.cli.recipe` are run, only files whose hash is the recorded one are
given to them, and they write into a new folder that is deleted afterwards.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, fields, replace
from io import StringIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import typer

from maligeo.cli.output import printable
from maligeo.cli.recipe import (
    BUNDLED,
    Kind,
    Retold,
    Told,
    bundled_data,
    is_file_name,
    kind_of,
    read_command,
    tokens_of,
    versions,
)
from maligeo.core.errors import InputFileError, MaligeoError
from maligeo.provenance import read_about
from maligeo.provenance.record import Provenance, Source, hash_input, parts_of

_RASTERS: Final = ("raster", "population")
_TIFF_SIGNS: Final = (b"II*\0", b"II+\0", b"MM\0*", b"MM\0+")


@dataclass(frozen=True)
class Findings:
    """What came of making a product again.

    Attributes
    ----------
    differing : tuple of str
        What is not as it was: inputs by role and name, or places in the product. Empty
        where every byte is the same.
    versions : tuple of str
        Versions that are not those of the record.
    made_again : bool
        Whether it was made again; not where an input differs already.
    """

    differing: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    made_again: bool = True


@dataclass(frozen=True)
class _Plan:
    """A command of the list, and the files that it shall read."""

    names: tuple[str, ...]
    told: tuple[Told, ...]
    files: Mapping[str, Path]


def remake(product: Path, root: Any, given: Mapping[str, Path]) -> Findings:
    """Make a product again and compare it.

    Parameters
    ----------
    product : pathlib.Path
        A file or folder with a record.
    root : click.Group
        The application.
    given : mapping of str to pathlib.Path
        Inputs by their role. Others are looked for by their recorded name, in the current
        folder and beside the product.

    Returns
    -------
    Findings

    Raises
    ------
    InputFileError
        If the product has no record that can be read, the record asks for what is never
        run, or an input is not found.
    """
    record = read_about(product)
    names, told = read_command(record.command, root)
    roles = dict.fromkeys(each.role for each in told if each.role is not None)
    files = _files(record, product, list(roles), given)
    differing = tuple(_differing_inputs(record, files))
    other = tuple(_differing_versions(record))
    if differing:
        return Findings(differing, other, made_again=False)
    plan = _Plan(names, told, files)
    return Findings(tuple(_compared(product, record, plan, root)), other)


def _files(
    record: Provenance, product: Path, roles: Sequence[str], given: Mapping[str, Path]
) -> dict[str, Path]:
    """Find the file of each role, or say which are missing and how to give them."""
    unknown = [role for role in given if role not in roles]
    if unknown:
        raise InputFileError(f"{product} was not made from any {', '.join(unknown)}")
    files: dict[str, Path] = {}
    missing: list[str] = []
    for role in roles:
        sources = _of_role(record, role)
        if not sources or not sources[0].sha256:
            raise InputFileError(f"its {role} cannot be found again: they were no file")
        found = given.get(role) or _beside(sources, product)
        if found is None:
            shown = printable(sources[0].name) or "its name is not told"
            missing.append(f"{printable(role)} ({shown})")
        else:
            _require_self_contained(role, found)
            files[role] = found
    if missing:
        raise InputFileError(
            f"{product} was made from files that are neither here nor beside it: "
            f"{', '.join(missing)}; give them as --incidents FILE and so on, or --input ROLE=FILE"
        )
    return files


def _require_self_contained(role: str, path: Path) -> None:
    """Refuse a raster that could name further files, or an address in a network."""
    if role not in _RASTERS:
        return
    with path.open("rb") as file:
        if not file.read(4).startswith(_TIFF_SIGNS):
            raise InputFileError(f"{path} is no GeoTIFF; no other raster is read again")


def _of_role(record: Provenance, role: str) -> tuple[Source, ...]:
    return tuple(source for source in record.inputs if source.role == role)


def _beside(sources: Sequence[Source], product: Path) -> Path | None:
    """Find an input by its name; one with the right hash before any other."""
    name = sources[0].name
    if not is_file_name(name):
        return None
    places = (Path.cwd(), product.resolve().parent)
    paths = [place / name for place in dict.fromkeys(places)]
    found = [path for path in paths if path.is_file() or path.is_dir()]
    right = [path for path in found[1:] if not _differing(sources, path)]
    return next(iter(right or found), None)


def _differing_inputs(record: Provenance, files: Mapping[str, Path]) -> Iterator[str]:
    for role, path in files.items():
        for part in _differing(_of_role(record, role), path):
            yield f"{printable(role)}: {part} is not the file it was made from"
    if _of_role(record, BUNDLED) != (bundled_data(),):
        yield f"{BUNDLED}: those of this installation are others"


def _differing(sources: Sequence[Source], path: Path) -> list[str]:
    """Give the parts of an input whose hash is not the recorded one."""
    now = hash_input(sources[0].role, path, named=True)
    if len(now) != len(sources):
        return [f"{path.name} (with {len(now)} files, not {len(sources)})"]
    pairs = zip(sources, now, strict=True)
    return [part.name for source, part in pairs if source.sha256 != part.sha256]


def _differing_versions(record: Provenance) -> Iterator[str]:
    here = versions()
    for name in sorted({*record.versions, *here}):
        then, now = record.versions.get(name, "none"), here.get(name, "none")
        if then != now:
            yield f"{printable(name)}: {printable(then)} then, {now} here"


def _compared(product: Path, record: Provenance, plan: _Plan, root: Any) -> Iterator[str]:
    """Run the command into a new folder, and compare what it writes."""
    with tempfile.TemporaryDirectory(prefix="maligeo-") as folder:
        written = Path(folder) / "made" / _name_of(product, plan)
        written.parent.mkdir()
        arguments = [*plan.names, *_arguments(_renamed(plan, record, Path(folder)), written)]
        told = Retold(record.versions, record.inputs)
        try:
            with redirect_stdout(StringIO()):
                root.main(args=arguments, prog_name="maligeo", standalone_mode=False, obj=told)
        except (MaligeoError, typer.BadParameter) as error:
            raise InputFileError(f"{product} cannot be made again: {error}") from error
        if not written.exists():
            raise InputFileError(f"{product} cannot be made again: the command wrote nothing")
        yield from _differences(product, written, record)


def _renamed(plan: _Plan, record: Provenance, folder: Path) -> _Plan:
    """Give inputs the names that they had: some products tell them as their source."""
    files = {}
    for number, (role, path) in enumerate(plan.files.items()):
        name = _of_role(record, role)[0].name
        if path.name == name or not is_file_name(name):
            files[role] = path
            continue
        files[role] = folder / str(number) / name
        files[role].parent.mkdir()
        for part in parts_of(path):
            copy = files[role].with_suffix(part.suffix)
            (shutil.copytree if part.is_dir() else shutil.copyfile)(part, copy)
    return replace(plan, files=files)


def _name_of(product: Path, plan: _Plan) -> str:
    """Give the name to write under: that of the record, where the product holds its name."""
    recorded = [str(each.value) for each in plan.told if kind_of(each.parameter) is Kind.product]
    name = recorded[0] if recorded else product.name
    if Path(name).suffix.lower() != product.suffix.lower():
        raise InputFileError(f"its record is not run: it is about {name!r}, another kind of file")
    return name


def _arguments(plan: _Plan, written: Path) -> list[str]:
    """Write the command anew. No value can be taken for an option: each is tied to its own."""
    options, arguments = [f"--output={written}"], []
    for each in plan.told:
        kind = kind_of(each.parameter)
        if kind is Kind.product:
            continue
        value = each.value
        if kind is Kind.by_product:
            value = str(written.with_name(f"{each.parameter.name}.csv"))
        elif each.role is not None:
            file = str(plan.files[each.role].resolve())
            value = str(value).replace(f"{{{each.role}}}", file)
        tokens = list(tokens_of(each.parameter, value))
        if each.parameter.param_type_name == "argument":
            arguments += tokens
        else:
            options.append("=".join(tokens))
    return [*options, "--", *arguments] if arguments else options


def _differences(product: Path, written: Path, record: Provenance) -> Iterator[str]:
    """Compare two products file by file, and their records."""
    made = read_about(written)
    for part in fields(record):
        if getattr(made, part.name) != getattr(record, part.name):
            yield f"its record: {part.name}"
    old, new = _contents(product), _contents(written)
    for name in sorted({*old, *new}):
        if name not in new or name not in old:
            yield f"{name}: {'not made' if name not in new else 'missing'}"
        elif (difference := _first_difference(old[name], new[name])) is not None:
            yield f"{name}: from byte {difference:,} on"


def _contents(product: Path) -> dict[str, Path]:
    if not product.is_dir():
        return {"the file": product}
    files = (path for path in product.rglob("*") if path.is_file())
    return {path.relative_to(product).as_posix(): path for path in files}


def _first_difference(old: Path, new: Path) -> int | None:
    """Give the place of the first byte that differs."""
    contents = [np.fromfile(path, dtype=np.uint8) for path in (old, new)]
    length = min(map(len, contents))
    places = np.flatnonzero(contents[0][:length] != contents[1][:length])
    if places.size:
        return int(places[0])
    return None if len(contents[0]) == len(contents[1]) else length
