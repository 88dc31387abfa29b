"""Write one map per region, and a page that links them, from the bundled data.

python scripts/make_region_maps.py [--output maps/regions] [--language fr]
"""

import argparse
import html
import unicodedata
from pathlib import Path
from typing import Literal

import maligeo

TITLES = {"fr": "Cartes des régions du Mali", "en": "Maps of the regions of Mali"}
PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 18px/1.6 system-ui, sans-serif }}
body {{ max-width: 36rem; margin: 2rem auto; padding: 0 1rem }}
a {{ color: #0b5394 }}
</style>
</head>
<body>
<h1>{title}</h1>
<ul>
{links}
</ul>
</body>
</html>
"""


def main() -> None:
    """Read the options and write the maps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("maps/regions"))
    parser.add_argument("--language", choices=sorted(TITLES), default="fr")
    options = parser.parse_args()
    write_maps(options.output, options.language)


def write_maps(folder: Path, language: Literal["fr", "en"]) -> None:
    """Write a map of each region into a folder, then the page that links them."""
    study = maligeo.study().release(audience="public")
    links = []
    for name in study.units["name"]:
        fmap = study.map(region=name, language=language)
        path = fmap.save(folder / f"{file_name(name)}.html")
        links.append(f'<li><a href="{path.name}">{html.escape(name)}</a></li>')
        print(path)
    page = PAGE.format(language=language, title=TITLES[language], links="\n".join(links))
    index = folder / "index.html"
    index.write_text(page, encoding="utf-8")
    print(index)


def file_name(name: str) -> str:
    """Give a file name in plain letters."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(char for char in letters if char.isascii() and char.isalnum()).lower()


if __name__ == "__main__":
    main()
