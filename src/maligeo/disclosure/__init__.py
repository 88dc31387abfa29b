"""What may leave the house: release for an audience, and the door that checks it."""

from maligeo.disclosure.gate import require_released
from maligeo.disclosure.releases import release

__all__ = ["release", "require_released"]
