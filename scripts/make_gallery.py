"""Make the pictures and maps of the documentation's gallery from its small code files.

python scripts/make_gallery.py [--code docs/gallery] [--output build/gallery]

Each file is run in a folder of its own; the pictures and pages that it leaves there are
moved to the output folder, which is emptied first. It ends with an error where the page
`index.md` beside the code shows not all of them, or others.
"""

import argparse
import contextlib
import re
import runpy
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SUFFIXES = (".png", ".svg", ".html", ".pdf")


def main() -> None:
    """Read the options and run the code files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--code", type=Path, default=ROOT / "docs" / "gallery")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "gallery")
    options = parser.parse_args()
    make_gallery(options.code, options.output)
    require_shown(options.code / "index.md", options.output)


def make_gallery(code: Path, output: Path) -> None:
    """Run every code file of a folder, in the order of their names."""
    files = sorted(path.resolve() for path in code.glob("*.py"))
    if not files:
        raise SystemExit(f"there is no code in {code}")
    output.mkdir(parents=True, exist_ok=True)
    for old in _products(output):
        old.unlink()
    for file in files:
        for made in _run(file, output):
            print(made)


def require_shown(page: Path, output: Path) -> None:
    """Require that a page shows all code beside it and what was made of it, and nothing else."""
    text = page.read_text(encoding="utf-8")
    code = set(re.findall(r"literalinclude\} (\w+\.py)", text))
    pictures = set(re.findall(r"build/gallery/([\w-]+\.\w+)\)", text))
    maps = set(re.findall(r'src="\.\./_static/([\w-]+\.\w+)"', text))
    odd = code ^ {path.name for path in page.parent.glob("*.py")}
    odd |= (pictures | maps) ^ {path.name for path in _products(output)}
    if odd:
        raise SystemExit(f"{page} and {output} differ in {', '.join(sorted(odd))}")


def _run(file: Path, output: Path) -> list[Path]:
    """Run a file and keep what it made."""
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.chdir(folder):
            runpy.run_path(str(file), run_name="__main__")
        made = _products(Path(folder))
        if not made:
            raise SystemExit(f"{file} makes no picture and no page")
        return [Path(shutil.copy(path, output)) for path in made]


def _products(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)


if __name__ == "__main__":
    main()
