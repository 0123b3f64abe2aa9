"""Facebook: a page's posts, what visitors say on it and below it, and posts that tag it.

Written from developers.facebook.com/docs/graph-api/reference (page feed, page tagged, comments;
v23.0) and recorded answers, read 2026-11. The connection's password is a token of the page with
pages_read_engagement and pages_read_user_content; other people's pages need Meta's consent.

Comments are read below posts within the overlap, all levels at once. Who commented is told only
to the page, and often not at all. What vanished is asked for by its id: "no such object" means
deleted, or hidden from the page. What the page says is by its handle in the brand file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import Field

from listening.contract import BrandFile, Item, Mention, Page
from listening.net.answer import GoneError
from listening.sources import Look, Settings, Target, source
from listening.sources._api import EPOCH, moments
from listening.sources._meta import API, AT_ONCE, ask, pages, recounted
from listening.sources._owned import channels, count, follow, inner, whose
from listening.sources._read import field, instant, page_of, part, text_id, words

SIZE: Final = 50  # more, and Meta asks for less
POST: Final = (
    "id,message,story,created_time,updated_time,permalink_url,from,shares,"
    "comments.limit(0).summary(true),reactions.limit(0).summary(true)"
)
COMMENT: Final = "id,message,created_time,permalink_url,from,parent,like_count,comment_count"
BELOW: Final = "comments/"  # before a comment's id, which looks like a post's
KNOWN: Final = words(
    """comment_count comments created_time from id like_count message parent permalink_url reactions
    shares story updated_time"""
)


class FacebookPage(Settings):
    """A page by its number, and the brand whose it is."""

    id: str = Field(pattern=r"^\d+$", coerce_numbers_to_str=True)
    brand: str
    connection: str = ""  # where it has a token of its own


class Pages(Settings):
    """`sources: {facebook: {pages: [{id: "1234", brand: acme}]}}`."""

    pages: tuple[FacebookPage, ...] = Field(min_length=1)
    connection: str = "facebook"
    base_url: str = API


def targets(settings: Pages, brands: BrandFile) -> list[Target]:
    """Return one target per page."""
    return channels("facebook", settings, "pages", "page", brands)


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield the counts of posts, then of comments, as they are now."""
    posts = {one: one for one in ids if not one.startswith(BELOW)}
    comments = {one.removeprefix(BELOW): one for one in ids if one.startswith(BELOW)}
    yield from recounted(look, "facebook", posts, POST, _post_counts)
    yield from recounted(look, "facebook", comments, COMMENT, _comment_counts)


@source(
    name="facebook",
    relation="owned",
    hosts=("graph.facebook.com",),
    auth="a token of the page",
    blind_to="Comments on posts older than two weeks; who speaks, mostly; private messages; posts "
    "that do not tag the page; hidden comments; shares by others",
    verified="recorded",
    settings=Pages,
    targets=targets,
    pace=0.5,
    overlap=timedelta(days=14),
    memory=timedelta(days=15),
    backfills=True,
    recount=recount,
    recount_size=AT_ONCE,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the page's posts, the comments below them and posts that tag it, then what vanished."""

    def again(native_id: str) -> Sequence[Item]:
        name = native_id.removeprefix(BELOW)
        fields = POST if name == native_id else COMMENT
        post = "" if name == native_id else _post_of(look, name)
        return _page(look, [ask(look, name, {"fields": fields})], name, post).items

    yield from follow(look, "facebook", _said(look), again)


def _said(look: Look) -> Iterator[Page]:
    page = look.settings["page"]
    young = dict[str, None]()
    for edge in ("feed", "tagged"):
        for found in _listed(look, f"{page}/{edge}", POST, ""):
            yield found
            young |= {
                one.native_id: None
                for one in found.items
                if isinstance(one, Mention) and one.published_at >= look.since and one.comments != 0
            }
    for post in young:
        with suppress(GoneError):  # deleted since it was listed
            yield from _listed(look, f"{post}/comments", COMMENT, post)


def _listed(look: Look, path: str, fields: str, post: str) -> Iterator[Page]:
    """Yield a list, newest first, back to the overlap."""
    more = {"filter": "stream", "order": "reverse_chronological"} if post else {}
    for data in pages(look, path, {"fields": fields, "limit": SIZE, **more}):
        page = _page(look, data, path, post)
        yield page
        if max(moments(page.items), default=look.since) < look.since:
            return


def _page(look: Look, raws: list[Any], where: str, post: str) -> Page:
    def name(raw: Any) -> str:
        return f"{BELOW if post else ''}{text_id(raw, 'id')}"

    return page_of("facebook", where, raws, lambda raw: read_item(raw, look, post, where), name,
                   KNOWN)  # fmt: skip


def read_item(raw: Any, look: Look, post: str = "", where: str = "") -> Mention:
    """Return a post, or a comment below `post`; one that tags the page lies on another.

    Raises:
        UncleanError: a field is missing or odd.
    """
    by = part(raw, "from", dict)
    own = bool(by) and text_id(by, "id") == look.settings["page"]
    parent = inner(inner(raw, "parent"), "id")
    url = part(raw, "permalink_url", str)
    elsewhere = {"owned": False} if where.endswith("/tagged") else {}
    return Mention(
        source="facebook",
        native_id=f"{BELOW}{_comment_id(raw, url)}" if post else field(raw, "id", str),
        text=part(raw, "message", str) or part(raw, "story", str),
        url=url,
        author=look.settings["voice"] if own else "",
        author_id=text_id(by, "id"),
        author_name=part(by, "name", str),
        published_at=_instant(raw),
        observed_at=look.started_at,
        kind="comment" if post else "post",
        channel="facebook",
        parent_native_id=(f"{BELOW}{parent}" if parent else post) if post else "",
        thread_native_id=post,
        **(_comment_counts(raw) if post else _post_counts(raw)),
        **{**whose(look), **elsewhere},
    )


def _post_counts(raw: Any) -> dict[str, Any]:
    counts = {"likes": _total(raw, "reactions"), "comments": _total(raw, "comments")}
    return {**counts, "shares": count(inner(raw, "shares"), "count")}


def _comment_counts(raw: Any) -> dict[str, Any]:
    return {"likes": count(raw, "like_count"), "comments": count(raw, "comment_count")}


def _post_of(look: Look, comment: str) -> str:
    """Return the post a comment is below: its id tells the post's number, and not on whose page."""
    number = comment.partition("_")[0]
    known = (one for one in look.recent(EPOCH) if one.endswith(f"_{number}"))
    return next(
        (one for one in known if not one.startswith(BELOW)), f"{look.settings['page']}_{number}"
    )


def _instant(raw: Any) -> datetime:
    return instant(field(raw, "created_time", str), "created_time")


def _comment_id(raw: Any, url: str) -> str:
    """Return a comment's id; where it was not told, as its address has it."""
    found = re.search(r"/posts/(\d+)/\?comment_id=(\d+)(?:&reply_comment_id=(\d+))?", url)
    if "id" not in raw and found:
        return f"{found[1]}_{found[3] or found[2]}"
    return str(field(raw, "id", str))


def _total(raw: Any, name: str) -> int | None:
    return count(inner(raw.get(name), "summary"), "total_count")
