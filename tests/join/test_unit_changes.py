"""Divisions of squares, one degree wide, whose changes are plain to see; synthetic."""

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import box

import maligeo
from maligeo.core.errors import ArgumentError
from maligeo.join.unit_changes import unit_changes
from tests.divisions import changed_regions_of_2023

Outline = tuple[float, float, float, float]


def division(vintage: str, units: dict[str, Outline], codes: dict[str, str] | None = None,
             level: int = 1) -> gpd.GeoDataFrame:  # fmt: skip
    names = list(units)
    return gpd.GeoDataFrame(
        {
            "vintage": vintage,
            "level": level,
            "pcode": [(codes or {}).get(name, f"X{name}") for name in names],
            "name": names,
        },
        geometry=[box(*outline) for outline in units.values()],
        crs="EPSG:4326",
    )


def told(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, **how: float) -> list[tuple[str, ...]]:
    frame = unit_changes(old, new, **how)
    names = frame[["change", "old_name", "new_name"]].astype("object").fillna("")
    return [tuple(row) for row in names.itertuples(index=False)]


def shares(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> dict[tuple[str, str], list[float]]:
    rows = unit_changes(old, new).dropna(subset=["old_name", "new_name", "old_share"])
    return {
        (row.old_name, row.new_name): [row.old_share, row.new_share] for row in rows.itertuples()
    }


A = (0.0, 10.0, 1.0, 11.0)
B = (1.0, 10.0, 2.0, 11.0)


def test_the_same_renamed_and_recoded() -> None:
    old = division("1", {"Aval": A, "Bord": B})
    assert told(old, division("2", {"Aval": A, "Bord": B})) == [
        ("same", "Aval", "Aval"), ("same", "Bord", "Bord"),
    ]  # fmt: skip
    codes = {"Nouveau": "XAval", "Bord": "Z9"}
    assert told(old, division("2", {"Nouveau": A, "Bord": B}, codes)) == [
        ("renamed", "Aval", "Nouveau"), ("recoded", "Bord", "Bord"),
    ]  # fmt: skip
    assert told(old, division("2", {"Nouveau": A, "Bord": B})) == [
        ("renamed_recoded", "Aval", "Nouveau"), ("same", "Bord", "Bord"),
    ]  # fmt: skip


def test_another_spelling_is_noted() -> None:
    one = division("1", {"Segou": A}, {"Segou": "X1"})
    other = division("2", {"Ségou": A}, {"Ségou": "X1"})
    frame = unit_changes(one, other)
    assert frame["change"].tolist() == ["renamed"]
    assert frame["note"].tolist() == ["spelling alone"]


def test_a_split_has_the_shares_of_its_parts() -> None:
    """On one parallel, area goes as the degrees of longitude: a quarter and three quarters."""
    old = division("1", {"Aval": A})
    new = division("2", {"Aval": (0, 10, 0.75, 11), "Est": (0.75, 10, 1, 11)})
    assert told(old, new) == [("split", "Aval", "Aval"), ("split", "Aval", "Est")]
    found = shares(old, new)
    assert found["Aval", "Aval"] == pytest.approx([0.75, 1.0])
    assert found["Aval", "Est"] == pytest.approx([0.25, 1.0])


def test_a_merger_has_the_shares_of_its_parts() -> None:
    old = division("1", {"Aval": A, "Bord": B})
    new = division("2", {"Tout": (0, 10, 2, 11)})
    assert told(old, new) == [("merged", "Aval", "Tout"), ("merged", "Bord", "Tout")]
    assert shares(old, new)["Bord", "Tout"] == pytest.approx([1.0, 0.5])


def test_a_border_that_moved_and_what_went_over() -> None:
    old = division("1", {"Aval": A, "Bord": B})
    new = division("2", {"Aval": (0, 10, 0.8, 11), "Bord": (0.8, 10, 2, 11)})
    assert told(old, new) == [
        ("moved", "Aval", "Aval"), ("ceded", "Aval", "Bord"), ("moved", "Bord", "Bord"),
    ]  # fmt: skip
    found = shares(old, new)
    assert found["Aval", "Aval"] == pytest.approx([0.8, 1.0])
    assert found["Aval", "Bord"] == pytest.approx([0.2, 0.2 / 1.2])
    assert found["Bord", "Bord"] == pytest.approx([1.0, 1.0 / 1.2])


def test_units_without_a_counterpart_and_ground_of_nobody() -> None:
    old = division("1", {"Aval": A, "Loin": (5, 10, 6, 11)})
    new = division("2", {"Aval": (0, 10, 0.7, 11), "Neuf": (8, 10, 9, 11)})
    assert told(old, new) == [
        ("moved", "Aval", "Aval"), ("ceded", "Aval", ""), ("gone", "Loin", ""),
        ("new", "", "Neuf"),
    ]  # fmt: skip


def test_a_code_that_now_stands_for_another_unit_is_told() -> None:
    old = division("1", {"Aval": A, "Bord": B}, {"Aval": "X1", "Bord": "X2"})
    new = division("2", {"Aval": A, "Bord": B}, {"Aval": "X2", "Bord": "X3"})
    frame = unit_changes(old, new)
    reused = frame[frame["change"] == "code_reused"]
    assert reused[["old_name", "new_name", "new_pcode"]].to_numpy().tolist() == [
        ["Bord", "Aval", "X2"]
    ]
    assert set(frame["change"]) == {"recoded", "code_reused"}


def test_two_drawings_of_one_border_are_the_same_within_the_tolerance() -> None:
    old = division("1", {"Aval": A, "Bord": B})
    new = division("2", {"Aval": (0, 10, 0.95, 11), "Bord": (0.95, 10, 2, 11)})
    assert {change for change, *_ in told(old, new)} == {"moved", "ceded"}
    assert {change for change, *_ in told(old, new, tolerance=0.06)} == {"same"}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("2015", division("2", {"Aval": A}), "not mixed"),
        (division("1", {"Aval": A}), division("2", {"Aval": A}, level=2), "level 1.*level 2"),
    ],
)
def test_what_does_not_compare_is_refused(old: object, new: object, complaint: str) -> None:
    with pytest.raises(ArgumentError, match=complaint):
        unit_changes(old, new)


@pytest.mark.parametrize("tolerance", [-0.1, 0.5, float("nan")])
def test_a_tolerance_is_a_small_share(tolerance: float) -> None:
    with pytest.raises(ArgumentError, match="tolerance"):
        unit_changes("2015", "2023", tolerance=tolerance)


def test_2015_against_a_made_up_2023() -> None:
    old, new = maligeo.load_boundaries(), changed_regions_of_2023()
    frame = unit_changes(old, new)
    by_old = {
        name: sorted({(row.change, str(row.new_name)) for row in rows.itertuples()})
        for name, rows in frame.groupby("old_name")
    }
    assert by_old["Kidal"] == [("renamed", "Adagh")]
    assert by_old["Bamako"] == [("code_reused", "Taoudénit"), ("recoded", "Bamako")]
    assert by_old["Gao"] == [("split", "Gao"), ("split", "Ménaka")]
    assert by_old["Mopti"] == [("split", "Douentza"), ("split", "Mopti")]
    assert by_old["Ségou"] == [("ceded", "Mopti"), ("split", "San"), ("split", "Ségou")]
    halves = frame[(frame["change"] == "split") & (frame["old_name"] == "Gao")]["old_share"]
    assert halves.sum() == pytest.approx(1.0, abs=1e-6)


def plain_shares(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> dict[tuple[str, str], float]:
    """The shares of the old units by plain shapely, in the equal-area CRS, cut there."""
    left, right = (
        [shapely.segmentize(one, 0.02) for one in units.geometry] for units in (old, new)
    )
    ours, theirs = (gpd.GeoSeries(one, crs=4326).to_crs(6933).make_valid() for one in (left, right))
    return {
        (name, other): shape.intersection(piece).area / shape.area
        for name, shape in zip(old["name"], ours, strict=True)
        for other, piece in zip(new["name"], theirs, strict=True)
    }


def test_shares_are_those_of_plain_shapely() -> None:
    old, new = maligeo.load_boundaries(), changed_regions_of_2023()
    expected = plain_shares(old, new)
    found = shares(old, new)
    assert len(found) > 15
    for pair, (old_share, _) in found.items():
        assert old_share == pytest.approx(expected[pair], abs=2e-4), pair
    missed = {pair for pair, share in expected.items() if share > 0.02} - found.keys()
    assert missed == set()


@pytest.fixture
def topo_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """topo-tools' `change`, with DuckDB's spatial extension from its package: no network."""
    module = pytest.importorskip("topo_tools.api.change", reason="topo-tools is not installed")
    duckdb = pytest.importorskip("duckdb")
    packed = pytest.importorskip("duckdb_extension_spatial", reason="its extension is not here")
    files = list(Path(packed.__file__).parent.rglob(f"v{duckdb.__version__}/*.duckdb_extension"))
    if not files:
        pytest.skip("DuckDB's spatial extension is of another version")
    platform = duckdb.connect().execute("pragma platform").fetchone()[0]
    folder = tmp_path / ".duckdb" / "extensions" / f"v{duckdb.__version__}" / platform
    folder.mkdir(parents=True)
    shutil.copy(files[0], folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    return module.change


IN_THEIR_WORDS = {"split": {"split"}, "unchanged": {"same", "renamed", "recoded"}}


def test_topo_tools_says_the_same(topo_change: object, tmp_path: Path) -> None:
    """It knows no parts that went over, and calls units that are tied together one change."""
    old, new = maligeo.load_boundaries(), changed_regions_of_2023()
    files = [tmp_path / "old.geojson", tmp_path / "new.geojson"]
    for units, file in zip((old, new), files, strict=True):
        units[["pcode", "name", "geometry"]].to_file(file)
    columns = {f"{what}_column_{side}": column for side in "ab"
               for what, column in (("code", "pcode"), ("name", "name"))}  # fmt: skip
    written = tmp_path / "changes.csv"
    topo_change(*files, written, link_by_code=False, **columns)  # type: ignore[operator]
    theirs = pd.read_csv(written)
    ours = unit_changes(old, new)
    ours = ours[~ours["change"].isin(["ceded", "code_reused"])]
    assert len(theirs) == len(ours) == 19
    found = shares(old, new)
    kinds = {(row.old_name, row.new_name): row.change for row in ours.itertuples()}
    for row in theirs.itertuples():
        pair = (row.name_a, row.name_b)
        assert found[pair] == pytest.approx([row.a_in_b, row.b_in_a], abs=2e-3), pair
        assert (
            kinds[pair]
            in {"split": {"split"}, "unchanged": {"same", "renamed", "recoded"}}[
                row.relationship_class
            ]
        )
