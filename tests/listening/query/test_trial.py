"""A query is tried on what is stored before it goes live."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listening.contract import ConfigurationError
from listening.query.trial import try_query
from tests.listening.conftest import reply
from tests.listening.lab import NOON, Lab, feed, status


def test_what_a_query_catches_and_misses(lab: Lab) -> None:
    lab.server.on("/feed.xml", reply(feed("kettle", "lid")))
    lab.crawl()
    lab.timeline([status(20, NOON)])
    lab.crawl("mastodon")
    trial = try_query(lab.root, "kettle OR #quillon")
    assert (trial.stored, trial.caught) == (3, 2)
    assert trial.sources == [
        {"source": "mastodon", "stored": 1, "caught": 1},
        {"source": "rss", "stored": 2, "caught": 1},
    ]
    assert [one["text"] for one in trial.caught_examples] == ["#quillon", "Quillon kettle"]
    assert [one["text"] for one in trial.missed_examples] == ["Quillon lid"]
    assert trial.searches == ("kettle", "quillon")


def test_what_is_old_or_gone_is_not_tried(lab: Lab) -> None:
    lab.timeline([status(20, NOON), status(10, NOON - timedelta(minutes=5))])
    lab.crawl("mastodon")
    lab.timeline([status(20, NOON)])
    lab.server.on("/api/v1/statuses/10", reply(status=404))
    lab.at(NOON + timedelta(days=1))
    lab.crawl("mastodon")
    assert try_query(lab.root, "quillon").stored == 1
    lab.at(NOON + timedelta(days=40))
    assert try_query(lab.root, "quillon").stored == 0


def test_a_query_that_cannot_be_read_is_refused(lab: Lab) -> None:
    with pytest.raises(ConfigurationError):
        try_query(lab.root, "quillon AND")
