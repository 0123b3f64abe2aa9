"""Keys lie outside the data root, are made once, and are never silently replaced."""

from __future__ import annotations

import multiprocessing
import stat

import pytest

from listening.contract import (
    ConfigurationError,
    DataRoot,
    ListeningError,
    key_id,
    keys_folder,
    read_key,
)


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.delenv("LISTENING_KEYS", raising=False)
    return DataRoot(tmp_path / "data")


def test_a_key_is_made_once_for_its_owner_alone(root, caplog):
    key = read_key(root, "tombstone", create=True)
    path = root.path.with_name("data.keys") / "tombstone.key"
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "back up" in caplog.text
    assert read_key(root, "tombstone", create=True) == read_key(root, "tombstone") == key
    assert read_key(root, "pseudonym", create=True) != key
    assert [one.name for one in path.parent.iterdir() if one.name.startswith(".")] == []


def test_a_missing_or_damaged_key_is_an_error_with_its_mend(root):
    with pytest.raises(ListeningError, match="tombstone key is missing") as caught:
        read_key(root, "tombstone")
    assert "Restore it" in caught.value.mend
    read_key(root, "tombstone", create=True)
    (keys_folder(root) / "tombstone.key").write_text("abc")
    with pytest.raises(ListeningError, match="holds no key"):
        read_key(root, "tombstone", create=True)


def test_keys_may_not_lie_in_what_they_protect(root, monkeypatch):
    monkeypatch.setenv("LISTENING_KEYS", str(root.path / "keys"))
    with pytest.raises(ConfigurationError, match="data root that they protect"):
        read_key(root, "tombstone", create=True)


def _make(path, found):
    found.put(read_key(DataRoot(path), "pseudonym", create=True).hex())


def test_processes_that_make_a_key_at_once_have_the_same(root):
    context = multiprocessing.get_context("fork")
    found = context.Queue()
    workers = [context.Process(target=_make, args=(root.path, found)) for _ in range(4)]
    for worker in workers:
        worker.start()
    assert len({found.get(timeout=30) for _ in workers}) == 1
    for worker in workers:
        worker.join()


def test_the_name_of_a_key_tells_which_and_not_what():
    assert key_id(b"a" * 32) != key_id(b"b" * 32)
    assert len(key_id(b"a" * 32)) == 12
