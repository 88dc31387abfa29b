"""The default page in Chromium: its size, what it asks for, and when it is painted.

Each time is from the start of the navigation, in a browser that was just started: the first
contentful paint; the regions, painted in their colours; and their names, placed.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.maps import PATIENCE_MS, SETTLING_MS, blank
from benchmarks.measuring import print_table
from maligeo.workflows.study import study

ROUNDS = 9
SIZES = {"1280×800": (1280, 800), "390×844": (390, 844)}
TARGET_MS = 500
_WHEN = """selector => new Promise(done => {
  function painted() {
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
  }
  if (document.querySelector(selector)) return painted();
  const watch = new MutationObserver(() => {
    if (!document.querySelector(selector)) return;
    watch.disconnect();
    painted();
  });
  watch.observe(document, {childList: true, subtree: true, attributes: true});
})"""
_FIRST = """() => performance.getEntriesByName('first-contentful-paint')[0].startTime"""
_DRAWN = "path.leaflet-interactive[fill]"
_NAMED = ".folium-map:not(.mg-unplaced) .mg-tag"


class Opened(NamedTuple):
    """What a browser says of the page: milliseconds, and a number of requests."""

    first: float
    drawn: float
    named: float
    requests: float


def run(point_count: int) -> None:
    """Measure and print.

    Parameters
    ----------
    point_count : int
        Of no meaning here: the page is that of the bundled data.
    """
    del point_count
    print("# The default page: size, requests, time to paint", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = study().release(audience="public").map().save(Path(folder) / "mali.html")
        rows = [_row(path, name) for name in SIZES]
    columns = (
        "screen", "file, kB", "requests", "first contentful paint, ms", "regions, ms", "names, ms",
        f"first paint and regions under {TARGET_MS} ms",
    )  # fmt: skip
    print_table(f"Opened {ROUNDS} times, medians", columns, rows)


def _row(path: Path, screen: str) -> tuple[str, ...]:
    rounds = [_open(path, *SIZES[screen]) for _ in range(ROUNDS)]
    found = Opened(*(statistics.median(values) for values in zip(*rounds, strict=True)))
    times = (f"{value:.0f}" for value in (found.first, found.drawn, found.named))
    is_fast = max(found.first, found.drawn) < TARGET_MS
    size = f"{path.stat().st_size / 1e3:.0f}"
    return (screen, size, f"{found.requests:.0f}", *times, "yes" if is_fast else "no")


def _open(path: Path, width: int, height: int) -> Opened:
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(blank(path.parent).as_uri())
        page.wait_for_timeout(SETTLING_MS)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri(), wait_until="commit")
        drawn, named = (page.evaluate(_WHEN, selector) for selector in (_DRAWN, _NAMED))
        first = page.evaluate(_FIRST)
        browser.close()
    own = [url for url in asked if not url.startswith("data:")]
    return Opened(first, drawn, named, len(own) - 1)
