"""Texts from strangers on a terminal."""


def printable(text: str) -> str:
    """Write signs that would steer a terminal, or turn the line around, as their codes."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
