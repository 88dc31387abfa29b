"""GeoPackage (OGC 12-128r18): several layers in a file, with the styles that QGIS shows.

What says when a file was written is a fixed day, so that the same layers give the same
bytes.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from maligeo.core.errors import OutputFileError
from maligeo.core.files import written_whole
from maligeo.exports.arrow import write_gdal
from maligeo.exports.column_dictionary import known_columns
from maligeo.exports.jobs import SOURCES, Job, bilingual, credited, languages_of
from maligeo.exports.plain_layers import GEOMETRY, PlainLayer
from maligeo.exports.qgis_styles import column_title, styles_of
from maligeo.provenance.record import KEY

VERSION: Final = "1.2"  # QGIS of 2019 reads it without a warning; later ones add nothing used here
DAY: Final = "2000-01-01T00:00:00.000Z"
_ENDINGS: Final = ("-journal", "-wal", "-shm")  # of files that SQLite keeps next to its own

_METADATA_TABLES: Final = """
create table gpkg_metadata (
    id integer primary key autoincrement not null,
    md_scope text not null default 'dataset',
    md_standard_uri text not null,
    mime_type text not null default 'text/xml',
    metadata text not null default ''
);
create table gpkg_metadata_reference (
    reference_scope text not null,
    table_name text,
    column_name text,
    row_id_value integer,
    timestamp datetime not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    md_file_id integer not null,
    md_parent_id integer,
    foreign key (md_file_id) references gpkg_metadata (id),
    foreign key (md_parent_id) references gpkg_metadata (id)
);
"""
_COLUMN_TABLE: Final = """
create table gpkg_data_columns (
    table_name text not null,
    column_name text not null,
    name text,
    title text,
    description text,
    mime_type text,
    constraint_name text,
    primary key (table_name, column_name),
    unique (table_name, name)
);
"""
_STYLE_TABLE: Final = """
create table layer_styles (
    id integer primary key autoincrement not null,
    f_table_catalog text(256),
    f_table_schema text(256),
    f_table_name text(256),
    f_geometry_column text(256),
    styleName text(30),
    styleQML text,
    styleSLD text,
    useAsDefault boolean,
    description text,
    owner text(30),
    ui text(30),
    update_time datetime
);
"""
_EXTENSION_TABLE: Final = """
create table if not exists gpkg_extensions (
    table_name text,
    column_name text,
    extension_name text not null,
    definition text not null,
    scope text not null,
    unique (table_name, column_name, extension_name)
);
"""
_EXTENSION: Final = "insert or ignore into gpkg_extensions values (?, null, ?, ?, 'read-write')"
_METADATA: Final = "insert into gpkg_metadata values (?, 'dataset', ?, 'application/json', ?)"
_METADATA_REFERENCE: Final = (
    "insert into gpkg_metadata_reference values ('geopackage', null, null, null, ?, ?, null)"
)
_METADATA_PAGE: Final = "http://www.geopackage.org/spec121/#extension_metadata"
_SCHEMA_PAGE: Final = "http://www.geopackage.org/spec121/#extension_schema"


def write_geopackage(layers: Sequence[PlainLayer], job: Job) -> None:
    """Write all layers, their styles, the words for their columns, and what made them."""
    with open_geopackage(job) as write:
        for layer in layers:
            write(layer)


@contextmanager
def open_geopackage(job: Job) -> Iterator[Callable[[PlainLayer], None]]:
    """Open a GeoPackage that takes layers; one of a name that is there adds rows to it."""
    layers: dict[str, PlainLayer] = {}
    with written_whole(job.path, private=job.is_private) as path:
        draft = path.with_name(f"{path.stem}-draft.gpkg")

        def write(layer: PlainLayer) -> None:
            is_new = layer.name not in layers
            options = _options(layer, job) if is_new else {"layer": layer.name, "append": True}
            write_gdal(layer, draft, driver="GPKG", options=options)
            layers.setdefault(layer.name, layer)

        try:
            yield write
            if not layers:
                raise OutputFileError(f"cannot write {job.path}: there is nothing to write")
            _complete(draft, path, list(layers.values()), job)
        except sqlite3.Error as error:
            raise OutputFileError(f"cannot write {job.path}: {error}") from error
        finally:
            for file in (draft, path):
                for ending in _ENDINGS:
                    file.with_name(file.name + ending).unlink(missing_ok=True)
            draft.unlink(missing_ok=True)


def _options(layer: PlainLayer, job: Job) -> dict[str, Any]:
    names = {name.lower() for name in layer.table.kinds}
    key = next(name for name in ("fid", "fid_", "fid__", "maligeo_fid") if name not in names)
    credits = [text for text, _ in credited([layer.table.frame], job.language)]
    return {
        "layer": layer.name,
        "dataset_options": {"VERSION": VERSION},
        "layer_options": {
            "FID": key,
            "GEOMETRY_NAME": GEOMETRY,
            "IDENTIFIER": layer.name,
            "DESCRIPTION": " | ".join([*job.warnings, *credits]),
        },
    }


def _complete(draft: Path, path: Path, layers: Sequence[PlainLayer], job: Job) -> None:
    """Add what GDAL does not write, and copy the tables into a new file.

    The copy is in order, and does not count how often the draft was written to, which
    differs from time to time.
    """
    with closing(sqlite3.connect(draft)) as database:
        with database:
            database.executescript(_EXTENSION_TABLE)
            _add_columns(database, layers, job)
            _add_metadata(database, job)
            _add_styles(database, layers, job)
            database.execute("update gpkg_contents set last_change = ?", (DAY,))
        database.execute("vacuum into ?", (str(path),))


def _add_columns(database: sqlite3.Connection, layers: Sequence[PlainLayer], job: Job) -> None:
    """Give the headings and meanings of columns (extension Schema)."""
    database.executescript(_COLUMN_TABLE)
    database.execute(_EXTENSION, ("gpkg_data_columns", "gpkg_schema", _SCHEMA_PAGE))
    rows = [row for layer in layers for row in _columns(layer, job)]
    database.executemany(
        "insert into gpkg_data_columns (table_name, column_name, name, title, description) "
        "values (?, ?, ?, ?, ?)",
        rows,
    )


def _columns(layer: PlainLayer, job: Job) -> Iterator[tuple[str, str, str, str, str]]:
    known = known_columns()
    for name in layer.table.kinds:
        title = column_title(name, layer.values, job.language)
        if not title:
            continue
        meaning = ""
        if name in known:
            meaning = bilingual(known[name].meanings[one] for one in languages_of(job.language))
        yield layer.name, name, name, title, meaning


def _add_metadata(database: sqlite3.Connection, job: Job) -> None:
    """Say what made the file and whose data it holds (extension Metadata)."""
    said: list[tuple[str, dict[str, Any]]] = []
    if job.about is not None:
        said.append((KEY, {KEY: json.loads(job.about.to_json())}))
    if job.sources:
        said.append((SOURCES, {SOURCES: job.described_sources}))
    if not said:
        return
    database.executescript(_METADATA_TABLES)
    for table in ("gpkg_metadata", "gpkg_metadata_reference"):
        database.execute(_EXTENSION, (table, "gpkg_metadata", _METADATA_PAGE))
    for at, (name, content) in enumerate(said, start=1):
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        database.execute(_METADATA, (at, f"urn:maligeo:{name}", text))
        database.execute(_METADATA_REFERENCE, (DAY, at))


def _add_styles(database: sqlite3.Connection, layers: Sequence[PlainLayer], job: Job) -> None:
    """Add the table in which QGIS looks for styles, where there are any."""
    rows = list(_styles(layers, job))
    if not rows:
        return
    database.executescript(_STYLE_TABLE)
    database.execute(
        "insert into gpkg_contents (table_name, data_type, identifier, description, last_change, "
        "srs_id) values ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
        (DAY,),
    )
    database.executemany(
        "insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
        "update_time) values ('', '', ?, ?, ?, ?, '', ?, ?, '', ?)",
        rows,
    )


def _styles(layers: Sequence[PlainLayer], job: Job) -> Iterator[tuple[Any, ...]]:
    for layer in layers:
        for at, style in enumerate(styles_of(layer, job.language)):
            yield layer.name, GEOMETRY, style.name, style.qml, at == 0, style.description, DAY
