"""Plausible wrong arguments: the answer is a MaligeoError in plain words, or a right result."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import MaligeoError

UNITS = maligeo.load_boundaries()
RECORDS = pd.DataFrame(
    {
        "event_id": ["a", "b"], "date": pd.to_datetime(["2019-03-01", "2020-03-01"]),
        "event_type": "ied", "killed": [1, 2], "lon": [-4.2, -3.0], "lat": [14.5, 16.8],
    }
)  # fmt: skip
LOCATED = maligeo.locate(RECORDS, UNITS)
TABLE = maligeo.density(LOCATED, UNITS, measure="incidents", period="year")
WRONG: list[Any] = [
    None, 3, 2019.5, True, "x", "", [], [None], {}, {"a": 1}, object(), b"x", float("nan"),
    pd.Timestamp("2020-01-01"), pd.NaT, pd.Series([1]), pd.DataFrame(), gpd.GeoDataFrame(), UNITS,
    TABLE, Path("/nowhere"), ("2019", "2020"), lambda: 1,
]  # fmt: skip

Call = Callable[[Any], Any]
CALLS: dict[str, Call] = {
    "density records": lambda it: maligeo.density(it, UNITS, measure="killed"),
    "density units": lambda it: maligeo.density(LOCATED, it, measure="killed"),
    "density measure": lambda it: maligeo.density(LOCATED, UNITS, measure=it),
    "density period": lambda it: maligeo.density(LOCATED, UNITS, measure="killed", period=it),
    "density periods": lambda it: maligeo.density(LOCATED, UNITS, measure="killed", period=[it]),
    "density people": lambda it: maligeo.density(LOCATED, UNITS, measure="killed", population=it),
    "density counting": lambda it: maligeo.density(LOCATED, UNITS, measure="killed", counting=it),
    "coverage records": lambda it: maligeo.with_coverage(it, "2019"),
    "coverage": lambda it: maligeo.with_coverage(LOCATED, it),
    "coverage of a unit": lambda it: maligeo.with_coverage(LOCATED, {"ML05": it}),
    "growth table": lambda it: maligeo.growth(it, earlier="2019", later="2020"),
    "growth earlier": lambda it: maligeo.growth(TABLE, earlier=it, later="2020"),
    "growth later": lambda it: maligeo.growth(TABLE, earlier="2019", later=it),
    "concat": maligeo.concat_tables,
    "reconcile": lambda it: maligeo.reconcile(it, maligeo.load_figures()),
    "locate records": lambda it: maligeo.locate(it, UNITS),
    "locate units": lambda it: maligeo.locate(RECORDS, it),
    "locate score": lambda it: maligeo.locate(RECORDS, UNITS, min_score=it),
    "locate distance": lambda it: maligeo.locate(RECORDS, UNITS, nearest_m=it),
    "as_units": lambda it: maligeo.as_units(it, level=1, vintage="own"),
    "as_units columns": lambda it: maligeo.as_units(UNITS, columns=it),
    "as_units constants": lambda it: maligeo.as_units(UNITS, constants=it),
    "as_units level": lambda it: maligeo.as_units(UNITS, level=it),
    "as_units vintage": lambda it: maligeo.as_units(UNITS, vintage=it),
    "read_boundaries": maligeo.read_boundaries,
    "load_boundaries level": maligeo.load_boundaries,
    "load_boundaries vintage": lambda it: maligeo.load_boundaries(vintage=it),
    "check_boundaries": maligeo.check_boundaries,
    "build": lambda it: maligeo.build(it, dry_run=True),
    "study period": lambda it: maligeo.study(incidents=RECORDS, period=it).table,
    "study covers": lambda it: maligeo.study(incidents=RECORDS, covers=it, period="year").table,
    "study units": lambda it: maligeo.study(incidents=RECORDS, units=it).table,
}


@pytest.mark.parametrize("name", CALLS)
def test_only_errors_of_ours_come_out(name: str) -> None:
    for wrong in WRONG:
        try:
            CALLS[name](wrong)
        except MaligeoError as error:
            assert str(error)
        except Exception as error:
            pytest.fail(f"{name}({type(wrong).__name__}): {type(error).__name__}: {error}")


WRITES: dict[str, Callable[[Any, Path], Any]] = {
    "table": lambda it, to: maligeo.write_table(it, to / "t.csv", audience="internal"),
    "table path": lambda it, _: maligeo.write_table(TABLE, it, audience="internal"),
    "table audience": lambda it, to: maligeo.write_table(TABLE, to / "t.csv", audience=it),
    "layers": lambda it, to: maligeo.write_layers(it, to / "l.gpkg", audience="internal"),
    "one layer": lambda it, to: maligeo.write_layers({"a": it}, to / "l.gpkg", audience="internal"),
    "layers path": lambda it, _: maligeo.write_layers({"a": UNITS}, it),
    "density": lambda it, to: maligeo.write_layers({"a": UNITS}, to / "l.gpkg", density=it),
}


@pytest.mark.parametrize("name", WRITES)
def test_only_errors_of_ours_come_out_of_writers(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for wrong in WRONG:
        try:
            WRITES[name](wrong, tmp_path)
        except MaligeoError as error:
            assert str(error)
        except Exception as error:
            pytest.fail(f"{name}({type(wrong).__name__}): {type(error).__name__}: {error}")
