"""RSS and Atom must read in the usual library as those of real sites do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import feedparser
import pytest

from tests.bench.replay.conftest import NOON, ask, said

TITLE = {"title": "On kites & strings"}


def entries(world: Any, kind: str, at: Any = NOON) -> list[Any]:
    parsed = feedparser.parse(ask(world, f"{kind}.example", "/feed.xml", at).body)
    assert not parsed.bozo
    return list(parsed.entries)


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_an_entry_keeps_its_words_and_its_moment(make, kind):
    """Markup characters survive, the newest comes first, and dates are exact."""
    world = make({kind: [said(1, **TITLE, text="a <b> & c"), said(2, **TITLE, comments=4)]})
    newest, oldest = entries(world, kind)
    assert (newest.id, oldest.id) == ("2", "1")
    assert "&lt;b&gt; &amp; c" in (oldest.get("content") or [{"value": oldest.summary}])[0]["value"]
    assert oldest.title == "On kites & strings"
    assert oldest.published_parsed[:4] == (2026, 3, 5, 13)
    assert oldest.author == "author1"


def test_rss_counts_comments_as_they_come(make):
    """slash:comments grows with the age of the entry."""
    world = make({"rss": [said(1, **TITLE, comments=100)]})
    young = entries(world, "rss", NOON - timedelta(days=5) + timedelta(hours=9))
    assert young[0].slash_comments == "50"
    assert entries(world, "rss")[0].slash_comments == "100"


def test_the_window_holds_the_newest(make):
    """Old entries fall out of the feed without being deleted."""
    world = make({"rss:window: 2": [said(n, **TITLE) for n in range(1, 6)]})
    assert [entry.id for entry in entries(world, "rss")] == ["5", "4"]


def test_a_deleted_atom_entry_leaves_its_mark(make):
    """RFC 6721: at:deleted-entry with ref and when, and the entry itself is gone."""
    gone_at = NOON - timedelta(hours=1)
    world = make({"atom": [said(1, **TITLE, deleted_at=gone_at.isoformat()), said(2, **TITLE)]})
    body = ask(world, "atom.example", "/feed.xml").body.decode()
    assert f'deleted-entry ref="1" when="{gone_at.isoformat()}"' in body
    assert [entry.id for entry in entries(world, "atom")] == ["2"]
    assert len(entries(world, "atom", gone_at - timedelta(minutes=1))) == 2


def test_an_atom_edit_moves_updated_alone(make):
    """`updated` tells of the edit, `published` stays."""
    edit = {"at": (NOON - timedelta(hours=2)).isoformat(), "text": "Better words."}
    world = make({"atom": [said(1, **TITLE, edits=[edit])]})
    (entry,) = entries(world, "atom")
    assert entry.updated_parsed[:4] == (2026, 3, 10, 10)
    assert entry.published_parsed[:4] == (2026, 3, 5, 13)
    assert "Better words." in entry.content[0].value


def test_an_atom_answer_names_what_it_answers(make):
    """RFC 4685 in-reply-to carries the parent's id."""
    world = make({"atom": [said(1, **TITLE), said(2, **TITLE, reply_to="1")]})
    body = ask(world, "atom.example", "/feed.xml").body.decode()
    assert '<thr:in-reply-to ref="1"' in body


def test_an_unchanged_feed_is_not_sent_twice(make):
    """ETag and Last-Modified both give 304; a new entry, an edit or a deletion ends that."""
    gone_at = NOON + timedelta(hours=3)
    world = make({"rss": [said(1, **TITLE), said(2, **TITLE, deleted_at=gone_at.isoformat())]})
    first = ask(world, "rss.example", "/feed.xml")
    for header, name in (("if-none-match", "ETag"), ("if-modified-since", "Last-Modified")):
        known = {header: first.headers[name]}
        again = ask(world, "rss.example", "/feed.xml", headers=known)
        assert (again.status, again.body) == (304, b"")
        assert ask(world, "rss.example", "/feed.xml", gone_at, headers=known).status == 200


def test_a_wrong_etag_wins_over_a_right_date(make):
    """RFC 9110: If-Modified-Since is ignored beside If-None-Match."""
    world = make({"rss": [said(1, **TITLE)]})
    date = ask(world, "rss.example", "/feed.xml").headers["Last-Modified"]
    known = {"if-none-match": '"other"', "if-modified-since": date}
    assert ask(world, "rss.example", "/feed.xml", headers=known).status == 200
