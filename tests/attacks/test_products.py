"""Products for partners and the public hold none of the secrets of what they were made from."""

from pathlib import Path

import pytest

from tests.attacks.commands import make_products, run
from tests.attacks.planted import Planted
from tests.attacks.searching import Wanted, kinds
from tests.attacks.unpacking import pieces_of

ALL = {"text", "number", "place", "day"}


def test_nothing_that_was_planted_reaches_the_public(
    planted: Planted, wanted: Wanted, tmp_path: Path
) -> None:
    made = make_products(planted, tmp_path, "public")
    assert len(made) > 30
    assert wanted.found_in(pieces_of(tmp_path)) == set()
    names = {path.name.removesuffix("-metadata.json") for path in made}
    assert {path.name for path in made if path.name.startswith(".")} == set()
    assert len(names) == len([path for path in made if not path.name.endswith("-metadata.json")])


def test_partners_get_no_text_and_no_place_or_day_of_an_incident(
    planted: Planted, wanted_of_partners: Wanted, tmp_path: Path
) -> None:
    make_products(planted, tmp_path, "partner")
    assert kinds(wanted_of_partners.found_in(pieces_of(tmp_path))) <= {"number"}


@pytest.mark.parametrize(
    ("name", "arguments", "holds"),
    [
        ("map.html", ["map"], {"text", "day", "place"}),
        ("tiles.pmtiles", ["tiles", "vector", "--zooms", "10-11"], ALL),
        ("tiles.mbtiles", ["tiles", "vector", "--zooms", "10-11"], ALL),
        ("tiles", ["tiles", "vector", "--zooms", "10-11"], ALL),
        ("table.xlsx", ["density", "--measure", "killed", "--period", "year"], {"text", "number"}),
        ("table.parquet", ["density", "--period", "year"], {"text"}),
    ],
)
def test_internal_products_hold_secrets_and_they_are_found(
    planted: Planted,
    wanted: Wanted,
    tmp_path: Path,
    name: str,
    arguments: list[str],
    holds: set[str],
) -> None:
    run(*arguments, *planted.options("incidents"), "--audience", "internal", "-o", tmp_path / name)
    assert holds <= kinds(wanted.found_in(pieces_of(tmp_path)))
