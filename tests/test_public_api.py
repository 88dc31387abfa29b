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
