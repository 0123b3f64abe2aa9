"""What a conversation looks like: a first message and its parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from listening.clean import UncleanError, strip_html
from listening.contract import Coverage, Deletion, Item, Mention, Page
from listening.sources import Look
from listening.sources._owned import inner, whose
from listening.sources._read import (
    NOT_PUBLIC,
    epoch,
    expect,
    field,
    page_of,
    part,
    tell_news,
    text_id,
    words,
)

STAFF: Final = ("admin", "bot", "team")
NOTES: Final = ("note", "note_and_reopen")
KNOWN: Final = words(
    """app_package_code assigned_to attachments author body created_at delivered_as
    email_message_metadata event_details external_id id metadata notified_at part_type redacted
    state subject tags type updated_at url"""
)


def changed_at(conversation: Any, otherwise: datetime) -> datetime:
    """Return when a conversation last changed; what has no such date is read all the same."""
    try:
        return epoch(field(conversation, "updated_at", int), "updated_at")
    except UncleanError:
        return otherwise


def name_of(number: str, piece: str = "") -> str:
    """Return the id of a conversation's first message, or of a later one."""
    return f"conversations/{number}/parts/{piece}" if piece else f"conversations/{number}"


def read_conversation(
    look: Look, number: str, answer: Any, url: str, known: Mapping[str, datetime]
) -> Page:
    """Return what began a conversation, and its parts that say something."""
    told = expect(answer, "conversation_parts", dict, url)
    parts = expect(told, "conversation_parts", list, url)
    begun = {**expect(answer, "source", dict, url), "created_at": answer.get("created_at")}
    said = [(begun, ""), *((one, text_id(one, "id")) for one in parts if inner(one, "body"))]
    said += [(one, text_id(one, "id")) for one in parts if inner(one, "redacted") is True]
    unique = {name: raw for raw, name in said}
    tell_news("intercom", unique.values(), KNOWN)
    hidden = expect(told, "total_count", int, url) - len(parts)
    told_of = Coverage("capped", reason=f"{hidden} parts of a conversation are not shown")
    return page_of(
        "intercom",
        url,
        [(raw, name_of(number, name)) for name, raw in unique.items()],
        lambda pair: read_part(look, *pair, name_of(number), known),
        lambda pair: pair[1],
        coverage=told_of if hidden > 0 else None,
    )


def read_part(look: Look, raw: Any, name: str, thread: str, known: Mapping[str, datetime]) -> Item:
    """Return one message of a conversation."""
    at = epoch(field(raw, "created_at", int), "created_at")
    if raw.get("redacted") is True:
        if name not in known:
            raise UncleanError(NOT_PUBLIC, "it was redacted")
        return Deletion("intercom", name, look.started_at, look.started_at)
    if raw.get("part_type") in NOTES:
        raise UncleanError(NOT_PUBLIC, "a note of the staff")
    author = field(raw, "author", dict)
    staff = field(author, "type", str) in STAFF
    return Mention(
        source="intercom",
        native_id=name,
        text=strip_html(part(raw, "body", str)),
        title=strip_html(part(raw, "subject", str)),
        author=look.settings["voice"] if staff else "",
        author_id="" if staff else text_id(author, "id"),
        author_name="" if staff else part(author, "name", str),
        published_at=at,
        observed_at=look.started_at,
        kind="post" if name == thread else "comment",
        channel="intercom",
        parent_native_id="" if name == thread else thread,
        thread_native_id=thread,
        private=True,
        **whose(look),
    )
