"""A server in the place of all publishers; nothing here reaches another machine."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.downloads.publishers import Publisher
from tests.downloadserver import serving


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = socket.getaddrinfo

    def ask(host: Any, *arguments: Any, **options: Any) -> Any:
        if host not in ("127.0.0.1", "localhost"):
            raise AssertionError(f"{host} was asked for")
        return found(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    monkeypatch.setenv("NO_PROXY", "*")
    for name in ("MALIGEO_CACHE", "ACLED_EMAIL", "ACLED_PASSWORD", "HDX_HAPI_EMAIL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    with serving() as server:
        yield Publisher.of(server, tmp_path)
        assert server.troubles == []
