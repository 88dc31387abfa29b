import re

import pandas as pd
import pytest

import maligeo
from maligeo.core.audiences import is_published
from maligeo.core.columns import Language
from maligeo.core.errors import ArgumentError, ReleaseError, UnknownNameError
from maligeo.core.words import NARROW_SPACE, NO_BREAK_SPACE
from maligeo.disclosure import require_released
from maligeo.text.results import published_results, result_sections, unit_texts, units_of_lines


@pytest.fixture(scope="module")
def french() -> pd.DataFrame:
    return published_results(language="fr")


@pytest.fixture(scope="module")
def english() -> pd.DataFrame:
    return published_results(language="en")


def line(lines: pd.DataFrame, line_id: str) -> dict[str, object]:
    rows = lines[(lines["line_id"] == line_id) & (lines["kind"] != "programme")]
    assert len(rows) == 1, line_id
    return rows.iloc[0].to_dict()


def test_every_row_of_the_bundled_tables_is_a_line(french: pd.DataFrame) -> None:
    ids = set(french["line_id"])
    for frame, name in (
        (maligeo.load_results(), "result_id"),
        (maligeo.load_figures(), "figure_id"),
        (maligeo.load_projects(), "project_id"),
        (maligeo.load_programmes(), "programme"),
        (maligeo.load_statements(), "statement_id"),
    ):
        assert set(frame[name]) <= ids
    assert french["source"].notna().all()


@pytest.mark.parametrize(
    ("line_id", "in_french", "in_english"),
    [
        ("unmas-01", "4 391 584 m²", "4,391,584 square metres"),
        ("unmas-11", "environ 11 500", "about 11,500"),
        ("minusma-qip-06", "au plus 50 000 USD", "at most 50,000 USD"),
        ("minusma-qip-07", "moins de 6 mois", "less than 6 months"),
        ("undp-norway-12", "plus de 218 000 personnes", "more than 218,000 people"),
        ("undp-norway-22", "entre 2 500 et 3 000 XOF", "between 2,500 and 3,000 XOF"),
        ("undp-norway-14", "35 %", "35%"),
        ("luxembourg-10", "rang 186", "rank 186"),
        ("undp-norway-budget-1:donor_amount", "1 460 000 USD", "1,460,000 USD"),
        ("undp-norway-budget-1", "ne compte pas comme projet", "counts as no project"),
        ("minusma-qip-all", "740 projets", "740 projects"),
        ("lux-gao", "1 projet", "1 project"),
        (
            "unmas-2013-07_2023-01-mali-incidents-ied.mine",
            "illisible dans le document",
            "illegible in the document",
        ),
        ("unmas-2023-01-mopti-victims-ied.mine-share", "plus de 60 %", "more than 60%"),
        ("minusma-2023-01_2023-03-mali-killed-ied.mine", "plus de 30 personnes",
         "more than 30 people"),
        ("unmas-2023-01-mali-victims-civilians-erw", "1 personne", "1 person"),
    ],
)  # fmt: skip
def test_a_number_is_as_exact_as_the_document_gives_it(
    french: pd.DataFrame, english: pd.DataFrame, line_id: str, in_french: str, in_english: str
) -> None:
    assert re.sub(r"\s", " ", str(line(french, line_id)["shown"])) == in_french
    assert re.sub(r"\s", " ", str(line(english, line_id)["shown"])) == in_english


@pytest.mark.parametrize(
    ("line_id", "period", "where"),
    [
        ("unmas-01", "période non précisée", "national, région non précisée"),
        ("unmas-05", "depuis 2015", "national, région non précisée"),
        ("undp-norway-10", "période non précisée", "région non précisée"),
        ("undp-norway-12", "période non précisée", "Tombouctou"),
        ("minusma-qip-12", "depuis 2013", "région illisible dans le document"),
        ("minusma-tf-01", "janv. 2013 – juin 2021", "région non précisée"),
        ("ocha-2017-mopti+segou-incidents-ied.mine-share", "2017", "Mopti + Ségou ensemble"),
        ("undp-norway-faguibine", "période non précisée",
         "Diré (Tombouctou), Goundam (Tombouctou), Tombouctou"),
        ("minusma-qip-all:budget_amount", "depuis 2013", "région non précisée"),
    ],
)  # fmt: skip
def test_time_and_place_are_said_or_said_to_be_missing(
    french: pd.DataFrame, line_id: str, period: str, where: str
) -> None:
    found = line(french, line_id)
    assert (found["period"], found["where"]) == (period, where)


def test_french_remarks_and_numbers_have_their_spaces(french: pd.DataFrame) -> None:
    assert NARROW_SPACE in str(line(french, "unmas-01")["shown"])
    assert not french["note"].dropna().str.contains(r"[^\u00a0];").any()
    assert f"{NO_BREAK_SPACE}; " in str(line(french, "undp-norway-17")["note"])


def test_what_is_of_a_region_is_of_it_alone(french: pd.DataFrame) -> None:
    units = maligeo.load_boundaries()
    placed = units_of_lines(french, units)
    names = {
        line_id: {str(units["name"].iloc[at]) for at in places}
        for line_id, kind, places in zip(french["line_id"], french["kind"], placed, strict=True)
        if kind != "programme"
    }
    assert names["undp-norway-12"] == {"Tombouctou"}
    assert names["undp-norway-faguibine"] == {"Tombouctou"}
    assert names["unmas-01"] == set()
    assert names["minusma-qip-all:budget_amount"] == set()  # of the country, wherever it is spent
    assert {"Gao", "Tombouctou"} <= names["minusma-qip-all"]  # Ménaka and Taoudéni lie in these
    assert names["ocha-2017-mopti+segou-incidents-ied.mine-share"] == {"Mopti", "Ségou"}
    by_unit = dict(zip(units["name"], unit_texts(french, units), strict=True))
    assert by_unit["Koulikoro"] == []
    assert all("PNUD" in text for text in by_unit["Tombouctou"][:3])


def test_a_choice_of_lines_is_published_still(french: pd.DataFrame) -> None:
    chosen = published_results(programme="unmas", kind="result", language="fr")
    assert len(chosen) == 13
    assert is_published(chosen)
    named = published_results(programme="UNMAS Mali : lutte antimines", kind="result")
    assert named["line_id"].tolist() == chosen["line_id"].tolist()
    require_released(chosen, "public", what="the lines")


def test_an_edited_line_does_not_pass_as_published(french: pd.DataFrame) -> None:
    edited = french.assign(what="Attaque à Tabankort le 3 mai")
    with pytest.raises(ReleaseError):
        require_released(edited, "public", what="the lines")
    edited.attrs["audience"] = "public"  # anybody can write a mark
    with pytest.raises(ReleaseError, match="not those of the bundled data"):
        require_released(edited, "public", what="the lines")


def test_unknown_names_are_named() -> None:
    with pytest.raises(UnknownNameError, match="undp-norway"):
        published_results(programme="nobody")
    with pytest.raises(UnknownNameError, match="Mopti"):
        published_results(region="Atlantis")
    with pytest.raises(ArgumentError, match="unattributed"):
        published_results(kind="goats")


def test_sections_have_every_line_once_below_its_source(french: pd.DataFrame) -> None:
    sections = result_sections(french, "fr")
    count = sum(len(group["lines"]) for one in sections for group in one["groups"])
    assert count == len(french)
    assert sections[0]["title"] == "Incidents et victimes d’engins explosifs"
    assert all(group["source"].startswith("Source") for one in sections for group in one["groups"])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_who_is_counted_is_said_once(language: Language) -> None:
    lines = published_results(language=language)
    texts = lines.loc[lines["kind"] == "result", "what"].str.lower().str.rpartition(", ")
    named = texts[texts[0] != ""]
    assert [before for before, who in zip(named[0], named[2], strict=True) if who in before] == []
    assert named[2].isin(["filles", "girls"]).sum() == 1


def test_french_remarks_speak_of_what_a_reader_sees(french: pd.DataFrame) -> None:
    hidden = french["note"].str.contains(r"\.csv|\b(?:undp-norway|unmas|lux)-\w", na=False)
    assert french.loc[hidden, "note"].tolist() == []
