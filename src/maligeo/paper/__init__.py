"""Maps on paper and reports of regions: PNG, SVG, PDF and pages for print.

The names below are loaded when first used; `__init__.pyi` lists them with their types.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
