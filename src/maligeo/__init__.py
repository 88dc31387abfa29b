"""Geospatial analysis of aid projects, released land and explosive incidents in Mali.

The names below are loaded when first used; `__init__.pyi` lists them with their types.
"""

from importlib.metadata import version

import lazy_loader

__version__ = version("maligeo")

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
