"""What media, comments and mentions of an account look like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from listening.clean import UncleanError
from listening.contract import Mention, Page
from listening.sources import Look
from listening.sources._meta import BELOW
from listening.sources._owned import count, inner, whose
from listening.sources._read import field, instant, page_of, part, tell_news, text_id, words

MENTIONED: Final = ("mentioned_comment", "mentioned_media")
KNOWN: Final = words(
    """caption comments_count id like_count media media_type media_url owner parent_id permalink
    replies text timestamp username"""
)


def mentions_in(payload: Any, account: str) -> Iterator[Mapping[str, Any]]:
    """Yield what a webhook tells of mentions of an account."""
    entries = inner(payload, "entry")
    for entry in entries if isinstance(entries, list) else ():
        changes = inner(entry, "changes") if text_id(entry, "id") == account else None
        for change in changes if isinstance(changes, list) else ():
            value = inner(change, "value")
            if inner(change, "field") == "mentions" and isinstance(value, Mapping):
                yield value


def read_page(look: Look, told: list[tuple[Any, str, str]], where: str) -> Page:
    """Return media, or comments below them."""
    tell_news("instagram", (raw for raw, _, _ in told), KNOWN)
    return page_of(
        "instagram",
        where,
        told,
        lambda one: read_item(one[0], look, one[1], one[2], where),
        lambda one: f"{BELOW if one[1] else ''}{text_id(one[0], 'id')}",
    )


def read_item(raw: Any, look: Look, media: str = "", parent: str = "", where: str = "") -> Mention:
    """Return a post, or a comment below `media` that may answer the comment `parent`.

    What tags or mentions the account lies on another.

    Raises:
        UncleanError: a field is missing or odd.
    """
    name = field(raw, "id", str)
    if not name:
        raise UncleanError("missing_id", "the item has no id")
    elsewhere = {"owned": False} if where.endswith(("/tags", *MENTIONED)) else {}
    return Mention(
        source="instagram",
        native_id=f"{BELOW}{name}" if media else name,
        text=part(raw, "text" if media else "caption", str),
        url=part(raw, "permalink", str),
        author=part(raw, "username", str),
        published_at=instant(field(raw, "timestamp", str), "timestamp"),
        observed_at=look.started_at,
        kind="comment" if media else "post",
        channel="instagram",
        parent_native_id=f"{BELOW}{parent}" if parent else media,
        thread_native_id=media,
        **read_counts(raw),
        **{**whose(look), **elsewhere},
    )


def read_counts(raw: Any) -> dict[str, Any]:
    """Return what is counted of media, or of a comment, which lacks the second."""
    return {"likes": count(raw, "like_count"), "comments": count(raw, "comments_count")}


MEDIA: Final = "id,caption,media_type,permalink,timestamp,username,like_count,comments_count"
ANSWER: Final = "id,text,timestamp,username,like_count"
COMMENT: Final = f"{ANSWER},replies{{{ANSWER}}}"


def with_answers(data: Sequence[Any], media: str) -> list[tuple[Any, str, str]]:
    """Return media or comments, each with the comment it answers, and the answers to them."""
    told = [(one, media, "") for one in data]
    for one in data:
        answers = inner(inner(one, "replies"), "data")
        listed = answers if isinstance(answers, list) else []
        told += [(answer, media, text_id(one, "id")) for answer in listed]
    return told
