"""Any product of a dataset equals the same cells of any other, in whatever order they are asked."""

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import maligeo
from maligeo.core.errors import ReleaseError
from tests.attacks.everything.facts import MEASURES, Fact, Known, of_row
from tests.attacks.everything.randomworlds import World, random_world

KEY = bytes(range(32)).hex()
PERIODS = ("year", "quarter", "2021", "2021-01/2021-06", "2021-04/2021-06", "2021/2022")


class Request(NamedTuple):
    """What somebody asks for."""

    measures: tuple[str, ...]
    period: str
    level: int
    order: int  # of the rows
    kept: float  # share of the rows


requests = st.lists(
    st.builds(
        Request,
        measures=st.lists(st.sampled_from(sorted(MEASURES)), min_size=1, unique=True).map(tuple),
        period=st.sampled_from(PERIODS),
        level=st.sampled_from((1, 2)),
        order=st.integers(0, 9),
        kept=st.sampled_from((1.0, 1.0, 0.5)),
    ),
    min_size=2,
    max_size=3,
)


def asked(world: World, request: Request, store: Path) -> list[Fact]:
    """Give what one request is told; nothing where it is refused."""
    step = world.steps[-1]
    rows = step.records.sample(frac=request.kept, random_state=request.order)
    places = world.places
    units = places.units if request.level == 2 else places.regions
    study = maligeo.study(incidents=rows.reset_index(drop=True), units=units, covers="2021/2022")
    try:
        released = study.release(audience="public", as_of="2023-06-01", store=store)
        table = released.need(*request.measures, period=request.period)
    except ReleaseError:
        return []
    return _facts(table, f"{request}")


def _facts(table: pd.DataFrame, source: str) -> list[Fact]:
    rows: list[dict[str, Any]] = table.astype(object).where(table.notna(), None).to_dict("records")
    found = (of_row(row, source) for row in rows)
    return [fact for fact in found if fact is not None]


def new_store(folder: Path) -> Path:
    folder.mkdir()
    (folder / "key").write_text(KEY)
    return folder


FEW = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("seed", [5])
@FEW
@given(wanted=requests)
def test_products_of_one_store_agree(
    tmp_path_factory: pytest.TempPathFactory, seed: int, wanted: list[Request]
) -> None:
    """Also where an excerpt came first; two that differ fail in `Known.add`."""
    world = random_world(seed)
    store = new_store(tmp_path_factory.mktemp("stores") / "one")
    known = Known()
    for request in wanted:
        known.add(asked(world, request, store))


@pytest.mark.parametrize("seed", [19])
@FEW
@given(wanted=requests)
def test_products_do_not_depend_on_what_was_asked_before(
    tmp_path_factory: pytest.TempPathFactory, seed: int, wanted: list[Request]
) -> None:
    """Two stores with one key, the finest units first and whole files: the same cells."""
    world = random_world(seed)
    folder = tmp_path_factory.mktemp("stores")
    known = Known()
    for at, order in enumerate((wanted, wanted[::-1])):
        store = new_store(folder / f"{at}")
        whole = [request._replace(kept=1.0) for request in order]
        for request in [whole[0]._replace(level=2), *whole]:
            known.add(asked(world, request, store))
