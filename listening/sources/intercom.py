"""Intercom: conversations and what is said in them. Private: only legal and care read the words.

Written from developers.intercom.com (conversations; 2.11) and its examples, read 2026-11; tested
on documented shapes. An access token is the password of the connection.

The search tells which conversations changed, the earliest change first; each is then read with
all its parts, of which the API shows 500 at most. Notes of the staff and email addresses are not
kept. A part that was redacted is deleted. What an admin or a bot says is the brand's: it is by
its handle, so `handles: {intercom: [acme]}` tells it apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from listening.clean import UncleanError, strip_html
from listening.contract import BrandFile, Coverage, Deletion, Item, Mention, Page
from listening.net.answer import GoneError, read_json
from listening.net.credential import need_credential
from listening.sources import Look, Settings, Target, source
from listening.sources._api import EPOCH
from listening.sources._owned import channel, inner, whose
from listening.sources._read import (
    NOT_PUBLIC,
    Pager,
    epoch,
    expect,
    field,
    page_of,
    part,
    tell_news,
    text_id,
    words,
)

API: Final = "https://api.intercom.io"
VERSION: Final = "2.11"
SIZE: Final = 100
STAFF: Final = ("admin", "bot", "team")
NOTES: Final = ("note", "note_and_reopen")
KNOWN: Final = words(
    """app_package_code assigned_to attachments author body created_at delivered_as
    email_message_metadata event_details external_id id metadata notified_at part_type redacted
    state subject tags type updated_at url"""
)


class Inbox(Settings):
    """`sources: {intercom: {brand: acme}}`; elsewhere than in the US with its own `base_url`."""

    brand: str
    connection: str = "intercom"
    base_url: str = API


def targets(settings: Inbox, brands: BrandFile) -> list[Target]:
    """Return the one inbox."""
    facts = {"base_url": settings.base_url.rstrip("/"), "connection": settings.connection}
    return [channel("intercom", "conversations", settings.brand, brands, facts)]


@source(
    name="intercom",
    relation="owned",
    hosts=("api.intercom.io",),
    auth="an access token",
    blind_to="Notes of the staff; attachments; more than 500 parts of one conversation; "
    "conversations that were deleted as a whole",
    verified="shape",
    uncounted="conversations have no counts",
    private=True,
    settings=Inbox,
    targets=targets,
    pace=0.1,
    overlap=timedelta(hours=1),
    memory=timedelta(days=90),
    backfills=True,
    max_pages=5_000,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield each changed conversation with its parts, the earliest change first."""
    url = f"{look.settings['base_url']}/conversations/search"
    known, pager, after, newest = look.recent(EPOCH), Pager(url), "", look.since
    while True:
        answer = look.http.fetch(url, read_json, headers=_headers(look), json=_asked(look, after))
        listed = expect(answer, "conversations", list, url)
        pager.turn(f"{text_id(one, 'id')} {text_id(one, 'updated_at')}" for one in listed)
        for one in listed:
            yield from _conversation(look, expect(one, "id", str, url), known)
            newest = max(newest, _changed(one, newest))
        yield Page((), 0, {"at": newest.isoformat()} if listed else None)
        after = str(inner(inner(inner(answer, "pages"), "next"), "starting_after") or "")
        if not after:
            return


def _changed(conversation: Any, otherwise: datetime) -> datetime:
    try:
        return epoch(field(conversation, "updated_at", int), "updated_at")
    except UncleanError:  # what it says is read all the same
        return otherwise


def _headers(look: Look) -> dict[str, str]:
    key = need_credential(look.settings["connection"], '{"password": "an access token"}')
    return {"Authorization": f"Bearer {key.password}", "Intercom-Version": VERSION}


def _asked(look: Look, after: str) -> dict[str, Any]:
    since = {"field": "updated_at", "operator": ">", "value": int(look.since.timestamp())}
    more = {"starting_after": after} if after else {}
    return {
        "query": {"operator": "AND", "value": [since]},
        "sort": {"field": "updated_at", "order": "ascending"},
        "pagination": {"per_page": SIZE, **more},
    }


def _conversation(look: Look, number: str, known: Mapping[str, datetime]) -> Iterator[Page]:
    """Yield what began a conversation, and its parts that say something."""
    url = f"{look.settings['base_url']}/conversations/{number}"
    try:
        answer = look.http.get_json(url, None, _headers(look))
    except GoneError:  # deleted since it was listed
        return
    told = expect(answer, "conversation_parts", dict, url)
    parts = expect(told, "conversation_parts", list, url)
    begun = {**expect(answer, "source", dict, url), "created_at": answer.get("created_at")}
    said = [(begun, ""), *((one, text_id(one, "id")) for one in parts if inner(one, "body"))]
    said += [(one, text_id(one, "id")) for one in parts if inner(one, "redacted") is True]
    unique = {name: raw for raw, name in said}
    tell_news("intercom", unique.values(), KNOWN)
    hidden = expect(told, "total_count", int, url) - len(parts)
    told_of = Coverage("capped", reason=f"{hidden} parts of a conversation are not shown")
    yield page_of(
        "intercom",
        url,
        [(raw, _name(number, name)) for name, raw in unique.items()],
        lambda pair: _item(look, *pair, _name(number), known),
        lambda pair: pair[1],
        coverage=told_of if hidden > 0 else None,
    )


def _name(number: str, piece: str = "") -> str:
    return f"conversations/{number}/parts/{piece}" if piece else f"conversations/{number}"


def _item(look: Look, raw: Any, name: str, thread: str, known: Mapping[str, datetime]) -> Item:
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
