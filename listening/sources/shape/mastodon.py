"""What a status of Mastodon looks like."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from listening.clean import UncleanError, strip_html
from listening.contract import Mention, Page
from listening.sources import Look
from listening.sources._read import (
    NOT_PUBLIC,
    NOTHING,
    addresses,
    field,
    instant,
    objects,
    page_of,
    words,
)

KNOWN: Final = words(
    """account application bookmarked card content created_at edited_at emojis favourited
    favourites_count filtered id in_reply_to_account_id in_reply_to_id language local_only
    media_attachments mentions muted pinned poll quote quote_approval quotes_count reblog reblogged
    reblogs_count replies_count sensitive spoiler_text tagged_collections tags text uri url
    visibility"""
)


def read_page(look: Look, statuses: list[Any], url: str) -> Page:
    """Return statuses; what is not for us to keep is a reject."""
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
        images=images_of(status),
    )


def images_of(status: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the previews of attached pictures: smaller, and of the post's own server."""
    attached = objects(status.get("media_attachments"))
    pictures = (one for one in attached if one.get("type") == "image")
    return addresses(one.get("preview_url") or one.get("url") for one in pictures)


def _handle(account: Mapping[str, Any], host: str) -> str:
    """Return an account's handle with its server, which local accounts leave out."""
    acct = field(account, "acct", str)
    home = urlsplit(field(account, "url", str)).hostname or host
    return f"@{acct}" if "@" in acct else f"@{acct}@{home}"
