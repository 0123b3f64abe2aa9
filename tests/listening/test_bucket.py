"""Buckets: every served item ends in exactly one of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.bucket import Bucketer
from listening.contract import LANDING_SCHEMA, Deletion, Mention, Reject, Snapshot, mention_id
from listening.landing import Seen

NOON = datetime(2026, 10, 30, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _held_clock(monkeypatch):
    monkeypatch.setenv("LISTENING_NOW", NOON.isoformat())


def mention(number="1", text="a kettle", **more):
    return replace(Mention("rss", number, text, NOON - timedelta(days=1), NOON), **more)


def land(*items, **arguments):
    bucketer = Bucketer(**arguments)
    bucketer.extend(items)
    return bucketer.table().to_pylist()


def buckets(*items, **arguments):
    return [row["bucket"] for row in land(*items, **arguments)]


def kettles(mention):
    return ("main",) if "kettle" in mention.text else None


def test_the_same_content_again_is_a_duplicate_and_other_content_is_kept():
    assert buckets(mention(), mention(), mention(text="edited"), mention()) == [
        "kept", "duplicate", "kept", "kept",
    ]  # fmt: skip


def test_a_duplicate_keeps_its_counts_and_moment_but_not_its_text():
    later = NOON + timedelta(hours=1)
    _, row = land(mention(likes=1), mention(likes=5, observed_at=later))
    assert (row["bucket"], row["likes"], row["observed_at"], row["text"]) == (
        "duplicate", 5, later, None,
    )  # fmt: skip


def test_off_topic_keeps_ids_and_address_only():
    (row,) = land(mention(text="a flower", url="https://a.example/1"), on_topic=kettles)
    assert row["bucket"] == "off_topic"
    assert {name for name, value in row.items() if value is not None} == {
        "item_no", "bucket", "reason", "seen_before", "source", "native_id", "mention_id", "url",
    }  # fmt: skip


def test_a_mapped_brand_is_never_off_topic():
    (row,) = land(mention(text="a flower", brand_id="acme"), on_topic=kettles)
    assert (row["bucket"], row["query_ids"]) == ("kept", [])


def test_queries_that_match_are_named():
    (row,) = land(mention(), on_topic=kettles)
    assert row["query_ids"] == ["main"]


def test_seen_before_means_the_same_content_last_time():
    old = mention()
    recent = {"1": Seen(old.mention_id, old.content_hash, old.published_at)}
    assert land(old, recent=recent)[0]["seen_before"]
    edited, reverted = land(mention(text="edited"), old, recent=recent)
    assert not edited["seen_before"]
    assert reverted["bucket"] == "kept"


def test_a_future_date_is_kept_and_flagged():
    (row,) = land(mention(published_at=NOON + timedelta(days=400)))
    assert (row["bucket"], row["warnings"]) == ("kept", ["future"])
    assert land(mention(published_at=NOON + timedelta(minutes=2)))[0]["warnings"] == []


def test_snapshots_deletions_and_rejects_have_their_buckets():
    looks = [Snapshot("rss", "1", NOON, likes=1), Snapshot("rss", "1", NOON, likes=1)]
    gone = Deletion("rss", "2", NOON, NOON)
    bad = Reject("rss", "", "bad_date", "no date", "x" * 9_000)
    rows = land(*looks, gone, bad)
    assert [row["bucket"] for row in rows] == ["kept", "duplicate", "deleted", "quarantined"]
    assert rows[2]["mention_id"] == mention_id("rss", "2")
    assert rows[2]["deleted_at"] == NOON
    assert len(rows[3]["raw"]) == 4_000
    assert rows[3]["native_id"] is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"native_id": ""}, "missing_id"),
        ({"native_id": "i" * 600}, "too_long"),
        ({"kind": "story"}, "bad_kind"),
        ({"likes": -1}, "bad_number"),
        ({"views": 2**63}, "bad_number"),
        ({"url": "javascript:alert(1)"}, "bad_url"),
        ({"url": "file:///etc/passwd"}, "bad_url"),
    ],
)
def test_what_must_not_be_stored_is_quarantined_with_its_reason(change, reason):
    (row,) = land(mention(**change))
    assert (row["bucket"], row["reason"]) == ("quarantined", reason)
    assert row["raw"]


def test_the_quarantine_keeps_the_item_as_served():
    bucketer = Bucketer()
    bucketer.add(mention(native_id=""), raw=lambda: "as served")
    assert bucketer.table().to_pylist()[0]["raw"] == "as served"


def test_a_private_source_keeps_nothing_of_what_it_cannot_read():
    reject = Reject("rss", "2", "bad_date", "no date", "the whole ticket")
    rows = land(mention(), reject, private=True)
    assert [(row["private"], row["raw"]) for row in rows] == [(True, None), (None, "")]
    assert [row["private"] for row in land(mention(), mention("2", private=True))] == [None, True]


def test_text_is_cleaned_at_the_border():
    (row,) = land(mention(text="a\x00b\ud83dc\r\nd", title=" t\x07 "))
    assert (row["text"], row["title"]) == ("ab\ufffdc\nd", "t")


def test_parents_are_named_by_their_mention_id():
    (row,) = land(mention(parent_native_id="0", thread_native_id="t"))
    assert (row["parent_id"], row["thread_id"]) == (mention_id("rss", "0"), mention_id("rss", "t"))


ids = st.sampled_from(["", "1", "2", "3"])
texts = st.sampled_from(["", "kettle", "flower", "kettle \ud800", "\x00"]) | st.text(max_size=20)
items = st.one_of(
    st.builds(mention, ids, texts, likes=st.none() | st.integers(-3, 2**64)),
    st.builds(Snapshot, st.just("rss"), ids, st.just(NOON), st.integers(-1, 3)),
    st.builds(Deletion, st.just("rss"), ids, st.just(NOON), st.just(NOON)),
    st.builds(Reject, st.just("rss"), ids, st.just("bad_date"), texts, texts),
)


@given(st.lists(items, max_size=30))
def test_every_item_is_one_row_in_order_and_the_buckets_add_up(served):
    bucketer = Bucketer(on_topic=kettles)
    bucketer.extend(served)
    table = bucketer.table()
    assert table.schema.equals(LANDING_SCHEMA)
    assert table["item_no"].to_pylist() == list(range(len(served)))
    assert sum(bucketer.counts.values()) == len(served) == len(bucketer)
