"""What a notebook shows, and frames for other libraries."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely.geometry import Point

import maligeo
from maligeo.core.audiences import audience_of
from maligeo.core.errors import MissingDependencyError, ReleaseError
from maligeo.disclosure import releases
from maligeo.measure.surface import Surface, density_surface
from maligeo.workflows.study import Study, study
from tests import worlds

SOURCES = Path(maligeo.__file__).parents[1]


@pytest.fixture(scope="module")
def own() -> Study:
    """Two exact positions, under a name that would be a script."""
    units = worlds.square_units("own")
    units["name"] = ["<script>alert(1)</script>", "Beta"]
    incidents = pd.DataFrame(
        {
            "event_id": ["a", "b", "c"], "date": pd.to_datetime(["2021-02-01"] * 3),
            "event_type": "ied", "lon": [0.123456, 0.5, 1.5], "lat": [0.654321, 0.5, 0.5],
        }
    )  # fmt: skip
    return study(incidents=incidents, units=units, period="2021", covers="2021")


class TestNotebooks:
    def test_a_study_says_of_what_it_is_in_counts_alone(self, own: Study) -> None:
        maligeo.set_language("en")
        shown = own._repr_html_()
        assert "Rows of “incidents”: 3." in shown and "INTERNAL: do not pass on" in shown
        assert "0.123456" not in shown and "0.654321" not in shown
        maligeo.set_language("fr")
        assert "Lignes de « incidents »\u00a0: 3." in own._repr_html_().replace(
            "«\u00a0", "« "
        ).replace("\u00a0»", " »")

    def test_the_bundled_data_are_not_internal(self) -> None:
        shown = study()._repr_html_()
        assert "Données fournies avec maligeo." in shown and "INTERNE" not in shown

    def test_an_answer_is_its_sentences_and_every_name_is_text(self, own: Study) -> None:
        answer = own.release(audience="internal").answer(language="en")
        shown = answer._repr_html_()
        sentences = answer.frame["sentence"].dropna()
        assert len(sentences) == 2
        assert "<script>" not in shown and "&lt;script&gt;alert(1)" in shown
        assert "Beta: 1 incident" in shown and "Need and response" in shown
        assert "INTERNAL: do not pass on" in shown

    def test_a_table_is_shown_with_its_audience(self, own: Study) -> None:
        shown = own.release(audience="internal").count()._repr_html_()
        assert "<table" in shown and "<script>" not in shown and "INTERNE" in shown

    def test_a_reading_says_what_became_of_columns(self, tmp_path: Any) -> None:
        file = tmp_path / "list.csv"
        file.write_text(
            "date,lon,lat,killed,<b>my column</b>\n2021-01-01,-4.2,14.5,1,x\n", encoding="utf-8"
        )
        maligeo.set_language("en")
        shown = study(incidents=file).reading["incidents"]._repr_html_()
        assert "Rows: 1 in the file" in shown and "&lt;b&gt;my column" in shown
        assert "14.5" not in shown and "<b>my" not in shown


class TestGeoDataFrame:
    def test_it_has_a_row_for_each_unit_with_the_counts(self, own: Study) -> None:
        frame = own.to_geodataframe(layers=["incidents"])
        assert isinstance(frame, gpd.GeoDataFrame) and frame.crs == "EPSG:4326"
        assert list(frame["incidents_2021"]) == [2, 1]
        assert audience_of(frame) == "internal"

    def test_exact_counts_pass_no_gate(self, own: Study, tmp_path: Any) -> None:
        frame = own.to_geodataframe(layers=["incidents"])
        with pytest.raises(ReleaseError, match="incidents_2021"):
            maligeo.write_layers({"units": frame}, tmp_path / "a.gpkg")


@pytest.fixture(scope="module")
def surface() -> Surface:
    points = gpd.GeoDataFrame(geometry=[Point(-4.2, 14.5), Point(-4.0, 14.0)], crs="EPSG:4326")
    return density_surface(points, bandwidth_km=20, cell_km=5)


class TestArrays:
    @pytest.mark.filterwarnings("ignore:Use `@` matmul")  # of rioxarray, to affine
    def test_it_is_what_a_raster_of_the_same_surface_is(
        self, surface: Surface, tmp_path: Any
    ) -> None:
        array = surface.to_xarray()
        array.rio.to_raster(tmp_path / "a.tif")
        with rasterio.open(tmp_path / "a.tif") as raster:
            assert np.array_equal(raster.read(1), surface.values, equal_nan=True)
            assert raster.transform.almost_equals(surface.transform)
            assert raster.crs == rasterio.crs.CRS.from_wkt(surface.crs)
        assert array.attrs["audience"] == "internal"
        # The highest cell lies within a bandwidth of a point, by its own coordinates.
        top = array.where(array == array.max(), drop=True)
        place = gpd.GeoSeries([Point(float(top.x[0]), float(top.y[0]))], crs=surface.crs)
        points = gpd.GeoSeries([Point(-4.2, 14.5), Point(-4.0, 14.0)], crs=4326).to_crs(surface.crs)
        assert points.distance(place[0]).min() < 20_000

    def test_the_sum_of_cells_is_the_number_of_points(self, surface: Surface) -> None:
        array = surface.to_xarray()
        cell = abs(float(array.x[1] - array.x[0]) * float(array.y[1] - array.y[0])) / 1e6
        assert float(array.sum()) * cell / 1000 == pytest.approx(surface.total, rel=1e-5)

    def test_without_the_extra_it_says_what_to_install(
        self, surface: Surface, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "rioxarray", None)
        with pytest.raises(MissingDependencyError, match="rioxarray"):
            surface.to_xarray()


FRAMES = {
    "pandas": "class DataFrame:\n    def __getattr__(self, name: str) -> Any: ...\n",
    "geopandas": "import pandas\nclass GeoDataFrame(pandas.DataFrame): ...\n",
}
RELEASED = """
import geopandas
from maligeo.disclosure.releases import release

def seen(frame: geopandas.GeoDataFrame) -> None:
    reveal_type(release(frame, audience="internal"))
    reveal_type(release(frame))
"""


def test_mypy_sees_that_what_stays_internal_keeps_its_type(tmp_path: Path) -> None:
    """pandas ships no types, so that two classes stand for those of its frames here."""
    for name, text in FRAMES.items():
        (tmp_path / name).mkdir()
        rest = "from typing import Any\ndef __getattr__(name: str) -> Any: ...\n"
        (tmp_path / name / "__init__.pyi").write_text(rest + text, encoding="utf-8")
    (tmp_path / "use.py").write_text(RELEASED, encoding="utf-8")
    options = ("--config-file=", "--cache-dir=cache", "--follow-imports=silent")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--ignore-missing-imports", "use.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "MYPYPATH": os.pathsep.join([str(tmp_path), str(SOURCES)])},
    )  # fmt: skip
    found = re.findall(r'Revealed type is "(.*)"', done.stdout)
    assert found == ["geopandas.GeoDataFrame", "pandas.DataFrame"], done.stdout
    units = worlds.square_units("own")
    assert type(releases.release(units, audience="internal")) is gpd.GeoDataFrame


def test_optional_packages_are_not_imported_with_maligeo() -> None:
    names = ("pptx", "docx", "lxml", "xarray", "rioxarray")
    assert all(importlib.util.find_spec(name) for name in names)
    code = (
        "import sys, maligeo, maligeo.paper.report, maligeo.measure.surface;"
        f"print([one for one in {names!r} if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
