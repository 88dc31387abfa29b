"""What built pages load from outside."""

import re
from collections.abc import Iterator
from pathlib import Path

# What a browser fetches by itself; a link that a reader may follow is none of it.
_TAG = re.compile(r"<(?:script|img|iframe|link|source|video|audio|embed|object)\b[^>]*>", re.I)
_ADDRESS = re.compile(
    r"""\b(?:src|href|srcset|data)\s*=\s*["']?\s*((?:https?:)?//[^"'\s>]+)""", re.I
)
_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?\s*((?:https?:)?//[^"')\s]+)""", re.I)
_PLAIN_LINK = re.compile(r"""\brel\s*=\s*["']?(?:canonical|author|license)\b""", re.I)


def outside_addresses(folder: Path) -> Iterator[str]:
    """Name each page, style sheet or drawing below a folder and what it loads from outside."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".html", ".css", ".svg"):
            continue
        text = path.read_text(encoding="utf-8")
        tags = [tag for tag in _TAG.findall(text) if not _PLAIN_LINK.search(tag)]
        for address in (*_ADDRESS.findall("\n".join(tags)), *_STYLE.findall(text)):
            yield f"{path.relative_to(folder).as_posix()}: {address}"
