"""Products taken apart into what they say of each cell, format by format."""

import csv
import gzip
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import mapbox_vector_tile
import openpyxl
import pandas as pd
import pyarrow.parquet as pq

from tests.attacks.everything.facts import Cell, Fact, number, of_row, times_of, worded

_NUMBERS: Final = (
    "count", "count_low", "count_high", "area_sqkm", "per_1000_sqkm", "per_100k", "ci_low",
    "ci_high", "smoothed_per_100k", "local_per_100k", "records", "per_incident", "unique_total",
)  # fmt: skip
_DAYS: Final = ("period_start", "period_end")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip
_QUARTER: Final = re.compile(r"([A-Z][a-z]{2})(?: (\d{4}))?–([A-Z][a-z]{2}) (\d{4})")


def table(path: Path) -> list[Fact]:
    """Read a density table of any format."""
    rows = {".csv": _csv, ".xlsx": _workbook, ".parquet": _parquet, ".gpkg": _geopackage}
    found = (of_row(_clean(row), path.name) for row in rows[path.suffix](path))
    return [fact for fact in found if fact is not None]


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _parquet(path: Path) -> list[dict[str, Any]]:
    return pq.read_table(path).to_pylist()


def _workbook(path: Path) -> Iterator[dict[str, Any]]:
    sheet = openpyxl.load_workbook(path, read_only=False).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet]
    head = next(at for at, row in enumerate(rows) if "measure" in row)
    for row in rows[head + 1 :]:
        yield dict(zip(rows[head], row, strict=True))


def _geopackage(path: Path) -> list[dict[str, Any]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute("select * from density")]


def _clean(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give numbers as numbers, days as days, and nothing as None."""
    plain: dict[str, Any] = {
        name: None if value in ("", None) else value for name, value in row.items()
    }
    for name in _NUMBERS:
        plain[name] = None if plain.get(name) is None else float(plain[name])
    for name in _DAYS:
        plain[name] = pd.Timestamp(plain[name])
    return plain


def marks_of_package(path: Path, level: int) -> Counter[Cell]:
    """Add the marks of a GeoPackage up by cell."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        names = {row[0] for row in database.execute("select table_name from gpkg_contents")}
        if "incidents" not in names:
            return Counter()
        return _marks(
            [dict(row) for row in database.execute("select * from incidents")], level, path
        )


def marks_of_tiles(path: Path, level: int) -> Counter[Cell]:
    """Add the marks in the one tile of the world up."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        tiles = database.execute("select tile_data from tiles where zoom_level = 0").fetchall()
    rows: list[dict[str, Any]] = []
    for (content,) in tiles:
        plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        layers = mapbox_vector_tile.decode(plain)
        rows += [one["properties"] for one in layers.get("incidents", {"features": []})["features"]]
    return _marks(rows, level, path)


def _marks(rows: list[dict[str, Any]], level: int, path: Path) -> Counter[Cell]:
    found: Counter[Cell] = Counter()
    for row in rows:
        start = pd.Timestamp(row["date"])
        if row["date_precision"] not in ("quarter", "year") or row.get("event_type"):
            raise AssertionError(f"{path.name}: {row}")
        code = {"quarter": "Q", "year": "Y"}[row["date_precision"]]
        whole = pd.Period(start, freq=code)
        times = times_of(whole.start_time, whole.end_time.normalize())
        found[row[f"adm{level}_pcode"], times, "incidents"] += int(row["count"])
    return found


def page(path: Path, codes: list[str]) -> list[Fact]:
    """Read the table of incidents that a page of a map holds."""
    text = path.read_text(encoding="utf-8")
    decoder, facts = json.JSONDecoder(), list[Fact]()
    for found in re.finditer(r'maligeo\.call\(\s*map_\w+,\s*"regions",\s*', text):
        regions, _ = decoder.raw_decode(text[found.end() :])
        for layer in regions["layers"]:
            if layer["key"] == "incidents":
                facts += _of_layer(layer, codes, path.name)
    return facts


def _of_layer(layer: Mapping[str, Any], codes: list[str], source: str) -> Iterator[Fact]:
    for period in layer["periods"]:
        times = times_of(*_days(_english(period["label"])))
        said = [_english(text) for _, text, *_ in period["cells"]]
        if len(said) != len(codes):
            raise AssertionError(f"{source}: {len(said)} cells, {len(codes)} units")
        for code, text in zip(codes, said, strict=True):
            yield from _of_text((code, times, "incidents"), text, source)


def _of_text(cell: Cell, text: str, source: str) -> Iterator[Fact]:
    shown = text.replace(",", "").replace("\u202f", "")
    if shown.isdecimal():
        yield number(cell, float(shown), source=source)
    elif shown.startswith("fewer than"):
        yield worded(cell, f"withheld: {shown}", source)
    elif shown != "not published" and re.search(r"\d", shown):
        raise AssertionError(f"{source}: {cell} says {text!r}")


def _english(text: Any) -> str:
    return str(text["~"][1]) if isinstance(text, dict) else str(text)


def _days(label: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Read "2021", "Jan–Mar 2021" or "2021–2022"."""
    if label.isdecimal():
        return pd.Timestamp(f"{label}-01-01"), pd.Timestamp(f"{label}-12-31")
    found = _QUARTER.fullmatch(label)
    if found is None:
        raise AssertionError(f"{label!r} is no period")
    first, year, last, end = found.groups()
    start = pd.Timestamp(int(year or end), _MONTHS.index(first) + 1, 1)
    return start, pd.Period(f"{end}-{_MONTHS.index(last) + 1}").end_time.normalize()


def gaps(path: Path) -> list[Fact]:
    """Read the incidents of a table of need and response."""
    facts = []
    for row in _csv(path):
        if row["place_kind"] == "unit" and row["incidents"]:
            times = times_of(pd.Timestamp(row["period_start"]), pd.Timestamp(row["period_end"]))
            cell = (row["pcode"], times, "incidents")
            facts.append(number(cell, float(row["incidents"]), source=path.name))
    return facts
