"""Raw exchanges go by age, mentions where it is said so, and what a source deleted always."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listening.contract import Keep, Retention
from listening.erase.retain import drop_raw, plan_old
from listening.erase.run import erase
from tests.canary import find_words
from tests.listening.conftest import reply
from tests.listening.erase.test_run import ROOMS, post
from tests.listening.lab import NOON, Lab


@pytest.fixture
def crawled(lab: Lab) -> Lab:
    lab.timeline([post(4711100), post(4711101, "ben", "#quillon canarywords")])
    assert lab.crawl("mastodon").error is None
    return lab


def test_raw_exchanges_go_after_thirty_days_and_rows_stay(crawled: Lab) -> None:
    lab = crawled
    rows = lab.rows()
    lab.at(NOON + timedelta(days=29, hours=23))
    assert drop_raw(lab.root, lab.brands).raw == []
    lab.at(NOON + timedelta(days=30, minutes=1))
    (batch,) = lab.batches()
    assert drop_raw(lab.root, lab.brands, dry_run=True).raw == [batch.batch_id]
    assert lab.batches() == [batch]
    assert drop_raw(lab.root, lab.brands).raw == [batch.batch_id]
    assert lab.rows() == rows
    (after,) = lab.batches()
    assert (after.warc, after.revision, after.raw_partial) == ("", 1, True)
    assert list(lab.root.path.rglob("*.warc.gz")) == []
    assert drop_raw(lab.root, lab.brands).raw == []


def test_a_source_may_be_kept_shorter(crawled: Lab) -> None:
    brands = replace(crawled.brands, retention=Retention(sources={"mastodon": Keep(raw_days=7)}))
    crawled.at(NOON + timedelta(days=8))
    assert drop_raw(crawled.root, crawled.brands).raw == []
    assert len(drop_raw(crawled.root, brands).raw) == 1


def test_mentions_go_by_age_only_where_it_is_said(crawled: Lab) -> None:
    lab = crawled
    lab.at(NOON + timedelta(days=91))
    assert plan_old(lab.root, lab.brands) == []
    brands = replace(lab.brands, retention=Retention(sources={"mastodon": Keep(text_days=90)}))
    (plan,) = plan_old(lab.root, brands)
    assert (plan.reason, len(plan.mentions)) == ("retention", 2)
    erase(lab.root, plan, ROOMS)
    assert find_words(lab.root.path, ["canarywords", "4711101"]) == []
    assert plan_old(lab.root, brands) == []


def test_what_its_source_deleted_leaves_the_batches_before(crawled: Lab) -> None:
    lab = crawled
    lab.at(NOON + timedelta(hours=2))
    lab.timeline([post(4711100)])  # ben's is gone
    lab.server.on("/api/v1/statuses/4711101", lambda _: reply({}, status=404))
    lab.crawl("mastodon")
    assert "deleted" in {row["bucket"] for row in lab.rows()}
    assert find_words(lab.root.path, ["canarywords"]) != []
    (plan,) = plan_old(lab.root, lab.brands)
    assert (plan.reason, len(plan.mentions)) == ("deletion", 1)
    erase(lab.root, plan, ROOMS)
    assert find_words(lab.root.path, ["canarywords", "4711101"]) == []
    assert plan_old(lab.root, lab.brands) == []


def test_damaged_batches_that_are_old_are_emptied_and_keep_their_numbers(crawled: Lab) -> None:
    lab = crawled
    (batch,) = lab.batches()
    lab.root.landed(batch.batch_id).write_bytes(b"broken")
    lab.at(NOON + timedelta(hours=2))
    lab.crawl("mastodon")
    lab.at(NOON + timedelta(days=31))
    assert drop_raw(lab.root, lab.brands).aside == 2
    assert {path.stat().st_size for path in lab.root.path.glob("landing-aside/*/*/*/*")} == {0}
    assert drop_raw(lab.root, lab.brands).aside == 0
