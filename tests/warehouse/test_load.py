"""What a load takes up, what waits, and what of a broken batch stays: nothing."""

from __future__ import annotations

import logging

import pytest

from listening.contract import ListeningError
from tests.warehouse.loading import load
from tests.warehouse.world import (
    BRANDS,
    World,
    bad,
    counted,
    deleted,
    off_topic,
    reference,
    rows_of,
    said,
    stored,
)
from warehouse.load import LoadError, Receipt, load_pending, totals, waiting_batches
from warehouse.open import open_warehouse


def test_loading_again_changes_nothing(world: World) -> None:
    """A batch with a receipt is never touched again, not even its run columns."""
    world.land([said("1", "acme one"), said("2", "acme two"), off_topic("3"), bad("4")])
    load(world)
    before = stored(world.root, whole=True)
    assert load(world) == []
    after = stored(world.root, whole=True)
    assert {**after, "run": []} == {**before, "run": []}


def test_the_same_items_in_a_new_batch_change_only_the_log(world: World) -> None:
    """With the clock held, what is served again adds a batch, receipt, coverage and run."""
    items = [said("1", "acme one copy1", likes=3, followers=9), off_topic("3"), bad("4"),
             deleted("5", 3)]  # fmt: skip
    world.land(items)
    load(world)
    before = stored(world.root)
    world.land(items)
    assert load(world) == [{"unchanged": 1, "off_topic": 1, "quarantined": 1, "deleted": 1}]
    assert stored(world.root) == before


def test_a_batch_without_tags_waits_and_is_named(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """It is loaded once tagged; counts that may be of its mentions wait with it."""
    rows = [said("1", "acme")]
    waiting = world.land(rows, tagged=False)
    counts = world.land([counted("1", 30, likes=2)], kind="engagement")
    other = world.land(
        [counted("9", 30, likes=2)], kind="engagement", source="rss", stream="rss--x"
    )
    with caplog.at_level(logging.WARNING):
        receipts = load_pending(world.root, BRANDS)
    assert [receipt.batch_id for receipt in receipts] == [other]
    assert waiting_batches(world.root) == [waiting]
    assert waiting in caplog.text
    assert counts in caplog.text
    world.tag(waiting, rows)
    assert load(world) == [{"inserted": 1}, {"inserted": 1}]
    assert waiting_batches(world.root) == []


def test_a_batch_that_does_not_add_up_is_refused_whole(world: World) -> None:
    """The error names the batch; nothing of it stays; the others are loaded."""
    world.land([said("1", "acme")])
    cut = world.land([said("2", "acme")], served=2)
    world.land([said("3", "acme")])
    with pytest.raises(LoadError, match="2 items were served") as caught:
        load_pending(world.root, BRANDS)
    assert caught.value.where == cut
    assert [receipt.inserted for receipt in caught.value.receipts] == [1, 1]
    mentions = rows_of(world.root, "SELECT native_id FROM core.mention ORDER BY 1")
    assert mentions == [("1",), ("3",)]
    assert rows_of(world.root, "SELECT count(*) FROM core.receipt") == [(2,)]
    assert rows_of(world.root, "SELECT status FROM core.run") == [("failed",)]


def test_a_broken_assertion_rolls_the_batch_back(world: World) -> None:
    """A content put in behind the load's back is found, and the batch is not loaded."""
    row = said("1", "acme")
    with open_warehouse(world.root) as connection, connection.begin():
        connection.exec_driver_sql(
            "INSERT INTO core.mention_version BY NAME SELECT $id AS mention_id, 'h' AS content_hash"
            ", 1 AS version_no, '' AS title, '' AS text, now() AS observed_at, 'b' AS batch_id",
            {"id": row["mention_id"]},
        )
    batch_id = world.land([row])
    with pytest.raises(ListeningError, match="'version'") as caught:
        load_pending(world.root, BRANDS)
    assert caught.value.where == batch_id
    assert rows_of(world.root, "SELECT count(*) FROM core.receipt") == [(0,)]


@pytest.mark.parametrize("damage", ["cut", "empty", "tags"])
def test_a_damaged_file_is_an_error_and_others_are_loaded(world: World, damage: str) -> None:
    """A cut batch, an empty file and damaged tags are named; the rest goes on."""
    broken = world.land([said("1", "acme")])
    world.land([said("2", "acme")])
    path = (world.root.tagged_batch if damage == "tags" else world.root.landed)(broken)
    path.write_bytes(b"" if damage == "empty" else path.read_bytes()[:-20])
    with pytest.raises(ListeningError) as caught:
        load_pending(world.root, BRANDS)
    assert broken in caught.value.where
    assert rows_of(world.root, "SELECT native_id FROM core.mention") == [("2",)]


def test_a_reference_row_that_breaks_a_rule_fails_its_batch(world: World) -> None:
    """An unknown kind of cost is an error that names the batch; nothing of it is loaded."""
    cost = {"cost_id": "c1", "on_date": "2026-10-01", "kind": "gift"}
    batch_id = world.land([reference("cost", "c1", cost)], kind="reference", stream="r--file--a")
    with pytest.raises(ListeningError, match="CHECK") as caught:
        load_pending(world.root, BRANDS)
    assert caught.value.where == batch_id
    assert rows_of(world.root, "SELECT count(*) FROM core.batch") == [(0,)]


def test_totals_add_receipts_up() -> None:
    """The counts a command prints are sums over its receipts."""
    one = Receipt("a", 3, 1, 0, 1, 0, 0, 1, 0)
    assert totals([one, one]) == {
        "served": 6, "inserted": 2, "updated": 0, "unchanged": 2, "duplicate": 0, "deleted": 0,
        "off_topic": 2, "quarantined": 0,
    }  # fmt: skip
