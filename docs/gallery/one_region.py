"""One region, with the others pale."""

import maligeo

units = maligeo.load_boundaries(level=1, vintage="2015")
table = maligeo.study(units=units).table
options = maligeo.MapOptions(region="Mopti", orientation="portrait", language="en", dpi=120)
maligeo.map_figure(table, units, "mopti.png", options=options)
