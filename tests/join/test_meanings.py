"""Names of places as people write them, and what becomes of those that lead nowhere."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

import maligeo
from maligeo.core.errors import ArgumentError
from maligeo.join.reported import COLUMNS
from maligeo.join.results import TOO_COARSE
from tests import worlds
from tests.join.test_named_places import CERCLES, COMMUNES, squares, texts
from tests.worlds import communes

Names = Sequence[str | None]

CERCLE_UNITS = squares(CERCLES, 2)
COMMUNE_UNITS = squares(COMMUNES, 3)


@pytest.fixture(scope="module")
def regions() -> gpd.GeoDataFrame:
    return maligeo.load_boundaries()


def located(units: gpd.GeoDataFrame, **columns: Names) -> pd.DataFrame:
    return maligeo.locate(pd.DataFrame(columns), units)


@pytest.mark.parametrize(
    ("written", "region", "cercle"),
    [
        ("Cercle de Koro", "Mopti", "Koro"),
        ("Kidal (Abeibara)", "Kidal", "Abeïbara"),
        ("Abeibara (Kidal)", "Kidal", "Abeïbara"),
        ("Commune de Diankabou", "Mopti", "Koro"),
        ("Ville de Gao", "Gao", "Gao"),
        ("GAO / MENAKA", "Gao", None),  # Ménaka lay in Gao
        ("Région de Mopti", "Mopti", None),
        ("Gao (région)", "Gao", None),
        ("Koro (cercle)", "Mopti", "Koro"),
    ],
)
def test_a_name_in_the_column_of_regions_says_what_it_is(
    regions: gpd.GeoDataFrame, written: str, region: str, cercle: str | None
) -> None:
    assert texts(located(regions, adm1_name=[written])["adm1_name"]) == [region]
    assert texts(located(CERCLE_UNITS, adm1_name=[written])["adm2_name"]) == [cercle]


@pytest.mark.parametrize("column", ["adm1_name", "adm2_name", "adm3_name", "place_name"])
def test_a_cercle_is_one_in_any_column(regions: gpd.GeoDataFrame, column: str) -> None:
    for written in ("Cercle de Koro", "cercle Koro", "KORO CERCLE"):
        assert texts(located(CERCLE_UNITS, **{column: [written]})["adm2_name"]) == ["Koro"]
        assert texts(located(regions, **{column: [written]})["adm1_name"]) == ["Mopti"]


@pytest.mark.parametrize(
    ("written", "together"),
    [
        ("Mopti - Ségou", "Mopti + Ségou"),
        ("Ségou – Mopti", "Mopti + Ségou"),
        ("Gao, Ménaka, Tombouctou", "Gao + Tombouctou"),
        ("Kidal (Abeibara), Gao (Ansongo)", "Gao + Kidal"),
        ("Cercles: Koro", None),
    ],
)
def test_a_record_in_several_units_is_in_them_together(
    regions: gpd.GeoDataFrame, written: str, together: str | None
) -> None:
    found = located(regions, adm1_name=[written])
    assert texts(found["adm1_name"]) == [together]
    assert texts(found["adm1_pcode"]) == [None]
    assert found["place_kind"].iloc[0] == ("joint" if together else "unattributed")


def test_a_hyphen_separates_only_with_spaces_and_what_is_no_known_name() -> None:
    units = CERCLE_UNITS.assign(name=CERCLE_UNITS["name"].replace("Koro", "Mopti - Ségou"))
    found = located(units, adm2_name=["Tin-Essako", "Tin - Essako", "Mopti - Ségou"])
    assert texts(found["adm2_name"]) == ["Tin-Essako", "Tin-Essako", "Mopti - Ségou"]


def test_several_names_of_which_one_is_not_known_lead_to_none(regions: gpd.GeoDataFrame) -> None:
    found = located(regions, adm1_name=["Gao, Atlantis"])
    assert texts(found["adm1_name"]) == [None]
    assert "'Atlantis' is no unit" in found["locate_note"].iloc[0]


@pytest.mark.parametrize(
    "written",
    ["National", "Toutes les régions", "Ensemble du territoire", "Mali", "MALI (National)"],
)
@pytest.mark.parametrize("column", ["adm1_name", "adm2_name", "place_name"])
def test_the_whole_country_is_no_unit_and_no_unknown_place(
    regions: gpd.GeoDataFrame, written: str, column: str
) -> None:
    for units in (regions, CERCLE_UNITS):
        found = located(units, **{column: [written, None]})
        assert found["place_kind"].tolist() == ["countrywide", "unattributed"]
        assert maligeo.locate_summary(found)["too_coarse"] == 1


def test_next_to_the_country_the_narrower_name_decides(regions: gpd.GeoDataFrame) -> None:
    found = located(regions, adm1_name=["Mali"], adm2_name=["Koro"])
    assert texts(found["adm1_name"]) == ["Mopti"]


def test_contradictions_are_said(regions: gpd.GeoDataFrame) -> None:
    found = located(
        regions, adm1_name=["Gao (Abeibara)", "Gao", "Gao"], adm2_name=[None, "Koro", "Gao"]
    )
    assert texts(found["adm1_name"]) == ["Gao"] * 3
    assert "'Abeibara' lies elsewhere" in found["locate_note"].iloc[0]
    assert "Koro is a cercle, in Mopti" in found["locate_note"].iloc[1]
    assert pd.isna(found["locate_note"].iloc[2])
    finer = located(CERCLE_UNITS, adm1_name=["Gao (Abeibara)"])
    assert texts(finer["adm2_name"]) == [None]


@pytest.mark.parametrize(
    ("column", "written", "nearest"),
    [
        ("adm1_name", "Tombouctu", "Tombouctou"),
        ("adm1_name", "Sikaso", "Sikasso"),
        ("adm1_name", "Goa", "Gao"),
        ("adm2_name", "Bankas", "Bankass"),
        ("adm3_name", "Diankabu", "Diankabou"),
        ("place_name", "Zegua", None),  # a name of a town: known
    ],
)
def test_a_name_that_is_not_known_is_proposed_and_not_placed(
    regions: gpd.GeoDataFrame, column: str, written: str, nearest: str | None
) -> None:
    found = located(regions, **{column: [written]})
    if nearest is None:
        assert found["locate_method"].iloc[0] == "place"
        return
    assert texts(found["adm1_name"]) == [None]
    assert f"do you mean {nearest}?" in found["locate_note"].iloc[0]
    table = maligeo.unplaced_places(found)
    assert table[["place", "proposals", "rows"]].to_numpy().tolist() == [[written, nearest, 1]]


def test_names_easily_taken_for_one_another_are_never_proposed(regions: gpd.GeoDataFrame) -> None:
    pairs = maligeo.catalog.load_table("reference", "do_not_match")
    for one, other in [*zip(pairs["name_a"], pairs["name_b"], strict=True)]:
        for written, listed in ((one, other), (other, one)):
            note = located(regions, adm1_name=[written])["locate_note"].iloc[0]
            asked = str(note).partition("do you mean ")[2].rstrip("?").split(", ")
            assert listed not in asked


def test_the_list_of_unplaced_names_counts_rows_and_survives_a_file(
    regions: gpd.GeoDataFrame, tmp_path: object
) -> None:
    found = located(
        regions,
        adm1_name=["Tombouctu", "Tombouctu", "Gao", "National", "Koro", "L'Île"],
        adm2_name=[None, None, None, None, None, "x"],
    )
    table = maligeo.unplaced_places(found)
    assert table[["place", "level", "rows"]].to_numpy().tolist() == [
        ["Tombouctu", 1, 2], ["Koro", 1, 1], ["L'Île", 1, 1],
    ]  # fmt: skip
    again = maligeo.unplaced_places(pd.DataFrame(found.astype("object")))
    pd.testing.assert_frame_equal(again, table)
    assert maligeo.unplaced_places(found.iloc[2:3]).empty


def test_a_name_in_the_wrong_column_is_told_for_what_it_is(regions: gpd.GeoDataFrame) -> None:
    found = located(regions, adm1_name=["Koro", "Diankabou"])
    assert texts(found["adm1_name"]) == [None, None]
    assert "Koro is a cercle, in Mopti" in found["locate_note"].iloc[0]
    assert "Diankabou is a commune, in Koro (Mopti)" in found["locate_note"].iloc[1]


def test_what_is_proposed_for_a_name_in_the_wrong_column_leads_to_its_unit(
    regions: gpd.GeoDataFrame,
) -> None:
    cercles = maligeo.catalog.load_table("reference", "cercles_2015")
    home = dict(zip(cercles["name"], cercles["region_2015"], strict=True))
    communes = maligeo.catalog.load_table("reference", "communes_2015")
    names = sorted({*home, *communes["name"], "Achibogho"})  # a cercle of 2023
    table = maligeo.unplaced_places(located(regions, adm1_name=names))
    asked = table.set_index("place")["proposals"].dropna().str.split("|").explode()
    assert asked["Koro"].tolist() == ["Cercle de Koro", "Commune de Koro"]
    assert asked["Ansongo"].tolist() == ["Cercle d'Ansongo", "Commune d'Ansongo"]
    assert asked["Achibogho"] == "Cercle d'Achibogho"
    assert "Benkadi" not in asked  # three communes
    found = located(regions, adm1_name=asked.tolist())
    assert found["adm1_name"].notna().all()
    is_cercle = asked.str.startswith("Cercle").to_numpy() & asked.index.isin([*home])
    assert is_cercle.sum() > 30
    assert texts(found["adm1_name"][is_cercle]) == [home[name] for name in asked.index[is_cercle]]


def test_a_place_of_no_stated_level_is_placed_where_it_is_one() -> None:
    found = located(
        CERCLE_UNITS,
        adm1_name=[None, None, "Mopti", "Mopti", None],
        place_name=["Koro", "Kidal", "Mopti", "Ansongo", "Bamba"],
    )
    assert texts(found["adm2_name"]) == ["Koro", None, "Mopti", None, None]
    assert found["locate_note"].iloc[1] == TOO_COARSE  # it may be the region
    assert "'Bamba' is the name of several places" in found["locate_note"].iloc[4]


def test_a_known_place_is_not_read_as_one_that_is_like_it(regions: gpd.GeoDataFrame) -> None:
    records = pd.DataFrame({"place_name": ["Kita Nord", "Diankabou", "Moptti"]})
    found = maligeo.locate(records, regions, min_score=30)
    assert texts(found["adm1_name"]) == ["Kayes", "Mopti", "Mopti"]
    assert found["locate_score"].tolist()[:2] == [100, 100]


def test_a_unit_known_coarsely_alone_is_set_aside() -> None:
    found = located(CERCLE_UNITS, adm1_name=["Mopti", "Kidal (Abeibara), Gao"])
    assert found["locate_note"].tolist() == [TOO_COARSE] * 2


def test_records_in_several_units_are_a_row_of_their_own(regions: gpd.GeoDataFrame) -> None:
    names = ["Mopti - Ségou", "Ségou, Mopti", "Gao, Tombouctou", "Gao", "National", "Tombouctu"]
    records = pd.DataFrame(
        {"adm1_name": names, "date": pd.Timestamp("2022-03-01"), "event_type": "ied", "killed": 1}
    )
    found = maligeo.with_coverage(maligeo.locate(records, regions), "2022")
    for measure in ("incidents", "killed"):
        table = maligeo.density(found, regions, measure=measure, period="2022")
        joint = table[table["place_kind"] == "joint"].set_index("name")
        assert joint["count"].to_dict() == {"Gao + Tombouctou": 1, "Mopti + Ségou": 2}
        assert joint["pcode"].isna().all()
        assert table["count"].sum() == len(records)
    finer = maligeo.locate(found, CERCLE_UNITS)
    table = maligeo.density(finer, regions, measure="incidents", period="2022")
    assert table.loc[table["place_kind"] == "joint", "count"].sum() == 3


def test_projects_in_several_units_are_divided_among_them(regions: gpd.GeoDataFrame) -> None:
    rows = worlds.projects(
        {"project_id": "a", "adm1_name": "Mopti - Ségou", "place_share": 0.6},
        {"project_id": "a", "adm1_name": "Gao", "place_share": 0.4},
        {"project_id": "b", "adm1_name": "Gao", "place_share": None},
    )
    found = maligeo.locate(rows, regions)
    for by, shares in (("equal", [1 / 3, 1 / 3, 1 / 3, 1]), ("stated", [0.3, 0.3, 0.4, 1])):
        divided = maligeo.allocate(found, regions, by=by)
        assert divided["name"].tolist() == ["Mopti", "Ségou", "Gao", "Gao"]
        assert divided["pcode"].tolist() == ["ML05", "ML04", "ML07", "ML07"]
        assert divided["share"].tolist() == pytest.approx(shares)
    table = maligeo.density(divided, regions, measure="projects", counting="weighted")
    assert table["count"].sum() == 2


class TestNear:
    """Positions that are near go by the names that they report, where that is asked for."""

    RECORDS = gpd.GeoDataFrame(
        {
            "location_precision": ["near", "near", "near", "exact", "adm1"],
            "adm2_name": ["Koro", "Koro", None, "Koro", "Koro"],
            "adm3_name": ["Koro", "Koro", None, "Koro", "Koro"],
        },
        geometry=[Point(5.5, 14.5), *[Point(0.5, 14.5)] * 4],
        crs="EPSG:4326",
    )

    def test_by_default_they_are_too_coarse(self) -> None:
        found = maligeo.locate(self.RECORDS, communes())
        assert found["locate_method"].tolist() == ["none", "none", "none", "inside", "none"]

    def test_by_their_names(self) -> None:
        found = maligeo.locate(self.RECORDS, communes(), near="names")
        assert found["locate_method"].tolist() == ["name", "name", "none", "inside", "none"]
        assert found["adm3_name"].tolist()[:2] == ["Koro", "Koro"]
        assert found["locate_disagrees"].astype("object").tolist()[:2] == [False, True]
        assert found["locate_note"].tolist()[2] == found["locate_note"].tolist()[4] == TOO_COARSE

    def test_only_where_they_are_too_coarse(self) -> None:
        units = communes().assign(level=2)
        found = maligeo.locate(self.RECORDS, units, near="names")
        assert found["locate_method"].tolist()[:3] == ["inside"] * 3

    def test_another_word_is_refused(self) -> None:
        with pytest.raises(ArgumentError, match="near"):
            maligeo.locate(self.RECORDS, communes(), near="far")  # type: ignore[arg-type]


PIECES = st.sampled_from(
    ["Gao", "Mopti", "Koro", "Kidal", "Ménaka", "Bamba", "Mali", "National", "Atlantis",
     "Cercle de", "Région", "(", ")", ",", "/", " - ", "-", "et", "+", "'", '"', "", "d'",
     "Ville de", "\n", "|"]
)  # fmt: skip
CELLS = st.one_of(st.none(), st.lists(PIECES, max_size=5).map(" ".join), st.text(max_size=12))


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=12))
def test_whatever_is_written_no_record_is_lost(rows: list[tuple[str | None, ...]]) -> None:
    records = pd.DataFrame(rows, columns=list(COLUMNS), dtype="object").assign(
        date=pd.Timestamp("2022-03-01"), event_type="ied"
    )
    for units in (maligeo.load_boundaries(), CERCLE_UNITS):
        level = int(units["level"].iloc[0])
        found = maligeo.locate(records, units)
        assert len(found) == len(records)
        counts = maligeo.locate_summary(found)
        assert sum(counts.values()) - counts["disagreeing"] == 2 * len(records)
        placed = found["place_kind"].isin(["unit", "joint"]).to_numpy()
        assert (found[f"adm{level}_name"].notna().to_numpy() == placed).all()
        covered = maligeo.with_coverage(found, "2022")
        table = maligeo.density(covered, units, measure="incidents", period="2022")
        assert table["count"].sum() == len(records)
        maligeo.unplaced_places(found)


def test_a_place_of_projects_without_a_level_is_read_as_one_of_any() -> None:
    """Of which "no name is reported" was said."""
    projects = pd.DataFrame(
        {
            "project_id": ["a", "b", "c", "d", "e"],
            "place": ["Diankabou", "Bandiagra", "Diankabou", "Mali", None],
            "place_level": [None, None, None, "country", "unattributed"],
            "adm1_name": [None, None, "Gao", None, None],
        }
    )
    found = maligeo.locate(projects, maligeo.load_boundaries())
    assert found["adm1_name"].astype("object").where(found["adm1_name"].notna(), None).tolist() == [
        "Mopti", None, "Gao", None, None,
    ]  # fmt: skip
    assert "do you mean Bandiagara" in found["locate_note"].iloc[1]
    assert found["locate_note"].iloc[4] == "no name is reported"
    assert found["place"].tolist() == projects["place"].tolist()
    assert "place_name" not in found.columns
