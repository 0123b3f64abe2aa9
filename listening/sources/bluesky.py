"""Bluesky: every public post of the network, from Jetstream, in the order it was said.

Written from github.com/bluesky-social/jetstream (the v1 `/subscribe` wire, which v2 servers
keep), docs.bsky.app (getPosts, getProfiles) and a recorded stream; read 2026-11. No account.
Search asks for a login and pages badly, so the stream is drained from the cursor to the live
edge instead, and the brand file's queries decide here. Messages come plain or packed with
permessage-deflate; the zstd form needs a dictionary of theirs and is not asked for.

The stream repeats itself and is a little out of order, so it is read again from ten seconds
behind the cursor. It knows no edits but `update`, and no counts: those and the handles come
from the public API. An account that is deactivated or suspended may return; deleted and taken
down ones leave tombstones.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import Field

from listening.clean import UncleanError
from listening.contract import (
    BrandFile,
    Coverage,
    Deletion,
    Item,
    ListeningError,
    Mention,
    Page,
    Snapshot,
)
from listening.net.answer import TransientError
from listening.query.search import topic_filter
from listening.sources import Look, Settings, SourceChanged, Target, source
from listening.sources._api import EPOCH
from listening.sources._bluesky import API, PER_CALL, counts, hydrate, own_accounts, posts
from listening.sources._read import api_target, expect, host_of, instant, objects, read_items
from listening.sources._read import field as need
from listening.stream import Limits

JETSTREAM: Final = "https://jetstream2.us-east.bsky.network"
POST: Final = "app.bsky.feed.post"
PER_PAGE: Final = 5_000  # messages
PICTURE: Final = "https://cdn.bsky.app/img/feed_thumbnail/plain/{did}/{cid}@jpeg"
LISTED: Final = 10_000  # ids a crawl lists of what no query covers; the others are counted
HELD: Final = timedelta(hours=24)  # Jetstream keeps at least so much
TRIES: Final = 3
Event = dict[str, Any]


class Firehose(Settings):
    """`sources: {bluesky: {}}`; another Jetstream by its address, and its API."""

    base_url: str = JETSTREAM
    api_base_url: str | None = None  # the public one, or `base_url` where that is another server
    minutes: float = Field(5, gt=0, le=60)  # a crawl reads for so long; the next goes on


def targets(settings: Firehose, _: BrandFile) -> list[Target]:
    """Return the one stream: all posts, whatever the queries."""
    default = API if settings.base_url == JETSTREAM else settings.base_url
    stream, api = (
        f"http{url.rstrip('/').removeprefix('ws')}" if url.startswith("ws") else url.rstrip("/")
        for url in (settings.base_url, settings.api_base_url or default)
    )
    facts = {"api_base_url": api, "seconds": settings.minutes * 60}
    return [api_target("posts", stream, facts, hosts=(host_of(api),))]


@dataclass
class _Walk:
    """What one crawl has seen so far."""

    at: int  # time_us of the newest message; reading goes on there after a break
    own: dict[str, tuple[str, str]]  # DID -> handle and brand of the brand file's accounts
    known: set[str]  # posts kept before, or by this crawl
    late: bool = False
    first: int = 0
    passed: int = 0  # posts no query covers, and deletions of what was never kept


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield the counts of posts as they are now; of those that are gone the stream tells."""
    views = list(posts(look, ids))
    looks = (Snapshot("bluesky", expect(view, "uri", str, API), look.started_at, **counts(view))
             for view in views)  # fmt: skip
    yield Page(tuple(looks), len(views))


@source(
    name="bluesky",
    relation="off_channel",
    hosts=("jetstream2.us-east.bsky.network", "public.api.bsky.app"),
    auth="none",
    blind_to="Likes and reposts as such; followers; people who do not want to be shown to "
    "strangers; deletions of posts older than a week; what Jetstream no longer holds after a day",
    verified="recorded",
    settings=Firehose,
    targets=targets,
    pace=0.2,
    memory=timedelta(days=7),
    overlap=timedelta(seconds=10),
    horizon=HELD,
    max_pages=2_000,
    no_past="Jetstream holds a day, and Bluesky's search of older posts asks for a login",
    recount=recount,
    recount_size=PER_CALL,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield what the stream holds from the cursor to this crawl's start."""
    start = _micros(look.since)
    walk = _Walk(start, own_accounts(look), set(look.recent(EPOCH)))
    error: ListeningError | None = None
    for attempt in range(TRIES):
        try:
            for heard in _read(look, walk):
                yield _page(look, walk, heard)
            error = None
            break
        except TransientError as broken:
            error = broken
            look.http.clock.sleep(2.0**attempt)
        except ListeningError as other:
            error = other
            break
    yield Page((), 0, coverage=_coverage(look, walk, start))
    if error:
        raise error


def _read(look: Look, walk: _Walk) -> Iterator[list[tuple[bytes, Event]]]:
    """Yield messages and what they say, some thousand at a time."""
    asked = urlencode({"wantedCollections": POST, "cursor": walk.at})
    url, edge = f"{look.settings['base_url']}/subscribe?{asked}", _micros(look.started_at)
    with look.http.stream(url, Limits(seconds=look.settings["seconds"])) as messages:
        heard: list[tuple[bytes, Event]] = []
        for message in messages:
            event = _event(message, url) if message else None  # an empty one ends a page, see _page
            if event and event["time_us"] > edge:
                break
            heard += [(message, event)] if event else []
            if not event or len(heard) == PER_PAGE:
                yield heard
                heard = []
        if heard:
            yield heard
        walk.late = messages.ended == "late"


def _event(message: bytes, url: str) -> Event:
    """Return a message's value, its envelope checked: that is Jetstream's own word."""
    try:
        event: Event = json.loads(message)
        need(event, "did", str)
        need(event, "time_us", int)
        if need(event, "kind", str) == "commit":
            for name in ("collection", "rkey", "operation"):
                need(need(event, "commit", dict), name, str)
        elif event["kind"] == "account":
            need(need(event, "account", dict), "active", bool)
    except (ValueError, UncleanError) as error:
        detail = error.detail if isinstance(error, UncleanError) else "no JSON"
        raise SourceChanged(
            f"a message of another form: {detail}",
            where=url.partition("?")[0],
            mend="Compare Jetstream's documents with listening/sources/bluesky.py",
        ) from error
    return event


def _page(look: Look, walk: _Walk, heard: Sequence[tuple[bytes, Event]]) -> Page:
    """Return what some thousand messages amount to; what they delete themselves is not kept."""
    on_topic = topic_filter(look.brands, "bluesky", look.target.relation or "off_channel")
    base, items = look.settings["base_url"], list[Item]()
    places = defaultdict[str, list[int]](list)  # of what is kept, in `items`
    said = defaultdict[str, list[bytes]](list)  # messages of what is kept, by id
    kept: list[bytes] = []  # other messages to keep raw
    passed: list[Item] = []  # what concerns nobody here
    known = set(walk.known)  # the walk moves at the end: a page that breaks is read again
    posts = [event for _, event in heard if _says(event)]
    seen = look.started_at
    read = iter(
        read_items("bluesky", base, posts, lambda event: read_post(event, seen, walk.own), _uri)
    )
    for message, event in heard:
        if not _says(event):
            for uri in _ended(event, known, walk.own):
                gone = Deletion("bluesky", uri, _moment(event["time_us"]), seen)
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
    return Page(tuple(items), len(items), {"at": _moment(walk.at).isoformat()})


def _says(event: Event) -> bool:
    """Tell whether an event is a post, new or changed."""
    commit = event.get("commit") or {}
    return commit.get("collection") == POST and commit.get("operation") in ("create", "update")


def _ended(event: Event, known: set[str], own: dict[str, tuple[str, str]]) -> list[str]:
    """Return the posts that an event ends; follow the brands' own accounts to new handles."""
    did, kind = event["did"], event["kind"]
    if kind == "commit":
        deleted = event["commit"]["collection"] == POST
        return [_uri(event)] if deleted else []
    if kind == "account" and event["account"].get("status") in ("deleted", "takendown"):
        return sorted(uri for uri in known if uri.startswith(f"at://{did}/"))
    if kind == "identity" and did in own:
        handle = (event.get("identity") or {}).get("handle") or own[did][0]
        own[did] = (handle, own[did][1])
    return []


def read_post(event: Event, seen: datetime, own: Mapping[str, tuple[str, str]]) -> Mention:
    """Return a commit of a post as a mention, its author known by DID alone.

    Raises:
        UncleanError: a field is missing or odd.
    """
    did, commit, heard_at = event["did"], event["commit"], _moment(event["time_us"])
    record = need(commit, "record", dict)
    reply = need(record, "reply", dict) if record.get("reply") else {}
    parent, root = (need(need(reply, name, dict), "uri", str) if reply else ""
                    for name in ("parent", "root"))  # fmt: skip
    langs = [lang for lang in record.get("langs") or () if isinstance(lang, str)]
    created = instant(need(record, "createdAt", str), "createdAt")
    return Mention(
        source="bluesky",
        native_id=_uri(event),
        text="\n".join((need(record, "text", str), *_beside(record))),
        url=f"https://bsky.app/profile/{did}/post/{commit['rkey']}",
        author=own[did][0] if did in own else did,
        author_id=did,
        published_at=min(created, heard_at),  # as Bluesky sorts: a clock ahead is not believed
        edited_at=heard_at if commit["operation"] == "update" else None,
        observed_at=seen,
        kind="comment" if parent else "post",
        channel="bluesky",
        parent_native_id=parent,
        thread_native_id=root or _uri(event),
        lang=langs[0] if langs else "",
        brand_id=own.get(parent.removeprefix("at://").partition("/")[0], ("", ""))[1],
        images=_images(record, did),
    )


def _images(record: Mapping[str, Any], did: str) -> tuple[str, ...]:
    """Return the small forms of a post's pictures, as Bluesky's own pages show them."""
    embed = record.get("embed")
    held = embed.get("media") if isinstance(embed, Mapping) and "media" in embed else embed
    images = objects(held.get("images")) if isinstance(held, Mapping) else []
    refs = [one.get("ref") for one in objects([one.get("image") for one in images])]
    links = [one.get("$link") for one in objects(refs)]
    return tuple(PICTURE.format(did=did, cid=cid) for cid in links if isinstance(cid, str))


def _beside(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the whole links and the hidden tags: the text shortens or leaves them out."""
    facets = (one for one in record.get("facets") or () if isinstance(one, Mapping))
    features = [part for facet in facets for part in facet.get("features") or ()]
    card = (record.get("embed") or {}).get("external")
    links = [one.get("uri") for one in (*features, card) if isinstance(one, Mapping)]
    said = [*links, *(f"#{tag}" for tag in record.get("tags") or ())]
    text = record["text"]
    yield from (one for one in dict.fromkeys(said) if isinstance(one, str) and one not in text)


def _coverage(look: Look, walk: _Walk, start: int) -> Coverage:
    """Say how far the stream was read, what it no longer held, and what was counted only."""
    reason = ""
    if walk.passed > LISTED:
        unlisted = f"{walk.passed - LISTED:,} of {walk.passed:,} posts and deletions"
        reason = f"{unlisted} that concern no query were counted, not listed"
    if walk.late:
        until = _moment(walk.at).isoformat(timespec="seconds")
        return Coverage("capped", reason=f"read up to {until}; the next crawl goes on. {reason}")
    lost = timedelta(microseconds=walk.first - start) if walk.first else timedelta(0)
    if look.cursor and look.started_at - look.since > HELD and lost > timedelta(minutes=1):
        return Coverage("partial", reason=f"the stream no longer held {lost}. {reason}")
    return Coverage("complete", reason=reason)


def _uri(event: Event) -> str:
    commit = event["commit"]
    return f"at://{event['did']}/{commit['collection']}/{commit['rkey']}"


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def _moment(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)
