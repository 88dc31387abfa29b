"""A study: records of an organisation, or the bundled data, from files to products."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from maligeo import exports, paper
from maligeo.core.audiences import inherit_audience, is_synthetic
from maligeo.core.columns import POPULATION, UNITS, Audience, Counting, Language
from maligeo.core.errors import ArgumentError
from maligeo.core.files import folder_written_whole
from maligeo.core.notebooks import listed, titled
from maligeo.core.periods import period_texts
from maligeo.core.session import session_language
from maligeo.core.words import number_text, word
from maligeo.disclosure import Release
from maligeo.exports.plain_layers import region_values
from maligeo.join.points import Locator
from maligeo.join.regions import find_focus, find_unit
from maligeo.measure.densities import concat_tables
from maligeo.measure.populations import population as people_of
from maligeo.readers.boundaries import as_units, load_boundaries, read_boundaries
from maligeo.readers.files.sources import Source
from maligeo.readers.gazetteers import read_gazetteer
from maligeo.readers.reading import ATTRIBUTE, Reading
from maligeo.text.results import published_results
from maligeo.workflows.frames import StudyFrames
from maligeo.workflows.needs import Asked, Needs
from maligeo.workflows.recipes import REPORT, Product, Recipe, TableProduct, table_product
from maligeo.workflows.records import (
    AREAS,
    FIGURES,
    INCIDENTS,
    PROJECTS,
    Period,
    Records,
    given_records,
)
from maligeo.workflows.report_files import INDEX, ReportFiles
from maligeo.workflows.views import COMPARABLE, GAPS, View

if TYPE_CHECKING:
    import geopandas as gpd

    from maligeo.maps import PageMap


_log = logging.getLogger("maligeo")
_PROFILE: Final = "profile of one unit: counts, rates with 95 % intervals, gaps by rank"

Given = str | PathLike[str] | Source | None
Advance = Callable[[int, int], None]


def study(
    *,
    incidents: Given | pd.DataFrame = None,
    projects: Given | pd.DataFrame = None,
    areas: Given | gpd.GeoDataFrame = None,
    figures: Given | pd.DataFrame = None,
    units: Given | gpd.GeoDataFrame | Locator = None,
    gazetteer: Given | pd.DataFrame = None,
    population: Given | pd.DataFrame = None,
    period: Period = None,
    covers: str | Sequence[str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Study:
    """Bring records together: read, located, counted and, for products, released together.

    Parameters
    ----------
    incidents, projects, areas : path, Source or frame, optional
        Files as `read_incidents`, `read_projects` and `read_areas` take them, or frames as
        these give them or as `as_incidents`, `as_projects` and `as_areas` take them. What is
        not given is the bundled data; with incidents or projects of one's own, the bundled
        figures are left out. Incidents may also be a folder of files, or a lazy frame of dask.
        Such a frame, and a file or folder of CSV or Parquet above 32 MB, is counted piece by
        piece, and its rows are held only for what shows them one by one (see
        docs/scale.md).
    figures : path, Source or pandas.DataFrame, optional
        A table of figures as `read_figures` takes it, or a frame as it gives it or as
        `as_figures` takes it: counted, and a need by the names of its measures (see
        `Study.asking`). It is for internal use: see `Study.release`.
    units : path, Source, geopandas.GeoDataFrame or Locator, optional
        Boundaries as `read_boundaries` takes them, units, or a frame as `as_units` takes it;
        the nine of 2015 by default. A `Locator` also says how records are joined to them, as
        misspelt names.
    gazetteer : path, Source or pandas.DataFrame, optional
        Villages by name, as `read_gazetteer` takes or gives them, for records without a
        position.
    population : path, Source or pandas.DataFrame, optional
        People of the units, of any level: a table as `maligeo.population` takes or gives it.
        Without it rates of regions are by the censuses of 2009 and 2022: those of the bundled
        figures by that of 2022, those of records by the people of the year of the period.
    period : str or sequence of str, optional
        Period to count in: "2021", "2021-01/2021-09", "year", "quarter", "month", or
        several periods.
    covers : str or sequence of str, optional
        Periods that the records cover everywhere: only then is none counted a 0. Where they
        go on long after the last record, a line in the log "maligeo" says so.
    progress : callable, optional
        Takes the number of rows so far, while a large file of incidents is counted.

    Returns
    -------
    Study

    Raises
    ------
    ArgumentError
        If `covers` is given without records, or a gazetteer twice.
    MaligeoError
        As the readers raise.

    Examples
    --------
    >>> import maligeo
    >>> study = maligeo.study(period="2022-01/2022-08")
    >>> table = study.table
    >>> table.loc[table["name"] == "Mopti", ["measure", "count"]].head(2)
          measure  count
    4   incidents  49.58
    14   projects    3.0
    >>> study.answer(language="en").frame.loc[0, "sentence"].split(";")[0]
    'Koulikoro: 5 incidents (1 to 14 allowing for rounding and chance)'
    """
    period, covers = period_texts(period), period_texts(covers)
    given = {INCIDENTS: incidents, PROJECTS: projects, AREAS: areas, FIGURES: figures}
    taken = {kind: _taken(one) for kind, one in given.items() if one is not None}
    how = units if isinstance(units, Locator) else None
    division = _taken(units if how is None else how.units)
    asked = {**taken, "boundaries": division, "period": period, "covers": covers}
    if how is not None:
        asked |= how.options
    units = _units(division)
    if gazetteer is not None:
        asked["gazetteer"] = _taken(gazetteer)
        how = _with_gazetteer(how or Locator(units), asked["gazetteer"])
    frames = given_records(taken, lambda: how or Locator(units), progress)
    people = None
    if population is not None:
        asked["population"] = _taken(population)
        people = _people(asked["population"], units)
    made = Study(Records(frames, units, covers, how, people), period, asked=asked)
    for remark in made.records.remarks(session_language()):
        _log.warning("%s", remark)
    return made


def _only(given: Mapping[str, str | Sequence[str]] | Sequence[str] | None) -> dict[str, list[str]]:
    """Give the values to keep by column."""
    if isinstance(given, Mapping):
        return {by: [one] if isinstance(one, str) else list(one) for by, one in given.items()}
    kept: dict[str, list[str]] = {}
    for text in [given] if isinstance(given, str) else given or ():
        by, equals, value = text.partition("=")
        if not equals:
            raise ArgumentError(f"{text!r} is not written like 'sector=santé'")
        kept.setdefault(by.strip(), []).append(value)
    return kept


def _taken(given: Any) -> Any:
    if isinstance(given, str | PathLike | Source):
        return Source.of(given)
    if given is not None and not hasattr(given, "columns"):
        raise ArgumentError(f"{given!r} is neither a file, a Source nor a frame")
    return given


def _units(given: Source | gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    if given is None:
        return load_boundaries()
    if isinstance(given, Source):
        return read_boundaries(given)
    return given if set(UNITS) <= set(given.columns) else as_units(given)


def _people(given: Source | pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Read people of units, or take those that are of units already."""
    if isinstance(given, pd.DataFrame) and set(POPULATION) <= set(given.columns):
        return given
    return people_of(units, table=given)


def _with_gazetteer(how: Locator, given: Source | pd.DataFrame) -> Locator:
    if how.gazetteer is not None:
        raise ArgumentError("the gazetteer is given twice: with the units, and by itself")
    places = read_gazetteer(given) if isinstance(given, Source) else given
    return replace(how, gazetteer=places)


def _archives(
    given: Sequence[str | PathLike[str]] | Mapping[str, Source] | None,
) -> dict[str, Source]:
    """Give archives a number for a name: theirs need not be known to those who get a page."""
    if isinstance(given, Mapping):
        return dict(given)
    return {f"tiles {at}": Source.of(path) for at, path in enumerate(given or (), start=1)}


@dataclass(frozen=True)
class Map(Product):
    """A map that can be shown in a notebook and written to a file.

    Attributes
    ----------
    view : View
        What it shows.
    """

    view: View = field(kw_only=True, repr=False)

    @property
    def page(self) -> PageMap:
        """The Folium map, for further layers; save it with `maligeo.save_map`."""
        return self.view.page

    def _repr_html_(self) -> str:
        return str(self.page._repr_html_())


@dataclass(frozen=True, eq=False)
class Study(StudyFrames):
    """Records and their products; made by `maligeo.study`.

    A study that was not released holds exact records, for the people who keep them. Its
    products are for the audience of the session, the public by default, and are made from
    what is released for them; `release` names another audience.

    Attributes
    ----------
    records, period, released_for
        What it is about, when, and for whom.
    asked : mapping of str to object
        What it was made from, for the records of its products.
    """

    asked: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def reading(self) -> dict[str, Reading]:
        """What became of every column and row of what was given, by kind of record and units."""
        given = {**self.records.given.summed(), "boundaries": self.records.units}
        if self.records.own_people is not None:
            given["population"] = self.records.own_people
        attrs = {kind: frame.attrs for kind, frame in given.items()}
        return {kind: one[ATTRIBUTE] for kind, one in attrs.items() if ATTRIBUTE in one}

    def _repr_html_(self) -> str:
        language, given = session_language(), self.records.given.summed().values()
        is_released = self.released_for is not None
        audience = self.audience if is_released else "internal" if given else "public"
        says = word(f"audience.{audience}", language)
        is_internal = audience == "internal"
        warnings = [says] if is_internal else []
        if any(map(is_synthetic, given)):
            warnings.append(word("synthetic.banner", language))
        lines = listed([*([] if is_internal else [says]), *self._described(language)])
        return titled(word("study.title", language), lines, warnings=warnings)

    def _described(self, language: Language) -> Iterator[str]:
        """Say of what it is, in counts alone."""
        given, readings = self.records.given, self.reading
        if self.records.is_bundled:
            yield word("study.bundled", language)
        for kind in given:
            count = readings[kind].rows_in_file if kind in readings else len(given[kind])
            text = word("study.given", language)
            yield text.format(kind=kind, count=number_text(count, language))
        units = self.units.iloc[0]
        yield word("study.units", language).format(
            count=number_text(len(self.units), language), level=self.level, vintage=units["vintage"]
        )
        if self.period is not None:
            period = self.period if isinstance(self.period, str) else ", ".join(self.period)
            yield word("study.period", language).format(period=period)
        yield word("study.next", language)

    def to_geodataframe(self, *, layers: Sequence[str] | None = None) -> gpd.GeoDataFrame:
        """Give the units with their figures as one frame, as for `GeoDataFrame.explore`.

        Parameters
        ----------
        layers : sequence of str, optional
            What becomes columns of the units, as for `Study.map`.

        Returns
        -------
        geopandas.GeoDataFrame, EPSG:4326
            One row per unit: the columns of units, and one for each measure and period, named
            as in a GeoPackage and rounded as maps show them; missing where nothing is known.
            `attrs["audience"]` names whom it is for: of a study that was not released exact
            counts, for internal use.

        Raises
        ------
        UnknownNameError
            If the records do not hold a layer.
        ReleaseError
            If a layer is not released for the audience.

        Examples
        --------
        >>> import maligeo
        >>> frame = maligeo.study().release().to_geodataframe(layers=["incidents"])
        >>> float(frame.set_index("name").loc["Mopti", "incidents_202201_202208"])
        50.0
        """
        table = self.table if layers is None else self.layered(layers)
        frame, _ = region_values(self.units, table, layers)
        return inherit_audience(frame, table)

    def asking(
        self,
        *,
        only: Mapping[str, str | Sequence[str]] | Sequence[str] | None = None,
        need: Asked = None,
    ) -> Study:
        """Ask about some of the projects, or about another need than incidents.

        Parameters
        ----------
        only : mapping of str to str or sequence of str, optional
            Projects to keep, such as {"sector": "santé"}, by "programme", "organisation",
            "funder", "sector" or "status"; also written ["sector=santé"].
        need : str, path, Source, pandas.DataFrame, sequence or mapping of these, optional
            What need is in the answer: measures of the incidents, such as "victims", or of
            the figures of the study; a table of figures with one measure, as `read_figures`
            and `as_figures` take it; or a density table. Several weigh the same; a mapping
            says the weight of each, such as {"incidents": 1, "displaced": 2}. Figures are of
            the period of the study, and of several such the latest that names most units.

        Returns
        -------
        Study

        Raises
        ------
        ArgumentError
            If projects cannot be chosen so, a weight is no positive number, or a table of
            figures has several measures.
        MaligeoError
            As `read_figures` raises.

        Examples
        --------
        >>> import maligeo
        >>> import pandas as pd
        >>> displaced = pd.DataFrame(
        ...     {"Région": ["Mopti", "Gao"], "PDI janv. 2022": [1200, 300]}
        ... )
        >>> asked = maligeo.study().asking(need=displaced)
        >>> asked.answer(language="en").frame.loc[0, "sentence"].split(";")[0]
        'Mopti: 1,200 displaced people'
        """
        kept, needs = _only(only), Needs.of(need)
        pairs = [f"{by}={value}" for by, values in kept.items() for value in values]
        asked = {**self.asked, "only": pairs or None, **needs.options}
        return replace(self, only=kept, needs=needs, asked=asked)

    def release(
        self,
        *,
        audience: Audience | None = None,
        as_of: str | None = None,
        store: str | Path | None = None,
        progress: Advance | None = None,
    ) -> Study:
        """Release the study: everything that comes of the result is for the audience.

        What is public of incidents is one set of cells for the dataset: the map, every
        table, measure, period and level are selections of it, in this study and in every
        other of the same records.

        Parameters
        ----------
        audience : {"internal", "partner", "public"}, optional
            For whom; that of the session by default. "internal" keeps everything as it is.
        as_of : str, optional
            Day of the release, from which delays count back; today by default.
        store : path-like, optional
            Folder of the release store, as for `maligeo.release`.
        progress : callable, optional
            Takes the steps done and all of them, while cells are made.

        Returns
        -------
        Study

        Raises
        ------
        ArgumentError
            If there is no such audience.
        """
        given = bool(self.records.given)
        rules = Release.asked(audience, as_of, folder=store, of_records=given, advance=progress)
        return replace(self, released_for=rules)

    def answer(self, *, language: Language | None = None) -> TableProduct:
        """Say by unit where need is, who is active there, and how sure that is.

        Parameters
        ----------
        language : {"fr", "en"}, optional
            Language of the sentences; that of the session by default.

        Returns
        -------
        TableProduct
            `frame` as `maligeo.incident_gaps` gives it, with `sentence`; `save` writes .csv,
            .xlsx or .parquet.

        Raises
        ------
        ArgumentError
            If no incident is known by unit, or the incidents are about no period.
        """
        language = session_language(language)
        shared = self._shared
        answer = self.answered(language)
        recipe = self._recipe("gaps", {"language": language})
        return table_product(recipe, lambda: answer, lambda: shared.answered(language))

    def count(
        self,
        measure: str | None = None,
        *,
        counting: Counting | None = None,
        region: str | None = None,
    ) -> TableProduct:
        """Count one measure of the records; of the bundled data, all that a map shows.

        Parameters
        ----------
        measure : str, optional
            As for `maligeo.density`; the records themselves by default.
        counting : {"full", "fractional", "weighted"}, optional
            How a project in several units counts.
        region : str, optional
            Keep one region, by any of its names; of cercles or communes those of it.

        Returns
        -------
        TableProduct
            `frame` is the density table, of a released study as it is released; `save`
            writes .csv, .xlsx or .parquet.

        Raises
        ------
        ArgumentError
            If a measure is named and no records are given, or records of several kinds.
        UnknownNameError
            If the region is not known.
        """
        asked = {"measure": measure, "counting": counting, "region": region}

        def counted(study: Study) -> pd.DataFrame:
            table = study._counted(measure, counting)
            if region is None:
                return table
            rows = list(find_focus(region, self.units).rows)
            return table[table["pcode"].isin(self.units["pcode"].iloc[rows])]

        shared = cache(lambda: counted(self._shared))
        shown = cache(lambda: counted(self)) if self.released_for is None else shared
        shown()
        return table_product(self._recipe("density", asked), shown, shared)

    def map(
        self,
        *,
        region: str | None = None,
        language: Language | None = None,
        compare: Sequence[str] | None = None,
        layers: str | Sequence[str] | None = None,
        online_tiles: bool = False,
        tiles: Sequence[str | PathLike[str]] | Mapping[str, Source] | None = None,
    ) -> Map:
        """Draw a map: an interactive page, or one on paper.

        Parameters
        ----------
        region : str, optional
            Only this region, by any of its names; of cercles or communes those of it.
        language : {"fr", "en"}, optional
            Language in which it opens; that of the session by default.
        compare : sequence of two str or "auto", optional
            Two periods side by side; incidents of one's own are counted in these. "auto" takes
            the latest two that compare, of one's own incidents two years.
        layers : str or sequence of str, optional
            What it shows, in this order; on paper one layer. A measure of the records, as for
            `maligeo.density` ("killed", "cleared_sqm", "money_EUR", "displaced"); a measure and
            what it is related to ("killed_per_100k", "incidents_per_1000_sqkm",
            "incidents_smoothed_per_100k", "cleared_sqm_share"); "gaps"; or, on a page,
            "surface", the density of the incidents. By default incidents
            and their rate, victims, land by status, projects, programmes, people and gaps, as
            far as the records have them.
        online_tiles : bool, default False
            Add a street map from the internet to the page.
        tiles : sequence of path, optional
            Archives of tiles to lay over the page, within it: of each as many zooms from
            the coarsest as have 8 MB. They have to be for the audience of the map.

        Returns
        -------
        Map
            `save` writes .html, which needs no network, or .pdf, .png or .svg.

        Raises
        ------
        ArgumentError
            If there is no such language, or options do not go together.
        UnknownNameError
            If the records do not hold a layer; the message lists what they hold.
        ReleaseError
            If a layer is not released for the audience.
        """
        language = session_language(language)
        if region is not None:
            find_focus(region, self.units)
        laid = _archives(tiles)
        alone = (
            region or self.period or online_tiles or laid or set(self.records.given) - {INCIDENTS}
        )
        if compare is not None and alone:
            raise ArgumentError("compare goes with incidents, and not with what else is shown")
        if compare not in (None, COMPARABLE) and len(compare) != 2:
            raise ArgumentError(f"{compare!r} is not two periods")
        shown = self._shared
        if compare not in (None, COMPARABLE) and self.records.given:
            shown = replace(shown, period=list(compare))
        view = View(
            study=shown,
            region=region,
            language=language,
            compare=compare,
            layers=[layers] if isinstance(layers, str) else layers,
            online_tiles=online_tiles,
            tiles=laid,
        )
        return Map(self._recipe("map", view.options), view.write, view=view)

    def report(self, region: str | None = None, *, language: Language | None = None) -> Product:
        """Describe one region on one page, or the country: numbers, programmes, gaps.

        Parameters
        ----------
        region : str, optional
            The region, by any of its names or its code; the country without it.
        language : {"fr", "en"}, optional
            Language of the report; that of the session by default.

        Returns
        -------
        Product
            `save` writes .html or .pdf; or, with the extra `office`, a briefing to go on
            working with: .pptx or .docx.

        Raises
        ------
        UnknownNameError
            If the region is not known.
        ArgumentError
            If there is no such language.
        """
        language = session_language(language)
        if region is not None:
            find_unit(region, self.units)
        recipe = self._recipe(REPORT, {"region": region, "language": language}, method=_PROFILE)
        return Product(recipe, partial(self._shared._write_report, region, language))

    def save_reports(
        self,
        folder: str | Path,
        *,
        suffix: str = ".pdf",
        language: Language | None = None,
        progress: Advance | None = None,
    ) -> Path:
        """Write a report on the country, one on each unit, and a page that lists them.

        Parameters
        ----------
        folder : str or pathlib.Path
            A new folder, or one with such reports, which are replaced together.
        suffix : {".pdf", ".html", ".pptx", ".docx"}
            In which format; .pptx and .docx want the extra `office`.
        language : {"fr", "en"}, optional
            Language of the reports; that of the session by default.
        progress : callable, optional
            Takes the reports that are written and all of them.

        Returns
        -------
        pathlib.Path
            The folder: "index.html", "00-mali.pdf", "01-kayes.pdf" and so on.

        Raises
        ------
        ArgumentError
            If there is no such format or language, or the folder has the name of a file.
        OutputFileError
            If the folder holds anything else, or cannot be written.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> import maligeo
        >>> with TemporaryDirectory() as folder:
        ...     written = maligeo.study().save_reports(f"{folder}/briefing", suffix=".html")
        ...     sorted(file.name for file in written.iterdir())[:3]
        ['00-mali.html', '01-kayes.html', '02-koulikoro.html']
        """
        language = session_language(language)
        study = self._shared
        files = ReportFiles(study.units, suffix)
        files.require_folder(Path(folder))
        private = study.audience == "internal"
        with folder_written_whole(Path(folder), private=private, own=files.own) as draft:
            for at, (region, name) in enumerate(files.regions.items()):
                if progress is not None:
                    progress(at, len(files.regions))
                study.report(region, language=language).save(draft / name)
            table, gaps = study._reported
            paper.reports_index(
                table,
                study.units,
                draft / INDEX,
                entries=files.entries(language),
                options=paper.ReportOptions(gaps=gaps, language=language),
                audience=study.audience,
            )
        return Path(folder)

    def layers(
        self, *, language: Language | None = None, layers: Sequence[str] | None = None
    ) -> Product:
        """Give units with their figures, and the records, for other programs.

        Parameters
        ----------
        layers : sequence of str, optional
            What becomes columns of the units, as for `Study.map`; "gaps" is a layer of its own.
        language : {"fr", "en"}, optional
            Language of headings; that of the session by default.

        Returns
        -------
        Product
            `save` writes .gpkg, .gdb.zip, .shp.zip, .topojson, .zip or a folder, as
            `maligeo.write_layers`.
        """
        language = session_language(language)
        recipe = self._recipe("layers", {"language": language, "layers": layers})
        return Product(recipe, partial(self._shared._write_layers, language, layers))

    def export(
        self,
        path: str | Path,
        *,
        region: str | None = None,
        language: Language | None = None,
        layers: Sequence[str] | None = None,
    ) -> Path:
        """Write units with their figures, and the records, for other programs; or a briefing.

        Parameters
        ----------
        path : str or pathlib.Path
            .gpkg, .gdb.zip, .shp.zip, .zip or a folder, as for `maligeo.write_layers`;
            .topojson, the units alone, whose codes and names are those of every table; or .pptx
            or .docx, as for `Study.report`.
        region : str, optional
            Of a briefing: the region it is about; the country without it.
        language : {"fr", "en"}, optional
            Language of headings; that of the session by default.
        layers : sequence of str, optional
            What becomes columns of the units, as for `Study.map`; "gaps" is a layer of its
            own, the answer with the outlines of the units.

        Returns
        -------
        pathlib.Path
            The file or folder that was written.

        Raises
        ------
        ArgumentError
            If a region is named for layers, or layers for a briefing.
        MaligeoError
            As `maligeo.write_layers` raises.
        """
        if Path(path).suffix.lower() in paper.BRIEFINGS:
            if layers is not None:
                raise ArgumentError("layers are columns of units, which a briefing has not")
            return self.report(region, language=language).save(path)
        if region is not None:
            raise ArgumentError("a region is named for a briefing: a file .pptx or .docx")
        return self.layers(language=language, layers=layers).save(path)

    @property
    def _shared(self) -> Study:
        """The study that products are made from: this one, if it was released."""
        return self if self.released_for is not None else self.release()

    def _counted(self, measure: str | None, counting: Counting | None) -> pd.DataFrame:
        if self.records.given:
            return self.counted(measure, counting)
        if measure is not None or counting is not None:
            raise ArgumentError("--measure and --counting are about a file of records")
        return self.table

    def _write_report(self, region: str | None, language: Language, path: Path, about: Any) -> Path:
        table, gaps = self._reported
        options = paper.ReportOptions(
            region=region,
            presence=self.presence,
            organisations=self.organisations if self.heading != "organisation" else None,
            gaps=gaps,
            results=None if self.records.given else published_results(language=language),
            language=language,
        )
        return paper.region_report(
            table, self.units, path, options=options, audience=self.audience, about=about
        )

    @cached_property
    def _reported(self) -> tuple[pd.DataFrame, pd.DataFrame | None]:
        """The density table that reports show, and need and response where need is known."""
        need = self.need(INCIDENTS, *self.victims, period=self.period)
        incidents = need[need["measure"] == "incidents"]
        by_unit = incidents[incidents["place_kind"] == "unit"]
        known = bool((by_unit["count"].notna() & by_unit["period_start"].notna()).any())
        gaps = self.gaps_of(incidents) if known else None
        return concat_tables(need, *self.standing), gaps

    def _write_layers(
        self, language: Language, keys: Sequence[str] | None, path: Path, about: Any
    ) -> Path:
        if exports.holds_units_alone(path):
            if keys is not None:
                raise ArgumentError(f"{path.name} holds units alone: figures go into a table")
            options = exports.ExportOptions(language=language)
            return exports.write_layers(
                {"units": self.units}, path, audience=self.audience, about=about, options=options
            )
        wanted = None if keys is None else [key for key in keys if key != GAPS]
        frames: dict[str, pd.DataFrame | None] = {
            "units": self.units,
            GAPS: self.answered(language) if GAPS in (keys or ()) else None,
            "incidents": self.incidents,
            "projects": self.projects,
            "areas": self.areas,
        }
        return exports.write_layers(
            {name: frame for name, frame in frames.items() if frame is not None},
            path,
            density=self.layered(wanted) if wanted else self.table,
            audience=self.audience,
            about=about,
            options=exports.ExportOptions(language=language, layers=wanted or None),
        )

    def _recipe(self, product: str, options: Mapping[str, object], *, method: str = "") -> Recipe:
        rules = self._shared.rules
        asked = {**self.asked, "period": self.period, **options, **rules.recorded}
        return Recipe(product, asked, rules, self.units, method)
