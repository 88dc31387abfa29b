"""What a table of gaps says: the nine classes of need and response, and their words."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from maligeo import labels

GAPS: Final = (
    "vintage", "pcode", "name", "place_kind", "need_rank", "response_rank", "gap_places",
    "certainty", "no_response", "note",
)  # fmt: skip
PARTS: Final = 3
_ROBUST: Final = "robust"


def third(rank: float, ranked: int) -> int:
    """Give the third that a rank is in: 2 for the upper one, with rank 1, to 0."""
    return max(PARTS - 1 - int((rank - 1) * PARTS / ranked), 0)


def class_of(row: Mapping[str, Any] | None, ranked: int) -> int:
    """Give the class of a unit, 1 to 9; -1 where need or response is not known.

    Parameters
    ----------
    row : mapping, optional
        A row of `maligeo.coverage_gaps`.
    ranked : int
        How many units have a rank.
    """
    if row is None or pd.isna(row["gap_places"]):
        return -1
    need, response = (third(float(row[name]), ranked) for name in ("need_rank", "response_rank"))
    return need * PARTS + response + 1


def gap_texts(row: Mapping[str, Any] | None, language: str) -> tuple[str, str]:
    """Give the gap in places, and what it is made of.

    Parameters
    ----------
    row : mapping, optional
        A row of `maligeo.coverage_gaps`; nothing for a unit that it does not hold.
    language : {"fr", "en"}
        Language of the texts.
    """
    if row is None or pd.isna(row["gap_places"]):
        return labels.word("gaps.unknown", language), ""
    gap = float(row["gap_places"])
    number = labels.number_text(gap, language, decimals=1)
    ranks = labels.word("gaps.ranks", language).format(
        need=labels.number_text(row["need_rank"], language, decimals=1),
        response=labels.number_text(row["response_rank"], language, decimals=1),
    )
    remarks = [ranks]
    if pd.notna(row["no_response"]) and row["no_response"]:
        remarks.append(labels.word("gaps.none", language))
    if row["certainty"] != _ROBUST:
        remarks.append(labels.word("gaps.depends", language))
    return f"+{number}" if gap > 0 else number, ", ".join(remarks)


def gap_period(gaps: pd.DataFrame, language: str) -> str:
    """Write the period of the need; empty where the table does not tell."""
    if not {"period_start", "period_end"} <= set(gaps.columns):
        return ""
    start, end = gaps["period_start"].min(), gaps["period_end"].max()
    return "" if pd.isna(start) or pd.isna(end) else labels.period_text(start, end, language)


def gap_publisher(gaps: pd.DataFrame) -> str:
    """Name who published the need; empty where the table does not tell."""
    known = gaps["publisher"].dropna() if "publisher" in gaps.columns else pd.Series(dtype=str)
    return "" if known.empty else str(known.iloc[0])


def unranked_notes(gaps: pd.DataFrame, language: str) -> list[str]:
    """Name what concerns no single unit, and is in no rank."""
    apart = gaps[gaps["place_kind"] != "unit"]
    names = [
        labels.word(f"place.{kind}", language).format(name="" if pd.isna(name) else name)
        for kind, name in zip(apart["place_kind"], apart["name"], strict=True)
    ]
    listed = ", ".join(dict.fromkeys(names))
    return [labels.word("gaps.elsewhere", language).format(names=listed)] if names else []
