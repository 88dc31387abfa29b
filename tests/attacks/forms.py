"""Ten forms in which an organisation keeps its records, each with secrets in its names too."""

import zipfile
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import geopandas as gpd
import pandas as pd

from tests.attacks.secret import PARTNERS, SECRET

Writer = Callable[[gpd.GeoDataFrame, Path], Path]

_SHORT = {  # a DBF file takes ten signs
    "event_type": "type", "location_precision": "loc_prec", "project_id": "id", "start_date":
    "startdate", "end_date": "enddate", "organisation": "org", "implementer": "implement",
    "programme": "program", f"{SECRET}-column": f"{SECRET}_c",
}  # fmt: skip
_LAYERS = {
    "gpkg": {"layer": f"{SECRET}-layer"},
    "kml": {"driver": "KML", "layer": f"{SECRET}_layer"},
}


def flat(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give points as columns."""
    return pd.DataFrame(frame.drop(columns="geometry")).assign(
        longitude=frame.geometry.x, latitude=frame.geometry.y
    )


def as_vector(suffix: str) -> Writer:
    """Write a vector file that GDAL knows, with a layer of a secret name where it has one."""

    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        path = folder / f"{SECRET}-{_kind(frame)}.{suffix}"
        more = {
            "gpkg": {"layer": f"{SECRET}-layer"},
            "kml": {"driver": "KML", "layer": f"{SECRET}_layer"},
        }
        frame.to_file(path, engine="pyogrio", **more.get(suffix, {}))
        return path

    return write


def _as_csv(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    path = folder / f"{SECRET}-{_kind(frame)}.csv"
    flat(frame).to_csv(path, index=False)
    return path


def _as_workbook(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    path = folder / f"{SECRET}-{_kind(frame)}.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        flat(frame).to_excel(book, sheet_name=f"{SECRET}-sheet", index=False)
    return path


def _as_wkt(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    path = folder / f"{SECRET}-{_kind(frame)}.csv"
    pd.DataFrame(frame.drop(columns="geometry")).assign(wkt=frame.geometry.to_wkt()).to_csv(
        path, index=False
    )
    return path


def _as_shapefile(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    """Write a shapefile in a ZIP archive, in a folder of a secret name."""
    path, inner = folder / f"{SECRET}-{_kind(frame)}.shp.zip", folder / f"{SECRET}-shapes"
    inner.mkdir(exist_ok=True)
    frame.rename(columns=_SHORT).to_file(inner / f"{SECRET}-{_kind(frame)}.shp", engine="pyogrio")
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(inner.glob(f"*-{_kind(frame)}.*")):
            archive.write(part, f"{SECRET}-shapes/{part.name}")
    return path


def _as_geoparquet(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    path = folder / f"{SECRET}-{_kind(frame)}.parquet"
    frame.to_parquet(path)
    return path


def _as_acled(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    table = pd.DataFrame(
        {
            "event_id_cnty": frame["event_id"],
            "event_date": frame["date"],
            "time_precision": 1,
            "event_type": "Explosions/Remote violence",
            "sub_event_type": "Remote explosive/landmine/IED",
            "actor1": f"{SECRET}-actor",
            "admin1": f"{SECRET}-region",
            "admin3": frame["adm3_name"],
            "latitude": frame.geometry.y,
            "longitude": frame.geometry.x,
            "geo_precision": 1,
            "source": frame["source"],
            "notes": frame["note"],
            "fatalities": frame["killed"],
        }
    )
    path = folder / f"{SECRET}-acled.csv"
    table.to_csv(path, index=False)
    return path


def _as_ucdp(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    table = pd.DataFrame(
        {
            "id": frame["event_id"],
            "side_a": f"{SECRET}-side",
            "source_article": frame["source"],
            "where_prec": 1,
            "where_description": frame["note"],
            "adm_1": f"{SECRET}-region",
            "latitude": frame.geometry.y,
            "longitude": frame.geometry.x,
            "country": "Mali",
            "date_prec": 1,
            "date_start": frame["date"],
            "deaths_civilians": 0,
            "best": frame["killed"],
            "high": frame["killed"],
            "low": frame["killed"],
        }
    )
    path = folder / f"{SECRET}-ged.csv"
    table.to_csv(path, index=False)
    return path


def _as_imsma(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    table = pd.DataFrame(
        {
            "accident_localid": frame["event_id"],
            "dateofaccident": frame["date"],
            "accident_type": "Mine accident",
            "killed": frame["killed"],
            "injured": frame["injured"],
            "commune": frame["adm3_name"],
            "victim name": f"{SECRET}-name",
            "lat": frame.geometry.y,
            "lon": frame.geometry.x,
            "location precision": "exact",
            "narrative": frame["note"],
        }
    )
    path = folder / f"{SECRET}-imsma.csv"
    table.to_csv(path, index=False)
    return path


def _as_iati(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    """Write projects as activities of IATI 2.03."""
    activities = "".join(map(_activity, frame.to_dict("records")))
    path = folder / f"{SECRET}-activities.xml"
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><iati-activities version="2.03">'
        f"<!-- {SECRET}-remark -->{activities}</iati-activities>",
        encoding="utf-8",
    )
    return path


def _activity(row: Mapping[Hashable, Any]) -> str:
    place = row["geometry"]
    title, implementer, village = (
        escape(str(row[name])) for name in ("title", "implementer", "lieu")
    )
    return f"""<iati-activity default-currency="EUR">
<iati-identifier>{row["project_id"]}</iati-identifier>
<reporting-org ref="XX" type="10"><narrative>{PARTNERS}-reporter</narrative></reporting-org>
<title><narrative>{title}</narrative></title>
<description><narrative>{SECRET}-description</narrative></description>
<participating-org role="1" type="10"><narrative>a fund</narrative></participating-org>
<participating-org role="4" type="22"><narrative>{implementer}</narrative></participating-org>
<activity-status code="2"/>
<activity-date type="2" iso-date="{row["start_date"]}"/>
<activity-date type="3" iso-date="{row["end_date"]}"/>
<recipient-country code="ML" percentage="100"/>
<location ref="{SECRET}-site"><location-reach code="1"/><name><narrative>{village}</narrative>
</name><point srsName="http://www.opengis.net/def/crs/EPSG/0/4326">
<pos>{place.y} {place.x}</pos></point><exactness code="1"/><location-class code="2"/></location>
<budget type="1" status="1"><period-start iso-date="2021-01-01"/>
<period-end iso-date="2021-12-31"/>
<value currency="EUR" value-date="2021-01-01">{row["budget_amount"]}</value></budget>
</iati-activity>"""


def _kind(frame: gpd.GeoDataFrame) -> str:
    signs = {"event_id": "incidents", "project_id": "projects", "area_id": "areas"}
    return next((kind for sign, kind in signs.items() if sign in frame.columns), "units")


_GEOJSON = as_vector("geojson")

# form: how incidents, projects and areas are written
FORMS: Mapping[str, tuple[Writer, Writer, Writer]] = {
    "CSV": (_as_csv, _as_workbook, _GEOJSON),
    "GeoPackage": (as_vector("gpkg"), as_vector("gpkg"), as_vector("gpkg")),
    "GeoJSON": (_GEOJSON, _GEOJSON, _GEOJSON),
    "KML": (as_vector("kml"), _as_csv, as_vector("kml")),
    "FlatGeobuf": (as_vector("fgb"), as_vector("fgb"), as_vector("fgb")),
    "Shapefile and IATI": (_as_shapefile, _as_iati, _as_shapefile),
    "GeoParquet": (_as_geoparquet, _as_geoparquet, _as_geoparquet),
    "Excel and WKT": (_as_workbook, _as_workbook, _as_wkt),
    "IMSMA": (_as_imsma, _as_workbook, _as_wkt),
    "ACLED": (_as_acled, _as_iati, _as_shapefile),
    "UCDP": (_as_ucdp, _as_csv, as_vector("kml")),
}
