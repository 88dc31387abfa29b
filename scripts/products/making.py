"""All products of one version of maligeo, made with its interpreter."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from products.inputs import write_inputs

SCRIPTS: Final = Path(__file__).resolve().parents[1]
# Room for every table, and no colours: what is printed then depends on no terminal.
_TERMINAL: Final = {"COLUMNS": "400", "LINES": "50", "NO_COLOR": "1", "TERM": "dumb"}


def make_products(python: str, folder: Path) -> None:
    """Write the inputs and all products of an interpreter's maligeo into a folder.

    Parameters
    ----------
    python : str
        The interpreter, in whose environment maligeo is installed.
    folder : pathlib.Path
        Replaced if it holds products; otherwise it has to be empty or missing.

    Raises
    ------
    SystemExit
        If the folder holds something else, or the interpreter fails.
    """
    if folder.exists():
        if {part.name for part in folder.iterdir()} - {"inputs", "products"}:
            raise SystemExit(f"{folder} holds something other than products")
        shutil.rmtree(folder)
    (folder / "products").mkdir(parents=True)
    (folder / "inputs").mkdir()
    write_inputs(SCRIPTS.parent, folder / "inputs")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MALIGEO_")}
    environment = kept | _TERMINAL | {"PYTHONPATH": str(SCRIPTS), "PYTHONHASHSEED": "0"}
    command = [python, "-m", "products.running", str(folder.resolve())]
    done = subprocess.run(command, env=environment, cwd=folder, check=False)
    if done.returncode:
        raise SystemExit(f"{python} could not make the products: exit code {done.returncode}")
