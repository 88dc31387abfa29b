"""Products made again from their records, and compared.

A record comes with its product, perhaps from somebody unknown. It is read as data: only the
products listed here are made, with options that they have, from files whose hash is the
recorded one, and into a new folder that is deleted afterwards.
"""

import inspect
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from maligeo import tiles
from maligeo.core.errors import InputFileError, MaligeoError
from maligeo.disclosure import Release, Store
from maligeo.provenance import read_about
from maligeo.provenance.record import (
    KEYED,
    ROLE,
    InputFile,
    Provenance,
    hash_input,
    parts_of,
    printable,
)
from maligeo.readers.boundaries import load_boundaries, read_boundaries
from maligeo.readers.editions import editions
from maligeo.readers.files.sources import PARTS, READ_HOW, Source
from maligeo.workflows.changes import edition_changes
from maligeo.workflows.pairs import events_counted_once, proposed_pairs
from maligeo.workflows.recipes import (
    BUNDLED,
    LAYER,
    OUTPUT,
    REPORT,
    Product,
    bundled_data,
    of_rasters,
    versions,
)
from maligeo.workflows.steps import (
    CrosswalkOptions,
    LocateOptions,
    crosswalk_table,
    located_file,
    reconciliation,
    results_table,
)
from maligeo.workflows.study import Study, study
from maligeo.workflows.tilesets import (
    KINDS,
    SurfaceOptions,
    incident_surface,
    raster_archive,
    vector_archive,
)

_KINDS: Final = {"level": int, "header_row": int, "remembered": bool}  # of what is no text
_FILES: Final = frozenset(
    (
        "incidents", "projects", "areas", "figures", "boundaries", "records", "table", "raster",
        "gazetteer", "population", "first", "second", "accepted",
    )
)  # fmt: skip
_LARGEST: Final = 1e9
_FILE_OR_TEXT: Final = frozenset(("origin", "target", "old", "new"))
_NAMED: Final = ("layers", "tiles", "need_tables")  # files by names of their own
_FLAGS: Final = frozenset(("online_tiles", "rejects"))
_NUMBERS: Final = frozenset(
    (
        "level",
        "nearest_m",
        "min_score",
        "bandwidth_km",
        "cell_km",
        "tile_size",
        "tolerance",
        "days",
        "km",
    )
)
_LISTS: Final[Mapping[str, type]] = {
    "zooms": int, "compare": str, "layers": str, "period": str, "only": str, "need": str,
    "need_weights": float,
}  # fmt: skip
_VECTOR_TILES: Final = "tiles vector"
_LENGTHS: Final[Mapping[str, Sequence[int]]] = {"zooms": (2,), "compare": (2,)}
_TEXTS: Final = frozenset(
    (
        "as_of", "attribution", "audience", "counting", "covers", "interpolation", "kernel", "kind",
        "language", "low_zooms", "measure", "method", "near", "period", "programme", "region",
        "tile_type", "vintage",
    )
)  # fmt: skip
_NOT_IN_NAMES: Final = frozenset('/\\:*?"<>|#') | {chr(code) for code in (*range(32), 127)}
_TIFF_SIGNS: Final = (b"II*\0", b"II+\0", b"MM\0*", b"MM\0+")

# What a record that asks for nonsense can end in.
_UNFIT: Final = (TypeError, ValueError, LookupError, ArithmeticError, MemoryError)

Options = dict[str, Any]
Maker = Callable[[Options, Path], Product]


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
    code : str
        Version of maligeo that made it, with its commit; empty where the record has none.
    """

    differing: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    made_again: bool = True
    code: str = ""


def remake(
    product: Path, given: Mapping[str, Path], *, store: str | Path | None = None
) -> Findings:
    """Make a product again and compare it.

    Parameters
    ----------
    product : pathlib.Path
        A file or folder with a record.
    given : mapping of str to pathlib.Path
        Inputs by their role, with sheet or layer after the file where the record of a public
        product does not name them. Others are looked for by their recorded name, in the
        current folder and next to the product.
    store : path-like, optional
        Folder of the release store; what is not internal is verified by whoever has it.

    Returns
    -------
    Findings

    Raises
    ------
    InputFileError
        If the product has no record that can be read, the record asks for what is never
        made, or an input is not found.
    """
    record = read_about(product)
    parts = {role: Source.of(path) for role, path in given.items()}
    given = {role: Path(part) for role, part in parts.items()}
    if not record.product:
        raise InputFileError("its record names no product of maligeo: a script put it together")
    if record.product not in PRODUCTS:
        raise InputFileError(f"its record is not run: {record.product!r} is nothing that is made")
    named = record.options.get("layers", [])  # of tiles they are files, of a map words
    if record.product == _VECTOR_TILES and not all(isinstance(one, dict) for one in named):
        raise _unfit("layers", named)
    roles = list(dict.fromkeys(_roles(record.options)))
    files = _files(record, product, roles, given)
    key = _key(record, store)
    differing = tuple(_differing_inputs(record, files, key))
    other = tuple(_differing_versions(record))
    code = record.versions.get("maligeo", "")
    if differing:
        return Findings(differing, other, made_again=False, code=code)
    return Findings(tuple(_compared(product, record, files, parts, store)), other, code=code)


def _roles(options: Mapping[str, Any]) -> Iterator[str]:
    """Give the role of each file; refuse a file where an option is none, and the reverse."""
    for name, value in options.items():
        if name in _NAMED and isinstance(value, list) and not _is_plain(name, value):
            for layer in value:
                yield _role(name, layer, begins=LAYER)
        elif name in _FILES or (name in _FILE_OR_TEXT and isinstance(value, dict)):
            role = _role(name, value)
            if role != name:
                raise _unfit(name, value)
            yield role
        elif not _is_plain(name, value):
            raise _unfit(name, value)


def _role(name: str, value: Any, *, begins: str = "") -> str:
    role = value.get(ROLE) if isinstance(value, dict) else None
    if not isinstance(role, str) or not role.startswith(begins) or value.keys() - {ROLE, *READ_HOW}:
        raise _unfit(name, value)
    if not all(type(one) is _KINDS.get(part, str) for part, one in value.items()):
        raise _unfit(name, value)
    try:
        Source.again("", {part: one for part, one in value.items() if part != ROLE})
    except (ValueError, TypeError, AttributeError) as error:
        raise _unfit(name, value) from error
    return role


def _is_plain(name: str, value: Any) -> bool:
    """Tell whether a value is of the kind that its option takes; no text names a file."""
    if name == OUTPUT:
        return isinstance(value, str) and is_file_name(value)
    if name in _FLAGS:
        return isinstance(value, bool)
    if name in _NUMBERS:
        return type(value) in (int, float) and abs(value) < _LARGEST
    if name in _LISTS and isinstance(value, list):
        return len(value) in _LENGTHS.get(name, range(1, 1000)) and all(
            type(one) is _LISTS[name] for one in value
        )
    if name in _FILE_OR_TEXT:
        return value in editions()
    return name in _TEXTS and isinstance(value, str)


def _unfit(name: str, value: Any) -> InputFileError:
    return InputFileError(
        f"its record is not run: {value!r} is nothing that {name!r} may be in a record"
    )


def is_file_name(name: str) -> bool:
    """Tell whether a name is that of a file, and not the way to one."""
    return bool(name.strip(". ")) and _NOT_IN_NAMES.isdisjoint(name)


def _files(
    record: Provenance, product: Path, roles: Sequence[str], given: Mapping[str, Path]
) -> dict[str, Path]:
    """Find the file of each role, or say which are missing and how to give them."""
    unknown = [role for role in given if role not in roles]
    if unknown:
        raise InputFileError(f"{product} was not made from any {', '.join(unknown)}")
    files: dict[str, Path] = {}
    missing: dict[str, str] = {}
    for role in roles:
        sources = _of_role(record, role)
        if not sources or not sources[0].sha256:
            what = printable(role)
            raise InputFileError(f"its {what} cannot be found again: they were no file")
        found = given.get(role) or _next_to(sources, product)
        if found is None:
            missing[printable(role)] = printable(sources[0].name)
        else:
            _require_self_contained(role, found)
            files[role] = found
    if missing:
        raise _missing(product, missing)
    return files


def _missing(product: Path, names: Mapping[str, str]) -> InputFileError:
    """Say which files are missing, by role; a release keeps no names of its inputs."""
    listed = ", ".join(f"{role} ({name})" if name else role for role, name in names.items())
    unnamed = ", ".join(role for role, name in names.items() if not name)
    values = {"product": product, "files": listed, "unnamed": unnamed}
    if unnamed:
        return InputFileError(key="unnamed_inputs", values=values)
    return InputFileError(key="missing_inputs", values=values)


def _require_self_contained(role: str, path: Path) -> None:
    """Refuse a raster that could name further files, or an address in a network."""
    if role != "raster":
        return
    with path.open("rb") as file:
        if not file.read(4).startswith(_TIFF_SIGNS):
            raise InputFileError(f"{path} is no GeoTIFF; no other raster is read again")


def _of_role(record: Provenance, role: str) -> tuple[InputFile, ...]:
    return tuple(source for source in record.inputs if source.role == role)


def _next_to(sources: Sequence[InputFile], product: Path) -> Path | None:
    """Find an input by its name; one with the right hash before any other."""
    name = sources[0].name
    if not is_file_name(name):
        return None
    places = (Path.cwd(), product.resolve().parent)
    paths = [place / name for place in dict.fromkeys(places)]
    found = [path for path in paths if path.is_file() or path.is_dir()]
    right = [path for path in found[1:] if not _differing(sources, path)]
    return next(iter(right or found), None)


def _key(record: Provenance, store: str | Path | None) -> bytes | None:
    """Give the key by which inputs were hashed, where they were."""
    if not any(source.sha256.startswith(KEYED) for source in record.inputs):
        return None
    return Store.existing(store).key


def _differing_inputs(
    record: Provenance, files: Mapping[str, Path], key: bytes | None
) -> Iterator[str]:
    for role, path in files.items():
        for part in _differing(_of_role(record, role), path, key):
            other = "" if key is None else ", or it was released from another store"
            yield f"{printable(role)}: {part} is not the file it was made from{other}"
    if _of_role(record, BUNDLED) != (bundled_data(),):
        yield f"{BUNDLED}: those of this installation are others"


def _differing(sources: Sequence[InputFile], path: Path, key: bytes | None = None) -> list[str]:
    """Give the parts of an input whose hash is not the recorded one."""
    now = hash_input(sources[0].role, path, named=True)
    now = now if key is None else tuple(one.keyed(key) for one in now)
    if len(now) != len(sources):
        return [f"{path.name} (with {len(now)} files, not {len(sources)})"]
    pairs = zip(sources, now, strict=True)
    return [part.name for source, part in pairs if source.sha256 != part.sha256]


def _differing_versions(record: Provenance) -> Iterator[str]:
    rasters = of_rasters(record.product, record.options)
    here = versions(rasters=rasters, office=record.product == REPORT)
    for name in sorted({*record.versions, *here}):
        then, now = record.versions.get(name, "none"), here.get(name, "none")
        if then != now:
            yield f"{printable(name)}: {printable(then)} then, {now} here"


def _compared(
    product: Path,
    record: Provenance,
    files: Mapping[str, Path],
    parts: Mapping[str, Source],
    store: str | Path | None,
) -> Iterator[str]:
    """Make the product in a new folder, with the record that it had, and compare."""
    with tempfile.TemporaryDirectory(prefix="maligeo-") as folder:
        written = Path(folder) / "made" / _name_of(product, record)
        written.parent.mkdir()
        renamed = _renamed(files, record, Path(folder))
        options = _with_files(record.options, renamed, parts)
        options |= {} if record.audience == "internal" else {"store": store}
        try:
            again = PRODUCTS[record.product](options, written.parent)
            yield from _differing_parts(record, again.record_for(written))
            again.save(written, about=record)
        except (MaligeoError, *_UNFIT) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            if record.audience == "internal" or not isinstance(error, MaligeoError):
                raise InputFileError(f"{product} cannot be made again: {reason}") from error
            raise InputFileError(
                f"{product} cannot be made again: {reason} If a profile said how its files are "
                "read, give it too: --profile"
            ) from error
        yield from _differences(product, written)


def _renamed(files: Mapping[str, Path], record: Provenance, folder: Path) -> dict[str, Path]:
    """Give inputs the names that they had: some products name them as their source."""
    renamed = {}
    for number, (role, path) in enumerate(files.items()):
        name = _of_role(record, role)[0].name
        renamed[role] = path
        if path.name == name or not is_file_name(name):
            continue
        renamed[role] = folder / str(number) / name
        renamed[role].parent.mkdir()
        for part in parts_of(path):
            copy = renamed[role].with_suffix(part.suffix)
            (shutil.copytree if part.is_dir() else shutil.copyfile)(part, copy)
    return renamed


def _with_files(
    options: Mapping[str, Any], files: Mapping[str, Path], parts: Mapping[str, Source]
) -> Options:
    """Put files into the place of their roles, with the sheet or layer that was given."""

    def source(value: Mapping[str, Any]) -> Source:
        role, given = value[ROLE], parts.get(value[ROLE])
        how = {} if given is None else given.how(PARTS)
        how |= {name: each for name, each in value.items() if name != ROLE}
        return Source.again(files[role].resolve(), how)

    found = {name: source(one) if isinstance(one, dict) else one for name, one in options.items()}
    for name in _NAMED:
        if name in options and not _is_plain(name, options[name]):
            found[name] = {one[ROLE].removeprefix(LAYER): source(one) for one in options[name]}
    return found


def _name_of(product: Path, record: Provenance) -> str:
    """Give the name to write under: that of the record, where the product holds its name."""
    name = str(record.options.get(OUTPUT, product.name))
    if Path(name).suffix.lower() != product.suffix.lower():
        raise InputFileError(f"its record is not run: it is about {name!r}, another kind of file")
    return name


def _differing_parts(record: Provenance, again: Provenance) -> Iterator[str]:
    """Compare two records, but for versions and the names of inputs."""
    same = {one: one for one in record.inputs}
    named = {(one.role, one.sha256): one for one in same}
    inputs = tuple(named.get((one.role, one.sha256), one) for one in again.inputs)
    again = replace(again, inputs=inputs, versions=record.versions)
    for part in fields(record):
        if getattr(again, part.name) != getattr(record, part.name):
            yield f"its record: {part.name}"


def _differences(product: Path, written: Path) -> Iterator[str]:
    """Compare two products file by file."""
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


def _take(options: Options, function: Callable[..., Any]) -> Options:
    """Take the options of a function or dataclass out of all of them."""
    names = inspect.signature(function).parameters
    return {name: options.pop(name) for name in names if name in options}


def _all_taken(options: Options) -> None:
    if options:
        raise InputFileError(f"its record is not run: it has no option {min(options)!r}")


def _of_study(method: Callable[..., Product]) -> Maker:
    def make(options: Options, _folder: Path) -> Product:
        if "boundaries" in options:
            options["units"] = options.pop("boundaries")
        about, rules = _take(options, study), _take(options, Study.release)
        need = _need(options)
        chosen = _take(options, Study.asking)
        asked = _take(options, method)
        _all_taken(options)
        return method(study(**about).asking(need=need, **chosen).release(**rules), **asked)

    return make


def _need(options: Options) -> dict[Any, float] | None:
    """Put the measures, tables and weights of a record together as they were asked for."""
    asked = [*options.pop("need", ()), *options.pop("need_tables", {}).values()]
    weights = options.pop("need_weights", [1.0] * len(asked))
    return dict(zip(asked, weights, strict=True)) or None


def _rules(options: Options) -> Release:
    audience, as_of = options.pop("audience", None), options.pop("as_of", None)
    store = options.pop("store", None)
    return Release.asked(audience, as_of, folder=store, of_records=as_of is not None)


def _internal(function: Callable[..., Product]) -> Maker:
    def make(options: Options, _folder: Path) -> Product:
        if options.pop("audience", None) != "internal":
            raise InputFileError("its record is not run: it is for internal use alone")
        asked = _take(options, function)
        _all_taken(options)
        return function(**asked)

    return make


def _step(function: Callable[..., Product], options_type: type | None = None) -> Maker:
    def make(options: Options, _folder: Path) -> Product:
        asked = _take(options, function)
        if "rules" in inspect.signature(function).parameters:
            asked["rules"] = _rules(options)
        if options_type is not None:
            asked["options"] = options_type(**_take(options, options_type))
        _all_taken(options)
        return function(**asked)

    return make


def _locate(options: Options, folder: Path) -> Product:
    if options.pop("rejects", False):
        options["rejects"] = folder / "rejects.csv"
    division = options.pop("boundaries", None)
    units = load_boundaries() if division is None else read_boundaries(division)
    return _step(located_file, LocateOptions)(
        options | {"units": units, "division": division}, folder
    )


def _raster(options: Options, folder: Path) -> Product:
    options.pop(OUTPUT, None)
    return _step(raster_archive, tiles.RasterOptions)(options, folder)


def _vector(options: Options, folder: Path) -> Product:
    options.pop(OUTPUT, None)
    sources = {kind: options.pop(kind) for kind in KINDS if kind in options}
    return _step(vector_archive, tiles.VectorOptions)(options | {"sources": sources}, folder)


PRODUCTS: Final[Mapping[str, Maker]] = {
    "map": _of_study(Study.map),
    "density": _of_study(Study.count),
    "gaps": _of_study(Study.answer),
    "report": _of_study(Study.report),
    "layers": _of_study(Study.layers),
    "locate": _locate,
    "crosswalk": _step(crosswalk_table, CrosswalkOptions),
    "reconcile": _step(reconciliation),
    "results": _step(results_table),
    "surface": _step(incident_surface, SurfaceOptions),
    "changes": _step(edition_changes),
    "pairs": _internal(proposed_pairs),
    "together": _internal(events_counted_once),
    "tiles raster": _raster,
    "tiles vector": _vector,
}
