"""Tiles for web maps, from rasters and from frames.

The names below are loaded when first used, so that a worker process that makes tiles does
not load what only its caller needs; `__init__.pyi` lists them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
