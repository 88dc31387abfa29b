"""Interactive maps as single files that open without a network.

The names below are loaded when first used, so that a map of regions does not load what
surfaces need; `__init__.pyi` lists them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
