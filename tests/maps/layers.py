"""Frames for the layers over the regions: small, and with hostile texts in every field."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

KINDS = ("ied", "landmine", "erw")
STATUSES = ("suspected", "confirmed", "cancelled", "reduced", "cleared")


def incidents(count: int = 60, *, text: str = "hand-made") -> gpd.GeoDataFrame:
    """Incidents on a ring round Mopti, one a month from February 2020, the first undated."""
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False)
    dates = pd.Series(pd.date_range("2020-01-15", periods=count, freq="MS"))
    return gpd.GeoDataFrame(
        {
            "event_id": [f"E{at:03d}" for at in range(count)],
            "date": dates.where(dates.index > 0),
            "event_type": [KINDS[at % len(KINDS)] for at in range(count)],
            "outcome": ["exploded", text] * (count // 2),
            "killed": pd.array([1, None] * (count // 2), dtype="Int64"),
            "location_precision": ["exact", "adm3"] * (count // 2),
            "adm1_name": text,
            "source": text,
        },
        geometry=gpd.points_from_xy(-4 + 2 * np.cos(turns), 14.5 + np.sin(turns)),
        crs=4326,
    )


def areas(*, text: str = "hand-made") -> gpd.GeoDataFrame:
    """One square of each status, and one without a polygon."""
    squares = [shapely.box(at - 6, 13, at - 5.5, 13.5) for at in range(len(STATUSES))]
    return gpd.GeoDataFrame(
        {
            "area_id": [f"A{at}" for at in range(len(STATUSES) + 1)],
            "status": [*STATUSES, text],
            "method": text,
            "start_date": pd.Timestamp("2020-03-01"),
            "declared_area_sqm": 1_234.0,
            "organisation": text,
            "source": text,
        },
        geometry=[*squares, None],
        crs=4326,
    )


def shares(*, text: str = "A well") -> pd.DataFrame:
    """A project of 300 USD in Mopti and Gao, one of unknown money in Gao, one nowhere."""
    rows = [
        ("p1", text, "ML05", "Mopti", "unit", 2 / 3, 300.0, "USD"),
        ("p1", text, "ML07", "Gao", "unit", 1 / 3, 300.0, "USD"),
        ("p2", text, "ML07", "Gao", "unit", 1.0, None, None),
        ("p3", text, None, None, "countrywide", 1.0, 50.0, "EUR"),
    ]
    names = (
        "project_id", "title", "pcode", "name", "place_kind", "share",
        "budget_amount", "budget_currency",
    )  # fmt: skip
    frame = pd.DataFrame(rows, columns=names).assign(vintage="2015", source=text)
    return frame.astype({"budget_amount": "Float64", "budget_currency": "string"})


def gaps(units: gpd.GeoDataFrame, *, text: str = "") -> pd.DataFrame:
    """Need falls with the order of the units; the last is not known."""
    count = len(units)
    need = pd.array([*range(count + 6, 7, -1), None], dtype="Float64")
    classes = ["nobody", "nobody", "less", "less", "alike", "alike", "more", "few", "unknown"]
    sure = ["solid", "unplaced", "solid", "chance", "solid", "rounding", "weights", None, None]
    placed = pd.DataFrame(
        {
            "vintage": units["vintage"].iloc[0],
            "pcode": units["pcode"],
            "name": units["name"],
            "place_kind": "unit",
            "period_start": pd.Timestamp("2021-01-01"),
            "period_end": pd.Timestamp("2021-12-31"),
            "publisher": pd.NA,
            "need_rank": need,
            "response_rank": need,
            "gap_places": need,
            "class": pd.array(classes[:count], dtype="string"),
            "certainty": 0.95,
            "depends_on": pd.array(sure[:count], dtype="string"),
            "incidents": need,
            "incidents_low": need - 4,
            "incidents_high": need + 4,
            "organisations": 1.0,
            "projects": [0.0, 0.0, *[2.0] * (count - 2)],
            "undated": 0.0,
            "planned": 0.0,
            "named": pd.array([text or None, *[None] * (count - 1)], dtype="string"),
            "unplaced": 60.0,
            "response_start": pd.Timestamp("2021-01-01"),
            "response_end": pd.Timestamp("2021-12-31"),
            "in_period": True,
            "note": text,
        }
    )
    apart = placed.head(1).assign(
        pcode=None, name=text or None, place_kind="countrywide"
    )  # fmt: skip
    return pd.concat([placed, apart], ignore_index=True)
