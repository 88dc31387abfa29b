import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maligeo.core.placenames import NameTable, normalise, split_places


@pytest.mark.parametrize(
    ("written", "comparable"),
    [
        ("Ségou", "segou"),
        (unicodedata.normalize("NFD", "Ségou"), "segou"),
        ("SEGOU", "segou"),
        ("Région de Ségou", "segou"),
        ("la région de Ségou", "segou"),
        ("Ségou Region", "segou"),
        ("Région du Kénédougou", "kenedougou"),
        ("Cercle de Tin-Essako", "tin essako"),
        ("TIN ESSAKO", "tin essako"),
        ("District de Bamako", "bamako"),
        ("Commune rurale de M’Pessoba", "m pessoba"),
        ("M'Pessoba", "m pessoba"),
        ("Région d'Abeïbara", "abeibara"),
        ("  Gourma-Rharous ", "gourma rharous"),
        ("Regional", "regional"),
        ("Ville", "ville"),
        ("---", ""),
        ("", ""),
    ],
)
def test_normalise(written: str, comparable: str) -> None:
    assert normalise(written) == comparable


@given(st.text())
def test_composed_and_decomposed_spelling_are_equal(text: str) -> None:
    nfc, nfd = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert normalise(nfc) == normalise(nfd)


@pytest.mark.parametrize(
    ("cell", "places"),
    [
        ("GAO / MENAKA", ["GAO", "MENAKA"]),
        ("Gao, Ménaka et Kidal", ["Gao", "Ménaka", "Kidal"]),
        ("Mopti|Ségou", ["Mopti", "Ségou"]),
        ("Mopti and Ségou; Gao", ["Mopti", "Ségou", "Gao"]),
        ("Tin-Essako", ["Tin-Essako"]),
        ("Etamani", ["Etamani"]),
        ("Gao\nGao", ["Gao"]),
        ("", []),
        (" , ", []),
    ],
)
def test_split_places(cell: str, places: list[str]) -> None:
    assert split_places(cell) == places


def test_a_name_table_finds_names_and_aliases() -> None:
    table = NameTable.from_columns(["Tombouctou", "Gao"], ["Timbuktu|Tombuktu", None])
    assert table.find("TIMBUKTU") == (0,)
    assert table.find("Région de Gao") == (1,)
    assert table.find("Mopti") == ()
    assert table.find(None) == ()
    assert table.find("---") == ()


def test_a_name_borne_twice_gives_both() -> None:
    assert NameTable.from_columns(["Kayes", "Kayès"], [None, None]).find("kayes") == (0, 1)
