"""Zendesk: tickets and what is said in them. Private: only legal and care read the words.

Written from developer.zendesk.com/api-reference/ticketing (incremental exports by cursor, ticket
comments), read 2026-11, and the exports recorded in the tests of github.com/facetoe/zenpy; of its
comments one was recorded. The connection's login is an agent's email address, its password an API
token.

The export tells of every ticket that changed, deleted ones too, but not of its last minute; it
may be asked ten times a minute. The comments of a changed ticket are read as a whole. The oldest
one is the ticket's own description. Internal notes and email addresses are not kept. An agent's
words are the brand's: they are by its handle, so `handles: {zendesk: [acme]}` tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from listening.clean import UncleanError
from listening.contract import BrandFile, Deletion, Item, Mention, Page
from listening.net.answer import GoneError
from listening.net.credential import need_credential
from listening.sources import Look, Settings, Target, source
from listening.sources._api import EPOCH, basic
from listening.sources._owned import channel, inner, whose
from listening.sources._read import (
    NOT_PUBLIC,
    Pager,
    expect,
    field,
    instant,
    page_of,
    part,
    tell_news,
    text_id,
    words,
)

SIZE: Final = 100
STAFF: Final = ("agent", "admin")
GONE: Final = "deleted"
KNOWN: Final = words(
    """allow_attachments allow_channelback assignee_id attachments audit_id author_id body brand_id
    collaborator_ids created_at custom_fields custom_status_id description due_at email_cc_ids
    encoded_id external_id fields follower_ids followup_ids forum_topic_id
    from_messaging_channel generated_timestamp group_id has_incidents html_body id is_public
    metadata organization_id plain_body priority problem_id public raw_subject recipient
    requester_id satisfaction_rating sharing_agreement_ids status subject submitter_id
    support_type tags ticket_form_id type updated_at uploads url via"""
)
WHAT: Final = '{"login": "an agent\'s address", "password": "an API token"}'


class Desk(Settings):
    """`sources: {zendesk: {base_url: https://acme.zendesk.com, brand: acme}}`."""

    base_url: str
    brand: str
    connection: str = "zendesk"


def targets(settings: Desk, brands: BrandFile) -> list[Target]:
    """Return the one desk."""
    facts = {"base_url": settings.base_url.rstrip("/"), "connection": settings.connection}
    return [channel("zendesk", "tickets", settings.brand, brands, facts)]


@source(
    name="zendesk",
    relation="owned",
    hosts=(),
    auth="an agent's API token",
    blind_to="Internal notes; attachments; calls; chats that became no ticket; tickets archived "
    "before the first crawl's 90 days",
    verified="recorded",
    uncounted="tickets have no counts",
    private=True,
    settings=Desk,
    targets=targets,
    pace=0.3,
    overlap=timedelta(hours=1),
    memory=timedelta(days=90),
    backfills=True,
    max_pages=5_000,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield each changed ticket with its comments, the earliest change first."""
    base = look.settings["base_url"]
    url, known = f"{base}/api/v2/incremental/tickets/cursor.json", look.recent(EPOCH)
    asked: dict[str, Any] = {"start_time": int(look.since.timestamp()), "per_page": SIZE}
    pager, newest = Pager(url), look.since
    while True:
        answer = _ask(look, url, asked)
        tickets = expect(answer, "tickets", list, url)
        pager.turn(f"{text_id(one, 'id')} {text_id(one, 'updated_at')}" for one in tickets)
        for ticket in tickets:
            yield from _ticket(look, ticket, known)
            newest = max(newest, _changed(ticket, newest))
        yield Page((), 0, {"at": newest.isoformat()} if tickets else None)
        if expect(answer, "end_of_stream", bool, url):
            return
        asked = {"cursor": expect(answer, "after_cursor", str, url), "per_page": SIZE}


def _ask(look: Look, url: str, asked: Mapping[str, Any]) -> Any:
    key = need_credential(look.settings["connection"], WHAT)
    return look.http.get_json(url, asked, basic(f"{key.login}/token", key.password))


def _changed(ticket: Any, otherwise: datetime) -> datetime:
    try:
        return instant(field(ticket, "updated_at", str), "updated_at")
    except UncleanError:
        return otherwise  # its reject tells


def _ticket(look: Look, ticket: Any, known: Mapping[str, datetime]) -> Iterator[Page]:
    """Yield a ticket and its comments, or that they were deleted."""
    name = f"tickets/{text_id(ticket, 'id')}"
    if inner(ticket, "status") == GONE:
        yield _deleted(look, ticket, name, known)
        return
    url = f"{look.settings['base_url']}/api/v2/{name}/comments.json"
    asked: dict[str, Any] = {"include": "users", "page[size]": SIZE}
    pager, first = Pager(url), True
    while True:
        try:
            answer = _ask(look, url, asked)
        except GoneError:  # since it was listed; the export will tell
            return
        comments = expect(answer, "comments", list, url)
        pager.turn(text_id(one, "id") for one in comments)
        tell_news("zendesk", (ticket, *comments), KNOWN)
        people = {text_id(one, "id"): one for one in expect(answer, "users", list, url)}
        said = [(ticket, None), *((ticket, one) for one in comments[1:])]
        told = said if first else [(ticket, one) for one in comments]
        yield page_of(
            "zendesk",
            url,
            told,
            lambda pair: _mention(look, name, *pair, people),  # noqa: B023 - read at once
            lambda pair: name if pair[1] is None else f"{name}/comments/{text_id(pair[1], 'id')}",
        )
        first, meta = False, expect(answer, "meta", dict, url)
        if not expect(meta, "has_more", bool, url):
            return
        asked["page[after]"] = expect(meta, "after_cursor", str, url)


def _deleted(look: Look, ticket: Any, name: str, known: Mapping[str, datetime]) -> Page:
    """Return what is known of a deleted ticket as deleted."""
    mine = [one for one in known if one == name or one.startswith(f"{name}/")]
    if not mine:
        why = lambda _: _refuse("the ticket was deleted")  # noqa: E731
        return page_of("zendesk", name, [ticket], why, lambda _: name)
    at = _changed(ticket, look.started_at)
    items = tuple(Deletion("zendesk", one, at, look.started_at) for one in mine)
    return Page(items, len(items))


def _refuse(why: str) -> Item:
    raise UncleanError(NOT_PUBLIC, why)


def _mention(look: Look, name: str, ticket: Any, comment: Any, people: Mapping[str, Any]) -> Item:
    """Return a comment, or without one the ticket itself."""
    number = field(ticket, "id", int)
    raw = ticket if comment is None else comment
    if comment is not None and not field(comment, "public", bool):
        raise UncleanError(NOT_PUBLIC, "an internal note")
    whom = str(field(raw, "requester_id" if comment is None else "author_id", int))
    person = people.get(whom, {})
    staff = comment is not None and inner(person, "role") in STAFF
    text = "description" if comment is None else "plain_body" if "plain_body" in raw else "body"
    return Mention(
        source="zendesk",
        native_id=name if comment is None else f"{name}/comments/{field(comment, 'id', int)}",
        text=part(raw, text, str),
        title=part(ticket, "subject", str) if comment is None else "",
        url=f"{look.settings['base_url']}/agent/tickets/{number}",
        author=look.settings["voice"] if staff else "",
        author_id="" if staff else whom,
        author_name="" if staff else part(person, "name", str),
        published_at=instant(field(raw, "created_at", str), "created_at"),
        observed_at=look.started_at,
        kind="post" if comment is None else "comment",
        channel="zendesk",
        parent_native_id="" if comment is None else name,
        thread_native_id=name,
        private=True,
        **whose(look),
    )
