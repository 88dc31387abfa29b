"""What may leave the house: release for an audience, and the door that checks it."""

from maligeo.release.gate import require_released

__all__ = ["require_released"]
