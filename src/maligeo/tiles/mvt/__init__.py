"""Mapbox vector tiles: points, polygons and their attributes."""
