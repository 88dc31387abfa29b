"""Statistical disclosure control: release for an audience, and the gate that checks it."""

from maligeo.disclosure.gate import require_released
from maligeo.disclosure.releases import release

__all__ = ["release", "require_released"]
