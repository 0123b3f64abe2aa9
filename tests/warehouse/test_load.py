"""What a load does with every kind of item, and in every order."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.contract import (
    BUCKETS,
    Brand,
    BrandFile,
    DataRoot,
    ListeningError,
    ServiceHours,
    read_batch,
)
from tests.warehouse.world import (
    BRANDS,
    World,
    again,
    at,
    bad,
    contents,
    counted,
    deleted,
    off_topic,
    reference,
    rows_of,
    said,
    stored,
)
from warehouse.check import check_warehouse
from warehouse.cluster import components
from warehouse.dimension import sync_brands
from warehouse.load import LoadError, Receipt, load_pending, totals, waiting_batches
from warehouse.merge import merge_batch
from warehouse.migrations import migrate
from warehouse.open import connect, open_warehouse


def buckets(receipt: Receipt) -> dict[str, int]:
    """Return the buckets that are not empty."""
    return {name: count for name, count in asdict(receipt).items() if name in BUCKETS and count}


def load(world: World) -> list[dict[str, int]]:
    """Load, check the whole warehouse, and return the buckets of the new receipts."""
    receipts = load_pending(world.root, BRANDS)
    with open_warehouse(world.root) as connection:
        check_warehouse(connection)
    for receipt in receipts:
        assert sum(buckets(receipt).values()) == receipt.served
    return [buckets(receipt) for receipt in receipts]


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


def test_an_edit_keeps_old_labels_and_replaces_the_rest(world: World) -> None:
    """Labels belong to a content; brands, topics, entities, flags and vectors to the mention."""
    world.land([said("1", "acme late threat bad")])
    world.land([said("1", "k2 good", seen=30)])
    assert load(world) == [{"inserted": 1}, {"updated": 1}]
    sentiment = "SELECT label FROM core.label WHERE tagger = 'sentiment' ORDER BY 1"
    assert rows_of(world.root, sentiment) == [("negative",), ("positive",)]
    brands = "SELECT brand_id, product_id FROM core.mention_brand"
    assert rows_of(world.root, brands) == [("acme", "k2")]
    assert rows_of(world.root, "SELECT * FROM core.mention_topic") == []
    assert rows_of(world.root, "SELECT * FROM core.flag") == []
    assert rows_of(world.root, "SELECT text FROM core.entity") == [("k2",)]
    assert rows_of(world.root, "SELECT vector[1] FROM core.embedding") == [(7.0,)]


def test_a_content_that_comes_back_stands_with_its_tags(world: World) -> None:
    """An edit taken back needs no new tags: those of its first batch are read again."""
    first = said("1", "acme late")
    world.land([first])
    world.land([said("1", "k2 good", seen=30)])
    world.land([said("1", "acme late", seen=40, seen_before=True)])
    assert load(world) == [{"inserted": 1}, {"updated": 1}, {"updated": 1}]
    assert rows_of(world.root, "SELECT text, version_no FROM core.mention") == [("acme late", 1)]
    assert rows_of(world.root, "SELECT topic_id FROM core.mention_topic") == [("late",)]
    brands = "SELECT brand_id, product_id FROM core.mention_brand"
    assert rows_of(world.root, brands) == [("acme", "")]


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


def test_labels_say_what_the_tags_say(world: World) -> None:
    """One row per tagger; a failed one is a row of its own, and the mention stays."""
    world.land([said("1", "acme slow complaint bad"), said("2", "acme")])
    load(world)
    one = said("1", "acme slow complaint bad")["mention_id"]
    found = rows_of(
        world.root,
        "SELECT tagger, version, label, round(p, 2), abstained, len(probabilities) "  # noqa: S608
        f"FROM core.label WHERE mention_id = '{one}' ORDER BY 1",
    )
    assert found == [
        ("emotion", "0123456789ab", "anger", 0.5, None, 1),
        ("intent", "0123456789ab", "complaint", pytest.approx(0.9), None, 9),
        ("irony", "0123456789ab", "none", 0.75, None, 1),
        ("language", "l1", "en", None, None, None),
        ("offensive", "0123456789ab", "offensive", 0.75, None, 1),
        ("sentiment", "s1", "negative", pytest.approx(0.8), None, 3),
    ]
    failed = "SELECT mention_id, tagger, version, reason FROM core.label_failure"
    assert rows_of(world.root, failed) == [(one, "emotion", "0123456789ab", "timeout")]
    short = "SELECT count(*) FROM core.label WHERE abstained = 'short'"
    assert rows_of(world.root, short) == [(1,)]


def test_the_closest_relation_to_a_brand_stands(world: World) -> None:
    """Served by the brand's own stream and by a tag, a mention is owned, in both orders."""
    row = said("1", "acme")
    match = {"brand_id": "acme", "product_id": None, "start": None, "end": None, "matched": None}
    for stream, relation in (("a", "tagged"), ("b", "owned"), ("c", "off_channel")):
        batch_id = world.land([row], stream=f"import--file--{stream}")
        world.tag(batch_id, [row], brands=[{**match, "relation": relation}])
    load(world)
    assert rows_of(world.root, "SELECT relation FROM core.mention_brand") == [("owned",)]
    assert rows_of(world.root, "SELECT count(*) FROM core.mention_stream") == [(3,)]


def test_authors_are_as_their_latest_mention_shows_them(world: World) -> None:
    """Name and handle of the latest mention; a declared handle names its brand."""
    world.land([
        said("1", "acme a", author="ann", author_id="7", author_name="Ann", published_at=at(2)),
        said("2", "acme b", author="ann2", author_id="7", author_name="Ann B", published_at=at(3)),
        said("3", "acme c", source="mastodon", author="acme@a.example", followers=10),
    ])  # fmt: skip
    load(world)
    found = "SELECT handle, name, brand_id FROM core.author ORDER BY 1"
    assert rows_of(world.root, found) == [("acme@a.example", None, "acme"), ("ann2", "Ann B", None)]
    assert rows_of(world.root, "SELECT followers FROM core.author_follower") == [(10,)]
    other = replace(BRANDS.brands[0], handles={"import": ("Ann2",)})
    load_pending(world.root, replace(BRANDS, brands=(other,)))
    assert rows_of(world.root, found) == [("acme@a.example", None, None), ("ann2", "Ann B", "acme")]


def test_near_copies_are_one_cluster_named_after_the_first(world: World) -> None:
    """Copies of copies belong together, and the cluster falls apart with its middle."""
    world.land([said("1", "acme copy1", published_at=at(3)),
                said("3", "acme copy2", published_at=at(2)), said("4", "acme alone")])  # fmt: skip
    load(world)
    clusters = "SELECT count(DISTINCT cluster_id) FROM core.duplicate_cluster"
    assert rows_of(world.root, clusters) == [(3,)]
    world.land([said("2", "acme copy1 copy2", published_at=at(5))])
    load(world)
    first = said("3", "")["mention_id"]
    sizes = "SELECT cluster_id, count(*) AS n FROM core.duplicate_cluster GROUP BY 1 HAVING n > 1"
    assert rows_of(world.root, sizes) == [(first, 3)]
    world.land([deleted("2", 40)], kind="tombstone")
    load(world)
    assert rows_of(world.root, sizes) == []


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


def test_a_batch_with_many_rejects_is_loaded_and_marked(world: World) -> None:
    """More than two percent quarantined marks the batch; less, or what is not public, does not."""
    world.land([bad("1"), *(said(str(n), "acme") for n in range(2, 100))])
    world.land([bad("1"), bad("2"), *(said(str(n), "acme") for n in range(3, 90))])
    note = {**bad("90"), "reason": "not_public"}
    world.land([note, {**note, "native_id": "91"}, said("3", "acme")])
    load(world)
    marked = rows_of(world.root, "SELECT seq, marked FROM core.batch ORDER BY 1")
    assert marked == [(1, False), (2, True), (3, False)]


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


def test_a_reference_row_that_breaks_a_rule_fails_its_batch(world: World) -> None:
    """An unknown kind of cost is an error that names the batch; nothing of it is loaded."""
    cost = {"cost_id": "c1", "on_date": "2026-10-01", "kind": "gift"}
    batch_id = world.land([reference("cost", "c1", cost)], kind="reference", stream="r--file--a")
    with pytest.raises(ListeningError, match="CHECK") as caught:
        load_pending(world.root, BRANDS)
    assert caught.value.where == batch_id
    assert rows_of(world.root, "SELECT count(*) FROM core.batch") == [(0,)]


def test_brands_follow_the_file_and_stay_when_unlisted(world: World) -> None:
    """Changed rows are replaced; what mentions may refer to stays."""
    load_pending(world.root, BRANDS)
    before = stored(world.root)
    load_pending(world.root, BRANDS)
    assert stored(world.root) == before
    acme = replace(
        BRANDS.brands[0], name="ACME", domains=(), products=(), service=ServiceHours(days=(0, 5))
    )
    load_pending(world.root, replace(BRANDS, brands=(acme,), topics=()))
    assert rows_of(world.root, "SELECT brand_id, name FROM core.brand ORDER BY 1") == [
        ("acme", "ACME"), ("rival", "Rival")
    ]  # fmt: skip
    assert rows_of(world.root, "SELECT count(*) FROM core.domain") == [(0,)]
    assert rows_of(world.root, "SELECT product_id FROM core.product") == [("k2",)]
    assert rows_of(world.root, "SELECT topic_id FROM core.topic") == [("late",)]
    days = "SELECT weekday FROM core.brand_business_day WHERE brand_id = 'acme' ORDER BY 1"
    assert rows_of(world.root, days) == [(0,), (5,)]


def test_totals_add_receipts_up() -> None:
    """The counts a command prints are sums over its receipts."""
    one = Receipt("a", 3, 1, 0, 1, 0, 0, 1, 0)
    assert totals([one, one]) == {
        "served": 6, "inserted": 2, "updated": 0, "unchanged": 2, "duplicate": 0, "deleted": 0,
        "off_topic": 2, "quarantined": 0,
    }  # fmt: skip


def test_a_set_of_competitors_follows_the_brand_files(world: World) -> None:
    """Rewritten where its brand is listed; who became our own leaves the sets of others too."""
    rival, zeta = Brand("rival", "Rival", "competitor"), Brand("zeta", "Zeta", "competitor")
    for brands, expected in (
        ((Brand("acme", "Acme", "own"), rival, zeta), [("acme", "rival"), ("acme", "zeta")]),
        ((Brand("acme", "Acme", "own", competitors=("zeta",)), rival, zeta), [("acme", "zeta")]),
        ((Brand("other", "Other", "own"), rival), [("acme", "zeta"), ("other", "rival")]),
        ((Brand("zeta", "Zeta", "own", competitors=()),), [("other", "rival")]),
    ):
        with open_warehouse(world.root) as connection, connection.begin():
            sync_brands(connection, BrandFile(brands=brands))
            check_warehouse(connection)
        assert rows_of(world.root, "SELECT * FROM core.competitor ORDER BY ALL") == expected


# --- laws -------------------------------------------------------------------------------

TEXTS = ("acme bad copy1", "acme k2 late copy1 copy2", "k2 good copy2", "acme complaint")
IDS = st.sampled_from("123")
SEEN = st.integers(24, 27)
ROWS = st.one_of(
    st.builds(
        said, IDS, st.sampled_from(TEXTS), SEEN, likes=st.none() | st.integers(0, 3),
        followers=st.none() | st.integers(0, 3), author=st.sampled_from(["ann", "bob", ""]),
        author_name=st.sampled_from(["", "A", "B"]), owned=st.booleans(),
        warnings=st.sampled_from([(), ("no_zone",), ("future",)]),
        query_ids=st.sampled_from([[], ["main"], ["other"]]),
    ),
    st.builds(deleted, IDS, SEEN),
    st.builds(off_topic, IDS),
    st.builds(bad, IDS, st.sampled_from("xy")),
)  # fmt: skip
BATCHES = st.lists(st.lists(ROWS, min_size=1, max_size=4), min_size=2, max_size=4)


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DataRoot, sa.Connection]]:
    """A migrated warehouse in memory: examples load into it and are rolled back."""
    root = DataRoot(tmp_path_factory.mktemp("law"))
    with connect(root, ":memory:") as connection:
        migrate(connection)
        with connection.begin():
            sync_brands(connection, BRANDS)
        yield root, connection


def result(connection: sa.Connection, root: DataRoot, batch_ids: list[str]) -> dict[str, Any]:
    """Return the tables after loading these batches in this order."""
    with connection.begin() as transaction:
        for batch_id in batch_ids:
            merge_batch(connection, root, read_batch(root.landed(batch_id)), b"k" * 32)
        check_warehouse(connection)
        tables = contents(connection)
        transaction.rollback()
    return tables


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=BATCHES, data=st.data())
def test_the_order_of_batches_leaves_no_trace(
    memory: tuple[DataRoot, sa.Connection], batches: Any, data: st.DataObject
) -> None:
    """Batches of several streams give the same tables in whatever order they are loaded."""
    root, connection = memory
    world = World(root)
    ids = [world.land(rows, stream=f"import--file--{n}") for n, rows in enumerate(batches)]
    shuffled = data.draw(st.permutations(ids))
    assert result(connection, root, ids) == result(connection, root, shuffled)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"))))
def test_components_are_the_classes_of_reachability(edges: list[tuple[str, str]]) -> None:
    """Two nodes share a component exactly where a path of edges joins them."""
    found = components(edges)
    reach = {node: {node} for edge in edges for node in edge}
    for _ in reach:
        for left, right in edges:
            joined = reach[left] | reach[right]
            for node in joined:
                reach[node] = reach[node] | joined
    for left, right in itertools.product(reach, reach):
        assert (found[left] == found[right]) == (right in reach[left])
