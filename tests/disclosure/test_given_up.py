"""Numbers that were given up to protect others bind nothing that is released later."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from maligeo.core.crs import Flags
from maligeo.disclosure import cells as lattice
from maligeo.disclosure.cells import Frozen, Means, new_cells
from maligeo.disclosure.certificates import Block, cells_to_give_up
from maligeo.disclosure.partition import piece_columns
from maligeo.disclosure.policy import rules_for

KEY = bytes(range(32))
MEASURES = ("incidents", "victims", "killed", "injured")


def frozen(quarters: int) -> Frozen:
    """Give a region of which, quarter by quarter, many are injured and few killed."""
    rows = []
    for quarter in range(1, quarters + 1):
        row: dict[str, object] = dict.fromkeys(piece_columns(), 0)
        row |= {"region": "ML01", "unit": "", "year": 2021, "quarter": quarter}
        row |= {"records": 20, "events": 20, "others_killed": 4, "others_injured": 20}
        for measure, count in (("victims", 24), ("killed", 4), ("injured", 20)):
            row |= {measure: count, f"{measure}_events": 10, f"{measure}_largest": 4}
        rows.append(row)
    times = frozenset((2021, quarter) for quarter in range(1, quarters + 1))
    pieces = pd.DataFrame(rows, columns=piece_columns())
    return Frozen(pieces, times, ("ML01",), {}, MEASURES)


@pytest.fixture(params=range(12))
def means(request: pytest.FixtureRequest) -> Iterator[Means]:
    yield Means(rules_for("public").protection, KEY, f"dataset-{request.param}")


def test_quarter_after_quarter_is_released(means: Means) -> None:
    released = pd.DataFrame(columns=lattice.KNOWN)
    for quarters in range(1, 5):
        new = new_cells(frozen(quarters), released, means)
        released = pd.concat([released, new], ignore_index=True) if len(released) else new
    assert len(released) == 5 * len(MEASURES)


def test_a_number_that_is_given_up_protects_nothing_later(
    means: Means, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks: list[Block] = []

    def one_lost(block: Block) -> Flags:
        blocks.append(block)
        lost = cells_to_give_up(block)
        if not block.final.any():
            lost[-1] = True  # the injured
        return lost

    monkeypatch.setattr(lattice, "cells_to_give_up", one_lost)
    first = new_cells(frozen(1), pd.DataFrame(columns=lattice.KNOWN), means)
    assert first["measure"].iloc[-1] == "injured"
    assert (first["state"].iloc[-1], first["count"].iloc[-1]) == (lattice.GIVEN_UP, -1)
    new_cells(frozen(2), first, means)
    later = blocks[-1]
    assert later.final[-1]
    assert not later.protected[-1]
    assert np.isinf(later.high[-1])


def test_a_number_that_one_attack_comes_to_dominate_does_not_unbind_the_editions(
    means: Means, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was 5 or more before, and is withheld now: that it cannot be 0 is no contradiction."""
    searches: list[Block] = []

    def counted(block: Block) -> Flags:
        searches.append(block)
        return cells_to_give_up(block)

    before = frozen(1)
    first = new_cells(before, pd.DataFrame(columns=lattice.KNOWN), means)
    assert first.set_index("measure").loc["injured", "state"] == lattice.NUMBER
    grown = {"records": 21, "events": 21, "others_injured": 90, "injured": 90, "victims": 94,
             "injured_largest": 70, "victims_largest": 70}  # fmt: skip
    after = replace(before, pieces=before.pieces.assign(**grown))
    monkeypatch.setattr(lattice, "cells_to_give_up", counted)
    none = pd.DataFrame(columns=lattice.KNOWN)
    second = new_cells(after, none, means, earlier=first.assign(edition=0))
    assert second.set_index("measure").loc["injured", "state"] == lattice.WITHHELD
    assert len(searches) == 1  # the earlier edition stays in the proof
