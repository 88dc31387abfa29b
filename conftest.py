"""A release store of its own for every test and every example in a docstring."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("maligeo", deadline=None)  # a machine may be busy
settings.load_profile("maligeo")

KEY = bytes(range(32))

gc.set_threshold(20_000, 20, 20)  # modules and tests last to the end: a search frees next to none


def pytest_collection_finish() -> None:
    """Leave out of every later search for garbage what is there before the first test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def no_real_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep fixtures of modules, which come before `own_store`, out of the user's own store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MALIGEO_STORE", str(tmp_path_factory.mktemp("shared-store")))
        yield


@pytest.fixture(autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what a test releases from every other test, with a key that is always the same."""
    folder = tmp_path_factory.mktemp("store")
    (folder / "key").write_text(KEY.hex(), encoding="ascii")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MALIGEO_STORE", str(folder))
        yield folder
