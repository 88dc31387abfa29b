"""The provider of the algorithms, and where its command is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from processing.core.ProcessingConfig import ProcessingConfig, Setting
from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from maligeo_plugin.algorithms import Answer, Check, Density, Locate, Release
from maligeo_plugin.run import COMMAND, language
from maligeo_plugin.words import word

_NAME = "maligeo"


class Provider(QgsProcessingProvider):
    """maligeo in the Processing toolbox."""

    def id(self) -> str:
        """Name of the provider in the ids of its algorithms."""
        return _NAME

    def name(self) -> str:
        """Name of the provider for people."""
        return _NAME

    def icon(self) -> Any:
        """Sign of the provider."""
        return QIcon(str(Path(__file__).with_name("icon.svg")))

    def load(self) -> bool:
        """Bring the setting and the algorithms."""
        ProcessingConfig.settingIcons[_NAME] = self.icon()
        title = word("setting.command", language())
        ProcessingConfig.addSetting(Setting(_NAME, COMMAND, title, ""))
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self) -> None:
        """Take the setting away."""
        ProcessingConfig.removeSetting(COMMAND)

    def loadAlgorithms(self) -> None:
        """Bring the algorithms."""
        for algorithm in (Check, Locate, Density, Answer, Release):
            self.addAlgorithm(algorithm())

    def supportedOutputVectorLayerExtensions(self) -> list[str]:
        """Suffixes of layers: the one that has styles."""
        return ["gpkg"]

    def defaultVectorFileExtension(self, hasGeometry: bool = True) -> str:
        """Suffix of a layer for which none was chosen."""
        return "gpkg"
