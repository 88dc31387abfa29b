"""Official data from their publishers: found, shown with their licence, and downloaded whole.

The names below are loaded when first used, so that nothing of the network is loaded before
something is fetched; `__init__.pyi` lists them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
