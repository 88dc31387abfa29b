"""Shapes on paper, and the formats that hold them."""
