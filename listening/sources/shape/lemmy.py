"""What posts and comments of Lemmy look like, in both versions of its API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from listening.clean import UncleanError
from listening.contract import Deletion, Item, Mention, Page
from listening.sources import Look
from listening.sources._api import EPOCH
from listening.sources._read import NOT_PUBLIC, field, instant, page_of, part, tell_news, words

KNOWN: Final = words(
    """alt_text ap_id body child_count comments community_id content creator_id deleted
    distinguished downvotes embed_description embed_title embed_video_height embed_video_url
    embed_video_width
    featured_community featured_local federation_pending id language_id local locked name
    newest_comment_time_at nsfw path post_id published published_at removed report_count
    scheduled_publish_time scheduled_publish_time_at score thumbnail_url unresolved_report_count
    updated updated_at upvotes url url_content_type"""
)


def read_page(look: Look, views: list[Any], kind: str, url: str) -> Page:
    """Return posts or comments; what was taken back is a deletion."""
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
