"""Reddit: what is posted and answered in subreddits, and the posts a query finds, newest first.

Written from reddit.com/dev/api, github.com/reddit-archive/reddit/wiki/OAuth2, the Responsible
Builder Policy of November 2025 and recorded answers, read 2026-11. The API wants an approved
app: its id and secret are the login and password of the connection. Without one the public
feeds are read instead: ids are the same, scores, edits and deletions are missing.

A listing ends after about 1,000 things and cannot be cut by time: what lies beyond is told as
capped. A thing that vanished from it is asked for by name. "[deleted]" or "[removed]" in place
of its text is a deletion; "[deleted]" in place of its author alone is an account that left.
Policy forbids to match people with other platforms: an author is a name here and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from listening.contract import BrandFile, Mention, Page
from listening.query.dialect import Dialect
from listening.query.search import compile_search
from listening.sources import Look, Settings, Target, source
from listening.sources._api import Heard, blind
from listening.sources._queries import queries_for
from listening.sources._read import host_of
from listening.sources._reddit import (
    LIMIT,
    list_things,
    log_in,
    read_named,
    read_thread,
    search_terms,
)
from listening.sources._reddit_feed import feed_page
from listening.sources.shape.reddit import SITE

API: Final = "https://oauth.reddit.com"
THREADS: Final = 50  # of one crawl
SEARCH: Final = Dialect(most=512, all_of=" AND ", fields={"author": "author:", "site": "site:"})


class Subreddits(Settings):
    """`sources: {reddit: {subreddits: [acme]}}`; queries are searched for besides."""

    subreddits: tuple[str, ...] = ()
    search: bool = True
    connection: str = "reddit"
    base_url: str = API


def targets(settings: Subreddits, brands: BrandFile) -> list[Target]:
    """Return two targets per subreddit, its posts and its comments, and one per query."""
    base = settings.base_url.rstrip("/")
    site = SITE if base == API else base
    facts = {"base_url": base, "site_url": site, "connection": settings.connection}
    host, other = host_of(site), host_of(base)
    found = [
        Target(f"r-{name}-{kind}", host, {**facts, "path": f"/r/{quote(name)}/{kind}"}, (other,))
        for name in (name.removeprefix("r/").strip("/") for name in settings.subreddits)
        for kind in ("new", "comments")
    ]
    queries = queries_for("reddit", brands) if settings.search else {}
    for name, q in queries.items():
        texts = list(compile_search(q, SEARCH))
        found.append(Target(name, host, {**facts, "path": "/search", "texts": texts}, (other,)))
    return found


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield things as they are now, by name; without an account there is nothing to ask."""
    if said := log_in(look):
        yield read_named(look, said, ids)


@source(
    name="reddit",
    relation="off_channel",
    hosts=("www.reddit.com", "oauth.reddit.com"),
    auth="oauth of an approved app; without it the feeds, which tell no scores",
    blind_to="Comments outside the subreddits listed and the posts found; more than about 1,000 "
    "things between two crawls of one listing; private and quarantined subreddits; without an "
    "approved app scores, edits, deletions and all but the newest 100",
    verified="recorded",
    settings=Subreddits,
    targets=targets,
    pace=1.0,
    overlap=timedelta(days=2),
    recount=recount,
    recount_size=LIMIT,
    no_past="Reddit's lists and its search end at about 1,000 things, and know no dates",
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the listing back to the overlap, then what vanished from it."""
    texts = look.settings.get("texts", [""])
    if not texts:
        yield blind()
        return
    said, heard, answered = log_in(look), Heard(look), dict[str, None]()
    for text in texts:
        found = (
            list_things(look, said, text) if said else [feed_page(look, search_terms(text, look))]
        )
        for page in heard.note(found):
            posts = [item for item in page.items if isinstance(item, Mention)]
            answered |= dict.fromkeys(one.native_id for one in posts if text and one.comments)
            yield page
    for name in list(answered)[:THREADS]:
        page = read_thread(look, said or {}, name)
        heard.add(item.native_id for item in page.items)
        yield page
    vanished = heard.missing()[:LIMIT] if said else []
    last = read_named(look, said, vanished) if said and vanished else Page((), 0)
    yield Page(last.items, last.served, heard.cursor)
