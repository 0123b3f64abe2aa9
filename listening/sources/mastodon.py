"""Mastodon: hashtags, the public timeline and the search, as one server sees them, newest first.

Written from docs.joinmastodon.org (methods/timelines, entities/Status, api/rate-limits) and
from answers recorded on Mastodon 4.x, read 2026-11. The search needs an account's token, and some
servers serve tags only to their own users: that is an error here, not an empty tag.

Ids are the server's own. What it no longer serves is asked for singly: 404 means deleted. Young
posts are counted again by `/api/v1/statuses?id[]=` (since 4.3), and singly by older servers.
People who opted out of being found (`noindex`) are not stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit

from pydantic import model_validator

from listening.clean import UncleanError, strip_html
from listening.contract import BrandFile, Item, Mention, Page
from listening.net.answer import GoneError, Response, read_json
from listening.net.credential import need_credential
from listening.query.search import Dialect, compile_search
from listening.sources import Look, Settings, SourceSilent, Target, source
from listening.sources._api import Heard, bearer, blind, gone, moments, one_by_one
from listening.sources._counted import Window, turn_pages
from listening.sources._read import (
    NOT_PUBLIC,
    NOTHING,
    Pager,
    addresses,
    api_target,
    expect_list,
    field,
    instant,
    objects,
    page_of,
    words,
)

LIMIT: Final = 40
# Its search is Elasticsearch's simple query (docs.joinmastodon.org/methods/search, read 2026-11):
# words and phrases, all of which must be there; it stems, so nothing is left out by it.
SEARCH: Final = Dialect(most=400, any_of=None, groups=False)
KNOWN: Final = words(
    """account application bookmarked card content created_at edited_at emojis favourited
    favourites_count filtered id in_reply_to_account_id in_reply_to_id language local_only
    media_attachments mentions muted pinned poll quote quote_approval quotes_count reblog reblogged
    reblogs_count replies_count sensitive spoiler_text tagged_collections tags text uri url
    visibility"""
)


class Server(Settings):
    """`sources: {mastodon: {base_url: "https://…", tags: [acme]}}`."""

    base_url: str
    tags: tuple[str, ...] = ()
    public: bool = False  # all the server shows in public, held to the queries
    search: bool = False  # what its search finds; needs an account
    connection: str = "mastodon"  # password: an access token of the server's

    @model_validator(mode="after")
    def _check_some(self) -> Self:
        if not (self.tags or self.public or self.search):
            raise ValueError("name tags, or set public or search to true")
        return self


def targets(settings: Server, brands: BrandFile) -> list[Target]:
    """Return one target per hashtag, one for all that is public, one per query to search for."""
    facts = {"connection": settings.connection}
    named: dict[str, dict[str, Any]] = {
        tag: {"tag": tag} for tag in (tag.lstrip("#") for tag in settings.tags)
    }
    if settings.public:
        named["public timeline"] = {"public": True}
    if settings.search:
        queries = [q for q in brands.queries if not q.sources or "mastodon" in q.sources]
        found = {f"search {q.id}": compile_search(q.q, SEARCH) for q in queries}
        implied = tuple(f'"{brand.name}"' for brand in brands.brands)
        for name, texts in (found or {"search implied": implied}).items():
            named[name] = {"texts": list(texts)}
    return [api_target(name, settings.base_url, {**facts, **told}) for name, told in named.items()]


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each status as it stands now: many at once, and singly what is missing then."""
    url = f"{look.settings['base_url']}/api/v1/statuses"
    served = set[str]()
    try:
        statuses = expect_list(
            look.http.get_json(url, {"id[]": list(ids)}, _headers(look)), url, "the answer"
        )
    except GoneError:  # a server older than Mastodon 4.3
        statuses = []
    if statuses:
        page = _page(look, statuses, url)
        served |= {item.native_id for item in page.items}
        yield page
    yield from one_by_one((one for one in ids if one not in served), partial(_again, look))


def history(look: Look, edited: Mention) -> Iterator[Mention]:
    """Yield a status's contents, the first one first (methods/statuses#history)."""
    native_id = quote(edited.native_id, safe="")
    url = f"{look.settings['base_url']}/api/v1/statuses/{native_id}/history"
    for version in expect_list(look.http.get_json(url, headers=_headers(look)), url, "history"):
        moment = instant(field(version, "created_at", str), "created_at")
        spoiler = field(version, "spoiler_text", str)
        text = strip_html(field(version, "content", str))
        yield replace(
            edited,
            text=f"{spoiler}\n{text}" if spoiler else text,
            edited_at=moment if moment > edited.published_at else None,
            likes=None, shares=None, comments=None, images=_images(version),
        )  # fmt: skip


@source(
    name="mastodon",
    relation="off_channel",
    hosts=(),
    auth="none; an access token for the search",
    blind_to="Posts without the hashtag, where only tags are heard; posts the server does not "
    "federate or search; people who opted out of being indexed",
    verified="recorded",
    settings=Server,
    targets=targets,
    pace=1.0,
    overlap=timedelta(days=7),
    backfills=True,
    history=history,
    recount=recount,
    recount_size=20,  # Mastodon's default page (unverified)
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield what is new back to the overlap, then what vanished from it."""
    base, facts, heard = look.settings["base_url"], look.settings, Heard(look)
    if "texts" in facts:
        if not facts["texts"]:
            yield blind()
            return
        need_credential(facts["connection"], "an access token of the server, as password")
        for text in facts["texts"]:
            yield from heard.note(_found(look, text))
    elif facts.get("public"):
        url = f"{base}/api/v1/timelines/public?limit={LIMIT}"
        yield from heard.note(_pages(look, url))
    else:
        url = f"{base}/api/v1/timelines/tag/{quote(facts['tag'], safe='')}?limit={LIMIT}"
        yield from heard.note(_pages(look, url))
    vanished = heard.vanished(partial(_again, look))
    if not heard.served and any(isinstance(item, Mention) for item in vanished.items):
        raise SourceSilent(
            "nothing was served, yet the posts are still there",
            where=base,
            mend="The server may serve this to its own users only; name another one",
        )
    yield vanished


def _pages(look: Look, first: str) -> Iterator[Page]:
    """Yield pages, newest first, until one lies wholly before the overlap."""
    url: str | None = first
    pager = Pager(look.settings["base_url"])
    while url:
        response, statuses = look.http.fetch(url, _read, headers=_headers(look))
        if not statuses:
            return
        page = _page(look, statuses, url)
        pager.turn(item.native_id for item in page.items)
        yield page
        url = None if _is_old(look, page) else response.link("next")


def _found(look: Look, text: str) -> Iterator[Page]:
    """Yield what a search finds, newest first (unverified), back to the overlap."""
    url = f"{look.settings['base_url']}/api/v2/search"
    asked = {"q": text, "type": "statuses", "resolve": "false"}  # true: it would ask other servers

    def turn(window: Window) -> tuple[Page, bool | None]:
        numbers = {"limit": str(window.size), "offset": str(window.start)}
        _, statuses = look.http.fetch(url, _read, params=asked | numbers, headers=_headers(look))
        page = _page(look, statuses, url)
        return page, False if _is_old(look, page) else None

    yield from turn_pages(text, LIMIT, turn)


def _is_old(look: Look, page: Page) -> bool:
    return max(moments(page.items), default=look.since) < look.since


def _headers(look: Look) -> dict[str, str]:
    return bearer(look.settings["connection"])


def _read(response: Response) -> tuple[Response, list[Any]]:
    answer = read_json(response)
    listed = answer.get("statuses") if isinstance(answer, Mapping) else answer
    return response, expect_list(listed, response.url, "the timeline")


def _page(look: Look, statuses: list[Any], url: str) -> Page:
    host, seen = look.target.host, look.started_at
    return page_of("mastodon", url, statuses, lambda one: read_status(one, host, seen), "id", KNOWN)


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
        images=_images(status),
    )


def _images(status: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the previews of attached pictures: smaller, and of the post's own server."""
    attached = objects(status.get("media_attachments"))
    pictures = (one for one in attached if one.get("type") == "image")
    return addresses(one.get("preview_url") or one.get("url") for one in pictures)


def _handle(account: Mapping[str, Any], host: str) -> str:
    """Return an account's handle with its server, which local accounts leave out."""
    acct = field(account, "acct", str)
    home = urlsplit(field(account, "url", str)).hostname or host
    return f"@{acct}" if "@" in acct else f"@{acct}@{home}"


def _again(look: Look, native_id: str) -> Iterator[Item]:
    """Yield a status by its id: it may have lost its hashtag, or be hidden, or be gone."""
    url = f"{look.settings['base_url']}/api/v1/statuses/{quote(native_id, safe='')}"
    try:
        status = look.http.get_json(url, headers=_headers(look))
    except GoneError:
        yield from gone(look, "mastodon", [native_id])
    else:
        yield from _page(look, [status], url).items
