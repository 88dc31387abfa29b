"""Which code this is: the release, and the commit that it was built from or is run from.

The file `COMMIT` of the package says the commit: git writes it into an archive of the sources,
the build into an sdist and a wheel. In a checkout it is a placeholder, and git is asked, once
and only when somebody wants to know. The build runs this file by itself.
"""

import os
import re
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

UNKNOWN: Final = "unknown"
DIRTY: Final = "dirty"  # the tree differs from its commit

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_WRITTEN: Final = re.compile(r"([0-9a-f]{12})[0-9a-f]*(-dirty)?")
_LONGEST: Final = 10  # seconds that git may take
_DESCRIBE: Final = ("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")


@cache
def release() -> str:
    """Give the release, such as "0.2.0"."""
    return version("maligeo")


@cache
def code_version() -> str:
    """Give the release with its commit, such as "0.2.0+g6d44ea0a1b2c" (PEP 440).

    Returns
    -------
    str
        With ".dirty" where the tree differs from the commit, and "+unknown" instead of the
        commit where nothing tells it.
    """
    return f"{release()}+{commit_of(_PACKAGE)}"


def commit_of(package: Path) -> str:
    """Find the commit of a package: from its file `COMMIT`, in a checkout from git.

    Parameters
    ----------
    package : pathlib.Path
        The folder `maligeo`.

    Returns
    -------
    str
        "g" and twelve digits, then ".dirty" where the tree differs; else "unknown".
    """
    try:
        written = (package / "COMMIT").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return UNKNOWN
    found = _WRITTEN.fullmatch(written if _WRITTEN.fullmatch(written) else _ask_git(package))
    if found is None:
        return UNKNOWN
    return f"g{found[1]}.{DIRTY}" if found[2] else f"g{found[1]}"


def _ask_git(package: Path) -> str:
    """Ask git for the commit of the checkout that a package lies in; empty without one."""
    root = package.parents[1]
    if not (root / ".git").exists():
        return ""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "-C", str(root), *_DESCRIBE]
    try:
        done = subprocess.run(
            command, env=ours, capture_output=True, text=True, timeout=_LONGEST, check=True
        )
    except (OSError, subprocess.SubprocessError):  # no git, or one that does not trust the folder
        return ""
    return done.stdout.strip()
