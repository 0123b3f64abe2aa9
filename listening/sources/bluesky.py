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

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from pydantic import Field

from listening.contract import BrandFile, ListeningError, Page, Snapshot
from listening.net.answer import TransientError
from listening.sources import Look, Settings, Target, source
from listening.sources._api import EPOCH
from listening.sources._bluesky import API, PER_CALL, counts, own_accounts, posts
from listening.sources._bluesky_fold import fold_page
from listening.sources._bluesky_stream import HELD, Walk, micros_of, read_on, told_of
from listening.sources._read import api_target, expect, host_of

JETSTREAM: Final = "https://jetstream2.us-east.bsky.network"
TRIES: Final = 3


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
    start = micros_of(look.since)
    walk = Walk(start, own_accounts(look), set(look.recent(EPOCH)))
    error: ListeningError | None = None
    for attempt in range(TRIES):
        try:
            for heard in read_on(look, walk):
                yield fold_page(look, walk, heard)
            error = None
            break
        except TransientError as broken:
            error = broken
            look.http.clock.sleep(2.0**attempt)
        except ListeningError as other:
            error = other
            break
    yield Page((), 0, coverage=told_of(look, walk, start))
    if error:
        raise error
