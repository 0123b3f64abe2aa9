"""What is erased leaves the warehouse, its file and every table; a rebuild comes to the same."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from listening.cli.eraserooms import erase_warehouse
from listening.contract import DataRoot, Decision, mention_id
from listening.decide.seal import decision_facts, seal_rows
from listening.erase.file import erase_state
from listening.erase.match import Plan, plan_author, plan_mention
from listening.erase.room import erase_landing, erase_tagged
from listening.erase.run import erase, finish_erasure, is_pending
from tests.canary import find_words
from tests.forked import fork
from tests.warehouse.test_tables import catalog
from tests.warehouse.world import (
    BRANDS,
    World,
    again,
    at,
    bad,
    counted,
    deleted,
    off_topic,
    rows_of,
    said,
    stored,
)
from warehouse.check import check_warehouse
from warehouse.load import load_pending
from warehouse.open import connect, open_warehouse

ROOMS = (erase_landing, erase_tagged, erase_warehouse, erase_state)
BIRD: dict[str, Any] = {
    "author": "canarybird",
    "author_name": "Canary Bird",
    "url": "https://x.example/canaryurl",
}
WORDS = ("canarybird", "Canary Bird", "canaryurl", "canaryword", "id-canary",
         mention_id("import", "id-canary-1"))  # fmt: skip

STREAM_POINTS = ("erase:copied", "erase:hidden", "erase:renamed")


def thread(root: str) -> dict[str, str]:
    return {"parent_native_id": root, "thread_native_id": root}


def answer(native_id: str, root: str, **more: object) -> dict[str, object]:
    told = {"parent_id": mention_id("import", root), "thread_id": mention_id("import", root)}
    return {**said(native_id, f"acme answer {native_id}", **more), **told}  # type: ignore[arg-type]


def fill(world: World) -> None:
    """Land the canary in every way there is: said, edited, counted, copied, answered, refused."""
    first = said("id-canary-1", "acme canaryword bad copy7 threat street", followers=9, **BIRD)
    world.land([
        first,
        again(first, 25, likes=4),
        said("n1", "acme fine copy7 copy8", followers=3, author="bob"),
        said("n2", "acme late copy8", author="cid"),
        answer("n3", "id-canary-1", author="dee"),
        answer("n4", "n1", author="eve"),
        bad("id-canary-2", "broken, by canarybird"),
        bad("n5", "broken"),
        {**bad("", "canarybird said so"), "native_id": None},
    ])  # fmt: skip
    edited = said("id-canary-1", "acme canaryword better", seen=30, edited_at=at(29), **BIRD)
    world.land([
        edited,
        answer("id-canary-3", "n1", seen=30, **BIRD),
        answer("n6", "id-canary-1", seen=30, author="bob"),
        off_topic("n7"),
        {**off_topic("id-canary-4"), "url": "https://x.example/@canarybird/9"},
    ], stream="import--file--b")  # fmt: skip
    world.land([counted("id-canary-1", 40, likes=50), counted("n1", 40, likes=5)],
               kind="engagement")  # fmt: skip
    world.land([deleted("n9", 41)], kind="tombstone")


@pytest.fixture
def full(world: World) -> World:
    fill(world)
    load_pending(world.root, BRANDS)
    canary, other = mention_id("import", "id-canary-1"), mention_id("import", "n1")
    quoted = "quotes canaryword here"
    decide = [
        Decision("case", "open", "ada", "C-1", canary, note=quoted, target="threat"),
        Decision("case", "note", "ada", "C-1", note="written by canarybird it seems"),
        Decision("case", "open", "ada", "C-2", other, note="harmless"),
    ]  # fmt: skip
    seal_rows(world.root, "case", [decision_facts(one) for one in decide])
    load_pending(world.root, BRANDS)
    return world


def plan(world: World) -> Plan:
    return plan_author(world.root, "import:canarybird")


def rebuilt(world: World, folder: Path) -> DataRoot:
    """Load the landing zone anew, from its files alone."""
    root = DataRoot(folder / "again")
    for name in ("landing", "tagged"):
        shutil.copytree(world.root.path / name, root.path / name)
    load_pending(root, BRANDS)
    return root


def test_nothing_is_left_and_a_rebuild_is_the_same(full: World, tmp_path: Path) -> None:
    root = full.root
    assert {word for word, _ in find_words(root.path, WORDS)} == set(WORDS)
    before = rows_of(root, "SELECT count(*) FROM core.mention")[0][0]
    proof = erase(root, plan(full), ROOMS)
    assert find_words(root.path, WORDS) == []
    assert proof.mentions == 2
    assert rows_of(root, "SELECT count(*) FROM core.mention")[0][0] == before - 2
    with open_warehouse(root) as connection:
        check_warehouse(connection)
    again = stored(rebuilt(full, tmp_path))
    for table, rows in stored(root).items():
        assert rows == again[table], table


def test_the_new_file_has_the_same_shape(full: World) -> None:
    with connect(full.root, str(full.root.warehouse)) as connection:
        before = catalog(connection)
        connection.exec_driver_sql("SELECT nextval('core.change_no')").all()
        number: int = connection.exec_driver_sql("SELECT nextval('core.change_no')").scalar_one()
    erase(full.root, plan(full), ROOMS)
    with connect(full.root, str(full.root.warehouse)) as connection:
        assert catalog(connection) == before
        later: int = connection.exec_driver_sql("SELECT nextval('core.change_no')").scalar_one()
        assert later > number
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("INSERT INTO core.receipt SELECT * FROM core.receipt")


def test_a_conversation_stays_one_without_its_first_mention(full: World) -> None:
    erase(full.root, plan_mention(full.root, mention_id("import", "id-canary-1")), ROOMS)
    rows = rows_of(
        full.root,
        "SELECT t.mentions, t.root_known, count(DISTINCT m.parent_id) FROM core.mention AS m "
        "JOIN core.thread AS t USING (thread_id) WHERE m.native_id IN ('n3', 'n6') GROUP BY ALL",
    )
    assert rows == [(2, False, 1)]


def test_what_was_decided_leaves_a_stub(full: World) -> None:
    erase(full.root, plan(full), ROOMS)
    rows = rows_of(
        full.root,
        "SELECT case_id, action, note, mention_id IS NULL, mention_deleted FROM core.decision "
        "ORDER BY decided_at",
    )
    assert rows == [
        ("C-1", "open", "", True, True), ("C-1", "note", "", True, True),
        ("C-2", "open", "harmless", False, False),
    ]  # fmt: skip


def test_loading_goes_on_after_an_erasure(full: World, tmp_path: Path) -> None:
    erase(full.root, plan(full), ROOMS)
    full.land([said("n8", "acme copy8 late", seen=50, author="bob"), deleted("n4", 50)])
    load_pending(full.root, BRANDS)
    with open_warehouse(full.root) as connection:
        check_warehouse(connection)
    again = stored(rebuilt(full, tmp_path))
    for table, rows in stored(full.root).items():
        assert rows == again[table], table


def test_a_stream_called_by_them_is_renamed_in_every_table(full: World, tmp_path: Path) -> None:
    """Killed at every named place; a load in between takes nothing for new."""
    stream = "import--x.example--canarybird"
    full.land([said("n20", "acme by eve", author="eve"), answer("id-canary-5", "n1", **BIRD)],
              stream=stream)  # fmt: skip
    full.land([counted("n20", 44, likes=2)], kind="engagement", stream=stream)
    load_pending(full.root, BRANDS)
    for point in STREAM_POINTS:
        child = fork(_erase, full.root, LISTENING_CRASH_AT=point)
        child.join()
        assert child.exitcode == 137, point
        assert load_pending(full.root, BRANDS) == []
    assert finish_erasure(full.root, ROOMS) is not None
    assert find_words(full.root.path, WORDS) == []
    again = stored(rebuilt(full, tmp_path))
    for table, rows in stored(full.root).items():
        assert rows == again[table], table
    told = rows_of(
        full.root, "SELECT kind, host, stream FROM core.batch WHERE stream LIKE '%erased%'"
    )
    assert {(kind, host) for kind, host, _ in told} == {("mention", ""), ("engagement", "")}
    assert len({stream for *_, stream in told}) == 1
    ((seen,),) = rows_of(
        full.root,
        "SELECT s.stream FROM core.mention_stream AS s JOIN core.mention USING (mention_id) "
        "WHERE native_id = 'n20'",
    )
    assert seen == told[0][2]


def _erase(root: DataRoot) -> None:
    if is_pending(root):
        finish_erasure(root, ROOMS)
    else:
        erase(root, plan_author(root, "import:canarybird"), ROOMS)
