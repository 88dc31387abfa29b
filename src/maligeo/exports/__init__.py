"""Tables and layers in files: one function for each, the format by the suffix.

The names below are loaded when first used; `__init__.pyi` lists them with their types.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
