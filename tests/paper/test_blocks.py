import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from maligeo.paper.drawing.fonts import embedded_font, fitting, printable, text_width, wrapped
from maligeo.paper.drawing.shapes import Drawing, Words
from maligeo.paper.map.labels import Ground, Tag, lead_out, place_inside
from maligeo.paper.map.projection import Box
from maligeo.paper.page import (
    Block,
    balanced_height,
    columns_of,
    flow,
    heading,
    height_of,
    paragraph,
    space,
    valued,
)
from tests.conftest import HOSTILE


@given(st.text(max_size=200), st.floats(5, 80))
def test_wrapping_loses_no_letter_and_fits(text: str, width: float) -> None:
    lines = wrapped(text, width, 7)
    assert "".join("".join(lines).split()) == "".join(printable(text).split())
    for line in lines:
        assert text_width(line, 7) <= width or len(line) == 1


def test_words_break_at_spaces_and_long_ones_at_their_joints() -> None:
    assert wrapped("one two three", 14, 9) == ["one two", "three"]
    address = "https://example.org/a-long-address/of-a-page"
    lines = wrapped(address, 40, 9)
    assert "".join(lines) == address
    assert all(line[-1] in "/-" for line in lines[:-1])


def test_what_may_not_break_does_not() -> None:
    assert wrapped("5\u00a0km\u202f000", 3, 9) != ["5", "km", "000"]
    assert wrapped("", 10, 9) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_can_be_printed(text: str) -> None:
    shown = printable(text)
    assert not set("\x00\x1f\u2028\u2029\n") & set(shown)
    assert text_width(shown, 9) > 0


def test_letters_without_a_shape_are_marked_and_french_ones_are_kept() -> None:
    assert printable("漢 é\u202f≈ N°") == "\ufffd é\u202f≈ N°"


def test_a_title_shrinks_until_it_fits() -> None:
    width = text_width("A title", 12)
    assert fitting("A title", width + 0.01, (20, 16, 12, 8)) == 12
    assert fitting("A title", 1, (20, 8)) == 8


def test_the_embedded_font_is_small_and_the_same_each_time() -> None:
    first = embedded_font("abc", bold=False)
    assert first == embedded_font("cba", bold=False)
    assert first.startswith("data:font/woff;base64,")
    assert len(first) < 8_000


def test_blocks_flow_from_column_to_column() -> None:
    blocks = [Block(4, lambda x, y: [Words(x, y, "row", 5)]) for _ in range(5)]
    page = Drawing(100, 100)
    left = flow(page, blocks, columns_of(Box(0, 0, 50, 9), 2, 10))
    assert len(left) == 1
    texts = [one for one in page.shapes if isinstance(one, Words)]
    assert [(one.x, one.y) for one in texts] == [(0, 0), (0, 4), (30, 0), (30, 4)]


def test_a_heading_never_ends_a_column() -> None:
    blocks = [space(6), *heading("Title", 40, 7), *paragraph("text", 40, 7)]
    page = Drawing(100, 100)
    assert flow(page, blocks, columns_of(Box(0, 0, 90, 10), 2, 10)) == []
    assert {one.x for one in page.shapes if isinstance(one, Words)} == {50}


def test_a_chain_longer_than_a_column_is_broken_and_not_lost() -> None:
    blocks = [Block(4, lambda x, y: [], holds=True) for _ in range(9)]
    left, count = list(blocks), 0
    while left:
        left = flow(Drawing(1, 1), left, [Box(0, 0, 10, 10)])
        count += 1
    assert count == 5


@given(st.lists(st.floats(1, 9), min_size=1, max_size=20), st.integers(1, 3))
def test_balanced_columns_hold_everything(heights: list[float], count: int) -> None:
    blocks = [space(height) for height in heights]
    high = balanced_height(blocks, count, 500)
    assert flow(Drawing(1, 1), blocks, [Box(0, 0, 1, high)] * count) == []
    assert high <= height_of(blocks) + 0.5


def test_a_long_value_keeps_clear_of_its_label() -> None:
    block = valued("A label of some length", "a value that is also quite long", 50, 7)
    texts = [one for one in block.shapes(0, 0) if isinstance(one, Words)]
    rows = {one.y for one in texts}
    assert len(rows) > 1
    for y in rows:
        left = [one for one in texts if one.y == y and one.side == "left"]
        right = [one for one in texts if one.y == y and one.side == "right"]
        ends = [text_width(one.text, 7) for one in left]
        starts = [50 - text_width(one.text, 7, bold=True) for one in right]
        assert not (ends and starts) or ends[0] < starts[0]


def tag(at: int, name: str) -> Tag:
    return Tag(at, ((name, False), ("12", True)), (8.0, 6.0))


def test_a_name_lies_in_its_unit_or_is_led_out() -> None:
    frame = Box(0, 0, 100, 100)
    shapes = np.array([shapely.box(30, 30, 70, 70), shapely.box(70, 45, 71, 46)], dtype=object)
    ground = Ground(frame)
    placed, left = place_inside([tag(0, "Large"), tag(1, "Small")], shapes, ground)
    assert [one.tag.at for one in placed] == [0]
    assert placed[0].box.shape.within(shapes[0])
    out, left = lead_out(left, shapes, ground)
    assert left == []
    assert not out[0].box.shape.intersects(shapely.union_all(shapes))
    assert out[0].leader is not None and out[0].leader.intersects(shapes[1])
    assert out[0].box.shape.within(frame.shape)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), unique=True, max_size=40))
def test_no_name_covers_another(cells: list[tuple[int, int]]) -> None:
    shapes = np.array(
        [shapely.box(x * 10, y * 6, x * 10 + 10, y * 6 + 6) for x, y in cells], dtype=object
    )
    ground = Ground(Box(-20, -20, 140, 100))
    tags = [tag(at, f"Unit {at}") for at in range(len(cells))]
    placed, left = place_inside(tags, shapes, ground)
    out, rest = lead_out(left, shapes, ground) if left else ([], [])
    boxes = [one.box.shape for one in (*placed, *out)]
    assert len(boxes) + len(rest) == len(cells)
    for at, box in enumerate(boxes):
        assert not any(shapely.overlaps(box, other) for other in boxes[:at])


def test_names_prefer_what_lies_over_the_units_to_stay_seen() -> None:
    shapes = np.array([shapely.box(0, 0, 60, 30)], dtype=object)
    ground = Ground(Box(-10, -10, 100, 100))
    ground.avoid([shapely.box(20, 5, 40, 25)])
    placed, _ = place_inside([tag(0, "Unit")], shapes, ground)
    assert not placed[0].box.shape.intersects(shapely.box(20, 5, 40, 25))
    everywhere = Ground(Box(-10, -10, 100, 100))
    everywhere.avoid([shapely.box(-5, -5, 80, 80)])
    assert place_inside([tag(0, "Unit")], shapes, everywhere)[0] != []
