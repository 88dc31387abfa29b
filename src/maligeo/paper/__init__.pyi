from .map.figure import map_figure as map_figure
from .options import MapOptions as MapOptions
from .report import BRIEFINGS as BRIEFINGS
from .report import REPORT_FORMATS as REPORT_FORMATS
from .report import region_report as region_report
from .report.index import Entry as Entry
from .report.index import reports_index as reports_index
from .report.profile import ReportOptions as ReportOptions
