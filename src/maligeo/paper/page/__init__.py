"""Blocks of text and tables, laid out on pages."""
