"""The same through Python: every function that writes, in every format that it has."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

import maligeo
from maligeo.core.columns import Audience
from maligeo.disclosure import Release
from maligeo.exports.write import open_stream
from maligeo.maps import add_presence
from tests.attacks.planted import COVERS, LATER, Planted
from tests.attacks.searching import Wanted, kinds
from tests.attacks.secret import PARTNERS, SECRET
from tests.attacks.unpacking import pieces_of

LAYER_FILES = ("l.gpkg", "l.shp.zip", "l.zip", "l")
SINGLE_FILES = ("s.geojson", "s.parquet", "s.fgb")


class House:
    """The frames of a house, with secrets also in their index, categories and attributes."""

    def __init__(self, planted: Planted, audience: Audience) -> None:
        self.audience = audience
        self.units = maligeo.load_boundaries()
        held = maligeo.locate(maligeo.read_incidents(planted.incidents), self.units)
        held["event_type"] = held["event_type"].astype("category").cat.add_categories([SECRET])
        held.index = pd.Index([f"{PARTNERS}-{at}" for at in range(len(held))], name=SECRET)
        held.attrs |= {"file": str(planted.incidents), SECRET: {SECRET: [SECRET]}}
        counted = maligeo.with_coverage(held, COVERS)
        rules = Release(audience, None if audience == "internal" else LATER)
        if rules.by_cells:
            cells = rules.cells(counted, self.units)
            self.incidents, self.spread = cells.marks(), cells.spread()
            self.table = cells.table("incidents", period="year")
        else:
            self.incidents = self.spread = rules.of(counted)
            covered = maligeo.with_coverage(self.incidents, COVERS)
            self.table = maligeo.density(covered, self.units, measure="incidents", period="year")
        projects = maligeo.locate(maligeo.read_projects(planted.projects), self.units)
        self.projects = rules.of(projects)
        self.areas = rules.of(maligeo.read_areas(planted.areas), self.units)

    def write(self, folder: Path) -> None:
        self._write_layers(folder)
        self._write_tables(folder)
        self._write_paper(folder)
        self._write_map(folder)

    def _write_layers(self, folder: Path) -> None:
        layers = {"units": self.units, "incidents": self.incidents}
        layers |= {"areas": self.areas} if "geometry" in self.areas.columns else {}
        for name in LAYER_FILES:
            maligeo.write_layers(
                layers, folder / name, density=self.table, audience=self.audience
            )  # fmt: skip
        for name in SINGLE_FILES:
            for what, frame in (("incidents", self.incidents), ("projects", self.projects)):
                if "geometry" not in frame.columns:
                    continue
                path = folder / f"{what}-{name}"
                placed = frame[frame.geometry.notna()]
                maligeo.write_layers({what: placed}, path, audience=self.audience)

    def _write_tables(self, folder: Path) -> None:
        for suffix in (".csv", ".xlsx", ".parquet"):
            for what, frame in self._frames():
                maligeo.write_table(frame, folder / f"{what}{suffix}", audience=self.audience)
        plain = pd.DataFrame(self.incidents.drop(columns="geometry"))
        plain.attrs = self.incidents.attrs
        for suffix in (".csv", ".parquet"):
            with open_stream(folder / f"stream{suffix}", audience=self.audience) as write:
                for at in range(0, len(plain), 20):
                    write(plain.iloc[at : at + 20] if self.audience == "internal" else plain)

    def _frames(self) -> Iterator[tuple[str, pd.DataFrame]]:
        yield from (("i", self.incidents), ("p", self.projects), ("d", self.table))
        plain = pd.DataFrame(self.areas.drop(columns="geometry", errors="ignore"))
        plain.attrs = self.areas.attrs
        yield "a", plain

    def _write_paper(self, folder: Path) -> None:
        options = maligeo.MapOptions(
            layer="incidents", period="2021", incidents=self.incidents, areas=self._outlines
        )
        for name in ("map.pdf", "map.png", "map.svg"):
            maligeo.map_figure(
                self.table, self.units, folder / name, options=options, audience=self.audience
            )  # fmt: skip

    @property
    def _outlines(self) -> pd.DataFrame | None:
        return self.areas if "geometry" in self.areas.columns else None

    def _write_map(self, folder: Path) -> None:
        fmap = maligeo.region_map(self.table, self.units, audience=self.audience)
        shares = maligeo.allocate(self.projects, self.units)
        maligeo.add_incidents(fmap, self.incidents)
        if self._outlines is not None:
            maligeo.add_areas(fmap, self._outlines)
        maligeo.add_projects(fmap, shares, self.units)
        add_presence(fmap, maligeo.presence(shares, self.units))
        surface = maligeo.density_surface(self.spread, bandwidth_km=150, cell_km=20)
        maligeo.add_heat(fmap, surface)
        maligeo.save_map(fmap, folder / "map.html")


def test_nothing_secret_is_in_what_python_writes_for_the_public(
    planted: Planted, wanted: Wanted, tmp_path: Path
) -> None:
    House(planted, "public").write(tmp_path)
    assert len(list(tmp_path.iterdir())) > 20
    assert wanted.found_in(pieces_of(tmp_path)) == set()


def test_nothing_secret_is_in_what_python_writes_for_partners(
    planted: Planted, wanted_of_partners: Wanted, tmp_path: Path
) -> None:
    House(planted, "partner").write(tmp_path)
    found = wanted_of_partners.found_in(pieces_of(tmp_path))
    assert kinds(found) <= {"number"}  # victims they may know


def test_internal_files_hold_secrets_and_they_are_found(
    planted: Planted, wanted: Wanted, tmp_path: Path
) -> None:
    House(planted, "internal").write(tmp_path)
    for name in ("l.gpkg", "l.shp.zip", "l.zip", "l", "i.csv", "i.xlsx", "i.parquet",
                 "incidents-s.geojson", "incidents-s.parquet", "incidents-s.fgb"):  # fmt: skip
        found = kinds(wanted.found_in(pieces_of(tmp_path / name)))
        assert found == {"text", "number", "place", "day"}, name
    for name in ("stream.csv", "stream.parquet"):
        assert kinds(wanted.found_in(pieces_of(tmp_path / name))) == {"text", "number", "day"}
    assert "text" in kinds(wanted.found_in(pieces_of(tmp_path / "map.pdf")))
