"""GeoPackage (OGC 12-128r18): several layers in a file, with the styles that QGIS shows.

What says when a file was written is a fixed day, so that the same layers give the same
bytes. In a file that is there, layers of other names stay as they are.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from maligeo.core import words
from maligeo.core.columns import AUDIENCES, LANGUAGES
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
_OTHERS: Final = 0o077  # rights of everybody but the owner
_ENDINGS: Final = ("-journal", "-wal", "-shm")  # of files that SQLite keeps next to its own

_METADATA_TABLES: Final = """
create table if not exists gpkg_metadata (
    id integer primary key autoincrement not null,
    md_scope text not null default 'dataset',
    md_standard_uri text not null,
    mime_type text not null default 'text/xml',
    metadata text not null default ''
);
create table if not exists gpkg_metadata_reference (
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
create table if not exists gpkg_data_columns (
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
create table if not exists layer_styles (
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
_METADATA: Final = "insert into gpkg_metadata values (null, 'dataset', ?, 'application/json', ?)"
_OURS: Final = "urn:maligeo:"
_METADATA_REFERENCE: Final = (
    "insert into gpkg_metadata_reference values ('geopackage', null, null, null, ?, ?, null)"
)
_METADATA_PAGE: Final = "http://www.geopackage.org/spec121/#extension_metadata"
_SCHEMA_PAGE: Final = "http://www.geopackage.org/spec121/#extension_schema"


_log = logging.getLogger("maligeo")


def write_geopackage(layers: Sequence[PlainLayer], job: Job) -> None:
    """Write all layers, their styles, the words for their columns, and what made them."""
    with open_geopackage(job, [layer.name for layer in layers]) as write:
        for layer in layers:
            write(layer)


@contextmanager
def open_geopackage(job: Job, names: Collection[str]) -> Iterator[Callable[[PlainLayer], None]]:
    """Open a GeoPackage that takes layers; one that was written already takes more rows.

    Parameters
    ----------
    job : Job
        What is to be written, and where. Layers that are there stay, but for those of the
        names.
    names : collection of str
        Layers that are to come.

    Yields
    ------
    callable
        Writes a layer, or more rows of it.

    Raises
    ------
    OutputFileError
        If the file cannot be written, or has layers that the audience must not see.
    """
    layers: dict[str, PlainLayer] = {}
    kept = _kept_layers(job, names)
    private = job.is_private or (bool(kept) and not job.path.stat().st_mode & _OTHERS)
    with written_whole(job.path, private=private) as path:
        draft = path.with_name(f"{path.stem}-draft.gpkg")
        if kept:
            with closing(sqlite3.connect(job.path)) as old, closing(sqlite3.connect(draft)) as new:
                old.backup(new)

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


def _kept_layers(job: Job, names: Collection[str]) -> list[str]:
    """Name the layers that stay, and say so; refuse those that the audience must not see."""
    found = _layers_of(job.path)
    kept = sorted(found.keys() - set(names))
    if not kept:
        return []
    stricter = AUDIENCES[: AUDIENCES.index(job.audience)]
    said = [words.word(f"audience.{one}", language) for one in stricter for language in LANGUAGES]
    closed = [name for name in kept if any(text in found[name] for text in said)]
    if closed:
        raise OutputFileError(
            f"cannot write {job.path}: it holds {', '.join(closed)}, for {' or '.join(stricter)} "
            f"use, and what is written is for the audience {job.audience}: name another file"
        )
    replaced = sorted(found.keys() & set(names))
    more = f", replaces {', '.join(replaced)}" if replaced else ""
    _log.warning("%s keeps its layers %s%s", job.path.name, ", ".join(kept), more)
    return kept


def _layers_of(path: Path) -> dict[str, str]:
    """Give the layers of a GeoPackage and their descriptions; none where there is no such."""
    if not path.is_file():
        return {}
    try:
        with closing(sqlite3.connect(path)) as database:
            rows = database.execute("select table_name, description from gpkg_contents").fetchall()
    except sqlite3.DatabaseError:
        return {}
    return {str(name): str(text) for name, text in rows if name != "layer_styles"}


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
            database.executemany(
                "update gpkg_contents set last_change = ? where table_name = ?",
                [(DAY, name) for name in (*(layer.name for layer in layers), "layer_styles")],
            )
        database.execute("vacuum into ?", (str(path),))


def _add_columns(database: sqlite3.Connection, layers: Sequence[PlainLayer], job: Job) -> None:
    """Give the headings and meanings of columns (extension Schema)."""
    database.executescript(_COLUMN_TABLE)
    database.execute(_EXTENSION, ("gpkg_data_columns", "gpkg_schema", _SCHEMA_PAGE))
    rows = [row for layer in layers for row in _columns(layer, job)]
    own = [(layer.name,) for layer in layers]
    database.executemany("delete from gpkg_data_columns where table_name = ?", own)
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
    sources = [*_former_sources(database), *job.described_sources]
    if job.about is not None:
        said.append((KEY, {KEY: json.loads(job.about.to_json())}))
    if sources:
        unique = {json.dumps(source, sort_keys=True): source for source in sources}
        said.append((SOURCES, {SOURCES: list(unique.values())}))
    if not said:
        return
    database.executescript(_METADATA_TABLES)
    for table in ("gpkg_metadata", "gpkg_metadata_reference"):
        database.execute(_EXTENSION, (table, "gpkg_metadata", _METADATA_PAGE))
    for name, content in said:
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        added = database.execute(_METADATA, (f"{_OURS}{name}", text))
        database.execute(_METADATA_REFERENCE, (DAY, added.lastrowid))


def _former_sources(database: sqlite3.Connection) -> list[dict[str, str]]:
    """Take out what the file said of its making, and give the sources of what it keeps."""
    if not _has_table(database, "gpkg_metadata"):
        return []
    ours = f"from gpkg_metadata where md_standard_uri like '{_OURS}%'"
    rows = database.execute(f"select md_standard_uri, metadata {ours}").fetchall()
    database.execute(
        f"delete from gpkg_metadata_reference where md_file_id in (select id {ours})"  # noqa: S608
    )
    database.execute(f"delete {ours}")
    _count_on(database, "gpkg_metadata")
    return [
        source
        for name, text in rows
        if name == f"{_OURS}{SOURCES}"
        for source in json.loads(text)[SOURCES]
    ]


def _has_table(database: sqlite3.Connection, name: str) -> bool:
    query = "select 1 from sqlite_master where type = 'table' and name = ?"
    return database.execute(query, (name,)).fetchone() is not None


def _count_on(database: sqlite3.Connection, table: str) -> None:
    """Let rows be numbered from the last one that is there, so that bytes repeat."""
    if _has_table(database, "sqlite_sequence"):
        last = f"select coalesce(max(id), 0) from {table}"  # noqa: S608
        database.execute(
            f"update sqlite_sequence set seq = ({last}) where name = ?",  # noqa: S608
            (table,),
        )


def _add_styles(database: sqlite3.Connection, layers: Sequence[PlainLayer], job: Job) -> None:
    """Add the table in which QGIS looks for styles, where there are any."""
    rows = list(_styles(layers, job))
    if _has_table(database, "layer_styles"):
        own = [(layer.name,) for layer in layers]
        database.executemany("delete from layer_styles where f_table_name = ?", own)
        _count_on(database, "layer_styles")
    if not rows:
        return
    database.executescript(_STYLE_TABLE)
    database.execute(
        "insert or ignore into gpkg_contents (table_name, data_type, identifier, description, "
        "last_change, srs_id) values ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
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
