"""Every sentence of errors and faults that the code writes has its French."""

import ast
import re

import pytest

from maligeo.core.bilingual import read_file
from maligeo.core.errors import (
    ArgumentError,
    Fault,
    FrameError,
    InputFileError,
    MaligeoError,
    UnknownNameError,
    caused,
    explained,
)
from maligeo.core.sentences import translated
from maligeo.readers.formats import load_format
from tests.sentences import PACKAGE, Sentence, like_faults, plain, sentences, unread

ROOMS = sorted(path.name for path in PACKAGE.iterdir() if path.suffix in ("", ".py"))
PART = re.compile(r"\{(\w+)(?:!r)?\}")
ENTRIES = read_file("sentences")
# Put together of parts too small to be looked for.
COMPOSED = {
    "day and month cannot be distinguished",
    "day and month stand in both orders in this column",
    "is no word that is known here, which are {known}",
    "tile {z}/{x}/{y}: {why}",
    "layer {name!r}: {why}",
    "{role}: {part} is not the file it was made from, or it was released from another store",
    "tiles",
    "bytes",
    *(
        f"may be {', '.join(one['meant'])}, which IMAS 07.11 keeps apart: say which, in the file "
        f"or for all by --constant status={one['meant'][-1]}"
        for one in load_format("plain_areas").settings["ambiguous_status"]
    ),
    "{name!r} is no unit of the place that is reported above it",
    "{name!r} is no place that is known in {vintage}",
    "{name!r} is no place that is known in the place that is reported above it",
    *(
        f"{{name}} is a {kind}{of}{where}"
        for kind in ("region", "cercle", "commune")
        for of in ("", " of {vintage}")
        for where in ("", ", in {where}")
    ),
}
# Begin as what is said of a value, and are parts of other sentences or come to no person.
NO_FAULTS = {
    "disclosure/content_checks.py",
    "have a value",
    "have a value and a neighbour",
    "is in ",
    "lies in none of the units",
    "cannot be distinguished",
}
SAME = {"licence"}  # in both languages
SHORT = 6  # letters; less may stand anywhere


def without_french(found: list[Sentence]) -> list[Sentence]:
    texts = {one: one.text.replace("{!r}", "'x'").replace("{}", "x") for one in found}
    texts = {
        one: text for one, text in texts.items() if set(text) - set("x :'") and text not in SAME
    }  # the others are put together of parts
    return [one for one, text in texts.items() if translated(text, "fr") == text]


@pytest.mark.parametrize("room", ROOMS)
def test_every_sentence_of_a_room_has_its_french(room: str) -> None:
    assert without_french(sentences(room)) == []


def test_sentences_are_found_in_all_rooms_that_refuse_something() -> None:
    rooms = {one.path.partition("/")[0] for one in sentences()}
    assert {"downloads", "maps", "paper", "serving", "tiles", "provenance", "look"} <= rooms


def test_the_sentence_of_every_error_can_be_read_from_the_code() -> None:
    """A fault may be chosen from several; what an error says stands where it is raised."""
    assert [one for one in unread() if not one.text.endswith(("Fault", ".add"))] == []


def test_whatever_is_said_of_a_value_has_its_french() -> None:
    parts = [one for one in like_faults() if one.path not in NO_FAULTS]
    whole = [one for one in without_french(parts) if one.text not in NO_FAULTS]
    assert [one for one in whole if not any(one.text in english for english in ENTRIES)] == []


def test_the_parts_of_a_sentence_are_filled_in() -> None:
    for english, french in ENTRIES.items():
        assert set(PART.findall(french)) <= set(PART.findall(english)), english
        assert french.strip() != english


def test_no_entry_is_left_over() -> None:
    """What lies between the parts of a sentence stands in the code."""
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py")))
    joined = re.sub(r"""["']\s*\n\s*[rf]*["']""", "", code).replace('\\"', '"')
    left, whole = [], {one.text for one in sentences()}
    for english in ENTRIES:
        pieces = re.split(PART.pattern.replace("(", "(?:", 1), english)
        if (
            english not in COMPOSED
            and plain(english) not in whole
            and not any(piece.strip(" .:,;()") in joined for piece in pieces if len(piece) > SHORT)
        ):
            left.append(english)
    assert left == []


def test_statuses_of_land_are_french_in_french() -> None:
    for english in (one for one in COMPOSED if one.startswith("may be ")):
        assert not re.search("cancelled|reduced|cleared", translated(english, "fr"))


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


NAMED_ERRORS = [
    ArgumentError(
        key="unknown_choice",
        values={"option": "dates", "value": "jma", "choices": "day-month, month-day"},
    ),
    UnknownNameError(
        key="unknown_name", values={"what": "measure", "name": "kiled", "known": "killed, injured"}
    ),
    InputFileError(key="which_people", values={"file": "a.csv", "columns": "A, B"}),
]


@pytest.mark.parametrize("error", NAMED_ERRORS, ids=lambda error: str(error.key))
def test_an_error_with_a_name_is_french_as_a_part_of_another_text(error: MaligeoError) -> None:
    """Such as the reason of a fault."""
    assert Fault(3, "x", None, str(error)).reason_in("fr") == error.message("fr")


@pytest.mark.parametrize(
    "error",
    [
        *NAMED_ERRORS,
        ArgumentError("a surface is on no paper: maligeo surface writes it as a raster"),
        FrameError("incidents", [Fault(3, "Tués", "x", "is not a number"),
                                 Fault(None, "date", None, "column is missing")]),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_what_is_behind_an_error_is_said_whole_in_its_language(error: MaligeoError) -> None:
    whole = caused("a.html cannot be made for the audience public", error)
    assert str(whole) == f"a.html cannot be made for the audience public: {error.message('en')}"
    assert whole.message("fr").endswith(f"public «\u00a0public\u00a0»\u00a0: {error.message('fr')}")


def test_what_is_logged_has_its_french() -> None:
    """Templates of parts alone are said part by part."""
    logged = {
        str(node.args[0].value)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "warning"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }
    told = {text: text.replace("%s", "x").replace("%r", "'x'") for text in logged}
    assert len(told) > len(SAME)
    bare = [text for text, one in told.items() if translated(one, "fr") == one]
    assert sorted(bare) == ["%s", "%s: %s"]
