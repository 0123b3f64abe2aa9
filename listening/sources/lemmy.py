"""Lemmy: posts and comments that a server's search finds, newest first.

Written from the types of github.com/LemmyNet/lemmy-js-client (0.19, which 1.0 still answers as
`v3`, and 1.0, `v4`), join-lemmy.org/docs and LemmyNet/lemmy#5332, #6019 and lemmy-ui#3085; read
2026-11. No account.

A server says a rate limit as 429, older ones as 400 with `rate_limit_error`; a vanished post as
404, or with `couldnt_find_post`. Ids are of one server, and so are an answer's parent's, so one
server is listened to. What its author deleted or a moderator removed is served empty, and marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from listening.clean import UncleanError
from listening.contract import BrandFile, Coverage, Deletion, Item, Mention, Page
from listening.net.answer import DeniedError, GoneError
from listening.sources import Look, Settings, Target, source
from listening.sources._api import EPOCH, disguised, gone, hear, moments, one_by_one
from listening.sources._counted import Window, turn_pages
from listening.sources._queries import search_targets
from listening.sources._read import (
    NOT_PUBLIC,
    Pager,
    expect,
    field,
    instant,
    page_of,
    part,
    tell_news,
    words,
)

LIMITS: Final = {b"rate_limit_error": 600.0}  # a search's own, of ten minutes (0.19)
SIZE: Final = 50
MISSING: Final = b"couldnt_find"
KNOWN: Final = words(
    """alt_text ap_id body child_count comments community_id content creator_id deleted
    distinguished downvotes embed_description embed_title embed_video_height embed_video_url
    embed_video_width
    featured_community featured_local federation_pending id language_id local locked name
    newest_comment_time_at nsfw path post_id published published_at removed report_count
    scheduled_publish_time scheduled_publish_time_at score thumbnail_url unresolved_report_count
    updated updated_at upvotes url url_content_type"""
)
TWICE: Final = "a page came twice; what it should have held is read by the next crawl"


class Server(Settings):
    """`sources: {lemmy: {base_url: "https://lemmy.example"}}`; `api: v4` from 1.0 on."""

    base_url: str
    api: Literal["v3", "v4"] = "v3"


def targets(settings: Server, brands: BrandFile) -> list[Target]:
    """Return one target per query that covers Lemmy, else one for the brands' names."""
    return search_targets("lemmy", settings.base_url, brands, {"api": settings.api}, None)


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each post or comment as it stands now."""
    yield from one_by_one(ids, lambda one: _again(look, one))


@source(
    name="lemmy",
    relation="off_channel",
    hosts=(),
    auth="none",
    blind_to="What the server does not federate; comments without the words; edits older than a "
    "week, but those that a later look at the counts meets",
    verified="shape",
    settings=Server,
    targets=targets,
    pace=1.0,
    memory=timedelta(days=7),
    overlap=timedelta(days=7),
    horizon=timedelta(days=30),
    backfills=True,
    recount=recount,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the posts and comments of every wording, then what was deleted."""
    yield from hear(look, lambda text: _found(look, text), lambda one: _again(look, one))


def _found(look: Look, text: str) -> Iterator[Page]:
    for kind in ("post", "comment"):
        yield from _walk(look, text, kind)


def _walk(look: Look, text: str, kind: str) -> Iterator[Page]:
    """Yield the pages of one wording, down to the overlap."""
    if look.settings["api"] == "v3":
        asked = {"type_": f"{kind}s".title(), "sort": "New", "q": text}
        yield from turn_pages(look.target.name, SIZE, lambda one: _turn(look, asked, kind, one))
    else:
        yield from _walk_behind(look, {"type_": f"{kind}s", "search_term": text}, kind)


def _turn(
    look: Look, asked: Mapping[str, Any], kind: str, window: Window
) -> tuple[Page, bool | None]:
    url, answer = _search(look, {**asked, "page": window.page, "limit": window.size})
    page = _page(look, expect(answer, f"{kind}s", list, url), kind, url)
    return page, False if _is_old(look, page) else None


def _walk_behind(look: Look, asked: Mapping[str, Any], kind: str) -> Iterator[Page]:
    """Yield the pages of a list that goes on behind an item."""
    pager, behind = Pager(look.target.name), dict[str, str]()
    while True:
        url, answer = _search(look, {**asked, **behind, "limit": SIZE})
        views = expect(answer, f"{kind}s", list, url)
        if not views:
            return
        page = _page(look, views, kind, url)
        fresh = pager.turn(item.native_id for item in page.items)
        yield page if fresh else replace(page, coverage=Coverage("partial", reason=TWICE))
        more = part(answer, "next_page", str)
        if not more or _is_old(look, page):
            return
        behind = {"page_cursor": more}


def _is_old(look: Look, page: Page) -> bool:
    """Tell whether a page lies before the overlap as a whole."""
    return max(moments(page.items), default=look.since) < look.since


def _search(look: Look, asked: Mapping[str, Any]) -> tuple[str, Any]:
    return _ask(look, "search", {**asked, "listing_type": "All"})


def _ask(look: Look, path: str, asked: Mapping[str, Any]) -> tuple[str, Any]:
    url = f"{look.settings['base_url']}/api/{look.settings['api']}/{path}"
    with disguised(url, LIMITS):
        return url, look.http.get_json(url, asked)


def _again(look: Look, native_id: str) -> Iterator[Item]:
    kind, number = native_id.rsplit("/", 2)[1:]
    try:
        url, answer = _ask(look, kind, {"id": number})
    except GoneError:
        yield from gone(look, "lemmy", [native_id])
    except DeniedError as error:
        if MISSING not in error.body:
            raise
        yield from gone(look, "lemmy", [native_id])
    else:
        view = expect(answer, f"{kind}_view", dict, url)
        yield from _page(look, [view], kind, url).items


def _page(look: Look, views: list[Any], kind: str, url: str) -> Page:
    known = look.recent(EPOCH)
    tell_news("lemmy", (view.get(kind) for view in views if isinstance(view, Mapping)), KNOWN)
    return page_of(
        "lemmy",
        url,
        views,
        lambda view: _item(view, kind, look, known),
        lambda view: _id(look, kind, part(part(view, kind, dict), "id", int)),
    )


def _id(look: Look, kind: str, number: int) -> str:
    return f"{look.target.host}/{kind}/{number}" if number else ""


def _item(view: Any, kind: str, look: Look, known: Mapping[str, Any]) -> Item:
    said = field(view, kind, dict)
    native_id = _id(look, kind, field(said, "id", int))
    if field(said, "deleted", bool) or field(said, "removed", bool):
        if native_id not in known:
            raise UncleanError(NOT_PUBLIC, "its author or a moderator took it back")
        return Deletion("lemmy", native_id, _moment(said, "updated", look), look.started_at)
    return _mention(view, kind, native_id, look)


def _mention(view: Any, kind: str, native_id: str, look: Look) -> Mention:
    said, creator = view[kind], field(view, "creator", dict)
    counts = field(view, "counts", dict) if look.settings["api"] == "v3" else said
    is_post = kind == "post"
    home = urlsplit(creator.get("actor_id") or creator.get("ap_id") or "").hostname
    path = [] if is_post else field(said, "path", str).split(".")[1:-1]  # "0.24.27": 27 under 24
    post = _id(look, "post", field(said, "id" if is_post else "post_id", int))
    text = (part(said, "body", str), part(said, "url", str)) if is_post else (
        field(said, "content", str),)  # fmt: skip
    return Mention(
        source="lemmy",
        native_id=native_id,
        text="\n".join(filter(None, text)),
        title=field(said, "name", str) if is_post else "",
        url=field(said, "ap_id", str),
        author="@".join(filter(None, (field(creator, "name", str), home))),
        author_id=str(field(creator, "id", int)),
        author_name=creator.get("display_name") or "",
        published_at=_moment(said, "published", look),
        edited_at=_moment(said, "updated", look) if _stamp(said, "updated") else None,
        observed_at=look.started_at,
        kind="post" if is_post else "comment",
        channel="lemmy",
        parent_native_id=_id(look, "comment", int(path[-1])) if path else "" if is_post else post,
        thread_native_id=post,
        likes=field(counts, "upvotes", int),
        comments=field(counts, "comments" if is_post else "child_count", int),
    )


def _stamp(said: Mapping[str, Any], name: str) -> Any:
    return said.get(f"{name}_at") or said.get(name)


def _moment(said: Mapping[str, Any], name: str, look: Look) -> Any:
    """Return an instant; one of a deletion that is not told is the moment of looking."""
    if name == "updated" and not _stamp(said, name):
        return look.started_at
    name = f"{name}_at" if look.settings["api"] == "v4" else name
    return instant(field(said, name, str), name)
