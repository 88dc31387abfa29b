"""`maligeo export`: layers for QGIS and other programs, and steps for a program that watches."""

import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from maligeo.cli.progress import progress_bar
from maligeo.core import words
from tests.cli.commands import SAME, run

ROWS = "date,lon,lat,killed\n" + "".join(
    f"2021-0{month}-01,-4.{month},14.{month},{month}\n" for month in range(1, 10)
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "mali.gpkg"
    done = run("export", "--layers", "gaps,incidents", "-o", path, "--language", "en")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert f"\n{path} (" in f"\n{done.stderr}"
    return path


def test_the_answer_is_a_layer_with_outlines_and_what_is_in_no_unit(exported: Path) -> None:
    answer = gpd.read_file(exported, layer="gaps")
    units = gpd.read_file(exported, layer="units")
    drawn = answer[answer["place_kind"] == "unit"]
    assert sorted(drawn["pcode"]) == sorted(units["pcode"])
    by_code = units.set_index("pcode").loc[drawn["pcode"]]
    assert drawn.geometry.geom_equals(by_code.geometry, align=False).all()
    elsewhere = answer[answer["place_kind"] != "unit"]
    assert len(elsewhere) > 0
    assert elsewhere.geometry.isna().all()
    assert answer["sentence"].str.startswith("Koulikoro: 5 incidents").any()


def test_its_style_has_a_rule_for_each_class_and_dots_for_what_is_not_certain(
    exported: Path,
) -> None:
    query = "select styleName, styleQML from layer_styles where f_table_name = 'gaps'"
    with closing(sqlite3.connect(exported)) as database:
        ((name, style),) = database.execute(query).fetchall()
    assert name == "class"
    for one in ("nobody", "less", "alike", "more", "few", "unknown"):
        assert f"&quot;class&quot; = '{one}'" in style, one
    assert "depends_on&quot; &lt;&gt; 'solid'" in style
    assert 'label="Need, nobody recorded"' in style


def test_the_measures_of_the_units_do_not_go_into_the_answer(exported: Path) -> None:
    answer = gpd.read_file(exported, layer="gaps")
    counted = pd.read_csv(StringIO(run("gaps", "--format", "csv", "--language", "en").stdout))
    assert answer["projects"].fillna(-1).tolist() == counted["projects"].fillna(-1).tolist()
    assert not any(name.endswith("202208") for name in answer.columns)


def test_it_is_made_again_from_its_record(exported: Path) -> None:
    assert run("verify", exported).stdout == SAME


def test_the_public_gets_no_incidents_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(ROWS, encoding="utf-8")
    given = ("--incidents", "list.csv", "--covers", "2021", "--period", "2021", "--language", "en")
    done = run("export", *given, "--as-of", "2024-01-01", "-o", "public.gpkg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    layers = gpd.list_layers(tmp_path / "public.gpkg")["name"].tolist()
    assert "incidents" not in layers
    assert "incidents are not shown one by one" in done.stderr
    done = run("export", *given, "--audience", "internal", "-o", "own.gpkg", cwd=tmp_path)
    assert "incidents" in gpd.list_layers(tmp_path / "own.gpkg")["name"].tolist()


def test_a_program_that_watches_gets_a_line_a_step(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MALIGEO_PROGRESS", "lines")
    times = iter([10.0, 10.01, 10.2, 10.21])
    monkeypatch.setattr("maligeo.cli.progress.time.monotonic", lambda: next(times))
    with progress_bar("rows") as advance:
        advance(1)
        advance(2)  # too soon after the one before
        advance(3, 4)
        advance(4, 4)  # the last one is never left out
    said = capsys.readouterr()
    assert said.err == "progress\trows\t1\t\nprogress\trows\t3\t4\nprogress\trows\t4\t4\n"


def test_nobody_else_gets_such_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("rows") as advance:
        advance(1, 2)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "ne contient que les unités, sans chiffres"), ("en", "holds the units alone")],
)
def test_a_topojson_says_that_it_holds_the_units_alone(
    tmp_path: Path, language: str, said: str
) -> None:
    path = tmp_path / "x.topojson"
    done = run("export", "-o", path, "--language", language)
    assert done.returncode == 0, done.stderr
    assert f"x.topojson {said}" in " ".join(done.stderr.split())
    # It holds no records either: that they are not shown one by one would be about another file.
    assert words.word("left_out.incidents", language) not in done.stderr
