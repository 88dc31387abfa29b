"""The map in a real Chromium with every request blocked; `open_page` checks the console."""

from typing import TYPE_CHECKING

import pytest

from tests.maps.boxes import box_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.conftest import Open, Write

pytestmark = pytest.mark.browser

REGIONS = "path.leaflet-interactive"
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}


def fills(page: "Page") -> list[str]:
    return page.eval_on_selector_all(REGIONS, "all => all.map(one => one.getAttribute('fill'))")


# Which turns of the page's clock are awaited: none, where nothing moves any more.
TURNS = """() => {
    const [set, clear] = [window.setInterval, window.clearInterval];
    window.turns = new Set();
    window.setInterval = (...what) => { const it = set(...what); turns.add(it); return it; };
    window.clearInterval = it => { clear(it); turns.delete(it); };
}"""


def moves(page: "Page") -> bool:
    turns: int = page.evaluate("window.turns.size")
    return turns > 0


def choose(page: "Page", group: str, label: str) -> None:
    page.locator(f".mg-{group} label", has_text=label).first.click()


def test_nine_regions_a_title_and_a_legend(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    assert page.locator(REGIONS).count() == 9
    assert page.locator("html").get_attribute("lang") == "fr"
    assert "Mali" in page.title()
    assert page.locator("h1").inner_text() == "Incidents d’engins explosifs (EEI et mines)"
    assert "janv.–août 2022" in page.locator(".mg-subtitle").inner_text()
    legend = page.locator(".mg-classes li").all_inner_texts()
    assert [text.split("\n")[0] for text in legend][-2:] == ["0", "Pas de donnée"]


def test_switching_the_layer_recolours_and_renames(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    before = fills(page)
    choose(page, "measure", "Population")
    assert page.locator("h1").inner_text() == "Population"
    assert fills(page) != before
    assert page.locator(REGIONS).count() == 9
    assert page.locator(".mg-period").count() == 0


def test_switching_the_period_keeps_the_classes(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    classes = page.locator(".mg-classes").inner_text()
    late = fills(page)
    choose(page, "period", "janv.–sept. 2021")
    assert page.locator(".mg-classes").inner_text() == classes
    assert fills(page) != late
    assert fills(page).count("url(#mg-hatch)") == 3  # the source names six regions
    assert "janv.–sept. 2021" in page.locator(".mg-subtitle").inner_text()


def test_periods_play_to_the_last_and_stop(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    page.evaluate(TURNS)
    shown = page.locator(".mg-period input")
    chosen = "all => all.findIndex(one => one.checked)"
    play = page.locator(".mg-play")
    assert shown.evaluate_all(chosen) == 2
    play.click()
    assert shown.evaluate_all(chosen) == 0
    assert "Pause" in play.inner_text()
    assert moves(page)
    play.click()
    assert not moves(page), "a pause is one"
    assert shown.evaluate_all(chosen) == 0
    play.click()
    page.locator(".mg-subtitle", has_text="janv.–août 2022").wait_for()
    assert "Pause" not in play.inner_text()
    assert not moves(page), "it stops at the end"
    assert shown.evaluate_all(chosen) == 2


def test_a_choice_by_hand_ends_the_playing(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    page.evaluate(TURNS)
    page.locator(".mg-play").click()
    assert moves(page)
    choose(page, "period", "juil.–sept. 2021")
    assert not moves(page)
    assert "juil.–sept. 2021" in page.locator(".mg-subtitle").inner_text()
    assert "Pause" not in page.locator(".mg-play").inner_text()


def test_nothing_moves_by_itself_for_who_wants_no_motion(open_page: "Open", write: "Write") -> None:
    page = open_page(write(), reduced_motion="reduce")
    page.evaluate(TURNS)
    play = page.locator(".mg-play")
    assert "Période suivante" in play.inner_text()
    play.click()
    assert not moves(page)
    assert "janv.–sept. 2021" in page.locator(".mg-subtitle").inner_text()
    assert "Pause" not in play.inner_text()


def test_one_period_has_nothing_to_play(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    assert page.locator(".mg-play").count() == 1
    choose(page, "measure", "Population")
    assert page.locator(".mg-play").count() == 0


def test_regions_and_the_rest_add_up_to_the_national_total(
    open_page: "Open", write: "Write"
) -> None:
    page = open_page(write())
    choose(page, "period", "janv.–sept. 2021")
    amounts = page.locator(".mg-sums td").all_inner_texts()
    placed, apart, total = (int(text.strip("≈ \u00a0")) for text in amounts)
    assert (placed, apart, total) == (140, 11, 151)


def test_a_click_opens_the_card_of_a_region(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    page.locator(f"{REGIONS}[aria-label^=Mopti]").click()
    card = page.locator(".mg-card")
    assert card.locator("h2").inner_text() == "Mopti"
    text = card.inner_text()
    assert "≈ 57" in text
    assert "43 à 75, arrondi et hasard" in text
    assert "découpage de 2015" in text
    assert "population de 2022" in text
    assert "UNMAS" in text


def test_bamako_has_a_callout_of_its_own(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    choose(page, "measure", "Densité")
    callout = page.locator(".mg-callout")
    assert "Bamako" in callout.inner_text()
    callout.click()
    assert page.locator(".mg-card h2").inner_text() == "Bamako"


def test_everything_works_from_the_keyboard(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    page.locator(f"{REGIONS}[aria-label^=Gao]").focus()
    page.keyboard.press("Enter")
    assert page.locator(".mg-card h2").inner_text() == "Gao"
    page.keyboard.press("Escape")
    page.locator(".mg-card").wait_for(state="detached")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused.startswith("Gao")
    page.locator(".mg-measure input").first.focus()
    page.keyboard.press("ArrowDown")
    assert "100" in page.locator(".mg-subtitle").inner_text()


def test_tab_reaches_every_control(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(e => e.getAttribute('aria-label') || e.textContent || e.name || e.tagName)"
                "(document.activeElement)"
            )
        )
    joined = " ".join(str(name) for name in reached)
    for name in ("Régions × programmes", "Sources", "Agrandir", "Vue d’ensemble", "Bamako"):
        assert name in joined
    assert len([name for name in reached if "janv.–août 2022" in str(name)]) >= 9


def test_the_table_sets_off_regions_without_any_project(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    page.locator(".mg-open", has_text="programmes").click()
    table = page.locator(".mg-presence")
    assert table.is_visible()
    names = [text.split("\n")[0] for text in table.locator("tbody th").all_inner_texts()]
    assert names[-2:] == ["Tout le pays", "Région non précisée"]
    assert len(names) == 11
    empty = table.locator(".mg-none th span").all_inner_texts()
    assert empty == ["Kayes", "Koulikoro"], "the sources name Bamako, without a number"
    page.keyboard.press("Escape")
    assert not table.is_visible()


def test_sources_limits_and_the_disclaimer_can_be_read(open_page: "Open", write: "Write") -> None:
    page = open_page(write())
    page.locator(".mg-open", has_text="Sources").click()
    text = page.locator(".mg-drawer-notes").inner_text()
    for part in ("1:10", "Bamako est peu fiable", "GeoNames", "ni reconnaissance", "2015"):
        assert part in text


def test_english(open_page: "Open", write: "Write") -> None:
    page = open_page(write(language="en"))
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").inner_text() == "Explosive incidents (IEDs and mines)"
    assert "No data" in page.locator(".mg-classes").inner_text()
    assert "Algeria" in page.locator(".mg-neighbour").all_text_contents()


def test_one_region(open_page: "Open", write: "Write") -> None:
    page = open_page(write(region="région de TOMBOUCTOU"))
    assert page.locator("h1").inner_text().startswith("Tombouctou")
    assert page.locator(REGIONS).count() == 9
    assert "≈ 17" in page.locator(".mg-region").inner_text()


def test_a_phone(open_page: "Open", write: "Write") -> None:
    page = open_page(write(), **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    size = box_of(page.locator(".folium-map"))
    toggle = page.locator(".mg-toggle")
    assert toggle.get_attribute("aria-expanded") == "true"
    toggle.tap()
    assert toggle.get_attribute("aria-expanded") == "false"
    assert not page.locator(".mg-measure").is_visible()
    assert page.locator(".mg-legend").is_visible()
    assert box_of(page.locator(".folium-map"))["height"] > size["height"]
    page.locator(f"{REGIONS}[aria-label^=Kayes]").tap()
    assert page.locator(".mg-card h2").inner_text() == "Kayes"


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, PHONE])
def test_no_label_covers_another(open_page: "Open", write: "Write", size: dict[str, int]) -> None:
    page = open_page(write(), **size)
    page.wait_for_timeout(100)
    boxes = page.evaluate(
        """() => [...document.querySelectorAll(
             '.mg-region-label .mg-tag, .mg-neighbour span, .mg-town-mark span, .mg-callout')]
           .filter(e => e.offsetWidth && getComputedStyle(e).visibility === 'visible')
           .map(e => [e.textContent, e.getBoundingClientRect().toJSON()])"""
    )
    assert len(boxes) >= 15
    for at, (name, one) in enumerate(boxes):
        for other_name, other in boxes[at + 1 :]:
            apart = (
                one["right"] <= other["left"]
                or other["right"] <= one["left"]
                or one["bottom"] <= other["top"]
                or other["bottom"] <= one["top"]
            )
            assert apart, f"{name} covers {other_name}"


def test_hostile_texts_do_nothing(open_page: "Open", hostile_page: "Path") -> None:
    page = open_page(hostile_page)
    for label in page.locator(".mg-measure label").all():
        label.click()
    for path in page.locator(REGIONS).all():
        path.dispatch_event("click")
    for button in page.locator(".mg-open").all():
        button.click()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img").count() == 0
    page.locator(".mg-open-presence").click()  # the last of all was the language
    names = page.locator(".mg-presence thead th").all_text_contents()
    assert any("{{ 7*7 }}" in name for name in names)
    assert any("</script>" in name for name in names)
