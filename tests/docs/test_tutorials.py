"""Every code block of the tutorials runs, and prints what its page shows."""

from pathlib import Path

import pytest

from tests.docs.pages import Reading, blocks_of

DOCS = Path(__file__).parents[2] / "docs"
RUN = ("briefings", "changes", "month")  # of the pages that explain
FOLDERS = ("tutorials", "fr")
PAGES = sorted(
    [
        *(page for folder in FOLDERS for page in (DOCS / folder).glob("*.md")),
        *(DOCS / f"{name}.md" for name in RUN),
    ]
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_tutorial_does_what_it_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Reading(page).run() >= 4


def test_the_example_of_the_start_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = blocks_of((DOCS.parent / "README.md").read_text(encoding="utf-8"))
    page = tmp_path / "README.md"
    shown = [f"```python\n{block.text}\n```\n" for block in blocks if block.language == "python"]
    page.write_text("\n".join(shown), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert Reading(page).run() == len(shown) > 0
    assert (tmp_path / "maps" / "mali.html").is_file()


def test_records_of_tutorials_say_that_they_are_made_up() -> None:
    for page in PAGES:
        for block in blocks_of(page.read_text(encoding="utf-8")):
            if block.file is not None and block.file.endswith(".csv"):
                header, *rows = block.text.split("\n")
                assert header.endswith("source"), page.name
                assert all(row.endswith(("synthetic", "synthétique")) for row in rows), page.name


def test_positions_of_tutorials_are_too_coarse_to_be_anywhere() -> None:
    seen = 0
    for page in PAGES:
        for block in blocks_of(page.read_text(encoding="utf-8")):
            if block.file is None or not block.file.endswith(".csv"):
                continue
            mark = ";" if ";" in block.text else ","
            header, *rows = [line.split(mark) for line in block.text.split("\n")]
            for name in {"latitude", "longitude"} & set(header):
                told = [row[header.index(name)].replace(",", ".") for row in rows]
                places = [float(text) for text in told if text]
                assert all((place * 2).is_integer() for place in places), page.name
                seen += len(places)
    assert seen > 0
