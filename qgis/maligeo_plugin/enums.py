"""Values of QGIS that stand in scopes since Qt 6, and stood beside their class before."""

from __future__ import annotations

from typing import Any


def value(owner: Any, scope: str, name: str) -> Any:
    """Give an enumerated value of a class, wherever this version of QGIS has it.

    Parameters
    ----------
    owner : class
        A class of QGIS.
    scope, name : str
        The enumeration and the value in it.
    """
    scoped = getattr(owner, scope, None)
    return getattr(scoped, name) if hasattr(scoped, name) else getattr(owner, name)
