"""The site holds every public name, leads nowhere that is not there, and loads nothing."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

import maligeo

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\]\((?P<to>[^)#\s]+)(?:#[^)\s]*)?\)")


def extension(name: str) -> ModuleType:
    """Load a module of `docs/_extensions`, which is no package."""
    spec = importlib.util.spec_from_file_location(name, DOCS / "_extensions" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


claims = extension("claims")
outside = extension("outside")


def test_every_public_name_is_on_a_page_of_the_reference() -> None:
    stub = Path(maligeo.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    made = claims.claims_in(DOCS / "reference")
    modules = claims.modules_by_name(stub)
    assert set(modules) == set(maligeo.__all__)
    lost = {name: of for name, of in modules.items() if claims.claim_of(of, made) is None}
    assert lost == {}, "let a page of docs/reference claim these modules"
    served = {claims.claim_of(of, made) for of in modules.values()}
    assert served == set(made), "a page claims a module that gives no public name"


def test_a_name_goes_to_the_longest_claim() -> None:
    stub = "from .measure.gaps import presence as presence\nfrom .maps import save as save_map\n"
    assert claims.modules_by_name(stub) == {"presence": "measure.gaps", "save_map": "maps"}
    assert claims.claim_of("measure.gaps", ["measure", "measure.gaps"]) == "measure.gaps"
    assert claims.claim_of("measure.gapsize", ["measure", "measure.gaps"]) == "measure"
    assert claims.claim_of("maps", ["measure"]) is None


def test_every_page_of_the_reference_is_listed() -> None:
    index = (DOCS / "reference" / "index.md").read_text(encoding="utf-8").split("\n")
    pages = {page.stem for page in (DOCS / "reference").glob("*.md")} - {"index"}
    assert pages <= set(index)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.stem)
def test_links_lead_to_files(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    made = ROOT / "build" / "gallery"  # pictures that the build makes
    for found in LINK.finditer(text):
        to = found["to"]
        target = (page.parent / to).resolve()
        assert to.startswith("https://") or target.exists() or target.parent == made, to


def test_a_gallery_that_shows_other_than_its_code_makes_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make docs` requires it of our own."""
    gallery = _gallery_script()
    page, output = tmp_path / "index.md", tmp_path / "output"
    for name, made in (("one", "a.png"), ("two", "b.html")):
        (tmp_path / f"{name}.py").write_text(f"open('{made}', 'w').close()\n", encoding="utf-8")
    gallery.make_gallery(tmp_path, output)
    assert [Path(line).name for line in capsys.readouterr().out.split()] == ["a.png", "b.html"]
    shown = [
        "{literalinclude} one.py", "![A](../../build/gallery/a.png)",
        "{literalinclude} two.py", '<iframe src="../_static/b.html">',
    ]  # fmt: skip
    page.write_text("\n".join(shown), encoding="utf-8")
    gallery.require_shown(page, output)
    for at, name in enumerate(("one.py", "a.png", "two.py", "b.html")):
        page.write_text("\n".join(shown[:at] + shown[at + 1 :]), encoding="utf-8")
        with pytest.raises(SystemExit, match=f"differ in {name}$"):
            gallery.require_shown(page, output)
    page.write_text("\n".join([*shown, "![C](../../build/gallery/c.png)"]), encoding="utf-8")
    with pytest.raises(SystemExit, match=r"differ in c\.png$"):
        gallery.require_shown(page, output)


def test_made_up_records_of_the_gallery_say_so() -> None:
    for path in (DOCS / "gallery").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "read_" in text:
            assert "synthetic" in text, path.name
            assert "default_rng(seed=" in text, path.name


def test_a_gallery_without_code_or_with_code_that_makes_nothing_fails(tmp_path: Path) -> None:
    gallery = _gallery_script()
    code, output = tmp_path / "code", tmp_path / "output"
    code.mkdir()
    with pytest.raises(SystemExit, match="there is no code"):
        gallery.make_gallery(code, output)
    (code / "idle.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"idle\.py makes no picture"):
        gallery.make_gallery(code, output)
    (code / "idle.py").write_text("open('a.html', 'w').close()\n", encoding="utf-8")
    output.mkdir(exist_ok=True)
    (output / "old.png").touch()
    gallery.make_gallery(code, output)
    assert [path.name for path in output.iterdir()] == ["a.html"]


def _gallery_script() -> ModuleType:
    path = ROOT / "scripts" / "make_gallery.py"
    spec = importlib.util.spec_from_file_location("make_gallery", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", '<script src="https://cdn.example/x.js"></script>'),
        ("a.html", "<img alt='' src='//images.example/x.png'>"),
        ("a.html", '<link rel="stylesheet"\n href=http://styles.example/x.css>'),
        ("a.html", '<IFRAME SRC="https://maps.example/">'),
        ("a.html", "<style>p { background: url('https://x.example/x.png') }</style>"),
        ("a.css", '@import "https://fonts.example/css";'),
        ("a.css", "@font-face { src: url(//fonts.example/x.woff2) }"),
    ],
)
def test_what_a_page_loads_from_outside_is_found(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert len(list(outside.outside_addresses(tmp_path))) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://example.org/">a link</a>',
        '<link rel="canonical" href="https://example.org/">',
        '<script src="_static/x.js"></script><img src="data:image/png;base64,AA//BB">',
        "<style>p { background: url(data:image/png;base64,AA) }</style>",
    ],
)
def test_links_and_own_files_are_nothing_from_outside(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.html").write_text(text, encoding="utf-8")
    assert list(outside.outside_addresses(tmp_path)) == []
