"""The units of a release: those of a reference division, or those that a policy lists."""

import re
from pathlib import Path

import geopandas as gpd
import pytest

from maligeo.core.errors import ReleaseError
from maligeo.disclosure import policy, release, require_released
from maligeo.disclosure.division import Division, possible, units_hash
from maligeo.disclosure.policy import rules_for
from maligeo.readers.boundaries import load_boundaries
from tests import worlds
from tests.disclosure import frames

OWN = Path(policy.__file__).with_name("policy.toml").read_text(encoding="utf-8")
PUBLIC = rules_for("public")


def village(**changes: object) -> gpd.GeoDataFrame:
    """A unit of somebody's own, drawn round a single place, and one that is real."""
    units = frames.regions()
    return units.assign(**{name: [value, units[name].iloc[1]] for name, value in changes.items()})


def test_reference_units_pass() -> None:
    units = load_boundaries()
    division = Division.of(units, PUBLIC)
    assert (division.level, division.vintage, division.cercles) == (1, "2015", {})
    assert len(division.regions) == 9 + 3
    cercles = Division.of(frames.cercles(), PUBLIC)
    assert cercles.cercles == {
        "ML0501": "ML05", "ML0502": "ML05", "ML0701": "ML07", "ML0702": "ML07",
    }  # fmt: skip
    assert cercles.regions[:2] == ("ML05", "ML07")


def test_units_of_ones_own_are_refused_with_both_names() -> None:
    """A code of the division with another name is a contradiction, and says both."""
    with pytest.raises(ReleaseError, match="Le Puits") as caught:
        Division.of(village(name="Le Puits"), PUBLIC)
    for word in ("ML05", "mopti", "2015", "boundaries = ["):
        assert word in str(caught.value)
    with pytest.raises(ReleaseError, match=r"no unit of level 1 in the division of 2015.*ML99"):
        Division.of(village(pcode="ML99"), PUBLIC)
    with pytest.raises(ReleaseError, match="no unit of level 1 in the division of 1991"):
        Division.of(frames.regions("1991"), PUBLIC)


def test_a_name_of_another_spelling_is_the_same() -> None:
    assert Division.of(village(name="MOPTI"), PUBLIC).regions[0] == "ML05"


def test_small_units_are_refused() -> None:
    assert Division.of(village(area_sqkm=100.0), PUBLIC)
    with pytest.raises(ReleaseError, match=r"Mopti has 99\.9 km²: units below 100 km²"):
        Division.of(village(area_sqkm=99.9), PUBLIC)


def test_finer_units_are_refused_with_what_is_possible() -> None:
    message = "level 3: regions by quarter and year; cercles by year"
    with pytest.raises(ReleaseError, match=message):
        Division.of(worlds.communes(), PUBLIC)
    assert possible(PUBLIC.lattices["areas"]) == "regions by year"


def test_cercles_that_do_not_say_their_region_are_refused() -> None:
    with pytest.raises(ReleaseError, match="parent_pcode"):
        Division.of(frames.cercles().assign(parent_pcode=None), PUBLIC)


def test_the_hash_is_of_names_codes_and_outlines_in_any_order() -> None:
    units = frames.regions()
    assert units_hash(units) == units_hash(units.iloc[::-1])
    moved = units.copy()
    moved.geometry = moved.geometry.translate(0.001)
    for other in (moved, units.assign(name=["Mopti", "Goa"]), frames.regions("2016")):
        assert units_hash(other) != units_hash(units)


def own_policy(store: Path, outlines: str) -> None:
    listed = OWN.replace("[public]\n", f'[public]\nboundaries = ["{outlines}"]\n')
    (store / "policy.toml").write_text(listed, encoding="utf-8")


def test_an_organisation_lists_units_of_its_own_in_the_policy_of_its_store(
    own_store: Path,
) -> None:
    units = worlds.square_units()
    records = frames.placed(*frames.even(), units=units, covers="2021")
    with pytest.raises(ReleaseError, match="in no reference table") as caught:
        release(records, units, as_of=frames.DAY)
    found = re.search(r'boundaries = \["(\w+)"\]', str(caught.value))
    assert found is not None
    own_policy(own_store, found.group(1))
    table = release(records, units, as_of=frames.DAY)
    year = table[(table["name"] == "Alpha") & (table["period_end"] == "2021-12-31")]
    assert year["count"].max() == 40
    require_released(table, "public", what="density")
    moved = units.copy()
    moved.geometry = moved.geometry.scale(1.0, 0.9, origin=(0, 0))
    with pytest.raises(ReleaseError, match="in no reference table"):
        release(records, moved, as_of=frames.DAY)


def test_areas_too_are_counted_by_known_units_alone(own_store: Path) -> None:
    with pytest.raises(ReleaseError, match="in no reference table"):
        release(frames.areas(), worlds.square_units(), as_of=frames.DAY)
    own_policy(own_store, units_hash(worlds.square_units()))
    assert len(release(frames.areas(), worlds.square_units(), as_of=frames.DAY))


def test_records_for_partners_are_located_in_known_units() -> None:
    odd = frames.placed(*frames.even(), units=worlds.square_units())
    with pytest.raises(ReleaseError, match="drawn around a single place"):
        release(odd, audience="partner", as_of=frames.DAY)
    release(frames.placed(*frames.even()), audience="partner", as_of=frames.DAY)
