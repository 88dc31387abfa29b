"""Figures by unit and period, as their publishers or the people who keep them gave them."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from maligeo import catalog
from maligeo.core import columns as frame_columns
from maligeo.core.audiences import mark_published
from maligeo.core.checks import require_known
from maligeo.readers.figure_tables import read_figure_table
from maligeo.readers.files.raw import open_raw
from maligeo.readers.files.sources import DateOrder, Source
from maligeo.readers.formats import AUTO
from maligeo.readers.frames import raw_frame, with_rows_of
from maligeo.readers.quarantine import Gate

_BUNDLED = {"incidents": ("incidents", "figures")}


def load_figures(name: str = "incidents") -> pd.DataFrame:
    """Load bundled published figures.

    Parameters
    ----------
    name : str, default "incidents"
        "incidents": explosive incidents and their victims, from UNMAS, MINUSMA, OCHA and
        the Landmine Monitor, 2012–2023. Publishers count different things: compare
        within one publisher.

    Returns
    -------
    pandas.DataFrame
        One row per figure, columns `figure_id, unit, vintage, period_start, period_end,
        measure, who, device, value, basis, publisher, note, source`. `value` is a number
        of events or people where `basis` is "count" and a percentage of the national
        figure where it is "share_pct"; it is missing where the source is illegible or
        vague, and `note` then says what stands there. A `unit` such as "Mopti|Ségou" is
        one figure for both together.

    Raises
    ------
    UnknownNameError
        If no figures of that name are bundled.

    Examples
    --------
    >>> import maligeo
    >>> figures = maligeo.load_figures()
    >>> figures[["unit", "measure", "value", "publisher"]].head(2)
       unit  measure  value publisher
    0  Mali  victims   51.0     UNMAS
    1  Mali  victims   56.0     UNMAS
    """
    require_known(name, _BUNDLED, what="set of figures")
    figures = catalog.load_table(*_BUNDLED[name])[list(frame_columns.FIGURES)]
    return mark_published(figures)


def read_figures(
    path: str | Path | Source,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    sheet: str | None = None,
    layer: str | None = None,
    header_row: int | None = None,
    source: str = AUTO,
    vintage: str | None = None,
    on_invalid: str = "raise",
    rejects: str | Path | None = None,
) -> pd.DataFrame:
    r"""Read a table of figures by unit and period.

    Parameters
    ----------
    path : str, pathlib.Path or Source
        CSV, TSV, Excel or Parquet: HDX's counts of ACLED by cercle and month, conflict events
        of HDX HAPI, IOM's DTM, or a table of one's own. That has one row for each figure
        (unit, period, measure, value), one column for each measure, or one for each period
        ("2021", "janv. 2022", "PDI T1 2022"); what is counted then stands in the headings,
        or in `constants={"measure": …}`.
    columns, constants, places, dates, sheet, layer, header_row
        What the user says of the file, as for `maligeo.Source`; it goes before what a
        source says already.
    source : {"auto", "figures_hapi", "figures_hdx", "figures_dtm", "plain_figures"}
        Who made it; "auto" finds out from its columns.
    vintage : str, optional
        Administrative division of the units; without it the file says, or nobody.
    on_invalid : {"raise", "quarantine"}
        Raise one error with every fault, or write faulty rows to `rejects`.
    rejects : path, optional
        CSV file for faulty rows with the reason; needed with "quarantine".

    Returns
    -------
    pandas.DataFrame
        One row per figure; the index, "row", is the row of the file, of which several
        figures may be. Columns as from `load_figures`, then `adm1_name, adm2_name,
        adm3_name` as reported, which tell units of one name apart, and what else the file
        has under its own names. `value` is missing where the table is blank, and 0 only
        where it says 0. `measure` is "events", "fatalities", "displaced" and the like, or the
        table's own heading; "incidents" and "killed" are used where it says that explosive
        devices are meant. Kinds of event overlap and are measures of their own
        ("events_political_violence"). `unit` is "Mali" for the whole country.
        `frame.attrs["reading"]` is the `Reading`: what became of every column and row.

    Raises
    ------
    FrameError
        With every fault: what is no number, negative, no period; rows without a place;
        figures that stand twice; a region that may be the total of its cercles.
    InputFileError
        If the file is missing, empty, broken or not of such a kind.
    UnknownNameError
        If it is no table of figures.
    ArgumentError
        If an option is unknown, or `rejects` does not go with `on_invalid`.

    Notes
    -----
    Rows of totals are set aside, and so are those of other countries. A row of a region among
    rows of cercles is set aside if it is their total.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import maligeo
    >>> file = Path(tempfile.mkdtemp(), "pdi.csv")
    >>> _ = file.write_text("Région;PDI janv. 2022;PDI févr. 2022\nMopti;120;\nGao;0;35\n")
    >>> figures = maligeo.read_figures(file)
    >>> figures[["unit", "period_end", "measure", "value"]]
          unit period_end    measure  value
    row
    2    Mopti 2022-01-31  displaced  120.0
    2    Mopti 2022-02-28  displaced   <NA>
    3      Gao 2022-01-31  displaced    0.0
    3      Gao 2022-02-28  displaced   35.0
    """
    said = Source.of(path).saying(
        columns=columns,
        constants=constants,
        places=places,
        dates=dates,
        sheet=sheet,
        layer=layer,
        header_row=header_row,
    )
    gate = Gate(str(path), on_invalid, rejects)
    return read_figure_table(open_raw(said), source, vintage, gate)


def as_figures(
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
) -> pd.DataFrame:
    """Read figures from a frame, as `read_figures` reads them from a file.

    Parameters
    ----------
    frame : pandas.DataFrame, n rows
        A table of figures in any of the forms of `read_figures`.
    columns, constants, places, dates
        Which column is which field, what a field is in every row, what names of places mean,
        and the order of day and month, as for `maligeo.Source`.

    Returns
    -------
    pandas.DataFrame
        As `read_figures` gives it, with the index of the frame.

    Raises
    ------
    FrameError, UnknownNameError, ArgumentError
        As `read_figures`; rows are counted from 1.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"Cercle": ["Koro", "Bankass"], "2021": [3, 0], "2022": [5, None]})
    >>> figures = maligeo.as_figures(frame, constants={"measure": "écoles fermées"})
    >>> figures[["unit", "period_start", "measure", "value"]]
          unit period_start         measure  value
    0     Koro   2021-01-01  écoles fermées    3.0
    0     Koro   2022-01-01  écoles fermées    5.0
    1  Bankass   2021-01-01  écoles fermées    0.0
    1  Bankass   2022-01-01  écoles fermées   <NA>
    """
    file = raw_frame(
        frame, "figures", columns=columns, constants=constants, places=places, dates=dates
    )
    gate = Gate("figures", "raise", None)
    return with_rows_of(read_figure_table(file, AUTO, None, gate), frame)
