"""The bundled packages are what a validator of the standard takes for valid, as they stand."""

from pathlib import Path

import frictionless
import pytest

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize("package", ["boundaries", "incidents", "projects", "reference"])
def test_a_bundled_package_is_valid(package: str) -> None:
    report = frictionless.validate(str(DATA / package / "datapackage.json"))
    assert report.flatten(["title", "message"]) == []
    assert report.valid
