"""Frictionless data packages: tables as CSV, layers as GeoJSON, and what describes them."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from maligeo.core.files import DESCRIPTION, folder_written_whole, pack, written_whole
from maligeo.exports.column_dictionary import known_columns
from maligeo.exports.csv import write_rows
from maligeo.exports.excel import audience_words, joined, spoken, word
from maligeo.exports.geojson import write_features
from maligeo.exports.jobs import ExportOptions, LayersJob
from maligeo.exports.plain_layers import PlainLayer
from maligeo.exports.plain_tables import Kind
from maligeo.exports.qgis_styles import column_title
from maligeo.exports.region_values import RegionValue
from maligeo.provenance.record import KEY, file_sha256

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


def write_package_folder(job: LayersJob) -> None:
    """Write a data package as a folder."""
    with folder_written_whole(job.path) as folder:
        _fill(folder, job)


def write_package_archive(job: LayersJob) -> None:
    """Write a data package as a zip archive."""
    with written_whole(job.path) as beside, tempfile.TemporaryDirectory() as name:
        _fill(Path(name), job)
        pack(Path(name), beside)


def _fill(folder: Path, job: LayersJob) -> None:
    resources = [write_resource(folder, layer, job) for layer in job.layers]
    write_description(folder, job, resources)


def write_resource(folder: Path, layer: PlainLayer, job: LayersJob) -> dict[str, Any]:
    """Write a layer as GeoJSON, or a table as CSV, and give its entry in the description."""
    values = job.values.get(layer.name, ())
    fields = describe_fields(layer, values, job.options)
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


def describe_fields(
    layer: PlainLayer, values: Sequence[RegionValue], options: ExportOptions
) -> list[dict[str, Any]]:
    """Describe the columns of a layer: name, type, heading, meaning and unit."""
    return [
        {"name": name, "type": _TYPES[kind]} | dict(_told(name, values, options))
        for name, kind in layer.table.kinds.items()
    ]


def _told(
    name: str, values: Sequence[RegionValue], options: ExportOptions
) -> Iterator[tuple[str, str]]:
    known, languages = known_columns(), spoken(options.language)
    title = column_title(name, values, options.language)
    if title:
        yield "title", title
    if name in known:
        column = known[name]
        meaning = joined(column.meanings[one] for one in languages)
        unit = joined(column.unit_in(one) for one in languages)
        yield "description", f"{meaning} [{unit}]" if unit else meaning
        if unit:
            yield "unit", unit
    else:
        unit = next((_unit(value, options) for value in values if value.column == name), "")
        if unit:
            yield "unit", unit


def _unit(value: RegionValue, options: ExportOptions) -> str:
    return word(f"unit.{value.layer.key}", options.language)


def write_description(
    folder: Path, job: LayersJob, resources: Sequence[Mapping[str, Any]], *, note: str = ""
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
    language = job.options.language
    told = [audience_words(job.audience, language)]
    if job.synthetic:
        told.append(word("synthetic.banner", language))
    told += [note] if note else []
    told += [word("export.missing", language), word("export.disclaimer", language)]
    package: dict[str, Any] = {
        "name": _NOT_A_SIGN.sub("-", job.path.stem.lower()).strip("-._") or _UNNAMED,
        "profile": "data-package",
        "description": "\n".join(told),
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
        package["sources"] = [
            {"title": title} | ({"path": path} if path else {}) for title, path in job.sources
        ]
    if job.about is not None:
        package[KEY] = json.loads(job.about.to_json())
    package["resources"] = list(resources)
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    (folder / DESCRIPTION).write_text(text, encoding="utf-8")
