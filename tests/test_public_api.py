import doctest
import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

import maligeo


def modules() -> Iterator[str]:
    for info in pkgutil.walk_packages(maligeo.__path__, "maligeo."):
        if not info.name.endswith("__main__"):
            yield info.name


@pytest.mark.parametrize("name", maligeo.__all__)
def test_public_names_load_and_are_documented(name: str) -> None:
    assert getattr(maligeo, name).__doc__


EVERYDAY = (
    "study", "load_boundaries", "read_boundaries", "read_incidents", "read_projects", "read_areas",
    "load_figures", "load_projects", "load_results", "load_statements",
    "locate", "locate_summary", "allocate",
    "changes", "same_events", "count_once", "crosswalk", "convert",
    "density", "concat_tables", "population", "with_coverage",
    "coverage_gaps", "presence", "reconcile", "growth", "density_surface", "region_map",
    "add_incidents", "save_map", "map_figure", "region_report", "write_table", "write_layers",
    "raster_tiles", "vector_tiles", "release", "write_template", "write_example",
)  # fmt: skip


@pytest.mark.parametrize("name", EVERYDAY)
def test_everyday_functions_have_an_example_that_is_run(name: str) -> None:
    found = doctest.DocTestFinder().find(getattr(maligeo, name), name)
    examples = [one for test in found for one in test.examples]
    assert len(examples) >= 3
    assert not any(one.options.get(doctest.SKIP) for one in examples)


def test_no_module_hides_a_public_name() -> None:
    for module in modules():
        importlib.import_module(module)
    hidden = [name for name in maligeo.__all__ if type(getattr(maligeo, name)) is type(maligeo)]
    assert hidden == []


@pytest.mark.parametrize("heavy", ["geopandas", "pandas", "numpy", "folium", "scipy", "shapely"])
def test_import_loads_nothing_heavy(heavy: str) -> None:
    code = f"import sys, maligeo; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="densty"):
        _ = maligeo.densty  # type: ignore[attr-defined]
