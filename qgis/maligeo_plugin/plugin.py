"""The plugin: it brings its provider to the Processing toolbox, and takes it away again."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication

from maligeo_plugin.provider import Provider


class Plugin:
    """The plugin as QGIS loads it."""

    def __init__(self, iface: Any) -> None:
        self.iface = iface
        self.provider: Any = None

    def initProcessing(self) -> None:
        """Bring the algorithms; `qgis_process` calls this alone."""
        self.provider = Provider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        """Bring the algorithms to QGIS with its windows."""
        self.initProcessing()

    def unload(self) -> None:
        """Take the algorithms away."""
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
