"""What products say about how they were made, read back from every format."""

from maligeo.provenance.products import read_about

__all__ = ["read_about"]
