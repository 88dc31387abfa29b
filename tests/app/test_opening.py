"""How the page is started: by a command, and by a double click."""

import io
import sys
from pathlib import Path

import pytest

import maligeo
from maligeo.__main__ import _is_double_clicked
from maligeo.app.shortcut import LINUX, WINDOWS, write_shortcuts
from maligeo.cli import main
from maligeo.core.errors import ArgumentError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "display", "opens"),
    [
        (io.StringIO, ":0", True),
        (io.StringIO, "", False),  # a script on a server
        (Terminal, ":0", False),  # a terminal gets the help
        (Terminal, "", False),
    ],
)
def test_a_double_click_is_a_start_without_a_terminal_on_a_desktop(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], display: str, opens: bool
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "stdin", stream())
    monkeypatch.setattr(sys, "stdout", stream())
    assert _is_double_clicked() is opens


def test_shortcuts_start_the_page(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as end:
        main(["open", "--shortcut", str(tmp_path)])
    assert not end.value.code
    desktop = (tmp_path / LINUX).read_text()
    assert f"Exec={sys.executable} -m maligeo open\n" in desktop
    assert (tmp_path / LINUX).stat().st_mode & 0o111
    assert f'"{sys.executable}" -m maligeo open' in (tmp_path / WINDOWS).read_text()


def test_a_path_with_blanks_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/my python/bin/python")
    write_shortcuts(tmp_path)
    assert 'Exec="/opt/my python/bin/python" -m' in (tmp_path / LINUX).read_text()
    monkeypatch.setattr(sys, "executable", '/opt/"x/python')
    with pytest.raises(ArgumentError, match="cannot be named"):
        write_shortcuts(tmp_path)


def test_a_port_or_size_that_is_none_is_refused() -> None:
    with pytest.raises(ArgumentError, match="does not exist"):
        maligeo.open_page(port=70_000)
    with pytest.raises(ArgumentError, match="at least 1 MB"):
        maligeo.open_page(largest_mb=0)
