"""Maps on paper and reports of regions: PNG, SVG, PDF and pages for print."""

from maligeo.paper.map.figure import map_figure
from maligeo.paper.options import MapOptions
from maligeo.paper.report.profile import ReportOptions
from maligeo.paper.report.report import region_report

__all__ = ["MapOptions", "ReportOptions", "map_figure", "region_report"]
