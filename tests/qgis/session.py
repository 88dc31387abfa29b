"""A session of QGIS without windows, run by the Python that QGIS has: an algorithm on a project.

It takes the folder of the plugin, and a job as JSON: files to add as layers, the algorithm with
its parameters (layers by the names of their files), a locale, where the command is, and whether
to cancel. It writes as JSON what came of it.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QLocale

Job = dict[str, Any]


class Feedback(QgsProcessingFeedback):
    """Keeps what it is told."""

    def __init__(self, cancelled: bool) -> None:
        super().__init__()
        self.said: list[str] = []
        self.steps: list[float] = []
        self.cancelled = cancelled

    def pushInfo(self, text: str) -> None:
        self.said.append(text)

    def pushWarning(self, text: str) -> None:
        self.said.append(f"WARNING {text}")

    def reportError(self, text: str, _fatal: bool = False) -> None:
        self.said.append(f"ERROR {text}")

    def setProgress(self, step: float) -> None:
        self.steps.append(step)

    def isCanceled(self) -> bool:
        return self.cancelled


def add_layers(job: Job) -> dict[str, str]:
    """Add files to the project; give the ids of their layers by the names of the files."""
    found = {}
    for path in job.get("layers", []):
        layer = QgsVectorLayer(path, Path(path).stem, "ogr")
        layer.setSubsetString(job.get("filter", ""))
        QgsProject.instance().addMapLayer(layer)
        found[layer.name()] = layer.id()
    return found


def shown(given: dict[str, str]) -> list[dict[str, Any]]:
    """Describe the layers that came, from top to bottom."""
    nodes = QgsProject.instance().layerTreeRoot().findLayers()
    layers = [node.layer() for node in nodes if node.layerId() not in given.values()]
    return [
        {
            "name": layer.name(),
            "legend": [item.label() for item in layer.renderer().legendSymbolItems()],
            "styles": layer.styleManager().styles(),
            "rows": layer.featureCount(),
        }
        for layer in layers
    ]


def run(job: Job) -> dict[str, Any]:
    """Run the job in a new project."""
    from processing.core.Processing import Processing
    from processing.core.ProcessingConfig import ProcessingConfig
    from processing.gui.Postprocessing import handleAlgorithmResults

    from maligeo_plugin.provider import Provider

    QgsApplication.setLocale(QLocale(job["locale"]))
    Processing.initialize()
    provider = Provider()  # kept: QGIS takes it over
    QgsApplication.processingRegistry().addProvider(provider)
    ProcessingConfig.setSettingValue("MALIGEO_COMMAND", job.get("command", ""))
    given = add_layers(job)
    parameters = {name: given.get(one, one) for name, one in job["parameters"].items()}
    if "OUTPUT" in parameters:
        target = QgsProcessingOutputLayerDefinition(parameters["OUTPUT"], QgsProject.instance())
        parameters["OUTPUT"] = target
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(job["algorithm"])
    context, feedback = QgsProcessingContext(), Feedback(job.get("cancel", False))
    context.setProject(QgsProject.instance())
    results, is_well = algorithm.run(parameters, context, feedback)
    if is_well:
        handleAlgorithmResults(algorithm, context, feedback)
    return {
        "is_well": is_well,
        "results": results,
        "title": algorithm.displayName(),
        "said": feedback.said,
        "steps": feedback.steps,
        "shown": shown(given),
    }


if __name__ == "__main__":
    sys.path += [sys.argv[1], "/usr/share/qgis/python/plugins"]
    application = QgsApplication([], False)
    application.initQgis()
    sys.stdout.write(json.dumps(run(json.loads(sys.argv[2]))))
    sys.stdout.flush()
    os._exit(0)  # without QGIS taking itself apart
