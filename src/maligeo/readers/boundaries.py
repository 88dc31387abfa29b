"""Administrative units with their outlines, and what is wrong with outlines that can be read."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo import catalog
from maligeo.core import columns
from maligeo.core.checks import require_choice, require_columns
from maligeo.core.crs import EQUAL_AREA, GEOGRAPHIC, SQM_PER_SQKM, area_sqkm, require_geographic
from maligeo.core.errors import ArgumentError, CrsError, Fault, GeometryError, UnknownNameError
from maligeo.core.placenames import normalise
from maligeo.readers.boundary_schemas import (
    FIELDS,
    LEVELS,
    Schema,
    find_schema,
    layer_of_level,
    named_schema,
    outline_fault,
    standardise,
    with_reference_names,
)
from maligeo.readers.editions import editions, require_edition, require_vintage
from maligeo.readers.files.sources import Source
from maligeo.readers.files.vectors import list_layers, read_vector
from maligeo.readers.formats import GEOMETRY, resembled_field
from maligeo.readers.reading import ATTRIBUTE, Reading
from maligeo.readers.vintages import find_signs, vintage_of

_NEEDED: Final = ("level", "pcode", "name", "parent_pcode", "geometry")


def check_boundaries(
    units: gpd.GeoDataFrame,
    parents: gpd.GeoDataFrame | None = None,
    *,
    tolerance_sqkm: float = 0.01,
) -> list[Fault]:
    """List what is wrong with the units of one level.

    Parameters
    ----------
    units : geopandas.GeoDataFrame, EPSG:4326
        As `read_boundaries` gives it.
    parents : geopandas.GeoDataFrame, optional
        Units of the level above and of the same vintage, to check the nesting against.
    tolerance_sqkm : float, default 0.01
        Gaps, overlaps and parts outside the parent of no more than so many square
        kilometres are taken for rounding.

    Returns
    -------
    list of Fault
        Codes used twice; units whose name an earlier unit bears; outlines that are missing
        or not valid; pairs that overlap, and holes between units, with their area in km²
        (EPSG:6933); codes that do not begin with their parent's; and, with `parents`,
        parents that do not exist and parts outside of them. Empty where all is well.
        Outlines that are not valid take no part in the comparisons.

    Raises
    ------
    FrameError
        If a column is missing.
    CrsError
        If a frame is not in EPSG:4326.
    """
    require_columns(units, _NEEDED, what="units")
    require_geographic(units, what="units")
    faults = [*_repeated_codes(units), *_repeated_names(units), *_outlines(units)]
    sound = units[[outline_fault(outline) is None for outline in units.geometry]]
    flat = sound.to_crs(EQUAL_AREA)
    flat = flat[flat.is_valid]
    faults += _overlaps(flat, tolerance_sqkm)
    faults += _gaps(flat, tolerance_sqkm)
    faults += _code_nesting(units)
    if parents is not None:
        require_columns(parents, _NEEDED, what="parents")
        require_geographic(parents, what="parents")
        faults += _nesting(flat, parents.to_crs(EQUAL_AREA), tolerance_sqkm)
    return faults


def _repeated_codes(units: gpd.GeoDataFrame) -> list[Fault]:
    repeated = units["pcode"].notna() & units["pcode"].duplicated(keep=False)
    return [
        Fault(row, "pcode", code, "stands for several units")
        for row, code in units.loc[repeated, "pcode"].items()
    ]


def _repeated_names(units: gpd.GeoDataFrame) -> list[Fault]:
    """Find the units whose name an earlier one bears, however it is spelt."""
    first: dict[str, tuple[str, str]] = {}
    faults = []
    for row, name, code in zip(units.index, units["name"], units["pcode"], strict=True):
        if not isinstance(name, str):
            continue
        earlier = first.setdefault(normalise(name), (name, str(code)))
        if earlier != (name, str(code)):
            reason = f"{code} bears the same name as {earlier[1]}"
            faults.append(Fault(row, "name", name, reason))
    return faults


def _outlines(units: gpd.GeoDataFrame) -> list[Fault]:
    return [
        Fault(row, "geometry", _label(units.loc[[row]].iloc[0]), reason)
        for row, outline in units.geometry.items()
        if (reason := outline_fault(outline))
    ]


def _overlaps(flat: gpd.GeoDataFrame, tolerance_sqkm: float) -> list[Fault]:
    shapes = flat.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    shared = shapely.area(shapely.intersection(shapes[left], shapes[right])) / SQM_PER_SQKM
    order = np.lexsort((right, left))
    return [
        Fault(
            flat.index[left[at]],
            "geometry",
            _label(flat.iloc[left[at]]),
            f"overlaps {_label(flat.iloc[right[at]])} by {shared[at]:,.2f} km²",
        )
        for at in order
        if shared[at] > tolerance_sqkm
    ]


def _gaps(flat: gpd.GeoDataFrame, tolerance_sqkm: float) -> list[Fault]:
    """Find the holes that all units together leave open."""
    covered = shapely.get_parts(shapely.union_all(flat.geometry.to_numpy()))
    covered = covered[shapely.get_type_id(covered) == shapely.GeometryType.POLYGON]
    holes = [ring for part in covered for ring in shapely.polygons(shapely.get_rings(part)[1:])]
    return [_gap(hole, flat) for hole in holes if hole.area / SQM_PER_SQKM > tolerance_sqkm]


def _gap(hole: shapely.Polygon, flat: gpd.GeoDataFrame) -> Fault:
    spot = gpd.GeoSeries([hole.representative_point()], crs=EQUAL_AREA).to_crs(GEOGRAPHIC)
    where = f"{spot.x.iloc[0]:.4f}, {spot.y.iloc[0]:.4f}"
    around = flat[flat.intersects(hole)]
    names = " and ".join(_label(unit) for _, unit in around.head(3).iterrows())
    size = hole.area / SQM_PER_SQKM
    return Fault(None, "geometry", where, f"is in a gap of {size:,.2f} km² next to {names}")


def _code_nesting(units: gpd.GeoDataFrame) -> list[Fault]:
    """Find codes that say another parent than the column does; only p-codes contain it."""
    faults = []
    for row, code, parent in zip(units.index, units["pcode"], units["parent_pcode"], strict=True):
        if isinstance(code, str) and isinstance(parent, str) and not code.startswith(parent):
            faults.append(Fault(row, "pcode", code, f"does not begin with its parent's {parent}"))
    return faults


def _nesting(
    flat: gpd.GeoDataFrame, parents: gpd.GeoDataFrame, tolerance_sqkm: float
) -> list[Fault]:
    outlines = dict(zip(parents["pcode"], parents.geometry, strict=True))
    faults = []
    for row, unit in flat.iterrows():
        parent = unit["parent_pcode"]
        if pd.isna(parent) or parent not in outlines:
            faults.append(Fault(row, "parent_pcode", parent, "is no unit of the level above"))
        elif outlines[parent] is not None and outlines[parent].is_valid:
            outside = unit.geometry.difference(outlines[parent]).area / SQM_PER_SQKM
            if outside > tolerance_sqkm:
                text = f"lies outside its parent {parent} by {outside:,.2f} km²"
                faults.append(Fault(row, "geometry", _label(unit), text))
    children = set(flat["parent_pcode"].dropna())
    childless = [code for code in outlines if code not in children]
    return faults + [
        Fault(None, "parent_pcode", code, "has no unit below it") for code in childless
    ]


def _label(unit: pd.Series) -> str:
    return f"{unit['name']} ({unit['pcode']})"


__all__ = ["as_units", "check_boundaries", "load_boundaries", "read_boundaries"]

_log = logging.getLogger("maligeo")
_FRAME: Final = "units"  # name of a frame, for messages
_NEVER_SAID: Final = ("places", "dates", "sheet", "header_row")
_BUNDLED = {(1, "2015"): "mali_2015_adm1"}


def load_boundaries(level: int = 1, vintage: str = "2015") -> gpd.GeoDataFrame:
    """Load the bundled boundaries.

    They are a generalisation at 1:10 million (Natural Earth, public domain), good for
    maps of the country and for counts by region, and too coarse near a border and for
    Bamako, whose outline agrees with the official one by 0.58 only (intersection over
    union). For exact work read the official COD-AB files.

    Parameters
    ----------
    level : int, default 1
        Administrative level: 1 for regions.
    vintage : str, default "2015"
        The division: "2015" is the 8 regions and the District of Bamako.

    Returns
    -------
    geopandas.GeoDataFrame, 9 rows, EPSG:4326
        Columns `vintage, level, pcode, name, name_alt, parent_pcode, iso_3166_2, valid_on,
        valid_to, area_sqkm, source, geometry`, in the order of the p-codes. `area_sqkm`
        is computed from these outlines in EPSG:6933.

    Raises
    ------
    UnknownNameError
        If no boundaries of that level and vintage are bundled.

    Examples
    --------
    >>> import maligeo
    >>> units = maligeo.load_boundaries()
    >>> units[["pcode", "name"]].head(3)
      pcode       name
    0  ML01      Kayes
    1  ML02  Koulikoro
    2  ML03    Sikasso
    """
    require_bundled(level, vintage)
    return _bundled(catalog.resource_path("boundaries", _BUNDLED[int(level), str(vintage)])).copy()


@cache
def _bundled(path: Path) -> gpd.GeoDataFrame:
    """Read bundled boundaries once; nobody is given this frame itself, which must not change."""
    units = gpd.read_file(path)
    units["vintage"] = units["vintage"].astype("string")
    for column in ("valid_on", "valid_to"):
        units[column] = pd.to_datetime(units[column])
    units["area_sqkm"] = area_sqkm(units.geometry)
    return units[list(columns.UNITS)]


def require_bundled(level: int, vintage: str) -> None:
    """Refuse a level and vintage whose boundaries are not bundled.

    Raises
    ------
    UnknownNameError
        If they are not.
    """
    if (str(level), str(vintage)) not in {(str(at), of) for at, of in _BUNDLED}:
        bundled = ", ".join(f"{at} ({of})" for at, of in _BUNDLED)
        raise UnknownNameError(
            f"no boundaries of level {level}, vintage {vintage!r} are bundled (there is level "
            f"{bundled}): maligeo fetch cod-ab fetches others, and --boundaries takes them"
        )


def read_boundaries(
    path: str | Path | Source,
    *,
    level: int | None = None,
    vintage: str | None = None,
    columns: Mapping[str, str] | None = None,
    layer: str | None = None,
    name_field: str | None = None,
    code_field: str | None = None,
) -> gpd.GeoDataFrame:
    """Read administrative boundaries, whoever published them.

    COD-AB in its three column schemas (`admin1Name`, `ADM1_FR`, `adm1_name`),
    geoBoundaries, GADM, Natural Earth, units written by this package, and any other layer
    with `name_field` and `code_field`; in any format of `read_vector`. Units of other
    countries in the file are passed over.

    Parameters
    ----------
    path : str, pathlib.Path or Source
        The file.
    level : int, optional
        Administrative level. Needed where the file does not say it or has several; an
        error where it says another.
    vintage : str, optional
        The division ("2015", "2016", "2023"), or a name of your own, such as "zones-2024", for
        units of no known one. Without it, it is found from dates of validity, numbers of
        units, names of regions and codes, if they agree.
    columns : mapping of str to str, optional
        Fields of units to columns of the file, as for `maligeo.Source`; `name` and `pcode` are
        the same as `name_field` and `code_field`.
    layer : str, optional
        Which layer; without it the only one, or the one whose name bears the level.
    name_field, code_field : str, optional
        Columns with the name and code of the units, for a layer of unknown layout.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        Columns `vintage, level, pcode, name, name_alt, parent_pcode, iso_3166_2, valid_on,
        valid_to, area_sqkm, source, geometry`, in the order of the file. `name` is the
        accented name where the reference tables know the unit, and the file's own
        spelling then stands in `name_alt`. `area_sqkm` is computed in EPSG:6933. `pcode`
        is the COD p-code; for geoBoundaries, GADM and Natural Earth only if every unit is
        known, else the publisher's own code.

    Raises
    ------
    InputFileError, CrsError
        As `read_vector` raises, and if the file has no units of the country.
    FrameError
        If the layout is not known, or with every row that has no name, code or outline, a
        code used twice, or an outline that is no valid polygon.
    VintageError
        If the signs of the vintage are lacking, too few, or contradict one another: they
        are listed, and `vintage` has to be given. If codes bear other names than in the
        division that is given or found: examples are given, and the divisions that they fit.
    ArgumentError, UnknownNameError
        If level, layer or vintage do not fit the file.

    Notes
    -----
    `check_boundaries` looks for what does not stop the reading: gaps, overlaps, repeated
    names, units outside their parents. `attrs["reading"]` is the `Reading`: what became of
    every column; where there are no codes they are made of the names.

    Examples
    --------
    >>> import tempfile
    >>> import maligeo
    >>> file = f"{tempfile.mkdtemp()}/regions.geojson"
    >>> maligeo.load_boundaries().to_file(file)
    >>> units = maligeo.read_boundaries(file)
    >>> units[["vintage", "level", "pcode", "name"]].head(2)
      vintage  level pcode       name
    0    2015      1  ML01      Kayes
    1    2015      1  ML02  Koulikoro
    """
    asked = Source.of(path).saying(columns=columns, layer=layer)
    asked.require_unsaid(_NEVER_SAID, "a file of boundaries")
    source = Path(asked)
    fields = {"name": name_field, "pcode": code_field}
    if (name_field is None) != (code_field is None):
        raise ArgumentError("the columns of name and pcode go together: a unit needs both")
    said = replace(
        asked,
        level=level or asked.level,
        vintage=vintage or asked.vintage,
        columns={**asked.columns, **{k: v for k, v in fields.items() if v is not None}},
    )
    raw = read_vector(source, layer=asked.layer or _layer(source, said.level))
    return _units_of(raw, said, what=str(source))


def as_units(
    frame: gpd.GeoDataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    level: int | None = None,
    vintage: str | None = None,
) -> gpd.GeoDataFrame:
    """Read units from a frame, as `read_boundaries` reads them from a file.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame in any stated CRS, n rows
        One row per unit, with polygons and names, in any layout that `read_boundaries`
        knows or in one that `columns` states.
    columns : mapping of str to str, optional
        Fields of units (`name, pcode, parent_pcode, name_alt, level, vintage, source` …) to
        columns of the frame, where their names do not say it.
    constants : mapping of str to str, optional
        What a field is in every row, such as `{"source": "own survey"}`.
    level, vintage
        As for `read_boundaries`. Units that are of no known division bear a vintage of
        your own, such as "zones-2024".

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        As `read_boundaries` gives it. Where there are no codes they are made of the names.

    Raises
    ------
    FrameError
        With every row that has no name or outline, a code used twice, or an outline that
        is no valid polygon; rows are counted from 1.
    CrsError
        If the shapes have no CRS.
    VintageError, ArgumentError
        As `read_boundaries`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import maligeo
    >>> from shapely.geometry import box
    >>> zones = gpd.GeoDataFrame(
    ...     {"zone": ["Nord", "Sud"]},
    ...     geometry=[box(-4, 15, -2, 17), box(-4, 13, -2, 15)], crs="EPSG:4326",
    ... )
    >>> units = maligeo.as_units(zones, columns={"name": "zone"}, level=1, vintage="zones-2024")
    >>> units[["vintage", "level", "pcode", "name"]]
          vintage  level pcode  name
    0  zones-2024      1  NORD  Nord
    1  zones-2024      1   SUD   Sud
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        kind = type(frame).__name__
        raise ArgumentError(f"units must be a GeoDataFrame with polygons, not {kind}")
    if frame.active_geometry_name is None:
        raise GeometryError("the units have no column of shapes: name it with set_geometry")
    if frame.crs is None:
        raise CrsError("the units do not say their CRS: state it with set_crs")
    raw = frame.to_crs(GEOGRAPHIC)
    if raw.geometry.name != "geometry":
        raw = raw.drop(columns="geometry", errors="ignore").rename_geometry("geometry")
    raw = raw.rename(columns=str)
    for option, given in (("columns", columns), ("constants", constants)):
        if given is not None and not isinstance(given, Mapping):
            raise ArgumentError(f"{option} name fields, as a dictionary does, not {given!r}")
    said = Source(
        _FRAME, level=level, vintage=vintage, columns=columns or {}, constants=constants or {}
    )
    return _units_of(raw, said, what=_FRAME)


def _units_of(raw: gpd.GeoDataFrame, said: Source, *, what: str) -> gpd.GeoDataFrame:
    """Make units of the rows of a file or frame."""
    if said.level is not None:
        require_choice(str(said.level), list(map(str, LEVELS)), option="level")
    for ours in said.constants:
        require_choice(ours, (*FIELDS, "level"), option="field")
    raw = raw.assign(**{f"({ours})": text for ours, text in said.constants.items()})
    stated = {**said.columns, **{ours: f"({ours})" for ours in said.constants}}
    schema = named_schema(raw.columns, stated) if stated else find_schema(raw.columns)
    units = standardise(raw, schema, None if said.level is None else int(said.level))
    vintage = _vintage(units, schema, said.vintage, what)
    units["vintage"] = pd.Series(vintage, index=units.index, dtype="string")
    if schema.cod_codes:
        require_edition(units, vintage, what=what)
    named = with_reference_names(units, schema)
    named["level"] = named["level"].astype("int64")
    named["area_sqkm"] = area_sqkm(named.geometry)
    if "code" not in schema.columns and named["pcode"].equals(units["pcode"]):
        example = named["pcode"].iloc[0]
        _log.warning("%s has no codes: they are made of the names, such as %s", what, example)
    return _accounted(named, raw, schema, said)


def _accounted(
    units: gpd.GeoDataFrame, raw: gpd.GeoDataFrame, schema: Schema, said: Source
) -> gpd.GeoDataFrame:
    """Keep the columns of units, and say what became of those of the file.

    Units go on every map, so that nothing else of a file goes with them, but for the names
    of the units above, which no table has for units of no known division.
    """
    own = str(units["vintage"].iloc[0]) not in editions()
    above = [f"adm{level}_name" for level in schema.above] if own else []
    of_file = {**schema.used, GEOMETRY: GEOMETRY}
    used = {ours: name for ours, name in of_file.items() if not name.startswith("(")}
    unread = [name for name in raw.columns if name not in of_file.values()]
    resembling = {name: resembled_field(name, FIELDS) for name in unread}
    kept = units[[*columns.UNITS, *above]]
    kept.attrs[ATTRIBUTE] = Reading(
        schema.title,
        used,
        constants=dict(said.constants),
        not_understood={name: ours for name, ours in resembling.items() if ours is not None},
        personal=tuple(name for name, ours in resembling.items() if ours is None),
        rows_in_file=len(raw),
        rows_read=len(kept),
        rows_left_out=len(raw) - len(kept),
    )
    return kept


def _vintage(units: gpd.GeoDataFrame, schema: Schema, stated: str | None, what: str) -> str:
    """Give the division that is stated, or that the units show."""
    if stated is not None:
        require_vintage(str(stated))
        return str(stated)
    declared = set(units["vintage"].dropna()) if "vintage" in units.columns else set()
    if len(declared) == 1 and not declared <= set(editions()):
        return str(declared.pop())
    regions = units[["region_pcode", "region_name"]].drop_duplicates()
    regions = regions.set_axis(["pcode", "name"], axis=1)
    signs = find_signs(units, regions, cod_codes=schema.cod_codes)
    return vintage_of(signs, what=what)


def _layer(source: Path, level: int | None) -> str | None:
    """Choose the layer that bears the level, where there are several."""
    if level is None:
        return None
    layers = list_layers(source)
    return layer_of_level(layers, level) if len(layers) > 1 else None
