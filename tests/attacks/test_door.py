"""The door: what was not released, or was changed since, leaves by none of the ways out."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.audiences import mark_audience
from maligeo.core.columns import Audience
from maligeo.core.errors import ReleaseError
from maligeo.core.session import session_audience
from maligeo.disclosure import Release, release, require_released
from maligeo.exports.write import open_stream
from maligeo.maps import (
    MapSide,
    PageMap,
    add_choropleth,
    add_notes,
    add_offices,
    add_presence,
    add_project_list,
    comparison_map,
    region_map,
)
from maligeo.text.titles import certain_towns
from maligeo.tiles import write_surface
from tests.attacks.planted import COVERS, LATER, Planted

Frames = dict[str, Any]


@pytest.fixture(scope="module")
def held(planted: Planted) -> Frames:
    """Frames that were never released."""
    units = maligeo.load_boundaries()
    incidents = maligeo.locate(maligeo.read_incidents(planted.incidents), units)
    counted = maligeo.with_coverage(incidents, COVERS)
    projects = maligeo.locate(maligeo.read_projects(planted.projects), units)
    shares = maligeo.allocate(projects, units)
    people = maligeo.population(units)
    counts = {"measure": "incidents", "population": people}
    need = maligeo.density(counted, units, period="year", **counts)
    one = maligeo.density(counted, units, period="2021", **counts)
    return {
        "units": units,
        "incidents": counted,
        "projects": projects,
        "shares": shares,
        "areas": maligeo.read_areas(planted.areas),
        "table": need,
        "gaps": maligeo.incident_gaps(one, projects, units, people=people),
        "presence": maligeo.presence(shares, units),
        "surface": maligeo.density_surface(incidents, bandwidth_km=50, cell_km=20),
    }


@pytest.fixture(scope="module")
def told(held: Frames, tmp_path_factory: pytest.TempPathFactory) -> dict[Audience, Frames]:
    """The same, released for the public and for partners."""
    folder = tmp_path_factory.mktemp("store")
    return {audience: _released(held, audience, folder) for audience in ("public", "partner")}


def _released(held: Frames, audience: Audience, folder: Path) -> Frames:
    units, rules = held["units"], Release(audience, LATER, folder)
    people = maligeo.population(units)
    counts = {"period": "year", "population": people}
    if audience == "public":
        cells = rules.cells(held["incidents"], units)
        incidents, spread = cells.marks(), cells.spread()
        table = cells.table("incidents", **counts)
    else:
        incidents = spread = rules.of(held["incidents"])
        covered = maligeo.with_coverage(incidents, COVERS)
        table = maligeo.density(covered, units, measure="incidents", **counts)
    found = {"incidents": incidents, "table": table, "units": units}
    found |= {name: rules.of(held[name], units) for name in ("projects", "areas")}
    shares = maligeo.allocate(found["projects"], units)
    need = table[table["period_start"] == pd.Timestamp("2021-01-01")]
    more = {
        "shares": shares,
        "gaps": maligeo.incident_gaps(need, found["projects"], units, people=people),
        "presence": maligeo.presence(shares, units),
        "surface": maligeo.density_surface(spread, bandwidth_km=150, cell_km=50),
    }
    return found | more


@pytest.fixture
def public(told: dict[Audience, Frames]) -> Frames:
    return told["public"]


def _page(_: Frames) -> PageMap:
    return PageMap("t", (-12, 10, 4, 25), language="fr", audience=session_audience(None))


def _stream(frame: pd.DataFrame, path: Path) -> None:
    with open_stream(path) as write:
        write(frame)


def _figure(frames: Frames, path: Path, **more: Any) -> None:
    options = maligeo.MapOptions(layer="incidents", period="2021", **more)
    maligeo.map_figure(frames["shown"], frames["units"], path, options=options)


def _report(frames: Frames, path: Path, **more: Any) -> None:
    options = maligeo.ReportOptions(region="Mopti", **more)
    maligeo.region_report(frames["shown"], frames["units"], path, options=options)


def _both_sides(frames: Frames) -> None:
    sides = [MapSide(frames["table"], frames["units"], period) for period in ("2021", "2022")]
    comparison_map(*sides)


# name: what it shows, and the way out; "shown" is a table that may be shown
WAYS: dict[str, tuple[str, Callable[[Frames, Path], object]]] = {
    "region_map": ("table", lambda f, _: region_map(f["table"], f["units"])),
    "add_choropleth": ("table", lambda f, _: add_choropleth(_page(f), f["table"], f["units"])),
    "add_notes": (
        "table", lambda f, _: add_notes(_page(f), f["table"], f["units"], certain_towns()),
    ),
    "comparison_map": ("table", lambda f, _: _both_sides(f)),
    "add_incidents": ("incidents", lambda f, _: maligeo.add_incidents(_page(f), f["incidents"])),
    "add_areas": ("areas", lambda f, _: maligeo.add_areas(_page(f), f["areas"])),
    "add_projects": (
        "shares", lambda f, _: maligeo.add_projects(_page(f), f["shares"], f["units"]),
    ),
    "add_project_list": (
        "shares", lambda f, _: add_project_list(_page(f), f["shares"], f["units"]),
    ),
    "add_offices": ("projects", lambda f, _: add_offices(_page(f), f["projects"], f["units"])),
    "add_gaps": ("gaps", lambda f, _: maligeo.add_gaps(_page(f), f["gaps"], f["units"])),
    "add_heat": ("surface", lambda f, _: maligeo.add_heat(_page(f), f["surface"])),
    "add_presence": ("presence", lambda f, _: add_presence(_page(f), f["presence"])),
    "map_figure": ("table", lambda f, p: _figure(f | {"shown": f["table"]}, p / "m.svg")),
    "map_figure of incidents": (
        "incidents", lambda f, p: _figure(f, p / "m.svg", incidents=f["incidents"]),
    ),
    "map_figure of areas": ("areas", lambda f, p: _figure(f, p / "m.svg", areas=f["areas"])),
    "region_report": ("table", lambda f, p: _report(f | {"shown": f["table"]}, p / "r.html")),
    "region_report of gaps": ("gaps", lambda f, p: _report(f, p / "r.html", gaps=f["gaps"])),
    "region_report of projects": (
        "presence", lambda f, p: _report(f, p / "r.html", presence=f["presence"]),
    ),
    "write_table": ("table", lambda f, p: maligeo.write_table(f["table"], p / "t.csv")),
    "write_table of records": (
        "incidents", lambda f, p: maligeo.write_table(f["incidents"], p / "t.xlsx"),
    ),
    "write_layers": (
        "areas", lambda f, p: maligeo.write_layers({"areas": f["areas"]}, p / "l.gpkg"),
    ),
    "write_layers with a table": (
        "table",
        lambda f, p: maligeo.write_layers({"u": f["units"]}, p / "l.gpkg", density=f["table"]),
    ),
    "vector_tiles": (
        "projects",
        lambda f, p: maligeo.vector_tiles({"p": f["projects"]}, p / "v.pmtiles", zooms=(0, 2)),
    ),
    "raster_tiles": (
        "surface", lambda f, p: maligeo.raster_tiles(f["surface"], p / "r.pmtiles", zooms=(0, 1)),
    ),
    "write_surface": ("surface", lambda f, p: write_surface(f["surface"], p / "s.tif")),
    "open_stream": (
        "incidents", lambda f, p: _stream(f["incidents"].drop(columns="geometry"), p / "s.csv"),
    ),
}  # fmt: skip


# What has no place for the public: no release lets it out by these.
PARTNERS_ALONE = {
    "add_areas", "map_figure of areas", "write_layers", "vector_tiles",
}  # fmt: skip


@pytest.mark.parametrize("audience", ["public", "partner"])
@pytest.mark.parametrize("way", WAYS)
def test_what_was_not_released_leaves_by_no_way(
    way: str, audience: Audience, held: Frames, told: dict[Audience, Frames], tmp_path: Path
) -> None:
    maligeo.set_audience(audience)
    shown, go = WAYS[way]
    allowed = told[audience] | {"shown": told[audience]["table"]}
    with pytest.raises(ReleaseError, match="released for"):
        go(allowed | {shown: held[shown]}, tmp_path)
    assert list(tmp_path.iterdir()) == []
    if audience == "public" and way in PARTNERS_ALONE:
        assert "geometry" not in allowed[shown].columns
        with pytest.raises(ReleaseError, match="released for"):
            go(allowed | {shown: told["partner"][shown]}, tmp_path)
        return
    go(allowed, tmp_path)


def _with_rows(frame: Any, rows: Any) -> Any:
    """Put rows of another frame under those of a released one, which keeps its mark."""
    both = pd.concat([frame, rows[[name for name in rows.columns if name in frame.columns]]])
    both.attrs = dict(frame.attrs)
    return both


def _counts_of(table: pd.DataFrame, other: pd.DataFrame, *names: str) -> pd.DataFrame:
    columns = ["pcode", "place_kind", "period_start"]
    found = table[columns].merge(other[[*columns, *names]], on=columns, how="left")
    return table.assign(**{name: found[name].to_numpy() for name in names})


def _mixed_index(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(phone="+000").set_index(["phone", "date_precision"])


def changes(held: Frames, told: dict[Audience, Frames]) -> Iterator[tuple[str, Any, str]]:
    """Frames that bear the mark of a release and are no longer what was released."""
    yield from _changed_marks(held, told)
    yield from _changed_records(held, told["public"])
    yield from _changed_tables(held, told["public"])
    units = held["units"]
    points = gpd.GeoDataFrame(units.drop(columns="geometry"), geometry=units.centroid.array,
                              crs=4326)  # fmt: skip
    yield "points that say to be units", points, "shapes that are no outlines"
    yield "units with a column", units.assign(phone=1), "column 'phone'"


def _changed_marks(held: Frames, told: dict[Audience, Frames]) -> Iterator[tuple[str, Any, str]]:
    inside, marks = held["incidents"], told["public"]["incidents"]
    yield "incidents with a column", marks.assign(phone=1), "column 'phone'"
    yield "incidents with victims", marks.assign(killed=1), "column 'killed'"
    yield "exact days", marks.assign(date=pd.Timestamp("2021-03-17")), "no released cell"
    yield "other counts", marks.assign(count=marks["count"] + 1), "no released cell"
    yield "small counts", marks.assign(count=2), "no released cell"
    yield "words of one's own", marks.assign(event_type="Mr X"), "types of incidents"
    yield "names of one's own", marks.assign(adm1_name="Mr X", adm1_pcode=pd.NA), "in no lattice"
    yield "rows of the house", _with_rows(marks, inside.head(9)), "no released cell"
    yield "a finer level", marks.assign(adm3_name="x", adm3_pcode="y"), "column 'adm3"
    yield "columns in the index", _mixed_index(marks), "index of several levels"
    yield "only marked", mark_audience(inside.copy(), "public"), "does not pass"
    partner = told["partner"]["incidents"]
    yield "partners' incidents", mark_audience(partner.copy(), "public"), "does not pass"


def _changed_records(held: Frames, public: Frames) -> Iterator[tuple[str, Any, str]]:
    areas = public["areas"]
    yield "square metres of hazards", areas.assign(status="suspected"), "measure 'suspected_sqm'"
    yield "outlines", areas.assign(geometry=None), "column 'geometry'"
    yield "who cleared", areas.assign(organisation="x"), "column 'organisation'"
    yield (
        "days of clearance",
        areas.assign(end_date=pd.Timestamp("2022-09-17")),
        "stand for no year",
    )
    yield "fields as units", areas.assign(name="our field", pcode=pd.NA), "in no lattice"
    yield "land as it is", _with_rows(areas, held["areas"].head(9)), "does not pass"
    projects = public["projects"]
    yield "titles of projects", projects.assign(title="a well"), "column 'title'"
    yield "who implements them", projects.assign(implementer="x"), "column 'implementer'"
    yield "villages", projects.assign(place="a village"), "names of places that are no units"
    days = projects.assign(start_date=pd.Timestamp("2020-03-11"))
    yield "days of projects", days, "finer than the year"
    exact = gpd.GeoDataFrame(projects, geometry=held["projects"].geometry.array, crs=4326)
    exact.attrs = dict(projects.attrs)
    yield "places of projects", exact, "column 'geometry'"


def _changed_tables(held: Frames, public: Frames) -> Iterator[tuple[str, Any, str]]:
    table, inner = public["table"], held["table"]
    yield "counts of the house", _counts_of(table, inner, "count"), "counts that are not rounded"
    rounded = inner.assign(count=inner["count"] // 5 * 5)
    yield "counts that were hidden", _counts_of(table, rounded, "count"), "in 'count'"
    rates = _counts_of(table, inner, "per_1000_sqkm")
    yield "rates that were hidden", rates, "values of withheld counts in 'per_1000_sqkm'"
    yield "notes of one's own", table.assign(note="says Mr X"), "remarks in 'note'"
    yield "who reported", table.assign(source="Mr X"), "'source'"
    yield "totals", table.assign(unique_total=84), "'unique_total'"
    other = table.assign(measure="suspected_sqm")
    yield "a measure of hazards", other, "measure 'suspected_sqm'"
    victims = table.assign(measure="killed", ci_low=0.5)
    yield "intervals of victims", victims, "'ci_low'"
    days = table.assign(period_start=pd.Timestamp("2021-08-17"),
                        period_end=pd.Timestamp("2021-08-17"))  # fmt: skip
    yield "counts of a day", days, "finer than the quarter"
    communes = table.assign(pcode="ML050101", name="a commune")
    yield "counts by commune", communes, "in no lattice"
    gaps = public["gaps"]
    yield "small counts in gaps", gaps.assign(incidents=2.0), "not rounded in 'incidents'"
    exact = gaps.assign(incidents_low=2.2, incidents_high=14.4)  # those of 7 incidents
    yield "exact bounds in gaps", exact, "bounds in 'incidents' that no released count"
    yield "a sentence of gaps", gaps.assign(sentence="7 incidents"), "sentences of somebody's own"
    yield "a class of gaps", gaps.assign(**{"class": "7"}), "words of no list in 'class'"
    yield "a certainty of gaps", gaps.assign(certainty=7.0), "values in 'certainty'"
    yield "a column of gaps", gaps.assign(phone=1), "column 'phone'"


@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
def test_what_was_changed_after_its_release_stays(
    held: Frames, told: dict[Audience, Frames]
) -> None:
    passed = []
    for what, frame, match in changes(held, told):
        assert frame.attrs.get("audience", "public") == "public", what
        try:
            require_released(frame, "public", what=what)
        except ReleaseError as error:
            assert match in str(error).replace("do not", "does not"), (what, str(error))
        else:
            passed.append(what)
    assert passed == []


def test_released_frames_pass_and_so_do_parts_of_them(told: dict[Audience, Frames]) -> None:
    for audience, frames in told.items():
        for name in ("incidents", "projects", "areas", "table", "gaps", "presence", "units"):
            require_released(frames[name], audience, what=name)
        mopti = frames["incidents"][frames["incidents"]["adm1_name"] == "Mopti"]
        require_released(mopti, audience, what="incidents of one region")


def test_capital_letters_do_not_uncover_a_hazard(held: Frames) -> None:
    """A status that is on no list may be that of a hazard: the public gets no square metre."""
    for word in ("Suspected", "SHA", "confirmed ", "zone suspecte", "suspected"):
        sums = release(held["areas"].assign(status=word), held["units"], as_of=LATER)
        assert len(sums) == 0
