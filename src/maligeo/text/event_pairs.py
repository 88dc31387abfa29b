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
    places = [row[f"{side}_place"] for side in ("first", "second")]
    if pd.notna(row["same_place"]):
        named = " / ".join(dict.fromkeys(places))
        yield word(f"pairs.{row['same_place']}", language).format(place=named)
    elif not all(map(pd.isna, places)):
        told = [word("changes.unknown", language) if pd.isna(one) else one for one in places]
        yield word("pairs.places", language).format(first=told[0], second=told[1])
    for name in _COUNTS:
        counts = [row[f"{side}_{name}"] for side in ("first", "second")]
        if not all(map(pd.isna, counts)):
            told = [word("changes.unknown", language) if pd.isna(one) else one for one in counts]
            yield word(f"pairs.{name}", language).format(first=told[0], second=told[1])
    if row["rivals"]:
        yield word("pairs.rivals", language).format(count=row["rivals"])


def left_out_sentences(left_out: Mapping[str, int], language: str) -> list[str]:
    """Say which incidents and pairs were not compared, and why.

    Parameters
    ----------
    left_out : mapping of str to int
        As `attrs["left_out"]` of `maligeo.join.event_pairs.event_pairs`.
    language : {"fr", "en"}
        Language.
    """
    found = []
    for why in ("day", "place"):
        counts = [left_out[f"{side}_{why}"] for side in ("first", "second")]
        if any(counts):
            first, second = (number_text(count, language) for count in counts)
            text = word(f"pairs.without_{why}", language)
            found.append(text.format(first=first, second=second))
    if left_out["elsewhere"]:
        count = number_text(left_out["elsewhere"], language)
        found.append(word("pairs.elsewhere", language).format(count=count))
    return found
