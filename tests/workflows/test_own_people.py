"""A table of people as a file of its own: in every command, at every level, for every audience."""

import logging
from pathlib import Path

import pandas as pd
import pytest

import maligeo
from tests import divisions
from tests.cli.commands import run

PERIOD = ("--period", "2021", "--covers", "2021")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cercles = divisions.cercles_of_2015()
    cercles.to_file(tmp_path / "cercles.geojson")
    units = cercles.rename(columns={"admin2Name": "name"})
    records = divisions.incidents_in(units, *["Koro"] * 12, "Bankass", day="2021-05-01")
    records.assign(date="2021-05-01").to_csv(tmp_path / "incidents.csv", index=False)
    names = [*cercles["admin2Name"], "Atlantis (secret)"]
    people = pd.DataFrame({"Cercle": names, "Population": range(100_000, 100_000 + len(names))})
    people.to_csv(tmp_path / "secret-people.csv", index=False)
    return tmp_path


def given(folder: Path) -> list[str]:
    return [
        "--boundaries", f"{folder / 'cercles.geojson'}", "--level", "2", "--vintage", "2015",
        "--incidents", f"{folder / 'incidents.csv'}", *PERIOD,
        "--population", f"{folder / 'secret-people.csv'}",
    ]  # fmt: skip


def test_cercles_have_rates_without_a_raster(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="maligeo"):
        study = maligeo.study(
            incidents=folder / "incidents.csv",
            units=maligeo.read_boundaries(folder / "cercles.geojson", level=2, vintage="2015"),
            population=folder / "secret-people.csv",
            period="2021",
            covers="2021",
        )
    row = study.count().frame.set_index("name").loc["Koro"]
    assert row["per_100k"] == pytest.approx(12 / row["population"] * 1e5, rel=1e-3)
    assert "Atlantis (secret)" in caplog.text
    assert "population" in study.reading


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("density", ["-o", "out.csv"]),
        ("gaps", ["-o", "out.csv"]),
        ("map", ["-o", "out.html"]),
        ("report", ["--region", "Koro", "-o", "out.html"]),
    ],
)
def test_every_command_takes_it_and_is_made_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: str, more: list[str]
) -> None:
    monkeypatch.chdir(folder)
    asked = [command, *given(folder), "--audience", "internal", *more]
    assert run(*asked).returncode == 0
    verified = run("verify", more[-1])
    assert verified.returncode == 0, verified.stderr


@pytest.mark.parametrize("name", ["out.csv", "out.html"])
def test_what_others_get_names_neither_the_table_nor_its_places(folder: Path, name: str) -> None:
    made = folder / name
    command = "map" if name.endswith("html") else "density"
    result = run(command, *given(folder), "--audience", "public", "-o", f"{made}")
    assert result.returncode == 0, result.stderr
    text = made.read_text(encoding="utf-8")
    assert "secret" not in text
    assert "100001" in text or "100\u202f001" in text or command == "map"
