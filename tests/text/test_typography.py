"""French as it is printed, in every word and on every page: and English in English alone."""

import json
import re
import tomllib
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pypdf
import pytest

from maligeo.core import words
from maligeo.core.bilingual import english_quotes, french_spaces
from maligeo.maps.html import Call
from maligeo.maps.page import PageMap
from maligeo.workflows.study import Study, study

ROOT = Path(__file__).parents[2]
TEXTS = sorted((ROOT / "src" / "maligeo" / "core" / "words").glob("*.toml"))
FRENCH_PAGES = sorted((ROOT / "docs" / "fr").glob("*.md"))

STRAIGHT = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
LOOSE = re.compile(r"[^\s\d] (?=[:;!?%»](?:\s|$))|« (?!\S*--)|(?<=\d) (?=\d{3}(?!\d))")
# Words that English has and French has not.
ENGLISH = re.compile(
    r"\b(?:the|of|and|with|without|from|by|which|are|was|were|this|that|these|unknown|table of|"
    r"year|years|people|outlines|towns|rivers|lake|for|not|each|its|their|who|where|records?|"
    r"shares?|released|land|need|response|nobody|too few|ranking|casualties|number)\b",
    re.IGNORECASE,
)
KEPT = re.compile(
    r"\{\w+\}|nombre record|CC BY[\w .-]*|Landmine Monitor[^.;]*|Natural Earth|https?://\S+|www\.\S+|--\S+"
)


def strings(value: object) -> Iterator[tuple[str, str]]:
    """Give every French and English text of what a file of words holds."""
    if isinstance(value, list):
        for part in value:
            yield from strings(part)
    if not isinstance(value, dict):
        return
    for key, part in value.items():
        if isinstance(part, str):
            yield key, part
        else:
            yield from strings(part)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_no_straight_apostrophe_in_any_word(path: Path) -> None:
    found = list(strings(tomllib.loads(path.read_text(encoding="utf-8"))))
    printed = [text for key, text in found if key != "pattern"]
    assert len(printed) > 5
    assert [text for text in printed if STRAIGHT.search(text)] == []


@pytest.mark.parametrize("path", FRENCH_PAGES, ids=lambda path: path.stem)
def test_no_straight_apostrophe_in_french_pages_of_the_documentation(path: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert STRAIGHT.findall(prose) == []


def test_french_has_spaces_that_do_not_break() -> None:
    texts = list(words.words("fr").values())
    assert [text for text in texts if LOOSE.search(text)] == []
    assert french_spaces("« 3 km² » : 1 000 m²") == (
        "«\u00a03\u00a0km²\u00a0»\u00a0: 1\u202f000\u00a0m²"
    )
    assert words.joined(["a", "b"], "fr") == "a\u00a0; b"
    assert words.joined(["a", "b"], "en") == "a; b"


def test_apostrophes_within_words_are_curly_and_others_stay() -> None:
    assert words.curly("Côte d'Ivoire, N'Débougou, l'État") == "Côte d’Ivoire, N’Débougou, l’État"
    assert words.curly("f('x') 5' it's") == "f('x') 5' it’s"
    assert english_quotes('the sentence says "victimes"') == "the sentence says “victimes”"
    assert english_quotes('say --column "value=…"') == 'say --column "value=…"'


@pytest.fixture(scope="module")
def bundled() -> Study:
    return study().release(audience="public")


@pytest.fixture(scope="module", params=["country", "Mopti"])
def page(request: pytest.FixtureRequest, bundled: Study) -> PageMap:
    return bundled.map(region=None if request.param == "country" else request.param).page


def shown(value: object, language: int) -> Iterator[str]:
    """Give the texts of a page's data in a language; packed numbers are none."""
    if isinstance(value, dict) and set(value) == {"~"}:
        yield from shown(value["~"][language], language)
    elif isinstance(value, dict):
        yield from (
            text
            for key, part in value.items()
            if key not in ("data", "keys")  # what a reader does not see
            for text in shown(part, language)
        )
    elif isinstance(value, list):
        yield from (text for part in value for text in shown(part, language))
    elif isinstance(value, str):
        yield value


def texts_of(page: PageMap, language: int) -> set[str]:
    calls = [part for part in page._children.values() if isinstance(part, Call)]
    data = [json.loads(call.data) for call in calls] + [json.loads(page.settings)]
    return {text for one in data for text in shown(one, language)}


@pytest.mark.parametrize("language", [0, 1], ids=["fr", "en"])
def test_no_straight_apostrophe_on_a_page(page: PageMap, language: int) -> None:
    texts = texts_of(page, language)
    assert any("’" in text for text in texts)
    assert sorted(text for text in texts if STRAIGHT.search(text)) == []
    assert not any(STRAIGHT.search(unescape(part)) for part in page.still)


def test_no_english_word_on_a_french_page(page: PageMap) -> None:
    texts = [KEPT.sub("", text) for text in texts_of(page, 0) if " " in text]
    assert [text for text in texts if ENGLISH.search(text)] == []


@pytest.mark.parametrize(
    "make",
    [
        *(
            pytest.param(("map", {"measure": key}), id=key)
            for key in ("incidents", "projects", "people", "gaps")
        ),
        pytest.param(("report", {}), id="report"),
    ],
)
def test_paper_in_french_is_french(
    bundled: Study, tmp_path: Path, make: tuple[str, dict[str, str]]
) -> None:
    kind, options = make
    path = tmp_path / "paper.pdf"
    if kind == "report":
        bundled.report("Mopti", language="fr").save(path)
    else:
        bundled.map(language="fr", layers=options["measure"]).save(path)
    text = " ".join(sheet.extract_text() for sheet in pypdf.PdfReader(path).pages)
    assert "é" in text
    assert STRAIGHT.findall(text) == []
    assert ENGLISH.findall(KEPT.sub("", text)) == []
