import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maligeo.core.columns import NAMED
from maligeo.core.errors import ArgumentError, FrameError, VintageError
from maligeo.join.points import locate
from maligeo.join.shares import allocate
from maligeo.measure.densities import density
from maligeo.measure.need_response import (
    Draws,
    coverage_gaps,
    incident_gaps,
)
from maligeo.measure.presence import empty_cells, placement, presence
from maligeo.readers.boundaries import load_boundaries
from maligeo.readers.projects import load_projects
from maligeo.workflows.study import study
from tests import worlds
from tests.densityworlds import density_table, grid

UNITS = grid(4)
FEW = Draws(number=200)


def by_name(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index(table["name"].fillna(table["place_kind"]))


def incidents(*counts: float | None, **options: object) -> pd.DataFrame:
    return density_table(grid(len(counts)), "incidents", counts, **options)  # type: ignore[arg-type]


def projects(*counts: float | None, **options: object) -> pd.DataFrame:
    return density_table(grid(len(counts)), "projects", counts, **options)  # type: ignore[arg-type]


class TestCoverageGaps:
    def test_ranks_and_gaps_by_hand(self) -> None:
        table = coverage_gaps(
            incidents(10, 40, 20, 20), projects(3, 1, 0, 2), UNITS, need_by="count", draws=FEW
        )
        assert table["name"].tolist() == ["B", "C", "D", "A"], "the largest gap comes first"
        found = by_name(table)
        assert found["need_rank"].to_dict() == {"A": 4, "B": 1, "C": 2.5, "D": 2.5}
        assert found["response_rank"].to_dict() == {"A": 1, "B": 3, "C": 4, "D": 2}
        assert found["gap_places"].to_dict() == {"A": -3, "B": 2, "C": 1.5, "D": -0.5}
        states = {"A": "number", "B": "number", "C": "none", "D": "number"}
        assert found["response_state"].to_dict() == states
        assert (found["agreement"] == 1).all()
        assert (found["gap_places_low"] == found["gap_places_high"]).all()
        assert found["incidents"].to_dict() == {"A": 10, "B": 40, "C": 20, "D": 20}

    def test_several_measures_weigh_the_same(self) -> None:
        need = pd.concat([incidents(10, 40, 20, 20), density_table(UNITS, "victims", [4, 3, 2, 1])])
        found = by_name(coverage_gaps(need, projects(3, 1, 0, 2), UNITS, draws=FEW))
        # Scores 1 - (rank - 0.5)/4: A (0.125 + 0.875)/2, B (0.875 + 0.625)/2, C 0.4375, D 0.3125.
        assert found["need_rank"].to_dict() == {"A": 2, "B": 1, "C": 3, "D": 4}
        assert {"incidents_per_100k", "victims_per_100k"} <= set(found.columns)

    def test_a_gap_that_hangs_on_the_weights_says_so(self) -> None:
        units = grid(3)
        need = pd.concat([incidents(9, 5, 1), density_table(units, "victims", [1, 5, 9])])
        found = by_name(coverage_gaps(need, projects(1, 2, 3), units, need_by="count"))
        assert found.loc["A", ["need_rank_low", "need_rank_high"]].tolist() == [1, 3]
        # A has least projects. It is behind unless victims, of which it has least, decide.
        assert found.loc["A", "agreement"] < 0.9
        assert found.loc["A", "agreement"] == pytest.approx(0.5, abs=0.06)
        assert found.loc["C", "agreement"] >= 0.9, "nobody has more projects"

    @pytest.mark.parametrize("note", ["not named by the source", "no access: nobody could go"])
    def test_an_unknown_need_is_never_no_need(self, note: str) -> None:
        need = incidents(10, None, 20, 5, notes=[None, note, None, None])
        table = coverage_gaps(need, projects(1, 0, 2, 0), UNITS, draws=FEW)
        unknown = by_name(table).loc["B"]
        assert unknown[["need_rank", "response_rank", "gap_places", "agreement"]].isna().all()
        assert unknown["note"] == f"need not known: {note}"
        assert unknown["response_state"] == "none"
        assert by_name(table)["need_rank"].dropna().max() == 3, "the others are ranked without it"

    def test_a_counted_zero_is_ranked(self) -> None:
        found = by_name(
            coverage_gaps(incidents(10, 0, 20, 5), projects(1, 0, 2, 0), UNITS, draws=FEW)
        )
        assert found.loc["B", "need_rank"] == 4

    def test_a_zero_that_others_may_raise_is_not_recorded(self) -> None:
        response = projects(1, 0, 0, 0, notes=[None, None, None, NAMED])
        response.loc[response["name"].isin(["C", "D"]), "count_high"] = pd.NA
        found = by_name(coverage_gaps(incidents(1, 2, 3, 4), response, UNITS, draws=FEW))
        assert found["response_state"].tolist() == [
            {"A": "number", "B": "none", "C": "not recorded", "D": "named"}[name]
            for name in found.index
        ]

    def test_an_unknown_response_is_not_none(self) -> None:
        found = by_name(
            coverage_gaps(incidents(1, 2, 3, 4), projects(1, None, 0, 2), UNITS, draws=FEW)
        )
        assert pd.isna(found.loc["B", "response_state"])
        assert found.loc["B", "note"] == "response not known: no figure"

    def test_what_has_no_unit_stands_beside(self) -> None:
        table = coverage_gaps(
            incidents(1, 2, 3, 4, elsewhere=7),
            projects(1, 1, 1, 1, elsewhere=740),
            UNITS,
            need_by="count",
            draws=FEW,
        )
        last = table.iloc[-1]
        assert last[["place_kind", "incidents", "projects"]].tolist() == ["unattributed", 7, 740]
        assert pd.isna(last["need_rank"])
        assert last["note"] == "concerns no single unit: not ranked"

    def test_periods_of_one_measure_are_measures_of_their_own(self) -> None:
        later = incidents(4, 3, 2, 1).assign(period_start=pd.Timestamp("2022-01-01"))
        later["period_end"] = pd.Timestamp("2022-12-31")
        need = pd.concat([incidents(1, 2, 3, 4), later])
        table = coverage_gaps(need, projects(1, 1, 1, 1), UNITS, need_by="count", draws=FEW)
        assert (table["need_rank"] == 2.5).all()
        assert "incidents_by hand_2021-01-01_2021-12-31" in table.columns
        assert table["period_end"].iloc[0] == pd.Timestamp("2022-12-31")

    def test_row_order_changes_no_byte(self) -> None:
        need = pd.concat(
            [incidents(1, 2, 3, 3, half=0.5), density_table(UNITS, "victims", [4, 1, 9, 2])]
        )
        response = pd.concat(
            [projects(1, 2, 0, 2), density_table(UNITS, "projects_fractional", [1, 0.5, 0, 2])]
        )
        expected = coverage_gaps(need, response, UNITS).to_csv()
        for seed in range(3):
            mixed = (frame.sample(frac=1, random_state=seed) for frame in (need, response, UNITS))
            assert coverage_gaps(*mixed).to_csv() == expected

    def test_inputs_are_left_alone(self) -> None:
        need, response = incidents(1, 2, 3, 4), projects(1, 2, 3, 4)
        before = need.copy(), response.copy()
        coverage_gaps(need, response, UNITS, draws=FEW)
        pd.testing.assert_frame_equal(need, before[0])
        pd.testing.assert_frame_equal(response, before[1])

    def test_mistakes_are_told(self) -> None:
        need, response = incidents(1, 2, 3, 4), projects(1, 2, 3, 4)
        with pytest.raises(ArgumentError, match="need_by 'size' is not known"):
            coverage_gaps(need, response, UNITS, need_by="size")
        with pytest.raises(ArgumentError, match="no unit has a value of incidents_by hand_2021"):
            coverage_gaps(incidents(*[None] * 4), response, UNITS, need_by="count")
        undated = need.iloc[:1].assign(period_start=pd.NaT, period_end=pd.NaT)
        with pytest.raises(ArgumentError, match="some incidents belong to no period"):
            coverage_gaps(pd.concat([need, undated]), response, UNITS)
        with pytest.raises(ArgumentError, match="both hold incidents"):
            coverage_gaps(need, need, UNITS, need_by="count")
        with pytest.raises(FrameError, match="two rows"):
            coverage_gaps(pd.concat([need, need]), response, UNITS)
        with pytest.raises(FrameError, match="is no unit of these"):
            coverage_gaps(need, response, UNITS.iloc[:3])
        with pytest.raises(VintageError, match="2015 and 2023"):
            coverage_gaps(need, response, grid(4, vintage="2023"))
        with pytest.raises(FrameError, match="count_low"):
            coverage_gaps(need.drop(columns="count_low"), response, UNITS)


COUNTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=12)


@settings(deadline=None, max_examples=15)
@given(COUNTS)
def test_gaps_add_up_to_nothing_and_stay_within_their_bounds(world: list[tuple[int, int]]) -> None:
    need, response = zip(*world, strict=True)
    table = coverage_gaps(
        incidents(*need), projects(*response), grid(len(world)), draws=Draws(number=20)
    )
    assert table["gap_places"].sum() == pytest.approx(0, abs=1e-9)
    assert table["gap_places"].abs().max() <= len(world) - 1
    assert (table["gap_places_low"] <= table["gap_places_high"]).all()
    assert table["agreement"].between(0, 1).all()


@settings(deadline=None, max_examples=15)
@given(COUNTS, st.randoms())
def test_new_names_change_no_rank(world: list[tuple[int, int]], random: object) -> None:
    shuffled = list(world)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    ranked = [
        coverage_gaps(
            incidents(*(need for need, _ in order)),
            projects(*(response for _, response in order)),
            grid(len(order)),
            need_by="count",
            draws=Draws(number=1),
        )[["incidents", "projects", "gap_places"]]
        .sort_values(["incidents", "projects"])
        .to_numpy(dtype=float)
        .tolist()
        for order in (world, shuffled)
    ]
    assert ranked[0] == ranked[1]


@settings(deadline=None, max_examples=15)
@given(COUNTS)
def test_a_doubled_world_has_doubled_gaps(world: list[tuple[int, int]]) -> None:
    gaps = [
        coverage_gaps(
            incidents(*(need for need, _ in units)),
            projects(*(response for _, response in units)),
            grid(len(units)),
            draws=Draws(number=1),
        )
        .sort_values("pcode")["gap_places"]
        .tolist()
        for units in (world, [*world, *world])
    ]
    assert gaps[1][: len(world)] == pytest.approx([2 * gap for gap in gaps[0]])


class TestPresence:
    units = worlds.square_units()

    def shares(self) -> pd.DataFrame:
        located = locate(
            worlds.projects(
                {"project_id": "p1", "adm1_name": "Alpha", "sector": "water|health"},
                {"project_id": "p1", "adm1_name": "Beta Sud", "sector": "water|health"},
                {"project_id": "p2", "adm1_name": "Alfa", "programme": "two", "sector": "water"},
                {"project_id": "p3", "programme": "two", "place_level": "country"},
                {"project_id": "p4", "programme": "three", "place_level": "unattributed",
                 "project_count": 740},
            ).assign(funder="somebody"),
            self.units,
        )  # fmt: skip
        return allocate(located, self.units)

    def test_the_matrix_with_its_empty_cells(self) -> None:
        matrix = presence(self.shares(), self.units)
        assert matrix.columns.tolist() == ["one", "three", "two"]
        assert matrix.to_numpy().tolist() == [[1, 0, 1], [1, 0, 0], [0, 0, 1], [0, 740, 0]]
        assert matrix.index.get_level_values("name").tolist() == ["Alpha", "Béta-Sud", "", ""]

    def test_joined_sectors_count_under_each_and_none_is_lost(self) -> None:
        matrix = presence(self.shares(), self.units, by="sector")
        assert matrix.columns.tolist() == ["health", "water", "not stated"]
        assert matrix.loc["unit"].to_numpy().tolist() == [[1, 2, 0], [1, 1, 0]]
        assert matrix["not stated"].sum() == 741

    def test_empty_cells_say_what_could_still_lie_there(self) -> None:
        empty = empty_cells(presence(self.shares(), self.units))
        assert empty.to_numpy().tolist() == [
            ["ZZ01", "Alpha", "three", 740],
            ["ZZ02", "Béta-Sud", "three", 740],
            ["ZZ02", "Béta-Sud", "two", 1],
        ]

    def test_placement_adds_up(self) -> None:
        table = placement(self.shares()).set_index("programme")
        assert table.loc["one"].tolist() == [1, 1, 0, 0, 0]
        assert table.loc["two"].tolist() == [2, 1, 1, 0, 0]
        assert table.loc["three"].tolist() == [740, 0, 0, 740, 0]
        assert list(table.columns) == [
            "projects", "placed", "countrywide", "unattributed", "outside",
        ]  # fmt: skip

    def test_what_only_a_record_of_several_projects_names_has_no_number(self) -> None:
        projects = worlds.projects(
            {"project_id": "p1", "adm1_name": "Alfa", "sector": "water"},
            {"project_id": "p2", "place_level": "unattributed", "sector": "water|health",
             "project_count": 740},
        )  # fmt: skip
        table = placement(allocate(locate(projects, self.units), self.units), by="sector")
        numbers = table.set_index("sector")["projects"]
        assert numbers.isna().to_dict() == {
            "health": True, "several, not broken down": False, "water": False,
        }  # fmt: skip
        assert numbers.sum() == 741

    def test_an_office_is_no_place_of_projects(self) -> None:
        projects = worlds.projects(
            {"project_id": "p1", "adm1_name": "Alfa", "reach": "office", "programme": "one"},
            {"project_id": "p2", "adm1_name": "Alfa", "reach": "named", "programme": "two"},
        ).assign(start_date=pd.NaT, end_date=pd.NaT, status="active", organisation=pd.NA)
        need = density(
            worlds.figures({"unit": "Alpha", "value": 8}), self.units, measure="incidents"
        )
        answer = incident_gaps(need, locate(projects, self.units), self.units).set_index("name")
        assert answer.loc["Alpha", "named"] == "two"
        assert answer["unplaced"].tolist()[:2] == [2, 1]

    def test_an_office_is_no_naming_of_projects(self) -> None:
        projects = worlds.projects(
            {"project_id": "p1", "adm1_name": "Alfa", "reach": "office", "programme": "one"},
            {"project_id": "p1", "place_level": "country", "programme": "one"},
            {"project_id": "p2", "adm1_name": "Alfa", "reach": "named", "programme": "two"},
            {"project_id": "p3", "adm1_name": "Alfa", "reach": "office", "programme": "three"},
        )  # fmt: skip
        shares = allocate(locate(projects, self.units), self.units)
        matrix = presence(shares, self.units)
        assert matrix.columns.tolist() == ["one", "three", "two"]
        assert matrix.loc[("unit", "ZZ01", "Alpha")].isna().tolist() == [False, False, True]
        assert matrix["one"].tolist() == [0, 0, 1, 0]
        assert matrix["three"].tolist() == [0, 0, 0, 1]
        counts = density(shares, self.units, measure="projects").set_index("name")
        assert counts.loc[["Alpha", "Béta-Sud"], "count_high"].isna().all()  # p3 may be in either

    def test_row_order_changes_nothing(self) -> None:
        shares = self.shares()
        mixed = shares.sample(frac=1, random_state=1)
        for by in ("programme", "sector"):
            pd.testing.assert_frame_equal(
                presence(mixed, self.units, by=by), presence(shares, self.units, by=by)
            )
            pd.testing.assert_frame_equal(placement(mixed, by=by), placement(shares, by=by))

    def test_another_column_or_vintage_is_refused(self) -> None:
        with pytest.raises(FrameError, match="colour"):
            presence(self.shares(), self.units, by="colour")
        with pytest.raises(VintageError):
            presence(self.shares(), worlds.square_units("2023"))
        with pytest.raises(FrameError, match="matrix of presence"):
            empty_cells(pd.DataFrame({"one": [0]}))


def bundled_gaps(units: gpd.GeoDataFrame, period: str | None = None) -> pd.DataFrame:
    return study(units=units, period=period).answer().frame


class TestBundled:
    units = load_boundaries(1, "2015")

    def test_who_has_incidents_and_nobody(self) -> None:
        found = by_name(bundled_gaps(self.units))
        silent = found[found["response_state"] == "not recorded"]
        assert set(silent.index) == {"Kayes", "Koulikoro"}
        assert found.loc["Bamako", "response_state"] == "named"
        assert "named by the source, number not known" in found.loc["Bamako", "note"]
        assert NAMED not in found.loc["Mopti", "note"], "it has a number"
        assert not (found["response_state"] == "none").any(), "1,063 projects have no region"
        assert "not named by the source" in found.loc["Bamako", "note"]
        assert pd.isna(found.loc["Bamako", "gap_places"])
        assert "approximate" in found.loc["Koulikoro", "note"]
        assert found.loc["unattributed", "projects_fractional"] == 1063

    def test_the_publication_that_names_most_regions_is_taken(self) -> None:
        table = bundled_gaps(self.units)
        assert table["publisher"].iloc[0] == "UNMAS/OCHA"
        assert table["period_end"].iloc[0] == pd.Timestamp("2022-08-31")
        earlier = bundled_gaps(self.units, "2021")
        assert earlier["period_start"].iloc[0] == pd.Timestamp("2021-07-01")

    def test_records_that_may_be_more_name_their_units_too(self) -> None:
        """Records without a place leave every count open; the fuller year is taken all the same."""
        projects = locate(load_projects(), self.units)
        counts = [9, 8, 7, 6, 5, 4, 3, 2, 1]
        fuller = density_table(self.units, "incidents", counts).assign(
            count_high=pd.NA, publisher=pd.NA
        )
        later = density_table(self.units, "incidents", [9, *[None] * 8]).assign(
            period_start=pd.Timestamp("2022-01-01"),
            period_end=pd.Timestamp("2022-12-31"),
            count_high=pd.NA,
            publisher=pd.NA,
        )
        need = pd.concat([fuller, later], ignore_index=True)
        answer = incident_gaps(need, projects, self.units)
        assert set(answer["period_start"].dropna()) == {pd.Timestamp("2021-01-01")}

    def test_row_order_of_the_units_changes_no_byte(self) -> None:
        mixed = self.units.sample(frac=1, random_state=3)
        assert bundled_gaps(mixed).to_csv() == bundled_gaps(self.units).to_csv()

    def test_a_period_without_regions_is_refused(self) -> None:
        with pytest.raises(ArgumentError, match="broken down by unit"):
            bundled_gaps(self.units, "2020")

    def test_figures_of_a_region_that_was_divided_are_of_no_part_of_it(self) -> None:
        newer = bundled_gaps(self.units.assign(vintage="2023")).set_index("name")
        assert newer.loc[["Mopti", "Gao", "Tombouctou"], "incidents"].isna().all()
        assert newer.loc["Kidal", "incidents"] == pytest.approx(10.72)  # was not divided
