"""A build of the bundled data for two audiences, all nine regions, both languages."""

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

import maligeo
from maligeo.core.errors import InputFileError, OutputFileError, ReleaseError
from maligeo.core.files import put_aside
from maligeo.workflows.builds.folders import drafts
from tests.workflows.builds.months import description, made, reasons, tree, write_month

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MONTH = """
title = {fr = "Mali <octobre>", en = "Mali <October>"}
audiences = ["internal", "public"]

[[map]]
file = "regions/{region}-{language}.svg"
layers = "incidents"

[[table]]
file = "counts.csv"

[[answer]]
file = "need-{language}.csv"
title = {fr = "Où agir", en = "Where to act"}

[[tiles]]
file = "units.pmtiles"
zooms = [0, 2]

[[export]]
file = "mali.gpkg"
audiences = "internal"
"""
REGIONS = (
    "kayes", "koulikoro", "sikasso", "segou", "mopti", "tombouctou", "gao", "kidal", "bamako",
)  # fmt: skip
PUBLIC = {
    *(f"regions/{region}-{language}.svg" for region in REGIONS for language in ("fr", "en")),
    "counts.csv", "counts.csv-metadata.json", "units.pmtiles", "index.html", "datapackage.json",
    *(f"need-{language}.csv{more}" for language in ("fr", "en") for more in ("", "-metadata.json")),
}  # fmt: skip
LIST = "date,adm1_name,killed,source\n2021-01-01,Gao,0,synthetic\n"
LIGHT = """
audiences = ["internal", "public"]
languages = ["en"]
[[table]]
file = "counts.csv"
[[answer]]
file = "need.csv"
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file and what it was built into."""
    folder = tmp_path_factory.mktemp("whole")
    maligeo.build(write_month(folder, MONTH))
    return folder


@pytest.fixture(scope="module")
def light_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("light")
    maligeo.build(write_month(folder, LIGHT))
    return folder


@pytest.fixture
def light(light_once: Path, tmp_path: Path) -> Path:
    """A file of few products, built."""
    shutil.copytree(light_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "month.toml"


class _Page(HTMLParser):
    """The links and the texts of a page, by the language of its part."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: dict[str, list[str]] = {}
        self.text: dict[str, str] = {}
        self.language = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "main":
            self.language = str(given["lang"])
        if tag == "a":
            self.links.setdefault(self.language, []).append(unquote(str(given["href"])))

    def handle_data(self, data: str) -> None:
        self.text[self.language] = self.text.get(self.language, "") + data


def test_a_folder_for_each_audience_holds_what_is_asked_for(whole: Path) -> None:
    assert set(tree(whole / "month" / "public")) == PUBLIC
    assert set(tree(whole / "month" / "internal")) == PUBLIC | {"mali.gpkg"}
    assert {path.name for path in (whole / "month").iterdir()} == {"internal", "public"}


def test_the_index_leads_to_every_product_in_both_languages(whole: Path) -> None:
    aside = {"index.html", "datapackage.json"}
    for audience, more in (("public", set[str]()), ("internal", {"mali.gpkg"})):
        page = _Page(whole / "month" / audience / "index.html")
        products = {one for one in PUBLIC | more if not one.endswith("-metadata.json")} - aside
        assert list(page.links) == ["fr", "en"]
        assert set(page.links["fr"]) == set(page.links["en"]) == products
        assert "Mali <octobre>" in page.text["fr"]
        assert "Mali <October>" in page.text["en"]
        assert ("Où agir" in page.text["fr"]) and ("Where to act" in page.text["en"])
        assert all(name in page.text["fr"] for name in ("Ségou", "Bamako", "première version"))
    assert "INTERNE" in page.text["fr"]


def test_the_description_has_the_hash_of_every_file(whole: Path) -> None:
    for audience in ("public", "internal"):
        folder = whole / "month" / audience
        listed = {one["path"]: one["hash"] for one in description(folder)["resources"]}
        found = {name: f"sha256:{sha}" for name, sha in tree(folder).items()}
        del found["datapackage.json"]
        assert listed == found


def test_products_are_those_of_a_study(whole: Path, tmp_path: Path) -> None:
    public = maligeo.study().release(audience="public")
    public.map(region="Mopti", layers="incidents", language="en").save(tmp_path / "a.svg")
    public.answer(language="fr").save(tmp_path / "need-fr.csv")
    folder = whole / "month" / "public"
    assert (folder / "regions" / "mopti-en.svg").read_bytes() == (tmp_path / "a.svg").read_bytes()
    assert (folder / "need-fr.csv").read_bytes() == (tmp_path / "need-fr.csv").read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_an_internal_folder_is_for_its_owner_alone(whole: Path) -> None:
    folder = whole / "month" / "internal"
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


def test_what_did_not_change_is_not_made_again(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*") if path.is_file()}
    monkeypatch.setattr("maligeo.workflows.builds.making.study", None)  # nothing is read
    steps = maligeo.build(whole / "month.toml")
    assert set(steps["action"]) == {"keep"}
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*") if path.is_file()} == before


def test_a_missing_an_altered_and_an_unwanted_file(whole: Path, tmp_path: Path) -> None:
    """Two files are made again, and the others copied, to the byte."""
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    folder = tmp_path / "month" / "public"
    first = tree(folder)
    (folder / "regions" / "gao-fr.svg").unlink()
    (folder / "need-en.csv").write_text("forged", encoding="utf-8")
    maligeo.set_language("en")
    file = write_month(tmp_path, MONTH.partition("[[tiles]]")[0] + "[[export]]\n"
                       'file = "mali.gpkg"\naudiences = "internal"\n')  # fmt: skip
    steps = maligeo.build(file)
    public = steps[steps["audience"] == "public"]
    assert made(public) == {"public/regions/gao-fr.svg", "public/need-en.csv"}
    why = reasons(public)
    assert why["public/regions/gao-fr.svg"] == "file missing: regions/gao-fr.svg"
    assert why["public/need-en.csv"] == "file altered since: need-en.csv"
    assert list(public.loc[public["action"] == "drop", "file"]) == ["units.pmtiles"]
    after = tree(folder)
    aside = {"index.html", "datapackage.json", "units.pmtiles"}
    assert {k: v for k, v in after.items() if k not in aside} == {
        k: v for k, v in first.items() if k not in aside
    }
    assert "units.pmtiles" in _Page(folder / "index.html").text["en"]
    assert "units.pmtiles" not in after


def test_a_dry_run_says_why_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MALIGEO_STORE", str(tmp_path / "store"))
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    file = write_month(tmp_path, 'incidents = "list.csv"\n' + LIGHT)
    before = tree(tmp_path)
    maligeo.set_language("fr")
    steps = maligeo.build(file, dry_run=True)
    assert set(steps["action"]) == {"make"}
    assert set(steps["reason"]) == {"nouveau"}
    assert tree(tmp_path) == before
    assert not (tmp_path / "store").exists()


KILLED = """
import os, signal, sys
import maligeo
def watch(done, total):
    if done == 3:
        os.kill(os.getpid(), signal.SIGKILL)
maligeo.build(sys.argv[1], progress=watch)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_in_the_middle_leaves_the_old_folders(light: Path) -> None:
    folder = light.parent / "month"
    before = tree(folder)
    write_month(light.parent, LIGHT + '[[table]]\nfile = "more.csv"\nregion = "Gao"\n')
    write_month(light.parent, 'period = "2022-01/2022-08"\n' + light.read_text(encoding="utf-8"))
    done = subprocess.run([sys.executable, "-c", KILLED, str(light)], check=False)
    assert done.returncode == -signal.SIGKILL
    left = {name for name in tree(folder) if name not in before}
    assert any(name.endswith("counts.csv") for name in left)  # it was at work
    assert {name: sha for name, sha in tree(folder).items() if name in before} == before
    maligeo.build(light)
    assert {path.name for path in folder.iterdir()} == {"internal", "public"}
    assert (folder / "public" / "more.csv").is_file()
    assert tree(folder)["public/counts.csv"] != before["public/counts.csv"]


def test_a_kill_between_two_renames_is_mended(light: Path) -> None:
    folder = light.parent / "month"
    before = tree(folder / "public")
    (folder / "public").replace(put_aside(folder / "public"))
    assert set(maligeo.build(light, dry_run=True)["action"]) == {"keep"}
    assert set(maligeo.build(light)["action"]) == {"keep"}
    assert tree(folder / "public") == before
    assert {path.name for path in folder.iterdir()} == {"internal", "public"}


def test_one_product_that_fails_leaves_all_folders(light: Path) -> None:
    folder = light.parent / "month"
    before = tree(folder)
    write_month(light.parent, 'period = "2022-01/2022-08"\n' + LIGHT + '[[map]]\nfile = "m.pdf"\n'
                'layers = ["incidents", "projects"]\naudiences = "public"\n')  # fmt: skip
    with pytest.raises(OutputFileError, match=r"m\.pdf cannot be made for the audience public"):
        maligeo.build(light)
    assert tree(folder) == before
    assert {path.name for path in folder.iterdir()} == {"internal", "public"}


def test_what_is_not_released_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    month = 'incidents = "list.csv"\nperiod = "month"\n[[table]]\nfile = "counts.csv"\n'
    with pytest.raises(ReleaseError, match="quarter"):
        maligeo.build(write_month(tmp_path, month))
    assert not (tmp_path / "month").exists()


def test_two_builds_at_once(light: Path) -> None:
    with (
        drafts(light.parent / "month"),
        pytest.raises(OutputFileError, match="another process builds there"),
    ):
        maligeo.build(light)


def test_a_folder_with_something_else_in_it_is_kept(light: Path) -> None:
    own = light.parent / "month" / "public" / "notes.txt"
    own.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputFileError, match=r"holds notes\.txt, which would be lost"):
        maligeo.build(light)
    assert own.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_no_build_made_is_kept(tmp_path: Path) -> None:
    other = tmp_path / "month" / "public" / "datapackage.json"
    other.parent.mkdir(parents=True)
    other.write_text('{"resources": []}', encoding="utf-8")
    with pytest.raises(OutputFileError, match=r"holds datapackage\.json"):
        maligeo.build(write_month(tmp_path, LIGHT))
    assert other.read_text(encoding="utf-8") == '{"resources": []}'


def test_a_description_of_unknown_origin_names_no_file_elsewhere(light: Path) -> None:
    """What a folder says is kept is copied by its name: it has to lie within the folder."""
    folder = light.parent / "month" / "public"
    secret = light.parent / "secret.csv"
    secret.write_text("secret", encoding="utf-8")
    sha256 = hashlib.sha256(b"secret").hexdigest()
    text = (folder / "datapackage.json").read_text(encoding="utf-8")
    where = '"../../secret.csv"'
    counts = description(folder)["maligeo-build"]["products"]["counts.csv"]["files"][0]
    assert counts == "counts.csv"
    sha = tree(folder)["counts.csv"]
    forged = text.replace('"counts.csv"', where).replace(sha, sha256)
    (folder / "datapackage.json").write_text(forged, encoding="utf-8")
    with pytest.raises(OutputFileError, match="would be lost"):
        maligeo.build(light)


@pytest.mark.parametrize(
    ("output", "said"),
    [("lists", "it lies in"), (".", "is read and would be lost")],
)
def test_inputs_are_never_written_over(tmp_path: Path, output: str, said: str) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "a.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "public").mkdir()
    shutil.copy(lists / "a.csv", tmp_path / "public" / "b.csv")
    incidents = "lists" if output == "lists" else "public/b.csv"
    month = f'output = "{output}"\nincidents = "{incidents}"\n[[table]]\nfile = "c.csv"\n'
    before = tree(tmp_path)
    with pytest.raises(OutputFileError, match=said):
        maligeo.build(write_month(tmp_path, month))
    assert {k: v for k, v in tree(tmp_path).items() if k in before} == before


def test_no_file_no_toml(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot read"):
        maligeo.build(tmp_path / "gone.toml")
    with pytest.raises(InputFileError, match="is no TOML"):
        maligeo.build(write_month(tmp_path, "title ="))
    wrong: Any = 3
    with pytest.raises(maligeo.MaligeoError, match="is no path"):
        maligeo.build(wrong)


def test_the_file_of_the_region_maps_is_sound() -> None:
    file = Path(__file__).parents[3] / "scripts" / "region_maps.toml"
    steps = maligeo.build(file, output=Path("/nowhere"), dry_run=True)
    assert set(steps["audience"]) == {"public"}
    maps = steps.loc[steps["product"] == "map", "file"]
    assert list(maps) == [f"{region}.html" for region in REGIONS]
    assert len(steps) == len(REGIONS) * 3 + 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_index_in_a_browser(whole: Path, browser: "Browser", width: int) -> None:
    """It asks for nothing, fits, opens in French, and prints what is chosen without buttons."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((whole / "month" / "public" / "index.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_role("heading", level=1).inner_text() == "Mali <octobre>"
    page.get_by_text("English", exact=True).first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Mali <October>"
    assert page.get_by_role("link").count() == len(PUBLIC) - 5  # without index and descriptions
    page.emulate_media(media="print")
    assert page.locator(".languages").is_hidden()
    assert page.get_by_role("heading", level=1).inner_text() == "Mali <October>"
    assert len(asked) == 1
    context.close()
