"""Files of builds, and folders as they stand, for the tests of builds."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

INCIDENTS = "date,adm1_name,killed,source\n"
PROJECTS = "project_id,title,adm1_name,source\n"
AREAS = "area_id,status,area_sqm,end_date,adm1_name,source\n"


def write_month(folder: Path, text: str, name: str = "month.toml") -> Path:
    """Write the file of a build."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def write_records(folder: Path, killed: int = 3) -> None:
    """Write lists of three incidents in Mopti and one in Gao, of two projects and two areas."""
    (folder / "incidents.csv").write_text(
        INCIDENTS
        + f"2021-02-03,Mopti,{killed},synthetic\n2021-03-04,Mopti,0,synthetic\n"
        + "2021-05-06,Mopti,1,synthetic\n2021-07-08,Gao,2,synthetic\n",
        encoding="utf-8",
    )
    (folder / "projects.csv").write_text(
        PROJECTS + "a,Wells,Mopti,synthetic\nb,School,Gao,synthetic\n", encoding="utf-8"
    )


def tree(folder: Path) -> dict[str, str]:
    """Give the hash of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def made(steps: pd.DataFrame) -> set[str]:
    """Name the files that a build made, or would make, without indexes."""
    chosen = (steps["action"] == "make") & (steps["product"] != "index")
    named = steps["audience"] + "/" + steps["file"]
    return set(named[chosen])


def reasons(steps: pd.DataFrame) -> dict[str, str]:
    """Give why each file is made; "" for what is kept."""
    return dict(zip(steps["audience"] + "/" + steps["file"], steps["reason"], strict=True))


def description(folder: Path) -> dict[str, Any]:
    """Read the description of a built folder."""
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return found
