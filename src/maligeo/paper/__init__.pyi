from .map.figure import map_figure as map_figure
from .options import MapOptions as MapOptions
from .report import region_report as region_report
from .report.profile import ReportOptions as ReportOptions
