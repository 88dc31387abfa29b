"""Frictionless data packages: tables as CSV, layers as GeoJSON, and what describes them."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from maligeo.core.columns import Language
from maligeo.core.files import DESCRIPTION, folder_written_whole, pack, written_whole
from maligeo.exports.column_dictionary import known_columns
from maligeo.exports.csv import write_rows
from maligeo.exports.geojson import write_features
from maligeo.exports.jobs import SOURCES, ExportOptions, Job, bilingual, languages_of, word
from maligeo.exports.plain_layers import PlainLayer, RegionValue
from maligeo.exports.plain_tables import Kind
from maligeo.exports.qgis_styles import column_title
from maligeo.provenance.record import KEY, file_sha256
from maligeo.text.measures import layer_text

_TYPES: Final[Mapping[Kind, str]] = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
}
_NOT_A_SIGN: Final = re.compile(r"[^a-z0-9._-]+")
_UNNAMED: Final = "maligeo-layers"


def write_package_folder(layers: Sequence[PlainLayer], job: Job) -> None:
    """Write a data package as a folder."""
    with folder_written_whole(job.path, private=job.is_private) as folder:
        _fill(folder, layers, job)


def write_package_archive(layers: Sequence[PlainLayer], job: Job) -> None:
    """Write a data package as a zip archive."""
    with (
        written_whole(job.path, private=job.is_private) as draft,
        tempfile.TemporaryDirectory() as name,
    ):
        _fill(Path(name), layers, job)
        pack(Path(name), draft)


def _fill(folder: Path, layers: Sequence[PlainLayer], job: Job) -> None:
    resources = [write_resource(folder, layer, job) for layer in layers]
    write_description(folder, job, resources)


def write_resource(folder: Path, layer: PlainLayer, job: Job) -> dict[str, Any]:
    """Write a layer as GeoJSON, or a table as CSV, and give its entry in the description."""
    fields = describe_fields(layer, job.language)
    if layer.is_spatial:
        path = folder / f"{layer.name}.geojson"
        write_features(layer, path, job)
        kind: dict[str, Any] = {
            "profile": "data-resource",
            "features": len(layer.table.frame),
            "format": "geojson",
            "mediatype": "application/geo+json",
            "crs": "OGC:CRS84",
            "schema": {"fields": fields},
        }
    else:
        path = folder / f"{layer.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            write_rows(layer.table, file, ExportOptions())
        kind = {
            "profile": "tabular-data-resource",
            "rows": len(layer.table.frame),
            "format": "csv",
            "mediatype": "text/csv",
            "dialect": {"delimiter": ",", "lineTerminator": "\n", "header": True},
            "schema": {"fields": fields, "missingValues": [""]},
        }
    return describe_file(layer.name, path) | kind


def describe_file(name: str, path: Path) -> dict[str, Any]:
    """Describe a file of a package by its name, size and hash."""
    return {
        "name": name,
        "path": path.name,
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{file_sha256(path)}",
    }


def describe_fields(layer: PlainLayer, language: Language | None) -> list[dict[str, Any]]:
    """Describe the columns of a layer: name, type, heading, meaning and unit."""
    return [
        {"name": name, "type": _TYPES[kind]} | dict(_described(name, layer.values, language))
        for name, kind in layer.table.kinds.items()
    ]


def _described(
    name: str, values: Sequence[RegionValue], language: Language | None
) -> Iterator[tuple[str, str]]:
    title, unit, column = column_title(name, values, language), "", known_columns().get(name)
    if title:
        yield "title", title
    if column is not None:
        meaning = bilingual(column.meanings[one] for one in languages_of(language))
        unit = bilingual(column.unit_in(one) for one in languages_of(language))
        yield "description", f"{meaning} [{unit}]" if unit else meaning
    for value in values:
        if value.column == name and column is None:
            unit = bilingual(layer_text("unit", value.layer, one) for one in languages_of(language))
    if unit:
        yield "unit", unit


def write_description(
    folder: Path, job: Job, resources: Sequence[Mapping[str, Any]], *, note: str = ""
) -> None:
    """Write `datapackage.json` (Data Package 1.0, Frictionless Data).

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the files.
    job : LayersJob
        What is written.
    resources : sequence of mapping
        Its files.
    note : str, optional
        What else there is to say of them.
    """
    lines = [*job.warnings, *([note] if note else [])]
    lines += [word(key, job.language) for key in ("export.missing", "export.disclaimer")]
    package: dict[str, Any] = {
        "name": _NOT_A_SIGN.sub("-", job.path.stem.lower()).strip("-._") or _UNNAMED,
        "profile": "data-package",
        "description": "\n".join(lines),
        "audience": job.audience,
    }
    if job.options.title:
        package["title"] = job.options.title
    if job.options.licences:
        package["licenses"] = [
            {key: text for key, text in asdict(licence).items() if text}
            for licence in job.options.licences
        ]
    if job.sources:
        package[SOURCES] = job.described_sources
    if job.about is not None:
        package[KEY] = json.loads(job.about.to_json())
    package["resources"] = list(resources)
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    (folder / DESCRIPTION).write_text(text, encoding="utf-8")
