"""What a comment of WordPress looks like."""

from __future__ import annotations

from typing import Any, Final

from listening.clean import strip_html
from listening.contract import Mention, Page
from listening.sources import Look
from listening.sources._owned import whose
from listening.sources._read import field, instant, page_of, part, text_id, words

KNOWN: Final = words(
    """_links author author_avatar_urls author_name author_url content date date_gmt id link meta
    parent post status type"""
)


def read_page(look: Look, comments: list[Any], url: str) -> Page:
    """Return comments; ids hold their site, for every site counts from one."""

    def name(one: Any) -> str:
        return _name(look, "comments", text_id(one, "id"))

    return page_of("wordpress", url, comments, lambda one: read_comment(one, look), name, KNOWN)


def _name(look: Look, kind: str, number: str) -> str:
    return f"{look.settings['site']}/{kind}/{number}" if number else ""


def read_comment(comment: Any, look: Look) -> Mention:
    """Return a comment, or an answer to one."""
    post = _name(look, "posts", str(field(comment, "post", int)))
    parent = field(comment, "parent", int)
    author = field(comment, "author", int)  # 0: a visitor
    name = strip_html(part(comment, "author_name", str))
    return Mention(
        source="wordpress",
        native_id=_name(look, "comments", str(field(comment, "id", int))),
        text=strip_html(field(field(comment, "content", dict), "rendered", str)),
        url=part(comment, "link", str),
        author=name if author else "",
        author_id=str(author) if author else "",
        author_name=name,
        published_at=instant(field(comment, "date_gmt", str), "date_gmt"),
        observed_at=look.started_at,
        kind="comment",
        channel="wordpress",
        parent_native_id=_name(look, "comments", str(parent)) if parent else post,
        thread_native_id=post,
        **whose(look),
    )
