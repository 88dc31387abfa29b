"""The transcribed projects and results: every number is there, no trap is fallen into."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

DATA = Path(__file__).parents[2] / "data" / "projects"

# Every number of each document, read again from the last line to the first, with the figures of
# incidents left out (data/incidents) and the furniture of the page: years, dates, footnote and
# list numbers, numbers of resolutions and telephones, reading times.
RESULT_VALUES: dict[str, list[float]] = {
    "undp-norway": [
        *[5, 42, 35, 77, 185, 15, 600_000, 300_000, 22_500, 12_000, 35, 20, 218_000, 1_404, 632],
        *[19_549, 11, 9, 22, 250, 71, 1_100],
    ],
    "minusma-funding": [
        *[9_555_737, 20, 1_302_180, 32, 2, 31, 78, 315, 118e6, 102e6, 740, 29.8e6, 29.8e6],
        *[33, 53, 51, 38, 107, 156, 146, 146, 1.5e6, 14, 3, 6, 6, 50_000, 4.8e6, 120],
    ],
    "luxembourg-2024": [62, 186, 2220, 21.9e6, 4, 5, 150, 2, 42e6, 2, 2],
    "eutf-centre": [22.6e6, 5],
    "unmas-2023-01": [
        68,
        622,
        85,
        11_500,
        571,
        1_161,
        416,
        5,
        466_326,
        1_326,
        4_391_584,
        16_685,
        112_127,
    ],
}
BUDGETS = {
    "undp-norway-budget-1": (5.44e6, 1.46e6, "USD"),
    "undp-norway-budget-2": (17.77e6, 6.2e6, "USD"),
    "undp-norway-budget-3": (2.1e6, 2.1e6, "USD"),
    "undp-norway-budget-4": (4.4e6, 4.4e6, "USD"),
    "lux-humanitaire-2024": (4e6, 4e6, "EUR"),
    "lux-inondations-2024": (250_000, 250_000, "EUR"),
}
PLACES = {
    "undp-norway-autorite-etat": ["Gao", "Kidal", "Mopti", "Ségou", "Tombouctou"],
    "undp-norway-reinsertion-jeunes": ["Gao", "Mopti", "Tombouctou"],
    "undp-norway-faguibine": ["Diré", "Goundam", "Tombouctou"],
    "undp-norway-processus-electoral": ["Mali"],
    "lux-filieres-agropastorales-2": ["Sikasso"],
    "lux-kidal-4": ["Kidal"],
    "lux-gao": ["Gao"],
    "lux-sages-femmes": ["Mali"],
    "lux-sante-kidal": ["Kidal"],
    "lux-pnud-reformes": ["Mali"],
    "lux-humanitaire-2024": ["Mali"],
    "eutf-centre": ["Mopti", "Ségou"],
    "unmas-mali": ["Gao", "Kidal", "Mali", "Mopti", "Tessalit", "Tombouctou"],
    "minusma-qip-all": [
        "Bamako",
        "Gao",
        "Kidal",
        "Mopti",
        "Ménaka",
        "Ségou",
        "Taoudéni",
        "Tombouctou",
    ],
    "minusma-tf-all": ["nord du Mali"],
}


@pytest.fixture(scope="module")
def projects() -> pd.DataFrame:
    return pd.read_csv(DATA / "projects.csv")


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    return pd.read_csv(DATA / "results.csv")


@pytest.fixture(scope="module")
def programmes() -> pd.DataFrame:
    return pd.read_csv(DATA / "programmes.csv")


def once(projects: pd.DataFrame) -> pd.DataFrame:
    """Take each project once: its money and count stand on each of its rows."""
    return projects.drop_duplicates("project_id").set_index("project_id")


def row(results: pd.DataFrame, result_id: str) -> pd.Series:
    return results.set_index("result_id").loc[result_id]


# Shape


def test_rows_and_order(
    projects: pd.DataFrame, results: pd.DataFrame, programmes: pd.DataFrame
) -> None:
    assert (len(projects), len(results), len(programmes)) == (47, 78, 6)
    filled = projects.fillna({"place": ""})
    assert filled.sort_values(["project_id", "place"], kind="stable").index.equals(projects.index)
    assert results["result_id"].is_monotonic_increasing
    assert programmes["programme"].is_monotonic_increasing


def test_keys_lead_somewhere(
    projects: pd.DataFrame, results: pd.DataFrame, programmes: pd.DataFrame
) -> None:
    known = set(programmes["programme"])
    assert set(projects["programme"]) == known
    assert set(results["programme"].dropna()) == known - {"eutf-centre"}
    assert set(results["project_id"].dropna()) <= set(projects["project_id"])
    tied = results.dropna(subset=["project_id"])
    home = once(projects)["programme"]
    assert (tied["project_id"].map(home) == tied["programme"]).all()


def test_what_belongs_to_a_project_is_the_same_on_its_rows(projects: pd.DataFrame) -> None:
    of_place = ["place", "place_parent", "place_level", "location_precision", "reach", "note"]
    shared = projects.drop(columns=of_place)
    assert (shared.groupby("project_id").nunique(dropna=False) == 1).all(axis=None)
    active = projects[projects["reach"].isna() | (projects["reach"] == "activity")]
    notes = active.groupby("project_id")["note"].nunique(dropna=False)
    assert (notes == 1).all()


def test_places(projects: pd.DataFrame) -> None:
    named = projects.dropna(subset=["place"])
    assert named.groupby("project_id")["place"].apply(list).to_dict() == PLACES
    nowhere = projects["place_level"] == "unattributed"
    assert (projects["place"].isna() == (nowhere & projects["reach"].isna())).all()
    below = projects["place_level"].isin(["adm2", "settlement"])
    assert (projects["place_parent"].notna() == below).all()
    assert set(projects.loc[below & (projects["place"] == "Tessalit"), "place_parent"]) == {"Kidal"}
    countrywide = projects[projects["place_level"] == "country"]
    assert set(countrywide["place"]) == {"Mali"}


def test_places_exist(projects: pd.DataFrame) -> None:
    reference = DATA.parent / "reference"
    units = pd.read_csv(reference / "units.csv").query("vintage == 2015")
    cercles = pd.read_csv(reference / "cercles_2015.csv")
    towns = pd.read_csv(reference / "towns.csv")
    known = {
        "adm1": {*units["name"], "Ménaka", "Taoudéni"},  # regions since 2016
        "adm2": set(cercles["name"]),
        "settlement": set(towns["name"]),
    }
    for level, names in known.items():
        assert set(projects.loc[projects["place_level"] == level, "place"]) <= names
    assert set(projects["place_parent"].dropna()) <= known["adm1"]


def test_no_date_is_invented(projects: pd.DataFrame) -> None:
    assert projects["place_share"].isna().all()
    # Only of these the page says a year, "en 2024"; others have the dates of their programme.
    told = projects["title"].str.endswith("2024")
    dates = projects[["start_date", "end_date"]]
    assert dates[~told].isna().all(axis=None)
    assert dates[told].drop_duplicates().to_numpy().tolist() == [["2024-01-01", "2024-12-31"]]
    ended = projects[projects["status"] == "completed"]
    assert sorted(ended["project_id"]) == ["lux-pnud-entrepreneuriat", "lux-pnud-reformes"]
    assert ended["note"].str.contains("June 2024").all()


# Control totals


@pytest.mark.parametrize("document", RESULT_VALUES)
def test_every_number_of_the_document_has_its_row_and_no_other(
    results: pd.DataFrame, document: str
) -> None:
    rows = results[results["document"] == document]
    assert Counter(rows["value"].dropna()) == Counter(map(float, RESULT_VALUES[document]))


def test_the_only_range(results: pd.DataFrame) -> None:
    empty = results[results["value"].isna()]
    assert empty["result_id"].tolist() == ["undp-norway-22"]
    assert empty["value_text"].item() == "entre 2500 et 3000 FCFA"
    assert empty["qualifier"].item() == "range"


def test_projects_counted(projects: pd.DataFrame) -> None:
    counted = once(projects).groupby("programme")["project_count"].sum()
    assert counted.to_dict() == {
        "eutf-centre": 1,
        "luxembourg": 14,
        "minusma-qip": 740,
        "minusma-tf": 315,
        "undp-norway": 4,
        "unmas": 1,
    }


def test_money_by_programme(projects: pd.DataFrame) -> None:
    money = once(projects)
    sums = money.groupby(["programme", "budget_currency"])[["budget_amount", "donor_amount"]].sum()
    assert sums.loc["undp-norway", "USD"].tolist() == pytest.approx([29.71e6, 14.16e6])
    assert sums.loc["luxembourg", "EUR"].tolist() == pytest.approx([4.25e6, 4.25e6])
    assert money.loc["minusma-qip-all", ["budget_amount", "disbursed_amount"]].tolist() == [
        29.8e6,
        29.8e6,
    ]
    assert money.loc["minusma-tf-all", ["budget_amount", "disbursed_amount"]].tolist() == [
        118e6,
        102e6,
    ]


def test_budgets_stand_where_the_documents_put_them(projects: pd.DataFrame) -> None:
    money = once(projects)
    for project_id, (budget, donor, currency) in BUDGETS.items():
        found = money.loc[project_id, ["budget_amount", "donor_amount", "budget_currency"]]
        assert found.tolist() == [budget, donor, currency]
    with_money = set(money.index[money["budget_amount"].notna()])
    assert with_money == {*BUDGETS, "minusma-qip-all", "minusma-tf-all"}


def test_totals_agree_with_the_records(projects: pd.DataFrame, results: pd.DataFrame) -> None:
    money = once(projects)
    for programme in ("minusma-qip", "minusma-tf"):
        record = money.loc[f"{programme}-all"]
        assert row(results, f"{programme}-01")["value"] == record["project_count"]
        assert row(results, f"{programme}-02")["value"] == record["budget_amount"]
        assert row(results, f"{programme}-03")["value"] == record["disbursed_amount"]
        assert "never add" in row(results, f"{programme}-01")["note"]


def test_money_has_a_currency_and_nothing_else_has(results: pd.DataFrame) -> None:
    money = results["unit"] == "money"
    assert (results["currency"].notna() == money).all()
    assert set(results.loc[money, "currency"]) == {"EUR", "USD", "XOF"}


def test_parts_do_not_exceed_what_they_are_part_of(results: pd.DataFrame) -> None:
    for part, whole in (("undp-norway-05", "undp-norway-04"), ("undp-norway-11", "undp-norway-10")):
        assert row(results, part)["value"] < row(results, whole)["value"]
        assert whole in row(results, part)["note"]
    assert row(results, "undp-norway-02")["disaggregation"] == "women"
    assert row(results, "undp-norway-11")["disaggregation"] == "girls"


# The traps


def test_titles_without_budgets_and_budgets_without_titles(projects: pd.DataFrame) -> None:
    norway = once(projects).query("programme == 'undp-norway'")
    lines = norway.index.str.contains("-budget-")
    assert lines.sum() == 4
    assert norway.loc[lines, "budget_amount"].notna().all()
    assert (norway.loc[lines, "project_count"] == 0).all()
    assert (norway.loc[lines, "place_level"] == "unattributed").all()
    assert (
        norway.loc[~lines, ["budget_amount", "donor_amount", "budget_currency"]]
        .isna()
        .all(axis=None)
    )
    assert (norway.loc[~lines, "project_count"] == 1).all()
    assert norway["note"].str.contains("layout").all()


@pytest.mark.parametrize(
    ("programme", "counts", "whole"),
    [
        ("minusma-qip", [146, 146, 156, 107, 78], 740),
        ("minusma-tf", [38, 51, 53, 33, 31], 315),
    ],
)
def test_counts_of_a_map_without_layout_stay_without_a_region(
    results: pd.DataFrame, programme: str, counts: list[int], whole: int
) -> None:
    rows = results[(results["kind"] == "unattributed") & (results["programme"] == programme)]
    assert sorted(rows["value"]) == sorted(counts)
    assert sum(counts) == {740: 633, 315: 206}[whole]
    assert f"{sum(counts)} of {whole}" in rows["note"].iloc[0]
    assert rows["place"].isna().all()
    assert (rows["place_level"] == "unattributed").all()


def test_aggregates_have_no_place_and_the_places_that_their_document_names(
    projects: pd.DataFrame,
) -> None:
    for project in ("minusma-qip-all", "minusma-tf-all"):
        rows = projects[projects["project_id"] == project]
        counted = rows[rows["reach"].isna()]
        assert counted["place_level"].tolist() == ["unattributed"]
        assert rows.loc[rows["reach"] == "named", "place"].tolist() == PLACES[project]
        assert len(rows) == 1 + len(PLACES[project])


def test_offices_are_no_places_of_activity(projects: pd.DataFrame) -> None:
    rows = projects[projects["project_id"] == "unmas-mali"]
    offices = rows[rows["reach"] == "office"]
    assert set(offices["place"]) == {"Gao", "Kidal", "Mopti", "Tessalit", "Tombouctou"}
    assert rows.drop(index=offices.index)["place_level"].tolist() == ["country"]


def test_figures_with_un_agencies_belong_to_neither_mechanism(results: pd.DataFrame) -> None:
    rows = results[results["result_id"].isin([f"minusma-unct-0{n}" for n in range(1, 5)])]
    assert rows["programme"].isna().all()
    assert (rows["kind"] == "unattributed").all()


def test_money_of_other_programmes_is_no_budget_of_the_centre(
    projects: pd.DataFrame, results: pd.DataFrame
) -> None:
    centre = projects[projects["programme"] == "eutf-centre"]
    assert centre["budget_amount"].isna().all()
    other = row(results, "eutf-other-01")
    assert (other["value"], other["kind"]) == (22.6e6, "context")
    assert pd.isna(other["programme"])
    assert "22.6" in centre["note"].iloc[0]


def test_footnote_mark_is_no_digit(results: pd.DataFrame) -> None:
    trained = row(results, "unmas-04")
    assert trained["value"] == 1326
    assert trained["value_text"] == "1 3261 membres"
    assert 13261 not in set(results["value"])


def test_incidents_are_not_among_the_results(results: pd.DataFrame) -> None:
    assert not set(results["value"]) & {1055, 2374, 333, 56, 18, 67, 44, 46}


def test_vague_numbers_say_so(results: pd.DataFrame) -> None:
    said = results.set_index("result_id")["qualifier"]
    assert said["minusma-qip-05"] == "about"
    assert said["minusma-qip-06"] == "at_most"
    assert said["minusma-qip-07"] == "less_than"
    assert said["unmas-11"] == "about"
    vague = results["value_text"].str.contains(r"^(?:plus de|environ|max|moins|\+)", regex=True)
    assert (results.loc[vague, "qualifier"] != "exact").all()


def test_totals_that_bear_no_date_have_none(results: pd.DataFrame) -> None:
    """Only one sentence of the sheet on mine action says since when its number counts."""
    unmas = results[results["programme"] == "unmas"].set_index("result_id")
    begun = unmas["period_start"].dropna()
    assert begun.to_dict() == {"unmas-05": "2015-01-01", "unmas-10": "2014-01-01"}


# What the documents say without a number


@pytest.fixture(scope="module")
def statements() -> pd.DataFrame:
    return pd.read_csv(DATA / "statements.csv")


@pytest.mark.parametrize(
    ("programme", "needed"),
    [
        ("undp-norway", ["OMVF", "couture", "aviculture", "groupes armés", "civile"]),
        ("minusma-qip", ["nord et centre", "société civile", "infrastructures", "UNICEF"]),
        ("minusma-tf", ["2085", "nord du Mali", "médiation", "Sikasso", "UNMAS"]),
        ("luxembourg", ["pomme de terre", "forages", "protection sociale", "solaire", "janvier"]),
        ("eutf-centre", ["spécifique 1", "spécifique 2", "main-d’œuvre", "lac Tchad"]),
        ("unmas", ["2640", "NEDEX", "l’ouest", "Tessalit", "Suisse", "GTLAMH"]),
    ],
)
def test_objectives_mandates_and_places_are_there(
    statements: pd.DataFrame, programme: str, needed: list[str]
) -> None:
    texts = statements.loc[statements["programme"] == programme, "text_fr"]
    found = " ".join(texts).casefold()
    assert [word for word in needed if word.casefold() not in found] == []


def test_statements_lead_to_projects_and_places(
    statements: pd.DataFrame, projects: pd.DataFrame
) -> None:
    tied = statements.dropna(subset=["project_id"])
    home = once(projects)["programme"]
    assert (tied["project_id"].map(home) == tied["programme"]).all()
    assert (statements["place"].notna() == statements["place_level"].notna()).all()
    assert statements["statement_id"].is_monotonic_increasing
