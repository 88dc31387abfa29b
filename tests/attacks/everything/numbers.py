"""How many worlds are attacked: 16 with all other tests, more where the environment says so."""

import os

WORLDS = int(os.environ.get("MALIGEO_ATTACK_WORLDS", "16"))
PARTS = 4


def seeds(part: int) -> range:
    """Give the seeds of one of four parts, which are tested side by side."""
    return range(part, WORLDS, PARTS)
