"""File Geodatabase for ArcGIS, zipped, as GDAL's own driver writes it (OpenFileGDB)."""

import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyogrio

from maligeo.core.errors import OutputFileError, explained
from maligeo.core.files import pack, written_whole
from maligeo.exports.arrow import write_gdal
from maligeo.exports.data_package import describe_fields, describe_file, write_description
from maligeo.exports.jobs import Job
from maligeo.exports.plain_layers import PlainLayer
from maligeo.exports.plain_tables import Kind, PlainTable

SUFFIX: Final = ".gdb.zip"
_DRIVER: Final = "OpenFileGDB"
_SAME_BYTES: Final = "OPENFILEGDB_REPRODUCIBLE_UUID"  # identifiers by their order, not by chance
# ArcGIS Pro before 3.2 knows neither whole numbers of 64 bits nor days: they are doubles, and
# times at midnight in UTC. GDAL warns of that, and of names that it changes.
_WARNINGS: Final = (
    ".* of type Date will be written as a DateTime|.*unknown time zone or local time"
    "|Normalized/laundered"
)
_KINDS: Final[Mapping[Kind, Kind]] = {"integer": "number"}


def write_geodatabase(layers: Sequence[PlainLayer], job: Job) -> None:
    """Write layers and tables into a folder NAME.gdb in an archive, with `datapackage.json`.

    Names of columns get letters, digits and "_" alone; the description has both names, and the
    geodatabase the first as their aliases.

    Raises
    ------
    OutputFileError
        If the format does not take the name of a layer, or GDAL cannot write it.
    """
    with (
        written_whole(job.path, private=job.is_private) as draft,
        tempfile.TemporaryDirectory() as name,
    ):
        database = Path(name, f"{job.path.name[: -len(SUFFIX)]}.gdb")
        with _repeatable():
            held = [_write(layer, database, job) for layer in layers]
        described = [
            describe_file(file.name.replace(".", "-"), file)
            | {"path": f"{database.name}/{file.name}"}
            for file in sorted(database.iterdir())
        ]
        described[0]["layers"] = held
        write_description(Path(name), job, described)
        pack(Path(name), draft)


def _write(layer: PlainLayer, database: Path, job: Job) -> dict[str, Any]:
    """Write a layer, and describe its columns with the names that they got."""
    kinds = {name: _KINDS.get(kind, kind) for name, kind in layer.table.kinds.items()}
    doubled = replace(layer, table=PlainTable(layer.table.frame, kinds))
    alias = " | ".join([layer.name, *job.warnings])
    options: dict[str, Any] = {"layer": layer.name, "layer_options": {"LAYER_ALIAS": alias}}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", _WARNINGS, RuntimeWarning)
        write_gdal(doubled, database, driver=_DRIVER, options=options)
    with explained(f"cannot write {job.path.name}", OutputFileError):
        if layer.name not in pyogrio.list_layers(database)[:, 0]:
            raise OutputFileError(
                f"cannot write {job.path.name}: a geodatabase does not take {layer.name!r} as the "
                "name of a layer"
            )
        names = pyogrio.read_info(database, layer=layer.name)["fields"].tolist()
    fields = describe_fields(layer, job.language)
    named = [{"field": got} | field for got, field in zip(names, fields, strict=True)]
    return {"name": layer.name, "schema": {"fields": named}}


@contextmanager
def _repeatable() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option(_SAME_BYTES)
    pyogrio.set_gdal_config_options({_SAME_BYTES: "YES"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({_SAME_BYTES: before})
