"""Aid and stabilisation projects: one row per project and place."""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from maligeo import catalog
from maligeo.core import columns
from maligeo.core.audiences import mark_published
from maligeo.core.checks import require_choice
from maligeo.core.inputs import take_input
from maligeo.readers.files.contents import require_records
from maligeo.readers.files.sources import SAID, DateOrder, Source
from maligeo.readers.iati import read_iati
from maligeo.readers.project_frames import with_reported_names
from maligeo.readers.project_tables import TABLES, read_project_table

OF_PROGRAMME = "dates of its programme"
"""What `note` says of a project that has no dates of its own."""
SOURCES = ("auto", "iati", *TABLES)

_XML_START = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


def load_projects() -> pd.DataFrame:
    """Load the bundled projects.

    Transcribed by hand from five public documents: UNDP–Norway, MINUSMA's quick-impact
    projects and trust fund, Luxembourg's cooperation, the EU trust fund's programme for
    the centre, and UNMAS.

    Returns
    -------
    pandas.DataFrame
        One row per project and place, columns as `maligeo.core.columns.PROJECTS`. Amounts are
        nominal, in `budget_currency`, and stand on every row of a project: they count
        once per `project_id`. `project_count` is the number of projects that a record
        stands for. `adm1_name … adm3_name` repeat the place at its level. Projects without
        dates have those of their programme, and `note` says so. Places with `reach` "office"
        or "named" count no project: there is an office, or the source names the place and
        not how many projects are there.

    Examples
    --------
    >>> import maligeo
    >>> projects = maligeo.load_projects()
    >>> len(projects), projects["project_id"].nunique()
    (47, 24)
    """
    named = with_reported_names(catalog.load_table("projects", "projects"))
    dated = _with_programme_dates(named, catalog.load_table("projects", "programmes"))
    return mark_published(dated[list(columns.PROJECTS)])


def _with_programme_dates(projects: pd.DataFrame, programmes: pd.DataFrame) -> pd.DataFrame:
    """Give projects without dates those of their programme, and say so in their notes."""
    periods = programmes.drop_duplicates("programme").set_index("programme")
    bare = projects["start_date"].isna() & projects["end_date"].isna()
    dates = {
        ours: pd.to_datetime(projects["programme"].map(periods[theirs]))
        for ours, theirs in zip(
            ("start_date", "end_date"), ("period_start", "period_end"), strict=True
        )
    }
    taken = bare & (dates["start_date"].notna() | dates["end_date"].notna())
    filled = {ours: pd.to_datetime(projects[ours]).mask(taken, dates[ours]) for ours in dates}
    note = projects["note"].astype("string")
    said = note.fillna("").str.cat([f"; {OF_PROGRAMME}"] * len(note)).str.removeprefix("; ")
    return projects.assign(**filled, note=note.mask(taken, said))


def load_results() -> pd.DataFrame:
    """Load the results and totals that the bundled documents state.

    Returns
    -------
    pandas.DataFrame
        One row per figure, with its unit, period, place and disaggregation; `kind` is
        "total", "result", "unattributed" or "context".

    Examples
    --------
    >>> import maligeo
    >>> results = maligeo.load_results()
    >>> sorted(results["kind"].unique())
    ['context', 'result', 'total', 'unattributed']
    """
    return mark_published(catalog.load_table("projects", "results"))


def load_statements() -> pd.DataFrame:
    """Load what the bundled documents say of their programmes without a number.

    Returns
    -------
    pandas.DataFrame
        Columns `statement_id, programme, project_id, kind, text_fr, text_en, place,
        place_level, source, note`; `kind` is "objective", "mandate", "rule", "activity",
        "beneficiaries", "place", "partner", "lesson" or "context".

    Examples
    --------
    >>> import maligeo
    >>> statements = maligeo.load_statements()
    >>> of = statements[statements["programme"] == "minusma-tf"]
    >>> of.loc[of["kind"] == "mandate", "text_en"].item()
    'Created at the request of the Security Council: resolution 2085 (2012)'
    """
    return mark_published(catalog.load_table("projects", "statements"))


def load_programmes() -> pd.DataFrame:
    """Load the names of the bundled programmes in French and English.

    Returns
    -------
    pandas.DataFrame
        Columns `programme, name_fr, name_en, funder, implementer, period_start,
        period_end, source, note`.
    """
    programmes = catalog.load_table("projects", "programmes")
    return mark_published(programmes)


def read_projects(
    path: str | Path | Source,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    sheet: str | None = None,
    layer: str | None = None,
    header_row: int | None = None,
    source: str = "auto",
    on_invalid: str = "raise",
    rejects: str | Path | None = None,
    swap_coordinates: bool = False,
) -> gpd.GeoDataFrame:
    r"""Read projects from IATI XML, AidData's geocoded tables, or a plain table.

    Parameters
    ----------
    path : str, pathlib.Path or Source
        IATI 2.01 to 2.03 activities, a table (CSV, TSV, Excel, Parquet), or a vector file
        as for `maligeo.readers.files.vectors.read_vector`. Columns about persons are not read.
    columns, constants, places, dates, sheet, layer, header_row
        What the user says of the file, as for `maligeo.Source`; it goes before what a
        source says already.
        Of IATI XML nothing can be said: it names its fields itself.
    source : str, default "auto"
        "iati", "aiddata", "plain_projects", or "auto": found from the root element or the
        columns of the file.
    on_invalid : {"raise", "quarantine"}, default "raise"
        One error with every fault, or faulty rows set aside in `rejects`.
    rejects : path, optional
        With "quarantine": CSV file for the faulty rows or activities, verbatim, each with
        its row number and the reason.
    swap_coordinates : bool, default False
        Swap longitude and latitude where a position falls in the country only when
        swapped. Otherwise such a position is a fault.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        One row per project and place, columns as `maligeo.core.columns.PROJECTS`, then
        `location_code` (codes of the place, "vocabulary:code@level" joined by "|") and
        `geometry` (as a rule a point, or missing). A cell that names several places gives a row for
        each. Amounts are nominal, in `budget_currency`, repeated on every row of a
        project, and count once per `project_id`; amounts in several currencies are never
        added, they stand in `note`. `place_level` is adm1, adm2, adm3, settlement, site,
        country, abroad, unattributed, or missing where a name could be anything.
        `attrs` names the `format` and counts rows or activities: `rows_in_file`,
        `rows_left_out` (about other countries), `rows_rejected`, `rows_swapped`.

    Raises
    ------
    InputFileError
        If the file is missing, empty, cut off, or XML that is not IATI 2.
    UnknownNameError
        If its columns are of no known make, or rather those of incidents or areas.
    ArgumentError
        If `source` or `on_invalid` is not known, `rejects` does not go with it, or something is
        said of IATI XML.
    FrameError
        With every fault: ids missing or repeated, text in number columns, percentages
        that do not add up to 100, an end before the start, amounts of one project that
        differ, positions swapped, at 0, 0 or outside the country.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import maligeo
    >>> file = Path(tempfile.mkdtemp(), "projects.csv")
    >>> _ = file.write_text("project_id,title,adm1_name\nwells,Wells,Gao\n")
    >>> maligeo.read_projects(file)[["project_id", "title", "place", "place_level"]]
      project_id  title place place_level
    0      wells  Wells   Gao        adm1
    """
    require_choice(source, SOURCES, option="source")
    said = Source.of(path).saying(
        columns=columns,
        constants=constants,
        places=places,
        dates=dates,
        sheet=sheet,
        layer=layer,
        header_row=header_row,
    )
    if source == "iati" or (source == "auto" and is_iati(Path(said))):
        said.require_unsaid(SAID, "IATI XML, which names its fields itself,")
        return read_iati(
            Path(said), on_invalid=on_invalid, rejects=rejects, swap_coordinates=swap_coordinates
        )
    return read_project_table(
        said,
        source=source,
        on_invalid=on_invalid,
        rejects=rejects,
        swap_coordinates=swap_coordinates,
    )


def is_iati(path: Path) -> bool:
    """Tell XML that is not KML; only IATI is read of it, and the reader says so.

    Raises
    ------
    InputFileError
        If the file cannot be opened, or holds something else than records.
    """
    take_input(path)
    require_records(path)
    with path.open("rb") as file:
        head = file.read(64).lstrip()
    return head.startswith(_XML_START) and path.suffix.lower() != ".kml"
