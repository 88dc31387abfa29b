"""Secrets in ten input formats: in no byte of what a study makes of them for others."""

from pathlib import Path

import pytest

import maligeo
from maligeo.core.columns import Audience
from maligeo.disclosure import Release
from maligeo.workflows.tilesets import RECORDS, SurfaceOptions, incident_surface, vector_archive
from tests.attacks.forms import FORMS
from tests.attacks.planted import COVERS, LATER, Planted, plant
from tests.attacks.searching import Wanted, kinds
from tests.attacks.secret import SECRET
from tests.attacks.unpacking import pieces_of

# One product a kind: `test_products` makes the others, which see the same frames.
TABLES = ("d.csv", "d.xlsx", "d.parquet")
LAYERS = ("l.gpkg", "l.zip")
SINGLE = ("s.geojson", "s.fgb", "s.parquet")
WIDE = SurfaceOptions(bandwidth_km=150, cell_km=40)


@pytest.fixture(scope="module", params=list(FORMS))
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def house(form: str, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("house"), form)


def test_every_form_is_read_whole(house: Planted) -> None:
    assert len(maligeo.read_incidents(house.incidents)) == 84
    assert len(maligeo.read_projects(house.projects)) == 8
    assert len(maligeo.read_areas(house.areas)) == 40


def test_the_public_finds_nothing(
    form: str, house: Planted, wanted: Wanted, tmp_path: Path
) -> None:
    make(form, house, tmp_path, "public")
    assert wanted.found_in(pieces_of(tmp_path)) == set()


def test_partners_find_no_text_place_or_day(
    form: str, house: Planted, wanted_of_partners: Wanted, tmp_path: Path
) -> None:
    """They may have victims, and days and outlines of land."""
    make(form, house, tmp_path, "partner")
    assert kinds(wanted_of_partners.found_in(pieces_of(tmp_path))) <= {"number"}


def test_the_same_search_finds_them_in_internal_products(
    house: Planted, wanted: Wanted, tmp_path: Path
) -> None:
    """So that it could find them in the others."""
    study = maligeo.study(
        incidents=house.incidents, projects=house.projects, areas=house.areas, covers=COVERS
    ).release(audience="internal")
    study.export(tmp_path / "l.gpkg")
    study.map().save(tmp_path / "m.html")
    assert {"text", "place", "day"} <= kinds(wanted.found_in(pieces_of(tmp_path / "l.gpkg")))
    assert {"place", "day"} <= kinds(wanted.found_in(pieces_of(tmp_path / "m.html")))


def make(form: str, house: Planted, folder: Path, audience: Audience) -> None:
    """Make one half of the products for the public, and the other for partners.

    From form to form the halves change places: each product meets each form and each
    audience, and each form both audiences.
    """
    study = maligeo.study(
        incidents=house.incidents, projects=house.projects, areas=house.areas, covers=COVERS
    ).release(audience=audience, as_of=LATER)
    if (list(FORMS).index(form) + (audience == "partner")) % 2:
        _write_pages(study, folder)
        _write_counts(house, folder, audience)
    else:
        _write_paper(study, folder)
        _write_layers(study, folder, audience)
        _write_tiles(house, folder, audience)
    names = [path.name for path in folder.iterdir()]
    assert len([name for name in names if not name.endswith("-metadata.json")]) >= 5
    assert SECRET not in " ".join(names)


def _write_pages(study: maligeo.Study, folder: Path) -> None:
    study.map(language="en").save(folder / "m.html")
    study.report("Mopti").save(folder / "r.html")


def _write_counts(house: Planted, folder: Path, audience: Audience) -> None:
    alone = maligeo.study(incidents=house.incidents, covers=COVERS)
    counted = alone.release(audience=audience, as_of=LATER).count("killed")
    for name in TABLES:
        counted.save(folder / name)


def _write_paper(study: maligeo.Study, folder: Path) -> None:
    study.map(layers="incidents", language="en").save(folder / "m.svg")


def _write_layers(study: maligeo.Study, folder: Path, audience: Audience) -> None:
    """Write layers and projects; alone incidents, or where these have no places, units."""
    for name in LAYERS:
        study.export(folder / name)
    for name in TABLES:
        maligeo.write_table(study.projects, folder / f"p{name}", audience=audience)
    incidents = study.incidents
    for name in SINGLE:
        if incidents is None:
            maligeo.write_layers({"units": study.units}, folder / name, audience=audience)
        else:
            drawn = incidents[incidents.geometry.notna()]
            maligeo.write_layers({"incidents": drawn}, folder / name, audience=audience)


def _write_tiles(house: Planted, folder: Path, audience: Audience) -> None:
    rules = Release.asked(audience, LATER)
    kinds_drawn = RECORDS if audience == "partner" else ("incidents",)
    sources = {kind: maligeo.Source(getattr(house, kind)) for kind in kinds_drawn}
    vector_archive(sources, zooms=(0, 6), rules=rules).save(folder / "v.mbtiles")
    incidents = maligeo.Source(house.incidents)
    incident_surface(incidents, options=WIDE, rules=rules).save(folder / "s.tif")
