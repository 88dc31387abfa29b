"""Lists of places by name and position: GeoNames, Who's On First, and tables of one's own."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo.core.errors import InputFileError, explained
from maligeo.core.inputs import take_input
from maligeo.core.placenames import ALIAS_SEPARATOR
from maligeo.readers.cells.values import strip_missing
from maligeo.readers.files.archives import unpacked
from maligeo.readers.files.bounds import require_bounded_table
from maligeo.readers.files.raw import RawFile, is_table
from maligeo.readers.files.sources import SAID, DateOrder, Source
from maligeo.readers.files.tables import TEXT, RawTable, join_chunks, open_table
from maligeo.readers.files.vectors import read_vector
from maligeo.readers.formats import AUTO, GEOMETRY, SourceFormat
from maligeo.readers.positions import find_positions
from maligeo.readers.quarantine import Gate

GAZETTEER: Final = (
    "place_name", "name_alt", "adm1_name", "adm2_name", "adm3_name", "lon", "lat", "source",
)  # fmt: skip
FORMATS: Final = ("gazetteer_wof", "gazetteer_plain")

_TEXTS: Final = tuple(name for name in GAZETTEER if name not in ("lon", "lat"))
GEONAMES: Final = (
    "geonameid", "place_name", "asciiname", "name_alt", "latitude", "longitude", "class", "code",
    "country", "cc2", "admin1", "admin2", "admin3", "admin4", "population", "elevation", "dem",
    "timezone", "modified",
)  # fmt: skip
_GEONAMES_USED: Final = ("place_name", "asciiname", "name_alt", "latitude", "longitude", "class")
POPULATED: Final = "P"  # feature class: city, village, …
NO_LONGER: Final = frozenset({"PPLH", "PPLQ", "PPLW"})  # historical, abandoned, destroyed
_LIST = re.compile(r"\s*[,;|]\s*")


def read_gazetteer(
    path: str | Path | Source,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    sheet: str | None = None,
    layer: str | None = None,
    header_row: int | None = None,
) -> pd.DataFrame:
    r"""Read places by name, for `locate` to look villages up.

    Parameters
    ----------
    path : str, pathlib.Path or Source
        A table (CSV, Excel, Parquet) or a vector file with points, with a column of names and
        positions, or the names of region, cercle and commune; a dump of GeoNames ("ML.zip" or
        the "ML.txt" in it), of which populated places are read; Who's On First as GeoJSON or
        table, of which localities are read.
    columns, constants, dates, sheet, layer, header_row
        What the user says of the file, as for `maligeo.Source`; it goes before what a
        source says already. What means nothing to a list of places, such as `dates`, is
        refused, and so is all of it for a dump of GeoNames.

    Returns
    -------
    pandas.DataFrame
        `place_name`, `name_alt` (other names, separated by "|"), `adm1_name, adm2_name,
        adm3_name`, `lon, lat` (degrees, WGS 84, NaN without a position) and `source`; the
        index, "row", is the row's number in the file.

    Raises
    ------
    FrameError
        With every position that is no position.
    InputFileError
        If the file is missing, empty or broken, or no place has a name.
    UnknownNameError
        If the columns are of no known make: state them with `columns=`.
    ArgumentError
        If what is said means nothing to the file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import maligeo
    >>> file = Path(tempfile.mkdtemp(), "villages.csv")
    >>> _ = file.write_text("village,cercle,lat,lon\nSokoura,Bankass,13.9,-3.5\n")
    >>> maligeo.read_gazetteer(file)[["place_name", "adm2_name", "lon", "lat"]]
        place_name adm2_name  lon   lat
    row
    2      Sokoura   Bankass -3.5  13.9
    """
    source = Source.of(path).saying(
        columns=columns,
        constants=constants,
        dates=dates,
        sheet=sheet,
        layer=layer,
        header_row=header_row,
    )
    file = Path(source)
    take_input(file)
    source.require_unsaid(["places", "dates"], "a list of places")
    suffix = file.suffix.lower()
    if suffix == ".zip":
        with unpacked(file, frozenset({".txt"})) as members:
            dump = next((one.path for one in members if _is_geonames(one.path)), None)
            if dump is not None:
                return _read_geonames(dump, source)
    elif suffix == ".txt" and _is_geonames(file):
        return _read_geonames(file, source)
    return _read_listed(source)


def _is_geonames(path: Path) -> bool:
    """Tell a dump by its first line: it has no headings."""
    with explained(f"{path} cannot be opened"), path.open("rb") as file:
        cells = file.readline(1_000_000).split(b"\t")
    return len(cells) == len(GEONAMES) and cells[0].isdigit()


def _read_geonames(path: Path, source: Source) -> pd.DataFrame:
    source.require_unsaid(SAID, "a dump of GeoNames")
    what = str(source)
    with explained(f"{what} cannot be read as a dump of GeoNames"):
        rows = pd.read_csv(
            path, sep="\t", header=None, names=list(GEONAMES), dtype="str", quoting=3,
            usecols=[*_GEONAMES_USED, "code"], encoding="utf-8", keep_default_na=False,
        )  # fmt: skip
    rows.index = pd.RangeIndex(1, len(rows) + 1, name="row")
    rows = rows[(rows["class"] == POPULATED) & ~rows["code"].isin(NO_LONGER)].astype(TEXT)
    others = _joined(rows[["asciiname", "name_alt"]])
    found = {name: name for name in ("latitude", "longitude")}
    return _gazetteer(rows.assign(name_alt=others, source="GeoNames"), found, None, what)


def _read_listed(source: Source) -> pd.DataFrame:
    what, file = str(source), _opened(source)
    form = file.format(AUTO, among=FORMATS)
    found = file.found(form)
    raw = join_chunks(list(file.chunks(records_only=False)))
    others = [name for name in file.columns if _is_other_name(name, form)]
    if "name_alt" in found:
        others.append(found["name_alt"])
    rows = raw.frame
    kinds = form.settings.get("kinds")
    if kinds is not None:
        rows = rows[rows[found["place_kind"]].isin(kinds).fillna(value=False)]
    named = pd.DataFrame({name: rows[found[name]] for name in _TEXTS if name in found})
    if others:
        named["name_alt"] = _joined(rows[others])
    label = form.label or source.name
    named["source"] = named["source"].fillna(label) if "source" in named else label
    extra = rows.columns.difference(named.columns)
    shapes = None if raw.geometry is None or "latitude" in found else raw.geometry.loc[rows.index]
    return _gazetteer(named.join(rows[extra]), found, shapes, what)


def _opened(source: Source) -> RawFile:
    """Open a table or vector file with all its columns; a name there is one of a place."""
    path = Path(source)
    if is_table(path):
        source.require_unsaid(["layer"], "a table, which has no layers,")
        table = open_table(source)
        return RawFile(source, table.columns, (), table.hxl, table.chunks)
    source.require_unsaid(["sheet", "header_row"], "a file of layers, whose columns have names,")
    frame = read_vector(path, layer=source.layer)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    cells = pd.DataFrame(frame.drop(columns=GEOMETRY)).rename(columns=str)
    require_bounded_table(
        str(source), columns=len(cells.columns), cells=cells.size, size=path.stat().st_size
    )
    texts = pd.DataFrame(
        {
            name: values.map(_cell_text, na_action="ignore").astype(TEXT)
            for name, values in cells.items()
        }
    )

    def read(_wanted: Collection[str]) -> Iterator[RawTable]:
        yield RawTable(texts, geometry=frame.geometry)

    return RawFile(source, (*texts.columns, GEOMETRY), (), {}, read)


def _cell_text(value: object) -> str:
    """Write a cell; lists of names stay lists."""
    listed = isinstance(value, str) is False and isinstance(value, Iterable)
    return ALIAS_SEPARATOR.join(map(str, value)) if listed else str(value)  # type: ignore[call-overload]


def _is_other_name(name: str, form: SourceFormat) -> bool:
    pattern = form.settings.get("other_names")
    return pattern is not None and re.fullmatch(pattern, name) is not None


def _joined(columns: pd.DataFrame) -> "pd.Series[str]":
    """Put the other names in some columns together, each once."""
    return columns.apply(
        lambda row: ALIAS_SEPARATOR.join(
            dict.fromkeys(one for cell in row.dropna() for one in _names_in(cell) if one)
        ),
        axis="columns",
    ).astype(TEXT)  # fmt: skip


def _names_in(cell: str) -> list[str]:
    """Take a list of names apart, also one in JSON."""
    if cell.startswith("["):
        try:
            return [str(one) for one in json.loads(cell)]
        except ValueError:
            return _LIST.split(cell.strip("[] "))
    return _LIST.split(cell.strip())


def _gazetteer(
    rows: pd.DataFrame, found: dict[str, str], shapes: gpd.GeoSeries | None, what: str
) -> pd.DataFrame:
    """Give the places that have a name all their columns."""
    positions, faults, _ = find_positions(rows, found, shapes, swap=False, abroad=True)
    places = rows.reindex(columns=list(_TEXTS))
    for name in _TEXTS:
        places[name] = strip_missing(places[name].astype(TEXT))
    places["lon"], places["lat"] = positions.lon.astype("float64"), positions.lat.astype("float64")
    places = places[places["place_name"].notna()][list(GAZETTEER)]
    with Gate(what, "raise", None) as gate:
        places = gate.pass_rows(places, rows, faults)
    if places.empty:
        raise InputFileError(f"{what} has no place with a name")
    return places
