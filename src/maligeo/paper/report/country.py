"""What a report says of the whole country, beside its region: the main lines of each programme."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from maligeo.text.results import brief_source

_STATED: Final = ("victims", "result", "total")
# Lines of a programme, and of victims; the others stand on the map and in `maligeo results`.
_MOST: Final = 3
_MOST_VICTIMS: Final = 4


def country_texts(lines: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Give each programme and what its document states of the country.

    Parameters
    ----------
    lines : pandas.DataFrame
        As from `maligeo.published_results`.

    Yields
    ------
    tuple of str
        Name of the programme, and its first lines with their source; of victims those of the
        longest periods.
    """
    for name, rows in _main_lines(lines):
        texts = [_text(row) for row in rows.to_dict("records")]
        sources = ", ".join(dict.fromkeys(map(brief_source, rows["source"])))
        yield name, f"{' · '.join(texts)} ({sources})"


def country_sources(lines: pd.DataFrame) -> list[str]:
    """Give the sources of the lines that `country_texts` shows."""
    return [source for _, rows in _main_lines(lines) for source in rows["source"]]


def _main_lines(lines: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    of_country = lines["place_level"].isna() | (lines["place_level"] == "country")
    stated = lines[of_country & lines["kind"].isin(_STATED)]
    for name, rows in stated.groupby("programme_name", sort=False):
        lasting = (rows["period_end"] - rows["period_start"]).sort_values(
            ascending=False, kind="stable"
        )
        is_victims = (rows["kind"] == "victims").all()
        chosen = lasting.index[:_MOST_VICTIMS] if is_victims else rows.index[:_MOST]
        yield str(name), rows.loc[chosen]


def _text(row: Mapping[str, Any]) -> str:
    when = "" if pd.isna(row["period_start"]) else f", {row['period']}"
    return f"{row['shown']} – {row['what']}{when}"
