"""What a batch leaves in the core tables, with every kind of item."""

from __future__ import annotations

import pyarrow.parquet as pq

from tests.warehouse.loading import load
from tests.warehouse.world import (
    World,
    again,
    at,
    bad,
    counted,
    deleted,
    off_topic,
    reference,
    rows_of,
    said,
    stored,
)


def test_every_item_ends_in_its_bucket(world: World) -> None:
    """All seven buckets in one batch, and the table each leads to."""
    world.land([said("1", "acme is bad"), said("2", "acme is good"), said("7", "acme stays")])
    world.land([deleted("7", 30)], kind="tombstone")
    load(world)
    one = said("1", "acme is bad", seen=25)
    world.land([
        one, again(one, 26, likes=3),  # unchanged, duplicate
        said("2", "acme is worse", seen=25),  # updated
        said("3", "acme is new"),  # inserted
        said("7", "acme stays", seen=26),  # deleted at the source: unchanged
        deleted("4", 25), off_topic("5"), bad("6"),
    ])  # fmt: skip
    assert load(world) == [{
        "inserted": 1, "updated": 1, "unchanged": 2, "duplicate": 1, "deleted": 1,
        "off_topic": 1, "quarantined": 1,
    }]  # fmt: skip
    assert rows_of(world.root, "SELECT native_id FROM core.mention ORDER BY ALL") == [
        ("1",), ("2",), ("3",)
    ]  # fmt: skip
    assert rows_of(world.root, "SELECT native_id FROM core.off_topic") == [("5",)]
    assert rows_of(world.root, "SELECT native_id, reason FROM core.quarantine") == [
        ("6", "bad_date")
    ]
    assert rows_of(world.root, "SELECT count(*) FROM core.tombstone") == [(2,)]


def test_two_contents_in_one_batch_leave_the_later(world: World) -> None:
    """The same id twice with different contents: inserted and updated, the later row stands."""
    world.land([said("1", "acme first late"), said("1", "acme second k2")])
    assert load(world) == [{"inserted": 1, "updated": 1}]
    assert rows_of(world.root, "SELECT text, version_no FROM core.mention") == [
        ("acme second k2", 2)
    ]
    assert rows_of(world.root, "SELECT version_no, text FROM core.mention_version ORDER BY 1") == [
        (1, "acme first late"), (2, "acme second k2")
    ]  # fmt: skip


def test_an_older_content_that_arrives_late_does_not_win(world: World) -> None:
    """The content of the latest look stands, whenever its batch is loaded."""
    world.land([said("1", "acme new", seen=30)])
    load(world)
    world.land([said("1", "acme old", seen=20)], stream="import--file--b")
    assert load(world) == [{"updated": 1}]
    row = rows_of(world.root, "SELECT text, version_no, observed_at FROM core.mention")
    assert row == [("acme new", 2, at(20))]


def test_every_look_is_kept(world: World) -> None:
    """Looks add up to a history; one moment is one look, whichever batch brought it."""
    one = said("1", "acme", seen=24, likes=1)
    world.land([one, again(one, 25, likes=2)])
    world.land([counted("1", 26, likes=3), counted("1", 26, likes=3, shares=1)], kind="engagement")
    world.land([counted("1", 26, likes=3), counted("1", 27)], kind="engagement")
    assert load(world) == [
        {"inserted": 1, "duplicate": 1}, {"inserted": 1, "updated": 1},
        {"unchanged": 1, "inserted": 1},
    ]  # fmt: skip
    looks = "SELECT observed_at, likes, shares FROM core.engagement ORDER BY 1"
    assert rows_of(world.root, looks) == [
        (at(24), 1, None), (at(25), 2, None), (at(26), 3, 1), (at(27), None, None)
    ]  # fmt: skip


def test_counts_of_nobody_knows_what_are_quarantined(world: World) -> None:
    """A look at an unknown mention is quarantined, at a deleted one unchanged."""
    world.land([deleted("2", 25), off_topic("3")])
    world.land(
        [counted("1", 26, likes=3), counted("2", 26, likes=3), counted("3", 26, likes=1)],
        kind="engagement",
    )
    assert load(world)[1] == {"quarantined": 1, "unchanged": 1, "off_topic": 1}
    found = rows_of(world.root, "SELECT native_id, reason FROM core.quarantine")
    assert found == [("1", "unknown_mention")]


def test_a_deletion_leaves_a_tombstone_only(world: World) -> None:
    """No child row, author, follower, reject or cluster of a deleted mention stays."""
    world.land([
        said("1", "acme late threat k2 slow copy1", likes=1, followers=5, author="gone"),
        said("2", "acme copy1"), bad("1", raw="its text"),
    ])  # fmt: skip
    load(world)
    world.land([deleted("1", 30)], kind="tombstone")
    assert load(world) == [{"deleted": 1}]
    gone = said("1", "")["mention_id"]
    after = stored(world.root)
    holding = [name for name, rows in after.items() if any(gone in map(str, row) for row in rows)]
    assert holding == ["tombstone"]
    assert "gone" not in repr(after)
    assert "its text" not in repr(after)
    alone = rows_of(world.root, "SELECT mention_id = cluster_id FROM core.duplicate_cluster")
    assert alone == [(True,)]


def test_a_marker_served_twice_is_one_deletion(world: World) -> None:
    """Two markers, and two rejects of the item before them: one tombstone, nothing else."""
    world.land([bad("1", "x"), bad("1", "y")])
    world.land([said("1", "acme"), bad("1", "z"), deleted("1", 25), deleted("1", 24)])
    assert load(world) == [
        {"quarantined": 2}, {"unchanged": 1, "quarantined": 1, "deleted": 2}
    ]  # fmt: skip
    assert rows_of(world.root, "SELECT deleted_at FROM core.tombstone") == [(at(24),)]
    assert rows_of(world.root, "SELECT * FROM core.quarantine") == []


def test_what_becomes_on_topic_leaves_off_topic(world: World) -> None:
    """A mention is in one place, and on topic in one stream is on topic."""
    world.land([off_topic("1"), off_topic("2")])
    world.land([said("1", "acme")])
    world.land([off_topic("1")], stream="import--file--b")
    load(world)
    assert rows_of(world.root, "SELECT native_id FROM core.off_topic") == [("2",)]
    assert rows_of(world.root, "SELECT native_id FROM core.mention") == [("1",)]


def test_what_one_stream_says_is_private_stays_so(world: World) -> None:
    """An older batch, which lacks the column, says nothing of it."""
    world.land([said("1", "acme"), said("2", "acme")])
    path = world.root.landed(world.land([said("3", "acme")]))
    table = pq.read_table(path, partitioning=None)
    pq.write_table(table.drop_columns(["private"]), path)
    world.land([said("1", "acme", seen=30, private=True)], stream="zendesk--h--a")
    world.land([said("1", "acme late", seen=40)])
    load(world)
    told = "SELECT native_id, private FROM core.mention ORDER BY 1"
    assert rows_of(world.root, told) == [("1", True), ("2", False), ("3", False)]


def test_a_batch_with_many_rejects_is_loaded_and_marked(world: World) -> None:
    """More than two percent quarantined marks the batch; less, or what is not public, does not."""
    world.land([bad("1"), *(said(str(n), "acme") for n in range(2, 100))])
    world.land([bad("1"), bad("2"), *(said(str(n), "acme") for n in range(3, 90))])
    note = {**bad("90"), "reason": "not_public"}
    world.land([note, {**note, "native_id": "91"}, said("3", "acme")])
    load(world)
    marked = rows_of(world.root, "SELECT seq, marked FROM core.batch ORDER BY 1")
    assert marked == [(1, False), (2, True), (3, False)]


def test_reference_rows_merge_by_key(world: World) -> None:
    """Inserted, updated, unchanged, duplicate, quarantined; typed, and the later row stands."""
    cost = {"cost_id": "c1", "brand_id": "acme", "on_date": "2026-10-01", "amount": 12.5,
            "currency": "EUR", "kind": "spend"}  # fmt: skip
    goal = {"goal_id": "g1", "period": "2026-10", "target": 3, "actual": None}
    world.land(
        [reference("cost", "c1", cost), reference("cost", "c2", {**cost, "cost_id": "c2"}),
         reference("goal_actual", "g1/2026-10/", goal), reference("cost", "c3", {}, "quarantined")],
        kind="reference", stream="reference--file--a",
    )  # fmt: skip
    world.land(
        [reference("cost", "c1", cost), reference("cost", "c1", cost, "duplicate"),
         reference("cost", "c2", {**cost, "cost_id": "c2", "amount": 1}),
         reference("cost", "c2", {**cost, "cost_id": "c2", "amount": 2})],
        kind="reference", stream="reference--file--a",
    )  # fmt: skip
    assert load(world) == [
        {"inserted": 3, "quarantined": 1}, {"unchanged": 1, "duplicate": 1, "updated": 2}
    ]  # fmt: skip
    costs = "SELECT cost_id, amount, on_date::VARCHAR FROM core.cost ORDER BY 1"
    assert rows_of(world.root, costs) == [
        ("c1", 12.5, "2026-10-01"), ("c2", 2.0, "2026-10-01")
    ]  # fmt: skip
    assert rows_of(world.root, "SELECT region, target, actual FROM core.goal_actual") == [
        ("", 3.0, None)
    ]
