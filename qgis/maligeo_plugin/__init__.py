"""maligeo in QGIS: its commands as algorithms of the Processing toolbox.

Nothing of maligeo is imported here: the algorithms run the installed command.
"""

from __future__ import annotations

from typing import Any


def classFactory(iface: Any) -> Any:
    """Give QGIS the plugin."""
    from maligeo_plugin.plugin import Plugin

    return Plugin(iface)
