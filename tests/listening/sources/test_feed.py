"""Feeds from crawl to crawl: bombs, cut ones, silent ones, and entries without a date."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.listening.conftest import reply
from tests.listening.sources.conftest import NOON, Lab

FEED = "<rss version='2.0'><channel><title>t</title>{}</channel></rss>"
ITEM = "<item><title>Quillon</title><guid>http://n.example/1</guid></item>"


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1/">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_feed_that_declares_entities_is_refused(lab: Lab, bomb: str, encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?>{bomb}{FEED.format(ITEM)}"
    lab.server.on("/f", reply(text.encode(encoding)))
    outcome, _ = lab.crawl("rss", urls=["http://n.example/f"])
    assert "entities" in str(outcome.error)
    assert lab.server.paths() == ["/f"]


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_feed_cut_anywhere_is_rejected_as_a_whole(lab: Lab, tenth: int) -> None:
    whole = FEED.format(ITEM * 4).encode()
    lab.server.on("/f", reply(whole[: len(whole) * tenth // 10]))
    outcome, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert outcome.error is not None
    assert rows == []


def test_a_feed_without_an_entry_is_silent(lab: Lab) -> None:
    lab.server.on("/f", reply(FEED.format("").encode()))
    outcome, _ = lab.crawl("rss", urls=["http://n.example/f"])
    assert type(outcome.error).__name__ == "SourceSilent"


def test_an_undated_entry_keeps_the_day_it_was_first_seen(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.server.on("/f", reply(FEED.format(ITEM).encode()))
    lab.crawl("rss", urls=["http://n.example/f"])
    monkeypatch.setenv("LISTENING_NOW", (NOON + timedelta(days=3)).isoformat())
    more = ITEM + ITEM.replace("/1", "/2")
    lab.server.on("/f", reply(FEED.format(more).encode()))
    _, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert [row["published_at"] for row in rows] == [NOON, NOON + timedelta(days=3)]
    assert [row["seen_before"] for row in rows] == [True, False]


def test_an_unchanged_feed_without_validators_is_no_news(lab: Lab) -> None:
    lab.server.on("/f", reply(FEED.format(ITEM).encode()))
    lab.crawl("rss", urls=["http://n.example/f"])
    outcome, _ = lab.crawl("rss", urls=["http://n.example/f"])
    assert (outcome.batch_id, outcome.error, outcome.served) == (None, None, 0)


def test_the_same_guid_in_two_feeds_is_two_mentions(lab: Lab) -> None:
    item = "<item><title>Quillon</title><guid isPermaLink='false'>1</guid></item>"
    lab.server.on("/f", reply(FEED.format(item).encode()))
    ids = set()
    for host in ("a.example", "b.example"):
        _, rows = lab.crawl("rss", urls=[f"http://{host}/f"])
        ids.add(rows[0]["mention_id"])
    assert len(ids) == 2
