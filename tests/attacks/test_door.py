"""The door: what was not released, or was changed since, leaves by none of the ways out."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import maligeo
from maligeo.core.audiences import mark_audience
from maligeo.core.errors import ReleaseError
from maligeo.disclosure import release, require_released
from maligeo.exports.write import open_stream
from maligeo.maps import (
    MapSide,
    PageMap,
    add_choropleth,
    add_notes,
    add_presence,
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
        "incidents": incidents,
        "projects": projects,
        "shares": shares,
        "areas": maligeo.read_areas(planted.areas),
        "table": need,
        "gaps": maligeo.incident_gaps(one, projects, units, people=people),
        "presence": maligeo.presence(shares, units),
        "surface": maligeo.density_surface(incidents, bandwidth_km=50, cell_km=20),
    }


@pytest.fixture(scope="module")
def public(held: Frames) -> Frames:
    """The same, released for the public."""
    names = ("incidents", "projects", "areas", "table")
    found = {name: release(held[name], as_of=LATER) for name in names}
    units = held["units"]
    shares = maligeo.allocate(found["projects"], units)
    need = found["table"][found["table"]["period_start"] == pd.Timestamp("2021-01-01")]
    people = maligeo.population(units)
    surface = maligeo.density_surface(found["incidents"], bandwidth_km=150, cell_km=50)
    more = {
        "units": units,
        "shares": shares,
        "gaps": maligeo.incident_gaps(need, found["projects"], units, people=people),
        "presence": maligeo.presence(shares, units),
        "surface": surface,
    }
    return found | more


def _page(_: Frames) -> PageMap:
    return PageMap("t", (-12, 10, 4, 25), language="fr", audience="public")


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


@pytest.mark.parametrize("way", WAYS)
def test_what_was_not_released_leaves_by_no_way(
    way: str, held: Frames, public: Frames, tmp_path: Path
) -> None:
    shown, go = WAYS[way]
    allowed = public | {"shown": public["table"]}
    with pytest.raises(ReleaseError, match="released for"):
        go(allowed | {shown: held[shown]}, tmp_path)
    assert list(tmp_path.iterdir()) == []
    go(allowed, tmp_path)


def _changed(frame: Any, **columns: Any) -> Any:
    return frame.assign(**columns)


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


def changes(held: Frames, public: Frames) -> Iterator[tuple[str, Any, str]]:
    """Frames that bear the mark of a release and are no longer what was released."""
    inside, told = held["incidents"], public["incidents"]
    exact = told.copy()
    exact.geometry = inside.geometry.iloc[: len(told)].to_numpy()
    one = told.copy()
    one.geometry = [inside.geometry.iloc[0], *told.geometry.iloc[1:]]
    forgotten = pd.DataFrame(exact)
    forgotten.attrs = dict(told.attrs)
    yield "incidents with a column", told.assign(phone=1), "column 'phone'"
    yield "incidents with victims", told.assign(killed=1), "column 'killed'"
    yield "incidents with exact places", exact, "places finer"
    yield "one exact place", one, "places finer"
    yield "exact places in a frame that forgot them", forgotten, "places finer"
    yield "exact days", told.assign(date=pd.Timestamp("2021-03-17")), "finer than the quarter"
    yield "dates that say to be exact", told.assign(date_precision="day"), "say to be finer"
    yield "words of one's own", told.assign(event_type="Mr X"), "words of no list in 'event_type'"
    yield "rows of the house", _with_rows(told, inside.head(9)), "places finer"
    yield "one row", told.head(1), "fewer than 5 share"
    yield "a finer level", told.assign(adm3_name="x", adm3_pcode="y"), "column 'adm3"
    yield "columns in the index", _mixed_index(told), "index of several levels"
    yield "only marked", mark_audience(inside.copy(), "public"), "does not pass"
    partner = release(inside, audience="partner", as_of=LATER)
    yield "partners' incidents", mark_audience(partner, "public"), "does not pass"

    areas = public["areas"]
    yield "shapes of hazards", areas.assign(status="suspected"), "shapes of suspected"
    yield "shapes of no known land", areas.assign(status=pd.NA), "shapes of suspected"
    yield "land as it is", _with_rows(areas, held["areas"].head(9)), "places finer"
    projects = public["projects"]
    yield "titles of projects", projects.assign(title="a well"), "column 'title'"
    yield "villages", projects.assign(place="a village"), "names of places that are no units"

    table, inner = public["table"], held["table"]
    yield "counts of the house", _counts_of(table, inner, "count"), "counts below 5"
    large = _counts_of(table, inner.assign(count=inner["count"].mask(inner["count"] < 5)), "count")
    yield "large counts that were hidden", large, "values of withheld counts in 'count'"
    rates = _counts_of(table, inner, "per_1000_sqkm")
    yield "rates that were hidden", rates, "values of withheld counts in 'per_1000_sqkm'"
    yield "notes of one's own", table.assign(note="says Mr X"), "remarks in 'note'"
    yield "who reported", table.assign(source="Mr X"), "'source'"
    other = table.assign(measure="suspected_sqm")
    yield "a measure of hazards", other, "measure 'suspected_sqm'"
    gaps = public["gaps"]
    yield "small counts in gaps", gaps.assign(incidents=2.0), "counts below 5 in 'incidents'"
    yield "a column of gaps", gaps.assign(phone=1), "column 'phone'"
    units = held["units"]
    points = gpd.GeoDataFrame(units.drop(columns="geometry"), geometry=units.centroid.array,
                              crs=4326)  # fmt: skip
    yield "points that say to be units", points, "shapes that are no outlines"
    yield "units with a column", units.assign(phone=1), "column 'phone'"


@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
def test_what_was_changed_after_its_release_stays(held: Frames, public: Frames) -> None:
    passed = []
    for what, frame, match in changes(held, public):
        assert frame.attrs.get("audience", "public") == "public", what
        try:
            require_released(frame, "public", what=what)
        except ReleaseError as error:
            assert match in str(error).replace("do not", "does not"), (what, str(error))
        else:
            passed.append(what)
    assert passed == []


def test_released_frames_pass_and_so_does_a_part_that_is_still_common(public: Frames) -> None:
    for name in ("incidents", "projects", "areas", "table", "gaps", "presence", "units"):
        require_released(public[name], "public", what=name)
    mopti = public["incidents"][public["incidents"]["adm1_name"] == "Mopti"]
    require_released(mopti, "public", what="incidents of one region")


def test_capital_letters_do_not_uncover_a_hazard(held: Frames) -> None:
    """A status that is on no list may be that of a hazard."""
    for word in ("Suspected", "SHA", "confirmed ", "zone suspecte"):
        told = release(held["areas"].assign(status=word), as_of=LATER)
        assert told["status"].isna().all()
        assert shapely.is_missing(told.geometry.to_numpy()).all()
