import sys

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from maligeo.core.errors import ArgumentError, MissingDependencyError
from maligeo.measure.autocorrelation import (
    MIN_UNITS,
    cluster_measure,
    global_autocorrelation,
    local_autocorrelation,
)
from maligeo.measure.densities import density
from maligeo.measure.populations import population
from maligeo.readers.boundaries import load_boundaries
from maligeo.readers.figures import load_figures
from tests.densityworlds import density_table, grid

SIDE = 6
UNITS = grid(SIDE * SIDE, width=SIDE)
ROW, COLUMN = np.divmod(np.arange(SIDE * SIDE), SIDE)
CORNER = np.where((ROW < 2) & (COLUMN < 2), 50.0, 1.0 + (ROW * 7 + COLUMN * 5) % 3)


def neighbours() -> np.ndarray:
    """Squares that touch, by their rows and columns."""
    near = (np.abs(ROW[:, None] - ROW) <= 1) & (np.abs(COLUMN[:, None] - COLUMN) <= 1)
    return near & ~np.eye(SIDE * SIDE, dtype=bool)


def table(values: np.ndarray, **options: object) -> pd.DataFrame:
    return density_table(UNITS, "incidents", list(values), **options)  # type: ignore[arg-type]


class TestRefusals:
    def test_nine_regions_are_too_few(self) -> None:
        units = load_boundaries(1, "2015")
        incidents = density(
            load_figures("incidents"),
            units,
            measure="incidents",
            population=population(units),
            period="2022-01/2022-08",
        )
        with pytest.raises(ArgumentError, match="needs 30 units, and 8 have a value"):
            global_autocorrelation(incidents, units, by="count")
        with pytest.raises(ArgumentError, match="take a finer level"):
            local_autocorrelation(incidents, units, by="count")

    def test_unknown_values_do_not_count(self) -> None:
        values = CORNER.copy()
        values[MIN_UNITS - 1 :] = np.nan
        with pytest.raises(ArgumentError, match="29 have a value"):
            global_autocorrelation(table(values), UNITS, by="count")

    def test_units_without_neighbours_do_not_count(self) -> None:
        pytest.importorskip("libpysal")
        apart = UNITS.set_geometry(UNITS.geometry.scale(0.9, 0.9))
        with pytest.raises(ArgumentError, match="0 have a value and a neighbour"):
            global_autocorrelation(table(CORNER), apart, by="count")

    def test_a_flat_layer_has_no_pattern(self) -> None:
        pytest.importorskip("libpysal")
        with pytest.raises(ArgumentError, match="all units have the same count"):
            global_autocorrelation(table(np.ones(36)), UNITS, by="count")

    def test_several_measures_are_refused(self) -> None:
        both = pd.concat([table(CORNER), density_table(UNITS, "victims", list(CORNER))])
        with pytest.raises(ArgumentError, match="one measure and period"):
            global_autocorrelation(both, UNITS, by="count")

    def test_too_few_permutations(self) -> None:
        with pytest.raises(ArgumentError, match="99 or more"):
            local_autocorrelation(table(CORNER), UNITS, by="count", permutations=9)

    def test_without_the_extra_it_says_which(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("esda", "libpysal", "libpysal.graph"):
            monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(
            MissingDependencyError, match=r"needs \w+: pip install 'esda>=.*' 'libpysal>="
        ):
            global_autocorrelation(table(CORNER), UNITS, by="count")


class TestMeasures:
    @pytest.fixture(autouse=True)
    def _needs_the_extra(self) -> None:
        pytest.importorskip("esda")

    def test_global_moran_by_its_formula(self) -> None:
        found = global_autocorrelation(table(CORNER), UNITS, by="count")
        weights = neighbours() / neighbours().sum(axis=1, keepdims=True)
        off = CORNER - CORNER.mean()
        expected = len(off) / weights.sum() * (off @ weights @ off) / (off @ off)
        assert found.moran_i == pytest.approx(expected)
        assert found.expected == pytest.approx(-1 / 35)
        assert found.p < 0.001
        assert found.units == 36

    def test_a_layer_of_chance_is_not_significant(self) -> None:
        values = np.random.default_rng(11).poisson(20, 36).astype(float)
        found = global_autocorrelation(table(values), UNITS, by="count")
        assert found.p > 0.05
        local = local_autocorrelation(table(values), UNITS, by="count")
        assert (local["cluster"] == "not significant").all()
        assert (local["hotspot"] == "not significant").all()

    def test_local_moran_by_its_formula(self) -> None:
        found = local_autocorrelation(table(CORNER), UNITS, by="count")
        weights = neighbours() / neighbours().sum(axis=1, keepdims=True)
        off = CORNER - CORNER.mean()
        expected = (len(off) - 1) * off * (weights @ off) / (off @ off)
        np.testing.assert_allclose(found["local_moran"].to_numpy(float), expected)

    def test_gi_star_by_its_formula(self) -> None:
        found = local_autocorrelation(table(CORNER), UNITS, by="count")
        weights = neighbours() | np.eye(36, dtype=bool)
        size = weights.sum(axis=1)
        spread = np.sqrt(((36 * size - size**2) / 35) * CORNER.var())
        expected = (weights @ CORNER - CORNER.mean() * size) / spread
        np.testing.assert_allclose(found["gi_star"].to_numpy(float), expected)

    def test_the_corner_stands_out(self) -> None:
        found = local_autocorrelation(table(CORNER), UNITS, by="count").set_index("pcode")
        corner = [f"ZZ{at:02d}" for at in np.flatnonzero(CORNER == 50)]
        assert (found.loc[corner[:3], "cluster"] == "high among high").all()
        assert (found.loc[corner, "hotspot"] == "hot").all()
        assert found["gi_p"].between(0, 1).all()
        assert found["local_p"].between(0, 1).all()

    def test_the_permuted_p_agrees_with_the_moments(self) -> None:
        """Neighbours drawn without replacement have a mean of known expectation and spread."""
        values = np.random.default_rng(5).normal(50, 5, 36).round(3)
        found = local_autocorrelation(table(values), UNITS, by="count", permutations=1999)
        off = values - values.mean()
        near = neighbours()
        for at in (0, 14, 35):
            others = np.delete(off, at)
            mean, size = others.mean(), near[at].sum()
            spread = np.sqrt(others.var(ddof=1) / size * (1 - size / 35))
            z = abs((off[near[at]].mean() - mean) / spread)
            assert found["local_p"].iloc[at] == pytest.approx(2 * norm.sf(z), abs=0.08)

    def test_a_missing_value_is_left_out_and_named(self) -> None:
        values = CORNER.copy()
        values[35] = np.nan
        found = local_autocorrelation(table(values), UNITS, by="count")
        assert len(found) == 36
        assert found["note"].iloc[35] == "value not known: not used"
        assert found[["local_moran", "gi_star", "cluster"]].iloc[35].isna().all()
        assert found["note"].iloc[:35].isna().all()

    def test_row_order_changes_no_byte(self) -> None:
        expected = local_autocorrelation(table(CORNER), UNITS, by="count").to_csv()
        mixed = table(CORNER).sample(frac=1, random_state=2), UNITS.sample(frac=1, random_state=4)
        assert local_autocorrelation(*mixed, by="count").to_csv() == expected
        assert global_autocorrelation(*mixed, by="count") == global_autocorrelation(
            table(CORNER), UNITS, by="count"
        )


class TestMeasure:
    def test_the_hot_corner_has_its_code_in_every_period(self) -> None:
        pytest.importorskip("esda")
        years = [
            table(values)
            .astype(dict.fromkeys(["basis", "note", "source", "publisher"], "string"))
            .assign(
                period_start=pd.Timestamp(f"{year}-01-01"), period_end=pd.Timestamp(f"{year}-12-31")
            )
            for year, values in ((2021, CORNER), (2022, CORNER[::-1].copy()))
        ]
        found = cluster_measure(pd.concat(years), UNITS, by="count")
        assert set(found["measure"]) == {"incidents_clusters"}
        for year, wanted in ((2021, CORNER == 50.0), (2022, CORNER[::-1] == 50.0)):
            rows = found[found["period_start"].dt.year == year].set_index("pcode")
            codes = rows.loc[UNITS["pcode"], "count"].to_numpy(dtype=float)
            spots = local_autocorrelation(years[year - 2021], UNITS, by="count")
            hot = spots.set_index("pcode").loc[UNITS["pcode"], "hotspot"] == "hot"
            assert (codes[wanted] == 3).all()
            assert ((codes == 3) == hot.to_numpy(bool)).all()
            assert set(codes) <= {1, 2, 3}

    def test_nine_regions_are_too_few_for_it(self) -> None:
        units = load_boundaries(1, "2015")
        figures = density(
            load_figures("incidents"), units, measure="incidents", period="2022-01/2022-08"
        )
        with pytest.raises(ArgumentError, match="needs 30 units"):
            cluster_measure(figures, units, by="count")
