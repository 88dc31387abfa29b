"""GeoJSON after RFC 7946: WGS 84, outer rings anticlockwise, seven decimals at most."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from maligeo.core.crs import Shapes
from maligeo.core.errors import ArgumentError
from maligeo.core.files import written_whole
from maligeo.exports.jobs import SOURCES, Job, word
from maligeo.exports.plain_layers import PlainLayer
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
        file.write(_json(head)[:-1] + ',"features":[\n')
        for at, (shape, properties) in enumerate(zip(texts, _properties(layer), strict=True)):
            file.write(",\n" if at else "")
            file.write(
                f'{{"type":"Feature","properties":{_json(properties)},'
                f'"geometry":{"null" if shape is None else shape}}}'
            )
        file.write("\n]}\n")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _members(shapes: Shapes, job: Job) -> dict[str, Any]:
    members: dict[str, Any] = {"audience": job.audience_words}
    if job.synthetic:
        members["synthetic"] = word("synthetic.banner", job.language)
    if job.about is not None:
        members[KEY] = json.loads(job.about.to_json())
    if job.sources:
        members[SOURCES] = job.described_sources
    if not shapely.is_missing(shapes).all():
        members["bbox"] = [float(side) for side in shapely.total_bounds(shapes)]
    return members


def _as_rfc(shapes: Shapes) -> Shapes:
    """Round coordinates, and turn the rings of polygons as the RFC wants them."""
    rounded = shapely.transform(shapes, lambda corners: np.round(corners, DECIMALS) + 0.0)
    return np.asarray(shapely.orient_polygons(rounded), dtype=object)


def _properties(layer: PlainLayer) -> Iterator[dict[str, Any]]:
    names = list(layer.table.kinds)
    columns = [_values(layer, name) for name in names]
    if not columns:
        yield from ({} for _ in range(len(layer.table.frame)))
        return
    for row in zip(*columns, strict=True):
        yield dict(zip(names, row, strict=True))


def _values(layer: PlainLayer, name: str) -> Sequence[Any]:
    values, kind = layer.table.frame[name], layer.table.kinds[name]
    if kind in ("date", "datetime"):
        whole = kind == "date"
        return [
            None if pd.isna(time) else (time.date() if whole else time).isoformat()
            for time in values
        ]
    return [None if pd.isna(value) else value for value in values.astype("object").tolist()]
