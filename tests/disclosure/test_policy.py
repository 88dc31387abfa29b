"""The policy file: what it may say, and what is said when it says something else."""

from pathlib import Path

import pytest

from maligeo.core.errors import ArgumentError, InputFileError, ReleaseError
from maligeo.disclosure import policy
from maligeo.disclosure.policy import policy_hash, rules_for

OWN = Path(policy.__file__).with_name("policy.toml").read_text(encoding="utf-8")


def written(tmp_path: Path, old: str, new: str) -> Path:
    assert old in OWN
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(old, new), encoding="utf-8")
    return path


def test_the_public_sees_no_more_than_partners() -> None:
    public, partner = rules_for("public"), rules_for("partner")
    assert set(public.records) == {"projects"}
    for kind, rules in public.records.items():
        assert set(rules.columns) < set(partner.records[kind].columns)
        assert rules.finest_level <= partner.records[kind].finest_level
    for kind, lattice in public.lattices.items():
        wider = partner.lattices[kind]
        assert set(lattice.measures) <= set(wider.measures)
        for level, time in lattice.cells:
            assert time in wider.times(level) or "any" in wider.times(level)
    assert public.smallest_unit_sqkm > partner.smallest_unit_sqkm
    assert public.protection.smallest_cell > partner.protection.smallest_cell


def test_the_public_lattice_is_what_the_docs_say() -> None:
    public = rules_for("public")
    incidents = public.lattices["incidents"]
    assert incidents.cells == ((1, "quarter"), (1, "year"), (2, "year"))
    assert incidents.delay_days == 90
    assert [public.lattices["areas"].cells, public.lattices["areas"].times(2)] == [
        ((1, "year"),), [],
    ]  # fmt: skip
    assert vars(public.protection) == {
        "smallest_cell": 5, "round_to": 5, "fewest_events": 5, "largest_share": 0.5,
    }  # fmt: skip
    assert public.boundaries == ()


def test_names_of_measures_may_end_in_anything() -> None:
    public = rules_for("public")
    assert public.lattice_of("money_EUR") is public.lattices["projects"]
    assert public.lattice_of("incidents") is public.lattices["incidents"]
    assert public.lattice_of("suspected_sqm") is None
    assert public.is_protected("killed")
    assert not public.is_protected("projects")
    assert not rules_for("partner").is_protected("killed")


def test_a_policy_may_begin_with_a_mark_of_the_order_of_bytes(tmp_path: Path) -> None:
    """As editors on Windows write it; what is no TOML is said in the language of the reader."""
    path = tmp_path / "policy.toml"
    path.write_text(OWN, encoding="utf-8-sig")
    assert rules_for("public", path) == rules_for("public")
    path.write_text("smallest_cell = five\n", encoding="utf-8")
    with pytest.raises(InputFileError) as raised:
        rules_for("public", path)
    french = raised.value.message("fr").replace("\u00a0", " ")
    assert "ligne 1, colonne 17 : ce n’est pas une valeur" in french


def test_what_has_no_entry_is_internal(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[public]\n", encoding="utf-8")
    rules = rules_for("public", path)
    assert rules.lattice_of("incidents") is None
    with pytest.raises(ReleaseError, match="lets no incidents pass"):
        rules.lattice_for("incidents")


def test_an_organisation_may_have_rules_of_its_own(tmp_path: Path) -> None:
    path = written(tmp_path, "[public]\nsmallest_cell = 5", "[public]\nsmallest_cell = 10")
    assert rules_for("public", path).protection.smallest_cell == 10
    assert policy_hash(path) != policy_hash()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[public]\n", "[public]\nround = 5\n", "round is not known"),
        ("[public.people]", "[public.phones]", "phones is not known"),
        ("smallest_cell = 5", "smallest_cell = 0", "no whole number from 1"),
        ("smallest_cell = 5", 'smallest_cell = "five"', "no whole number from 1"),
        ("smallest_cell = 5", "smallest_cell = true", "no whole number from 1"),
        ("largest_share = 0.5", "largest_share = 2", "no number from 0 to 1"),
        ("smallest_unit_sqkm = 100", "smallest_unit_sqkm = -1", "no number from 0"),
        ("smallest_unit_sqkm = 100", 'boundaries = "all"', "no list of texts"),
        ('"adm1 quarter", "adm1 year", "adm2 year"]', '"adm1 week"]', "is not like 'adm1 quarter'"),
        ('"adm1 quarter", "adm1 year", "adm2 year"]', '"village year"]', "is not like"),
        ('"adm1 quarter", "adm1 year", "adm2 year"]', '"adm1"]', "is not like"),
        ('lattice = ["adm1 year"]\n', "", "lattice is missing"),
        ('step = "unit year"', 'step = "village year"', "is no place"),
        ('step = "unit year"', 'step = "unit"', "is no place"),
        ('step = "unit year"\n', "", "step is missing"),
        ('step = "unit year"', 'step = "unit year"\ngrid_degrees = 50', "from 0 to 10"),
        ("delay_days = 90", "delay_days = -1", "no whole number from 0"),
        ("delay_days = 90", "delay_days = 90\nphone = 1", "phone is not known"),
    ],
)
def test_what_a_policy_cannot_say_is_an_error(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        rules_for("public", written(tmp_path, old, new))


def test_a_policy_without_an_audience_says_so(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[partner]\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match="has no rules for 'public'"):
        rules_for("public", path)


def test_a_broken_or_missing_policy_is_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[public", encoding="utf-8")
    for path in (broken, tmp_path / "none.toml"):
        with pytest.raises(InputFileError, match="cannot read the policy"):
            rules_for("public", path)


def test_internal_has_no_rules() -> None:
    with pytest.raises(ArgumentError, match="partner, public"):
        rules_for("internal")
