"""The desk's databases lose an erased mention: rows, words, and freed pages."""

from __future__ import annotations

import json
import sqlite3

import pytest

from listening.contract import DataRoot, ListeningError
from listening.erase.match import Found, Plan
from listening.erase.run import erase, finish_erasure
from listening.erase.state import erase_desk
from tests.canary import find_words
from tests.forked import fork

CANARY, OTHER = "c" * 32, "0" * 32
WORDS = ("canarybird", "x.example/canaryurl", CANARY)


@pytest.fixture
def root(tmp_path):
    return DataRoot(tmp_path / "data")


@pytest.fixture
def plan():
    found = Found("mastodon", "4711001", "https://x.example/canaryurl")
    return Plan("author", "x", authors=[("mastodon", "canarybird")], mentions={CANARY: found})


@pytest.fixture
def desk(root):
    root.path.mkdir()
    path = root.path / "desk.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;"
        "CREATE TABLE mention (mention_id TEXT PRIMARY KEY, thread_id TEXT, url TEXT);"
        "CREATE TABLE behind (n INTEGER PRIMARY KEY, mention_id TEXT REFERENCES mention);"
        "CREATE TABLE delivery (n INTEGER PRIMARY KEY, payload TEXT NOT NULL);"
        "CREATE TABLE audit (path TEXT PRIMARY KEY, detail TEXT);"
    )
    payload = {"title": "rise", "shown": [{"id": CANARY, "by": "@canarybird", "n": 4}, {"n": 5}]}
    with connection:
        rows = [(CANARY, CANARY, "https://x.example/canaryurl"), (OTHER, CANARY, "")]
        connection.executemany("INSERT INTO mention VALUES (?, ?, ?)", rows)
        connection.executemany("INSERT INTO behind VALUES (?, ?)", [(1, CANARY), (2, OTHER)])
        connection.execute("INSERT INTO delivery VALUES (1, ?)", [json.dumps(payload)])
        connection.execute("INSERT INTO audit VALUES (?, 'seen')", [f"/mention/{CANARY}"])
        connection.execute("INSERT INTO audit VALUES ('/mention/x', 'asked for @CanaryBird')")
    yield connection
    connection.close()


def test_rows_words_and_freed_pages_go(root, desk, plan):
    desk.close()
    assert {word for word, _ in find_words(root.path, WORDS)} == set(WORDS)
    proof = erase(root, plan, [erase_desk])
    assert find_words(root.path, WORDS) == []
    (room,) = proof.rooms
    assert room["removed"] == 6
    (changed,) = proof.files
    assert changed["before"] != changed["after"]
    after = sqlite3.connect(root.path / "desk.sqlite")
    ((thread,),) = after.execute("SELECT thread_id FROM mention").fetchall()
    assert thread != CANARY
    assert len(thread) == 32
    assert after.execute("SELECT n, mention_id FROM behind").fetchall() == [(2, OTHER)]
    ((payload,),) = after.execute("SELECT payload FROM delivery").fetchall()
    assert json.loads(payload) == {
        "title": "rise", "shown": [{"id": thread, "by": "[erased]", "n": 4}, {"n": 5}]
    }  # fmt: skip
    assert after.execute("SELECT * FROM audit").fetchall() == [("/mention/x", "[erased]")]


def test_while_others_have_it_open_the_log_is_emptied(root, desk, plan):
    desk.execute("SELECT * FROM mention").fetchall()
    erase(root, plan, [erase_desk])
    assert find_words(root.path, WORDS) == []


def test_words_in_freed_pages_go_where_no_row_has_any(root, desk, plan):
    """The desk frees pages as it works, and a kill may come between the rows and the file."""
    for statement in ("DELETE FROM behind", "DELETE FROM mention", "DELETE FROM delivery",
                      "DELETE FROM audit"):  # fmt: skip
        desk.execute(statement)
    desk.commit()
    assert find_words(root.path, WORDS) != []
    proof = erase(root, plan, [erase_desk])
    assert find_words(root.path, WORDS) == []
    assert proof.files == []


@pytest.mark.parametrize("point", ["erase:scrub", "erase:sqlite", "erase:vacuum"])
def test_killed_inside_the_scrub_the_next_run_leaves_nothing(root, desk, plan, point):
    """Others have the file open, so that its log stays where it is."""
    desk.execute("SELECT * FROM mention").fetchall()
    child = fork(erase, root, plan, [erase_desk], LISTENING_CRASH_AT=point)
    child.join()
    assert child.exitcode == 137
    assert finish_erasure(root, [erase_desk]) is not None
    assert find_words(root.path, WORDS) == []
    assert desk.execute("SELECT n, mention_id FROM behind").fetchall() == [(2, OTHER)]


def test_a_file_without_it_says_what_it_said(root, desk):
    desk.close()
    proof = erase(root, Plan("mention", "d" * 32, mentions={"d" * 32: Found("x", "no", "")}),
                  [erase_desk])  # fmt: skip
    assert proof.files == []
    assert {word for word, _ in find_words(root.path, WORDS)} == set(WORDS)


def test_a_damaged_file_is_told(root, desk, plan):
    desk.close()
    path = root.path / "desk.sqlite"
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    with pytest.raises(ListeningError, match="the database refused") as caught:
        erase(root, plan, [erase_desk])
    assert "--resume" in caught.value.mend
