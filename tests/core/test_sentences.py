"""Every sentence of errors and faults that the code writes has its French."""

import re

import pytest

from maligeo.core.bilingual import read_file
from maligeo.core.errors import ArgumentError, Fault, FrameError, InputFileError, explained
from maligeo.core.sentences import translated
from tests.sentences import PACKAGE, sentences

# Rooms that a person meets on the command line; of the others only some sentences have one.
ROOMS = ("readers", "core", "join", "workflows", "cli", "measure", "disclosure", "exports")
PART = re.compile(r"\{(\w+)(?:!r)?\}")
ENTRIES = read_file("sentences")
# Put together of parts too small to be looked for.
COMPOSED = {
    "day and month cannot be distinguished",
    "day and month stand in both orders in this column",
    "is no word that is known here, which are {known}",
}
SHORT = 6  # letters; less may stand anywhere


@pytest.mark.parametrize("room", ROOMS)
def test_every_sentence_of_a_room_has_its_french(room: str) -> None:
    found = sentences(room)
    assert found
    texts = {one: one.text.replace("{!r}", "'x'").replace("{}", "x") for one in found}
    texts = {
        one: text for one, text in texts.items() if set(text) - set("x :'")
    }  # put together of parts
    assert [one for one, text in texts.items() if translated(text, "fr") == text] == []


def test_the_parts_of_a_sentence_are_filled_in() -> None:
    for english, french in ENTRIES.items():
        assert set(PART.findall(french)) <= set(PART.findall(english)), english
        assert french.strip() != english


def test_no_entry_is_left_over() -> None:
    """What lies between the parts of a sentence stands in the code."""
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py")))
    joined = re.sub(r"""["']\s*\n\s*[rf]*["']""", "", code).replace('\\"', '"')
    systems = {"No such file or directory", "Is a directory", "Not a directory"}
    systems |= {"Permission denied", "No space left on device", "Read-only file system"}
    systems |= {"File name too long", "File is not a zip file"}
    left = []
    for english in ENTRIES.keys() - systems:
        pieces = re.split(PART.pattern.replace("(", "(?:", 1), english)
        if english not in COMPOSED and not any(
            piece.strip(" .:,;()") in joined for piece in pieces if len(piece) > SHORT
        ):
            left.append(english)
    assert left == []


def test_quoted_parts_and_clauses() -> None:
    assert translated("list.xlsx has no sheet 'mai'; there is mars", "fr") == (
        "list.xlsx n’a pas de feuille «\u00a0mai\u00a0»\u00a0; il y a mars"
    )
    assert translated("nothing that is known here", "fr") == "nothing that is known here"
    with pytest.raises(InputFileError) as raised, explained("a.csv cannot be read"):
        raise FileNotFoundError(2, "No such file or directory")
    assert str(raised.value) == "a.csv cannot be read: No such file or directory"
    french = raised.value.message("fr").replace("\u00a0", " ")
    assert french == "a.csv ne peut pas être lu : il n’y a pas de fichier de ce nom"


def test_a_list_of_faults_in_french() -> None:
    faults = [
        Fault(3, "Tués", "x", "is not a number"),
        Fault(None, "date", None, "column is missing"),
    ]
    told = FrameError("incidents", faults).message("fr").replace("\u00a0", " ")
    assert told.split("\n") == [
        "incidents : 2 fautes",
        "  ligne 3, Tués : n’est pas un nombre (on y lit « x »)",
        "  colonne « date » : la colonne manque",
    ]
    assert ArgumentError("x").message("fr") == "x"
