"""FlatGeobuf: one layer that the web reads in parts."""

from typing import Any

from maligeo.errors import ArgumentError, Fault, FrameError
from maligeo.exports.arrowtables import write_gdal
from maligeo.exports.tablejobs import LayersJob
from maligeo.exports.wordings import audience_words
from maligeo.provenance import KEY
from maligeo.wholefiles import written_whole


def write_flatgeobuf(job: LayersJob) -> None:
    """Write one layer, with a spatial index.

    Raises
    ------
    ArgumentError
        If the layer has no geometry.
    FrameError
        If a shape is missing, for which the index has no place.
    """
    layer = job.layers[0]
    if layer.shapes is None:
        raise ArgumentError(f"layer {layer.name!r} has no geometry: use maligeo.write_table")
    faults = [
        Fault(row, "geometry", None, "FlatGeobuf has no place for a missing shape")
        for row, shape in enumerate(layer.shapes)
        if shape is None
    ]
    if faults:
        raise FrameError(f"layer {layer.name!r}", faults)
    options: dict[str, Any] = {
        "layer": layer.name,
        "layer_options": {"DESCRIPTION": audience_words(job.audience, job.options.language)},
    }
    if job.about is not None:
        options["layer_metadata"] = {KEY: job.about.to_json()}
    with written_whole(job.path) as beside:
        beside.unlink()
        write_gdal(layer, beside, driver="FlatGeobuf", options=options)
