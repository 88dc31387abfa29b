"""Archives of tiles: written whole, taken up again, verified."""
