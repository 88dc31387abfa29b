import copy
import pickle
import string
from pathlib import Path

import pytest

from maligeo.core import errors
from maligeo.core.bilingual import NO_BREAK_SPACE, read_file
from maligeo.core.checks import require_choice, require_known

SOURCES = Path(errors.__file__).parents[1]
KINDS = [
    errors.ArgumentError,
    errors.UnknownNameError,
    errors.GeometryError,
    errors.CrsError,
    errors.VintageError,
    errors.InputFileError,
    errors.OutputFileError,
    errors.ReleaseError,
    errors.MissingDependencyError,
]
REGION = {"name": "Ga", "known": "Gao, Kidal"}


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.ArgumentError, ValueError),
        (errors.UnknownNameError, LookupError),
        (errors.GeometryError, ValueError),
        (errors.CrsError, ValueError),
        (errors.VintageError, ValueError),
        (errors.FrameError, ValueError),
        (errors.InputFileError, OSError),
        (errors.OutputFileError, OSError),
        (errors.MissingDependencyError, ImportError),
    ],
)
def test_every_error_refines_a_builtin(error: type, builtin: type) -> None:
    assert issubclass(error, errors.MaligeoError)
    assert issubclass(error, builtin)


def test_a_frame_error_lists_every_fault() -> None:
    faults = [errors.Fault(row, "killed", -row, "is negative") for row in range(1, 4)]
    text = str(errors.FrameError("incidents", faults))
    assert text.startswith("incidents: 3 faults")
    assert "row 2, killed: is negative (found -2)" in text


def test_a_frame_error_shows_fifty_and_counts_all() -> None:
    faults = [errors.Fault(row, "lon", f"x{row}", "is no number") for row in range(120)]
    text = str(errors.FrameError("incidents", faults))
    assert text.count("is no number") == 50
    assert text.endswith("… and 70 more")


def test_a_value_that_is_a_fault_in_many_rows_is_said_once() -> None:
    faults = [errors.Fault(row, "lon", "x" if row % 2 else None, "is none") for row in range(4)]
    lines = errors.FrameError("incidents", faults).message("fr").splitlines()[1:]
    assert len(lines) == 3
    assert "2 lignes" in lines[1]
    assert "1, 3" in lines[1]


def test_a_fault_of_the_whole_table_names_no_row() -> None:
    assert str(errors.Fault(None, "date", None, "column is missing")).startswith("column 'date':")


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_with_a_name_has_a_message_in_both_languages(
    kind: type[errors.MaligeoError],
) -> None:
    error = kind(key="unknown_region", values=REGION)
    assert str(error) == "region 'Ga' is not known; there is Gao, Kidal"
    assert error.message("en") == str(error)
    assert error.message("fr") == f"région 'Ga' inconnue{NO_BREAK_SPACE}; il y a Gao, Kidal"
    assert dict(error.values) == REGION


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_without_a_name_says_what_it_was_given(kind: type[errors.MaligeoError]) -> None:
    error = kind("no such thing")
    assert error.key is None
    assert not error.values
    assert [str(error), error.message("fr")] == ["no such thing"] * 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_of_an_error_from_another_process_keeps_its_name_and_values(
    kind: type[errors.MaligeoError],
) -> None:
    error = kind(key="unknown_region", values=REGION)
    for same in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert (str(same), same.key, same.values) == (str(error), error.key, error.values)


def test_the_values_of_an_error_cannot_be_changed() -> None:
    error = errors.UnknownNameError(key="unknown_region", values=REGION)
    with pytest.raises(TypeError):
        error.values["name"] = "Gao"  # type: ignore[index]


def test_no_message_in_a_language_that_is_not_known() -> None:
    with pytest.raises(errors.ArgumentError, match="language 'de' is not known"):
        errors.ReleaseError("x").message("de")


def test_the_checks_raise_errors_with_names() -> None:
    with pytest.raises(errors.ArgumentError) as choice:
        require_choice("de", ("fr", "en"), option="language")
    assert str(choice.value) == "language 'de' is not known; choose from fr, en"
    assert choice.value.message("fr").startswith("language\u00a0: 'de' n’est pas connu")
    with pytest.raises(errors.UnknownNameError) as name:
        require_known("wells", ("people", "incidents"), what="measure")
    assert str(name.value) == "measure 'wells' is not known; there is people, incidents"
    assert name.value.message("fr").startswith("mesure\u00a0: 'wells' n’est pas connu")


@pytest.mark.parametrize("key", read_file("errors"))
def test_every_message_is_in_both_languages_and_used(key: str) -> None:
    text = read_file("errors")[key]
    assert text.keys() == {"fr", "en"}
    foreign = {"cause"} if key in ("damaged", "refused") else set()  # a library's English words
    assert {*placeholders(text["fr"])} == {*placeholders(text["en"])} - foreign
    what = key.removeprefix("what.")
    said = [f'key="{key}"'] if what == key else [f'what="{what}"', f'"what": "{what}"']
    said += [f'UNKNOWN_MAKE: Final = "{key}"']
    texts = [path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py")]
    assert any(one in text for one in said for text in texts)


@pytest.mark.parametrize("key", read_file("faults"))
def test_every_text_of_a_fault_is_in_both_languages(key: str) -> None:
    text = read_file("faults")[key]
    assert set(placeholders(text["fr"])) <= set(placeholders(text["en"]))
    assert text["fr"] != text["en"]
