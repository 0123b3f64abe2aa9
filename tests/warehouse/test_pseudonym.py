"""Author keys are made with a key, per source, and can be made anew with another."""

from __future__ import annotations

import hashlib
import hmac
import os
import subprocess
import sys

import pytest

from listening.contract import ListeningError, keys_folder, read_key
from tests.canary import find_words
from tests.warehouse.world import BRANDS, World, rows_of, said, stored
from warehouse.check import check_warehouse
from warehouse.load import load_pending
from warehouse.open import open_warehouse
from warehouse.pseudonym import ROTATE_POINTS, rotate

KEYS = "SELECT source, handle, author_key FROM core.author ORDER BY ALL"


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("LISTENING_KEYS", str(tmp_path / "keys"))


@pytest.fixture
def loaded(world: World) -> World:
    world.land([
        said("1", "acme", author="ann", followers=3), said("2", "acme late", author="bob"),
        said("3", "acme", author="ann2", author_id="77"),
    ])  # fmt: skip
    world.land([said("4", "acme", source="mastodon", author="ann")],
               stream="mastodon--a--b", source="mastodon")  # fmt: skip
    load_pending(world.root, BRANDS)
    return world


def test_a_key_makes_the_author_keys_and_sources_never_join(loaded):
    key = read_key(loaded.root, "pseudonym")

    def expected(source, name):
        told = f"{source}\x1f{name}".encode()
        return hmac.new(key, told, hashlib.sha256).hexdigest()[:32]

    assert rows_of(loaded.root, KEYS) == [
        ("import", "ann", expected("import", "ann")),
        ("import", "ann2", expected("import", "77")),
        ("import", "bob", expected("import", "bob")),
        ("mastodon", "ann", expected("mastodon", "ann")),
    ]
    assert len({key for *_, key in rows_of(loaded.root, KEYS)}) == 4


def test_a_rotation_renames_every_author_and_nothing_else(loaded):
    root = loaded.root
    before, old = stored(root), [key for *_, key in rows_of(root, KEYS)]
    done = rotate(root)
    assert done.authors == 4
    assert find_words(root.path, old) == []
    assert sorted(path.name for path in keys_folder(root).iterdir()) == ["pseudonym.key"]
    assert rows_of(root, "SELECT key_id FROM core.pseudonym") == [(done.key,)]
    after = stored(root)
    named = {"author", "author_follower", "mention", "mention_version", "pseudonym"}
    assert {table for table in before if before[table] != after[table]} == named
    with open_warehouse(root) as connection:
        check_warehouse(connection)
    loaded.land([said("5", "acme again", seen=40, author="bob")])
    load_pending(root, BRANDS)
    assert len(rows_of(root, KEYS)) == 4


def test_a_rotation_that_died_is_finished(loaded):
    root = loaded.root
    old = [key for *_, key in rows_of(root, KEYS)]
    code = (
        "from listening.contract import DataRoot\n"
        "from warehouse.pseudonym import rotate\n"
        "rotate(DataRoot.from_environment())\n"
    )
    for number, point in enumerate(ROTATE_POINTS):
        environment = {
            **os.environ, "LISTENING_DATA": str(root.path), "LISTENING_CRASH_AT": point
        }  # fmt: skip
        run = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
        assert run.returncode == 137
        # Whatever key stands, the load goes on with it.
        loaded.land([said(f"later{number}", "acme", seen=50 + number, author="bob")])
        load_pending(root, BRANDS)
        assert len(rows_of(root, KEYS)) == 4
    rotate(root)
    assert find_words(root.path, old) == []
    assert len(rows_of(root, KEYS)) == 4


def test_a_missing_or_other_key_is_an_error(loaded):
    path = keys_folder(loaded.root) / "pseudonym.key"
    kept = path.read_bytes()
    path.unlink()
    with pytest.raises(ListeningError, match="pseudonym key is missing"):
        load_pending(loaded.root, BRANDS)
    assert not path.exists()
    path.write_text("ab" * 32)
    with pytest.raises(ListeningError, match="another than the one of this warehouse"):
        load_pending(loaded.root, BRANDS)
    path.write_bytes(kept)
    assert load_pending(loaded.root, BRANDS) == []


def test_a_warehouse_from_before_is_told_anew(loaded, caplog):
    """As before version 0013: hashes without a key."""
    root, wanted = loaded.root, rows_of(loaded.root, KEYS)
    with open_warehouse(root) as connection, connection.begin():
        connection.exec_driver_sql("DELETE FROM core.pseudonym")
        for source, handle, key in wanted:
            name = "77" if handle == "ann2" else handle
            bare = hashlib.sha256(f"{source}\x1f{name}".encode()).hexdigest()[:32]
            for table in ("author", "author_follower", "mention", "mention_version"):
                connection.exec_driver_sql(
                    f"UPDATE core.{table} SET author_key = ? WHERE author_key = ?",  # noqa: S608
                    (bare, key),
                )
    assert rows_of(root, KEYS) != wanted
    load_pending(root, BRANDS)
    assert rows_of(root, KEYS) == wanted
    assert "made anew, with a key" in caplog.text
