"""The page for people without a command line: from their workbooks to answer, map and report."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
