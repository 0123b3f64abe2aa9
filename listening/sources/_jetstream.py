"""Reads the stream of Bluesky on from a cursor, and folds each page: what ends what was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from listening.contract import Coverage, Deletion, Item, Mention, Page
from listening.query.search import topic_filter
from listening.sources import Look
from listening.sources._bluesky import hydrate
from listening.sources._read import read_items
from listening.sources.shape.bluesky import (
    POST,
    Event,
    moment_of,
    read_event,
    read_post,
    says_post,
    uri_of,
)
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


def read_on(look: Look, walk: Walk) -> Iterator[list[tuple[bytes, Event]]]:
    """Yield messages and what they say, some thousand at a time."""
    asked = urlencode({"wantedCollections": POST, "cursor": walk.at})
    url, edge = f"{look.settings['base_url']}/subscribe?{asked}", micros_of(look.started_at)
    with look.http.stream(url, Limits(seconds=look.settings["seconds"])) as messages:
        heard: list[tuple[bytes, Event]] = []
        for message in messages:
            event = (
                read_event(message, url) if message else None
            )  # an empty one ends a page, see fold_page
            if event and event["time_us"] > edge:
                break
            heard += [(message, event)] if event else []
            if not event or len(heard) == PER_PAGE:
                yield heard
                heard = []
        if heard:
            yield heard
        walk.late = messages.ended == "late"


def fold_page(look: Look, walk: Walk, heard: Sequence[tuple[bytes, Event]]) -> Page:
    """Return what some thousand messages amount to; what they delete themselves is not kept."""
    on_topic = topic_filter(look.brands, "bluesky", look.target.relation or "off_channel")
    base, items = look.settings["base_url"], list[Item]()
    places = defaultdict[str, list[int]](list)  # of what is kept, in `items`
    said = defaultdict[str, list[bytes]](list)  # messages of what is kept, by id
    kept: list[bytes] = []  # other messages to keep raw
    passed: list[Item] = []  # what concerns nobody here
    known = set(walk.known)  # the walk moves at the end: a page that breaks is read again
    posts = [event for _, event in heard if says_post(event)]
    seen = look.started_at
    read = iter(
        read_items("bluesky", base, posts, lambda event: read_post(event, seen, walk.own), uri_of)
    )
    for message, event in heard:
        if not says_post(event):
            for uri in _ended(event, known, walk.own):
                gone = Deletion("bluesky", uri, moment_of(event["time_us"]), seen)
                if uri in known:
                    items.append(gone)
                    kept.append(message)
                else:
                    passed.append(gone)
                for place in places.pop(uri, ()):
                    items[place] = gone
                said.pop(uri, None)
                known.discard(uri)
        elif isinstance(item := next(read), Mention):
            if not item.brand_id and on_topic(item) is None:
                passed.append(item)
                continue
            said[item.native_id].append(message)
            places[item.native_id].append(len(items))
            known.add(item.native_id)
            items.append(item)
        else:
            items.append(item)
            kept.append(message)
    hydrate(look, items)
    raw = [*(message for messages in said.values() for message in messages), *kept]
    for message in (*raw, b"") if raw else ():  # an empty one, so that it is read again by page
        look.http.recorder.resource(f"{base}/subscribe", message, seen, "application/json")
    moments = [event["time_us"] for _, event in heard]
    walk.first = walk.first or min(moments, default=0)
    walk.at = max(walk.at, *moments) if moments else walk.at
    items += passed[: max(0, LISTED - walk.passed)]
    walk.known, walk.passed = known, walk.passed + len(passed)
    return Page(tuple(items), len(items), {"at": moment_of(walk.at).isoformat()})


def _ended(event: Event, known: set[str], own: dict[str, tuple[str, str]]) -> list[str]:
    """Return the posts that an event ends; follow the brands' own accounts to new handles."""
    did, kind = event["did"], event["kind"]
    if kind == "commit":
        deleted = event["commit"]["collection"] == POST
        return [uri_of(event)] if deleted else []
    if kind == "account" and event["account"].get("status") in ("deleted", "takendown"):
        return sorted(uri for uri in known if uri.startswith(f"at://{did}/"))
    if kind == "identity" and did in own:
        handle = (event.get("identity") or {}).get("handle") or own[did][0]
        own[did] = (handle, own[did][1])
    return []


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
