"""Geospatial analysis of aid projects, released land and explosive incidents in Mali.

The names below are loaded when first used; `__init__.pyi` lists them with their types.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
