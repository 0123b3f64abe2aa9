"""An erasure leaves nothing of the desk's state in PostgreSQL: no row, no dump, no table's file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from desk.state import URL_VARIABLE, open_state, writing
from desk.work.item import ROOMS
from desk.work.outbox import outbox, write
from listening.contract import Decision
from listening.erase.match import Found, Plan
from listening.erase.run import erase
from listening.erase.state import erase_desk
from tests.canary import find_words
from tests.desk.work.conftest import BIN

CANARY, OTHER = "c" * 32, "0" * 32
WORDS = ("canarybird", "x.example/canaryurl", CANARY)


def dump(address: sa.URL) -> str:
    """Return what pg_dump says of the database."""
    folder, port = str(address.query["unix_sock"]).rsplit("/.s.PGSQL.", 1)
    asked = [str(BIN / "pg_dump"), "-h", folder, "-p", port, "-U", "desk", str(address.database)]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("root", ["postgres"], indirect=True)
def test_nothing_is_left_in_the_tables_and_files_of_a_server(root):
    plan = Plan(
        "author", "x", authors=[("mastodon", "canarybird")],
        mentions={CANARY: Found("mastodon", "4711001", "https://x.example/canaryurl")},
    )  # fmt: skip
    engine = open_state(root, ROOMS)
    words = [
        Decision("case", "open", "ada", "c1", CANARY, note="a fake"),
        Decision("case", "note", "ada", "c1", note="see https://x.example/canaryurl"),
        Decision("case", "open", "ada", "c2", OTHER, note="asked @canarybird"),
    ]
    with writing(engine) as connection:
        for word in words:
            write(connection, word)
    with writing(engine) as connection:  # a row of before keeps its words where it was
        connection.execute(sa.update(outbox).values(actor="bo"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")  # keeps values of columns in its statistics
        connection.exec_driver_sql("CHECKPOINT")
        stated = str(connection.exec_driver_sql("SELECT * FROM pg_stats").all())
    address = sa.make_url(os.environ[URL_VARIABLE])
    tables = Path(str(address.query["unix_sock"])).parent / "data" / "base"
    assert CANARY in stated
    assert all(word in dump(address) for word in WORDS)
    assert {word for word, _ in find_words(tables, WORDS)} == set(WORDS)

    proof = erase(root, plan, [erase_desk])

    assert not any(word in dump(address) for word in WORDS)
    assert find_words(tables, WORDS) == []
    with engine.connect() as connection:
        rows = connection.execute(sa.select(outbox.c.mention_id, outbox.c.note)).all()
        stated = str(connection.exec_driver_sql("SELECT * FROM pg_stats").all())
    engine.dispose()
    assert (OTHER, "[erased]") in [tuple(row) for row in rows]
    assert not any(word in stated for word in WORDS)
    (room,) = proof.rooms
    assert room["removed"] == 3
    assert len(room["notes"]) == 1
    assert find_words(root.path, WORDS) == []
    # What the server's log holds is told, not reached: docs/privacy.md.
    assert {word for word, _ in find_words(tables.parent / "pg_wal", WORDS)} == set(WORDS)
