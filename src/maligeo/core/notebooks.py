"""How objects show themselves in a notebook: plain, and every text escaped."""

from collections.abc import Iterable
from html import escape


def titled(title: str, *parts: str, warnings: Iterable[str] = ()) -> str:
    """Put parts below a title, and in red what has to be said before anything else.

    Parameters
    ----------
    title : str
        The title, as text; may be empty.
    *parts : str
        What stands below it, as HTML.
    warnings : iterable of str
        Texts in red, such as for whom it is.
    """
    said = "".join(f'<p style="color:#b3121d"><b>{escape(one)}</b></p>' for one in warnings)
    above = f"<p><b>{escape(title)}</b></p>" if title else ""
    return f"<div>{above}{said}{''.join(parts)}</div>"


def listed(lines: Iterable[str]) -> str:
    """List texts; one that is indented belongs to the one above it.

    Examples
    --------
    >>> listed(["a", "  b < c"])
    '<div>a</div><div style="margin-left:1.5em">b &lt; c</div>'
    """
    return "".join(
        f'<div style="margin-left:1.5em">{escape(line.strip())}</div>'
        if line.startswith("  ")
        else f"<div>{escape(line)}</div>"
        for line in lines
    )
