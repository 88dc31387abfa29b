"""A built folder for the public holds no secret: index, description and what changed included."""

import shutil
from pathlib import Path

import maligeo
from tests.attacks.planted import COVERS, LATER, Planted
from tests.attacks.searching import Wanted, kinds
from tests.attacks.secret import SECRET
from tests.attacks.unpacking import pieces_of

MONTH = f"""
audiences = ["public", "internal"]
period = "2021"
covers = "{COVERS}"
as_of = "{LATER}"
incidents = "{SECRET}-list.csv"
projects = "{{projects}}"

[[table]]
file = "incidents.csv"
of = "incidents"

[[table]]
file = "projects.csv"
of = "projects"

[[map]]
file = "mali.svg"
layers = "incidents"
audiences = "public"
"""


def test_nothing_that_was_planted_reaches_a_public_folder(
    planted: Planted, wanted: Wanted, tmp_path: Path
) -> None:
    incidents = tmp_path / f"{SECRET}-list.csv"
    shutil.copyfile(planted.incidents, incidents)
    file = tmp_path / f"{SECRET}-month.toml"
    file.write_text(MONTH.format(projects=planted.projects.as_posix()), encoding="utf-8")
    out = tmp_path / "out"
    maligeo.build(file, output=out)
    rows = incidents.read_text(encoding="utf-8").splitlines(keepends=True)
    incidents.write_text("".join(rows[:-1]), encoding="utf-8")
    steps = maligeo.build(file, output=out)
    assert set(steps.loc[steps["file"] == "incidents.csv", "action"]) == {"make"}
    assert wanted.found_in(pieces_of(out / "public")) == set()
    assert "text" in kinds(wanted.found_in(pieces_of(out / "internal")))
