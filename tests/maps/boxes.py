"""Where a part of a page is drawn."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Locator


def box_of(part: "Locator") -> "FloatRect":
    """Give the box of a part that has to be drawn, in pixels of the window."""
    box = part.bounding_box()
    assert box is not None, part
    return box
