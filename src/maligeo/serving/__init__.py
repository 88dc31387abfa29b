"""The server: maps, archives and rasters of a folder over HTTP, and a viewer for each archive."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
