"""One map on paper, put together from its parts and written to a file."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from maligeo.core import words
from maligeo.core.audiences import is_synthetic
from maligeo.core.checks import require_columns
from maligeo.core.columns import Audience
from maligeo.core.crs import require_geographic
from maligeo.core.session import session_audience
from maligeo.disclosure import Gate
from maligeo.join.regions import find_focus
from maligeo.paper.drawing.shapes import Drawing
from maligeo.paper.map.basemap import Scene
from maligeo.paper.map.layout import map_pages
from maligeo.paper.map.overlays import Overlay, area_overlay, incident_overlay
from maligeo.paper.map.subject import Days, subject_of
from maligeo.paper.options import MapOptions
from maligeo.paper.page import FORMATS, Heading, require_format, write_pages
from maligeo.provenance.record import Provenance
from maligeo.text.titles import certain_towns, place_parts, towns_by_unit

DEFAULT: Final = MapOptions()


def map_figure(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    path: str | Path,
    *,
    options: MapOptions = DEFAULT,
    audience: Audience | None = None,
    about: Provenance | None = None,
) -> Path:
    """Write one map for paper, with its legend, balance, sources and limits.

    Parameters
    ----------
    table : pandas.DataFrame
        Density table, as from `maligeo.concat_tables`, of which one layer and period is shown;
        or gaps, as from `maligeo.coverage_gaps`, shown as need against response.
    units : geopandas.GeoDataFrame, EPSG:4326
        Units of the same vintage, as from `load_boundaries`.
    path : str or pathlib.Path
        "….pdf", "….png" or "….svg". Notes that have no room on the map's page go on to
        further pages of a PDF; a PNG or SVG says that the PDF has them.
    options : MapOptions, optional
        Layer, period, region, language, paper and what lies over the units.
    audience : {"internal", "partner", "public"}, optional
        For whom the map is; by default that of the session, else the public.
        All that it shows must have been released for them.
    about : Provenance, optional
        What the map was made from; kept in the file's metadata.

    Returns
    -------
    pathlib.Path
        The file that was written.

    Raises
    ------
    ArgumentError
        If the suffix is another one, or not one period fits.
    FrameError
        If a column is missing.
    CrsError, GeometryError
        If a frame is not in EPSG:4326 or has the wrong kind of geometry.
    VintageError
        If table and units are of different vintages.
    UnknownNameError
        If the layer or region is not known.
    ReleaseError
        If a frame was not released for the audience.
    MissingDependencyError
        If Matplotlib is not installed.
    OutputFileError
        If the file cannot be written.

    Notes
    -----
    The projection is Lambert's cylindrical equal-area one, true to scale along the
    parallel in the middle of the map (Snyder 1987, p. 76). Lengths are in millimetres of
    the paper, so that the scale holds in a print at full size.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import maligeo
    >>> units = maligeo.load_boundaries()
    >>> table = maligeo.study(units=units).table
    >>> options = maligeo.MapOptions(layer="incidents_per_100k", language="en")
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     maligeo.map_figure(table, units, f"{folder}/mali.svg", options=options).name
    'mali.svg'
    """
    audience = session_audience(audience)
    several = require_format(path, FORMATS) == ".pdf"
    top, pages = compose_map(table, units, options=options, audience=audience, several=several)
    return write_pages(path, pages, heading=top, about=about, dpi=options.dpi)


def compose_map(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    options: MapOptions,
    audience: Audience,
    several: bool,
) -> tuple[Heading, list[Drawing]]:
    """Lay out the pages of a map, without writing them.

    Parameters
    ----------
    table, units, options, audience
        As for `map_figure`.
    several : bool
        Whether there may be further pages.

    Returns
    -------
    Heading, list of Drawing
        What stands above the first page, and the pages.
    """
    require_columns(units, ("vintage", "pcode", "name"), what="units")
    require_geographic(units, what="units")
    frames = {
        "table": table,
        "incidents": options.incidents,
        "areas": options.areas,
        "table behind the gaps": options.behind,
    }
    shown = {what: frame for what, frame in frames.items() if frame is not None}
    gate = Gate(audience)
    for what, frame in shown.items():
        gate.admit(frame, what=what)
    scene = scene_of(table, units, options)
    synthetic = any(is_synthetic(frame) for frame in shown.values())
    top = _heading(scene, options, audience, synthetic)
    return top, map_pages(scene, top, options, several=several)


def scene_of(table: pd.DataFrame, units: gpd.GeoDataFrame, options: MapOptions) -> Scene:
    """Gather what a map is drawn from.

    Parameters
    ----------
    table, units, options
        As for `map_figure`.
    """
    towns = certain_towns()
    subject = subject_of(table, units, towns, options)
    return Scene(
        units=units,
        towns=towns_by_unit(towns, units),
        subject=subject,
        focus=None if options.region is None else find_focus(options.region, units),
        overlays=_overlays(options, subject.days),
    )


def _overlays(options: MapOptions, days: Days | None) -> tuple[Overlay, ...]:
    found = []
    if options.areas is not None:
        found.append(area_overlay(options.areas, options.language))
    if options.incidents is not None:
        within = _within(options.incidents, days)
        found.append(incident_overlay(within, options.language))
    return tuple(found)


def _within(incidents: pd.DataFrame, days: Days | None) -> pd.DataFrame:
    """Keep the incidents of the period that the map is about."""
    if days is None or "date" not in incidents.columns:
        return incidents
    dates = pd.to_datetime(incidents["date"])
    return incidents[(dates >= days[0]) & (dates <= days[1])]


def _heading(scene: Scene, options: MapOptions, audience: Audience, synthetic: bool) -> Heading:
    subject, language = scene.subject, options.language
    title = subject.title
    if scene.focus is not None:
        title = words.word("region.title", language).format(name=scene.focus.name, title=title)
    place = None if scene.focus is None else scene.focus.name
    parts = [*place_parts(scene.units, place, language), subject.period]
    if subject.publisher not in subject.period:
        parts.append(subject.publisher)
    subtitle = " · ".join(part for part in parts if part)
    return Heading(title, subtitle, audience, synthetic, language, options.text_scale)
