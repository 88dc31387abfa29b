"""Statistical disclosure control: release for an audience, and the gate that checks it.

The names below are loaded when first used, so that who only checks does not load what a
release needs; `__init__.pyi` lists them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
