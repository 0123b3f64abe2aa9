"""Discourse: what is posted in a forum, newest first, or only in the topics its search finds.

Written from docs.discourse.org, the controllers and serializers of github.com/discourse and
recorded answers, read 2026-11. No account; a forum behind a login takes an API key from the
connection (login: the user, password: the key).

`posts.json` serves every public post; a forum that closes it is read by topics, as one with
`search` is. A post's id is that of its permalink: forum, topic and number, so parent and thread
follow from it. One that is no longer served is asked for singly: 404 or `user_deleted` means
deleted. What its community hides is not stored, nor is what a post quotes of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import Field

from listening.contract import BrandFile, Item, Page
from listening.net.answer import DeniedError, GoneError
from listening.query.search import search_texts
from listening.sources import Look, Relation, Settings, Target, source
from listening.sources._api import Heard, gone, one_by_one
from listening.sources._discourse import ask_forum, list_latest, read_topics
from listening.sources._discourse_topics import note_bumped, read_found
from listening.sources._queries import queries_for
from listening.sources._read import owner_of
from listening.sources.shape.discourse import read_page


class Forums(Settings):
    """`sources: {discourse: {urls: ["https://forum.example"]}}`."""

    urls: tuple[str, ...] = Field(min_length=1)
    search: bool = False  # read only topics that the forum's search finds
    connection: str = ""  # of a forum that wants a login


def targets(settings: Forums, brands: BrandFile) -> list[Target]:
    """Return one target per forum, with `search` one per forum and query."""
    streams: dict[str, tuple[str, ...] | None] = {"posts": None}
    if settings.search:
        queries = queries_for("discourse", brands)
        streams = {name: search_texts(q) for name, q in queries.items()}
    found = []
    for url in settings.urls:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path.strip("/")
        owner = owner_of(host, brands)
        owned = owner is not None and owner.role == "own"
        facts = {
            "base_url": url.rstrip("/"),
            "site": "/".join(filter(None, (host, path))),
            "connection": settings.connection,
            "brand": owner.id if owner else "",
            "owned": owned,
        }
        for name, texts in streams.items():
            stream = "/".join(filter(None, (path, name)))
            relation: Relation = "owned" if owned else "off_channel"
            found.append(Target(stream, host, {**facts, "texts": texts}, relation=relation))
    return found


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each post as it stands now."""
    yield from one_by_one(ids, lambda one: _again(look, one))


@source(
    name="discourse",
    relation="off_channel",
    hosts=(),
    auth="none; an API key where a forum wants a login",
    blind_to="Private categories and messages; posts hidden by their community; edits older "
    "than a week; with `search`, topics in which the words stand otherwise",
    verified="recorded",
    settings=Forums,
    targets=targets,
    pace=1.0,
    overlap=timedelta(days=7),
    horizon=timedelta(days=30),
    backfills=True,
    recount=recount,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the posts back to the overlap, then what vanished; the cursor moves at the end."""
    heard = Heard(look)
    yield from heard.note(_posted(look) if look.settings["texts"] is None else read_found(look))
    yield heard.vanished(lambda one: _again(look, one))


def _posted(look: Look) -> Iterator[Page]:
    """Yield the forum's posts, or those of its latest topics where it serves no such list."""
    try:
        yield from list_latest(look)
    except (GoneError, DeniedError):
        topics = dict[int, None]()
        if told := note_bumped(look, topics):
            yield Page((), 0, coverage=told)
        yield from read_topics(look, topics)


def _again(look: Look, native_id: str) -> Iterator[Item]:
    topic, number = native_id.split("/")[-2:]
    try:
        url, post = ask_forum(look, f"/posts/by_number/{topic}/{number}.json")
    except GoneError:
        yield from gone(look, "discourse", [native_id])
    except DeniedError:  # it was moved to where we may not look; it is not gone
        return
    else:
        yield from read_page(look, [post], url).items
