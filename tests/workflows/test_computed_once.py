"""What the bundled map and its answer need is read, divided, counted and written once."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

import maligeo
from maligeo import catalog
from maligeo.core.columns import LANGUAGES
from maligeo.join import shares
from maligeo.measure import densities
from maligeo.text import notes, results
from maligeo.workflows.study import Study

_UNUSED = ("scipy.optimize", "rasterio", "maligeo.exports.write")


@pytest.fixture
def study() -> Study:
    return maligeo.study().release(audience="public")


@pytest.fixture
def count_calls(monkeypatch: pytest.MonkeyPatch) -> Callable[[ModuleType, str], list[Any]]:
    """Give what a function is called with from now on."""

    def counted(module: ModuleType, name: str) -> list[Any]:
        calls: list[Any] = []
        real = getattr(module, name)

        def called(*given: Any, **said: Any) -> Any:
            calls.append(given)
            return real(*given, **said)

        monkeypatch.setattr(module, name, called)
        return calls

    return counted


def test_a_map_divides_projects_once_in_each_way(
    study: Study, count_calls: Callable[..., list[Any]]
) -> None:
    divided = count_calls(shares, "_places")
    assert study.map(language="fr").page is not None
    assert len(divided) == 2  # by places, and by people


def test_a_map_counts_incidents_once_for_its_table_and_its_answer(
    study: Study, count_calls: Callable[..., list[Any]]
) -> None:
    counted = count_calls(densities, "count_figures")
    assert study.map(language="fr").page is not None
    assert len(counted) == 1


def test_a_map_says_its_notes_once_in_each_language(
    study: Study, count_calls: Callable[..., list[Any]]
) -> None:
    told = count_calls(notes, "boundary_section")
    assert study.map(language="fr").page is not None
    assert len(told) == len(LANGUAGES)


def test_a_map_reads_what_documents_say_once_for_both_languages(
    study: Study, count_calls: Callable[..., list[Any]]
) -> None:
    read = count_calls(results, "load_projects")
    assert study.map(language="fr").page is not None
    assert len(read) == 1


def test_a_bundled_table_is_read_once(count_calls: Callable[..., list[Any]]) -> None:
    read = count_calls(pd, "read_csv")
    for _ in range(2):
        catalog.load_table("reference", "neighbours")
        catalog.load_table("projects", "programmes")
    assert max(Counter(read).values(), default=0) <= 1


def test_what_is_changed_in_a_bundled_table_stays_with_who_changed_it() -> None:
    changed = catalog.load_table("reference", "neighbours")
    changed.loc[:, "name_fr"] = "ailleurs"
    changed["more"] = 1
    changed.attrs["audience"] = "internal"
    again = catalog.load_table("reference", "neighbours")
    assert "ailleurs" not in set(again["name_fr"])
    assert "more" not in again.columns and not again.attrs


def test_the_command_loads_no_library_that_it_does_not_use(tmp_path: Path) -> None:
    code = (
        "import sys; from maligeo.cli import main\n"
        f"try: main(['map', '-o', {str(tmp_path / 'mali.html')!r}])\n"
        "except SystemExit as end: assert not end.code\n"
        f"print([name for name in {_UNUSED!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_intervals_are_worked_out_where_people_are_known() -> None:
    """Of what they are worked out takes a tenth of the time of a small job to load."""
    code = (
        "import sys, pandas as pd, maligeo\n"
        "units = maligeo.load_boundaries()\n"
        "rows = {'event_id': ['a'], 'date': pd.Timestamp('2021-03-01'), 'event_type': 'ied',\n"
        "        'killed': 2, 'lon': -4.2, 'lat': 14.5}\n"
        "located = maligeo.locate(pd.DataFrame(rows), units)\n"
        "for people in (None, maligeo.population(units)):\n"
        "    maligeo.density(located, units, measure='killed', period='year', population=people)\n"
        "    print('scipy.special' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
