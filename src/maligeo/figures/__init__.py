"""Maps on paper and reports of regions: PNG, SVG, PDF and pages for print."""

from maligeo.figures.options import MapOptions
from maligeo.figures.papers import map_figure
from maligeo.figures.profiles import ReportOptions
from maligeo.figures.reports import region_report

__all__ = ["MapOptions", "ReportOptions", "map_figure", "region_report"]
