"""Products of a single step: rows located in a file, divisions converted, figures compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from maligeo.core.columns import Audience, Language, Near
from maligeo.core.errors import ReleaseError
from maligeo.core.inputs import require_no_input
from maligeo.core.session import session_language
from maligeo.disclosure import Release
from maligeo.exports.write import open_stream
from maligeo.join.divisions import crosswalk
from maligeo.join.points import Locator, locate, locate_summary
from maligeo.measure.divisions import convert, read_counts
from maligeo.measure.reconciliation import reconcile_incidents
from maligeo.readers.boundaries import load_boundaries, read_boundaries
from maligeo.readers.files.sources import Source
from maligeo.readers.gazetteers import read_gazetteer
from maligeo.readers.incidents import read_incidents
from maligeo.readers.places import iter_places
from maligeo.text.results import published_results
from maligeo.workflows.recipes import Product, Recipe, TableProduct, table_product

if TYPE_CHECKING:
    import geopandas as gpd

    from maligeo.provenance.record import Provenance

_LOCATED: Final = "rows joined to units by position, and by name where they have none"

Advance = Callable[[int], None]
Division = str | Source


@dataclass(frozen=True, kw_only=True)
class LocateOptions:
    """How the rows of a file are joined to units.

    Attributes
    ----------
    nearest_m : float or None
        Metres within which a point outside goes to the nearest unit.
    min_score : float or None
        Accept misspelt names from this likeness, 0 to 100.
    gazetteer : Source or None
        Places by name, as for `maligeo.read_gazetteer`.
    near : {"position", "names"}
        By what a record goes whose position is near, and too coarse for the level.
    rejects : path or None
        CSV file for faulty rows; without it one faulty row stops the reading.
    """

    nearest_m: float | None = None
    min_score: float | None = None
    gazetteer: Source | None = None
    near: Near = "position"
    rejects: Path | None = None


_AS_IT_IS: Final = LocateOptions()


def located_file(
    records: Source,
    units: gpd.GeoDataFrame,
    division: Source | None = None,
    *,
    options: LocateOptions = _AS_IT_IS,
    progress: Advance | None = None,
) -> Product:
    """Join the rows of a file of any size to units, in pieces.

    Parameters
    ----------
    records : Source
        Table or vector file with places.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of one level and vintage.
    division : Source, optional
        The file that the units were read from, for the record.
    options : LocateOptions
        How rows are joined.
    progress : callable, optional
        Takes the number of rows so far.

    Returns
    -------
    Product
        For internal use alone: every row stays as it is. `totals` counts rows as
        `maligeo.locate_summary` does.
    """
    totals: dict[str, int] = {}

    def write(path: Path, about: Provenance) -> Path:
        read = [Path(one) for one in (records, options.gazetteer) if one is not None]
        require_no_input(path, read)
        gazetteer = None if options.gazetteer is None else read_gazetteer(options.gazetteer)
        locator = Locator(
            units,
            nearest_m=options.nearest_m,
            min_score=options.min_score,
            gazetteer=gazetteer,
            near=options.near,
        )
        locator.require_known({name: (meant, 0) for name, meant in records.places.items()})
        on_invalid = "raise" if options.rejects is None else "quarantine"
        pieces = iter_places(records, on_invalid=on_invalid, rejects=options.rejects)
        with open_stream(path, audience="internal", about=about) as write_piece:
            for piece in pieces:
                located = locator.locate(piece)
                write_piece(located)
                for key, count in locate_summary(located).items():
                    totals[key] = totals.get(key, 0) + count
                if progress is not None:
                    progress(totals["rows"])
        return path

    asked = {
        "records": records,
        "boundaries": division,
        "nearest_m": options.nearest_m,
        "min_score": options.min_score,
        "gazetteer": options.gazetteer,
        "near": None if options.near == "position" else options.near,
        "rejects": options.rejects is not None,
    }
    return Product(
        Recipe("locate", asked, Release("internal"), units, _LOCATED), write, totals=totals
    )


@dataclass(frozen=True, kw_only=True)
class CrosswalkOptions:
    """How one division is converted to another; as for `maligeo.crosswalk`.

    Attributes
    ----------
    method : {"area", "population"} or None
        How to divide units that do not nest.
    raster : Source or None
        Raster of people.
    kind : {"count", "density"} or None
        What a cell of the raster holds.
    level : int
        Level of divisions that are read from files.
    """

    method: str | None = None
    raster: Source | None = None
    kind: str | None = None
    level: int = 1


_BY_NESTING: Final = CrosswalkOptions()


def crosswalk_table(
    origin: Division,
    target: Division,
    *,
    table: Source | None = None,
    options: CrosswalkOptions = _BY_NESTING,
    rules: Release | None = None,
) -> TableProduct:
    """Say which part of each unit goes where, or convert a density table.

    Parameters
    ----------
    origin, target : str or Source
        Vintage ("2015", "2016", "2023"), or file with units.
    table : Source, optional
        Density table to convert.
    options : CrosswalkOptions
        How units are divided.
    rules : Release, optional
        For whom it is, as of which day; by default the audience of the session, today.

    Returns
    -------
    TableProduct
    """
    rules = rules or Release.asked(None, of_records=table is not None)
    ends = [
        read_boundaries(end, level=options.level) if isinstance(end, Source) else end
        for end in (origin, target)
    ]
    raster = None if options.raster is None else str(options.raster)
    frame = crosswalk(*ends, method=options.method, raster=raster, kind=options.kind)
    if table is not None:
        frame = convert(read_counts(Path(table)), frame)
    asked = {
        "origin": origin,
        "target": target,
        "table": table,
        "method": options.method,
        "raster": options.raster,
        "kind": options.kind,
        "level": options.level,
        **rules.recorded,
    }
    recipe = Recipe("crosswalk", asked, rules)
    return table_product(recipe, lambda: frame, partial(rules.of, frame))


def reconciliation(
    incidents: Source,
    *,
    measure: str = "incidents",
    gazetteer: Source | None = None,
    audience: Audience = "internal",
) -> TableProduct:
    """Compare incidents of a file with the bundled published figures.

    Parameters
    ----------
    incidents : Source
        File of incidents.
    measure : str, default "incidents"
        What to compare, as `maligeo.density` counts it.
    gazetteer : Source, optional
        Places by name, as for `maligeo.read_gazetteer`.
    audience : {"internal"}
        For whom the table is. Small counts stand in it next to national totals, so that it
        is for nobody else.

    Returns
    -------
    TableProduct

    Raises
    ------
    ReleaseError
        If another audience is named.
    """
    if audience != "internal":
        raise ReleaseError(
            "the comparison holds small counts, which partners and the public cannot be given: "
            "make it for the audience 'internal'"
        )
    units = load_boundaries()
    places = None if gazetteer is None else read_gazetteer(gazetteer)
    located = locate(read_incidents(incidents), units, gazetteer=places)
    frame = reconcile_incidents(located, units, measure=measure)
    asked = {
        "incidents": incidents, "measure": measure, "gazetteer": gazetteer, "audience": audience
    }  # fmt: skip
    recipe = Recipe("reconcile", asked, Release(audience), units)
    return table_product(recipe, lambda: frame)


def results_table(
    *,
    programme: str | None = None,
    kind: str | None = None,
    region: str | None = None,
    language: Language | None = None,
    rules: Release | None = None,
) -> TableProduct:
    """Say what the bundled documents say of the country and its regions.

    Parameters
    ----------
    programme, kind, region, language
        As for `maligeo.published_results`.
    rules : Release, optional
        For whom it is; by default the audience of the session.

    Returns
    -------
    TableProduct
    """
    rules = rules or Release.asked(None, of_records=False)
    asked = {
        "programme": programme,
        "kind": kind,
        "region": region,
        "language": session_language(language),
    }
    frame = published_results(
        programme=programme, kind=kind, region=region, language=session_language(language)
    )
    return table_product(Recipe("results", asked | rules.recorded, rules), lambda: frame)
