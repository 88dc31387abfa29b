import random
from pathlib import Path

import pandas as pd
import pytest
from shapely.geometry import Point

from maligeo.core import columns
from maligeo.core.errors import ArgumentError, FrameError, InputFileError, MaligeoError
from maligeo.readers.iati import read_iati
from maligeo.readers.projects import read_projects

DATA = Path(__file__).parents[1] / "data" / "projects"


def activities(path: Path, *inside: str, version: str = "2.03") -> Path:
    path.write_text(
        f'<iati-activities version="{version}">{"".join(inside)}</iati-activities>',
        encoding="utf-8",
    )
    return path


def test_columns_and_rows() -> None:
    projects = read_projects(DATA / "iati_203.xml")
    assert list(projects.columns) == [*columns.PROJECTS, "location_code", "geometry"]
    assert projects.crs == "EPSG:4326"
    assert projects["project_id"].tolist() == [
        *["XX-1-EAU"] * 2, *["XX-1-SAHEL"] * 3, "XX-1-MIXED", "XX-1-ALL",
    ]  # fmt: skip
    assert projects.attrs["rows_left_out"] == 1
    assert projects["source"].iloc[-1] == "IATI: iati_203.xml, activity 5"


def test_an_activity_with_two_locations() -> None:
    village, region = (row for _, row in read_projects(DATA / "iati_203.xml").head(2).iterrows())
    assert village["title"] == region["title"] == "De l'eau pour deux régions"
    assert village["funder"] == "Norvège|Suisse"
    assert village["organisation"] == "Agence d'essai"
    assert village["implementer"] == "XX-1"
    assert village["programme"] == "XX-1-PROG"
    assert village["sector"] == "14030|14031|Eau"
    assert village["status"] == "active"
    assert village["start_date"] == pd.Timestamp("2019-03-15")
    assert village["end_date"] == pd.Timestamp("2022-12-31")
    # The revised budget of 2020 takes the place of the original one.
    assert village["budget_amount"] == region["budget_amount"] == 400
    assert village["budget_currency"] == "USD"
    assert village["donor_amount"] == 250
    assert village["disbursed_amount"] == 95
    assert village["place"] == "Village de l'essai"
    assert village["place_level"] == "settlement"
    assert village["reach"] == "activity"
    assert village["location_precision"] == "exact"
    assert village["location_code"] == "G1:1001|A1:2001@1|A1:2002@2"
    assert village["note"] == "deux forages"
    assert village["geometry"] == Point(-0.5, 16.5)
    assert region["place_level"] == region["location_precision"] == "adm1"
    assert region["adm1_name"] == "Kidal"
    assert region["reach"] == "beneficiaries"
    assert region["geometry"] is None


def test_what_lies_in_another_country_keeps_its_share() -> None:
    projects = read_projects(DATA / "iati_203.xml")
    sahel = projects[projects["project_id"] == "XX-1-SAHEL"].set_index("place")
    assert sahel["place_level"].to_dict() == {
        "Far south": "abroad",
        "Mali": "country",
        "BF": "abroad",
    }
    assert sahel.loc["Mali", "place_share"] == pytest.approx(0.6)
    assert sahel.loc["BF", "place_share"] == pytest.approx(0.4)
    assert sahel["status"].unique().tolist() == ["completed"]


def test_money_of_several_currencies_is_never_added() -> None:
    projects = read_projects(DATA / "iati_203.xml").drop_duplicates("project_id")
    projects = projects.set_index("project_id")
    mixed = projects.loc["XX-1-MIXED"]
    assert pd.isna(mixed["budget_amount"])
    assert pd.isna(mixed["budget_currency"])
    assert mixed["note"] == "budget_amount: 2.00 EUR + 1.00 USD"
    sahel = projects.loc["XX-1-SAHEL"]
    assert (sahel["budget_amount"], sahel["budget_currency"]) == (1000, "EUR")
    assert pd.isna(sahel["disbursed_amount"])
    assert sahel["note"] == ("budget: sum of outgoing commitments; disbursed_amount: 11.00 USD")


def test_an_activity_without_location_is_countrywide() -> None:
    last = read_projects(DATA / "iati_203.xml").iloc[-1]
    assert (last["place"], last["place_level"]) == ("Mali", "country")
    assert last["location_precision"] == "country"
    assert last["place_share"] == 1


EXPECTED_FAULTS = {
    (2, "iati-identifier", "is missing"),
    (3, "iati-identifier", "stands already in activity 1"),
    (4, "recipient-country and -region", "percentages do not add up to 100"),
    (4, "sector of vocabulary 1", "percentages do not add up to 100"),
    (5, "point/pos", "latitude and longitude are swapped"),
    (6, "point/pos", "is the null point 0, 0"),
    (6, "point/pos", "is not two numbers"),
    (6, "point/pos", "lies outside Mali"),
    (6, "point/pos", "is no latitude and longitude"),
    (7, "budget/value", "is no number"),
    (7, "budget/value", "is in no known currency (dollars)"),
    (8, "budget/value", "is in no known currency (None)"),
    (9, "activity-date", "is no date like 2021-09-30 after the year 1900"),
    (10, "activity-date", "ends before it starts"),
    (11, "activity-status", "is none of 1"),
    (11, "location-reach", "is none of 1"),
    (11, "exactness", "is none of 1"),
}


def test_every_fault_is_in_one_error() -> None:
    with pytest.raises(FrameError) as caught:
        read_projects(DATA / "iati_faults.xml")
    found = {
        (fault.row, fault.column, fault.reason.split(":")[0].split(", 2")[0].split(', "')[0])
        for fault in caught.value.faults
    }
    assert found == EXPECTED_FAULTS
    assert len(caught.value.faults) == len(EXPECTED_FAULTS) + 1  # two dates of activity 9
    assert "16.5 north, -0.5 east lies in Mali" in str(caught.value)


def test_quarantine_keeps_faulty_activities_verbatim(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    good = read_projects(DATA / "iati_faults.xml", on_invalid="quarantine", rejects=rejects)
    assert good["project_id"].tolist() == ["GOOD"]
    bad = pd.read_csv(rejects, dtype="string")
    assert bad["row"].tolist() == [str(row) for row in range(2, 12)]
    assert bad["xml"].str.startswith("<iati-activity").all()
    assert bad["xml"].iloc[3].count("-0.5 16.5") == 1
    # Activities read, set aside and passed over are all of the file.
    assert good["project_id"].nunique() + len(bad) + good.attrs["rows_left_out"] == 11


def test_many_activities_are_read_in_pieces(tmp_path: Path) -> None:
    text = (
        "<iati-activity><iati-identifier>{}</iati-identifier>"
        '<recipient-country code="{}"/></iati-activity>'
    )
    codes = ["ML", "BF", "ML"]
    made = (text.format(at if at != 4000 else 1, codes[at % 3]) for at in range(4500))
    path = activities(tmp_path / "many.xml", *made)
    projects = read_iati(path, on_invalid="quarantine", rejects=tmp_path / "rejects.csv")
    assert projects.attrs["rows_left_out"] == 1500
    assert len(projects) + len(pd.read_csv(tmp_path / "rejects.csv")) == 3000
    assert projects["project_id"].is_unique
    assert projects.index.tolist() == list(range(len(projects)))


@pytest.mark.parametrize("version", ["1.05", "", "3.01"])
def test_other_versions_are_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(InputFileError, match=r"2\.01 to 2\.03 are read"):
        read_projects(activities(tmp_path / "a.xml", version=version))


def test_other_xml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<iati-organisations version='2.03'/>")
    with pytest.raises(InputFileError, match="root element is 'iati-organisations'"):
        read_projects(tmp_path / "a.xml")
    with pytest.raises(InputFileError, match="not XML"):
        read_projects(DATA / "plain_fr.csv", source="iati")
    with pytest.raises(InputFileError, match="not XML that can be read"):
        read_iati(tmp_path / "none.xml")


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE a [<!ENTITY l0 "ha"><!ENTITY l1 "&l0;&l0;&l0;">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/a"> %p;]>',
    ],
)
def test_document_types_are_refused_unread(tmp_path: Path, prolog: str) -> None:
    path = activities(tmp_path / "a.xml", "<iati-activity>&l1;&x;</iati-activity>")
    path.write_text(prolog + path.read_text(encoding="utf-8"), encoding="utf-8")
    for source in ("auto", "iati"):
        with pytest.raises(InputFileError, match="declares a document type"):
            read_projects(path, source=source)


def test_utf_16_is_read(tmp_path: Path) -> None:
    text = (DATA / "iati_203.xml").read_text(encoding="utf-8").replace("UTF-8", "UTF-16")
    (tmp_path / "a.xml").write_text(text, encoding="utf-16")
    assert read_projects(tmp_path / "a.xml")["funder"].iloc[0] == "Norvège|Suisse"


def test_countries_of_transactions_count_where_the_activity_names_none() -> None:
    projects = read_projects(DATA / "iati_203.xml").set_index("project_id")
    assert projects.loc["XX-1-MIXED", "place_level"] == "country"


def test_swapped_positions_are_swapped_on_request_alone(tmp_path: Path) -> None:
    spot = "<location><point><pos>-0.5 16.5</pos></point></location>"
    path = activities(
        tmp_path / "a.xml",
        "<iati-activity><iati-identifier>A</iati-identifier>"
        f'<recipient-country code="ML"/>{spot}</iati-activity>',
    )
    with pytest.raises(FrameError, match="swapped"):
        read_projects(path)
    projects = read_projects(path, swap_coordinates=True)
    assert projects.geometry.iloc[0] == Point(-0.5, 16.5)
    assert projects.attrs["rows_swapped"] == 1


def test_absurd_nesting_is_refused(tmp_path: Path) -> None:
    deep = "<a>" * 100_000 + "</a>" * 100_000
    path = activities(tmp_path / "a.xml", f"<iati-activity>{deep}</iati-activity>")
    with pytest.raises(InputFileError, match="more than 100 deep"):
        read_projects(path)


def test_an_activity_that_names_no_country_is_kept(tmp_path: Path) -> None:
    spot = "<location><point><pos>{}</pos></point></location>"
    identified = "<iati-activity><iati-identifier>{}</iati-identifier>{}</iati-activity>"
    path = activities(
        tmp_path / "a.xml",
        identified.format("nowhere", ""),
        identified.format("here", spot.format("14 -5")),
        identified.format("far", spot.format("48 2")),
        identified.format("region", '<recipient-region code="298"/>'),
    )
    projects = read_projects(path)
    assert projects["project_id"].tolist() == ["nowhere", "here"]
    assert projects["place_level"].tolist() == ["unattributed", "site"]
    assert projects.attrs["rows_left_out"] == 2


def test_a_file_cut_off_anywhere_is_an_error(tmp_path: Path) -> None:
    whole = (DATA / "iati_203.xml").read_bytes().rstrip()
    for length in range(0, len(whole) - 1, 211):
        (tmp_path / "a.xml").write_bytes(whole[:length])
        with pytest.raises(MaligeoError):
            read_projects(tmp_path / "a.xml", source="iati")


def test_mutated_files_raise_nothing_but_errors_of_ours(tmp_path: Path) -> None:
    whole = (DATA / "iati_203.xml").read_bytes()
    chance = random.Random("mutate iati")
    for _ in range(200):
        content = bytearray(whole)
        for _ in range(chance.choice([1, 1, 2, 4])):
            at = chance.randrange(len(content))
            content[at : at + chance.randrange(3)] = chance.choice(
                [b"", b"<", b'"', b"9", b"-", b"\xff", b"e9", b"ML", chance.randbytes(2)]
            )
        (tmp_path / "a.xml").write_bytes(content)
        for source in ("auto", "iati"):
            try:
                projects = read_projects(tmp_path / "a.xml", source=source)
            except MaligeoError:
                continue
            assert len(projects) > 0


def test_rejects_go_with_quarantine_alone(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="rejects"):
        read_projects(DATA / "iati_203.xml", on_invalid="quarantine")
    with pytest.raises(ArgumentError, match="rejects"):
        read_projects(DATA / "iati_203.xml", rejects=tmp_path / "a.csv")
