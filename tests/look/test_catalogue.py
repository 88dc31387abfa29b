import re
from typing import Any

import pytest
from branca.utilities import color_brewer

from maligeo import look
from maligeo.core.errors import ArgumentError
from maligeo.look.colours import require_colour
from maligeo.look.layers import entries, read_catalogue

LAYER = {"key": "wells", "measure": "w", "column": "count", "palette": "Blues", "scheme": "jenks"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scheme": "none"}, "scheme cannot be 'none'"),
        ({"classes": "4"}, "classes cannot be '4'"),
        ({"classes": True}, "classes cannot be True"),
        ({"total_measure": 3}, "total_measure cannot be 3"),
        ({"colour": "#000000"}, "colour is not known"),
    ],
)
def test_an_entry_that_cannot_be_a_layer_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(f"here: wells: {said}")):
        entries(look.Layer, {"wells": LAYER | change}, where="here")


def test_every_fault_of_an_entry_is_named() -> None:
    with pytest.raises(ArgumentError, match=r"wells: column is missing, .*, shape is not known"):
        entries(look.Layer, {"wells": {"key": "wells", "measure": "w", "shape": "x"}}, where="a")


def test_an_entry_takes_its_place_with_what_it_leaves_out() -> None:
    found = entries(look.Layer, {"wells": LAYER}, where="here")["wells"]
    assert (found.classes, found.factor, found.total_measure) == (5, 1.0, None)


@pytest.mark.parametrize("colour", ["red", "#fff", "#FFFFFF", "#12345g", ""])
def test_a_colour_is_written_in_one_way(colour: str) -> None:
    with pytest.raises(ArgumentError, match="is not written like"):
        require_colour(colour)


def test_the_palettes_of_the_catalogue_exist() -> None:
    for layer in read_catalogue("layers").values():
        assert len(color_brewer(layer["palette"], n=9)) == 9


def test_a_kind_that_is_not_listed_has_a_look_of_its_own() -> None:
    assert "other" not in look.EVENT_MARKS
    assert "other" not in look.AREA_LOOKS
    assert look.OTHER_MARK not in look.EVENT_MARKS.values()
    assert look.OTHER_AREA not in look.AREA_LOOKS.values()
