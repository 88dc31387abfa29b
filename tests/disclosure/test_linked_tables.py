"""What tables say of the records beside them."""

import numpy as np
import pandas as pd
import pytest

from maligeo.core.errors import ArgumentError, ReleaseError
from maligeo.disclosure import release
from maligeo.disclosure.linked_tables import LinkedTables
from tests.disclosure import frames
from tests.disclosure.test_tables import LATER, counted, incidents

DAY = "2021-02-03"


def flags(beside: LinkedTables) -> list[list[bool]]:
    return [list(part) for part in (beside.hidden, beside.counted, beside.waiting)]


def test_each_record_is_in_a_hidden_or_a_shown_cell() -> None:
    records = incidents((0.3, DAY, 1), (1.3, DAY, 9))
    alone = release(counted(incidents((1.3, DAY, 9))), as_of=LATER)
    assert flags(LinkedTables.of(records, [alone])) == [[False] * 10, [True] * 10, [False] * 10]
    table = release(counted(records), as_of=LATER)
    assert flags(LinkedTables.of(records, [table])) == [[True] * 10, [False] * 10, [False] * 10]


def test_records_of_other_periods_are_neither() -> None:
    table = release(counted(incidents((0.3, DAY, 9)), "2021-01/2021-06"), as_of=LATER)
    records = incidents((0.3, "2021-06-30", 1), (0.3, "2021-07-01", 1))
    assert list(LinkedTables.of(records, [table]).counted) == [True, False]
    vague = records.assign(date_precision="month")
    assert list(LinkedTables.of(vague, [table]).counted) == [True, False]
    assert LinkedTables.of(records.assign(date_precision="year"), [table]).counted.all()


def test_records_of_a_period_that_is_too_recent_for_the_table_wait() -> None:
    records = incidents((0.3, DAY, 9), (0.3, "2021-11-03", 9))
    table = release(counted(records, "quarter"), as_of="2021-12-29")
    assert table.attrs["release"]["waiting_from"] == "2021-10-01"
    waiting = LinkedTables.of(records, [table]).waiting
    assert list(waiting) == [False] * 9 + [True] * 9
    assert (
        release(counted(records, "quarter"), as_of=LATER).attrs["release"]["waiting_from"] is None
    )


def test_records_that_lie_in_no_unit_are_in_no_cell() -> None:
    table = release(counted(incidents((0.3, DAY, 9))), as_of=LATER)
    records = incidents((2.9, DAY, 6))
    assert records["adm1_pcode"].isna().all()
    beside = LinkedTables.of(records, [table])
    assert not np.any([beside.hidden, beside.counted, beside.waiting])
    assert len(release(records, as_of=LATER, linked_tables=[table])) == 6


def test_records_that_were_not_located_cannot_be_held_against_a_table() -> None:
    table = release(counted(incidents((0.3, DAY, 9))), as_of=LATER)
    with pytest.raises(ReleaseError, match="not located in the units"):
        release(frames.incidents(9).assign(vintage="2015"), as_of=LATER, linked_tables=[table])


def test_nothing_but_incidents_has_tables_beside_it() -> None:
    table = release(counted(incidents((0.3, DAY, 9))), as_of=LATER)
    for frame in (frames.areas(9), counted(incidents((0.3, DAY, 9)))):
        with pytest.raises(ArgumentError, match="linked_tables go with incidents"):
            release(frame, as_of=LATER, linked_tables=[table])


def test_no_records_and_no_tables_are_no_trouble() -> None:
    table = release(counted(incidents((0.3, DAY, 9))), as_of=LATER)
    assert flags(LinkedTables.of(pd.DataFrame({"date": []}), [table])) == [[], [], []]
    assert flags(LinkedTables.of(incidents((0.3, DAY, 2)), [])) == [[False, False]] * 3
