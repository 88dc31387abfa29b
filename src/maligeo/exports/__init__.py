"""Tables and layers in files: one function for each, the format by the suffix."""

from maligeo.exports.jobs import ExportOptions, Licence
from maligeo.exports.write import write_layers, write_table

__all__ = ["ExportOptions", "Licence", "write_layers", "write_table"]
