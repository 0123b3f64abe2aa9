"""What posts and comments of an organisation look like."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from listening.clean import UncleanError
from listening.contract import Mention, Page, Snapshot
from listening.sources import Look
from listening.sources._owned import count, inner, whose
from listening.sources._read import field, page_of, part, text_id, words
from listening.sources.shape._linkedin_markup import read_markup

KNOWN: Final = words(
    """$URN actor adContext agent author commentUrn commentary commentsSummary content
    contentCallToActionLabel contentLandingPage created createdAt distribution id
    isReshareDisabledByAuthor lastModified lastModifiedAt lifecycleState lifecycleStateInfo
    likesSummary message object parentComment publishedAt reshareContext visibility"""
)


def read_counts(look: Look, name: str, raw: Any) -> Snapshot:
    """Return how often a post or comment was answered, and met with reactions."""
    reactions = field(raw, "reactionSummaries", dict).values()
    return Snapshot(
        "linkedin",
        name,
        look.started_at,
        likes=sum(count(one, "count") or 0 for one in reactions),
        comments=count(field(raw, "commentSummary", dict), "count"),
    )


def read_page(look: Look, raws: list[Any], where: str, thread: str) -> Page:
    """Return posts, or the comments below one."""
    return page_of(
        "linkedin",
        where,
        raws,
        lambda raw: read_comment(raw, look, thread) if thread else read_post(raw, look),
        lambda raw: _urn(raw, thread) if thread else text_id(raw, "id"),
        KNOWN,
    )


def read_post(raw: Any, look: Look) -> Mention:
    """Return a post of the organisation.

    Raises:
        UncleanError: a field is missing or odd.
    """
    name = field(raw, "id", str)
    at = _moment(raw, "publishedAt" if raw.get("publishedAt") else "createdAt")
    changed = inner(raw.get("lifecycleStateInfo"), "isEditedByAuthor") is True
    return Mention(
        source="linkedin",
        native_id=name,
        text=read_markup(part(raw, "commentary", str)),
        url=f"https://www.linkedin.com/feed/update/{name}/",
        author=look.settings["voice"],
        author_id=field(raw, "author", str),
        published_at=at,
        edited_at=_moment(raw, "lastModifiedAt") if changed else None,
        observed_at=look.started_at,
        channel="linkedin",
        **whose(look),
    )


def read_comment(raw: Any, look: Look, thread: str) -> Mention:
    """Return a comment below a post.

    Raises:
        UncleanError: a field is missing or odd.
    """
    created = field(raw, "created", dict)
    changed = part(raw, "lastModified", dict)
    at, later = _moment(created, "time"), _moment(changed, "time") if changed else None
    actor = field(raw, "actor", str)
    own = actor == f"urn:li:organization:{look.settings['organisation']}"
    return Mention(
        source="linkedin",
        native_id=_urn(raw, thread) or str(field(raw, "commentUrn", str)),
        text=part(part(raw, "message", dict), "text", str),
        url=f"https://www.linkedin.com/feed/update/{thread}/",
        author=look.settings["voice"] if own else "",
        author_id=actor,
        published_at=at,
        edited_at=later if later and later > at else None,
        observed_at=look.started_at,
        kind="comment",
        channel="linkedin",
        parent_native_id=part(raw, "parentComment", str) or thread,
        thread_native_id=thread,
        likes=count(raw.get("likesSummary"), "totalLikes"),
        comments=count(raw.get("commentsSummary"), "aggregatedTotalComments"),
        **whose(look),
    )


def _urn(raw: Any, thread: str) -> str:
    """Return a comment's full name: its number alone is one of its thread."""
    number = text_id(raw, "id")
    return text_id(raw, "commentUrn") or (f"urn:li:comment:({thread},{number})" if number else "")


def _moment(raw: Any, name: str) -> datetime:
    """Return an instant in milliseconds since 1970.

    Raises:
        UncleanError: it is none.
    """
    told = field(raw, name, int)
    try:
        return datetime.fromtimestamp(told / 1_000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UncleanError("bad_date", f"{name} {told} is no instant") from error
