"""Incidents on a map: ours beside Folium's MarkerCluster, same points, same browser, one run.

Needs playwright and Chromium. What Folium's pages want from the network is answered at
once from installed packages (Leaflet, MarkerCluster) or with nothing (Bootstrap, jQuery,
fonts), so that no network slows the peers.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
from folium.plugins import FastMarkerCluster, MarkerCluster

from benchmarks.measuring import print_table
from benchmarks.points import points
from maligeo.maps import add_incidents, region_map, save_map
from maligeo.readers.boundaries import load_boundaries
from maligeo.workflows.study import study

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 7
PATIENCE_MS = 600_000
SETTLING_MS = 1_500
MIDDLE = (17.0, -4.0)
PACKAGES = ("XStatic-Leaflet", "XStatic-Leaflet-MarkerCluster")

# Its own callback wants the plugin AwesomeMarkers from the network.
_MARKER = "(row) => L.marker(L.latLng(row[0], row[1]))"
_FRAMES = "await new Promise(f => requestAnimationFrame(() => requestAnimationFrame(f)));"
_PAINTED = f"async () => {{ {_FRAMES} return performance.now(); }}"
_PAN = f"""async () => {{
  const name = Object.keys(window).find(key => /^map_/.test(key) && window[key] instanceof L.Map);
  const times = [];
  for (let step = 0; step < 10; step += 1) {{
    const begin = performance.now();
    window[name].panBy([step % 2 ? -160 : 160, step % 2 ? -60 : 60], {{animate: false}});
    {_FRAMES}
    times.push(performance.now() - begin);
  }}
  return times;
}}"""


class Made(NamedTuple):
    """A page, how long it took to write, and what says that its points are drawn."""

    path: Path
    seconds: float
    drawn: str


class Measured(NamedTuple):
    """What a browser says of a page: milliseconds."""

    paint: float
    pan: float
    longest: float


def run(point_count: int) -> None:
    """Measure and print.

    Parameters
    ----------
    point_count : int
        Most points; sizes above it are left out.
    """
    makers = {"maligeo": _own, "MarkerCluster": _plain, "FastMarkerCluster": _fast}
    print("# Maps: file, time to the first painted points, ten pans", flush=True)
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        for size in (size for size in SIZES if size <= point_count):
            records = incidents(size)
            made = {name: _timed(make, records, Path(folder)) for name, make in makers.items()}
            rows += _rows(size, made)
    columns = (
        "points", "what", "file, MB", "times ours", "written in, s",
        "first paint, s", "times ours", "pan, ms", "longest, ms",
    )  # fmt: skip
    print_table("Incidents, clustered", columns, rows)


def incidents(count: int) -> gpd.GeoDataFrame:
    """Make incidents with what a card of ours shows."""
    lon, lat = points(count)
    rng = np.random.default_rng(count)
    days = pd.to_timedelta(rng.integers(0, 3_600, count), unit="D")
    return gpd.GeoDataFrame(
        {
            "event_id": [f"EV{at:07d}" for at in range(count)],
            "date": pd.Timestamp("2015-01-01") + days,
            "event_type": rng.choice(["ied", "landmine", "erw"], count, p=[0.6, 0.3, 0.1]),
            "outcome": rng.choice(["exploded", "found", "defused"], count),
            "killed": rng.poisson(0.5, count),
            "injured": rng.poisson(1.0, count),
            "location_precision": rng.choice(["exact", "near", "adm3"], count),
            "source": "synthetic",
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs=4326,
    )


def _own(records: gpd.GeoDataFrame, path: Path) -> str:
    units = load_boundaries()
    fmap = region_map(study(units=units).table, units, audience="internal")
    add_incidents(fmap, records)
    save_map(fmap, path)
    return "canvas.mg-canvas[data-painted]"


def _plain(records: gpd.GeoDataFrame, path: Path) -> str:
    """Markers without a card: the least that Folium can be asked for."""
    fmap = folium.Map(location=MIDDLE, zoom_start=6)
    cluster = MarkerCluster().add_to(fmap)
    for lon, lat in zip(records.geometry.x, records.geometry.y, strict=True):
        folium.Marker([lat, lon]).add_to(cluster)
    fmap.save(str(path))
    return ".leaflet-marker-icon"


def _fast(records: gpd.GeoDataFrame, path: Path) -> str:
    fmap = folium.Map(location=MIDDLE, zoom_start=6)
    places = np.column_stack([records.geometry.y, records.geometry.x])
    FastMarkerCluster(places.tolist(), callback=_MARKER).add_to(fmap)
    fmap.save(str(path))
    return ".leaflet-marker-icon"


def _timed(
    make: Callable[[gpd.GeoDataFrame, Path], str], records: gpd.GeoDataFrame, folder: Path
) -> Made:
    path = folder / f"{make.__name__}-{len(records)}.html"
    begin = time.perf_counter()
    drawn = make(records, path)
    return Made(path, time.perf_counter() - begin, drawn)


def _rows(size: int, made: dict[str, Made]) -> list[tuple[str, ...]]:
    measured = _measured(made)
    own_bytes, own_paint = made["maligeo"].path.stat().st_size, measured["maligeo"].paint
    return [
        (
            f"{size:,}",
            name,
            f"{one.path.stat().st_size / 1e6:.2f}",
            f"{one.path.stat().st_size / own_bytes:.1f}",
            f"{one.seconds:.1f}",
            f"{measured[name].paint / 1000:.2f}",
            f"{measured[name].paint / own_paint:.1f}",
            f"{measured[name].pan:.0f}",
            f"{measured[name].longest:.0f}",
        )
        for name, one in made.items()
    ]


def _measured(made: dict[str, Made]) -> dict[str, Measured]:
    """Open each page in new, warm browsers, in rounds, and give the medians.

    What else the machine does meanwhile then meets all of them alike.
    """
    found: dict[str, list[Measured]] = {name: [] for name in made}
    for _ in range(ROUNDS):
        for name, one in made.items():
            found[name].append(_open(one))
    return {
        name: Measured(*(statistics.median(values) for values in zip(*rounds, strict=True)))
        for name, rounds in found.items()
    }


def _open(made: Made) -> Measured:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE_MS)
        page.route(lambda url: not url.startswith("file:"), _answer)
        page.goto(blank(made.path.parent).as_uri())  # the start of a browser is no page's,
        page.wait_for_timeout(SETTLING_MS)  # nor is the end of the one before it
        page.goto(made.path.as_uri(), wait_until="commit")
        page.wait_for_selector(made.drawn, state="attached")
        paint = page.evaluate(_PAINTED)
        pans = page.evaluate(_PAN)
        browser.close()
    return Measured(paint, statistics.median(pans), max(pans))


def blank(folder: Path) -> Path:
    path = folder / "blank.html"
    path.write_text("<!DOCTYPE html><title>blank</title>")
    return path


def _answer(route: Any) -> None:
    """Answer from an installed package, or with nothing."""
    name = route.request.url.rsplit("/", 1)[-1]
    for package in PACKAGES:
        for entry in metadata.files(package) or ():
            if entry.name == name:
                route.fulfill(body=Path(str(entry.locate())).read_bytes())
                return
    route.fulfill(body="")
