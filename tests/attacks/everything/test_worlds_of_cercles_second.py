"""The second half of the worlds of cercles: nobody can tell from all products together."""

from pathlib import Path

import pytest

from tests.attacks.everything.attack import attacked
from tests.attacks.everything.numbers import seeds
from tests.attacks.everything.randomworlds import random_world


@pytest.mark.parametrize("seed", seeds(3))
def test_nobody_can_tell(seed: int, own_store: Path, tmp_path: Path) -> None:
    outcome = attacked(random_world(seed), own_store, tmp_path)
    assert not outcome.leaks, f"{outcome}"
    assert not outcome.leaks_by_rules, f"{outcome}"
