"""One page for all tests of it, with one process that works."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from maligeo.app.guard import Keys, guarded
from maligeo.app.jobs import Desk
from maligeo.app.routes import page_app
from tests.app.visitor import Visitor
from tests.tileserver import running

CORPUS = Path(__file__).parents[1] / "data" / "corpus"
LARGEST = 3_000_000


class Served(NamedTuple):
    port: int
    keys: Keys
    desk: Desk

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.keys.token}"


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A release store for the process that works, with the key of those of the tests."""
    folder = tmp_path_factory.mktemp("page-store")
    (folder / "key").write_text(bytes(range(32)).hex(), encoding="ascii")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MALIGEO_STORE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, store: Path) -> Iterator[Served]:
    desk, keys = Desk(tmp_path_factory.mktemp("page"), LARGEST), Keys()
    with running(guarded(page_app(desk, keys), keys, 2 * LARGEST)) as port:
        yield Served(port, keys, desk)
    desk.close()


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(served: Served) -> Visit:
    def begun(language: str = "fr") -> Visitor:
        return Visitor(served.port, served.keys.token, language)

    return begun
