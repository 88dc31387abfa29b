"""The release store: a key and the released cells, and what is said when they do not fit."""

import json
import logging
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from maligeo.core.errors import ReleaseError
from maligeo.disclosure import policy, release
from maligeo.disclosure.store import Store, store_folder
from tests.disclosure import frames

OWN = Path(policy.__file__).with_name("policy.toml").read_text(encoding="utf-8")


def released(store: Path | None = None) -> object:
    records = frames.placed(*frames.even(), covers="2021")
    return release(records, frames.regions(), as_of=frames.DAY, store=store)


def test_a_new_store_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="maligeo"):
        first = Store.open(tmp_path / "new")
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert str(tmp_path / "new") in caplog.text and "safe" in caplog.text
        caplog.clear()
        assert Store.open(tmp_path / "new").key == first.key
    assert caplog.records == []


def test_each_store_has_a_key_of_its_own(tmp_path: Path) -> None:
    keys = {Store.open(tmp_path / name).key for name in ("a", "b")}
    assert len(keys) == 2
    assert {len(key) for key in keys} == {32}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    released(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = sorted(folder.iterdir())
    assert {path.name.partition("-")[0] for path in files} == {
        "dataset", "key", "lock", "policy.toml", "store.json",
    }  # fmt: skip
    for path in files:
        assert path.name == "lock" or stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_lost_key_is_said_before_anything_is_written(own_store: Path) -> None:
    released()
    (own_store / "key").unlink()
    before = sorted(path.name for path in own_store.iterdir())
    with pytest.raises(ReleaseError, match=r"key of the release store .* is lost"):
        released()
    assert sorted(path.name for path in own_store.iterdir()) == before


@pytest.mark.parametrize("key", ["00ff", "", "no key at all"])
def test_a_key_that_is_none_is_refused(own_store: Path, key: str) -> None:
    (own_store / "key").write_text(key, encoding="ascii")
    with pytest.raises(ReleaseError, match="release store"):
        Store.open()


def test_another_policy_is_refused_after_a_release_and_taken_before(own_store: Path) -> None:
    Store.open()
    changed = OWN.replace("delay_days = 90", "delay_days = 120")
    assert changed != OWN
    (own_store / "policy.toml").write_text(changed, encoding="utf-8")
    assert Store.open().policy == own_store / "policy.toml"
    released()
    (own_store / "policy.toml").unlink()
    with pytest.raises(ReleaseError, match="released by another policy"):
        released()
    (own_store / "policy.toml").write_text(changed, encoding="utf-8")
    released()


def test_the_policy_of_the_store_is_the_one_that_holds(own_store: Path) -> None:
    (own_store / "policy.toml").write_text(
        OWN.replace("delay_days = 90", "delay_days = 2000"), encoding="utf-8"
    )
    with pytest.raises(ReleaseError, match="over for 2000 days"):
        released()


def test_a_store_of_another_version_or_a_broken_one_is_refused(own_store: Path) -> None:
    released()
    about = own_store / "store.json"
    kept = json.loads(about.read_text(encoding="utf-8"))
    about.write_text(json.dumps(kept | {"format": 99}), encoding="utf-8")
    with pytest.raises(ReleaseError, match="another version of maligeo"):
        released()
    about.write_text(json.dumps(kept), encoding="utf-8")
    (dataset,) = own_store.glob("dataset-*.json")
    dataset.write_text("{", encoding="utf-8")
    with pytest.raises(ReleaseError, match="cannot be read"):
        released()


def test_another_process_waits_its_turn(own_store: Path) -> None:
    held = (
        "import sys\nfrom maligeo.disclosure.store import Store\n"
        "with Store.open().locked():\n    print('locked', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(ReleaseError, match="another process is releasing"):
            released()
        assert not list(own_store.glob("dataset-*.json"))
        other.communicate()
    released()
    assert len(list(own_store.glob("dataset-*.json"))) == 1


def test_who_opens_a_new_store_at_the_same_time_gets_the_same_key_or_waits(tmp_path: Path) -> None:
    def key(folder: Path) -> bytes | None:
        try:
            return Store.open(folder).key
        except ReleaseError as error:
            assert "another process is releasing" in str(error)  # one or the other
            return None

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(key, [tmp_path / "new"] * 8)) - {None}
    assert keys == {Store.open(tmp_path / "new").key}


def test_a_store_that_cannot_be_made_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ReleaseError, match="cannot open the release store"):
        released(tmp_path / "file")


def test_where_it_is(tmp_path: Path, own_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store_folder() == own_store
    assert store_folder(tmp_path) == tmp_path
    monkeypatch.delenv("MALIGEO_STORE")
    if sys.platform != "win32":
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
        assert store_folder() == tmp_path / "maligeo"


def test_the_same_records_in_another_store_are_rounded_by_another_chance(tmp_path: Path) -> None:
    """A count of 12 is 10 or 15: what two stores say of many counts is not all the same."""
    records = frames.placed(*frames.even((2018, 2019, 2020, 2021), 12), covers="2018/2021")
    counts = []
    for name in ("a", "b"):
        table = release(records, frames.regions(), as_of=frames.DAY, store=tmp_path / name)
        counts.append(table["count"].dropna().tolist())
    assert counts[0] != counts[1]
