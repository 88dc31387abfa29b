"""One region on one page: numbers, trend, programmes, gaps."""

import maligeo

units = maligeo.load_boundaries(level=1, vintage="2015")
options = maligeo.ReportOptions(
    region="Gao",
    presence=maligeo.bundled_presence(units),
    gaps=maligeo.bundled_gaps(units),
    language="en",
)
maligeo.region_report(maligeo.bundled_density(units), units, "report.html", options=options)
