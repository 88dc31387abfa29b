import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from maligeo.readers.cells import coordinates
from maligeo.readers.cells.coordinates import PositionColumns, Positions


def cells(*texts: str | None, name: str = "c") -> pd.Series:
    return pd.Series(list(texts), index=range(2, 2 + len(texts)), name=name, dtype="string")


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("14.5", 14.5),
        ("14,5", 14.5),
        ("14,497", 14.497),
        ("14°30'00\"N", 14.5),
        ("14° 30′ 00″ N", 14.5),
        ("14 30 00 N", 14.5),
        ("N14° 30'", 14.5),
        ("14°30.0'S", -14.5),
        ("-14°30'", -14.5),
    ],
)
def test_angles(text: str, degrees: float) -> None:
    values, faults = coordinates.parse_angles(cells(text), "lat")
    assert not len(faults)
    assert values.tolist() == pytest.approx([degrees])


def test_west_is_ouest() -> None:
    values, faults = coordinates.parse_angles(cells("3°30'O", "3°30'W", "3°30'E"), "lon")
    assert values.tolist() == [-3.5, -3.5, 3.5]
    assert not len(faults)


@pytest.mark.parametrize("text", ["north", "14°61'N", "14°30'W", "-14°30'S", "1 2 3 4", "N14°N"])
def test_angles_that_are_none(text: str) -> None:
    values, faults = coordinates.parse_angles(cells("14.5", text), "lat")
    assert values.isna().tolist() == [False, True]
    assert [fault.row for fault in faults] == [3]


@settings(deadline=None)
@given(st.floats(0, 89.99))
def test_degrees_survive_being_cut_into_sixtieths(angle: float) -> None:
    degrees, rest = divmod(round(angle * 3600, 3), 3600)
    minutes, seconds = divmod(rest, 60)
    text = f"{degrees:.0f}°{minutes:.0f}'{seconds:.3f}\"N"
    values, faults = coordinates.parse_angles(cells(text), "lat")
    if len(faults):  # 59.9996 is written as 60.000
        assert "60.000" in text
    else:
        assert values.iloc[0] == pytest.approx(angle, abs=1e-6)


# Computed with GEOTRANS (package mgrs 1.6.0); to the metre.
MGRS = {
    "29PKP2802655457": (-11.5, 12.25),
    "29PMR1900447854": (-9.75, 14.0),
    "29PPM9699361259": (-7.2, 10.5),
    "30QSD9007904322": (-5.9, 16.3),
    "30PVB4612203083": (-3.5, 14.5),
    "30QZM0036846289": (-0.05, 23.9),
    "31QBA1531975323": (0.3, 18.75),
    "31QEC9408822801": (3.9, 20.1),
}


@pytest.mark.parametrize("zone", [28, 29, 30, 31])
def test_utm_agrees_with_its_own_projection(zone: int) -> None:
    to_metres = Transformer.from_crs(4326, 32600 + zone, always_xy=True)
    lon = np.linspace(zone * 6 - 186 + 0.1, zone * 6 - 180 - 0.1, 7)
    lat = np.linspace(10.2, 24.9, 7)
    x, y = to_metres.transform(lon, lat)
    found, faults = coordinates.parse_utm(
        cells(*[f"{zone}N"] * 7), cells(*[f"{v:.3f}" for v in x]), cells(*[f"{v:.3f}" for v in y])
    )
    assert not len(faults)
    assert found.lon.tolist() == pytest.approx(lon.tolist(), abs=1e-7)
    assert found.lat.tolist() == pytest.approx(lat.tolist(), abs=1e-7)


def test_mgrs_against_another_implementation() -> None:
    found, faults = coordinates.parse_mgrs(cells(*MGRS))
    assert not len(faults)
    assert found.lon.tolist() == pytest.approx([lon for lon, _ in MGRS.values()], abs=1e-5)
    assert found.lat.tolist() == pytest.approx([lat for _, lat in MGRS.values()], abs=1e-5)


def test_mgrs_of_few_digits_is_the_middle_of_its_square() -> None:
    found, _ = coordinates.parse_mgrs(
        cells("30PVB12345000006789050000"[:15], "30PVB16", "30P VB 1 6")
    )
    assert found.lon.iloc[1] == found.lon.iloc[2]


@pytest.mark.parametrize(
    "text", ["30P", "30PVB123", "12PVB1212", "30PIB1212", "hello", "30XVB1212"]
)
def test_mgrs_that_is_none(text: str) -> None:
    found, faults = coordinates.parse_mgrs(cells(text))
    assert found.lon.isna().all()
    assert len(faults) == 1


@pytest.mark.parametrize(
    "text",
    [
        "14.5, -3.5",
        "14.5 -3.5",
        "14,5; -3,5",
        "14,5 -3,5",
        "14,5, -3,5",
        "14.5/-3.5",
        "14°30'N 3°30'W",
        "14°30'00\"N, 3°30'00\"O",
        "N14 30 00 W3 30 00",
    ],
)
def test_pairs(text: str) -> None:
    found, faults = coordinates.parse_pairs(cells(text))
    assert not len(faults), [str(fault) for fault in faults]
    assert (found.lon.iloc[0], found.lat.iloc[0]) == pytest.approx((-3.5, 14.5))


def test_pairs_of_other_grids() -> None:
    found, faults = coordinates.parse_pairs(cells("29N 500000 1500000", "29PNQ0000000000"))
    assert not len(faults)
    assert found.lon.tolist() == pytest.approx([-9.0, -9.0], abs=1e-4)


def test_wkt() -> None:
    deep = "GEOMETRYCOLLECTION(" * 100_000
    texts = cells("POINT(1 2)", "SRID=4326;POINT Z(1 2 3)", None, deep, "POINT(1)", "POINT EMPTY")
    shapes, faults = coordinates.parse_wkt(texts)
    assert shapes.notna().tolist() == [True, True, False, False, False, False]
    assert [fault.row for fault in faults] == [5, 6, 7]


def test_positions_that_cannot_be() -> None:
    index = pd.RangeIndex(2, 9)
    nan = float("nan")
    lon = pd.Series([-3.5, 14.5, 0, 2.3, nan, -3.5, nan], index=index)
    lat = pd.Series([14.5, -3.5, 0, 48.8, 14.5, nan, nan], index=index)
    names = PositionColumns("lon", "lat")
    _, faults, swapped = coordinates.check_positions(Positions(lon, lat), names)
    assert [fault.row for fault in faults] == [3, 4, 5, 6, 7]
    assert "swapped" in next(iter(faults)).reason
    assert swapped == 0
    moved, faults, swapped = coordinates.check_positions(Positions(lon, lat), names, swap=True)
    assert (moved.lon[3], moved.lat[3], swapped) == (-3.5, 14.5, 1)
    assert [fault.row for fault in faults] == [4, 5, 6, 7]
