"""What posts and comments of a page look like."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from listening.contract import Mention, Page
from listening.sources import Look
from listening.sources._api import EPOCH
from listening.sources._meta import BELOW
from listening.sources._owned import count, inner, whose
from listening.sources._read import field, instant, page_of, part, text_id, words

KNOWN: Final = words(
    """comment_count comments created_time from id like_count message parent permalink_url reactions
    shares story updated_time"""
)


def read_page(look: Look, raws: list[Any], where: str, post: str) -> Page:
    """Return posts, or comments below `post`."""

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
        **(comment_counts(raw) if post else post_counts(raw)),
        **{**whose(look), **elsewhere},
    )


def post_counts(raw: Any) -> dict[str, Any]:
    """Return what is counted of a post."""
    counts = {"likes": _total(raw, "reactions"), "comments": _total(raw, "comments")}
    return {**counts, "shares": count(inner(raw, "shares"), "count")}


def comment_counts(raw: Any) -> dict[str, Any]:
    """Return what is counted of a comment."""
    return {"likes": count(raw, "like_count"), "comments": count(raw, "comment_count")}


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


POST: Final = (
    "id,message,story,created_time,updated_time,permalink_url,from,shares,"
    "comments.limit(0).summary(true),reactions.limit(0).summary(true)"
)
COMMENT: Final = "id,message,created_time,permalink_url,from,parent,like_count,comment_count"


def post_of(look: Look, comment: str) -> str:
    """Return the post a comment is below: its id tells the post's number, and not on whose page."""
    number = comment.partition("_")[0]
    known = (one for one in look.recent(EPOCH) if one.endswith(f"_{number}"))
    return next(
        (one for one in known if not one.startswith(BELOW)), f"{look.settings['page']}_{number}"
    )
