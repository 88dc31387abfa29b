"""GeoJSON after RFC 7946: WGS 84, outer rings anticlockwise, seven decimals at most."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from maligeo.core.crs import Shapes
from maligeo.core.errors import ArgumentError
from maligeo.core.files import written_whole
from maligeo.exports.jobs import SOURCES, Job, word
from maligeo.exports.plain_layers import PlainLayer
from maligeo.exports.plain_tables import rows_of
from maligeo.provenance.record import KEY

DECIMALS: Final = 7  # of a degree: a centimetre


def write_geojson(layers: Sequence[PlainLayer], job: Job) -> None:
    """Write one layer as a FeatureCollection, one feature a line."""
    with written_whole(job.path, private=job.is_private) as draft:
        write_features(layers[0], draft, job)


def write_features(layer: PlainLayer, path: Path, job: Job) -> None:
    """Write a layer into a file, with what made it as foreign members (RFC 7946, 6.1).

    Raises
    ------
    ArgumentError
        If the layer has no geometry.
    """
    if layer.shapes is None:
        raise ArgumentError(f"layer {layer.name!r} has no geometry: use maligeo.write_table")
    shapes = _as_rfc(layer.shapes)
    head = {"type": "FeatureCollection", "name": layer.name} | _members(shapes, job)
    texts = shapely.to_geojson(shapes)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json_text(head)[:-1] + ',"features":[\n')
        for at, (shape, properties) in enumerate(zip(texts, rows_of(layer.table), strict=True)):
            file.write(",\n" if at else "")
            file.write(
                f'{{"type":"Feature","properties":{json_text(properties)},'
                f'"geometry":{"null" if shape is None else shape}}}'
            )
        file.write("\n]}\n")


def json_text(value: object) -> str:
    """Write a value as one line of JSON, which knows no infinite numbers."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def heading_members(job: Job) -> dict[str, Any]:
    """Say for whom a document is and what made it, as members of its outermost object."""
    members: dict[str, Any] = {"audience": job.audience_words}
    if job.synthetic:
        members["synthetic"] = word("synthetic.banner", job.language)
    if job.about is not None:
        members[KEY] = json.loads(job.about.to_json())
    return members


def _members(shapes: Shapes, job: Job) -> dict[str, Any]:
    members = heading_members(job)
    if job.sources:
        members[SOURCES] = job.described_sources
    if not shapely.is_missing(shapes).all():
        members["bbox"] = [float(side) for side in shapely.total_bounds(shapes)]
    return members


def _as_rfc(shapes: Shapes) -> Shapes:
    """Round coordinates, and turn the rings of polygons as the RFC wants them."""
    rounded = shapely.transform(shapes, lambda corners: np.round(corners, DECIMALS) + 0.0)
    return np.asarray(shapely.orient_polygons(rounded), dtype=object)
