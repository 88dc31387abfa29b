"""Codes that records bring along, beside names that say otherwise."""

import pandas as pd

import maligeo

UNITS = maligeo.load_boundaries()
RECORDS = pd.DataFrame(
    {
        "adm1_pcode": ["ML05", "ML05", "ML99", None],
        "adm1_name": ["Mopti", "Gao", "Gao", "Gao"],
    }
)


def test_a_code_that_contradicts_the_name_is_said() -> None:
    located = maligeo.locate(RECORDS, UNITS)
    assert located["adm1_name"].tolist() == ["Mopti", "Gao", "Gao", "Gao"]
    notes = located["locate_note"].astype("object")
    assert notes.tolist()[1] == "the code ML05 is Mopti, and the name Gao: they contradict"
    assert notes.notna().tolist() == [False, True, False, False]


def test_the_codes_of_the_records_stay_beside_those_of_the_units() -> None:
    located = maligeo.locate(RECORDS, UNITS)
    assert located["adm1_pcode"].tolist() == ["ML05", "ML07", "ML07", "ML07"]
    assert located["adm1_pcode (file)"].tolist()[:3] == ["ML05", "ML05", "ML99"]
    again = maligeo.locate(located, UNITS)
    pd.testing.assert_frame_equal(again[list(located.columns)], located)


def test_records_that_were_read_are_compared_too() -> None:
    frame = RECORDS.assign(event_type="ied", date="2020-03-01").iloc[:2]
    located = maligeo.locate(maligeo.as_incidents(frame), UNITS)
    assert "they contradict" in str(located["locate_note"].iloc[1])
