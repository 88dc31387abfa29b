"""What people give must not end in a library's own error, nor hold the program up."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import pytest
import shapely

import maligeo
from maligeo.readers.cells import coordinates, values

T = TypeVar("T")


def given(call: Callable[[], T]) -> T:
    """Call, and take every error that is not maligeo's own for a fault of maligeo."""
    try:
        return call()
    except maligeo.MaligeoError:
        raise
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} of a library: {error}") from error


NAMES = ["Mopti", "Gao", "Kayes"]
LAYOUTS = {
    "geoBoundaries": {"shapeName": NAMES, "shapeID": ["1A", "2B", "3C"], "shapeGroup": "MLI"},
    "COD-AB": {
        "ADM3_FR": NAMES, "ADM3_PCODE": ["ML050501", "ML070101", "ML010101"],
        "ADM2_FR": NAMES, "ADM2_PCODE": ["ML0505", "ML0701", "ML0101"],
        "ADM1_FR": NAMES, "ADM1_PCODE": ["ML05", "ML07", "ML01"],
        "ADM0_FR": "Mali", "ADM0_PCODE": "ML",
    },
}  # fmt: skip


@pytest.mark.parametrize("vintage", ["2015", "2016", "2023"])
@pytest.mark.parametrize(
    ("layout", "level"), [("geoBoundaries", 2), ("geoBoundaries", 3), ("COD-AB", 3)]
)
def test_units_whose_parents_nobody_knows_are_joined(
    tmp_path: Path, layout: str, level: int, vintage: str
) -> None:
    """A lookup that found nothing gave a column of numbers or nulls, that took no text."""
    squares = [shapely.box(-10 + at, 12, -9 + at, 13) for at in range(3)]
    attributes = LAYOUTS[layout] | {"shapeType": f"ADM{level}"}
    gpd.GeoDataFrame(attributes, geometry=squares, crs=4326).to_file(tmp_path / "units.geojson")
    table = tmp_path / "incidents.csv"
    table.write_text(
        "event_id,date,event_type,adm1_name,adm2_name,adm3_name,lon,lat\n"
        "A,2021-01-01,ied,Nowhere,Nowhere,Nowhere,,\n"
        "B,2021-01-02,ied,,,,-8.5,12.5\n"
    )
    units = maligeo.read_boundaries(tmp_path / "units.geojson", level=level, vintage=vintage)
    incidents = maligeo.read_incidents(table)
    located = given(lambda: maligeo.locate(incidents, units))
    assert located["locate_method"].tolist() == ["none", "inside"]
    assert located[f"adm{level}_name"].tolist()[1] == "Gao"


def test_patterns_name_characters_in_a_way_that_every_engine_reads() -> None:
    """RE2, which pandas 3.0 asks for texts, knows no "\\u00a0": each number with a blank failed."""
    patterns = {
        name: text
        for module in (values, coordinates)
        for name, text in vars(module).items()
        if isinstance(text, str)
    }
    assert not [name for name, text in patterns.items() if r"\u" in text]
