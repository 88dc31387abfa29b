"""Why two incidents may be the same event, in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from maligeo.core import words
from maligeo.core.words import number_text, word

_COUNTS = ("killed", "injured")


def pair_sentences(pairs: pd.DataFrame, language: str) -> list[str]:
    """Say of each pair why it is proposed.

    Parameters
    ----------
    pairs : pandas.DataFrame
        As from `maligeo.join.event_pairs.event_pairs`.
    language : {"fr", "en"}
        Language.
    """
    return [
        word(f"pairs.{row['likelihood']}", language).format(
            first=row["first_id"],
            second=row["second_id"],
            reasons=words.joined(_reasons(row, language), language),
        )
        for row in pairs.to_dict("records")
    ]


def _reasons(row: Mapping[Any, Any], language: str) -> Iterator[str]:
    days = [f"{row[name]:%Y-%m-%d}" for name in ("first_date", "second_date")]
    if row["days_apart"] == 0:
        yield word("pairs.same_day", language).format(day=days[0])
    else:
        text = word("pairs.days_apart", language)
        yield text.format(days=row["days_apart"], day=days[0], other=days[1])
    if pd.notna(row["distance_m"]):
        km = number_text(row["distance_m"] / 1000, language, decimals=1)
        yield word("pairs.distance", language).format(km=km)
    if pd.notna(row["same_place"]):
        place = "–" if pd.isna(row["first_place"]) else row["first_place"]
        yield word(f"pairs.{row['same_place']}", language).format(place=place)
    for name in _COUNTS:
        counts = [row[f"{side}_{name}"] for side in ("first", "second")]
        if not all(map(pd.isna, counts)):
            told = [word("changes.unknown", language) if pd.isna(one) else one for one in counts]
            yield word(f"pairs.{name}", language).format(first=told[0], second=told[1])
    if row["rivals"]:
        yield word("pairs.rivals", language).format(count=row["rivals"])
