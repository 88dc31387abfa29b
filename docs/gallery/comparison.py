"""Two periods side by side, in the same classes. They need not be equally long."""

import maligeo

units = maligeo.load_boundaries(level=1, vintage="2015")
table = maligeo.study(units=units).table
earlier = maligeo.MapSide(table, units, period="2021-01/2021-09", publisher="UNMAS")
later = maligeo.MapSide(table, units, period="2022-01/2022-08")
fmap = maligeo.comparison_map(earlier, later, layers=["incidents_per_100k"], language="en")
maligeo.save_map(fmap, "comparison.html")
