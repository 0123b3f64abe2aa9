"""Mastodon: what is posted under a hashtag, as one server sees it, newest first.

Written from docs.joinmastodon.org (methods/timelines, entities/Status, api/rate-limits) and
from answers recorded on Mastodon 4.x, read 2026-11. No account, but some servers serve tags
only to their own users: that is an error here, not an empty tag.

Ids are the server's own. What it no longer serves is asked for singly: 404 means deleted. Young
posts are counted again by `/api/v1/statuses?id[]=` (since 4.3), and singly by older servers.
People who opted out of being found (`noindex`) are not stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

from pydantic import Field

from listening.answer import GoneError, Response, read_json
from listening.clean import UncleanError, strip_html
from listening.contract import BrandFile, Deletion, Item, Mention, Page
from listening.sources import Look, Settings, SourceSilent, Target, source
from listening.sources._read import (
    NOT_PUBLIC,
    Pager,
    expect_list,
    field,
    instant,
    read_items,
    target_name,
    tell_news,
    text_id,
)

LIMIT: Final = 40
MOST_ASKED: Final = 100  # vanished posts asked for in one crawl
NOTHING: Final = type(None)
KNOWN: Final = frozenset(
    ("id", "created_at", "in_reply_to_id", "in_reply_to_account_id", "sensitive", "spoiler_text",
     "visibility", "language", "uri", "url", "replies_count", "reblogs_count", "favourites_count",
     "quotes_count", "edited_at", "content", "reblog", "application", "account",
     "media_attachments", "mentions", "tags", "emojis", "card", "poll", "quote",
     "quote_approval", "filtered", "favourited", "reblogged", "muted", "bookmarked", "pinned",
     "text", "local_only", "tagged_collections")
)  # fmt: skip


class Tags(Settings):
    """`sources: {mastodon: {base_url: "https://…", tags: [acme]}}`."""

    base_url: str
    tags: tuple[str, ...] = Field(min_length=1)


def targets(settings: Tags, _: BrandFile) -> list[Target]:
    """Return one target per hashtag."""
    host = urlsplit(settings.base_url).hostname or ""
    base = settings.base_url.rstrip("/")
    return [
        Target(target_name(tag), host, {"base_url": base, "tag": tag})
        for tag in (tag.lstrip("#") for tag in settings.tags)
    ]


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each status as it stands now: many at once, and singly what is missing then."""
    url = f"{look.settings['base_url']}/api/v1/statuses"
    served = set[str]()
    try:
        statuses = expect_list(look.http.get_json(url, {"id[]": list(ids)}), url, "the answer")
    except GoneError:  # a server older than Mastodon 4.3
        statuses = []
    if statuses:
        items = _items(look, statuses, url)
        served |= {item.native_id for item in items}
        yield Page(items, len(statuses))
    for native_id in ids:
        if native_id not in served:
            items = tuple(_again(look, native_id))
            yield Page(items, len(items))


@source(
    name="mastodon",
    relation="off_channel",
    hosts=(),
    auth="none",
    blind_to="Posts without the hashtag; posts the server does not federate; people who opted "
    "out of being indexed",
    verified="recorded",
    settings=Tags,
    targets=targets,
    pace=1.0,
    overlap=timedelta(days=7),
    backfills=True,
    recount=recount,
    recount_size=20,  # Mastodon's default page (unverified)
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the timeline back to the overlap, then what vanished from it."""
    base, tag = look.settings["base_url"], look.settings["tag"]
    url: str | None = f"{base}/api/v1/timelines/tag/{quote(tag, safe='')}?limit={LIMIT}"
    pager, served, newest = Pager(base), set[str](), look.since
    while url:
        response, statuses = look.http.fetch(url, _read)
        if not statuses:
            break
        items = _items(look, statuses, url)
        served |= {item.native_id for item in items}
        pager.turn(item.native_id for item in items)
        yield Page(items, len(statuses))
        moments = [item.published_at for item in items if isinstance(item, Mention)]
        newest = max([newest, *moments])
        url = response.link("next") if max(moments, default=newest) >= look.since else None
    vanished = tuple(_vanished(look, served))
    if not served and any(isinstance(item, Mention) for item in vanished):
        raise SourceSilent(
            "the tag is empty, yet its posts are still there",
            where=base,
            mend="The server may serve tags to its own users only; name another one",
        )
    cursor = {"at": newest.isoformat()} if served else None
    yield Page(vanished, len(vanished), cursor)


def _read(response: Response) -> tuple[Response, list[Any]]:
    return response, expect_list(read_json(response), response.url, "the timeline")


def _items(look: Look, statuses: list[Any], url: str) -> tuple[Item, ...]:
    tell_news("mastodon", statuses, KNOWN)
    return read_items(
        "mastodon",
        url,
        statuses,
        lambda status: read_status(status, look.target.host, look.started_at),
        lambda status: text_id(status, "id"),
    )


def read_status(status: Any, host: str, seen: datetime) -> Mention:
    """Return a status entity as a mention.

    Raises:
        UncleanError: a field is missing or odd, or the status is not for us to keep.
    """
    account = field(status, "account", dict)
    if account.get("noindex") or field(status, "visibility", str) not in ("public", "unlisted"):
        raise UncleanError(NOT_PUBLIC, "its author does not want it found")
    published = instant(field(status, "created_at", str), "created_at")
    edited = field(status, "edited_at", str, NOTHING)
    parent = field(status, "in_reply_to_id", str, NOTHING)
    spoiler = field(status, "spoiler_text", str)
    text = strip_html(field(status, "content", str))
    return Mention(
        source="mastodon",
        native_id=field(status, "id", str),
        text=f"{spoiler}\n{text}" if spoiler else text,
        url=field(status, "url", str, NOTHING) or field(status, "uri", str),
        author=_handle(account, host),
        author_id=field(account, "id", str),
        author_name=field(account, "display_name", str),
        published_at=published,
        edited_at=instant(edited, "edited_at") if edited else None,
        observed_at=seen,
        kind="share" if status.get("reblog") else "comment" if parent else "post",
        channel="mastodon",
        parent_native_id=parent or "",
        lang=field(status, "language", str, NOTHING) or "",
        likes=field(status, "favourites_count", int),
        shares=field(status, "reblogs_count", int),
        comments=field(status, "replies_count", int),
        followers=field(account, "followers_count", int),
    )


def _handle(account: Mapping[str, Any], host: str) -> str:
    """Return an account's handle with its server, which local accounts leave out."""
    acct = field(account, "acct", str)
    home = urlsplit(field(account, "url", str)).hostname or host
    return f"@{acct}" if "@" in acct else f"@{acct}@{home}"


def _vanished(look: Look, served: set[str]) -> Iterator[Item]:
    for native_id in look.missing(served)[:MOST_ASKED]:
        yield from _again(look, native_id)


def _again(look: Look, native_id: str) -> Iterator[Item]:
    """Yield a status by its id: it may have lost its hashtag, or be hidden, or be gone."""
    url = f"{look.settings['base_url']}/api/v1/statuses/{quote(native_id, safe='')}"
    try:
        status = look.http.get_json(url)
    except GoneError:
        yield Deletion("mastodon", native_id, look.started_at, look.started_at)
    else:
        yield from _items(look, [status], url)
