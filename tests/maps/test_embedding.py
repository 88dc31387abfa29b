import json
import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Template

from maligeo.maps.html import SCRIPTS, STYLES, assets, script_json
from tests.conftest import HOSTILE

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(ANYTHING)
def test_data_come_back_as_they_went_in_and_survive_a_template(value: object) -> None:
    text = script_json(value)
    assert json.loads(text) == value
    assert Template(text).render() == text.removesuffix("\n")
    assert not re.search(r"[<>&\u2028\u2029]", text)


@pytest.mark.parametrize("text", [*HOSTILE, "half a pair \ud800"])
def test_hostile_text_stays_text(text: str) -> None:
    written = script_json({"title": text})
    assert json.loads(written) == {"title": text}
    assert Template(written).render() == written
    written.encode("utf-8")


def test_a_number_that_json_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json(float("nan"))


OF_TILES = ("tiles.js", "tiles_box.js", "seams.js", "ground.js", "mvt.js", "vectors.js")


def test_every_asset_is_used_and_survives_a_template() -> None:
    folder = resources.files("maligeo.maps") / "assets"
    assert {entry.name for entry in folder.iterdir()} == {*SCRIPTS, *STYLES, *OF_TILES}
    for text in (assets(SCRIPTS), assets(OF_TILES), assets(STYLES)):
        assert not re.search(r"\{\{|\{%|\{#", text)
        assert "</" not in text
        assert not re.search(r"https?://(?!www\.w3)", text.replace("/^https?:", ""))


@pytest.mark.parametrize("name", [*SCRIPTS, *STYLES, *OF_TILES])
def test_no_comment_of_ours_and_all_else_is_in_the_page(name: str) -> None:
    source = (resources.files("maligeo.maps") / "assets" / name).read_text(encoding="utf-8")
    embedded = assets([name])
    for mark in ("/*", "*/", "@type", "@param", "\n\n"):
        assert mark not in embedded
    kept = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    assert "".join(embedded.split()) == "".join(kept.split())


def test_scripts_build_the_page_from_text_alone() -> None:
    code = assets((*SCRIPTS, *OF_TILES))
    for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert danger not in code
    assert not re.search(r"XMLHttpRequest|import\(|new Function", code)
    assert re.findall(r"\bfetch\(\w*", code) == ["fetch(url"]  # tiles of an address that was given
    assert "fetch(" not in assets(SCRIPTS)
