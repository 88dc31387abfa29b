"""Briefings that are edited in PowerPoint, Word and LibreOffice."""
