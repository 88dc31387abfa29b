"""Who's On First: one record a file, put together to cercles and to a list of places."""

import csv
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from maligeo.core.errors import InputFileError
from maligeo.core.placenames import ALIAS_SEPARATOR
from maligeo.readers.formats import load_format

WRITTEN: Final = (
    "place_name", "name_alt", "adm1_name", "adm2_name", "latitude", "longitude", "wof:id",
    "placetype", "source",
)  # fmt: skip

_RECORD: Final = re.compile(r"(?:^|/)data/(?:\d+/)+\d+\.geojson$")  # alternative outlines differ
_REGION, _CERCLE = "region", "county"
_UNKNOWN: Final = ("", "uuuu", "u", "..", "open")  # dates that say: not ended
_POLYGONS: Final = ("Polygon", "MultiPolygon")
_MARK: Final = "Who's On First"
_FORMAT: Final = "gazetteer_wof"


@dataclass(frozen=True)
class _Records:
    """The records that hold today and have a name, by kind, and how many others there are."""

    by_kind: Mapping[str, list[Mapping[str, Any]]]
    left_out: int

    def names(self) -> dict[int, str]:
        """Give the names of regions and cercles by their number."""
        return {
            record["properties"]["wof:id"]: record["properties"]["wof:name"]
            for kind in (_REGION, _CERCLE)
            for record in self.by_kind.get(kind, [])
        }


def write_cercles(files: Sequence[Path], target: Path, _settings: Mapping[str, str]) -> list[str]:
    """Write the cercles with their regions as GeoJSON, as `maligeo.read_boundaries` reads it.

    A region without cercles, as Bamako is, stands for itself, so that there is no gap.

    Raises
    ------
    InputFileError
        If the archive holds no cercle, or one without outline or region.
    """
    records = _read(files[0])
    names = records.names()
    cercles = records.by_kind.get(_CERCLE, [])
    divided = {_above(one, _REGION) for one in cercles}
    alone = [one for one in records.by_kind.get(_REGION, [])
             if one["properties"]["wof:id"] not in divided]  # fmt: skip
    if not cercles:
        raise InputFileError(f"{files[0]} holds no record of a {_CERCLE}, as cercles are called")
    features = [_unit(one, names, files[0]) for one in (*cercles, *alone)]
    features.sort(key=lambda one: int(one["properties"]["wof:id"]))
    content = {"type": "FeatureCollection", "features": features}
    target.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    for_themselves = ", ".join(one["properties"]["wof:name"] for one in alone) or "none"
    return [
        f"{len(cercles)} cercles; regions without any, which stand for themselves: "
        f"{for_themselves}",
        f"{records.left_out} records that no longer hold, or have no name, were left out",
    ]


def write_localities(
    files: Sequence[Path], target: Path, _settings: Mapping[str, str]
) -> list[str]:
    """Write the localities as a table, as `maligeo.read_gazetteer` reads it.

    Raises
    ------
    InputFileError
        If the archive holds none.
    """
    records = _read(files[0])
    names, settings = records.names(), load_format(_FORMAT).settings
    other_names = re.compile(settings["other_names"])
    rows = [
        _place(record, names, other_names)
        for kind in settings["kinds"]
        for record in records.by_kind.get(kind, [])
    ]
    if not rows:
        raise InputFileError(f"{files[0]} holds no record of a place where people live")
    rows.sort(key=lambda row: int(row["wof:id"]))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, WRITTEN, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    without = sum(not (row["adm1_name"] and row["adm2_name"]) for row in rows)
    nowhere = sum(row["latitude"] == "" for row in rows)
    return [
        f"{len(rows)} places; {without} of them without region or cercle, {nowhere} without "
        "position",
        f"{records.left_out} records that no longer hold, or have no name, were left out",
    ]


def _read(archive: Path) -> _Records:
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    left_out = 0
    for record in _records(archive):
        about = record["properties"]
        if _holds(about) and about["wof:name"]:
            by_kind.setdefault(about["wof:placetype"], []).append(record)
        else:
            left_out += 1
    return _Records(by_kind, left_out)


def _records(archive: Path) -> Iterator[Mapping[str, Any]]:
    """Read the records of an archive whose size was examined when it came."""
    with zipfile.ZipFile(archive) as members:
        for name in sorted(members.namelist()):
            if not _RECORD.search(name):
                continue
            try:
                record = json.loads(members.read(name))
                about = record["properties"]
                needed = {
                    "wof:id": int(about["wof:id"]),
                    "wof:placetype": str(about["wof:placetype"]),
                    "wof:name": str(about.get("wof:name") or ""),
                }
                record["properties"] = about | needed
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise InputFileError(
                    f"{archive}: {name} is no record of {_MARK}: {error!r}"
                ) from error
            yield record


def _holds(about: Mapping[str, Any]) -> bool:
    """Tell a record that holds today from one that was given up, or replaced by another."""
    ended = [about.get(f"edtf:{what}") for what in ("deprecated", "cessation")]
    return (
        about.get("mz:is_current") != 0
        and not about.get("wof:superseded_by")
        and all(day is None or str(day) in _UNKNOWN for day in ended)
    )


def _above(record: Mapping[str, Any], kind: str) -> int | None:
    """Give the number of the unit of a kind in which a record lies."""
    lines = record["properties"].get("wof:hierarchy")
    found = {
        line[f"{kind}_id"]
        for line in (lines if isinstance(lines, list) else [])
        if isinstance(line, dict) and isinstance(line.get(f"{kind}_id"), int)
    }
    found.discard(-1)  # how the records say: in none
    return found.pop() if len(found) == 1 else None


def _unit(record: Mapping[str, Any], names: Mapping[int, str], archive: Path) -> dict[str, Any]:
    about, shape = record["properties"], record.get("geometry")
    region = names.get(_above(record, _REGION) or about["wof:id"])
    if not isinstance(shape, dict) or shape.get("type") not in _POLYGONS or region is None:
        name = about["wof:name"]
        raise InputFileError(f"{archive}: {name} has no outline, or lies in no region")
    pattern = re.compile(load_format(_FORMAT).settings["other_names"])
    kept = {
        "wof:id": str(about["wof:id"]),
        "wof:name": about["wof:name"],
        "name_alt": _other_names(about, pattern),
        "wof:country": about.get("wof:country"),
        "adm1_name": region,
        "src:geom": about.get("src:geom"),
    }
    return {"type": "Feature", "properties": kept, "geometry": shape}


def _place(
    record: Mapping[str, Any], names: Mapping[int, str], other_names: re.Pattern[str]
) -> dict[str, Any]:
    about = record["properties"]
    where = next(
        (
            (about[f"{kind}:latitude"], about[f"{kind}:longitude"])
            for kind in ("lbl", "geom")
            if about.get(f"{kind}:latitude") and about.get(f"{kind}:longitude")
        ),
        ("", ""),  # a point at 0, 0 stands for a place whose position nobody knows
    )
    is_geonames = "gn:id" in (about.get("wof:concordances") or {})
    return {
        "place_name": about["wof:name"],
        "name_alt": _other_names(about, other_names),
        "adm1_name": names.get(_above(record, _REGION) or 0, ""),
        "adm2_name": names.get(_above(record, _CERCLE) or 0, ""),
        "latitude": where[0],
        "longitude": where[1],
        "wof:id": about["wof:id"],
        "placetype": about["wof:placetype"],
        "source": f"{_MARK}, of GeoNames" if is_geonames else _MARK,
    }


def _other_names(about: Mapping[str, Any], pattern: re.Pattern[str]) -> str:
    listed = [names for key, names in about.items() if pattern.fullmatch(key)]
    found = (name for names in listed if isinstance(names, list) for name in names)
    others = dict.fromkeys(str(name).strip() for name in found)
    return ALIAS_SEPARATOR.join(name for name in others if name not in ("", about["wof:name"]))
