"""The policy file: what it may say, and what is said when it says something else."""

from pathlib import Path

import pytest

from maligeo.core.errors import ArgumentError, InputFileError
from maligeo.disclosure import policy
from maligeo.disclosure.policy import rules_for

OWN = Path(policy.__file__).with_name("policy.toml").read_text(encoding="utf-8")


def written(tmp_path: Path, old: str, new: str) -> Path:
    assert old in OWN
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(old, new), encoding="utf-8")
    return path


def test_the_public_sees_no_more_than_partners() -> None:
    public, partner = rules_for("public"), rules_for("partner")
    for kind, rules in public.records.items():
        assert set(rules.columns) <= set(partner.records[kind].columns)
        assert rules.smallest_cell >= partner.records[kind].smallest_cell
        assert rules.finest_level <= partner.records[kind].finest_level
    assert set(public.measures.shown) <= set(partner.measures.shown)


def test_names_of_measures_may_end_in_anything() -> None:
    measures = rules_for("public").measures
    assert measures.is_shown("money_EUR") and measures.is_shown("incidents")
    assert not measures.is_shown("suspected_sqm")
    assert measures.is_hidden_when_small("killed")


def test_a_house_may_have_rules_of_its_own(tmp_path: Path) -> None:
    path = written(tmp_path, "[public]\nsmallest_cell = 5", "[public]\nsmallest_cell = 10")
    assert rules_for("public", path).records["incidents"].smallest_cell == 10


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[public]\n", "[public]\nround = 5\n", "round is not known"),
        ("smallest_cell = 5", "smallest_cell = 0", "no whole number from 1"),
        ("smallest_cell = 5", 'smallest_cell = "five"', "no whole number from 1"),
        ('"grid quarter"', '"village quarter"', "is no place"),
        ('"grid quarter"', '"grid"', "is no place"),
        ("grid_degrees = 0.5", "grid_degrees = 50", "no side between 0 and 10"),
        ('columns = ["status", "end_date", "geometry"]', 'columns = "all"', "no list of texts"),
        ("delay_days = 90\ndates", "dates", "delay_days is missing"),
        ("[public", "[press", "has no rules for 'public'"),
    ],
)
def test_what_a_policy_cannot_say_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        rules_for("public", written(tmp_path, old, new))


def test_a_broken_or_missing_policy_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[public", encoding="utf-8")
    for path in (broken, tmp_path / "none.toml"):
        with pytest.raises(InputFileError, match="cannot read the policy"):
            rules_for("public", path)


def test_the_house_has_no_rules() -> None:
    with pytest.raises(ArgumentError, match="partner, public"):
        rules_for("internal")
