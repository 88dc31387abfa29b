"""The comparison of products: what it leaves out, and that nothing else escapes it."""

import importlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "compare_products.py"
RECORD = {"audience": "public", "command": ["map"], "inputs": [], "more": {}, "versions": {}}
PAGE = """<html><head><title>Relevés</title>
<script type="application/json" id="maligeo-about">{record}</script>
<script>/* {comment} */
{code}
maligeo.call(map_001, "notes", {data});
</script></head><body><p>maligeo {version}</p></body></html>"""

Compare = Callable[..., Any]


@pytest.fixture
def compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Compare:
    """Compare two versions of one product, given as bytes, text or a function of its path."""
    monkeypatch.syspath_prepend(ROOT / "scripts")
    comparing = importlib.import_module("products.comparing")
    renaming = importlib.import_module("products.renaming")

    def compared(name: str, old: Any, new: Any, **renamed: str) -> Any:
        for folder, content in (("old", old), ("new", new)):
            (tmp_path / folder).mkdir(exist_ok=True)
            write(tmp_path / folder / name, content)
        pairs = renaming.Renamings(renamed)
        return comparing.compare_product(tmp_path / "old", tmp_path / "new", pairs, name)

    return compared


def write(path: Path, content: Any) -> None:
    if callable(content):
        content(path)
    else:
        path.write_text(content, encoding="utf-8")


def page(**parts: Any) -> str:
    plain = {"record": {}, "comment": "", "code": "f(1);", "data": [1], "version": "0.1.0"} | parts
    return PAGE.format(**{key: _json(value) for key, value in plain.items()})


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def test_records_versions_and_comments_are_left_out(compare: Compare) -> None:
    old = page(record=RECORD, comment="Says who.", version="0.1.0")
    new = page(record=RECORD | {"command": ["other"]}, comment="", version="0.2.0.dev1")
    found = compare("map.html", old, new)
    assert not found.differences
    assert not found.excused


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"data": [1, {"a": 2.5}]}, 'data call "notes" 1'),
        ({"version": "0.1.0 <b>new</b>"}, "marks"),
    ],
)
def test_a_change_of_a_page_is_found(compare: Compare, change: Any, place: str) -> None:
    found = compare("map.html", page(data=[1, {"a": 2}]), page(**{"data": [1, {"a": 2}]} | change))
    assert [hint.startswith(place) for hint in found.differences] == [True]


def test_other_scripts_are_told_and_make_no_difference(compare: Compare) -> None:
    found = compare("map.html", page(code="f(1);"), page(code="f(2);"))
    assert not found.differences
    assert [kind.name for kind in found.excused] == ["code"]


def test_renamed_texts_are_read_as_renamed_as_whole_words(compare: Compare) -> None:
    old, new = (
        page(data={"title": "Told\u00a0here, toldest"}),
        page(data={"title": "Written, toldest"}),
    )
    assert compare("map.html", old, new).differences
    found = compare("map.html", old, new, **{"Told here": "Written", "told": "written"})
    assert not found.differences
    assert found.renamed == {"Told here"}


def test_json_is_compared_without_its_record(compare: Compare) -> None:
    old = json.dumps({"rows": [{"a": 1}], "maligeo-about": RECORD})
    for name in ("maligeo-about", "maligeo-provenance", "made"):
        new = json.dumps({"rows": [{"a": 1}], name: RECORD | {"command": []}})
        assert not compare("t.csv-metadata.json", old, new).differences, name
    assert compare("t.csv-metadata.json", old, json.dumps({"rows": [{"a": 2}]})).differences


def test_printed_tables_are_compared_without_their_frames(compare: Compare) -> None:
    old = "┃ unit  ┃ count ┃\n│ Mopti │     3 │\nmap.html (396 kB)\n"
    assert not compare("t.txt", old, "unit   count\nMopti  3\nmap.html (401 kB)\n").differences
    assert compare("t.txt", old, "unit   count\nMopti  4\nmap.html (401 kB)\n").differences


def workbook(*rows: tuple[object, ...], bold: bool = False) -> Callable[[Path], None]:
    def save(path: Path) -> None:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.active["A1"].font = openpyxl.styles.Font(bold=bold)
        book.save(path)

    return save


def test_cells_and_styles_of_workbooks_are_compared_down_to_the_record(compare: Compare) -> None:
    made = ("Fabrication / How it was made",)
    old = workbook(("Mopti", 3), made, ("Commande", "maligeo density"))
    assert not compare("t.xlsx", old, workbook(("Mopti", 3), made, ("Entrée", "a"))).differences
    assert compare("t.xlsx", old, workbook(("Mopti", 3.5), made)).differences
    assert compare("t.xlsx", old, workbook(("Mopti", 3), made, bold=True)).differences


def test_files_within_archives_are_compared(compare: Compare) -> None:
    def packed(cell: str, **resource: object) -> Callable[[Path], None]:
        def save(path: Path) -> None:
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("a.csv", f"name\n{cell}\n")
                archive.writestr("datapackage.json", json.dumps({"resources": [resource]}))

        return save

    old = packed("Gao", path="a.csv", hash="1")
    assert not compare("p.zip", old, packed("Gao", path="a.csv", hash="2")).differences
    (hint,) = compare("p.zip", old, packed("Mopti", path="a.csv", hash="1")).differences
    assert hint.startswith("a.csv: lines")


def test_the_script_counts_what_differs_and_excuses_pictures_of_renamed_texts(
    tmp_path: Path,
) -> None:
    for name, word, colour in (("old", "told", "red"), ("new", "written", "blue")):
        folder = tmp_path / name / "products"
        (folder / "scripted").mkdir(parents=True)
        (tmp_path / name / "inputs").mkdir()
        (folder / "a.svg").write_text(f"<svg><text>{word}</text></svg>")
        for picture in ("a.png", "b.png"):
            Image.new("RGB", (2, 2), colour).save(folder / picture)
    renamed = tmp_path / "renamed.csv"
    renamed.write_text("language,old,new\nen,told,written\nen,unseen,other\n")
    command: list[str | Path] = [
        sys.executable,
        SCRIPT,
        "compare",
        tmp_path / "old",
        tmp_path / "new",
    ]
    done = subprocess.run(
        [*command, "--renamed", renamed], capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "same    a.png (renamed texts, other layout)",
        "same    a.svg (renamed texts)",
        "differs b.png",
    ]
    assert "3 products: 2 same, 1 differ" in lines
    assert "renamed, but in no product: 'unseen'" in lines
    assert done.returncode == 1
