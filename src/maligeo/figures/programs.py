"""The program that made a page."""

from importlib.metadata import version


def program() -> str:
    """Name the program and its version."""
    return f"maligeo {version('maligeo')}"
