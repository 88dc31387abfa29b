"""Cells of a table: numbers, dates, amounts and coordinates as people write them."""
