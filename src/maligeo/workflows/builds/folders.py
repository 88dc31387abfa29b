"""The folder of an audience: what stands in it, and how another takes its place whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from maligeo.core.errors import OutputFileError
from maligeo.core.files import DESCRIPTION, put_aside, remove, try_lock
from maligeo.provenance.record import file_sha256
from maligeo.workflows.builds.values import INDEX, name_fault

BUILD: Final = "maligeo-build"  # member of the description of a folder
_DRAFTS: Final = ".maligeo-build"  # folder in the output, while something is built
_LOCK: Final = "lock"
_OWNERS: Final = 0o700
_HASH: Final = "sha256:"
# What systems put into every folder that somebody has looked at.
_DROPPINGS: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class Made:
    """A product that stands in a folder.

    Attributes
    ----------
    parts : mapping of str to str
        What it was made from: hashes by what they are of.
    files : mapping of str to str
        Its files and the SHA-256 of each.
    """

    parts: Mapping[str, str]
    files: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {"parts": dict(self.parts), "files": sorted(self.files)}


@dataclass(frozen=True)
class Standing:
    """What stands in the folder of an audience.

    Attributes
    ----------
    folder : pathlib.Path
        The folder; what a killed build put aside where there is none.
    products : mapping of str to Made
        By file.
    inputs : mapping of str to mapping
        What it was made from, by role: hash, and of internal ones name and number of rows.
    """

    folder: Path
    products: Mapping[str, Made] = field(default_factory=dict)
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, wanted: Path) -> Standing:
        """Read what stands in a folder; nothing that was built, where its description is none."""
        folder = wanted if wanted.exists() or not put_aside(wanted).exists() else put_aside(wanted)
        try:
            found = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
            hashes = {one["path"]: one["hash"].removeprefix(_HASH) for one in found["resources"]}
            products = {
                file: Made(dict(one["parts"]), {name: hashes[name] for name in one["files"]})
                for file, one in found[BUILD]["products"].items()
            }
            inputs = {str(role): dict(one) for role, one in found[BUILD]["inputs"].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return cls(folder)
        if any(map(name_fault, hashes.keys() - {INDEX})):
            return cls(folder)  # of unknown origin: files are taken over by these names
        return cls(folder, products, inputs)

    @cached_property
    def troubles(self) -> Mapping[str, str]:
        """The files that are no longer as they were written: "missing" or "altered"."""
        found = {}
        for file, sha256 in [pair for one in self.products.values() for pair in one.files.items()]:
            path = self.folder / file
            if path.is_symlink() or not path.is_file():
                found[file] = "missing"
            elif file_sha256(path) != sha256:
                found[file] = "altered"
        return found

    def require_own(self) -> None:
        """Refuse a folder that holds what no build has put there.

        Raises
        ------
        OutputFileError
            Naming some of it.
        """
        if self.folder.is_symlink() or (self.folder.exists() and not self.folder.is_dir()):
            raise OutputFileError(f"cannot write {self.folder}: it is not a folder")
        own = {file for one in self.products.values() for file in one.files}
        own |= {DESCRIPTION} if self.products else set()
        if lost := sorted(files_of(self.folder) - own):
            some = ", ".join(lost[:3])
            raise OutputFileError(
                f"cannot write {self.folder}: the folder holds {some}, which would be lost; name a "
                "new folder"
            )


def described(
    folder: Path, products: Mapping[str, Made], inputs: Mapping[str, Any], more: Mapping[str, Any]
) -> str:
    """Describe a folder as a data package: each file with its size and hash, and what made it."""
    hashes = {file: sha for one in products.values() for file, sha in one.files.items()}
    resources = [
        {
            "name": "".join(c if c.isalnum() and c.isascii() else "-" for c in file.casefold()),
            "path": file,
            "bytes": (folder / file).stat().st_size,
            "hash": _HASH + sha256,
        }
        for file, sha256 in sorted(hashes.items())
    ]
    built = {
        "products": {file: one.to_json() for file, one in sorted(products.items())},
        "inputs": dict(inputs),
    }
    whole = {**more, "resources": resources, BUILD: built}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def files_of(folder: Path) -> set[str]:
    """Name all files below a folder, but those that a system puts there by itself."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and path.name not in _DROPPINGS
    }


@contextmanager
def drafts(output: Path) -> Iterator[Path]:
    """Give a folder in the output to build in; what a killed build left there goes first.

    Raises
    ------
    OutputFileError
        If another process builds there.
    """
    folder, was_there = output / _DRAFTS, output.exists()
    output.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=_OWNERS, exist_ok=True)
    is_ours = False
    try:
        with (folder / _LOCK).open("ab", buffering=0) as lock:
            is_ours = try_lock(lock) and (folder / _LOCK).exists()
            if not is_ours:
                raise OutputFileError(f"cannot write {output}: another process builds there")
            _clear(folder)
            yield folder
    finally:
        if is_ours:
            remove(folder)
        if not was_there and not any(output.iterdir()):
            output.rmdir()


def _clear(folder: Path) -> None:
    """Remove drafts, whole or not."""
    for path in folder.iterdir():
        if path.name != _LOCK:
            remove(path)
