"""Geospatial analysis of aid projects, released land and explosive incidents in Mali.

The names below are loaded when first used; `__init__.pyi` lists them with their types.
"""

from typing import Any

import lazy_loader

from maligeo.core.version import code_version

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    """Give a public name; the version asks git in a checkout, and so waits until it is wanted."""
    return code_version() if name == "__version__" else _load(name)
