"""Projects by name: in cards and behind the matrix, as far as their audience sees them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest

import maligeo
from maligeo.core.columns import Audience
from maligeo.core.errors import ReleaseError
from maligeo.maps import add_presence, add_project_list, region_map, save_map
from tests.conftest import HOSTILE
from tests.maps.boxes import box_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Bundled, Open

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def open_unit(page: "Page", name: str) -> None:
    page.locator(f"path.leaflet-interactive[aria-label^={name}]").focus()
    page.keyboard.press("Enter")
    page.locator(".mg-card").wait_for()


def entries(page: "Page", within: str = ".mg-card") -> list[str]:
    found = page.locator(f"{within} .mg-projects > li").all_inner_texts()
    return [text.replace("\u00a0", " ") for text in found]


@pytest.mark.browser
def test_the_card_of_a_region_names_its_projects(open_page: "Open", bundled: "Bundled") -> None:
    page = open_page(bundled())
    open_unit(page, "Gao")
    found = entries(page)
    assert len(found) == 5
    luxembourg = next(text for text in found if text.startswith("Développement durable"))
    for part in (
        "Ici : lieu d’activité",
        "Mise en œuvre : Proman",
        "Secteur : développement rural, formation professionnelle",
        "Période : 2023–2024 (dates du programme)",
        "Source : Coopération luxembourgeoise",
    ):
        assert part in luxembourg
    unmas = next(text for text in found if text.startswith("Programme de lutte antimines"))
    assert "Période : depuis 2013 (dates du programme)" in unmas
    reaches = [text.split("\n")[1] for text in found]
    assert "Ici : lieu cité, nombre de projets inconnu (Ménaka)" in reaches
    assert "Ici : bureau, pas un lieu d’activité (Gao)" in reaches


@pytest.mark.browser
def test_the_names_are_in_english_too(open_page: "Open", bundled: "Bundled") -> None:
    page = open_page(bundled("en"))
    open_unit(page, "Sikasso")
    (only,) = entries(page)
    assert "Programme: Luxembourg – Mali development cooperation" in only
    assert "Carried out by: LuxDev" in only
    assert "Here: place of activity" in only


@pytest.mark.browser
@SIZES
def test_a_long_list_scrolls(open_page: "Open", bundled: "Bundled", size: dict[str, Any]) -> None:
    page = open_page(bundled(), **size)
    open_unit(page, "Gao")
    last = page.locator(".mg-card .mg-projects > li").last
    last.locator("small").last.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    line, many = box_of(last.locator("small").last), box_of(page.locator(".mg-card .mg-many"))
    assert many["height"] <= 250
    assert line["y"] + line["height"] <= many["y"] + many["height"] + 1


@pytest.mark.browser
def test_the_matrix_leads_to_the_projects_that_it_counts(
    open_page: "Open", bundled: "Bundled"
) -> None:
    page = open_page(bundled())
    page.locator(".mg-open-presence").click()
    cells = page.locator(".mg-presence tr:not(.mg-apart) td.mg-has button")
    counted, named = 0, 0
    for at in range(cells.count()):
        text = cells.nth(at).inner_text()
        cells.nth(at).click()
        opened = entries(page, ".mg-opened")
        cells.nth(at).click()
        there = [one for one in opened if "Ici : lieu d’activité" in one]
        assert opened
        assert len(there) == (int(text) if text.isdigit() else 0)
        counted, named = counted + len(there), named + len(opened) - len(there)
    assert (counted, named) == (14, 7)  # of the rows that tell of a unit
    assert page.locator(".mg-opened").count() == 0


@pytest.mark.browser
def test_an_office_in_the_matrix_is_an_office(open_page: "Open", bundled: "Bundled") -> None:
    page = open_page(bundled())
    page.locator(".mg-open-presence").click()
    row = page.locator(".mg-presence tr", has=page.get_by_role("button", name="Kidal", exact=True))
    cell = row.locator("td").last
    assert cell.inner_text() == "bureau"
    assert cell.get_attribute("class") is None  # not marked as having projects
    cell.locator("button").click()
    (opened,) = entries(page, ".mg-opened")
    assert "Ici : bureau, pas un lieu d’activité (Kidal, Tessalit)" in opened


@pytest.mark.browser
def test_a_project_that_is_chosen_lights_its_places_up(
    open_page: "Open", bundled: "Bundled"
) -> None:
    from playwright.sync_api import expect

    page = open_page(bundled())
    lit = page.locator("path.mg-lit")
    assert lit.count() == 0
    open_unit(page, "Mopti")
    chosen = page.locator(".mg-light-up", has_text="Réinsertion")
    chosen.click()
    expect(lit).to_have_count(3)  # drawn with the next frame
    assert chosen.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Escape")
    chip = page.locator(".mg-chip")
    assert chip.locator("small").inner_text() == "Gao, Mopti, Tombouctou"
    expect(lit).to_have_count(3)  # drawn with the next frame
    chip.locator("button").click()
    assert lit.count() == chip.count() == 0


@pytest.mark.browser
def test_no_cell_of_the_matrix_tells_the_ear_what_it_hides_from_the_eye(
    open_page: "Open", bundled: "Bundled"
) -> None:
    page = open_page(bundled())
    page.locator(".mg-open-presence").click()
    cells = page.locator(".mg-presence tbody td")
    hidden = "all => all.filter(td => td.textContent.trim() && !td.innerText.trim()).length"
    assert page.locator(".mg-presence .mg-unseen").count() == 0
    assert cells.evaluate_all(hidden) == 0
    assert page.locator(".mg-presence .mg-none td").first.inner_text() == "non cité"


@pytest.mark.browser
def test_the_sources_of_a_card_are_those_of_its_unit(open_page: "Open", bundled: "Bundled") -> None:
    page = open_page(bundled())
    sources = {}
    for name in ("Sikasso", "Mopti"):
        open_unit(page, name)
        sources[name] = page.locator(".mg-card-list").last.inner_text()
        page.keyboard.press("Escape")
        page.locator(".mg-card").wait_for(state="detached")
    assert "Coopération luxembourgeoise" in sources["Sikasso"]
    assert "Norvège" not in sources["Sikasso"]
    assert "Norvège" in sources["Mopti"]
    assert "luxembourgeoise" not in sources["Mopti"]


@pytest.fixture
def own_projects(tmp_path: Path) -> Path:
    """Eight projects in Gao whose names of people and places are not for the public."""
    rows = [
        f"p{at},hush-title,hush-organisation,hush-implementer,prog,eau,Gao,2021-01-01,2021-12-31"
        for at in range(8)
    ]
    names = "title,organisation,implementer,programme,sector,adm1_name,start_date,end_date"
    path = tmp_path / "hush-file.csv"
    path.write_text("\n".join([f"project_id,{names}", *rows]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("audience", "hidden", "shown"),
    [
        ("public", ("hush",), ("prog",)),
        ("partner", ("hush-file",), ("hush-title", "hush-organisation")),
    ],
)
def test_a_page_names_what_its_audience_may_see(
    own_projects: Path, tmp_path: Path, audience: Audience, hidden: list[str], shown: list[str]
) -> None:
    study = maligeo.study(projects=own_projects)
    released = study.release(audience=audience, as_of="2022-06-01", store=tmp_path / "store")
    text = Path(released.map().save(tmp_path / "map.html")).read_text(encoding="utf-8")
    assert not [word for word in hidden if word in text]
    assert not [word for word in shown if word not in text]


def test_projects_that_were_not_released_are_refused(
    units: gpd.GeoDataFrame, table: pd.DataFrame
) -> None:
    shares = maligeo.study().shares
    changed = shares.assign(title="written by hand")
    with pytest.raises(ReleaseError, match="the projects"):
        add_project_list(region_map(table, units), changed, units)


@pytest.mark.browser
def test_hostile_titles_do_nothing(
    open_page: "Open", tmp_path: Path, units: gpd.GeoDataFrame, table: pd.DataFrame
) -> None:
    text = " | ".join(HOSTILE)
    fmap = region_map(table, units, audience="internal")
    shares = maligeo.study().shares.assign(
        title=text, programme=HOSTILE[0], place=text, source=text, implementer=text
    )
    add_project_list(fmap, shares, units)
    add_presence(fmap, maligeo.presence(shares, units))
    page = open_page(save_map(fmap, tmp_path / "map.html"))
    open_unit(page, "Gao")
    page.locator(".mg-light-up").first.click()
    page.locator(".mg-open-presence").click()
    for button in page.locator(".mg-presence td button").all():
        button.click()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img").count() == 0


@pytest.mark.browser
@SIZES
def test_axe_finds_nothing_serious_with_all_that_opens(
    open_page: "Open", bundled: "Bundled", size: dict[str, Any]
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(bundled(), **size)
    open_unit(page, "Gao")
    page.locator(".mg-light-up").first.click()
    page.wait_for_timeout(300)
    found = axe.run(page).response["violations"]
    page.locator(".mg-open-presence").click()
    page.locator(".mg-presence td button").first.click()
    found += axe.run(page).response["violations"]
    serious = [
        (one["id"], [node["target"] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
