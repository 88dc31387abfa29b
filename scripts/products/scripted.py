"""Products made in Python, by the public names that both versions have."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

import maligeo

# What a public name is called in later versions.
LATER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "combine": ("combine_tables", "concat_tables"),
    "read_about": ("read_provenance",),
}
LATER: Final = "2026-01-01"
AUDIENCES: Final = ("internal", "partner", "public")
RECORDS: Final = ("incidents", "projects", "areas", "boundaries")
LAYER_FILES: Final = (".gpkg", ".shp.zip", ".zip", "")
SINGLE_FILES: Final = (".geojson", ".parquet", ".fgb")

Task = Callable[[Path], None]
Named = tuple[str, Task]


def write_scripted(inputs: Path, products: Path) -> None:
    """Write every product; one that cannot be made leaves its error in NAME.error.txt.

    Parameters
    ----------
    inputs, products : pathlib.Path
        Folders to read from and to write to.
    """
    folder = products / "scripted"
    folder.mkdir()
    frames = Frames(inputs)
    for name, task in _tasks(frames):
        try:
            task(folder / name)
        except Exception as error:  # an error is a product too
            text = f"{type(error).__name__}: {error}\n"
            (folder / f"{name}.error.txt").write_text(text, encoding="utf-8")


def api(name: str) -> Any:
    """Give what a public name of the older version stands for, whatever it is called now."""
    names = (name, *LATER_NAMES.get(name, ()))
    return getattr(maligeo, next(one for one in names if hasattr(maligeo, one)))


def from_bundled(what: str, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give the density table, the presence or the gaps of the bundled data."""
    if not hasattr(maligeo, "study"):
        return getattr(maligeo, f"bundled_{what}")(units)
    study = maligeo.study(units=units)
    frames = {"density": lambda: study.table, "presence": lambda: study.presence}
    return frames.get(what, lambda: study.answer().frame)()


class Frames:
    """The invented records, read, located and counted once.

    Parameters
    ----------
    inputs : pathlib.Path
        Folder of the inputs.
    """

    def __init__(self, inputs: Path) -> None:
        self.inputs = inputs
        self.invented = inputs / "invented"

    @cache  # noqa: B019 (it lives as long as the process)
    def units(self) -> gpd.GeoDataFrame:
        """Give the bundled regions."""
        return api("load_boundaries")()

    @cache  # noqa: B019
    def incidents(self) -> gpd.GeoDataFrame:
        """Give the invented incidents with their regions and what they cover."""
        read = api("read_incidents")(self.invented / "incidents.csv")
        return api("with_coverage")(api("locate")(read, self.units()), "2021/2022")

    @cache  # noqa: B019
    def projects(self) -> gpd.GeoDataFrame:
        """Give the invented projects with their regions."""
        read = api("read_projects")(self.invented / "projects.csv")
        return api("locate")(read, self.units())

    @cache  # noqa: B019
    def areas(self) -> gpd.GeoDataFrame:
        """Give the invented areas."""
        return api("read_areas")(self.invented / "areas.geojson")

    @cache  # noqa: B019
    def shares(self) -> pd.DataFrame:
        """Give the projects shared out among regions."""
        return api("allocate")(self.projects(), self.units())

    @cache  # noqa: B019
    def people(self) -> pd.DataFrame:
        """Give the people of each region."""
        return api("population")(self.units())

    @cache  # noqa: B019
    def table(self) -> pd.DataFrame:
        """Give the incidents counted by region and year."""
        return api("density")(
            self.incidents(), self.units(), measure="incidents", period="year",
            population=self.people(),
        )  # fmt: skip

    @cache  # noqa: B019
    def squares(self) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
        """Count the scattered incidents in units fine enough for tests of neighbourhood."""
        squares = api("read_boundaries")(self.invented / "squares.geojson", vintage="2015")
        read = api("read_incidents")(self.invented / "scattered.csv")
        located = api("with_coverage")(api("locate")(read, squares), "2019/2023")
        counted = api("density")(located, squares, measure="incidents", period="2019/2023")
        return counted, squares

    @cache  # noqa: B019
    def bundled(self) -> pd.DataFrame:
        """Give the table behind the bundled map."""
        return from_bundled("density", self.units())

    @cache  # noqa: B019
    def released(self, kind: str, audience: str) -> pd.DataFrame:
        """Give one of the frames as an audience may have it."""
        tables = (self.released("table", audience),) if kind == "incidents" else ()
        named = "linked_tables" if hasattr(maligeo, "study") else "alongside"
        return api("release")(
            getattr(self, kind)(), audience=audience, as_of=LATER, **{named: tables}
        )


def _tasks(frames: Frames) -> Iterator[Named]:
    yield from _readings(frames)
    yield from _measures(frames)
    for audience in AUDIENCES:
        yield from _layer_tasks(frames, audience)
        yield from _table_tasks(frames, audience)
        yield from _picture_tasks(frames, audience)


def _readings(frames: Frames) -> Iterator[Named]:
    """Read every input as each kind of record; what fits none leaves an error."""
    for path in sorted(frames.inputs.rglob("*.*")):
        name = path.relative_to(frames.inputs).as_posix().replace("/", "-")
        for kind in RECORDS:
            yield f"read-{kind}-{name}.csv", _dumping(partial(api(f"read_{kind}"), path))
        yield f"places-{name}.csv", _dumping(partial(_places, path))
    for name in ("load_projects", "load_programmes", "load_results", "load_figures"):
        yield f"{name}.csv", _dumping(api(name))
    yield "load_boundaries.csv", _dumping(frames.units)


def _places(path: Path) -> pd.DataFrame:
    return pd.concat(api("iter_places")(path))


def _measures(frames: Frames) -> Iterator[Named]:
    """Call each measure on the invented records, or on the bundled data."""
    units, table, bundled = frames.units, frames.table, frames.bundled
    shares, incidents = frames.shares, frames.incidents
    found: dict[str, Callable[[], Any]] = {
        "located": incidents,
        "summary": lambda: api("locate_summary")(incidents()),
        "shares": shares,
        "shares-people": lambda: api("allocate")(
            frames.projects(), units(), by="population", population=frames.people()
        ),
        "people": frames.people,
        "table": table,
        "bundled": bundled,
        "combined": lambda: api("combine")(table(), bundled()),
        "crosswalk": lambda: api("crosswalk")("2015", "2016", method="population"),
        "converted": lambda: api("convert")(
            table(), api("crosswalk")("2015", "2016", method="population")
        ),
        "presence": lambda: api("presence")(shares(), units()),
        "empty": lambda: api("empty_cells")(api("presence")(shares(), units())),
        "placement": lambda: api("placement")(shares()),
        "bundled-presence": lambda: from_bundled("presence", units()),
        "bundled-gaps": lambda: from_bundled("gaps", units()),
        "gaps": lambda: api("coverage_gaps")(_year(table(), "2021"), _response(frames), units()),
        "lorenz": lambda: api("lorenz")(_year(table(), "2021"), _response(frames), units()),
        "incident-gaps": lambda: api("incident_gaps")(
            _year(table(), "2021"), frames.projects(), units(), people=frames.people()
        ),
        "money": lambda: api("money_totals")(frames.projects()),
        "converted-money": lambda: api("convert_money")(frames.projects(), to="EUR"),
        "growth": lambda: api("growth")(table(), earlier="2021", later="2022"),
        "reconciled": lambda: api("reconcile_incidents")(incidents(), units()),
        "reconcile": lambda: api("reconcile")(table(), api("load_figures")()),
        "squares": lambda: frames.squares()[0],
        "moran": lambda: api("global_autocorrelation")(*frames.squares(), by="per_1000_sqkm"),
        "moran-local": lambda: api("local_autocorrelation")(*frames.squares(), by="per_1000_sqkm"),
        "surface": lambda: api("density_surface")(incidents(), bandwidth_km=60, cell_km=8).values,
        "interval": lambda: api("poisson_interval")([0, 1, 7, 100]),
        "smoothed": lambda: api("smooth_rates")([0, 1, 7, 100], [1000, 900, 2000, 5000]),
        "gini": lambda: api("gini")([0, 1, 7, 100], [1, 2, 3, 4]),
    }
    for name, compute in found.items():
        yield f"{name}.csv", _dumping(compute)


def _year(table: pd.DataFrame, year: str) -> pd.DataFrame:
    return table[table["period_start"].astype(str).str.startswith(year)]


def _response(frames: Frames) -> pd.DataFrame:
    return api("density")(frames.shares(), frames.units(), measure="projects", period="2021")


def _layer_tasks(frames: Frames, audience: str) -> Iterator[Named]:
    def write(path: Path) -> None:
        layers = {"units": frames.units()} | {
            name: frames.released(name, audience) for name in ("incidents", "areas")
        }
        density = frames.released("table", audience)
        api("write_layers")(layers, path, density=density, audience=audience)

    for suffix in LAYER_FILES:
        yield f"layers-{audience}{suffix}", write
    for suffix in SINGLE_FILES:
        yield f"units-{audience}{suffix}", _writing_layer(frames, "units", audience)
        for kind in ("incidents", "projects", "areas"):
            yield f"{kind}-{audience}{suffix}", _writing_layer(frames, kind, audience)


def _writing_layer(frames: Frames, kind: str, audience: str) -> Task:
    def write(path: Path) -> None:
        frame = frames.units() if kind == "units" else frames.released(kind, audience)
        placed = frame[frame.geometry.notna()]
        api("write_layers")({kind: placed}, path, audience=audience)

    return write


def _table_tasks(frames: Frames, audience: str) -> Iterator[Named]:
    options = api("ExportOptions")
    choices = {
        "": options(),
        "-fr": options(language="fr", hxl=True),
        "-en": options(language="en", title="A title"),
        "-guarded": options(guard_formulas=True),
    }
    for choice, chosen in choices.items():
        for suffix in (".csv", ".xlsx", ".parquet"):
            for kind in ("table", "incidents", "projects"):

                def write(path: Path, kind: str = kind, chosen: Any = chosen) -> None:
                    frame = frames.released(kind, audience)
                    api("write_table")(frame, path, audience=audience, options=chosen)

                yield f"table-{kind}{choice}-{audience}{suffix}", write


def _picture_tasks(frames: Frames, audience: str) -> Iterator[Named]:
    def draw(path: Path) -> None:
        options = api("MapOptions")(
            layer="incidents", period="2021", language="en", paper="A3", orientation="portrait",
            graticule=True, dpi=72, scheme=[2, 5, 9],
            incidents=frames.released("incidents", audience),
            areas=frames.released("areas", audience),
        )  # fmt: skip
        table = frames.released("table", audience)
        api("map_figure")(table, frames.units(), path, options=options, audience=audience)

    def report(path: Path) -> None:
        options = api("ReportOptions")(
            region="Mopti", language="en",
            presence=_presence(frames, audience),
        )  # fmt: skip
        table = frames.released("table", audience)
        api("region_report")(table, frames.units(), path, options=options, audience=audience)

    for suffix in ("pdf", "png", "svg"):
        yield f"figure-{audience}.{suffix}", draw
    for suffix in ("html", "pdf"):
        yield f"report-{audience}.{suffix}", report
    yield f"map-{audience}.html", lambda path: _write_map(frames, audience, path)
    yield f"compared-{audience}.html", lambda path: _write_comparison(frames, audience, path)
    yield f"surface-{audience}.tif", lambda path: _write_surface(frames, audience, path)


def _presence(frames: Frames, audience: str) -> pd.DataFrame:
    shares = api("allocate")(frames.released("projects", audience), frames.units())
    return api("presence")(shares, frames.units())


def _write_map(frames: Frames, audience: str, path: Path) -> None:
    units, table = frames.units(), frames.released("table", audience)
    shares = api("allocate")(frames.released("projects", audience), units)
    page = api("region_map")(table, units, language="en", audience=audience)
    api("add_incidents")(page, frames.released("incidents", audience))
    api("add_areas")(page, frames.released("areas", audience))
    api("add_projects")(page, shares, units)
    api("add_presence")(page, api("presence")(shares, units))
    if audience == "internal":
        surface = api("density_surface")(frames.incidents(), bandwidth_km=150, cell_km=20)
        api("add_heat")(page, surface)
        api("add_gaps")(page, from_bundled("gaps", units), units)
        tiles = path.parents[1] / "vector-internal.pmtiles"
        api("add_tiles")(page, tiles, zooms=(3, 5))
        api("add_online_tiles")(page)
    api("save_map")(page, path)


def _write_comparison(frames: Frames, audience: str, path: Path) -> None:
    side, table = api("MapSide"), frames.released("table", audience)
    sides = [side(table, frames.units(), year) for year in ("2021", "2022")]
    page = api("comparison_map")(*sides, language="en", audience=audience)
    api("save_map")(page, path)


def _write_surface(frames: Frames, audience: str, path: Path) -> None:
    points = frames.released("incidents", audience)
    surface = api("density_surface")(points, bandwidth_km=150, cell_km=20)
    api("write_surface")(surface, path, audience=audience)


def _dumping(compute: Callable[[], Any]) -> Task:
    """Write what is computed as text: of a frame its types, attributes and every cell."""

    def write(path: Path) -> None:
        path.write_text(_dumped(compute()), encoding="utf-8")

    return write


def _dumped(found: Any) -> str:
    if not isinstance(found, pd.DataFrame):
        plain = asdict(found) if is_dataclass(found) and not isinstance(found, type) else found
        return f"{getattr(plain, 'tolist', lambda: plain)()}\n"
    flat = pd.DataFrame(found)
    for name in found.columns[found.dtypes.astype(str) == "geometry"]:
        flat[name] = found[name].to_wkt(rounding_precision=-1)
    types = json.dumps(found.dtypes.astype(str).to_dict())
    attributes = json.dumps(found.attrs, default=str, sort_keys=True)
    rows = flat.to_csv(na_rep="", lineterminator="\n")
    return f"{types}\n{attributes}\n{found.index.names}\n{rows}"
