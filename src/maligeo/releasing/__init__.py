"""What may leave the house: release for an audience, and the door that checks it."""

from maligeo.releasing.gate import require_released
from maligeo.releasing.releases import release

__all__ = ["release", "require_released"]
