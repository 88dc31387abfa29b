import pytest

from maligeo.core import errors


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
    faults = [errors.Fault(row, "lon", "x", "is no number") for row in range(120)]
    text = str(errors.FrameError("incidents", faults))
    assert text.count("is no number") == 50
    assert text.endswith("… and 70 more")


def test_a_fault_of_the_whole_table_names_no_row() -> None:
    assert str(errors.Fault(None, "date", None, "column is missing")).startswith("column 'date':")
