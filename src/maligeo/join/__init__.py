"""Floor 2: points, names, polygons and projects to units, and one division to another."""
