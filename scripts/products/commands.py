"""The command lines that make products, each with the name of its product."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

AUDIENCES: Final = ("internal", "partner", "public")
LANGUAGES: Final = ("fr", "en")
LATER: Final = "2026-01-01"  # day of release, so that a later run withholds the same
REGIONS: Final = (
    "Kayes", "Koulikoro", "Sikasso", "Ségou", "Mopti", "Tombouctou", "Gao", "Kidal", "Bamako",
)  # fmt: skip
MEASURES: Final = (
    "incidents", "incidents_per_100k", "projects", "projects_fractional", "programmes",
    "people", "people_per_sqkm", "gaps",
)  # fmt: skip
_INVENTED: Final = "inputs/invented"
_INCIDENTS: Final = f"--incidents {_INVENTED}/incidents.csv"
_SCATTERED: Final = f"--incidents {_INVENTED}/scattered.csv"
_PROJECTS: Final = f"--projects {_INVENTED}/projects.xlsx"
_AREAS: Final = f"--areas {_INVENTED}/areas.geojson"
_UNITS: Final = f"--boundaries {_INVENTED}/units.geojson"
_RECORDS: Final = f"{_INCIDENTS} {_PROJECTS} {_AREAS}"
_COVERS: Final = "--covers 2021/2022"
_INTERNAL: Final = "--audience internal"
_TWO_PERIODS: Final = "2021-01/2021-09,2022-01/2022-08"  # of the bundled figures


class Line(NamedTuple):
    """A command line without its output.

    Attributes
    ----------
    product : str
        Name of what it writes; what it prints goes to the same name and ".txt".
    command : str
        Arguments after `maligeo`.
    writes : bool
        Whether it writes a file, whose name is given to it, or prints alone.
    """

    product: str
    command: str
    writes: bool = True


def command_lines(folder: Path) -> Iterator[Line]:
    """Give all command lines in the order in which they have to run.

    Parameters
    ----------
    folder : pathlib.Path
        Where the inputs are, below `inputs`.
    """
    yield from _maps()
    yield from _paper()
    yield from _tables()
    yield from _reports()
    yield from _divisions()
    yield from _tiles()
    yield from _examples(folder)


def _for(audience: str) -> str:
    later = "" if audience == "internal" else f" --as-of {LATER}"
    return f"--audience {audience}{later}"


def _maps() -> Iterator[Line]:
    for language in LANGUAGES:
        spoken = f"--language {language} --as-of {LATER}"
        yield Line(f"country-{language}.html", f"map {spoken}")
        yield Line(f"mopti-{language}.html", f"map {spoken} --region Mopti")
        yield Line(f"compared-{language}.html", f"map {spoken} --compare {_TWO_PERIODS}")
        yield Line(f"year-{language}.html", f"map {spoken} --period 2021")
    yield Line("compared-years.html", "map --compare 2021,2022")
    yield Line("online.html", "map --online-tiles")
    yield Line("vintage-2023.html", "map --vintage 2023")
    for audience in AUDIENCES:
        said = _for(audience)
        yield Line(f"own-{audience}.html", f"map {_RECORDS} {_COVERS} {said}")
        yield Line(f"own-units-{audience}.html", f"map {_RECORDS} {_UNITS} --language en {said}")
        yield Line(f"own-region-{audience}.html", f"map {_RECORDS} {_COVERS} --region Gao {said}")
        own = f"map {_INCIDENTS} {_COVERS}"
        yield Line(f"own-compared-{audience}.html", f"{own} --compare 2021,2022 {said}")
        yield Line(f"own-year-{audience}.html", f"{own} --period 2021 --language en {said}")
        yield Line(f"own-projects-{audience}.html", f"map {_PROJECTS} {said}")
        yield Line(f"own-areas-{audience}.html", f"map {_AREAS} {said}")
    yield Line("scattered.html", f"map {_SCATTERED} {_INTERNAL}")


def _paper() -> Iterator[Line]:
    for at, measure in enumerate(MEASURES):
        for suffix in ("pdf", "svg", "png")[: 3 if at in (1, 7) else 2]:
            language = LANGUAGES[(at + (suffix == "svg")) % 2]
            shown = f"--layers {measure} --language {language} --as-of {LATER}"
            yield Line(f"{measure}.{suffix}", f"map {shown}")
    yield Line("mopti.pdf", "map --region Mopti --layers incidents --language en --pdf")
    for audience in AUDIENCES:
        for suffix in ("pdf", "png", "svg"):
            own = f"map {_RECORDS} {_COVERS} --layers incidents --period 2021"
            yield Line(f"own-incidents-{audience}.{suffix}", f"{own} {_for(audience)}")
        units = f"map {_RECORDS} {_UNITS} {_COVERS} --period 2022 --language en"
        yield Line(f"own-units-{audience}.pdf", f"{units} --pdf {_for(audience)}")
    yield Line("own-gaps.pdf", f"map {_RECORDS} --layers gaps {_INTERNAL}")


def _tables() -> Iterator[Line]:
    for name, options in (("all", ""), ("2021", "--period 2021"), ("gao", "--region Gao")):
        yield from _in_formats(f"density-{name}", f"density {options}")
        yield Line(f"density-{name}-lines", f"density {options} --format csv", writes=False)
    yield from _in_formats("gaps", "gaps")
    for by in ("programme", "sector", "funder"):
        yield Line(f"gaps-{by}", f"gaps --by {by}", writes=False)
        yield Line(f"gaps-{by}-lines", f"gaps --by {by} --format csv", writes=False)
    for measure in ("incidents", "victims", "killed", "injured", "civilians_killed"):
        for period in ("year", "quarter", "month", "2021,2022"):
            counted = f"density {_INCIDENTS} {_COVERS} --measure {measure} --period {period}"
            yield Line(f"own-{measure}-{period}.csv", f"{counted} {_INTERNAL}")
            if period != "month":
                yield Line(f"own-{measure}-{period}-public.csv", f"{counted} {_for('public')}")
    yield Line("scattered.csv", f"density {_SCATTERED} --period year {_INTERNAL}")
    for measure in ("cleared_sqm", "confirmed_sqm", "cancelled_sqm"):
        yield Line(f"{measure}.csv", f"density {_AREAS} --measure {measure} {_INTERNAL}")
    for measure in ("projects", "programmes", "money", "money_donor"):
        for counting in ("full", "fractional", "weighted"):
            counted = f"density {_PROJECTS} --measure {measure} --counting {counting}"
            yield Line(f"{measure}-{counting}.csv", f"{counted} {_INTERNAL}")
    for audience in AUDIENCES:
        yield from _own_tables(audience)


def _own_tables(audience: str) -> Iterator[Line]:
    said = _for(audience)
    counted = f"density {_INCIDENTS} {_COVERS} --period year"
    yield from _in_formats(f"own-density-{audience}", f"{counted} {said}")
    yield from _in_formats(f"own-projects-{audience}", f"density {_PROJECTS} {_UNITS} {said}")
    yield from _in_formats(f"own-areas-{audience}", f"density {_AREAS} {said}")
    needed = f"gaps {_INCIDENTS} {_PROJECTS} {_COVERS} --period 2021"
    yield from _in_formats(f"own-gaps-{audience}", f"{needed} {said}")
    for measure in ("incidents", "victims", "killed", "injured", "civilians"):
        command = f"reconcile {_INCIDENTS} --measure {measure} --audience {audience}"
        yield Line(f"reconciled-{measure}-{audience}.csv", command)
        yield Line(f"reconciled-{measure}-{audience}", command, writes=False)


def _in_formats(name: str, command: str) -> Iterator[Line]:
    yield Line(name, command, writes=False)
    for suffix in ("csv", "xlsx", "parquet"):
        yield Line(f"{name}.{suffix}", command)


def _reports() -> Iterator[Line]:
    for region in REGIONS:
        for language in LANGUAGES:
            for suffix in ("html", "pdf"):
                command = f"report --region {region} --language {language} --as-of {LATER}"
                yield Line(f"report-{region}-{language}.{suffix}", command)
    for audience in AUDIENCES:
        for suffix, language in (("html", "fr"), ("pdf", "en")):
            own = f"report --region Mopti --period 2021,2022 {_INCIDENTS} {_PROJECTS} {_COVERS}"
            command = f"{own} {_UNITS} --language {language} {_for(audience)}"
            yield Line(f"own-report-{audience}.{suffix}", command)
    yield Line("report-unknown.html", "report --region Nowhere")


def _divisions() -> Iterator[Line]:
    for origin, target in (("2015", "2016"), ("2016", "2023"), ("2015", "2023"), ("2023", "2015")):
        divided = f"crosswalk {origin} {target} --method population"
        yield from _in_formats(f"crosswalk-{origin}-{target}", divided)
    yield Line("crosswalk-area.csv", "crosswalk 2015 2023 --method area")
    layers = f"crosswalk {_INVENTED}/units.geojson inputs/examples/boundaries"
    yield Line("crosswalk-layers.csv", f"{layers}/natural_earth.geojson --method area {_INTERNAL}")
    carried = "crosswalk 2015 2016 --method population --table products/own-density-internal.csv"
    for audience in AUDIENCES:
        yield from _in_formats(f"carried-{audience}", f"{carried} {_for(audience)}")
    for suffix in ("csv", "parquet", "gpkg"):
        for kind in ("incidents", "scattered", "projects"):
            yield Line(f"located-{kind}.{suffix}", f"locate {_INVENTED}/{kind}.csv")
    near = f"locate {_INVENTED}/scattered.csv --nearest 20000 --min-score 80"
    yield Line("located-near.csv", f"{near} {_UNITS} --rejects products/located-near-rejects.csv")


def _tiles() -> Iterator[Line]:
    surface = f"surface {_INVENTED}/incidents.csv --bandwidth-km 150 --cell-km 20"
    for audience in AUDIENCES:
        yield Line(f"surface-{audience}.tif", f"{surface} {_for(audience)}")
    yield Line("surface-quartic.tif", f"{surface} --kernel quartic {_INTERNAL}")
    for name, options in (
        ("raster.pmtiles", ""),
        ("raster.mbtiles", "--type webp --interpolation bilinear"),
        ("raster", "--size 512 --interpolation nearest"),
    ):
        source = "tiles raster products/surface-internal.tif --zooms 0-6"
        yield Line(name, f"{source} {options} {_INTERNAL}")
    yield Line("raster-public.pmtiles", "tiles raster products/surface-public.tif --zooms 0-5")
    for audience in AUDIENCES:
        for suffix, low in ((".pmtiles", "cluster"), (".mbtiles", "cluster"), ("", "all")):
            zooms = f"--zooms {'0-5' if low == 'all' else '3-8'} --low-zooms {low}"
            command = f"tiles vector {_RECORDS} {zooms} {_for(audience)}"
            yield Line(f"vector-{audience}{suffix}", command)
    layer = f"--layer clinics={_INVENTED}/clinics.geojson"
    command = f"tiles vector {_SCATTERED} {layer} {_UNITS} --zooms 0-7 {_INTERNAL}"
    yield Line("vector-layers.pmtiles", command)
    for name in ("raster.pmtiles", "raster.mbtiles", "raster", "vector-layers.pmtiles"):
        for task in ("info", "verify"):
            yield Line(f"tiles-{task}-{name}", f"tiles {task} products/{name}", writes=False)


def _examples(folder: Path) -> Iterator[Line]:
    """Check every test file as each kind of record, and make what can be made of it."""
    kinds = ("incidents", "projects", "areas", "boundaries")
    for path in sorted((folder / "inputs").rglob("*.*")):
        file = path.relative_to(folder).as_posix()
        name = file.replace("/", "-").removeprefix("inputs-")
        yield Line(f"check-{name}", f"check {file}", writes=False)
        for kind in kinds:
            command = f"check --kind {kind} {file}"
            yield Line(f"check-{kind}-{name}", command, writes=False)
            if kind != "boundaries":
                rejects = f"--rejects products/sift-{kind}-{name}-rejects.csv"
                yield Line(f"sift-{kind}-{name}", f"{command} {rejects}", writes=False)
        kind = path.parent.name
        if "examples" in path.parts and kind in kinds:
            yield Line(f"map-{name}.html", f"map --{kind} {file} {_INTERNAL}")
            yield Line(f"tiles-{name}.pmtiles", f"tiles vector --{kind} {file} {_INTERNAL}")
            yield Line(f"density-{name}.csv", f"density --{kind} {file} {_INTERNAL}")
            yield Line(f"located-{name}.csv", f"locate {file}")
