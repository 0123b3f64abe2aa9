"""Reads the stream of Bluesky on from a cursor, and tells how far that came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from listening.contract import Coverage, Item
from listening.sources import Look
from listening.sources.shape.bluesky import POST, Event, moment_of, read_event
from listening.stream import Limits

PER_PAGE: Final = 5_000  # messages
LISTED: Final = 10_000  # ids a crawl lists of what no query covers; the others are counted
HELD: Final = timedelta(hours=24)  # Jetstream keeps at least so much


@dataclass
class Walk:
    """What one crawl has seen so far."""

    at: int  # time_us of the newest message; reading goes on there after a break
    own: dict[str, tuple[str, str]]  # DID -> handle and brand of the brand file's accounts
    known: set[str]  # posts kept before, or by this crawl
    late: bool = False
    first: int = 0
    passed: int = 0  # posts no query covers, and deletions of what was never kept

    def list_passed(self, passed: Sequence[Item]) -> Sequence[Item]:
        """Count what concerns no query; return as many of it as are still to be listed."""
        listed = passed[: max(0, LISTED - self.passed)]
        self.passed += len(passed)
        return listed


def read_on(look: Look, walk: Walk) -> Iterator[list[tuple[bytes, Event]]]:
    """Yield messages and what they say, some thousand at a time."""
    asked = urlencode({"wantedCollections": POST, "cursor": walk.at})
    url, edge = f"{look.settings['base_url']}/subscribe?{asked}", micros_of(look.started_at)
    with look.http.stream(url, Limits(seconds=look.settings["seconds"])) as messages:
        heard: list[tuple[bytes, Event]] = []
        for message in messages:
            event = read_event(message, url) if message else None  # an empty one ends a page
            if event and event["time_us"] > edge:
                break
            heard += [(message, event)] if event else []
            if not event or len(heard) == PER_PAGE:
                yield heard
                heard = []
        if heard:
            yield heard
        walk.late = messages.ended == "late"


def told_of(look: Look, walk: Walk, start: int) -> Coverage:
    """Say how far the stream was read, what it no longer held, and what was counted only."""
    reason = ""
    if walk.passed > LISTED:
        unlisted = f"{walk.passed - LISTED:,} of {walk.passed:,} posts and deletions"
        reason = f"{unlisted} that concern no query were counted, not listed"
    if walk.late:
        until = moment_of(walk.at).isoformat(timespec="seconds")
        return Coverage("capped", reason=f"read up to {until}; the next crawl goes on. {reason}")
    lost = timedelta(microseconds=walk.first - start) if walk.first else timedelta(0)
    if look.cursor and look.started_at - look.since > HELD and lost > timedelta(minutes=1):
        return Coverage("partial", reason=f"the stream no longer held {lost}. {reason}")
    return Coverage("complete", reason=reason)


def micros_of(moment: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return int(moment.timestamp() * 1_000_000)
