"""The interactive map of the bundled data: regions, programmes, need against response."""

import maligeo

units = maligeo.load_boundaries(level=1, vintage="2015")
fmap = maligeo.region_map(maligeo.bundled_density(units), units, language="en")
maligeo.add_presence(fmap, maligeo.bundled_presence(units))
maligeo.add_gaps(fmap, maligeo.bundled_gaps(units), units)
maligeo.save_map(fmap, "country.html")
