"""Input files with secrets wherever something can be written, and exact places and days.

Every text that is secret contains `SECRET`, or `PARTNERS` where the policy lets partners read
it; every secret number is in `NUMBERS`.
"""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maligeo.readers.boundaries import load_boundaries
from tests.attacks.forms import FORMS, as_vector
from tests.attacks.secret import NUMBERS, PARTNERS, SECRET

LATER = "2026-01-01"
COVERS = "2021/2022"
PERIODS = "2021,2022"

_WITHIN = {"Mopti": (-4.25, 14.75), "Gao": (0.25, 16.75), "Ségou": (-6.25, 13.75)}  # middles
_QUARTERS = ("2021-02-", "2021-11-", "2022-05-")
_LONELY = ((1.437219, 18.512843), (-11.273615, 14.431727), (-3.114957, 17.238461))


@dataclass(frozen=True)
class Planted:
    """Files of secrets, and what must not be found again.

    Attributes
    ----------
    incidents, projects, areas, boundaries : pathlib.Path
        The files.
    places : float array, shape (n, 2)
        Longitude and latitude of every exact position and corner, but those of units.
    days : tuple of pandas.Timestamp
        Every exact day.
    """

    incidents: Path
    projects: Path
    areas: Path
    boundaries: Path
    places: np.ndarray
    days: tuple[pd.Timestamp, ...]

    def options(self, *kinds: str) -> list[str]:
        """Name some of the files on the command line."""
        return [part for kind in kinds for part in (f"--{kind}", str(getattr(self, kind)))]


def plant(folder: Path, form: str = "CSV") -> Planted:
    """Write files of secrets in one of `FORMS`."""
    house = folder / f"{SECRET}-folder"
    house.mkdir()
    frames = (incident_frame(), project_frame(), area_frame())
    kinds = ("incidents", "projects", "areas")
    writers = zip(kinds, FORMS[form], frames, strict=True)
    paths = {kind: write(frame, house) for kind, write, frame in writers}
    units = as_vector("geojson")(own_units(), house)
    exact = [shapely.get_coordinates(frame.geometry) for frame in frames]
    incidents, projects, areas = frames
    columns = [incidents["date"], projects["start_date"], projects["end_date"], areas["end_date"]]
    days = tuple(sorted({day for column in columns for day in pd.to_datetime(column)}))
    places = np.unique(np.concatenate(exact), axis=0)
    return Planted(**paths, boundaries=units, places=places, days=days)


def incident_frame() -> gpd.GeoDataFrame:
    """Incidents in three places that are common enough to be told, and some that stand alone."""
    rng = np.random.default_rng(7)
    rows: list[dict[str, object]] = []
    for at, (x, y) in enumerate(_WITHIN.values()):
        for quarter in _QUARTERS:
            for _ in range(9):
                place = (x + rng.uniform(-0.2, 0.2), y + rng.uniform(-0.2, 0.2))
                rows.append(_incident(len(rows), place, f"{quarter}{rng.integers(3, 28):02d}"))
        rows.append(_incident(len(rows), _LONELY[at], f"2021-08-{13 + at}", kind="landmine"))
    rows[-1] |= {"killed": NUMBERS[0], "injured": NUMBERS[1]}
    return _spatial(rows)


def _incident(
    at: int, place: tuple[float, float], day: str, kind: str = "ied"
) -> dict[str, object]:
    return {
        "event_id": f"{PARTNERS}-id-{at}",
        "date": day,
        "event_type": kind,
        "outcome": "exploded",
        "killed": at % 3,
        "injured": at % 2,
        "adm3_name": f"{SECRET}-commune",
        "location_precision": "exact",
        "source": f"{SECRET}-source",
        "note": f"{SECRET}-note",
        f"{SECRET}-column": f"{SECRET}-cell",
        "place": place,
    }


def project_frame() -> gpd.GeoDataFrame:
    """Projects at exact places. Their ids, programmes, funders and sectors are no secrets."""
    rng = np.random.default_rng(11)
    rows: list[dict[str, object]] = []
    for at in range(8):
        x, y = list(_WITHIN.values())[at % 3]
        rows.append(
            {
                "project_id": f"P-{at}",
                "title": f"{PARTNERS}-title",
                "programme": ("water", "health")[at % 2],
                "funder": "a fund",
                "implementer": f"{PARTNERS}-implementer",
                "status": "active",
                "start_date": f"2020-03-{11 + at}",
                "end_date": f"2023-07-{11 + at}",
                "budget_amount": 1000 + at,
                "budget_currency": "EUR",
                "lieu": f"{SECRET}-village",
                "note": f"{SECRET}-remark",
                "source": f"{SECRET}-origin",
                f"{SECRET}-column": f"{SECRET}-cell",
                "place": (x + rng.uniform(-0.2, 0.2), y + rng.uniform(-0.2, 0.2)),
            }
        )
    return _spatial(rows)


def area_frame() -> gpd.GeoDataFrame:
    """Squares of land of every status, some of them alone."""
    rng = np.random.default_rng(13)
    rows, shapes = [], []
    for at in range(40):
        x, y = list(_WITHIN.values())[at % 2]
        west, south = np.round(np.array([x, y]) + rng.uniform(-0.2, 0.19, 2), 6)
        shapes.append(shapely.box(west, south, west + 0.003127, south + 0.002843))
        rows.append(
            {
                "area_id": f"{PARTNERS}-area-{at}",
                "status": ("cleared", "confirmed", "suspected")[at % 3],
                "method": f"{PARTNERS}-method",
                "start_date": f"2021-06-{3 + at % 20:02d}",
                "end_date": f"2022-09-{3 + at % 20:02d}",
                "organisation": f"{PARTNERS}-organisation",
                "source": f"{SECRET}-source",
                f"{SECRET}-column": f"{SECRET}-cell",
            }
        )
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def own_units() -> gpd.GeoDataFrame:
    """The bundled regions with secrets in columns that are about no unit."""
    units = load_boundaries()
    return gpd.GeoDataFrame(
        {
            "shapeName": units["name"],
            "shapeID": units["pcode"],
            "shapeISO": units["iso_3166_2"],
            "shapeType": "ADM1",
            "shapeGroup": "MLI",
            "editor": f"{SECRET}-editor",
            f"{SECRET}-column": f"{SECRET}-cell",
        },
        geometry=units.geometry.array,
        crs="EPSG:4326",
    )


def _spatial(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows)
    places = np.round(np.array(frame.pop("place").tolist(), dtype=float), 6)
    return gpd.GeoDataFrame(frame, geometry=shapely.points(places), crs="EPSG:4326")
