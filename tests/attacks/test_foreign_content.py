"""What others published passes as it is: own rows must not pass in its company."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ReleaseError
from tests.attacks.secret import SECRET
from tests.cli.commands import run

Load = Callable[[], pd.DataFrame]
LATER = "2025-06-01"


@pytest.fixture(scope="module")
def units() -> gpd.GeoDataFrame:
    return maligeo.load_boundaries()


def located() -> pd.DataFrame:
    frame: pd.DataFrame = maligeo.locate(maligeo.load_projects(), maligeo.load_boundaries())
    return frame


def allocated() -> pd.DataFrame:
    return maligeo.allocate(located(), maligeo.load_boundaries())


def people() -> pd.DataFrame:
    return maligeo.population(maligeo.load_boundaries())


def counted() -> pd.DataFrame:
    return maligeo.study(units=maligeo.load_boundaries()).table


BUNDLED: dict[str, Load] = {
    "projects": maligeo.load_projects,
    "figures": maligeo.load_figures,
    "located": located,
    "allocated": allocated,
    "people": people,
    "density": counted,
}


def with_own_row(frame: pd.DataFrame) -> pd.DataFrame:
    row = {name: SECRET for name in ("note", "source") if name in frame.columns}
    changed = frame.copy()
    changed.loc[len(changed)] = frame.iloc[0].to_dict() | row
    return changed


def with_own_note(frame: pd.DataFrame) -> pd.DataFrame:
    changed = frame.copy()
    changed["note"] = SECRET
    return changed


def with_own_cell(frame: pd.DataFrame) -> pd.DataFrame:
    changed = frame.copy()
    changed.loc[0, "source"] = SECRET
    return changed


def leaks(frame: pd.DataFrame, path: Path) -> bool:
    """Tell whether the secret comes out, in a table for all, released or as it is."""
    for released in (False, True):
        try:
            shown = maligeo.release(frame, as_of=LATER) if released else frame
            maligeo.write_table(shown, path)
        except ReleaseError:
            continue
        if SECRET in path.read_text(encoding="utf-8"):
            return True
    return False


@pytest.mark.parametrize("edit", [with_own_row, with_own_note, with_own_cell])
@pytest.mark.parametrize("name", BUNDLED)
def test_an_edited_row_is_no_longer_published(
    name: str, edit: Callable[[pd.DataFrame], pd.DataFrame], tmp_path: Path
) -> None:
    frame = edit(BUNDLED[name]())
    assert "published" in frame.attrs, "pandas keeps the mark"
    assert not leaks(frame, tmp_path / "public.csv")


@pytest.mark.parametrize("name", BUNDLED)
def test_fewer_rows_and_columns_of_what_was_published_pass(name: str, tmp_path: Path) -> None:
    frame = BUNDLED[name]()
    some = frame.iloc[::-2].reset_index(drop=True)
    sorted_rows = frame.sort_values(list(frame.columns[:2])).drop(columns="note")
    for published in (frame, some, sorted_rows, frame.iloc[:0]):
        path = maligeo.write_table(maligeo.release(published), tmp_path / "public.csv")
        assert len(pd.read_csv(path)) == len(published)


def test_what_is_computed_from_an_edited_row_is_not_public(
    units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    projects = with_own_row(maligeo.load_projects())
    shares = maligeo.allocate(maligeo.locate(projects, units), units)
    for frame in (
        shares,
        maligeo.density(shares, units, measure="projects"),
        maligeo.presence(shares, units),
    ):
        with pytest.raises(ReleaseError, match="not released for the audience"):
            maligeo.write_table(frame, tmp_path / "public.csv")


def test_own_figures_among_the_published_make_no_public_density(
    units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    figures = maligeo.load_figures()
    own = figures[(figures["measure"] == "incidents") & (figures["publisher"] == "UNMAS")].copy()
    own.loc[own["basis"] == "count", "value"] += 1
    table = maligeo.density(own, units, measure="incidents")
    with pytest.raises(ReleaseError, match="not released for the audience"):
        maligeo.write_table(table, tmp_path / "public.csv")
    with pytest.raises(ReleaseError, match="cannot be released afterwards"):
        maligeo.release(table, as_of=LATER)
    table.attrs["audience"] = "public"
    with pytest.raises(ReleaseError, match="not those of the bundled figures"):
        maligeo.write_table(table, tmp_path / "public.csv")


@pytest.mark.parametrize("publisher", [None, "UNMAS", "OCHA"])
def test_figures_of_a_file_are_not_public_whoever_they_name(
    units: gpd.GeoDataFrame, tmp_path: Path, publisher: str | None
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("Région;Année;PDI\nMopti;2021;4711\nGao;2021;3\n", encoding="utf-8")
    said = {} if publisher is None else {"publisher": publisher, "basis": "count"}
    figures = maligeo.read_figures(maligeo.Source(path, constants=said))
    table = maligeo.density(figures, units, measure="displaced")
    for frame in (figures, table):
        for audience in ("partner", "public"):
            with pytest.raises(ReleaseError, match="not released for the audience"):
                maligeo.write_table(frame, tmp_path / "shown.csv", audience=audience)
            with pytest.raises(ReleaseError):
                maligeo.release(frame, as_of=LATER, audience=audience)
    with pytest.raises(ReleaseError):
        maligeo.region_map(table, units, audience="public")
    figures.attrs["audience"] = "public"
    with pytest.raises(ReleaseError, match="not those of the bundled data"):
        maligeo.write_table(figures, tmp_path / "shown.csv")
    assert not (tmp_path / "shown.csv").exists()


def test_density_of_published_figures_stands_beside_own_counts(
    units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """A released table knows no more what it was made from; its figures say the same."""
    published = maligeo.density(
        maligeo.load_figures(), units, measure="incidents", population=maligeo.population(units)
    )
    own = maligeo.release(_own_incidents(units), units, as_of=LATER)
    both = maligeo.concat_tables(published, own)
    path = maligeo.write_table(both, tmp_path / "public.csv")
    shown = pd.read_csv(path)
    assert shown["publisher"].notna().sum() == len(published)
    changed = both.copy()
    changed.loc[changed["publisher"].notna(), "count"] += 1
    with pytest.raises(ReleaseError, match="not those of the bundled figures"):
        maligeo.write_table(changed, path)


def _own_incidents(units: gpd.GeoDataFrame) -> pd.DataFrame:
    names = ["Kidal"] * 3 + ["Gao"] * 20 + ["Mopti"] * 33
    frame = pd.DataFrame(
        {
            "event_id": [f"e{at}" for at in range(len(names))],
            "event_type": "ied",
            "date": pd.Timestamp("2021-03-01"),
            "adm1_name": names,
        }
    )
    own: pd.DataFrame = maligeo.locate(frame, units)
    return own


@pytest.mark.parametrize("publisher", ["Our mine action NGO", "UNMAS"])
@pytest.mark.parametrize("to_file", [True, False])
def test_a_publisher_in_ones_own_file_protects_nothing_less(
    publisher: str, to_file: bool, units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    table = maligeo.density(_own_incidents(units), units, measure="incidents", period="2021")
    table["publisher"] = publisher
    given, output = tmp_path / "own.csv", tmp_path / "public.csv"
    table.to_csv(given, index=False)
    asked = ["crosswalk", "2015", "2016", "--method", "population", "--table", str(given)]
    result = run(
        *asked, "--as-of", LATER, *(["-o", str(output)] if to_file else ["--format", "csv"])
    )
    shown = output.read_text("utf-8") if output.exists() else result.stdout
    assert ",3.0" not in shown, "Kidal's three incidents are shown"
    assert result.returncode == 1
    assert "cannot be released afterwards" in result.stderr


def test_a_file_of_published_figures_still_converts(
    units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    table = maligeo.density(maligeo.load_figures(), units, measure="incidents")
    given, output = tmp_path / "figures.csv", tmp_path / "public.csv"
    maligeo.write_table(table, given)
    asked = ["crosswalk", "2015", "2016", "--method", "population", "--table", str(given)]
    result = run(*asked, "-o", output)
    assert result.returncode == 0, result.stderr
    assert pd.read_csv(output)["publisher"].notna().all()
