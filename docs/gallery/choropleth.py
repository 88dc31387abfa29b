"""Incidents per 100,000 people and year, on paper, in French and in English."""

import maligeo

units = maligeo.load_boundaries(level=1, vintage="2015")
table = maligeo.study(units=units).table
for language in ("fr", "en"):
    options = maligeo.MapOptions(layer="incidents_per_100k", language=language, dpi=120)
    maligeo.map_figure(table, units, f"choropleth-{language}.png", options=options)
