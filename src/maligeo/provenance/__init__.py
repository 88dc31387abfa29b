"""What products say about how they were made, read back from every format.

The name below is loaded when first used; `__init__.pyi` lists it with its types.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
