"""One process hears many streams; a few share the hosts."""

from __future__ import annotations

import pytest

from listening.contract import ListeningError
from listening.hear import Heard, hear, share
from listening.streams import Stream

from .conftest import reply
from .lab import NOON, Lab, feed, status


def test_every_stream_is_heard_though_one_fails(lab: Lab) -> None:
    lab.timeline([status(1, NOON)])
    heard = hear(lab.root, lab.brands)  # there is no feed
    assert [batch.source for batch in lab.batches()] == ["mastodon", "rss"]
    assert set(heard.batch_ids) == {batch.batch_id for batch in lab.batches()}
    with pytest.raises(ListeningError, match="404"):
        heard.check()


def test_what_went_well_is_no_error_and_others_are_counted() -> None:
    Heard((), ()).check()
    wrong = tuple(ListeningError("lost", where=name, mend="find it") for name in "ab")
    with pytest.raises(ListeningError, match=r"a: lost \(and 1 more: .*find it"):
        Heard((), wrong).check()


def test_each_part_hears_its_hosts(lab: Lab) -> None:
    lab.timeline([status(1, NOON)])
    lab.server.on("/feed.xml", reply(feed("a")))
    hear(lab.root, lab.brands, 0, 2)
    (first,) = lab.batches()
    hear(lab.root, lab.brands, 1, 2)
    assert {batch.source for batch in lab.batches()} == {"mastodon", "rss"}
    assert first.source == "rss"  # by host: news.example, social.example


def test_a_host_is_in_one_part_and_parts_are_even() -> None:
    sizes = {"a.example": 5, "b.example": 3, "c.example": 2, "d.example": 1}
    found = [
        Stream("rss", host, str(number), "off_channel")
        for host, size in sizes.items()
        for number in range(size)
    ]
    parts = [share(found, part, 2) for part in range(2)]
    assert sorted(map(len, parts)) == [5, 6]
    assert sorted(one.id for part in parts for one in part) == sorted(one.id for one in found)
    hosts = [{stream.host for stream in part} for part in parts]
    assert not hosts[0] & hosts[1]
    assert len(share(found, 0, 1)) == len(found)


def test_stepping_back_twice_is_stepping_back_once() -> None:
    """In a process of its own: nobody but root can take it back."""
    import subprocess
    import sys

    told = "import os; from listening.priority import step_back as s; s(); s(); print(os.nice(0))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "10"
