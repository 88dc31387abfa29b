"""Release stores for tests: new ones with one key, which know nothing of one another."""

from pathlib import Path


def new_store(folder: Path) -> Path:
    """Make a store with the key that all tests have."""
    folder.mkdir()
    (folder / "key").write_text(bytes(range(32)).hex(), encoding="ascii")
    return folder
