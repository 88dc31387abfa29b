"""Make the pictures of the page `maligeo open`, from the running page, with made-up records.

python scripts/make_page_pictures.py [--output docs/images]

It needs playwright, Pillow and a Chromium.
"""

import argparse
import io
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
SIZE: Any = {"width": 960, "height": 760}
READY = "main:not(:has([data-waiting])) h1"
PLACES = (("Mopti", "Bankass"), ("Mopti", "Koro"), ("Gao", "Ansongo"), ("Ségou", "Niono"),
          ("Tombouctou", "Goundam"))  # fmt: skip
COLOURS = 96


def main() -> None:
    """Read the options and walk through the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "images")
    output = parser.parse_args().output
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as address:
        workbook = Path(folder, "exemple-fictif.csv")
        workbook.write_text("\n".join(made_up()), encoding="utf-8")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--headless", "--no-sandbox", "--lang=fr"],
                env={**os.environ, "LANGUAGE": "fr"},
            )
            page = browser.new_page(viewport=SIZE)
            page.goto(address)
            walk(page, workbook, output)
            browser.close()


def made_up() -> Iterator[str]:
    """Give a list of incidents that never were, with two faults and a misspelt place."""
    chance = random.Random(7)
    yield "N°,Date incident,Région,Cercle,Type d'engin,Nbre de morts,Pertes,Remarques"
    for number in range(1, 301):
        region, cercle = chance.choice(PLACES)
        region, cercle = ("Tombouctu", "") if number % 60 == 0 else (region, cercle)
        day = f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/2022"
        day = "32/13/2022" if number == 18 else day
        killed = "deux ou trois" if number == 45 else chance.randint(0, 3)
        yield f"{number},{day},{region},{cercle},EEI,{killed},{chance.randint(0, 4)},fictif"


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Start the page as a program of its own, and end it."""
    begin = (
        "import maligeo\n"
        "if __name__ == '__main__':\n"
        "    maligeo.open_page(show=lambda _: None, ready=lambda at: print(at, flush=True))\n"
    )
    script = folder / "begin.py"
    script.write_text(begin, encoding="utf-8")
    environment = {"MALIGEO_STORE": str(folder / "store"), "XDG_CACHE_HOME": str(folder / "cache")}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        found = re.match(r"http\S+", process.stdout.readline() if process.stdout else "")
        if found is None:
            raise SystemExit("the page did not start")
        try:
            yield found[0]
        finally:
            process.terminate()


def walk(page: Any, workbook: Path, output: Path) -> None:
    """Go the five steps, with a picture of each."""
    page.locator("#file-incidents").set_input_files(workbook)
    picture(page, output / "page-1.png")
    go_on(page)
    page.get_by_label(re.compile("Pertes")).select_option(label="blessés")
    picture(page, output / "page-2.png", at="table")
    go_on(page)
    page.get_by_label(re.compile("Tombouctu")).first.select_option(index=1)
    picture(page, output / "page-3.png", at="main")
    page.locator("input[name='leaving.incidents']").check()
    go_on(page)
    page.locator("input[name=covers]").fill("2022")
    picture(page, output / "page-4.png")
    go_on(page)
    page.locator("iframe").scroll_into_view_if_needed()
    page.frame_locator("iframe").locator("path.leaflet-interactive").first.wait_for()
    page.wait_for_timeout(1500)
    picture(page, output / "page-5.png", at="main")


def go_on(page: Any) -> None:
    """Press the main button, and wait for what it leads to."""
    page.locator("button.main").last.click()
    page.locator(READY).wait_for(timeout=120_000)
    page.wait_for_load_state()


def picture(page: Any, path: Path, at: str = "body") -> None:
    """Write what is seen, with few colours."""
    page.evaluate("selector => document.querySelector(selector).scrollIntoView()", at)
    seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    seen.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path)


if __name__ == "__main__":
    main()
