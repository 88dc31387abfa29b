from .jobs import ExportOptions as ExportOptions
from .jobs import Licence as Licence
from .templates import write_template as write_template
from .write import holds_units_alone as holds_units_alone
from .write import write_layers as write_layers
from .write import write_table as write_table
