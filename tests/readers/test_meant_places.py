"""Names of places that the user says are others: read as meant, and said so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import maligeo
from maligeo.core.errors import ArgumentError, UnknownNameError
from maligeo.join.points import Locator
from maligeo.provenance import read_about
from maligeo.readers.files.sources import Source
from maligeo.readers.places import iter_places
from maligeo.readers.profiles import read_profile, write_profile
from maligeo.readers.reading import ATTRIBUTE, Reading
from maligeo.workflows.remaking import remake

MEANT = {"Tombouctu": "Tombouctou"}
INCIDENTS = (
    "Date,Région,Type,Morts\n"
    "2022-03-01,Tombouctu,EEI,2\n"
    "2022-03-02,Gao,EEI,0\n"
    "2022-03-03,TOMBOUCTU ,EEI,1\n"
    '2022-03-04,"Gao, Tombouctu",EEI,1\n'
)
PROJECTS = "Titre,Région\nPuits,Tombouctu / Gao\nÉcole,Mopti\n"
AREAS = "N°,Région,Superficie (ha),Statut\n1,Tombouctu,2,dépolluée\n2,Gao,3,dépolluée\n"
FIGURES = "Région,PDI janv. 2022\nTombouctu,120\nGao,7\n"
TEXTS = {"incidents": INCIDENTS, "projects": PROJECTS, "areas": AREAS, "figures": FIGURES}
READERS: dict[str, Callable[..., pd.DataFrame]] = {
    "incidents": maligeo.read_incidents,
    "projects": maligeo.read_projects,
    "areas": maligeo.read_areas,
    "figures": maligeo.read_figures,
}
FRAMES: dict[str, Callable[..., pd.DataFrame]] = {
    "incidents": maligeo.as_incidents,
    "projects": maligeo.as_projects,
    "areas": maligeo.as_areas,
    "figures": maligeo.as_figures,
}
ROWS = {"incidents": 3, "projects": 1, "areas": 1, "figures": 1}
NAMES = {
    "incidents": ["Tombouctou", "Gao", "Tombouctou", "Gao, Tombouctou"],
    "projects": ["Tombouctou", "Gao", "Mopti"],
    "areas": ["Tombouctou", "Gao"],
    "figures": ["Tombouctou", "Gao"],
}


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(kind: str) -> Path:
        path = tmp_path / f"{kind}.csv"
        path.write_text(TEXTS[kind], "utf-8")
        return path

    return write


def reading_of(frame: pd.DataFrame) -> Reading:
    found: Reading = frame.attrs[ATTRIBUTE]
    return found


@pytest.mark.parametrize("kind", TEXTS)
def test_a_name_is_read_as_what_it_means(written: Callable[[str], Path], kind: str) -> None:
    read = READERS[kind](written(kind), places=MEANT)
    assert read["adm1_name"].tolist() == NAMES[kind]
    assert reading_of(read).places == {"Tombouctu": ("Tombouctou", ROWS[kind])}
    again = READERS[kind](Source(written(kind), places=MEANT))
    assert again["adm1_name"].tolist() == NAMES[kind]


@pytest.mark.parametrize("kind", TEXTS)
def test_what_the_file_says_stays_beside_it(written: Callable[[str], Path], kind: str) -> None:
    read = READERS[kind](written(kind), places=MEANT)
    own = {"projects": "Tombouctu / Gao"}.get(kind, "Tombouctu")
    assert read["Région"].iloc[0] == own
    assert reading_of(read).used["adm1_name"] == "Région"
    assert "Région" not in READERS[kind](written(kind)).columns


@pytest.mark.parametrize("kind", TEXTS)
def test_frames_say_it_too(written: Callable[[str], Path], kind: str) -> None:
    frame = pd.read_csv(written(kind))
    read = FRAMES[kind](frame, places=MEANT)
    assert read["adm1_name"].tolist() == NAMES[kind]
    assert reading_of(read).places["Tombouctu"].rows == ROWS[kind]


@pytest.mark.parametrize("kind", TEXTS)
def test_a_name_that_stands_in_no_row_is_refused(written: Callable[[str], Path], kind: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        READERS[kind](written(kind), places={**MEANT, "Sikaso": "Sikasso"})
    assert "Sikaso" in str(caught.value)
    assert "Tombouctu" not in str(caught.value)
    assert "aucune ligne" in caught.value.message("fr")


@pytest.mark.parametrize("kind", TEXTS)
def test_what_was_said_of_another_file_may_stand_in_no_row(
    written: Callable[[str], Path], tmp_path: Path, kind: str
) -> None:
    said = Source("march.csv", places={**MEANT, "Sikaso": "Sikasso"})
    profile = write_profile(tmp_path / "list.toml", kind, said)
    april = Source(written(kind), **read_profile(profile)[kind])
    read = READERS[kind](april)
    assert read["adm1_name"].tolist() == NAMES[kind]
    assert reading_of(read).places["Sikaso"] == ("Sikasso", 0)


def test_a_profile_holds_places_as_they_are_said(tmp_path: Path) -> None:
    said = Source("march.csv", places={'Ville "haute"': "Gao", "Ségu": "Ségou"})
    path = write_profile(tmp_path / "list.toml", "incidents", said)
    assert 'places = { "Ville \\"haute\\"" = "Gao", "Ségu" = "Ségou" }' in path.read_text("utf-8")
    kept = read_profile(path)["incidents"]
    assert kept["places"] == said.places
    april = write_profile(tmp_path / "april.toml", "incidents", Source("april.csv", **kept))
    assert april.read_text("utf-8") == path.read_text("utf-8")


def test_how_a_file_is_read_is_recorded() -> None:
    source = Source("list.csv", places=MEANT)
    assert Source.again("list.csv", source.how()) == source
    remembered = Source("list.csv", places=MEANT, remembered=True)
    assert Source.again("list.csv", remembered.how()) == remembered


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("tombouctu", "Tombouctou"),
        ("Tombouctu - Gao", "Tombouctou - Gao"),
        ("Gao et Tombouctu", "Gao et Tombouctou"),
        ("Tombouctu (Niafunké)", "Tombouctou (Niafunké)"),
        ("Niafunké (Tombouctu)", "Niafunké (Tombouctou)"),
        ("Nouvelle Tombouctu", "Nouvelle Tombouctu"),
        ("Tombouctu Nord, Tombouctu", "Tombouctu Nord, Tombouctou"),
        ("Cercle de Tombouctu", "Cercle de Tombouctu"),
    ],
)
def test_whole_names_alone_are_meant(cell: str, read: str) -> None:
    frame = pd.DataFrame({"Date": "2022-03-01", "Région": [cell, "Tombouctu"], "Type": "EEI"})
    found = maligeo.as_incidents(frame, places=MEANT)
    assert found["adm1_name"].iloc[0] == read


def test_every_column_of_places_is_meant_and_a_row_counts_once() -> None:
    frame = pd.DataFrame(
        {
            "Date": "2022-03-01",
            "Région": ["Tombouctu", "Gao"],
            "Cercle": ["Tombouctu", "Ansongo"],
            "Localité": ["x", "Tombouctu"],
            "Type": "EEI",
        }
    )
    found = maligeo.as_incidents(frame, places=MEANT)
    assert found["adm2_name"].tolist() == ["Tombouctou", "Ansongo"]
    assert found["place_name"].tolist() == ["x", "Tombouctou"]
    assert reading_of(found).places["Tombouctu"].rows == 2


def test_pieces_of_a_folder_are_counted_together(tmp_path: Path) -> None:
    for name, place in (("a.csv", "Tombouctu"), ("b.csv", "Ségu")):
        (tmp_path / name).write_text(f"Date,Région,Type\n2022-03-01,{place},EEI\n", "utf-8")
    read = maligeo.read_incidents(tmp_path, places={**MEANT, "Ségu": "Ségou"})
    assert reading_of(read).places == {"Tombouctu": ("Tombouctou", 1), "Ségu": ("Ségou", 1)}
    with pytest.raises(UnknownNameError, match=f"^{tmp_path}: no row says 'Sikaso'"):
        maligeo.read_incidents(tmp_path, places={"Sikaso": "Sikasso"})


def test_a_lazy_frame_is_read_as_meant(written: Callable[[str], Path]) -> None:
    dask = pytest.importorskip("dask.dataframe")
    lazy = dask.from_pandas(pd.read_csv(written("incidents")), npartitions=2)
    read = maligeo.as_incidents(lazy, places={**MEANT, "Sikaso": "Sikasso"}).compute()
    assert read["adm1_name"].tolist() == NAMES["incidents"]


def test_faulty_rows_are_kept_as_the_file_says_them(tmp_path: Path) -> None:
    path, rejects = tmp_path / "list.csv", tmp_path / "rejects.csv"
    path.write_text("Date,Région,Type\n32/13/2022,Tombouctu,EEI\n", "utf-8")
    maligeo.read_incidents(path, places=MEANT, on_invalid="quarantine", rejects=rejects)
    text = rejects.read_text("utf-8")
    assert "Tombouctu" in text
    assert "Tombouctou" not in text


@pytest.mark.parametrize("places", [{"": "Gao"}, {"Tombouctu": " "}, {"Ségu": "Gao", "SEGU": "x"}])
def test_what_says_nothing_or_two_things_is_refused(places: dict[str, str]) -> None:
    with pytest.raises(ArgumentError, match="places"):
        Source("list.csv", places=places)


def test_a_table_of_any_make_is_read_as_meant(written: Callable[[str], Path]) -> None:
    pieces = list(iter_places(written("incidents"), places=MEANT))
    assert pieces[0]["adm1_name"].tolist() == NAMES["incidents"]
    assert pieces[0]["Région"].iloc[0] == "Tombouctu"
    ours = written("incidents").with_name("ours.csv")
    ours.write_text(INCIDENTS.replace("Région", "adm1_name"), "utf-8")
    (piece,) = iter_places(ours, places=MEANT)
    assert piece[["adm1_name", "adm1_name (file)"]].iloc[0].tolist() == ["Tombouctou", "Tombouctu"]
    with pytest.raises(UnknownNameError, match="Sikaso"):
        list(iter_places(written("incidents"), places={"Sikaso": "Sikasso"}))


def test_lists_that_are_places_themselves_are_read_without(tmp_path: Path) -> None:
    villages = tmp_path / "villages.csv"
    villages.write_text("village,cercle,lat,lon\nSokoura,Bankass,13.9,-3.5\n", "utf-8")
    with pytest.raises(ArgumentError, match="places"):
        maligeo.read_gazetteer(Source(villages, places=MEANT))


# --- Where units are known, so are the places that may be meant.


def located(kind: str, read: pd.DataFrame, units: Any) -> list[str]:
    """Give the units that the first record of a kind lies in."""
    if kind == "areas":
        shares = maligeo.allocate(read, units, by="area")
        return [str(name) for name in shares["name"][:1]]
    if kind == "figures":
        table = maligeo.density(read, units, measure="displaced")
        counted = table[(table["count"] == 120) & (table["place_kind"] == "unit")]
        return counted["name"].astype(str).tolist()
    return maligeo.locate(read, units)["adm1_name"].astype(str).tolist()[:1]


@pytest.mark.parametrize("kind", TEXTS)
def test_records_lie_where_they_are_meant_to(written: Callable[[str], Path], kind: str) -> None:
    units = maligeo.load_boundaries()
    assert located(kind, READERS[kind](written(kind), places=MEANT), units) == ["Tombouctou"]
    assert located(kind, READERS[kind](written(kind)), units) != ["Tombouctou"]


@pytest.mark.parametrize("kind", TEXTS)
def test_what_is_no_known_place_is_refused(written: Callable[[str], Path], kind: str) -> None:
    read = READERS[kind](written(kind), places={"Tombouctu": "Tombuctou"})
    with pytest.raises(UnknownNameError) as caught:
        located(kind, read, maligeo.load_boundaries())
    assert "Tombuctou" in str(caught.value)
    assert "Tombouctou" in caught.value.message("fr")  # as a proposal


@pytest.mark.parametrize(
    "name", ["Ménaka", "Koro", "cercle de Bankass", "Gao et Mopti", "Mali", "Kidal (Abeibara)"]
)
def test_known_places_are_those_of_any_level(name: str) -> None:
    Locator(maligeo.load_boundaries()).require_known({"x": (name, 1)})


def test_a_village_of_the_gazetteer_is_known() -> None:
    units = maligeo.load_boundaries()
    frame = pd.DataFrame(
        {"place_name": ["Zzoura"], "name_alt": [None], "lon": [-3.5], "lat": [13.9]}
    )
    with pytest.raises(UnknownNameError):
        Locator(units).require_known({"x": ("Zzoura", 1)})
    Locator(units, gazetteer=frame).require_known({"x": ("Zzoura", 1)})


def test_a_large_list_is_counted_as_meant(
    written: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maligeo.workflows.large_files.LARGE_BYTES", 0)
    study = maligeo.study(incidents=Source(written("incidents"), places=MEANT))
    counted = study.count("incidents").frame.set_index("name")["count"]
    assert counted["Tombouctou"] == 2
    wrong = Source(written("incidents"), places={"Tombouctu": "Tombuctou"})
    with pytest.raises(UnknownNameError, match="Tombuctou"):
        maligeo.study(incidents=wrong).count("incidents").save(tmp_path / "x.csv")


def test_a_product_is_made_again_as_its_record_says(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    said = Source(written("incidents"), places={**MEANT, "Ségu": "Ségou"}, remembered=True)
    study = maligeo.study(incidents=said).release(audience="internal")
    made = study.count("incidents").save(tmp_path / "counts.csv")
    found = remake(made, {})
    assert (found.differing, found.made_again) == ((), True)
    public = read_about(maligeo.study(incidents=said).release().count().save(tmp_path / "p.csv"))
    assert "Tombouctu" not in public.to_json()
    assert "remembered" not in public.to_json()


def test_a_list_of_places_is_not_the_name_that_it_resembles() -> None:
    names = ["Gao, Ansongo", "Gao-Ansongo", "Gao (Ansongo)"]
    rows = {"date": "2022-03-01", "type": "EEI", "cercle": names}
    read = maligeo.as_incidents(pd.DataFrame(rows), places={"Gao-Ansongo": "Ansongo"})
    assert read["adm2_name"].tolist() == ["Gao, Ansongo", "Ansongo", "Gao (Ansongo)"]
