"""The release store: a folder with the key of an organisation and the cells it has released.

What was released stays as it is, so the store is what keeps two releases of the same records
from telling, held against one another, what each of them hides. Whoever has it can compute
what a public product hides: it is as internal as the records.
"""

import json
import logging
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

from maligeo.core.errors import ReleaseError, explained
from maligeo.core.files import try_lock, written_whole
from maligeo.disclosure.policy import policy_hash, policy_text

STORE_VARIABLE: Final = "MALIGEO_STORE"

_KEY: Final = "key"
_POLICY: Final = "policy.toml"
_ABOUT: Final = "store.json"
_LOCK: Final = "lock"
_DATASETS: Final = "dataset-*.json"
_FORMAT: Final = 1
_KEY_BYTES: Final = 32
_PRIVATE: Final = 0o700
_PRIVATE_FILE: Final = 0o600

_log = logging.getLogger("maligeo")


def store_folder(folder: str | Path | None = None) -> Path:
    """Give the folder of the store.

    Parameters
    ----------
    folder : path-like, optional
        A folder of one's own; by default that of the variable `MALIGEO_STORE`, else
        `maligeo` in the user's folder for state.
    """
    named = folder or os.environ.get(STORE_VARIABLE)
    if named:
        return Path(named).expanduser()
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "maligeo"


def has_store(folder: str | Path | None = None) -> bool:
    """Tell whether a store is there; `folder` as for `store_folder`."""
    return (store_folder(folder) / _KEY).is_file()


class Store:
    """A release store, opened.

    Attributes
    ----------
    folder : pathlib.Path
        Where it is.
    key : bytes
        The secret of the organisation.
    policy : pathlib.Path or None
        Its own policy; None for that of maligeo.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder = folder
        self.key = key
        own = folder / _POLICY
        self.policy = own if own.is_file() else None

    @classmethod
    def open(cls, folder: str | Path | None = None) -> "Store":
        """Open the store, and make a new one where there is none.

        Raises
        ------
        ReleaseError
            If its key is lost, it is of another version of maligeo, or its policy is no
            longer that by which it released.
        """
        path = store_folder(folder)
        with explained(f"cannot open the release store {path}", error=ReleaseError):
            path.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            store = cls(path, _read_key(path))
            store._check()
        return store

    @classmethod
    def existing(cls, folder: str | Path | None = None) -> "Store":
        """Open a store that is there.

        Raises
        ------
        ReleaseError
            If there is none, and as `open` does.
        """
        path = store_folder(folder)
        if not has_store(folder):
            raise ReleaseError(
                f"this can be checked by whoever has the release store it was made with, and there "
                f"is none in {path}: name it by --store or {STORE_VARIABLE}"
            )
        return cls.open(path)

    @property
    def policy_hash(self) -> str:
        """The hash of the policy by which it releases."""
        return policy_hash(self.policy)

    def _check(self) -> None:
        about = self.folder / _ABOUT
        stated = {"format": _FORMAT, "policy": self.policy_hash}
        if not about.exists():
            _write_private(about, json.dumps(stated))
            return
        found = json.loads(about.read_text(encoding="utf-8"))
        if found.get("format") != _FORMAT:
            raise ReleaseError(f"the release store {self.folder} is of another version of maligeo")
        if found.get("policy") == self.policy_hash:
            return
        if any(self.folder.glob(_DATASETS)):
            raise ReleaseError(
                f"the release store {self.folder} released by another policy: what was released "
                "then could be held against what would be now. Put its former policy.toml back, or "
                "name another store for other records"
            )
        _write_private(about, json.dumps(stated))

    def locked(self) -> AbstractContextManager[None]:
        """Keep other processes from releasing at the same time.

        Raises
        ------
        ReleaseError
            If another process does.
        """
        return _locked(self.folder)

    def datasets(self) -> dict[str, dict[str, Any]]:
        """Read all datasets, by name.

        Raises
        ------
        ReleaseError
            If one cannot be read.
        """
        found = {}
        for path in sorted(self.folder.glob(_DATASETS)):
            with explained(f"the release store cannot be read: {path}", error=ReleaseError):
                found[path.stem] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def save(self, name: str, dataset: dict[str, Any]) -> None:
        """Write a dataset, whole or not at all, and keep the policy by which it was released.

        A later version of maligeo may come with another policy.
        """
        if self.policy is None:
            self.policy = self.folder / _POLICY
            _write_private(self.policy, policy_text().decode("utf-8"))
        _write_private(self.folder / f"{name}.json", json.dumps(dataset, separators=(",", ":")))

    def remove(self, name: str) -> None:
        """Take a dataset out that was joined to another."""
        (self.folder / f"{name}.json").unlink()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / _LOCK).open("ab", buffering=0) as file:
        if not try_lock(file):
            raise ReleaseError(f"another process is releasing from {folder}: wait for it")
        yield


def _read_key(folder: Path) -> bytes:
    path = folder / _KEY
    # Looked at before the key, which is written first: another process may be making the store.
    is_begun = any(folder.glob(_DATASETS)) or (folder / _ABOUT).exists()
    if path.is_file():
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
        if len(key) < _KEY_BYTES:
            raise ReleaseError(f"the key of the release store {folder} is too short")
        return key
    if is_begun:
        raise ReleaseError(
            f"the key of the release store {folder} is lost: what it released cannot be "
            "continued. Bring the key back from a copy"
        )
    with _locked(folder):
        if path.is_file():  # another process has made it meanwhile
            return _read_key(folder)
        key = secrets.token_bytes(_KEY_BYTES)
        _write_private(path, key.hex())
    _log.warning(
        "A new release store was made in %s. Keep it and its copies as safe as the records: "
        "releases made with another store can be held against those made with this one.",
        folder,
    )
    return key


def _write_private(path: Path, text: str) -> None:
    with written_whole(path, is_product=False) as draft:
        draft.chmod(_PRIVATE_FILE)
        draft.write_text(text, encoding="utf-8")
