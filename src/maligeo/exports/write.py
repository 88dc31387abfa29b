"""Tables and layers written to files: what they show is checked, then a writer is chosen.

A format is an entry in `TABLE_FORMATS` or `LAYER_FORMATS`: its suffix and its writer.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo.core.audiences import inherit_audience, is_synthetic
from maligeo.core.checks import require_choice, require_columns, require_vintage_of
from maligeo.core.columns import AUDIENCES, Audience, Language
from maligeo.core.columns import DENSITY as DENSITY_COLUMNS
from maligeo.core.errors import ArgumentError, OutputFileError
from maligeo.core.session import session_audience
from maligeo.disclosure import Gate, require_released
from maligeo.exports.arrow import (
    geoparquet_table,
    open_parquet,
    with_pandas_types,
    without_extent,
    write_flatgeobuf,
    write_geoparquet,
    write_parquet,
)
from maligeo.exports.csv import open_csv, write_csv, write_rows
from maligeo.exports.data_package import write_package_archive, write_package_folder
from maligeo.exports.excel import write_workbook
from maligeo.exports.geodatabase import write_geodatabase
from maligeo.exports.geojson import write_geojson
from maligeo.exports.geopackage import open_geopackage, write_geopackage
from maligeo.exports.jobs import ExportOptions, Job, credited
from maligeo.exports.json import write_json, write_json_rows
from maligeo.exports.plain_layers import (
    GEOMETRY,
    PlainLayer,
    RegionValue,
    holds_units,
    plain_layers,
    region_values,
    without_geometry,
)
from maligeo.exports.plain_tables import PlainTable, plain_piece, plain_table
from maligeo.exports.shapefile import write_shapefiles
from maligeo.exports.topojson import write_topojson
from maligeo.provenance.record import Provenance
from maligeo.readers.credits import uncredited
from maligeo.text.readings import cell_sources
from maligeo.text.releases import release_sentences

DENSITY: Final = "density"
_ANSWER: Final = {"pcode", "place_kind", "class", "depends_on"}
_PLAIN: Final = ExportOptions()
_Format = TypeVar("_Format")


class TableFormat(NamedTuple):
    """A format of tables: its writer, and whether it has a place for HXL."""

    write: Callable[[PlainTable, Job], None]
    takes_hxl: bool = False


class LayerFormat(NamedTuple):
    """A format of layers: its writer, and whether it holds several of them, or units alone."""

    write: Callable[[Sequence[PlainLayer], Job], None]
    holds_several: bool = True
    units_alone: bool = False


TABLE_FORMATS: Final[Mapping[str, TableFormat]] = {
    ".csv": TableFormat(write_csv, takes_hxl=True),
    ".xlsx": TableFormat(write_workbook, takes_hxl=True),
    ".parquet": TableFormat(write_parquet),
    ".json": TableFormat(write_json),
}
LAYER_FORMATS: Final[Mapping[str, LayerFormat]] = {
    ".gpkg": LayerFormat(write_geopackage),
    ".geojson": LayerFormat(write_geojson, holds_several=False),
    ".parquet": LayerFormat(write_geoparquet, holds_several=False),
    ".fgb": LayerFormat(write_flatgeobuf, holds_several=False),
    ".topojson": LayerFormat(write_topojson, holds_several=False, units_alone=True),
    ".shp.zip": LayerFormat(write_shapefiles),
    ".gdb.zip": LayerFormat(write_geodatabase),
    ".zip": LayerFormat(write_package_archive),
    "": LayerFormat(write_package_folder),
}


def write_table(
    table: pd.DataFrame,
    path: str | Path,
    *,
    audience: Audience | None = None,
    about: Provenance | None = None,
    options: ExportOptions = _PLAIN,
) -> Path:
    """Write a table to a file.

    The index is left out, unless it has several levels: these become columns.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table. Of a geopandas.GeoDataFrame in EPSG:4326 points become the columns `lon`
        and `lat` in degrees; other shapes are for `write_layers`.
    path : str or pathlib.Path
        ".csv" (UTF-8), ".xlsx", ".parquet" or ".json". The folder has to exist.
    audience : {"internal", "partner", "public"}, optional
        For whom the file is; by default that of the session, else the public.
        The table must have been released for it.
    about : Provenance, optional
        What made the table. It goes into the file; of a CSV file into NAME.csv-metadata.json
        next to it (W3C, CSV on the Web).
    options : ExportOptions, optional
        Language of the headings, HXL hashtags, guards against formulas.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ArgumentError
        If the suffix is none of these, or an option has no place in the format.
    ReleaseError
        If the table was not released for the audience.
    FrameError
        If the table holds what the format cannot hold; every fault is listed.
    GeometryError, CrsError
        If shapes are no points, or not in EPSG:4326.
    OutputFileError
        If the file cannot be written; what stood there before is then left alone.

    Notes
    -----
    Missing values are empty cells, never zeros. In CSV and Excel an empty text is an empty
    cell too. In Excel a text stays a text, also one that begins with "=", "+", "-" or "@",
    which would else be a formula; numbers keep sixteen digits. A CSV file has no such types:
    there an apostrophe stands before such a text, unless `guard_formulas` is false.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import maligeo
    >>> people = maligeo.population(maligeo.load_boundaries(), year=2009)
    >>> with TemporaryDirectory() as folder:
    ...     path = maligeo.write_table(people.head(1), Path(folder) / "people.csv")
    ...     path.read_text(encoding="utf-8").splitlines()[1][:15]
    '2015,ML01,Kayes'
    """
    audience = session_audience(audience)
    require_released(table, audience, what="the rows of the table")
    wanted = _wanted(path)
    _require_options(options)
    chosen = _format(wanted, TABLE_FORMATS)
    suffix = wanted.suffix.lower()
    if options.hxl and not chosen.takes_hxl:
        raise ArgumentError(f"{suffix} has no row for HXL hashtags; .csv and .xlsx have")
    flat = table.reset_index() if isinstance(table.index, pd.MultiIndex) else table
    plain = plain_table(without_geometry(flat, what="table"), what="table")
    job = _job(wanted, [table], audience, about, options)
    said = release_sentences(table, options.language)
    chosen.write(plain, replace(job, released=tuple(said)))
    return wanted


def csv_text(table: pd.DataFrame, *, audience: Audience | None = None) -> str:
    """Give a table as the text of a CSV file, such as `write_table` writes.

    Raises
    ------
    ReleaseError
        If the table was not released for the audience.
    """
    audience = session_audience(audience)
    require_released(table, audience, what="the rows of the table")
    text = StringIO()
    write_rows(plain_table(without_geometry(table, what="table"), what="table"), text, _PLAIN)
    return text.getvalue()


def json_text(table: pd.DataFrame, *, audience: Audience | None = None) -> str:
    """Give a table as the text of a JSON file, such as `write_table` writes.

    Raises
    ------
    ReleaseError
        If the table was not released for the audience.
    """
    audience = session_audience(audience)
    require_released(table, audience, what="the rows of the table")
    text, job = StringIO(), _job(Path(), [table], audience, None, _PLAIN)
    said = tuple(release_sentences(table, None))
    plain = plain_table(without_geometry(table, what="table"), what="table")
    write_json_rows(plain, text, replace(job, released=said))
    return text.getvalue()


def write_layers(
    layers: Mapping[str, pd.DataFrame],
    path: str | Path,
    *,
    density: pd.DataFrame | None = None,
    audience: Audience | None = None,
    about: Provenance | None = None,
    options: ExportOptions = _PLAIN,
) -> Path:
    """Write layers, and tables with them, to one file or folder.

    Parameters
    ----------
    layers : mapping of str to geopandas.GeoDataFrame, EPSG:4326, or pandas.DataFrame
        By name (small letters, digits, "_", "-"). A layer holds points, lines or polygons.
        Units, as from `load_boundaries`, anybody may see; all else must have been released.
        An answer, as from `incident_gaps`, gets the outlines of units that are there too.
    path : str or pathlib.Path
        ".gpkg" (GeoPackage with the colours of the maps for QGIS), ".shp.zip" (Shapefiles),
        ".gdb.zip" (File Geodatabase for ArcGIS),
        ".zip" or a folder without suffix (Frictionless data package of GeoJSON and CSV);
        for one layer ".geojson" (RFC 7946), ".parquet" (GeoParquet 1.1) or ".fgb"
        (FlatGeobuf); for units alone, by their codes and names, ".topojson". The folder
        around it has to exist.
    density : pandas.DataFrame, optional
        Density table, as from `concat_tables`. Its measures become columns of the units, rounded
        as maps show them and one for each period; the whole table, with what is in no unit,
        becomes the table "density" next to the layers.
    audience : {"internal", "partner", "public"}, optional
        For whom the file is; by default that of the session, else the public.
    about : Provenance, optional
        What made the layers. It goes into the file.
    options : ExportOptions, optional
        Language of the words, title and licences of a data package, and which measures of the
        density table become columns.

    Returns
    -------
    pathlib.Path
        The file or folder. A folder that exists is replaced if it is a data package and
        holds nothing else. A GeoPackage that exists keeps its layers of other names, with
        their styles, and a line in the log "maligeo" names them.

    Raises
    ------
    ArgumentError
        If the suffix is none of these, several layers are to go into a format for one, or a
        density table finds no units.
    ReleaseError
        If a layer or the density table was not released for the audience.
    UnknownNameError
        If the density table does not hold a measure that is to be a column.
    FrameError, GeometryError, CrsError, VintageError
        If a layer cannot be written as it is; nothing is cut, moved or dropped silently.
    OutputFileError
        If it cannot be written; what stood there before is then left alone. So it is where a
        GeoPackage would keep layers that the audience must not see.

    Notes
    -----
    GeoJSON rounds positions to 1e-7 degrees, about a centimetre. An empty shape is missing.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import geopandas as gpd
    >>> import maligeo
    >>> units = maligeo.load_boundaries()
    >>> with TemporaryDirectory() as folder:
    ...     path = maligeo.write_layers(
    ...         {"regions": units}, Path(folder) / "mali.gpkg",
    ...         density=maligeo.study(units=units).table,
    ...     )
    ...     sorted(gpd.list_layers(path)["name"])
    ['density', 'layer_styles', 'regions']
    """
    audience = session_audience(audience)
    gate = Gate(audience)
    if not isinstance(layers, Mapping):
        raise ArgumentError("layers are given by name, as a dictionary of names to frames")
    for name, frame in layers.items():
        gate.admit(frame, what=f"the rows of layer {name!r}")
    _require_options(options)
    if options.hxl:
        raise ArgumentError("HXL hashtags are for tables: see maligeo.write_table")
    wanted = _wanted(path)
    chosen = _format(wanted, LAYER_FORMATS)
    frames, values = _with_outlines(layers), dict[str, list[RegionValue]]()
    if density is not None:
        gate.admit(density, what="the rows of the density table")
        require_columns(density, DENSITY_COLUMNS, what="density table")
        frames, values = _with_density(frames, density, options.layers)
    if len(frames) > 1 and not chosen.holds_several:
        several = ", ".join(key or "a folder" for key, one in LAYER_FORMATS.items() if one[1])
        raise ArgumentError(
            f"{wanted.name} holds one layer, not {', '.join(frames)}; several go into {several}"
        )
    job = _job(wanted, list(frames.values()), audience, about, options)
    chosen.write(plain_layers(frames, values), job)
    return wanted


def _job(
    path: Path,
    frames: Sequence[pd.DataFrame],
    audience: Audience,
    about: Provenance | None,
    options: ExportOptions,
) -> Job:
    return Job(
        path=path,
        audience=audience,
        about=None if about is None else replace(about, audience=audience),
        options=options,
        synthetic=any(map(is_synthetic, frames)),
        sources=_sources(frames, options.language),
    )


def _require_options(options: ExportOptions) -> None:
    if not isinstance(options, ExportOptions):
        raise ArgumentError(f"options must be ExportOptions, not {type(options).__name__}")


def _wanted(path: str | Path) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise ArgumentError(f"{path!r} is no path of a file")
    wanted = Path(path)
    if not wanted.parent.is_dir():
        raise OutputFileError(f"cannot write {wanted}: there is no folder {wanted.parent}")
    return wanted


def _format(path: Path, formats: Mapping[str, _Format]) -> _Format:
    """Choose by the longest suffix that the name ends in."""
    name = path.name.lower()
    fitting = [suffix for suffix in formats if suffix and name.endswith(suffix)]
    if fitting:
        return formats[max(fitting, key=len)]
    if not path.suffix and "" in formats:
        return formats[""]
    choices = ", ".join(suffix or "a folder without suffix" for suffix in formats)
    raise ArgumentError(
        f"cannot write {path.name}: the suffix {path.suffix!r} is not known; choose from {choices}"
    )


def _sources(frames: Sequence[pd.DataFrame], language: Language | None) -> list[tuple[str, str]]:
    """List known publishers with their terms once each, then what else the data name."""
    others = [source for frame in frames for source in uncredited(frame)]
    return [*credited(frames, language), *cell_sources(others)]


def holds_units_alone(path: str | Path) -> bool:
    """Tell whether a file of layers takes units without figures, which a table has beside it."""
    return _format(_wanted(path), LAYER_FORMATS).units_alone


def _with_outlines(layers: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Draw the answers among layers by the units that are there; what is in none has no shape."""
    frames = dict(layers)
    for name, frame in layers.items():
        if not set(frame.columns) >= _ANSWER or isinstance(frame, gpd.GeoDataFrame):
            continue
        units = [one for one in layers.values() if holds_units(one)]
        wanted = set(frame.loc[frame["place_kind"] == "unit", "pcode"])
        for one in [one for one in units if wanted <= set(one["pcode"])][:1]:
            require_vintage_of(one, frame, what=f"layer {name!r}")
            outlines = gpd.GeoDataFrame(one[["pcode"]], geometry=one.geometry)
            drawn = outlines.merge(frame, on="pcode", how="right")
            frames[name] = inherit_audience(drawn[[*frame.columns, GEOMETRY]], frame)
    return frames


def _with_density(
    frames: dict[str, pd.DataFrame], density: pd.DataFrame, keys: Sequence[str] | None
) -> tuple[dict[str, pd.DataFrame], dict[str, list[RegionValue]]]:
    """Join a density table to the units that it is about, and add it as a table."""
    if DENSITY in frames:
        raise ArgumentError(f"a layer is called {DENSITY!r}, as the density table would be")
    wanted = set(density.loc[density["place_kind"] == "unit", "pcode"])
    values = {}
    for name, frame in frames.items():
        if holds_units(frame) and wanted <= set(frame["pcode"]):
            frames[name], values[name] = region_values(frame, density, keys)
    if not values:
        raise ArgumentError("no layer holds the units that the density table is about")
    return {**frames, DENSITY: density}, values


Write = Callable[[pd.DataFrame], None]

_LAYER: Final = "located"


def open_stream(
    path: str | Path, *, audience: Audience | None = None, about: Provenance | None = None
) -> AbstractContextManager[Write]:
    """Open a file that takes a table in pieces; it appears when all are written.

    Parameters
    ----------
    path : str or pathlib.Path
        ".csv" (UTF-8), ".parquet" (GeoParquet where the pieces have positions) or ".gpkg"
        (points in EPSG:4326; layer "located").
    audience : {"internal", "partner", "public"}, optional
        For whom the file is; by default that of the session, else the public.
        Each piece has to be released for it.
    about : Provenance, optional
        What the table was made from. A CSV file has no place for it: it goes into
        NAME.csv-metadata.json (W3C, CSV on the Web).

    Returns
    -------
    context manager
        Gives a function that writes one piece; pieces have the same columns. For
        GeoParquet and GeoPackage the columns `lon` and `lat` become points.

    Raises
    ------
    ArgumentError
        If the suffix is none of these, or there is no such audience.
    ReleaseError
        If a piece was not released for the audience.
    OutputFileError
        When the file cannot be written.
    """
    audience = session_audience(audience)
    streams = {".csv": _csv, ".parquet": _parquet, ".gpkg": _geopackage}
    suffix = Path(path).suffix.lower()
    require_choice(suffix, list(streams), option="suffix of the output")
    require_choice(audience, AUDIENCES, option="audience")
    return _released(
        streams[suffix](Job(path=Path(path), audience=audience, about=about)), audience
    )


@contextmanager
def _released(stream: AbstractContextManager[Write], audience: Audience) -> Iterator[Write]:
    gate = Gate(audience)
    with stream as write_piece:

        def write(piece: pd.DataFrame) -> None:
            gate.admit(piece, what="the rows")
            write_piece(piece)

        yield write


@contextmanager
def _csv(job: Job) -> Iterator[Write]:
    with open_csv(job) as write:
        yield lambda piece: write(plain_piece(piece))


@contextmanager
def _parquet(job: Job) -> Iterator[Write]:
    with open_parquet(job) as write:

        def write_piece(piece: pd.DataFrame) -> None:
            layer = _layer(piece)
            if layer.is_spatial:
                write(without_extent(geoparquet_table(layer)))
            else:
                write(with_pandas_types(layer.table))

        yield write_piece


@contextmanager
def _geopackage(job: Job) -> Iterator[Write]:
    with open_geopackage(job, [_LAYER]) as write:
        yield lambda piece: write(_layer(piece))


def _layer(piece: pd.DataFrame) -> PlainLayer:
    """Make points of positions; days are times, since another piece may hold hours."""
    has_points = {"lon", "lat"} <= set(piece.columns)
    kept = piece.drop(columns=GEOMETRY, errors="ignore") if has_points else piece
    table = plain_piece(kept)
    kinds = {name: "datetime" if kind == "date" else kind for name, kind in table.kinds.items()}
    table = replace(table, kinds=kinds)
    if not has_points:
        return PlainLayer(_LAYER, table)
    points = np.asarray(gpd.points_from_xy(kept["lon"], kept["lat"]), dtype=object)
    points[(kept["lon"].isna() | kept["lat"].isna()).to_numpy()] = None
    return PlainLayer(_LAYER, table, points, "Point")
