"""From files or frames to products: read, located, counted, released together."""
