"""A server in the place of all publishers; nothing here reaches another machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.downloads.publishers import Publisher
from tests.downloadserver import serving
from tests.test_downloads import this_machine_alone

__all__ = ["this_machine_alone"]  # a fixture for all tests here


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACLED_EMAIL", "ACLED_PASSWORD", "HDX_HAPI_EMAIL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    with serving() as server:
        yield Publisher.of(server, tmp_path)
        assert server.troubles == []
