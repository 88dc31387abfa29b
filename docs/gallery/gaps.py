"""Need against response: where incidents are many and projects few."""

import maligeo

units = maligeo.load_boundaries(level=1, vintage="2015")
gaps = maligeo.bundled_gaps(units)
options = maligeo.MapOptions(behind=maligeo.bundled_density(units), language="en", dpi=120)
maligeo.map_figure(gaps, units, "gaps.png", options=options)
