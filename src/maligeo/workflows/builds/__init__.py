"""A month in one file: what is read, for whom, and which products, made whole or not at all."""
