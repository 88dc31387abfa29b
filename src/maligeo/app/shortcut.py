"""Files to be double-clicked that start the page."""

import shlex
import sys
from pathlib import Path
from typing import Final

from maligeo.core.errors import ArgumentError
from maligeo.core.files import written_whole

LINUX: Final = "maligeo.desktop"
WINDOWS: Final = "maligeo.bat"
_EXECUTABLE: Final = 0o755
_DESKTOP: Final = """[Desktop Entry]
Type=Application
Name=maligeo
Comment[fr]=De votre classeur à la carte, sur cette machine seule
Comment=From your workbook to the map, on this machine alone
Exec={command}
Terminal=true
Categories=Science;Geography;
"""
_BATCH: Final = "@echo off\r\n{command}\r\nif errorlevel 1 pause\r\n"


def write_shortcuts(folder: str | Path) -> list[Path]:
    """Write a `.desktop` file and a Windows `.bat` that start the page of this installation.

    Parameters
    ----------
    folder : str or pathlib.Path
        Where they go, such as the desktop.

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    ArgumentError
        If the path of this Python cannot stand in such a file.
    OutputFileError
        If they cannot be written.
    """
    python = sys.executable
    if any(sign in python for sign in '"\r\n%'):
        raise ArgumentError(f"{python!r} cannot be named in a file that starts it")
    quoted = python if shlex.quote(python) == python else f'"{python}"'
    written = {
        LINUX: _DESKTOP.format(command=f"{quoted} -m maligeo open"),
        WINDOWS: _BATCH.format(command=f'"{python}" -m maligeo open'),
    }
    for name, text in written.items():
        with written_whole(Path(folder, name), is_product=False) as draft:
            draft.write_bytes(text.encode())
            draft.chmod(_EXECUTABLE)
    return [Path(folder, name) for name in written]
