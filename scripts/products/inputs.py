"""The inputs of the products: the test files, and invented records from a fixed seed."""

import csv
import json
import random
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

Row = dict[str, Any]
Place = tuple[float, float]

# Middles of squares that lie within one region, as longitude and latitude.
_MIDDLES: Final[Sequence[Place]] = ((-4.25, 14.75), (0.25, 16.75), (-6.25, 13.75))
_LONELY: Final[Sequence[Place]] = ((1.437219, 18.512843), (-11.273615, 14.4317), (-3.1149, 17.2384))
_QUARTERS: Final = ("2021-02-", "2021-11-", "2022-05-")
_EXAMPLES: Final = Path("tests", "data")
_UNITS: Final = Path("data", "boundaries", "mali_2015_adm1.geojson")
_SHEET_PARTS: Final = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/book.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/sheet.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="a" Target="book.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/officeDocument"/></Relationships>'
    ),
    "book.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="records" sheetId="1" r:id="a"/></sheets></workbook>'
    ),
    "_rels/book.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="a" Target="sheet.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/worksheet"/></Relationships>'
    ),
}


def write_inputs(root: Path, folder: Path) -> None:
    """Write every input below a folder, the same for each version that is compared.

    Parameters
    ----------
    root : pathlib.Path
        The checkout from which the test files and the outlines of the regions are taken.
    folder : pathlib.Path
        Where they go: the test files into `examples`, invented records into `invented`.
    """
    shutil.copytree(root / _EXAMPLES, folder / "examples")
    invented = folder / "invented"
    invented.mkdir()
    _write_csv(invented / "incidents.csv", incidents())
    _write_csv(invented / "scattered.csv", scattered(1500))
    _write_csv(invented / "projects.csv", projects())
    _write_sheet(invented / "projects.xlsx", projects())
    _write_features(invented / "areas.geojson", areas())
    _write_features(invented / "clinics.geojson", clinics())
    _write_features(invented / "squares.geojson", squares())
    _write_features(invented / "units.geojson", own_units(root / _UNITS))


def incidents() -> list[Row]:
    """Invent incidents in three places where they are common, and three that stand alone."""
    chance = random.Random(7)
    rows: list[Row] = []
    for at, middle in enumerate(_MIDDLES):
        for quarter in _QUARTERS:
            for _ in range(9):
                day = f"{quarter}{chance.randint(3, 27):02d}"
                rows.append(_incident(len(rows), _near(chance, middle), day, "ied"))
        rows.append(_incident(len(rows), _LONELY[at], f"2021-08-{13 + at}", "landmine"))
    rows[-1] |= {"killed": 791, "injured": 626}
    return rows


def scattered(number: int) -> list[Row]:
    """Invent incidents all over the country, of every type, some of them without position."""
    chance = random.Random(17)
    rows = []
    for at in range(number):
        place = (chance.uniform(-5.5, 0.5), chance.uniform(12.5, 16.5))
        day = (
            f"{chance.randint(2019, 2023)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        )
        row = _incident(at, place, day, chance.choice(("ied", "landmine", "erw", "other")))
        if place[1] > 15.4 or place[1] < 13.6 - place[0] / 5:  # abroad, for some
            row |= {"longitude": "", "latitude": "", "adm1_name": chance.choice(("Gao", "Nowhere"))}
        rows.append(row)
    return rows


def _incident(at: int, place: Place, day: str, kind: str) -> Row:
    return {
        "event_id": f"INV-{at:05d}",
        "date": day,
        "event_type": kind,
        "outcome": ("exploded", "found", "defused")[at % 3],
        "killed": at % 3,
        "injured": at % 2,
        "adm1_name": "",
        "adm3_name": f"Commune {at % 7}",
        "location_precision": "exact",
        "source": "Relevé inventé",
        "longitude": round(place[0], 6),
        "latitude": round(place[1], 6),
    }


def projects() -> list[Row]:
    """Invent projects at exact places."""
    chance = random.Random(11)
    rows = []
    for at in range(24):
        place = _near(chance, _MIDDLES[at % 3])
        rows.append(
            {
                "project_id": f"P-{at}",
                "title": f"Projet inventé {at}",
                "programme": ("water", "health")[at % 2],
                "funder": ("a fund", "a bank", "a ministry")[at % 3],
                "implementer": f"Opérateur {at % 5}",
                "status": "active",
                "start_date": f"2020-03-{3 + at:02d}",
                "end_date": f"2023-07-{3 + at:02d}",
                "budget_amount": 1000 + 37 * at,
                "budget_currency": ("EUR", "XOF")[at % 2],
                "source": "Relevé inventé",
                "longitude": round(place[0], 6),
                "latitude": round(place[1], 6),
            }
        )
    return rows


def areas() -> list[Row]:
    """Invent squares of land of every status."""
    chance = random.Random(13)
    found = []
    for at in range(40):
        west, south = (round(side, 6) for side in _near(chance, _MIDDLES[at % 2], 0.19))
        east, north = round(west + 0.003127, 6), round(south + 0.002843, 6)
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        properties = {
            "area_id": f"ZZ-{at}",
            "status": ("cleared", "confirmed", "suspected", "reduced", "cancelled")[at % 5],
            "method": "manual",
            "start_date": f"2021-06-{3 + at % 20:02d}",
            "end_date": f"2022-09-{3 + at % 20:02d}",
            "organisation": "Opérateur inventé",
            "source": "Relevé inventé",
        }
        found.append(_feature(properties, "Polygon", [ring]))
    return found


def clinics() -> list[Row]:
    """Invent points that are neither incidents nor projects."""
    chance = random.Random(19)
    return [
        _feature(
            {"name": f"Clinic {at}", "beds": chance.randint(1, 90), "open": at % 3 > 0},
            "Point",
            [round(side, 6) for side in _near(chance, _MIDDLES[at % 3])],
        )
        for at in range(60)
    ]


def squares() -> list[Row]:
    """Invent units in the columns of geoBoundaries, six by six and one degree wide."""
    found = []
    for at in range(36):
        west, south = -6.0 + at % 6, 12.0 + at // 6
        ring = [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1]]
        properties = _named_unit(f"Carré {at}", f"SQ{at:02d}", None)
        found.append(_feature(properties, "Polygon", [[*ring, ring[0]]]))
    return found


def own_units(path: Path) -> list[Row]:
    """Give the bundled regions in the columns of geoBoundaries."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    for feature in features:
        known = feature["properties"]
        feature["properties"] = _named_unit(known["name"], known["pcode"], known["iso_3166_2"])
    return list(features)


def _named_unit(name: str, code: str, iso: str | None) -> Row:
    return {
        "shapeName": name,
        "shapeID": code,
        "shapeISO": iso,
        "shapeType": "ADM1",
        "shapeGroup": "MLI",
    }


def _near(chance: random.Random, middle: Place, reach: float = 0.2) -> Place:
    return middle[0] + chance.uniform(-reach, reach), middle[1] + chance.uniform(-reach, reach)


def _feature(properties: Row, kind: str, coordinates: list[Any]) -> Row:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _write_csv(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _write_features(path: Path, features: Sequence[Row]) -> None:
    collection = {"type": "FeatureCollection", "features": list(features)}
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")


def _write_sheet(path: Path, rows: Sequence[Row]) -> None:
    """Write the smallest workbook that is one, so that the input depends on no library."""
    table = [list(rows[0]), *(list(row.values()) for row in rows)]
    lines = "".join(f"<row>{''.join(map(_cell, values))}</row>" for values in table)
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{lines}</sheetData></worksheet>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**_SHEET_PARTS, "sheet.xml": sheet}.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def _cell(value: object) -> str:
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
