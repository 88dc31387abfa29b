"""Which columns of a file of boundaries hold what, and from these columns to units."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo import catalog
from maligeo.core.checks import require_choice
from maligeo.core.errors import ArgumentError, Fault, FrameError, InputFileError
from maligeo.core.placenames import ALIAS_SEPARATOR, NameTable, without_accents
from maligeo.readers.credits import known_sources, source_of

FORMATS: Final = Path(__file__).parent / "formats"

_DEEPEST: Final = 5
LEVELS: Final = range(_DEEPEST + 1)
NO_LAYOUT: Final = "columns"  # in the fault of a file whose columns are of no known layout
_ROLES: Final = {"pcode": "code", "parent_pcode": "parent"}
FIELDS: Final = (
    "name", "pcode", "parent_pcode", "name_alt", "iso_3166_2", "valid_on", "valid_to", "level",
    "vintage", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Schema:
    """The columns of one file.

    Attributes
    ----------
    title : str
        Publisher and columns, for messages.
    level : int or None
        Level of the units, where the names of the columns say it.
    columns : mapping of str to str
        Column of the file for each of name, code, parent, valid_on, valid_to, iso_3166_2,
        level, vintage, source and country that it has.
    alternatives : tuple of str
        Columns with other spellings of the name.
    region : mapping of str to str
        Columns with the name and code of the first level, where there are such.
    cod_codes : bool
        Whether the codes are COD p-codes; others are of the publisher's own making.
    country_key : str
        Which code of the country stands in the column `country`: "iso2" or "iso3".
    credit : str
        Publisher, as an entry of `formats/credits.toml`; empty where the layout tells none.
    above : mapping of int to str
        Columns with the names of the units above, by level.
    """

    title: str
    level: int | None
    columns: Mapping[str, str]
    alternatives: tuple[str, ...] = ()
    region: Mapping[str, str] = field(default_factory=dict)
    cod_codes: bool = False
    country_key: str = "iso2"
    credit: str = ""
    above: Mapping[int, str] = field(default_factory=dict)

    @property
    def used(self) -> dict[str, str]:
        """Fields of units to the columns of the file that they are read from."""
        ours = {role: name for name, role in _ROLES.items()}
        fields = {ours.get(role, role): column for role, column in self.columns.items()}
        others = {f"name_alt {at}": name for at, name in enumerate(self.alternatives, start=1)}
        above = {f"adm{level}_name": column for level, column in self.above.items()}
        region = {f"adm1_{role}": column for role, column in self.region.items()}
        return {**region, **above, **others, **fields}


def find_schema(columns: Iterable[str]) -> Schema:
    """Recognise a publisher by the names of the columns, whatever their case.

    Parameters
    ----------
    columns : iterable of str
        Columns of the file.

    Returns
    -------
    Schema
        Of the deepest level for which the file has a name and a code.

    Raises
    ------
    FrameError
        If no entry fits; it names those that there are.
    """
    present = {column.casefold(): column for column in columns}
    for entry in _entries():
        for level in _levels(entry):
            schema = _fit(entry, level, present)
            if schema is not None:
                return schema
    known = "; ".join(entry["title"] for entry in _entries())
    raise FrameError(
        "boundaries",
        [
            Fault(
                None,
                NO_LAYOUT,
                ", ".join(present.values())[:200],
                f"no known layout (there is {known}): say which columns hold name and pcode",
            )
        ],
    )


def named_schema(columns: Iterable[str], stated: Mapping[str, str]) -> Schema:
    """Describe a file of which the caller names columns.

    Parameters
    ----------
    columns : iterable of str
        Columns of the file.
    stated : mapping of str to str
        Fields of units to columns of the file. With a name the layout is what is stated;
        else it is that of the file, with what is stated in its place.

    Returns
    -------
    Schema

    Raises
    ------
    ArgumentError
        If a field is none of a unit's.
    FrameError
        If the file has no such column, or its layout is not known.
    """
    present = list(columns)
    for ours in stated:
        require_choice(ours, FIELDS, option="field")
    faults = [
        Fault(None, column, None, f"column is missing; there is {', '.join(sorted(present))}")
        for column in stated.values()
        if column not in present
    ]
    if faults:
        raise FrameError("boundaries", faults)
    roles = {_ROLES.get(ours, ours): column for ours, column in stated.items()}
    others = tuple(column for column in (roles.pop("name_alt", None),) if column)
    if "name" in roles:
        above = _stated_above({column.casefold(): column for column in present})
        return Schema("named columns", None, roles, others, cod_codes="code" in roles, above=above)
    found = find_schema(present)
    return replace(
        found,
        level=None if "level" in roles else found.level,
        columns={**found.columns, **roles},
        alternatives=others or found.alternatives,
    )


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    """Give the layouts, those that are known by the most columns first."""
    found = [
        tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FORMATS.glob("boundaries_*.toml"))
    ]
    return tuple(sorted(found, key=lambda entry: -len(entry["marks"])))


def _levels(entry: dict[str, Any]) -> range:
    """Give the levels to try, the deepest first; one alone where no column bears a number."""
    numbered = any("{n}" in name for name in entry["fields"]["name"])
    return range(_DEEPEST, -1, -1) if numbered else range(0, -1, -1)


def _fit(entry: dict[str, Any], level: int, present: Mapping[str, str]) -> Schema | None:
    columns = _resolve(entry["fields"], level, present)
    if any(mark not in columns for mark in entry["marks"]):
        return None
    others = (_named(name, level, present) for name in entry["alternatives"]["name_alt"])
    numbered = len(_levels(entry)) > 1
    top = _resolve(entry["fields"], 1, present) if numbered and level >= 1 else {}
    uppers = {
        upper: found["name"]
        for upper in range(1, level if numbered else 0)
        if "name" in (found := _resolve(entry["fields"], upper, present))
    }
    return Schema(
        title=entry["title"],
        level=level if numbered else entry.get("level"),
        columns=columns,
        alternatives=tuple(dict.fromkeys(name for name in others if name)),
        region={role: top[role] for role in ("name", "code") if role in top},
        cod_codes=entry["codes"] == "cod" and "code" in columns,
        country_key=entry.get("country", {}).get("key", "iso2"),
        credit=entry.get("credit", ""),
        above=uppers or _stated_above(present),
    )


def _stated_above(present: Mapping[str, str]) -> dict[int, str]:
    """Find columns with the names of the units above, as located records have them."""
    names = {level: f"adm{level}_name" for level in range(1, _DEEPEST)}
    return {level: present[name] for level, name in names.items() if name in present}


def _resolve(
    fields: Mapping[str, list[str]], level: int, present: Mapping[str, str]
) -> dict[str, str]:
    found = {}
    for role, names in fields.items():
        columns = [column for name in names if (column := _named(name, level, present))]
        if columns:
            found[role] = columns[0]
    return found


def _named(template: str, level: int, present: Mapping[str, str]) -> str | None:
    if "{up}" in template and level == 0:
        return None
    name = template.replace("{n}", str(level)).replace("{up}", str(level - 1))
    return present.get(name.casefold())


def layer_of_level(layers: Iterable[str], level: int) -> str | None:
    """Find the one layer whose name bears a level: "mli_admbnda_adm2_…", "ADM_ADM_2".

    Returns
    -------
    str or None
        The layer, or None where none or several bear it.
    """
    wanted = re.compile(rf"(?:adm|admin|level|[a-z]{{3}})_?{level}(?!\d)", re.IGNORECASE)
    found = [layer for layer in layers if wanted.search(layer)]
    return found[0] if len(found) == 1 else None


_TABLES: Final = ("units", "cercles_2015", "communes_2015", "pcodes_2023")
_EXACT: Final = 2.0**53  # above, a float holds no exact whole number
_POLYGONS: Final = ("Polygon", "MultiPolygon")
_REFERENCE: Final = ("pcode", "name", "name_alt", "parent_pcode", "iso_3166_2")


def standardise(raw: gpd.GeoDataFrame, schema: Schema, level: int | None) -> gpd.GeoDataFrame:
    """Rename the columns of a file, keep the wanted country and level, refuse faulty rows.

    Parameters
    ----------
    raw : geopandas.GeoDataFrame, EPSG:4326
        As `read_vector` gives it.
    schema : Schema
        What its columns hold.
    level : int or None
        The level that the caller asks for.

    Returns
    -------
    geopandas.GeoDataFrame
        `level, pcode, name, name_alt, parent_pcode, iso_3166_2, source, valid_on, valid_to`,
        `vintage` where the file has it, `region_pcode, region_name` of the first level,
        names of the units above as `adm1_name` and so on where it has them, `row`, the number
        of the row from 1, and `geometry`.

    Raises
    ------
    InputFileError
        If no row lies in the country.
    ArgumentError
        If the level is not known, or is another than the one asked for.
    FrameError
        With every row that lacks a name, code or outline, whose code another row has,
        whose outline is not a valid polygon, or whose dates cannot be read.
    """
    numbered = raw.set_axis(pd.RangeIndex(1, len(raw) + 1, name="row"), axis=0)
    own = _of_country(numbered, schema)
    faults: list[Fault] = []
    units = gpd.GeoDataFrame(geometry=own.geometry)
    units["name"] = _text(own[schema.columns["name"]])
    for role, column in (
        ("code", "pcode"), ("parent", "parent_pcode"), ("iso_3166_2", "iso_3166_2")
    ):  # fmt: skip
        units[column] = _optional(own, schema.columns.get(role))
    units["name_alt"] = _joined([_text(own[column]) for column in schema.alternatives], units)
    units["source"] = _optional(own, schema.columns.get("source"))
    for column in ("valid_on", "valid_to"):
        units[column] = _dates(own, schema.columns.get(column), faults)
    if "vintage" in schema.columns:
        units["vintage"] = _text(own[schema.columns["vintage"]])
    units["level"] = _levels_of(own, schema, level)
    units = _at_level(units, level)
    own = own.loc[units.index]
    if "code" not in schema.columns:
        units["pcode"] = _made_codes(units)
    is_top = bool((units["level"] == 1).all())
    region = schema.region or (schema.columns if is_top else {})
    for upper, column in schema.above.items():
        units[f"adm{upper}_name"] = _text(own[column])
    units["region_pcode"] = _optional(own, region.get("code"))
    units["region_name"] = _optional(own, region.get("name"))
    faults += _row_faults(units)
    if faults:
        raise FrameError("boundaries", faults)
    return units.reset_index()


def with_reference_names(units: gpd.GeoDataFrame, schema: Schema) -> gpd.GeoDataFrame:
    """Give the units the names, and where the file has none the codes, of the reference table.

    A unit whose name or alias stands there for this vintage and level takes the accented
    name; the file's own spelling goes to `name_alt`. Codes of a publisher's own making
    give way to COD p-codes only if every unit is found; `source` then keeps them.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        As `standardise` gives it, with `vintage`.
    schema : Schema
        What the columns of the file hold.

    Returns
    -------
    geopandas.GeoDataFrame
        The same units in the same order, with `source`: the publisher as far as the
        layout, or the file's own column, tells it. The name of the file is not taken over:
        units go on every map, and a name can give something away.
    """
    reference = _reference(str(units["vintage"].iloc[0]), int(units["level"].iloc[0]))
    rows = _reference_rows(units["name"], reference)
    known = rows >= 0
    found = {name: reference[name].array.take(rows, allow_fill=True) for name in _REFERENCE}
    given = units["name"].array
    named = units.copy()
    named["name"] = pd.array(np.where(known, found["name"], given), dtype="string")
    spelt = pd.Series(given, index=units.index).mask(named["name"] == given)
    aliases = pd.Series(found["name_alt"], index=units.index)
    named["name_alt"] = _joined([spelt, units["name_alt"], aliases], named)
    for column in ("parent_pcode", "iso_3166_2"):
        named[column] = named[column].fillna(pd.Series(found[column], index=units.index))
    if schema.credit:
        named["source"] = source_of(schema.credit, str(units["vintage"].iloc[0]))
    named["source"] = known_sources(named["source"])
    if not schema.cod_codes and len(units) and not pd.isna(found["pcode"]).any():
        if "code" in schema.columns:
            named["source"] = named["source"] + ", code " + units["pcode"]
        for column in ("pcode", "parent_pcode"):
            named[column] = pd.Series(found[column], index=units.index, dtype="string")
    return named


def _of_country(raw: gpd.GeoDataFrame, schema: Schema) -> gpd.GeoDataFrame:
    column = schema.columns.get("country")
    if raw.empty:
        raise InputFileError("the file of boundaries has no rows")
    if column is None:
        return raw
    code = str(catalog.country()[schema.country_key])
    own = raw[_text(raw[column]).str.upper() == code]
    if own.empty:
        there = ", ".join(sorted(_text(raw[column]).dropna().unique())[:10])
        raise InputFileError(f"no row has {column} {code!r}; there is {there or 'nothing'}")
    return own


def _levels_of(own: gpd.GeoDataFrame, schema: Schema, level: int | None) -> "pd.Series[int]":
    if "level" in schema.columns:
        digits = _text(own[schema.columns["level"]]).str.extract(r"(?<!\d)(\d)(?!\d)", expand=False)
        return digits.astype("Int64")
    known = level if schema.level is None else schema.level
    if known is None:
        raise ArgumentError("the level of the units is not in the file: say which it is")
    return pd.Series(known, index=own.index, dtype="Int64")


def _made_codes(units: pd.DataFrame) -> pd.Series:
    """Make codes of the names, behind the parent's code where there is one."""
    made = units["name"].map(_code_of, na_action="ignore").astype("string")
    parent = units["parent_pcode"]
    return made.where(parent.isna(), parent + "-" + made)


def _code_of(name: str) -> str:
    return "-".join(re.findall(r"[A-Z0-9]+", without_accents(name).upper()))


def _at_level(units: gpd.GeoDataFrame, level: int | None) -> gpd.GeoDataFrame:
    there = sorted({int(found) for found in units["level"].dropna()})
    if level is None and len(there) == 1 and units["level"].notna().all():
        return units
    if level is None or level not in there:
        listed = " and ".join(map(str, there)) or "none"
        raise ArgumentError(f"the file has level {listed}, and level {level} was asked for")
    return units[(units["level"] == level).fillna(False)]


def _row_faults(units: gpd.GeoDataFrame) -> list[Fault]:
    faults = []
    for column in ("name", "pcode"):
        faults += [
            Fault(row, column, None, "is missing") for row in units.index[units[column].isna()]
        ]
    repeated = units["pcode"].notna() & units["pcode"].duplicated(keep=False)
    faults += [
        Fault(row, "pcode", code, "stands for several units")
        for row, code in units.loc[repeated, "pcode"].items()
    ]
    faults += [
        Fault(row, "geometry", None if outline is None else outline.geom_type, reason)
        for row, outline in units.geometry.items()
        if (reason := outline_fault(outline))
    ]
    return faults


def outline_fault(outline: shapely.Geometry | None) -> str | None:
    """Say what is wrong with the outline of a unit, or None."""
    if outline is None or outline.is_empty:
        return "has no outline"
    if outline.geom_type not in _POLYGONS:
        return "is not a polygon"
    west, south, east, north = outline.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        return f"is at {west:.0f}, {south:.0f}, outside the globe: the file states a wrong CRS"
    if not outline.is_valid:
        return f"is not valid: {shapely.is_valid_reason(outline)}"
    return None


def _reference(vintage: str, level: int) -> pd.DataFrame:
    tables = [catalog.load_table("reference", name) for name in _TABLES]
    tables = [table[(table["vintage"] == vintage) & (table["level"] == level)] for table in tables]
    filled = [table.reindex(columns=list(_REFERENCE)).astype("string") for table in tables]
    known = pd.concat(filled, ignore_index=True)
    repeated = known["pcode"].notna() & known["pcode"].duplicated()
    return known[~repeated].reset_index(drop=True)


def _reference_rows(names: pd.Series, reference: pd.DataFrame) -> np.ndarray:
    """Find the row of the reference that each name means alone, and -1 for none."""
    table = NameTable.from_columns(reference["name"], reference["name_alt"])
    found = [table.find(name) for name in names]
    rows = np.array([rows[0] if len(rows) == 1 else -1 for rows in found], dtype=np.intp)
    shared = pd.Series(rows).duplicated(keep=False).to_numpy()
    return np.where(shared, -1, rows)


def _text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(values.dtype):
        given = values.dropna()
        if (given % 1 == 0).all() and (given.abs() < _EXACT).all():
            values = values.astype("Int64")  # a code column of whole numbers with gaps
    text = values.astype("string").str.strip()
    return text.mask(text.isin(["", "None", "nan", "NA", "-99"]))


def _optional(own: gpd.GeoDataFrame, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series(pd.NA, index=own.index, dtype="string")
    return _text(own[column])


def _dates(own: gpd.GeoDataFrame, column: str | None, faults: list[Fault]) -> pd.Series:
    if column is None:
        return pd.Series(pd.NaT, index=own.index, dtype="datetime64[us]")
    given = own[column]
    read = pd.to_datetime(given, errors="coerce", utc=True, format="ISO8601")
    text = _text(given)
    faults += [
        Fault(row, column, value, "is not a date like 2015-04-08")
        for row, value in text[read.isna() & text.notna() & (text != "NaT")].items()
    ]
    return read.dt.tz_localize(None).astype("datetime64[us]").dt.normalize()


def _joined(spellings: list[pd.Series], units: pd.DataFrame) -> pd.Series:
    """Join other spellings by "|", without repeats and without the name itself."""
    rows = []
    for values in zip(units["name"], *spellings, strict=True):
        parts = [part for value in values[1:] if isinstance(value, str) for part in _split(value)]
        name = values[0] if isinstance(values[0], str) else None
        others = [part for part in dict.fromkeys(parts) if part != name]
        rows.append(ALIAS_SEPARATOR.join(others) or None)
    return pd.Series(pd.array(rows, dtype="string"), index=units.index)


def _split(text: str) -> list[str]:
    return [part for part in map(str.strip, re.split(r"[|;]", text)) if part]
